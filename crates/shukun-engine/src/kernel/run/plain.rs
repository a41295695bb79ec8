//! Steps of the common shape, down all bills in one loop.
//!
//! Alone in its block, paid bill by bill, a rate or one scale of rows, at most a fixed deductible and one fixed cap: what
//! most rules are. Everything else goes through [`super::steps`], which this must agree with in every fen. Programs that
//! have nothing else do not come here but go through [`super::once`].

use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, Basis, Beside, Cap, Formula, Ix, RowScale, Step};
use super::bills::read;
use super::groups::NO_GROUP;
use super::scales::{Hundredths, Round, Rounder, amount as amount_of_rows};
use super::steps::{Books, CapMet, Runner, Sum, Telling};
use super::values::{View, YES};
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
        Some(before.exact.wrapping_add(base.wrapping_mul(self.0)))
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
            rate => Some(before.exact.wrapping_add(base.wrapping_mul(rate))),
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

/// What one group of bills has come to, besides its [`Sum`].
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    deducted: i64,
    under_cap: i64,
}

/// Where the accumulations of a loop stand.
trait Store {
    /// What the group of a bill has come to so far; none where the bill falls in no group.
    fn open(&mut self, group: u32) -> Option<(Sum, Used)>;
    /// What it has come to with this bill.
    fn close(&mut self, group: u32, sum: Sum, used: Used);
}

/// Bills of a group stand together: no more than one group is ever open.
struct OneAtATime<'s> {
    group: u32,
    sum: Sum,
    used: Used,
    /// Groups that were left with something still owed.
    owing: &'s mut Vec<u32>,
    /// What is told of the cap, where that is wanted.
    told: Option<CapTold<'s>>,
}

/// What standings need of a cap: what counts under it by group, and where it was met.
struct CapTold<'s> {
    used: &'s mut [i64],
    /// Only where groups are calendar years.
    met: Option<&'s mut Vec<CapMet>>,
    cap: i64,
}

impl OneAtATime<'_> {
    #[inline(always)]
    fn leave(&mut self) {
        if self.sum.carry > 0 {
            self.owing.push(self.group);
        }
        if let (Some(told), true) = (&mut self.told, self.group != NO_GROUP) {
            told.used.get_mut(self.group as usize).into_iter().for_each(|used| *used = self.used.under_cap);
            let met = CapMet { group: self.group, year: self.group, cap: told.cap };
            told.met.iter_mut().for_each(|all| all.push(met));
        }
    }
}

impl Store for OneAtATime<'_> {
    #[inline(always)]
    fn open(&mut self, group: u32) -> Option<(Sum, Used)> {
        Some(if group == self.group { (self.sum, self.used) } else { Default::default() })
    }

    #[inline(always)]
    fn close(&mut self, group: u32, sum: Sum, used: Used) {
        if group != self.group {
            self.leave();
            self.group = group;
        }
        (self.sum, self.used) = (sum, used);
    }
}

/// Any order: every group has its place.
struct Everywhere<'s> {
    sums: &'s mut [Sum],
    deducted: &'s mut [i64],
    under_cap: &'s mut [i64],
}

impl Store for Everywhere<'_> {
    #[inline(always)]
    fn open(&mut self, group: u32) -> Option<(Sum, Used)> {
        let group = group as usize;
        let sum = *self.sums.get(group)?;
        Some((sum, Used { deducted: read(self.deducted, group, 0), under_cap: read(self.under_cap, group, 0) }))
    }

    #[inline(always)]
    fn close(&mut self, group: u32, sum: Sum, used: Used) {
        let group = group as usize;
        self.sums.get_mut(group).into_iter().for_each(|place| *place = sum);
        self.deducted.get_mut(group).into_iter().for_each(|place| *place = used.deducted);
        self.under_cap.get_mut(group).into_iter().for_each(|place| *place = used.under_cap);
    }
}

/// The columns that a loop reads and writes.
struct Columns<'c> {
    admitted: &'c [u8],
    groups: &'c [u32],
    base: &'c [i64],
    /// What earlier payers paid is taken off the base, times this; 0 = it is not.
    residual: i64,
    total: &'c [i64],
    paid: &'c mut [i64],
    rule: &'c mut [i64],
    tier: &'c mut [i64],
    /// The deductible's line, where there is one.
    line: i64,
    /// The cap, where there is one.
    cap: i64,
}

