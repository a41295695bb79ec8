//! Statistical region codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A region of the statistics bureau's code: 2 digits province, 4 city, 6 county, 9 town, 12 village.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);

impl RegionCode {
    /// Reads a code of 2, 4, 6, 9 or 12 ASCII digits; `None` for anything else.
    pub fn new(code: &str) -> Option<RegionCode> {
        let right_length = matches!(code.len(), 2 | 4 | 6 | 9 | 12);
        (right_length && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| RegionCode(code.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` lies in this region (a region lies in itself).
    pub fn contains(&self, other: &RegionCode) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> String {
        code.0
    }
}

impl TryFrom<String> for RegionCode {
    type Error = String;

    fn try_from(code: String) -> Result<RegionCode, String> {
        RegionCode::new(&code).ok_or_else(|| format!("{code:?} is not a region code of 2, 4, 6, 9 or 12 digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_contains_its_towns() {
        let county = RegionCode::new("330381").unwrap();
        assert!(county.contains(&RegionCode::new("330381001002").unwrap()));
        assert!(!county.contains(&RegionCode::new("330305").unwrap()));
        assert_eq!(RegionCode::new("33038"), None);
        assert_eq!(RegionCode::new("３３０３８１"), None);
    }
}
