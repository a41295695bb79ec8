//! A linked program: the rules of several packs in payer order, every name resolved, every reading chosen.
//!
//! This is the one form that all evaluators share (the reference evaluator walks it, a column kernel compiles
//! it). It is pure data. Everything in it was checked: an index points at something, a scale has no gap, a base is
//! a sum of amounts. What the text left open was decided by a reading, listed in [`Program::readings`].

use serde::Serialize;
use shukun_base::{Day, Exact, Fen, MonthEnd, RegionCode, Rounding};

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

/// Where a pack's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// 官方: signed by the issuing office.
    Official,
    /// 转写: restated from the published document.
    Transcribed,
    /// 示例: invented for demonstration; every output says so.
    Illustrative,
}

/// Identity of a pack in receipts and outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackStamp {
    /// `cn-330305-dongtou`
    pub id: String,
    /// The document's title.
    pub title: String,
    /// 文号, where it has one.
    pub document_number: Option<String>,
    /// Whose people it covers.
    pub region: RegionCode,
    /// Where its values come from.
    pub provenance: Provenance,
    /// SHA-256 of its files, in hex.
    pub hash: String,
}

/// The reading of one 疑义 that the program follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenReading {
    /// The pack.
    pub pack: PackIx,
    /// `Y1`
    pub ambiguity: String,
    /// `分段方式`
    pub question: String,
    /// `分别累进`
    pub reading: String,
    /// Whether this is the provisional one, not one that somebody confirmed or chose for this run.
    pub provisional: bool,
    /// Whether its values are invented for demonstration.
    pub illustrative: bool,
}

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

/// One rule, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, unique in the program for one day.
    pub name: String,
    /// Its pack.
    pub pack: PackIx,
    /// The article it rests on (依据).
    pub article: String,
    /// The tier under which its payments count.
    pub tier: TierIx,
    /// When it is in force, and by which date of the claim that is decided.
    pub validity: Validity,
    /// Who it is for (对象).
    pub who: Cond,
    /// On which day a category must be held (身份); none where no category is asked for.
    pub status_on: Option<StatusOn>,
    /// Which claims it sees (归集).
    pub collect: Collect,
    /// Whether it pays at each claim or at the end of its period (时点).
    pub timing: Timing,
    /// What it does.
    pub kind: Kind,
    /// The accumulation its scale, deductible or target runs over: unit and period.
    pub accumulate: Accumulation,
    /// Caps (封顶), each with its own unit and period; all of them hold.
    pub limits: Vec<Limit>,
    /// The least that is paid once anything is (最低).
    pub minimum: Option<Expr>,
    /// A factor on the formula's amount (折算).
    pub prorate: Option<Expr>,
    /// 舍入
    pub rounding: Rounding,
    /// The unit it rounds to: 分 1, 角 10, 元 100.
    pub rounding_unit: Fen,
    /// The fund that pays (资金); for alerts and eligibility empty.
    pub account: String,
    /// The purpose under which that fund may pay it (用途).
    pub purpose: Option<String>,
    /// Leading office (牵头).
    pub lead: Option<String>,
    /// Responsible offices (责任).
    pub responsible: Vec<String>,
    /// Ambiguities whose reading shaped this rule: indexes into [`Program::readings`].
    pub readings: Vec<usize>,
}

/// When a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First day (待遇自).
    pub from: Day,
    /// Last day, inclusive (有效至); none = open.
    pub to: Option<Day>,
    /// Which date of the claim decides (适用按).
    pub decided_by: DateField,
}

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

/// When a rule pays (时点).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// 逐笔
    PerClaim,
    /// 期末
    PeriodEnd,
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

/// `累计：… 封顶 5万元`
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What counts toward it; the rule itself always does.
    pub counts: Vec<Payer>,
    /// Whose and over which period.
    pub over: Accumulation,
    /// The cap.
    pub cap: Expr,
}

/// A named payer in `已付（…）`, `次数（…）` and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payer {
    /// All rules of a tier, and what was settled under it.
    Tier(TierIx),
    /// One rule.
    Rule(RuleIx),
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// 支付: a scale on a base.
    Pay {
        /// 基数
        base: Base,
        /// 起付
        deductible: Option<Deductible>,
        /// 比例 / 分段
        scale: Scale,
    },
    /// 化解至: once the base passes the trigger it is brought down to the target.
    BringDown {
        /// 基数
        base: Base,
        /// 触发
        trigger: Trigger,
        /// 化解至
        target: Expr,
    },
    /// 定额: a fixed amount once the base passes the trigger.
    Fixed {
        /// 基数: what the trigger is measured on; none where there is no trigger.
        base: Option<Base>,
        /// 触发
        trigger: Option<Trigger>,
        /// 定额
        amount: Expr,
    },
    /// 议定: who may be helped and up to what; a meeting sets the amount.
    ByResolution {
        /// 基数
        base: Base,
        /// 触发
        trigger: Trigger,
        /// Who decides.
        body: String,
        /// The most the meeting may grant; none where the document states no ceiling (未载明).
        ceiling: Option<Expr>,
    },
    /// 资助: a premium paid for the person.
    Subsidy {
        /// Whose premium.
        scheme: String,
        /// The share of the premium that is paid: 1 = 全额.
        share: Expr,
        /// The premium, where the document states it.
        premium: Option<Expr>,
    },
    /// 资格: a status that other rules ask for with 具备（…）.
    Eligibility {
        /// The status.
        grants: String,
    },
    /// 服务: an entitlement without money.
    Service {
        /// What it is.
        what: String,
        /// Its worth at most, per accumulation, where stated.
        ceiling: Option<Expr>,
    },
    /// 预警: a colour. Levels are listed from the highest line down; the first that is reached counts.
    Alert {
        /// 基数
        base: Base,
        /// Colour and line.
        levels: Vec<(AlertColour, Trigger)>,
    },
}