/// Runs down the bills; gives what was paid in all. A function of its own for each shape, so that its few numbers stay in
/// registers; unchecked arithmetic, because the plan has proved its bounds.
#[inline(never)]
fn run<S: Scale, K: Store, R: Round>(columns: &mut Columns<'_>, scale: S, store: &mut K, rounder: &R) -> i64 {
    let first_line = scale.first_line();
    let (residual, line, cap) = (columns.residual, columns.line, columns.cap);
    let mut all = 0;
    let bills = columns.admitted.iter().zip(columns.groups).zip(columns.base).zip(columns.total);
    let books = columns.paid.iter_mut().zip(columns.rule.iter_mut()).zip(columns.tier.iter_mut());
    for (bill, ((((admitted, group), written), total), ((paid_by_all, rule), tier))) in bills.zip(books).enumerate() {
        if *admitted != YES || *written == NO_AMOUNT {
            continue;
        }
        let Some((mut sum, mut used)) = store.open(*group) else { continue };
        // Whether the rate is known must be asked before the deductible is touched.
        if scale.total(&sum, 0, 0, bill).is_none() {
            continue;
        }
        let x = if residual == 0 { *written } else { written.wrapping_sub(paid_by_all.wrapping_mul(residual)).max(0) };
        let taken = x.max(0).min(line.wrapping_sub(used.deducted).max(0));
        used.deducted = used.deducted.wrapping_add(taken);
        let base = x.wrapping_sub(taken);
        let now = sum.base.wrapping_add(base);
        if now < first_line && sum.exact == 0 && sum.carry == 0 {
            sum.base = now;
            store.close(*group, sum, used);
            continue;
        }
        let Some(exact) = scale.total(&sum, now, base, bill) else { continue };
        let owed = rounder.to_fen(exact.max(0));
        let wanted = owed.wrapping_sub(sum.owed).wrapping_add(sum.carry);
        let allowed = wanted.max(0).min(cap.wrapping_sub(used.under_cap).max(0));
        let paid = allowed.min(total.wrapping_sub(*paid_by_all));
        let forgone = wanted.max(0).wrapping_sub(allowed);
        sum = Sum { base: now, exact, owed, carry: wanted.wrapping_sub(forgone).wrapping_sub(paid) };
        used.under_cap = used.under_cap.wrapping_add(paid);
        store.close(*group, sum, used);
        *paid_by_all = paid_by_all.wrapping_add(paid);
        *rule = rule.wrapping_add(paid);
        *tier = tier.wrapping_add(paid);
        all = paid.wrapping_add(all);
    }
    all
}

/// The one cap of a step of the common shape, where it has one: its limit, and what it allows in fen.
pub(crate) fn fixed_cap(step: &Step) -> Option<(Ix, i64)> {
    match step.caps.as_slice() {
        [Cap { cap: Amount::Fixed(amount), denominator, limit, .. }] => Some((*limit, amount / denominator)),
        _ => None,
    }
}

/// Whether a step is of the common shape; deductible and cap run over the same groups as the scale.
pub(crate) fn is_of_the_common_shape(step: &Step) -> bool {
    let is_own = |group: usize| group == step.group;
    let is_formula = match &step.formula {
        Formula::Rate { .. } => true,
        Formula::Brackets { scales, select, .. } => select.is_none() && scales.len() == 1,
        _ => false,
    };
    let deductible_is_fixed =
        step.deductible.as_ref().is_none_or(|of| matches!(of.line, Amount::Fixed(_)) && is_own(of.group));
    is_formula
        && deductible_is_fixed
        && step.caps.iter().all(|cap| is_own(cap.group))
        && (step.caps.is_empty() || fixed_cap(step).is_some())
        && step.beside == Beside::Never
        && step.carries
        && step.prorate.is_none()
        && step.minimum.is_none()
        && step.base.is_some()
        && step.counted_by == step.own_limits
}

