//! Expressions: amounts of one bill, or of the bills of a period.

use shukun_base::{Exact, Fen};
use shukun_policy::program::{BaseMode, CellTest, Expr, FactIx, Field, Hit, Literal, TableIx, TableRow};

use super::certifications::Held;
use super::fields::Value;
use super::missing::Missing;
use super::number::{add, cmp, div, max, min, mul, or_zero, sub, zero};
use super::periods::month_of;
use super::{Run, Scope, unit_id};
use crate::facts::FactValue;

type Amount = Result<Exact, Missing>;

impl Run<'_> {
    /// The value of an expression. Money is in fen.
    pub(crate) fn amount(&self, expr: &Expr, scope: Scope<'_>) -> Amount {
        let both = |a: &Expr, b: &Expr| Ok((self.amount(a, scope)?, self.amount(b, scope)?));
        match expr {
            Expr::Money(fen) => Ok((*fen).into()),
            Expr::Number(number) => Ok(*number),
            Expr::Field(field) => match self.field(*field, scope, scope.held.first())? {
                Value::Number(number) => Ok(number),
                _ => Err(Missing::Field(*field)),
            },
            Expr::Fact(fact) => self.number_fact(*fact, scope),
            Expr::Measure(measure) => match self.program.measures.get(measure.0) {
                Some(measure) => self.amount(&measure.amount, scope),
                None => Ok(zero()),
            },
            Expr::Paid(payers) => Ok(self.over_bills(scope, |event| self.books.paid_by(payers, event)).into()),
            Expr::Left => Ok(self.over_bills(scope, |event| self.books.left(event)).into()),
            Expr::Lookup(table, output) => self.lookup(*table, *output, scope),
            Expr::Add(a, b) => both(a, b).map(|(a, b)| add(a, b)),
            Expr::Sub(a, b) => both(a, b).map(|(a, b)| sub(a, b)),
            Expr::Mul(a, b) => both(a, b).map(|(a, b)| mul(a, b)),
            Expr::Div(a, b) => both(a, b).and_then(|(a, b)| div(a, b).ok_or(Missing::Divisor)),
            Expr::Min(a, b) => both(a, b).map(|(a, b)| min(a, b)),
            Expr::Max(a, b) => both(a, b).map(|(a, b)| max(a, b)),
            Expr::PeriodTotal(inner) => self.period_total(inner, scope),
            Expr::Hits { rule, months } => Ok(self.hits(rule.0, *months, scope)),
        }
    }

    /// The amount as money, rounded down to the fen: for caps and ceilings.
    pub(crate) fn cap(&self, expr: &Expr, scope: Scope<'_>) -> Result<Fen, Missing> {
        self.amount(expr, scope).map(super::number::whole_fen)
    }

    fn over_bills(&self, scope: Scope<'_>, of: impl Fn(usize) -> Fen) -> Fen {
        match scope.event {
            Some(event) => of(event),
            None => scope.group.iter().map(|event| of(*event)).sum(),
        }
    }

    /// 本期合计: the amount added up over the bills collected so far.
    fn period_total(&self, inner: &Expr, scope: Scope<'_>) -> Amount {
        scope.group.iter().try_fold(zero(), |sum, event| {
            let of_one = Scope { event: Some(*event), person: self.person_of(*event), ..scope };
            self.amount(inner, of_one).map(|amount| add(sum, amount))
        })
    }

    /// 次数: in how many of the months before this one the rule paid the unit anything.
    fn hits(&self, rule: usize, months: u32, scope: Scope<'_>) -> Exact {
        let (Some(day), Some(counted)) = (self.day_of(scope), self.program.rules.get(rule)) else { return zero() };
        let unit = unit_id(counted.accumulate.unit, self.people.get(scope.person).copied());
        let now = month_of(day);
        let from = now - i32::try_from(months).unwrap_or(i32::MAX);
        let hits = self.books.months_paid.range((rule, unit, from)..(rule, unit, now)).count();
        Exact::from_integer(i128::try_from(hits).unwrap_or(i128::MAX))
    }

    /// What a declared fact holds for this bill or person.
    pub(crate) fn fact(&self, fact: FactIx, scope: Scope<'_>) -> Result<&FactValue, Missing> {
        let declared = self.program.facts.get(fact.0).ok_or(Missing::Fact(fact))?;
        let facts = match (declared.of_claim, scope.event) {
            (false, _) => self.people.get(scope.person).map(|person| &person.facts),
            (true, Some(event)) => self.events.get(event).map(|event| event.facts()),
            (true, None) => None,
        };
        facts.and_then(|facts| facts.get(&declared.name)).ok_or(Missing::Fact(fact))
    }

    fn number_fact(&self, fact: FactIx, scope: Scope<'_>) -> Amount {
        let of_claim = self.program.facts.get(fact.0).is_some_and(|fact| fact.of_claim);
        if of_claim && scope.event.is_none() {
            return scope.group.iter().try_fold(zero(), |sum, event| {
                let amount = self.number_fact(fact, Scope { event: Some(*event), ..scope })?;
                Ok(add(sum, amount))
            });
        }
        match self.fact(fact, scope)? {
            FactValue::Number(number) => Ok(Exact::from_integer((*number).into())),
            FactValue::Flag(_) | FactValue::Word(_) => Err(Missing::Fact(fact)),
        }
    }

    /// 查表
    fn lookup(&self, table: TableIx, output: usize, scope: Scope<'_>) -> Amount {
        match self.lookup_literal(table, output, scope)? {
            Literal::Money(fen) => Ok((*fen).into()),
            Literal::Number(number) => Ok(*number),
            _ => Err(Missing::Unstated(table.0, output)),
        }
    }

    fn lookup_literal(&self, table: TableIx, output: usize, scope: Scope<'_>) -> Result<&Literal, Missing> {
        let rows = self.program.tables.get(table.0).ok_or(Missing::NoRow(table.0))?;
        let mut fitting = rows.rows.iter().filter_map(|row| match self.row_fits(&rows.inputs, row, scope) {
            Ok(true) => Some(Ok(row)),
            Ok(false) => None,
            Err(missing) => Some(Err(missing)),
        });
        let row = fitting.next().unwrap_or(Err(Missing::NoRow(table.0)))?;
        if rows.hit == Hit::Unique
            && let Some(second) = fitting.next()
        {
            return Err(second.map_or_else(|missing| missing, |_| Missing::TwoRows(table.0)));
        }
        row.values.get(output).ok_or(Missing::Unstated(table.0, output))
    }

    /// Whether every test of the row holds for one certification that counts (or for none, where nobody is certified).
    fn row_fits(&self, inputs: &[Field], row: &TableRow, scope: Scope<'_>) -> Result<bool, Missing> {
        let fits = |held: Option<&Held>| {
            inputs
                .iter()
                .zip(&row.tests)
                .try_fold(true, |so_far, (field, test)| Ok(so_far && self.cell_fits(*field, test, scope, held)?))
        };
        if scope.held.is_empty() {
            return fits(None);
        }
        scope.held.iter().try_fold(false, |so_far, held| Ok(so_far || fits(Some(held))?))
    }

    /// One cell of a table or of a scale by attributes.
    pub(crate) fn cell_fits(
        &self,
        field: Field,
        test: &CellTest,
        scope: Scope<'_>,
        held: Option<&Held>,
    ) -> Result<bool, Missing> {
        if *test == CellTest::Any {
            return Ok(true);
        }
        let value = self.field(field, scope, held)?;
        Ok(match (test, value) {
            (CellTest::Any, _) => true,
            (CellTest::OneOf(literals), value) => literals.iter().any(|literal| value.is(literal)),
            (CellTest::Range { from, to, to_inclusive }, Value::Number(number)) => {
                from.is_none_or(|from| cmp(from, number).is_le())
                    && to.is_none_or(|to| cmp(number, to).is_lt() || (*to_inclusive && number == to))
            }
            (CellTest::Range { .. }, _) => false,
        })
    }

    /// The base of one bill (基数), by its mode.
    pub(crate) fn base_of(&self, amount: &Expr, mode: BaseMode, scope: Scope<'_>) -> Amount {
        let written = self.amount(amount, scope)?;
        let paid = || scope.event.map_or(Fen::ZERO, |event| self.books.paid_at_claims(event));
        match mode {
            // 余额 alone already is what is left.
            BaseMode::Residual if *amount == Expr::Left => Ok(written),
            BaseMode::Residual => Ok(or_zero(sub(written, paid().into()))),
            BaseMode::AsWritten | BaseMode::Gross => Ok(written),
        }
    }
}
