//! Whole comparisons: small populations by hand, and what holds of any.

use proptest::prelude::*;
use shukun_engine::facts::Claim;

use super::report::{Line, Unit};
use super::*;
use crate::testing::{capped, claim, household, program, rated, whole_brackets};

const OPTIONS: Options = Options { year: None, cliff_within: Fen::yuan(500) };

fn compared(baseline: &Program, variant: &Program, people: &[HouseholdFacts], options: Options) -> Comparison {
    let contest = Contest::new(baseline, variant, options);
    let (mut tally, mut rows) = (Tally::default(), Vec::new());
    // as if from several buckets
    for some in people.chunks(2) {
        let mut part = Tally::default();
        some.iter().for_each(|facts| contest.add(facts, &mut part, &mut rows));
        tally.merge(part);
    }
    finish(tally, &rows, options, 3).unwrap()
}

fn find<'c>(lines: &'c [Line], name: &str) -> &'c Line {
    lines.iter().find(|line| line.name == name).unwrap()
}

/// Four households; what basic insurance left is 30,000, 10,000 and 2,000, 1,000 (two years), 0.
fn four() -> Vec<HouseholdFacts> {
    vec![
        household(1, Some(60_000), vec![claim(1, 1, 2022, 50_000, 20_000)]),
        household(2, None, vec![claim(2, 2, 2022, 10_000, 0), claim(3, 3, 2022, 2_000, 0)]),
        household(3, Some(10_000), vec![claim(4, 4, 2022, 1_000, 0), claim(5, 4, 2023, 1_000, 0)]),
        household(4, Some(10_000), vec![claim(6, 5, 2022, 700, 700)]),
    ]
}

#[test]
fn four_households_by_hand() {
    let baseline = program(vec![rated("救助", 10)]);
    let variant = program(vec![rated("救助", 30), capped(rated("互助", 50), 500)]);
    let found = compared(&baseline, &variant, &four(), OPTIONS);
    let population = &found.population;
    assert_eq!((population.person_years, population.persons, population.households), (6, 5, 4));
    assert_eq!((population.household_years, population.years.as_slice()), (5, &[2022, 2023][..]));
    assert_eq!(found.bills_fen, Fen::yuan(64_700));

    // left by basic insurance: 30,000 10,000 2,000 1,000 1,000 0
    let relief = find(&found.funds, "救助基金");
    assert_eq!((relief.baseline_fen, relief.variant_fen), (Fen::yuan(4_400), Fen::yuan(13_200)));
    assert_eq!((relief.person_years_changed, relief.persons_changed, relief.households_changed), (5, 4, 3));
    // half of what is left then, at most 500: 500 500 500 350 350
    assert_eq!(find(&found.funds, "互助基金").variant_fen, Fen::yuan(2_200));
    let basic = find(&found.payers, "基本医保");
    assert_eq!((basic.baseline_fen, basic.difference_fen, basic.persons_changed), (Fen::yuan(20_700), Fen::ZERO, 0));
    assert_eq!((found.family.baseline_fen, found.family.variant_fen), (Fen::yuan(39_600), Fen::yuan(28_600)));
    assert_eq!(find(&found.kinds, "inpatient").difference_fen, Fen::yuan(-11_000));

    let households = found.change.iter().find(|change| change.unit == Unit::Household).unwrap();
    assert_eq!((households.gaining, households.losing, households.unchanged), (3, 0, 1));
    assert_eq!(households.gained_fen, Fen::yuan(11_000));

    let first = &found.largest[0];
    assert_eq!((first.person.as_str(), first.difference_fen), ("1", Fen::yuan(-6_500)));
    let told: Vec<_> = first.rules.iter().map(|rule| (rule.rule.as_str(), rule.variant_fen)).collect();
    assert_eq!(told, [("救助", Fen::yuan(9_000)), ("互助", Fen::yuan(500))]);
    assert_eq!(found.largest.len(), 5, "who bears the same is not listed");

    // household-years: 27,000 of 60,000; unknown; 900 and 900 of 10,000; 0 of 10,000
    let shares = found.catastrophic.above.iter().map(|row| row.household_years);
    assert_eq!(shares.map(|row| (row.baseline, row.variant)).collect::<Vec<_>>(), [(1, 1), (1, 1), (1, 0)]);
    assert_eq!((found.catastrophic.income_known, found.catastrophic.income_unknown), (4, 1));
    let ten = found.burden_above[0];
    assert_eq!((ten.person_years.baseline, ten.household_years.baseline, ten.household_years.variant), (1, 2, 1));
}

