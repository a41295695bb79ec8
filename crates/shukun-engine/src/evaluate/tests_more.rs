//! More of what the evaluator promises: entitlements, tables, counters, what is computed beside what was settled.

use jiff::civil::date;
use shukun_base::{Exact, Fen};
use shukun_policy::program::{
    BracketMode, BracketsOn, CellTest, Comparison, Cond, DateField, Expr, FactDecl, FactIx, FactKind, Field, Hit, Kind,
    Literal, Payer, PeriodKind, Rule, RuleIx, Scale, SettledColumn, Source, StatusOn, Table, TableIx, TableRow, TierIx,
    Unit,
};

use super::{Detail, Prepared, settle};
use crate::facts::{Category, FactValue, HouseholdFacts};
use crate::outcome::{NoteKind, Settlement};
use crate::testing::*;

fn run(rules: Vec<Rule>, facts: &HouseholdFacts) -> Settlement {
    let settlement = settle(&program(rules), facts);
    assert_conserved(&settlement, facts);
    settlement
}

fn outcomes(settlement: &Settlement, rule: &str) -> Vec<NoteKind> {
    settlement.notes.iter().filter(|note| note.rule == rule).map(|note| note.outcome.clone()).collect()
}

fn in_dibao() -> Cond {
    Cond::OneOf(Field::Category, vec![Literal::Word("dibao".to_owned())])
}

#[test]
fn a_month_counts_for_as_long_as_it_says_and_for_every_rule_named() {
    let hits = |rule: usize| Expr::Hits { rule: RuleIx(rule), months: 12 };
    let both = Expr::Add(Box::new(hits(0)), Box::new(hits(1)));
    let three = || Box::new(Expr::Number(Exact::from_integer(3)));
    let month = over(Unit::Person, PeriodKind::Month);
    let mut first = at_period_end(rule("前三次", rated(10)), month);
    first.who = Cond::Compare(Box::new(both.clone()), Comparison::Less, three());
    let mut later = at_period_end(rule("第四次起", rated(20)), month);
    later.who = Cond::Compare(Box::new(both), Comparison::AtLeast, three());
    // Sixteen months in a row, then the thirteenth month after two of the last three.
    let days = (0..16).map(|number| date(2022 + number / 12, i8::try_from(number % 12).unwrap() + 1, 5));
    let mut bills: Vec<_> = days.zip(1..).map(|(day, id)| claim(id, 1, day, 1_000)).collect();
    let every_month = run(vec![first.clone(), later.clone()], &household(bills.clone()));
    assert_eq!((payments(&every_month, "前三次").len(), payments(&every_month, "第四次起").len()), (3, 13));
    bills.truncate(3);
    for (day, rules_hit) in [(date(2023, 1, 5), (3, 1)), (date(2023, 2, 5), (4, 0))] {
        let mut bills = bills.clone();
        bills.push(claim(9, 1, day, 1_000));
        let settlement = run(vec![first.clone(), later.clone()], &household(bills));
        assert_eq!(
            (payments(&settlement, "前三次").len(), payments(&settlement, "第四次起").len()),
            rules_hit,
            "{day}"
        );
    }
}

#[test]
fn what_a_cap_cut_is_borne_by_the_patient() {
    // 50 % until the patient has borne 1,000, then all of it; a cap of 100 a month leaves more with the patient.
    let kind = bracketed(BracketMode::Marginal, BracketsOn::PatientPaid, &[(0, Some(1_000), 50), (1_000, None, 100)]);
    let capped = limited(rule("甲", kind), 100, over(Unit::Person, PeriodKind::Month), Vec::new());
    let bills = vec![
        claim(1, 1, date(2022, 1, 1), 1_000),
        claim(2, 1, date(2022, 2, 1), 200),
        claim(3, 1, date(2022, 3, 1), 90),
    ];
    // Borne: 900, then 100 of 200, so that the third is paid in full.
    assert_eq!(payments(&run(vec![capped], &household(bills)), "甲"), [10_000, 10_000, 9_000]);
}

