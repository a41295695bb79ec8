//! A rule's formula over its accumulation: deductible, scale or target, pro-ration. Exact, not yet rounded.

use shukun_base::{Exact, Fen};
use shukun_policy::program::{
    Accumulation, BracketMode, BracketScale, BracketsOn, Deductible, Expr, Kind, PeriodKind, Rule, Scale, Trigger,
};

use super::books::{Bucket, BucketKey};
use super::missing::Missing;
use super::number::{add, cmp, max, min, mul, or_zero, round, sub, to_fen, zero};
use super::periods::{PeriodKey, first_key, key_on};
use super::scales::{RowShare, amount, amount_of, row_at, shares, shares_by_patient_paid};
use super::{Run, Scope, unit_id};

/// Which accumulation a bill falls in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Person or household.
    pub unit: u64,
    /// The first key that is added up: another one than `last` only in rolling periods.
    pub first: PeriodKey,
    /// The period; for a rolling one, its last month.
    pub last: PeriodKey,
}

/// What one bill (or one period) adds to an accumulation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formula {
    /// What the rate was applied to.
    pub base: Fen,
    /// Base, exact amount and what the patient bore, as added to the bucket.
    pub change: Bucket,
    /// The row in which the amount ended, from 1.
    pub bracket: Option<u16>,
    /// The rate, where one gave the whole.
    pub rate: Option<Exact>,
    /// Row by row, where there are rows.
    pub shares: Vec<RowShare>,
    /// What the deductible took, and where that is counted.
    pub deducted: Option<(BucketKey, Exact)>,
    /// A deductible, first line or trigger was not passed.
    pub is_below_line: bool,
}

impl Run<'_> {
    /// The accumulation that the bill of `scope` falls in.
    pub(crate) fn place(&self, over: Accumulation, scope: Scope<'_>) -> Result<Place, Missing> {
        let unit = unit_id(over.unit, self.people.get(scope.person).copied());
        let held = scope.held.first();
        let last = match over.period.kind {
            PeriodKind::Event => PeriodKey::Event(scope.event.unwrap_or(usize::MAX)),
            PeriodKind::Lifetime => PeriodKey::Lifetime,
            PeriodKind::Window => {
                let number = held.and_then(|held| held.number);
                PeriodKey::Window(scope.person, number.ok_or(Missing::Date(over.period.key))?)
            }
            kind => key_on(kind, self.date_of(over.period.key, scope.event, held)?),
        };
        Ok(Place { unit, first: first_key(over.period.kind, last), last })
    }

    /// What `x` more of the base gives, after `before`.
    pub(crate) fn formula(
        &self,
        number: usize,
        rule: &Rule,
        scope: Scope<'_>,
        x: Exact,
        before: &Bucket,
    ) -> Result<Formula, Missing> {
        let factor = rule.prorate.as_ref().map(|factor| self.amount(factor, scope)).transpose()?;
        let mut formula = match &rule.kind {
            Kind::Pay { deductible, scale, .. } => {
                let taken =
                    deductible.as_ref().map(|deductible| self.deduct(number, deductible, scope, x)).transpose()?;
                self.pay_formula(scale, scope, x, taken, before)?
            }
            Kind::BringDown { trigger, target, .. } => self.bring_down(trigger, target, scope, x, before)?,
            Kind::Fixed { trigger, amount, .. } => self.fixed(trigger.as_ref(), amount, scope, x, before)?,
            _ => Formula::default(),
        };
        if let Some(factor) = factor {
            let full = formula.change.exact;
            formula.change.exact = mul(full, factor);
            formula.change.borne = add(formula.change.borne, sub(full, formula.change.exact));
        }
        if let Kind::BringDown { .. } = rule.kind {
            // The target rules the whole accumulation anew at each bill.
            formula.change.exact = sub(formula.change.exact, before.exact);
        }
        Ok(formula)
    }

    /// The rounded total of an accumulation, not below the least amount once anything is paid.
    pub(crate) fn owed(&self, rule: &Rule, scope: Scope<'_>, exact: Exact) -> Result<Fen, Missing> {
        let least = match &rule.minimum {
            Some(minimum) if cmp(exact, zero()).is_gt() => max(exact, self.amount(minimum, scope)?),
            _ => exact,
        };
        Ok(round(rule.rounding, rule.rounding_unit, or_zero(least)))
    }

    /// Whether an accumulated base passes the line.
    pub(crate) fn passes(&self, trigger: &Trigger, scope: Scope<'_>, base: Exact) -> Result<bool, Missing> {
        let ordering = cmp(base, self.amount(&trigger.line, scope)?);
        Ok(if trigger.strict { ordering.is_gt() } else { ordering.is_ge() })
    }

    /// How much of `x` the deductible still takes.
    fn deduct(
        &self,
        number: usize,
        deductible: &Deductible,
        scope: Scope<'_>,
        x: Exact,
    ) -> Result<(BucketKey, Exact), Missing> {
        let line = self.amount(&deductible.amount, scope)?;
        let place = self.place(deductible.over, scope)?;
        let range = (number, place.unit, place.first)..=(number, place.unit, place.last);
        let used = self.books.deducted.range(range).fold(zero(), |sum, (_, used)| add(sum, *used));
        let taken = min(or_zero(x), or_zero(sub(line, used)));
        Ok(((number, place.unit, place.last), taken))
    }

    fn pay_formula(
        &self,
        scale: &Scale,
        scope: Scope<'_>,
        x: Exact,
        deducted: Option<(BucketKey, Exact)>,
        before: &Bucket,
    ) -> Result<Formula, Missing> {
        let taken = deducted.map_or_else(zero, |(_, taken)| taken);
        let rest = sub(x, taken);
        let mut formula = match scale {
            Scale::Rate { rate } => {
                let rate = self.amount(rate, scope)?;
                Formula { rate: Some(rate), ..Formula::of(rest, mul(rate, rest)) }
            }
            Scale::Brackets { mode, on, scales } => {
                let scale = self.scale_for(scales, scope)?;
                match on {
                    BracketsOn::Base => by_base(scale, *mode, before.base, rest),
                    BracketsOn::PatientPaid if *mode == BracketMode::Marginal => {
                        by_patient_paid(scale, add(before.borne, taken), rest)
                    }
                    BracketsOn::PatientPaid => return Err(Missing::BracketMode),
                }
            }
        };
        formula.is_below_line = formula.change.exact == zero() && cmp(x, zero()).is_gt();
        formula.change.borne = sub(x, formula.change.exact);
        formula.deducted = deducted;
        Ok(formula)
    }

    /// The first scale whose tests hold for a certification that counts.
    fn scale_for<'r>(&self, scales: &'r [BracketScale], scope: Scope<'_>) -> Result<&'r BracketScale, Missing> {
        for scale in scales {
            let fits = |held| {
                scale
                    .tests
                    .iter()
                    .try_fold(true, |so_far, (field, test)| Ok(so_far && self.cell_fits(*field, test, scope, held)?))
            };
            let holds = match scope.held {
                [] => fits(None)?,
                held => held.iter().try_fold(false, |so_far, held| Ok(so_far || fits(Some(held))?))?,
            };
            if holds {
                return Ok(scale);
            }
        }
        Err(Missing::NoScale)
    }

    fn bring_down(
        &self,
        trigger: &Trigger,
        target: &Expr,
        scope: Scope<'_>,
        x: Exact,
        before: &Bucket,
    ) -> Result<Formula, Missing> {
        let base = add(before.base, x);
        let passes = self.passes(trigger, scope, base)?;
        let amount = if passes { or_zero(sub(base, self.amount(target, scope)?)) } else { zero() };
        let mut formula = Formula::of(x, amount);
        formula.base = to_fen(base);
        formula.is_below_line = !passes;
        Ok(formula)
    }

    fn fixed(
        &self,
        trigger: Option<&Trigger>,
        amount: &Expr,
        scope: Scope<'_>,
        x: Exact,
        before: &Bucket,
    ) -> Result<Formula, Missing> {
        let base = add(before.base, x);
        let passes = trigger.map_or(Ok(true), |trigger| self.passes(trigger, scope, base))?;
        let amount = if passes { self.amount(amount, scope)? } else { zero() };
        let mut formula = Formula::of(x, amount);
        formula.base = to_fen(base);
        formula.is_below_line = !passes;
        Ok(formula)
    }
}

