//! What the fields of the files mean.

use maud::html;
use shukun_fund::publishing::FIELDS;

use crate::routes::Handlers;
use crate::ui::layout::{Page, open};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/open/fund/fields", show)
}

async fn show(visit: Visit) -> Page {
    let lang = visit.lang;
    let columns = [Column::words(words::OPEN_FIELD.text(lang)), Column::words(words::OPEN_MEANING.text(lang))];
    let rows = html! {
        @for field in FIELDS { tr { td { code { (field.key()) } } td { (field.text().in_lang(lang)) } } }
    };
    let addresses = [
        "/open/fund/statements.json",
        "/open/fund/{publication_id}/statement.json",
        "/open/fund/{publication_id}/statement.csv",
    ];
    let body = html! {
        p.lead { (words::OPEN_FIELDS_NOTE.text(lang)) }
        h2 { (words::OPEN_ADDRESS.text(lang)) }
        ul { @for address in addresses { li { code { (address) } } } }
        h2 { "CSV" }
        (table(words::OPEN_FIELDS.text(lang), &columns, &rows))
        h2 { "JSON" }
        p { (words::OPEN_JSON_FIELDS.text(lang)) }
        p { a href="/open/fund" { (words::OPEN_ALL.text(lang)) } }
    };
    open(&visit, words::OPEN_FIELDS.text(lang), &body)
}
