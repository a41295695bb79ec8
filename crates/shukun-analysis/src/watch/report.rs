//! One month as an office looks at it: who rose, who fell, who has a colour, and the counts for charts.
//!
//! Takes person-years one at a time and keeps only those with a colour or a change of colour: as many as the list has
//! rows, however many people there are. Knows codes, not names. Start at [`MonthReport::take`].

use std::collections::BTreeMap;

use serde::Serialize;
use shukun_base::{Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::outcome::Colour;

use super::{Change, Month, PersonYear};

/// How many have which colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColourCounts {
    /// 黄
    pub yellow: u64,
    /// 橙
    pub orange: u64,
    /// 红
    pub red: u64,
}

impl ColourCounts {
    /// Counts one more.
    pub fn add(&mut self, colour: Colour) {
        match colour {
            Colour::Yellow => self.yellow += 1,
            Colour::Orange => self.orange += 1,
            Colour::Red => self.red += 1,
        }
    }

    /// Of one colour.
    pub fn of(&self, colour: Colour) -> u64 {
        match colour {
            Colour::Yellow => self.yellow,
            Colour::Orange => self.orange,
            Colour::Red => self.red,
        }
    }

    /// All of them.
    pub fn sum(&self) -> u64 {
        self.yellow + self.orange + self.red
    }
}

/// One month of the year in counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthCounts {
    /// The month.
    pub month: Month,
    /// Persons with a colour at its end.
    pub colours: ColourCounts,
    /// Persons who became more urgent in it.
    pub rose: u64,
    /// Persons who became less urgent in it.
    pub fell: u64,
}

/// One person-year of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// Village or town.
    pub region: RegionCode,
    /// The year of the costs.
    pub year: i16,
    /// The colour at the end of the month before.
    pub before: Option<Colour>,
    /// The colour now.
    pub colour: Option<Colour>,
    /// The burden now.
    pub burden_fen: Fen,
    /// The burden at the end of the month before.
    pub burden_before_fen: Fen,
    /// When the person first had a colour.
    pub first_coloured: Option<Month>,
    /// Since when without a break.
    pub coloured_since: Option<Month>,
    /// How often the colour rose.
    pub rises: u32,
    /// How often it fell.
    pub falls: u32,
    /// The rules that raised the colour.
    pub rules: Vec<String>,
}

/// From one colour to another in the month, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// Before.
    pub from: Option<Colour>,
    /// Now.
    pub to: Option<Colour>,
    /// Persons; of those without a colour before and now nobody is counted.
    pub persons: u64,
}

/// A month and its changes against the month before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthReport {
    /// The month.
    pub month: Month,
    /// Person-years of the year with at least one claim known.
    pub with_claims: u64,
    /// The year's months up to this one.
    pub months: Vec<MonthCounts>,
    /// From the month before to this one.
    pub flows: Vec<Flow>,
    /// By town (9 digits), at the month's end.
    pub towns: BTreeMap<String, ColourCounts>,
    /// By how many months the colour has lasted, this one counted: 1, 2, 3 … 12.
    pub ageing: BTreeMap<u32, ColourCounts>,
    /// Became more urgent this month, most urgent first. Of this year and the year before.
    pub rose: Vec<Listed>,
    /// Became less urgent this month. Of this year and the year before.
    pub fell: Vec<Listed>,
    /// Everyone with a colour now, for this year's costs.
    pub current: Vec<Listed>,
}

impl MonthReport {
    /// A report on nobody yet.
    pub fn new(month: Month) -> MonthReport {
        let counts = |month| MonthCounts { month, colours: ColourCounts::default(), rose: 0, fell: 0 };
        let months = Month::new(month.year(), 1).into_iter().flat_map(|first| first.through(month)).map(counts);
        MonthReport {
            month,
            with_claims: 0,
            months: months.collect(),
            flows: Vec::new(),
            towns: BTreeMap::new(),
            ageing: BTreeMap::new(),
            rose: Vec::new(),
            fell: Vec::new(),
            current: Vec::new(),
        }
    }

    /// Counts one person-year.
    pub fn take(&mut self, row: &PersonYear) {
        if let Some(change) = row.change_in(self.month) {
            let listed = self.listed(row);
            if change.is_rise() { self.rose.push(listed) } else { self.fell.push(listed) }
        }
        if row.year == self.month.year() {
            self.with_claims += 1;
            self.count_months(row);
            self.count_flow(row.colour_at(self.month.previous()), row.colour_at(self.month));
            self.count_current(row);
        }
    }

    /// Puts the lists in order: most urgent first, then by burden, then by code.
    pub fn finish(&mut self) {
        for list in [&mut self.rose, &mut self.fell, &mut self.current] {
            list.sort_by_key(|row| {
                let worst = row.colour.max(row.before);
                (std::cmp::Reverse((row.colour, worst, row.burden_fen)), row.person_id, row.year)
            });
        }
        self.flows.sort_by_key(|flow| std::cmp::Reverse((flow.from, flow.to)));
    }

    fn count_months(&mut self, row: &PersonYear) {
        let changes: Vec<Change> = row.changes().collect();
        for counts in &mut self.months {
            if let Some(colour) = row.colour_at(counts.month) {
                counts.colours.add(colour);
            }
            for change in changes.iter().filter(|change| change.month == counts.month) {
                if change.is_rise() { counts.rose += 1 } else { counts.fell += 1 }
            }
        }
    }

