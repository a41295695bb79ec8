//! Accounts, for the system administrator: add, reset, close. What an account may do is another administrator's page.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_store::{Account, AccountId, ErrorKind, FirstPassword, NewAccount};

use super::work::framed;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::http::fields::{Done, Fields};
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::place::{choose, place};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/accounts", list)
        .get("/accounts/new", show_new)
        .post("/accounts/new", add)
        .post("/accounts/{account_id}/reset", reset)
        .post("/accounts/{account_id}/close", close)
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let accounts = desk.store().list_accounts(visit.scope()?).await?;
    let places = desk.place_names(accounts.iter().map(|account| &account.region)).await?;
    let own = visit.visitor()?.session.account_id().clone();
    let columns = [words::DISPLAY_NAME, words::LOGIN, words::OFFICE, words::REGION, words::STATE, words::SECOND_FACTOR];
    let columns: Vec<Column<'_>> =
        columns.iter().map(|word| Column::words(word.text(lang))).chain([Column::words("")]).collect();
    let rows = html! { @for account in &accounts { (row(account, account.account_id == own, &places, &visit)) } };
    let body = html! {
        @if done.what() == "closed" { p.done role="status" { (words::ACCOUNT_CLOSED.text(lang)) } }
        p { a.btn.btn-primary href="/accounts/new" { (words::ACCOUNT_ADD.text(lang)) } }
        @if accounts.is_empty() { (empty(words::ACCOUNTS_EMPTY.text(lang), words::ACCOUNTS_EMPTY_FILL.text(lang))) }
        @else { (table(words::ACCOUNTS.text(lang), &columns, &rows)) }
    };
    framed(&desk, &visit, &Heading { title: words::ACCOUNTS.text(lang), note: None }, &body).await
}

/// How an account stands.
pub fn state(account: &Account) -> Word {
    match account {
        Account { is_closed: true, .. } => words::STATE_CLOSED,
        Account { must_change_password: true, .. } => words::STATE_FIRST,
        _ => words::STATE_OPEN,
    }
}

fn row(account: &Account, is_own: bool, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let has_code = if account.has_second_factor { words::MY_SECOND_FACTOR_YES } else { words::MY_SECOND_FACTOR_NO };
    html! {
        tr {
            td { b { (account.display_name) } }
            td { (account.login) }
            td { (account.office) }
            td { (place(places, &account.region)) }
            td { span.tag { (state(account).text(lang)) } }
            td.quiet { (has_code.text(lang)) }
            td.wide {
                @if !account.is_closed && !is_own {
                    div.buttons {
                        a.btn.btn-plain href={"/accounts/" (account.account_id) "/subjects"} { (words::SUBJECTS.text(lang)) }
                        (act(account, "reset", words::ACCOUNT_RESET, visit))
                        (act(account, "close", words::ACCOUNT_CLOSE, visit))
                    }
                }
            }
        }
    }
}

fn act(account: &Account, verb: &str, word: Word, visit: &Visit) -> Markup {
    let label = format!("{}：{}", word.text(visit.lang), account.login);
    html! {
        form method="post" action={"/accounts/" (account.account_id) "/" (verb)} {
            (form_token(visit))
            button.btn.btn-plain type="submit" aria-label=(label) { (word.text(visit.lang)) }
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    login: String,
    display_name: String,
    office: String,
    region: String,
}

async fn show_new(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    new_page(&desk, &visit, &Typed::default(), &Vec::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let new = match read(&typed) {
        Ok(new) => new,
        Err(faults) => return again(&desk, &visit, &typed, &faults).await,
    };
    match desk.store().add_account(visit.scope()?, &new, visit.now).await {
        Ok(first) => Ok(first_password_page(&desk, &visit, &first).await?.into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            again(&desk, &visit, &typed, &vec![("login", error.text)]).await
        }
        // Another administrator's county: said at the field.
        Err(error) if error.kind == ErrorKind::Forbidden => {
            again(&desk, &visit, &typed, &vec![("region", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, new_page(desk, visit, typed, faults).await?).into_response())
}

fn read(typed: &Typed) -> Result<NewAccount, Faults> {
    let fields = [("login", &typed.login), ("display_name", &typed.display_name), ("office", &typed.office)];
    let is_empty = |(name, value): (&'static str, &String)| value.trim().is_empty().then(|| (name, field_empty()));
    let mut faults: Faults = fields.into_iter().filter_map(is_empty).collect();
    match RegionCode::new(typed.region.trim()) {
        Some(region) if faults.is_empty() => Ok(NewAccount {
            login: typed.login.clone(),
            display_name: typed.display_name.trim().to_owned(),
            office: typed.office.trim().to_owned(),
            region,
            grants: Vec::new(),
        }),
        Some(_) => Err(faults),
        None => {
            faults.push(("region", words::REGION_WRONG.both(&[])));
            Err(faults)
        }
    }
}

fn field_empty() -> Text {
    words::FIELD_EMPTY.both(&[])
}

async fn new_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let field =
        |name, word: Word, value, hint: &'static str| Input { value, hint, ..Input::text(name, word.text(lang)) };
    let places = desk.choosable_places(visit.scope()?, Permission::ManageAccounts, &[6, 9, 12]).await?;
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/accounts/new" {
            (form_token(visit))
            (input(&field("display_name", words::DISPLAY_NAME, &typed.display_name, ""), faults, lang))
            (input(&field("login", words::LOGIN, &typed.login, words::LOGIN_HINT.text(lang)), faults, lang))
            (input(&field("office", words::OFFICE, &typed.office, ""), faults, lang))
            (choose(&field("region", words::REGION, &typed.region, ""), &places, faults, lang))
            button.btn.btn-primary type="submit" { (words::ACCOUNT_ADD.text(lang)) }
        }
    };
    let heading = Heading { title: words::ACCOUNT_ADD.text(lang), note: Some(words::ACCOUNT_ADD_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

async fn reset(State(desk): State<Desk>, visit: Visit, Path(account_id): Path<String>) -> Result<Page, PageError> {
    let first = desk.store().reset_password(visit.scope()?, &AccountId::new(&account_id), visit.now).await?;
    first_password_page(&desk, &visit, &first).await
}

async fn close(State(desk): State<Desk>, visit: Visit, Path(account_id): Path<String>) -> Result<Redirect, PageError> {
    desk.store().close_account(visit.scope()?, &AccountId::new(&account_id), visit.now).await?;
    Ok(Redirect::to("/accounts?done=closed"))
}

async fn first_password_page(desk: &Desk, visit: &Visit, first: &FirstPassword) -> Result<Page, PageError> {
    let lang = visit.lang;
    let body = html! {
        section.box {
            h2 { (words::FIRST_PASSWORD_OF.with(lang, &[("login", &first.login)])) }
            p.secret { (first.password.reveal()) }
            p { (words::FIRST_PASSWORD_NOTE.text(lang)) }
        }
        p.mt-3 { a href="/accounts" { (words::BACK_TO_ACCOUNTS.text(lang)) } }
    };
    framed(desk, visit, &Heading { title: words::FIRST_PASSWORD.text(lang), note: None }, &body).await
}
