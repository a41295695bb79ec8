//! A compiled program: what every bill goes through, in whole numbers.
//!
//! Exact fractions become whole numbers over a denominator that is known beforehand: a rate of 65 % of a base in fen is
//! a whole number of hundredths of a fen. Every compiled amount carries its denominator and a bound on its size, so that
//! nothing can overflow 64 bits for bills within [`BILL_LIMIT`]; whoever has larger ones is settled by the reference
//! evaluator.

use shukun_base::{Fen, Rounding};
use shukun_policy::program::{BracketMode, CellTest, Comparison, DateField, Field, Hit, PeriodKind, Unit, Window};

/// The largest amount of one bill (171 million yuan) that the kernel settles itself.
pub(crate) const BILL_LIMIT: i64 = 1 << 34;
/// The most bills of one household that the kernel settles itself.
pub(crate) const BILLS_LIMIT: usize = 1 << 10;
/// The largest household income that the kernel reads.
pub(crate) const INCOME_LIMIT: i64 = 1 << 40;
/// What an accumulated amount over its denominator may come to.
pub(crate) const ROOM: i128 = 1 << 61;

/// A place in one of the plan's lists.
pub(crate) type Ix = usize;

/// An amount or number of one bill, as a whole number over the denominator that stands beside it ([`Scaled`]).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Amount {
    /// The same for everyone.
    Fixed(i64),
    /// A column of the bill.
    Number(NumberField),
    /// An output column of a table.
    Lookup(Ix),
    /// Worked out for the whole chunk beforehand: place in [`Plan::statics`].
    Prepared(Ix),
    /// What these payers paid of the bill so far.
    Paid(Vec<PaidBy>),
    /// The bill less everything paid so far.
    Left,
    /// a ＋ b
    Add(Box<Amount>, Box<Amount>),
    /// a － b
    Sub(Box<Amount>, Box<Amount>),
    /// a × b
    Mul(Box<Amount>, Box<Amount>),
    /// The smaller one.
    Min(Box<Amount>, Box<Amount>),
    /// The larger one.
    Max(Box<Amount>, Box<Amount>),
}

/// An amount with its denominator and the most that its numerator can come to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scaled {
    pub amount: Amount,
    pub denominator: i64,
    pub bound: i128,
}

/// A payer in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaidBy {
    /// A tier: what was settled under it and all its rules.
    Tier(Ix),
    /// One rule, by its number in the program.
    Rule(Ix),
}

/// Columns that are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberField {
    /// 费用总额, 政策范围内费用, 自费, 超限价, 先行自付
    Money(usize),
    /// 医院等级
    HospitalLevel,
    /// 住院次数
    AdmissionNumber,
    /// 自然年, seen from this day
    CalendarYear(SeenOn),
    /// 年龄, seen from this day
    Age(SeenOn),
    /// 家庭年收入
    Income,
    /// 家庭人数
    Members,
    /// A declared fact of the claim.
    ClaimFact(Ix),
    /// A declared fact of the person.
    PersonFact(Ix),
}

/// The day on which persons are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeenOn {
    /// The day the cost arose.
    Bill,
    /// The last day of the bill's period: place in [`Plan::groups`].
    PeriodEnd(Ix),
}

/// Whose and over which period: bills of one group share an accumulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupSpec {
    pub unit: Unit,
    pub kind: PeriodKind,
    pub key: DateField,
}

/// On which day a certification must be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeldSpec {
    /// On a date of the bill; where nobody certified the person, what the settlement says.
    OnDate(DateField),
    /// On the last day of the bill's period.
    PeriodEnd(Ix),
    /// On any day of it.
    AnyDay(Ix),
    /// Any certification at all.
    Any,
}

/// A condition; the values of columns that words are looked up in are resolved for each chunk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Everyone,
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Flag(FlagField),
    /// A yes/no column is among these (bit 0 = no, bit 1 = yes).
    FlagIn(FlagField, u32),
    /// A small code is among these (bit n = code n).
    CodeIn(CodeField, u32),
    /// A number is one of these.
    NumberIn(NumberField, Vec<Rational>),
    /// A word is one of these: place in [`Plan::words`].
    WordIn(WordField, Ix),
    /// Two amounts over one denominator.
    Compare(Box<Amount>, Comparison, Box<Amount>),
    Day(DateField, Comparison, i32),
    /// Another rule's 对象: place in [`Plan::admissions`].
    Has(Ix),
}

