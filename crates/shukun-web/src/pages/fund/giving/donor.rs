//! One donor: gifts, pledges, where the money went, how it is shown, and who it is, with a reason.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Lang, Masked};
use shukun_casework::authority::Permission;
use shukun_fund::DonorId;
use shukun_fund::giving::Showing;
use shukun_store::{DonorRow, GiftFilter, PotTrail, RevealedDonor};

use super::gifts::latest;
use super::parts::{
    DonorNames, again, choices, donor_name, heads, kind_text, named, new_id, places, refusal, spent_text, tiles,
};
use super::pledges::pledge_rows;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/donors/{donor_id}", show)
        .post("/fund/donors/{donor_id}/showing", change)
        .post("/fund/donors/{donor_id}/reveal", reveal)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    donor_page(&desk, &visit, &id, Shown { is_done: done.is_done(), ..Shown::default() }).await
}

/// What a page shows beside the donor.
#[derive(Default)]
struct Shown {
    is_done: bool,
    revealed: Option<RevealedDonor>,
    faults: Faults,
}

async fn change(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let donor_id = DonorId::new(&id).ok_or_else(PageError::not_found)?;
    let mut faults = Faults::new();
    match Showing::find(typed.get("showing")) {
        None => faults.push(("showing", words::CHOICE_WRONG.both(&[]))),
        Some(showing) => {
            let moved_to = new_id(&desk, DonorId::new)?;
            let to = (showing, typed.get("alias"));
            match desk.store().show_donor(visit.scope()?, &donor_id, to, &moved_to, visit.now).await {
                Ok(is_now) => return Ok(Redirect::to(&format!("/fund/donors/{is_now}?done=yes")).into_response()),
                Err(error) => refusal(error, "alias", &mut faults)?,
            }
        }
    }
    Ok(again(donor_page(&desk, &visit, &id, Shown { faults, ..Shown::default() }).await?))
}

async fn reveal(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let donor_id = DonorId::new(&id).ok_or_else(PageError::not_found)?;
    let reason = Masked::new(typed.get("reason").to_owned());
    let mut faults = Faults::new();
    match desk.store().reveal_donor(visit.scope()?, &donor_id, &reason, visit.now).await {
        Ok(revealed) => {
            let shown = Shown { revealed: Some(revealed), ..Shown::default() };
            return Ok(donor_page(&desk, &visit, &id, shown).await?.into_response());
        }
        Err(error) => refusal(error, "reason", &mut faults)?,
    }
    Ok(again(donor_page(&desk, &visit, &id, Shown { faults, ..Shown::default() }).await?))
}

