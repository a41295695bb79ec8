//! The colours of one person-year, month by month, and what follows from them: risen, fallen, since when.
//!
//! Only the months in which something changed have a step; the months between are as the step before. Pure data.
//! Start at [`PersonYear`].

use serde::Serialize;
use shukun_base::{Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::outcome::Colour;

use super::Month;

/// What was known of a person-year at the end of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The month at whose end it was known.
    pub month: Month,
    /// The measured burden.
    pub burden_fen: Fen,
    /// The colour; none below every line.
    pub colour: Option<Colour>,
    /// The rules that raised it.
    pub rules: Vec<String>,
}

/// A person and a year of costs, with every month in which burden or colour changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonYear {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// Village or town.
    pub region: RegionCode,
    /// The calendar year in which the costs arose.
    pub year: i16,
    /// In the order of months.
    pub steps: Vec<Step>,
}

/// A colour that changed in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When.
    pub month: Month,
    /// The colour before.
    pub from: Option<Colour>,
    /// The colour after.
    pub to: Option<Colour>,
}

impl Change {
    /// Whether it became more urgent.
    pub fn is_rise(&self) -> bool {
        self.to > self.from
    }
}

impl PersonYear {
    /// What was known at the end of `month`; none before the first claim.
    pub fn at(&self, month: Month) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.month <= month)
    }

    /// The colour at the end of `month`.
    pub fn colour_at(&self, month: Month) -> Option<Colour> {
        self.at(month).and_then(|step| step.colour)
    }

    /// Every change of colour, in order.
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let mut before = None;
        self.steps.iter().filter_map(move |step| {
            let change = Change { month: step.month, from: before, to: step.colour };
            before = step.colour;
            (change.from != change.to).then_some(change)
        })
    }

    /// The change of one month, if there was one.
    pub fn change_in(&self, month: Month) -> Option<Change> {
        self.changes().find(|change| change.month == month)
    }

    /// The month in which the person first had a colour.
    pub fn first_coloured(&self) -> Option<Month> {
        self.steps.iter().find(|step| step.colour.is_some()).map(|step| step.month)
    }

    /// How often the colour rose, and how often it fell, up to the end of `month`.
    pub fn count_moves(&self, month: Month) -> (u32, u32) {
        let moves = self.changes().filter(|change| change.month <= month);
        moves.fold((0, 0), |(rises, falls), change| match change.is_rise() {
            true => (rises + 1, falls),
            false => (rises, falls + 1),
        })
    }

    /// Since which month the person has had some colour without a break, as of the end of `month`.
    pub fn coloured_since(&self, month: Month) -> Option<Month> {
        let mut since = None;
        for step in self.steps.iter().take_while(|step| step.month <= month) {
            since = match (step.colour, since) {
                (None, _) => None,
                (Some(_), Some(before)) => Some(before),
                (Some(_), None) => Some(step.month),
            };
        }
        since
    }
}
