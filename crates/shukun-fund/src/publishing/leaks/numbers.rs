//! Numbers that lead to one person: identity cards, bank cards, telephones, and these with a part starred out.
//!
//! Amounts with both decimals, days of this century and hashes are known first and part what stands around them. Start at
//! [`find`].

use jiff::civil::Date;
use shukun_base::id_number_check;

use super::view::{EDGE, KNOWN};
use super::{Leak, at};

/// Digits that stand together, and whether the edge of a cell parts them from those before.
#[derive(Clone, Debug)]
struct Group {
    digits: Vec<u8>,
    behind_edge: bool,
}

/// Groups with nothing but marks and blanks between them.
#[derive(Clone, Debug, Default)]
struct Run {
    groups: Vec<Group>,
    /// An X closes it, as it may close an ID number.
    closed_by_x: bool,
    /// The letters before it speak of a telephone.
    is_announced: bool,
}

pub(super) fn find(text: &[char]) -> Option<Leak> {
    if partly_masked(text) {
        return Some(Leak::MaskedNumber);
    }
    // An ID number holds a day, which is why it is looked for before days are taken out.
    let id = runs(text).iter().any(Run::holds_id);
    id.then_some(Leak::IdNumber).or_else(|| runs(&without_known(text)).iter().find_map(Run::leak))
}

impl Run {
    fn digits(&self) -> Vec<u8> {
        self.groups.iter().flat_map(|group| group.digits.iter().copied()).collect()
    }

    fn holds_id(&self) -> bool {
        let digits = self.digits();
        let whole = digits.windows(18).any(|window| is_id(&text_of(window)));
        let with_x =
            || digits.len() >= 17 && digits.last_chunk::<17>().is_some_and(|last| is_id(&(text_of(last) + "X")));
        whole || self.closed_by_x && with_x()
    }

    fn leak(&self) -> Option<Leak> {
        if self.groups.iter().any(|group| group.digits.len() >= 12) {
            return Some(Leak::LongNumber);
        }
        let starts = 0..self.groups.len();
        starts.into_iter().find_map(|start| {
            let rest = self.groups.get(start..)?;
            (1..=rest.len().min(19)).find_map(|count| named(rest.get(..count)?, self.is_announced && start == 0))
        })
    }
}

/// What a range of whole groups is, taken together.
fn named(groups: &[Group], is_announced: bool) -> Option<Leak> {
    let crosses = groups.iter().skip(1).any(|group| group.behind_edge);
    if crosses && !is_one_number_in_cells(groups) {
        return None;
    }
    let digits: Vec<u8> = groups.iter().flat_map(|group| group.digits.iter().copied()).collect();
    let text = text_of(&digits);
    if is_mobile(&text) {
        Some(Leak::Phone)
    } else if is_old_id(&text) {
        Some(Leak::IdNumber)
    } else if is_card(&digits) {
        Some(Leak::BankCard)
    } else if is_landline(&text) || is_announced && matches!(digits.len(), 7 | 8) {
        Some(Leak::Phone)
    } else {
        None
    }
}

/// Small counts in neighbouring cells are no number; digits one by one, three-four-four, or with a long piece may be.
fn is_one_number_in_cells(groups: &[Group]) -> bool {
    let sizes: Vec<usize> = groups.iter().map(|group| group.digits.len()).collect();
    let one_by_one = sizes.iter().all(|size| *size == 1);
    let has_long_piece = sizes.iter().any(|size| *size >= 6);
    let in_fours = sizes.len() >= 4 && sizes.iter().rev().skip(1).all(|size| *size == 4);
    one_by_one || has_long_piece || in_fours || sizes == [3, 4, 4]
}

fn is_id(number: &str) -> bool {
    let dated = number.get(6..14).is_some_and(is_birth_date);
    dated && is_province(number) && number.chars().last() == id_number_check(number)
}

/// Fifteen digits, as cards had before 1999.
fn is_old_id(number: &str) -> bool {
    let day = number.get(6..12).map(|day| format!("19{day}"));
    number.len() == 15 && is_province(number) && day.is_some_and(|day| is_birth_date(&day))
}

fn is_province(number: &str) -> bool {
    let code = number.get(..2).and_then(|code| code.parse::<u8>().ok());
    code.is_some_and(
        |code| matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91),
    )
}