/// 三色, in the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertColour {
    /// 黄
    Yellow,
    /// 橙
    Orange,
    /// 红
    Red,
}

/// 触发
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The line.
    pub line: Expr,
    /// 超过 (strict) or 达到 (inclusive).
    pub strict: bool,
}

/// 基数
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// The amount of one claim. Period-level rules add it up over the collected claims and then take off what the
    /// named payers paid at period level.
    pub amount: Expr,
    /// How it relates to earlier payers.
    pub mode: BaseMode,
}

/// 基数方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BaseMode {
    /// As written: the expression itself takes off the payers it names with 已付.
    AsWritten,
    /// 余额: what all earlier payers left of it.
    Residual,
    /// 全额: computed on the full amount, paid at most up to what is left.
    Gross,
}

/// 起付
#[derive(Clone, Debug, PartialEq)]
pub struct Deductible {
    /// The amount; may depend on the claim (hospital level, count of admissions).
    pub amount: Expr,
    /// Over what it is used up.
    pub over: Accumulation,
}

/// How much of the base is paid.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// 比例
    Rate {
        /// A number between 0 and 1.
        rate: Expr,
    },
    /// 分段
    Brackets {
        /// How a base is read against the rows.
        mode: BracketMode,
        /// What the lines are measured on.
        on: BracketsOn,
        /// Scales by attribute; the first whose tests hold counts. One without tests where there are no attributes.
        scales: Vec<BracketScale>,
    },
}

/// 分段方式: the four ways officials read "X 元至 Y 元的，按 Z% 救助".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BracketMode {
    /// 分别累进: each row's rate only on the part of the base inside it; nothing below the first row.
    Marginal,
    /// 整额: the whole base at the rate of the row it falls in.
    Whole,
    /// 扣起付整额: what exceeds the first line, at the rate of the row the base falls in.
    WholeAboveFirstLine,
    /// 达线累进: nothing until the first line is reached, then row by row from the first fen, the first row reaching down to zero.
    MarginalFromFirstFen,
}

/// 以 … 计
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BracketsOn {
    /// 基数 (accumulated)
    Base,
    /// 个人已付: what the patient has borne so far of this rule's base over its accumulation.
    PatientPaid,
}

/// One scale of rows without gap or overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct BracketScale {
    /// Attribute tests that select it.
    pub tests: Vec<(Field, CellTest)>,
    /// Rows, lowest first.
    pub rows: Vec<Bracket>,
}

/// `| 3万元 | 10万元 | 10% |`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// From (含).
    pub from: Fen,
    /// To (不含); none = no end.
    pub to: Option<Fen>,
    /// The share of the base that is paid.
    pub rate: Exact,
}

/// A parameter table, decision table, or the attribute table of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name (for a rule's own table, the rule's).
    pub name: String,
    /// The fields its rows test.
    pub inputs: Vec<Field>,
    /// Names of its output columns.
    pub outputs: Vec<String>,
    /// Rows in order.
    pub rows: Vec<TableRow>,
    /// What happens when several rows fit (命中).
    pub hit: Hit,
}

/// 命中
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hit {
    /// 唯一: exactly one row may fit (the checker proved it where it can; a category set can still fit two).
    Unique,
    /// 首行: the first row that fits.
    First,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// One test per input.
    pub tests: Vec<CellTest>,
    /// One value per output.
    pub values: Vec<Literal>,
}

/// A cell that tests a field.
#[derive(Clone, Debug, PartialEq)]
pub enum CellTest {
    /// — (anything, also unknown)
    Any,
    /// One of these words, numbers or flags.
    OneOf(Vec<Literal>),
    /// A range of numbers or money.
    Range {
        /// From (含).
        from: Option<Exact>,
        /// To.
        to: Option<Exact>,
        /// Whether `to` belongs to it.
        to_inclusive: bool,
    },
}

