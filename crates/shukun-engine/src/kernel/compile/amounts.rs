//! Expressions to whole numbers over a denominator.

use shukun_base::Exact;
use shukun_policy::program::{Expr, FactIx, FactKind, Field, Literal, MeasureIx, Payer, TableIx, TableRow};

use super::super::plan::{
    Amount, BILL_LIMIT, INCOME_LIMIT, Ix, Lookup, NumberField, PaidBy, ROOM, Scaled, SeenOn, Static,
};
use super::{Beyond, Compiled, Compiler};

/// The largest denominator of a compiled amount.
const DENOMINATOR_LIMIT: i64 = 1 << 18;
/// What ages, counts, years and levels stay below.
const SMALL: i128 = 1 << 16;

/// From where a rule's expressions are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Which certifications count.
    pub held: Option<Ix>,
    /// On which day persons are looked at.
    pub seen: SeenOn,
}

impl Scaled {
    fn fixed(number: i64, denominator: i64) -> Scaled {
        let common = gcd(number, denominator);
        let (number, denominator) = (number / common, denominator / common);
        Scaled { amount: Amount::Fixed(number), denominator, bound: i128::from(number).abs() }
    }

    fn column(field: NumberField, bound: i128) -> Scaled {
        Scaled { amount: Amount::Number(field), denominator: 1, bound }
    }

    /// The same number whatever the bill, where it is one.
    pub(crate) fn as_fixed(&self) -> Option<i64> {
        match self.amount {
            Amount::Fixed(number) => Some(number),
            _ => None,
        }
    }

    /// The same over `denominator`, a multiple of its own.
    pub(crate) fn over(self, denominator: i64) -> Compiled<Scaled> {
        let factor = denominator / self.denominator;
        if factor == 1 {
            return Ok(self);
        }
        let amount = match self.amount {
            Amount::Fixed(number) => Amount::Fixed(number.checked_mul(factor).ok_or(TOO_LARGE)?),
            amount => Amount::Mul(Box::new(amount), Box::new(Amount::Fixed(factor))),
        };
        within(Scaled { amount, denominator, bound: self.bound * i128::from(factor) })
    }
}

const TOO_LARGE: Beyond = Beyond("a number too large or too fine for 64 bits");

fn within(scaled: Scaled) -> Compiled<Scaled> {
    if scaled.bound < ROOM && scaled.denominator <= DENOMINATOR_LIMIT { Ok(scaled) } else { Err(TOO_LARGE) }
}

pub(crate) fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The least common multiple of denominators.
pub(crate) fn lcm(a: i64, b: i64) -> Compiled<i64> {
    let multiple = (a / gcd(a, b)).checked_mul(b).ok_or(TOO_LARGE)?;
    if multiple <= DENOMINATOR_LIMIT { Ok(multiple) } else { Err(TOO_LARGE) }
}

/// Numerator and denominator in 64 bits.
pub(crate) fn rational(number: Exact) -> Compiled<(i64, i64)> {
    let numerator = i64::try_from(*number.numer()).map_err(|_| TOO_LARGE)?;
    let denominator = i64::try_from(*number.denom()).map_err(|_| TOO_LARGE)?;
    Ok((numerator, denominator))
}

type Make = fn(Box<Amount>, Box<Amount>) -> Amount;

