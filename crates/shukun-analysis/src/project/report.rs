//! The figures of a projection, as `project.json` holds them. What each means in words: docs/project.md.

use schemars::JsonSchema;
use serde::Serialize;
use shukun_base::Fen;

use super::growth::Growth;
use super::sample::Sample;
use super::survey::YearSeen;

/// The form of these figures.
pub const SCHEMA: &str = "shukun.project/1";

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Projection {
    /// The year that is lived again.
    pub base_year: i16,
    /// Years ahead.
    pub years: u32,
    /// Futures drawn.
    pub draws: u32,
    /// Of the draws.
    pub seed: u64,
    /// Who was settled.
    pub sample: Sample,
    /// What is assumed.
    pub growth: GrowthAssumed,
    /// What the lake holds, year by year.
    pub seen: Vec<YearSeen>,
    /// Bills, families, then each fund in the order of payers.
    pub lines: Vec<LinePath>,
}

/// Growth as it was assumed, with where it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GrowthAssumed {
    /// Whether it was taken from the lake's own past years instead of being stated.
    pub from_lake: bool,
    /// How many have bills.
    pub claimants: Growth,
    /// What each of them costs.
    pub cost: Growth,
    /// Incomes of households, where a rule looks at them.
    pub income: Option<IncomeGrowth>,
}

/// Growth of incomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IncomeGrowth {
    /// A year.
    pub growth: String,
    /// Where it is from.
    pub source: String,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 费用总额
    Bills,
    /// 个人负担
    Family,
    /// 资金
    Fund,
}

/// One line over the years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LinePath {
    /// What it is.
    pub kind: LineKind,
    /// The fund's name; empty for the others.
    pub name: String,
    /// Under the policy.
    pub baseline: Path,
    /// Under the variant, where there is one.
    pub variant: Option<Path>,
    /// Variant − baseline, future by future.
    pub difference: Option<Path>,
}

/// An amount over the years.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Path {
    /// What the base year comes to (from the sample, where there is one).
    pub base_fen: Fen,
    /// By how much the base year may be off because not everybody was settled: one standard error.
    pub sampling_error_fen: Fen,
    /// Households for whom it is not nothing in the base year. Under [`FEW_HOUSEHOLDS`] the band is too narrow.
    pub households_paid: u64,
    /// Year by year.
    pub years: Vec<YearBand>,
}

/// With fewer households behind a line, what happened to them says too little of what may happen to others.
pub const FEW_HOUSEHOLDS: u64 = 100;

/// One year to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct YearBand {
    /// The year.
    pub year: i16,
    /// With middle growth and everybody once.
    pub middle_fen: Fen,
    /// One future of ten is below.
    pub p10_fen: Fen,
    /// As many below as above.
    pub p50_fen: Fen,
    /// One future of ten is above.
    pub p90_fen: Fen,
}
