//! Which bills share an accumulation: a number for each group of bills, counted up over the chunk.

use shukun_policy::program::{DateField, PeriodKind, Unit};

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
        let needs_day = spec.kind != PeriodKind::Lifetime;
        let is_incurred = spec.key == DateField::Incurred;
        let day_of = |bill: usize| match (needs_day, is_incurred) {
            (false, _) => 0,
            (true, true) => read(bills.incurred, bill, NO_DAY),
            (true, false) => bills.date(spec.key, bill),
        };
        // The last bill's unit, group, and the days of its period as far as they were looked up.
        let (mut last, mut around) = (Group { unit: 0, key: 0 }, (1, 0));
        for span in bills.spans {
            let first_of_span = self.groups.len();
            let mut place = NO_GROUP;
            for bill in span.range() {
                let day = day_of(bill);
                let unit = match spec.unit {
                    Unit::Person => read(bills.person, bill, 0),
                    Unit::Household => span.household,
                };
                let is_around = around.0 <= day && day <= around.1;
                if !(is_around && unit == last.unit && place != NO_GROUP) {
                    if needs_day && day == NO_DAY {
                        self.stand_together = false;
                        place = NO_GROUP;
                    } else {
                        if !is_around {
                            around = calendar.days_around(spec.kind, day);
                            last.key = calendar.key(spec.kind, day);
                        }
                        last.unit = unit;
                        place = self.place_of(first_of_span, last);
                    }
                }
                self.of_bill.push(place);
            }
        }
    }

    /// The number of a group, among those of the span or a new one.
    fn place_of(&mut self, first_of_span: usize, group: Group) -> u32 {
        let own = self.groups.get(first_of_span..).unwrap_or_default();
        let is_last = own.last() == Some(&group);
        let found = own.iter().rposition(|known| *known == group).map(|place| first_of_span + place);
        self.stand_together &= is_last || found.is_none();
        let place = found.unwrap_or_else(|| {
            self.groups.push(group);
            self.groups.len() - 1
        });
        u32::try_from(place).unwrap_or(NO_GROUP)
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
