//! One-time passwords by time (RFC 6238): SHA-1, 30 seconds, 6 digits, as every authenticator understands them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use shukun_base::Masked;
use subtle::ConstantTimeEq as _;

use crate::moment::Moment;

/// Seconds of one step.
const STEP: i64 = 30;
/// Bytes of a secret, as RFC 4226 recommends.
pub(crate) const SECRET: usize = 20;

/// What is shown once, for the authenticator.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret in Base32, to type.
    pub secret: Masked<String>,
    /// The same as `otpauth://…`, for a picture to scan.
    pub uri: Masked<String>,
}

impl Enrolment {
    pub(crate) fn new(login: &str, secret: &[u8]) -> Enrolment {
        let text = base32(secret);
        let login: String = login.bytes().map(percent).collect();
        let uri =
            format!("otpauth://totp/Shukun:{login}?secret={text}&issuer=Shukun&algorithm=SHA1&digits=6&period=30");
        Enrolment { secret: Masked::new(text), uri: Masked::new(uri) }
    }
}

/// The step in which the code is right: this one, the one before or the one after, if it is after `last`.
///
/// INVARIANT: a code is taken once; what was taken is at most `last`.
pub(crate) fn find_step(secret: &[u8], code: &str, now: Moment, last: Option<i64>) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.as_second().div_euclid(STEP);
    let is_right = |step: &i64| bool::from(code_at(secret, *step).as_bytes().ct_eq(digits.as_bytes()));
    // Every step is tried, whatever the first ones say.
    let right: Vec<i64> = (current - 1..=current + 1).filter(is_right).collect();
    right.into_iter().find(|step| last.is_none_or(|last| *step > last))
}

/// The six digits of a step (RFC 4226, 5.3).
pub(crate) fn code_at(secret: &[u8], step: i64) -> String {
    // Every length of key is taken.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = hash.last().map_or(0, |byte| usize::from(byte & 0x0f));
    let cut = hash.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(cut) & 0x7fff_ffff) % 1_000_000)
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = |chunk: &[u8]| chunk.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letter = |bits: u64, at: u32| LETTERS.get(usize::try_from(bits >> (at * 5) & 31).unwrap_or(0)).copied();
    let groups = bytes.chunks_exact(5).flat_map(|chunk| (0..8).rev().filter_map(move |at| letter(bits(chunk), at)));
    groups.map(char::from).collect()
}

fn percent(byte: u8) -> String {
    let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Moment {
        Moment::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B, the last six of eight digits.
    #[test]
    fn codes_as_published() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SEED, second / STEP), code, "{second}");
            assert_eq!(find_step(SEED, code, at(second), None), Some(second / STEP));
        }
    }

    #[test]
    fn a_code_is_taken_once_and_within_a_step() {
        let (now, step) = (1_111_111_109, 1_111_111_109 / STEP);
        for (second, found) in [(now - 60, None), (now - 30, Some(step)), (now + 30, Some(step)), (now + 60, None)] {
            assert_eq!(find_step(SEED, "081 804", at(second), None), found, "{second}");
        }
        assert_eq!(find_step(SEED, "081804", at(now), Some(step)), None);
        assert_eq!(find_step(SEED, "081804", at(now), Some(step - 1)), Some(step));
        assert_eq!(find_step(SEED, "", at(now), None), None);
    }

    /// RFC 4648 over the seed of RFC 6238, as authenticators show it.
    #[test]
    fn a_secret_as_authenticators_take_it() {
        let enrolment = Enrolment::new("王 a", SEED);
        assert_eq!(enrolment.secret.reveal(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(enrolment.uri.reveal().starts_with("otpauth://totp/Shukun:%E7%8E%8B%20a?secret=GEZD"));
        assert_eq!(format!("{enrolment:?}").matches("GEZD").count(), 0);
    }
}
