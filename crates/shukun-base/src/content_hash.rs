//! The SHA-256 of a file's bytes, as it stands in records.

use serde::{Deserialize, Serialize};

/// A SHA-256 in 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(String);

impl ContentHash {
    /// Reads the 64 digits; `None` for anything else.
    pub fn new(hex: &str) -> Option<ContentHash> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (hex.len() == 64 && hex.bytes().all(is_hex)).then(|| ContentHash(hex.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> String {
        hash.0
    }
}

impl TryFrom<String> for ContentHash {
    type Error = String;

    fn try_from(hex: String) -> Result<ContentHash, String> {
        ContentHash::new(&hex).ok_or_else(|| "not a SHA-256 in 64 lower-case hexadecimal digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_64_lower_case_digits() {
        assert!(ContentHash::new(&"0a".repeat(32)).is_some());
        for bad in ["0a".repeat(31), "0A".repeat(32), "0g".repeat(32)] {
            assert_eq!(ContentHash::new(&bad), None);
        }
    }
}
