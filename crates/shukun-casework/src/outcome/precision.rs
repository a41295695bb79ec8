//! Precision (准确率): of those a rule or colour pointed at, how many were found to be in need.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shukun_base::Exact;

use super::OutcomeCode;
use crate::case::{Closed, ClosingWay};

/// What an ending says of the alert that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// There was need.
    Confirmed,
    /// There was none.
    Wrong,
    /// Nobody could say, or it had been dealt with before.
    NotJudged,
}

/// What an ending says. Who was aided already when first looked at says nothing of the alert; who declined was found at
/// risk on the visit.
pub fn judgement(closed: &Closed) -> Judgement {
    match closed.outcome.code {
        _ if closed.way == ClosingWay::Merged => Judgement::NotJudged,
        OutcomeCode::AidedStatutory if closed.way == ClosingWay::Dismissed => Judgement::NotJudged,
        OutcomeCode::AidedStatutory | OutcomeCode::AidedCharity | OutcomeCode::AidedBoth | OutcomeCode::Declined => {
            Judgement::Confirmed
        }
        OutcomeCode::BurdenBelowLine
        | OutcomeCode::InsuredButRecoverable
        | OutcomeCode::NotLowIncome
        | OutcomeCode::DataError => Judgement::Wrong,
        OutcomeCode::Referred
        | OutcomeCode::Unreachable
        | OutcomeCode::Moved
        | OutcomeCode::Deceased
        | OutcomeCode::Duplicate => Judgement::NotJudged,
    }
}

/// How often a rule or colour was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precision {
    /// There was need.
    pub confirmed: u64,
    /// There was none.
    pub wrong: u64,
    /// Of these, because of wrong data.
    pub wrong_data: u64,
    /// Nobody could say; not part of the share.
    pub not_judged: u64,
}

impl Precision {
    /// Confirmed of all that were judged; `None` where none was.
    pub fn share(&self) -> Option<Exact> {
        let judged = i128::from(self.confirmed) + i128::from(self.wrong);
        (judged > 0).then(|| Exact::new(i128::from(self.confirmed), judged))
    }

    fn count(&mut self, closed: &Closed) {
        match judgement(closed) {
            Judgement::Confirmed => self.confirmed += 1,
            Judgement::Wrong => self.wrong += 1,
            Judgement::NotJudged => self.not_judged += 1,
        }
        self.wrong_data += u64::from(closed.outcome.code == OutcomeCode::DataError);
    }
}

/// Precision by whatever key the caller asks about: rule, colour, town, month.
pub fn precision<'a, K: Ord>(endings: impl IntoIterator<Item = (K, &'a Closed)>) -> BTreeMap<K, Precision> {
    let mut found: BTreeMap<K, Precision> = BTreeMap::new();
    for (key, closed) in endings {
        found.entry(key).or_default().count(closed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Colour;
    use crate::case::Status;
    use crate::outcome::Outcome;

    fn closed(code: OutcomeCode, way: ClosingWay) -> Closed {
        let outcome = Outcome::plain(code);
        let at = "2026-03-02T01:00:00Z".parse().unwrap();
        Closed { outcome, way, at, by: None, from: Status::Verified }
    }

    #[test]
    fn endings_judge_the_alert() {
        for (code, way, expected) in [
            (OutcomeCode::AidedBoth, ClosingWay::Confirmed, Judgement::Confirmed),
            (OutcomeCode::AidedStatutory, ClosingWay::Confirmed, Judgement::Confirmed),
            (OutcomeCode::AidedStatutory, ClosingWay::Dismissed, Judgement::NotJudged),
            (OutcomeCode::Declined, ClosingWay::Declined, Judgement::Confirmed),
            (OutcomeCode::BurdenBelowLine, ClosingWay::NoRisk, Judgement::Wrong),
            (OutcomeCode::DataError, ClosingWay::Dismissed, Judgement::Wrong),
            (OutcomeCode::Unreachable, ClosingWay::NoRisk, Judgement::NotJudged),
            (OutcomeCode::Duplicate, ClosingWay::Merged, Judgement::NotJudged),
        ] {
            assert_eq!(judgement(&closed(code, way)), expected, "{code} {way}");
        }
    }

    #[test]
    fn shares_count_what_was_judged() {
        let endings = [
            (Colour::Red, closed(OutcomeCode::AidedCharity, ClosingWay::Confirmed)),
            (Colour::Red, closed(OutcomeCode::DataError, ClosingWay::NoRisk)),
            (Colour::Red, closed(OutcomeCode::BurdenBelowLine, ClosingWay::NoRisk)),
            (Colour::Red, closed(OutcomeCode::Unreachable, ClosingWay::NoRisk)),
            (Colour::Yellow, closed(OutcomeCode::Moved, ClosingWay::Confirmed)),
        ];
        let found = precision(endings.iter().map(|(colour, closed)| (*colour, closed)));
        let red = found.get(&Colour::Red).copied().unwrap();
        assert_eq!(red, Precision { confirmed: 1, wrong: 2, wrong_data: 1, not_judged: 1 });
        assert_eq!(red.share(), Some(Exact::new(1, 3)));
        assert_eq!(found.get(&Colour::Yellow).and_then(Precision::share), None);
    }
}
