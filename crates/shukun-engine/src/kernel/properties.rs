//! The kernel gives what the reference evaluator gives, on random programs and random households.
//!
//! [`check`] is the whole of it; the tests differ in what they feed it. What a program's households look like to the
//! kernel must not matter either: how they are cut into chunks, which buffers are handed in, whether columns that the
//! program does not ask for are there.

mod cases;
mod coverage;

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::outcome::Posting;
use crate::testing::household;
use crate::testing::random_households::{Oddity, any_household};
use crate::testing::random_programs::{any_common_program, any_program};
use shukun_base::{Fen, HouseholdId, PersonId};

/// The households side by side: each with numbers of its own.
pub(crate) fn side_by_side(mut households: Vec<HouseholdFacts>) -> Vec<HouseholdFacts> {
    for (place, facts) in (0_u64..).zip(&mut households) {
        let renumber = |person: &mut PersonId| person.0 += place * 10;
        facts.household.household_id = HouseholdId(place + 1);
        for person in &mut facts.persons {
            renumber(&mut person.person_id);
            person.household_id = HouseholdId(place + 1);
        }
        facts.certifications.iter_mut().for_each(|row| renumber(&mut row.person_id));
        facts.claims.iter_mut().for_each(|row| renumber(&mut row.person_id));
        facts.resolutions.iter_mut().for_each(|row| renumber(&mut row.person_id));
    }
    households
}

type Settled = Vec<(Vec<Posting>, Vec<Standing>)>;

fn by_reference(program: &Program, households: &[HouseholdFacts]) -> Settled {
    let prepared = Prepared::new(program);
    let settled = households.iter().map(|facts| prepared.settle(facts, Detail::BRIEF));
    settled.map(|settled| (settled.postings, settled.standings)).collect()
}

/// Fails unless the kernel settles these households as the reference evaluator does. Gives, by household, whether the
/// kernel settled it from columns.
pub(crate) fn check(program: &Program, households: &[HouseholdFacts], answer: &mut Answer) -> Vec<bool> {
    let kernel = Kernel::new(program);
    let expected = by_reference(program, households);
    let chunk = Chunk::from_facts(program, households);
    assert_same(&kernel.settlements_in(&chunk, households, answer), &expected, &kernel);
    let standings: Vec<Vec<Standing>> = expected.iter().map(|(_, standings)| standings.clone()).collect();
    assert_eq!(kernel.standings_of(households), standings);
    let without = blanked(&chunk, kernel.needs());
    assert_same(&kernel.settlements_in(&without, households, answer), &expected, &kernel);
    check_split(&kernel, &chunk, households, answer)
}

fn assert_same(found: &Settled, expected: &Settled, kernel: &Kernel<'_>) {
    for ((found, found_standings), (expected, standings)) in found.iter().zip(expected) {
        assert_eq!(found_standings, standings, "{:?}", kernel.lanes());
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found, expected, "{:?}", kernel.lanes());
        }
        assert_eq!(found.len(), expected.len());
    }
    assert_eq!(found.len(), expected.len());
}

/// Bill by bill and added up.
fn check_split(
    kernel: &Kernel<'_>,
    chunk: &Chunk<'_>,
    households: &[HouseholdFacts],
    answer: &mut Answer,
) -> Vec<bool> {
    kernel.settle(chunk, Wanted { split: true, years: false }, answer);
    let is_fast: Vec<bool> =
        (0_u32..).zip(households).map(|(household, _)| !answer.slow.contains(&household)).collect();
    let mut totals = Totals {
        paid_fen: vec![0; kernel.program().tiers.len()],
        rule_fen: vec![0; kernel.program().rules.len()],
        ..Totals::default()
    };
    let fast = households.iter().zip(&is_fast).filter(|(_, fast)| **fast);
    for facts in fast.map(|(facts, _)| facts) {
        for bill in kernel.settle_slow(facts).bills {
            let owner = facts.claims.iter().find(|claim| claim.claim_id == bill.claim_id).unwrap().person_id;
            let is_row = |row: &usize| {
                chunk.claims.id[*row] == bill.claim_id.0
                    && chunk.persons.id[usize::try_from(chunk.claims.person[*row]).unwrap()] == owner.0
            };
            let row = (0..chunk.claims.id.len()).find(is_row).unwrap();
            let paid: Vec<Fen> = answer.split.paid_fen.iter().map(|column| Fen(column[row])).collect();
            assert_eq!(paid, bill.paid_fen);
            assert_eq!(Fen(answer.split.family_fen[row]), bill.family_fen);
            add(&mut totals, &bill);
        }
    }
    assert_eq!(answer.totals, totals);
    let slow = answer.slow.clone();
    kernel.settle(chunk, Wanted::default(), answer);
    assert_eq!((&answer.totals, &answer.slow), (&totals, &slow), "without columns");
    is_fast
}

fn add(totals: &mut Totals, bill: &crate::evaluate::BillSplit) {
    totals.claims += 1;
    totals.total_fen += i128::from(bill.total_fen.0);
    totals.family_fen += i128::from(bill.family_fen.0);
    for (sums, amounts) in [(&mut totals.paid_fen, &bill.paid_fen), (&mut totals.rule_fen, &bill.rule_fen)] {
        sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += i128::from(amount.0));
    }
}

