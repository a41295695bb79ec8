//! Campaigns with how far each came, and the units that raise funds.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Fen, Lang};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{CampaignKind, CampaignTime, Progress, UnitLevel};
use shukun_fund::{CampaignId, UnitId};
use shukun_store::{BookRow, Campaign, FundUnit, NewCampaign};

use super::new_gift::chosen_book;
use super::parts::{again, amount, book_field, books, choices, day, form_id, line, new_id, refusal};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::parts_bar;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/campaigns", list)
        .get("/fund/campaigns/new", form)
        .post("/fund/campaigns/new", add)
        .post("/fund/campaigns/units", add_unit)
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    list_page(&desk, &visit, done.is_done(), (&Typed::default(), &Faults::new())).await
}

async fn add_unit(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let name = line(&typed, "name", &mut faults).to_owned();
    let level = UnitLevel::find(typed.get("level"));
    if level.is_none() {
        faults.push(("level", words::CHOICE_WRONG.both(&[])));
    }
    if let (Some(level), true) = (level, faults.is_empty()) {
        let region =
            visit.scope()?.regions(Permission::RecordGift).into_iter().next().ok_or_else(PageError::forbidden)?;
        let unit = FundUnit { unit_id: new_id(&desk, UnitId::new)?, region, level, name, received: Fen::ZERO };
        match desk.store().add_fund_unit(visit.scope()?, &unit, visit.now).await {
            Ok(()) => return Ok(Redirect::to("/fund/campaigns?done=yes").into_response()),
            Err(error) => refusal(error, "name", &mut faults)?,
        }
    }
    Ok(again(list_page(&desk, &visit, false, (&typed, &faults)).await?))
}

async fn list_page(
    desk: &Desk,
    visit: &Visit,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let campaigns = desk.store().list_campaigns(visit.scope()?, None).await?;
    let units = desk.store().fund_units(visit.scope()?).await?;
    let body = html! {
        @if is_done { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        @if visit.may(Permission::RecordGift) { p.buttons { a.btn.btn-primary href="/fund/campaigns/new" { (words::CAMPAIGN_NEW.text(lang)) } } }
        @if campaigns.is_empty() { (empty(words::CAMPAIGNS_NONE.text(lang), words::CAMPAIGNS_NONE_FILL.text(lang))) }
        @else { (rows(&campaigns, lang)) }
        p { a href="/fund/campaigns/published" { (words::PUBLISHED.text(lang)) } }
        section {
            h2 { (words::FUND_UNITS.text(lang)) }
            @if units.is_empty() { p.quiet { (words::FUND_UNITS_NONE.text(lang)) } } @else { (unit_rows(&units, lang)) }
            @if visit.may(Permission::RecordGift) { (unit_form(visit, typed, faults)) }
        }
    };
    let heading = Heading { title: words::CAMPAIGNS.text(lang), note: Some(words::CAMPAIGNS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn rows(campaigns: &[Campaign], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::CAMPAIGN.text(lang)),
        Column::words(words::CAMPAIGN_TIME.text(lang)),
        Column::number(words::RECEIVED.text(lang)),
        Column::number(words::PROMISED.text(lang)),
        Column::words(words::CAMPAIGN_REACHED.text(lang)),
        Column::words(words::CAMPAIGN_ASKED.text(lang)),
    ];
    let rows = html! {
        @for one in campaigns {
            @let progress = &one.progress;
            tr {
                td.wide {
                    a.row-link href={"/fund/campaigns/" (one.campaign.campaign_id)} { (one.campaign.title) }
                    br; span.quiet { (one.campaign.kind.text().in_lang(lang)) " · " (one.campaign.source) }
                }
                td.nowrap { (time(&one.campaign.time, lang)) }
                td.number { (progress.received) }
                td.number { (progress.promised) }
                td { (reached(progress, lang)) }
                td { (progress.answered) " / " (progress.asked) }
            }
        }
    };
    table(words::CAMPAIGNS.text(lang), &columns, &rows)
}

/// From when to when.
pub fn time(time: &CampaignTime, lang: Lang) -> String {
    let end = time.to_on.map_or_else(|| words::CAMPAIGN_OPEN.text(lang).to_owned(), |end| format::day(end, lang));
    format!("{} – {end}", format::day(time.from_on, lang))
}

/// How much of the target arrived, with a bar; what was promised is no part of it.
pub fn reached(progress: &Progress, lang: Lang) -> Markup {
    let Some(permille) = progress.reached_permille() else {
        return html! { span.quiet { (words::CAMPAIGN_NO_TARGET.text(lang)) } };
    };
    let part = u64::try_from(permille.clamp(0, 1000)).unwrap_or(0);
    let target = progress.target.map_or_else(String::new, |target| format::money(target, lang));
    html! { (parts_bar(&[(part, "bar-paid"), (1000 - part, "bar-ground")])) span.quiet { (permille / 10) "." (permille % 10) "% · " (target) } }
}

fn unit_rows(units: &[FundUnit], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::FUND_UNIT.text(lang)),
        Column::words(words::FUND_UNIT_LEVEL.text(lang)),
        Column::number(words::RECEIVED.text(lang)),
    ];
    let rows = html! {
        @for unit in units { tr { td { (unit.name) } td { (unit.level.text().in_lang(lang)) } td.number { (unit.received) } } }
    };
    table(words::FUND_UNITS.text(lang), &columns, &rows)
}

