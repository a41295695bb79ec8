//! Grants, for the security administrator: role × region × programme × term.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::RegionCode;
use shukun_casework::authority::{Grant, Permission, Programme, Role};
use shukun_store::{Account, AccountId, ErrorKind, HeldGrant, Region};

use super::account::{grant_cells, grant_columns};
use super::accounts::state;
use super::work::framed;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::http::fields::{Done, Fields};
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::place::{choose, place};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/grants", list)
        .get("/grants/{account_id}", show)
        .post("/grants/{account_id}", give)
        .post("/grants/{account_id}/take/{grant_id}", take)
}

async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let accounts = desk.store().list_accounts(visit.scope()?).await?;
    let places = desk.place_names(accounts.iter().map(|account| &account.region)).await?;
    let columns = [words::DISPLAY_NAME, words::LOGIN, words::OFFICE, words::REGION, words::STATE];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let rows = html! {
        @for account in &accounts {
            tr {
                td { a.row-link href={"/grants/" (account.account_id)} { (account.display_name) } }
                td { (account.login) }
                td { (account.office) }
                td { (place(&places, &account.region)) }
                td { span.tag { (state(account).text(lang)) } }
            }
        }
    };
    let body = html! {
        @if accounts.is_empty() { (empty(words::ACCOUNTS_EMPTY.text(lang), words::ACCOUNTS_EMPTY_FILL.text(lang))) }
        @else { (table(words::GRANTS.text(lang), &columns, &rows)) }
    };
    let heading = Heading { title: words::GRANTS.text(lang), note: Some(words::GRANTS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(account_id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    account_page(&desk, &visit, &account_id, &Typed::default(), &Vec::new(), done.what()).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    role: String,
    region: String,
    programme: String,
    expires_on: String,
}

async fn give(
    State(desk): State<Desk>,
    visit: Visit,
    Path(account_id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let grant = match read(&typed) {
        Ok(grant) => grant,
        Err(faults) => return again(&desk, &visit, &account_id, &typed, &faults).await,
    };
    match desk.store().grant(visit.scope()?, &AccountId::new(&account_id), &grant, visit.now).await {
        Ok(_) => Ok(Redirect::to(&format!("/grants/{account_id}?done=given")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden) => {
            again(&desk, &visit, &account_id, &typed, &vec![("role", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, id: &str, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    let page = account_page(desk, visit, id, typed, faults, "").await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn take(
    State(desk): State<Desk>,
    visit: Visit,
    Path((account_id, grant_id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    desk.store().revoke(visit.scope()?, &grant_id, visit.now).await?;
    Ok(Redirect::to(&format!("/grants/{account_id}?done=taken")))
}

fn read(typed: &Typed) -> Result<Grant, Faults> {
    let mut faults = Faults::new();
    let role = Role::find(&typed.role);
    if role.is_none() {
        faults.push(("role", words::FIELD_EMPTY.both(&[])));
    }
    let region = RegionCode::new(typed.region.trim());
    if region.is_none() {
        faults.push(("region", words::REGION_WRONG.both(&[])));
    }
    let expires_on = match typed.expires_on.trim() {
        "" => Ok(None),
        day => day.parse().map(Some),
    };
    if expires_on.is_err() {
        faults.push(("expires_on", words::DAY_WRONG.both(&[])));
    }
    match (role, region, expires_on) {
        (Some(role), Some(region), Ok(expires_on)) => {
            Ok(Grant { role, region, programme: Programme::find(&typed.programme), expires_on })
        }
        _ => Err(faults),
    }
}

async fn account_page(
    desk: &Desk,
    visit: &Visit,
    account_id: &str,
    typed: &Typed,
    faults: &Faults,
    done: &str,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let accounts = desk.store().list_accounts(visit.scope()?).await?;
    let account = accounts.into_iter().find(|account| account.account_id.as_str() == account_id);
    let account = account.ok_or_else(PageError::not_found)?;
    let held = desk.store().list_grants(visit.scope()?, &account.account_id).await?;
    let places = desk.place_names(held.iter().map(|held| &held.grant.region)).await?;
    let regions = desk.choosable_places(visit.scope()?, Permission::ManageGrants, &[4, 6, 9, 12]).await?;
    let body = html! {
        @match done {
            "given" => p.done role="status" { (words::GRANT_GIVEN.text(lang)) },
            "taken" => p.done role="status" { (words::GRANT_TAKEN.text(lang)) },
            _ => {}
        }
        section {
            @if held.is_empty() { (empty(words::GRANTS_NONE.text(lang), words::GRANTS_NONE_FILL.text(lang))) }
            @else { (held_table(&held, &account, &places, visit)) }
        }
        @if !account.is_closed { (give_form(&account, &regions, typed, faults, visit)) }
        p.mt-3 { a href="/grants" { (words::BACK_TO_GRANTS.text(lang)) } }
    };
    let title = words::GRANTS_OF.with(lang, &[("name", &account.display_name)]);
    let note = format!("{} · {}", account.login, account.office);
    framed(desk, visit, &Heading { title: &title, note: Some(&note) }, &body).await
}

fn held_table(held: &[HeldGrant], account: &Account, places: &Places, visit: &Visit) -> Markup {
    let columns: Vec<Column<'_>> = grant_columns(visit).into_iter().chain([Column::words("")]).collect();
    let take = words::GRANT_TAKE.text(visit.lang);
    let rows = html! {
        @for held in held {
            tr {
                (grant_cells(&held.grant, places, visit))
                td.wide {
                    form method="post" action={"/grants/" (account.account_id) "/take/" (held.grant_id)} {
                        (form_token(visit))
                        button.btn.btn-plain type="submit"
                            aria-label={(take) "：" (held.grant.role.text().in_lang(visit.lang)) " " (places.name(&held.grant.region))} {
                            (take)
                        }
                    }
                }
            }
        }
    };
    table(words::GRANTS.text(visit.lang), &columns, &rows)
}

fn give_form(account: &Account, regions: &[Region], typed: &Typed, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let named = |key: &str, text: shukun_base::Text| (key.to_owned(), text.in_lang(lang).to_owned());
    let roles: Vec<_> = Role::ALL.iter().map(|role| named(role.key(), role.text())).collect();
    let programmes: Vec<_> = Programme::ALL.iter().map(|programme| named(programme.key(), programme.text())).collect();
    let region_code = if typed.region.is_empty() { account.region.as_str() } else { &typed.region };
    let role = Input { value: &typed.role, ..Input::text("role", words::ROLE.text(lang)) };
    let region = Input { value: region_code, ..Input::text("region", words::REGION.text(lang)) };
    let hint = words::PROGRAMME_HINT.text(lang);
    let programme = Input {
        value: &typed.programme,
        hint,
        is_required: false,
        ..Input::text("programme", words::PROGRAMME.text(lang))
    };
    let hint = words::EXPIRES_HINT.text(lang);
    let expires = Input {
        kind: "date",
        value: &typed.expires_on,
        hint,
        is_required: false,
        ..Input::text("expires_on", words::EXPIRES_ON.text(lang))
    };
    html! {
        section {
            h2 { (words::GRANT_GIVE.text(lang)) }
            (wrong(faults, lang))
            form.box method="post" action={"/grants/" (account.account_id)} {
                (form_token(visit))
                (select(&role, &roles, faults, lang))
                (choose(&region, regions, faults, lang))
                (select(&programme, &programmes, faults, lang))
                (input(&expires, faults, lang))
                button.btn.btn-primary type="submit" { (words::GRANT_GIVE.text(lang)) }
            }
        }
    }
}
