//! Doing one act on a case: read the form, let the store plan it again, and come back to the case.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use shukun_base::Text;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::{CaseId, TransactionId};
use shukun_store::{ErrorKind, Scope, StoreError};

use super::acts::around::Around;
use super::acts::{Act, Reader, Typed, all, take};
use super::page::{Tried, case_page};
use super::papers::store_files;
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::parts::Sent;
use crate::routes::Handlers;
use crate::ui::field::Faults;
use crate::ui::layout::form_token;
use crate::visit::Visit;

/// The routes of all acts.
pub fn serve(handlers: Handlers) -> Handlers {
    let handlers = handlers.post("/cases/{case_id}/take", take_case);
    all().fold(handlers, |handlers, act| {
        let handler = move |State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, sent: Sent| {
            do_act(desk, visit, id, sent, act)
        };
        handlers.post(act.path, handler)
    })
}

/// What every form of a case carries: its token, the version that was read, the name of this one act.
pub fn hidden(desk: &Desk, visit: &Visit, case: &Case) -> Result<Markup, PageError> {
    let transaction = desk.random_word()?;
    Ok(html! {
        (form_token(visit))
        input type="hidden" name="version" value=(case.version);
        input type="hidden" name="transaction" value=(transaction);
    })
}

async fn take_case(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Redirect, PageError> {
    let typed = Typed::from(sent.fields);
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    send(&desk, visit.scope()?, visit.now, &case_id, Stamp::of(&typed)?, &[take(&visit)?]).await?;
    Ok(Redirect::to(&format!("/cases/{id}")))
}

async fn do_act(desk: Desk, visit: Visit, id: String, sent: Sent, act: &'static Act) -> Result<Response, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let case = desk.store().case(visit.scope()?, &case_id).await?;
    let (typed, faults) = store_files(&desk, &visit, &case, act, sent).await?;
    if !faults.is_empty() {
        return again(&desk, &visit, &case_id, act.key, &typed, faults, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let papers = match act.papers {
        [] => Vec::new(),
        _ => desk.store().list_documents(visit.scope()?, &case_id).await?,
    };
    let around = match act.key {
        "forward" | "assign" => Around::load(&desk, &visit, &case).await?,
        _ => Around::default(),
    };
    let reader = Reader { case: &case, typed: &typed, visit: &visit, papers: &papers, around: &around };
    let command = match (act.read)(&reader) {
        Ok(command) => command,
        Err(faults) => {
            return again(&desk, &visit, &case_id, act.key, &typed, faults, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let commands = with_taking(&case, &visit, command)?;
    match send(&desk, visit.scope()?, visit.now, &case_id, Stamp::of(&typed)?, &commands).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}?done=act")).into_response()),
        Err(error) => refused(&desk, &visit, &case_id, act.key, &typed, error).await,
    }
}

/// Whoever goes on with a case that is in nobody's hands takes it by that: one act, all or nothing.
pub fn with_taking(case: &Case, visit: &Visit, command: Command) -> Result<Vec<Command>, PageError> {
    let is_in_hands =
        case.assignee.is_some() || case.status == Status::Closed || matches!(command, Command::Assign { .. });
    Ok(if is_in_hands { vec![command] } else { vec![take(visit)?, command] })
}

/// What casework refuses is said on the case's page, above the form that was sent; everything else is an error page.
pub async fn refused(
    desk: &Desk,
    visit: &Visit,
    case_id: &CaseId,
    key: &'static str,
    typed: &Typed,
    error: StoreError,
) -> Result<Response, PageError> {
    let status = match error.kind {
        ErrorKind::Refused | ErrorKind::Forbidden => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Stale => StatusCode::CONFLICT,
        _ => return Err(error.into()),
    };
    again(desk, visit, case_id, key, typed, vec![("main", with_code(&error))], status).await
}

/// What was refused, with its code for the help desk.
pub fn with_code(error: &StoreError) -> Text {
    let (text, code) = (&error.text, error.code);
    Text::new(format!("{}（{code}）", text.zh), format!("{} ({code})", text.en))
}

/// One act as its form names it: the version that was read, and the name under which it is done once.
pub struct Stamp {
    version: u32,
    transaction: TransactionId,
}

impl Stamp {
    /// From the hidden fields.
    ///
    /// # Errors
    /// They are not those of [`hidden`].
    pub fn of(typed: &Typed) -> Result<Stamp, PageError> {
        let version = typed.get("version").parse().map_err(|_| PageError::unreadable())?;
        let transaction = TransactionId::new(typed.get("transaction")).ok_or_else(PageError::unreadable)?;
        Ok(Stamp { version, transaction })
    }
}

/// Sends a command under its stamp.
pub async fn send(
    desk: &Desk,
    scope: &Scope,
    now: Timestamp,
    case_id: &CaseId,
    stamp: Stamp,
    commands: &[Command],
) -> Result<(), StoreError> {
    let ctx = desk.numbers().context(now, stamp.transaction, stamp.version);
    desk.store().act_on_case(scope, case_id, commands, &ctx).await.map(|_| ())
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    case_id: &CaseId,
    key: &'static str,
    typed: &Typed,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, PageError> {
    let page = case_page(desk, visit, case_id, &Tried { key, typed, faults: &faults }, "").await?;
    Ok((status, page).into_response())
}
