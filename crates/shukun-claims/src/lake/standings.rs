//! `standings.parquet`: a person's year in one row.
//!
//! What depends on the packs is one money column a name, so that an analyst can sum it as it stands:
//! `paid_<层级>_fen` a payer in payer order, `burden_<口径>_fen` a named base, `cap_left_<规则>_fen` a limited rule.
//! Null means that the name did not occur for that person and year.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int16Array, Int64Array, RecordBatch};
use serde::{Deserialize, Serialize};
use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_engine::outcome::Standing;

use super::columns::{self as col, Cells, Column, Rows, table_of};
use super::error::{LakeError, column_missing};
use super::output::{PartBuilder, TableWriter, write_all};
use super::parquet_file::read_tables;
use super::pick::{Wanted, read_wanted};

pub(crate) const PAID: &str = "paid_";
pub(crate) const BURDEN: &str = "burden_";
pub(crate) const CAP_LEFT: &str = "cap_left_";

/// The names that get a column, all that the packs of a run have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingColumns {
    /// Payers (层级), in payer order.
    pub tiers: Vec<String>,
    /// Named bases (口径).
    pub bases: Vec<String>,
    /// Rules with a limit (限额).
    pub limits: Vec<String>,
}

impl StandingColumns {
    /// The names that occur in some standings, payers in the order in which they come up.
    pub fn of<'a>(standings: impl IntoIterator<Item = &'a Standing>) -> StandingColumns {
        let mut columns = StandingColumns::default();
        for standing in standings {
            standing.paid_fen.iter().for_each(|(name, _)| note_name(&mut columns.tiers, name));
            standing.burden_fen.keys().for_each(|name| note_name(&mut columns.bases, name));
            standing.cap_left_fen.keys().for_each(|name| note_name(&mut columns.limits, name));
        }
        columns
    }
}

fn note_name(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Begins a file of standings with a column for each of these names.
///
/// # Errors
/// `lake-file`.
pub fn standings_writer(path: &Path, columns: StandingColumns) -> Result<TableWriter<Standing>, LakeError> {
    TableWriter::create(path, Arc::new(move |rows| standings_table(rows, &columns)))
}

/// Standings on their way to such a file.
pub fn standings_part(columns: StandingColumns) -> PartBuilder<Standing> {
    PartBuilder::new(Arc::new(move |rows| standings_table(rows, &columns)))
}

/// Writes a file of standings and returns their number.
///
/// # Errors
/// `lake-column-missing` where a standing has a name that `columns` does not, `lake-file`.
pub fn write_standings(
    path: &Path,
    columns: StandingColumns,
    standings: impl IntoIterator<Item = Standing>,
) -> Result<u64, LakeError> {
    write_all(standings_writer(path, columns)?, standings)
}

/// Reads a file of standings, in its order; payers come in the order of their columns.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_standings(path: &Path) -> Result<Vec<Standing>, LakeError> {
    let mut standings = Vec::new();
    let place = path.display().to_string();
    read_tables(path, None, |table| add_standings(&Rows { table, place: &place }, &mut standings))?;
    Ok(standings)
}

/// Hands the wanted standings of a file to `each`, some thousand at a time, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_wanted_standings(
    path: &Path,
    wanted: &Wanted,
    mut each: impl FnMut(Vec<Standing>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    read_wanted(path, wanted, |rows| {
        let mut standings = Vec::new();
        add_standings(rows, &mut standings)?;
        each(standings)
    })
}

