//! Steps of the common shape, down all bills in one loop.
//!
//! Alone in its block, paid bill by bill, a rate or one scale of rows, at most a fixed deductible and one fixed cap: what
//! most rules are. Everything else goes through [`super::steps`], which this must agree with in every fen.

use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, Basis, Beside, Cap, Formula, RowScale, Step};
use super::bills::read;
use super::groups::NO_GROUP;
use super::scales::{Rounder, amount as amount_of_rows};
use super::steps::{CapMet, Runner, Sum};
use super::values::YES;
use shukun_policy::program::BracketMode;

/// How much of a base is paid.
trait Scale: Copy {
    /// The exact total of an accumulation that now stands at `now`, after `base` more; none where the rate is not known.
    fn total(self, before: &Sum, now: i64, base: i64, bill: usize) -> Option<i64>;
    /// Below this an accumulation comes to nothing.
    fn first_line(self) -> i64;
}

/// One rate for all.
#[derive(Clone, Copy)]
struct OneRate(i64);

impl Scale for OneRate {
    #[inline(always)]
    fn total(self, before: &Sum, _now: i64, base: i64, _bill: usize) -> Option<i64> {
        Some(before.exact + base * self.0)
    }

    fn first_line(self) -> i64 {
        i64::MIN
    }
}

/// A rate for each bill.
#[derive(Clone, Copy)]
struct RateByBill<'s>(&'s [i64]);

impl Scale for RateByBill<'_> {
    #[inline(always)]
    fn total(self, before: &Sum, _now: i64, base: i64, bill: usize) -> Option<i64> {
        match read(self.0, bill, NO_AMOUNT) {
            NO_AMOUNT => None,
            rate => Some(before.exact + base * rate),
        }
    }

    fn first_line(self) -> i64 {
        i64::MIN
    }
}

/// Rows. Nothing else moves the accumulation, so what it comes to is what its base comes to.
#[derive(Clone, Copy)]
struct Rows<'s> {
    scale: &'s RowScale,
    mode: BracketMode,
}

impl Scale for Rows<'_> {
    #[inline(always)]
    fn total(self, _before: &Sum, now: i64, _base: i64, _bill: usize) -> Option<i64> {
        Some(amount_of_rows(self.scale, self.mode, now))
    }

    fn first_line(self) -> i64 {
        self.scale.rows.first().map_or(i64::MAX, |row| row.from)
    }
}

/// What a deductible takes.
trait Deducting {
    /// How much of `x` it takes, and has taken.
    fn take(&mut self, x: i64, bill: usize) -> Option<i64>;
}

struct NoDeductible;

impl Deducting for NoDeductible {
    #[inline(always)]
    fn take(&mut self, _x: i64, _bill: usize) -> Option<i64> {
        Some(0)
    }
}

/// A fixed line, used up over its own groups.
struct FixedLine<'d> {
    line: i64,
    used: &'d mut [i64],
    groups: &'d [u32],
}

impl Deducting for FixedLine<'_> {
    #[inline(always)]
    fn take(&mut self, x: i64, bill: usize) -> Option<i64> {
        let used = self.used.get_mut(read(self.groups, bill, NO_GROUP) as usize)?;
        let taken = x.max(0).min((self.line - *used).max(0));
        *used += taken;
        Some(taken)
    }
}

/// A cap.
trait Capping {
    fn allow(&self, wanted: i64, bill: usize) -> Option<i64>;
    fn count(&mut self, paid: i64, bill: usize);
}

struct NoCap;

impl Capping for NoCap {
    #[inline(always)]
    fn allow(&self, wanted: i64, _bill: usize) -> Option<i64> {
        Some(wanted)
    }

    #[inline(always)]
    fn count(&mut self, _paid: i64, _bill: usize) {}
}

struct FixedCap<'d> {
    cap: i64,
    used: &'d mut [i64],
    groups: &'d [u32],
}

impl Capping for FixedCap<'_> {
    #[inline(always)]
    fn allow(&self, wanted: i64, bill: usize) -> Option<i64> {
        let used = self.used.get(read(self.groups, bill, NO_GROUP) as usize)?;
        Some(wanted.min((self.cap - used).max(0)))
    }

    #[inline(always)]
    fn count(&mut self, paid: i64, bill: usize) {
        if let Some(used) = self.used.get_mut(read(self.groups, bill, NO_GROUP) as usize) {
            *used += paid;
        }
    }
}

/// The columns that a loop reads and writes.
struct Columns<'c> {
    admitted: &'c [u8],
    groups: &'c [u32],
    base: &'c [i64],
    total: &'c [i64],
    sums: &'c mut [Sum],
    paid: &'c mut [i64],
    rule: &'c mut [i64],
    tier: &'c mut [i64],
}

