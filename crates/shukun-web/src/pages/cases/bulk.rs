//! Work on many cases at once: choose an act, fill in its fields, see how many would go and which are refused and why, do
//! it. Above two hundred it is a job.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Lang, RegionCode};
use shukun_casework::authority::Permission;
use shukun_casework::case::{DismissalReason, Return, ReturnReason, Status};
use shukun_casework::{ActorId, CaseId, Note};
use shukun_store::{CaseRow, JobId, Scope, Worker};

use super::acts::Typed;
use crate::desk::bulk::{BulkAct, BulkOrder, BulkOutcome, Mode, Picked};
use crate::desk::{BULK, CaseQuery, Desk, Places, jobs};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/cases/bulk", work).get("/cases/bulk/{job_id}", result)
}

/// As many as are done while somebody waits, and as many as a preview tries.
const AT_ONCE: usize = 200;
/// Refusals of one page.
const SHOWN: usize = 300;

/// The acts, their name and who may.
const ACTS: [(&str, Word, Permission); 5] = [
    ("dismiss", words::ACT_DISMISS, Permission::Dismiss),
    ("dispatch", words::BULK_DISPATCH, Permission::DispatchToTownship),
    ("forward", words::BULK_FORWARD, Permission::DispatchToVillage),
    ("assign", words::ACT_ASSIGN, Permission::Assign),
    ("return", words::ACT_RETURN, Permission::Return),
];

/// Whether the reader may do any of them.
pub fn is_offered(visit: &Visit) -> bool {
    ACTS.iter().any(|(_, _, permission)| visit.may(*permission))
}

