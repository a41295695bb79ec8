//! Interface tokens of one's own account: made for one program, shown once, taken back.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_store::{ALSO_FOR_TOKENS, ApiToken, ApiTokenId, ErrorKind, HeldGrant, NewApiToken};

use super::cases::Typed;
use super::work::framed;
use crate::api::door::PREFIX;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/account/tokens", show).post("/account/tokens", make).post("/account/tokens/{token_id}/take", take)
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    let gone = done.what() == "gone";
    let above = html! { @if gone { p.done role="status" { (words::TOKEN_GONE.text(visit.lang)) } } };
    page(&desk, &visit, &above, &Typed::default(), &Vec::new()).await
}

async fn make(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let session = &visit.visitor()?.session;
    let Ok(expires_on) = typed.get("last_day").parse() else {
        let faults = vec![("last_day", words::DAY_WRONG.both(&[]))];
        let again = page(&desk, &visit, &html! {}, &typed, &faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    let new = NewApiToken {
        name: typed.get("name").to_owned(),
        grant_ids: typed.all("grant").map(str::to_owned).collect(),
        can_write: typed.get("reach") == "write",
        also: typed.all("also").filter_map(Permission::find).collect(),
        expires_on,
    };
    match desk.store().make_api_token(session, &new, visit.now).await {
        Ok(token) => {
            let shown = format!("{PREFIX}{}", token.to_cookie());
            Ok(page(&desk, &visit, &once(&shown, &visit), &Typed::default(), &Vec::new()).await?.into_response())
        }
        Err(error) if error.kind == ErrorKind::Refused => {
            let again = page(&desk, &visit, &html! {}, &typed, &vec![("name", error.text)]).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn take(State(desk): State<Desk>, visit: Visit, Path(token_id): Path<String>) -> Result<Redirect, PageError> {
    let session = &visit.visitor()?.session;
    desk.store().revoke_api_token(session, &ApiTokenId::new(&token_id), visit.now).await?;
    Ok(Redirect::to("/account/tokens?done=gone"))
}

fn once(token: &str, visit: &Visit) -> Markup {
    html! {
        section.box role="status" {
            p { b { (words::TOKEN_ONCE.text(visit.lang)) } }
            p.secret { (token) }
        }
    }
}

async fn page(desk: &Desk, visit: &Visit, above: &Markup, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let session = &visit.visitor()?.session;
    let tokens = desk.store().list_api_tokens(session).await?;
    let held = desk.store().list_grants(visit.scope()?, session.account_id()).await?;
    let granted = tokens.iter().flat_map(|token| &token.grants).chain(held.iter().map(|held| &held.grant));
    let places = desk.place_names(granted.map(|grant| &grant.region)).await?;
    let body = html! {
        (above)
        (wrong(faults, lang))
        @if tokens.is_empty() { (empty(words::TOKENS_EMPTY.text(lang), words::TOKENS_EMPTY_FILL.text(lang))) }
        @else { (list(&tokens, &places, visit)) }
        @if held.is_empty() { (empty(words::HOME_NO_GRANT.text(lang), words::HOME_NO_GRANT_FILL.text(lang))) }
        @else { section.mt-3 { h2 { (words::TOKEN_NEW.text(lang)) } (form(&held, &places, visit, typed, faults)) } }
    };
    let note = Some(words::TOKENS_NOTE.text(lang));
    framed(desk, visit, &Heading { title: words::TOKENS.text(lang), note }, &body).await
}

fn list(tokens: &[ApiToken], places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let headings = [
        words::TOKEN_NAME,
        words::TOKEN_REACH,
        words::TOKEN_GRANTS,
        words::TOKEN_LAST_DAY,
        words::TOKEN_USED_AT,
        words::TOKEN_STATE,
    ];
    let columns: Vec<Column<'_>> =
        headings.iter().map(|word| Column::words(word.text(lang))).chain([Column::words("")]).collect();
    table(words::TOKENS.text(lang), &columns, &html! { @for token in tokens { (row(token, places, visit)) } })
}

fn row(token: &ApiToken, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let state = match token {
        ApiToken { is_revoked: true, .. } => words::TOKEN_TAKEN_BACK,
        token if token.is_live(visit.now) => words::TOKEN_LIVE,
        _ => words::TOKEN_ENDED,
    };
    let last_day = format::china_day(token.expires_at - jiff::SignedDuration::from_secs(1));
    html! {
        tr {
            td { b { (token.name) } }
            td { (reach(token, visit)) }
            td { @for grant in &token.grants { div { (grant.role.text().in_lang(lang)) " " (places.name(&grant.region)) } } }
            td.nowrap { (format::day(last_day, lang)) }
            td.nowrap {
                @match token.used_at {
                    Some(at) => (format::moment(at, lang)),
                    None => (words::TOKEN_NEVER_USED.text(lang)),
                }
            }
            td { span.tag { (state.text(lang)) } }
            td.wide { @if token.is_live(visit.now) { (take_back(token, visit)) } }
        }
    }
}

fn reach(token: &ApiToken, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let reach = if token.can_write { words::TOKEN_WRITE } else { words::TOKEN_READ };
    html! {
        (reach.text(lang))
        @for permission in &token.also { " " span.tag { (permission.text().in_lang(lang)) } }
    }
}

fn take_back(token: &ApiToken, visit: &Visit) -> Markup {
    html! {
        form method="post" action={"/account/tokens/" (token.token_id.as_str()) "/take"} {
            (form_token(visit))
            button.btn.btn-plain type="submit" { (words::TOKEN_TAKE_BACK.text(visit.lang)) }
        }
    }
}

fn form(held: &[HeldGrant], places: &Places, visit: &Visit, typed: &Typed, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let name = Input {
        hint: words::TOKEN_NAME_HINT.text(lang),
        value: typed.get("name"),
        ..Input::text("name", words::TOKEN_NAME.text(lang))
    };
    let last_day = Input {
        kind: "date",
        hint: words::TOKEN_LAST_DAY_HINT.text(lang),
        value: typed.get("last_day"),
        ..Input::text("last_day", words::TOKEN_LAST_DAY.text(lang))
    };
    let typed_reach = if typed.get("reach").is_empty() { "read" } else { typed.get("reach") };
    let reach = Input { value: typed_reach, ..Input::text("reach", words::TOKEN_REACH.text(lang)) };
    let choice = |key: &str, word: words::Word| (key.to_owned(), word.text(lang).to_owned());
    let reaches = [choice("read", words::TOKEN_READ), choice("write", words::TOKEN_WRITE)];
    html! {
        form.box method="post" action="/account/tokens" {
            (form_token(visit))
            (input(&name, faults, lang))
            (grant_boxes(held, places, visit, typed))
            (radios(&reach, &reaches, faults, lang))
            (also_boxes(visit, typed))
            (input(&last_day, faults, lang))
            button.btn.btn-primary type="submit" { (words::TOKEN_NEW.text(lang)) }
        }
    }
}

fn grant_boxes(held: &[HeldGrant], places: &Places, visit: &Visit, typed: &Typed) -> Markup {
    let lang = visit.lang;
    let in_force: Vec<&HeldGrant> = held.iter().filter(|held| held.grant.is_in_force(visit.today())).collect();
    let boxes = in_force.iter().map(|held| {
        let name = format!("{} {}", held.grant.role.text().in_lang(lang), places.name(&held.grant.region));
        (held.grant_id.as_str(), name, in_force.len() == 1)
    });
    tick_boxes("grant", (words::TOKEN_GRANTS, words::TOKEN_GRANTS_HINT), boxes, visit, typed)
}

fn also_boxes(visit: &Visit, typed: &Typed) -> Markup {
    let offered = ALSO_FOR_TOKENS.iter().filter(|permission| visit.may(**permission));
    let boxes = offered.map(|permission| (permission.key(), permission.text().in_lang(visit.lang).to_owned(), false));
    let boxes: Vec<_> = boxes.collect();
    html! {
        @if !boxes.is_empty() {
            (tick_boxes("also", (words::TOKEN_ALSO, words::TOKEN_ALSO_HINT), boxes.into_iter(), visit, typed))
        }
    }
}

fn tick_boxes<'a>(
    field: &str,
    (legend, hint): (words::Word, words::Word),
    boxes: impl Iterator<Item = (&'a str, String, bool)>,
    visit: &Visit,
    typed: &Typed,
) -> Markup {
    let is_ticked = |value: &str| typed.all(field).any(|typed| typed == value);
    html! {
        fieldset {
            legend { (legend.text(visit.lang)) }
            p.form-hint { (hint.text(visit.lang)) }
            @for (value, name, is_only) in boxes {
                @let id = format!("{field}-{value}");
                div.choice {
                    input #(id) type="checkbox" name=(field) value=(value) checked[is_only || is_ticked(value)];
                    label for=(id) { (name) }
                }
            }
        }
    }
}
