//! Papers to print on A4: the determination sheet with its seal box and the code of its hash, the visit form filled or blank.
//!
//! Names stay masked: who holds the pen writes them in. What is printed is what stands in the case.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shukun_base::{Fen, Lang, Text};
use shukun_casework::authority::Role;
use shukun_casework::case::{Case, DeterminationRecord};
use shukun_casework::determination::{Determination, PersonSheet};
use shukun_casework::visit::{Consent, ExpenseKind, Finding, IncomeKind, Met, Visit as Form};
use shukun_casework::{ActorId, CaseId};
use shukun_store::AccountId;

use crate::desk::Names;
use crate::desk::{Desk, Pdf, Places};
use crate::error::PageError;
use crate::format;
use crate::papers::determination::{self, Around};
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Page, printed};
use crate::ui::qr::picture;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/cases/{case_id}/print/sheet", sheet)
        .get("/cases/{case_id}/print/sheet.pdf", sheet_as_pdf)
        .get("/cases/{case_id}/print/visit", visit_form)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    version: Option<u32>,
    blank: bool,
}

async fn load(desk: &Desk, visit: &Visit, id: &str) -> Result<(Case, Names), PageError> {
    let case_id = CaseId::new(id).ok_or_else(PageError::not_found)?;
    let case = desk.store().view_case(visit.scope()?, &case_id, visit.now).await?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    Ok((case, names))
}

async fn sheet(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let (case, names) = load(&desk, &visit, &id).await?;
    let record = wanted(&case, &asked);
    let title = words::PRINT_SHEET.text(visit.lang);
    let Some(record) = record else {
        let none = empty(words::WATERFALL_NONE.text(visit.lang), words::WATERFALL_NONE_FILL.text(visit.lang));
        return Ok(printed(&visit, title, &case.id.to_string(), &none));
    };
    let places = desk.place_names([&case.region]).await?;
    let [maker, checker] = signers(&desk, &visit, record).await?;
    let body = html! {
        (head(&case, &names, &places, &visit))
        @if desk.press().is_some() {
            p.buttons { a href={"/cases/" (case.id) "/print/sheet.pdf?version=" (record.sheet.version)} { (words::PRINT_PDF.text(visit.lang)) } }
        }
        (sheet_state(record, visit.lang))
        @for person in &record.sheet.people { (person_table(person, &names, &case, visit.lang)) }
        (totals(&record.sheet, visit.lang))
        (origin(&record.sheet, visit.lang))
        div.signatures {
            (signature(words::PRINT_MAKER.text(visit.lang), &maker, &visit))
            (signature(words::PRINT_CHECKER.text(visit.lang), &checker, &visit))
            div.seal { (words::PRINT_SEAL.text(visit.lang)) }
        }
        (code(&case, &record.sheet, visit.lang))
    };
    Ok(printed(&visit, title, &case.id.to_string(), &body))
}

/// The version asked for, else the one in force, else the draft.
fn wanted<'a>(case: &'a Case, asked: &Asked) -> Option<&'a DeterminationRecord> {
    let version = asked.version.or_else(|| case.live_determination().map(|live| live.version));
    let version = version.or_else(|| case.draft().map(|draft| draft.sheet.version));
    case.determinations.iter().find(|record| Some(record.sheet.version) == version)
}

/// The names of whoever made the sheet and checked it, empty where nobody did.
async fn signers(desk: &Desk, visit: &Visit, record: &DeterminationRecord) -> Result<[String; 2], PageError> {
    let people = [record.maker.as_ref(), record.check.as_ref().and_then(|check| check.by.as_ref())];
    let ids: Vec<AccountId> = people.iter().flatten().map(|id| AccountId::new(id.as_str())).collect();
    let known = desk.store().display_names(visit.scope()?, &ids).await?;
    let name =
        |id: &ActorId| known.iter().find(|(known, _)| known.as_str() == id.as_str()).map(|(_, name)| name.clone());
    Ok(people.map(|id| id.and_then(name).unwrap_or_default()))
}

