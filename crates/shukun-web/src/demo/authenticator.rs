//! The six digits that a phone's authenticator shows (RFC 6238), for users that have no phone: of the demo and of tests.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;

/// The code of this half minute; `None` if the secret is not Base32.
pub fn code(secret: &str, now: Timestamp) -> Option<String> {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&bytes(secret)?).ok()?;
    mac.update(&now.as_second().div_euclid(30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last()? & 0xf);
    let four: [u8; 4] = hash.get(at..at + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// RFC 4648, without padding.
fn bytes(secret: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for letter in secret.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn the_codes_of_the_standard() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (second, digits) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(code(secret, now).as_deref(), Some(digits));
        }
        assert_eq!(code("not base32", Timestamp::UNIX_EPOCH), None);
    }
}
