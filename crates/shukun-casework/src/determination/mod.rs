//! The determination (核定): every tier, every fen with its article, and what each programme pays. Never changed: a
//! later version supersedes it.
//!
//! Knows no rule: the engine computed it, this is its form. Start at [`Determination`].

mod check;
#[cfg(test)]
pub(crate) mod tests;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, PersonId, Text};

use crate::authority::Programme;
use crate::ids::ContentHash;

pub use check::SheetFault;

/// A pack that the engine used.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PackUsed {
    /// Its id.
    pub id: String,
    /// Its version, as the pack says it.
    pub version: String,
    /// Hash of its bytes.
    pub sha256: ContentHash,
}

/// One line of a sheet: who pays what, by which article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The tier or payer, as the pack names it.
    pub tier: String,
    /// The programme it is paid under; `None` = settled at the hospital's counter already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<Programme>,
    /// The rule.
    pub rule: String,
    /// The article it rests on.
    pub article: String,
    /// What the rule was applied to.
    pub base_fen: Fen,
    /// What it pays.
    pub amount_fen: Fen,
    /// What is left under its cap; `None` = no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_left_fen: Option<Fen>,
}

/// One person's year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSheet {
    /// Whose.
    pub person: PersonId,
    /// The year.
    pub year: i16,
    /// All bills.
    pub bill_fen: Fen,
    /// Who pays what, in the order of tiers.
    pub lines: Vec<Line>,
    /// What is left with the family.
    pub left_fen: Fen,
}

/// An advance set off against a programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Netting {
    /// The programme.
    pub programme: Programme,
    /// The advance that was paid.
    pub amount_fen: Fen,
}

/// A determination of one household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// 1, 2, 3 … within the case.
    pub version: u32,
    /// The version it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<u32>,
    /// Hash of the facts it was computed from.
    pub input_sha256: ContentHash,
    /// The packs in force.
    pub packs: Vec<PackUsed>,
    /// Each person's year.
    pub people: Vec<PersonSheet>,
    /// Advances set off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nettings: Vec<Netting>,
    /// The lists and systems that were searched for aid given twice; not empty.
    pub double_aid_searched: Vec<String>,
    /// The readings of unclear articles that the amounts rest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ReadingUsed>,
}

/// How an unclear article was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingUsed {
    /// The pack's id.
    pub pack: String,
    /// Its open question: `Y1`.
    pub ambiguity: String,
    /// The question in words.
    pub question: String,
    /// The reading that was followed.
    pub reading: String,
    /// Nobody has confirmed it yet.
    pub provisional: bool,
}

impl Determination {
    /// What the programme gives, before advances.
    pub fn aid_fen(&self, programme: Programme) -> Fen {
        let lines = self.people.iter().flat_map(|sheet| &sheet.lines);
        lines.filter(|line| line.programme == Some(programme)).map(|line| line.amount_fen).sum()
    }

    /// Advances set off against the programme.
    pub fn netted_fen(&self, programme: Programme) -> Fen {
        let of_programme = self.nettings.iter().filter(|netting| netting.programme == programme);
        of_programme.map(|netting| netting.amount_fen).sum()
    }

    /// What the programme still pays: below zero when the advance exceeds it.
    pub fn payable_fen(&self, programme: Programme) -> Fen {
        self.aid_fen(programme) - self.netted_fen(programme)
    }

    /// The programmes that give anything.
    pub fn programmes(&self) -> impl Iterator<Item = Programme> {
        Programme::ALL.iter().copied().filter(|programme| !self.aid_fen(*programme).is_zero())
    }

    /// What `self` pays more (or less) than `before`, for each programme where they differ.
    pub fn difference(&self, before: &Determination) -> Vec<(Programme, Fen)> {
        let gap = |programme: Programme| self.payable_fen(programme) - before.payable_fen(programme);
        let gaps = Programme::ALL.iter().map(|programme| (*programme, gap(*programme)));
        gaps.filter(|(_, gap)| !gap.is_zero()).collect()
    }

    /// What is wrong with the sheet itself; empty = sound.
    pub fn faults(&self) -> Vec<SheetFault> {
        check::faults(self)
    }
}

impl SheetFault {
    /// What is wrong and where.
    pub fn text(&self) -> Text {
        check::text(self)
    }
}
