//! Streams of months made by hand.

use shukun_base::{Fen, PersonId};
use shukun_engine::facts::{Category, Certification, HouseholdFacts};
use shukun_engine::outcome::Colour::{self, Orange, Red, Yellow};

use super::testing::{claim, day, followed, household, month, person, reversal, ruian};
use super::{Alerts, PersonYear, Span, Watch, follow};

/// Month, burden in yuan, colour of each step.
fn steps(row: &PersonYear) -> Vec<(String, i64, Option<Colour>)> {
    row.steps.iter().map(|step| (step.month.to_string(), step.burden_fen.0 / 100, step.colour)).collect()
}

fn step(month: &str, yuan: i64, colour: Option<Colour>) -> (String, i64, Option<Colour>) {
    (month.to_owned(), yuan, colour)
}

fn one(claims: Vec<shukun_engine::facts::Claim>, through: &str) -> PersonYear {
    let mut rows = followed(household(vec![person(1)], claims), through);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[test]
fn the_lines_are_those_of_the_pack() {
    let alerts = Alerts::of(&ruian()).unwrap();
    assert_eq!(alerts.rules, ["高额预警"]);
    assert_eq!(alerts.measure.as_deref(), Some("年度个人负担"));
    let lines = [(Yellow, Fen::yuan(50_000)), (Orange, Fen::yuan(100_000)), (Red, Fen::yuan(200_000))];
    assert_eq!(alerts.lines, lines);
    assert_eq!(Alerts::of(&Default::default()), None);
}

#[test]
fn two_rises_in_a_year() {
    let row = one(
        vec![
            claim(1, 1, "2024-02-10", "2024-02-12", 30_000),
            claim(2, 1, "2024-03-05", "2024-03-05", 25_000),
            claim(3, 1, "2024-07-01", "2024-07-02", 150_000),
        ],
        "2024-12",
    );
    assert_eq!(
        steps(&row),
        [step("2024-02", 30_000, None), step("2024-03", 55_000, Some(Yellow)), step("2024-07", 205_000, Some(Red))]
    );
    assert_eq!(row.first_coloured(), Some(month("2024-03")));
    assert_eq!(row.count_moves(month("2024-12")), (2, 0));
    assert_eq!(row.count_moves(month("2024-06")), (1, 0));
    assert_eq!(row.coloured_since(month("2024-12")), Some(month("2024-03")));
    assert_eq!(row.colour_at(month("2024-06")), Some(Yellow));
    assert!(row.change_in(month("2024-07")).unwrap().is_rise());
    assert_eq!(row.change_in(month("2024-06")), None);
    assert_eq!(row.steps[1].rules, ["高额预警"]);
}

#[test]
fn a_reversal_lets_the_colour_fall_in_its_own_month() {
    let big = claim(1, 1, "2024-03-05", "2024-03-06", 120_000);
    let row =
        one(vec![reversal(2, &big, "2024-06-20"), claim(3, 1, "2024-03-05", "2024-06-21", 60_000), big], "2024-07");
    assert_eq!(steps(&row), [step("2024-03", 120_000, Some(Orange)), step("2024-06", 60_000, Some(Yellow))]);
    assert_eq!(row.count_moves(month("2024-07")), (1, 1));
    let change = row.change_in(month("2024-06")).unwrap();
    assert_eq!((change.from, change.to, change.is_rise()), (Some(Orange), Some(Yellow), false));
}

#[test]
fn a_colour_lost_and_won_again_counts_from_the_second_time() {
    let first = claim(1, 1, "2024-01-10", "2024-01-11", 60_000);
    let row =
        one(vec![reversal(2, &first, "2024-04-02"), claim(3, 1, "2024-08-01", "2024-08-01", 70_000), first], "2024-09");
    assert_eq!(
        steps(&row),
        [step("2024-01", 60_000, Some(Yellow)), step("2024-04", 0, None), step("2024-08", 70_000, Some(Yellow))]
    );
    assert_eq!(row.first_coloured(), Some(month("2024-01")));
    assert_eq!(row.coloured_since(month("2024-09")), Some(month("2024-08")));
    assert_eq!(row.coloured_since(month("2024-05")), None);
}

#[test]
fn the_year_border_goes_by_the_day_of_cost_and_the_month_by_the_day_of_settlement() {
    let claims = vec![
        claim(1, 1, "2023-11-20", "2023-11-20", 40_000),
        // Discharged in the old year, settled in the new: the old year's costs, known in January.
        claim(2, 1, "2023-12-30", "2024-01-04", 20_000),
        claim(3, 1, "2024-01-15", "2024-01-15", 10_000),
    ];
    let rows = followed(household(vec![person(1)], claims), "2024-03");
    let years: Vec<i16> = rows.iter().map(|row| row.year).collect();
    assert_eq!(years, [2023, 2024]);
    assert_eq!(steps(&rows[0]), [step("2023-12", 40_000, None), step("2024-01", 60_000, Some(Yellow))]);
    assert_eq!(steps(&rows[1]), [step("2024-01", 10_000, None)]);
}

#[test]
fn what_comes_after_the_last_month_changes_nothing() {
    let early = vec![claim(1, 1, "2024-02-10", "2024-02-12", 80_000)];
    let mut late = early.clone();
    late.push(reversal(2, &early[0], "2024-06-01"));
    late.push(claim(3, 1, "2024-05-30", "2024-06-02", 500_000));
    assert_eq!(one(early, "2024-05"), one(late, "2024-05"));
}

#[test]
fn a_certification_counts_from_the_month_it_was_decided() {
    let claims = vec![claim(1, 1, "2024-02-10", "2024-02-12", 80_000)];
    let mut facts: HouseholdFacts = household(vec![person(1)], claims);
    facts.certifications.push(Certification {
        person_id: PersonId(1),
        category: Category::Dibao,
        valid_from: day("2024-03-01"),
        valid_to: None,
        certified_on: day("2024-05-10"),
        applied_on: None,
        due_to_illness: true,
    });
    let row = &followed(facts, "2024-12")[0];
    // Who is certified is no longer alerted by this pack: the colour falls, the burden stays.
    assert_eq!(steps(row), [step("2024-02", 80_000, Some(Yellow)), step("2024-05", 80_000, None)]);
}

#[test]
fn only_households_with_something_new_are_marked_and_nobody_sees_ahead() {
    let program = ruian();
    let watch = Watch::new(&program).unwrap();
    let claims = vec![claim(1, 1, "2024-02-10", "2024-02-12", 1_000), claim(2, 1, "2024-04-10", "2024-04-12", 1_000)];
    let mut seen = Vec::new();
    let span = Span { through: month("2024-05") };
    follow(&watch, vec![household(vec![person(1)], claims)], span, |month, all| {
        assert!(all[0].facts.claims.iter().all(|claim| claim.settled_on <= month.last_day()));
        seen.push((month.to_string(), all[0].is_new(), all[0].facts.claims.len()));
    });
    let seen: Vec<(&str, bool, usize)> =
        seen.iter().map(|(month, new, claims)| (month.as_str(), *new, *claims)).collect();
    let expected = [
        ("2023-12", false, 0),
        ("2024-01", false, 0),
        ("2024-02", true, 1),
        ("2024-03", false, 1),
        ("2024-04", true, 2),
        ("2024-05", false, 2),
    ];
    assert_eq!(seen, expected);
}
