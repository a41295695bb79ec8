//! A determination sheet drafted by the engine: who, which years, what the case itself found → every tier with its article.
//!
//! Knows no programme: that is the officer's word, line by line. Start at [`SheetOrder`] and [`Worked`].

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, PersonId, Text};
use shukun_casework::ContentHash;
use shukun_casework::case::Category;
use shukun_casework::determination::{Line, PackUsed};

/// One household's sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetOrder {
    /// The lake.
    pub lake: PathBuf,
    /// The packs.
    pub packs: Vec<PathBuf>,
    /// Somebody of the household.
    pub person: PersonId,
    /// Which years of cost.
    pub years: Vec<i16>,
    /// The certification that the case found, which the lake may not know yet.
    pub certified: Option<Certified>,
    /// What is proposed to a meeting that sets the amount itself.
    pub proposals: Vec<Proposal>,
    /// Readings of unclear articles other than the packs' own, as `pack:Y1=整额`; of one article the last counts.
    #[serde(default)]
    pub readings: Vec<String>,
}

/// The household's category, as civil affairs decided in the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// As what.
    pub category: Category,
    /// First day.
    pub valid_from: Day,
    /// Last day; `None` = open.
    pub valid_to: Option<Day>,
    /// The day of the decision.
    pub certified_on: Day,
    /// Because of illness.
    pub due_to_illness: bool,
}

/// An amount that a meeting is asked for, under a rule that leaves the amount to it (议定).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// For whom.
    pub person: PersonId,
    /// Of which year.
    pub year: i16,
    /// Under which rule.
    pub rule: String,
    /// How much.
    pub amount_fen: Fen,
}

/// What the engine found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worked {
    /// Hash of the household's facts, the case's own among them.
    pub input_sha256: ContentHash,
    /// The packs that ran.
    pub packs: Vec<PackUsed>,
    /// Everybody with a bill in one of the years.
    pub people: Vec<WorkedPerson>,
    /// Rules under which a meeting sets the amount.
    pub by_resolution: Vec<String>,
}

/// One person's year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedPerson {
    /// Whose.
    pub person: PersonId,
    /// The year.
    pub year: i16,
    /// All bills.
    pub bill_fen: Fen,
    /// Who pays what, in the order of tiers.
    pub lines: Vec<WorkedLine>,
    /// What is left with the family.
    pub left_fen: Fen,
    /// Why a rule gave nothing, less, or could not tell.
    pub notes: Vec<Text>,
    /// The readings of unclear articles that the amounts rest on.
    pub readings: Vec<WorkedReading>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedLine {
    /// As it will stand on the sheet, without a programme.
    pub line: Line,
    /// Paid at the hospital's counter already, as the claims data say.
    pub as_settled: bool,
}

/// A reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedReading {
    /// The document.
    pub document: String,
    /// The pack's id, and the article's open question in it: `Y1`.
    pub pack: String,
    /// See there.
    pub ambiguity: String,
    /// What is unclear in it.
    pub question: String,
    /// How it was read.
    pub reading: String,
    /// Nobody has confirmed it.
    pub provisional: bool,
    /// Its values are invented.
    pub illustrative: bool,
    /// What each other reading would do to the family's own share: above zero the family would bear more.
    pub others: Vec<(String, Fen)>,
}