/// Runs down the bills; gives what was paid in all.
#[inline(always)]
fn run<S: Scale, D: Deducting, C: Capping>(
    columns: &mut Columns<'_>,
    scale: S,
    mut deductible: D,
    mut cap: C,
    rounder: &Rounder,
) -> i64 {
    let first_line = scale.first_line();
    let mut all = 0;
    let bills = columns.admitted.iter().zip(columns.groups).zip(columns.base).zip(columns.total);
    let books = columns.paid.iter_mut().zip(columns.rule.iter_mut()).zip(columns.tier.iter_mut());
    for (bill, ((((admitted, group), x), total), ((paid_by_all, rule), tier))) in bills.zip(books).enumerate() {
        if *admitted != YES || *x == NO_AMOUNT {
            continue;
        }
        let Some(sum) = columns.sums.get_mut(*group as usize) else { continue };
        // Whether the rate is known must be asked before the deductible is touched.
        if scale.total(sum, 0, 0, bill).is_none() {
            continue;
        }
        let Some(taken) = deductible.take(*x, bill) else { continue };
        let base = *x - taken;
        let now = sum.base + base;
        if now < first_line && sum.exact == 0 && sum.carry == 0 {
            sum.base = now;
            continue;
        }
        let Some(exact) = scale.total(sum, now, base, bill) else { continue };
        let owed = rounder.round(exact.max(0));
        let wanted = owed - sum.owed + sum.carry;
        let Some(allowed) = cap.allow(wanted.max(0), bill) else { continue };
        let paid = allowed.min(total - *paid_by_all);
        let forgone = wanted.max(0) - allowed;
        *sum = Sum { base: now, exact, owed, carry: wanted - forgone - paid };
        if paid != 0 {
            *paid_by_all += paid;
            *rule += paid;
            *tier += paid;
            all += paid;
            cap.count(paid, bill);
        }
    }
    all
}

/// The one cap of a plain step, where it has one.
enum PlainCap<'s> {
    None,
    Fixed(&'s Cap, i64),
}

fn plain_cap(step: &Step) -> Option<PlainCap<'_>> {
    match step.caps.as_slice() {
        [] => Some(PlainCap::None),
        [cap] => match cap.cap {
            Amount::Fixed(amount) => Some(PlainCap::Fixed(cap, amount / cap.denominator)),
            _ => None,
        },
        _ => None,
    }
}

