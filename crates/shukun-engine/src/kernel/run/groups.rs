//! Which bills share an accumulation: a number for each group of bills, counted up over the chunk.

use shukun_policy::program::{PeriodKind, Unit};

use super::super::chunk::NO_DAY;
use super::super::plan::GroupSpec;
use super::bills::{Bills, read};
use super::calendar::Calendar;

/// The group of a bill without the date that would decide it.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// The groups of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    /// Bill by bill.
    pub of_bill: Vec<u32>,
    /// Unit (place of the person or household) and period of each group.
    pub groups: Vec<Group>,
    /// Whether the bills of each group stand together, groups in the order of their numbers.
    pub stand_together: bool,
}

/// One group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Place of the person or of the household.
    pub unit: u32,
    /// The period's number: a year, a month, or 0.
    pub key: i32,
}

impl Groups {
    /// Groups the bills.
    pub(crate) fn group(&mut self, spec: GroupSpec, bills: &Bills<'_>, calendar: &Calendar) {
        self.of_bill.clear();
        self.groups.clear();
        self.of_bill.reserve(bills.count);
        self.stand_together = true;
        if spec.kind == PeriodKind::Event {
            self.each_alone(spec, bills);
            return;
        }
        let mut last_day = NO_DAY;
        let mut last_key = 0;
        for span in bills.spans {
            let first_of_span = self.groups.len();
            for bill in span.range() {
                let needs_day = spec.kind != PeriodKind::Lifetime;
                let day = if needs_day { bills.date(spec.key, bill) } else { 0 };
                if needs_day && day == NO_DAY {
                    self.of_bill.push(NO_GROUP);
                    self.stand_together = false;
                    continue;
                }
                if day != last_day {
                    (last_day, last_key) = (day, calendar.key(spec.kind, day));
                }
                let unit = match spec.unit {
                    Unit::Person => read(bills.person, bill, 0),
                    Unit::Household => span.household,
                };
                self.push(first_of_span, Group { unit, key: last_key });
            }
        }
    }

    fn push(&mut self, first_of_span: usize, group: Group) {
        let known = match self.groups.last() {
            Some(last) if *last == group && self.groups.len() > first_of_span => Some(self.groups.len() - 1),
            _ => {
                let own = self.groups.get(first_of_span..).unwrap_or_default();
                let found = own.iter().rposition(|known| *known == group);
                self.stand_together &= found.is_none();
                found.map(|place| first_of_span + place)
            }
        };
        let place = known.unwrap_or_else(|| {
            self.groups.push(group);
            self.groups.len() - 1
        });
        self.of_bill.push(u32::try_from(place).unwrap_or(NO_GROUP));
    }

    fn each_alone(&mut self, spec: GroupSpec, bills: &Bills<'_>) {
        let count = u32::try_from(bills.count).unwrap_or(u32::MAX);
        self.of_bill.extend(0..count);
        let unit = |bill: usize| match spec.unit {
            Unit::Person => read(bills.person, bill, 0),
            Unit::Household => u32::try_from(bills.household_of(bill)).unwrap_or(u32::MAX),
        };
        self.groups.extend((0..bills.count).map(|bill| Group { unit: unit(bill), key: 0 }));
    }
}
