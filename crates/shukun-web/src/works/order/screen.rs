//! Settling a county and screening a year of it: whom the packs find above a line, and who was and is no more.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, HouseholdId, PersonId, RegionCode, Text};
use shukun_casework::ContentHash;
use shukun_casework::alert::Colour;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenOrder {
    /// The lake.
    pub lake: PathBuf,
    /// The packs.
    pub packs: Vec<PathBuf>,
    /// Readings of ambiguities that are not the packs' own, as `Y1=整额`.
    pub readings: Vec<String>,
    /// The county: nobody else is listed.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// People with an alert of the year: told of even below every line.
    pub known: Vec<PersonId>,
    /// The folder of settled results; the latest is continued.
    pub results: PathBuf,
    /// What the result of this run is called.
    pub name: String,
}

/// What a run found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Screened {
    /// People above a line, most urgent first, with their names: they go into the store and nowhere else.
    pub above: Vec<Above>,
    /// People of [`ScreenOrder::known`] who are above none now.
    pub below: Vec<Below>,
    /// What the run's page tells.
    pub summary: Summary,
}

/// Somebody above a line.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Above {
    /// The person and what was measured.
    #[serde(flatten)]
    pub measured: Below,
    /// The most pressing colour.
    pub colour: Colour,
    /// The rule that gives it.
    pub rule: String,
    /// The rule's pack and its version.
    pub pack: String,
    /// The name.
    pub name: String,
    /// The ID number.
    pub id_number: String,
    /// The phone.
    pub phone: Option<String>,
}

/// No name ever in a log.
impl std::fmt::Debug for Above {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Above({:?} {:?})", self.measured.person, self.colour)
    }
}

/// A person, and what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Below {
    /// Who.
    pub person: PersonId,
    /// Of which household.
    pub household: HouseholdId,
    /// Where it lives.
    pub region: RegionCode,
    /// The burden.
    pub burden_fen: Fen,
    /// Hash of the person's claims.
    pub claims_sha256: ContentHash,
}

/// What the run's page tells; nobody is named in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The funnel: what is counted, and how many persons.
    pub funnel: Vec<(Text, u64)>,
    /// Alerts by town.
    pub by_town: Vec<(RegionCode, u64)>,
    /// What is not known, and of how many people: the rule, the fact that is missing.
    pub unknown: Vec<(String, String, u64)>,
    /// Households that no pack covers.
    pub households_without_pack: u64,
    /// The packs: id, title, number of the document, first digits of their hash.
    pub packs: Vec<UsedPack>,
    /// The readings that were followed: pack, question, reading.
    pub readings: Vec<(String, String, String)>,
    /// Whether invented values were used.
    pub is_illustrative: bool,
    /// The hash of all facts, and the state of the lake.
    pub input_hash: String,
    /// The state of the lake.
    pub generation: u64,
    /// Households that were settled anew.
    pub settled: u64,
}

/// A pack that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPack {
    /// `cn-330381-ruian`
    pub id: String,
    /// The document's title.
    pub title: String,
    /// 文号
    pub document_number: Option<String>,
    /// SHA-256 of its files.
    pub hash: String,
}
