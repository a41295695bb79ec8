//! One rule: what it does, on which base, within which caps.

use shukun_base::{Day, Fen, Rounding};

use super::{Accumulation, Collect, Cond, DateField, Expr, PackIx, Payer, Scale, StatusOn, TierIx};

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

/// When a rule pays (时点).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// 逐笔
    PerClaim,
    /// 期末
    PeriodEnd,
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
