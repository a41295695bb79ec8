//! What differs between two packs or versions, clause by clause, side by side.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use shukun_base::Lang;

use super::Asked;
use crate::desk::Desk;
use crate::error::PageError;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;
use crate::works::order::ShownChange;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/policies/{pack_id}/differ", differ)
}

async fn differ(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let question = asked.question(Some(&id), visit.today());
    let found = desk.policies(&question, lang).await.map_err(PageError::from)?;
    let title = |id: &str| found.packs.iter().find(|head| head.id == id).map(|head| head.title.clone());
    let (new, old) = title(&id).zip(title(&asked.against)).ok_or_else(PageError::not_found)?;
    let body = html! {
        @if found.changes.is_empty() { (empty(words::POLICY_SAME.text(lang), words::POLICY_SAME_FILL.text(lang))) }
        @else { (changes(&found.changes, &old, &new, lang)) }
        p { a href={"/policies/" (id)} { (new) } }
    };
    let heading = words::POLICY_CHANGES.with(lang, &[("new", &new), ("old", &old)]);
    framed(&desk, &visit, &Heading { title: &heading, note: None }, &body).await
}

fn changes(changes: &[ShownChange], old: &str, new: &str, lang: Lang) -> Markup {
    let columns = [Column::words(words::POLICY_CLAUSE.text(lang)), Column::words(old), Column::words(new)];
    let side = |words: &Option<String>, class: &str| {
        html! { td class=(class) { @if let Some(words) = words { span.policy-side { (words) } } @else { span.quiet { "—" } } } }
    };
    let rows = html! {
        @for change in changes {
            tr {
                td { b { (change.of) } br; span.quiet { (change.clause) } }
                (side(&change.old, "policy-old"))
                (side(&change.new, "policy-new"))
            }
        }
    };
    table(words::POLICY_DIFFER.text(lang), &columns, &rows)
}
