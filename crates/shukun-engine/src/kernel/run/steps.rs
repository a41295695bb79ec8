//! The payers at every bill: what was settled, what the claim-level rules pay.
//!
//! INVARIANT: every number here stays within 64 bits; the compiler proved it for bills within the plan's limits, and
//! households with larger ones are not settled here (their numbers wrap or stop at the type's ends, and are thrown away).

use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, Basis, Beside, Formula, Op, SettledOp, SettledSource, Step};
use super::bills::read;
use super::groups::NO_GROUP;
use super::scales::{Rounder, amount as amount_of_rows, row_at};
use super::values::{Payments, View, YES};
use super::vectors::Spare;

/// What a rule has accumulated in one group of bills, over the rule's denominators.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    /// Base after the deductible.
    pub base: i64,
    /// The formula's amount before rounding.
    pub exact: i64,
    /// The rounded total so far.
    pub owed: i64,
    /// Owed, but did not fit into the bill.
    pub carry: i64,
}

/// What a posting tells besides what was paid.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// What the rate was applied to, over x.
    pub base: i64,
    /// The exact amount, over x × y.
    pub exact: i64,
    /// The rate, over [`Told::rate_over`].
    pub rate: i64,
    /// 0 = no one rate gave the whole.
    pub rate_over: i64,
    /// The row in which the amount ended, from 1; 0 = none.
    pub bracket: u16,
}

/// A cap as it was last met in one group and calendar year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CapMet {
    /// Group of the limit.
    pub group: u32,
    /// Group of the person's calendar year.
    pub year: u32,
    /// In fen.
    pub cap: i64,
}

/// The books of a chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// By rule, bill by bill.
    pub rules: Vec<Vec<i64>>,
    /// By tier as settled, bill by bill.
    pub settled: Vec<Vec<i64>>,
    /// By tier, as settled and by its rules, bill by bill.
    pub tiers: Vec<Vec<i64>>,
    /// By rule, added up.
    pub totals: Vec<i64>,
    /// All payers together.
    pub paid: Vec<i64>,
    /// By rule and group; empty for steps that need no more than one group at a time.
    pub sums: Vec<Vec<Sum>>,
    /// Groups of such steps in which something is still owed: kind of group, and group.
    pub still_owed: Vec<(usize, usize)>,
    /// By rule and group: deductibles used up, over x.
    pub deducted: Vec<Vec<i64>>,
    /// By limit and group.
    pub used: Vec<Vec<i64>>,
    /// By limit: caps that were met, where standings are wanted.
    pub caps: Vec<Vec<CapMet>>,
    /// By rule, bill by bill, where postings are wanted.
    pub told: Vec<Vec<Told>>,
}

/// What is wanted besides payments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Telling {
    pub caps: bool,
    pub postings: bool,
}

impl Books {
    /// Nothing paid yet, and a place for every payment.
    pub(crate) fn open(&mut self, view: &View<'_>, rules: usize, tiers: usize) {
        let bills = view.bills.count;
        self.clear(view, rules, tiers);
        fill(&mut self.paid, bills);
        fill(&mut self.totals, rules);
        self.tiers.iter_mut().for_each(|column| fill(column, bills));
        for op in view.plan.blocks.iter().flatten() {
            let column = match op {
                Op::Settled(settled) => self.settled.get_mut(settled.tier),
                Op::Rule(step) => self.rules.get_mut(step.rule),
            };
            column.into_iter().for_each(|column| fill(column, bills));
        }
    }

    /// Nothing of an earlier chunk or program; no place for payments yet.
    pub(crate) fn clear(&mut self, view: &View<'_>, rules: usize, tiers: usize) {
        self.paid.clear();
        self.tiers.resize_with(tiers, Vec::new);
        self.settled.resize_with(tiers, Vec::new);
        self.rules.resize_with(rules, Vec::new);
        self.sums.resize_with(rules, Vec::new);
        self.deducted.resize_with(rules, Vec::new);
        self.told.resize_with(rules, Vec::new);
        self.used.resize_with(view.plan.limits.len(), Vec::new);
        self.caps.resize_with(view.plan.limits.len(), Vec::new);
        self.rules.iter_mut().chain(&mut self.settled).chain(&mut self.tiers).for_each(Vec::clear);
        self.caps.iter_mut().for_each(Vec::clear);
        self.sums.iter_mut().for_each(Vec::clear);
        self.still_owed.clear();
        for (used, limit) in self.used.iter_mut().zip(&view.plan.limits) {
            fill(used, view.groups.get(limit.group).map_or(0, |groups| groups.groups.len()));
        }
    }

