//! What holds for every synthetic household.

use std::collections::HashSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shukun_base::{ClaimId, Fen, HouseholdId, PersonId};
use shukun_engine::facts::{Claim, FactValue};

use super::*;

fn plan(people: u64, seed: u64) -> CountyPlan {
    CountyPlan { county: CountyName::Ruian, people, seed, years: 2022..=2023 }
}

fn digest(plan: CountyPlan) -> [u8; 32] {
    let mut shown = String::new();
    for household in synthesise(plan).unwrap().households() {
        write!(shown, "{household:?}").unwrap();
    }
    Sha256::digest(shown.as_bytes()).into()
}

fn members(people: u64) -> Vec<(Household, Member)> {
    let county = synthesise(plan(people, 5)).unwrap();
    county
        .households()
        .flat_map(|household| household.members.clone().into_iter().map(move |member| (household.clone(), member)))
        .collect()
}

#[test]
fn the_seed_makes_the_county() {
    assert_eq!(digest(plan(2_000, 1)), digest(plan(2_000, 1)));
    assert_ne!(digest(plan(2_000, 1)), digest(plan(2_000, 2)));
}

#[test]
fn a_household_is_the_same_in_a_bigger_county_and_in_any_order() {
    let small = synthesise(plan(500, 9)).unwrap();
    let big = synthesise(plan(5_000, 9)).unwrap();
    let first: Vec<Household> = big.households().take(60).collect();
    for number in (0..60).rev() {
        assert_eq!(small.household(number).unwrap(), first[usize::try_from(number).unwrap()]);
    }
    assert_eq!(small.household_count(), small.households().count() as u64);
}

#[test]
fn later_years_leave_earlier_ones_alone() {
    let one = synthesise(CountyPlan { years: 2022..=2022, ..plan(3_000, 3) }).unwrap();
    let two = synthesise(plan(3_000, 3)).unwrap();
    for (short, long) in one.households().zip(two.households()) {
        for (before, after) in short.members.iter().zip(&long.members) {
            assert_eq!(before.id_number, after.id_number);
            assert_eq!(before.claims[..], after.claims[..before.claims.len()]);
        }
    }
}

#[test]
fn every_id_number_passes_the_checks_and_is_alone() {
    let mut seen = HashSet::new();
    for (_, member) in members(20_000) {
        let (body, check) = member.id_number.split_at(17);
        assert_eq!(shukun_base::id_number_check(body).map(String::from).as_deref(), Some(check));
        assert_eq!(body[6..14], member.birth.strftime("%Y%m%d").to_string());
        let is_odd = body[16..].parse::<u32>().unwrap() % 2 == 1;
        assert_eq!(is_odd, member.sex == shukun_engine::facts::Sex::M);
        assert!(seen.insert(member.id_number));
    }
}

#[test]
fn every_bill_adds_up_and_is_paid_exactly_once() {
    let mut claims = 0;
    for (_, member) in members(20_000) {
        for claim in &member.claims {
            claims += 1;
            let (amounts, paid) = (claim.amounts, claim.paid);
            let parts = amounts.in_scope + amounts.out_of_catalogue + amounts.over_limit + amounts.pre_selfpay;
            assert_eq!(amounts.total, parts);
            assert_eq!(amounts.total, paid.by_funds() + paid.account + paid.cash);
            let sign = if claim.reverses.is_some() { -1 } else { 1 };
            let all = [
                amounts.in_scope,
                amounts.out_of_catalogue,
                amounts.over_limit,
                amounts.pre_selfpay,
                paid.basic,
                paid.critical_illness,
                paid.medical_assistance,
                paid.account,
                paid.cash,
                claim.in_scope_copay(),
            ];
            assert!(all.iter().all(|amount| amount.0 * sign >= 0), "{}", claim.settlement_no);
            assert!(claim.category.is_some() || paid.medical_assistance.is_zero());
        }
    }
    assert!(claims > 5_000);
}

#[test]
fn reversals_name_an_earlier_settlement_and_cancel_it() {
    let mut reversals = 0;
    for (_, member) in members(40_000) {
        let numbers: HashSet<&str> = member.claims.iter().map(|claim| claim.settlement_no.as_str()).collect();
        assert_eq!(numbers.len(), member.claims.len());
        for reversal in member.claims.iter().filter(|claim| claim.reverses.is_some()) {
            reversals += 1;
            let named = reversal.reverses.as_deref().unwrap();
            let original = member.claims.iter().find(|claim| claim.settlement_no == named).unwrap();
            assert!(original.settled_on < reversal.settled_on);
            assert_eq!(original.amounts.total + reversal.amounts.total, Fen::ZERO);
            assert_eq!(original.paid.cash + reversal.paid.cash, Fen::ZERO);
        }
    }
    assert!(reversals > 10);
}

