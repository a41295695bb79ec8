//! What a run gives: postings that add up to the bill, standings, and the reasons where nothing was paid.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shukun_base::{ClaimId, Exact, Fen, HouseholdId, PersonId, Text};

/// The name of the last posting of every bill: what stays with the family.
pub const FAMILY: &str = "个人负担";

/// One yuan's way: who paid which amount of which bill, under which article.
///
/// For each person and period the amounts of all postings add up to the bills, to the fen. What a period-level
/// rule pays is posted twice: once for its fund, once with the opposite sign for [`FAMILY`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// The claim; none for a period-level posting.
    pub claim_id: Option<ClaimId>,
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// The benefit period: `2022`, `2022-07`, `2022-07-15/2023-07-14`, or `*` for a lifetime.
    pub period: String,
    /// The order within the run: payers first to last.
    pub seq: u32,
    /// The rule's name, or [`FAMILY`].
    pub rule: String,
    /// The article it rests on (依据).
    pub article: String,
    /// The readings that were chosen, as `Y1=分别累进;Y3=认定年`; empty where the text leaves no doubt.
    pub reading: String,
    /// The row of the scale in which this amount ended, from 1; none where there is no scale.
    pub bracket: Option<u16>,
    /// What the rate was applied to.
    pub base_fen: Fen,
    /// The rate, where one rate gave the whole amount.
    #[serde(serialize_with = "as_text")]
    pub rate: Option<Exact>,
    /// The exact amount in fen before rounding.
    #[serde(serialize_with = "as_text")]
    pub amount_before_rounding: Option<Exact>,
    /// What was paid.
    pub amount_fen: Fen,
    /// The fund that pays (资金).
    pub account: String,
    /// Whether the amount came from the claim data (已结算) instead of being computed.
    pub as_settled: bool,
}

pub(crate) fn as_text<S: serde::Serializer>(value: &Option<Exact>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(exact) => serializer.collect_str(exact),
        None => serializer.serialize_none(),
    }
}

/// 三色
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 黄 ◆
    Yellow,
    /// 橙 ▲
    Orange,
    /// 红 ●
    Red,
}

/// Why a rule gave a person nothing, an entitlement without money, or less than its formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The person.
    pub person_id: PersonId,
    /// The claim, where it concerns one.
    pub claim_id: Option<ClaimId>,
    /// The benefit period it concerns, as in [`Posting::period`].
    pub period: String,
    /// The rule's name.
    pub rule: String,
    /// The article it rests on.
    pub article: String,
    /// What kind of outcome this is.
    pub outcome: NoteKind,
    /// The same in words.
    pub text: Text,
}

/// The kinds of outcome that are not a payment. None of them is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteKind {
    /// 不符合: a condition does not hold.
    NotEligible,
    /// 资料不足: a condition could not be decided because this field or fact is not known.
    Unknown {
        /// The name of what is missing.
        missing: String,
    },
    /// 封顶: a limit cut the amount.
    CutByLimit {
        /// What the formula gave.
        formula_fen: Fen,
        /// What was left under the limit.
        paid_fen: Fen,
    },
    /// 未达线: a deductible or trigger was not reached.
    BelowLine,
    /// 待议: the person may be helped; a meeting has to decide.
    AwaitsResolution {
        /// The most that the meeting may grant (none where the document states no ceiling).
        ceiling_fen: Option<Fen>,
    },
    /// 资助 / 服务: an entitlement; the amount is its ceiling or subsidy where stated.
    Entitled {
        /// Its ceiling or amount, where the document states one.
        amount_fen: Option<Fen>,
    },
    /// 预警
    Alert {
        /// The colour.
        colour: Colour,
        /// The measured burden.
        burden_fen: Fen,
    },
    /// 未计入: a row of the claims that cannot be settled, such as a reversal of a claim that is not there.
    LeftOut,
    /// 核对: the state platform paid another amount than the rule computes.
    Difference {
        /// What was settled.
        settled_fen: Fen,
        /// What the rule gives.
        computed_fen: Fen,
    },
}

/// A person's year in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// The calendar year in which the costs arose.
    pub year: i16,
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
    /// What each payer (tier, 层级) paid, by its name, in payer order.
    pub paid_fen: Vec<(String, Fen)>,
    /// What stays with the family after every payer.
    pub family_fen: Fen,
    /// The burden by each named base (口径) of the packs.
    pub burden_fen: BTreeMap<String, Fen>,
    /// The colour of the year's alert.
    pub colour: Option<Colour>,
    /// What is left under each limited rule's limit this year, by rule.
    pub cap_left_fen: BTreeMap<String, Fen>,
}

/// Everything a run says of one household.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// Who paid what.
    pub postings: Vec<Posting>,
    /// One row per person and year with a claim.
    pub standings: Vec<Standing>,
    /// Everything else a rule had to say.
    pub notes: Vec<Note>,
    /// How computed postings came about, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workings: Vec<Working>,
}

/// How one computed posting came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Working {
    /// [`Posting::seq`] of the posting.
    pub seq: u32,
    /// What the deductible took of the base.
    pub deducted_fen: Fen,
    /// Base × rate = amount, row by row; empty where there is no scale of rows.
    pub rows: Vec<WorkingRow>,
    /// What earlier bills could not hold.
    pub carried_fen: Fen,
    /// The formula's rounded amount, with what was carried.
    pub wanted_fen: Fen,
    /// What the limits allow of it.
    pub allowed_fen: Fen,
    /// What was left of the bill to pay: the amount posted.
    pub paid_fen: Fen,
}

/// Base × rate = amount in one row of a scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkingRow {
    /// The row, from 1.
    pub bracket: u16,
    /// In fen.
    #[serde(serialize_with = "exact_as_text")]
    pub base: Exact,
    /// The rate.
    #[serde(serialize_with = "exact_as_text")]
    pub rate: Exact,
    /// In fen.
    #[serde(serialize_with = "exact_as_text")]
    pub amount: Exact,
}

fn exact_as_text<S: serde::Serializer>(value: &Exact, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