/// A literal number as numerator and denominator.
pub(crate) type Rational = (i64, i64);

/// Yes/no columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagField {
    OutOfArea,
    Insured,
    LocalRegister,
    DisabilityCertificate,
    DueToIllness,
    NewlyCertified,
    ClaimFact(Ix),
    PersonFact(Ix),
}

/// Columns of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeField {
    Kind,
    Sex,
    Insurance,
    Category,
}

/// Columns of free codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordField {
    Institution,
    Drg,
    Diagnosis,
    ClaimFact(Ix),
    PersonFact(Ix),
}

/// Whether a rule sees a bill.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    /// Kinds of care (bit n = code n).
    pub kinds: u32,
    /// First and last day in force, and the date that decides.
    pub validity: (i32, i32, DateField),
    /// Which certifications count: place in [`Plan::held`]; none where none is asked for.
    pub held: Option<Ix>,
    /// The window before a personal date in which a bill must lie.
    pub window: Option<Window>,
    pub who: Test,
    pub only: Option<Test>,
}

/// A table or a rule's scales by attributes: which row fits, then a value.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Tests of each row, in order; what takes anything is left out.
    pub rows: Vec<Vec<(Field, CellTest)>>,
    pub hit: Hit,
}

/// One output column of a table, in whole numbers over the denominator of the [`Scaled`] that names it.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    /// Place in [`Plan::tables`].
    pub table: Ix,
    /// Which certifications count in its tests.
    pub held: Option<Ix>,
    /// On which day persons are looked at.
    pub seen: SeenOn,
    /// Row by row; none where the document states no value.
    pub values: Vec<Option<i64>>,
}

/// What is worked out for every bill of a chunk before any payer is asked.
#[derive(Clone, Debug)]
pub(crate) struct Static {
    pub amount: Amount,
}

/// One row of a scale, over the rule's denominators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub from: i64,
    /// [`i64::MAX`] = no end.
    pub to: i64,
    pub rate: i64,
    /// What all rows before this one give in full (分别累进, 达线累进).
    pub before: i64,
}

/// One scale of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowScale {
    pub rows: Vec<Row>,
}

/// What a rule does at a bill. The base stands over `x`, everything exact over `x × y`.
#[derive(Clone, Debug)]
pub(crate) enum Formula {
    /// 比例: rate over y.
    Rate { rate: Amount },
    /// 分段
    Brackets {
        mode: BracketMode,
        scales: Vec<RowScale>,
        /// Which scale: place in [`Plan::lookups`] whose values are places among the scales; none = the only one.
        select: Option<Ix>,
    },
    /// 化解至, line and target over x
    BringDown { line: Amount, strict: bool, target: Amount },
    /// 定额: line over x, amount over x × y
    Fixed { line: Option<(Amount, bool)>, amount: Amount },
}

/// How the base relates to earlier payers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The amount as it stands.
    AsWritten,
    /// Less what earlier payers paid of the bill.
    Residual,
}

/// 起付
#[derive(Clone, Debug)]
pub(crate) struct Deductible {
    /// Over x.
    pub line: Amount,
    pub group: Ix,
}

/// A cap.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    /// In whole fen over `denominator`.
    pub cap: Amount,
    pub denominator: i64,
    pub group: Ix,
    /// Place in [`Plan::limits`].
    pub limit: Ix,
}

/// A claim-level rule, ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Its number in the program.
    pub rule: Ix,
    pub tier: Ix,
    pub admission: Ix,
    pub group: Ix,
    pub basis: Basis,
    pub base: Option<Amount>,
    /// Denominator of the base.
    pub x: i64,
    /// What exact amounts have besides.
    pub y: i64,
    pub deductible: Option<Deductible>,
    pub formula: Formula,
    /// 折算: numerator over `prorate_denominator`, which is a part of y.
    pub prorate: Option<(Amount, i64)>,
    /// 最低, over x × y.
    pub minimum: Option<Amount>,
    pub rounding: Rounding,
    pub unit: Fen,
    pub caps: Vec<Cap>,
    /// Limits (its own and others') that count what it pays.
    pub counted_by: Vec<Ix>,
    /// Its own among them.
    pub own_limits: Vec<Ix>,
    /// Whether what does not fit into a bill is still owed.
    pub carries: bool,
    /// At which bills the rule only goes along, because its tier is taken from the claim data.
    pub beside: Beside,
}

