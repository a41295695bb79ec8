//! Rows of a claims table as the kernel's claims: only the columns that the program looks at.
//!
//! Start at [`ClaimColumns::read`].

use std::borrow::Cow;

use arrow::array::RecordBatch;
use shukun_engine::facts::{Category, ClaimKind};
use shukun_engine::kernel::{Amounts, ClaimRows, Names, Needs, category_code, kind_code};

use super::cells::{Cells, find};
use super::error::{Place, missing_column};
use super::facts::{FactRows, read_facts};
use super::words::WordCache;
use crate::lake::LakeError;
use crate::lake::codes::Code;

/// 费用总额 and its parts.
pub(crate) const MONEY: [&str; 5] =
    ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
/// What the state platform settled, by payer.
pub(crate) const SETTLED: [&str; 5] = [
    "basic_paid_fen",
    "critical_illness_paid_fen",
    "medical_assistance_paid_fen",
    "supplementary_paid_fen",
    "other_paid_fen",
];
const WORDS: [&str; 3] = ["institution_code", "drg_code", "principal_diagnosis"];

/// Buffers for the columns that have to be copied, kept from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct ClaimColumns {
    ids: Vec<u64>,
    days: [Vec<i32>; 3],
    codes: [Vec<u8>; 5],
    words: [Vec<u32>; 3],
    caches: [WordCache; 3],
    money: [Vec<i64>; 5],
    settled: [Vec<i64>; 5],
}

/// The word of each code, for messages.
pub(crate) fn known_words<C: Code>() -> String {
    C::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
}

pub(crate) fn category(word: &str) -> Option<u8> {
    Category::from_word(word).map(category_code)
}

fn kind(word: &str) -> Option<u8> {
    ClaimKind::from_word(word).map(kind_code)
}

fn amounts<'a>(
    column: impl Fn(&'a str) -> Option<Cells<'a>>,
    names: [&'a str; 5],
    slots: &'a mut [Vec<i64>; 5],
    read: impl Fn(&Cells<'a>, &'a mut Vec<i64>) -> Result<Amounts<'a>, LakeError>,
) -> Result<[Amounts<'a>; 5], LakeError> {
    let mut found: [Amounts<'a>; 5] = Default::default();
    for ((to, name), slot) in found.iter_mut().zip(names).zip(slots) {
        if let Some(cells) = column(name) {
            *to = read(&cells, slot)?;
        }
    }
    Ok(found)
}

impl ClaimColumns {
    /// The rows' columns, without those that tie them to persons. Where there is no `claim_id`, a claim goes by the
    /// number of its row in the file, from 0.
    pub(crate) fn read<'a>(
        &'a mut self,
        rows: &'a RecordBatch,
        names: &Names,
        needs: &Needs,
        place: Place<'a>,
    ) -> Result<(ClaimRows<'a>, FactRows), LakeError> {
        let column = |name: &'a str| needs.claims.contains(name).then(|| find(rows, name, place)).flatten();
        let [admitted, discharged, settled_days] = &mut self.days;
        let [kinds, levels, areas, categories, reversals] = &mut self.codes;
        let [institutions, drgs, diagnoses] = &mut self.words;
        let [institution_cache, drg_cache, diagnosis_cache] = &mut self.caches;
        let [institution, drg, diagnosis] = WORDS;
        let facts = if needs.claim_facts { read_facts(find(rows, "facts", place))? } else { FactRows::default() };
        let mut claims = ClaimRows {
            id: claim_ids(find(rows, "claim_id", place), rows.num_rows(), &mut self.ids, place)?,
            money: amounts(column, MONEY, &mut self.money, Cells::money)?,
            settled: amounts(column, SETTLED, &mut self.settled, Cells::amounts)?,
            facts: facts.columns(names, true, rows.num_rows()),
            settled_facts: facts.settled(names, rows.num_rows()),
            ..ClaimRows::default()
        };
        if let Some(cells) = column("admitted_on") {
            claims.admitted_on = cells.days(admitted)?;
        }
        if let Some(cells) = column("discharged_on") {
            claims.discharged_on = cells.days(discharged)?;
        }
        let days = find(rows, "settled_on", place).ok_or_else(|| missing_column("settled_on", place.file))?;
        claims.settled_on = days.known_days(settled_days)?;
        if needs.claims.contains("kind") {
            let cells = find(rows, "kind", place).ok_or_else(|| missing_column("kind", place.file))?;
            claims.kind = cells.known_codes(kind, &known_words::<ClaimKind>(), kinds)?;
        }
        if let Some(cells) = column("hospital_level") {
            claims.hospital_level = cells.levels(levels)?;
        }
        if let Some(cells) = column("out_of_area") {
            claims.out_of_area = cells.flags(areas)?;
        }
        if let Some(cells) = column("settled_category") {
            claims.settled_category = cells.codes(category, &known_words::<Category>(), categories)?;
        }
        if let Some(cells) = column("reverses_claim_id") {
            claims.is_reversal = cells.presence(reversals);
        }
        if let Some(cells) = column(institution) {
            claims.institution = cells.words(institution_cache, institutions)?;
        }
        if let Some(cells) = column(drg) {
            claims.drg = cells.words(drg_cache, drgs)?;
        }
        if let Some(cells) = column(diagnosis) {
            claims.diagnosis = cells.words(diagnosis_cache, diagnoses)?;
        }
        Ok((claims, facts))
    }

    /// Takes the words of a chunk that is done with back for the next one.
    pub(crate) fn give_back(&mut self, words: [Vec<String>; 3]) {
        for (cache, words) in self.caches.iter_mut().zip(words) {
            cache.give_back(words);
        }
    }
}

/// The words of a chunk's claims, for [`ClaimColumns::give_back`].
pub(crate) fn words_of(claims: ClaimRows<'_>) -> [Vec<String>; 3] {
    [claims.institution.values, claims.drg.values, claims.diagnosis.values]
}

fn claim_ids<'a>(
    cells: Option<Cells<'a>>,
    rows: usize,
    slot: &'a mut Vec<u64>,
    place: Place<'_>,
) -> Result<Cow<'a, [u64]>, LakeError> {
    let Some(cells) = cells else {
        slot.clear();
        slot.extend((place.first_row..).take(rows));
        return Ok(Cow::Borrowed(slot));
    };
    cells.ids(slot)
}
