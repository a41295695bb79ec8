//! Randomness as an argument: the system's, or a seeded one in tests.

use std::sync::Arc;

use crate::error::{ErrorKind, Result, StoreError};

type Fill = dyn Fn(&mut [u8]) -> std::result::Result<(), ()> + Send + Sync;

/// Where random bytes come from.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

impl Chance {
    /// The operating system's.
    pub fn system() -> Chance {
        Chance(Arc::new(|bytes| getrandom::fill(bytes).map_err(|_| ())))
    }

    /// Any other source; it must be fit for keys unless nothing real is kept.
    pub fn new(fill: impl Fn(&mut [u8]) -> std::result::Result<(), ()> + Send + Sync + 'static) -> Chance {
        Chance(Arc::new(fill))
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        (self.0)(bytes).map_err(|()| {
            StoreError::new(
                ErrorKind::Unavailable,
                "store-no-randomness",
                "操作系统没有给出随机数。",
                "The operating system gave no random numbers.",
            )
        })
    }

    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A fresh id: 128 random bits in hexadecimal, so that nobody counts or guesses ids.
    pub(crate) fn id(&self) -> Result<String> {
        Ok(hex(&self.bytes::<16>()?))
    }
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal text; `None` if it is not that.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_both_ways() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        assert_eq!(unhex("000aff"), Some(vec![0, 10, 255]));
        assert_eq!((unhex("0"), unhex("0g")), (None, None));
    }

    #[test]
    fn ids_do_not_repeat() {
        let (one, other) = (Chance::system().id().unwrap(), Chance::system().id().unwrap());
        assert_eq!((one.len(), one == other), (32, false));
    }
}
