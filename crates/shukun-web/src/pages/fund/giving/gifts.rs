//! The list of gifts received.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_casework::authority::Permission;
use shukun_fund::giving::certificate_number;
use shukun_fund::{CampaignId, DonorId, GiftId};
use shukun_store::{GiftFilter, GiftRow};

use super::parts::{DonorNames, account_text, goes_on, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::pager::pager;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/gifts", list)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    donor: String,
    campaign: String,
    after: String,
}

impl Asked {
    fn filter(&self) -> GiftFilter {
        GiftFilter {
            gift_id: None,
            donor: DonorId::new(&self.donor),
            campaign: CampaignId::new(&self.campaign),
            after: GiftId::new(&self.after),
        }
    }
}

/// Where the list begins that this filter shows, or goes on after a gift.
fn path(filter: &GiftFilter, after: Option<&GiftId>) -> String {
    let part = |name: &str, id: Option<&str>| id.map(|id| format!("{name}={id}"));
    let parts = [
        part("donor", filter.donor.as_ref().map(DonorId::as_str)),
        part("campaign", filter.campaign.as_ref().map(CampaignId::as_str)),
        part("after", after.map(GiftId::as_str)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "/fund/gifts".to_owned() } else { format!("/fund/gifts?{}", parts.join("&")) }
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let (lang, filter) = (visit.lang, asked.filter());
    let mut gifts = desk.store().list_gifts(visit.scope()?, &filter).await?;
    let sums = desk.store().gift_sums(visit.scope()?, &filter).await?;
    let next = goes_on(&mut gifts).then(|| gifts.last()).flatten().map(|last| path(&filter, Some(&last.gift_id)));
    let first = filter.after.is_some().then(|| path(&filter, None));
    let names = DonorNames::of(&desk, &visit, gifts.iter().map(|gift| &gift.donor)).await?;
    let body = html! {
        @if asked.done == "yes" { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        @if visit.may(Permission::RecordGift) { p.buttons { a.btn.btn-primary href="/fund/gifts/new" { (words::GIFT_NEW.text(lang)) } } }
        @if gifts.is_empty() { (empty(words::GIFTS_NONE.text(lang), words::GIFTS_NONE_FILL.text(lang))) }
        @else {
            (tiles(&[
                (words::RECEIVED, format::money(sums.received, lang), words::GIFTS_SHOWN.text(lang)),
                (words::DONOR_GIFTS, sums.gifts.to_string(), ""),
            ], lang))
            (gift_rows(&gifts, &names, &visit))
            (pager(first.as_deref(), next.as_deref(), lang))
        }
    };
    let heading = Heading { title: words::GIFTS.text(lang), note: Some(words::GIFTS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

/// The latest gifts of a donor or campaign, and the way to all of them where there are more.
pub async fn latest(desk: &Desk, visit: &Visit, filter: &GiftFilter) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let mut gifts = desk.store().list_gifts(visit.scope()?, filter).await?;
    let more = goes_on(&mut gifts);
    let names = DonorNames::of(desk, visit, gifts.iter().map(|gift| &gift.donor)).await?;
    Ok(html! {
        @if gifts.is_empty() { p.quiet { (words::GIFTS_NONE.text(lang)) } } @else { (gift_rows(&gifts, &names, visit)) }
        @if more { p { a href=(path(filter, None)) { (words::GIFTS_ALL.text(lang)) " →" } } }
    })
}

/// Gifts as a table.
fn gift_rows(gifts: &[GiftRow], names: &DonorNames, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::GIFT_DAY.text(lang)),
        Column::words(words::DONOR.text(lang)),
        Column::number(words::AMOUNT_YUAN.text(lang)),
        Column::words(words::GIFT_INTO.text(lang)),
        Column::words(words::CERTIFICATE.text(lang)),
    ];
    let row = |gift: &GiftRow| {
        let number =
            gift.certificate.and_then(|(year, number)| Some(certificate_number(i16::try_from(year).ok()?, number)));
        html! {
            tr {
                td.nowrap { a.row-link href={"/fund/gifts/" (gift.gift_id)} { (format::day(gift.received_on, lang)) } }
                td { (names.link(&gift.donor, lang)) }
                td.number { (gift.amount) @if !gift.refunded.is_zero() { br; span.quiet { "−" (gift.refunded) } } }
                td {
                    (account_text(&gift.into, lang))
                    @if gift.pledge.is_some() { " " span.tag.tag-accent { (words::GIFT_OF_PLEDGE.text(lang)) } }
                }
                td { (number.unwrap_or_else(|| "—".to_owned())) }
            }
        }
    };
    table(words::GIFTS.text(lang), &columns, &html! { @for gift in gifts { (row(gift)) } })
}
