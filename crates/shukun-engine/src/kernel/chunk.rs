//! Whole households as columns: what the kernel reads.
//!
//! Every table is sorted by household; persons of a household by person id. Rows point to their household or person by
//! place, not by id, so that nothing is looked up. Columns are borrowed where the reader already holds them in this
//! form (an Arrow buffer without nulls) and owned otherwise. A column that the program does not ask for
//! ([`super::Needs`]) may be left empty: it then reads as "not known" (money: zero).
//!
//! Start at [`Chunk`]; [`Chunk::from_facts`] makes one of household documents.

use std::borrow::Cow;

/// No value in a column of whole numbers or money.
pub const NO_AMOUNT: i64 = i64::MIN;
/// No value in a column of days.
pub const NO_DAY: i32 = i32::MIN;
/// No value in a column of small codes (kind, level, category, insurance, sex, flags).
pub const NO_CODE: u8 = u8::MAX;

/// Whole numbers and money in fen; [`NO_AMOUNT`] = not known.
pub type Amounts<'a> = Cow<'a, [i64]>;
/// Days since 1970-01-01; [`NO_DAY`] = not known.
pub type Days<'a> = Cow<'a, [i32]>;
/// Small codes; [`NO_CODE`] = not known. Flags: 0 no, 1 yes.
pub type Codes<'a> = Cow<'a, [u8]>;

/// Words of one column: each row's place among `values`, or none past their end (`u32::MAX`).
#[derive(Clone, Debug, Default)]
pub struct Words<'a> {
    /// Place in `values`, row by row.
    pub place: Cow<'a, [u32]>,
    /// The different words.
    pub values: Vec<String>,
}

/// A declared fact (事实) of each claim or each person, in the order of the program's facts.
#[derive(Clone, Debug)]
pub enum FactColumn<'a> {
    /// Nobody has it (or it is a fact of the other table).
    Absent,
    /// 0, 1 or [`NO_CODE`].
    Flags(Codes<'a>),
    /// Whole numbers and money in fen.
    Numbers(Amounts<'a>),
    /// Words.
    Words(Words<'a>),
    /// Values of several types in one column; the rows with any are settled by the reference evaluator.
    Mixed(Codes<'a>),
}

/// 户
#[derive(Clone, Debug, Default)]
pub struct HouseholdRows<'a> {
    /// Ids, ascending.
    pub id: Cow<'a, [u64]>,
    /// 家庭年收入
    pub annual_income_fen: Amounts<'a>,
    /// 家庭人数
    pub members: Amounts<'a>,
    /// 1 where a meeting granted the household anything (议定).
    pub has_resolution: Codes<'a>,
}

/// 人员
#[derive(Clone, Debug, Default)]
pub struct PersonRows<'a> {
    /// Ids, ascending within a household.
    pub id: Cow<'a, [u64]>,
    /// Place of the household.
    pub household: Cow<'a, [u32]>,
    /// 出生日期
    pub birth: Days<'a>,
    /// 性别: 0 男, 1 女
    pub sex: Codes<'a>,
    /// 参保类型: 0 职工, 1 居民
    pub insurance: Codes<'a>,
    /// 本地户籍
    pub local_register: Codes<'a>,
    /// 残疾人证
    pub disability_certificate: Codes<'a>,
    /// Declared facts of persons, by [`shukun_policy::program::FactIx`].
    pub facts: Vec<FactColumn<'a>>,
}

/// 认定
#[derive(Clone, Debug, Default)]
pub struct CertificationRows<'a> {
    /// Place of the person, ascending.
    pub person: Cow<'a, [u32]>,
    /// 认定类别, by [`super::category_code`]
    pub category: Codes<'a>,
    /// 生效日期
    pub valid_from: Days<'a>,
    /// 失效日期（含）
    pub valid_to: Days<'a>,
    /// 认定日期
    pub certified_on: Days<'a>,
    /// 申请日期
    pub applied_on: Days<'a>,
    /// 因病
    pub due_to_illness: Codes<'a>,
}

/// 结算
#[derive(Clone, Debug, Default)]
pub struct ClaimRows<'a> {
    /// Ids.
    pub id: Cow<'a, [u64]>,
    /// Place of the person. Claims of a household stand together, households in order; within one in any order.
    pub person: Cow<'a, [u32]>,
    /// 入院日期
    pub admitted_on: Days<'a>,
    /// 出院日期
    pub discharged_on: Days<'a>,
    /// 结算日期
    pub settled_on: Days<'a>,
    /// 就医类别, by [`super::kind_code`]
    pub kind: Codes<'a>,
    /// 医院等级
    pub hospital_level: Codes<'a>,
    /// 异地就医
    pub out_of_area: Codes<'a>,
    /// 结算时身份, by [`super::category_code`]
    pub settled_category: Codes<'a>,
    /// 医药机构; an empty code = not known
    pub institution: Words<'a>,
    /// 病组
    pub drg: Words<'a>,
    /// 主要诊断
    pub diagnosis: Words<'a>,
    /// 费用总额, 政策范围内费用, 自费, 超限价, 先行自付
    pub money: [Amounts<'a>; 5],
    /// 基本医保, 大病保险, 医疗救助, 补充保险, 其他 as settled
    pub settled: [Amounts<'a>; 5],
    /// 1 where the row reverses another.
    pub is_reversal: Codes<'a>,
    /// Declared facts of claims, by [`shukun_policy::program::FactIx`]; for tiers that read the fact of their name:
    /// [`ClaimRows::settled_facts`].
    pub facts: Vec<FactColumn<'a>>,
    /// What a tier without a fixed column was settled at, by [`shukun_policy::program::TierIx`]; empty = none.
    pub settled_facts: Vec<Amounts<'a>>,
}

/// A run of whole households.
#[derive(Clone, Debug, Default)]
pub struct Chunk<'a> {
    /// 户
    pub households: HouseholdRows<'a>,
    /// 人员
    pub persons: PersonRows<'a>,
    /// 认定
    pub certifications: CertificationRows<'a>,
    /// 结算
    pub claims: ClaimRows<'a>,
}
