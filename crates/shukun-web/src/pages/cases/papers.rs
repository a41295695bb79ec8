//! Papers of a case in the browser: what is there, adding one, opening one.
//!
//! A paper is stored before the act that names it, so that a refused act does not cost it: it is offered again in the
//! form. Opened it is shown in a box of its own, where nothing in it can run.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::{CaseId, DocumentId, DocumentKind};
use shukun_store::{AccountId, DocumentForm, ErrorKind, StoredDocument};

use super::act::{Stamp, hidden, refused, send, with_taking};
use super::acts::{Act, Typed, named};
use super::page::{Tried, case_page};
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::parts::Sent;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, file, select, wrong};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/cases/{case_id}/papers", add).get("/cases/{case_id}/papers/{document_id}", open)
}

/// The form's name beside those of the acts.
const KEY: &str = "papers";

/// Keeps the files of an act's form, and writes the papers' names into its fields; what was wrong with a file comes back
/// beside them.
pub async fn store_files(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    act: &Act,
    sent: Sent,
) -> Result<(Typed, Faults), PageError> {
    let mut faults = Faults::new();
    let has_file = act.papers.iter().any(|paper| sent.file(paper.file).is_some());
    if has_file {
        // Before anything is kept: who may not do the act, or has to show the second factor first.
        visit.scope()?.require(act.permission, Some(&case.region))?;
    }
    let files: Vec<_> = act.papers.iter().filter_map(|paper| Some((paper, sent.file(paper.file)?.clone()))).collect();
    let mut typed = Typed::from(sent.fields);
    for (paper, bytes) in files {
        match desk.store().add_document(visit.scope()?, &case.id, paper.kind, &bytes, visit.now).await {
            Ok(document) => typed.put(paper.field, document.id.to_string()),
            Err(error) if error.kind == ErrorKind::Refused => faults.push((paper.file, error.text)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((typed, faults))
}

async fn add(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let case = desk.store().case(visit.scope()?, &case_id).await?;
    let (bytes, typed) = (sent.file("paper_file").cloned(), Typed::from(sent.fields));
    let (kind, bytes) = match (DocumentKind::find(typed.get("paper_kind")), bytes) {
        (Some(kind), Some(bytes)) => (kind, bytes),
        (None, _) => {
            return again(&desk, &visit, &case_id, &typed, ("paper_kind", words::CHOICE_WRONG.both(&[]))).await;
        }
        (_, None) => {
            return again(&desk, &visit, &case_id, &typed, ("paper_file", words::PAPER_MISSING.both(&[]))).await;
        }
    };
    let document = match desk.store().add_document(visit.scope()?, &case_id, kind, &bytes, visit.now).await {
        Ok(document) => document,
        Err(error) if error.kind == ErrorKind::Refused => {
            return again(&desk, &visit, &case_id, &typed, ("paper_file", error.text)).await;
        }
        Err(error) => return Err(error.into()),
    };
    let back = Redirect::to(&format!("/cases/{id}?done=act")).into_response();
    if !goes_on_record(&visit, &case)? || case.documents.contains(&document) {
        return Ok(back);
    }
    let commands = with_taking(&case, &visit, Command::AddDocument(document))?;
    match send(&desk, visit.scope()?, visit.now, &case_id, Stamp::of(&typed)?, &commands).await {
        Ok(()) => Ok(back),
        Err(error) => refused(&desk, &visit, &case_id, KEY, &typed, error).await,
    }
}

/// Whoever enters applications adds to the case's own record; others keep a paper for the act that will name it.
fn goes_on_record(visit: &Visit, case: &Case) -> Result<bool, PageError> {
    let may = visit.scope()?.allows(Permission::EnterApplication, Some(&case.region));
    Ok(may && case.status < Status::Closed && case.suspended.is_none())
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    case_id: &CaseId,
    typed: &Typed,
    fault: (&'static str, shukun_base::Text),
) -> Result<Response, PageError> {
    let tried = Tried { key: KEY, typed, faults: &vec![fault] };
    let page = case_page(desk, visit, case_id, &tried, "").await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Nothing in a paper runs, loads or sends anything.
const SHUT: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

async fn open(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let document_id = DocumentId::new(&document).ok_or_else(PageError::not_found)?;
    let (stored, bytes) = desk.store().open_document(visit.scope()?, &case_id, &document_id, visit.now).await?;
    let headers = [
        (CONTENT_TYPE, stored.form.media_type().to_owned()),
        (CONTENT_DISPOSITION, disposition(&stored)),
        (CONTENT_SECURITY_POLICY, SHUT.to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Pictures are shown; a PDF is saved, since readers of browsers do not work in a sandbox. The name tells nobody's name.
fn disposition(stored: &StoredDocument) -> String {
    let (way, ending) = match stored.form {
        DocumentForm::Pdf => ("attachment", "pdf"),
        DocumentForm::Jpeg => ("inline", "jpg"),
        DocumentForm::Png => ("inline", "png"),
    };
    let short: String = stored.document.id.as_str().chars().take(8).collect();
    format!("{way}; filename=\"{}-{short}.{ending}\"", stored.document.kind.key())
}

/// The box on the case's page.
pub async fn papers(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    stored: &[StoredDocument],
    tried: &Tried<'_>,
) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let scope = visit.scope()?;
    let mut ids: Vec<AccountId> = stored.iter().map(|one| one.added_by.clone()).collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(scope, &ids).await?;
    let may_open = scope.allows(Permission::Reveal, Some(&case.region));
    let writes = |permission: &&Permission| !permission.is_reading() && scope.allows(**permission, Some(&case.region));
    let may_add = Permission::ALL.iter().any(|permission| writes(&permission));
    Ok(html! {
        section.box #papers {
            h2 { (words::PAPERS_TITLE.text(lang)) }
            (missing(case, visit))
            @if stored.is_empty() { (empty(words::PAPERS_NONE.text(lang), words::PAPERS_NONE_FILL.text(lang))) }
            @else { ul.papers { @for one in stored { li { (row(case, one, &names, may_open, visit)) } } } }
            @if may_add { (add_form(desk, visit, case, tried)?) }
        }
    })
}

/// What the application still lacks.
fn missing(case: &Case, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let names: Vec<String> = case.missing_documents().iter().map(|kind| kind.text().in_lang(lang).to_owned()).collect();
    html! {
        @if !names.is_empty() && case.status < Status::Closed {
            p.warn { (words::PAPERS_LACK.with(lang, &[("names", &names.join(words::COMMA.text(lang)))])) }
        }
    }
}

fn row(case: &Case, one: &StoredDocument, names: &[(AccountId, String)], may_open: bool, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let by = names.iter().find(|(id, _)| *id == one.added_by).map_or("", |(_, name)| name.as_str());
    let kind = one.document.kind.text();
    html! {
        @if may_open { a href={"/cases/" (case.id) "/papers/" (one.document.id)} { (kind.in_lang(lang)) } }
        @else { (kind.in_lang(lang)) }
        @if case.documents.contains(&one.document) { " " span.tag { (words::PAPER_ON_RECORD.text(lang)) } }
        br; span.quiet { (named(one, lang)) " · " (by) }
    }
}

fn add_form(desk: &Desk, visit: &Visit, case: &Case, tried: &Tried<'_>) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let (none, no_faults) = (Typed::default(), Faults::new());
    let is_tried = tried.key == KEY;
    let (typed, faults) = if is_tried { (tried.typed, tried.faults) } else { (&none, &no_faults) };
    let kinds: Vec<_> =
        DocumentKind::ALL.iter().map(|kind| (kind.key().to_owned(), kind.text().in_lang(lang).to_owned())).collect();
    let kind = Input { value: typed.get("paper_kind"), ..Input::text("paper_kind", words::PAPER_KIND.text(lang)) };
    Ok(html! {
        details.act open[is_tried] {
            summary { (words::PAPER_ADD.text(lang)) }
            (wrong(faults, lang))
            form method="post" enctype="multipart/form-data" action={"/cases/" (case.id) "/papers"} {
                (hidden(desk, visit, case)?)
                (select(&kind, &kinds, faults, lang))
                (file(&Input::text("paper_file", words::PAPER_FILE.text(lang)), faults, lang))
                button.btn.btn-primary type="submit" { (words::PAPER_SUBMIT.text(lang)) }
            }
        }
    })
}
