//! The figures of a comparison, as `compare.json` holds them. What each means in words: docs/compare.md.
//!
//! Money is in fen. Differences are variant − baseline: below zero is less to pay or to bear.

use schemars::JsonSchema;
use serde::Serialize;
use shukun_base::{Fen, Text};

use super::marks::By;

/// The form of these figures; raised when a field changes its meaning or goes away.
pub const SCHEMA: &str = "shukun.compare/1";

/// Groups of fewer households than this are not for publication.
pub const SMALLEST_PUBLISHED: u64 = 11;

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// Who was compared.
    pub population: Population,
    /// The bills.
    pub bills_fen: Fen,
    /// What each payer (层级) paid, payers first to last.
    pub payers: Vec<Line>,
    /// What each fund (资金) paid.
    pub funds: Vec<Line>,
    /// What each rule paid; what was taken from the claim data has none.
    pub rules: Vec<Line>,
    /// What stays with families.
    pub family: Line,
    /// What stays with families of the bills of each kind of care.
    pub kinds: Vec<Line>,
    /// Who gains and who loses, by what stays with the family.
    pub change: Vec<UnitChange>,
    /// How many person-years change by how much.
    pub histogram: Vec<HistogramBar>,
    /// Winners and losers by group.
    pub groups: Vec<Grouping>,
    /// The amounts that divide person-years into tenths by burden under the baseline: a person-year with more than
    /// the n-th is above the n-th tenth.
    pub decile_cuts_fen: Vec<Fen>,
    /// How unequally the burden lies on households with a bill.
    pub concentration: BeforeAfter<Spread>,
    /// Households whose burden takes a large share of their income.
    pub catastrophic: Catastrophic,
    /// How many bear more than these amounts.
    pub burden_above: Vec<BurdenAbove>,
    /// Lines where one fen more of the base changes the payment by a jump.
    pub cliffs: BeforeAfter<Vec<CliffCount>>,
    /// How near is near, for [`Comparison::cliffs`].
    pub cliff_within_fen: Fen,
    /// The largest changes, the largest first.
    pub largest: Vec<LargestChange>,
}

/// A figure under both programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BeforeAfter<T> {
    /// 基准方案
    pub baseline: T,
    /// 对照方案
    pub variant: T,
}

/// Who was compared: everybody with a bill whom packs of both sides cover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Population {
    /// The calendar years.
    pub years: Vec<i16>,
    /// One person in one year.
    pub person_years: u64,
    /// Persons.
    pub persons: u64,
    /// Households.
    pub households: u64,
    /// One household in one year.
    pub household_years: u64,
}

/// One amount under both programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Line {
    /// Its name: a payer, fund, rule or kind of care.
    pub name: String,
    /// 基准方案
    pub baseline_fen: Fen,
    /// 对照方案
    pub variant_fen: Fen,
    /// Variant − baseline.
    pub difference_fen: Fen,
    /// Person-years for whom it is another amount.
    pub person_years_changed: u64,
    /// Persons with such a year.
    pub persons_changed: u64,
    /// Households with such a person.
    pub households_changed: u64,
}

/// Whose gains and losses are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One person in one year.
    PersonYear,
    /// One person over all years.
    Person,
    /// One household over all years.
    Household,
}

/// Gains and losses of one kind of unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitChange {
    /// Whose.
    pub unit: Unit,
    /// How many bear less under the variant.
    pub gaining: u64,
    /// How many bear more.
    pub losing: u64,
    /// How many bear the same.
    pub unchanged: u64,
    /// What the gaining gain.
    pub gained_fen: Fen,
    /// What the losing lose.
    pub lost_fen: Fen,
}

/// Person-years whose burden changes by an amount between two edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HistogramBar {
    /// The change is more than this (none: no lower edge). Below zero the family bears less.
    pub above_fen: Option<Fen>,
    /// And not more than this (none: no upper edge).
    pub up_to_fen: Option<Fen>,
    /// Person-years.
    pub person_years: u64,
}

