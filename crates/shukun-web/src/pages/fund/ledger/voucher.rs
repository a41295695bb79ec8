//! A voucher: posted, with its place in the chain, or waiting for the one who checks it.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_casework::authority::Permission;
use shukun_fund::VoucherId;
use shukun_fund::ledger::{NewTransfer, Voucher};
use shukun_store::{AccountId, DraftRow, ErrorKind};

use super::{account_name, amount, name_of, voucher_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/vouchers/{voucher_id}", show).post("/fund/vouchers/{voucher_id}/check", check)
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    verdict: String,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    voucher_page(&desk, &visit, &voucher_of(&id)?, done.is_done(), &Vec::new()).await
}

async fn check(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = voucher_of(&id)?;
    let is_accepted = match typed.verdict.as_str() {
        "accept" => true,
        "refuse" => false,
        _ => return Err(PageError::unreadable()),
    };
    match desk.store().check_voucher(visit.scope()?, &id, is_accepted, visit.now).await {
        Ok(_) => Ok(Redirect::to(&format!("/fund/vouchers/{id}?done=yes")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) => {
            let faults = vec![("verdict", error.text)];
            let page = voucher_page(&desk, &visit, &id, false, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn voucher_page(
    desk: &Desk,
    visit: &Visit,
    id: &VoucherId,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let posted = match desk.store().voucher(scope, id).await {
        Err(error) if error.kind == ErrorKind::NotFound => None,
        found => Some(found?),
    };
    let draft = match (&posted, desk.store().draft(scope, id).await) {
        (_, Err(error)) if error.kind == ErrorKind::NotFound => None,
        (_, found) => Some(found?),
    };
    let voucher = posted.as_ref().map(|row| &row.voucher).or(draft.as_ref().map(|row| &row.voucher));
    let voucher = voucher.ok_or_else(PageError::not_found)?;
    let people = [Some(&voucher.maker), voucher.checker.as_ref()];
    let ids: Vec<AccountId> = people.into_iter().flatten().map(|actor| AccountId::new(actor.as_str())).collect();
    let names = desk.store().display_names(scope, &ids).await?;
    let waits = draft.as_ref().is_some_and(|draft| draft.state == "waiting");
    let body = html! {
        @if is_done { p.done role="status" { (words::VOUCHER_DONE.text(lang)) } }
        (facts(voucher, draft.as_ref(), &names, visit))
        (transfers(&voucher.transfers, visit))
        @if let Some(row) = &posted {
            p.quiet {
                (words::VOUCHER_RECORDED.text(lang)) " " (format::moment(row.recorded_at, lang))
                @if let Some(first) = row.stored.first() { " · " (first.transfer.book) " № " (first.link.sequence) }
            }
        }
        @if waits { (check_form(voucher, visit, faults)?) }
    };
    framed(desk, visit, &Heading { title: voucher.words.as_str(), note: Some(words::VOUCHER.text(lang)) }, &body).await
}

fn facts(voucher: &Voucher, draft: Option<&DraftRow>, names: &[(AccountId, String)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let checker = voucher.checker.as_ref().map(|checker| name_of(names, checker.as_str()));
    let state = match draft.map(|draft| draft.state.as_str()) {
        Some("waiting") => words::VOUCHER_WAITS,
        Some("refused") => words::VOUCHER_REFUSED,
        _ => words::VOUCHER_POSTED,
    };
    html! {
        dl.facts {
            dt { (words::VOUCHER_ID.text(lang)) } dd { (voucher.id) }
            dt { (words::VOUCHER_DAY.text(lang)) } dd { (format::day(voucher.effective, lang)) }
            dt { (words::VOUCHER_STATE.text(lang)) } dd { (state.text(lang)) }
            dt { (words::VOUCHER_MAKER.text(lang)) } dd { (name_of(names, voucher.maker.as_str())) }
            dt { (words::VOUCHER_CHECKER.text(lang)) } dd { (checker.unwrap_or_else(|| "—".to_owned())) }
        }
    }
}

fn transfers(transfers: &[NewTransfer], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::TRANSFER_WHY.text(lang)),
        Column::words(words::ACCOUNT_DEBIT.text(lang)),
        Column::words(words::ACCOUNT_CREDIT.text(lang)),
        Column::words(words::TRANSFER_PHASE.text(lang)),
        Column::number(words::TRANSFER_AMOUNT.text(lang)),
        Column::words(words::TRANSFER_RESTS_ON.text(lang)),
    ];
    let row = |transfer: &NewTransfer| {
        html! {
            tr {
                td { (transfer.code.text().in_lang(lang)) br; span.quiet { (transfer.book) } }
                td { (account_name(&transfer.debit, lang)) }
                td { (account_name(&transfer.credit, lang)) }
                td {
                    (transfer.phase.text().in_lang(lang))
                    @if let Some(last) = transfer.expires_on { br; span.quiet { (words::TRANSFER_UNTIL.text(lang)) " " (format::day(last, lang)) } }
                }
                td.number { (amount(transfer.amount, lang)) }
                td.quiet {
                    @if let Some(line) = &transfer.line { (line) }
                    @else if let Some(resolution) = &transfer.resolution { (resolution) }
                    @else if let Some(corrected) = &transfer.corrects { (corrected) }
                    @else { "—" }
                }
            }
        }
    };
    table(words::VOUCHER.text(lang), &columns, &html! { @for one in transfers { (row(one)) } })
}

/// For somebody who may check and did not make it.
fn check_form(voucher: &Voucher, visit: &Visit, faults: &Faults) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let me = visit.visitor()?.session.account_id();
    if !visit.may(Permission::CheckBooks) || me.as_str() == voucher.maker.as_str() {
        return Ok(html! { p.quiet { (words::VOUCHER_OTHERS_CHECK.text(lang)) } });
    }
    Ok(html! {
        (wrong(faults, lang))
        form.box method="post" action={"/fund/vouchers/" (voucher.id) "/check"} {
            (form_token(visit))
            div.buttons {
                button.btn.btn-primary #verdict type="submit" name="verdict" value="accept" { (words::VOUCHER_ACCEPT.text(lang)) }
                button.btn.btn-plain type="submit" name="verdict" value="refuse" { (words::VOUCHER_REFUSE.text(lang)) }
            }
        }
    })
}
