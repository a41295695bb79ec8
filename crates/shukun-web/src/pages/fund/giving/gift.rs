//! One gift: what it is for, its voucher, its certificate, and paying it back by two people.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::Masked;
use shukun_casework::authority::Permission;
use shukun_fund::giving::certificate_number;
use shukun_fund::{GiftId, RefundId};
use shukun_store::{GiftRow, RefundRow};

use super::parts::{DonorNames, again, amount, form_id, line, named, places, refusal};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/gifts/{gift_id}", show)
        .post("/fund/gifts/{gift_id}/refund", ask)
        .post("/fund/gifts/{gift_id}/refund/{refund_id}", pay)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    gift_page(&desk, &visit, &id, done.is_done(), (&Typed::default(), &Faults::new())).await
}

async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let gift_id = GiftId::new(&id).ok_or_else(PageError::not_found)?;
    let mut faults = Faults::new();
    let found = amount(&typed, "amount", &mut faults);
    let reason = Masked::new(line(&typed, "reason", &mut faults).to_owned());
    if let (Some(found), true) = (found, faults.is_empty()) {
        let refund = RefundId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
        match desk.store().ask_refund(visit.scope()?, &gift_id, (&refund, found), &reason, visit.now).await {
            Ok(()) => return Ok(Redirect::to(&format!("/fund/gifts/{gift_id}?done=yes")).into_response()),
            Err(error) => refusal(error, "amount", &mut faults)?,
        }
    }
    Ok(again(gift_page(&desk, &visit, &id, false, (&typed, &faults)).await?))
}

async fn pay(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, refund)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let gift_id = GiftId::new(&id).ok_or_else(PageError::not_found)?;
    let refund = RefundId::new(&refund).ok_or_else(PageError::not_found)?;
    let mut faults = Faults::new();
    match desk.store().pay_refund(visit.scope()?, &gift_id, &refund, visit.now).await {
        Ok(()) => return Ok(Redirect::to(&format!("/fund/gifts/{gift_id}?done=yes")).into_response()),
        Err(error) => refusal(error, "refunds", &mut faults)?,
    }
    Ok(again(gift_page(&desk, &visit, &id, false, (&Typed::default(), &faults)).await?))
}

async fn gift_page(
    desk: &Desk,
    visit: &Visit,
    id: &str,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let gift_id = GiftId::new(id).ok_or_else(PageError::not_found)?;
    let gift = desk.store().gift(visit.scope()?, &gift_id).await?;
    let refunds = desk.store().refunds(visit.scope()?, &gift_id).await?;
    let (places, _) = places(desk, visit).await?;
    let purpose = desk.store().purpose_of(visit.scope()?, &gift.book, &gift.into, &named(&places)).await?;
    let names = DonorNames::of(desk, visit, std::iter::once(&gift.donor)).await?;
    let refund_id = form_id(desk, typed)?;
    let body = html! {
        @if is_done { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        (wrong(faults, lang))
        div.board {
            section.box {
                h2 { (words::GIFT.text(lang)) }
                dl.facts {
                    dt { (words::DONOR.text(lang)) } dd { (names.link(&gift.donor, lang)) }
                    dt { (words::AMOUNT.text(lang)) } dd { (format::money(gift.amount, lang)) }
                    @if !gift.refunded.is_zero() { dt { (words::REFUNDED.text(lang)) } dd { (format::money(gift.refunded, lang)) } }
                    dt { (words::GIFT_DAY.text(lang)) } dd { (format::day(gift.received_on, lang)) }
                    dt { (words::GIFT_INTO.text(lang)) } dd { (purpose.in_lang(lang)) }
                    dt { (words::GIFT_VOUCHER.text(lang)) } dd { (gift.voucher) }
                    @if !gift.source.is_empty() { dt { (words::GIFT_SOURCE.text(lang)) } dd { (gift.source) } }
                }
            }
            section.box { h2 { (words::CERTIFICATE.text(lang)) } (certificate(&gift, visit)) }
            section.box #refunds { h2 { (words::REFUNDS.text(lang)) }
                (refund_list(&gift, &refunds, visit))
                @if visit.may(Permission::RecordGift) && !gift.left().is_zero() { (refund_form(&gift, &refund_id, (typed, faults), visit)) }
            }
        }
        p { a href="/fund/gifts" { "← " (words::GIFTS.text(lang)) } }
    };
    let title = format!("{} · {}", words::GIFT.text(lang), format::money(gift.amount, lang));
    framed(desk, visit, &Heading { title: &title, note: Some(&format::day(gift.received_on, lang)) }, &body).await
}

