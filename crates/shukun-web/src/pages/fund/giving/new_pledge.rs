//! Writing a pledge down: so many yearly instalments of the same amount, or days and amounts line by line.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shukun_base::{Day, Fen};
use shukun_fund::giving::{Instalment, Promised, yearly};
use shukun_fund::{CampaignId, DonorId, PledgeId};
use shukun_store::{Aim, BookRow, NewPledge};

use super::new_gift::{aim_fields, chosen_book, pots, read_aim};
use super::parts::{DonorNames, again, amount, book_field, books, day, earmark_fields, form_id, places, refusal, sum};
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/pledges/new", form).post("/fund/pledges/new", add)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    donor: String,
}

async fn form(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let typed = Typed::from(vec![("donor".to_owned(), asked.donor)]);
    form_page(&desk, &visit, &typed, &Faults::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let books = books(&desk, &visit).await?;
    let id = PledgeId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
    if let Some(pledge) = read(&typed, id, &books, &mut faults) {
        match desk.store().record_pledge(visit.scope()?, &pledge, visit.now).await {
            Ok(()) => return Ok(Redirect::to("/fund/pledges?done=yes").into_response()),
            Err(error) => refusal(error, "total", &mut faults)?,
        }
    }
    Ok(again(form_page(&desk, &visit, &typed, &faults).await?))
}

fn read(typed: &Typed, id: PledgeId, books: &[BookRow], faults: &mut Faults) -> Option<NewPledge> {
    let (total, on) = (amount(typed, "total", faults), day(typed, "promised_on", faults));
    let book = chosen_book(typed, books, faults);
    let donor = DonorId::new(typed.get("donor"));
    if donor.is_none() {
        faults.push(("donor", words::CHOICE_WRONG.both(&[])));
    }
    let instalments = read_instalments(typed, total, faults);
    let aim: Option<Aim> = read_aim(typed, faults);
    faults.is_empty().then_some(())?;
    let promised = Promised { id, book: book?, on: on?, total: total?, instalments: instalments? };
    Some(NewPledge { promised, donor: donor?, campaign: CampaignId::new(typed.get("campaign")), aim: aim? })
}

/// Lines win over the number of years.
fn read_instalments(typed: &Typed, total: Option<Fen>, faults: &mut Faults) -> Option<Vec<Instalment>> {
    let lines = typed.get("lines").trim();
    if !lines.is_empty() {
        let found: Option<Vec<Instalment>> = lines.lines().map(read_line).collect();
        if found.is_none() {
            faults.push(("lines", words::PLEDGE_LINES_WRONG.both(&[])));
        }
        return found;
    }
    let years: Option<u8> = typed.get("years").trim().parse().ok().filter(|years| (1..=50).contains(years));
    if years.is_none() {
        faults.push(("years", words::NUMBER_WRONG.both(&[])));
    }
    let first = day(typed, "first_on", faults)?;
    Some(yearly(total?, first, years?))
}

/// `2026-12-31 600000`, with a comma, a tab or blanks between.
fn read_line(line: &str) -> Option<Instalment> {
    let (on, amount) = line.trim().split_once([' ', '\t', ',', '，'])?;
    let due_on: Day = on.parse().ok()?;
    Some(Instalment { due_on, amount: sum(amount.trim_start_matches([',', '，', ' ', '\t']))? })
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let heading = Heading { title: words::PLEDGE_NEW.text(lang), note: Some(words::PLEDGES_NOTE.text(lang)) };
    let books = books(desk, visit).await?;
    if books.is_empty() {
        let body = empty(words::GIVING_NO_BOOK.text(lang), words::GIVING_NO_BOOK_FILL.text(lang));
        return framed(desk, visit, &heading, &body).await;
    }
    let donors = DonorNames::offered(desk, visit, typed.get("donor")).await?;
    let pots = pots(desk, visit, &books).await?;
    let (places, towns) = places(desk, visit).await?;
    let id = form_id(desk, typed)?;
    let field = |name: &'static str, label: Word, hint: &'static str, kind: &'static str, is_required: bool| Input {
        value: typed.get(name),
        hint,
        kind,
        is_required,
        ..Input::text(name, label.text(lang))
    };
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/fund/pledges/new" {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (book_field(&books, typed.get("book"), faults, lang))
            (select(&field("donor", words::DONOR, words::DONOR_CHOICE_HINT.text(lang), "text", true), &donors, faults, lang))
            (input(&field("promised_on", words::PLEDGE_DAY, "", "date", true), faults, lang))
            (input(&field("total", words::PLEDGE_TOTAL, "", "decimal", true), faults, lang))
            (input(&field("years", words::PLEDGE_YEARS, words::PLEDGE_YEARS_HINT.text(lang), "numeric", false), faults, lang))
            (input(&field("first_on", words::PLEDGE_FIRST, "", "date", false), faults, lang))
            (text_area(&field("lines", words::PLEDGE_LINES, words::PLEDGE_LINES_HINT.text(lang), "text", false), 4, faults, lang))
            (aim_fields(typed, (&pots, None), faults, lang))
            (earmark_fields(typed, &towns, &places, faults, lang))
            button.btn.btn-primary type="submit" { (words::PLEDGE_NEW.text(lang)) }
        }
    };
    framed(desk, visit, &heading, &body).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn lines_are_a_day_and_an_amount() {
        for line in ["2026-12-31 600000", "2026-12-31,600,000", " 2026-12-31\t600000.00 ", "2026-12-31， 600000"] {
            let found = read_line(line).unwrap();
            assert_eq!((found.due_on, found.amount), (date(2026, 12, 31), Fen::yuan(600_000)), "{line}");
        }
        for line in ["2026-12-31", "600000 2026-12-31", "2026-12-31 0"] {
            assert_eq!(read_line(line), None, "{line}");
        }
    }
}
