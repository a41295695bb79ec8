//! Receipts and commitments: each payment is sealed so that all of them can be added up without opening any.
//!
//! C = a·G + b·H on ristretto255 (Pedersen): a is the amount in fen, b a random blinding. Whoever knows a and b opens C;
//! whoever does not learns nothing from it; the sum of all C is the commitment to the sum of all a. G is the group's
//! generator, H is hashed from [`H_LABEL`], so nobody knows a relation between them. Start at [`Opening`].

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_TABLE as G;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use shukun_base::Fen;
use std::sync::LazyLock;

use super::hex;
use super::merkle::{Hash, leaf_hash};
use crate::BatchId;

/// What the second generator is hashed from.
pub const H_LABEL: &[u8] = b"shukun/fund/receipts/1/blinding generator";

static H: LazyLock<RistrettoBasepointTable> = LazyLock::new(|| {
    let wide: [u8; 64] = Sha512::digest(H_LABEL).into();
    RistrettoBasepointTable::create(&RistrettoPoint::from_uniform_bytes(&wide))
});

/// A commitment in its 32 bytes.
pub type Commitment = [u8; 32];

/// What opens one commitment: kept sealed by the fund and printed on the family's slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The amount; above zero.
    pub amount: Fen,
    /// The salt of the leaf, so that nobody finds a leaf by trying amounts.
    #[serde(with = "hex::array")]
    pub salt: [u8; 16],
    /// The blinding, a scalar in its canonical 32 bytes.
    #[serde(with = "hex::array")]
    pub blinding: [u8; 32],
}

impl Opening {
    /// Salt and blinding drawn for a payment. The amount is the caller's, who refuses what is not above zero.
    pub fn draw(amount: Fen, chance: &mut impl CryptoRng) -> Opening {
        let (mut salt, mut wide) = ([0; 16], [0; 64]);
        chance.fill_bytes(&mut salt);
        chance.fill_bytes(&mut wide);
        Opening { amount, salt, blinding: Scalar::from_bytes_mod_order_wide(&wide).to_bytes() }
    }

    /// The commitment; none for an amount that is not above zero or a blinding that is no scalar.
    pub fn commitment(&self) -> Option<Commitment> {
        Some(point(self.amount, &self.blinding)?.compress().to_bytes())
    }

    /// The leaf of this receipt in its batch's tree: H(0x00 ‖ length of the batch's id ‖ id ‖ salt ‖ C).
    pub fn leaf(&self, batch: &BatchId) -> Option<Hash> {
        Some(self.leaf_over(batch, &self.commitment()?))
    }

    /// [`Opening::leaf`] over its commitment, which is worked out already.
    pub(super) fn leaf_over(&self, batch: &BatchId, commitment: &Commitment) -> Hash {
        leaf_of(batch, &self.salt, commitment)
    }
}

fn leaf_of(batch: &BatchId, salt: &[u8; 16], commitment: &Commitment) -> Hash {
    let id = batch.as_str().as_bytes();
    let length = u8::try_from(id.len()).unwrap_or(u8::MAX);
    let mut content = vec![length];
    content.extend(id);
    content.extend(salt);
    content.extend(commitment);
    leaf_hash(&content)
}

fn point(amount: Fen, blinding: &[u8; 32]) -> Option<RistrettoPoint> {
    let amount = u64::try_from(amount.0).ok().filter(|amount| *amount > 0)?;
    let blinding = Option::<Scalar>::from(Scalar::from_canonical_bytes(*blinding))?;
    Some(G * &Scalar::from(amount) + &*H * &blinding)
}

/// What all openings add up to: the total in fen and the sum of blindings; none where a part is no opening.
pub fn totals(openings: &[Opening]) -> Option<(Fen, [u8; 32])> {
    let mut blinding = Scalar::ZERO;
    let mut total = 0_i64;
    for opening in openings {
        blinding += Option::<Scalar>::from(Scalar::from_canonical_bytes(opening.blinding))?;
        total = total.checked_add(opening.amount.0)?;
    }
    Some((Fen(total), blinding.to_bytes()))
}

/// Whether the commitments add up to this total and this sum of blindings. False also for what is no commitment.
pub fn adds_up(commitments: &[Commitment], total: Fen, blinding: &[u8; 32]) -> bool {
    let mut sum = RistrettoPoint::identity();
    for commitment in commitments {
        let Some(point) = CompressedRistretto(*commitment).decompress() else { return false };
        sum += point;
    }
    point(total, blinding) == Some(sum)
}

/// The second generator in its 32 bytes, as the page for families has it.
pub fn second_generator() -> Commitment {
    H.basepoint().compress().to_bytes()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn openings(count: i64) -> Vec<Opening> {
        let mut chance = ChaCha20Rng::seed_from_u64(7);
        (1..=count).map(|amount| Opening::draw(Fen(amount * 1234), &mut chance)).collect()
    }

    #[test]
    fn commitments_add_up_and_a_fen_is_seen() {
        let openings = openings(20);
        let commitments: Vec<Commitment> = openings.iter().map(|opening| opening.commitment().unwrap()).collect();
        let (total, blinding) = totals(&openings).unwrap();
        assert_eq!(total, Fen(1234 * 210));
        assert!(adds_up(&commitments, total, &blinding));
        assert!(!adds_up(&commitments, total + Fen(1), &blinding));
        assert!(!adds_up(&commitments[1..], total, &blinding));
    }

    #[test]
    fn nothing_below_one_fen_is_committed_to() {
        for amount in [0, -1, i64::MIN] {
            let opening = Opening { amount: Fen(amount), ..openings(1).remove(0) };
            assert_eq!(opening.commitment(), None);
        }
        assert_eq!(Opening { blinding: [0xff; 32], ..openings(1).remove(0) }.commitment(), None);
    }

    #[test]
    fn equal_amounts_look_different() {
        let mut chance = ChaCha20Rng::seed_from_u64(1);
        let (one, two) = (Opening::draw(Fen(500), &mut chance), Opening::draw(Fen(500), &mut chance));
        assert_ne!(one.commitment(), two.commitment());
        assert_ne!(one.leaf(&BatchId::new("b").unwrap()), one.leaf(&BatchId::new("c").unwrap()));
    }
}
