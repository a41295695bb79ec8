//! Amounts in files: the digits as they stand, never through a float.

use shukun_base::{Fen, Text};

/// Why an amount is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountFault {
    /// Nothing stands there.
    Empty,
    /// Not a plain number such as 1234.50.
    NotPlain,
    /// Parts of a fen.
    PartsOfFen,
    /// Ten thousand million yuan and more.
    TooLarge,
}

impl AmountFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            AmountFault::Empty => Text::new("金额是空的：请填写。", "The amount is empty: fill it in."),
            AmountFault::NotPlain => {
                Text::new("金额不是普通数字：请写成 1234.50。", "Not a plain number: write it as 1234.50.")
            }
            AmountFault::PartsOfFen => {
                Text::new("金额有分以下的小数：请写到分为止。", "The amount has parts of a fen: write two decimals.")
            }
            AmountFault::TooLarge => Text::new(
                "金额过大：请核对是否填错了列。",
                "The amount is too large: see whether the column is the right one.",
            ),
        }
    }
}

/// Most digits before the point: ten thousand million yuan fits.
const MOST_DIGITS: usize = 11;

/// Reads `1,234.50`, `-12.3`, `¥5`: commas may stand between groups of three, at most two decimals that are not zero.
///
/// # Errors
/// Why not; an exponent, a second point or a letter is no amount.
pub fn parse_amount(text: &str) -> Result<Fen, AmountFault> {
    let text = text.trim().trim_start_matches(['¥', '￥']).trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return Err(if negative { AmountFault::NotPlain } else { AmountFault::Empty });
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = without_commas(whole).ok_or(AmountFault::NotPlain)?;
    if !part.bytes().all(|byte| byte.is_ascii_digit()) || digits.ends_with('.') {
        return Err(AmountFault::NotPlain);
    }
    let part = part.trim_end_matches('0');
    if part.len() > 2 {
        return Err(AmountFault::PartsOfFen);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > MOST_DIGITS {
        return Err(AmountFault::TooLarge);
    }
    let fen: i64 = format!("0{whole}{part:0<2}").parse().map_err(|_| AmountFault::TooLarge)?;
    Ok(Fen(if negative { -fen } else { fen }))
}

/// The digits of `1,234` and `1234`; commas anywhere else are a mistake.
fn without_commas(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_plain = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let has_groups = whole.contains(',');
    let fits = is_plain(first) && (!has_groups || first.len() <= 3);
    (fits && groups.all(|group| group.len() == 3 && is_plain(group))).then(|| whole.replace(',', ""))
}

/// What a number cell of a workbook shows: programs keep 17 digits of a binary number (`49500.129999999997`) and show 15.
/// The digits are rounded as text; nothing is reckoned in floats.
pub(super) fn shown_number(stored: &str) -> String {
    let Some((whole, part)) = stored.split_once('.') else { return stored.to_owned() };
    let digits = whole.trim_start_matches('-').trim_start_matches('0').len();
    let keep = 15_usize.saturating_sub(digits);
    let is_plain = whole.trim_start_matches('-').bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_plain || part.len() <= keep || digits > 15 {
        return stored.to_owned();
    }
    let (kept, rest) = part.split_at(keep);
    if !rest.starts_with(['5', '6', '7', '8', '9']) {
        return format!("{whole}.{kept}");
    }
    one_more(whole, kept).unwrap_or_else(|| stored.to_owned())
}

/// The number one unit of its last decimal larger.
fn one_more(whole: &str, kept: &str) -> Option<String> {
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let scaled: u64 = format!("{whole}{kept}").parse().ok()?;
    let text = format!("{:0>width$}", scaled.checked_add(1)?, width = kept.len() + 1);
    let (whole, part) = text.split_at_checked(text.len().checked_sub(kept.len())?)?;
    Some(format!("{sign}{whole}.{part}"))
}

/// `1234.50`: for files, without commas.
pub fn plain_amount(amount: Fen) -> String {
    let magnitude = amount.0.unsigned_abs();
    let sign = if amount.is_negative() { "-" } else { "" };
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_to_the_fen_or_refused() {
        for (text, expected) in [
            ("49500", Ok(4_950_000)),
            ("49,500.10", Ok(4_950_010)),
            (" ￥1,234,567.8 ", Ok(123_456_780)),
            ("-0.01", Ok(-1)),
            ("0.100", Ok(10)),
            ("", Err(AmountFault::Empty)),
            ("-", Err(AmountFault::NotPlain)),
            ("1.", Err(AmountFault::NotPlain)),
            (".5", Err(AmountFault::NotPlain)),
            ("1e5", Err(AmountFault::NotPlain)),
            ("12,34", Err(AmountFault::NotPlain)),
            ("1234,567", Err(AmountFault::NotPlain)),
            ("1.2.3", Err(AmountFault::NotPlain)),
            ("五百", Err(AmountFault::NotPlain)),
            ("１２", Err(AmountFault::NotPlain)),
            ("0.001", Err(AmountFault::PartsOfFen)),
            ("999999999999", Err(AmountFault::TooLarge)),
        ] {
            assert_eq!(parse_amount(text), expected.map(Fen), "{text}");
        }
    }

    #[test]
    fn stored_numbers_are_read_as_programs_show_them() {
        for (stored, shown) in [
            ("49500.129999999997", "49500.1300000000"),
            ("0.30000000000000004", "0.300000000000000"),
            ("49500", "49500"),
            ("49500.125", "49500.125"),
            ("-99999.999999999999", "-100000.0000000000"),
            ("1E-3", "1E-3"),
        ] {
            assert_eq!(shown_number(stored), shown, "{stored}");
        }
        assert_eq!(parse_amount(&shown_number("49500.129999999997")), Ok(Fen(4_950_013)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(fen in -1_000_000_000_000_i64..1_000_000_000_000) {
            prop_assert_eq!(parse_amount(&plain_amount(Fen(fen))), Ok(Fen(fen)));
            prop_assert_eq!(parse_amount(&Fen(fen).to_string()), Ok(Fen(fen)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = parse_amount(&text);
            let _ = shown_number(&text);
        }
    }
}