/// The same sheet set by the program for papers; where there is none, or no sheet, the page says so.
async fn sheet_as_pdf(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (case, names) = load(&desk, &visit, &id).await?;
    let (Some(press), Some(record)) = (desk.press(), wanted(&case, &asked)) else {
        return Ok(Redirect::to(&format!("/cases/{}/print/sheet", case.id)).into_response());
    };
    let places = desk.place_names([&case.region]).await?;
    let around = Around {
        names: &names,
        signers: signers(&desk, &visit, record).await?,
        place: places.name(&case.region).to_string(),
        hash: hash(&record.sheet),
        printed_on: format::day(visit.today(), visit.lang),
        seals: vec![Role::Insurance.text().in_lang(visit.lang).to_owned()],
    };
    let bytes = press.set(&determination::paper(&case, record, &around, visit.lang)).await?;
    Ok(Pdf { bytes, name: format!("{}-{}", case.id, record.sheet.version) }.into_response())
}

/// SHA-256 of the sheet as it stands in the case's record.
pub fn hash(sheet: &Determination) -> String {
    let bytes = serde_json::to_vec(sheet).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head(case: &Case, names: &Names, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        p.buttons { a href={"/cases/" (case.id)} { "← " (words::SHEET_BACK.text(lang)) } span.quiet { (words::PRINT_HINT.text(lang)) } }
        dl.facts {
            dt { (words::PRINT_CASE.text(lang)) } dd { (case.id) }
            dt { (words::PERSON.text(lang)) } dd { (names.title(case.household, lang)) }
            dt { (words::REGION.text(lang)) } dd { (places.name(&case.region)) }
            dt { (words::PRINT_ON.text(lang)) } dd { (format::day(visit.today(), lang)) }
        }
    }
}

fn sheet_state(record: &DeterminationRecord, lang: Lang) -> Markup {
    let version = words::SHEET_VERSION.with(lang, &[("n", &record.sheet.version.to_string())]);
    let is_agreed = record.check.as_ref().is_some_and(|check| check.agreed);
    let state = if is_agreed { words::SHEET_AGREED } else { words::SHEET_DRAFT };
    html! { p { b { (version) } " · " (state.text(lang)) } }
}

fn person_table(person: &PersonSheet, names: &Names, case: &Case, lang: Lang) -> Markup {
    let name = names.people(case.household).iter().find(|known| known.person_id == person.person);
    let name = name.map_or_else(|| words::SHEET_MEMBER.text(lang), |known| known.name.as_str());
    let money = |amount: Fen| format::money(amount, lang);
    html! {
        h2 { (name) " · " (words::YEAR_OF.with(lang, &[("n", &person.year.to_string())])) }
        table.print-table {
            thead { tr {
                th scope="col" { (words::SHEET_TIER.text(lang)) } th scope="col" { (words::SHEET_ARTICLE.text(lang)) }
                th scope="col" { (words::PROGRAMME.text(lang)) } th.number scope="col" { (words::AMOUNT.text(lang)) }
            } }
            tbody {
                tr { td colspan="3" { (words::BILL.text(lang)) } td.number { (money(person.bill_fen)) } }
                @for line in &person.lines {
                    tr {
                        td { (line.tier) br; span.quiet { (line.rule) } }
                        td { (line.article) }
                        td { (line.programme.map_or_else(|| words::PRINT_SETTLED.text(lang).to_owned(), |programme| programme.text().in_lang(lang).to_owned())) }
                        td.number { (money(line.amount_fen)) }
                    }
                }
                tr { td colspan="3" { b { (words::LEFT.text(lang)) } } td.number { b { (money(person.left_fen)) } } }
            }
        }
    }
}

fn totals(sheet: &Determination, lang: Lang) -> Markup {
    html! {
        dl.facts {
            @for programme in sheet.programmes() {
                dt { (programme.text().in_lang(lang)) }
                dd {
                    (format::money(sheet.payable_fen(programme), lang))
                    @if !sheet.netted_fen(programme).is_zero() {
                        " " span.quiet { (words::SHEET_NETTED.text(lang)) " " (format::money(sheet.netted_fen(programme), lang)) }
                    }
                }
            }
        }
    }
}

