//! One campaign: how far it came, its gifts, and who was asked and answered.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_casework::authority::Permission;
use shukun_fund::CampaignId;
use shukun_fund::giving::Answer;
use shukun_store::{Asked, GiftFilter};

use super::campaigns::{reached, time};
use super::gifts::latest;
use super::parts::{again, choices, refusal, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/campaigns/{campaign_id}", show)
        .post("/fund/campaigns/{campaign_id}/ask", ask)
        .post("/fund/campaigns/{campaign_id}/answer", answer)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AskedFor {
    done: String,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<AskedFor>,
) -> Result<Page, PageError> {
    campaign_page(&desk, &visit, &id, asked.done == "yes", &Faults::new()).await
}

async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let campaign = CampaignId::new(&id).ok_or_else(PageError::not_found)?;
    let names: Vec<String> = typed.get("names").lines().map(str::to_owned).collect();
    let mut faults = Faults::new();
    match desk.store().ask_institutions(visit.scope()?, &campaign, &names, visit.now).await {
        Ok(()) => return Ok(Redirect::to(&format!("/fund/campaigns/{id}?done=yes")).into_response()),
        Err(error) => refusal(error, "names", &mut faults)?,
    }
    Ok(again(campaign_page(&desk, &visit, &id, false, &faults).await?))
}

async fn answer(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let campaign = CampaignId::new(&id).ok_or_else(PageError::not_found)?;
    let mut faults = Faults::new();
    match (typed.get("number").parse::<u32>(), Answer::find(typed.get("answer"))) {
        (Ok(number), Some(said)) => {
            let said = (said, visit.today());
            match desk.store().answer_appeal(visit.scope()?, &campaign, number, said, visit.now).await {
                Ok(()) => return Ok(Redirect::to(&format!("/fund/campaigns/{id}?done=yes")).into_response()),
                Err(error) => refusal(error, "names", &mut faults)?,
            }
        }
        _ => faults.push(("names", words::CHOICE_WRONG.both(&[]))),
    }
    Ok(again(campaign_page(&desk, &visit, &id, false, &faults).await?))
}

async fn campaign_page(
    desk: &Desk,
    visit: &Visit,
    id: &str,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let campaign_id = CampaignId::new(id).ok_or_else(PageError::not_found)?;
    let (found, asked) = desk.store().campaign(visit.scope()?, &campaign_id).await?;
    let filter = GiftFilter { campaign: Some(campaign_id.clone()), ..GiftFilter::default() };
    let gifts = latest(desk, visit, &filter).await?;
    let money = |amount| format::money(amount, lang);
    let body = html! {
        @if is_done { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        (wrong(faults, lang))
        (tiles(&[
            (words::RECEIVED, money(found.progress.received), ""),
            (words::PROMISED, money(found.progress.promised), words::PLEDGED_NOTE.text(lang)),
            (words::DONOR_GIFTS, found.progress.gifts.to_string(), ""),
        ], lang))
        p { (reached(&found.progress, lang)) }
        p.quiet { (time(&found.campaign.time, lang)) " · " (found.campaign.source) }
        section { h2 { (words::GIFTS.text(lang)) } (gifts) }
        section { h2 { (words::CAMPAIGN_ASKED.text(lang)) } p.quiet { (words::CAMPAIGN_ASKED_NOTE.text(lang)) }
            @if asked.is_empty() { p.quiet { (words::CAMPAIGN_ASKED_NONE.text(lang)) } } @else { (asked_rows(&asked, id, visit)) }
            @if visit.may(Permission::RecordGift) { (ask_form(id, faults, visit)) }
        }
    };
    framed(
        desk,
        visit,
        &Heading { title: &found.campaign.title, note: Some(found.campaign.kind.text().in_lang(lang)) },
        &body,
    )
    .await
}

fn asked_rows(asked: &[Asked], id: &str, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::INSTITUTION.text(lang)),
        Column::words(words::CAMPAIGN_ANSWER.text(lang)),
        Column::words(""),
    ];
    let answers = choices(Answer::ALL, |answer| (answer.key(), answer.text()), lang);
    let rows = html! {
        @for one in asked {
            tr {
                td { (one.institution) }
                td { (one.answer.text().in_lang(lang)) @if let Some(day) = one.answered_on { br; span.quiet { (format::day(day, lang)) } } }
                td {
                    @if visit.may(Permission::RecordGift) {
                        form.inline method="post" action={"/fund/campaigns/" (id) "/answer"} {
                            (form_token(visit))
                            input type="hidden" name="number" value=(one.number);
                            select.form-select name="answer" aria-label={(words::CAMPAIGN_ANSWER.text(lang)) " " (one.institution)} {
                                @for (key, name) in &answers { option value=(key) selected[key == one.answer.key()] { (name) } }
                            }
                            button.btn type="submit" { (words::GIVING_SAVE.text(lang)) }
                        }
                    }
                }
            }
        }
    };
    table(words::CAMPAIGN_ASKED.text(lang), &columns, &rows)
}

fn ask_form(id: &str, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let names =
        Input { hint: words::CAMPAIGN_ASK_HINT.text(lang), ..Input::text("names", words::CAMPAIGN_ASK.text(lang)) };
    html! {
        form.box method="post" action={"/fund/campaigns/" (id) "/ask"} {
            (form_token(visit))
            (text_area(&names, 4, faults, lang))
            button.btn type="submit" { (words::CAMPAIGN_ASK_ADD.text(lang)) }
        }
    }
}
