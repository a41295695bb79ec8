//! The page of one case: left who and what, in the middle the money, right what comes next and its clocks.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_casework::CaseId;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Detection, Discovery, Status};
use shukun_casework::determination::{Determination, PersonSheet};
use shukun_casework::timers::{Reading, running};
use shukun_store::{AccountId, StoredDocument};

use super::act::hidden;
use super::acts::around::Around;
use super::acts::{Act, Form, Typed, all};
use super::list::colour;
use super::looked::looked;
use super::papers::papers;
use super::sheet::is_wanted;
use super::split;
use super::timeline::timeline;
use super::turn::{is_visited, turn};
use crate::desk::Names;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::clock::{clock, face};
use crate::ui::empty::empty;
use crate::ui::field::{Faults, wrong};
use crate::ui::layout::{Heading, Page};
use crate::ui::place::place;
use crate::ui::steps::steps;
use crate::ui::waterfall::{Bar, waterfall};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/{case_id}", show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    tab: String,
    done: String,
}

/// A form that was sent and did not go through.
pub struct Tried<'a> {
    /// Which act.
    pub key: &'static str,
    /// What was typed.
    pub typed: &'a Typed,
    /// What was wrong.
    pub faults: &'a Faults,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    if asked.tab == "timeline" {
        return timeline_page(&desk, &visit, &case_id).await;
    }
    if asked.tab == "looked" {
        return looked_page(&desk, &visit, &case_id).await;
    }
    let tried = Tried { key: "", typed: &Typed::default(), faults: &Vec::new() };
    case_page(&desk, &visit, &case_id, &tried, &asked.done).await
}

/// The page; who looked is written down.
pub async fn case_page(
    desk: &Desk,
    visit: &Visit,
    case_id: &CaseId,
    tried: &Tried<'_>,
    done: &str,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let case = desk.store().view_case(visit.scope()?, case_id, visit.now).await?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let places = desk.place_names([&case.region]).await?;
    let stored = desk.store().list_documents(visit.scope()?, case_id).await?;
    let body = html! {
        (tabs(visit, &case, "")?)
        @if done == "act" { p.done role="status" { (words::DONE_ACT.text(lang)) } }
        div.case-steps { (status_steps(&case, lang)) }
        div.case {
            div { (who(&case, &names, &places, lang)) (how_found(&case, lang)) (beside(visit, &case)?) }
            div {
                (money(&case, lang)) (requests(&case, lang)) (visits(&case, lang))
                (papers(desk, visit, &case, &stored, tried).await?)
            }
            div.next { (next(desk, visit, &case, &stored, tried).await?) (clocks(desk, visit, &case)) }
        }
    };
    let title = words::CASE_TITLE.with(lang, &[("name", &names.title(case.household, lang))]);
    let note = (case.round > 1).then(|| words::CASE_ROUND.with(lang, &[("n", &case.round.to_string())]));
    framed(desk, visit, &Heading { title: &title, note: note.as_deref() }, &body).await
}

async fn timeline_page(desk: &Desk, visit: &Visit, case_id: &CaseId) -> Result<Page, PageError> {
    let lang = visit.lang;
    let case = desk.store().view_case(visit.scope()?, case_id, visit.now).await?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let body = html! { (tabs(visit, &case, "timeline")?) (timeline(desk, visit, case_id).await?) };
    let title = words::CASE_TITLE.with(lang, &[("name", &names.title(case.household, lang))]);
    framed(desk, visit, &Heading { title: &title, note: Some(words::TAB_TIMELINE.text(lang)) }, &body).await
}

/// For those who may read the trail at the case's place.
async fn looked_page(desk: &Desk, visit: &Visit, case_id: &CaseId) -> Result<Page, PageError> {
    let lang = visit.lang;
    let case = desk.store().view_case(visit.scope()?, case_id, visit.now).await?;
    visit.scope()?.require(Permission::ReadAuditTrail, Some(&case.region))?;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let body = html! { (tabs(visit, &case, "looked")?) (looked(desk, visit, &case, &names).await?) };
    let title = words::CASE_TITLE.with(lang, &[("name", &names.title(case.household, lang))]);
    framed(desk, visit, &Heading { title: &title, note: Some(words::TAB_LOOKED.text(lang)) }, &body).await
}

fn tabs(visit: &Visit, case: &Case, open: &str) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let path = format!("/cases/{}", case.id);
    let may_read_trail = visit.scope()?.allows(Permission::ReadAuditTrail, Some(&case.region));
    let current = |tab: &str| (open == tab).then_some("page");
    Ok(html! {
        nav.tabs aria-label=(words::TABS.text(lang)) {
            a href=(path) aria-current=[current("")] { (words::TAB_CASE.text(lang)) }
            a href={(path) "?tab=timeline"} aria-current=[current("timeline")] { (words::TAB_TIMELINE.text(lang)) }
            @if may_read_trail { a href={(path) "?tab=looked"} aria-current=[current("looked")] { (words::TAB_LOOKED.text(lang)) } }
        }
    })
}

