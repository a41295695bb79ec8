//! Sorted tables woven into one: the newer table's rows of a key stand in the place of the older one's.
//!
//! Holds a few batches of each table at a time. Knows nothing of what the rows mean. Start at [`weave`].

use std::collections::BTreeSet;

use arrow::array::{Array as _, RecordBatch, UInt64Array};
use arrow::compute::interleave_record_batch;

use super::error::{LakeError, damaged};

/// Rows that are handed on together.
const ROWS_AT_ONCE: usize = 8_192;
/// Batches that are held while rows of them are waiting.
const BATCHES_AT_ONCE: usize = 32;

/// A table that comes in batches, in the order of its keys.
pub(crate) struct Sorted<'a> {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, LakeError>> + Send + 'a>,
    place: String,
    key: &'static str,
    /// The current batch among those held, its keys, and the row that is next.
    held: usize,
    keys: Option<UInt64Array>,
    row: usize,
    last: Option<u64>,
}

impl<'a> Sorted<'a> {
    pub(crate) fn new(
        batches: impl Iterator<Item = Result<RecordBatch, LakeError>> + Send + 'a,
        place: &str,
        key: &'static str,
    ) -> Sorted<'a> {
        let place = place.to_owned();
        Sorted { batches: Box::new(batches), place, key, held: 0, keys: None, row: 0, last: None }
    }

    fn head(&self) -> Option<u64> {
        let keys = self.keys.as_ref()?;
        (self.row < keys.len()).then(|| keys.value(self.row))
    }

    /// Goes on until there is a row, or nothing more. New batches are added to `held`.
    fn settle(&mut self, held: &mut Vec<RecordBatch>) -> Result<(), LakeError> {
        while self.head().is_none() {
            let Some(batch) = self.batches.next().transpose()? else {
                self.keys = None;
                return Ok(());
            };
            let column = batch.column_by_name(self.key).and_then(|column| column.as_any().downcast_ref());
            let keys: &UInt64Array = column.ok_or_else(|| damaged(&self.place, "no key column"))?;
            (self.keys, self.row, self.held) = (Some(keys.clone()), 0, held.len());
            held.push(batch);
        }
        Ok(())
    }

    /// The next row; checks that the keys ascend.
    fn step(&mut self) -> Result<(usize, usize), LakeError> {
        let (place, key) = ((self.held, self.row), self.head());
        if self.last > key {
            return Err(damaged(&self.place, "rows out of order"));
        }
        self.last = key;
        self.row += 1;
        Ok(place)
    }
}

/// Weaves tables of the same columns, oldest first, into batches for `emit`. Where several have rows of a key, those of
/// the newest are taken; rows of a key in `dropped` are taken from the newest table only.
pub(crate) fn weave(
    mut tables: Vec<Sorted>,
    dropped: &BTreeSet<u64>,
    mut emit: impl FnMut(&RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut held: Vec<RecordBatch> = Vec::new();
    let mut picked: Vec<(usize, usize)> = Vec::new();
    let newest = tables.len().saturating_sub(1);
    tables.iter_mut().try_for_each(|table| table.settle(&mut held))?;
    while let Some(key) = tables.iter().filter_map(Sorted::head).min() {
        let winner = tables.iter().rposition(|table| table.head() == Some(key));
        for (at, table) in tables.iter_mut().enumerate() {
            let is_taken = Some(at) == winner && (at == newest || !dropped.contains(&key));
            while table.head() == Some(key) {
                let row = table.step()?;
                if is_taken {
                    picked.push(row);
                }
                table.settle(&mut held)?;
            }
        }
        if picked.len() >= ROWS_AT_ONCE || held.len() > BATCHES_AT_ONCE {
            hand_on(&mut picked, &held, &mut emit)?;
            keep_current(&mut tables, &mut held);
        }
    }
    hand_on(&mut picked, &held, &mut emit)
}

fn hand_on(
    picked: &mut Vec<(usize, usize)>,
    held: &[RecordBatch],
    emit: &mut impl FnMut(&RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    if picked.is_empty() {
        return Ok(());
    }
    let held: Vec<&RecordBatch> = held.iter().collect();
    let woven = interleave_record_batch(&held, picked).map_err(|cause| damaged("weave", cause))?;
    picked.clear();
    emit(&woven)
}

/// Lets go of the batches that no table reads any more.
fn keep_current(tables: &mut [Sorted], held: &mut Vec<RecordBatch>) {
    let mut kept = Vec::with_capacity(tables.len());
    for table in tables.iter_mut().filter(|table| table.keys.is_some()) {
        if let Some(batch) = held.get(table.held) {
            table.held = kept.len();
            kept.push(batch.clone());
        }
    }
    *held = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::columns::{ids, table_of};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn batches(rows: &[(u64, u64)], size: usize) -> Vec<RecordBatch> {
        let batch = |rows: &[(u64, u64)]| {
            let columns = vec![ids("key", rows.iter().map(|row| row.0)), ids("value", rows.iter().map(|row| row.1))];
            table_of(columns, "t").unwrap()
        };
        rows.chunks(size).map(batch).collect()
    }

    fn sorted(rows: &[(u64, u64)], size: usize) -> Sorted<'static> {
        Sorted::new(batches(rows, size).into_iter().map(Ok), "t", "key")
    }

    fn values(table: &RecordBatch, at: usize) -> Vec<u64> {
        table.column(at).as_any().downcast_ref::<UInt64Array>().unwrap().values().to_vec()
    }

    fn woven(tables: Vec<Sorted>, dropped: &BTreeSet<u64>) -> Result<Vec<(u64, u64)>, LakeError> {
        let mut rows = Vec::new();
        weave(tables, dropped, |table| {
            rows.extend(values(table, 0).into_iter().zip(values(table, 1)));
            Ok(())
        })?;
        Ok(rows)
    }

    proptest! {
        #[test]
        fn the_newest_rows_of_every_key(
            tables in vec(vec((0_u64..30, any::<u64>()), 0..60), 1..5),
            dropped in prop::collection::btree_set(0_u64..30, 0..6),
            size in 1_usize..9,
        ) {
            let mut expected: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
            let newest = tables.len() - 1;
            let mut streams = Vec::new();
            for (at, mut rows) in tables.into_iter().enumerate() {
                rows.sort_by_key(|row| row.0);
                for (key, _) in &rows {
                    expected.insert(*key, vec![]);
                }
                for (key, value) in rows.iter().filter(|row| at == newest || !dropped.contains(&row.0)) {
                    expected.get_mut(key).unwrap().push(*value);
                }
                streams.push(sorted(&rows, size));
            }
            let flat: Vec<(u64, u64)> =
                expected.into_iter().flat_map(|(key, values)| values.into_iter().map(move |value| (key, value))).collect();
            prop_assert_eq!(woven(streams, &dropped).unwrap(), flat);
        }
    }

    #[test]
    fn a_table_out_of_order_is_refused() {
        let tables = vec![sorted(&[(1, 1), (9, 1), (4, 1)], 2), sorted(&[(5, 2)], 2)];
        assert_eq!(woven(tables, &BTreeSet::new()).unwrap_err().code, "lake-damaged");
    }
}
