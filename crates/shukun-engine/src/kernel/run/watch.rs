//! When all bills are settled: who reaches a line, who is coloured, whom the reference evaluator must settle.

use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, Basis, NumberField, Scaled, SettledSource, Watch, Watcher};
use super::bills::{mark, read};
use super::calendar::last_day;
use super::groups::NO_GROUP;
use super::steps::{Books, CapMet};
use super::values::{Payments, View, YES};

/// What the bills of one group come to for a watcher.
#[derive(Clone, Copy, Debug, Default)]
struct Pool {
    /// How many bills the rule sees.
    bills: u32,
    /// The last of them.
    last: u32,
    sum: i64,
    /// The sum of what is above zero.
    above: i64,
    /// The base of a bill could not be had: nothing comes of the whole period.
    is_unknown: bool,
}

/// A colour of a person's year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coloured {
    /// A bill of the person.
    pub bill: u32,
    pub year: i32,
    pub colour: u8,
}

/// Buffers and findings of the watchers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watching {
    pools: Vec<Pool>,
    pub coloured: Vec<Coloured>,
}

impl Watching {
    /// Looks at every watcher.
    pub(crate) fn watch(&mut self, view: &View<'_>, books: &mut Books, slow: &mut [bool]) {
        self.coloured.clear();
        for watcher in &view.plan.watchers {
            self.fill(watcher, view, &books.payments());
            self.judge(watcher, view, books, slow);
        }
    }

    fn fill(&mut self, watcher: &Watcher, view: &View<'_>, paid: &Payments<'_>) {
        let (Some(groups), Some(admitted)) = (view.groups.get(watcher.group), view.admissions.get(watcher.admission))
        else {
            return;
        };
        self.pools.clear();
        self.pools.resize(groups.groups.len(), Pool::default());
        for bill in (0..view.bills.count).filter(|bill| read(admitted, *bill, 0) == YES) {
            if watcher.skips_settled.is_some_and(|source| settled(view, source, bill) != NO_AMOUNT) {
                continue;
            }
            let group = read(&groups.of_bill, bill, NO_GROUP);
            let Some(pool) = self.pools.get_mut(group as usize) else { continue };
            pool.bills += 1;
            pool.last = u32::try_from(bill).unwrap_or(u32::MAX);
            let Some((basis, base)) = &watcher.base else { continue };
            match view.amount(&base.amount, paid, bill) {
                NO_AMOUNT => pool.is_unknown = true,
                written => {
                    let base = match basis {
                        Basis::AsWritten => written,
                        Basis::Residual => (written - read(paid.paid, bill, 0) * base.denominator).max(0),
                    };
                    pool.sum += base;
                    pool.above += base.max(0);
                }
            }
        }
    }

    fn judge(&mut self, watcher: &Watcher, view: &View<'_>, books: &mut Books, slow: &mut [bool]) {
        for (group, pool) in self.pools.iter().enumerate().filter(|(_, pool)| pool.bills > 0 && !pool.is_unknown) {
            let last = pool.last as usize;
            let over = watcher.base.as_ref().map_or(1, |(_, base)| base.denominator);
            let reaches = |line: &Scaled, strict: bool| reaches(view, line, strict, (pool.sum, over), last);
            let household = u32::try_from(view.bills.household_of(last)).unwrap_or(u32::MAX);
            let acts = match &watcher.watch {
                Watch::Always => true,
                Watch::Above(harmless) => pool.above > *harmless,
                Watch::Line(line, strict) => reaches(line, *strict) == Some(true),
                Watch::Meeting(line, strict) => {
                    let has_met = read(&view.bills.chunk.households.has_resolution, household as usize, 0) == 1;
                    reaches(line, *strict) == Some(true) && (has_met || watcher.has_limits)
                }
                Watch::Colours(levels) => {
                    if let Some(colour) = first_reached(levels, reaches) {
                        self.coloured.extend(colour_of_group(watcher, view, group, last, colour));
                    }
                    false
                }
            };
            if acts {
                mark(slow, household);
            } else {
                remember_caps(watcher, view, books, last);
            }
        }
    }
}

