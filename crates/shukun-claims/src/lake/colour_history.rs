//! `history.parquet`: burden and colour of a person-year as known at the end of each month, one row a month in which
//! either changed. A month without a row is as the month before it.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int16Array, RecordBatch};
use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_engine::outcome::Colour;

use super::columns::{self as col, Cells, Rows, table_of};
use super::error::LakeError;
use super::output::TableWriter;
use super::parquet_file::read_tables;

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// The calendar year in which the costs arose.
    pub year: i16,
    /// The month at whose end it was known, as `2024-08`.
    pub month: String,
    /// The burden that the alerts measure.
    pub burden_fen: Fen,
    /// The colour; none below every line.
    pub colour: Option<Colour>,
    /// The rules that raised it, joined with 、; empty without a colour.
    pub rule: String,
}

/// Begins a file of the history.
///
/// # Errors
/// `lake-file`.
pub fn history_writer(path: &Path) -> Result<TableWriter<HistoryRow>, LakeError> {
    TableWriter::create(path, Arc::new(history_table))
}

/// Reads a file of the history, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_history(path: &Path) -> Result<Vec<HistoryRow>, LakeError> {
    let mut history = Vec::new();
    let place = path.display().to_string();
    read_tables(path, None, |table| add_history(&Rows { table, place: &place }, &mut history))?;
    Ok(history)
}

pub(crate) fn history_table(rows: &[HistoryRow]) -> Result<RecordBatch, LakeError> {
    let columns = vec![
        col::ids("person_id", rows.iter().map(|row| row.person_id.0)),
        col::ids("household_id", rows.iter().map(|row| row.household_id.0)),
        col::shorts("year", rows.iter().map(|row| row.year)),
        col::words("month", rows.iter().map(|row| row.month.as_str())),
        col::amounts("burden_fen", rows.iter().map(|row| row.burden_fen)),
        col::optional_codes("colour", rows.iter().map(|row| row.colour)),
        col::words("rule", rows.iter().map(|row| row.rule.as_str())),
    ];
    table_of(columns, "history")
}

fn add_history(rows: &Rows, to: &mut Vec<HistoryRow>) -> Result<(), LakeError> {
    let [person_id, household_id] = [rows.ids("person_id")?, rows.ids("household_id")?];
    let year: Cells<Int16Array> = rows.column("year")?;
    let [month, colour, rule] = [rows.words("month")?, rows.words("colour")?, rows.words("rule")?];
    let burden = rows.numbers("burden_fen")?;
    for row in 0..rows.table.num_rows() {
        to.push(HistoryRow {
            person_id: PersonId(person_id.get(row)?),
            household_id: HouseholdId(household_id.get(row)?),
            year: year.get(row)?,
            month: month.get_owned(row)?,
            burden_fen: burden.fen(row)?,
            colour: colour.find_code(row)?,
            rule: rule.get_owned(row)?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_comes_back() {
        let row = |person, month: &str, colour| HistoryRow {
            person_id: PersonId(person),
            household_id: HouseholdId(7),
            year: 2024,
            month: month.to_owned(),
            burden_fen: Fen(5_000_001),
            colour,
            rule: "高额预警".to_owned(),
        };
        let rows = [row(u64::MAX, "2023-12", None), row(2, "2024-01", Some(Colour::Red))];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.parquet");
        let mut writer = history_writer(&path).unwrap();
        rows.iter().for_each(|row| writer.push(row.clone()).unwrap());
        assert_eq!(writer.finish().unwrap(), 2);
        assert_eq!(read_history(&path).unwrap(), rows);
    }
}