fn origin(sheet: &Determination, lang: Lang) -> Markup {
    html! {
        dl.facts {
            dt { (words::SHEET_SEARCHED.text(lang)) } dd { @for line in &sheet.double_aid_searched { (line) br; } }
            @if !sheet.readings.is_empty() { dt { (words::SHEET_READINGS_USED.text(lang)) } dd { @for used in &sheet.readings { (used.question) " → " (used.reading) br; } } }
            dt { (words::SHEET_PACKS.text(lang)) } dd { @for pack in &sheet.packs { (pack.id) " " (pack.version) " " code { (pack.sha256.as_str()) } br; } }
            dt { (words::SHEET_INPUT.text(lang)) } dd { code { (sheet.input_sha256.as_str()) } }
        }
    }
}

fn signature(role: &str, name: &str, visit: &Visit) -> Markup {
    html! { p { (role) "：" b { (name) } "　" (words::PRINT_SIGNATURE.text(visit.lang)) span.rule {} } }
}

/// Whoever has the case's record can compute the same hash: a sheet that was altered does not have it.
fn code(case: &Case, sheet: &Determination, lang: Lang) -> Markup {
    let hash = hash(sheet);
    let text = format!("shukun-sheet:{}:{}:{hash}", case.id, sheet.version);
    html! {
        div.print-code {
            (picture(&text, words::PRINT_CODE.text(lang)))
            p.quiet { (words::PRINT_CODE.text(lang)) br; code { (hash) } }
        }
    }
}

async fn visit_form(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (case, names) = load(&desk, &visit, &id).await?;
    let places = desk.place_names([&case.region]).await?;
    let form = case.visits.last().map(|record| &record.visit).filter(|_| !asked.blank);
    let body = html! {
        (head(&case, &names, &places, &visit))
        (filled(form, lang))
        div.signatures {
            (signature(words::PRINT_VISITOR.text(lang), "", &visit))
            (signature(words::PRINT_RESIDENT.text(lang), "", &visit))
            div.seal { (words::PRINT_SEAL.text(lang)) }
        }
    };
    Ok(printed(&visit, words::VISIT_TITLE.text(lang), &case.id.to_string(), &body))
}

/// A box for each choice, ticked where the form is filled in.
fn boxes(all: impl Iterator<Item = (&'static str, Text)>, chosen: Option<&str>, lang: Lang) -> Markup {
    html! { @for (key, text) in all { (if chosen == Some(key) { "☑" } else { "☐" }) (text.in_lang(lang)) "　" } }
}

fn filled(form: Option<&Form>, lang: Lang) -> Markup {
    let amount = |fen: Option<Fen>| fen.map(|fen| format::money(fen, lang)).unwrap_or_default();
    let income = |kind: IncomeKind| {
        form.and_then(|form| form.income.iter().find(|one| one.kind == kind)).map(|one| one.annual_fen)
    };
    let expense = |kind: ExpenseKind| {
        form.and_then(|form| form.expense.iter().find(|one| one.kind == kind)).map(|one| one.annual_fen)
    };
    let members = form.map(|form| form.members.to_string()).unwrap_or_default();
    html! {
        table.print-table {
            tbody {
                tr { th scope="row" { (words::VISIT_ON.text(lang)) } td { (form.map(|form| format::day(form.on, lang)).unwrap_or_default()) } }
                tr { th scope="row" { (words::VISIT_MET.text(lang)) } td { (boxes(Met::ALL.iter().map(|met| (met.key(), met.text())), form.map(|form| form.met.key()), lang)) } }
                tr { th scope="row" { (words::VISIT_MEMBERS.text(lang)) } td { (members) } }
                @for kind in IncomeKind::ALL { tr { th scope="row" { (kind.text().in_lang(lang)) } td.number { (amount(income(*kind))) } } }
                @for kind in ExpenseKind::ALL { tr { th scope="row" { (kind.text().in_lang(lang)) } td.number { (amount(expense(*kind))) } } }
                tr { th scope="row" { (words::VISIT_CONSENT.text(lang)) } td { (boxes(Consent::ALL.iter().map(|one| (one.key(), one.text())), form.map(|form| form.consent.key()), lang)) } }
                tr { th scope="row" { (words::VISIT_FINDING.text(lang)) } td { (boxes(Finding::ALL.iter().map(|one| (one.key(), one.text())), form.map(|form| form.finding.key()), lang)) } }
                tr.tall { th scope="row" { (words::NOTE.text(lang)) } td { (form.and_then(|form| form.note.as_ref()).map_or("", |note| note.as_str())) } }
            }
        }
    }
}
