//! Amounts and conditions.

use shukun_base::{Day, Exact, Fen};

use super::{DateField, FactIx, Literal, MeasureIx, Payer, RuleIx, TableIx};

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
