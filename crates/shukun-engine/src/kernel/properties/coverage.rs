//! Were everybody slow, the kernel would be right and of no use, and the property tests would say nothing.
//!
//! A fixed run of random cases counts how often each word of the language did something in the fast lane: a rule with
//! the word paid (or, watched at a period's end, was seen and did nothing) in a household settled by columns.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::testing::draw::Numbers;
use crate::testing::random_households::household_of;
use crate::testing::random_programs::program_of;

const CASES: u64 = 2_000;

/// Words that must have been at work this often.
const WORDS: [(usize, &[&str]); 3] = [
    (
        25,
        &[
            "Pay",
            "BringDown",
            "Fixed",
            "Rate",
            "Brackets",
            "Residual",
            "Gross",
            "AsWritten",
            "Year",
            "Event",
            "Month",
            "Lifetime",
            "PolicyYear",
            "Person",
            "Household",
            "HalfUp",
            "HalfEven",
            "Down",
            "Up",
            "Limit",
            "Deductible",
            "PeriodEnd",
            "Alert",
            "Computed",
            "SettledElseComputed",
            "Reconciled",
            "AsSettled",
        ],
    ),
    (
        8,
        &[
            "Marginal",
            "Whole",
            "WholeAboveFirstLine",
            "MarginalFromFirstFen",
            "And",
            "Or",
            "Not",
            "OneOf",
            "Flag",
            "Compare",
            "CompareDay",
            "Category",
            "Lookup",
            "Measure",
            "Paid",
            "Left",
            "Fact",
            "Add",
            "Sub",
            "Mul",
            "Min",
            "Max",
            "Rule",
            "Tier",
            "HouseholdIncome",
            "Range",
            "AnyDayInPeriod",
            "Certified",
            "Applied",
            "Admitted",
            "Discharged",
            "Settled",
            "Declared",
            "Incurred",
        ],
    ),
    (
        1,
        &[
            "Kind",
            "Sex",
            "Insurance",
            "Insured",
            "Age",
            "HospitalLevel",
            "AdmissionNumber",
            "CalendarYear",
            "OutOfArea",
            "LocalRegister",
            "DisabilityCertificate",
            "DueToIllness",
            "NewlyCertified",
            "DrgCode",
            "PrincipalDiagnosis",
            "Institution",
            "HouseholdMembers",
            "FactFlag",
            "FactOneOf",
            "Has",
            "Div",
            "ByResolution",
            "Other",
        ],
    ),
];

/// The names of the program's parts that a value is made of.
fn words(of: &impl std::fmt::Debug) -> BTreeSet<String> {
    let text = format!("{of:?}");
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.starts_with(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

fn case(numbers: &mut Numbers) -> (Program, HouseholdFacts) {
    let most_rules = 2 + numbers.next() % 3;
    let program = program_of(&numbers.list(200), &numbers.lists(130, 1, most_rules));
    let (shape, persons, certified) = (numbers.list(12), numbers.lists(12, 1, 5), numbers.lists(10, 0, 4));
    (program, household_of(&shape, &persons, &certified, &numbers.lists(44, 1, 13), Oddity::Plain))
}

/// Which words did something for the household.
fn at_work(program: &Program, lanes: &[Lane], totals: &Totals) -> BTreeSet<String> {
    let mut at_work = BTreeSet::new();
    for (number, rule) in program.rules.iter().enumerate() {
        let has_paid = totals.rule_fen.get(number).is_some_and(|paid| *paid > 0);
        let is_seen = totals.claims > 0
            && match rule.kind {
                shukun_policy::program::Kind::Alert { .. } => lanes[number] == Lane::Columns,
                _ => lanes[number] == Lane::Watched,
            };
        if has_paid || is_seen {
            at_work.extend(words(rule));
            if at_work.contains("Lookup") {
                at_work.extend(words(&program.tables));
            }
        }
    }
    let tiers = program.tiers.iter().zip(&totals.paid_fen).filter(|(_, paid)| **paid > 0);
    tiers.for_each(|(tier, _)| at_work.extend(words(tier)));
    at_work
}

#[test]
fn every_word_is_at_work_in_columns() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut fast = 0;
    let mut answer = Answer::default();
    for seed in 0..CASES {
        let (program, facts) = case(&mut Numbers::new(seed));
        let kernel = Kernel::new(&program);
        if check(&program, &[facts], &mut answer) == [true] {
            fast += 1;
            for word in at_work(&program, kernel.lanes(), &answer.totals) {
                *counts.entry(word).or_default() += 1;
            }
        }
    }
    let rare: Vec<(&str, usize)> = WORDS
        .iter()
        .flat_map(|(least, words)| words.iter().map(move |word| (*word, *least)))
        .map(|(word, least)| (word, counts.get(word).copied().unwrap_or(0), least))
        .filter(|(_, count, least)| count < least)
        .map(|(word, count, _)| (word, count))
        .collect();
    assert!(rare.is_empty(), "of {CASES} households {fast} went by columns; too rarely at work: {rare:?}");
    assert!(u64::try_from(fast).unwrap() > CASES * 2 / 5, "{fast} of {CASES}");
}
