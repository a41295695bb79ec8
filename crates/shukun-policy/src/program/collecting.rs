//! Which claims a rule sees, in which order, added up over whom and which period.

use shukun_base::{Fen, MonthEnd};

use super::{Cond, Expr};

/// The dates that a pack can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateField {
    /// 费用发生日: discharge, or settlement where there was no stay
    Incurred,
    /// 入院日
    Admitted,
    /// 出院日
    Discharged,
    /// 结算日
    Settled,
    /// 认定日 (of the certification that anchors the rule)
    Certified,
    /// 申请日 (of that certification)
    Applied,
}

/// On which day the person must hold the category (身份).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusOn {
    /// On a date of the claim.
    Date(DateField),
    /// 期末: on the last day of the rule's period.
    PeriodEnd,
    /// 期内曾具备: on any day of the period.
    AnyDayInPeriod,
}

/// Which claims a rule sees (归集).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collect {
    /// Kinds of care by their English key (`inpatient`, see [`Literal::Word`]); empty = all.
    pub kinds: Vec<String>,
    /// A condition on the claim, besides [`Rule::who`].
    pub only: Option<Cond>,
    /// A window before a personal date. The rule then runs once for each certification that fulfils `who`; a claim
    /// in two windows counts in the earlier one.
    pub window: Option<Window>,
    /// A floor below which a group of claims stays out (计入).
    pub floor: Option<Floor>,
}

/// `费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The date of the claim that must lie in the window.
    pub claim_date: DateField,
    /// [`DateField::Certified`] or [`DateField::Applied`].
    pub anchor: DateField,
    /// The window starts so many months before the anchor (inclusive).
    pub from_months_before: u32,
    /// It ends so many months before the anchor; 0 = at the anchor.
    pub to_months_before: u32,
    /// Whether its last day belongs to it (含 / 不含).
    pub to_inclusive: bool,
    /// What a missing day of a short month becomes.
    pub month_end: MonthEnd,
}

/// `计入：每人 每院 每月 X 达到 21000元`: only groups of claims whose sum of `amount` reaches `at_least` are in the pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// Group also by institution (每院).
    pub per_institution: bool,
    /// Group also by kind of care (每类).
    pub per_kind: bool,
    /// Group also by period: event or month.
    pub period: Period,
    /// What is summed.
    pub amount: Expr,
    /// The floor, inclusive.
    pub at_least: Fen,
}

/// Whose and over which period something is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Accumulation {
    /// 每人 / 每户
    pub unit: Unit,
    /// 每次, 每月, 每自然年 …
    pub period: Period,
}

/// 每人 / 每户
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 每人
    Person,
    /// 每户
    Household,
}

/// A period of accumulation and the date that decides which one a claim falls in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// Its kind.
    pub kind: PeriodKind,
    /// The deciding date; without meaning for [`PeriodKind::Event`], [`PeriodKind::Window`], [`PeriodKind::Lifetime`].
    pub key: DateField,
}

/// Kinds of period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeriodKind {
    /// 每次
    Event,
    /// 每月
    Month,
    /// 每自然年
    Year,
    /// 每政策年度（M月D日起）
    PolicyYear {
        /// First month, 1–12.
        month: i8,
        /// First day.
        day: i8,
    },
    /// 连续N个月: the N months that end with the claim's own (per-claim timing only)
    Rolling {
        /// N
        months: u32,
    },
    /// 本窗口: the rule's personal window
    Window,
    /// 终身
    Lifetime,
}

/// A key of the order of claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// A date of the claim.
    Date(DateField),
    /// 结算编号
    ClaimNumber,
}
