//! Texts of cells to values: money, days, ID-card numbers.
//!
//! Knows nothing of columns and rows. Every way a text can be wrong is an answer, never a guess.

use jiff::ToSpan as _;
use shukun_base::{Day, Fen, id_number_check};
use shukun_engine::facts::Sex;

use super::mapping::half_width;

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MoneyFault {
    /// Not a number at all, or one that no bill reaches.
    NotANumber,
    /// Parts of a fen.
    FinerThanFen,
}

/// More than any bill: ten billion yuan. Sums over the rows of a file stay within 64 bits.
pub const IMPLAUSIBLE_FEN: i64 = 1_000_000_000_000;

/// What offices write into cells that hold nothing.
pub(super) fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "-" | "—" | "——" | "--" | "/" | "\\" | "无" | "null" | "NULL")
}

/// An amount in yuan, with commas, a currency sign, 元, brackets for a minus, or full-width digits.
///
/// A cell stored as a number holds a binary fraction's digits (`1158.4999999999999`); those are first cut to the 15
/// digits that spreadsheet programs show.
pub(super) fn money(text: &str, stored_as_number: bool) -> Result<Fen, MoneyFault> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let (is_negative, digits) = sign(strip_currency(&plain));
    let decimal = Decimal::parse(digits, stored_as_number).ok_or(MoneyFault::NotANumber)?;
    let decimal = if stored_as_number { decimal.shown() } else { decimal };
    let fen = decimal.fen()?;
    Ok(Fen(if is_negative { -fen } else { fen }))
}

fn strip_currency(text: &str) -> &str {
    let text = text.strip_prefix(['¥', '￥']).unwrap_or(text);
    let text = text.strip_suffix("(元)").unwrap_or(text);
    text.strip_suffix('元').unwrap_or(text)
}

fn sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (true, inner);
    }
    match text.strip_prefix('-') {
        Some(rest) => (true, strip_currency(rest)),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Decimal digits and how many of them stand behind the point.
struct Decimal {
    digits: Vec<u8>,
    scale: i32,
}

impl Decimal {
    fn parse(text: &str, with_exponent: bool) -> Option<Decimal> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) if with_exponent => (mantissa, exponent.parse::<i32>().ok()?),
            Some(_) => return None,
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = without_commas(whole)?;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = whole.len() + fraction.len() <= 40 && exponent.abs() <= 40;
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(&whole) || !is_digits(fraction) || !fits {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        Some(Decimal { digits, scale: i32::try_from(fraction.len()).ok()? - exponent })
    }

    /// At most 15 digits that count, half up.
    fn shown(mut self) -> Decimal {
        let leading = self.digits.iter().take_while(|digit| **digit == 0).count();
        let cut = self.digits.len().saturating_sub(leading + 15);
        let keep = self.digits.len() - cut;
        let rounds_up = self.digits.get(keep).is_some_and(|digit| *digit >= 5);
        self.digits.truncate(keep);
        if rounds_up {
            self.add_one();
        }
        self.scale -= i32::try_from(cut).unwrap_or(0);
        self
    }

    fn add_one(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
    }

    fn fen(mut self) -> Result<i64, MoneyFault> {
        while self.scale > 2 {
            match self.digits.pop() {
                Some(0) | None => self.scale -= 1,
                Some(_) => return Err(MoneyFault::FinerThanFen),
            }
        }
        let zeros = usize::try_from(2 - self.scale).map_err(|_| MoneyFault::NotANumber)?;
        let digits = self.digits.into_iter().chain(std::iter::repeat_n(0, zeros));
        digits
            .into_iter()
            .try_fold(0i64, |fen, digit| fen.checked_mul(10)?.checked_add(i64::from(digit)))
            .filter(|fen| *fen <= IMPLAUSIBLE_FEN)
            .ok_or(MoneyFault::NotANumber)
    }
}

/// Commas may only stand between groups of three.
fn without_commas(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return Some(whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    is_grouped.then(|| whole.replace(',', ""))
}

/// A day written as `20240131`, `2024-01-31`, `2024/1/31`, `2024.1.31` or `2024年1月31日`, with or without a time
/// behind it, or as a spreadsheet's day number.
pub(super) fn day(text: &str, epoch_1904: bool) -> Option<Day> {
    let plain: String = text.trim().chars().map(half_width).collect();
    let date = plain.split([' ', 'T']).next()?;
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let is_digits = date.bytes().all(|byte| byte.is_ascii_digit());
    match (parts.as_slice(), date.len()) {
        ([_], 8 | 14) if is_digits => civil(date.get(..4)?, date.get(4..6)?, date.get(6..8)?),
        ([days], 5) if is_digits => day_number(days, epoch_1904),
        ([days, _time], _) if !date.contains(['-', '/', '年']) && days.len() == 5 => day_number(days, epoch_1904),
        ([year, month, day], _) => civil(year, month, day),
        _ => None,
    }
}

fn civil(year: &str, month: &str, day: &str) -> Option<Day> {
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year = year.parse().ok().filter(|year| (1900..=2100).contains(year))?;
    Day::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Days since the workbook's first day. Only days from 1954 to 2073 are taken: other numbers are not dates.
fn day_number(text: &str, epoch_1904: bool) -> Option<Day> {
    let days: i64 = text.parse().ok().filter(|days| (20_000..=63_500).contains(days))?;
    let first = if epoch_1904 { Day::new(1904, 1, 1) } else { Day::new(1899, 12, 30) };
    first.ok()?.checked_add(days.days()).ok()
}

/// Why a text is not an ID-card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdFault {
    /// Not 18 (or, before 1999, 15) characters of digits with X at most at the end.
    Form,
    /// The last character does not fit the others.
    Checksum,
    /// The birth date in it does not exist.
    BirthDate,
}

/// What an ID-card number tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdCard {
    /// 18 characters, the last perhaps `X`.
    pub number: String,
    pub birth_date: Day,
    pub sex: Sex,
}

