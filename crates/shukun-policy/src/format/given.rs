//! 设 of a worked example in canonical form: words as the registry spells them, figures in half-width signs.
//!
//! Codes and declared facts stay verbatim: without the fact's type `001` may be a word.

use shukun_base::Lang;

use super::figures::{print_money, print_percent};
use super::print_words;
use crate::document::{Cell, Span, Token, Word};
use crate::lexer::{Names, fold, lex};
use crate::registry::{self, Entry};

/// Facts whose values are taken verbatim.
const VERBATIM: &[&str] = &["drg_code", "principal_diagnosis", "institution", "person"];

/// A name and its value as the formatter writes them.
pub(crate) fn canonical_pair(name: &Cell, value: &Cell, lang: Lang) -> (String, String) {
    if let Some(tier) = paid_by(&name.text) {
        return (paid(tier, lang), canonical_value(&value.text, lang));
    }
    let Some(word) = registry::header(&fold(name.text.trim())) else { return (name.text.clone(), value.text.clone()) };
    let value = if VERBATIM.contains(&word.id()) { value.text.clone() } else { canonical_value(&value.text, lang) };
    (spelled(word, lang).unwrap_or(&name.text).to_owned(), value)
}

/// The word's first spelling, where it means the same word again.
fn spelled(word: &'static Entry, lang: Lang) -> Option<&'static str> {
    let spelling = word.spelling(lang);
    registry::header(spelling).filter(|again| again.id() == word.id()).map(|_| spelling)
}

/// The payer of `已付（基本医保）`, as written.
fn paid_by(name: &str) -> Option<&str> {
    let name = name.trim();
    let rest = ["已付", "paid"].iter().find_map(|word| name.strip_prefix(word))?.trim();
    let tier = rest.strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?.trim();
    (!tier.is_empty()).then_some(tier)
}

fn paid(tier: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("已付（{tier}）"),
        Lang::En => format!("paid({tier})"),
    }
}

/// One figure or word; what is neither, or would not be read the same again, stays.
fn canonical_value(text: &str, lang: Lang) -> String {
    let words = words(text);
    let tokens: Vec<&Token> = words.iter().map(|word| &word.token).collect();
    let written = match tokens.as_slice() {
        [Token::Money(fen)] => print_money(*fen, lang),
        [Token::Percent(rate)] => print_percent(*rate),
        [Token::Day(day)] => day.to_string(),
        [Token::Known(_)] => print_words(&words, "given", lang),
        [Token::Number(_)] | [Token::Minus, Token::Number(_) | Token::Money(_)] => fold(text.trim()),
        _ => return text.to_owned(),
    };
    let again = self::words(&written);
    if again.iter().map(|word| &word.token).eq(tokens) { written } else { text.to_owned() }
}

fn words(text: &str) -> Vec<Word> {
    lex(text, Span { file: 0, start: 0, end: text.len() }, &Names::new()).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(name: &str, value: &str) -> (String, String) {
        let cell = |text: &str| Cell { text: text.to_owned(), span: Span::default() };
        let (name, value) = canonical_pair(&cell(name), &cell(value), Lang::Zh);
        assert_eq!(
            canonical_pair(&cell(&name), &cell(&value), Lang::Zh),
            (name.clone(), value.clone()),
            "once is enough"
        );
        (name, value)
    }

    #[test]
    fn figures_and_words_have_one_form() {
        for (name, value, shown) in [
            ("政策范围内费用", "１２，０００", "政策范围内费用＝12,000"),
            ("政策范围内费用", "30000元", "政策范围内费用＝3万元"),
            ("认定日", "２０２２-０７-１５", "认定日＝2022-07-15"),
            ("认定日", "2022年7月15日", "认定日＝2022-07-15"),
            ("category", "dibao", "认定类别＝低保"),
            ("已付(基本医保)", "－５００", "已付（基本医保）＝-500"),
        ] {
            let (name, value) = canonical(name, value);
            assert_eq!(format!("{name}＝{value}"), shown);
        }
    }

    #[test]
    fn codes_and_declared_facts_stay() {
        for (name, value) in [("病组", "００１"), ("参加互助", "００１"), ("认定类别", "低保 或 低边")]
        {
            assert_eq!(canonical(name, value), (name.to_owned(), value.to_owned()));
        }
    }
}
