//! What the kernel gives for a chunk: columns again, ready to be written or added up.
//!
//! Buffers are kept from chunk to chunk; [`Answer::default`] once, then hand the same one in for every chunk.

use super::run::Work;

/// What every claim of the chunk was paid by whom, row for row as in the chunk's claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimSplit {
    /// By tier (层级), payers first to last, claim by claim, in fen. Rows of households that the kernel did not settle
    /// ([`Answer::slow`]) hold zero.
    pub paid_fen: Vec<Vec<i64>>,
    /// What stays with the family of each claim.
    pub family_fen: Vec<i64>,
}

/// Person-years, as columns: what [`crate::outcome::Standing`] holds as rows. By person, then year; households in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearRows {
    /// Place of the person in the chunk.
    pub person: Vec<u32>,
    /// Calendar year of the cost.
    pub year: Vec<i16>,
    /// 费用总额, 政策范围内费用, 自费, 超限价, 先行自付
    pub money: [Vec<i64>; 5],
    /// By tier, in fen.
    pub paid_fen: Vec<Vec<i64>>,
    /// What stays with the family.
    pub family_fen: Vec<i64>,
    /// By the program's measures (口径), in fen; [`super::NO_AMOUNT`] where it could not be had.
    pub burden_fen: Vec<Vec<i64>>,
    /// 0 黄, 1 橙, 2 红; [`super::NO_CODE`] = none.
    pub colour: Vec<u8>,
    /// By the program's rules, what is left under its tightest limit; [`super::NO_AMOUNT`] = none.
    pub cap_left_fen: Vec<Vec<i64>>,
}

/// The sums over a chunk's households that the kernel settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Claims settled (rows that reversals leave out are not among them).
    pub claims: u64,
    /// 费用总额
    pub total_fen: i128,
    /// By tier.
    pub paid_fen: Vec<i128>,
    /// By rule.
    pub rule_fen: Vec<i128>,
    /// What stays with families.
    pub family_fen: i128,
}

/// What is wanted beyond [`Totals`] and [`Answer::slow`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// [`Answer::split`]
    pub split: bool,
    /// [`Answer::years`]
    pub years: bool,
}

/// The kernel's answer for one chunk.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Places of the households that the reference evaluator must settle; nothing else here counts them.
    pub slow: Vec<u32>,
    /// Claim by claim, where wanted.
    pub split: ClaimSplit,
    /// Person-year by person-year, where wanted.
    pub years: YearRows,
    /// Added up.
    pub totals: Totals,
    /// Buffers.
    pub(crate) work: Work,
}