#[test]
fn one_year_only() {
    let baseline = program(vec![rated("救助", 10)]);
    let variant = program(vec![rated("救助", 20)]);
    let found = compared(&baseline, &variant, &four(), Options { year: Some(2023), ..OPTIONS });
    assert_eq!((found.population.person_years, found.population.households), (1, 1));
    assert_eq!(found.bills_fen, Fen::yuan(1_000));
    assert_eq!(found.population.years, [2023]);
}

#[test]
fn tenths_with_ties() {
    // twenty people: ten bear 100, the others 200 … 1,100
    let burdens = std::iter::repeat_n(100, 10).chain((2..=11).map(|hundred| hundred * 100));
    let people: Vec<HouseholdFacts> =
        (1..).zip(burdens).map(|(id, burden)| household(id, None, vec![claim(id, id, 2022, burden, 0)])).collect();
    let nothing = program(Vec::new());
    let found = compared(&nothing, &nothing, &people, OPTIONS);
    let cuts: Vec<i64> = found.decile_cuts_fen.iter().map(|cut| cut.0 / 10_000).collect();
    assert_eq!(cuts, [1, 1, 1, 1, 1, 3, 5, 7, 9]);
    let tenths = found.groups.iter().find(|grouping| grouping.by == marks::By::Decile).unwrap();
    let sizes: Vec<_> = tenths.rows.iter().map(|row| (row.code.as_str(), row.person_years)).collect();
    assert_eq!(sizes, [("1", 10), ("6", 2), ("7", 2), ("8", 2), ("9", 2), ("10", 2)]);
}

#[test]
fn people_near_a_cliff() {
    let whole = program(vec![whole_brackets("追溯")]);
    let bill = |id: u64, yuan: i64| household(id, None, vec![claim(id, id, 2022, yuan, 0)]);
    let people = [bill(1, 29_600), bill(2, 29_500), bill(3, 29_499), bill(4, 30_000), bill(5, 30_499), bill(6, 30_500)];
    let found = compared(&program(Vec::new()), &whole, &people, OPTIONS);
    assert!(found.cliffs.baseline.is_empty());
    let [first, second] = found.cliffs.variant.as_slice() else { panic!("two lines") };
    assert_eq!((first.below_fen, first.drop_fen), (Fen(2_999_999), Fen(299_999)));
    // the line is one fen past what is below it: 30,499.99 is the last within 500 yuan
    assert_eq!((first.persons_below, first.persons_past, first.households), (2, 2, 4));
    assert_eq!((second.persons_below, second.publishable), (0, true));
}

#[test]
fn nobody_is_no_error() {
    let nothing = program(Vec::new());
    let found = compared(&nothing, &nothing, &[], OPTIONS);
    assert_eq!(found.population.person_years, 0);
    assert!(found.groups.iter().all(|grouping| grouping.rows.is_empty()) && found.decile_cuts_fen.is_empty());
}

fn people() -> impl Strategy<Value = Vec<HouseholdFacts>> {
    let bill = (0_u64..3, 2021_i16..2024, 0_i64..200_000, 0_i64..100);
    let home = (proptest::option::of(0_i64..100_000), proptest::collection::vec(bill, 0..6));
    proptest::collection::vec(home, 0..12).prop_map(|homes| {
        let claims = |number: usize, bills: Vec<(u64, i16, i64, i64)>| -> Vec<Claim> {
            let one = |(place, (member, year, total, share)): (usize, (u64, i16, i64, i64))| {
                let id = number as u64 * 10;
                claim(id + place as u64, id + member, year, total, total * share / 100)
            };
            bills.into_iter().enumerate().map(one).collect()
        };
        let one = |(number, (income, bills)): (usize, (Option<i64>, _))| {
            household(number as u64, income, claims(number, bills))
        };
        homes.into_iter().enumerate().map(one).collect()
    })
}

