//! Which language a reader has: `?lang=`, else the cookie of an earlier choice, else what the browser asks for.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use shukun_base::Lang;

use crate::http::cookies::{self, Transport};

/// The cookie that remembers the choice.
pub const COOKIE: &str = "lang";

/// The language, and whether it was chosen just now (then the cookie has to be set).
pub fn find_lang(transport: Transport, query: Option<&str>, headers: &HeaderMap) -> (Lang, bool) {
    if let Some(lang) = query.and_then(asked) {
        return (lang, true);
    }
    let remembered = cookies::find(transport, headers, COOKIE).and_then(|word| named(&word));
    let accepted = || headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(accepted);
    (remembered.or_else(accepted).unwrap_or_default(), false)
}

/// The word of a language in a query, a cookie, an attribute.
pub const fn word(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}

fn named(word: &str) -> Option<Lang> {
    match word {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn asked(query: &str) -> Option<Lang> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(named)
}

/// Of what the browser accepts the first that is Chinese or English, best first; anybody else gets English.
fn accepted(value: &str) -> Lang {
    let mut wanted: Vec<(u32, &str)> = value.split(',').map(weighed).filter(|(weight, _)| *weight > 0).collect();
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let known = wanted.iter().find_map(|(_, tag)| match tag.split('-').next()? {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    });
    match known {
        Some(lang) => lang,
        None if wanted.iter().all(|(_, tag)| *tag == "*") => Lang::default(),
        None => Lang::En,
    }
}

/// `en;q=0.8` → 800 and `en`.
fn weighed(part: &str) -> (u32, &str) {
    let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
    (thousandths(weight.trim()), tag.trim())
}

fn thousandths(weight: &str) -> u32 {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let rest: String = rest.chars().chain("000".chars()).take(3).collect();
    let whole: u32 = whole.parse().unwrap_or(0);
    whole.saturating_mul(1000).saturating_add(rest.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_counts_before_the_cookie_before_the_browser() {
        for (query, cookie, accept, lang, is_chosen) in [
            (None, None, None, Lang::Zh, false),
            (None, None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh, false),
            (None, None, Some("en;q=0.5, zh;q=0.4"), Lang::En, false),
            (None, None, Some("en;q=0.05, zh-TW;q=0.4"), Lang::Zh, false),
            (None, None, Some("de,fr;q=0.3"), Lang::En, false),
            (None, None, Some("*"), Lang::Zh, false),
            (None, Some("lang=en"), Some("zh"), Lang::En, false),
            (None, Some("lang=fr"), Some("zh"), Lang::Zh, false),
            (Some("a=1&lang=zh"), Some("lang=en"), Some("en"), Lang::Zh, true),
            (Some("lang=klingon"), None, Some("en"), Lang::En, false),
        ] {
            let mut headers = HeaderMap::new();
            cookie.map(|value: &str| headers.insert("cookie", value.parse().unwrap()));
            accept.map(|value: &str| headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap()));
            assert_eq!(
                find_lang(Transport::Plain, query, &headers),
                (lang, is_chosen),
                "{query:?} {cookie:?} {accept:?}"
            );
        }
    }
}
