//! Figures: money, percentages, days, counts of months, placeholders of readings.

use shukun_base::{Day, Exact, Fen, Text};

use super::fold::{Folded, is_break, is_identifier};
use crate::document::{Span, Token};
use crate::finding::{Finding, Severity};

/// More digits than any amount has.
const MAX_DIGITS: usize = 18;

/// A figure's token, none where it has the shape of one but cannot be read; and where it ends.
type Read = (Option<Token>, usize);

/// The figure at `at`, if one starts there.
pub(super) fn read(text: &Folded, at: usize) -> Option<Read> {
    match text.letter(at)? {
        letter if letter.is_ascii_digit() => {
            Some(day(text, at).or_else(|| month_day(text, at)).unwrap_or_else(|| amount(text, at)))
        }
        '前' => months(text, at + 1, &["个月"]).map(|(months, end)| (Some(Token::MonthsBefore(months)), end)),
        '连' if text.starts_with(at, "连续") => rolling(text, at + 2, &["个月"]),
        'r' | 'R' if text.starts_with(at, "rolling ") => rolling(text, at + 7, &["months", "month"]),
        '读' if text.starts_with(at, "读法") => reading(text, at + 2),
        '疑' if text.starts_with(at, "疑义") => reading(text, at + 2),
        'r' | 'R' if text.starts_with(at, "reading ") => reading(text, at + 7),
        '-' if text.starts_with(at, "--") => english_month_day(text, at),
        _ => None,
    }
}

/// Where the run of letters that starts at `at` ends: signs inside figures do not end it.
pub(super) fn run_end(text: &Folded, start: usize) -> usize {
    let mut at = start;
    while let Some(letter) = text.letter(at) {
        let fresh = at == start || !at.checked_sub(1).and_then(|before| text.letter(before)).is_some_and(is_identifier);
        if letter.is_ascii_digit() && fresh {
            at = read(text, at).map_or(at + 1, |(_, end)| end);
        } else if is_break(letter) {
            break;
        } else {
            at += 1;
        }
    }
    at
}

fn digits(text: &Folded, at: usize) -> usize {
    let mut end = at;
    while text.letter(end).is_some_and(|letter| letter.is_ascii_digit()) {
        end += 1;
    }
    end
}

/// White space was folded to one space.
fn skip_spaces(text: &Folded, at: usize) -> usize {
    at + usize::from(text.letter(at) == Some(' '))
}

fn whole(text: &Folded, start: usize, end: usize) -> Option<u32> {
    text.slice(start, end).parse().ok()
}

/// `2022年12月23日`, `2022-12-23`, `2022/12/23`, `2022.12.23`
fn day(text: &Folded, at: usize) -> Option<Read> {
    let year_end = digits(text, at);
    if year_end - at != 4 {
        return None;
    }
    let (first, second, close) = match text.letter(year_end)? {
        '年' => ('年', '月', Some('日')),
        sign @ ('-' | '/' | '.') => (sign, sign, None),
        _ => return None,
    };
    let month = part(text, year_end, first)?;
    let day = part(text, month.1, second)?;
    let end = match close {
        Some(close) if text.letter(day.1) == Some(close) => day.1 + 1,
        Some(_) => return None,
        None => day.1,
    };
    let year = text.slice(at, year_end).parse().ok()?;
    let read = i8::try_from(month.0).ok().zip(i8::try_from(day.0).ok());
    let read = read.and_then(|(month, day)| Day::new(year, month, day).ok());
    Some((read.map(Token::Day), end))
}

/// A sign and the one or two digits after it: the number and where it ends.
fn part(text: &Folded, at: usize, sign: char) -> Option<(u32, usize)> {
    let end = digits(text, at + 1);
    let fits = text.letter(at) == Some(sign) && (2..=3).contains(&(end - at));
    fits.then(|| whole(text, at + 1, end)).flatten().map(|number| (number, end))
}

/// `7月1日起`
fn month_day(text: &Folded, at: usize) -> Option<Read> {
    let month_end = digits(text, at);
    let month = whole(text, at, month_end)?;
    let (day, day_end) = part(text, month_end, '月')?;
    if text.letter(day_end) != Some('日') {
        return None;
    }
    let end = day_end + 1 + usize::from(text.letter(day_end + 1) == Some('起'));
    Some((month_day_token(month, day), end))
}

/// `--07-01`
fn english_month_day(text: &Folded, at: usize) -> Option<Read> {
    let (month, month_end) = part(text, at + 1, '-')?;
    let (day, end) = part(text, month_end, '-')?;
    Some((month_day_token(month, day), end))
}

fn month_day_token(month: u32, day: u32) -> Option<Token> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    // a leap year, so that 29 February can be named
    Day::new(2024, month, day).ok().map(|_| Token::MonthDay { month, day })
}

/// A number with what follows it: 万元, %, months before, or nothing.
fn amount(text: &Folded, at: usize) -> Read {
    let (number, number_end) = value(text, at);
    let unit = skip_spaces(text, number_end);
    for (word, fen) in UNITS {
        if text.starts_with(unit, word) {
            let end = unit + word.chars().count();
            return (number.and_then(|number| money(number, fen)), end);
        }
    }
    for (sign, parts) in [('%', 100), ('‰', 1000)] {
        if text.letter(unit) == Some(sign) {
            return (number.and_then(|number| share(number, parts)), unit + 1);
        }
    }
    if let Some((months, end)) = months(text, at, &["months before", "month before"]) {
        return (Some(Token::MonthsBefore(months)), end);
    }
    (number.map(Token::Number), number_end)
}