impl Runner<'_> {
    /// Whether a step is of the common shape here: every group of its deductible and cap is known where its own is.
    pub(crate) fn is_plain(&self, step: &Step) -> bool {
        let is_formula = match &step.formula {
            Formula::Rate { .. } => true,
            Formula::Brackets { scales, select, .. } => select.is_none() && scales.len() == 1,
            _ => false,
        };
        let deductible_is_fixed =
            step.deductible.as_ref().is_none_or(|of| matches!(of.line, Amount::Fixed(_)) && self.is_dated(of.group));
        let cap_is_dated = step.caps.iter().all(|cap| self.is_dated(cap.group));
        is_formula
            && deductible_is_fixed
            && cap_is_dated
            && plain_cap(step).is_some()
            && step.beside == Beside::Never
            && step.carries
            && step.prorate.is_none()
            && step.minimum.is_none()
            && step.base.is_some()
            && step.counted_by == step.own_limits
            && !self.telling.postings
    }

    /// Whether every bill falls in a group of this kind.
    fn is_dated(&self, group: usize) -> bool {
        use shukun_policy::program::DateField;
        let spec = self.view.plan.groups.get(group);
        spec.is_some_and(|spec| !matches!(spec.key, DateField::Admitted | DateField::Discharged))
    }

    /// Runs a plain step down all bills.
    pub(crate) fn run_plain(&mut self, step: &Step) {
        let mut base = self.spare.take();
        self.fill_base(step, &mut base);
        let mut rates = self.spare.take();
        let rate_by_bill = match &step.formula {
            Formula::Rate { rate } if !matches!(rate, Amount::Fixed(_)) => {
                self.view.fill(rate, &self.books.payments(), &mut rates, self.spare);
                true
            }
            _ => false,
        };
        let all = self.run_columns(step, &base, rate_by_bill.then_some(rates.as_slice()));
        if let Some(total) = self.books.totals.get_mut(step.rule) {
            *total += all;
        }
        if self.telling.caps {
            self.tell_caps_of(step, &base, rate_by_bill.then_some(rates.as_slice()));
        }
        self.spare.give_back(base);
        self.spare.give_back(rates);
    }

    fn fill_base(&mut self, step: &Step, base: &mut Vec<i64>) {
        let Some(amount) = &step.base else { return };
        self.view.fill(amount, &self.books.payments(), base, self.spare);
        if step.basis == Basis::Residual {
            for (base, paid) in base.iter_mut().zip(&self.books.paid) {
                if *base != NO_AMOUNT {
                    *base = (*base - paid * step.x).max(0);
                }
            }
        }
    }

    fn run_columns(&mut self, step: &Step, base: &[i64], rates: Option<&[i64]>) -> i64 {
        let rounder = Rounder::new(step.rounding, step.unit.0, step.x * step.y);
        let groups = |place: usize| self.view.groups.get(place).map_or(&[][..], |groups| groups.of_bill.as_slice());
        let take =
            |columns: &mut Vec<Vec<i64>>, place: usize| columns.get_mut(place).map(std::mem::take).unwrap_or_default();
        let mut sums = self.books.sums.get_mut(step.rule).map(std::mem::take).unwrap_or_default();
        let mut rule = take(&mut self.books.rules, step.rule);
        let mut tier = take(&mut self.books.tiers, step.tier);
        let mut deducted = take(&mut self.books.deducted, step.rule);
        let limit = step.caps.first().map(|cap| cap.limit);
        let mut used = limit.map(|limit| take(&mut self.books.used, limit)).unwrap_or_default();
        let mut columns = Columns {
            admitted: self.view.admissions.get(step.admission).map_or(&[][..], Vec::as_slice),
            groups: groups(step.group),
            base,
            total: self.view.total(),
            sums: &mut sums,
            paid: &mut self.books.paid,
            rule: &mut rule,
            tier: &mut tier,
        };
        let line = step.deductible.as_ref().map(|of| match of.line {
            Amount::Fixed(line) => FixedLine { line, used: &mut deducted, groups: groups(of.group) },
            _ => FixedLine { line: 0, used: &mut deducted, groups: &[] },
        });
        let cap = match plain_cap(step) {
            Some(PlainCap::Fixed(cap, amount)) => {
                Some(FixedCap { cap: amount, used: &mut used, groups: groups(cap.group) })
            }
            _ => None,
        };
        let all = match (&step.formula, rates) {
            (_, Some(rates)) => with_parts(&mut columns, RateByBill(rates), line, cap, &rounder),
            (Formula::Rate { rate: Amount::Fixed(rate) }, None) => {
                with_parts(&mut columns, OneRate(*rate), line, cap, &rounder)
            }
            (Formula::Brackets { mode, scales, .. }, None) => match scales.first() {
                Some(scale) => with_parts(&mut columns, Rows { scale, mode: *mode }, line, cap, &rounder),
                None => 0,
            },
            _ => 0,
        };
        let put = |columns: &mut Vec<Vec<i64>>, place: usize, column: Vec<i64>| {
            if let Some(slot) = columns.get_mut(place) {
                *slot = column;
            }
        };
        if let Some(slot) = self.books.sums.get_mut(step.rule) {
            *slot = sums;
        }
        put(&mut self.books.rules, step.rule, rule);
        put(&mut self.books.tiers, step.tier, tier);
        put(&mut self.books.deducted, step.rule, deducted);
        if let Some(limit) = limit {
            put(&mut self.books.used, limit, used);
        }
        all
    }

    /// The cap was met wherever the rule came to an amount.
    fn tell_caps_of(&mut self, step: &Step, base: &[i64], rates: Option<&[i64]>) {
        let Some(PlainCap::Fixed(cap, amount)) = plain_cap(step) else { return };
        let admitted = self.view.admissions.get(step.admission).map_or(&[][..], Vec::as_slice);
        let (own, of_cap, years) = (self.groups_of(step.group), self.groups_of(cap.group), self.groups_of(0));
        let Some(met) = self.books.caps.get_mut(cap.limit) else { return };
        for (bill, _) in admitted.iter().enumerate().filter(|(_, code)| **code == YES) {
            let is_known = read(base, bill, NO_AMOUNT) != NO_AMOUNT
                && rates.is_none_or(|rates| read(rates, bill, NO_AMOUNT) != NO_AMOUNT)
                && read(own, bill, NO_GROUP) != NO_GROUP;
            if !is_known {
                continue;
            }
            let (group, year) = (read(of_cap, bill, NO_GROUP), read(years, bill, NO_GROUP));
            match met.last() {
                Some(last) if last.group == group && last.year == year => {}
                _ => met.push(CapMet { group, year, cap: amount }),
            }
        }
    }
}

/// Chooses the loop for what the step has.
fn with_parts<S: Scale>(
    columns: &mut Columns<'_>,
    scale: S,
    line: Option<FixedLine<'_>>,
    cap: Option<FixedCap<'_>>,
    rounder: &Rounder,
) -> i64 {
    match (line, cap) {
        (None, None) => run(columns, scale, NoDeductible, NoCap, rounder),
        (None, Some(cap)) => run(columns, scale, NoDeductible, cap, rounder),
        (Some(line), None) => run(columns, scale, line, NoCap, rounder),
        (Some(line), Some(cap)) => run(columns, scale, line, cap, rounder),
    }
}