fn programs() -> impl Strategy<Value = Program> {
    (0_i128..100, 0_i64..20_000, any::<bool>()).prop_map(|(percent, cap, brackets)| {
        let mut rules = vec![capped(rated("救助", percent), cap)];
        rules.extend(brackets.then(|| whole_brackets("追溯")));
        program(rules)
    })
}

fn sum(amounts: impl Iterator<Item = Fen>) -> Fen {
    amounts.sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_policy_changes_nothing(people in people(), policy in programs()) {
        let found = compared(&policy, &policy.clone(), &people, OPTIONS);
        let lines = found.payers.iter().chain(&found.funds).chain(&found.rules).chain(&found.kinds);
        prop_assert!(lines.chain([&found.family]).all(|line| line.difference_fen.is_zero() && line.persons_changed == 0));
        prop_assert!(found.change.iter().all(|change| change.gaining + change.losing == 0));
        prop_assert!(found.largest.is_empty());
        prop_assert_eq!(found.concentration.baseline, found.concentration.variant);
        prop_assert_eq!(found.cliffs.baseline, found.cliffs.variant);
    }

    #[test]
    fn the_other_way_round_is_the_opposite(people in people(), a in programs(), b in programs()) {
        let (forth, back) = (compared(&a, &b, &people, OPTIONS), compared(&b, &a, &people, OPTIONS));
        for line in forth.funds.iter().chain([&forth.family]) {
            let other = back.funds.iter().chain([&back.family]).find(|other| other.name == line.name).unwrap();
            prop_assert_eq!(line.difference_fen, -other.difference_fen);
            prop_assert_eq!(line.persons_changed, other.persons_changed);
        }
        for (one, other) in forth.change.iter().zip(&back.change) {
            prop_assert_eq!((one.gaining, one.gained_fen), (other.losing, other.lost_fen));
        }
        prop_assert_eq!(forth.concentration.baseline, back.concentration.variant);
    }

    #[test]
    fn every_way_of_adding_up_gives_the_same(people in people(), a in programs(), b in programs()) {
        let found = compared(&a, &b, &people, OPTIONS);
        let paid = sum(found.payers.iter().map(|line| line.variant_fen));
        prop_assert_eq!(paid + found.family.variant_fen, found.bills_fen);
        prop_assert_eq!(sum(found.funds.iter().map(|line| line.baseline_fen)) + found.family.baseline_fen, found.bills_fen);
        prop_assert_eq!(sum(found.kinds.iter().map(|line| line.variant_fen)), found.family.variant_fen);
        prop_assert_eq!(found.concentration.variant.sum_fen, found.family.variant_fen);
        let by_person = found.change.iter().find(|change| change.unit == Unit::PersonYear).unwrap();
        for grouping in &found.groups {
            prop_assert_eq!(sum(grouping.rows.iter().map(|row| row.difference_fen)), found.family.difference_fen);
            prop_assert_eq!(sum(grouping.rows.iter().map(|row| row.baseline_fen)), found.family.baseline_fen);
            prop_assert_eq!(sum(grouping.rows.iter().map(|row| row.gaining.sum_fen)), by_person.gained_fen);
            prop_assert_eq!(sum(grouping.rows.iter().map(|row| row.losing.sum_fen)), by_person.lost_fen);
            let counted: u64 = grouping.rows.iter().map(|row| row.person_years).sum();
            prop_assert_eq!(counted, found.population.person_years);
        }
        let in_bars: u64 = found.histogram.iter().map(|bar| bar.person_years).sum();
        prop_assert_eq!(in_bars, found.population.person_years);
    }
}