/// All groups of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Grouping {
    /// By what.
    pub by: By,
    /// The groups.
    pub rows: Vec<GroupRow>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupRow {
    /// Stable code.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// Person-years in it.
    pub person_years: u64,
    /// Persons in it.
    pub persons: u64,
    /// Households with a person in it.
    pub households: u64,
    /// What stays with its families under the baseline.
    pub baseline_fen: Fen,
    /// The same under the variant.
    pub variant_fen: Fen,
    /// Variant − baseline.
    pub difference_fen: Fen,
    /// Those who bear less.
    pub gaining: Cell,
    /// Those who bear more.
    pub losing: Cell,
    /// Whether the group is large enough to be published.
    pub publishable: bool,
}

/// The winners, or the losers, of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cell {
    /// Person-years.
    pub person_years: u64,
    /// Persons.
    pub persons: u64,
    /// Households.
    pub households: u64,
    /// How much all of them together.
    pub sum_fen: Fen,
    /// The middle one; of an even number the lower of the two middle ones.
    pub median_fen: Fen,
    /// The largest: one person's figure, never for publication.
    pub largest_fen: Fen,
    /// Whether there are enough households (or none) for counts and sum to be published.
    pub publishable: bool,
}

/// How unequally an amount lies on households.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Spread {
    /// Household-years with a bill.
    pub household_years: u64,
    /// What they bear.
    pub sum_fen: Fen,
    /// Gini: 0 where all bear the same, near 1 where one bears all.
    pub gini: f64,
    /// Lorenz curve, from no household to all, least burdened first.
    pub lorenz: Vec<LorenzPoint>,
}

/// The least burdened households together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LorenzPoint {
    /// In hundredths of all.
    pub percent: u8,
    /// How many household-years that are (rounded down).
    pub household_years: u64,
    /// What they bear together.
    pub burden_fen: Fen,
}

/// Household-years whose burden is more than a share of the household's yearly income.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Catastrophic {
    /// Household-years with a bill whose income is known.
    pub income_known: u64,
    /// Those whose income is not known: in none of the counts.
    pub income_unknown: u64,
    /// By share.
    pub above: Vec<AboveShare>,
}

/// How many bear more than a share of their income.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AboveShare {
    /// The share in hundredths.
    pub percent: u8,
    /// Household-years.
    pub household_years: BeforeAfter<u64>,
}

/// How many bear more than an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BurdenAbove {
    /// The amount.
    pub line_fen: Fen,
    /// Person-years.
    pub person_years: BeforeAfter<u64>,
    /// Household-years.
    pub household_years: BeforeAfter<u64>,
}

/// A cliff and how many stand near it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CliffCount {
    /// The rule.
    pub rule: String,
    /// The article it rests on.
    pub article: String,
    /// The readings it follows.
    pub readings: Vec<String>,
    /// The largest base that has not passed the line.
    pub below_fen: Fen,
    /// By how much less the family bears of one fen more.
    pub drop_fen: Fen,
    /// Persons whose base ends at most that far below the line.
    pub persons_below: u64,
    /// Persons whose base ends at most that far past it.
    pub persons_past: u64,
    /// Households of both.
    pub households: u64,
    /// Whether there are enough households (or none) for the counts to be published.
    pub publishable: bool,
}

/// One of the largest changes. Codes only; a name is in the identity vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LargestChange {
    /// The person's code.
    pub person: String,
    /// The household's code.
    pub household: String,
    /// The calendar year.
    pub year: i16,
    /// The category's code ([`By::Category`]).
    pub category: String,
    /// The bills.
    pub bills_fen: Fen,
    /// What stays with the family under the baseline.
    pub baseline_fen: Fen,
    /// The same under the variant.
    pub variant_fen: Fen,
    /// Variant − baseline.
    pub difference_fen: Fen,
    /// The rules (and payers taken from the claim data) that pay another amount.
    pub rules: Vec<RuleChange>,
}

/// What a rule pays one person under both programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleChange {
    /// The rule.
    pub rule: String,
    /// The article under the variant, or under the baseline where the variant has no such rule.
    pub article: String,
    /// 基准方案
    pub baseline_fen: Fen,
    /// 对照方案
    pub variant_fen: Fen,
}
