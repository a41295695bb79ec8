//! Random households: whole and holey ones, and such as no table should hold.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;
use shukun_base::{ClaimId, Day, Fen, PersonId};
use shukun_policy::program::FactKind;

use super::draw::Draw;
use super::random_programs::{FACTS, TIERS, WORDS};
use super::{certified, claim, household, person, resolved};
use crate::facts::{
    Category, Certification, Claim, ClaimKind, FactValue, Facts, HouseholdFacts, Insurance, Person, Sex,
};

const CATEGORIES: [Category; 6] = [
    Category::Dibao,
    Category::ExpenditureType,
    Category::Destitute,
    Category::LowIncome,
    Category::DibaoMarginal,
    Category::Other,
];
const KINDS: [ClaimKind; 5] = [
    ClaimKind::Inpatient,
    ClaimKind::Outpatient,
    ClaimKind::SpecialOutpatient,
    ClaimKind::Pharmacy,
    ClaimKind::Emergency,
];

/// How odd a household may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// What the kernel settles itself, whatever is missing.
    Plain,
    /// Now and then a reversal, a stranger's claim, a number used twice, amounts beyond every limit.
    Odd,
}

/// Any household.
pub(crate) fn any_household(oddity: Oddity) -> impl Strategy<Value = HouseholdFacts> {
    let rows = |numbers: usize, from: usize, to: usize| {
        prop::collection::vec(prop::collection::vec(any::<u32>(), numbers), from..to)
    };
    let shape = prop::collection::vec(any::<u32>(), 12);
    (shape, rows(12, 1, 5), rows(10, 0, 4), rows(44, 1, 13)).prop_map(move |(shape, persons, certified, claims)| {
        household_of(&shape, &persons, &certified, &claims, oddity)
    })
}

/// The household that these numbers choose: one list for each row of its tables.
pub(crate) fn household_of(
    shape: &[u32],
    persons: &[Vec<u32>],
    certified: &[Vec<u32>],
    claims: &[Vec<u32>],
    oddity: Oddity,
) -> HouseholdFacts {
    let mut draw = Draw::new(shape);
    let members: Vec<Person> =
        (1..).zip(persons).map(|(id, numbers)| any_person(&mut Draw::new(numbers), id)).collect();
    let count = members.len();
    let mut facts = household(Vec::new());
    facts.persons = members;
    facts.certifications = certified.iter().map(|numbers| any_certification(&mut Draw::new(numbers), count)).collect();
    for (id, numbers) in (1..).zip(claims) {
        let mut draw = Draw::new(numbers);
        let claim = any_claim(&mut draw, id, count);
        facts.claims.extend(any_reversal(&mut draw, &claim).filter(|_| oddity == Oddity::Odd));
        facts.claims.push(if oddity == Oddity::Odd { made_odd(&mut draw, claim) } else { claim });
    }
    facts.household.annual_income_fen =
        draw.pick(&[Some(Fen(10_000_000)), None, Some(Fen(0)), Some(Fen(2_345_678)), Some(Fen(90_000_001))]);
    facts.household.members = draw.pick(&[2, 1, 4, 0]);
    if oddity == Oddity::Odd && draw.chance(3) {
        facts.household.annual_income_fen = draw.pick(&[Some(Fen(-100)), Some(Fen(1 << 45))]);
    }
    if draw.chance(12) {
        let rule = draw.pick(&["甲", "乙", "丙", "丁"]);
        let (of, year, amount) = (member(&mut draw, count), draw.pick(&[2022, 2021]), draw.number(5_000));
        facts.resolutions.push(resolved(of, rule, year, amount));
    }
    if draw.chance(30) {
        facts.claims.reverse();
        facts.persons.reverse();
    }
    facts
}

fn member(draw: &mut Draw<'_>, count: usize) -> u64 {
    1 + u64::try_from(draw.below(count)).unwrap()
}

fn day(draw: &mut Draw<'_>) -> Day {
    let days = if draw.chance(50) { draw.pick(&[364, 365, 180, 730, 545, 30]) } else { draw.number(1_095) };
    date(2021, 1, 1).saturating_add(days.days())
}

fn known<T>(draw: &mut Draw<'_>, unknown_percent: usize, value: T) -> Option<T> {
    (!draw.chance(unknown_percent)).then_some(value)
}

fn any_person(draw: &mut Draw<'_>, id: u64) -> Person {
    let mut person = person(id);
    let birth = draw.pick(&[date(1960, 1, 1), date(1961, 7, 15), date(2004, 2, 29), date(1959, 12, 31)]);
    person.birth_date = known(draw, 10, birth);
    let sex = draw.pick(&[Sex::F, Sex::M]);
    person.sex = known(draw, 10, sex);
    let insurance = draw.pick(&[Insurance::Resident, Insurance::Employee]);
    person.insurance = known(draw, 10, insurance);
    person.local_register = draw.pick(&[Some(true), Some(false), None]);
    person.disability_certificate = draw.pick(&[None, Some(false), Some(true)]);
    person.facts = some_facts(draw, false);
    person
}

fn any_certification(draw: &mut Draw<'_>, count: usize) -> Certification {
    let (of, category, from) = (member(draw, count), draw.pick(&CATEGORIES), day(draw));
    let length = draw.option(60, |draw| draw.pick(&[364, 30, 0, 90, 200]));
    let to = length.map(|length: i64| from.saturating_add(length.days()));
    let mut row = certified(of, category, from, to);
    row.due_to_illness = draw.chance(50);
    row.applied_on = draw.option(50, |draw| day(draw));
    if draw.chance(30) {
        row.certified_on = day(draw);
    }
    row
}