/// The list with its ticks, and the choice of what to do below it.
pub fn form(visit: &Visit, query: &CaseQuery, count: u64, rows: &Markup) -> Markup {
    let lang = visit.lang;
    let acts = choices(visit);
    html! {
        form method="post" action="/cases/bulk" {
            (form_token(visit))
            input type="hidden" name="query" value=(query.written());
            (rows)
            section.box.bulk {
                h2 { (words::BULK.text(lang)) }
                span.choice { input #tick-all type="checkbox" data-ticks-all; label for="tick-all" { (words::BULK_TICK_ALL.text(lang)) } }
                span.choice { input #bulk-all type="checkbox" name="all" value="yes"; label for="bulk-all" { (words::BULK_EVERY.with(lang, &[("n", &format::count(count))])) } }
                div.inline-form {
                    (select(&Input::text("act", words::BULK_ACT.text(lang)), &acts, &Vec::new(), lang))
                    button.btn.btn-primary type="submit" { (words::BULK_GO_ON.text(lang)) }
                }
            }
        }
    }
}

fn choices(visit: &Visit) -> Vec<(String, String)> {
    let offered = ACTS.iter().filter(|(_, _, permission)| visit.may(*permission));
    offered.map(|(key, word, _)| ((*key).to_owned(), word.text(visit.lang).to_owned())).collect()
}

/// The tick of a row; it carries the version that is shown.
pub fn tick(row: &CaseRow, name: &str, lang: Lang) -> Markup {
    let label = format!("{} {name}", words::SELECT.text(lang));
    html! {
        span.choice { input type="checkbox" name="pick" value={(row.case_id) "." (row.version)} aria-label=(label); }
    }
}

/// What was sent: which act, which cases, under which name.
struct Sent {
    key: &'static str,
    name: Word,
    permission: Permission,
    token: String,
    query: CaseQuery,
    is_every: bool,
    cases: Vec<Picked>,
}

async fn work(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let Some((key, name, permission)) = ACTS.iter().copied().find(|(key, _, _)| *key == typed.get("act")) else {
        return Err(PageError::unreadable());
    };
    let scope = visit.scope()?;
    scope.require_anywhere(permission)?;
    let query = CaseQuery::parse(typed.get("query"));
    let is_every = typed.get("all") == "yes";
    let cases = match is_every {
        true => desk.bulk_cases(scope, &query, permission).await?,
        false => typed.all("pick").filter_map(picked).collect(),
    };
    let token = match typed.get("token") {
        "" => desk.random_word()?.get(..32).unwrap_or_default().to_owned(),
        token => token.to_owned(),
    };
    let sent = Sent { key, name, permission, token, query, is_every, cases };
    if sent.cases.is_empty() {
        return Ok(nothing(&desk, &visit, &sent).await?.into_response());
    }
    let go = typed.get("go");
    if go.is_empty() {
        return Ok(prepare(&desk, &visit, &sent, &typed, &Vec::new(), None).await?.into_response());
    }
    match read(&sent, &typed) {
        Ok(act) => go_on(&desk, &visit, sent, act, &typed).await,
        Err(faults) => {
            let page = prepare(&desk, &visit, &sent, &typed, &faults, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn picked(text: &str) -> Option<Picked> {
    let (id, version) = text.rsplit_once('.')?;
    Some((CaseId::new(id)?, version.parse().ok()?))
}

async fn go_on(desk: &Desk, visit: &Visit, sent: Sent, act: BulkAct, typed: &Typed) -> Result<Response, PageError> {
    let scope = visit.scope()?;
    let mut order = BulkOrder { act, token: sent.token.clone(), cases: sent.cases.clone() };
    if typed.get("go") == "do" {
        if order.cases.len() > AT_ONCE {
            let job = ask(desk, scope, &sent, &order).await?;
            return Ok(Redirect::to(&format!("/jobs/{}", job.as_str())).into_response());
        }
        let outcome = desk.bulk(scope, &order, Mode::Do, |_| {}).await?;
        return Ok(outcome_page(desk, visit, sent.name, &outcome, &sent.query.path()).await?.into_response());
    }
    order.cases.truncate(AT_ONCE);
    let outcome = desk.bulk(scope, &order, Mode::Try, |_| {}).await?;
    Ok(prepare(desk, visit, &sent, typed, &Vec::new(), Some(&outcome)).await?.into_response())
}

async fn ask(desk: &Desk, scope: &Scope, sent: &Sent, order: &BulkOrder) -> Result<JobId, PageError> {
    let region = scope.regions(sent.permission).into_iter().next().ok_or_else(PageError::unreadable)?;
    let input = serde_json::to_value(order).map_err(|_| PageError::broken())?;
    jobs::ask(desk, scope, &BULK, &region, input, Some(format!("bulk-{}", sent.token))).await
}

async fn nothing(desk: &Desk, visit: &Visit, sent: &Sent) -> Result<Page, PageError> {
    let lang = visit.lang;
    let body = html! {
        (empty(words::BULK_NONE.text(lang), words::BULK_NONE_FILL.text(lang)))
        p { a href=(sent.query.path()) { (words::BULK_BACK.text(lang)) } }
    };
    framed(desk, visit, &Heading { title: sent.name.text(lang), note: None }, &body).await
}

/// The act's fields, and what would come of it once they are filled in.
async fn prepare(
    desk: &Desk,
    visit: &Visit,
    sent: &Sent,
    typed: &Typed,
    faults: &Faults,
    tried: Option<&BulkOutcome>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let colleagues = colleagues(desk, visit.scope()?, sent).await?;
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/cases/bulk" {
            (form_token(visit))
            (hidden(sent))
            (fields(sent, typed, faults, &colleagues, lang))
            div.buttons {
                button.btn.btn-plain type="submit" name="go" value="preview" { (words::BULK_PREVIEW.text(lang)) }
                @if tried.is_some_and(|tried| tried.done > 0) {
                    button.btn.btn-primary type="submit" name="go" value="do" { (words::BULK_DO.text(lang)) }
                }
            }
        }
        @if let Some(tried) = tried { (preview(sent, tried, lang)) }
        p.mt-3 { a href=(sent.query.path()) { (words::BULK_BACK.text(lang)) } }
    };
    let count = format::count(u64::try_from(sent.cases.len()).unwrap_or(u64::MAX));
    let note = words::BULK_COUNT.with(lang, &[("n", &count)]);
    framed(desk, visit, &Heading { title: sent.name.text(lang), note: Some(&note) }, &body).await
}

fn hidden(sent: &Sent) -> Markup {
    html! {
        input type="hidden" name="act" value=(sent.key);
        input type="hidden" name="token" value=(sent.token);
        input type="hidden" name="query" value=(sent.query.written());
        // What is done is what was shown: up to a number that a form can carry.
        @if sent.is_every && sent.cases.len() > AT_ONCE { input type="hidden" name="all" value="yes"; }
        @else { @for (id, version) in &sent.cases { input type="hidden" name="pick" value={(id) "." (version)}; } }
    }
}

async fn colleagues(desk: &Desk, scope: &Scope, sent: &Sent) -> Result<Vec<(String, String)>, PageError> {
    if sent.key != "assign" {
        return Ok(Vec::new());
    }
    let mut workers: Vec<Worker> = Vec::new();
    for place in scope.regions(sent.permission) {
        workers.extend(desk.colleagues(scope, &place).await?);
    }
    let places = desk.place_names(workers.iter().map(|worker| &worker.region)).await?;
    Ok(worker_choices(&workers, &places, scope))
}

/// Each account once, with its office and where it works.
pub fn worker_choices(workers: &[Worker], places: &Places, scope: &Scope) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> = Vec::new();
    for worker in workers.iter().filter(|worker| worker.account_id != *scope.account_id()) {
        let id = worker.account_id.as_str();
        if !choices.iter().any(|(known, _)| known == id) {
            let place: &RegionCode = &worker.region;
            choices
                .push((id.to_owned(), format!("{} · {} · {}", worker.display_name, worker.office, places.name(place))));
        }
    }
    choices
}

fn fields(sent: &Sent, typed: &Typed, faults: &Faults, colleagues: &[(String, String)], lang: Lang) -> Markup {
    let named = |key: &str, text: shukun_base::Text| (key.to_owned(), text.in_lang(lang).to_owned());
    let field = |name: &'static str, word: Word| Input { value: typed.get(name), ..Input::text(name, word.text(lang)) };
    let note = |name: &'static str, word: Word| Input { hint: words::NOTE_HINT.text(lang), ..field(name, word) };
    html! {
        @match sent.key {
            "dismiss" => {
                @let reasons: Vec<_> = DismissalReason::ALL.iter().map(|reason| named(reason.key(), reason.text())).collect();
                p.quiet { (words::BULK_SAMPLE_HINT.text(lang)) }
                (select(&field("bulk_reason", words::REASON), &reasons, faults, lang))
                (input(&note("bulk_why", words::WHY), faults, lang))
            },
            "dispatch" => {
                p.quiet { (words::BULK_DISPATCH_HINT.text(lang)) }
                (input(&note("bulk_task", words::TASK), faults, lang))
                (input(&Input { kind: "date", ..field("bulk_due_on", words::DUE_ON) }, faults, lang))
            },
            "forward" => p.quiet { (words::BULK_FORWARD_HINT.text(lang)) },
            "assign" => (select(&field("bulk_to", words::ASSIGN_TO), colleagues, faults, lang)),
            _ => {
                @let open: Vec<_> = Status::ALL.iter().filter(|status| **status < Status::Settled).map(|status| named(status.key(), status.text())).collect();
                @let reasons: Vec<_> = ReturnReason::ALL.iter().map(|reason| named(reason.key(), reason.text())).collect();
                (select(&field("bulk_back_to", words::BACK_TO), &open, faults, lang))
                (select(&field("bulk_reason", words::REASON), &reasons, faults, lang))
                (input(&note("bulk_note", words::NOTE), faults, lang))
            },
        }
    }
}

fn read(sent: &Sent, typed: &Typed) -> Result<BulkAct, Faults> {
    let note = |name: &'static str| Note::new(typed.get(name)).map_err(|fault| vec![(name, fault.text())]);
    let wrong = |name: &'static str| vec![(name, words::CHOICE_WRONG.both(&[]))];
    Ok(match sent.key {
        "dismiss" => {
            let reason = DismissalReason::find(typed.get("bulk_reason")).ok_or_else(|| wrong("bulk_reason"))?;
            BulkAct::Dismiss { reason, why: note("bulk_why")? }
        }
        "dispatch" => {
            let due_on = typed.get("bulk_due_on").trim().parse();
            let due_on = due_on.map_err(|_| vec![("bulk_due_on", words::DAY_WRONG.both(&[]))])?;
            BulkAct::Dispatch { task: note("bulk_task")?, due_on }
        }
        "forward" => BulkAct::Forward,
        "assign" => BulkAct::Assign { to: ActorId::new(typed.get("bulk_to")).ok_or_else(|| wrong("bulk_to"))? },
        _ => {
            let to = Status::find(typed.get("bulk_back_to")).ok_or_else(|| wrong("bulk_back_to"))?;
            let reason = ReturnReason::find(typed.get("bulk_reason")).ok_or_else(|| wrong("bulk_reason"))?;
            BulkAct::Return(Return { to, reason, note: note("bulk_note")? })
        }
    })
}

fn preview(sent: &Sent, tried: &BulkOutcome, lang: Lang) -> Markup {
    let refused = u64::try_from(tried.refused.len()).unwrap_or(u64::MAX);
    let counts = [("n", format::count(tried.done)), ("m", format::count(refused))];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let rest = sent.cases.len().saturating_sub(AT_ONCE);
    html! {
        section {
            h2 { (words::BULK_PREVIEW_HEAD.text(lang)) }
            p { (words::BULK_WOULD.with(lang, &counts)) }
            @if rest > 0 { p.quiet { (words::BULK_REST.with(lang, &[("n", &AT_ONCE.to_string()), ("m", &rest.to_string())])) } }
            (refusals(tried, lang))
        }
    }
}

fn refusals(outcome: &BulkOutcome, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::FILTER_NUMBER.text(lang)),
        Column::words(words::WHY.text(lang)),
        Column::words(words::ERROR_CODE.text(lang)),
    ];
    let rows = html! {
        @for one in outcome.refused.iter().take(SHOWN) {
            tr { td { a.row-link href={"/cases/" (one.case)} { (one.case) } } td { (one.why.in_lang(lang)) } td.quiet { (one.code) } }
        }
    };
    html! {
        @if !outcome.refused.is_empty() { (table(words::BULK_REFUSED.text(lang), &columns, &rows)) }
        @if outcome.refused.len() > SHOWN { p.quiet { (words::BULK_SHOWN.with(lang, &[("n", &SHOWN.to_string())])) } }
    }
}

async fn outcome_page(
    desk: &Desk,
    visit: &Visit,
    name: Word,
    outcome: &BulkOutcome,
    back: &str,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let refused = format::count(u64::try_from(outcome.refused.len()).unwrap_or(u64::MAX));
    let done = words::BULK_DONE.with(lang, &[("n", &format::count(outcome.done)), ("m", &refused)]);
    let body = html! {
        p.done role="status" { (done) }
        (refusals(outcome, lang))
        p.mt-3 { a href=(back) { (words::BULK_BACK.text(lang)) } }
    };
    framed(desk, visit, &Heading { title: name.text(lang), note: None }, &body).await
}

/// What came of a job.
async fn result(State(desk): State<Desk>, visit: Visit, Path(job_id): Path<String>) -> Result<Page, PageError> {
    let job = desk.store().job(visit.scope()?, &JobId::new(&job_id)).await?;
    let outcome = job.result.filter(|_| job.kind == BULK.key);
    let outcome = outcome.and_then(|json| serde_json::from_value::<BulkOutcome>(json).ok());
    let outcome = outcome.ok_or_else(PageError::not_found)?;
    outcome_page(&desk, &visit, words::BULK_JOB, &outcome, "/cases").await
}
