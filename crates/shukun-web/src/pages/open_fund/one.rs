//! One statement, with its corrections and its files.

use axum::extract::{Path, State};
use maud::html;
use shukun_base::RegionCode;
use shukun_fund::publishing::{Area, FundStatement};

use super::index::checks;
use super::publication_of;
use super::view::{period, statement};
use crate::desk::{Desk, Places, part};
use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::ui::layout::{Page, open};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/open/fund/{publication_id}", show)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let (lang, id) = (visit.lang, publication_of(&id)?);
    let publication = desk.store().publication(&id).await?;
    let notes = desk.store().notes_of(&id).await?;
    let of = &publication.statement;
    let places = places_of(&desk, of).await?;
    let title = format!("{} · {}", of.fund.as_str(), words::OPEN_STATEMENT.text(lang));
    let body = html! {
        p.lead {
            b { (period(of.from, of.to, lang)) } br;
            span.quiet { (words::OPEN_PUBLISHED_AT.text(lang)) " " (format::moment(publication.published_at, lang)) }
        }
        (statement(of, &notes, &places, lang))
        section {
            h2 { (words::OPEN_FILES.text(lang)) }
            p.buttons {
                a.btn.btn-plain href={"/open/fund/" (id) "/statement.csv"} { (words::OPEN_CSV.text(lang)) }
                a.btn.btn-plain href={"/open/fund/" (id) "/statement.json"} { (words::OPEN_JSON.text(lang)) }
            }
            (checks(lang))
        }
        p { a href="/open/fund" { (words::OPEN_ALL.text(lang)) } }
    };
    Ok(open(&visit, &title, &body))
}

/// Names of the places of a statement, in one question.
pub async fn places_of(desk: &Desk, of: &FundStatement) -> Result<Places, PageError> {
    let cells = of.payouts.iter().flat_map(|one| &one.cells);
    let codes = cells.filter_map(|cell| match &cell.area {
        Area::Village(code) | Area::Town(code) | Area::RestOfTown(code) => Some(code.clone()),
        Area::RestOfCounty => None,
    });
    let mut codes: Vec<RegionCode> = codes.flat_map(|code| [part(&code, 9), Some(code)]).flatten().collect();
    codes.sort();
    codes.dedup();
    Ok(desk.place_names(&codes).await?)
}