fn settled(view: &View<'_>, source: SettledSource, bill: usize) -> i64 {
    match source {
        SettledSource::Column(column) => {
            view.bills.settled.get(column).map_or(NO_AMOUNT, |settled| read(settled, bill, NO_AMOUNT))
        }
        SettledSource::Fact(tier) => {
            view.bills.settled_facts.get(tier).map_or(NO_AMOUNT, |settled| read(settled, bill, NO_AMOUNT))
        }
    }
}

/// Whether the sum reaches the line; none where the line is not known.
fn reaches(view: &View<'_>, line: &Scaled, strict: bool, (sum, over): (i64, i64), bill: usize) -> Option<bool> {
    let at = household_amount(view, &line.amount, bill);
    if at == NO_AMOUNT {
        return None;
    }
    let (sum, line) = (i128::from(sum) * i128::from(line.denominator), i128::from(at) * i128::from(over));
    Some(if strict { sum > line } else { sum >= line })
}

fn household_amount(view: &View<'_>, amount: &Amount, bill: usize) -> i64 {
    match amount {
        Amount::Number(field @ (NumberField::Income | NumberField::Members)) => view.number(*field, bill),
        amount => view.amount(amount, &super::values::NOTHING, bill),
    }
}

/// The first line that is reached, from the highest down; a line that is not known ends the search.
fn first_reached(levels: &[(u8, Scaled, bool)], reaches: impl Fn(&Scaled, bool) -> Option<bool>) -> Option<u8> {
    for (colour, line, strict) in levels {
        if reaches(line, *strict)? {
            return Some(*colour);
        }
    }
    None
}

/// A colour for each person with a bill in the pool.
fn colour_of_group<'v>(
    watcher: &'v Watcher,
    view: &'v View<'_>,
    group: usize,
    last: usize,
    colour: u8,
) -> impl Iterator<Item = Coloured> + 'v {
    let last_year = view.calendar.year(read(view.bills.incurred, last, 0));
    let year = match (
        view.groups.get(watcher.group).and_then(|groups| groups.groups.get(group)),
        view.plan.groups.get(watcher.group),
    ) {
        (Some(of), Some(spec)) => match last_day(spec.kind, of.key) {
            _ if !spec.has_calendar() => last_year,
            end => view.calendar.year(end).min(last_year),
        },
        _ => last_year,
    };
    let span = view.bills.span_of(last);
    let admitted = view.admissions.get(watcher.admission);
    let groups = view.groups.get(watcher.group);
    let in_pool = move |bill: &usize| {
        admitted.is_some_and(|admitted| read(admitted, *bill, 0) == YES)
            && groups.is_some_and(|groups| read(&groups.of_bill, *bill, NO_GROUP) as usize == group)
    };
    let bills = span.filter(in_pool);
    bills.map(move |bill| Coloured { bill: u32::try_from(bill).unwrap_or(u32::MAX), year, colour })
}

/// Caps that a period met without being paid: all of the rule's, or none where its last bill is outside one of them.
fn remember_caps(watcher: &Watcher, view: &View<'_>, books: &mut Books, last: usize) {
    let group_of = |limit: usize| {
        let groups = view.plan.limits.get(limit).and_then(|limit| view.groups.get(limit.group));
        groups.map_or(NO_GROUP, |groups| read(&groups.of_bill, last, NO_GROUP))
    };
    if watcher.caps.iter().any(|(limit, _)| group_of(*limit) == NO_GROUP) {
        return;
    }
    let year = view.groups.first().map_or(NO_GROUP, |years| read(&years.of_bill, last, NO_GROUP));
    for (limit, cap) in &watcher.caps {
        if let Some(met) = books.caps.get_mut(*limit) {
            met.push(CapMet { group: group_of(*limit), year, cap: cap.0 });
        }
    }
}