fn unit_form(visit: &Visit, typed: &Typed, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let levels = choices(UnitLevel::ALL, |level| (level.key(), level.text()), lang);
    let field =
        |name: &'static str, label: Word| Input { value: typed.get(name), ..Input::text(name, label.text(lang)) };
    html! {
        (wrong(faults, lang))
        form.box method="post" action="/fund/campaigns/units" {
            (form_token(visit))
            (input(&field("name", words::FUND_UNIT), faults, lang))
            (select(&field("level", words::FUND_UNIT_LEVEL), &levels, faults, lang))
            button.btn type="submit" { (words::FUND_UNIT_ADD.text(lang)) }
        }
    }
}

async fn form(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    form_page(&desk, &visit, &Typed::default(), &Faults::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let books = books(&desk, &visit).await?;
    let id = CampaignId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
    if let Some(campaign) = read(&typed, id, &books, &mut faults) {
        match desk.store().add_campaign(visit.scope()?, &campaign, visit.now).await {
            Ok(()) => {
                return Ok(Redirect::to(&format!("/fund/campaigns/{}?done=yes", campaign.campaign_id)).into_response());
            }
            Err(error) => refusal(error, "title", &mut faults)?,
        }
    }
    Ok(again(form_page(&desk, &visit, &typed, &faults).await?))
}

fn read(typed: &Typed, campaign_id: CampaignId, books: &[BookRow], faults: &mut Faults) -> Option<NewCampaign> {
    let (title, source) = (line(typed, "title", faults).to_owned(), line(typed, "source", faults).to_owned());
    let book = chosen_book(typed, books, faults);
    let kind = CampaignKind::find(typed.get("kind"));
    if kind.is_none() {
        faults.push(("kind", words::CHOICE_WRONG.both(&[])));
    }
    let from_on = day(typed, "from_on", faults);
    let to_on = if typed.get("to_on").trim().is_empty() { None } else { day(typed, "to_on", faults) };
    let target = if typed.get("target").trim().is_empty() { None } else { amount(typed, "target", faults) };
    faults.is_empty().then_some(())?;
    let time = CampaignTime { from_on: from_on?, to_on };
    let unit = UnitId::new(typed.get("unit"));
    Some(NewCampaign { campaign_id, book: book?, unit, kind: kind?, title, source, time, target })
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let heading = Heading { title: words::CAMPAIGN_NEW.text(lang), note: Some(words::CAMPAIGNS_NOTE.text(lang)) };
    let books = books(desk, visit).await?;
    if books.is_empty() {
        let body = empty(words::GIVING_NO_BOOK.text(lang), words::GIVING_NO_BOOK_FILL.text(lang));
        return framed(desk, visit, &heading, &body).await;
    }
    let units = desk.store().fund_units(visit.scope()?).await?;
    let units: Vec<(String, String)> = units.into_iter().map(|unit| (unit.unit_id.to_string(), unit.name)).collect();
    let kinds = choices(CampaignKind::ALL, |kind| (kind.key(), kind.text()), lang);
    let id = form_id(desk, typed)?;
    let field = |name: &'static str, label: Word, kind: &'static str, is_required: bool| Input {
        value: typed.get(name),
        kind,
        is_required,
        ..Input::text(name, label.text(lang))
    };
    let source =
        Input { hint: words::CAMPAIGN_SOURCE_HINT.text(lang), ..field("source", words::CAMPAIGN_SOURCE, "text", true) };
    let target = Input {
        hint: words::CAMPAIGN_TARGET_HINT.text(lang),
        ..field("target", words::CAMPAIGN_TARGET, "decimal", false)
    };
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/fund/campaigns/new" {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (book_field(&books, typed.get("book"), faults, lang))
            (input(&field("title", words::CAMPAIGN_TITLE, "text", true), faults, lang))
            (radios(&field("kind", words::CAMPAIGN_KIND, "text", true), &kinds, faults, lang))
            (input(&source, faults, lang))
            (input(&field("from_on", words::CAMPAIGN_FROM, "date", true), faults, lang))
            (input(&field("to_on", words::CAMPAIGN_TO, "date", false), faults, lang))
            (input(&target, faults, lang))
            @if !units.is_empty() { (select(&field("unit", words::FUND_UNIT, "text", false), &units, faults, lang)) }
            button.btn.btn-primary type="submit" { (words::CAMPAIGN_NEW.text(lang)) }
        }
    };
    framed(desk, visit, &heading, &body).await
}