fn is_birth_date(day: &str) -> bool {
    let part = |from: usize, to: usize| day.get(from..to).and_then(|text| text.parse::<i16>().ok());
    let date = || {
        let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    date().is_some_and(|date| (1880..=2060).contains(&date.year()))
}

fn is_mobile(number: &str) -> bool {
    let bare = ["0086", "086", "86", "0"].iter().find_map(|prefix| number.strip_prefix(prefix));
    [Some(number), bare].into_iter().flatten().any(|number| {
        let mut digits = number.chars();
        number.len() == 11 && digits.next() == Some('1') && matches!(digits.next(), Some('3'..='9'))
    })
}

/// An area code and seven or eight digits.
fn is_landline(number: &str) -> bool {
    let area = number.strip_prefix('0').and_then(|rest| rest.chars().next());
    matches!(area, Some('1'..='9')) && (10..=13).contains(&number.len())
}

fn is_card(digits: &[u8]) -> bool {
    (16..=19).contains(&digits.len()) && matches!(digits.first(), Some(3..=6)) && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, digit)| weight(place, u32::from(*digit))).sum();
    sum.is_multiple_of(10)
}

fn weight(place: usize, digit: u32) -> u32 {
    let doubled = if place.is_multiple_of(2) { digit } else { digit * 2 };
    if doubled > 9 { doubled - 9 } else { doubled }
}

