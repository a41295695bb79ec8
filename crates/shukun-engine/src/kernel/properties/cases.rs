//! Cases that random programs seldom meet.

use shukun_base::Exact;
use shukun_policy::program::*;

use super::check;
use crate::kernel::Answer;
use crate::testing::{claim, household, over, percent, program, rated, rule, yuan};
use jiff::civil::date;

/// Checks the program on two claims of a person, of which only the second was at a hospital of known level.
fn check_two_claims(program: &Program) {
    let mut claims = vec![claim(1, 1, date(2023, 3, 1), 50_000), claim(2, 1, date(2023, 4, 1), 70_000)];
    claims[0].hospital_level = None;
    claims[1].hospital_level = Some(2);
    let settled = check(program, &[household(claims)], &mut Answer::default());
    assert_eq!(settled, [true]);
}

fn by_level(deductible: i64) -> Program {
    let own = over(Unit::Person, PeriodKind::Year);
    let base = Base { amount: Expr::Field(Field::Total), mode: BaseMode::AsWritten };
    let deductible = Some(Deductible { amount: yuan(deductible), over: own });
    let scale = Scale::Rate { rate: Expr::Lookup(TableIx(0), 0) };
    let mut made = rule("甲", Kind::Pay { base, deductible, scale });
    made.accumulate = own;
    let row = TableRow {
        tests: vec![CellTest::OneOf(vec![Literal::Number(Exact::from_integer(2))])],
        values: vec![Literal::Number(Exact::new(60, 100))],
    };
    let table = Table {
        name: "比例".to_owned(),
        inputs: vec![Field::HospitalLevel],
        outputs: vec!["比例".to_owned()],
        rows: vec![row],
        hit: Hit::First,
    };
    Program { tables: vec![table], ..program(vec![made]) }
}

#[test]
fn a_bill_without_a_known_rate_leaves_the_deductible_alone() {
    let program = by_level(100);
    assert!(crate::kernel::Kernel::new(&program).goes_once());
    check_two_claims(&program);
}

#[test]
fn a_payer_that_is_meant_twice_counts_as_the_reference_counts() {
    let mut made = program(vec![rule("甲", rated(30)), rule("乙", rated(20))]);
    let paid = Expr::Paid(vec![Payer::Tier(made.rules[0].tier), Payer::Rule(RuleIx(0))]);
    let amount = Expr::Sub(Box::new(Expr::Field(Field::Total)), Box::new(paid));
    made.rules[1].kind = Kind::Pay {
        base: Base { amount, mode: BaseMode::AsWritten },
        deductible: None,
        scale: Scale::Rate { rate: percent(50) },
    };
    assert!(crate::kernel::Kernel::new(&made).goes_once());
    check_two_claims(&made);
}

/// A payer at the end of the year that has nothing to pay of, with a deductible and caps of its own.
fn idle_at_years_end(deductible_by: DateField, further_cap_by: Option<DateField>) -> Program {
    let year_by = |key| Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key } };
    let mut made = rule(
        "甲",
        Kind::Pay {
            base: Base { amount: Expr::Field(Field::OutOfCatalogue), mode: BaseMode::AsWritten },
            deductible: Some(Deductible { amount: yuan(100), over: year_by(deductible_by) }),
            scale: Scale::Rate { rate: percent(50) },
        },
    );
    made.timing = Timing::PeriodEnd;
    made.accumulate = year_by(DateField::Incurred);
    let caps = std::iter::once(DateField::Incurred).chain(further_cap_by);
    made.limits = caps.map(|key| Limit { counts: Vec::new(), over: year_by(key), cap: yuan(1_000) }).collect();
    program(vec![made])
}

/// Two stays, of which it is not known when the second began.
fn check_unknown_admission(program: &Program) {
    let mut claims = vec![claim(1, 1, date(2023, 3, 1), 50_000), claim(2, 1, date(2023, 4, 1), 70_000)];
    claims[1].admitted_on = None;
    check(program, &[household(claims)], &mut Answer::default());
}

#[test]
fn a_period_with_a_bill_outside_the_deductible_meets_no_cap() {
    check_unknown_admission(&idle_at_years_end(DateField::Incurred, None));
    check_unknown_admission(&idle_at_years_end(DateField::Admitted, None));
}

#[test]
fn a_period_whose_last_bill_is_outside_one_cap_meets_none() {
    check_unknown_admission(&idle_at_years_end(DateField::Incurred, Some(DateField::Incurred)));
    check_unknown_admission(&idle_at_years_end(DateField::Incurred, Some(DateField::Admitted)));
}