/// The printed papers that the case has something for, and the way behind the mask.
fn beside(visit: &Visit, case: &Case) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let path = format!("/cases/{}", case.id);
    let may_reveal = visit.scope()?.allows(Permission::Reveal, Some(&case.region));
    Ok(html! {
        section.box {
            h2 { (words::PRINTS_TITLE.text(lang)) }
            ul.papers {
                @if !case.determinations.is_empty() { li { a href={(path) "/print/sheet"} { (words::PRINT_SHEET.text(lang)) } } }
                @if !case.visits.is_empty() { li { a href={(path) "/print/visit"} { (words::VISIT_TITLE.text(lang)) } } }
                li { a href={(path) "/print/visit?blank=true"} { (words::PRINT_BLANK.text(lang)) } }
            }
            @if may_reveal { p { a.btn.btn-plain href={(path) "/reveal"} { (words::REVEAL.text(lang)) } } }
        }
    })
}

fn status_steps(case: &Case, lang: Lang) -> Markup {
    let names: Vec<String> = Status::ALL.iter().map(|status| status.text().in_lang(lang).to_owned()).collect();
    let now = Status::ALL.iter().position(|status| *status == case.status).unwrap_or_default();
    steps(&names, now, lang)
}

async fn assignee(desk: &Desk, visit: &Visit, case: &Case) -> Result<String, PageError> {
    let Some(id) = &case.assignee else { return Ok(words::ASSIGNEE_NOBODY.text(visit.lang).to_owned()) };
    let names = desk.store().display_names(visit.scope()?, &[AccountId::new(id.as_str())]).await?;
    Ok(names.into_iter().next().map_or_else(|| id.to_string(), |(_, name)| name))
}

fn who(case: &Case, names: &Names, places: &Places, lang: Lang) -> Markup {
    html! {
        section.box {
            h2 { (words::WHO.text(lang)) }
            p { (colour(case.colour(), lang)) @for flag in case.flags() { " " span.tag { (flag.text().in_lang(lang)) } } }
            @for person in names.people(case.household) {
                dl.facts {
                    dt { (words::PERSON.text(lang)) } dd { b { (person.name) } }
                    dt { (words::ID_NUMBER.text(lang)) } dd { (person.id_number) }
                    @if let Some(phone) = &person.phone { dt { (words::PHONE.text(lang)) } dd { (phone) } }
                }
            }
            dl.facts { dt { (words::REGION.text(lang)) } dd { (place(places, &case.region)) } }
        }
    }
}

fn how_found(case: &Case, lang: Lang) -> Markup {
    html! {
        section.box {
            h2 { (words::DISCOVERY.text(lang)) }
            @match &case.discovery {
                Discovery::Hand { channel, note, .. } => p { (channel.text().in_lang(lang)) "：" (note.as_str()) },
                Discovery::Split { .. } => p { (words::DISCOVERY_SPLIT.text(lang)) },
                Discovery::Alert(_) => {}
            }
            @for detection in &case.detections { (detected(detection, lang)) }
        }
    }
}

fn detected(detection: &Detection, lang: Lang) -> Markup {
    html! {
        dl.facts {
            dt { (words::COLOUR.text(lang)) } dd { (colour(Some(detection.colour), lang)) " " (words::YEAR_OF.with(lang, &[("n", &detection.year.to_string())])) }
            dt { (words::BURDEN.text(lang)) } dd { (format::money(detection.burden_fen, lang)) }
            dt { (words::RULE.text(lang)) } dd { (detection.rule) span.quiet { " " (detection.pack) } }
        }
    }
}

/// The draft where one waits, else the determination in force.
fn money(case: &Case, lang: Lang) -> Markup {
    let draft = case.draft().map(|record| &record.sheet);
    let sheet = draft.or_else(|| case.live_determination());
    html! {
        section.box {
            h2 { (words::WATERFALL.text(lang)) }
            (rejected(case, lang))
            @match sheet {
                None => (empty(words::WATERFALL_NONE.text(lang), words::WATERFALL_NONE_FILL.text(lang))),
                Some(sheet) => (determination(sheet, draft.is_some(), lang)),
            }
        }
    }
}

/// Why the last sheet was not agreed to, until there is another.
fn rejected(case: &Case, lang: Lang) -> Markup {
    let check = case.determinations.last().and_then(|record| record.check.as_ref()).filter(|check| !check.agreed);
    html! {
        @if let Some(check) = check {
            p.warn {
                (words::SHEET_REJECTED.with(lang, &[("n", &check.version.to_string())]))
                @if let Some(note) = &check.note { (note.as_str()) }
            }
        }
    }
}

