//! Cliffs: lines at which one fen more of cost leaves the family with less to bear.
//!
//! A line in an official text is data, and so is what happens at it: under "the whole amount at its row's rate" a bill
//! of 30,000.00 costs the family 3,000 yuan less than one of 29,999.99. Looks at each rule by itself, on its own base;
//! knows no people. Start at [`cliffs`].

use serde::Serialize;
use shukun_base::{Exact, Fen};
use shukun_policy::program::{Bracket, BracketMode, BracketsOn, Expr, Kind, Literal, Program, Rule, Scale, Trigger};

use crate::evaluate::scales;

/// One line of one rule where the burden drops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cliff {
    /// The rule.
    pub rule: String,
    /// The article it rests on.
    pub article: String,
    /// The readings it follows, as `Y1=整额`.
    pub readings: Vec<String>,
    /// The largest base that has not passed the line.
    pub below_fen: Fen,
    /// What the family bears of that base under this rule.
    pub burden_below_fen: Fen,
    /// What it bears of a base that is one fen more.
    pub burden_past_fen: Fen,
    /// How much less that is: always above zero.
    pub drop_fen: Fen,
}

/// Every cliff of every money rule, in the order of the rules and their lines.
pub fn cliffs(program: &Program) -> Vec<Cliff> {
    program.rules.iter().flat_map(|rule| of_rule(rule, program)).collect()
}

