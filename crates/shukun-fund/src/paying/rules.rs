//! What the county's charter says of paying: how many approve which amount, what one person may get in a year. Nothing here has
//! a default: without it nothing is submitted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shukun_base::Fen;

use super::{PayCode, PayRefusal};
use crate::ledger::{CapUse, PersonKey, ProgrammeKey};

/// Batches up to an amount need so many approvers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The largest sum of a batch; none is without end.
    pub up_to: Option<Fen>,
    /// How many people approve, each another one.
    pub approvers: u8,
}

/// What one person may get of a programme in a year, over all funds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "fen", rename_all = "snake_case")]
pub enum YearlyCap {
    /// At most so much.
    AtMost(Fen),
    /// The document states none.
    NoneStated,
}

/// The county's rules, with the document they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRules {
    /// Document and article.
    pub basis: String,
    /// From the smallest to the largest.
    pub bands: Vec<Band>,
    /// How many days money is held for an approved batch that is not sent.
    pub hold_days: u16,
    /// Of each programme.
    pub caps: BTreeMap<ProgrammeKey, YearlyCap>,
}

impl PaymentRules {
    /// Whether the bands rise, end without an end, and ask for at least one person each; and a document is named.
    pub fn are_whole(&self) -> bool {
        let rises = self.bands.is_sorted_by(|one, next| match (one.up_to, next.up_to) {
            (Some(one), Some(next)) => one < next,
            (Some(_), None) => true,
            (None, _) => false,
        });
        let asks = self.bands.iter().all(|band| (1..=9).contains(&band.approvers));
        let ends = self.bands.last().is_some_and(|band| band.up_to.is_none());
        rises && asks && ends && self.hold_days > 0 && !self.basis.trim().is_empty()
    }

    /// How many approve a batch of this sum.
    ///
    /// # Errors
    /// [`PayCode::NoBands`] where the bands do not say.
    pub fn approvers(&self, sum: Fen) -> Result<u8, PayRefusal> {
        if !self.are_whole() {
            return Err(PayCode::NoBands.into());
        }
        let band = self.bands.iter().find(|band| band.up_to.is_none_or(|up_to| sum <= up_to));
        band.map(|band| band.approvers).ok_or_else(|| PayCode::NoBands.into())
    }

    /// What a payment takes of the person's year; `None` where the document states no cap.
    ///
    /// # Errors
    /// [`PayCode::NoCap`] where nobody wrote down what the document says.
    pub fn cap_use(
        &self,
        programme: &ProgrammeKey,
        person: &PersonKey,
        year: i16,
    ) -> Result<Option<CapUse>, PayRefusal> {
        match self.caps.get(programme) {
            None => Err(PayCode::NoCap.at(programme)),
            Some(YearlyCap::NoneStated) => Ok(None),
            Some(YearlyCap::AtMost(cap)) => {
                let (person_key, programme) = (person.clone(), programme.clone());
                Ok(Some(CapUse { person_key, year, programme, cap: *cap }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(bands: &[(Option<i64>, u8)]) -> PaymentRules {
        let band = |(up_to, approvers): &(Option<i64>, u8)| Band { up_to: up_to.map(Fen::yuan), approvers: *approvers };
        let bands = bands.iter().map(band).collect();
        PaymentRules { basis: "章程第八条".to_owned(), bands, hold_days: 30, caps: BTreeMap::new() }
    }

    #[test]
    fn larger_sums_need_more_people() {
        let rules = rules(&[(Some(50_000), 1), (Some(500_000), 2), (None, 3)]);
        for (yuan, approvers) in [(1, 1), (50_000, 1), (50_001, 2), (500_000, 2), (9_000_000, 3)] {
            assert_eq!(rules.approvers(Fen::yuan(yuan)), Ok(approvers), "{yuan}");
        }
    }

    #[test]
    fn nothing_is_supposed_where_nobody_wrote_it() {
        for bands in
            [&[][..], &[(Some(5), 1)], &[(None, 1), (None, 2)], &[(Some(9), 1), (Some(5), 2), (None, 3)], &[(None, 0)]]
        {
            assert_eq!(rules(bands).approvers(Fen(1)), Err(PayCode::NoBands.into()), "{bands:?}");
        }
        let (programme, person) = (ProgrammeKey::new("charity_relief").unwrap(), PersonKey::new("k").unwrap());
        let mut rules = rules(&[(None, 1)]);
        assert_eq!(rules.cap_use(&programme, &person, 2026).unwrap_err().code, PayCode::NoCap);
        rules.caps.insert(programme.clone(), YearlyCap::NoneStated);
        assert_eq!(rules.cap_use(&programme, &person, 2026), Ok(None));
        rules.caps.insert(programme.clone(), YearlyCap::AtMost(Fen::yuan(50_000)));
        assert_eq!(rules.cap_use(&programme, &person, 2026).unwrap().unwrap().cap, Fen::yuan(50_000));
    }
}