fn some_facts(draw: &mut Draw<'_>, of_claim: bool) -> Facts {
    let mut facts = BTreeMap::new();
    for (name, kind, _) in FACTS.iter().filter(|(_, _, of)| *of == of_claim) {
        let right = match kind {
            FactKind::Flag => FactValue::Flag(draw.chance(50)),
            FactKind::Money => FactValue::Number(draw.pick(&[10_000, 0, 77_777])),
            FactKind::Number => FactValue::Number(draw.pick(&[3, 0, 1])),
            FactKind::Word => FactValue::Word(draw.pick(&WORDS).to_owned()),
        };
        match draw.below(600) {
            0..=359 => drop(facts.insert((*name).to_owned(), right)),
            // A value of another type than declared.
            360 => drop(facts.insert((*name).to_owned(), FactValue::Word("有".to_owned()))),
            361 => drop(facts.insert((*name).to_owned(), FactValue::Number(1))),
            _ => {}
        }
    }
    facts
}

fn any_claim(draw: &mut Draw<'_>, id: u64, count: usize) -> Claim {
    let on = day(draw);
    let mut claim = claim(id, member(draw, count), on, 0);
    let amount = |draw: &mut Draw<'_>| {
        let some = draw.number(400_000);
        draw.pick(&[some, 0, 100_000, some])
    };
    let [in_scope, out, over, pre] = std::array::from_fn(|_| amount(draw));
    claim.in_scope_fen = Fen(in_scope);
    claim.out_of_catalogue_fen = Fen(out);
    claim.over_limit_fen = Fen(over);
    claim.pre_selfpay_fen = Fen(pre);
    claim.total_fen = Fen(in_scope + out + over + pre);
    claim.kind = draw.pick(&KINDS);
    claim.settled_on = on.saturating_add(draw.number(40).days());
    claim.admitted_on = draw.option(70, |draw| on.saturating_sub(draw.number(12).days()));
    claim.discharged_on = draw.option(80, |_| on);
    claim.hospital_level = draw.pick(&[Some(2), Some(1), Some(3), None]);
    claim.out_of_area = draw.pick(&[Some(false), Some(true), None]);
    claim.drg_code = draw.pick(&[None, Some("A1"), Some("B2"), Some("")]).map(str::to_owned);
    claim.principal_diagnosis = draw.pick(&[Some("C3"), None, Some("A1")]).map(str::to_owned);
    claim.institution_code = draw.pick(&["A1", "", "B2"]).to_owned();
    claim.settled_category = draw.option(20, |draw| draw.pick(&CATEGORIES));
    claim.basic_paid_fen = draw.option(70, |draw| Fen(draw.number(300_000)));
    claim.critical_illness_paid_fen = draw.option(40, |draw| Fen(draw.number(200_000)));
    claim.medical_assistance_paid_fen = draw.option(40, |draw| Fen(draw.number(100_000)));
    claim.supplementary_paid_fen = draw.option(20, |draw| Fen(draw.number(100_000)));
    claim.other_paid_fen = draw.option(20, |draw| Fen(draw.number(100_000)));
    claim.facts = some_facts(draw, true);
    if let Some(amount) = draw.option(20, |draw| draw.number(200_000)) {
        claim.facts.insert(draw.pick(&TIERS).to_owned(), FactValue::Number(amount));
    }
    claim
}

/// The whole or a part of the claim taken back.
fn any_reversal(draw: &mut Draw<'_>, of: &Claim) -> Option<Claim> {
    let percent = draw.option(3, |draw| draw.pick(&[100, 40, 130]))?;
    let part = |amount: Fen| Fen(-(amount.0 * percent / 100));
    let mut reversal = of.clone();
    reversal.claim_id = ClaimId(of.claim_id.0 + 100);
    reversal.reverses_claim_id = Some(of.claim_id);
    reversal.in_scope_fen = part(of.in_scope_fen);
    reversal.out_of_catalogue_fen = part(of.out_of_catalogue_fen);
    reversal.over_limit_fen = part(of.over_limit_fen);
    reversal.pre_selfpay_fen = part(of.pre_selfpay_fen);
    reversal.total_fen =
        reversal.in_scope_fen + reversal.out_of_catalogue_fen + reversal.over_limit_fen + reversal.pre_selfpay_fen;
    reversal.basic_paid_fen = of.basic_paid_fen.map(part);
    Some(reversal)
}

fn made_odd(draw: &mut Draw<'_>, mut claim: Claim) -> Claim {
    match draw.below(300) {
        0..=289 => {}
        290 => claim.person_id = PersonId(9),
        291 => claim.claim_id = ClaimId(1),
        292 => {
            claim.total_fen = Fen(1 << 44);
            claim.in_scope_fen = claim.total_fen;
        }
        293 => claim.in_scope_fen = Fen(-100),
        294 => {
            claim.total_fen = Fen(1 << 35);
            claim.out_of_catalogue_fen = claim.total_fen;
        }
        295 => drop(claim.facts.insert(FACTS[1].0.to_owned(), FactValue::Number(1 << 45))),
        296 => drop(claim.facts.insert(FACTS[1].0.to_owned(), FactValue::Number(-5_000))),
        297 => claim.basic_paid_fen = Some(Fen(-5_000)),
        298 => claim.hospital_level = Some(-1),
        _ => claim.basic_paid_fen = Some(Fen(i64::MAX)),
    }
    claim
}
