//! `delta_standings.parquet`: what became of a person's year between two results, before and after in one row, and
//! the plain list of households that a partial result stands for.
//!
//! Each column of the standings is there twice, as `before_…` and `after_…`; a side that did not exist is null.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_engine::outcome::Standing;

use super::columns::{self as col, Column, Rows, table_of};
use super::error::{LakeError, damaged};
use super::output::{TableWriter, write_all};
use super::parquet_file::read_tables;
use super::standings::{BURDEN, CAP_LEFT, PAID, StandingColumns, add_standings, every_name_has_a_column, paid_by};

const BEFORE: &str = "before_";
const AFTER: &str = "after_";

/// A person's year in two results; at least one side is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingChange {
    /// As the earlier result has it.
    pub before: Option<Standing>,
    /// As the later result has it.
    pub after: Option<Standing>,
}

impl StandingChange {
    /// Whose year, and which.
    pub fn person_year(&self) -> Option<(PersonId, i16)> {
        let side = self.after.as_ref().or(self.before.as_ref());
        side.map(|standing| (standing.person_id, standing.year))
    }
}

/// Begins a file of changes with both columns for each of these names.
///
/// # Errors
/// `lake-file`.
pub fn changes_writer(path: &Path, columns: StandingColumns) -> Result<TableWriter<StandingChange>, LakeError> {
    TableWriter::create(path, Arc::new(move |rows| changes_table(rows, &columns)))
}

/// Hands the changes of a file to `each`, some thousand at a time, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_changes(
    path: &Path,
    mut each: impl FnMut(Vec<StandingChange>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let place = path.display().to_string();
    read_tables(path, None, |table| {
        let (before, after) = (side(table, BEFORE, &place)?, side(table, AFTER, &place)?);
        each(before.into_iter().zip(after).map(|(before, after)| StandingChange { before, after }).collect())
    })
}

pub(crate) fn changes_table(rows: &[StandingChange], names: &StandingColumns) -> Result<RecordBatch, LakeError> {
    let sides = || rows.iter().flat_map(|row| [&row.before, &row.after]).flatten();
    sides().try_for_each(|standing| every_name_has_a_column(standing, names))?;
    let key = |row: &StandingChange| row.person_year().unwrap_or((PersonId(0), 0));
    let mut columns = vec![
        col::ids("person_id", rows.iter().map(|row| key(row).0.0)),
        col::shorts("year", rows.iter().map(|row| key(row).1)),
        id_column(rows, true),
        id_column(rows, false),
    ];
    columns.extend(pair(rows, "total_fen", |side| Some(side.total_fen)));
    columns.extend(pair(rows, "in_scope_fen", |side| Some(side.in_scope_fen)));
    columns.extend(pair(rows, "out_of_catalogue_fen", |side| Some(side.out_of_catalogue_fen)));
    columns.extend(pair(rows, "over_limit_fen", |side| Some(side.over_limit_fen)));
    columns.extend(pair(rows, "pre_selfpay_fen", |side| Some(side.pre_selfpay_fen)));
    for name in &names.tiers {
        columns.extend(pair(rows, &format!("{PAID}{name}_fen"), |side| paid_by(side, name)));
    }
    columns.extend(pair(rows, "family_fen", |side| Some(side.family_fen)));
    for name in &names.bases {
        columns.extend(pair(rows, &format!("{BURDEN}{name}_fen"), |side| side.burden_fen.get(name).copied()));
    }
    let colour = |side: &Option<Standing>| side.as_ref().and_then(|side| side.colour);
    columns.push(col::optional_codes("before_colour", rows.iter().map(|row| colour(&row.before))));
    columns.push(col::optional_codes("after_colour", rows.iter().map(|row| colour(&row.after))));
    for name in &names.limits {
        columns.extend(pair(rows, &format!("{CAP_LEFT}{name}_fen"), |side| side.cap_left_fen.get(name).copied()));
    }
    table_of(columns, "delta_standings")
}

fn id_column(rows: &[StandingChange], is_before: bool) -> Column {
    let (name, cells) = if is_before {
        ("before_household_id", rows.iter().map(|row| &row.before).collect::<Vec<_>>())
    } else {
        ("after_household_id", rows.iter().map(|row| &row.after).collect())
    };
    col::optional_ids(name, cells.into_iter().map(|side| side.as_ref().map(|side| side.household_id.0)))
}

