//! Reading a file that somebody brought: a first look, a dry run, the import itself, and taking it back.
//!
//! The file's bytes follow the order on the child's standard input, so that they lie on no disk unsealed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shukun_base::Text;

use super::Limits;
use crate::works::WorkFailure;

/// Twice the largest upload inflated, and the lake's rows of a county beside it.
pub(super) const LIMITS: Limits = Limits { memory_bytes: 3 << 30, cpu_seconds: 1_800, file_bytes: 8 << 30 };

/// No upload is larger, in bytes.
pub const LARGEST: u64 = 20 << 20;

/// How far to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Where the headings stand and what they are taken for.
    Look,
    /// What every row would become; nothing is written.
    Check,
    /// The good rows into the lake.
    Commit {
        /// Where the lake as it was is kept.
        kept: PathBuf,
        /// The time, as the lake shall tell it.
        at: String,
    },
}

/// An order about one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOrder {
    /// How far to go.
    pub reading: Reading,
    /// The file's name; its ending is not believed.
    pub name: String,
    /// How many bytes follow.
    pub bytes: u64,
    /// `settlement` or `roster`; none = recognised.
    pub kind: Option<String>,
    /// The office's own words for columns, as a mapping file.
    pub mapping: Option<String>,
    /// The office's towns and villages, as a table; none = those the program knows.
    pub regions: Option<String>,
    /// The lake.
    pub lake: PathBuf,
}

/// An order to take an import back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoOrder {
    /// The lake.
    pub lake: PathBuf,
    /// The lake as it was before.
    pub kept: PathBuf,
    /// The state that the import made.
    pub generation: u64,
}

/// What was found; what an earlier step finds, a later one finds again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportAnswer {
    /// The headings; none where no row could be headings.
    pub examined: Option<Examined>,
    /// SHA-256 of the set of headings.
    pub headings: String,
    /// The columns that a file of this kind may have.
    pub choices: Vec<Choice>,
    /// Why the rows cannot be judged, if so.
    pub refused: Option<WorkFailure>,
    /// What the rows would become, or became.
    pub found: Option<Found>,
    /// The rejected rows as a workbook, in hexadecimal.
    pub rejects: Option<String>,
    /// What changed in the lake.
    pub committed: Option<Committed>,
}

/// The headings of the sheet that was recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// The sheet.
    pub sheet: String,
    /// The row of headings, from 1.
    pub row: u32,
    /// What the file is taken for.
    pub kind: String,
    /// Each heading.
    pub columns: Vec<ExaminedColumn>,
    /// Columns that are missing, by name.
    pub missing: Vec<String>,
}

/// One heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminedColumn {
    /// The column's letters.
    pub letters: String,
    /// As the file writes it.
    pub header: String,
    /// What it is taken for, by name.
    pub means: Option<String>,
    /// Known to be of no use.
    pub is_ignored: bool,
    /// A few cells, masked.
    pub samples: Vec<String>,
}

/// A column that a file may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its name in mapping files.
    pub name: String,
    /// In both languages.
    pub text: Text,
    /// Whether it cannot be done without.
    pub is_required: bool,
}

/// What the rows are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// `settlement` or `roster`.
    pub kind: String,
    /// Rows of data.
    pub rows: u64,
    /// Good rows.
    pub accepted: u64,
    /// Rows with a defect.
    pub rejected: u64,
    /// Rows that were there before.
    pub duplicates: u64,
    /// Good rows that reverse another.
    pub reversals: u64,
    /// What an officer should know.
    pub warnings: Vec<Warning>,
    /// Headings that were not used.
    pub unknown_columns: Vec<String>,
    /// The first defects, cell by cell.
    pub rejects: Vec<Reject>,
    /// All defects.
    pub reject_count: u64,
}

/// Something an officer should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// In words.
    pub text: Text,
}

/// One defect of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
    /// The column's letters; empty = the row as a whole.
    pub column: String,
    /// The heading.
    pub header: String,
    /// What the cell holds; `***` where that is personal.
    pub value: String,
    /// What happened.
    pub text: Text,
    /// How to mend it.
    pub mend: Text,
}

/// What changed in the lake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Committed {
    /// Persons seen for the first time.
    pub persons: u64,
    /// Claims that were not on file.
    pub claims: u64,
    /// Certifications that were not on file.
    pub certifications: u64,
    /// Claims on file with another content, which stays.
    pub conflicting: u64,
    /// The state of the lake that the import made; none where the file changed nothing.
    pub generation: Option<u64>,
}
