//! Figures in running text, in Arabic and Chinese numerals.

use shukun_base::{Day, Exact, Fen};

use crate::document::Span;
use crate::lexer::fold_char;

/// What a figure states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Figure {
    /// 三万元
    Money(Fen),
    /// 百分之十, 5‰
    Share(Exact),
    /// 2022年12月23日
    Day(Day),
    /// 2022年7月
    Month(i16, i8),
    /// 12月23日
    MonthDay(i8, i8),
    /// 2022年
    Year(i16),
    /// 十二个月, 3年
    Months(Exact),
    /// Any other number: 60周岁, 43号
    Plain(Exact),
}

impl Figure {
    /// Whether a rule that uses `used` uses this figure.
    pub fn is_met_by(&self, used: &Figure) -> bool {
        used.meets().contains(self)
    }

    /// The figures of a text that a rule with this figure uses: 30000 stands for 三万元, a day for its year.
    pub(super) fn meets(&self) -> Vec<Figure> {
        use Figure::{Day, Money, Month, MonthDay, Months, Plain, Share, Year};
        let mut met = vec![*self];
        match *self {
            Money(fen) => met.extend(over(fen.into(), 100).map(Plain)),
            Share(share) => met.push(Plain(share)),
            Months(months) => met.extend([Some(months), over(months, 12)].into_iter().flatten().map(Plain)),
            Year(year) => met.push(Plain(Exact::from_integer(year.into()))),
            Day(day) => {
                met.extend([Month(day.year(), day.month()), MonthDay(day.month(), day.day()), Year(day.year())]);
            }
            Plain(number) => {
                met.extend([Share(number), Months(number)]);
                met.extend(times(number, 12).map(Months));
                met.extend(times(number, 100).and_then(whole_fen).map(Money));
                met.extend(i16::try_from(number.to_integer()).ok().filter(|_| number.is_integer()).map(Year));
            }
            Month(..) | MonthDay(..) => {}
        }
        met
    }
}

fn whole_fen(fen: Exact) -> Option<Fen> {
    i64::try_from(fen.to_integer()).ok().filter(|_| fen.is_integer()).map(Fen)
}

/// A figure and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it states.
    pub figure: Figure,
    /// As written.
    pub text: String,
    /// Where it stands.
    pub place: Span,
}

/// Units after which a number in Chinese numerals is a figure (三重, 七项, 一条 are not).
const CHINESE_UNITS: [&str; 8] = ["个月", "年", "周岁", "岁", "天", "个工作日", "工作日", "倍"];
/// Before 一 these make a word: 同一年, 统一年度.
const NOT_A_NUMBER_AFTER: &str = "同统任每某唯单逐第之这那哪当";
/// No figure has more digits.
const MAX_DIGITS: usize = 18;

/// The figures of `text`, which stands at `place`. Section numbers, list numbers, `第…条`, code and words with
/// letters such as Y1 are none.
pub fn scan(text: &str, place: Span) -> Vec<Found> {
    Scanner::new(text).all(place)
}

/// The one figure that a waiver names, which may lack its unit.
pub(super) fn scan_loosely(text: &str) -> Option<Figure> {
    let scanner = Scanner::new(text);
    scanner.figure(0).map(|(figure, _)| figure)
}

