//! Payers in order, declared facts, named bases.

use super::{Expr, PackIx, RuleIx, TierIx};

/// A fact that a pack declares (事实).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDecl {
    /// Its name in conditions and in the facts of a person or claim.
    pub name: String,
    /// What values it has.
    pub kind: FactKind,
    /// Whether it belongs to a claim (结算) or to a person (人员).
    pub of_claim: bool,
    /// Where the value comes from, in words.
    pub source: String,
}

/// Types of declared facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// 是否
    Flag,
    /// 金额
    Money,
    /// 整数
    Number,
    /// 文字
    Word,
}

/// A named base (口径): a per-claim amount that can be summed.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// The pack that defines it.
    pub pack: PackIx,
    /// The article it rests on.
    pub article: String,
    /// The amount.
    pub amount: Expr,
}

/// One payer in the order (层级).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Where the amount comes from.
    pub source: Source,
    /// The claim column that holds what was settled; a tier without a fixed column reads the claim fact of its name.
    pub settled: SettledColumn,
}

/// Where a tier's amount comes from (来源).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// 已结算: from the claim data; nothing there = nothing paid.
    AsSettled,
    /// 测算: by this program's rules.
    Computed,
    /// 已结算优先: from the claim data where it is there, else by the rules.
    SettledElseComputed,
    /// 核对: from the claim data, and a difference note wherever the rules give another amount.
    Reconciled,
}

/// The claim column of an as-settled tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettledColumn {
    /// 基本医保
    Basic,
    /// 大病保险
    CriticalIllness,
    /// 医疗救助
    MedicalAssistance,
    /// 补充保险
    Supplementary,
    /// 其他
    Other,
    /// A claim fact with the tier's own name, in fen.
    Fact,
}

/// A named payer in `已付（…）`, `次数（…）` and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payer {
    /// All rules of a tier, and what was settled under it.
    Tier(TierIx),
    /// One rule.
    Rule(RuleIx),
}