pub(crate) fn standings_table(rows: &[Standing], names: &StandingColumns) -> Result<RecordBatch, LakeError> {
    rows.iter().try_for_each(|row| every_name_has_a_column(row, names))?;
    let mut columns = vec![
        col::ids("person_id", rows.iter().map(|row| row.person_id.0)),
        col::ids("household_id", rows.iter().map(|row| row.household_id.0)),
        col::shorts("year", rows.iter().map(|row| row.year)),
        col::amounts("total_fen", rows.iter().map(|row| row.total_fen)),
        col::amounts("in_scope_fen", rows.iter().map(|row| row.in_scope_fen)),
        col::amounts("out_of_catalogue_fen", rows.iter().map(|row| row.out_of_catalogue_fen)),
        col::amounts("over_limit_fen", rows.iter().map(|row| row.over_limit_fen)),
        col::amounts("pre_selfpay_fen", rows.iter().map(|row| row.pre_selfpay_fen)),
    ];
    columns.extend(named(PAID, &names.tiers, rows, paid_by));
    columns.push(col::amounts("family_fen", rows.iter().map(|row| row.family_fen)));
    columns.extend(named(BURDEN, &names.bases, rows, |row, name| row.burden_fen.get(name).copied()));
    columns.push(col::optional_codes("colour", rows.iter().map(|row| row.colour)));
    columns.extend(named(CAP_LEFT, &names.limits, rows, |row, name| row.cap_left_fen.get(name).copied()));
    table_of(columns, "standings")
}

/// One money column a name.
fn named<'a>(
    prefix: &'a str,
    names: &'a [String],
    rows: &'a [Standing],
    cell: impl Fn(&Standing, &str) -> Option<Fen> + 'a,
) -> impl Iterator<Item = Column> + 'a {
    names
        .iter()
        .map(move |name| col::optional_amounts(&format!("{prefix}{name}_fen"), rows.iter().map(|row| cell(row, name))))
}

/// All that the payer of this name paid; none where it does not occur.
pub(crate) fn paid_by(row: &Standing, name: &str) -> Option<Fen> {
    let amounts = row.paid_fen.iter().filter(|(payer, _)| payer == name).map(|(_, fen)| *fen);
    amounts.reduce(|sum, fen| sum + fen)
}

pub(crate) fn every_name_has_a_column(row: &Standing, names: &StandingColumns) -> Result<(), LakeError> {
    let payers = row.paid_fen.iter().map(|(name, _)| (PAID, name, &names.tiers));
    let bases = row.burden_fen.keys().map(|name| (BURDEN, name, &names.bases));
    let limits = row.cap_left_fen.keys().map(|name| (CAP_LEFT, name, &names.limits));
    match payers.chain(bases).chain(limits).find(|(_, name, known)| !known.contains(name)) {
        None => Ok(()),
        Some((prefix, name, _)) => Err(column_missing(&format!("{prefix}{name}_fen"), "standings")),
    }
}

pub(crate) fn add_standings(rows: &Rows, to: &mut Vec<Standing>) -> Result<(), LakeError> {
    let [person_id, household_id] = [rows.ids("person_id")?, rows.ids("household_id")?];
    let year: Cells<Int16Array> = rows.column("year")?;
    let [total, in_scope, family] =
        [rows.numbers("total_fen")?, rows.numbers("in_scope_fen")?, rows.numbers("family_fen")?];
    let out_of_catalogue = rows.numbers("out_of_catalogue_fen")?;
    let [over_limit, pre_selfpay] = [rows.numbers("over_limit_fen")?, rows.numbers("pre_selfpay_fen")?];
    let colour = rows.words("colour")?;
    let schema = rows.table.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let [paid, burden, cap_left] =
        [named_cells(rows, &names, PAID)?, named_cells(rows, &names, BURDEN)?, named_cells(rows, &names, CAP_LEFT)?];
    for row in 0..rows.table.num_rows() {
        to.push(Standing {
            person_id: PersonId(person_id.get(row)?),
            household_id: HouseholdId(household_id.get(row)?),
            year: year.get(row)?,
            total_fen: total.fen(row)?,
            in_scope_fen: in_scope.fen(row)?,
            out_of_catalogue_fen: out_of_catalogue.fen(row)?,
            over_limit_fen: over_limit.fen(row)?,
            pre_selfpay_fen: pre_selfpay.fen(row)?,
            paid_fen: amounts_at(&paid, row).collect(),
            family_fen: family.fen(row)?,
            burden_fen: amounts_at(&burden, row).collect::<BTreeMap<String, Fen>>(),
            colour: colour.find_code(row)?,
            cap_left_fen: amounts_at(&cap_left, row).collect(),
        });
    }
    Ok(())
}

