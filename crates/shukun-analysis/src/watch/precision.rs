//! How right the alerts were: by rule, colour, town and month, once villages have looked at the people.
//!
//! An alert is a person-year that had a colour at the end of some month. Confirmed is who was found at risk or was helped;
//! not confirmed, who was found not at risk, or alerted on wrong data. Who could not be reached is open, who was not
//! looked at is unverified: both are counted apart and never as wrong. Start at [`PrecisionTally::take`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shukun_base::PersonId;
use shukun_engine::outcome::Colour;

use super::{Month, PersonYear, Wilson, town};

/// What a village found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Relief was paid.
    Helped,
    /// At risk.
    AtRisk,
    /// Not at risk, or alerted on wrong data.
    NotConfirmed,
    /// Could not be reached, moved, died: nothing can be said.
    Open,
}

/// One result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The month of the alert, where the result names it; else the first month with a colour.
    pub alerted: Option<Month>,
    /// What was found.
    pub verdict: Verdict,
}

/// Counts of a group of alerts: `alerts` = confirmed + not confirmed + open + unverified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Person-years with a colour.
    pub alerts: u64,
    /// Found at risk, or helped.
    pub confirmed: u64,
    /// Of these, helped.
    pub helped: u64,
    /// Found not at risk, or alerted on wrong data.
    pub not_confirmed: u64,
    /// Looked for without a result.
    pub open: u64,
    /// Not looked at yet.
    pub unverified: u64,
}

impl Counts {
    fn add(&mut self, verdict: Option<Verdict>) {
        self.alerts += 1;
        match verdict {
            Some(Verdict::Helped) => {
                self.confirmed += 1;
                self.helped += 1;
            }
            Some(Verdict::AtRisk) => self.confirmed += 1,
            Some(Verdict::NotConfirmed) => self.not_confirmed += 1,
            Some(Verdict::Open) => self.open += 1,
            None => self.unverified += 1,
        }
    }

    /// Alerts with a result either way.
    pub fn verified(&self) -> u64 {
        self.confirmed + self.not_confirmed
    }

    /// Confirmed among the verified.
    pub fn precision(&self) -> Wilson {
        Wilson::of(self.confirmed, self.verified())
    }

    /// Helped among the verified.
    pub fn help(&self) -> Wilson {
        Wilson::of(self.helped, self.verified())
    }
}

/// A group with its shares, for outputs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionRow {
    /// Rule, colour, town or month; empty for all.
    pub group: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Confirmed among the verified.
    pub precision: Wilson,
    /// Helped among the verified.
    pub help: Wilson,
}

/// The whole table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Precision {
    /// All alerts.
    pub all: PrecisionRow,
    /// By rule; an alert that two rules raised counts under both.
    pub rules: Vec<PrecisionRow>,
    /// By the colour at the month of the alert.
    pub colours: Vec<(Colour, PrecisionRow)>,
    /// By town (9 digits).
    pub towns: Vec<PrecisionRow>,
    /// By the month of the alert; `≤ 2023-12` where it was in the year before or earlier.
    pub months: Vec<PrecisionRow>,
    /// Results of people and years that had no colour here.
    pub results_without_alert: u64,
    /// Results of years that are not watched.
    pub results_of_other_years: u64,
}

/// The table while person-years come in.
#[derive(Clone, Debug)]
pub struct PrecisionTally {
    month: Month,
    results: BTreeMap<(PersonId, i16), Verified>,
    matched: BTreeSet<(PersonId, i16)>,
    all: Counts,
    rules: BTreeMap<String, Counts>,
    colours: BTreeMap<Colour, Counts>,
    towns: BTreeMap<String, Counts>,
    months: BTreeMap<Month, Counts>,
}

impl PrecisionTally {
    /// Nothing counted yet; alerts are those up to the end of `month`.
    pub fn new(month: Month, results: BTreeMap<(PersonId, i16), Verified>) -> PrecisionTally {
        PrecisionTally {
            month,
            results,
            matched: BTreeSet::new(),
            all: Counts::default(),
            rules: BTreeMap::new(),
            colours: BTreeMap::new(),
            towns: BTreeMap::new(),
            months: BTreeMap::new(),
        }
    }