/// Units of money and what one of them is in fen.
const UNITS: [(&str, i128); 6] =
    [("亿元", 10_000_000_000), ("万元", 1_000_000), ("千元", 100_000), ("百元", 10_000), ("元", 100), ("yuan", 100)];

/// A percentage; of a fraction there is none.
fn share(number: Exact, parts: i128) -> Option<Token> {
    let under = number.denom().checked_mul(parts)?;
    Some(Token::Percent(Exact::new(*number.numer(), under)))
}

/// `12`, `49,500.25`, `1/3`: its value where it can be read, and where it ends.
fn value(text: &Folded, at: usize) -> (Option<Exact>, usize) {
    let (over, end) = number(text, at);
    match fraction(text, end) {
        Some((under, end)) => (over.and_then(|over| divide(over, under)), end),
        None => (over, end),
    }
}

/// Checked, because the figures are the writer's.
fn money(number: Exact, fen: i128) -> Option<Token> {
    let fen = number.numer().checked_mul(fen)?;
    let whole = fen % number.denom() == 0;
    whole.then(|| i64::try_from(fen / number.denom()).ok()).flatten().map(|fen| Token::Money(Fen(fen)))
}

fn divide(over: Exact, under: i128) -> Option<Exact> {
    (under != 0 && over.is_integer()).then(|| Exact::new(over.to_integer(), under))
}

/// `/3` right behind a number
fn fraction(text: &Folded, at: usize) -> Option<(i128, usize)> {
    let end = digits(text, at + 1);
    if text.letter(at) != Some('/') || end == at + 1 || end - at > MAX_DIGITS {
        return None;
    }
    text.slice(at + 1, end).parse().ok().map(|under| (under, end))
}

/// `49,500.25`: its value where it can be read, and where it ends. Commas count only between groups of three.
fn number(text: &Folded, at: usize) -> (Option<Exact>, usize) {
    let mut end = digits(text, at);
    if end - at <= 3 {
        while text.letter(end) == Some(',') && digits(text, end + 1) == end + 4 {
            end += 4;
        }
    }
    let whole_end = end;
    if text.letter(end) == Some('.') && digits(text, end + 1) > end + 1 {
        end = digits(text, end + 1);
    }
    let figures: String = text.slice(at, end).chars().filter(char::is_ascii_digit).collect();
    if figures.len() > MAX_DIGITS {
        return (None, end);
    }
    let decimals = u32::try_from(end.saturating_sub(whole_end + 1)).unwrap_or_default();
    let value = figures.parse::<i128>().ok().map(|figures| Exact::new(figures, 10_i128.pow(decimals)));
    (value, end)
}

/// A whole number and one of these words.
fn months(text: &Folded, at: usize, words: &[&str]) -> Option<(u32, usize)> {
    let start = skip_spaces(text, at);
    text.letter(start).filter(char::is_ascii_digit)?;
    let (number, end) = value(text, start);
    let word_at = skip_spaces(text, end);
    let word = words.iter().find(|word| text.starts_with(word_at, word))?;
    let number = number.filter(Exact::is_integer)?;
    Some((u32::try_from(number.to_integer()).ok()?, word_at + word.chars().count()))
}

fn rolling(text: &Folded, at: usize, words: &[&str]) -> Option<Read> {
    months(text, at, words).map(|(months, end)| (Some(Token::RollingMonths(months)), end))
}

fn reading(text: &Folded, at: usize) -> Option<Read> {
    let start = skip_spaces(text, at);
    let mut end = start;
    while text.letter(end).is_some_and(is_identifier) {
        end += 1;
    }
    let id = text.slice(start, end);
    id.starts_with(|letter: char| letter.is_ascii_alphabetic()).then(|| (Some(Token::Reading(id.to_owned())), end))
}

/// A finding for a run that begins like a figure and is none.
pub(super) fn unreadable(run: &str, verbatim: &str, span: Span) -> Option<Finding> {
    if !run.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let shown: String = verbatim.chars().take(40).collect();
    let is_date = run.contains(['年', '月', '日']) || run.matches(['-', '/']).count() == 2;
    let (code, zh, en, mend_zh, mend_en) = if run.contains(['%', '‰']) {
        ("P0122", "百分比", "percentage", "写成 90% 或 5‰。", "Write 90% or 5‰.")
    } else if is_date {
        ("P0123", "日期", "date", "写成 2022年12月23日 或 2022-12-23。", "Write 2022-12-23 or 2022年12月23日.")
    } else if run.contains(['元', '万', '亿']) || run.contains("yuan") {
        (
            "P0121",
            "金额",
            "amount",
            "写成 3万元、49,500元 或 29,999.99元，最多到分。",
            "Write 49,500元 or 30000 yuan, to the fen at most.",
        )
    } else {
        (
            "P0124",
            "数字",
            "figure",
            "数字与后面的字之间留空格，或改用能识别的单位。",
            "Use a known unit, or put a space after the figure.",
        )
    };
    Some(Finding {
        code,
        severity: Severity::Error,
        message: Text::new(format!("读不懂这个{zh}：{shown}"), format!("This {en} cannot be read: {shown}")),
        place: Some(span),
        related: Vec::new(),
        mend: Text::new(mend_zh, mend_en),
    })
}
