//! The page of an error: what happened, where, how to mend it, its code.

use maud::html;

use super::layout::{Page, alone};
use crate::error::PageError;
use crate::visit::Visit;
use crate::words;

/// The page.
pub fn error_page(visit: &Visit, error: &PageError) -> Page {
    let lang = visit.lang;
    let body = html! {
        div.box {
            dl.facts {
                @if let Some(place) = &error.place {
                    dt { (words::ERROR_WHERE.text(lang)) } dd { (place.in_lang(lang)) }
                }
                dt { (words::ERROR_MEND.text(lang)) } dd { (error.mend.in_lang(lang)) }
                dt { (words::ERROR_CODE.text(lang)) } dd { code { (error.code) } }
            }
        }
        p { a href="/" { (words::ERROR_HOME.text(lang)) } }
    };
    alone(visit, error.what.in_lang(lang), &body)
}