    /// Counts one person-year, if it had a colour.
    pub fn take(&mut self, row: &PersonYear) {
        let Some(first) = row.first_coloured().filter(|first| *first <= self.month) else { return };
        let key = (row.person_id, row.year);
        let result = self.results.get(&key).copied();
        if result.is_some() {
            self.matched.insert(key);
        }
        let named = result.and_then(|result| result.alerted).filter(|month| row.colour_at(*month).is_some());
        let month = named.unwrap_or(first);
        let Some(step) = row.at(month) else { return };
        let verdict = result.map(|result| result.verdict);
        self.all.add(verdict);
        for rule in &step.rules {
            self.rules.entry(rule.clone()).or_default().add(verdict);
        }
        if let Some(colour) = step.colour {
            self.colours.entry(colour).or_default().add(verdict);
        }
        self.towns.entry(town(&row.region)).or_default().add(verdict);
        self.months.entry(month).or_default().add(verdict);
    }

    /// The shares.
    pub fn finish(self) -> Precision {
        let is_watched = |year: i16| year == self.month.year() || year == self.month.year() - 1;
        let left = || self.results.keys().filter(|key| !self.matched.contains(key));
        let of_other_years = left().filter(|(_, year)| !is_watched(*year)).count();
        Precision {
            all: row(String::new(), self.all),
            results_without_alert: (left().count() - of_other_years) as u64,
            results_of_other_years: of_other_years as u64,
            rules: self.rules.into_iter().map(|(group, counts)| row(group, counts)).collect(),
            colours: self
                .colours
                .into_iter()
                .rev()
                .map(|(colour, counts)| (colour, row(String::new(), counts)))
                .collect(),
            towns: self.towns.into_iter().map(|(group, counts)| row(group, counts)).collect(),
            months: self.months.into_iter().map(|(month, counts)| row(name_of(month, self.month), counts)).collect(),
        }
    }
}

/// Of the year before only the state at its end is followed: who had a colour then may have had it for long.
fn name_of(month: Month, last: Month) -> String {
    if month.year() < last.year() { format!("≤ {month}") } else { month.to_string() }
}

fn row(group: String, counts: Counts) -> PrecisionRow {
    PrecisionRow { group, precision: counts.precision(), help: counts.help(), counts }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claim, followed, household, month, person};
    use super::*;

    fn result(alerted: Option<&str>, verdict: Verdict) -> Verified {
        Verified { alerted: alerted.map(month), verdict }
    }

    fn counted() -> Precision {
        // Six yellow in February; the first two rise to red in May.
        let mut claims: Vec<_> = (1..=6).map(|of| claim(of, of, "2024-02-01", "2024-02-02", 60_000)).collect();
        claims.extend((1..=2).map(|of| claim(10 + of, of, "2024-05-01", "2024-05-02", 200_000)));
        claims.push(claim(20, 7, "2024-02-01", "2024-02-02", 1_000));
        let facts = household((1..=7).map(person).collect(), claims);
        let results = BTreeMap::from([
            ((PersonId(1), 2024), result(None, Verdict::Helped)),
            ((PersonId(2), 2024), result(Some("2024-05"), Verdict::AtRisk)),
            ((PersonId(3), 2024), result(None, Verdict::NotConfirmed)),
            ((PersonId(4), 2024), result(None, Verdict::Open)),
            ((PersonId(7), 2024), result(None, Verdict::AtRisk)),
            ((PersonId(1), 2019), result(None, Verdict::AtRisk)),
        ]);
        let mut tally = PrecisionTally::new(month("2024-06"), results);
        followed(facts, "2024-06").iter().for_each(|row| tally.take(row));
        tally.finish()
    }

    #[test]
    fn every_alert_is_in_one_pile_and_the_unverified_are_not_wrong() {
        let found = counted();
        let all = found.all.counts;
        assert_eq!(
            (all.alerts, all.confirmed, all.helped, all.not_confirmed, all.open, all.unverified),
            (6, 2, 1, 1, 1, 2)
        );
        assert_eq!(all.alerts, all.verified() + all.open + all.unverified);
        assert_eq!(found.all.precision, Wilson::of(2, 3));
        assert_eq!(found.all.help, Wilson::of(1, 3));
        assert_eq!((found.results_without_alert, found.results_of_other_years), (1, 1));
    }

    #[test]
    fn groups_follow_the_month_of_the_alert() {
        let found = counted();
        let months: Vec<(&str, u64)> = found.months.iter().map(|row| (row.group.as_str(), row.counts.alerts)).collect();
        assert_eq!(months, [("2024-02", 5), ("2024-05", 1)]);
        let colours: Vec<(Colour, u64)> =
            found.colours.iter().map(|(colour, row)| (*colour, row.counts.alerts)).collect();
        assert_eq!(colours, [(Colour::Red, 1), (Colour::Yellow, 5)]);
        assert_eq!((found.rules.len(), found.rules[0].group.as_str()), (1, "高额预警"));
        assert_eq!((found.towns.len(), found.towns[0].counts.alerts), (1, 6));
    }
}
