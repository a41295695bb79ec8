//! The kernel gives what the reference evaluator gives, on random programs and random households.

use proptest::prelude::*;

use super::*;
use crate::evaluate::properties::{any_household, any_program};
use crate::testing::household;
use shukun_base::{HouseholdId, PersonId};

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn standings_are_the_references(
        program in any_program(),
        households in prop::collection::vec(any_household(), 1..4),
    ) {
        let households = side_by_side(households);
        let expected: Vec<Vec<Standing>> =
            households.iter().map(|facts| Prepared::new(&program).settle(facts, Detail::BRIEF).standings).collect();
        prop_assert_eq!(Kernel::new(&program).standings_of(&households), expected);
    }
}

#[test]
fn nobody_is_nothing() {
    let program = crate::testing::program(Vec::new());
    assert_eq!(Kernel::new(&program).standings_of(&[]), Vec::<Vec<Standing>>::new());
    assert_eq!(Kernel::new(&program).standings_of(&[household(Vec::new())]), vec![Vec::new()]);
}

/// The kinds of program and household that the kernel is for: bill by bill, without reversals.
fn plain(mut program: Program, mut household: HouseholdFacts) -> (Program, HouseholdFacts) {
    use shukun_policy::program::{Kind, PeriodKind, Timing};
    for rule in &mut program.rules {
        if matches!(rule.kind, Kind::Pay { .. } | Kind::BringDown { .. } | Kind::Fixed { .. }) {
            rule.timing = Timing::PerClaim;
        }
        if rule.collect.window.take().is_some() || matches!(rule.accumulate.period.kind, PeriodKind::Rolling { .. }) {
            rule.accumulate = crate::testing::A_YEAR;
        }
    }
    household.claims.retain(|claim| claim.reverses_claim_id.is_none());
    (program, household)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn plain_standings_are_the_references(program in any_program(), facts in any_household()) {
        let (program, facts) = plain(program, facts);
        let expected = Prepared::new(&program).settle(&facts, Detail::BRIEF).standings;
        prop_assert_eq!(Kernel::new(&program).standings_of(&[facts]), vec![expected]);
    }
}

/// Were everybody slow, the kernel would be right and of no use.
#[test]
fn most_plain_households_are_settled_by_columns() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut slow = 0;
    for _ in 0..400 {
        let program = any_program().new_tree(&mut runner).unwrap().current();
        let (program, facts) = plain(program, any_household().new_tree(&mut runner).unwrap().current());
        let kernel = Kernel::new(&program);
        let mut answer = Answer::default();
        kernel.settle(&Chunk::from_facts(&program, &[facts]), Wanted::default(), &mut answer);
        slow += answer.slow.len();
    }
    assert!(slow < 200, "{slow} of 400 are slow");
}