fn pair(rows: &[StandingChange], name: &str, cell: impl Fn(&Standing) -> Option<Fen>) -> [Column; 2] {
    let of = |side: &Option<Standing>| side.as_ref().and_then(&cell);
    [
        col::optional_amounts(&format!("{BEFORE}{name}"), rows.iter().map(|row| of(&row.before))),
        col::optional_amounts(&format!("{AFTER}{name}"), rows.iter().map(|row| of(&row.after))),
    ]
}

/// One side of every row: the columns under their own names again.
fn side(table: &RecordBatch, prefix: &str, place: &str) -> Result<Vec<Option<Standing>>, LakeError> {
    let schema = table.schema();
    let own = schema.fields().iter().zip(table.columns()).filter_map(|(field, cells)| {
        let name = match field.name().strip_prefix(prefix) {
            Some(name) => name,
            None if matches!(field.name().as_str(), "person_id" | "year") => field.name(),
            None => return None,
        };
        Some((Field::new(name, field.data_type().clone(), true), Arc::clone(cells)))
    });
    let (fields, cells): (Vec<Field>, Vec<_>) = own.unzip();
    let whole = RecordBatch::try_new(Arc::new(Schema::new(fields)), cells).map_err(|cause| damaged(place, cause))?;
    let there = whole.column_by_name("household_id").map(|ids| arrow::compute::is_not_null(ids.as_ref()));
    let there = there.ok_or_else(|| damaged(place, "household_id"))?.map_err(|cause| damaged(place, cause))?;
    let rows = arrow::compute::filter_record_batch(&whole, &there).map_err(|cause| damaged(place, cause))?;
    let mut standings = Vec::new();
    add_standings(&Rows { table: &rows, place }, &mut standings)?;
    let mut standings = standings.into_iter();
    Ok((0..there.len()).map(|row| if there.value(row) { standings.next() } else { None }).collect())
}

/// Writes a list of households, in order.
///
/// # Errors
/// `lake-file`.
pub fn write_household_list(path: &Path, households: &HashSet<HouseholdId>) -> Result<u64, LakeError> {
    let mut sorted: Vec<HouseholdId> = households.iter().copied().collect();
    sorted.sort();
    let writer = TableWriter::create(path, Arc::new(household_list_table))?;
    write_all(writer, sorted)
}

/// Reads such a list.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_household_list(path: &Path) -> Result<HashSet<HouseholdId>, LakeError> {
    let place = path.display().to_string();
    let mut households = HashSet::new();
    read_tables(path, None, |table| {
        let ids = Rows { table, place: &place };
        let ids = ids.ids("household_id")?;
        for row in 0..table.num_rows() {
            households.insert(HouseholdId(ids.get(row)?));
        }
        Ok(())
    })?;
    Ok(households)
}

pub(crate) fn household_list_table(rows: &[HouseholdId]) -> Result<RecordBatch, LakeError> {
    table_of(vec![col::ids("household_id", rows.iter().map(|id| id.0))], "households")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::standings::tests::{any_standing, columns};
    use proptest::prelude::*;

    fn any_change() -> impl Strategy<Value = StandingChange> {
        (any_standing(), prop::option::of(any_standing()), any::<bool>()).prop_map(|(one, other, turned)| {
            let other = other.map(|other| Standing { person_id: one.person_id, year: one.year, ..other });
            match turned {
                true => StandingChange { before: other, after: Some(one) },
                false => StandingChange { before: Some(one), after: other },
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_change_comes_back(changes in prop::collection::vec(any_change(), 0..10)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("delta_standings.parquet");
            let mut writer = changes_writer(&path, columns()).unwrap();
            changes.iter().cloned().for_each(|change| writer.push(change).unwrap());
            writer.finish().unwrap();
            let mut back = Vec::new();
            read_changes(&path, |rows| { back.extend(rows); Ok(()) }).unwrap();
            prop_assert_eq!(back, changes);
        }

        #[test]
        fn every_household_of_a_list_comes_back(ids in prop::collection::hash_set(any::<u64>(), 0..50)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("households.parquet");
            let households: HashSet<HouseholdId> = ids.into_iter().map(HouseholdId).collect();
            write_household_list(&path, &households).unwrap();
            prop_assert_eq!(read_household_list(&path).unwrap(), households);
        }
    }
}
