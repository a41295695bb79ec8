//! A family's slip: what opens its own commitment, as a line that can be printed, scanned and typed.
//!
//! It carries no name. It proves something only to whoever holds it, and a resident may decline it. Start at
//! [`Slip::parse`].

use sha2::{Digest as _, Sha256};
use shukun_base::Fen;

use super::bundle::{Bundle, Fault};
use super::hex;
use super::merkle::{self, Hash};
use super::receipt::Opening;
use crate::BatchId;

/// How a slip begins.
const KIND: &str = "SK1";

/// A slip: `SK1/batch/place/salt, amount, blinding[/path]/check`, digits hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The batch.
    pub batch: BatchId,
    /// The payment's place in its batch, from 0.
    pub index: u64,
    /// What opens its commitment.
    pub opening: Opening,
    /// The way to the root over the receipts; left out where the slip is to be typed.
    pub path: Option<Vec<Hash>>,
}

impl Slip {
    /// The slip of the payment at `index`, with its path.
    pub fn of(batch: &BatchId, index: u64, opening: &Opening, leaves: &[Hash]) -> Option<Slip> {
        let path = merkle::inclusion_path(leaves, usize::try_from(index).ok()?)?;
        Some(Slip { batch: batch.clone(), index, opening: opening.clone(), path: Some(path) })
    }

    /// The line in full, for the QR code.
    pub fn full_line(&self) -> String {
        with_check(self.body(self.path.as_deref()))
    }

    /// The line without its path, for typing: a bundle holds what is missing.
    pub fn short_line(&self) -> String {
        with_check(self.body(None))
    }

    fn body(&self, path: Option<&[Hash]>) -> String {
        let Opening { amount, salt, blinding } = &self.opening;
        let opening = [salt.as_slice(), &amount.0.to_be_bytes(), blinding].concat();
        let head = format!("{KIND}/{}/{}/{}", self.batch, self.index, hex::show(&opening).to_uppercase());
        match path {
            Some(path) => format!("{head}/{}", hex::show(&path.concat()).to_uppercase()),
            None => head,
        }
    }

    /// Reads a line as it was printed, scanned or typed: blanks are dropped, hexadecimal digits may be of either case.
    ///
    /// # Errors
    /// [`Fault::Slip`] for what is no slip or was copied wrongly (its check digits do not fit).
    pub fn parse(line: &str) -> Result<Slip, Fault> {
        let line: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (body, check) = line.rsplit_once('/').ok_or(Fault::Slip)?;
        let slip = read(body).ok_or(Fault::Slip)?;
        let right = check_of(&slip.body(slip.path.as_deref()));
        if check.eq_ignore_ascii_case(&right) { Ok(slip) } else { Err(Fault::Slip) }
    }

    /// Everything that does not hold between this slip and what was published. Empty: this payment, to the fen, is one
    /// of those in the published total.
    pub fn faults(&self, bundle: &Bundle) -> Vec<Fault> {
        let header = &bundle.header;
        if self.batch != header.batch {
            return vec![Fault::OtherBatch];
        }
        let (Some(leaf), Some(commitment)) = (self.opening.leaf(&self.batch), self.opening.commitment()) else {
            return vec![Fault::Slip];
        };
        let place = usize::try_from(self.index).ok();
        let by_leaves = place.and_then(|place| bundle.leaves.get(place)) == Some(&leaf);
        let by_path = |path: &Vec<Hash>| merkle::includes(leaf, self.index, header.count, path, &header.receipts);
        let is_included =
            by_leaves && self.path.as_ref().is_none_or(by_path) && bundle.commitments.contains(&commitment);
        if is_included { Vec::new() } else { vec![Fault::NotIncluded] }
    }
}

fn with_check(body: String) -> String {
    let check = check_of(&body);
    format!("{body}/{check}")
}

/// Four hexadecimal digits against slips of the pen.
fn check_of(body: &str) -> String {
    let hash: Hash = Sha256::digest(body.as_bytes()).into();
    hex::show(&hash).chars().take(4).collect::<String>().to_uppercase()
}

fn read(body: &str) -> Option<Slip> {
    let parts: Vec<&str> = body.split('/').collect();
    let (kind, batch, index, opening, path) = match parts.as_slice() {
        [kind, batch, index, opening] => (kind, batch, index, opening, None),
        [kind, batch, index, opening, path] => (kind, batch, index, opening, Some(*path)),
        _ => return None,
    };
    let opening: [u8; 56] = hex::read_array(opening)?;
    let (salt, rest) = opening.split_first_chunk::<16>()?;
    let (amount, blinding) = rest.split_first_chunk::<8>()?;
    let path = match path {
        Some(path) => {
            Some(hex::read(path)?.chunks(32).map(|step| step.try_into().ok()).collect::<Option<Vec<Hash>>>()?)
        }
        None => None,
    };
    Some(Slip {
        batch: BatchId::new(batch)?,
        index: index.parse().ok()?,
        opening: Opening { amount: Fen(i64::from_be_bytes(*amount)), salt: *salt, blinding: blinding.try_into().ok()? },
        path,
    })
    .filter(|_| *kind == KIND)
}
