//! What one file brings to the lake once its rows are checked, and what the lake must be able to say about a row.
//!
//! Knows nothing of spreadsheets or Parquet: the importer makes a [`Batch`], the synthetic county makes one too,
//! and the lake takes it. Start at [`Batch`].

use serde::{Deserialize, Serialize};
use shukun_base::{Masked, PersonId};
use shukun_engine::facts::{Certification, Claim, Household, Person};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 结算明细: one settled claim a row.
    Settlement,
    /// 花名册: one person a row, with household, certification, disability certificate, income.
    Roster,
}

/// The direct identifiers of a person. They go into the encrypted identity file and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// 姓名
    pub name: Masked<String>,
    /// 身份证号, 18 characters with an upper-case X
    pub id_number: Masked<String>,
    /// 联系电话
    pub phone: Option<Masked<String>>,
}

/// The file a batch came from, as the lake's manifest remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// The file's name without its folders.
    pub name: String,
    /// SHA-256 of its bytes, 64 lower-case hex digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// What it holds.
    pub kind: Kind,
}

/// The accepted rows of one file.
///
/// How it is joined to what a lake already has: `None` in a [`Person`] is "this file does not know", so a known
/// value stays. A settlement file does not know households: its persons stand in a household of their own, which a
/// [`Kind::Roster`] batch replaces and a later [`Kind::Settlement`] batch never does. Households are listed only
/// where a file tells of them; the lake adds a row for each other household its persons name.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// One row a person, in order of first appearance.
    pub persons: Vec<Person>,
    /// Households the file tells of; `members` is 0 where it does not state how many they are.
    pub households: Vec<Household>,
    /// Certifications, those of one person together or not.
    pub certifications: Vec<Certification>,
    /// Claims in the file's order, reversals among them.
    pub claims: Vec<Claim>,
    /// One identity a person.
    pub identities: Vec<(PersonId, Identity)>,
    /// The file.
    pub source: SourceFile,
}