fn rate_by_level(hit: Hit, rows: Vec<(CellTest, Literal)>) -> (Rule, Table) {
    let rows = rows.into_iter().map(|(test, value)| TableRow { tests: vec![test], values: vec![value] }).collect();
    let table = Table {
        name: "按级别".to_owned(),
        inputs: vec![Field::HospitalLevel],
        outputs: vec!["比例".to_owned()],
        rows,
        hit,
    };
    let scale = Scale::Rate { rate: Expr::Lookup(TableIx(0), 0) };
    (rule("甲", Kind::Pay { base: residual(Expr::Field(Field::InScope)), deductible: None, scale }), table)
}

#[test]
fn a_table_gives_one_value_or_says_why_not() {
    let number = |value: i128| Literal::Number(Exact::from_integer(value));
    let at_least =
        |level: i128| CellTest::Range { from: Some(Exact::from_integer(level)), to: None, to_inclusive: false };
    let tenths = |tenths: i128| Literal::Number(Exact::new(tenths, 10));
    let unknown = |missing: &str| vec![NoteKind::Unknown { missing: missing.to_owned() }];
    let overlapping = || vec![(CellTest::OneOf(vec![number(2)]), tenths(5)), (at_least(1), tenths(7))];
    for (hit, rows, level, expected, notes) in [
        (Hit::First, overlapping(), Some(2), 500, vec![]),
        (Hit::First, overlapping(), Some(3), 700, vec![]),
        (Hit::Unique, overlapping(), Some(2), 0, unknown("按级别（两行均适用）")),
        (Hit::Unique, overlapping(), Some(1), 700, vec![]),
        (Hit::First, vec![(at_least(3), tenths(5))], Some(2), 0, unknown("按级别（无适用行）")),
        (Hit::First, overlapping(), None, 0, unknown("医院等级")),
        (Hit::First, vec![(CellTest::Any, Literal::Unstated)], None, 0, unknown("按级别·比例（未载明）")),
    ] {
        let (rule, table) = rate_by_level(hit, rows);
        let mut program = program(vec![rule]);
        program.tables.push(table);
        let mut bill = claim(1, 1, date(2022, 1, 1), 1_000);
        bill.hospital_level = level;
        let settlement = settle(&program, &household(vec![bill]));
        assert_eq!((paid(&settlement, "甲"), outcomes(&settlement, "甲")), (Fen::yuan(expected), notes));
    }
}

#[test]
fn entitlements_are_noted_once_a_year() {
    let mut in_hardship = rule("困难人员", Kind::Eligibility { grants: "困难人员".to_owned() });
    in_hardship.who = in_dibao();
    in_hardship.status_on = Some(StatusOn::Date(DateField::Incurred));
    let mut subsidy =
        rule("资助", Kind::Subsidy { scheme: "补充保险".to_owned(), share: percent(50), premium: Some(yuan(151)) });
    subsidy.who = Cond::Has(RuleIx(0));
    let mut service = rule("体检", Kind::Service { what: "体检套餐".to_owned(), ceiling: Some(yuan(3_500)) });
    service.who = Cond::And(vec![Cond::Has(RuleIx(0)), Cond::FactFlag(FactIx(0))]);
    let mut program = program(vec![in_hardship, subsidy, service]);
    let managed = "纳入两慢病管理".to_owned();
    program.facts.push(FactDecl {
        name: managed.clone(),
        kind: FactKind::Flag,
        of_claim: false,
        source: String::new(),
    });
    let mut facts = household(vec![claim(1, 1, date(2022, 3, 1), 100), claim(2, 1, date(2022, 8, 1), 100)]);
    facts.certifications.push(certified(1, Category::Dibao, date(2022, 6, 1), None));
    facts.persons.truncate(1);
    let of = |facts: &HouseholdFacts, rule: &str| outcomes(&settle(&program, facts), rule);
    assert_eq!(of(&facts, "困难人员"), [NoteKind::Entitled { amount_fen: None }]);
    assert_eq!(of(&facts, "资助"), [NoteKind::Entitled { amount_fen: Some(Fen(7_550)) }]);
    assert_eq!(of(&facts, "体检"), [NoteKind::Unknown { missing: managed.clone() }]);
    facts.persons[0].facts.insert(managed.clone(), FactValue::Flag(true));
    assert_eq!(of(&facts, "体检"), [NoteKind::Entitled { amount_fen: Some(Fen::yuan(3_500)) }]);
    facts.persons[0].facts.insert(managed, FactValue::Flag(false));
    assert_eq!(of(&facts, "体检"), [NoteKind::NotEligible]);
    // Somebody without bills is looked at for the year that is asked about.
    facts.claims.clear();
    let as_of = Detail { as_of: Some(date(2023, 6, 30)), ..Detail::default() };
    let settlement = Prepared::new(&program).settle(&facts, as_of);
    assert_eq!(outcomes(&settlement, "困难人员"), [NoteKind::Entitled { amount_fen: None }]);
    assert_eq!(settlement.notes.first().unwrap().period, "2023");
}

