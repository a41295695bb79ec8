//! The frame of every page: work at the left, the page beside it, language and sign-out below.
//!
//! Two frames: [`page`] for who is signed in, [`alone`] for everything before that and for errors. Both work without a
//! script; on a phone the list of work is a popover.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use shukun_assets::{HTMX, TABLER};
use shukun_base::Lang;

use super::style::{LIST_KEYS, STYLE};
use crate::http::forms::FIELD;
use crate::lang;
use crate::visit::Visit;
use crate::words;

/// A finished page.
pub type Page = Html<String>;

/// One entry of the list of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it leads.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// How many wait there, where that is counted.
    pub count: Option<u64>,
}

/// Entries under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryGroup {
    /// The heading; the first group has none.
    pub heading: Option<String>,
    /// Its entries, in the order of work.
    pub entries: Vec<Entry>,
}

/// What a page says of itself.
pub struct Heading<'a> {
    /// The one h1, and the title of the window.
    pub title: &'a str,
    /// One quiet line beside it.
    pub note: Option<&'a str>,
}

/// A page inside the frame.
pub fn page(visit: &Visit, work: &[EntryGroup], heading: &Heading<'_>, body: &Markup) -> Page {
    let lang = visit.lang;
    let here = here(work, &visit.address());
    let inner = html! {
        div.bar {
            (brand(lang))
            button.btn.btn-plain type="button" popovertarget="work" { (words::MENU.text(lang)) }
        }
        div.frame {
            div.side #work popover {
                (brand(lang))
                nav aria-label=(words::NAVIGATION.text(lang)) { @for group in work { (entry_group(group, here)) } }
                (who(visit))
            }
            main.page #main {
                @if visit.is_illustrative { (banner(lang)) }
                header.page-head {
                    h1 { (heading.title) }
                    @if let Some(note) = heading.note { p { (note) } }
                }
                (body)
            }
        }
    };
    document(visit.lang, heading.title, &inner)
}

/// A page outside the frame: sign-in, errors.
pub fn alone(visit: &Visit, title: &str, body: &Markup) -> Page {
    let inner = html! {
        main.alone #main {
            (brand(visit.lang))
            @if visit.is_illustrative { (banner(visit.lang)) }
            h1 { (title) }
            (body)
            (languages(visit))
        }
    };
    document(visit.lang, title, &inner)
}

/// A page for everybody, outside the frame: as wide as tables need, with the languages at its head.
pub fn open(visit: &Visit, title: &str, body: &Markup) -> Page {
    let inner = html! {
        main.alone.open #main {
            (brand(visit.lang))
            @if visit.is_illustrative { (banner(visit.lang)) }
            h1 { (title) }
            (languages(visit))
            (body)
        }
    };
    document(visit.lang, title, &inner)
}

/// A page for paper: a title, what it is of, the body; nothing of the frame.
pub fn printed(visit: &Visit, title: &str, of: &str, body: &Markup) -> Page {
    let inner = html! {
        main.print-sheet #main {
            @if visit.is_illustrative { (banner(visit.lang)) }
            header { h1 { (title) } p.quiet { (words::PRODUCT.text(visit.lang)) " · " (of) } }
            (body)
        }
    };
    document(visit.lang, title, &inner)
}

fn document(lang: Lang, title: &str, inner: &Markup) -> Page {
    let markup = html! {
        (DOCTYPE)
        html lang=(html_lang(lang)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                // No expression of an attribute is ever run, and no address of another host is asked.
                meta name="htmx-config" content=r#"{"mode": "same-origin", "includeIndicatorCSS": false}"#;
                title { (title) " · " (words::PRODUCT.text(lang)) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(TABLER.path());
                link rel="stylesheet" href=(STYLE.path());
                script src=(HTMX.path()) defer {}
                script src=(LIST_KEYS.path()) defer {}
            }
            body {
                a.skip href="#main" { (words::SKIP.text(lang)) }
                (inner)
            }
        }
    };
    Html(markup.into_string())
}

const fn html_lang(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

fn brand(lang: Lang) -> Markup {
    html! { a.brand href="/" { b { (words::PRODUCT.text(lang)) } span { (words::PRODUCT_LONG.text(lang)) } } }
}

fn banner(lang: Lang) -> Markup {
    html! { p.banner role="note" { (words::ILLUSTRATIVE.text(lang)) } }
}

/// The entry that this page belongs to: the one whose address is the longest beginning of the page's.
fn here<'a>(work: &'a [EntryGroup], address: &str) -> Option<&'a str> {
    let paths = work.iter().flat_map(|group| &group.entries).map(|entry| entry.path.as_str());
    let begins = |path: &&str| {
        let rest = address.strip_prefix(*path);
        *path == address || *path != "/" && rest.is_some_and(|rest| rest.starts_with(['/', '?', '&']))
    };
    paths.filter(begins).max_by_key(|path| path.len())
}

fn entry_group(group: &EntryGroup, here: Option<&str>) -> Markup {
    html! {
        @if let Some(heading) = &group.heading { h2 { (heading) } }
        ul { @for entry in &group.entries { li { (entry_link(entry, here == Some(entry.path.as_str()))) } } }
    }
}

fn entry_link(entry: &Entry, is_here: bool) -> Markup {
    html! {
        a.entry href=(entry.path) aria-current=[is_here.then_some("page")] {
            span { (entry.name) }
            @if let Some(count) = entry.count { span.count { (crate::format::count(count)) } }
        }
    }
}

fn who(visit: &Visit) -> Markup {
    html! {
        div.who {
            @if let Some(visitor) = &visit.visitor {
                p { a.plain-link href="/account" { b { (visitor.session.display_name()) } } br; span.quiet { (visitor.roles(visit.lang)) } }
                form method="post" action="/sign-out" {
                    (form_token(visit))
                    button.btn.btn-plain type="submit" { (words::SIGN_OUT.text(visit.lang)) }
                }
            }
            (languages(visit))
        }
    }
}

/// The hidden field that every form carries.
pub fn form_token(visit: &Visit) -> Markup {
    html! { input type="hidden" name=(FIELD) value=(visit.form_token); }
}

fn languages(visit: &Visit) -> Markup {
    let choice = |choice: Lang, word: words::Word| {
        html! {
            @if choice == visit.lang { strong aria-current="true" { (word.text(choice)) } }
            @else { a href=(visit.in_lang(choice)) lang=(html_lang(choice)) hreflang=(lang::word(choice)) { (word.text(choice)) } }
        }
    };
    html! {
        nav.languages aria-label=(words::LANGUAGE.text(visit.lang)) {
            (choice(Lang::Zh, words::LANGUAGE_ZH))
            (choice(Lang::En, words::LANGUAGE_EN))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_at_most_is_here() {
        let entry = |path: &str| Entry { path: path.to_owned(), name: String::new(), count: None };
        let entries = ["/", "/cases", "/cases?status=detected", "/accounts"].map(entry).to_vec();
        let work = [EntryGroup { heading: None, entries }];
        for (address, found) in [
            ("/", Some("/")),
            ("/cases", Some("/cases")),
            ("/cases?status=detected&done=3", Some("/cases?status=detected")),
            ("/cases?status=settled", Some("/cases")),
            ("/cases/case-1", Some("/cases")),
            ("/accounts/new", Some("/accounts")),
            ("/account", None),
        ] {
            assert_eq!(here(&work, address), found, "{address}");
        }
    }
}
