//! Bytes that are the same for the same thing: each field with its length before it, nothing there told apart from empty.

use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Fields one after another.
#[derive(Clone, Debug, Default)]
pub struct Canonical {
    bytes: Vec<u8>,
}

impl Canonical {
    /// Begins with what it is about, so that no two kinds of thing have the same bytes.
    pub fn of(kind: &str) -> Canonical {
        let mut canonical = Canonical::default();
        canonical.text(kind);
        canonical
    }

    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Canonical {
        self.bytes.extend(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.bytes.extend(bytes);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Canonical {
        self.bytes(text.as_bytes())
    }

    /// Adds a text that may be missing.
    pub fn maybe(&mut self, text: Option<&str>) -> &mut Canonical {
        match text {
            Some(text) => self.text(text),
            None => {
                self.bytes.extend(u64::MAX.to_be_bytes());
                self
            }
        }
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) -> &mut Canonical {
        self.bytes(&number.to_be_bytes())
    }

    /// Its SHA-256.
    pub fn hash(&self) -> Hash {
        Sha256::digest(&self.bytes).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_together() {
        let hash = |fields: &[Option<&str>]| {
            let mut canonical = Canonical::of("test");
            for field in fields {
                canonical.maybe(*field);
            }
            canonical.hash()
        };
        let all = [
            hash(&[Some("ab"), Some("c")]),
            hash(&[Some("a"), Some("bc")]),
            hash(&[Some("abc")]),
            hash(&[Some("abc"), None]),
            hash(&[Some("abc"), Some("")]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{index}");
        }
    }
}