/// Reads and checks an ID-card number; one of 15 digits is given its century and check character.
pub(super) fn id_card(text: &str) -> Result<IdCard, IdFault> {
    let mut number = plain_id(text);
    if number.len() == 15 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        number.insert_str(6, "19");
        number.extend(id_number_check(&number));
    }
    let is_digits = number.bytes().take(17).all(|byte| byte.is_ascii_digit());
    let last_fits = number.bytes().last().is_some_and(|byte| byte.is_ascii_digit() || byte == b'X');
    if number.len() != 18 || !is_digits || !last_fits {
        return Err(IdFault::Form);
    }
    if id_number_check(&number) != number.chars().last() {
        return Err(IdFault::Checksum);
    }
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
    let birth_date = civil(part(6, 10), part(10, 12), part(12, 14)).ok_or(IdFault::BirthDate)?;
    let is_man = number.as_bytes().get(16).is_some_and(|byte| (byte - b'0') % 2 == 1);
    Ok(IdCard { birth_date, sex: if is_man { Sex::M } else { Sex::F }, number })
}

/// A number of an identity document as it is compared: half-width, upper case, without blanks.
pub(super) fn plain_id(text: &str) -> String {
    let plain = text.chars().map(half_width).filter(|c| !c.is_whitespace() && *c != '\'');
    plain.map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_to_the_fen() {
        for (text, number, fen) in [
            ("1158.50", false, Ok(115_850)),
            ("1,234,567.8", false, Ok(123_456_780)),
            ("１２３．４５元", false, Ok(12_345)),
            ("￥12（元）", false, Ok(1_200)),
            ("(1,000.00)", false, Ok(-100_000)),
            ("－0.01", false, Ok(-1)),
            ("-¥5", false, Ok(-500)),
            ("0.1000", false, Ok(10)),
            ("待核", false, Err(MoneyFault::NotANumber)),
            ("1,23.00", false, Err(MoneyFault::NotANumber)),
            ("1.5E3", false, Err(MoneyFault::NotANumber)),
            (".", false, Err(MoneyFault::NotANumber)),
            ("99999999999999", false, Err(MoneyFault::NotANumber)),
            ("0.005", false, Err(MoneyFault::FinerThanFen)),
            ("1158.4999999999998", true, Ok(115_850)),
            ("1158.4950000000001", true, Err(MoneyFault::FinerThanFen)),
            ("0.30000000000000004", true, Ok(30)),
            ("1.5E3", true, Ok(150_000)),
            ("1E-2", true, Ok(1)),
            ("99.999999999999997", true, Ok(10_000)),
        ] {
            assert_eq!(money(text, number), fen.map(Fen), "{text}");
        }
    }

    #[test]
    fn days_are_read_in_every_form() {
        let wanted = Some(date(2024, 1, 31));
        for text in [
            "20240131",
            "2024-01-31",
            "2024/1/31",
            "2024.1.31",
            "2024年1月31日",
            "2024-01-31 10:57:00",
            "2024-01-31T10:57:00",
            "20240131105700",
            "２０２４-０１-３１",
            "45322",
            "45322.4563",
        ] {
            assert_eq!(day(text, false), wanted, "{text}");
        }
        assert_eq!(day("43860", true), wanted);
        for text in ["2022-02-30", "2022-13-01", "31/01/2024", "12345", "待定", "2024-1", "20240230", "1.5"] {
            assert_eq!(day(text, false), None, "{text}");
        }
    }

    #[test]
    fn id_cards_tell_birth_and_sex() {
        let card = id_card("11010519491231002x").unwrap();
        assert_eq!(
            (card.number.as_str(), card.birth_date, card.sex),
            ("11010519491231002X", date(1949, 12, 31), Sex::F)
        );
        assert_eq!(id_card("110105491231002").unwrap().number, "11010519491231002X");
        assert_eq!(id_card("110105194912310021"), Err(IdFault::Checksum));
        assert_eq!(id_card("11010519491231002"), Err(IdFault::Form));
        let mut no_such_day = "11010519490231002".to_owned();
        no_such_day.extend(id_number_check(&no_such_day));
        assert_eq!(id_card(&no_such_day), Err(IdFault::BirthDate));
    }

    /// What a spreadsheet stores: the nearest binary fraction, with 17 digits.
    #[expect(clippy::float_arithmetic, reason = "a spreadsheet's own arithmetic is what is imitated")]
    fn as_stored(fen: i64) -> String {
        format!("{:.16e}", fen as f64 / 100.0)
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(fen in -IMPLAUSIBLE_FEN..IMPLAUSIBLE_FEN) {
            prop_assert_eq!(money(&Fen(fen).to_string(), false), Ok(Fen(fen)));
        }

        #[test]
        fn a_stored_number_is_read_as_shown(fen in 0i64..1_000_000_000_000) {
            prop_assert_eq!(money(&as_stored(fen), true), Ok(Fen(fen)));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = (money(&text, true), money(&text, false), day(&text, true), id_card(&text));
        }
    }
}
