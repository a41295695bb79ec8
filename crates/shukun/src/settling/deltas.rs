//! What leads from one result to the next: `delta_postings.parquet` (reversals of what no longer holds, then what is
//! new) and `delta_standings.parquet` (each changed person-year, before and after). Nothing is edited.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use shukun_base::{HouseholdId, PersonId};
use shukun_claims::lake::{StandingChange, StandingColumns, TableWriter, Wanted, changes_writer, postings_writer};
use shukun_engine::outcome::{Posting, Standing};
use shukun_engine::resettle;

use super::earlier::EarlierResult;
use crate::error::CliError;

/// The file of postings.
pub const DELTA_POSTINGS: &str = "delta_postings.parquet";
/// The file of changes.
pub const DELTA_STANDINGS: &str = "delta_standings.parquet";
/// Rows that are compared at once when two whole results are.
const ROWS_IN_SHARE: u64 = 300_000;

/// `delta_postings.parquet` while it grows.
#[derive(Debug)]
pub struct DeltaPostings {
    writer: TableWriter<Posting>,
    /// Households whose earlier postings are not on file although they had bills.
    pub without_earlier_postings: u64,
}

impl DeltaPostings {
    /// Begins it in `dir`.
    pub fn create(dir: &Path) -> Result<DeltaPostings, CliError> {
        let writer = postings_writer(&dir.join(DELTA_POSTINGS))?;
        Ok(DeltaPostings { writer, without_earlier_postings: 0 })
    }

    /// Adds what leads from a household's earlier postings to its later ones, both as they are stored. `had_bills`
    /// tells whether it had bills before: where it had and no posting is on file, nothing can be reversed.
    pub fn add(&mut self, before: &[Posting], after: &[Posting], had_bills: bool) -> Result<(), CliError> {
        if before.is_empty() && had_bills {
            self.without_earlier_postings += u64::from(!after.is_empty());
            return Ok(());
        }
        resettle(before, after).into_iter().try_for_each(|row| self.writer.push(row))?;
        Ok(())
    }

    /// Ends it; the number of rows.
    pub fn finish(self) -> Result<u64, CliError> {
        Ok(self.writer.finish()?)
    }
}

/// Begins `delta_standings.parquet` in `dir`.
pub fn delta_standings(dir: &Path, columns: &StandingColumns) -> Result<TableWriter<StandingChange>, CliError> {
    Ok(changes_writer(&dir.join(DELTA_STANDINGS), columns.clone())?)
}

/// The person-years that are not the same, by person and year.
pub fn changes(before: Vec<Standing>, after: Vec<Standing>) -> Vec<StandingChange> {
    let mut sides: BTreeMap<(PersonId, i16), StandingChange> = BTreeMap::new();
    let nothing = || StandingChange { before: None, after: None };
    for row in before {
        let key = (row.person_id, row.year);
        sides.entry(key).or_insert_with(nothing).before = Some(row);
    }
    for row in after {
        let key = (row.person_id, row.year);
        sides.entry(key).or_insert_with(nothing).after = Some(row);
    }
    sides.into_values().filter(|change| !is_same(change.before.as_ref(), change.after.as_ref())).collect()
}

/// Whether two sides say the same; payers of nothing and their order do not matter.
fn is_same(one: Option<&Standing>, other: Option<&Standing>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => says_the_same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Mostly told by the first figures: only where payers alone are in doubt are they put in order.
fn says_the_same(one: &Standing, other: &Standing) -> bool {
    let plain = |row: &Standing| {
        let mut row = row.clone();
        row.paid_fen.sort();
        row
    };
    one == other || (one.total_fen, one.family_fen) == (other.total_fen, other.family_fen) && plain(one) == plain(other)
}

/// Whether the person-years of a household are the same in two results, in whatever order.
pub fn are_same(before: &[Standing], after: &[Standing]) -> bool {
    let is_in = |row: &Standing, rows: &[Standing]| rows.iter().any(|other| says_the_same(row, other));
    before.len() == after.len() && before.iter().all(|row| is_in(row, after))
}

/// How many shares two results are compared in, so that only a share of each is held.
fn shares(before: &EarlierResult, after: &EarlierResult) -> u64 {
    let rows = [&before.receipt, &after.receipt].map(|receipt| receipt.standings.max(receipt.postings));
    rows.into_iter().max().unwrap_or_default() / ROWS_IN_SHARE + 1
}

/// Writes the person-years in which two results of any size differ; the number of rows.
pub fn compare_standings(before: &EarlierResult, after: &EarlierResult, dir: &Path) -> Result<u64, CliError> {
    let columns = joined(&before.receipt.columns, &after.receipt.columns);
    let mut writer = delta_standings(dir, &columns)?;
    let shares = shares(before, after);
    for share in 0..shares {
        let wanted = Wanted::PersonShare { shares, share };
        let changes = changes(before.standings(&wanted)?, after.standings(&wanted)?);
        changes.into_iter().try_for_each(|change| writer.push(change))?;
    }
    Ok(writer.finish()?)
}

/// Adds what leads from the postings of one result to those of another.
pub fn compare_postings(before: &EarlierResult, after: &EarlierResult, to: &mut DeltaPostings) -> Result<(), CliError> {
    let shares = shares(before, after);
    (0..shares).try_for_each(|share| compare_share(before, after, &Wanted::HouseholdShare { shares, share }, to))
}

/// The columns of both.
fn joined(one: &StandingColumns, other: &StandingColumns) -> StandingColumns {
    let join = |mut names: Vec<String>, more: &[String]| {
        let new: Vec<String> = more.iter().filter(|name| !names.contains(name)).cloned().collect();
        names.extend(new);
        names
    };
    StandingColumns {
        tiers: join(other.tiers.clone(), &one.tiers),
        bases: join(other.bases.clone(), &one.bases),
        limits: join(other.limits.clone(), &one.limits),
    }
}

fn compare_share(
    before: &EarlierResult,
    after: &EarlierResult,
    wanted: &Wanted,
    to: &mut DeltaPostings,
) -> Result<(), CliError> {
    let had: BTreeSet<HouseholdId> = before.standings(wanted)?.into_iter().map(|row| row.household_id).collect();
    let has: BTreeSet<HouseholdId> = after.standings(wanted)?.into_iter().map(|row| row.household_id).collect();
    let (mut old, mut new) = (by_household(before.postings(wanted)?), by_household(after.postings(wanted)?));
    let households: BTreeSet<HouseholdId> = old.keys().chain(new.keys()).copied().collect();
    for household in households {
        let (old, new) = (old.remove(&household).unwrap_or_default(), new.remove(&household).unwrap_or_default());
        // A household that still has bills and whose postings are no longer wanted was not reversed.
        if new.is_empty() && has.contains(&household) {
            continue;
        }
        to.add(&old, &new, had.contains(&household))?;
    }
    Ok(())
}

/// Postings by household, in the order of their run.
pub fn by_household(postings: Vec<Posting>) -> BTreeMap<HouseholdId, Vec<Posting>> {
    let mut households: BTreeMap<HouseholdId, Vec<Posting>> = BTreeMap::new();
    for posting in postings {
        households.entry(posting.household_id).or_default().push(posting);
    }
    households
}
