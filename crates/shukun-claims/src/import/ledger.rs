//! The accepted claims of one file among themselves and against the lake: duplicates, conflicts, reversals.
//!
//! Does not read cells. A reversal may stand before what it reverses, so reversals are matched when every row has
//! been seen: [`Ledger::refuse_unmatched_reversals`].

use std::collections::{HashMap, HashSet};

use shukun_base::{ClaimId, Fen};
use shukun_engine::facts::Claim;

use super::known::Known;
use super::reason::Reason;

/// What became of a claim that was handed in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Taken, at this place.
    Taken(usize),
    /// Known already, here or in the lake.
    Duplicate,
    /// The number is known with another content.
    Conflict,
}

/// The claims of one file.
#[derive(Default)]
pub(super) struct Ledger {
    claims: Vec<Claim>,
    places: HashMap<ClaimId, usize>,
    refused: HashSet<usize>,
}

impl Ledger {
    /// Takes a claim unless it was there before.
    pub fn enter(&mut self, claim: Claim, known: &dyn Known) -> Entry {
        let in_file = self.places.get(&claim.claim_id).and_then(|place| self.claims.get(*place));
        let before = in_file.cloned().or_else(|| known.claim(claim.claim_id));
        match before {
            Some(before) if is_same(&before, &claim) => Entry::Duplicate,
            Some(_) => Entry::Conflict,
            None => {
                let place = self.claims.len();
                self.places.insert(claim.claim_id, place);
                self.claims.push(claim);
                Entry::Taken(place)
            }
        }
    }

    /// Matches every reversal to what it reverses and takes out those that cannot stand; gives their places with
    /// the reason.
    pub fn refuse_unmatched_reversals(&mut self, known: &dyn Known) -> HashMap<usize, Reason> {
        let targets: Vec<ClaimId> = self.claims.iter().filter_map(|claim| claim.reverses_claim_id).collect();
        if !targets.is_empty() {
            known.look_ahead(&targets);
        }
        let mut taken: HashMap<ClaimId, Vec<&Claim>> = HashMap::new();
        let mut refused = HashMap::new();
        for (place, reversal) in self.claims.iter().enumerate() {
            let Some(target_id) = reversal.reverses_claim_id else { continue };
            let before = taken.entry(target_id).or_default();
            match self.check_reversal(reversal, target_id, before, known) {
                None => before.push(reversal),
                Some(reason) => {
                    refused.insert(place, reason);
                }
            }
        }
        self.refused.extend(refused.keys());
        refused
    }

    fn check_reversal(
        &self,
        reversal: &Claim,
        target_id: ClaimId,
        before_in_file: &[&Claim],
        known: &dyn Known,
    ) -> Option<Reason> {
        let in_file = self.places.get(&target_id).and_then(|place| self.claims.get(*place));
        let Some(target) = in_file.cloned().or_else(|| known.claim(target_id)) else {
            return Some(Reason::ReversalTargetMissing);
        };
        if target.reverses_claim_id.is_some() {
            return Some(Reason::ReversalOfReversal);
        }
        if target.person_id != reversal.person_id {
            return Some(Reason::ReversalOtherPerson);
        }
        let in_lake = known.reversals_of(target_id);
        let others = before_in_file.iter().copied().chain(&in_lake);
        exceeds(&target, others, reversal).then_some(Reason::ReversalExceeds)
    }

    /// The claims in the file's order, without those refused.
    pub fn into_claims(self) -> Vec<Claim> {
        let kept = self.claims.into_iter().enumerate().filter(|(place, _)| !self.refused.contains(place));
        kept.map(|(_, claim)| claim).collect()
    }
}

/// A lake may not keep the office's own number; everything else must be equal.
fn is_same(before: &Claim, claim: &Claim) -> bool {
    Claim { settlement_no: claim.settlement_no.clone(), ..before.clone() } == *claim
}

/// Whether any amount of the target would fall below zero.
fn exceeds<'c>(target: &Claim, others: impl Iterator<Item = &'c Claim>, reversal: &'c Claim) -> bool {
    let mut left = amounts(target);
    for taken in others.chain([reversal]) {
        for (left, amount) in left.iter_mut().zip(amounts(taken)) {
            *left += amount;
        }
    }
    left.iter().any(|amount| amount.is_negative())
}

fn amounts(claim: &Claim) -> [Fen; 12] {
    [
        claim.total_fen,
        claim.in_scope_fen,
        claim.out_of_catalogue_fen,
        claim.over_limit_fen,
        claim.pre_selfpay_fen,
        claim.basic_paid_fen.unwrap_or_default(),
        claim.critical_illness_paid_fen.unwrap_or_default(),
        claim.medical_assistance_paid_fen.unwrap_or_default(),
        claim.supplementary_paid_fen.unwrap_or_default(),
        claim.other_paid_fen.unwrap_or_default(),
        claim.account_paid_fen.unwrap_or_default(),
        claim.cash_paid_fen.unwrap_or_default(),
    ]
}