struct Scanner<'a> {
    text: &'a str,
    letters: Vec<(usize, char)>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, letters: text.char_indices().map(|(at, letter)| (at, fold_char(letter))).collect() }
    }

    fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|(_, letter)| *letter)
    }

    fn before(&self, at: usize) -> Option<char> {
        self.letter(at.checked_sub(1)?)
    }

    fn offset(&self, at: usize) -> usize {
        self.letters.get(at).map_or(self.text.len(), |(offset, _)| *offset)
    }

    fn starts_with(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(index, letter)| self.letter(at + index) == Some(letter))
    }

    fn all(&self, place: Span) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(letter) = self.letter(at) {
            if letter == '`' {
                at = self.code_end(at);
            } else if self.is_label(at) {
                at = self.skip_number(at);
            } else if let Some((figure, end)) = self.figure(at) {
                let (start, stop) = (self.offset(at), self.offset(end));
                let text = self.text.get(start..stop).unwrap_or_default().to_owned();
                let place = Span { file: place.file, start: place.start + start, end: place.start + stop };
                found.push(Found { figure, text, place });
                at = end;
            } else if letter.is_ascii_alphanumeric() || is_chinese_digit(letter) {
                at = self.skip_number(at);
            } else {
                at += 1;
            }
        }
        found
    }

    /// Behind a code span; a lone backtick is one letter.
    fn code_end(&self, at: usize) -> usize {
        let rest = self.letters.get(at + 1..).unwrap_or_default();
        let line = rest.iter().take_while(|(_, letter)| *letter != '\n');
        line.clone().position(|(_, letter)| *letter == '`').map_or(at + 1, |length| at + length + 2)
    }

    /// Behind a run of letters and numerals that is no figure.
    fn skip_number(&self, at: usize) -> usize {
        let chinese = self.letter(at).is_some_and(is_chinese_digit);
        let mut end = at + 1;
        while self
            .letter(end)
            .is_some_and(|letter| if chinese { is_chinese_digit(letter) } else { letter.is_ascii_alphanumeric() })
        {
            end += 1;
        }
        end
    }

    /// 第三条, （3）, and `1.` or `1、` at the start of a line.
    fn is_label(&self, at: usize) -> bool {
        let Some(first) = self.letter(at).filter(|letter| letter.is_ascii_digit() || is_chinese_digit(*letter)) else {
            return false;
        };
        let after = self.letter(self.skip_number(at));
        let in_brackets = self.before(at) == Some('(') && after == Some(')');
        let starts_line = self.letters.get(..at).unwrap_or_default().iter().rev().find(|(_, letter)| *letter != ' ');
        let starts_line = starts_line.is_none_or(|(_, letter)| *letter == '\n');
        let list =
            first.is_ascii_digit() && starts_line && matches!(after, Some('.' | '、' | ')')) && !self.is_decimal(at);
        self.before(at) == Some('第') || in_brackets || list
    }

    fn is_decimal(&self, at: usize) -> bool {
        let end = self.skip_number(at);
        self.letter(end) == Some('.') && self.letter(end + 1).is_some_and(|letter| letter.is_ascii_digit())
    }

    /// The figure at `at` and where it ends.
    fn figure(&self, at: usize) -> Option<(Figure, usize)> {
        let letter = self.letter(at)?;
        if letter.is_ascii_digit() {
            self.date(at).or_else(|| self.arabic(at))
        } else if is_chinese_digit(letter) {
            self.chinese(at)
        } else {
            None
        }
    }

    fn arabic(&self, at: usize) -> Option<(Figure, usize)> {
        let (number, end) = self.arabic_number(at)?;
        let figure = self.with_unit(number, end);
        Some(figure.unwrap_or((Figure::Plain(number), end)))
    }

    fn chinese(&self, at: usize) -> Option<(Figure, usize)> {
        let end = self.skip_number(at);
        // 七十多万元 states no figure
        if matches!(self.letter(at), Some('百' | '千' | '万' | '亿')) && !self.starts_with(end, "分之") {
            return None;
        }
        if let Some((share, end)) = self.parts(at, end) {
            return Some((Figure::Share(share), end));
        }
        if let Some(year) = self.chinese_year(at, end) {
            return Some((Figure::Year(year), end + 1));
        }
        let is_word =
            self.letter(at) == Some('一') && self.before(at).is_some_and(|letter| NOT_A_NUMBER_AFTER.contains(letter));
        let number = chinese_number(self.letters.get(at..end)?)?;
        let has_unit = self.letter(end) == Some('元') || CHINESE_UNITS.iter().any(|unit| self.starts_with(end, unit));
        if is_word || !has_unit || self.starts_with(end, "元化") || self.starts_with(end, "年级") {
            return None;
        }
        let figure = self.with_unit(number, end);
        figure.or_else(|| {
            let unit = CHINESE_UNITS.iter().find(|unit| self.starts_with(end, unit))?;
            Some((Figure::Plain(number), end + unit.chars().count()))
        })
    }

    /// 百分之十, 三分之一
    fn parts(&self, at: usize, end: usize) -> Option<(Exact, usize)> {
        if !self.starts_with(end, "分之") {
            return None;
        }
        let under = chinese_number(self.letters.get(at..end)?)?;
        let over_at = end + 2;
        let (over, over_end) = if self.letter(over_at)?.is_ascii_digit() {
            self.arabic_number(over_at)?
        } else {
            let over_end = self.skip_number(over_at);
            (chinese_number(self.letters.get(over_at..over_end)?)?, over_end)
        };
        (under != Exact::from_integer(0)).then(|| (over / under, over_end))
    }

    /// 二〇二二年
    fn chinese_year(&self, at: usize, end: usize) -> Option<i16> {
        if end - at != 4 || self.letter(end) != Some('年') {
            return None;
        }
        let mut digits = self.letters.get(at..end)?.iter().map(|(_, letter)| chinese_digit(*letter));
        digits.try_fold(0_i16, |year, digit| Some(year * 10 + i16::try_from(digit?).ok()?))
    }

    /// Money, shares and periods after their number.
    fn with_unit(&self, number: Exact, end: usize) -> Option<(Figure, usize)> {
        let end = end + usize::from(self.letter(end) == Some(' '));
        for (unit, fen) in
            [("亿元", 10_000_000_000_i128), ("万元", 1_000_000), ("千元", 100_000), ("百元", 10_000), ("元", 100)]
        {
            if self.starts_with(end, unit) {
                let fen = times(number, fen).and_then(whole_fen)?;
                return Some((Figure::Money(fen), end + unit.chars().count()));
            }
        }
        for (unit, parts) in [('%', 100), ('‰', 1000)] {
            if self.letter(end) == Some(unit) {
                return Some((Figure::Share(over(number, parts)?), end + 1));
            }
        }
        if self.starts_with(end, "个月") {
            return Some((Figure::Months(number), end + 2));
        }
        if self.letter(end) == Some('年') {
            let year = i16::try_from(number.to_integer()).ok().filter(|year| (1900..2200).contains(year));
            let figure = match year {
                Some(year) => Figure::Year(year),
                None => Figure::Months(times(number, 12)?),
            };
            return Some((figure, end + 1));
        }
        // 3万至10万元: the first has no 元
        let unit = match self.letter(end) {
            Some('亿') => 100_000_000,
            Some('万') => 10_000,
            _ => return None,
        };
        Some((Figure::Plain(times(number, unit)?), end + 1))
    }

    /// `49,500.25`
    fn arabic_number(&self, at: usize) -> Option<(Exact, usize)> {
        let digits = |from: usize| {
            let rest = self.letters.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|(_, letter)| letter.is_ascii_digit()).count()
        };
        let mut end = digits(at);
        if end - at <= 3 {
            while self.letter(end) == Some(',') && digits(end + 1) == end + 4 {
                end += 4;
            }
        }
        let whole_end = end;
        if self.letter(end) == Some('.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        let figures: String =
            self.letters.get(at..end)?.iter().map(|(_, letter)| *letter).filter(char::is_ascii_digit).collect();
        if figures.len() > MAX_DIGITS {
            return None;
        }
        let decimals = u32::try_from(end.saturating_sub(whole_end + 1)).ok()?;
        Some((Exact::new(figures.parse().ok()?, 10_i128.pow(decimals)), end))
    }

    /// 2022年12月23日, 2022年7月, 12月23日, 2022-12-23
    fn date(&self, at: usize) -> Option<(Figure, usize)> {
        let (first, end) = self.short(at)?;
        match self.letter(end)? {
            '年' if end - at == 4 => {
                let (month, month_end) = self.short(end + 1)?;
                let month_end = (self.letter(month_end) == Some('月')).then_some(month_end + 1)?;
                let (year, month) = (i16::try_from(first).ok()?, i8::try_from(month).ok()?);
                let day = self.short(month_end).filter(|(_, end)| self.letter(*end) == Some('日'));
                match day {
                    Some((day, end)) => {
                        Some((Figure::Day(Day::new(year, month, i8::try_from(day).ok()?).ok()?), end + 1))
                    }
                    None => Some((Figure::Month(year, month), month_end)),
                }
            }
            '月' => {
                let (day, end) = self.short(end + 1)?;
                let end = (self.letter(end) == Some('日')).then_some(end + 1)?;
                Some((Figure::MonthDay(i8::try_from(first).ok()?, i8::try_from(day).ok()?), end))
            }
            sign @ ('-' | '/' | '.') if end - at == 4 => {
                let (month, month_end) = self.short(end + 1)?;
                let month_end = (self.letter(month_end) == Some(sign)).then_some(month_end + 1)?;
                let (day, end) = self.short(month_end)?;
                let day =
                    Day::new(i16::try_from(first).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
                Some((Figure::Day(day), end))
            }
            _ => None,
        }
    }

    /// Up to four digits.
    fn short(&self, at: usize) -> Option<(u32, usize)> {
        let rest = self.letters.get(at..)?;
        let length = rest.iter().take_while(|(_, letter)| letter.is_ascii_digit()).take(5).count();
        if !(1..=4).contains(&length) {
            return None;
        }
        let digits = rest.get(..length)?.iter().filter_map(|(_, letter)| letter.to_digit(10));
        Some((digits.fold(0, |number, digit| number * 10 + digit), at + length))
    }
}

