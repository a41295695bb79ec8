//! A share of people, such as "more than half" or "at least two thirds", counted in whole people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many of how many: `>1/2` (过半数), `>=2/3` (三分之二以上，含本数).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Share {
    is_strict: bool,
    part: u32,
    whole: u32,
}

impl Share {
    /// Whether `count` of `all` people are that many. Of nobody nothing is reached.
    pub fn is_reached(self, count: usize, all: usize) -> bool {
        let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let (have, need) = (wide(count).saturating_mul(self.whole.into()), wide(all).saturating_mul(self.part.into()));
        all > 0 && if self.is_strict { have > need } else { have >= need }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{}", if self.is_strict { ">" } else { ">=" }, self.part, self.whole)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let text = text.trim().replace('≥', ">=");
        let wrong = || format!("{text:?} is no share such as >1/2 or >=2/3");
        let (is_strict, rest) = match (text.strip_prefix(">="), text.strip_prefix('>')) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(wrong()),
        };
        let (part, whole) = rest.split_once('/').ok_or_else(wrong)?;
        let read = |digits: &str| digits.trim().parse::<u32>().map_err(|_| wrong());
        let share = Share { is_strict, part: read(part)?, whole: read(whole)? };
        // Nobody at all is no share, and more than everybody is never reached.
        let is_sound = share.part > 0 && share.whole <= 1_000 && share.part <= share.whole;
        if is_sound && !(is_strict && share.part == share.whole) { Ok(share) } else { Err(wrong()) }
    }
}

impl From<Share> for String {
    fn from(share: Share) -> String {
        share.to_string()
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Share, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_count_whole_people() {
        // share, of how many, the least count that reaches it
        for (share, all, least) in
            [(">1/2", 4, 3), (">1/2", 5, 3), (">=1/2", 4, 2), (">=2/3", 4, 3), ("≥2/3", 9, 6), (">=1/1", 4, 4)]
        {
            let share: Share = share.parse().unwrap();
            let found = (0..=all).find(|count| share.is_reached(*count, all));
            assert_eq!(found, Some(least), "{share} of {all}");
        }
        assert!(!">=1/2".parse::<Share>().unwrap().is_reached(0, 0));
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["", "1/2", ">0/2", ">2/2", ">=3/2", ">=1/0", ">a/b", "half"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
        assert_eq!("≥2/3".parse::<Share>().unwrap().to_string(), ">=2/3");
    }
}
