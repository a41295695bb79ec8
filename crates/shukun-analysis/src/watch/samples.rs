//! Past years as examples: what was known of a person at a month's end, and whether the year ended above the line.
//!
//! An example is somebody whom the alert can reach, who has no colour yet at that month's end, and of whom at least
//! one claim of this year or the year before is known. Start at [`samples_of`].

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{Fen, PersonId};
use shukun_engine::facts::HouseholdFacts;

use super::reach::reachable;
use super::{Features, Followed, Month, Span, Watch, follow};

/// One person at one month's end.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The person.
    pub person_id: PersonId,
    /// 1 to 11.
    pub month: i8,
    /// What was known.
    pub features: Features,
    /// The burden that was known.
    pub burden_fen: Fen,
    /// Whether the person had a colour at the end of December.
    pub crossed: bool,
}

/// The examples of one year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct YearSamples {
    /// By month, then household.
    pub samples: Vec<Sample>,
    /// By month: everyone without a colour then and with one at the end of December, also those of whom nothing was
    /// known yet.
    pub crossers: BTreeMap<i8, u64>,
}

impl YearSamples {
    /// Adds those of other households.
    pub fn add(&mut self, other: YearSamples) {
        self.samples.extend(other.samples);
        for (month, count) in other.crossers {
            *self.crossers.entry(month).or_default() += count;
        }
    }
}

/// The people a prediction is about, while months go by: reach is asked again only where something new is known.
#[derive(Default)]
pub struct Candidates {
    reached: Vec<BTreeSet<PersonId>>,
}

impl Candidates {
    /// Features of everyone in question at the end of `month`, with the burden known.
    pub fn at(
        &mut self,
        watch: &Watch<'_>,
        month: Month,
        all: &[Followed],
        line: Fen,
    ) -> Vec<(PersonId, Features, Fen)> {
        self.ask(watch, month, all);
        let mut found = Vec::new();
        for (one, reached) in all.iter().zip(&self.reached) {
            for person in reached {
                let now = one.history(*person, month.year()).and_then(|history| history.at(month));
                let is_coloured = now.is_some_and(|step| step.colour.is_some());
                let burden = now.map_or(Fen::ZERO, |step| step.burden_fen);
                match Features::at(one, *person, month, line) {
                    Some(features) if !is_coloured => found.push((*person, features, burden)),
                    _ => {}
                }
            }
        }
        found
    }

    /// Asks whom the alerts reach at the end of `month`: to be called in every month of the year before the one that is
    /// looked at, so that nothing new is missed.
    pub fn ask(&mut self, watch: &Watch<'_>, month: Month, all: &[Followed]) {
        let is_first = self.reached.len() != all.len();
        self.reached.resize(all.len(), BTreeSet::new());
        let is_asked = |one: &Followed| (one.is_new() || is_first) && !one.facts.claims.is_empty();
        let places: Vec<usize> = all.iter().enumerate().filter(|(_, one)| is_asked(one)).map(|(at, _)| at).collect();
        let asked: Vec<&HouseholdFacts> = places.iter().filter_map(|at| all.get(*at)).map(|one| &one.facts).collect();
        for (at, found) in places.iter().zip(reachable(watch, &asked, month.last_day())) {
            if let Some(reached) = self.reached.get_mut(*at) {
                *reached = found;
            }
        }
    }
}

/// The examples of a past year for some months, of some households. None where the alerts have no fixed line.
pub fn samples_of(watch: &Watch<'_>, households: Vec<HouseholdFacts>, year: i16, months: &[i8]) -> Option<YearSamples> {
    let line = watch.alerts().first_line()?;
    let through = Month::new(year, 12)?;
    let mut candidates = Candidates::default();
    let mut found = YearSamples::default();
    let histories = follow(watch, households, Span { through }, |month, all| {
        if month.year() == year && months.contains(&month.number()) {
            let rows = candidates.at(watch, month, all, line).into_iter();
            found.samples.extend(rows.map(|(person_id, features, burden_fen)| Sample {
                person_id,
                month: month.number(),
                features,
                burden_fen,
                crossed: false,
            }));
        } else if month.year() == year {
            candidates.ask(watch, month, all);
        }
    });
    let ended: BTreeMap<PersonId, &super::PersonYear> = histories
        .iter()
        .filter(|row| row.year == year && row.colour_at(through).is_some())
        .map(|row| (row.person_id, row))
        .collect();
    for sample in &mut found.samples {
        sample.crossed = ended.contains_key(&sample.person_id);
    }
    for number in months {
        let Some(month) = Month::new(year, *number) else { continue };
        let crossers = ended.values().filter(|row| row.colour_at(month).is_none()).count();
        found.crossers.insert(*number, crossers as u64);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claim, household, person, reversal, ruian};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_example_is_labelled_by_december_and_only_who_is_not_there_yet_counts() {
        let program = ruian();
        let watch = Watch::new(&program).unwrap();
        let claims = vec![
            claim(1, 1, "2024-02-01", "2024-02-01", 30_000),
            claim(2, 1, "2024-08-01", "2024-08-01", 30_000),
            claim(3, 2, "2024-02-01", "2024-02-01", 30_000),
            claim(4, 3, "2024-09-01", "2024-09-01", 90_000),
        ];
        let facts = household((1..=4).map(person).collect(), claims);
        let found = samples_of(&watch, vec![facts], 2024, &[3, 9]).unwrap();
        let rows: Vec<(i8, u64, bool)> =
            found.samples.iter().map(|row| (row.month, row.person_id.0, row.crossed)).collect();
        assert_eq!(rows, [(3, 1, true), (3, 2, false), (9, 2, false)]);
        // Of person 3 nothing was known in March: no example, but somebody to be found.
        assert_eq!(found.crossers, BTreeMap::from([(3, 2), (9, 0)]));
        assert_eq!(found.samples[0].burden_fen, Fen::yuan(30_000));
    }

    /// Claims of two people over two years, some taken back.
    fn claims() -> impl Strategy<Value = Vec<shukun_engine::facts::Claim>> {
        let one = (1_u64..3, 1_i8..25, 1_i8..28, 0_i8..3, 100_i64..60_000, any::<bool>());
        proptest::collection::vec(one, 0..14).prop_map(|rows| {
            let mut claims = Vec::new();
            for (id, (of, month, day, late, yuan, back)) in (1..).zip(rows) {
                let at = |add: i8| {
                    let months = month + add - 1;
                    format!("{}-{:02}-{day:02}", 2023 + i32::from(months / 12), months % 12 + 1)
                };
                let row = claim(id, of, &at(0), &at(late), yuan);
                claims.extend(back.then(|| reversal(1_000 + id, &row, &at(late + 1))));
                claims.push(row);
            }
            claims
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// What is settled after a month's end changes no feature of that month.
        #[test]
        fn no_feature_sees_what_comes_later(claims in claims(), number in 1_i8..12) {
            let program = ruian();
            let watch = Watch::new(&program).unwrap();
            let last_day = Month::new(2024, number).unwrap().last_day();
            let known: Vec<_> = claims.iter().filter(|claim| claim.settled_on <= last_day).cloned().collect();
            let features = |claims: Vec<_>| -> Vec<(PersonId, Features, Fen)> {
                let facts = household(vec![person(1), person(2)], claims);
                let found = samples_of(&watch, vec![facts], 2024, &[number]).unwrap();
                found.samples.into_iter().map(|row| (row.person_id, row.features, row.burden_fen)).collect()
            };
            prop_assert_eq!(features(known), features(claims));
        }
    }
}
