//! The packs as an official reads them: text with its rules, findings, examples, ambiguities, cliffs. For the policy desk.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Lang, Text};

/// Which packs, on which day, in which readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesOrder {
    /// Packs or folders of packs.
    pub packs: Vec<PathBuf>,
    /// The day on which they are looked at; a pack that is not in force then is told as of its own first day.
    pub on: Day,
    /// Only this pack with everything; the others with their heads alone.
    pub only: Option<String>,
    /// Another pack, to be told apart from `only`.
    pub against: Option<String>,
    /// Readings other than the provisional ones: `Y1=整额`.
    pub readings: Vec<String>,
    /// In which language rules are told.
    pub lang: Lang,
}

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policies {
    /// Every pack, by place and first day.
    pub packs: Vec<PackHead>,
    /// The one that was asked for.
    pub shown: Option<ShownPack>,
    /// What differs between `only` and `against`.
    pub changes: Vec<ShownChange>,
    /// Findings about files that no pack could be read from.
    #[serde(default)]
    pub unread: Vec<ShownFinding>,
}

/// Whose a pack is and from when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackHead {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// 文号
    pub document_number: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Where it holds.
    pub region: String,
    /// Where its text comes from, in words.
    pub provenance: String,
    /// Whether its values are invented.
    pub is_illustrative: bool,
    /// The pack it extends.
    pub parent: Option<String>,
    /// 施行
    pub in_force: Option<Day>,
    /// 待遇自
    pub benefits_from: Option<Day>,
    /// 有效至
    pub expires: Option<Day>,
    /// Whether it is in force on the day of the order.
    pub is_in_force: bool,
    /// How many ambiguities, and how many of them nobody has confirmed.
    pub ambiguities: u64,
    /// See there.
    pub unconfirmed: u64,
    /// How many examples, and how many of them hold.
    pub examples: u64,
    /// See there.
    pub examples_hold: u64,
    /// How many findings of its check.
    pub findings: u64,
    /// How many of them are errors: with one the pack does not run.
    #[serde(default)]
    pub errors: u64,
    /// How many values its document does not state (未载明).
    #[serde(default)]
    pub empty_slots: u64,
}

/// A pack with everything; of one with errors only what can be told without running it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShownPack {
    /// Whether it runs.
    pub runs: bool,
    /// Payers, first to last, with the source of each one's amount.
    pub tiers: Vec<(String, String)>,
    /// Named bases.
    pub measures: Vec<(String, String)>,
    /// Its rules, readings chosen.
    pub rules: Vec<ShownRule>,
    /// Where the text is open.
    pub ambiguities: Vec<ShownAmbiguity>,
    /// Facts that its rules look at, with their sources.
    pub facts: Vec<(String, String)>,
    /// Its text as the official wrote it.
    pub text: String,
    /// What its check found.
    pub findings: Vec<ShownFinding>,
    /// Lines of the text, from 1, where the document states no value.
    pub empty_slots: Vec<u64>,
    /// Its worked examples.
    pub examples: Vec<ShownExample>,
    /// Lines where one fen more of cost leaves the family with less to bear.
    pub cliffs: Vec<ShownCliff>,
    /// Cost and burden under each rule that looks at its base alone.
    pub curves: Vec<ShownCurve>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRule {
    /// Its name.
    pub name: String,
    /// The article.
    pub article: String,
    /// Its clauses in words.
    pub clauses: Vec<(String, String)>,
}

/// A place where the text is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownAmbiguity {
    /// `Y1`
    pub id: String,
    /// The question.
    pub question: String,
    /// The reading in use.
    pub chosen: String,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// Every reading and what it means.
    pub readings: Vec<(String, String)>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownFinding {
    /// `P0419`
    pub code: String,
    /// `error`, `warning`, `advice`
    pub severity: String,
    /// The line of the text, from 1; of `file` where one is named.
    pub line: Option<u64>,
    /// Another file than the text: its folder and name.
    #[serde(default)]
    pub file: Option<String>,
    /// What is wrong.
    pub what: Text,
    /// How to mend it.
    pub mend: Option<Text>,
}

/// A cell of a worked example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownExample {
    /// The example.
    pub example: String,
    /// Its row.
    pub row: String,
    /// Its column.
    pub column: String,
    /// What the text says.
    pub expected: String,
    /// What the engine gives.
    pub got: String,
}

/// A cliff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownCliff {
    /// The rule.
    pub rule: String,
    /// The article.
    pub article: String,
    /// The readings it follows.
    pub readings: Vec<String>,
    /// The largest cost that has not passed the line.
    pub below_fen: Fen,
    /// What the family bears of it.
    pub burden_below_fen: Fen,
    /// What it bears of one fen more.
    pub burden_past_fen: Fen,
    /// How much less.
    pub drop_fen: Fen,
}

/// Cost and burden under a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownCurve {
    /// The rule.
    pub rule: String,
    /// The article.
    pub article: String,
    /// The readings it follows.
    pub readings: Vec<String>,
    /// Cost and burden, the least cost first.
    pub points: Vec<(Fen, Fen)>,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownChange {
    /// Of what: `规则 追溯救助`.
    pub of: String,
    /// Its clause.
    pub clause: String,
    /// As it was; missing where it is new.
    pub old: Option<String>,
    /// As it is; missing where it went.
    pub new: Option<String>,
}
