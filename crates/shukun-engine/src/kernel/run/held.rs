//! Which certification of a bill's person counts. Persons with two that count at once are for the reference evaluator.

use shukun_policy::program::DateField;

use super::super::chunk::{CertificationRows, NO_CODE, NO_DAY};
use super::super::plan::{GroupSpec, HeldSpec};
use super::bills::{Bills, mark, read};
use super::calendar::{day_of, first_day, last_day};
use super::groups::Groups;

/// The certification that counts at each bill, as columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    /// Category; [`NO_CODE`] = none held.
    pub category: Vec<u8>,
    /// 因病: 0 where none is held, [`NO_CODE`] where it is not known.
    pub due_to_illness: Vec<u8>,
    /// 新认定, likewise.
    pub newly_certified: Vec<u8>,
    /// 认定日
    pub certified_on: Vec<i32>,
    /// 申请日
    pub applied_on: Vec<i32>,
    /// 1 where the day on which it must be held is not known.
    pub is_unknown: Vec<u8>,
}

/// Each person's certifications: from where to where.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificationSpans {
    /// First row of each person, and one past the last person's; empty where nobody has any.
    first: Vec<u32>,
}

impl CertificationSpans {
    pub(crate) fn find(&mut self, bills: &Bills<'_>) {
        self.first.clear();
        let rows = &bills.chunk.certifications.person;
        if rows.is_empty() {
            return;
        }
        let persons = bills.chunk.persons.id.len();
        self.first.resize(persons + 1, 0);
        for person in rows.iter() {
            if let Some(count) = self.first.get_mut(*person as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut self.first {
            sum += *count;
            *count = sum;
        }
    }

    fn of(&self, person: usize) -> std::ops::Range<usize> {
        match (self.first.get(person), self.first.get(person + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }
}

/// The period of a bill, where one is asked for.
pub(crate) struct PeriodOf<'g> {
    pub spec: GroupSpec,
    pub groups: &'g Groups,
}

impl PeriodOf<'_> {
    fn days(&self, bill: usize) -> (i32, i32) {
        let group = self.groups.of_bill.get(bill).and_then(|place| self.groups.groups.get(*place as usize));
        group.map_or((NO_DAY, NO_DAY), |group| {
            (first_day(self.spec.kind, group.key), last_day(self.spec.kind, group.key))
        })
    }
}

impl Held {
    /// Fills the columns.
    pub(crate) fn find(
        &mut self,
        spec: HeldSpec,
        bills: &Bills<'_>,
        spans: &CertificationSpans,
        period: Option<&PeriodOf<'_>>,
        slow: &mut [bool],
    ) {
        self.clear();
        if spans.first.is_empty() && spec == HeldSpec::OnDate(DateField::Incurred) {
            self.as_settled(bills);
            return;
        }
        for bill in 0..bills.count {
            let own = spans.of(bills.person_of(bill));
            let settled = read(bills.settled_category, bill, NO_CODE);
            let rows = &bills.chunk.certifications;
            let found = match spec {
                HeldSpec::OnDate(date) => match bills.date(date, bill) {
                    NO_DAY => Found::Unknown,
                    day => one(rows, own, |row| is_valid(rows, row, day, day)).or_settled(settled),
                },
                HeldSpec::PeriodEnd(_) => match period.map_or((NO_DAY, NO_DAY), |period| period.days(bill)) {
                    (_, NO_DAY) => Found::None,
                    (_, last) => one(rows, own, |row| is_valid(rows, row, last, last)),
                },
                HeldSpec::AnyDay(_) => match period.map_or((NO_DAY, NO_DAY), |period| period.days(bill)) {
                    (_, NO_DAY) => Found::None,
                    // What other settlements of the period said may count as well.
                    (first, last) => match one(rows, own, |row| is_valid(rows, row, first, last)) {
                        Found::None if bills.settled_category.iter().any(|code| *code != NO_CODE) => Found::Several,
                        found => found,
                    },
                },
                HeldSpec::Any => one(rows, own, |_| true),
            };
            if found == Found::Several {
                mark(slow, u32::try_from(bills.household_of(bill)).unwrap_or(u32::MAX));
            }
            self.push(found, rows, spans.of(bills.person_of(bill)));
        }
    }

    fn clear(&mut self) {
        self.category.clear();
        self.due_to_illness.clear();
        self.newly_certified.clear();
        self.certified_on.clear();
        self.applied_on.clear();
        self.is_unknown.clear();
    }

    /// Where nobody is certified, only the settlements' own word counts.
    fn as_settled(&mut self, bills: &Bills<'_>) {
        if bills.settled_category.is_empty() {
            self.category.resize(bills.count, NO_CODE);
        } else {
            self.category.extend_from_slice(bills.settled_category);
        }
    }

    fn push(&mut self, found: Found, rows: &CertificationRows<'_>, own: std::ops::Range<usize>) {
        let (category, due, newly, certified, applied) = match found {
            Found::None | Found::Several | Found::Unknown => (NO_CODE, 0, 0, NO_DAY, NO_DAY),
            Found::AsSettled(category) => (category, NO_CODE, NO_CODE, NO_DAY, NO_DAY),
            Found::Row(row) => (
                read(&rows.category, row, NO_CODE),
                read(&rows.due_to_illness, row, NO_CODE),
                u8::from(is_new(rows, row, own)),
                read(&rows.certified_on, row, NO_DAY),
                read(&rows.applied_on, row, NO_DAY),
            ),
        };
        self.category.push(category);
        self.due_to_illness.push(due);
        self.newly_certified.push(newly);
        self.certified_on.push(certified);
        self.applied_on.push(applied);
        self.is_unknown.push(u8::from(found == Found::Unknown));
    }

    /// 因病 at a bill.
    pub(crate) fn due(&self, bill: usize) -> u8 {
        self.due_to_illness.get(bill).copied().unwrap_or_else(|| self.unknown_if_held(bill))
    }

    /// 新认定 at a bill.
    pub(crate) fn newly(&self, bill: usize) -> u8 {
        self.newly_certified.get(bill).copied().unwrap_or_else(|| self.unknown_if_held(bill))
    }

    /// A settlement's own word says nothing more of the certification.
    fn unknown_if_held(&self, bill: usize) -> u8 {
        if read(&self.category, bill, NO_CODE) == NO_CODE { 0 } else { NO_CODE }
    }
}

/// Which certification counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    None,
    Row(usize),
    AsSettled(u8),
    Several,
    /// The day is not known.
    Unknown,
}

impl Found {
    fn or_settled(self, category: u8) -> Found {
        match self {
            Found::None if category != NO_CODE => Found::AsSettled(category),
            found => found,
        }
    }
}

fn one(rows: &CertificationRows<'_>, own: std::ops::Range<usize>, counts: impl Fn(usize) -> bool) -> Found {
    debug_assert!(own.end <= rows.person.len());
    let mut found = Found::None;
    for row in own.filter(|row| counts(*row)) {
        if found != Found::None {
            return Found::Several;
        }
        found = Found::Row(row);
    }
    found
}

/// Whether it counts on any day from `first` to `last`.
fn is_valid(rows: &CertificationRows<'_>, row: usize, first: i32, last: i32) -> bool {
    let to = match read(&rows.valid_to, row, NO_DAY) {
        NO_DAY => i32::MAX,
        to => to,
    };
    read(&rows.valid_from, row, i32::MAX) <= last && first <= to
}

/// 新认定: no other certification was valid on the day before it.
fn is_new(rows: &CertificationRows<'_>, row: usize, mut own: std::ops::Range<usize>) -> bool {
    let from = read(&rows.valid_from, row, NO_DAY);
    if day_of(from).yesterday().is_err() {
        return true;
    }
    let eve = from - 1;
    !own.any(|other| is_valid(rows, other, eve, eve))
}
