//! Who will likely have a colour by December: the watch list, the most probable first.
//!
//! It orders whom to look at. Nobody is paid, refused or struck off a list because of it. Start at [`likely_at`].

use serde::Serialize;
use shukun_base::{Fen, HouseholdId, PersonId, RegionCode, Text};

use super::features::feature_text;
use super::measure::extrapolates;
use super::{Candidates, Followed, Model, Month, Watch};

/// Below this probability nobody is listed.
const LEAST: f64 = 0.05;

/// A probability in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// 5 to 10 in 100.
    Watch,
    /// 10 to 30 in 100.
    Possible,
    /// 30 to 60 in 100.
    Likely,
    /// 60 in 100 or more.
    VeryLikely,
}

impl Outlook {
    /// The words for a probability; none below 5 in 100.
    pub fn of(probability: f64) -> Option<Outlook> {
        match probability {
            p if p >= 0.6 => Some(Outlook::VeryLikely),
            p if p >= 0.3 => Some(Outlook::Likely),
            p if p >= 0.1 => Some(Outlook::Possible),
            p if p >= LEAST => Some(Outlook::Watch),
            _ => None,
        }
    }

    /// For the lists.
    pub fn text(self) -> Text {
        match self {
            Outlook::Watch => Text::new("留意", "watch"),
            Outlook::Possible => Text::new("有可能", "possible"),
            Outlook::Likely => Text::new("较可能", "likely"),
            Outlook::VeryLikely => Text::new("很可能", "very likely"),
        }
    }
}

/// One row of the watch list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// Village or town.
    pub region: RegionCode,
    /// The burden known.
    pub burden_fen: Fen,
    /// From 0 to 1, by the model.
    pub probability: f64,
    /// The same in words.
    pub outlook: Outlook,
    /// Whether burden × 12 ÷ months reaches the line too.
    pub by_extrapolation: bool,
    /// What raises it most.
    pub reasons: Vec<Text>,
}

/// The watch list of some households at the end of a month, unsorted. `candidates` have been asked in every earlier
/// month of the year. Empty in December, and where the model has no such month.
pub fn likely_at(
    watch: &Watch<'_>,
    model: &Model,
    candidates: &mut Candidates,
    month: Month,
    all: &[Followed],
) -> Vec<Expected> {
    let line = model.trained_on.line_fen;
    let mut listed = Vec::new();
    for (person, features, burden) in candidates.at(watch, month, all, line) {
        let Some(prediction) = model.predict(month.number(), &features) else { continue };
        let Some(outlook) = Outlook::of(prediction.probability) else { continue };
        let known = all.iter().flat_map(|one| &one.facts.persons).find(|known| known.person_id == person);
        let Some(known) = known else { continue };
        listed.push(Expected {
            person_id: person,
            household_id: known.household_id,
            region: known.region_code.clone(),
            burden_fen: burden,
            probability: prediction.probability,
            outlook,
            by_extrapolation: extrapolates(burden, month.number(), line),
            reasons: prediction.reasons.into_iter().filter_map(feature_text).collect(),
        });
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_has_its_words() {
        let words = |probability| Outlook::of(probability).map(|outlook| outlook.text().zh);
        for (probability, zh) in
            [(0.95, "很可能"), (0.6, "很可能"), (0.599, "较可能"), (0.3, "较可能"), (0.1, "有可能"), (0.05, "留意")]
        {
            assert_eq!(words(probability).as_deref(), Some(zh), "{probability}");
        }
        assert_eq!(words(0.049), None);
    }
}
