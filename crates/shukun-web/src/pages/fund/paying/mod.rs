//! Paying in the browser: batches, the county's rules, statements of the bank, deliveries in person.
//!
//! What an act needs and who may do it the store says; a page offers what the reader's permissions open.

mod act;
mod back;
mod batch;
pub mod deliveries;
mod list;
mod payments;
mod rules;
mod statements;
mod summary;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_bank_files;
#[cfg(test)]
mod tests_of_deliveries;
#[cfg(test)]
pub mod tests_of_the_road;

use maud::{Markup, html};
use shukun_base::{ContentHash, Lang};
use shukun_fund::BatchId;
use shukun_fund::paying::BatchState;
use shukun_store::CaseDesk;

use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    let all = [
        list::serve,
        rules::serve,
        batch::serve,
        summary::serve,
        act::serve,
        back::serve,
        statements::serve,
        deliveries::serve,
    ];
    all.into_iter().fold(handlers, |handlers, serve| serve(handlers))
}

/// The surroundings of the cases that are told of payments.
fn case_desk<'a>(desk: &'a Desk, visit: &Visit) -> CaseDesk<'a> {
    let watch = desk.numbers().watch(visit.now);
    CaseDesk { calendar: watch.calendar, settings: watch.settings, now: visit.now }
}

fn batch_id(id: &str) -> Result<BatchId, PageError> {
    BatchId::new(id).ok_or_else(PageError::not_found)
}

/// Where a batch stands, as a tag.
fn state_tag(state: BatchState, lang: Lang) -> Markup {
    let (class, shape) = match state {
        BatchState::Closed => ("tag tag-green", "✓"),
        BatchState::Aborted => ("tag", "✕"),
        BatchState::InApproval | BatchState::InAuthorisation => ("tag tag-orange", "◕"),
        _ => ("tag tag-accent", "◐"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(lang)) } }
}

/// The first digits of a hash, the whole in its title.
fn short_hash(hash: &str) -> Markup {
    html! { code title=(hash) { (hash.get(..12).unwrap_or(hash)) } }
}

fn hash_field(text: &str) -> Option<ContentHash> {
    ContentHash::new(text.trim())
}
