//! Everything a page says, once in each language: one key, its Chinese, its English.
//!
//! A page names the key; there is no second list to keep in step. Words that belong to the trade (roles, statuses,
//! colours) are not here but with their types in casework. Start at [`Word::text`].

mod account;
mod api;
mod appraisal;
mod books;
mod case;
mod common;
mod county_numbers;
mod deciding;
mod figures;
mod giving;
mod lists;
mod notices;
mod oidc;
mod papers;
mod papers_set;
mod paying;
mod policies;
mod prints;
mod publishing;
mod runs;
mod sealing;
mod sideways;

pub use account::*;
pub use api::*;
pub use appraisal::*;
pub use books::*;
pub use case::*;
pub use common::*;
pub use county_numbers::*;
pub use deciding::*;
pub use figures::*;
pub use giving::*;
pub use lists::*;
pub use notices::*;
pub use oidc::*;
pub use papers::*;
pub use papers_set::*;
pub use paying::*;
pub use policies::*;
pub use prints::*;
pub use publishing::*;
pub use runs::*;
pub use sealing::*;
use shukun_base::{Lang, Text};
pub use sideways::*;

/// One text in both languages. `{name}` stands for a value.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The key, as the constant is called.
    pub key: &'static str,
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Word {
    /// The text in `lang`, for texts without values.
    pub fn text(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// The text in `lang` with its values.
    pub fn with(&self, lang: Lang, values: &[(&str, &str)]) -> String {
        filled(self.text(lang), values)
    }

    /// Both languages with the same values, for errors.
    pub fn both(&self, values: &[(&str, &str)]) -> Text {
        Text::new(filled(self.zh, values), filled(self.en, values))
    }
}

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The lists of every file, for the tests.
pub const LISTS: &[&[Word]] = &[
    COMMON,
    OIDC,
    ACCOUNT,
    API,
    CASE,
    RUN_WORDS,
    LISTED,
    PAPERS,
    FIGURED,
    NUMBERS_OF_COUNTY,
    PAPERS_SET,
    PAYING,
    PRINTS,
    PUBLISHING,
    SEALING_WORDS,
    APPRAISED,
    BOOK_WORDS,
    POLICY_DESK,
    ASIDE,
    GIVING,
    DECIDING,
    NOTICE_PAPERS,
];

/// `in LIST; KEY: "中文", "English";`, any number of them; the list holds all.
macro_rules! words {
    (in $list:ident; $($key:ident: $zh:literal, $en:literal;)+) => {
        $(
            #[doc = $en]
            pub const $key: crate::words::Word = crate::words::Word { key: stringify!($key), zh: $zh, en: $en };
        )+
        /// All of this file.
        pub const $list: &[crate::words::Word] = &[$($key),+];
    };
}
use words;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn all() -> impl Iterator<Item = &'static Word> {
        LISTS.iter().copied().flatten()
    }

    fn has_chinese(text: &str) -> bool {
        text.chars()
            .any(|letter| ('\u{3000}'..='\u{9fff}').contains(&letter) || ('\u{ff00}'..='\u{ffef}').contains(&letter))
    }

    /// `{name}` in order of the alphabet.
    fn values(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn each_word_is_there_in_both_languages() {
        /// The switch names each language in that language.
        const NAMES: [&str; 2] = ["LANGUAGE_ZH", "LANGUAGE_EN"];
        for word in all().filter(|word| !NAMES.contains(&word.key)) {
            assert!(has_chinese(word.zh), "{} has no Chinese", word.key);
            assert!(!word.en.is_empty() && !has_chinese(word.en), "{} has no English", word.key);
            assert_eq!(values(word.zh), values(word.en), "{} has other values in English", word.key);
        }
    }

    #[test]
    fn no_key_stands_twice() {
        let keys: BTreeSet<_> = all().map(|word| word.key).collect();
        assert_eq!(keys.len(), all().count());
    }

    #[test]
    fn every_key_is_said_somewhere() {
        let mut sources = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
        let unsaid: Vec<_> = all().filter(|word| !says(&sources, word.key)).map(|word| word.key).collect();
        assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
    }

    fn says(sources: &str, key: &str) -> bool {
        let called = format!("words::{key}");
        sources.match_indices(&called).any(|(at, _)| {
            let next = sources[at + called.len()..].chars().next();
            !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        })
    }

    fn read(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => read(&path, into),
                false if path.extension().is_some_and(|ending| ending == "rs") => {
                    into.push_str(&std::fs::read_to_string(&path).unwrap());
                }
                false => {}
            }
        }
    }

    #[test]
    fn values_go_into_both_languages() {
        const WORD: Word = Word { key: "W", zh: "第{n}步", en: "step {n}" };
        assert_eq!(WORD.with(Lang::En, &[("n", "3")]), "step 3");
        assert_eq!(WORD.both(&[("n", "3")]), Text::new("第3步", "step 3"));
    }
}
