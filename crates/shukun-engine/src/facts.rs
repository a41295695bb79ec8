//! What is known of people: the rows of the lake's tables, one type a table, and the one-person case document.
//!
//! Names, ID numbers and phones are not here: the engine never needs them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shukun_base::{ClaimId, Day, Fen, HouseholdId, PersonId, RegionCode};

/// 性别
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Sex {
    /// 男
    M,
    /// 女
    F,
}

/// 参保类型
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Insurance {
    /// 职工医保
    Employee,
    /// 城乡居民医保
    Resident,
}

/// 认定类别: the category of hardship that civil affairs or the insurance bureau certifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 特困
    Destitute,
    /// 低保
    Dibao,
    /// 低边
    DibaoMarginal,
    /// 低收入
    LowIncome,
    /// 支出型
    ExpenditureType,
    /// 其他
    Other,
}

/// 就医类别
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// 住院
    Inpatient,
    /// 门诊
    Outpatient,
    /// 门诊特病
    SpecialOutpatient,
    /// 药店
    Pharmacy,
    /// 急诊
    Emergency,
}

/// A value of a fact that a pack declares (事实) beyond the fixed columns, such as 有暴力倾向.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// 是 / 否
    Flag(bool),
    /// A whole number; money facts are in fen.
    Number(i64),
    /// A code or word.
    Word(String),
}

/// Declared facts by the name their pack gives them.
pub type Facts = BTreeMap<String, FactValue>;

/// A row of **persons**. `None` is "not known", never "no".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// 人员
    pub person_id: PersonId,
    /// 户
    pub household_id: HouseholdId,
    /// 出生日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub birth_date: Option<Day>,
    /// 性别
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 村（社区）区划代码, 12 digits (9 where only the town is known)
    pub region_code: RegionCode,
    /// 参保类型
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Insurance>,
    /// 本地户籍
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_register: Option<bool>,
    /// 持残疾人证
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_certificate: Option<bool>,
    /// 人员事实
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

/// A row of **certifications** (认定).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// 人员
    pub person_id: PersonId,
    /// 认定类别
    pub category: Category,
    /// 生效日期
    #[schemars(with = "String")]
    pub valid_from: Day,
    /// 失效日期（含）; none = still open
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub valid_to: Option<Day>,
    /// 认定日期
    #[schemars(with = "String")]
    pub certified_on: Day,
    /// 申请日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub applied_on: Option<Day>,
    /// 因病
    pub due_to_illness: bool,
}

/// A row of **households** (户).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Household {
    /// 户
    pub household_id: HouseholdId,
    /// 村（社区）区划代码
    pub region_code: RegionCode,
    /// 家庭年收入
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_income_fen: Option<Fen>,
    /// 家庭人数
    pub members: i16,
}

/// A row of **claims** (结算). `total = in_scope + out_of_catalogue + over_limit + pre_selfpay`; a reversal carries
/// negative amounts and names the claim it reverses. The `*_paid_fen` columns are what the state platform settled;
/// `None` = that payer was not settled there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// 结算编号, as a number: derived from `settlement_no` by the importer
    pub claim_id: ClaimId,
    /// 结算编号 as the office writes it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_no: Option<String>,
    /// 人员
    pub person_id: PersonId,
    /// 入院日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub admitted_on: Option<Day>,
    /// 出院日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub discharged_on: Option<Day>,
    /// 结算日期
    #[schemars(with = "String")]
    pub settled_on: Day,
    /// 就医类别
    pub kind: ClaimKind,
    /// 医药机构编码
    #[serde(default)]
    pub institution_code: String,
    /// 医院等级 1–3
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital_level: Option<i8>,
    /// 异地就医
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_area: Option<bool>,
    /// 病组
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drg_code: Option<String>,
    /// 主要诊断
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_diagnosis: Option<String>,
    /// 结算时身份: the category the settlement itself carried (救助身份), where no dated certification is on file
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_category: Option<Category>,
    /// 费用总额
    pub total_fen: Fen,
    /// 政策范围内费用
    pub in_scope_fen: Fen,
    /// 自费
    pub out_of_catalogue_fen: Fen,
    /// 超限价
    pub over_limit_fen: Fen,
    /// 先行自付
    pub pre_selfpay_fen: Fen,
    /// 基本医保支付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic_paid_fen: Option<Fen>,
    /// 大病保险支付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_illness_paid_fen: Option<Fen>,
    /// 医疗救助支付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical_assistance_paid_fen: Option<Fen>,
    /// 补充保险支付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplementary_paid_fen: Option<Fen>,
    /// 其他支付
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_paid_fen: Option<Fen>,
    /// 个人账户支付 (the family's own money)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_paid_fen: Option<Fen>,
    /// 个人现金支付 (the family's own money)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_paid_fen: Option<Fen>,
    /// 冲正: the claim that this one reverses
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses_claim_id: Option<ClaimId>,
    /// 结算事实
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

impl Claim {
    /// The day the cost arose (费用发生日): discharge, or settlement where there was no stay.
    pub fn incurred_on(&self) -> Day {
        self.discharged_on.unwrap_or(self.settled_on)
    }
}

/// A meeting's decision to pay one person under a rule of the kind 议定.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// 人员
    pub person_id: PersonId,
    /// 规则名称
    pub rule: String,
    /// 年度
    pub year: i16,
    /// 议定金额
    pub amount_fen: Fen,
    /// 决议文号
    pub document: String,
}

/// One household with everything the engine needs to settle it: the unit of every run, because some accumulators
/// are the household's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdFacts {
    /// The household.
    pub household: Household,
    /// Its members.
    pub persons: Vec<Person>,
    /// Their certifications.
    #[serde(default)]
    pub certifications: Vec<Certification>,
    /// Their claims, in any order.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// Meetings' decisions for them.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
}
