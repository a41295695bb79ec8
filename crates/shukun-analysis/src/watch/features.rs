//! What is known of a person at a month's end, as numbers for the prediction.
//!
//! Everything is read from a household's document as [`super::follow`] keeps it, which holds nothing that became known
//! later. Diagnoses are left out on purpose: the list and its reasons go to towns and villages. Start at
//! [`Features::at`].
#![expect(clippy::float_arithmetic, reason = "statistics: logarithms and shares, no amount is paid from them")]

use std::collections::BTreeSet;

use shukun_base::{Fen, PersonId, Text};
use shukun_engine::facts::{Claim, ClaimKind, HouseholdFacts, Insurance};

use super::{Followed, Month};

/// How many numbers there are.
pub const COUNT: usize = 20;

/// A number's name in model files, and what it is.
pub type FeatureName = (&'static str, &'static str, &'static str);

/// Name, 中文, English of each, in order. A change here is another form of model file.
pub const FEATURES: [FeatureName; COUNT] = [
    ("burden_log", "今年已有负担", "burden so far this year"),
    ("burden_of_line", "负担已到线的几成", "share of the line already reached"),
    ("active_months", "今年有结算的月份", "months with claims this year"),
    ("gap", "离最近一次结算多久", "months since the last claim"),
    ("stays_log", "今年住院次数", "hospital stays this year"),
    ("special_months", "今年门诊特病月份", "months of special outpatient care this year"),
    ("recent", "最近两个月的负担", "burden of the last two months"),
    ("trend", "最近两个月比平均", "last two months against the average"),
    ("recent_stays", "最近两个月住院次数", "hospital stays in the last two months"),
    ("biggest_log", "最大一笔自己付的", "largest own share of one claim"),
    ("regular", "照每月特病再付到年底", "special outpatient care carried on to December"),
    ("top_hospitals", "三级医院就诊占比", "share of claims at top hospitals"),
    ("far_away", "异地就医占比", "share of claims out of the area"),
    ("age", "年龄", "age"),
    ("over_60", "六十岁以上", "aged 60 or more"),
    ("employee", "职工医保", "employees' insurance"),
    ("certified", "已有困难认定", "certified in hardship"),
    ("last_burden_log", "去年负担", "burden last year"),
    ("last_active_months", "去年有结算的月份", "months with claims last year"),
    ("last_special_months", "去年门诊特病月份", "months of special outpatient care last year"),
];

/// The numbers of one person at one month's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features(pub [f64; COUNT]);

/// The words of a number.
pub fn feature_text(place: usize) -> Option<Text> {
    FEATURES.get(place).map(|(_, zh, en)| Text::new(*zh, *en))
}

impl Features {
    /// Those of `person` at the end of `month`; `line` is the alert's lowest line. None where no claim of this year
    /// or the year before is known.
    pub fn at(household: &Followed, person: PersonId, month: Month, line: Fen) -> Option<Features> {
        let known = Known::of(&household.facts, person, month)?;
        let year = month.year();
        let burden_at = |at: Month| {
            let step = household.history(person, year).and_then(|history| history.at(at));
            step.map_or(0.0, |step| yuan(step.burden_fen))
        };
        let last_year = household.history(person, year - 1).and_then(|history| history.at(month));
        let last_burden = last_year.map_or(0.0, |step| yuan(step.burden_fen));
        let (line, months) = (yuan(line).max(1.0), f64::from(month.number()));
        let burden = burden_at(month).max(0.0);
        let before = if month.number() > 2 { burden_at(month.previous().previous()) } else { 0.0 };
        let recent = (burden - before).max(0.0);
        let regular = burden + known.monthly_special() * (12.0 - months);
        Some(Features([
            log_thousands(burden),
            (burden / line).min(1.0),
            known.active(year, None) / months,
            known.gap(month),
            (1.0 + known.stays(None)).ln(),
            known.active(year, Some(ClaimKind::SpecialOutpatient)) / months,
            (recent / line).min(1.0),
            ((recent / months.min(2.0) + 500.0) / (burden / months + 500.0)).ln(),
            known.stays(Some(month.previous())).min(4.0),
            log_thousands(known.biggest()),
            (regular / line).min(2.0),
            known.share(|claim| claim.hospital_level == Some(3)),
            known.share(|claim| claim.out_of_area == Some(true)),
            known.age / 10.0,
            flag(known.age >= 60.0),
            flag(known.is_employee),
            flag(known.is_certified),
            log_thousands(last_burden),
            known.active(year - 1, None) / 12.0,
            known.active(year - 1, Some(ClaimKind::SpecialOutpatient)) / 12.0,
        ]))
    }
}

/// A person's claims of this year and the year before, and what the roster says.
struct Known<'a> {
    this_year: Vec<&'a Claim>,
    last_year: Vec<&'a Claim>,
    age: f64,
    is_employee: bool,
    is_certified: bool,
}