    /// Opens the accumulations of one step.
    pub(crate) fn open_step(&mut self, step: &Step, view: &View<'_>, telling: Telling) {
        let bills = view.bills.count;
        let groups = |place: usize| view.groups.get(place).map_or(0, |groups| groups.groups.len());
        if let Some(sums) = self.sums.get_mut(step.rule) {
            sums.clear();
            sums.resize(groups(step.group), Sum::default());
        }
        if let (Some(deducted), Some(of)) = (self.deducted.get_mut(step.rule), &step.deductible) {
            fill(deducted, groups(of.group));
        }
        if let (Some(told), true) = (self.told.get_mut(step.rule), telling.postings) {
            told.clear();
            told.resize(bills, Told::default());
        }
    }

    /// The payments as expressions see them.
    pub(crate) fn payments(&self) -> Payments<'_> {
        Payments { rules: &self.rules, tiers: &self.tiers, paid: &self.paid }
    }
}

fn fill(column: &mut Vec<i64>, length: usize) {
    column.clear();
    column.resize(length, 0);
}

/// A step with what is worked out of it once for a chunk.
struct Ready<'s> {
    step: &'s Step,
    rounder: Rounder,
    admitted: &'s [u8],
    groups: &'s [u32],
    deductible_groups: &'s [u32],
    /// y without what pro-ration adds to it.
    y: i64,
}

/// What a step comes to at one bill.
struct Worked {
    group: usize,
    base: i64,
    exact: i64,
    newly_owed: i64,
    wanted: i64,
    allowed: i64,
    paid: i64,
    /// What the deductible took, and where that is counted.
    taken: (usize, i64),
}

/// Runs the blocks of a plan over a chunk.
pub(crate) struct Runner<'r> {
    pub view: &'r View<'r>,
    pub books: &'r mut Books,
    pub telling: Telling,
    pub spare: &'r mut Spare,
}

impl<'r> Runner<'r> {
    pub(crate) fn run(&mut self) {
        let view = self.view;
        for block in &view.plan.blocks {
            if let [Op::Rule(step)] = block.as_slice()
                && self.is_plain(step)
            {
                self.run_plain(step);
                continue;
            }
            for op in block {
                if let Op::Rule(step) = op {
                    self.books.open_step(step, view, self.telling);
                }
            }
            let ready: Vec<Option<Ready<'r>>> = block.iter().map(|op| self.ready(op)).collect();
            match (block.as_slice(), ready.as_slice()) {
                ([Op::Rule(_)], [Some(ready)]) => (0..view.bills.count).for_each(|bill| self.pay(ready, bill)),
                ([Op::Settled(settled)], _) => (0..view.bills.count).for_each(|bill| self.pay_settled(settled, bill)),
                (block, ready) => self.run_together(block, ready),
            }
        }
    }

