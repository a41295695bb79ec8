//! What a result comes to: the sums that stand on its receipt, added up and taken off person-year by person-year.

use std::collections::BTreeMap;

use shukun_base::Fen;
use shukun_engine::outcome::Standing;

/// Sums over standings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The bills.
    pub total: Fen,
    /// What stays with the families.
    pub family: Fen,
    /// By tier; with the first place it takes in a county's order of payers.
    paid: BTreeMap<String, (usize, Fen)>,
}

impl Totals {
    /// The sums of an earlier receipt.
    pub fn from_receipt(total: Fen, paid: &[(String, Fen)], family: Fen) -> Totals {
        let places = paid.iter().enumerate().map(|(place, (tier, sum))| (tier.clone(), (place, *sum)));
        Totals { total, family, paid: places.collect() }
    }

    /// Adds a person's year.
    pub fn add(&mut self, standing: &Standing) {
        self.total += standing.total_fen;
        self.family += standing.family_fen;
        for (place, (tier, paid)) in standing.paid_fen.iter().enumerate() {
            self.add_paid(tier, place, *paid);
        }
    }

    /// Adds sums over some person-years under one program, payers in its order.
    pub fn add_sums<'a>(&mut self, total: Fen, paid: impl Iterator<Item = (&'a str, Fen)>, family: Fen) {
        self.total += total;
        self.family += family;
        for (place, (tier, paid)) in paid.enumerate() {
            self.add_paid(tier, place, paid);
        }
    }

    /// Takes a person's year off again.
    pub fn take_off(&mut self, standing: &Standing) {
        self.total -= standing.total_fen;
        self.family -= standing.family_fen;
        for (tier, paid) in &standing.paid_fen {
            if let Some((_, sum)) = self.paid.get_mut(tier) {
                *sum -= *paid;
            }
        }
    }

    /// Adds other sums.
    pub fn join(&mut self, other: Totals) {
        self.total += other.total;
        self.family += other.family;
        for (tier, (place, paid)) in other.paid {
            self.add_paid(&tier, place, paid);
        }
    }

    fn add_paid(&mut self, tier: &str, place: usize, paid: Fen) {
        match self.paid.get_mut(tier) {
            Some((first, sum)) => {
                *first = place.min(*first);
                *sum += paid;
            }
            None => {
                self.paid.insert(tier.to_owned(), (place, paid));
            }
        }
    }

    /// Tiers by their first place; counties may put them in different orders.
    pub fn in_payer_order(&self) -> Vec<(String, Fen)> {
        let mut rows: Vec<(usize, &String, Fen)> =
            self.paid.iter().map(|(tier, (place, sum))| (*place, tier, *sum)).collect();
        rows.sort();
        rows.into_iter().map(|(_, tier, sum)| (tier.clone(), sum)).collect()
    }
}