impl<'a> Known<'a> {
    fn of(facts: &'a HouseholdFacts, id: PersonId, month: Month) -> Option<Known<'a>> {
        let person = facts.persons.iter().find(|person| person.person_id == id)?;
        let of_year = |year: i16| -> Vec<&Claim> {
            facts.claims.iter().filter(|claim| claim.person_id == id && claim.incurred_on().year() == year).collect()
        };
        let (this_year, last_year) = (of_year(month.year()), of_year(month.year() - 1));
        if this_year.is_empty() && last_year.is_empty() {
            return None;
        }
        let day = month.last_day();
        let holds = |from, to: Option<shukun_base::Day>| from <= day && to.is_none_or(|to| day <= to);
        let certified =
            |row: &shukun_engine::facts::Certification| row.person_id == id && holds(row.valid_from, row.valid_to);
        Some(Known {
            this_year,
            last_year,
            age: person.birth_date.map_or(45.0, |born| f64::from(month.year() - born.year())),
            is_employee: person.insurance == Some(Insurance::Employee),
            is_certified: facts.certifications.iter().any(certified),
        })
    }

    /// In how many months something was settled.
    fn active(&self, year: i16, kind: Option<ClaimKind>) -> f64 {
        let claims = self.this_year.iter().chain(&self.last_year);
        let of_kind =
            claims.filter(|claim| claim.incurred_on().year() == year && kind.is_none_or(|kind| claim.kind == kind));
        count(of_kind.map(|claim| claim.incurred_on().month()).collect::<BTreeSet<i8>>().len())
    }

    /// Months since the last settled claim of either year, at most 12.
    fn gap(&self, month: Month) -> f64 {
        let last = self.this_year.iter().chain(&self.last_year).map(|claim| Month::of(claim.settled_on)).max();
        last.map_or(12.0, |last| f64::from(month.months_since(last).clamp(0, 12)))
    }

    /// Hospital stays of this year, those taken back not counted; from a month of settlement on where one is given.
    fn stays(&self, from: Option<Month>) -> f64 {
        let of_kind = self.this_year.iter().filter(|claim| claim.kind == ClaimKind::Inpatient);
        let counted = of_kind.filter(|claim| from.is_none_or(|from| Month::of(claim.settled_on) >= from));
        let stays: f64 = counted.map(|claim| if claim.reverses_claim_id.is_some() { -1.0 } else { 1.0 }).sum();
        stays.max(0.0)
    }

    fn biggest(&self) -> f64 {
        self.this_year.iter().map(|claim| yuan(own_share(claim))).fold(0.0, f64::max)
    }

    /// What the person pays of special outpatient care in a month that has some.
    fn monthly_special(&self) -> f64 {
        let special = || self.this_year.iter().filter(|claim| claim.kind == ClaimKind::SpecialOutpatient);
        let months: BTreeSet<i8> = special().map(|claim| claim.incurred_on().month()).collect();
        let paid: f64 = special().map(|claim| yuan(own_share(claim))).sum();
        paid.max(0.0) / count(months.len()).max(1.0)
    }

    fn share(&self, is_so: impl Fn(&Claim) -> bool) -> f64 {
        let with = self.this_year.iter().filter(|claim| is_so(claim)).count();
        count(with) / count(self.this_year.len()).max(1.0)
    }
}

/// What no payer paid of a claim, as settled.
fn own_share(claim: &Claim) -> Fen {
    let paid = [
        claim.basic_paid_fen,
        claim.critical_illness_paid_fen,
        claim.medical_assistance_paid_fen,
        claim.supplementary_paid_fen,
        claim.other_paid_fen,
    ];
    claim.total_fen - paid.into_iter().flatten().sum()
}

fn log_thousands(yuan: f64) -> f64 {
    (1.0 + yuan.max(0.0) / 1_000.0).ln()
}

/// Whole yuan: statistics need no fen.
fn yuan(amount: Fen) -> f64 {
    let whole = i32::try_from(amount.0 / 100).unwrap_or(i32::MAX);
    f64::from(whole)
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn flag(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}
