//! `--postings changed`: the postings and notes of those households alone whose standings are not what they were.
//!
//! Who that is, is known when `delta_standings.parquet` is written; it is read back share by share.

use std::collections::BTreeSet;
use std::path::Path;

use shukun_base::HouseholdId;
use shukun_claims::lake::{HouseholdNote, StandingChange, TableWriter, notes_writer, postings_writer, read_changes};
use shukun_claims::{Lake, LakeError};
use shukun_engine::outcome::Posting;

use super::deltas::DELTA_STANDINGS;
use super::earlier::ResultTable;
use super::options::NotesOf;
use super::partition::Plan;
use super::receipt::Receipt;
use crate::error::CliError;

/// Changes that are looked at together.
const CHANGES_IN_SHARE: u64 = 200_000;

/// Writes the tables of postings and notes anew into `dir`, for the households of its `delta_standings.parquet`.
pub fn write_changed(plan: &Plan<'_>, lake: &Lake, dir: &Path, receipt: &mut Receipt) -> Result<(), CliError> {
    let wants_notes = plan.options().notes != NotesOf::None;
    let mut tables = Tables {
        postings: postings_writer(&dir.join(ResultTable::Postings.file()))?,
        notes: wants_notes.then(|| notes_writer(&dir.join(ResultTable::Notes.file()))).transpose()?,
    };
    let shares = receipt.delta_standings.unwrap_or_default() / CHANGES_IN_SHARE + 1;
    for share in 0..shares {
        let households = changed_households(&dir.join(DELTA_STANDINGS), shares, share)?;
        tables.add(plan, lake, &households)?;
    }
    receipt.postings = tables.postings.finish()?;
    receipt.notes = tables.notes.map(TableWriter::finish).transpose()?.unwrap_or_default();
    Ok(())
}

/// The households of one share in which somebody's year changed, as they are now.
fn changed_households(changes: &Path, shares: u64, share: u64) -> Result<BTreeSet<HouseholdId>, LakeError> {
    let mut households = BTreeSet::new();
    let household = |change: StandingChange| change.after.map(|standing| standing.household_id);
    read_changes(changes, |changes| {
        let here = |id: &HouseholdId| id.0.checked_rem(shares).is_none_or(|rest| rest == share);
        households.extend(changes.into_iter().filter_map(household).filter(here));
        Ok(())
    })?;
    Ok(households)
}

struct Tables {
    postings: TableWriter<Posting>,
    notes: Option<TableWriter<HouseholdNote>>,
}

impl Tables {
    fn add(&mut self, plan: &Plan<'_>, lake: &Lake, households: &BTreeSet<HouseholdId>) -> Result<(), LakeError> {
        for facts in lake.read_households(households)? {
            let Some((settlement, _)) = plan.settle_whole(&facts) else { continue };
            let rows = plan.rows_of(&facts, settlement);
            rows.postings.into_iter().try_for_each(|row| self.postings.push(row))?;
            if let Some(notes) = &mut self.notes {
                rows.notes.into_iter().try_for_each(|row| notes.push(row))?;
            }
        }
        Ok(())
    }
}