fn certificate(gift: &GiftRow, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let number =
        gift.certificate.and_then(|(year, number)| Some(certificate_number(i16::try_from(year).ok()?, number)));
    html! {
        @match &number {
            Some(number) => p { b { (number) } },
            None => p.quiet { (words::CERTIFICATE_NONE.text(lang)) },
        }
        @if visit.may(Permission::RecordGift) && !gift.left().is_zero() {
            form method="post" action={"/fund/gifts/" (gift.gift_id) "/certificate"} {
                (form_token(visit))
                button.btn.btn-primary type="submit" {
                    (if number.is_some() { words::CERTIFICATE_AGAIN } else { words::CERTIFICATE_MAKE }.text(lang))
                }
            }
            @if number.is_some() { p { a href={"/fund/gifts/" (gift.gift_id) "/certificate"} { (words::CERTIFICATE_SHOW.text(lang)) } } }
        }
    }
}

fn refund_list(gift: &GiftRow, refunds: &[RefundRow], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let me = visit.visitor.as_ref().map(|visitor| visitor.session.account_id().clone());
    html! {
        @if refunds.is_empty() { p.quiet { (words::REFUNDS_NONE.text(lang)) } }
        @for refund in refunds {
            div {
                p {
                    b { (format::money(refund.amount, lang)) } " " (refund.reason.reveal()) " "
                    @match refund.paid_on {
                        Some(day) => span.tag.tag-green { span.shape aria-hidden="true" { "✓" } (words::REFUND_PAID.text(lang)) " " (format::day(day, lang)) },
                        None => span.tag.tag-orange { span.shape aria-hidden="true" { "◕" } (words::REFUND_WAITS.text(lang)) },
                    }
                }
                @if refund.paid_on.is_none() && visit.may(Permission::CheckBooks) && me.as_ref() != Some(&refund.asked_by) {
                    form method="post" action={"/fund/gifts/" (gift.gift_id) "/refund/" (refund.refund_id)} {
                        (form_token(visit))
                        button.btn.btn-primary type="submit" { (words::REFUND_CHECK.text(lang)) }
                    }
                }
            }
        }
    }
}

fn refund_form(gift: &GiftRow, id: &str, (typed, faults): (&Typed, &Faults), visit: &Visit) -> Markup {
    let lang = visit.lang;
    let left = format::money(gift.left(), lang);
    let hint = words::REFUND_HINT.with(lang, &[("left", &left)]);
    let amount = Input {
        kind: "decimal",
        hint: &hint,
        value: typed.get("amount"),
        ..Input::text("amount", words::AMOUNT_YUAN.text(lang))
    };
    let reason = Input {
        hint: words::REFUND_REASON_HINT.text(lang),
        value: typed.get("reason"),
        ..Input::text("reason", words::REFUND_REASON.text(lang))
    };
    html! {
        details open[!faults.is_empty()] {
            summary { (words::REFUND_ASK.text(lang)) }
            form method="post" action={"/fund/gifts/" (gift.gift_id) "/refund"} {
                (form_token(visit))
                input type="hidden" name="form_id" value=(id);
                (input(&amount, faults, lang))
                (input(&reason, faults, lang))
                button.btn type="submit" { (words::REFUND_ASK.text(lang)) }
            }
        }
    }
}
