//! Two policies over everybody in the lake: what it costs each fund, who gains, who loses. Groups that are too small for
//! anybody else's eyes come back without figures, single people not at all.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Text};

/// One of the two policies: the packs in force on a day, in readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareSide {
    /// The day whose versions count; `None` = every version, each in its time.
    pub on: Option<Day>,
    /// Readings other than the provisional ones: `Y1=整额`.
    pub readings: Vec<String>,
}

/// The order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareOrder {
    /// The lake.
    pub lake: PathBuf,
    /// Packs or folders of packs.
    pub packs: Vec<PathBuf>,
    /// 基准方案
    pub baseline: CompareSide,
    /// 对照方案
    pub variant: CompareSide,
    /// The folder for the files of the comparison; nothing else lies in it.
    pub out: PathBuf,
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Whether invented values were used on either side.
    pub is_illustrative: bool,
    /// Titles of the packs of both sides.
    pub packs: [Vec<String>; 2],
    /// Person-years, persons, households.
    pub person_years: u64,
    /// See there.
    pub persons: u64,
    /// See there.
    pub households: u64,
    /// The calendar years.
    pub years: Vec<i16>,
    /// Households that one side's packs do not cover; they are in no figure.
    pub households_without_pack: u64,
    /// What each payer, each fund, each rule pays.
    pub payers: Vec<ComparedLine>,
    /// See there.
    pub funds: Vec<ComparedLine>,
    /// See there.
    pub rules: Vec<ComparedLine>,
    /// What stays with families.
    pub family: ComparedLine,
    /// Person-years that bear less, more, the same, and how much.
    pub gaining: u64,
    /// See there.
    pub losing: u64,
    /// See there.
    pub unchanged: u64,
    /// See there.
    pub gained_fen: Fen,
    /// See there.
    pub lost_fen: Fen,
    /// How many person-years change by how much: more than, not more than, how many.
    pub histogram: Vec<(Option<Fen>, Option<Fen>, u64)>,
    /// Groups.
    pub groups: Vec<ComparedGroups>,
}

/// A payer, fund or rule under both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedLine {
    /// Its name.
    pub name: String,
    /// 基准方案
    pub baseline_fen: Fen,
    /// 对照方案
    pub variant_fen: Fen,
    /// Households with another amount; `None` = too few to tell.
    pub households_changed: Option<u64>,
}

/// Groups of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedGroups {
    /// By what.
    pub by: Text,
    /// The groups.
    pub rows: Vec<ComparedGroup>,
}

/// One group; `None` where it is too small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedGroup {
    /// Its name.
    pub name: Text,
    /// Households.
    pub households: Option<u64>,
    /// What its families bear more, below zero less.
    pub difference_fen: Option<Fen>,
    /// Households that bear less, and how much all of them together.
    pub gaining: Option<(u64, Fen)>,
    /// Households that bear more.
    pub losing: Option<(u64, Fen)>,
}
