//! A row group's batches cut where households begin, so that nothing is copied but the rows of the one household that
//! lies across each cut.
//!
//! The first and the last household of a row group may go on in its neighbours: they are handed on as a [`Pile`] and
//! settled by whoever sees the row groups in order. Start at [`cut`].

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;

use super::cells::find;
use super::error::{Place, missing_column, not_parquet, unsorted};
use crate::lake::LakeError;

/// Rows of one household, in order, out of one or several batches.
#[derive(Clone, Debug)]
pub(crate) struct Pile {
    key: u64,
    first_row: u64,
    batches: Vec<RecordBatch>,
}

impl Pile {
    /// Adds rows that follow these and belong to the same household, or gives them back as the next household's.
    pub(crate) fn join(&mut self, next: Pile, key: &str, file: &str) -> Result<Option<Pile>, LakeError> {
        match self.key.cmp(&next.key) {
            std::cmp::Ordering::Equal => {
                self.batches.extend(next.batches);
                Ok(None)
            }
            std::cmp::Ordering::Less => Ok(Some(next)),
            std::cmp::Ordering::Greater => Err(unsorted(key, 0, Place { file, first_row: next.first_row })),
        }
    }

    /// The rows as one batch, and the number of the first.
    pub(crate) fn into_rows(self, file: &str) -> Result<(RecordBatch, u64), LakeError> {
        let [batch] = self.batches.as_slice() else {
            let schema = self
                .batches
                .first()
                .map(RecordBatch::schema)
                .unwrap_or_else(|| arrow::datatypes::Schema::empty().into());
            let rows = concat_batches(&schema, &self.batches);
            return rows
                .map(|rows| (rows, self.first_row))
                .map_err(|cause| not_parquet(std::path::Path::new(file), cause));
        };
        Ok((batch.clone(), self.first_row))
    }
}

/// A piece of a row group, in order.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The first or the last household, which may go on beyond the row group.
    Border(Pile),
    /// Whole households, and the number of the first row.
    Whole(RecordBatch, u64),
}

/// Cuts the batches of a row group that begins with row number `first_row` into pieces and hands them to `each`.
pub(crate) fn cut(
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
    first_row: u64,
    key: &str,
    file: &str,
    mut each: impl FnMut(Piece) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut open: Option<Pile> = None;
    let (mut is_first, mut row) = (true, first_row);
    let mut slot = Vec::new();
    for batch in batches {
        let batch = batch?;
        let place = Place { file, first_row: row };
        let keys = find(&batch, key, place).ok_or_else(|| missing_column(key, file))?.ids(&mut slot)?;
        let (Some(first), Some(last)) = (keys.first().copied(), keys.last().copied()) else { continue };
        let mut pile = open.take().unwrap_or_else(|| Pile { key: first, first_row: row, batches: Vec::new() });
        let begins = keys.iter().take_while(|id| **id == pile.key).count();
        pile.batches.extend((begins > 0).then(|| batch.slice(0, begins)));
        if begins == keys.len() {
            open = Some(pile);
        } else {
            if keys.get(begins).is_some_and(|id| *id < pile.key) {
                return Err(unsorted(key, begins, place));
            }
            each(if is_first { Piece::Border(pile) } else { whole(pile, file)? })?;
            is_first = false;
            let ends = keys.iter().rev().take_while(|id| **id == last).count();
            let cut = keys.len().saturating_sub(ends);
            if keys.get(cut.saturating_sub(1)).is_some_and(|id| *id > last) {
                return Err(unsorted(key, cut, place));
            }
            if cut > begins {
                each(Piece::Whole(batch.slice(begins, cut - begins), advance(row, begins)))?;
            }
            open = Some(Pile { key: last, first_row: advance(row, cut), batches: vec![batch.slice(cut, ends)] });
        }
        row = advance(row, keys.len());
    }
    open.map_or(Ok(()), |pile| each(Piece::Border(pile)))
}

fn whole(pile: Pile, file: &str) -> Result<Piece, LakeError> {
    pile.into_rows(file).map(|(rows, first_row)| Piece::Whole(rows, first_row))
}

fn advance(row: u64, rows: usize) -> u64 {
    row.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::columns::{ids, table_of};
    use proptest::prelude::*;

    fn batches(keys: &[u64], at_once: usize) -> Vec<RecordBatch> {
        let table = |keys: &[u64]| table_of(vec![ids("person_id", keys.iter().copied())], "t").unwrap();
        keys.chunks(at_once).map(table).collect()
    }

    fn keys_of(rows: &RecordBatch) -> Vec<u64> {
        find(rows, "person_id", Place { file: "", first_row: 0 }).unwrap().ids(&mut vec![]).unwrap().into_owned()
    }

    fn pieces(keys: &[u64], at_once: usize) -> Result<Vec<Piece>, LakeError> {
        let mut pieces = Vec::new();
        let keep = |piece| {
            pieces.push(piece);
            Ok(())
        };
        cut(batches(keys, at_once).into_iter().map(Ok), 100, "person_id", "f", keep)?;
        Ok(pieces)
    }

    proptest! {
        #[test]
        fn pieces_are_whole_households_in_order(
            mut keys in prop::collection::vec(0_u64..7, 0..40), at_once in 1_usize..12
        ) {
            keys.sort();
            let pieces = pieces(&keys, at_once).unwrap();
            let mut row = 100;
            let mut seen: Vec<Vec<u64>> = Vec::new();
            for (at, piece) in pieces.iter().enumerate() {
                let is_border = matches!(piece, Piece::Border(_));
                prop_assert_eq!(is_border, at == 0 || at + 1 == pieces.len());
                let (rows, first) = match piece {
                    Piece::Border(pile) => pile.clone().into_rows("f").unwrap(),
                    Piece::Whole(rows, first) => (rows.clone(), *first),
                };
                prop_assert_eq!(first, row);
                row += u64::try_from(rows.num_rows()).unwrap();
                seen.push(keys_of(&rows));
            }
            prop_assert_eq!(seen.concat(), keys);
            for pair in seen.windows(2) {
                prop_assert!(pair[0].last() < pair[1].first(), "{:?}", seen);
            }
        }
    }

    #[test]
    fn rows_out_of_order_are_named_wherever_they_lie() {
        for (keys, row) in [(vec![5, 5, 4, 9], 103), (vec![1, 2, 9, 3], 104), (vec![1, 2, 3, 4, 2, 9], 105)] {
            let found = pieces(&keys, 4).map(|_| ());
            let inside = |error: LakeError| error.what.en.contains(&format!("row {row} "));
            assert!(found.is_err_and(inside), "{keys:?}");
        }
    }

    #[test]
    fn borders_join_only_the_same_household() {
        let border = |keys: &[u64]| match pieces(keys, 9).unwrap().remove(0) {
            Piece::Border(pile) => pile,
            Piece::Whole(..) => panic!("not a border"),
        };
        let mut pile = border(&[7, 7]);
        assert!(pile.join(border(&[7]), "person_id", "f").unwrap().is_none());
        assert_eq!(keys_of(&pile.clone().into_rows("f").unwrap().0), [7, 7, 7]);
        assert_eq!(pile.join(border(&[8]), "person_id", "f").unwrap().unwrap().key, 8);
        assert_eq!(pile.join(border(&[6]), "person_id", "f").unwrap_err().code, "columns-unsorted");
    }
}