impl Compiler<'_> {
    /// An expression looked at from a bill.
    pub(crate) fn amount(&mut self, expr: &Expr, view: View) -> Compiled<Scaled> {
        match expr {
            Expr::Money(fen) => Ok(Scaled::fixed(fen.0, 1)),
            Expr::Number(number) => rational(*number).map(|(number, over)| Scaled::fixed(number, over)),
            Expr::Field(field) => {
                number_field(*field, view.seen).ok_or(NOT_A_NUMBER).and_then(|field| self.column(field))
            }
            Expr::Fact(fact) => self.fact_amount(*fact),
            Expr::Measure(measure) => self.measure(*measure, view),
            Expr::Paid(payers) => Ok(self.paid(payers)),
            Expr::Left => Ok(Scaled { amount: Amount::Left, denominator: 1, bound: BILL_LIMIT.into() }),
            Expr::Lookup(table, output) => self.lookup(*table, *output, view),
            Expr::Add(a, b) => self.added(a, b, view, Amount::Add),
            Expr::Sub(a, b) => self.added(a, b, view, Amount::Sub),
            Expr::Min(a, b) => self.chosen(a, b, view, Amount::Min),
            Expr::Max(a, b) => self.chosen(a, b, view, Amount::Max),
            Expr::Mul(a, b) => {
                let (a, b) = (self.amount(a, view)?, self.amount(b, view)?);
                multiplied(a, b)
            }
            Expr::Div(a, b) => {
                let (a, b) = (self.amount(a, view)?, self.amount(b, view)?);
                match b.as_fixed() {
                    Some(number) if number > 0 => multiplied(a, Scaled::fixed(b.denominator, number)),
                    _ => Err(Beyond("a division by what is not a fixed number")),
                }
            }
            Expr::PeriodTotal(_) => Err(Beyond("本期合计")),
            Expr::Hits { .. } => Err(Beyond("次数")),
        }
    }

    fn measure(&mut self, measure: MeasureIx, view: View) -> Compiled<Scaled> {
        let measure = self.program.measures.get(measure.0).ok_or(Beyond("an unknown measure"))?;
        self.amount(&measure.amount, view)
    }

    fn both(&mut self, a: &Expr, b: &Expr, view: View) -> Compiled<(Scaled, Scaled)> {
        let (a, b) = (self.amount(a, view)?, self.amount(b, view)?);
        let common = lcm(a.denominator, b.denominator)?;
        Ok((a.over(common)?, b.over(common)?))
    }

    fn added(&mut self, a: &Expr, b: &Expr, view: View, make: Make) -> Compiled<Scaled> {
        let (a, b) = self.both(a, b, view)?;
        let bound = a.bound + b.bound;
        within(Scaled { amount: folded(make, a.amount, b.amount), denominator: a.denominator, bound })
    }

    fn chosen(&mut self, a: &Expr, b: &Expr, view: View, make: Make) -> Compiled<Scaled> {
        let (a, b) = self.both(a, b, view)?;
        let bound = a.bound.max(b.bound);
        within(Scaled { amount: folded(make, a.amount, b.amount), denominator: a.denominator, bound })
    }

    fn column(&mut self, field: NumberField) -> Compiled<Scaled> {
        let bound = match field {
            NumberField::Money(_) | NumberField::ClaimFact(_) | NumberField::PersonFact(_) => BILL_LIMIT.into(),
            NumberField::Income => INCOME_LIMIT.into(),
            _ => SMALL,
        };
        self.note_number(field);
        Ok(Scaled::column(field, bound))
    }

    fn fact_amount(&mut self, fact: FactIx) -> Compiled<Scaled> {
        let declared = self.program.facts.get(fact.0).ok_or(Beyond("an unknown fact"))?;
        match (declared.kind, declared.of_claim) {
            (FactKind::Flag | FactKind::Word, _) => Err(NOT_A_NUMBER),
            (_, true) => self.column(NumberField::ClaimFact(fact.0)),
            (_, false) => self.column(NumberField::PersonFact(fact.0)),
        }
    }

    /// A rule named beside its own tier, and a payer named twice, count once.
    fn paid(&self, payers: &[Payer]) -> Scaled {
        let mut by: Vec<PaidBy> = Vec::new();
        for payer in payers {
            let one = match payer {
                Payer::Tier(tier) => PaidBy::Tier(tier.0),
                Payer::Rule(rule) => PaidBy::Rule(rule.0),
            };
            let tier = match payer {
                Payer::Rule(rule) => self.program.rules.get(rule.0).map(|rule| Payer::Tier(rule.tier)),
                Payer::Tier(_) => None,
            };
            if !by.contains(&one) && !tier.is_some_and(|tier| payers.contains(&tier)) {
                by.push(one);
            }
        }
        Scaled { amount: Amount::Paid(by), denominator: 1, bound: BILL_LIMIT.into() }
    }

    fn lookup(&mut self, table: TableIx, output: usize, view: View) -> Compiled<Scaled> {
        let source = self.program.tables.get(table.0).ok_or(Beyond("an unknown table"))?;
        let mut values = Vec::with_capacity(source.rows.len());
        for row in &source.rows {
            values.push(match row.values.get(output) {
                Some(Literal::Money(fen)) => Some((fen.0, 1)),
                Some(Literal::Number(number)) => Some(rational(*number)?),
                _ => None,
            });
        }
        let denominator = values.iter().flatten().try_fold(1, |common, (_, over)| lcm(common, *over))?;
        let over_common = |(number, over): (i64, i64)| number.checked_mul(denominator / over).ok_or(TOO_LARGE);
        let values: Vec<Option<i64>> =
            values.into_iter().map(|value| value.map(over_common).transpose()).collect::<Compiled<_>>()?;
        let bound = values.iter().flatten().map(|value| i128::from(*value).abs()).max().unwrap_or(0);
        let with_field = |row: &TableRow| source.inputs.iter().copied().zip(row.tests.iter().cloned()).collect();
        let table = self.table(source.rows.iter().map(with_field).collect(), source.hit);
        self.plan.lookups.push(Lookup { table, held: view.held, seen: view.seen, values });
        within(Scaled { amount: Amount::Lookup(self.plan.lookups.len() - 1), denominator, bound })
    }

    /// Has everything that no payment can change worked out for the whole chunk beforehand.
    pub(crate) fn prepared(&mut self, amount: Amount) -> Amount {
        match amount {
            Amount::Fixed(_) | Amount::Number(NumberField::Money(_)) | Amount::Prepared(_) | Amount::Left => amount,
            Amount::Paid(_) => amount,
            amount if is_static(&amount) => {
                self.plan.statics.push(Static { amount });
                Amount::Prepared(self.plan.statics.len() - 1)
            }
            Amount::Add(a, b) => self.prepared_both(*a, *b, Amount::Add),
            Amount::Sub(a, b) => self.prepared_both(*a, *b, Amount::Sub),
            Amount::Mul(a, b) => self.prepared_both(*a, *b, Amount::Mul),
            Amount::Min(a, b) => self.prepared_both(*a, *b, Amount::Min),
            Amount::Max(a, b) => self.prepared_both(*a, *b, Amount::Max),
            amount => amount,
        }
    }

    fn prepared_both(&mut self, a: Amount, b: Amount, make: Make) -> Amount {
        make(Box::new(self.prepared(a)), Box::new(self.prepared(b)))
    }
}

