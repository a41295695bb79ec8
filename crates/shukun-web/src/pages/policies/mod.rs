//! The policy desk: packs in force, one pack as an official reads it, what differs between two, two policies over everybody.
//!
//! What a rule says and pays comes from a work; nothing here knows a policy's language.

mod compare;
mod differ;
mod list;
mod pack;
mod text;

#[cfg(test)]
mod tests;

use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Lang};

use crate::desk::policies::{PolicyQuestion, read_readings};
use crate::format;
use crate::routes::Handlers;
use crate::words;
use crate::works::order::PackHead;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [list::serve, compare::serve, differ::serve, pack::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
}

/// What the address says; empty = today, the readings in use.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    on: String,
    readings: String,
    against: String,
    rule: String,
}

impl Asked {
    fn question(&self, only: Option<&str>, today: Day) -> PolicyQuestion {
        PolicyQuestion {
            on: self.on.parse().unwrap_or(today),
            only: only.map(str::to_owned),
            against: Some(self.against.clone()).filter(|id| !id.is_empty()),
            readings: read_readings(&self.readings).unwrap_or_default(),
        }
    }
}

/// From when until when.
fn days(head: &PackHead, lang: Lang) -> Markup {
    let named = [
        (words::POLICY_FROM, head.in_force),
        (words::POLICY_BENEFITS, head.benefits_from),
        (words::POLICY_UNTIL, head.expires),
    ];
    let said: Vec<String> =
        named.iter().filter_map(|(word, day)| Some(word.with(lang, &[("day", &format::day((*day)?, lang))]))).collect();
    html! {
        @if said.is_empty() { span.quiet { (words::POLICY_NO_DAYS.text(lang)) } }
        @for one in &said { span.nowrap { (one) } br; }
    }
}

/// Whether it is in force, and where its text comes from.
fn tags(head: &PackHead, lang: Lang) -> Markup {
    html! {
        @if head.is_in_force { span.tag.tag-green { (words::POLICIES_IN_FORCE.text(lang)) } }
        @else { span.tag { (words::POLICIES_NOT_IN_FORCE.text(lang)) } }
        " " span class={"tag" @if head.is_illustrative { " tag-orange" }} { (head.provenance) }
    }
}
