//! Defects planted into settlement rows, of the sorts that real exports have, so that an importer can be held to account.

use std::collections::BTreeMap;

use serde::Serialize;
use shukun_base::Fen;

use super::sheet_row::SheetRow;

/// A sort of defect, named as the importer's reasons are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// The last character of the ID number is wrong.
    IdChecksum,
    /// A formula stands as text where the name belongs.
    FormulaText,
    /// 待核 stands where an amount belongs.
    NotANumber,
    /// The row is there twice.
    DuplicateRow,
    /// The total is one yuan more than its parts.
    IdentityTotal,
    /// A day that no calendar has.
    BadDate,
}

impl Defect {
    /// All sorts, in the order they are planted.
    pub const ALL: [Defect; 6] = [
        Defect::IdChecksum,
        Defect::FormulaText,
        Defect::NotANumber,
        Defect::DuplicateRow,
        Defect::IdentityTotal,
        Defect::BadDate,
    ];
}

/// One row in this many takes a defect, while there are defects left to plant.
const SPACING: u64 = 7;

/// What was planted in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// Rows of data, doubled ones counted twice.
    pub rows: u64,
    /// Reversals; they are no defect.
    pub reversals: u64,
    /// How many of each sort.
    pub planted: BTreeMap<Defect, u64>,
}

impl Planted {
    /// All defects together.
    pub fn defects(&self) -> u64 {
        self.planted.values().sum()
    }
}

/// Plants a number of defects into the rows that pass by.
pub(super) struct Planter {
    left: u64,
    seen: u64,
    sorts: std::iter::Cycle<std::array::IntoIter<Defect, 6>>,
}

impl Planter {
    pub(super) fn new(defects: u64) -> Planter {
        Planter { left: defects, seen: 0, sorts: Defect::ALL.into_iter().cycle() }
    }

    /// Spoils the row if its turn has come, and says how. A claim that is reversed, and its reversal, stay whole:
    /// losing one would take the other along.
    pub(super) fn plant(&mut self, row: &mut SheetRow<'_>, has_reversal: bool) -> Option<Defect> {
        if self.left == 0 || has_reversal {
            return None;
        }
        self.seen += 1;
        if !self.seen.is_multiple_of(SPACING) {
            return None;
        }
        self.left -= 1;
        let defect = self.sorts.next()?;
        spoil(row, defect);
        Some(defect)
    }
}

fn spoil(row: &mut SheetRow<'_>, defect: Defect) {
    match defect {
        Defect::IdChecksum => row.id_number = with_wrong_check(&row.id_number),
        Defect::FormulaText => row.name = "=HYPERLINK(\"x\",\"点此\")".to_owned(),
        Defect::NotANumber => row.cash_text = Some("待核"),
        Defect::DuplicateRow => {}
        Defect::IdentityTotal => row.total += Fen::yuan(1),
        Defect::BadDate => row.discharged_text = Some("2022-02-30"),
    }
}

fn with_wrong_check(id_number: &str) -> String {
    let mut spoilt = id_number.to_owned();
    let check = spoilt.pop();
    spoilt.push(if check == Some('1') { '2' } else { '1' });
    spoilt
}