#[test]
fn stays_do_not_overlap_and_come_after_birth() {
    for (_, member) in members(20_000) {
        let stays = member.claims.iter().filter(|claim| claim.kind == ClaimKind::Inpatient && claim.reverses.is_none());
        let mut spans: Vec<_> = stays.map(|claim| (claim.admitted_on, claim.discharged_on)).collect();
        spans.sort_unstable();
        spans.dedup();
        assert!(spans.iter().all(|(from, to)| member.birth < *from && from <= to));
        assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "{spans:?}");
    }
}

#[test]
fn ages_fit_the_family() {
    let county = synthesise(plan(20_000, 5)).unwrap();
    for household in county.households() {
        assert!((1..=6).contains(&household.members.len()));
        let head = &household.members[0];
        assert_eq!(head.relation, Relation::Head);
        for member in &household.members {
            let age = member.age_at_end_of(2022);
            assert!((1..=109).contains(&age));
            let gap = i32::from(head.birth.year()) - i32::from(member.birth.year());
            match member.relation {
                Relation::Child => assert!(-gap >= 16, "{gap}"),
                Relation::Parent => assert!(gap >= 16, "{gap}"),
                Relation::Head | Relation::Spouse => assert!(age >= 22),
            }
        }
    }
}

#[test]
fn every_sort_of_person_and_claim_occurs() {
    let all = members(40_000);
    for category in
        [Category::Destitute, Category::Dibao, Category::DibaoMarginal, Category::LowIncome, Category::ExpenditureType]
    {
        assert!(all.iter().any(|(_, member)| member.certifications.iter().any(|span| span.category == category)));
    }
    let spans = || all.iter().flat_map(|(_, member)| &member.certifications);
    assert!(spans().any(|span| span.valid_from.year() == 2022 && span.due_to_illness));
    assert!(spans().any(|span| span.valid_to.is_some()));
    assert!(all.iter().any(|(_, member)| member.disability.is_some()));
    assert!(all.iter().any(|(household, _)| !household.local_register));
    let claims = || all.iter().flat_map(|(_, member)| &member.claims);
    assert!(claims().any(|claim| claim.kind == ClaimKind::SpecialOutpatient));
    assert!(claims().any(|claim| claim.institution.out_of_area));
    assert!(claims().any(|claim| claim.paid.critical_illness > Fen::ZERO));
    assert!(claims().any(|claim| claim.paid.medical_assistance > Fen::ZERO));
    assert!(claims().any(|claim| claim.paid.account > Fen::ZERO));
    assert!(claims().any(|claim| claim.admitted_on.year() < claim.discharged_on.year()));
}

#[test]
fn four_of_five_local_households_of_zhangjiagang_join_the_mutual_aid() {
    let county = synthesise(CountyPlan { county: CountyName::Zhangjiagang, ..plan(20_000, 2) }).unwrap();
    let local: Vec<bool> = county
        .households()
        .filter(|household| household.local_register)
        .map(|household| {
            let (facts, _) = household.facts(&Digits);
            let joined = facts.persons[0].facts["参加互助"] == FactValue::Flag(true);
            assert_eq!(Some(joined), household.joins_mutual_aid);
            joined
        })
        .collect();
    let joined = local.iter().filter(|joined| **joined).count() * 10_000 / local.len();
    println!("joined {joined} of 10,000; published 7,806");
    assert!(joined.abs_diff(7_806) < 150);
    let elsewhere = synthesise(plan(100, 2)).unwrap();
    assert!(elsewhere.households().all(|household| household.facts(&Digits).0.persons[0].facts.is_empty()));
}

#[test]
fn the_same_illness_takes_a_heavier_group_when_it_costs_more() {
    let stays: Vec<Settled> = members(40_000).into_iter().flat_map(|(_, member)| member.claims).collect();
    for claim in &stays {
        assert_eq!(claim.drg.is_some(), claim.kind == ClaimKind::Inpatient);
    }
    let groups = |code: &str| -> Vec<&str> {
        let mut of_code: Vec<_> =
            stays.iter().filter(|claim| claim.diagnosis.code == code && claim.reverses.is_none()).collect();
        of_code.sort_by_key(|claim| claim.amounts.total);
        let mut groups: Vec<&str> = of_code.iter().filter_map(|claim| claim.drg).collect();
        groups.dedup();
        groups
    };
    assert_eq!(groups("J18.900"), ["ES25", "ES23", "ES21"]);
    assert_eq!(groups("K35.900"), ["GD25", "GD23", "GD21"]);
}

