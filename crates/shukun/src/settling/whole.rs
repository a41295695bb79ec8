//! Settling everybody: partition by partition into the tables of a new result.

use std::path::Path;

use indicatif::ProgressBar;
use shukun_base::Lang;
use shukun_claims::Lake;
use shukun_claims::lake::{HouseholdNote, TableWriter, notes_writer, postings_writer, standings_writer};
use shukun_engine::outcome::{Posting, Standing};

use super::again::Reason;
use super::changed::write_changed;
use super::deltas::{DeltaPostings, compare_postings, compare_standings};
use super::earlier::{EarlierResult, ResultTable};
use super::options::{NotesOf, Options, PostingsOf};
use super::partition::{Done, Plan, settle_lake};
use super::receipt::{PreviousResult, Receipt};
use super::totals::Totals;
use crate::error::CliError;
use crate::output::progress;
use crate::words::pick;

/// The tables of a result while they grow.
pub struct Tables {
    /// Everybody's.
    pub standings: TableWriter<Standing>,
    /// None where none are wanted.
    pub postings: Option<TableWriter<Posting>>,
    /// None where none are wanted.
    pub notes: Option<TableWriter<HouseholdNote>>,
    totals: Totals,
}

impl Tables {
    /// Begins the tables that the options ask for.
    pub fn create(dir: &Path, plan: &Plan<'_>) -> Result<Tables, CliError> {
        let Options { postings, notes, .. } = plan.options();
        let at = |table: ResultTable| dir.join(table.file());
        let wants_postings = *postings != PostingsOf::None;
        let wants_notes = *notes != NotesOf::None;
        Ok(Tables {
            standings: standings_writer(&at(ResultTable::Standings), plan.columns().clone())?,
            postings: wants_postings.then(|| postings_writer(&at(ResultTable::Postings))).transpose()?,
            notes: wants_notes.then(|| notes_writer(&at(ResultTable::Notes))).transpose()?,
            totals: Totals::default(),
        })
    }

    /// Adds what a partition gave.
    pub fn take(&mut self, done: Done) -> Result<(), CliError> {
        self.totals.join(done.totals);
        self.standings.append(done.standings)?;
        if let Some(postings) = &mut self.postings {
            postings.append(done.postings)?;
        }
        if let Some(notes) = &mut self.notes {
            notes.append(done.notes)?;
        }
        Ok(())
    }

    /// Ends the tables and takes their rows down.
    pub fn finish(self, receipt: &mut Receipt) -> Result<(), CliError> {
        receipt.set_totals(&self.totals);
        receipt.standings = self.standings.finish()?;
        receipt.postings = self.postings.map(TableWriter::finish).transpose()?.unwrap_or_default();
        receipt.notes = self.notes.map(TableWriter::finish).transpose()?.unwrap_or_default();
        Ok(())
    }
}

/// The earlier result that was named, and why it is not continued.
pub struct Abandoned<'a> {
    /// The result.
    pub result: &'a EarlierResult,
    /// Why everybody is settled.
    pub because: Reason,
}

/// Settles everybody into `dir` and returns the receipt, which is not yet written.
pub fn settle_everybody(
    plan: &Plan<'_>,
    lake: &Lake,
    previous: Option<Abandoned<'_>>,
    dir: &Path,
    lang: Lang,
) -> Result<Receipt, CliError> {
    let mut receipt = Receipt::begin(lake, plan.programs(), plan.options());
    let bar = progress(lake.bucket_count().into(), pick(lang, "结算", "settling"));
    let mut tables = Tables::create(dir, plan)?;
    settle_lake(plan, lake, |done| step(&bar, tables.take(done)))?;
    bar.finish_and_clear();
    tables.finish(&mut receipt)?;
    if let Some(previous) = previous {
        add_deltas(plan, lake, &previous, dir, &mut receipt)?;
    }
    Ok(receipt)
}

fn step<T>(bar: &ProgressBar, outcome: T) -> T {
    bar.inc(1);
    outcome
}

/// What leads from the earlier result to this one, although everybody was settled.
fn add_deltas(
    plan: &Plan<'_>,
    lake: &Lake,
    previous: &Abandoned<'_>,
    dir: &Path,
    receipt: &mut Receipt,
) -> Result<(), CliError> {
    receipt.delta_standings = Some(compare_standings(previous.result, &EarlierResult::of(dir, receipt), dir)?);
    if plan.options().postings == PostingsOf::Changed {
        write_changed(plan, lake, dir, receipt)?;
    }
    let mut delta = DeltaPostings::create(dir)?;
    compare_postings(previous.result, &EarlierResult::of(dir, receipt), &mut delta)?;
    receipt.previous = Some(PreviousResult {
        input_hash: previous.result.receipt.input_hash.clone(),
        lake_generation: previous.result.receipt.lake_generation,
        settled_whole_because: Some(previous.because),
        households_settled: receipt.households,
        households_without_earlier_postings: delta.without_earlier_postings,
    });
    receipt.delta_postings = Some(delta.finish()?);
    Ok(())
}
