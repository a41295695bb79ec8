//! Codes of persons, households and claims.
//!
//! Persons and households by HMAC-SHA-256 under a key of their own; claims by plain SHA-256, since a settlement
//! number says nothing about a person. The same number gives the same code for ever (with the same key).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use shukun_base::{ClaimId, HouseholdId, PersonId, normalise_id_number};

/// HMAC-SHA-256 of some parts, each with its length so that no two lists of parts run together.
pub(crate) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key of 32 bytes is always taken; the block size of SHA-256 is 64.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn head(hash: &[u8; 32]) -> u64 {
    hash.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes)
}

pub(crate) fn person_id(index_key: &[u8; 32], id_number: &str) -> PersonId {
    PersonId(head(&keyed_hash(index_key, &[b"person", normalise_id_number(id_number).as_bytes()])))
}

pub(crate) fn household_id(index_key: &[u8; 32], id_number: &str) -> HouseholdId {
    HouseholdId(head(&keyed_hash(index_key, &[b"household", normalise_id_number(id_number).as_bytes()])))
}

/// The code of a claim: 63 bits of the SHA-256 of the settlement number without surrounding blanks, so that it also
/// fits the signed columns of other tools.
pub fn claim_id(settlement_no: &str) -> ClaimId {
    let digest: [u8; 32] = Sha256::digest(settlement_no.trim().as_bytes()).into();
    ClaimId(head(&digest) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_depend_on_the_key_and_on_what_they_are_for() {
        let (one, other) = ([1; 32], [2; 32]);
        let number = "11010519491231002X";
        assert_eq!(person_id(&one, number), person_id(&one, "110105491231002"));
        assert_ne!(person_id(&one, number), person_id(&other, number));
        assert_ne!(person_id(&one, number).0, household_id(&one, number).0);
    }

    #[test]
    fn claim_codes_are_63_bits_of_a_known_hash() {
        // SHA-256("abc") begins ba7816bf 8f01cfea
        assert_eq!(claim_id("abc"), ClaimId(0xba78_16bf_8f01_cfea >> 1));
        assert_eq!(claim_id(" abc\n"), claim_id("abc"));
    }

    #[test]
    fn hmac_is_the_published_one() {
        // Parts are length-prefixed, so the plain HMAC is checked on the primitive itself: RFC 4231, case 2.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_ne!(keyed_hash(&[0; 32], &[b"ab", b"c"]), keyed_hash(&[0; 32], &[b"a", b"bc"]));
    }
}
