//! Amounts of all bills at once.

use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, NumberField, PaidBy};
use super::bills::read;
use super::values::{NOTHING, Payments, View};

/// Buffers for parts of amounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spare(Vec<Vec<i64>>);

impl Spare {
    pub(crate) fn take(&mut self) -> Vec<i64> {
        self.0.pop().unwrap_or_default()
    }

    pub(crate) fn give_back(&mut self, column: Vec<i64>) {
        self.0.push(column);
    }
}

impl View<'_> {
    /// The amount of every bill; [`NO_AMOUNT`] = not known.
    pub(crate) fn fill(&self, amount: &Amount, paid: &Payments<'_>, out: &mut Vec<i64>, spare: &mut Spare) {
        let count = self.bills.count;
        out.clear();
        match amount {
            Amount::Fixed(number) => out.resize(count, *number),
            Amount::Prepared(_) | Amount::Number(NumberField::Money(_)) => match self.column(amount) {
                Some(column) if column.len() == count => out.extend_from_slice(column),
                _ => out.extend((0..count).map(|bill| self.amount(amount, paid, bill))),
            },
            Amount::Left => {
                out.extend(self.total().iter().zip(paid.paid).map(|(total, paid)| total.wrapping_sub(*paid)));
                out.resize(count, 0);
            }
            Amount::Paid(by) => {
                out.resize(count, 0);
                by.iter().for_each(|payer| add(out, paid.column(*payer)));
            }
            // Within 64 bits by the plan; unchecked, so that many are worked out at once.
            Amount::Add(a, b) => self.fill_both(a, b, paid, out, spare, i64::wrapping_add),
            Amount::Sub(a, b) => self.fill_both(a, b, paid, out, spare, i64::wrapping_sub),
            Amount::Mul(a, b) => self.fill_both(a, b, paid, out, spare, i64::wrapping_mul),
            Amount::Min(a, b) => self.fill_both(a, b, paid, out, spare, i64::min),
            Amount::Max(a, b) => self.fill_both(a, b, paid, out, spare, i64::max),
            Amount::Lookup(place) => self.fill_lookup(*place, out),
            Amount::Number(_) => out.extend((0..count).map(|bill| self.amount(amount, &NOTHING, bill))),
        }
    }

    /// The column itself, where the amount is one.
    pub(crate) fn column(&self, amount: &Amount) -> Option<&[i64]> {
        let column = match amount {
            Amount::Prepared(place) => self.statics.get(*place).map(Vec::as_slice),
            Amount::Number(NumberField::Money(column)) => self.bills.money.get(*column).copied(),
            _ => None,
        };
        column.filter(|column| column.len() == self.bills.count)
    }

    fn fill_both(
        &self,
        a: &Amount,
        b: &Amount,
        paid: &Payments<'_>,
        out: &mut Vec<i64>,
        spare: &mut Spare,
        of: impl Fn(i64, i64) -> i64,
    ) {
        self.fill(a, paid, out, spare);
        let mut buffer = spare.take();
        let second = match self.column(b).or_else(|| paid.only_column(b)) {
            Some(column) if column.len() == out.len() => column,
            _ => {
                self.fill(b, paid, &mut buffer, spare);
                &buffer
            }
        };
        if may_be_unknown(a) || may_be_unknown(b) {
            for (a, b) in out.iter_mut().zip(second) {
                *a = if *a != NO_AMOUNT && *b != NO_AMOUNT { of(*a, *b) } else { NO_AMOUNT };
            }
        } else {
            out.iter_mut().zip(second).for_each(|(a, b)| *a = of(*a, *b));
        }
        spare.give_back(buffer);
    }
}

/// Whether a value of it may not be known at some bill.
pub(crate) fn may_be_unknown(amount: &Amount) -> bool {
    match amount {
        Amount::Fixed(_) | Amount::Paid(_) | Amount::Left | Amount::Number(NumberField::Money(_)) => false,
        Amount::Number(_) | Amount::Lookup(_) | Amount::Prepared(_) => true,
        Amount::Add(a, b) | Amount::Sub(a, b) | Amount::Mul(a, b) | Amount::Min(a, b) | Amount::Max(a, b) => {
            may_be_unknown(a) || may_be_unknown(b)
        }
    }
}

fn add(out: &mut [i64], column: &[i64]) {
    out.iter_mut().zip(column).for_each(|(sum, amount)| *sum = sum.wrapping_add(*amount));
}

impl Payments<'_> {
    /// What a payer paid of every bill; empty = nothing.
    pub(crate) fn column(&self, payer: PaidBy) -> &[i64] {
        let columns = match payer {
            PaidBy::Rule(rule) => self.rules.get(rule),
            PaidBy::Tier(tier) => self.tiers.get(tier),
        };
        columns.map_or(&[], Vec::as_slice)
    }

    /// The column of a single payer.
    fn only_column(&self, amount: &Amount) -> Option<&[i64]> {
        match amount {
            Amount::Paid(by) => match by.as_slice() {
                [payer] => Some(self.column(*payer)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn by(&self, payer: PaidBy, bill: usize) -> i64 {
        read(self.column(payer), bill, 0)
    }
}