type NamedCells<'a> = Vec<(&'a str, Cells<'a, Int64Array>)>;

fn named_cells<'a>(rows: &Rows<'a>, names: &[&'a str], prefix: &str) -> Result<NamedCells<'a>, LakeError> {
    let short = |name: &&'a str| name.strip_prefix(prefix).and_then(|name| name.strip_suffix("_fen"));
    let found = names.iter().filter_map(|name| short(name).map(|short| (short, *name)));
    found.map(|(short, name)| Ok((short, rows.numbers(name)?))).collect()
}

fn amounts_at<'a>(cells: &'a NamedCells<'a>, row: usize) -> impl Iterator<Item = (String, Fen)> + 'a {
    cells.iter().filter_map(move |(name, cells)| cells.find_fen(row).map(|fen| ((*name).to_owned(), fen)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use shukun_engine::outcome::Colour;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    pub(crate) fn columns() -> StandingColumns {
        StandingColumns {
            tiers: names(&["基本医保", "大病保险", "慈善救助"]),
            bases: names(&["个人负担", "合规自付"]),
            limits: names(&["慈善救助"]),
        }
    }

    fn any_amounts(of: Vec<String>) -> impl Strategy<Value = Vec<(String, Fen)>> {
        prop::collection::vec(proptest::option::of(any::<i64>()), of.len()).prop_map(move |cells| {
            let named = of.iter().cloned().zip(cells);
            named.filter_map(|(name, fen)| fen.map(|fen| (name, Fen(fen)))).collect()
        })
    }

    pub(crate) fn any_standing() -> impl Strategy<Value = Standing> {
        let colour = prop::sample::select(vec![None, Some(Colour::Yellow), Some(Colour::Orange), Some(Colour::Red)]);
        let maps = (any_amounts(columns().tiers), any_amounts(columns().bases), any_amounts(columns().limits));
        (any::<[u64; 2]>(), any::<i16>(), any::<[i64; 6]>(), maps, colour).prop_map(|(ids, year, fen, maps, colour)| {
            Standing {
                person_id: PersonId(ids[0]),
                household_id: HouseholdId(ids[1]),
                year,
                total_fen: Fen(fen[0]),
                in_scope_fen: Fen(fen[1]),
                out_of_catalogue_fen: Fen(fen[2]),
                over_limit_fen: Fen(fen[3]),
                pre_selfpay_fen: Fen(fen[4]),
                paid_fen: maps.0,
                family_fen: Fen(fen[5]),
                burden_fen: maps.1.into_iter().collect(),
                colour,
                cap_left_fen: maps.2.into_iter().collect(),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_standing_comes_back(standings in prop::collection::vec(any_standing(), 0..10)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("standings.parquet");
            write_standings(&path, columns(), standings.clone()).unwrap();
            prop_assert_eq!(read_standings(&path).unwrap(), standings);
        }

        #[test]
        fn a_name_without_a_column_is_refused(standing in any_standing()) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("standings.parquet");
            let full = StandingColumns::of([&standing]);
            for column in 0..3 {
                let mut narrow = full.clone();
                let names = [&mut narrow.tiers, &mut narrow.bases, &mut narrow.limits];
                if names.into_iter().nth(column).unwrap().pop().is_some() {
                    let error = write_standings(&path, narrow, [standing.clone()]).unwrap_err();
                    prop_assert_eq!(error.code, "lake-column-missing");
                }
            }
            write_standings(&path, full, [standing]).unwrap();
        }
    }

    #[test]
    fn columns_say_what_they_are() {
        let table = standings_table(&[], &columns()).unwrap();
        for name in
            ["total_fen", "paid_基本医保_fen", "family_fen", "burden_合规自付_fen", "colour", "cap_left_慈善救助_fen"]
        {
            assert!(table.column_by_name(name).is_some(), "{name}");
        }
    }
}
