//! What may never stand in public bytes: a scanner over what was rendered, whoever rendered it.
//!
//! The second look after [`super::Notice`], which takes only fields of allowed types. It reads as people read (through
//! entities, tags, full-width and Chinese numerals, blanks and invisible characters) and refuses; it never repairs.
//! It cannot know every surname or every illness: both are lists. Start at [`scan`].

mod diseases;
mod names;
mod numbers;
mod view;

#[cfg(test)]
mod planted;

use serde::{Deserialize, Serialize};
use shukun_base::{Text, words};

use view::{KNOWN, View};

words! {
    /// What was found that may not be published.
    pub enum Leak {
        IdNumber "id_number" "身份证号码" "an identity card number",
        BankCard "bank_card" "银行卡号" "a bank card number",
        Phone "phone" "电话号码" "a telephone number",
        LongNumber "long_number" "很长的号码" "a long number",
        MaskedNumber "masked_number" "只遮住一部分的号码" "a number with a part starred out",
        WholeName "whole_name" "未遮盖的姓名" "a whole name",
        Disease "disease" "疾病名称" "a word of illness",
        NotText "not_text" "不是文字的内容" "bytes that are no text",
    }
}

impl Leak {
    /// What happened and how to mend it; says nothing of what was found.
    pub fn refusal(self) -> Text {
        let found = self.text();
        Text::new(
            format!("公示内容里有{}，不能公布：请去掉后再试。", found.zh),
            format!("What would be published holds {}: take it out and try again.", found.en),
        )
    }
}

/// What may stand although it looks like a leak: words of the office itself, given by the fund and never by a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The office's own telephones, as they are printed.
    pub phones: Vec<String>,
    /// Names of places, programmes and offices.
    pub words: Vec<String>,
}

/// Bytes that were scanned and may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared(String);

impl Cleared {
    /// The bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Looks through rendered text (HTML or plain) and hands it back if nothing in it leads to a person.
///
/// # Errors
/// Every kind of leak that was found, each once; never the found words themselves.
pub fn scan(rendered: &str, allowed: &Allowed) -> Result<Cleared, Vec<Leak>> {
    let view = View::of(rendered);
    let texts = [&view.shown, &view.in_tags];
    let mut found: Vec<Leak> = texts.into_iter().flat_map(|text| leaks(&without(text, allowed))).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { Ok(Cleared(rendered.to_owned())) } else { Err(found) }
}

/// The same for bytes, as they go out.
///
/// # Errors
/// As [`scan`], and [`Leak::NotText`] for bytes that are not UTF-8.
pub fn scan_bytes(rendered: &[u8], allowed: &Allowed) -> Result<Cleared, Vec<Leak>> {
    let text = std::str::from_utf8(rendered).map_err(|_| vec![Leak::NotText])?;
    scan(text, allowed)
}

fn leaks(text: &[char]) -> Vec<Leak> {
    [numbers::find(text), names::find(text), diseases::find(text)].into_iter().flatten().collect()
}

/// The text with what is allowed taken out: words anywhere, telephones where no other digit touches them.
fn without(text: &[char], allowed: &Allowed) -> Vec<char> {
    let plain = |word: &String| View::of(word).shown;
    let phones: Vec<Vec<char>> = allowed.phones.iter().map(plain).filter(|phone| !phone.is_empty()).collect();
    let words: Vec<Vec<char>> = allowed.words.iter().map(plain).filter(|word| word.len() > 1).collect();
    let heads: String = words.iter().chain(&phones).filter_map(|word| word.first()).collect();
    let mut out = Vec::with_capacity(text.len());
    let mut place = 0;
    while let Some(letter) = text.get(place) {
        let rest = text.get(place..).filter(|_| heads.contains(*letter)).unwrap_or_default();
        let word = words.iter().filter(|word| rest.starts_with(word)).map(Vec::len).max();
        let phone = || phones.iter().find(|phone| rest.starts_with(phone) && stands_free(text, place, phone.len()));
        let length = word.or_else(|| phone().map(Vec::len)).unwrap_or(0);
        out.push(if length > 0 { KNOWN } else { *letter });
        place += length.max(1);
    }
    out
}

fn stands_free(text: &[char], place: usize, length: usize) -> bool {
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    !is_digit(place.checked_sub(1).and_then(|before| at(text, before))) && !is_digit(at(text, place + length))
}

fn at(text: &[char], place: usize) -> Option<char> {
    text.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offices_own_line_may_stand_and_no_other() {
        let allowed = Allowed { phones: vec!["0577-65800000".to_owned()], words: vec!["万松社区".to_owned()] };
        assert!(scan("异议电话：0577-65800000", &allowed).is_ok());
        assert_eq!(scan("异议电话：0577-658000001", &allowed), Err(vec![Leak::Phone]));
        assert_eq!(scan("异议电话：0577-65800001", &allowed), Err(vec![Leak::Phone]));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(scan_bytes(&[0xff, 0xfe], &Allowed::default()), Err(vec![Leak::NotText]));
    }

    #[test]
    fn refusals_do_not_repeat_what_they_found() {
        let found = scan("13800000000", &Allowed::default()).unwrap_err();
        assert!(!found[0].refusal().to_string().contains("138"));
    }
}