    fn count_flow(&mut self, from: Option<Colour>, to: Option<Colour>) {
        if from.is_none() && to.is_none() {
            return;
        }
        match self.flows.iter_mut().find(|flow| flow.from == from && flow.to == to) {
            Some(flow) => flow.persons += 1,
            None => self.flows.push(Flow { from, to, persons: 1 }),
        }
    }

    fn count_current(&mut self, row: &PersonYear) {
        let Some(colour) = row.colour_at(self.month) else { return };
        let listed = self.listed(row);
        self.towns.entry(town(&row.region)).or_default().add(colour);
        let since = listed.coloured_since.unwrap_or(self.month);
        let lasted = u32::try_from(self.month.months_since(since)).unwrap_or(0) + 1;
        self.ageing.entry(lasted).or_default().add(colour);
        self.current.push(listed);
    }

    fn listed(&self, row: &PersonYear) -> Listed {
        let (now, before) = (row.at(self.month), row.at(self.month.previous()));
        let (rises, falls) = row.count_moves(self.month);
        Listed {
            person_id: row.person_id,
            household_id: row.household_id,
            region: row.region.clone(),
            year: row.year,
            before: before.and_then(|step| step.colour),
            colour: now.and_then(|step| step.colour),
            burden_fen: now.map_or(Fen::ZERO, |step| step.burden_fen),
            burden_before_fen: before.map_or(Fen::ZERO, |step| step.burden_fen),
            first_coloured: row.first_coloured(),
            coloured_since: row.coloured_since(self.month),
            rises,
            falls,
            rules: now.map(|step| step.rules.clone()).unwrap_or_default(),
        }
    }
}

/// The town part of a region code: 9 digits, or as many as are known.
pub fn town(region: &RegionCode) -> String {
    region.as_str().chars().take(9).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claim, followed, household, month, person, reversal};
    use super::*;
    use Colour::{Orange, Red, Yellow};

    /// Six people, each with another course.
    fn report(through: &str) -> MonthReport {
        let back = claim(40, 4, "2024-03-01", "2024-03-02", 70_000);
        let claims = vec![
            claim(10, 1, "2024-01-10", "2024-01-10", 60_000),
            claim(11, 1, "2024-04-10", "2024-04-10", 60_000),
            claim(20, 2, "2024-04-02", "2024-04-05", 250_000),
            claim(30, 3, "2024-02-02", "2024-02-05", 120_000),
            reversal(41, &back, "2024-04-20"),
            back,
            claim(50, 5, "2024-02-02", "2024-02-05", 1_000),
            claim(60, 6, "2023-12-20", "2024-04-05", 55_000),
        ];
        let facts = household((1..=6).map(person).collect(), claims);
        let mut report = MonthReport::new(month(through));
        followed(facts, through).iter().for_each(|row| report.take(row));
        report.finish();
        report
    }

    fn ids(rows: &[Listed]) -> Vec<(u64, i16)> {
        rows.iter().map(|row| (row.person_id.0, row.year)).collect()
    }

    #[test]
    fn a_month_lists_who_rose_and_who_fell() {
        let report = report("2024-04");
        assert_eq!(ids(&report.rose), [(2, 2024), (1, 2024), (6, 2023)]);
        assert_eq!(ids(&report.fell), [(4, 2024)]);
        assert_eq!(ids(&report.current), [(2, 2024), (1, 2024), (3, 2024)]);
        let first = &report.rose[1];
        assert_eq!((first.before, first.colour), (Some(Yellow), Some(Orange)));
        assert_eq!((first.burden_before_fen, first.burden_fen), (Fen::yuan(60_000), Fen::yuan(120_000)));
        assert_eq!((first.rises, first.falls), (2, 0));
        assert_eq!(first.coloured_since, Some(month("2024-01")));
        assert_eq!(report.with_claims, 5);
    }

    #[test]
    fn flows_towns_and_ages_add_up_to_the_list() {
        let report = report("2024-04");
        let flow =
            |from, to| report.flows.iter().find(|flow| flow.from == from && flow.to == to).map(|flow| flow.persons);
        assert_eq!(flow(None, Some(Red)), Some(1));
        assert_eq!(flow(Some(Yellow), Some(Orange)), Some(1));
        assert_eq!(flow(Some(Orange), Some(Orange)), Some(1));
        assert_eq!(flow(Some(Yellow), None), Some(1));
        assert_eq!(report.flows.len(), 4);
        let now: u64 = report.flows.iter().filter(|flow| flow.to.is_some()).map(|flow| flow.persons).sum();
        let current = report.current.len() as u64;
        let towns: u64 = report.towns.values().map(ColourCounts::sum).sum();
        let ages: u64 = report.ageing.values().map(ColourCounts::sum).sum();
        assert_eq!((now, towns, ages), (current, current, current));
        assert_eq!(report.ageing.keys().copied().collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn the_months_tell_the_course_of_the_year() {
        let months = report("2024-04").months;
        let row = |counts: &MonthCounts| {
            (counts.colours.yellow, counts.colours.orange, counts.colours.red, counts.rose, counts.fell)
        };
        let rows: Vec<_> = months.iter().map(row).collect();
        assert_eq!(rows, [(1, 0, 0, 1, 0), (1, 1, 0, 1, 0), (2, 1, 0, 1, 0), (0, 2, 1, 2, 1)]);
    }

    #[test]
    fn a_month_without_anybody_has_empty_lists() {
        let mut report = MonthReport::new(month("2024-01"));
        report.finish();
        assert_eq!((report.months.len(), report.current.len(), report.flows.len()), (1, 0, 0));
    }
}