/// Checked, because the figures are the writer's.
fn times(number: Exact, factor: i128) -> Option<Exact> {
    number.numer().checked_mul(factor).map(|numer| Exact::new(numer, *number.denom()))
}

fn over(number: Exact, parts: i128) -> Option<Exact> {
    number.denom().checked_mul(parts).map(|denom| Exact::new(*number.numer(), denom))
}

fn chinese_digit(letter: char) -> Option<i128> {
    let digit = "〇一二三四五六七八九".chars().position(|known| known == letter);
    match letter {
        '零' => Some(0),
        '两' => Some(2),
        _ => digit.and_then(|digit| i128::try_from(digit).ok()),
    }
}

fn is_chinese_digit(letter: char) -> bool {
    chinese_digit(letter).is_some() || matches!(letter, '十' | '百' | '千' | '万' | '亿')
}

/// 三万五千 → 35000; `None` for what is no number.
fn chinese_number(letters: &[(usize, char)]) -> Option<Exact> {
    if letters.is_empty() || letters.len() > MAX_DIGITS {
        return None;
    }
    let (mut total, mut section, mut digit): (i128, i128, Option<i128>) = (0, 0, None);
    for (_, letter) in letters {
        match letter {
            '十' | '百' | '千' => {
                let unit = match letter {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                section += digit.take().unwrap_or(1) * unit;
            }
            '万' | '亿' => {
                let unit = if *letter == '万' { 10_000 } else { 100_000_000 };
                let part = section + digit.take().unwrap_or(0);
                total = (total + if part == 0 && total == 0 { 1 } else { part }).checked_mul(unit)?;
                section = 0;
            }
            other => digit = Some(digit.unwrap_or(0) * 10 + chinese_digit(*other)?),
        }
    }
    Some(Exact::from_integer(total.checked_add(section + digit.unwrap_or(0))?))
}
