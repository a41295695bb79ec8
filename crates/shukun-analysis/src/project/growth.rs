//! How fast things grow: exact yearly rates with the spread that is believed of them.

use serde::{Deserialize, Serialize};
use shukun_base::{Exact, Rounding};

/// Equally likely rates that stand for a believed spread: from the low one, by the middle, to the high one.
pub const LEVELS: usize = 5;

/// A yearly rate of growth, exactly: `5.5%` is 11/200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(Exact);

impl Rate {
    /// Nothing grows.
    pub fn zero() -> Rate {
        Rate(Exact::from_integer(0))
    }

    /// So many thousandths a year.
    pub fn thousandths(thousandths: i64) -> Rate {
        Rate(Exact::new(thousandths.into(), 1_000))
    }

    /// Reads `5%`, `-1.25 %` or `0`; at most two decimals, from −90 % to 100 %.
    pub fn read(words: &str) -> Option<Rate> {
        let plain: String = words.chars().filter(|letter| !letter.is_whitespace()).collect();
        let number = plain.strip_suffix(['%', '％']).or((plain == "0").then_some("0"))?;
        let (sign, digits) = match number.strip_prefix(['-', '−']) {
            Some(digits) => (-1, digits),
            None => (1, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || decimals.len() > 2 || !is_number(whole) || !is_number(decimals) {
            return None;
        }
        let hundredths: i128 = format!("{whole}{decimals:0<2}").parse().ok()?;
        let rate = Rate(Exact::new(sign * hundredths, 10_000));
        (Rate::thousandths(-900)..=Rate::thousandths(1_000)).contains(&rate).then_some(rate)
    }

    /// What an amount is after so many years at this rate: 1 after none. Kept to twelve decimals.
    pub fn factor(self, years: u32) -> Exact {
        let (one, decimals) = (Exact::from_integer(1), Exact::from_integer(1_000_000_000_000));
        (0..years).fold(one, |factor, _| (factor * (one + self.0) * decimals).round() / decimals)
    }

    /// Half way between two rates.
    pub fn between(self, other: Rate) -> Rate {
        Rate((self.0 + other.0) / Exact::from_integer(2))
    }
}

/// `5.5%`; rates that are not read but made have up to three decimals.
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let thousandths = Rounding::HalfUp.apply(self.0 * Exact::from_integer(100_000), shukun_base::Fen(1)).0;
        let sign = if thousandths < 0 { "-" } else { "" };
        let (whole, rest) = (thousandths.abs() / 1_000, thousandths.abs() % 1_000);
        let decimals = format!("{rest:03}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}%"),
            decimals => write!(f, "{sign}{whole}.{decimals}%"),
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(words: String) -> Result<Rate, String> {
        Rate::read(&words).ok_or_else(|| format!("{words:?} is no yearly rate such as \"5%\" or \"-1.25%\""))
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> String {
        rate.to_string()
    }
}

/// A believed growth: in one case of ten it is below `low`, in one of ten above `high`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// The middle, a year.
    #[schemars(with = "String")]
    pub growth: Rate,
    /// P10
    #[schemars(with = "String")]
    pub low: Rate,
    /// P90
    #[schemars(with = "String")]
    pub high: Rate,
    /// Where it is from.
    pub source: String,
}

impl Growth {
    /// Low, half way, middle, half way, high: each as likely as the others.
    pub fn levels(&self) -> [Rate; LEVELS] {
        [self.low, self.low.between(self.growth), self.growth, self.growth.between(self.high), self.high]
    }

    /// Whether low, middle and high stand in this order and a source is named.
    pub fn is_sound(&self) -> bool {
        self.low <= self.growth && self.growth <= self.high && !self.source.trim().is_empty()
    }

    /// Growth that is certain: for tests and for what is held as it is.
    pub fn certain(growth: Rate, source: &str) -> Growth {
        Growth { growth, low: growth, high: growth, source: source.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_shown_exactly() {
        for (words, shown) in
            [("5%", "5%"), ("5.5 %", "5.5%"), ("-1.25%", "-1.25%"), ("0", "0%"), ("+3％", "3%"), ("0.05%", "0.05%")]
        {
            assert_eq!(Rate::read(words).map(|rate| rate.to_string()), Some(shown.to_owned()), "{words}");
        }
        for words in ["5", "0.05", "", "%", "5.555%", "101%", "-91%", "五%", "1e3%", "--5%"] {
            assert_eq!(Rate::read(words), None, "{words}");
        }
    }

    #[test]
    fn growth_compounds() {
        assert_eq!(Rate::read("10%").unwrap().factor(3), Exact::new(1_331, 1_000));
        assert_eq!(Rate::read("-50%").unwrap().factor(2), Exact::new(1, 4));
        assert_eq!(Rate::read("7%").unwrap().factor(0), Exact::from_integer(1));
        assert_eq!(Rate::read("1%").unwrap().factor(10), Exact::new(1_104_622_125_411, 1_000_000_000_000));
    }

    #[test]
    fn five_levels_stand_for_the_spread() {
        let rate = |words| Rate::read(words).unwrap();
        let growth = Growth { growth: rate("5%"), low: rate("2%"), high: rate("9%"), source: "局".into() };
        assert_eq!(growth.levels().map(|rate| rate.to_string()), ["2%", "3.5%", "5%", "7%", "9%"]);
        assert!(growth.is_sound());
        assert!(!Growth { low: rate("6%"), ..growth.clone() }.is_sound());
        assert!(!Growth { source: " ".into(), ..growth }.is_sound());
    }
}