    fn run_together(&mut self, block: &[Op], ready: &[Option<Ready<'r>>]) {
        for bill in 0..self.view.bills.count {
            for (op, ready) in block.iter().zip(ready) {
                match (op, ready) {
                    (Op::Rule(_), Some(ready)) => self.pay(ready, bill),
                    (Op::Settled(settled), _) => self.pay_settled(settled, bill),
                    (Op::Rule(_), None) => {}
                }
            }
        }
    }

    fn ready(&self, op: &'r Op) -> Option<Ready<'r>> {
        let Op::Rule(step) = op else { return None };
        let groups = |place: usize| self.groups_of(place);
        Some(Ready {
            step,
            rounder: Rounder::new(step.rounding, step.unit.0, step.x * step.y),
            admitted: self.view.admissions.get(step.admission).map_or(&[][..], Vec::as_slice),
            groups: groups(step.group),
            deductible_groups: step.deductible.as_ref().map_or(&[][..], |of| groups(of.group)),
            y: step.prorate.as_ref().map_or(step.y, |(_, over)| step.y / over),
        })
    }

    /// A value, the common shapes first.
    #[inline]
    fn value(&self, amount: &Amount, bill: usize) -> i64 {
        match amount {
            Amount::Fixed(number) => *number,
            Amount::Prepared(place) => {
                self.view.statics.get(*place).map_or(NO_AMOUNT, |column| read(column, bill, NO_AMOUNT))
            }
            Amount::Left => read(self.view.total(), bill, 0) - read(&self.books.paid, bill, 0),
            other => self.view.amount(other, &self.books.payments(), bill),
        }
    }

    fn known(&self, amount: &Amount, bill: usize) -> Option<i64> {
        Some(self.value(amount, bill)).filter(|value| *value != NO_AMOUNT)
    }

    fn is_beside(&self, beside: Beside, bill: usize) -> bool {
        match beside {
            Beside::Never => false,
            Beside::Always => true,
            Beside::WhereSettled(source) => self.settled(source, bill) != NO_AMOUNT,
        }
    }

    fn settled(&self, source: SettledSource, bill: usize) -> i64 {
        let bills = &self.view.bills;
        match source {
            SettledSource::Column(column) => {
                bills.settled.get(column).map_or(NO_AMOUNT, |settled| read(settled, bill, NO_AMOUNT))
            }
            SettledSource::Fact(tier) => {
                bills.settled_facts.get(tier).map_or(NO_AMOUNT, |settled| read(settled, bill, NO_AMOUNT))
            }
        }
    }

    #[inline]
    fn pay(&mut self, ready: &Ready<'r>, bill: usize) {
        if read(ready.admitted, bill, 0) != YES {
            return;
        }
        let is_beside = self.is_beside(ready.step.beside, bill);
        if let Some((worked, told)) = self.work_out(ready, bill) {
            self.enter(ready.step, bill, &worked, is_beside);
            if self.telling.postings
                && let Some(place) = self.books.told.get_mut(ready.step.rule).and_then(|told| told.get_mut(bill))
            {
                *place = told;
            }
        }
    }

    #[inline]
    fn work_out(&mut self, ready: &Ready<'r>, bill: usize) -> Option<(Worked, Told)> {
        let step = ready.step;
        let group = read(ready.groups, bill, NO_GROUP);
        let before = *self.books.sums.get(step.rule)?.get(group as usize)?;
        let written = step.base.as_ref().map_or(Some(0), |base| self.known(base, bill))?;
        let x = match step.basis {
            Basis::AsWritten => written,
            Basis::Residual => (written - read(&self.books.paid, bill, 0) * step.x).max(0),
        };
        let factor = match &step.prorate {
            Some((factor, _)) => self.known(factor, bill)?,
            None => 1,
        };
        let taken = match &step.deductible {
            Some(deductible) => self.deduct(ready, &deductible.line, x, bill)?,
            None => (0, 0),
        };
        let base = x - taken.1;
        let mut told = Told { base, ..Told::default() };
        let full = self.formula(ready, &before, base, bill, &mut told)?;
        let mut exact = full * factor;
        if let Formula::BringDown { .. } = step.formula {
            // The target rules the whole accumulation anew at each bill.
            exact -= before.exact;
        }
        told.exact = exact;
        let newly_owed = self.owed(ready, before.exact + exact, bill)? - before.owed;
        let wanted = newly_owed + before.carry;
        let allowed = self.allowed(step, wanted, bill)?;
        let left = read(self.view.total(), bill, 0) - read(&self.books.paid, bill, 0);
        let paid = allowed.min(left);
        Some((Worked { group: group as usize, base, exact, newly_owed, wanted, allowed, paid, taken }, told))
    }

    /// How much of `x` the deductible still takes, and where that is counted.
    fn deduct(&self, ready: &Ready<'r>, line: &Amount, x: i64, bill: usize) -> Option<(usize, i64)> {
        let line = self.known(line, bill)?;
        let group = read(ready.deductible_groups, bill, NO_GROUP) as usize;
        let used = *self.books.deducted.get(ready.step.rule)?.get(group)?;
        Some((group, x.max(0).min((line - used).max(0))))
    }

    /// What `base` more gives in full, over x × y without the pro-ration's part.
    #[inline]
    fn formula(&self, ready: &Ready<'r>, before: &Sum, base: i64, bill: usize, told: &mut Told) -> Option<i64> {
        match &ready.step.formula {
            Formula::Rate { rate } => {
                let rate = self.known(rate, bill)?;
                (told.rate, told.rate_over) = (rate, ready.y);
                Some(base * rate)
            }
            Formula::Brackets { mode, scales, select } => {
                let place = match select {
                    Some(lookup) => usize::try_from(self.view.lookup(*lookup, bill)).ok()?,
                    None => 0,
                };
                let scale = scales.get(place)?;
                let now = before.base + base;
                let full = amount_of_rows(scale, *mode, now) - amount_of_rows(scale, *mode, before.base);
                if self.telling.postings
                    && let Some(row) = row_at(&scale.rows, now)
                {
                    told.bracket = u16::try_from(row + 1).unwrap_or(u16::MAX);
                    let rate = scale.rows.get(row).map_or(0, |row| row.rate);
                    if rate * base == full {
                        (told.rate, told.rate_over) = (rate, ready.y);
                    }
                }
                Some(full)
            }
            Formula::BringDown { line, strict, target } => {
                let now = before.base + base;
                told.base = now;
                if passes(now, self.known(line, bill)?, *strict) {
                    Some((now - self.known(target, bill)?).max(0) * ready.y)
                } else {
                    Some(0)
                }
            }
            Formula::Fixed { line, amount } => {
                let now = before.base + base;
                told.base = now;
                let is_past = match line {
                    Some((line, strict)) => passes(now, self.known(line, bill)?, *strict),
                    None => true,
                };
                if is_past { self.known(amount, bill) } else { Some(0) }
            }
        }
    }

    /// The rounded total of an accumulation, not below the least amount once anything is paid.
    #[inline]
    fn owed(&self, ready: &Ready<'r>, exact: i64, bill: usize) -> Option<i64> {
        let least = match &ready.step.minimum {
            Some(minimum) if exact > 0 => exact.max(self.known(minimum, bill)?),
            _ => exact,
        };
        Some(ready.rounder.round(least.max(0)))
    }

    /// What all caps together still allow.
    #[inline]
    fn allowed(&self, step: &Step, wanted: i64, bill: usize) -> Option<i64> {
        let mut allowed = wanted.max(0);
        for cap in &step.caps {
            let used = *self.books.used.get(cap.limit)?.get(self.group_of(cap.group, bill) as usize)?;
            let whole = self.known(&cap.cap, bill)? / cap.denominator;
            allowed = allowed.min((whole - used).max(0));
        }
        Some(allowed)
    }

    pub(crate) fn groups_of(&self, group: usize) -> &'r [u32] {
        self.view.groups.get(group).map_or(&[], |groups| groups.of_bill.as_slice())
    }

    pub(crate) fn group_of(&self, group: usize, bill: usize) -> u32 {
        self.view.groups.get(group).map_or(NO_GROUP, |groups| read(&groups.of_bill, bill, NO_GROUP))
    }

    /// Enters what was worked out into the books.
    #[inline]
    fn enter(&mut self, step: &Step, bill: usize, worked: &Worked, is_beside: bool) {
        // What a fixed amount exceeds the bill by is nobody's; a scale's or target's total is still owed.
        let forgone = worked.wanted.max(0) - worked.allowed;
        let carry = if step.carries && !is_beside { worked.wanted - forgone - worked.paid } else { 0 };
        if let Some(sum) = self.books.sums.get_mut(step.rule).and_then(|sums| sums.get_mut(worked.group)) {
            sum.base += worked.base;
            sum.exact += worked.exact;
            sum.owed += worked.newly_owed;
            sum.carry = carry;
        }
        if step.deductible.is_some() {
            let (group, taken) = worked.taken;
            if let Some(used) = self.books.deducted.get_mut(step.rule).and_then(|used| used.get_mut(group)) {
                *used += taken;
            }
        }
        if self.telling.caps && !is_beside {
            self.remember_caps(step, bill);
        }
        if worked.paid == 0 {
            return;
        }
        if let Some(paid) = self.books.rules.get_mut(step.rule).and_then(|paid| paid.get_mut(bill)) {
            *paid += worked.paid;
        }
        if let Some(paid) = self.books.paid.get_mut(bill) {
            *paid += worked.paid;
        }
        if let Some(paid) = self.books.tiers.get_mut(step.tier).and_then(|paid| paid.get_mut(bill)) {
            *paid += worked.paid;
        }
        if let Some(total) = self.books.totals.get_mut(step.rule) {
            *total += worked.paid;
        }
        // What is only computed beside counts toward the rule's own limits alone.
        let counted_by = if is_beside { &step.own_limits } else { &step.counted_by };
        counted_by.iter().for_each(|limit| self.count(*limit, bill, worked.paid));
    }

    fn count(&mut self, limit: usize, bill: usize, amount: i64) {
        let group = self.view.plan.limits.get(limit).map_or(NO_GROUP, |limit| self.group_of(limit.group, bill));
        if let Some(used) = self.books.used.get_mut(limit).and_then(|used| used.get_mut(group as usize)) {
            *used += amount;
        }
    }

    fn remember_caps(&mut self, step: &Step, bill: usize) {
        let year = self.group_of(0, bill);
        for cap in &step.caps {
            let group = self.group_of(cap.group, bill);
            let value = self.value(&cap.cap, bill) / cap.denominator;
            let Some(met) = self.books.caps.get_mut(cap.limit) else { continue };
            match met.last_mut() {
                Some(last) if last.group == group && last.year == year => last.cap = value,
                _ => met.push(CapMet { group, year, cap: value }),
            }
        }
    }

    #[inline]
    fn pay_settled(&mut self, op: &SettledOp, bill: usize) {
        let settled = match (self.settled(op.source, bill), op.else_computed) {
            (NO_AMOUNT, true) => return,
            (NO_AMOUNT, false) => 0,
            (settled, _) => settled,
        };
        for rule in &op.take_back {
            if let Some(paid) = self.books.rules.get_mut(*rule).and_then(|paid| paid.get_mut(bill)) {
                let amount = std::mem::take(paid);
                if let Some(all) = self.books.paid.get_mut(bill) {
                    *all -= amount;
                }
                if let Some(all) = self.books.tiers.get_mut(op.tier).and_then(|paid| paid.get_mut(bill)) {
                    *all -= amount;
                }
                if let Some(total) = self.books.totals.get_mut(*rule) {
                    *total -= amount;
                }
            }
        }
        let Some(all) = self.books.paid.get_mut(bill) else { return };
        let paid = settled.max(0).min(read(self.view.total(), bill, 0) - *all);
        if paid == 0 {
            return;
        }
        *all += paid;
        if let Some(column) = self.books.tiers.get_mut(op.tier).and_then(|column| column.get_mut(bill)) {
            *column += paid;
        }
        if let Some(column) = self.books.settled.get_mut(op.tier).and_then(|column| column.get_mut(bill)) {
            *column += paid;
        }
        op.counted_by.iter().for_each(|limit| self.count(*limit, bill, paid));
    }
}

/// Whether an accumulated base passes the line.
fn passes(base: i64, line: i64, strict: bool) -> bool {
    if strict { base > line } else { base >= line }
}

impl Books {
    /// Groups in which a rule still owes something when all bills are settled: that is paid at the end of a period.
    pub(crate) fn carried<'b>(
        &'b self,
        plan: &'b super::super::plan::Plan,
    ) -> impl Iterator<Item = (usize, usize)> + 'b {
        let steps = plan.blocks.iter().flatten().filter_map(|op| match op {
            Op::Rule(step) if step.carries => Some(step),
            _ => None,
        });
        let open = steps.flat_map(|step| {
            let sums = self.sums.get(step.rule).map_or(&[][..], Vec::as_slice);
            let open = sums.iter().enumerate().filter(|(_, sum)| sum.carry > 0);
            open.map(|(place, _)| (step.group, place))
        });
        open.chain(self.still_owed.iter().copied())
    }
}
