//! How the registry spells a keyword, for findings and descriptions.

use shukun_base::{Lang, Text};

use crate::registry;

/// The Chinese spelling of a keyword.
pub(crate) fn zh(key: &'static str) -> &'static str {
    spelled(key, Lang::Zh)
}

/// The English spelling.
pub(crate) fn en(key: &'static str) -> &'static str {
    spelled(key, Lang::En)
}

/// The spelling in `lang`; a word that the registry does not have stays as it is, none is nothing.
pub(crate) fn spelled(key: impl Into<Option<&'static str>>, lang: Lang) -> &'static str {
    let Some(key) = key.into() else { return "" };
    registry::value(key)
        .or_else(|| registry::clause(key))
        .or_else(|| registry::column(key))
        .or_else(|| registry::declaration(key))
        .map_or(key, |word| word.spelling(lang))
}

/// Both spellings, in quotes.
pub(crate) fn quoted(key: &'static str) -> Text {
    Text::new(format!("“{}”", zh(key)), format!("`{}`", en(key)))
}

/// Both spellings of a clause's keyword, in quotes.
pub(crate) fn quoted_clause(key: &'static str) -> Text {
    Text::new(format!("“{}”", clause_spelled(key, Lang::Zh)), format!("`{}`", clause_spelled(key, Lang::En)))
}

/// The spelling of a clause's keyword; some words mean another thing inside a value.
pub(crate) fn clause_spelled(key: &'static str, lang: Lang) -> &'static str {
    registry::clause(key).map_or(key, |word| word.spelling(lang))
}
