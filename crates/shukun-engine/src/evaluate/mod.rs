//! The reference evaluator: plain, obviously right, exact. It settles one household.
//!
//! Start at [`Prepared::settle`]: bills in order, each through the payers ([`claims`]), then what is owed at the end
//! of periods ([`period_end`]), entitlements without money, what stays with the family, standings.
//! It knows no file, clock or socket; the same program and facts give the same settlement in any order of arrival.

mod accumulators;
pub(crate) mod admission;
mod amounts;
mod books;
pub(crate) mod certifications;
mod claims;
pub(crate) mod conditions;
mod entitlements;
mod events;
mod family;
pub(crate) mod fields;
pub(crate) mod keys;
mod limits;
mod missing;
mod notes;
mod number;
mod period_end;
pub(crate) mod periods;
pub(crate) mod prepared;
#[cfg(test)]
pub(crate) mod properties;
mod resolutions;
pub(crate) mod scales;
mod split;
mod standings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_more;
mod years;

use std::collections::BTreeSet;

use shukun_base::{Day, Fen};
use shukun_policy::program::{Program, Unit};

use crate::facts::{HouseholdFacts, Person};
use crate::outcome::{Colour, Settlement};
use books::Books;
use certifications::Held;
use events::Event;
use notes::Once;
pub use prepared::{Detail, Prepared};
pub use split::{BillSplit, SplitSettlement};
pub use years::{BaseReached, KINDS, YearDetail, Years};

/// Settles one household under one program, with every note. For many households prepare the program once:
/// [`Prepared::new`].
pub fn settle(program: &Program, facts: &HouseholdFacts) -> Settlement {
    Prepared::new(program).settle(facts, Detail::default())
}

/// Where an expression or condition is looked at from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s> {
    /// Index of the person.
    pub person: usize,
    /// The bill; none at the end of a period and for entitlements.
    pub event: Option<usize>,
    /// The certifications that count.
    pub held: &'s [Held],
    /// The bills of the accumulation so far, with this one.
    pub group: &'s [usize],
    /// First and last day of the period, for what is decided at its end.
    pub period: Option<(Day, Day)>,
}

impl Scope<'_> {
    /// One bill, before anything is known of the rule.
    pub(crate) fn of_bill(person: usize, event: usize) -> Scope<'static> {
        Scope { person, event: Some(event), held: &[], group: &[], period: None }
    }
}

/// One household's run.
pub(crate) struct Run<'a> {
    pub(crate) prepared: &'a Prepared<'a>,
    pub(crate) program: &'a Program,
    pub(crate) detail: Detail,
    pub(crate) facts: &'a HouseholdFacts,
    /// Members by id.
    pub(crate) people: Vec<&'a Person>,
    /// Their certifications, earliest first.
    pub(crate) certifications: Vec<Vec<Held>>,
    /// Bills in order.
    pub(crate) events: Vec<Event<'a>>,
    pub(crate) books: Books,
    /// Notes already made, so that each is made once.
    pub(crate) noted: BTreeSet<Once>,
    /// Alerts raised: person, year, colour.
    pub(crate) colours: Vec<(usize, i16, Colour)>,
    /// How far period-level accumulations came: rule, bills, base.
    pub(crate) period_bases: Vec<(usize, Vec<usize>, Fen)>,
    pub(crate) out: Settlement,
}

/// The person's or the household's number.
pub(crate) fn unit_id(unit: Unit, person: Option<&Person>) -> u64 {
    match (unit, person) {
        (Unit::Person, Some(person)) => person.person_id.0,
        (Unit::Household, Some(person)) => person.household_id.0,
        (_, None) => 0,
    }
}

impl<'a> Prepared<'a> {
    /// Settles one household.
    pub fn settle(&self, facts: &HouseholdFacts, detail: Detail) -> Settlement {
        Run::begin(self, facts, detail).finish().out
    }
}

impl<'a> Run<'a> {
    fn begin(prepared: &'a Prepared<'a>, facts: &'a HouseholdFacts, detail: Detail) -> Run<'a> {
        let program = prepared.program;
        let mut people: Vec<&Person> = facts.persons.iter().collect();
        people.sort_by_key(|person| person.person_id);
        let (events, left_out) =
            events::net_and_order(&facts.claims, &people, &program.event_order, &prepared.money_facts);
        let certifications = people
            .iter()
            .map(|person| {
                certifications::in_order(facts.certifications.iter().filter(|row| row.person_id == person.person_id))
            })
            .collect();
        let books = Books::open(program, &events);
        let mut run = Run {
            prepared,
            program,
            detail,
            facts,
            people,
            certifications,
            events,
            books,
            noted: BTreeSet::new(),
            colours: Vec::new(),
            period_bases: Vec::new(),
            out: Settlement::default(),
        };
        left_out.iter().for_each(|(claim, why)| run.note_left_out(claim, *why));
        run
    }

    fn finish(mut self) -> Self {
        for event in 0..self.events.len() {
            self.settle_bill(event);
        }
        self.post_carried();
        self.settle_periods();
        self.settle_entitlements();
        self.note_not_eligible();
        self.compute_standings();
        self
    }

    /// Index of the person of a bill.
    pub(crate) fn person_of(&self, event: usize) -> usize {
        self.events.get(event).map_or(usize::MAX, |event| event.person)
    }
}
