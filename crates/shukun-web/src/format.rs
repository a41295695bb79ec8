//! Money, days, moments and names as pages show them: the one formatter, so that no two pages differ.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use shukun_base::{Day, Fen, Lang, Masked};

/// China has one time zone and no summer time.
const CHINA: Offset = Offset::constant(8);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `12,345.67元`
pub fn money(amount: Fen, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{amount}元"),
        Lang::En => format!("{amount} yuan"),
    }
}

/// Yuan as people type them, to the fen: at most two digits after the point, commas and spaces or none. No sign: nothing
/// a form asks for is below nothing.
pub fn read_money(text: &str) -> Option<Fen> {
    let plain: String = text.chars().filter(|letter| !matches!(letter, ',' | '，' | ' ')).collect();
    let (yuan, fen) = plain.split_once('.').unwrap_or((&plain, ""));
    let are_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 12 || fen.len() > 2 || !are_digits(yuan) || !are_digits(fen) {
        return None;
    }
    format!("{yuan}{fen:0<2}").parse().ok().map(Fen)
}

/// `2026年11月22日`, `22 November 2026`
pub fn day(day: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => {
            let month = usize::try_from(day.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
            format!("{} {} {}", day.day(), month.copied().unwrap_or_default(), day.year())
        }
    }
}

/// `11月22日`, for lists where the year goes without saying; `22 November`.
pub fn short_day(of: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", of.month(), of.day()),
        Lang::En => day(of, lang).rsplit_once(' ').map(|(short, _)| short.to_owned()).unwrap_or_default(),
    }
}

/// `2026年11月22日 10:34`, in China's time.
pub fn moment(at: Timestamp, lang: Lang) -> String {
    let there = at.to_zoned(TimeZone::fixed(CHINA));
    format!("{} {:02}:{:02}", day(there.date(), lang), there.hour(), there.minute())
}

/// The day it is in China at this moment.
pub fn china_day(at: Timestamp) -> Day {
    at.to_zoned(TimeZone::fixed(CHINA)).date()
}

/// `1,234`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The family name and as many marks as letters follow: `王＊＊`. A purpose is not needed for this much.
pub fn masked_name(name: &Masked<String>) -> String {
    let mut letters = name.reveal().chars();
    let first: String = letters.next().into_iter().collect();
    first + &"＊".repeat(letters.count())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn money_and_days_in_both_languages() {
        assert_eq!(money(Fen(1_234_567), Lang::Zh), "12,345.67元");
        assert_eq!(money(Fen(1_234_567), Lang::En), "12,345.67 yuan");
        assert_eq!(day(date(2026, 11, 22), Lang::Zh), "2026年11月22日");
        assert_eq!(day(date(2026, 1, 2), Lang::En), "2 January 2026");
        assert_eq!(day(date(2026, 12, 31), Lang::En), "31 December 2026");
        assert_eq!(short_day(date(2026, 1, 2), Lang::Zh), "1月2日");
        assert_eq!(short_day(date(2026, 1, 2), Lang::En), "2 January");
    }

    #[test]
    fn what_is_typed_is_read_to_the_fen_or_not_at_all() {
        for (text, fen) in [("12345.67", 1_234_567), (" 311,000.5 ", 31_100_050), ("12", 1_200), ("0.01", 1), ("0", 0)]
        {
            assert_eq!(read_money(text), Some(Fen(fen)), "{text}");
        }
        for wrong in ["", ".", ".5", "12.345", "-3", "1e3", "一万", "1234567890123"] {
            assert_eq!(read_money(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_in_chinas_time() {
        let at: Timestamp = "2026-11-22T17:05:09Z".parse().unwrap();
        assert_eq!(moment(at, Lang::Zh), "2026年11月23日 01:05");
        assert_eq!(china_day(at), date(2026, 11, 23));
    }

    #[test]
    fn counts_have_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn only_the_family_name_is_shown() {
        for (name, shown) in [("王小明", "王＊＊"), ("李四", "李＊"), ("", "")] {
            assert_eq!(masked_name(&Masked::new(name.to_owned())), shown);
        }
    }
}