#[test]
fn impossible_plans_are_refused_with_a_mend() {
    for wrong in [plan(0, 1), plan(MOST_PEOPLE + 1, 1), CountyPlan { years: 1990..=1991, ..plan(10, 1) }] {
        let error = synthesise(wrong).err().unwrap();
        assert!(error.code().starts_with("synth-"));
        assert!(error.text().zh.contains("应在") && error.text().en.contains("choose"));
    }
}

/// Ids as a lake would give them, without a lake: the digits of what it is asked for.
struct Digits;

fn digits(text: &str) -> u64 {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(0, |sum, byte| sum * 256 + u64::from(*byte))
}

impl Codes for Digits {
    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(digits(id_number))
    }
    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(digits(householder_id_number))
    }
    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(digits(settlement_no))
    }
}

#[test]
fn batches_hold_every_household_once_however_they_are_cut() {
    let county = synthesise(plan(1_000, 4)).unwrap();
    let cut = |households| {
        let batches: Vec<_> = county.batches(&Digits, households).collect();
        let shas: HashSet<String> = batches.iter().map(|batch| batch.source.sha256.clone()).collect();
        assert_eq!(shas.len(), batches.len());
        let claims: Vec<Claim> = batches.iter().flat_map(|batch| batch.claims.clone()).collect();
        let households: usize = batches.iter().map(|batch| batch.households.len()).sum();
        let people: usize = batches.iter().map(|batch| batch.persons.len()).sum();
        assert_eq!(people, batches.iter().map(|batch| batch.identities.len()).sum::<usize>());
        (households as u64, people, claims)
    };
    let whole = cut(10_000);
    assert_eq!(whole, cut(7));
    assert_eq!(whole.0, county.household_count());
    assert!(whole.2.iter().all(|claim| claim.settled_on.year() >= 2022));
}

/// A county where illness takes its course.
fn with_courses(people: u64, years: RangeInclusive<i16>) -> County {
    synthesise(CountyPlan { county: CountyName::Ruian, people, seed: 5, years }).unwrap().with_courses()
}

#[test]
fn courses_keep_what_holds_for_every_household() {
    let (long, short) = (with_courses(6_000, 2022..=2024), with_courses(6_000, 2022..=2023));
    let plain = synthesise(long.plan().clone()).unwrap();
    for (household, shorter) in long.households().zip(short.households()) {
        assert_eq!(household, long.household(household.number).unwrap());
        let others = plain.household(household.number).unwrap();
        for ((member, before), other) in household.members.iter().zip(&shorter.members).zip(&others.members) {
            assert_eq!(member.claims[..before.claims.len()], before.claims[..], "a later year changes none before it");
            assert_eq!((&member.id_number, member.constitution), (&other.id_number, other.constitution));
            for claim in &member.claims {
                assert_eq!(claim.amounts.total, claim.paid.by_funds() + claim.paid.account + claim.paid.cash);
                assert!(claim.admitted_on > member.birth);
            }
            let stays =
                member.claims.iter().filter(|claim| claim.kind == ClaimKind::Inpatient && claim.reverses.is_none());
            let mut spans: Vec<_> = stays.map(|claim| (claim.admitted_on, claim.discharged_on)).collect();
            spans.sort_unstable();
            spans.dedup();
            assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "{spans:?}");
        }
    }
}

#[test]
fn a_course_goes_on_from_month_to_month_and_over_new_year() {
    let county = with_courses(30_000, 2022..=2024);
    let months = |member: &Member, year: i16| {
        let special = member.claims.iter().filter(|claim| claim.kind == ClaimKind::SpecialOutpatient);
        let of_year = special.filter(|claim| claim.discharged_on.year() == year);
        of_year.map(|claim| claim.discharged_on.month()).collect::<HashSet<i8>>().len()
    };
    let (mut lasting, mut broken_off, mut rounds_over_new_year) = (0, 0, 0);
    for member in county.households().flat_map(|household| household.members) {
        match (months(&member, 2022), months(&member, 2023)) {
            (12, 12) => lasting += 1,
            (12, _) => broken_off += 1,
            _ => {}
        }
        let chemotherapy = |year, month| {
            let of_month =
                |claim: &&Settled| claim.discharged_on.year() == year && claim.discharged_on.month() == month;
            member.claims.iter().filter(of_month).any(|claim| claim.diagnosis.code == "Z51.100")
        };
        rounds_over_new_year += usize::from(chemotherapy(2022, 12) && chemotherapy(2023, 1));
    }
    assert!(lasting > 100 && broken_off == 0, "{lasting} {broken_off}");
    assert!(rounds_over_new_year > 5, "{rounds_over_new_year}");
}