impl Runner<'_> {
    /// Whether the loop here runs a step.
    pub(crate) fn is_plain(&self, step: &Step) -> bool {
        is_of_the_common_shape(step) && !self.telling.postings
    }

    /// Runs a plain step down all bills.
    pub(crate) fn run_plain(&mut self, step: &Step) {
        let view = self.view;
        let (mut base, mut rates) = (self.spare.take(), self.spare.take());
        let payments = self.books.payments();
        let written = match step.base.as_ref().map(|amount| (amount, view.column(amount))) {
            Some((_, Some(column))) => column,
            Some((amount, None)) => {
                view.fill(amount, &payments, &mut base, self.spare);
                base.as_slice()
            }
            None => &[],
        };
        let rates = match &step.formula {
            Formula::Rate { rate } if !matches!(rate, Amount::Fixed(_)) => match view.column(rate) {
                Some(column) => Some(column),
                None => {
                    view.fill(rate, &payments, &mut rates, self.spare);
                    Some(rates.as_slice())
                }
            },
            _ => None,
        };
        let all = run_columns(view, self.books, step, written, rates, self.telling.caps);
        if let Some(total) = self.books.totals.get_mut(step.rule) {
            *total += all;
        }
        // Alone and in order, the loop itself tells where the cap was met.
        if self.telling.caps && !(step.group == 0 && view.groups.first().is_some_and(|years| years.stand_together)) {
            self.tell_caps_of(step, written, rates);
        }
        self.spare.give_back(base);
    }

    /// The cap was met wherever the rule came to an amount.
    fn tell_caps_of(&mut self, step: &Step, base: &[i64], rates: Option<&[i64]>) {
        let (Some((limit, amount)), [cap]) = (fixed_cap(step), step.caps.as_slice()) else { return };
        let admitted = self.view.admissions.get(step.admission).map_or(&[][..], Vec::as_slice);
        let (own, of_cap, years) = (self.groups_of(step.group), self.groups_of(cap.group), self.groups_of(0));
        let Some(met) = self.books.caps.get_mut(limit) else { return };
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

/// Runs a plain step with the columns made ready for it.
fn run_columns(
    view: &View<'_>,
    books: &mut Books,
    step: &Step,
    base: &[i64],
    rates: Option<&[i64]>,
    tells_caps: bool,
) -> i64 {
    let rounder = Rounder::new(step.rounding, step.unit.0, step.x * step.y);
    let take =
        |columns: &mut Vec<Vec<i64>>, place: usize| columns.get_mut(place).map(std::mem::take).unwrap_or_default();
    let limit = step.caps.first().map(|cap| cap.limit);
    let groups = view.groups.get(step.group);
    let stands_together = groups.is_some_and(|groups| groups.stand_together);
    if !stands_together {
        books.open_step(step, view, Telling::default());
    }
    let mut sums = books.sums.get_mut(step.rule).map(std::mem::take).unwrap_or_default();
    let (mut rule, mut tier) = (take(&mut books.rules, step.rule), take(&mut books.tiers, step.tier));
    let mut deducted = take(&mut books.deducted, step.rule);
    let mut under_cap = limit.map(|limit| take(&mut books.used, limit)).unwrap_or_default();
    let mut columns = Columns {
        admitted: view.admissions.get(step.admission).map_or(&[][..], Vec::as_slice),
        groups: groups.map_or(&[][..], |groups| groups.of_bill.as_slice()),
        base,
        residual: if step.basis == Basis::Residual { step.x } else { 0 },
        total: view.total(),
        paid: &mut books.paid,
        rule: &mut rule,
        tier: &mut tier,
        line: step.deductible.as_ref().map_or(0, |of| fixed(&of.line)),
        cap: fixed_cap(step).map_or(i64::MAX, |(_, cap)| cap),
    };
    let mut owing = Vec::new();
    let all = if stands_together {
        let met = limit.and_then(|limit| books.caps.get_mut(limit)).filter(|_| step.group == 0);
        let told = tells_caps.then_some(CapTold { used: &mut under_cap, met, cap: columns.cap });
        let mut store =
            OneAtATime { group: NO_GROUP, sum: Sum::default(), used: Used::default(), owing: &mut owing, told };
        let all = by_formula(&mut columns, step, rates, &mut store, &rounder);
        store.leave();
        all
    } else {
        let mut store = Everywhere { sums: &mut sums, deducted: &mut deducted, under_cap: &mut under_cap };
        by_formula(&mut columns, step, rates, &mut store, &rounder)
    };
    books.still_owed.extend(owing.into_iter().map(|group| (step.group, group as usize)));
    let put = |columns: &mut Vec<Vec<i64>>, place: usize, column: Vec<i64>| {
        if let Some(slot) = columns.get_mut(place) {
            *slot = column;
        }
    };
    if let Some(slot) = books.sums.get_mut(step.rule) {
        *slot = sums;
    }
    put(&mut books.rules, step.rule, rule);
    put(&mut books.tiers, step.tier, tier);
    put(&mut books.deducted, step.rule, deducted);
    if let Some(limit) = limit {
        put(&mut books.used, limit, under_cap);
    }
    all
}

/// The number of a fixed amount.
pub(crate) fn fixed(amount: &Amount) -> i64 {
    match amount {
        Amount::Fixed(number) => *number,
        _ => 0,
    }
}

/// Chooses the loop for the step's formula.
fn by_formula<K: Store>(
    columns: &mut Columns<'_>,
    step: &Step,
    rates: Option<&[i64]>,
    store: &mut K,
    rounder: &Rounder,
) -> i64 {
    if rounder.is_of_hundredths() {
        rounded(columns, step, rates, store, &Hundredths)
    } else {
        rounded(columns, step, rates, store, rounder)
    }
}

fn rounded<K: Store, R: Round>(
    columns: &mut Columns<'_>,
    step: &Step,
    rates: Option<&[i64]>,
    store: &mut K,
    rounder: &R,
) -> i64 {
    match (&step.formula, rates) {
        (_, Some(rates)) => run(columns, RateByBill(rates), store, rounder),
        (Formula::Rate { rate }, None) => run(columns, OneRate(fixed(rate)), store, rounder),
        (Formula::Brackets { mode, scales, .. }, None) => match scales.first() {
            Some(scale) => run(columns, Rows { scale, mode: *mode }, store, rounder),
            None => 0,
        },
        _ => 0,
    }
}
