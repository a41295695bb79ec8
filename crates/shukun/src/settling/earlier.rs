//! Reading an earlier result, whether it is whole or a base with a patch: rows of some households, or share by share.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shukun_base::HouseholdId;
use shukun_claims::LakeError;
use shukun_claims::lake::{
    HouseholdNote, TableWriter, Wanted, copy_wanted, read_household_list, read_wanted_notes, read_wanted_postings,
    read_wanted_standings,
};
use shukun_engine::outcome::{Posting, Standing};

use super::folder::{BASE, PATCH};
use super::receipt::Receipt;
use crate::error::CliError;

/// The tables of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultTable {
    /// Person-years.
    Standings,
    /// Who paid what.
    Postings,
    /// What else was said.
    Notes,
}

impl ResultTable {
    /// All of them.
    pub const ALL: [ResultTable; 3] = [ResultTable::Standings, ResultTable::Postings, ResultTable::Notes];

    /// Its file.
    pub fn file(self) -> &'static str {
        match self {
            ResultTable::Standings => "standings.parquet",
            ResultTable::Postings => "postings.parquet",
            ResultTable::Notes => "notes.parquet",
        }
    }
}

/// The households whose rows the patch holds.
pub const PATCHED: &str = "households.parquet";

/// A result on disk.
#[derive(Clone, Debug)]
pub struct EarlierResult {
    dir: PathBuf,
    /// What it says of itself.
    pub receipt: Receipt,
    /// Households whose rows are in the patch and no longer in the base; empty where the result is whole.
    pub patched: Arc<HashSet<HouseholdId>>,
}

impl EarlierResult {
    /// Opens the result in `dir`.
    pub fn open(dir: &Path) -> Result<EarlierResult, CliError> {
        let receipt = Receipt::load(dir)?;
        let patched = match receipt.patch {
            Some(_) => read_household_list(&dir.join(PATCH).join(PATCHED))?,
            None => HashSet::new(),
        };
        Ok(EarlierResult { dir: dir.to_owned(), receipt, patched: Arc::new(patched) })
    }

    /// The whole result that is being written in `dir`, whose receipt is not there yet.
    pub fn of(dir: &Path, receipt: &Receipt) -> EarlierResult {
        EarlierResult { dir: dir.to_owned(), receipt: receipt.clone(), patched: Arc::default() }
    }

    /// Where the rows of the base lie; the file is not there where the result has no such table.
    pub fn base(&self, table: ResultTable) -> PathBuf {
        match self.receipt.patch {
            Some(_) => self.dir.join(BASE).join(table.file()),
            None => self.dir.join(table.file()),
        }
    }

    /// Where the rows of the patch lie, where there is one.
    pub fn patch(&self, table: ResultTable) -> Option<PathBuf> {
        self.receipt.patch.as_ref().map(|_| self.dir.join(PATCH).join(table.file()))
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Copies every row of a table.
    pub fn copy_all<T>(&self, table: ResultTable, to: &mut TableWriter<T>) -> Result<(), CliError> {
        copy_if_there(&self.base(table), &Wanted::Others(Arc::clone(&self.patched)), to)?;
        self.copy_patch(table, &Arc::default(), to)
    }

    /// Copies the rows of the patch, but those of some households.
    pub fn copy_patch<T>(
        &self,
        table: ResultTable,
        but: &Arc<HashSet<HouseholdId>>,
        to: &mut TableWriter<T>,
    ) -> Result<(), CliError> {
        match self.patch(table) {
            Some(patch) => copy_if_there(&patch, &Wanted::Others(Arc::clone(but)), to),
            None => Ok(()),
        }
    }

    /// The wanted standings.
    pub fn standings(&self, wanted: &Wanted) -> Result<Vec<Standing>, CliError> {
        self.read(
            ResultTable::Standings,
            wanted,
            |path, wanted, each| read_wanted_standings(path, wanted, each),
            |row: &Standing| row.household_id,
        )
    }

    /// The wanted postings.
    pub fn postings(&self, wanted: &Wanted) -> Result<Vec<Posting>, CliError> {
        self.read(
            ResultTable::Postings,
            wanted,
            |path, wanted, each| read_wanted_postings(path, wanted, each),
            |row: &Posting| row.household_id,
        )
    }

    /// The wanted notes.
    pub fn notes(&self, wanted: &Wanted) -> Result<Vec<HouseholdNote>, CliError> {
        self.read(
            ResultTable::Notes,
            wanted,
            |path, wanted, each| read_wanted_notes(path, wanted, each),
            |row: &HouseholdNote| row.household_id,
        )
    }

    fn read<T>(
        &self,
        table: ResultTable,
        wanted: &Wanted,
        reader: Reader<T>,
        household: impl Fn(&T) -> HouseholdId,
    ) -> Result<Vec<T>, CliError> {
        let mut found = Vec::new();
        let base = self.base(table);
        if base.is_file() {
            reader(&base, wanted, &mut |rows| {
                found.extend(rows.into_iter().filter(|row| !self.patched.contains(&household(row))));
                Ok(())
            })?;
        }
        if let Some(patch) = self.patch(table).filter(|patch| patch.is_file()) {
            reader(&patch, wanted, &mut |rows| {
                found.extend(rows);
                Ok(())
            })?;
        }
        Ok(found)
    }
}

type Each<'a, T> = &'a mut dyn FnMut(Vec<T>) -> Result<(), LakeError>;
type Reader<T> = fn(&Path, &Wanted, Each<'_, T>) -> Result<(), LakeError>;

fn copy_if_there<T>(from: &Path, wanted: &Wanted, to: &mut TableWriter<T>) -> Result<(), CliError> {
    if from.is_file() { Ok(copy_wanted(from, wanted, to)?) } else { Ok(()) }
}
