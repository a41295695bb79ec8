//! Keeping a filter under a name, and dropping it again.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use shukun_store::SavedFilter;

use crate::desk::{CaseQuery, Desk};
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::routes::Handlers;
use crate::ui::layout::form_token;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/filters", keep).post("/filters/{filter_id}/drop", drop_one)
}

/// The form under the list: a name for the filter of this page, and those that can be dropped.
pub fn form(query: &CaseQuery, kept: &[SavedFilter], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let written = query.written();
    let known = kept.iter().find(|one| one.query == written);
    html! {
        @if !written.is_empty() || !kept.is_empty() {
            details.act {
                summary { (words::KEPT_FILTERS.text(lang)) }
                @if !written.is_empty() {
                    form.inline-form method="post" action="/filters" {
                        (form_token(visit))
                        input type="hidden" name="query" value=(written);
                        div.field {
                            label.form-label for="keep-name" { (words::KEEP_NAME.text(lang)) }
                            p.form-hint id="keep-name-hint" { (words::KEEP_HINT.text(lang)) }
                            input.form-control #keep-name name="name" required maxlength="30" autocomplete="off"
                                value=(known.map_or("", |one| one.name.as_str())) aria-describedby="keep-name-hint";
                        }
                        button.btn.btn-plain type="submit" { (words::KEEP_FILTER.text(lang)) }
                    }
                }
                ul.kept { @for one in kept { li { (kept_line(one, visit)) } } }
            }
        }
    }
}

fn kept_line(kept: &SavedFilter, visit: &Visit) -> Markup {
    let label = words::DROP_FILTER_OF.with(visit.lang, &[("name", &kept.name)]);
    html! {
        a href=(CaseQuery::parse(&kept.query).path()) { (kept.name) }
        form method="post" action={"/filters/" (kept.filter_id) "/drop"} {
            (form_token(visit))
            button.btn.btn-plain type="submit" aria-label=(label) { (words::DROP_FILTER.text(visit.lang)) }
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    query: String,
}

async fn keep(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Redirect, PageError> {
    let query = CaseQuery::parse(&typed.query);
    desk.store().keep_filter(visit.scope()?, &typed.name, &query.written(), visit.now).await?;
    Ok(Redirect::to(&query.path()))
}

async fn drop_one(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, PageError> {
    desk.store().drop_filter(visit.scope()?, &id, visit.now).await?;
    Ok(Redirect::to("/cases"))
}
