//! A linked program: the rules of several packs in payer order, every name resolved, every reading chosen.
//!
//! This is the one form that all evaluators share (the reference evaluator walks it, a column kernel compiles
//! it). It is pure data. Everything in it was checked: an index points at something, a scale has no gap, a base is
//! a sum of amounts. What the text left open was decided by a reading, listed in [`Program::readings`].

mod amounts;
mod collecting;
mod payers;
mod rules;
mod scales;
mod stamps;

pub use amounts::{Comparison, Cond, Expr, Field};
pub use collecting::{Accumulation, Collect, DateField, Floor, Period, PeriodKind, SortKey, StatusOn, Unit, Window};
pub use payers::{FactDecl, FactKind, Measure, Payer, SettledColumn, Source, Tier};
pub use rules::{AlertColour, Base, BaseMode, Deductible, Kind, Limit, Rule, Timing, Trigger, Validity};
pub use scales::{Bracket, BracketMode, BracketScale, BracketsOn, CellTest, Hit, Literal, Scale, Table, TableRow};
pub use stamps::{ChosenReading, PackStamp, Provenance};

/// Index into [`Program::packs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackIx(pub usize);

/// Index into [`Program::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactIx(pub usize);

/// Index into [`Program::measures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureIx(pub usize);

/// Index into [`Program::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableIx(pub usize);

/// Index into [`Program::tiers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierIx(pub usize);

/// Index into [`Program::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIx(pub usize);

/// What a run executes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// The packs it was linked from, parents first.
    pub packs: Vec<PackStamp>,
    /// Facts beyond the fixed columns (事实).
    pub facts: Vec<FactDecl>,
    /// Named bases (口径).
    pub measures: Vec<Measure>,
    /// Tables that expressions look up.
    pub tables: Vec<Table>,
    /// Payers, first to last (次序).
    pub tiers: Vec<Tier>,
    /// Rules: by tier, then as written. Claim-level rules come before period-level ones.
    pub rules: Vec<Rule>,
    /// The order of claims in time, the same for every rule of the run (排序).
    pub event_order: Vec<SortKey>,
    /// Which reading of each ambiguity this program follows.
    pub readings: Vec<ChosenReading>,
}