/// A literal value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// 12,345.67元, 3万元
    Money(Fen),
    /// 90%, 12, 2/3
    Number(Exact),
    /// 是 / 否
    Flag(bool),
    /// A word. Values of fixed columns by their English key, whatever language the pack is written in: `dibao`,
    /// `inpatient`, `resident` (the spellings of the fact types), `male`, `female`; codes and values of declared
    /// facts verbatim.
    Word(String),
    /// 2022年12月23日
    Day(Day),
    /// 未载明: the document states no value.
    Unstated,
}

/// An amount or number. Amounts of one claim add up; [`Expr::Paid`] and fields of money are amounts.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A fixed amount.
    Money(Fen),
    /// A fixed number or rate.
    Number(Exact),
    /// A column of the claim, person or household.
    Field(Field),
    /// A declared fact.
    Fact(FactIx),
    /// A named base (口径).
    Measure(MeasureIx),
    /// 已付（…）: what these payers paid.
    Paid(Vec<Payer>),
    /// 余额: the bill minus everything paid so far.
    Left,
    /// 查表: an output column of a table.
    Lookup(TableIx, usize),
    /// a ＋ b
    Add(Box<Expr>, Box<Expr>),
    /// a － b
    Sub(Box<Expr>, Box<Expr>),
    /// a × b
    Mul(Box<Expr>, Box<Expr>),
    /// a ÷ b
    Div(Box<Expr>, Box<Expr>),
    /// 较小（a、b）
    Min(Box<Expr>, Box<Expr>),
    /// 较大（a、b）
    Max(Box<Expr>, Box<Expr>),
    /// 本期合计（x）: x added up over the claims this rule has collected in its accumulation so far.
    PeriodTotal(Box<Expr>),
    /// 次数（规则，前N个月）: in how many of the N months before the claim's own that rule paid anything to the unit.
    Hits {
        /// The rule.
        rule: RuleIx,
        /// N
        months: u32,
    },
}

/// A condition. It can be undecided: a field that is not known makes it so, unless the rest decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Cond {
    /// 全体
    Everyone,
    /// 且
    And(Vec<Cond>),
    /// 或
    Or(Vec<Cond>),
    /// 非
    Not(Box<Cond>),
    /// A yes/no field.
    Flag(Field),
    /// A declared yes/no fact.
    FactFlag(FactIx),
    /// 属于【…】: for 认定类别, any category held on the status day.
    OneOf(Field, Vec<Literal>),
    /// A declared word fact is one of these.
    FactOneOf(FactIx, Vec<Literal>),
    /// 大于, 不低于, 等于 …
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// A date field against a date.
    CompareDay(DateField, Comparison, Day),
    /// 具备（资格规则）
    Has(RuleIx),
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// ＜ 低于
    Less,
    /// ≤ 不超过
    AtMost,
    /// ＝ 等于
    Equal,
    /// ≠ 不等于
    NotEqual,
    /// ≥ 达到 / 不低于
    AtLeast,
    /// ＞ 超过
    More,
}

/// A key of the order of claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// A date of the claim.
    Date(DateField),
    /// 结算编号
    ClaimNumber,
}

/// The fixed columns that packs can name. Chinese and English names are in the word registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    // money of one claim
    /// 费用总额
    Total,
    /// 政策范围内费用
    InScope,
    /// 自费
    OutOfCatalogue,
    /// 超限价
    OverLimit,
    /// 先行自付
    PreSelfpay,
    // attributes of one claim
    /// 就医类别: 住院, 门诊, 门诊特病, 药店, 急诊
    Kind,
    /// 医院等级: 1–3
    HospitalLevel,
    /// 异地就医
    OutOfArea,
    /// 病组
    DrgCode,
    /// 主要诊断
    PrincipalDiagnosis,
    /// 医药机构
    Institution,
    /// 住院次数: which inpatient stay of the calendar year this is, from 1
    AdmissionNumber,
    /// 自然年: the calendar year of the cost
    CalendarYear,
    // the person
    /// 年龄 on the day the cost arose (period-level: the period's last day)
    Age,
    /// 性别: 男, 女
    Sex,
    /// 参保类型: 职工, 居民
    Insurance,
    /// 参保: insured at all
    Insured,
    /// 本地户籍
    LocalRegister,
    /// 残疾人证
    DisabilityCertificate,
    // the certification
    /// 认定类别: 特困, 低保, 低边, 低收入, 支出型, 其他
    Category,
    /// 因病 (of the certification that counts)
    DueToIllness,
    /// 新认定: no other certification was valid on the day before it
    NewlyCertified,
    // the household
    /// 家庭年收入
    HouseholdIncome,
    /// 家庭人数
    HouseholdMembers,
    // declared by a pack
    /// A declared fact (事实), where a table tests it. Conditions and amounts use [`Cond::FactFlag`],
    /// [`Cond::FactOneOf`] and [`Expr::Fact`].
    Declared(FactIx),
}
