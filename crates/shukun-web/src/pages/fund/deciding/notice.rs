//! One notice: its posting, its taking down, objections to it; and the sheet for the board.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::{Finding, LineRecord, LineState, Objection, answer_due};
use shukun_fund::publishing::{MaskedName, Medium, Notice, NoticeLine, NoticeParts, ObjectionDesk, PlainName};
use shukun_fund::{LineId, ResolutionId};
use shukun_store::NoticeRow;

use super::act::{Sent, Stamp, Typed, read, send};
use super::notices::days;
use super::online;
use super::proposal::{Families, line_tag, programme};
use crate::desk::{Desk, Pdf};
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::papers::deciding as papers;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, select, text_area, wrong};
use crate::ui::layout::{Heading, Page, printed};
use crate::visit::Visit;
use crate::words;

/// Working days in which an objection is looked into, as in casework.
const ANSWER_DAYS: u32 = 10;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/notices/{line_id}", show)
        .post("/fund/notices/{line_id}", act)
        .get("/fund/notices/{line_id}/print", print)
        .get("/fund/notices/{line_id}/notice.pdf", as_pdf)
}

fn id_of(id: &str) -> Result<LineId, PageError> {
    LineId::new(id).ok_or_else(PageError::not_found)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    notice_page(&desk, &visit, &id_of(&id)?, done.is_done(), &Vec::new()).await
}

