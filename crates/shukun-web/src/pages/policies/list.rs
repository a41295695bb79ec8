//! The packs of the office, those in force on a day marked.

use axum::extract::{Query, State};
use maud::{Markup, html};
use shukun_base::Day;
use shukun_casework::authority::Permission;

use super::text::elsewhere;
use super::{Asked, days, tags};
use crate::desk::Desk;
use crate::error::PageError;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;
use crate::works::order::PackHead;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/policies", list)
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let question = asked.question(None, visit.today());
    let found = desk.policies(&question, lang).await.map_err(PageError::from)?;
    let body = html! {
        (day_form(question.on, &visit))
        (rows_table(&found.packs, question.on, &visit))
        (elsewhere(&found.unread, lang))
    };
    let heading = Heading { title: words::POLICIES.text(lang), note: Some(words::POLICIES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn day_form(on: Day, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        form.filters method="get" action="/policies" {
            div.field {
                label.form-label for="policies-on" { (words::POLICIES_ON.text(lang)) }
                input.form-control #policies-on type="date" name="on" value=(on);
            }
            div.buttons {
                button.btn.btn-plain type="submit" { (words::BOARD_SHOW.text(lang)) }
                @if visit.may(Permission::ComparePolicies) { a.btn.btn-link href="/policies/compare" { (words::COMPARE.text(lang)) } }
            }
        }
    }
}

fn rows_table(packs: &[PackHead], on: Day, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::POLICY_TITLE.text(lang)),
        Column::words(words::STATE.text(lang)),
        Column::words(words::POLICIES_PROVINCE.text(lang)),
        Column::words(words::POLICY_DAYS.text(lang)),
        Column::words(words::POLICY_EXAMPLES.text(lang)),
        Column::words(words::POLICY_OPEN.text(lang)),
        Column::number(words::POLICY_FINDINGS.text(lang)),
    ];
    table(words::POLICIES.text(lang), &columns, &html! { @for pack in packs { (row(pack, on, visit)) } })
}

fn row(pack: &PackHead, on: Day, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let hold = [("n", pack.examples.to_string()), ("m", pack.examples_hold.to_string())];
    let open = [("n", pack.ambiguities.to_string()), ("m", pack.unconfirmed.to_string())];
    let pairs = |all: &[(&'static str, String); 2], word: words::Word| {
        word.with(lang, &[(all[0].0, all[0].1.as_str()), (all[1].0, all[1].1.as_str())])
    };
    html! {
        tr {
            td.wide {
                a.row-link href={"/policies/" (pack.id) "?on=" (on)} { (pack.title) }
                br; span.quiet {
                    @if let Some(number) = &pack.document_number { (number) " · " }
                    @if let Some(issuer) = &pack.issuer { (issuer) " · " }
                    (pack.id)
                }
            }
            td {
                (tags(pack, lang))
                @if pack.errors > 0 { " " span.tag.tag-red { "✕ " (words::POLICY_ERRORS.with(lang, &[("n", &pack.errors.to_string())])) } }
                @if pack.empty_slots > 0 { br; span.quiet { (words::POLICY_SLOTS_OF.with(lang, &[("n", &pack.empty_slots.to_string())])) } }
            }
            td { (pack.region) }
            td { (days(pack, lang)) }
            td { (pairs(&hold, words::POLICY_EXAMPLES_OF)) }
            td { @if pack.ambiguities > 0 { (pairs(&open, words::POLICY_OPEN_OF)) } @else { "–" } }
            td.number { (pack.findings) }
        }
    }
}
