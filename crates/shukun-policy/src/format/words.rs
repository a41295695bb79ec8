//! Words of a clause as text, in Chinese or English. Reading the text again gives the same words.

use shukun_base::Lang;

use super::figures::{print_day, print_money, print_number, print_percent};
use super::{ends_with_digit, starts_with_digit};
use crate::document::{Token, Word};
use crate::registry::{self, Class};

/// The words of a clause with the keyword `clause` in canonical spelling and spacing.
pub fn print_words(words: &[Word], clause: &str, lang: Lang) -> String {
    let mut printer = Printer { text: String::new(), lang, clause, depth: 0, in_lookup: false, before: None };
    let mut rest = words.iter().map(|word| &word.token).peekable();
    while let Some(token) = rest.next() {
        printer.put(token, rest.peek().copied());
    }
    printer.text
}

struct Printer<'a> {
    text: String,
    lang: Lang,
    clause: &'a str,
    depth: usize,
    in_lookup: bool,
    before: Option<&'a Token>,
}

impl<'a> Printer<'a> {
    fn put(&mut self, token: &'a Token, after: Option<&Token>) {
        let shown = self.show(token, after);
        if self.needs_space(token, &shown) {
            self.text.push(' ');
        }
        self.text.push_str(&shown);
        self.in_lookup = match token {
            Token::Open => self.before == Some(&Token::Known("lookup")),
            Token::Close => false,
            _ => self.in_lookup,
        };
        match token {
            Token::Open | Token::OpenSet => self.depth += 1,
            Token::Close | Token::CloseSet => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.before = Some(token);
    }

    fn show(&self, token: &Token, after: Option<&Token>) -> String {
        let zh = self.lang == Lang::Zh;
        match token {
            Token::Known(id) => registry::value(id).map(|entry| entry.spelling(self.lang)).unwrap_or(id).to_owned(),
            Token::Name(name) => name.clone(),
            Token::Money(fen) => print_money(*fen, self.lang),
            Token::Percent(rate) => print_percent(*rate),
            Token::Number(number) => print_number(*number),
            Token::Day(day) => print_day(*day, self.lang),
            Token::MonthsBefore(months) if zh => format!("前{months}个月"),
            Token::MonthsBefore(months) => format!("{months} months before"),
            Token::RollingMonths(months) if zh => format!("连续{months}个月"),
            Token::RollingMonths(months) => format!("rolling {months} months"),
            Token::MonthDay { month, day } if zh => format!("{month}月{day}日起"),
            Token::MonthDay { month, day } => format!("--{month:02}-{day:02}"),
            Token::Reading(id) if zh => format!("读法{id}"),
            Token::Reading(id) => format!("reading {id}"),
            Token::ListComma => self.list_comma(after).to_owned(),
            other if zh => self.chinese_sign(other, after).to_owned(),
            other => english_sign(other).to_owned(),
        }
    }

    /// `、`; a comma where the period of 每政策年度 is told from its date, or a table from its column.
    fn list_comma(&self, after: Option<&Token>) -> &'static str {
        let inside = self.depth > 0;
        match self.lang {
            Lang::En if inside => ",",
            Lang::Zh if inside && (self.in_lookup || after == Some(&Token::Known("by"))) => "，",
            _ => "、",
        }
    }

    fn chinese_sign(&self, token: &Token, after: Option<&Token>) -> &'static str {
        // a day is compared by sign, an amount by word, and what triggers a rule is reached
        let by_sign = matches!(after, Some(Token::Day(_)));
        let reached = matches!(self.clause, "trigger" | "floor" | "alert" | "reading");
        match token {
            Token::Plus => "＋",
            Token::Minus => "－",
            Token::Times => "×",
            Token::Over => "÷",
            Token::Open => "（",
            Token::Close => "）",
            Token::OpenSet => "【",
            Token::CloseSet => "】",
            Token::Comma => "，",
            Token::Semicolon => "；",
            Token::Less if by_sign => "＜",
            Token::Less => "低于",
            Token::AtMost if by_sign => "≤",
            Token::AtMost => "不超过",
            Token::Equal if by_sign => "＝",
            Token::Equal => "等于",
            Token::NotEqual if by_sign => "≠",
            Token::NotEqual => "不等于",
            Token::AtLeast if by_sign => "≥",
            Token::AtLeast if reached => "达到",
            Token::AtLeast => "不低于",
            Token::More if by_sign => "＞",
            Token::More => "超过",
            _ => "—",
        }
    }

    fn needs_space(&self, token: &Token, shown: &str) -> bool {
        let Some(before) = self.before else { return false };
        match (before, token) {
            (_, Token::Close | Token::CloseSet | Token::ListComma | Token::Comma | Token::Semicolon) => false,
            (Token::Open | Token::OpenSet, _) => false,
            (Token::ListComma | Token::Comma | Token::Semicolon, _) => {
                let half_width = self.text.ends_with(|letter: char| letter.is_ascii());
                half_width || (self.ends_a_figure() && starts_with_digit(shown))
            }
            (_, Token::Open) => is_operator(before),
            (_, Token::OpenSet) => self.lang == Lang::En,
            (Token::Close, Token::Known("combined")) => self.lang == Lang::En,
            (Token::Known(before), Token::Known(word)) => !(self.lang == Lang::Zh && joins(before, word)),
            _ => true,
        }
    }

    /// Whether a digit stands right before the comma just written: another digit after it would join them.
    fn ends_a_figure(&self) -> bool {
        let mut letters = self.text.chars();
        letters.next_back();
        ends_with_digit(letters.as_str())
    }
}

/// After these a parenthesis groups; after other words it belongs to the word.
fn is_operator(token: &Token) -> bool {
    use Token::{AtLeast, AtMost, Equal, Known, Less, Minus, More, NotEqual, Over, Plus, Times};
    let sign = matches!(token, Plus | Minus | Times | Over | Less | AtMost | Equal | NotEqual | AtLeast | More);
    sign || matches!(token, Known("and" | "or"))
}

/// 四舍五入到分 is written without a space.
fn joins(before: &str, word: &str) -> bool {
    let class = |id: &str| registry::value(id).map(|entry| entry.class);
    class(before) == Some(Class::Rounding) && class(word) == Some(Class::RoundingUnit)
}

fn english_sign(token: &Token) -> &'static str {
    match token {
        Token::Plus => "+",
        Token::Minus => "-",
        Token::Times => "*",
        Token::Over => "/",
        Token::Open => "(",
        Token::Close => ")",
        Token::OpenSet => "[",
        Token::CloseSet => "]",
        Token::Comma => ",",
        Token::Semicolon => ";",
        Token::Less => "<",
        Token::AtMost => "<=",
        Token::Equal => "=",
        Token::NotEqual => "!=",
        Token::AtLeast => ">=",
        Token::More => ">",
        _ => "—",
    }
}