fn determination(sheet: &Determination, is_draft: bool, lang: Lang) -> Markup {
    let state = if is_draft { words::SHEET_DRAFT } else { words::SHEET_AGREED };
    let version = sheet.version.to_string();
    html! {
        p { span.tag { (words::SHEET_VERSION.with(lang, &[("n", &version)])) } " " (state.text(lang)) }
        @for person in &sheet.people { (person_sheet(person, lang)) }
        @if !sheet.readings.is_empty() {
            p.quiet { (words::SHEET_READINGS_USED.text(lang)) "："
                @for used in &sheet.readings { (used.question) " → " b { (used.reading) } @if used.provisional { " " span.tag.tag-orange { (words::SHEET_PROVISIONAL.text(lang)) } } " " }
            }
        }
        p.quiet { (words::SHEET_PACKS.text(lang)) "：" @for pack in &sheet.packs { (pack.id) " " (pack.version) " " } }
    }
}

fn person_sheet(person: &PersonSheet, lang: Lang) -> Markup {
    let bars: Vec<Bar<'_>> = person
        .lines
        .iter()
        .map(|line| Bar { name: &line.tier, article: &line.article, amount_fen: line.amount_fen })
        .collect();
    html! {
        h3 { (words::YEAR_OF.with(lang, &[("n", &person.year.to_string())])) }
        (waterfall(person.bill_fen, &bars, person.left_fen, lang))
    }
}

fn requests(case: &Case, lang: Lang) -> Markup {
    html! {
        @if !case.requests.is_empty() {
            section.box {
                h2 { (words::REQUESTS.text(lang)) }
                @for request in &case.requests {
                    dl.facts {
                        dt { (words::PROGRAMME.text(lang)) } dd { (request.programme.text().in_lang(lang)) " " span.tag { (request.status.text().in_lang(lang)) } }
                        dt { (words::AMOUNT.text(lang)) } dd { (format::money(request.amount_fen, lang)) }
                        dt { (words::PAID.text(lang)) } dd { (format::money(request.paid_fen, lang)) }
                    }
                }
            }
        }
    }
}

fn visits(case: &Case, lang: Lang) -> Markup {
    html! {
        @if !case.visits.is_empty() {
            section.box {
                h2 { (words::VISITS.text(lang)) }
                @for visit in case.visits.iter().map(|record| &record.visit) {
                    dl.facts {
                        dt { (words::VISIT_ON.text(lang)) } dd { (format::day(visit.on, lang)) }
                        dt { (words::VISIT_FINDING.text(lang)) } dd { b { (visit.finding.text().in_lang(lang)) } }
                        dt { (words::VISIT_MET.text(lang)) } dd { (visit.met.text().in_lang(lang)) }
                        @if let Some(income) = visit.income_per_head_fen() { dt { (words::INCOME_PER_HEAD.text(lang)) } dd { (format::money(income, lang)) } }
                        dt { (words::EXPENSE_TOTAL.text(lang)) } dd { (format::money(visit.expense_fen(), lang)) }
                        @if !visit.documents.is_empty() { dt { (words::VISIT_PHOTOS.text(lang)) } dd { (words::VISIT_PHOTOS_COUNT.with(lang, &[("n", &visit.documents.len().to_string())])) } }
                        @if let Some(note) = &visit.note { dt { (words::NOTE.text(lang)) } dd { (note.as_str()) } }
                    }
                }
            }
        }
    }
}

/// What this reader may do now, the acts that lead on first.
async fn next(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    stored: &[StoredDocument],
    tried: &Tried<'_>,
) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let scope = visit.scope()?;
    let may = |permission| scope.allows(permission, Some(&case.region));
    let is_mine = case.assignee.as_ref().is_some_and(|id| id.as_str() == scope.account_id().as_str());
    let offered =
        |act: &&Act| (act.is_offered)(case) && may(act.permission) && (case.suspended.is_none() || act.key == "resume");
    let (onwards, sideways): (Vec<&Act>, Vec<&Act>) = all().filter(offered).partition(|act| act.leads_on);
    let visits = case.status == Status::Dispatched && case.suspended.is_none() && may(Permission::Verify);
    let drafts = is_wanted(case) && may(Permission::DraftDetermination);
    let splits = split::is_offered(visit, case)?;
    let is_visited = is_visited(case);
    let goes_on = visits && !is_visited || drafts || !onwards.is_empty();
    let can_take = !is_mine && (goes_on || !sideways.is_empty());
    let is_drawn = onwards.iter().chain(&sideways).any(|act| act.key == tried.key);
    let assignee = assignee(desk, visit, case).await?;
    let around = Around::load(desk, visit, case).await?;
    let draw = |act: &&Act| act_form(desk, visit, (case, stored, &around), act, tried, onwards.len() == 1 && !drafts);
    Ok(html! {
        section.box #main-act {
            h2 { (words::NEXT_ACT.text(lang)) }
            (turn(desk, visit, case, &assignee, goes_on))
            @if !is_drawn { (refusal(tried.faults, lang)) }
            @if can_take { (take_form(desk, visit, case)?) }
            @if visits { (visit_link(case, is_visited, lang)) }
            @if drafts { p { a.btn.btn-primary href={"/cases/" (case.id) "/sheet"} { (words::ACT_SHEET.text(lang)) } } }
            @for act in &onwards { (draw(act)?) }
        }
        @if !sideways.is_empty() || splits {
            section.box {
                h2 { (words::SIDEWAYS.text(lang)) }
                @if splits { p { a href={"/cases/" (case.id) "/split"} { (words::ACT_SPLIT.text(lang)) } } }
                @for act in &sideways { (act_form(desk, visit, (case, stored, &around), act, tried, false)?) }
            }
        }
    })
}

