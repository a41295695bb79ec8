//! A batch's summary as PDF.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use shukun_base::ActorId;
use shukun_casework::authority::Programme;
use shukun_fund::paying::Batch;
use shukun_store::AccountId;

use super::batch_id;
use crate::desk::{Desk, Pdf};
use crate::error::PageError;
use crate::format;
use crate::papers::payment_summary::{Around, paper};
use crate::routes::Handlers;
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/batches/{batch_id}/summary.pdf", as_pdf)
}

/// Where there is no program for papers, the page is all there is.
async fn as_pdf(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let view = desk.store().batch(visit.scope()?, &batch_id(&id)?).await?;
    let Some(press) = desk.press() else {
        return Ok(Redirect::to(&format!("/fund/batches/{}", view.batch.id)).into_response());
    };
    let around = around(&desk, &visit, &view.batch).await?;
    let bytes = press.set(&paper(&view.batch, &around, visit.lang)).await?;
    Ok(Pdf { bytes, name: format!("payments-{}", view.batch.id) }.into_response())
}

async fn around(desk: &Desk, visit: &Visit, batch: &Batch) -> Result<Around, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let book = desk.store().book(scope, &batch.book).await?;
    let by = [
        batch.makers.iter().collect::<Vec<&ActorId>>(),
        batch.approved_by.iter().collect(),
        batch.released_by.iter().collect(),
        batch.sent_by.iter().collect(),
    ];
    let mut ids: Vec<AccountId> = by.iter().flatten().map(|actor| AccountId::new(actor.as_str())).collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(scope, &ids).await?;
    let name = |actor: &&ActorId| {
        let known = names.iter().find(|(id, _)| id.as_str() == actor.as_str());
        known.map_or_else(|| actor.to_string(), |(_, name)| name.clone())
    };
    let programme = Programme::find(batch.programme.as_str());
    Ok(Around {
        book: book.name,
        owner: book.owner,
        programme: programme.map_or_else(|| batch.programme.to_string(), |known| known.text().in_lang(lang).to_owned()),
        signers: by.map(|actors| actors.iter().map(name).collect::<Vec<_>>().join("、")),
        printed_on: format::day(visit.today(), lang),
        note: desk.is_illustrative().then(|| words::ILLUSTRATIVE.text(lang).to_owned()),
    })
}
