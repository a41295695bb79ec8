//! The start page: the reader's work, as queues with counts.

use axum::extract::State;
use maud::html;

use super::cases::{by_status, funnel, kept_filters};
use super::fund::paying::deliveries;
use super::fund::publishing::pressing;
use super::work::work;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page, page};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/", home)
}

/// Where the fund's duties of publishing stand; the start page counts those that press.
const DUTIES: &str = "/fund/publishing/duties";

async fn home(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let counts = by_status(&desk, &visit).await?;
    let frame = work(&desk, &visit, &counts).await?;
    let mut groups = frame.clone();
    if let Some(counted) = kept_filters(&desk, &visit, true).await? {
        groups.retain(|group| group.heading != counted.heading);
        groups.insert(2.min(groups.len()), counted);
    }
    let waiting =
        [(DUTIES, pressing(&desk, &visit).await?), (deliveries::PATH, deliveries::waiting(&desk, &visit).await?)];
    for entry in groups.iter_mut().flat_map(|group| &mut group.entries) {
        let counted = waiting.iter().find(|(path, count)| entry.path == *path && *count > 0);
        entry.count = counted.map_or(entry.count, |(_, count)| Some(*count));
    }
    let elsewhere: Vec<_> = groups.iter().filter(|group| group.entries.iter().any(|entry| entry.path != "/")).collect();
    let body = html! {
        @if elsewhere.is_empty() {
            (empty(words::HOME_NO_GRANT.text(lang), words::HOME_NO_GRANT_FILL.text(lang)))
        }
        @for group in &elsewhere {
            section {
                @if let Some(heading) = &group.heading { h2 { (heading) } }
                ul.queues {
                    @for entry in group.entries.iter().filter(|entry| entry.path != "/") {
                        li { a.queue href=(entry.path) {
                            span { (entry.name) }
                            @if let Some(count) = entry.count { b.number { (crate::format::count(count)) } }
                        } }
                    }
                }
            }
        }
        (funnel(&counts, &visit))
    };
    let hello = words::HOME_HELLO.with(lang, &[("name", visit.visitor()?.session.display_name())]);
    let title = words::HOME.text(lang);
    Ok(page(&visit, &frame, &Heading { title, note: Some(&hello) }, &body))
}
