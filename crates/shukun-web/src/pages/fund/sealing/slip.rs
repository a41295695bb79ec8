//! A household's slip (回执单): for printing with a code, or as a file that a phone saves. The slip stands in no address and in no
//! log; that somebody looked is written down.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_fund::LineId;
use shukun_store::SlipOf;

use super::open::file;
use crate::desk::{Desk, Pdf};
use crate::error::PageError;
use crate::format;
use crate::papers::slip;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Page, printed};
use crate::ui::qr::picture;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/slips/{line_id}", show)
        .get("/fund/slips/{line_id}/slip.pdf", as_pdf)
        .get("/fund/slips/{line_id}/file", as_file)
}

async fn slips(desk: &Desk, visit: &Visit, id: &str) -> Result<Vec<SlipOf>, PageError> {
    let line = LineId::new(id).ok_or_else(PageError::not_found)?;
    Ok(desk.store().slips(visit.scope()?, &line, visit.now).await?)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let slips = slips(&desk, &visit, &id).await?;
    let body = html! {
        @if slips.is_empty() { (empty(words::SLIP_NONE.text(lang), words::SLIP_NONE_FILL.text(lang))) }
        @else {
            p { (words::SLIP_NOTE.text(lang)) }
            @for slip in &slips {
                (sheet(slip, lang))
                @if desk.press().is_some() {
                    p.buttons { a href={"/fund/slips/" (id) "/slip.pdf?checkpoint=" (slip.log_place)} { (words::PRINT_PDF.text(lang)) } }
                }
            }
            p.buttons { a href={"/fund/slips/" (id) "/file"} { (words::SLIP_SAVE.text(lang)) } }
        }
    };
    Ok(printed(&visit, words::SLIP.text(lang), &id, &body))
}

fn sheet(of: &SlipOf, lang: Lang) -> Markup {
    let slip = of.slip.reveal();
    html! {
        dl.facts {
            dt { (words::CHECKPOINT_OF.text(lang)) } dd { (of.publication) }
            dt { (words::CHECKPOINT.text(lang)) } dd { (of.log_place) }
            dt { (words::AMOUNT.text(lang)) } dd { b { (format::money(of.amount, lang)) } }
            dt { (words::SLIP_WHERE.text(lang)) } dd { "/open/fund/checkpoints · /open/verify" }
        }
        (picture(&slip.full_line(), words::SLIP_QR.text(lang)))
        p { (words::SLIP_TYPED.text(lang)) br; code.hash { (slip.short_line()) } }
    }
}

/// Under which checkpoint; the newest where none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    checkpoint: Option<u64>,
}

/// One slip set by the program for papers; where there is none, the page is all there is.
async fn as_pdf(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let slips = slips(&desk, &visit, &id).await?;
    let is_asked = |of: &&SlipOf| asked.checkpoint.is_none_or(|size| of.log_place == size);
    let (Some(of), Some(press)) = (slips.iter().find(is_asked), desk.press()) else {
        return Ok(Redirect::to(&format!("/fund/slips/{id}")).into_response());
    };
    let note = desk.is_illustrative().then(|| words::ILLUSTRATIVE.text(visit.lang));
    let bytes = press.set(&slip::paper(of, note, visit.lang)).await?;
    Ok(Pdf { bytes, name: format!("slip-{}", of.log_place) }.into_response())
}

/// The lines in full, as the checking page and `shukun verify` read them.
async fn as_file(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let slips = slips(&desk, &visit, &id).await?;
    if slips.is_empty() {
        return Ok(Redirect::to(&format!("/fund/slips/{id}")).into_response());
    }
    let text: String = slips.iter().map(|of| format!("{}\n", of.slip.reveal().full_line())).collect();
    Ok(file("slip.txt", "text/plain; charset=utf-8", text))
}
