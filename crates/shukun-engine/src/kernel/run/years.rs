//! Person-years out of the books: columns of standings.

use shukun_policy::program::{PeriodKind, Unit};

use super::super::answer::YearRows;
use super::super::chunk::{NO_AMOUNT, NO_CODE};
use super::bills::read;
use super::groups::NO_GROUP;
use super::steps::{Books, CapMet};
use super::values::View;
use super::vectors::Spare;
use super::watch::Coloured;

/// Where the person-years of a chunk stand among the rows that are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Years {
    /// Row of each group of calendar years; [`NO_GROUP`] for households that are not told.
    rows: Vec<u32>,
    /// Groups in the order of the rows.
    in_order: Vec<u32>,
    /// Whether rows are groups, and the bills of each stand together.
    in_place: bool,
}

impl Years {
    /// Tells the person-years of all households that are not slow.
    pub(crate) fn tell(
        &mut self,
        view: &View<'_>,
        books: &Books,
        spare: &mut Spare,
        coloured: &[Coloured],
        slow: &[bool],
        years: &mut YearRows,
    ) {
        self.find_rows(view, slow, years);
        let count = years.person.len();
        let [m0, m1, m2, m3, m4] = view.bills.money;
        for (column, money) in years.money.iter_mut().zip([m0, m1, m2, m3, m4]) {
            self.add_up(view, column, count, |bill| read(money, bill, 0));
        }
        years.paid_fen.resize_with(books.tiers.len(), Vec::new);
        for (column, paid) in years.paid_fen.iter_mut().zip(&books.tiers) {
            self.add_up(view, column, count, |bill| read(paid, bill, 0));
        }
        self.add_up(view, &mut years.family_fen, count, |bill| {
            read(view.total(), bill, 0) - read(&books.paid, bill, 0)
        });
        self.tell_burdens(view, books, spare, years);
        years.colour.clear();
        years.colour.resize(count, NO_CODE);
        coloured.iter().for_each(|one| self.colour(view, *one, years));
        self.tell_caps(view, books, years);
    }

    /// Rows by person, then year, within each household.
    fn find_rows(&mut self, view: &View<'_>, slow: &[bool], years: &mut YearRows) {
        let Some(groups) = view.groups.first() else { return };
        self.rows.clear();
        self.rows.resize(groups.groups.len(), NO_GROUP);
        self.in_order.clear();
        for span in view.bills.spans.iter().filter(|span| !read(slow, span.household as usize, true)) {
            let from = self.in_order.len();
            let first = read(&groups.of_bill, span.from as usize, 0);
            let bills = groups.of_bill.get(span.range()).unwrap_or_default();
            let last = bills.iter().copied().max().unwrap_or(first);
            self.in_order.extend(first..=last);
            let place = |group: &u32| groups.groups.get(*group as usize).map(|group| (group.unit, group.key));
            if let Some(own) = self.in_order.get_mut(from..)
                && own.len() > 1
            {
                own.sort_by_key(place);
            }
        }
        let is_all = self.in_order.len() == groups.groups.len();
        self.in_place =
            is_all && groups.stand_together && self.in_order.iter().zip(0_u32..).all(|(group, row)| *group == row);
        years.person.clear();
        years.year.clear();
        for (row, group) in (0_u32..).zip(&self.in_order) {
            if let (Some(place), Some(group)) = (self.rows.get_mut(*group as usize), groups.groups.get(*group as usize))
            {
                *place = row;
                years.person.push(group.unit);
                years.year.push(i16::try_from(group.key).unwrap_or(i16::MAX));
            }
        }
    }

    fn row_of(&self, view: &View<'_>, bill: usize) -> usize {
        let group = view.groups.first().map_or(NO_GROUP, |groups| read(&groups.of_bill, bill, NO_GROUP));
        read(&self.rows, group as usize, NO_GROUP) as usize
    }

    /// The column's amounts added up by person-year.
    fn add_up(&self, view: &View<'_>, column: &mut Vec<i64>, count: usize, of: impl Fn(usize) -> i64) {
        column.clear();
        if self.in_place {
            let Some(groups) = view.groups.first() else { return };
            for (bill, group) in groups.of_bill.iter().enumerate() {
                let is_next = *group as usize == column.len();
                match column.last_mut() {
                    Some(last) if !is_next => *last += of(bill),
                    _ => column.push(of(bill)),
                }
            }
            return;
        }
        column.resize(count, 0);
        self.add(view, column, of);
    }

    fn add(&self, view: &View<'_>, column: &mut [i64], of: impl Fn(usize) -> i64) {
        let Some(groups) = view.groups.first() else { return };
        for (bill, group) in groups.of_bill.iter().enumerate() {
            let row = read(&self.rows, *group as usize, NO_GROUP) as usize;
            if let Some(place) = column.get_mut(row) {
                *place += of(bill);
            }
        }
    }

    /// Each 口径 added up over the bills; one that needs a value that is not known is left out.
    fn tell_burdens(&self, view: &View<'_>, books: &Books, spare: &mut Spare, years: &mut YearRows) {
        let payments = books.payments();
        let count = years.person.len();
        years.burden_fen.resize_with(view.plan.measures.len(), Vec::new);
        for (column, measure) in years.burden_fen.iter_mut().zip(&view.plan.measures) {
            let mut amounts = spare.take();
            view.fill(&measure.amount, &payments, &mut amounts, spare);
            column.clear();
            column.resize(count, 0);
            for (bill, amount) in amounts.iter().enumerate() {
                let Some(place) = column.get_mut(self.row_of(view, bill)) else { continue };
                *place = match (*place, *amount) {
                    (NO_AMOUNT, _) | (_, NO_AMOUNT) => NO_AMOUNT,
                    (sum, amount) => sum + amount,
                };
            }
            spare.give_back(amounts);
            if measure.denominator != 1 {
                column
                    .iter_mut()
                    .filter(|sum| **sum != NO_AMOUNT)
                    .for_each(|sum| *sum = nearest(*sum, measure.denominator));
            }
        }
    }

