//! The visit form, filled in on a phone at somebody's door: one column, large targets, numbers bring the number keys.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Fen, Lang};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command};
use shukun_casework::visit::{Consent, Expense, ExpenseKind, Finding, Income, IncomeKind, Met, Visit as Form};
use shukun_casework::{CaseId, Document, DocumentKind};
use shukun_store::{DocumentForm, ErrorKind, StoredDocument};

use super::act::{Stamp, hidden, send, with_taking};
use super::acts::around::Around;
use super::acts::{Reader, Typed, named as named_paper};
use crate::desk::Desk;
use crate::desk::Names;
use crate::error::PageError;
use crate::format;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, checks, input, photos as photos_field, radios, wrong};
use crate::ui::layout::{Heading, Page};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/{case_id}/visit", show).post("/cases/{case_id}/visit", submit)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    form_page(&desk, &visit, &case_id, &Typed::default(), &Vec::new()).await
}

async fn submit(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let case = desk.store().case(visit.scope()?, &case_id).await?;
    let (typed, faults) = store_photos(&desk, &visit, &case, sent).await?;
    let papers = desk.store().list_documents(visit.scope()?, &case_id).await?;
    let reader = Reader { case: &case, typed: &typed, visit: &visit, papers: &papers, around: &Around::default() };
    let form = match read(&reader) {
        Ok(form) if faults.is_empty() => form,
        read => {
            let all: Faults = faults.into_iter().chain(read.err().unwrap_or_default()).collect();
            return again(&desk, &visit, &case_id, &typed, &all).await;
        }
    };
    let commands = with_taking(&case, &visit, Command::RecordVisit(form))?;
    match send(&desk, visit.scope()?, visit.now, &case_id, Stamp::of(&typed)?, &commands).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}?done=act")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Stale) => {
            again(&desk, &visit, &case_id, &typed, &vec![("visit_finding", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The field of new photos, and that of those which came with a form that was refused.
const PHOTO: &str = "visit_photo";
const KEPT_PHOTO: &str = "visit_photo_kept";

/// Keeps the photos before anything else is looked at, so that a refused form does not cost them.
async fn store_photos(desk: &Desk, visit: &Visit, case: &Case, sent: Sent) -> Result<(Typed, Faults), PageError> {
    let photos: Vec<_> = sent.files(PHOTO).cloned().collect();
    let (mut typed, mut faults) = (Typed::from(sent.fields), Faults::new());
    if !photos.is_empty() {
        visit.scope()?.require(Permission::Verify, Some(&case.region))?;
    }
    for bytes in photos {
        if DocumentForm::of(&bytes) == Some(DocumentForm::Pdf) {
            faults.push((PHOTO, words::VISIT_PHOTO_FORM.both(&[])));
            continue;
        }
        match desk.store().add_document(visit.scope()?, &case.id, DocumentKind::VisitPhoto, &bytes, visit.now).await {
            Ok(document) => typed.push(KEPT_PHOTO, document.id.to_string()),
            Err(error) if error.kind == ErrorKind::Refused => faults.push((PHOTO, error.text)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((typed, faults))
}

/// The stored photos that the form names.
fn photos(reader: &Reader<'_>) -> Vec<Document> {
    let is_named = |id: &str| reader.typed.all(KEPT_PHOTO).any(|named| named == id);
    let stored = reader.papers.iter().map(|stored| &stored.document);
    stored.filter(|one| one.kind == DocumentKind::VisitPhoto && is_named(one.id.as_str())).cloned().collect()
}

async fn again(desk: &Desk, visit: &Visit, id: &CaseId, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form_page(desk, visit, id, typed, faults).await?).into_response())
}

/// Field of the grid and what it stands for.
const INCOME: [(&str, IncomeKind); 5] = [
    ("income_wages", IncomeKind::Wages),
    ("income_business", IncomeKind::Business),
    ("income_property", IncomeKind::Property),
    ("income_transfer", IncomeKind::Transfer),
    ("income_other", IncomeKind::OtherIncome),
];
const EXPENSE: [(&str, ExpenseKind); 6] = [
    ("expense_medical", ExpenseKind::Medical),
    ("expense_education", ExpenseKind::Education),
    ("expense_living", ExpenseKind::Living),
    ("expense_housing", ExpenseKind::Housing),
    ("expense_debt", ExpenseKind::Debt),
    ("expense_other", ExpenseKind::OtherExpense),
];

/// All faults at once: somebody stands at a door.
fn read(reader: &Reader<'_>) -> Result<Form, Faults> {
    let mut faults = Faults::new();
    let on = kept(reader.day("visit_on"), &mut faults);
    let met = kept(reader.choice("visit_met", Met::find), &mut faults);
    let members = kept(reader.choice("visit_members", |text| text.trim().parse::<u8>().ok()), &mut faults);
    let income = INCOME.map(|(name, kind)| {
        kept(amount(reader, name), &mut faults).flatten().map(|annual_fen| Income { kind, annual_fen })
    });
    let expense = EXPENSE.map(|(name, kind)| {
        kept(amount(reader, name), &mut faults).flatten().map(|annual_fen| Expense { kind, annual_fen })
    });
    let consent = kept(reader.choice("visit_consent", Consent::find), &mut faults);
    let finding = kept(reader.choice("visit_finding", Finding::find), &mut faults);
    let note = kept(reader.find_note("visit_note"), &mut faults);
    let (income, expense) = (income.into_iter().flatten().collect(), expense.into_iter().flatten().collect());
    match (on, met, members, consent, finding, note) {
        (Some(on), Some(met), Some(members), Some(consent), Some(finding), Some(note)) if faults.is_empty() => {
            Ok(Form { on, met, members, income, expense, consent, finding, documents: photos(reader), note })
        }
        _ => Err(faults),
    }
}

fn kept<T>(read: Result<T, Faults>, faults: &mut Faults) -> Option<T> {
    read.map_err(|mut wrong| faults.append(&mut wrong)).ok()
}

/// Yuan with at most two digits after the point, commas or not; empty = there is none.
fn amount(reader: &Reader<'_>, name: &'static str) -> Result<Option<Fen>, Faults> {
    match reader.typed.get(name).trim() {
        "" => Ok(None),
        text => format::read_money(text).map(Some).ok_or_else(|| vec![(name, words::AMOUNT_WRONG.both(&[]))]),
    }
}

async fn form_page(desk: &Desk, visit: &Visit, id: &CaseId, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let case = desk.store().view_case(visit.scope()?, id, visit.now).await?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let stored = desk.store().list_documents(visit.scope()?, id).await?;
    let draw = Draw { typed, faults, lang: visit.lang, today: visit.today().to_string(), stored: &stored };
    let body = form(desk, visit, &case, &draw)?;
    let note = names.title(case.household, visit.lang);
    framed(desk, visit, &Heading { title: words::VISIT_TITLE.text(visit.lang), note: Some(&note) }, &body).await
}

struct Draw<'a> {
    typed: &'a Typed,
    faults: &'a Faults,
    lang: Lang,
    today: String,
    stored: &'a [StoredDocument],
}

impl Draw<'_> {
    /// A camera, and the photos that a refused form brought.
    fn photos(&self) -> Markup {
        let named: Vec<&str> = self.typed.all(KEPT_PHOTO).collect();
        let there = self.stored.iter().filter(|stored| named.contains(&stored.document.id.as_str()));
        let there: Vec<_> =
            there.map(|stored| (stored.document.id.to_string(), named_paper(stored, self.lang))).collect();
        let kept = Input { is_required: false, ..Input::text(KEPT_PHOTO, words::VISIT_PHOTOS_KEPT.text(self.lang)) };
        let hint = words::VISIT_PHOTOS_HINT.text(self.lang);
        let new = Input { hint, is_required: false, ..Input::text(PHOTO, words::VISIT_PHOTOS.text(self.lang)) };
        html! {
            @if !there.is_empty() { (checks(&kept, &there, &named, self.faults, self.lang)) }
            (photos_field(&new, self.faults, self.lang))
        }
    }

    fn field(&self, name: &'static str, label: &str, kind: &'static str, hint: &str, is_required: bool) -> Markup {
        let typed = self.typed.get(name);
        let value = if typed.is_empty() && kind == "date" { &self.today } else { typed };
        input(&Input { kind, hint, value, is_required, ..Input::text(name, label) }, self.faults, self.lang)
    }

    fn amount(&self, name: &'static str, label: shukun_base::Text) -> Markup {
        self.field(name, label.in_lang(self.lang), "decimal", "", false)
    }

    fn radios(
        &self,
        name: &'static str,
        label: Word,
        all: impl Iterator<Item = (&'static str, shukun_base::Text)>,
    ) -> Markup {
        let choices: Vec<_> = all.map(|(key, text)| (key.to_owned(), text.in_lang(self.lang).to_owned())).collect();
        let field = Input { value: self.typed.get(name), ..Input::text(name, label.text(self.lang)) };
        radios(&field, &choices, self.faults, self.lang)
    }
}

fn form(desk: &Desk, visit: &Visit, case: &Case, draw: &Draw<'_>) -> Result<Markup, PageError> {
    let lang = draw.lang;
    Ok(html! {
        (wrong(draw.faults, lang))
        form.box method="post" enctype="multipart/form-data" action={"/cases/" (case.id) "/visit"} {
            (hidden(desk, visit, case)?)
            (draw.field("visit_on", words::VISIT_ON.text(lang), "date", "", true))
            (draw.radios("visit_met", words::VISIT_MET, Met::ALL.iter().map(|met| (met.key(), met.text()))))
            (draw.field("visit_members", words::VISIT_MEMBERS.text(lang), "numeric", words::VISIT_MEMBERS_HINT.text(lang), true))
            fieldset {
                legend { (words::VISIT_INCOME.text(lang)) }
                p.form-hint { (words::VISIT_GRID_HINT.text(lang)) }
                div.grid-form { @for (name, kind) in INCOME { (draw.amount(name, kind.text())) } }
            }
            fieldset {
                legend { (words::VISIT_EXPENSE.text(lang)) }
                div.grid-form { @for (name, kind) in EXPENSE { (draw.amount(name, kind.text())) } }
            }
            (draw.radios("visit_consent", words::VISIT_CONSENT, Consent::ALL.iter().map(|consent| (consent.key(), consent.text()))))
            (draw.radios("visit_finding", words::VISIT_FINDING, Finding::ALL.iter().map(|finding| (finding.key(), finding.text()))))
            (draw.field("visit_note", words::NOTE.text(lang), "text", words::NOTE_HINT.text(lang), false))
            (draw.photos())
            button.btn.btn-primary type="submit" { (words::VISIT_SUBMIT.text(lang)) }
        }
    })
}
