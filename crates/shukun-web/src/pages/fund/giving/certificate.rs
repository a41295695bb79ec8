//! A donor's certificate: made with the next number, shown for printing with a code and a box for the seal.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_fund::GiftId;
use shukun_fund::giving::{Certificate, Heads};

use super::parts::{heads, named, places};
use crate::desk::{Desk, Pdf};
use crate::error::PageError;
use crate::format;
use crate::papers::certificate;
use crate::routes::Handlers;
use crate::ui::layout::{Page, printed};
use crate::ui::qr::picture;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/gifts/{gift_id}/certificate", show)
        .get("/fund/gifts/{gift_id}/certificate.pdf", as_pdf)
        .post("/fund/gifts/{gift_id}/certificate", make)
}

async fn make(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let gift_id = GiftId::new(&id).ok_or_else(PageError::not_found)?;
    let (places, _) = places(&desk, &visit).await?;
    desk.store().issue_certificate(visit.scope()?, &gift_id, &named(&places), visit.now).await?;
    Ok(Redirect::to(&format!("/fund/gifts/{gift_id}/certificate?done=yes")).into_response())
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let gift_id = GiftId::new(&id).ok_or_else(PageError::not_found)?;
    let (places, _) = places(&desk, &visit).await?;
    let (paper, is_as_printed) = desk.store().certificate(visit.scope()?, &gift_id, &named(&places)).await?;
    let lang = visit.lang;
    let body = html! {
        @if !is_as_printed { p.banner role="note" { (words::CERTIFICATE_CHANGED.text(lang)) } }
        (sheet(&paper, lang))
        p.buttons {
            a href={"/fund/gifts/" (gift_id)} { "← " (words::GIFT.text(lang)) }
            @if desk.press().is_some() { a href={"/fund/gifts/" (gift_id) "/certificate.pdf"} { (words::PRINT_PDF.text(lang)) } }
        }
    };
    Ok(printed(&visit, words::CERTIFICATE.text(lang), &paper.number, &body))
}

/// The same certificate set by the program for papers; where there is none, the page is all there is.
async fn as_pdf(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let gift_id = GiftId::new(&id).ok_or_else(PageError::not_found)?;
    let (places, _) = places(&desk, &visit).await?;
    let (paper, is_as_printed) = desk.store().certificate(visit.scope()?, &gift_id, &named(&places)).await?;
    let Some(press) = desk.press() else {
        return Ok(Redirect::to(&format!("/fund/gifts/{gift_id}/certificate")).into_response());
    };
    let note = match (desk.is_illustrative(), is_as_printed) {
        (true, _) => Some(words::ILLUSTRATIVE),
        (false, false) => Some(words::CERTIFICATE_CHANGED),
        (false, true) => None,
    };
    let set = certificate::paper(&paper, note.map(|note| note.text(visit.lang)), visit.lang);
    Ok(Pdf { bytes: press.set(&set).await?, name: format!("certificate-{}", paper.number) }.into_response())
}

fn sheet(paper: &Certificate, lang: Lang) -> Markup {
    let counted = paper.heads.map(|count| Heads { count, is_at_least: paper.heads_are_at_least });
    html! {
        p.lead {
            b { (paper.donor.in_lang(lang)) } @if counted.is_some() { "（" (heads(counted, lang)) "）" }
        }
        p { (words::CERTIFICATE_THANKS.with(lang, &[("fund", &paper.fund)])) }
        dl.facts {
            dt { (words::AMOUNT.text(lang)) } dd { b { (format::money(paper.amount_fen, lang)) } @if lang == Lang::Zh { br; (paper.amount_words) } }
            dt { (words::GIFT_DAY.text(lang)) } dd { (format::day(paper.received_on, lang)) }
            dt { (words::GIFT_INTO.text(lang)) } dd { (paper.purpose.in_lang(lang)) }
            dt { (words::CERTIFICATE_NUMBER.text(lang)) } dd { (paper.number) }
            dt { (words::CERTIFICATE_CODE.text(lang)) } dd { (paper.check) }
        }
        div.signatures {
            div { b { (paper.issuer) } p { (format::day(paper.issued_on, lang)) } }
            (picture(&paper.qr_text(), words::CERTIFICATE_QR.text(lang)))
            div.seal { (words::PRINT_SEAL.text(lang)) }
        }
        p.quiet { (words::CERTIFICATE_PROVES.text(lang)) }
    }
}
