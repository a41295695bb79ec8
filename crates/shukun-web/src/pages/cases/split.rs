//! Splitting a case: alerts that belong to another household go into a case of their own, the others stay.
//!
//! Which household that is, the data say: the one where the alerts' people are now, or the one of somebody whose number is
//! typed. Start at [`serve`].

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use shukun_base::{HouseholdId, Lang, Masked, PersonId, RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, Detection, Status};
use shukun_casework::{ActorId, AlertId, CaseId, TransactionId};
use shukun_store::{ErrorKind, MaskedPerson, StoreError};

use super::act::with_code;
use crate::desk::Desk;
use crate::desk::Names;
use crate::error::PageError;
use crate::format;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, checks, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/{case_id}/split", show).post("/cases/{case_id}/split", submit)
}

/// Whether a case has something to be taken out of it.
pub fn is_offered(visit: &Visit, case: &Case) -> Result<bool, PageError> {
    let may = visit.scope()?.allows(Permission::Merge, Some(&case.region));
    let is_open = case.status < Status::Closed && case.suspended.is_none();
    Ok(may && is_open && case.detections.len() > 1 && !case.holds_money())
}

/// What the form asks for.
struct Typed {
    version: u32,
    transaction: String,
    alerts: Vec<String>,
    id_number: Masked<String>,
}

impl From<Sent> for Typed {
    fn from(sent: Sent) -> Typed {
        let typed = super::acts::Typed::from(sent.fields);
        Typed {
            version: typed.get("version").parse().unwrap_or_default(),
            transaction: typed.get("transaction").to_owned(),
            alerts: typed.all("alert").map(str::to_owned).collect(),
            id_number: Masked::new(typed.get("id_number").trim().to_owned()),
        }
    }
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    form_page(&desk, &visit, &case_id, &Typed::from(Sent::default()), &Faults::new()).await
}