    fn colour(&self, view: &View<'_>, one: Coloured, years: &mut YearRows) {
        let bill = one.bill as usize;
        let person = read(view.bills.person, bill, u32::MAX);
        let rows = view.bills.span_of(bill).map(|bill| self.row_of(view, bill));
        let is_it = |row: &usize| {
            years.person.get(*row) == Some(&person)
                && years.year.get(*row).map(|year| i32::from(*year)) == Some(one.year)
        };
        let found = rows.into_iter().find(is_it);
        if let Some(colour) = found.and_then(|row| years.colour.get_mut(row)) {
            *colour = if *colour == NO_CODE { one.colour } else { one.colour.max(*colour) };
        }
    }

    /// What is left under each rule's tightest limit that was met in the year.
    fn tell_caps(&self, view: &View<'_>, books: &Books, years: &mut YearRows) {
        let count = years.person.len();
        years.cap_left_fen.resize_with(view.plan.rule_of_limit.last().map_or(0, |last| last + 1), Vec::new);
        years.cap_left_fen.iter_mut().for_each(|column| {
            column.clear();
            column.resize(count, NO_AMOUNT);
        });
        for (limit, met) in books.caps.iter().enumerate() {
            let spec = view.plan.limits.get(limit).and_then(|limit| view.plan.groups.get(limit.group));
            let (Some(spec), Some(rule)) = (spec, view.plan.rule_of_limit.get(limit)) else { continue };
            // A limit on each bill is used up or not with that bill: nothing of it is left for others.
            if spec.kind == PeriodKind::Event {
                continue;
            }
            let Some(column) = years.cap_left_fen.get_mut(*rule) else { continue };
            if view.plan.limits.get(limit).is_some_and(|limit| limit.group == 0) {
                self.tell_cap_of_year(books, limit, met, column);
                continue;
            }
            // The last word on a group and year counts.
            let mut met = met.clone();
            met.reverse();
            // A household's limit is met by several persons in one calendar year.
            let calendar_year = |one: &CapMet| {
                let years = view.groups.first().and_then(|years| years.groups.get(one.year as usize));
                (one.group, years.map_or(0, |year| year.key))
            };
            met.sort_by_key(calendar_year);
            met.dedup_by_key(|one| calendar_year(one));
            for one in met {
                let used = books.used.get(limit).map_or(0, |used| read(used, one.group as usize, 0));
                let room = (one.cap - used).max(0);
                for row in self.rows_of(view, spec.unit, one.year, &years.person, &years.year) {
                    if let Some(place) = column.get_mut(row) {
                        *place = if *place == NO_AMOUNT { room } else { room.min(*place) };
                    }
                }
            }
        }
    }

    /// A person's limit by calendar year: the group is the row.
    fn tell_cap_of_year(&self, books: &Books, limit: usize, met: &[CapMet], column: &mut [i64]) {
        let used = books.used.get(limit).map_or(&[][..], Vec::as_slice);
        let row = |one: &CapMet| read(&self.rows, one.group as usize, NO_GROUP) as usize;
        let room = |one: &CapMet| (one.cap - read(used, one.group as usize, 0)).max(0);
        let is_rising = met.iter().zip(met.iter().skip(1)).all(|(one, next)| one.group < next.group);
        let mut put = |one: &CapMet| {
            column.get_mut(row(one)).into_iter().for_each(|place| {
                *place = if *place == NO_AMOUNT { room(one) } else { room(one).min(*place) };
            });
        };
        if is_rising {
            met.iter().for_each(put);
        } else {
            // The last word on a group counts.
            let last: std::collections::BTreeMap<u32, &CapMet> = met.iter().map(|one| (one.group, one)).collect();
            last.into_values().for_each(&mut put);
        }
    }

    /// The person's row; for a household's limit, the rows of all members in that year.
    fn rows_of(&self, view: &View<'_>, unit: Unit, year: u32, persons: &[u32], years: &[i16]) -> Vec<usize> {
        let own = read(&self.rows, year as usize, NO_GROUP) as usize;
        let Some(in_year) = years.get(own) else { return Vec::new() };
        match unit {
            Unit::Person => vec![own],
            Unit::Household => {
                let household = |row: usize| {
                    persons.get(row).map(|person| read(&view.bills.chunk.persons.household, *person as usize, u32::MAX))
                };
                let here = household(own);
                let before = (0..own).rev().take_while(|row| household(*row) == here);
                let after = (own..years.len()).take_while(|row| household(*row) == here);
                before.chain(after).filter(|row| years.get(*row) == Some(in_year)).collect()
            }
        }
    }
}

/// To the nearest fen, halves away from zero.
pub(crate) fn nearest(number: i64, denominator: i64) -> i64 {
    let (number, denominator) = (i128::from(number), i128::from(denominator));
    let whole = (number.abs() * 2 + denominator) / (denominator * 2);
    i64::try_from(whole * number.signum()).unwrap_or(i64::MAX)
}