/// The chunk as a reader may hand it in that decodes nothing that the program does not ask for.
fn blanked<'c>(chunk: &Chunk<'c>, needs: &Needs) -> Chunk<'c> {
    let mut chunk = chunk.clone();
    let claims = &mut chunk.claims;
    let has = |column: &str| needs.claims.contains(column);
    for (name, column) in [
        ("admitted_on", &mut claims.admitted_on),
        ("discharged_on", &mut claims.discharged_on),
        ("settled_on", &mut claims.settled_on),
    ] {
        if !has(name) {
            *column = Days::default();
        }
    }
    for (name, column) in [
        ("kind", &mut claims.kind),
        ("hospital_level", &mut claims.hospital_level),
        ("out_of_area", &mut claims.out_of_area),
        ("settled_category", &mut claims.settled_category),
    ] {
        if !has(name) {
            *column = Codes::default();
        }
    }
    for (name, column) in [
        ("institution_code", &mut claims.institution),
        ("drg_code", &mut claims.drg),
        ("principal_diagnosis", &mut claims.diagnosis),
    ] {
        if !has(name) {
            *column = Words::default();
        }
    }
    let [basic, critical_illness, medical_assistance, supplementary, other] = &mut claims.settled;
    for (name, column) in [
        ("basic_paid_fen", basic),
        ("critical_illness_paid_fen", critical_illness),
        ("medical_assistance_paid_fen", medical_assistance),
        ("supplementary_paid_fen", supplementary),
        ("other_paid_fen", other),
    ] {
        if !has(name) {
            *column = Amounts::default();
        }
    }
    if !needs.claim_facts {
        claims.facts.fill(FactColumn::Absent);
        claims.settled_facts.fill(Amounts::default());
    }
    let persons = &mut chunk.persons;
    for (name, column) in [
        ("sex", &mut persons.sex),
        ("insurance", &mut persons.insurance),
        ("local_register", &mut persons.local_register),
        ("disability_certificate", &mut persons.disability_certificate),
    ] {
        if !needs.persons.contains(name) {
            *column = Codes::default();
        }
    }
    if !needs.persons.contains("birth_date") {
        persons.birth = Days::default();
    }
    if !needs.person_facts {
        persons.facts.fill(FactColumn::Absent);
    }
    if !needs.households.contains("annual_income_fen") {
        chunk.households.annual_income_fen = Amounts::default();
    }
    if !needs.households.contains("members") {
        chunk.households.members = Amounts::default();
    }
    if !needs.resolutions {
        chunk.households.has_resolution = Codes::default();
    }
    if !needs.certifications {
        chunk.certifications = CertificationRows::default();
    }
    chunk
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(256), max_shrink_iters: 3_000, max_shrink_time: 15_000, ..ProptestConfig::default() })]

    #[test]
    fn settles_as_the_reference_does(
        program in any_program(),
        households in prop::collection::vec(any_household(Oddity::Odd), 1..4),
    ) {
        check(&program, &side_by_side(households), &mut Answer::default());
    }

    #[test]
    fn settles_plain_households_as_the_reference_does(
        program in any_program(),
        facts in any_household(Oddity::Plain),
    ) {
        check(&program, &[facts], &mut Answer::default());
    }

    #[test]
    fn settles_programs_of_the_common_shape_as_the_reference_does(
        program in any_common_program(),
        odd in prop::collection::vec(any_household(Oddity::Odd), 0..2),
        plain in prop::collection::vec(any_household(Oddity::Plain), 1..4),
    ) {
        ONCE.0.fetch_add(1, Ordering::Relaxed);
        ONCE.1.fetch_add(usize::from(Kernel::new(&program).goes_once()), Ordering::Relaxed);
        check(&program, &side_by_side(odd.into_iter().chain(plain).collect()), &mut Answer::default());
        let (all, once) = (ONCE.0.load(Ordering::Relaxed), ONCE.1.load(Ordering::Relaxed));
        prop_assert!(all < 50 || once * 3 > all, "{once} of {all} programs went through in one pass");
    }

    #[test]
    fn what_was_settled_before_does_not_matter(
        programs in prop::collection::vec(any_program(), 2..4),
        households in prop::collection::vec(any_household(Oddity::Odd), 1..6),
    ) {
        let households = side_by_side(households);
        let mut answer = Answer::default();
        for (number, program) in programs.iter().enumerate() {
            check(program, &households, &mut answer);
            for one in households.chunks(1 + number) {
                check(program, one, &mut answer);
            }
        }
    }
}

/// Programs of the common shape so far, and how many of them went through in one pass.
static ONCE: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

/// More where somebody asks for more: `PROPTEST_CASES`.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

#[test]
fn nobody_is_nothing() {
    let program = crate::testing::program(Vec::new());
    assert_eq!(Kernel::new(&program).standings_of(&[]), Vec::<Vec<Standing>>::new());
    assert_eq!(Kernel::new(&program).standings_of(&[household(Vec::new())]), vec![Vec::new()]);
}