async fn act(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(mut typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let line = id_of(&id)?;
    let (row, _, _) = desk.store().notice(visit.scope()?, &line).await?;
    typed.insert("line".to_owned(), line.to_string());
    if let Some(faults) = online::faults(&desk, &visit, &row, &typed).await? {
        let page = notice_page(&desk, &visit, &line, false, &faults).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match send(&desk, &visit, &row.meeting, &typed, read(&typed, &[])).await? {
        Sent::Done => Ok(Redirect::to(&format!("/fund/notices/{line}?done=yes")).into_response()),
        Sent::Refused(faults, status) => {
            Ok((status, notice_page(&desk, &visit, &line, false, &faults).await?).into_response())
        }
    }
}

async fn notice_page(
    desk: &Desk,
    visit: &Visit,
    line: &LineId,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (row, record, version) = desk.store().notice(visit.scope()?, line).await?;
    let families = Families::load(desk, visit, &[&record.line]).await?;
    let stamp = Stamp::new(desk, format!("/fund/notices/{line}"), version)?;
    let title = format!("{} · {}", words::NOTICES.text(lang), families.places.name(&row.region));
    let body = html! {
        @if is_done { p.done role="status" { (words::MEETING_DONE.text(lang)) } }
        (wrong(faults, lang))
        section.box {
            p { (line_tag(record.state, lang)) @if row.is_overdue(visit.today()) { " " span.tag.tag-red { (words::NOTICE_TO_TAKE_DOWN.text(lang)) } } }
            dl.facts {
                dt { (words::MEETING_HOUSEHOLD.text(lang)) } dd { a href={"/cases/" (row.case)} { (families.name(&record.line, lang)) } }
                dt { (words::PROGRAMME.text(lang)) } dd { (programme(&row.programme, lang)) }
                dt { (words::NOTICE_AMOUNT.text(lang)) } dd { (format::money(row.amount_fen, lang)) }
                dt { (words::NOTICE_DAYS.text(lang)) } dd { (days(&row, lang)) }
                @if let Some(run) = &record.notice { dt { (words::NOTICE_BOARD.text(lang)) } dd { (run.board.as_str()) } }
            }
            @if record.notice.is_some() {
                p.buttons {
                    a href={"/fund/notices/" (line) "/print"} { (words::NOTICE_PRINT.text(lang)) }
                    @if desk.press().is_some() { a href={"/fund/notices/" (line) "/notice.pdf"} { (words::PRINT_PDF.text(lang)) } }
                }
            }
        }
        @for objection in &record.objections { (objection_box(desk, objection, visit, &stamp)) }
        (online::section(&row, visit, &stamp, faults))
        (forms(&row, &record, visit, &stamp, faults))
    };
    let heading = Heading { title: &title, note: None };
    framed(desk, visit, &heading, &body).await
}

fn forms(row: &NoticeRow, record: &LineRecord, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let may = |permission| visit.scope().is_ok_and(|scope| scope.allows(permission, Some(&row.region)));
    let hangs = record.notice.as_ref().is_some_and(|run| run.taken_down.is_none());
    let text = |name, word: words::Word| Input::text(name, word.text(lang));
    let date = |name, word: words::Word| Input { kind: "date", ..Input::text(name, word.text(lang)) };
    let today = visit.today().to_string();
    let named = [("yes", words::NOTICE_NAMED), ("no", words::NOTICE_UNNAMED)];
    let named: Vec<(String, String)> =
        named.iter().map(|(key, word)| ((*key).to_owned(), word.text(lang).to_owned())).collect();
    html! {
        @if record.state == LineState::Passed && may(Permission::PostNotice) {
            section.box {
                h2 { (words::NOTICE_POST.text(lang)) }
                (stamp.form(visit, "post", words::NOTICE_POST.text(lang), &html! {
                    (input(&text("board", words::NOTICE_BOARD), faults, lang))
                    (input(&Input { value: &today, ..date("from", words::NOTICE_POSTED_ON) }, faults, lang))
                    (input(&date("until", words::NOTICE_UNTIL), faults, lang))
                }))
            }
        }
        @if hangs && may(Permission::PostNotice) {
            section.box {
                h2 { (words::NOTICE_TAKE_DOWN.text(lang)) }
                (stamp.form(visit, "take-down", words::NOTICE_TAKE_DOWN.text(lang), &input(&Input { value: &today, ..date("on", words::NOTICE_TAKEN_ON) }, faults, lang)))
            }
        }
        @if matches!(record.state, LineState::Passed | LineState::OnNotice) && may(Permission::RecordComplaint) {
            section.box {
                h2 { (words::NOTICE_OBJECT.text(lang)) }
                (stamp.form(visit, "object", words::NOTICE_OBJECT.text(lang), &html! {
                    (radios(&text("named", words::NOTICE_OBJECT_NAMED), &named, faults, lang))
                    (text_area(&text("words", words::NOTICE_OBJECT_WORDS), 3, faults, lang))
                }))
            }
        }
    }
}

fn objection_box(desk: &Desk, objection: &Objection, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    let numbers = desk.numbers();
    let watch = numbers.watch(visit.now);
    let due = answer_due(objection.at, ANSWER_DAYS, &|day| watch.calendar.is_working(day));
    let named = if objection.is_named { words::NOTICE_NAMED } else { words::NOTICE_UNNAMED };
    let id = html! { input type="hidden" name="objection" value=(objection.id); };
    let findings: Vec<(String, String)> =
        Finding::ALL.iter().map(|one| (one.key().to_owned(), one.text().in_lang(lang).to_owned())).collect();
    let none = Vec::new();
    html! {
        section.box {
            h2 { (words::NOTICE_OBJECTION.text(lang)) }
            p { (objection.words.as_str()) }
            p.quiet { (format::moment(objection.at, lang)) " · " (named.text(lang)) }
            @match &objection.answer {
                Some((finding, words_of, _, at)) => {
                    p { span.tag { (finding.text().in_lang(lang)) } " " (words_of.as_str()) }
                    p.quiet { (format::moment(*at, lang)) }
                }
                None => {
                    @if let Some(day) = due { p { (words::NOTICE_OBJECTION_DUE.with(lang, &[("day", &format::day(day, lang))])) } }
                    @if visit.may(Permission::AnswerComplaint) {
                        (stamp.form(visit, "reverify", words::NOTICE_REVERIFY.text(lang), &html! {
                            (id)
                            (select(&Input::text("finding", words::NOTICE_FINDING.text(lang)), &findings, &none, lang))
                            (text_area(&Input::text("found", words::NOTICE_FINDING_WORDS.text(lang)), 3, &none, lang))
                        }))
                    }
                }
            }
            @if objection.result_posted.is_some() { p { span.tag.tag-green { "✓ " (words::NOTICE_RESULT_POSTED.text(lang)) } } }
            @else if objection.answer.is_some() && visit.may(Permission::PostNotice) {
                (stamp.form(visit, "result", words::NOTICE_RESULT.text(lang), &html! {
                    (id)
                    (input(&Input::text("result_board", words::NOTICE_BOARD.text(lang)), &none, lang))
                }))
            }
        }
    }
}

async fn print(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (row, record, _) = desk.store().notice(visit.scope()?, &id_of(&id)?).await?;
    let families = Families::load(&desk, &visit, &[&record.line]).await?;
    let title = words::NOTICE_SHEET.text(lang);
    let made = made(&row, &record, &families, &visit);
    // What is rendered is looked through before it is shown: a name, a number or an illness that slipped in stops it.
    let clear = made.and_then(|notice| {
        let body = sheet(&notice, &visit);
        notice.clear(&body.0, &[]).ok().map(|_| body)
    });
    let back = html! { p.buttons { a href={"/fund/notices/" (row.line)} { "← " (words::NOTICES.text(lang)) } } };
    let body = match clear {
        Some(body) => html! { (back) (body) },
        None => {
            html! { (back) (empty(words::NOTICE_CANNOT_PRINT.text(lang), words::NOTICE_CANNOT_PRINT_FILL.text(lang))) }
        }
    };
    Ok(printed(&visit, title, &families.places.name(&row.region), &body))
}

/// The same sheet set by the program for papers, after what it would say was looked through; where there is no program, or
/// something on it may not be public, the page says so.
async fn as_pdf(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let (row, record, _) = desk.store().notice(visit.scope()?, &id_of(&id)?).await?;
    let families = Families::load(&desk, &visit, &[&record.line]).await?;
    let note = desk.is_illustrative().then(|| words::ILLUSTRATIVE.text(visit.lang));
    let clear = made(&row, &record, &families, &visit).and_then(|notice| {
        let paper = papers::notice(&notice, visit.lang);
        let said = serde_json::to_string(&paper).ok()?;
        notice.clear(&said, &[]).ok().map(|_| papers::noted(paper, note))
    });
    let (Some(press), Some(paper)) = (desk.press(), clear) else {
        return Ok(Redirect::to(&format!("/fund/notices/{}/print", row.line)).into_response());
    };
    Ok(Pdf { bytes: press.set(&paper).await?, name: "notice".to_owned() }.into_response())
}

/// The notice of one line for the board; `None` where its days or the village's name lack.
fn made(row: &NoticeRow, record: &LineRecord, families: &Families, visit: &Visit) -> Option<Notice> {
    let run = record.notice.as_ref()?;
    let line = NoticeLine {
        number: 1,
        name: families.first_name(&record.line).map(|name| MaskedName::of(&name)),
        place: PlainName::new(&families.places.own_name(&row.region))?,
        amount: row.amount_fen,
    };
    let parts = NoticeParts {
        medium: Medium::Board,
        programme: PlainName::new(&programme(&row.programme, visit.lang))?,
        resolution: ResolutionId::new(row.meeting.as_str())?,
        lines: vec![line],
        first_day: run.from,
        last_day: run.until,
        desk: ObjectionDesk { office: PlainName::new(words::NOTICE_SHEET_OFFICE.text(visit.lang))?, phone: None },
    };
    Notice::new(parts).ok()
}

fn sheet(notice: &Notice, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        p { (words::NOTICE_SHEET_BODY.text(lang)) }
        table.print-table {
            thead { tr {
                th scope="col" { (words::NOTICE_NUMBER.text(lang)) } th scope="col" { (words::NOTICE_NAME.text(lang)) }
                th scope="col" { (words::NOTICE_PLACE.text(lang)) } th scope="col" { (words::PROGRAMME.text(lang)) }
                th.number scope="col" { (words::NOTICE_AMOUNT.text(lang)) }
            } }
            tbody {
                @for line in notice.lines() {
                    tr {
                        td { (line.number) } td { (line.name.as_ref().map_or("*", |name| name.as_str())) }
                        td { (line.place.as_str()) } td { (notice.programme().as_str()) }
                        td.number { (format::money(line.amount, lang)) }
                    }
                }
            }
        }
        dl.facts {
            dt { (words::NOTICE_DAYS.text(lang)) } dd { (format::day(notice.first_day(), lang)) " – " (format::day(notice.last_day(), lang)) }
            dt { (words::NOTICE_SHEET_DESK.text(lang)) } dd { (notice.desk().office.as_str()) }
        }
        div.seal { (words::RESOLUTION_SEAL.text(lang)) }
    }
}