fn of_rule(rule: &Rule, program: &Program) -> Vec<Cliff> {
    match &rule.kind {
        Kind::Pay { scale: Scale::Brackets { mode, on: BracketsOn::Base, scales }, .. } => {
            scales.iter().flat_map(|scale| of_brackets(rule, *mode, &scale.rows, program)).collect()
        }
        Kind::BringDown { trigger, target, .. } => pairs(&trigger.line, target, program)
            .into_iter()
            .filter_map(|(line, target)| {
                at(rule, program, last_below(trigger, line), |base| past(base, line, trigger, base - target))
            })
            .collect(),
        Kind::Fixed { trigger: Some(trigger), amount, .. } => pairs(&trigger.line, amount, program)
            .into_iter()
            .filter_map(|(line, amount)| {
                at(rule, program, last_below(trigger, line), |base| past(base, line, trigger, amount))
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn of_brackets(rule: &Rule, mode: BracketMode, rows: &[Bracket], program: &Program) -> Vec<Cliff> {
    let lines = rows.iter().map(|row| row.from - Fen(1)).filter(|below| !below.is_negative());
    let formula = |base: Fen| rule.rounding.apply(scales::amount(rows, mode, Exact::from(base)), rule.rounding_unit);
    lines.filter_map(|below| at(rule, program, below, formula)).collect()
}

/// The largest base that does not pass the trigger.
pub(crate) fn last_below(trigger: &Trigger, line: Fen) -> Fen {
    if trigger.strict { line } else { line - Fen(1) }
}

pub(crate) fn past(base: Fen, line: Fen, trigger: &Trigger, amount: Fen) -> Fen {
    if base > last_below(trigger, line) { amount } else { Fen::ZERO }
}

/// The cliff between `below` and one fen more, if the burden drops there.
fn at(rule: &Rule, program: &Program, below: Fen, formula: impl Fn(Fen) -> Fen) -> Option<Cliff> {
    let burden = |base: Fen| base - paid(rule, program, base, formula(base));
    let (burden_below_fen, burden_past_fen) = (burden(below), burden(below + Fen(1)));
    let drop_fen = burden_below_fen - burden_past_fen;
    (drop_fen > Fen::ZERO).then(|| Cliff {
        rule: rule.name.clone(),
        article: rule.article.clone(),
        readings: readings(rule, program),
        below_fen: below,
        burden_below_fen,
        burden_past_fen,
        drop_fen,
    })
}

/// The formula's amount within the caps that are the same for everybody, and within the base.
pub(crate) fn paid(rule: &Rule, program: &Program, base: Fen, formula: Fen) -> Fen {
    let only = |cap: &Expr| match constants(cap, program).as_slice() {
        [(_, cap)] => Some(*cap),
        _ => None,
    };
    let caps = rule.limits.iter().filter_map(|limit| only(&limit.cap));
    caps.fold(formula, Fen::min).min(base).or_zero()
}

/// Amounts of two expressions that can stand together: those of one table come from the same row.
pub(crate) fn pairs(line: &Expr, other: &Expr, program: &Program) -> Vec<(Fen, Fen)> {
    let others = constants(other, program);
    let fits = |a: Option<usize>, b: Option<usize>| a.zip(b).is_none_or(|(a, b)| a == b);
    let mut pairs = Vec::new();
    for (row, line) in constants(line, program) {
        pairs.extend(others.iter().filter(|(other_row, _)| fits(row, *other_row)).map(|(_, other)| (line, *other)));
    }
    pairs
}

/// The amounts an expression can be without looking at a person: itself, or each row of its table.
fn constants(expr: &Expr, program: &Program) -> Vec<(Option<usize>, Fen)> {
    match expr {
        Expr::Money(fen) => vec![(None, *fen)],
        Expr::Lookup(table, column) => {
            let rows = program.tables.get(table.0).map(|table| table.rows.as_slice()).unwrap_or_default();
            let values = rows.iter().enumerate().filter_map(|(index, row)| match row.values.get(*column) {
                Some(Literal::Money(fen)) => Some((Some(index), *fen)),
                _ => None,
            });
            values.collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn readings(rule: &Rule, program: &Program) -> Vec<String> {
    let chosen = rule.readings.iter().filter_map(|index| program.readings.get(*index));
    chosen.map(|reading| format!("{}={}", reading.ambiguity, reading.reading)).collect()
}

#[cfg(test)]
mod tests {
    use shukun_base::{Day, Rounding};
    use shukun_policy::program::{
        Accumulation, Base, BaseMode, BracketScale, Collect, Cond, DateField, Field, Limit, PackIx, Period, PeriodKind,
        TierIx, Timing, Unit, Validity,
    };

    use super::*;

    fn rule(kind: Kind, cap: Option<Fen>) -> Rule {
        let year =
            Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key: DateField::Incurred } };
        Rule {
            name: "甲".into(),
            pack: PackIx(0),
            article: "一".into(),
            tier: TierIx(0),
            validity: Validity { from: Day::MIN, to: None, decided_by: DateField::Incurred },
            who: Cond::Everyone,
            status_on: None,
            collect: Collect::default(),
            timing: Timing::PerClaim,
            kind,
            accumulate: year,
            limits: cap
                .map(|cap| Limit { counts: Vec::new(), over: year, cap: Expr::Money(cap) })
                .into_iter()
                .collect(),
            minimum: None,
            prorate: None,
            rounding: Rounding::HalfUp,
            rounding_unit: Fen(1),
            account: String::new(),
            purpose: None,
            lead: None,
            responsible: Vec::new(),
            readings: Vec::new(),
        }
    }

    fn base() -> Base {
        Base { amount: Expr::Field(Field::InScope), mode: BaseMode::Residual }
    }

    fn drops(kind: Kind, cap: Option<i64>) -> Vec<(i64, i64)> {
        let program = Program { rules: vec![rule(kind, cap.map(Fen::yuan))], ..Program::default() };
        cliffs(&program).iter().map(|cliff| (cliff.below_fen.0, cliff.drop_fen.0)).collect()
    }

    fn brackets(mode: BracketMode) -> Kind {
        let row = |from, to: Option<i64>, percent| Bracket {
            from: Fen::yuan(from),
            to: to.map(Fen::yuan),
            rate: Exact::new(percent, 100),
        };
        let rows = vec![row(30_000, Some(100_000), 10), row(100_000, Some(150_000), 15), row(150_000, None, 20)];
        let scales = vec![BracketScale { tests: Vec::new(), rows }];
        Kind::Pay { base: base(), deductible: None, scale: Scale::Brackets { mode, on: BracketsOn::Base, scales } }
    }

    #[test]
    fn a_curve_drops_where_its_rule_has_a_cliff() {
        let program =
            Program { rules: vec![rule(brackets(BracketMode::Whole), Some(Fen::yuan(50_000)))], ..Program::default() };
        let cliffs = cliffs(&program);
        let curve = crate::curves::curves(&program).remove(0);
        let drops: Vec<Fen> =
            curve.points.windows(2).filter(|pair| pair[1].1 < pair[0].1).map(|pair| pair[0].0).collect();
        assert_eq!(drops, cliffs.iter().map(|cliff| cliff.below_fen).collect::<Vec<_>>());
        assert!(curve.points.iter().all(|(cost, burden)| burden <= cost && !burden.is_negative()));
    }

    #[test]
    fn the_four_ways_of_reading_brackets() {
        assert_eq!(drops(brackets(BracketMode::Marginal), None), []);
        let whole = [(2_999_999, 299_999), (9_999_999, 499_999), (14_999_999, 749_999)];
        assert_eq!(drops(brackets(BracketMode::Whole), None), whole);
        let above = [(9_999_999, 349_999), (14_999_999, 599_999)];
        assert_eq!(drops(brackets(BracketMode::WholeAboveFirstLine), None), above);
        assert_eq!(drops(brackets(BracketMode::MarginalFromFirstFen), None), [(2_999_999, 299_999)]);
        assert_eq!(
            drops(brackets(BracketMode::Whole), Some(23_000)),
            [(2_999_999, 299_999), (9_999_999, 499_999), (14_999_999, 49_999)]
        );
    }

    #[test]
    fn a_target_below_its_trigger_is_a_cliff() {
        let trigger = |strict| Trigger { line: Expr::Money(Fen::yuan(50_000)), strict };
        let down = |strict, target| Kind::BringDown {
            base: base(),
            trigger: trigger(strict),
            target: Expr::Money(Fen::yuan(target)),
        };
        assert_eq!(drops(down(true, 49_500), None), [(5_000_000, 50_000)]);
        assert_eq!(drops(down(false, 49_500), None), [(4_999_999, 49_999)]);
        assert_eq!(drops(down(true, 50_000), None), []);
        let fixed =
            Kind::Fixed { base: Some(base()), trigger: Some(trigger(false)), amount: Expr::Money(Fen::yuan(900)) };
        assert_eq!(drops(fixed, None), [(4_999_999, 89_999)]);
    }
}