async fn donor_page(desk: &Desk, visit: &Visit, id: &str, shown: Shown) -> Result<Page, PageError> {
    let lang = visit.lang;
    let donor_id = DonorId::new(id).ok_or_else(PageError::not_found)?;
    let scope = visit.scope()?;
    let donor = desk.store().donor(scope, &donor_id).await?;
    let filter = GiftFilter { donor: Some(donor_id.clone()), ..GiftFilter::default() };
    let gifts = latest(desk, visit, &filter).await?;
    let pledges = desk.store().list_pledges(scope, Some(&donor_id)).await?;
    let trails = desk.store().trail_of_donor(scope, &donor_id).await?;
    let names = DonorNames::of(desk, visit, std::iter::once(&donor_id)).await?;
    let purposes = purposes(desk, visit, &trails).await?;
    let body = html! {
        @if shown.is_done { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        (wrong(&shown.faults, lang))
        (tiles(&[
            (words::RECEIVED, format::money(donor.received, lang), ""),
            (words::PLEDGED, format::money(donor.pledged, lang), words::PLEDGED_NOTE.text(lang)),
            (words::DONOR_GIFTS, donor.gifts.to_string(), ""),
        ], lang))
        section { h2 { (words::TRAIL.text(lang)) } p.quiet { (words::TRAIL_NOTE.text(lang)) }
            @if trails.is_empty() { p.quiet { (words::GIFTS_NONE.text(lang)) } }
            @for (trail, purpose) in trails.iter().zip(&purposes) { (trail_part(trail, purpose, lang)) }
        }
        section { h2 { (words::GIFTS.text(lang)) } (gifts)
            @if visit.may(Permission::RecordGift) {
                p.buttons {
                    a.btn.btn-plain href={"/fund/gifts/new?donor=" (donor_id)} { (words::GIFT_NEW.text(lang)) }
                    a.btn.btn-plain href={"/fund/pledges/new?donor=" (donor_id)} { (words::PLEDGE_NEW.text(lang)) }
                }
            }
        }
        @if !pledges.is_empty() { section { h2 { (words::PLEDGES.text(lang)) } (pledge_rows(&pledges, &names, visit, 30)) } }
        div.board {
            section.box { h2 { (words::DONOR_WHO.text(lang)) } (who(&donor, &shown, visit)) }
            @if visit.may(Permission::RecordGift) {
                section.box { h2 { (words::DONOR_SHOWING.text(lang)) } (showing_form(&donor, &shown.faults, visit)) }
            }
        }
    };
    let title = donor_name(&donor, lang);
    framed(desk, visit, &Heading { title: &title, note: Some(&kind_text(donor.kind, lang)) }, &body).await
}

async fn purposes(desk: &Desk, visit: &Visit, trails: &[PotTrail]) -> Result<Vec<String>, PageError> {
    let (places, _) = places(desk, visit).await?;
    let name = named(&places);
    let mut purposes = Vec::with_capacity(trails.len());
    for trail in trails {
        let text = desk.store().purpose_of(visit.scope()?, &trail.book, &trail.account, &name).await?;
        purposes.push(text.in_lang(visit.lang).to_owned());
    }
    Ok(purposes)
}

fn trail_part(trail: &PotTrail, purpose: &str, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::TRAIL_WENT.text(lang)),
        Column::number(words::AMOUNT_YUAN.text(lang)),
        Column::number(words::TRAIL_LINES.text(lang)),
    ];
    let few = words::TRAIL_FEW.text(lang);
    let rows = html! {
        @for spent in &trail.spent {
            tr {
                td { (spent_text(&spent.other, lang)) }
                td.number { (spent.amount) }
                td.number { (spent.households.map_or_else(|| few.to_owned(), |count| count.to_string())) }
            }
        }
    };
    html! {
        div.box {
            p { b { (purpose) } }
            dl.facts {
                dt { (words::TRAIL_GAVE.text(lang)) } dd { (format::money(trail.donor, lang)) }
                @if !trail.is_the_donors_alone() {
                    dt { (words::TRAIL_EVERYBODY.text(lang)) } dd { (format::money(trail.everybody, lang)) }
                }
                dt { (words::TRAIL_SPENT.text(lang)) } dd { (format::money(trail.spent_fen(), lang)) }
                dt { (words::TRAIL_HELD.text(lang)) } dd { (format::money(trail.held, lang)) }
                dt { (words::TRAIL_FREE.text(lang)) } dd { (format::money(trail.free, lang)) }
            }
            p.quiet { (if trail.is_the_donors_alone() { words::TRAIL_EXACT } else { words::TRAIL_SHARED }.text(lang)) }
            @if trail.spent.is_empty() { p.quiet { (words::TRAIL_NOTHING.text(lang)) } }
            @else { (table(words::TRAIL.text(lang), &columns, &rows)) }
        }
    }
}

fn who(donor: &DonorRow, shown: &Shown, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        dl.facts {
            dt { (words::DONOR_KIND.text(lang)) } dd { (kind_text(donor.kind, lang)) " " (heads(donor.heads, lang)) }
            dt { (words::DONOR_SHOWING.text(lang)) } dd { (donor.showing.text().in_lang(lang)) }
            @if let Some(revealed) = &shown.revealed {
                dt { (words::DONOR_NAME.text(lang)) } dd { (revealed.name.reveal()) }
                @if let Some(contact) = &revealed.contact {
                    dt { (words::DONOR_CONTACT.text(lang)) } dd { (contact.reveal()) }
                }
            }
        }
        @if shown.revealed.is_none() && visit.may(Permission::Reveal) {
            form method="post" action={"/fund/donors/" (donor.donor_id) "/reveal"} {
                (form_token(visit))
                (input(&Input { hint: words::DONOR_REASON_HINT.text(lang), ..Input::text("reason", words::DONOR_REASON.text(lang)) }, &shown.faults, lang))
                button.btn type="submit" { (words::DONOR_REVEAL.text(lang)) }
            }
        }
    }
}

fn showing_form(donor: &DonorRow, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let showings = choices(Showing::ALL, |showing| (showing.key(), showing.text()), lang);
    let field = Input { value: donor.showing.key(), ..Input::text("showing", words::DONOR_SHOWING_TO.text(lang)) };
    let alias = Input { is_required: false, ..Input::text("alias", words::DONOR_ALIAS.text(lang)) };
    html! {
        p.form-hint { (words::DONOR_MOVES.text(lang)) }
        form method="post" action={"/fund/donors/" (donor.donor_id) "/showing"} {
            (form_token(visit))
            (radios(&field, &showings, faults, lang))
            (input(&alias, faults, lang))
            button.btn.btn-primary type="submit" { (words::GIVING_SAVE.text(lang)) }
        }
    }
}
