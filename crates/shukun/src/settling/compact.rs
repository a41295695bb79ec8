//! `shukun settle --compact`: a base with its patch becomes one whole result again.

use std::path::Path;

use shukun_claims::lake::{TableWriter, notes_writer, postings_writer, standings_writer};

use super::deltas::{DELTA_POSTINGS, DELTA_STANDINGS};
use super::earlier::{EarlierResult, ResultTable};
use super::folder::{Unfinished, link};
use super::receipt::Receipt;
use crate::error::CliError;

/// Makes the result in `dir` one again, in its place. A result that is whole already stays as it is.
pub fn compact(dir: &Path) -> Result<Receipt, CliError> {
    let patched = EarlierResult::open(dir)?;
    if patched.receipt.patch.is_none() {
        // A run that was killed when its result had just taken the place of the patched one left that beside it.
        Unfinished::tidy(dir)?;
        return Ok(patched.receipt);
    }
    let unfinished = Unfinished::begin(dir)?;
    // Nobody else may have written it in the meantime.
    let patched = EarlierResult::open(dir)?;
    let mut receipt = patched.receipt.clone();
    write_whole(&patched, unfinished.dir(), &mut receipt)?;
    receipt.patch = None;
    receipt.save(unfinished.dir())?;
    unfinished.finish()?;
    Ok(receipt)
}

fn write_whole(patched: &EarlierResult, to: &Path, receipt: &mut Receipt) -> Result<(), CliError> {
    let at = |table: ResultTable| to.join(table.file());
    let columns = receipt.columns.clone();
    receipt.standings = copy(patched, ResultTable::Standings, standings_writer(&at(ResultTable::Standings), columns)?)?;
    if patched.base(ResultTable::Postings).is_file() {
        receipt.postings = copy(patched, ResultTable::Postings, postings_writer(&at(ResultTable::Postings))?)?;
    }
    if patched.base(ResultTable::Notes).is_file() {
        receipt.notes = copy(patched, ResultTable::Notes, notes_writer(&at(ResultTable::Notes))?)?;
    }
    let deltas = [DELTA_POSTINGS, DELTA_STANDINGS].map(|name| (patched.dir().join(name), to.join(name)));
    deltas.iter().filter(|(from, _)| from.is_file()).try_for_each(|(from, to)| link(from, to))
}

fn copy<T>(patched: &EarlierResult, table: ResultTable, mut to: TableWriter<T>) -> Result<u64, CliError> {
    patched.copy_all(table, &mut to)?;
    Ok(to.finish()?)
}