fn text_of(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Three digits or more, three stars or more, two digits or more: what is left still leads to the person.
fn partly_masked(text: &[char]) -> bool {
    let is_star = |letter: &char| "*X•●○…█#＃※".contains(*letter);
    let shape: Vec<char> = text
        .iter()
        .filter(|letter| !letter.is_whitespace() && **letter != '-')
        .map(|letter| {
            if digit(*letter).is_some() {
                '9'
            } else if is_star(letter) {
                '*'
            } else {
                ' '
            }
        })
        .collect();
    let shape: String = shape.into_iter().collect();
    shape.contains("999***99") || shape.contains("999999****") || shape.contains("****9999")
}

/// A digit, also where it is a Chinese numeral or one of those on vouchers.
fn digit(letter: char) -> Option<u8> {
    const CHINESE: &[&str] = &[
        "〇零○",
        "一壹幺弌〡",
        "二贰貳弍〢",
        "三叁參弎〣",
        "四肆〤",
        "五伍〥",
        "六陆陸〦",
        "七柒〧",
        "八捌〨",
        "九玖〩",
    ];
    let plain = letter.to_digit(10).and_then(|value| u8::try_from(value).ok());
    let chinese = || CHINESE.iter().position(|numerals| numerals.contains(letter)).and_then(|at| u8::try_from(at).ok());
    plain.or_else(chinese)
}

fn runs(text: &[char]) -> Vec<Run> {
    let mut found = vec![Run::default()];
    let mut letters = String::new();
    let (mut parted, mut edged) = (true, false);
    for letter in text {
        let Some(run) = found.last_mut() else { break };
        if let Some(value) = digit(*letter) {
            if run.groups.is_empty() {
                run.is_announced = announces(&letters);
            }
            match run.groups.last_mut().filter(|_| !parted) {
                Some(group) => group.digits.push(value),
                None => run.groups.push(Group { digits: vec![value], behind_edge: edged }),
            }
            (parted, edged) = (false, false);
        } else if joins(*letter) {
            parted = true;
            edged |= *letter == EDGE;
        } else {
            run.closed_by_x = matches!(*letter, 'X' | 'x');
            letters.push(*letter);
            if !run.groups.is_empty() {
                found.push(Run::default());
                letters = letter.to_string();
            }
            (parted, edged) = (true, false);
        }
    }
    found.retain(|run| !run.groups.is_empty());
    found
}

fn announces(letters: &str) -> bool {
    let words = ["电话", "手机", "联系", "座机", "热线", "Tel", "TEL", "tel", "phone", "Phone"];
    let tail: String = letters.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    words.iter().any(|word| tail.contains(word))
}

/// Blanks, marks, hyphens, edges: what may stand between the digits of one number.
fn joins(letter: char) -> bool {
    letter != KNOWN && !letter.is_alphanumeric()
}

/// The text with amounts, days and hashes replaced by [`KNOWN`].
fn without_known(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut place = 0;
    while let Some(letter) = text.get(place) {
        let starts = !place.checked_sub(1).and_then(|before| text.get(before)).is_some_and(char::is_ascii_alphanumeric);
        let rest = text.get(place..).unwrap_or_default();
        let length = if starts { known(rest) } else { 0 };
        out.push(if length > 0 { KNOWN } else { *letter });
        place += length.max(1);
    }
    out
}

/// How long the amount, day or hash at the head of the text is; 0 where none stands there.
fn known(text: &[char]) -> usize {
    let length = amount(text).or_else(|| day(text)).or_else(|| hash(text)).unwrap_or(0);
    let goes_on = text.get(length).is_some_and(char::is_ascii_alphanumeric);
    if goes_on { 0 } else { length }
}

/// `1,234.56` or `1234.56`, of fewer digits than a telephone has.
fn amount(text: &[char]) -> Option<usize> {
    let whole = text.iter().take_while(|letter| letter.is_ascii_digit() || **letter == ',').count();
    let digits = text.iter().take(whole).filter(|letter| letter.is_ascii_digit()).count();
    let decimals = at(text, whole) == Some('.') && (1..=2).all(|place| is_digit_at(text, whole + place));
    let ends = !is_digit_at(text, whole + 3) && at(text, whole + 3) != Some(',');
    ((1..=10).contains(&digits) && decimals && ends).then_some(whole + 3)
}

/// `2026-11-22`, `2026/11/22`, `2026年11月22日` and their months, of 2000 to 2099.
fn day(text: &[char]) -> Option<usize> {
    let century = at(text, 0) == Some('2') && at(text, 1) == Some('0');
    let year = (0..4).all(|place| is_digit_at(text, place));
    let mark = at(text, 4).filter(|letter| "-/.年".contains(*letter))?;
    let month = two_digits(text, 5).filter(|_| century && year)?;
    let after = 5 + month;
    let is_second = at(text, after) == Some(mark) || at(text, after) == Some('月');
    let days = two_digits(text, after + 1).filter(|_| is_second);
    Some(days.map_or(after, |days| after + 1 + days)).filter(|end| !is_digit_at(text, *end))
}

fn two_digits(text: &[char], from: usize) -> Option<usize> {
    let count = (0..2).take_while(|place| is_digit_at(text, from + place)).count();
    (count > 0).then_some(count)
}

fn is_digit_at(text: &[char], place: usize) -> bool {
    at(text, place).is_some_and(|letter| letter.is_ascii_digit())
}

/// A hash or a random id: 32 lower-case hexadecimal digits or more, letters among them.
fn hash(text: &[char]) -> Option<usize> {
    let is_hex = |letter: &char| letter.is_ascii_digit() || ('a'..='f').contains(letter);
    let length = text.iter().take_while(|letter| is_hex(letter) || **letter == '-').count();
    let body = text.get(..length)?;
    let digits = body.iter().filter(|letter| is_hex(letter)).count();
    let letters = body.iter().filter(|letter| letter.is_ascii_lowercase()).count();
    (matches!(digits, 32 | 64) && letters >= 4).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publishing::leaks::view::View;

    fn found(text: &str) -> Option<Leak> {
        find(&View::of(text).shown)
    }

    #[test]
    fn numbers_are_named() {
        for (text, leak) in [
            ("身份证11010519491231002X", Leak::IdNumber),
            ("110105 19491231 002x", Leak::IdNumber),
            ("一一〇一〇五一九四九一二三一〇〇二X", Leak::IdNumber),
            ("110105491231002", Leak::LongNumber),
            ("110105 491231 002", Leak::IdNumber),
            ("6222 0212 3456 7894 ", Leak::BankCard),
            ("138-0000-0000", Leak::Phone),
            ("幺三八零零零零零零零零", Leak::Phone),
            ("(0577) 65812345", Leak::Phone),
            ("电话：65812345", Leak::Phone),
            ("330381********1234", Leak::MaskedNumber),
            ("138****0000", Leak::MaskedNumber),
            ("<td>138</td><td>0000</td><td>0000</td>", Leak::Phone),
        ] {
            assert_eq!(found(text), Some(leak), "{text}");
        }
    }

    #[test]
    fn amounts_days_and_counts_are_none() {
        for text in [
            "发放 12,345,678.90 元，2026-11-22 至 2026-12-01",
            "1 2026-11-22 2026-12-01 50,000.00 13 800.00",
            "<td>13</td><td>800</td><td>11</td><td>12</td><td>14</td>",
            "编号 2026-003，第 138 号",
            "规则 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
            "二〇二六年十一月二十二日",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
