//! Reading the wanted rows of a result table and passing over the rest.
//!
//! Only the key column is read whole; of the other columns no page is decoded in which no row is wanted. Knows
//! nothing of what the rows mean. Start at [`Wanted`].

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, BooleanArray, RecordBatch, UInt64Array};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::metadata::PageIndexPolicy;
use shukun_base::HouseholdId;

use super::columns::Rows;
use super::error::{LakeError, damaged, file_failed};
use super::output::{Part, TableWriter};

/// Which rows of a result table are wanted.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All of them.
    All,
    /// Those of these households.
    Of(Arc<HashSet<HouseholdId>>),
    /// Those of all others.
    Others(Arc<HashSet<HouseholdId>>),
    /// Those of the households whose code leaves this remainder: one share of many, for comparing two tables of any
    /// size share by share.
    HouseholdShare {
        /// How many shares there are.
        shares: u64,
        /// Which one, from 0.
        share: u64,
    },
    /// The same by person.
    PersonShare {
        /// How many shares there are.
        shares: u64,
        /// Which one, from 0.
        share: u64,
    },
}

impl Wanted {
    fn key(&self) -> Option<&'static str> {
        match self {
            Wanted::All => None,
            Wanted::Of(_) | Wanted::Others(_) | Wanted::HouseholdShare { .. } => Some("household_id"),
            Wanted::PersonShare { .. } => Some("person_id"),
        }
    }

    fn wants(&self, id: u64) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Of(households) => households.contains(&HouseholdId(id)),
            Wanted::Others(households) => !households.contains(&HouseholdId(id)),
            Wanted::HouseholdShare { shares, share } | Wanted::PersonShare { shares, share } => {
                id.checked_rem(*shares).is_none_or(|rest| rest == *share)
            }
        }
    }
}

/// Hands the wanted rows of a file to `each`, some thousand at a time, in its order.
pub(crate) fn read_wanted(
    path: &Path,
    wanted: &Wanted,
    mut each: impl FnMut(&Rows) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let place = path.display().to_string();
    for table in open(path, wanted)? {
        let table = table.map_err(|cause| damaged(&place, cause))?;
        each(&Rows { table: &table, place: &place })?;
    }
    Ok(())
}

/// Copies the wanted rows of a file into another of the same columns, in its order.
///
/// # Errors
/// `lake-damaged`, also where the columns are not the same; `lake-file`.
pub fn copy_wanted<T>(from: &Path, wanted: &Wanted, to: &mut TableWriter<T>) -> Result<(), LakeError> {
    for table in open(from, wanted)? {
        let mut part = Part::default();
        part.add(table.map_err(|cause| damaged(from.display(), cause))?);
        to.append(part)?;
    }
    Ok(())
}

fn open(path: &Path, wanted: &Wanted) -> Result<ParquetRecordBatchReader, LakeError> {
    let file = File::open(path).map_err(|cause| file_failed(path, &cause))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let mut builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|cause| damaged(path.display(), cause))?;
    if let Some(key) = wanted.key() {
        let mask = ProjectionMask::columns(builder.parquet_schema(), [key]);
        let wanted = wanted.clone();
        let is_wanted = ArrowPredicateFn::new(mask, move |rows: RecordBatch| wanted_rows(&rows, &wanted));
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(is_wanted)]));
    }
    builder.build().map_err(|cause| damaged(path.display(), cause))
}

/// Neighbouring rows mostly have the same key, which is then looked up once.
fn wanted_rows(rows: &RecordBatch, wanted: &Wanted) -> Result<BooleanArray, ArrowError> {
    let keys = rows.columns().first().and_then(|column| column.as_any().downcast_ref::<UInt64Array>());
    let keys = keys.ok_or_else(|| ArrowError::SchemaError("the key is no column of codes".to_owned()))?;
    let mut last: Option<(u64, bool)> = None;
    let mut look_up = |id: u64| match last {
        Some((known, answer)) if known == id => answer,
        _ => {
            let answer = wanted.wants(id);
            last = Some((id, answer));
            answer
        }
    };
    Ok(keys.values().iter().map(|id| Some(look_up(*id))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::notes::{HouseholdNote, notes_writer, read_notes, read_wanted_notes, write_notes};
    use proptest::prelude::*;
    use shukun_base::{PersonId, Text};
    use shukun_engine::outcome::{Note, NoteKind};

    fn note((household, person): (u64, u64)) -> HouseholdNote {
        let note = Note {
            person_id: PersonId(person),
            claim_id: None,
            period: "2022".to_owned(),
            rule: "甲".to_owned(),
            article: "第一条".to_owned(),
            outcome: NoteKind::BelowLine,
            text: Text::new(format!("{person}"), ""),
        };
        HouseholdNote { household_id: HouseholdId(household), note }
    }

    fn read(path: &Path, wanted: &Wanted) -> Vec<HouseholdNote> {
        let mut found = Vec::new();
        let each = |rows: Vec<HouseholdNote>| {
            found.extend(rows);
            Ok(())
        };
        read_wanted_notes(path, wanted, each).unwrap();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_wanted_and_no_others(keys in prop::collection::vec((0_u64..40, 0_u64..9), 0..300), some in prop::collection::hash_set(0_u64..40, 0..10)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("notes.parquet");
            let notes: Vec<HouseholdNote> = keys.into_iter().map(note).collect();
            write_notes(&path, notes.clone()).unwrap();
            let some: HashSet<HouseholdId> = some.into_iter().map(HouseholdId).collect();
            let (of, others) = (Wanted::Of(Arc::new(some.clone())), Wanted::Others(Arc::new(some.clone())));
            let split: (Vec<_>, Vec<_>) = notes.iter().cloned().partition(|row| some.contains(&row.household_id));
            prop_assert_eq!(&read(&path, &of), &split.0);
            prop_assert_eq!(&read(&path, &others), &split.1);
            prop_assert_eq!(&read(&path, &Wanted::All), &notes);
            let mut shares: Vec<HouseholdNote> = (0..3).flat_map(|share| read(&path, &Wanted::PersonShare { shares: 3, share })).collect();
            prop_assert!(shares.chunk_by(|a, b| a.note.person_id.0 % 3 == b.note.person_id.0 % 3).count() <= 3);
            shares.sort_by_key(|row| (row.household_id, row.note.person_id));
            let mut all = notes;
            all.sort_by_key(|row| (row.household_id, row.note.person_id));
            prop_assert_eq!(shares, all);
            let copy = dir.path().join("copy.parquet");
            let mut writer = notes_writer(&copy).unwrap();
            copy_wanted(&path, &others, &mut writer).unwrap();
            writer.finish().unwrap();
            prop_assert_eq!(read_notes(&copy).unwrap(), split.1);
        }
    }
}