/// The way to the visit form: what comes next, or once more where somebody was there already.
fn visit_link(case: &Case, is_visited: bool, lang: Lang) -> Markup {
    let word = if is_visited { words::ACT_VISIT_AGAIN } else { words::ACT_VISIT };
    html! {
        p { a.btn.btn-primary[!is_visited].btn-plain[is_visited] href={"/cases/" (case.id) "/visit"} { (word.text(lang)) } }
    }
}

/// What casework refused, at the head of the form that was sent.
fn refusal(faults: &Faults, lang: Lang) -> Markup {
    let said: Vec<_> = faults.iter().filter(|(field, _)| *field == "main").collect();
    html! { @if !said.is_empty() { div.wrong role="alert" { @for (_, text) in said { p { (text.in_lang(lang)) } } } } }
}

fn take_form(desk: &Desk, visit: &Visit, case: &Case) -> Result<Markup, PageError> {
    Ok(html! {
        form method="post" action={"/cases/" (case.id) "/take"} {
            (hidden(desk, visit, case)?)
            button.btn.btn-plain type="submit" { (words::ACT_TAKE.text(visit.lang)) }
        }
    })
}

fn act_form(
    desk: &Desk,
    visit: &Visit,
    (case, papers, around): (&Case, &[StoredDocument], &Around),
    act: &Act,
    tried: &Tried<'_>,
    is_open: bool,
) -> Result<Markup, PageError> {
    let nothing = (Typed::default(), Faults::new());
    let is_tried = tried.key == act.key;
    let (typed, faults) = if is_tried { (tried.typed, tried.faults) } else { (&nothing.0, &nothing.1) };
    let form = Form { case, typed, faults, visit, papers, around };
    let encoding = (!act.papers.is_empty()).then_some("multipart/form-data");
    let of_fields: Faults = faults.iter().filter(|(field, _)| *field != "main").cloned().collect();
    Ok(html! {
        details.act open[is_open || is_tried] {
            summary { (act.name.text(visit.lang)) }
            (refusal(faults, visit.lang))
            (wrong(&of_fields, visit.lang))
            @if act.permission.needs_second_factor() && !visit.scope()?.is_stepped_up() {
                p.form-hint { (words::CODE_FIRST.text(visit.lang)) " "
                    a href={"/account/code?next=/cases/" (case.id)} { (words::CODE_NOW.text(visit.lang)) } }
            }
            form method="post" enctype=[encoding] action={"/cases/" (case.id) "/" (act.key)} {
                (hidden(desk, visit, case)?)
                ((act.fields)(&form))
                button.btn.btn-primary type="submit" { (act.name.text(visit.lang)) }
            }
        }
    })
}

fn clocks(desk: &Desk, visit: &Visit, case: &Case) -> Markup {
    let lang = visit.lang;
    let readings = running(case, desk.numbers().watch(visit.now));
    html! {
        section.box {
            h2 { (words::CLOCKS.text(lang)) }
            ul.clocks { @for reading in &readings { li { (clock_line(reading, lang)) } } }
        }
    }
}

fn clock_line(reading: &Reading, lang: Lang) -> Markup {
    let face = face(reading.level, reading.is_paused);
    let left = reading.limit.map(|limit| i64::from(limit) - i64::from(reading.used.value));
    html! {
        b { (reading.step.text().in_lang(lang)) } " " span.quiet { (reading.responsible.text().in_lang(lang)) }
        br;
        (clock(face, left, reading.unit, lang))
        @if let Some(due) = &reading.due_on {
            br; span.quiet { (words::CLOCK_DUE.with(lang, &[("day", &format::day(due.value, lang))])) }
        }
    }
}