#[test]
fn what_was_settled_goes_on_in_the_accumulation() {
    // The first bill was settled, the second was not: it still stands above the line that the first reached.
    let rows = [(1_000, None, 50)];
    let mut program = program(vec![rule("大病", bracketed(BracketMode::Marginal, BracketsOn::Base, &rows))]);
    let tier = program.tiers.get_mut(1).unwrap();
    (tier.source, tier.settled) = (Source::SettledElseComputed, SettledColumn::CriticalIllness);
    let mut first = claim(1, 1, date(2022, 1, 1), 3_000);
    first.critical_illness_paid_fen = Some(Fen::yuan(900));
    let facts = household(vec![first, claim(2, 1, date(2022, 2, 1), 400)]);
    let settlement = settle(&program, &facts);
    assert_conserved(&settlement, &facts);
    assert_eq!(payments(&settlement, "大病"), [90_000, 20_000]);
}

#[test]
fn rules_beside_what_was_settled_keep_silent_unless_compared() {
    let mut helped = limited(rule("大病", rated(50)), 10, A_YEAR, Vec::new());
    helped.who =
        Cond::Compare(Box::new(Expr::Field(Field::HospitalLevel)), Comparison::AtLeast, Box::new(percent(100)));
    let mut program = program(vec![helped]);
    let mut bill = claim(1, 1, date(2022, 1, 1), 1_000);
    bill.critical_illness_paid_fen = Some(Fen::yuan(300));
    let unknown = [NoteKind::Unknown { missing: "医院等级".to_owned() }];
    for (source, level, heard) in [
        (Source::SettledElseComputed, Some(2), false),
        (Source::SettledElseComputed, None, false),
        (Source::Reconciled, None, true),
    ] {
        let tier = program.tiers.get_mut(1).unwrap();
        (tier.source, tier.settled) = (source, SettledColumn::CriticalIllness);
        bill.hospital_level = level;
        let settlement = settle(&program, &household(vec![bill.clone()]));
        let missing = outcomes(&settlement, "大病").into_iter().filter(|note| matches!(note, NoteKind::Unknown { .. }));
        assert_eq!(missing.collect::<Vec<_>>(), if heard { unknown.to_vec() } else { Vec::new() });
        assert!(heard || outcomes(&settlement, "大病").is_empty());
        assert!(settlement.standings.first().unwrap().cap_left_fen.is_empty());
    }
}

#[test]
fn a_payer_without_a_column_reads_the_fact_of_its_name() {
    let mut program = program(vec![rule("部门帮扶", rated(0)), rule("兜底", rated(50))]);
    program.tiers.get_mut(1).unwrap().source = Source::AsSettled;
    let mut bill = claim(1, 1, date(2022, 1, 1), 1_000);
    bill.facts.insert("部门帮扶".to_owned(), FactValue::Number(20_000));
    let reversal = {
        let mut row = reversal(2, &bill, 500);
        row.facts.insert("部门帮扶".to_owned(), FactValue::Number(-10_000));
        row
    };
    let settlement = settle(&program, &household(vec![bill.clone()]));
    assert_eq!((paid(&settlement, "部门帮扶"), paid(&settlement, "兜底")), (Fen::yuan(200), Fen::yuan(400)));
    let settlement = settle(&program, &household(vec![bill, reversal]));
    assert_eq!((paid(&settlement, "部门帮扶"), paid(&settlement, "兜底")), (Fen::yuan(100), Fen::yuan(200)));
}