async fn submit(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let typed = Typed::from(sent);
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let scope = visit.scope()?;
    let case = desk.store().case(scope, &case_id).await?;
    scope.require(Permission::Merge, Some(&case.region))?;
    let alerts = match chosen(&case, &typed) {
        Ok(alerts) => alerts,
        Err(fault) => return again(&desk, &visit, &case_id, &typed, ("alert", fault)).await,
    };
    let (household, region) = match household(&desk, &visit, &case, &alerts, &typed).await? {
        Ok(found) => found,
        Err(fault) => return again(&desk, &visit, &case_id, &typed, ("id_number", fault)).await,
    };
    let new = new_case(&typed.transaction).ok_or_else(PageError::unreadable)?;
    match split(&desk, &visit, &case, &typed, (&alerts, new, household, region)).await? {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}?done=act")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Stale) => {
            again(&desk, &visit, &case_id, &typed, ("alert", with_code(&error))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The alerts that were ticked; not none, and not all of them.
fn chosen(case: &Case, typed: &Typed) -> Result<Vec<AlertId>, Text> {
    let is_ticked = |detection: &&Detection| typed.alerts.iter().any(|id| id == detection.alert.as_str());
    let alerts: Vec<AlertId> = case.detections.iter().filter(is_ticked).map(|one| one.alert.clone()).collect();
    let is_right = !alerts.is_empty() && alerts.len() < case.detections.len();
    if is_right { Ok(alerts) } else { Err(words::SPLIT_CHOOSE.both(&[])) }
}

/// Where they go: with whom the number's owner lives, or where their own people live by now.
async fn household(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    alerts: &[AlertId],
    typed: &Typed,
) -> Result<Result<(HouseholdId, RegionCode), Text>, PageError> {
    let scope = visit.scope()?;
    let is_typed = !typed.id_number.reveal().is_empty();
    let found: Vec<(HouseholdId, RegionCode)> = if is_typed {
        let known = desk.store().find_by_number(scope, &typed.id_number, visit.now).await?;
        known.iter().map(|one| (one.household_id, one.region.clone())).collect()
    } else {
        let taken = case.detections.iter().filter(|one| alerts.contains(&one.alert));
        let people: Vec<PersonId> = taken.map(|one| one.person).collect::<BTreeSet<_>>().into_iter().collect();
        let known = desk.store().list_people(scope, &people).await?;
        known.iter().map(|one| (one.household_id, one.region.clone())).collect()
    };
    let unknown = if is_typed { words::SPLIT_NOBODY } else { words::SPLIT_WHOSE };
    let mut others = found.into_iter().filter(|(household, _)| *household != case.household);
    Ok(match (others.next(), is_typed) {
        (Some(first), _) if others.all(|other| other.0 == first.0) => Ok(first),
        (Some(_), _) => Err(words::SPLIT_SEVERAL.both(&[])),
        (None, _) => Err(unknown.both(&[])),
    })
}

/// Follows from the form's own name: sent twice it opens one case.
fn new_case(transaction: &str) -> Option<CaseId> {
    CaseId::new(&format!("split-{}", transaction.get(..24)?))
}

/// What goes where: the alerts, the new case, its household and place.
type Where<'a> = (&'a [AlertId], CaseId, HouseholdId, RegionCode);

/// A case that is in nobody's hands is taken first: who splits answers for it.
async fn split(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    typed: &Typed,
    (alerts, new, household, region): Where<'_>,
) -> Result<Result<(), StoreError>, PageError> {
    let scope = visit.scope()?;
    let name = |step: &str| {
        let name = format!("{}-{step}", typed.transaction.get(..32).unwrap_or_default());
        TransactionId::new(&name).ok_or_else(PageError::unreadable)
    };
    let mut version = typed.version;
    if case.assignee.is_none() {
        let me = ActorId::new(scope.account_id().as_str()).ok_or_else(PageError::broken)?;
        let ctx = desk.numbers().context(visit.now, name("take")?, version);
        match desk.store().act_on_case(scope, &case.id, &[Command::Assign { to: me }], &ctx).await {
            Ok(taken) => version = taken.version,
            Err(error) => return Ok(Err(error)),
        }
    }
    let ctx = desk.numbers().context(visit.now, name("split")?, version);
    let done = desk.store().split_case(scope, &case.id, alerts, (new, household, region), &ctx).await;
    Ok(done.map(|_| ()))
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    id: &CaseId,
    typed: &Typed,
    fault: (&'static str, Text),
) -> Result<Response, PageError> {
    let page = form_page(desk, visit, id, typed, &vec![fault]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn form_page(desk: &Desk, visit: &Visit, id: &CaseId, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let case = desk.store().view_case(visit.scope()?, id, visit.now).await?;
    visit.scope()?.require(Permission::Merge, Some(&case.region))?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let ids: Vec<PersonId> =
        case.detections.iter().map(|one| one.person).collect::<BTreeSet<_>>().into_iter().collect();
    let people = desk.store().list_people(visit.scope()?, &ids).await?;
    let transaction = if typed.transaction.is_empty() { desk.random_word()? } else { typed.transaction.clone() };
    let ticked: Vec<&str> = typed.alerts.iter().map(String::as_str).collect();
    let alerts: Vec<_> =
        case.detections.iter().map(|one| (one.alert.to_string(), alert(one, &people, &case, lang))).collect();
    let field =
        Input { hint: words::SPLIT_ALERTS_HINT.text(lang), ..Input::text("alert", words::SPLIT_ALERTS.text(lang)) };
    let number = Input {
        value: typed.id_number.reveal(),
        hint: words::SPLIT_NUMBER_HINT.text(lang),
        is_required: false,
        ..Input::text("id_number", words::SPLIT_NUMBER.text(lang))
    };
    let body = html! {
        p { a href={"/cases/" (id)} { "← " (words::SHEET_BACK.text(lang)) } }
        (wrong(faults, lang))
        form.box method="post" action={"/cases/" (id) "/split"} {
            (form_token(visit))
            input type="hidden" name="version" value=(case.version);
            input type="hidden" name="transaction" value=(transaction);
            p.form-hint { (words::SPLIT_HINT.text(lang)) }
            (checks(&field, &alerts, &ticked, faults, lang))
            (input(&number, faults, lang))
            button.btn.btn-primary type="submit" { (words::ACT_SPLIT.text(lang)) }
        }
    };
    let note = names.title(case.household, lang);
    framed(desk, visit, &Heading { title: words::ACT_SPLIT.text(lang), note: Some(&note) }, &body).await
}

/// Whose, which year, how much; and where the data have the person by now.
fn alert(one: &Detection, people: &[MaskedPerson], case: &Case, lang: Lang) -> String {
    let person = people.iter().find(|person| person.person_id == one.person);
    let name = person.map_or_else(|| words::SHEET_MEMBER.text(lang), |person| person.name.as_str());
    let moved = person.is_some_and(|person| person.household_id != case.household);
    let year = words::YEAR_OF.with(lang, &[("n", &one.year.to_string())]);
    let burden = format::money(one.burden_fen, lang);
    let line = format!("{name} · {year} · {} · {burden}", one.colour.text().in_lang(lang));
    if moved { format!("{line} · {}", words::SPLIT_MOVED.text(lang)) } else { line }
}
