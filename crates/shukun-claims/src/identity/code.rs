//! Codes of persons, households and claims.
//!
//! Persons and households by HMAC-SHA-256 under a key of their own; claims by plain SHA-256, since a settlement
//! number says nothing about a person. The same number gives the same code for ever (with the same key).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use shukun_base::{ClaimId, HouseholdId, PersonId};

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

/// An ID number as it is coded: ASCII digits, an upper-case X, no blanks, and 18 characters where an old number of
/// 15 digits was given (GB 11643: the century and the check character are added).
pub fn normalise_id_number(id_number: &str) -> String {
    let plain: String = id_number.chars().filter(|c| !c.is_whitespace()).map(to_ascii).collect();
    let is_old = plain.len() == 15 && plain.bytes().all(|byte| byte.is_ascii_digit());
    if is_old { with_century(&plain).unwrap_or(plain) } else { plain }
}

fn to_ascii(c: char) -> char {
    let narrow = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    let plain = if ('！'..='～').contains(&c) { narrow.unwrap_or(c) } else { c };
    plain.to_ascii_uppercase()
}

fn with_century(old: &str) -> Option<String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (area, rest) = old.split_at_checked(6)?;
    let body = format!("{area}19{rest}");
    let sum: u32 = body.chars().zip(WEIGHTS).filter_map(|(c, weight)| c.to_digit(10).map(|digit| digit * weight)).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).ok()?)?;
    Some(format!("{body}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_however_the_number_is_written() {
        for written in
            ["11010519491231002X", " 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"]
        {
            assert_eq!(normalise_id_number(written), "11010519491231002X", "{written}");
        }
        assert_eq!(normalise_id_number("护照 E1234"), "护照E1234");
    }

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