#[test]
fn a_fixed_amount_is_paid_bill_by_bill_and_never_beyond_the_bill() {
    let kind = Kind::Fixed {
        base: Some(residual(Expr::Field(Field::Total))),
        trigger: Some(at_least(100)),
        amount: yuan(250),
    };
    let mut fixed = limited(rule("定额", kind), 500, A_YEAR, Vec::new());
    fixed.accumulate = over(Unit::Person, PeriodKind::Event);
    fixed.minimum = Some(yuan(300));
    let bills = [(1, 99), (2, 200), (3, 1_000), (4, 1_000)];
    let bills = bills.map(|(id, total)| claim(id, 1, date(2022, 1, i8::try_from(id).unwrap()), total)).to_vec();
    // Below the line; cut by the bill, and what is cut is gone; the least amount; cut by the year's 500: nothing left.
    assert_eq!(payments(&run(vec![fixed.clone()], &household(bills.clone())), "定额"), [20_000, 30_000]);
    // Over a year each bill still has its own amount; what the first could not hold does not come back.
    (fixed.accumulate, fixed.minimum) = (A_YEAR, None);
    fixed.limits.clear();
    assert_eq!(payments(&run(vec![fixed], &household(bills)), "定额"), [20_000, 25_000, 25_000]);
}

#[test]
fn a_payer_named_beside_its_rule_counts_once() {
    let paid_before = |payers| Expr::Sub(Box::new(Expr::Field(Field::Total)), Box::new(Expr::Paid(payers)));
    let named = vec![Payer::Tier(TierIx(1)), Payer::Rule(RuleIx(0)), Payer::Tier(TierIx(1))];
    for payers in [vec![Payer::Tier(TierIx(1))], vec![Payer::Rule(RuleIx(0))], named] {
        let base = shukun_policy::program::Base {
            amount: paid_before(payers),
            mode: shukun_policy::program::BaseMode::AsWritten,
        };
        let second = Kind::Pay { base, deductible: None, scale: Scale::Rate { rate: percent(10) } };
        let bills = vec![claim(1, 1, date(2022, 1, 1), 1_000)];
        let settlement = run(vec![rule("甲", rated(40)), rule("乙", second)], &household(bills));
        assert_eq!(paid(&settlement, "乙"), Fen::yuan(60));
    }
}

#[test]
fn a_rule_holds_from_its_first_to_its_last_day() {
    let mut dated = rule("甲", rated(100));
    (dated.validity.from, dated.validity.to) = (date(2022, 2, 1), Some(date(2022, 3, 31)));
    let days = [(1, 1, 31), (2, 2, 1), (3, 3, 31), (4, 4, 1)];
    let bills = days.map(|(id, month, day)| claim(id, 1, date(2022, month, day), 10)).to_vec();
    assert_eq!(payments(&run(vec![dated], &household(bills)), "甲"), [1_000, 1_000]);
}

#[test]
fn newly_certified_means_nobody_was_certified_the_day_before() {
    let mut helped = rule("甲", rated(100));
    helped.who = Cond::And(vec![in_dibao(), Cond::Flag(Field::NewlyCertified)]);
    helped.status_on = Some(StatusOn::Date(DateField::Incurred));
    for (earlier_until, expected) in [(date(2022, 5, 30), 10), (date(2022, 5, 31), 0), (date(2022, 8, 1), 0)] {
        let mut facts = household(vec![claim(1, 1, date(2022, 6, 15), 10)]);
        facts.certifications.push(certified(1, Category::ExpenditureType, date(2022, 1, 1), Some(earlier_until)));
        facts.certifications.push(certified(1, Category::Dibao, date(2022, 6, 1), None));
        assert_eq!(paid(&run(vec![helped.clone()], &facts), "甲"), Fen::yuan(expected), "{earlier_until}");
    }
}