/// Where a rule is computed but not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    Never,
    WhereSettled(SettledSource),
    Always,
}

/// What is done at each bill, payers first to last.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// A rule pays.
    Rule(Box<Step>),
    /// What was settled under the tier; before it, what its rules would have paid is taken back.
    Settled(SettledOp),
}

/// Payment as settled.
#[derive(Clone, Debug)]
pub(crate) struct SettledOp {
    pub tier: Ix,
    pub source: SettledSource,
    /// Whether bills with nothing there are left to the rules.
    pub else_computed: bool,
    /// Numbers of the rules whose payments are taken back.
    pub take_back: Vec<Ix>,
    /// Limits that count it.
    pub counted_by: Vec<Ix>,
}

/// Where a settled amount stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettledSource {
    Column(usize),
    Fact(Ix),
}

/// A limit's counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub group: Ix,
}

/// What is looked at once all bills are settled.
#[derive(Clone, Debug)]
pub(crate) struct Watcher {
    pub admission: Ix,
    pub group: Ix,
    /// The tier whose settled bills the rule leaves alone (已结算优先).
    pub skips_settled: Option<SettledSource>,
    pub base: Option<(Basis, Scaled)>,
    pub watch: Watch,
    /// Caps that a period met: place in [`Plan::limits`], cap in fen.
    pub caps: Vec<(Ix, Fen)>,
    /// Whether the rule has any limit.
    pub has_limits: bool,
}

impl GroupSpec {
    /// Whether the calendar says when a period begins and ends.
    pub(crate) fn has_calendar(&self) -> bool {
        matches!(self.kind, PeriodKind::Month | PeriodKind::Year | PeriodKind::PolicyYear { .. })
    }
}

/// When a period-level rule does something.
#[derive(Clone, Debug)]
pub(crate) enum Watch {
    /// A colour for the first line that is reached: 0 黄, 1 橙, 2 红.
    Colours(Vec<(u8, Scaled, bool)>),
    /// It pays once the sum of the bases reaches this line (or passes it, where strict).
    Line(Scaled, bool),
    /// A meeting may decide once the sum reaches (or passes) this line; only where one has, is anything paid.
    Meeting(Scaled, bool),
    /// It pays once the sum of what is above zero of each base exceeds this, over the base's denominator.
    Above(i64),
    /// It pays wherever it sees a bill.
    Always,
}

/// A compiled program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub groups: Vec<GroupSpec>,
    pub held: Vec<HeldSpec>,
    pub words: Vec<Vec<String>>,
    pub tables: Vec<Table>,
    pub lookups: Vec<Lookup>,
    pub statics: Vec<Static>,
    pub admissions: Vec<Admission>,
    pub limits: Vec<Limit>,
    /// The rule of each limit, by its number in the program.
    pub rule_of_limit: Vec<Ix>,
    /// Whether any rule asks which stay of the year a bill is.
    pub asks_admission_number: bool,
    /// Ops that are run bill by bill together; mostly one.
    pub blocks: Vec<Vec<Op>>,
    pub watchers: Vec<Watcher>,
    /// Admissions of rules that could not be compiled: a household with a bill that may be theirs is slow.
    pub suspects: Vec<Ix>,
    /// By the program's measures.
    pub measures: Vec<Scaled>,
    /// Why nobody can be settled by the kernel, where that is so.
    pub beyond: Option<&'static str>,
    /// What each rule became, for whoever wants to know.
    pub lanes: Vec<Lane>,
}

impl Plan {
    /// Whether nothing is added up over a household.
    pub(crate) fn is_of_persons(&self) -> bool {
        self.groups.iter().all(|group| group.unit == Unit::Person)
    }
}

/// What the kernel does with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// It runs the rule itself.
    Columns,
    /// It sees from columns whether the rule does anything; whom it does something for, the reference evaluator settles.
    Watched,
    /// Whoever the rule may concern is settled by the reference evaluator; this is why.
    Reference(&'static str),
    /// The rule moves no money and raises no colour.
    Silent,
}