impl Formula {
    fn of(base: Exact, exact: Exact) -> Formula {
        let change = Bucket { base, exact, ..Bucket::default() };
        Formula { base: to_fen(base), change, ..Formula::default() }
    }

    fn with_rows(mut self, scale: &BracketScale, shares: Vec<RowShare>, row: Option<usize>) -> Formula {
        self.bracket = row.and_then(|row| u16::try_from(row + 1).ok());
        let rate = row.and_then(|row| scale.rows.get(row)).map(|row| row.rate);
        self.rate = rate.filter(|rate| mul(*rate, self.change.base) == self.change.exact);
        self.shares = shares;
        self
    }
}

/// `F(before + x) − F(before)`.
fn by_base(scale: &BracketScale, mode: BracketMode, before: Exact, x: Exact) -> Formula {
    let now = add(before, x);
    let all = shares(&scale.rows, mode, now);
    let exact = sub(amount_of(&all), amount(&scale.rows, mode, before));
    let earlier = shares(&scale.rows, mode, before);
    let row = row_at(&scale.rows, now);
    Formula::of(x, exact).with_rows(scale, difference(mode, all, &earlier), row)
}

/// What is new in each row. Where the whole base moves to another rate, the whole is shown.
fn difference(mode: BracketMode, now: Vec<RowShare>, before: &[RowShare]) -> Vec<RowShare> {
    if matches!(mode, BracketMode::Whole | BracketMode::WholeAboveFirstLine) {
        return now;
    }
    let earlier = |row: usize| before.iter().find(|share| share.row == row).map_or_else(zero, |share| share.base);
    let new = now.into_iter().map(|share| RowShare { base: sub(share.base, earlier(share.row)), ..share });
    new.filter(|share| share.base != zero()).collect()
}

fn by_patient_paid(scale: &BracketScale, borne: Exact, x: Exact) -> Formula {
    let shares = shares_by_patient_paid(&scale.rows, borne, x);
    let row = shares.last().map(|share| share.row);
    Formula::of(x, amount_of(&shares)).with_rows(scale, shares, row)
}