const NOT_A_NUMBER: Beyond = Beyond("a column that is not a number, where one is needed");

fn multiplied(a: Scaled, b: Scaled) -> Compiled<Scaled> {
    let denominator = a.denominator.checked_mul(b.denominator).ok_or(TOO_LARGE)?;
    let bound = a.bound.checked_mul(b.bound).ok_or(TOO_LARGE)?;
    if let (Some(one), Some(other)) = (a.as_fixed(), b.as_fixed()) {
        return within(Scaled::fixed(one.checked_mul(other).ok_or(TOO_LARGE)?, denominator));
    }
    within(Scaled { amount: Amount::Mul(Box::new(a.amount), Box::new(b.amount)), denominator, bound })
}

fn folded(make: Make, a: Amount, b: Amount) -> Amount {
    let amount = make(Box::new(a), Box::new(b));
    let both = |a: &Amount, b: &Amount| match (a, b) {
        (Amount::Fixed(a), Amount::Fixed(b)) => Some((*a, *b)),
        _ => None,
    };
    let number = match &amount {
        Amount::Add(a, b) => both(a, b).and_then(|(a, b)| a.checked_add(b)),
        Amount::Sub(a, b) => both(a, b).and_then(|(a, b)| a.checked_sub(b)),
        Amount::Min(a, b) => both(a, b).map(|(a, b)| a.min(b)),
        Amount::Max(a, b) => both(a, b).map(|(a, b)| a.max(b)),
        _ => None,
    };
    number.map_or(amount, Amount::Fixed)
}

/// Whether no payment can change it.
pub(crate) fn is_static(amount: &Amount) -> bool {
    match amount {
        Amount::Paid(_) | Amount::Left => false,
        Amount::Fixed(_) | Amount::Number(_) | Amount::Lookup(_) | Amount::Prepared(_) => true,
        Amount::Add(a, b) | Amount::Sub(a, b) | Amount::Mul(a, b) | Amount::Min(a, b) | Amount::Max(a, b) => {
            is_static(a) && is_static(b)
        }
    }
}

/// The column of a field that holds numbers.
pub(crate) fn number_field(field: Field, seen: SeenOn) -> Option<NumberField> {
    Some(match field {
        Field::Total => NumberField::Money(0),
        Field::InScope => NumberField::Money(1),
        Field::OutOfCatalogue => NumberField::Money(2),
        Field::OverLimit => NumberField::Money(3),
        Field::PreSelfpay => NumberField::Money(4),
        Field::HospitalLevel => NumberField::HospitalLevel,
        Field::AdmissionNumber => NumberField::AdmissionNumber,
        Field::CalendarYear => NumberField::CalendarYear(seen),
        Field::Age => NumberField::Age(seen),
        Field::HouseholdIncome => NumberField::Income,
        Field::HouseholdMembers => NumberField::Members,
        _ => return None,
    })
}
