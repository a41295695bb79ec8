//! The list of gifts received.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Fen;
use shukun_casework::authority::Permission;
use shukun_fund::giving::certificate_number;
use shukun_store::{GiftFilter, GiftRow};

use super::parts::{DonorNames, account_text, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
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
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let gifts = desk.store().list_gifts(visit.scope()?, &GiftFilter::default()).await?;
    let names = DonorNames::load(&desk, &visit).await?;
    let received: Fen = gifts.iter().map(GiftRow::left).sum();
    let body = html! {
        @if asked.done == "yes" { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        @if visit.may(Permission::RecordGift) { p.buttons { a.btn.btn-primary href="/fund/gifts/new" { (words::GIFT_NEW.text(lang)) } } }
        @if gifts.is_empty() { (empty(words::GIFTS_NONE.text(lang), words::GIFTS_NONE_FILL.text(lang))) }
        @else {
            (tiles(&[
                (words::RECEIVED, format::money(received, lang), words::GIFTS_SHOWN.text(lang)),
                (words::DONOR_GIFTS, gifts.len().to_string(), ""),
            ], lang))
            (gift_rows(&gifts, &names, &visit))
        }
    };
    let heading = Heading { title: words::GIFTS.text(lang), note: Some(words::GIFTS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

/// Gifts as a table.
pub fn gift_rows(gifts: &[GiftRow], names: &DonorNames, visit: &Visit) -> Markup {
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
