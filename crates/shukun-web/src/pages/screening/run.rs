//! One run: the funnel, what it changed, what is not known, on which packs and readings it rests. Each figure opens its list.

use axum::extract::{Path, State};
use maud::{Markup, html};
use shukun_base::{Lang, RegionCode};
use shukun_casework::RunId;
use shukun_store::{AlertChange, ScreeningRun};

use super::runs::state;
use crate::desk::screening::{Report, report};
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::layout::{Heading, Page};
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/runs/{run_id}", show)
}

/// What a run did, in words.
pub fn change_word(change: AlertChange) -> Word {
    match change {
        AlertChange::New => words::CHANGE_NEW,
        AlertChange::Risen => words::CHANGE_RISEN,
        AlertChange::Fallen => words::CHANGE_FALLEN,
        AlertChange::Cleared => words::CHANGE_CLEARED,
        AlertChange::Claims => words::CHANGE_CLAIMS,
    }
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let run_id = RunId::new(&id).ok_or_else(PageError::not_found)?;
    let run = desk.store().screening_run(scope, &run_id).await?;
    let changes = desk.store().count_run_changes(scope, &run_id).await?;
    let report = report(&run);
    let by_town = report.as_ref().map(|report| report.summary.by_town.clone()).unwrap_or_default();
    let towns: Vec<RegionCode> = by_town.into_iter().map(|(town, _)| town).collect();
    let places = desk.place_names(&towns).await?;
    let body = html! {
        dl.facts.box {
            dt { (words::STATE.text(lang)) } dd { (state(&run, lang)) }
            dt { (words::RUN_YEAR.text(lang)) } dd { (run.year) }
            dt { (words::RUN_ASKED.text(lang)) } dd { (format::moment(run.asked_at, lang)) }
            @if let Some(at) = run.finished_at { dt { (words::JOB_ENDED.text(lang)) } dd { (format::moment(at, lang)) } }
        }
        (changed(&run, &changes, lang))
        @match &report {
            None => p.quiet { (words::RUN_NOT_OVER.text(lang)) },
            Some(report) => (found(&run, report, &places, lang)),
        }
    };
    let title = words::RUN_OF.with(lang, &[("year", &run.year.to_string())]);
    framed(&desk, &visit, &Heading { title: &title, note: None }, &body).await
}

fn changed(run: &ScreeningRun, changes: &[(AlertChange, u64)], lang: Lang) -> Markup {
    let count = |change| changes.iter().find(|(known, _)| *known == change).map_or(0, |(_, count)| *count);
    html! {
        section {
            h2 { (words::RUN_CHANGED.text(lang)) }
            ul.queues {
                @for (key, change) in AlertChange::ALL {
                    li { a.queue href={"/alerts?run=" (run.run_id) "&change=" (key)} {
                        span { (change_word(change).text(lang)) }
                        b.number { (format::count(count(change))) }
                    } }
                }
            }
        }
    }
}

fn found(run: &ScreeningRun, report: &Report, places: &Places, lang: Lang) -> Markup {
    let summary = &report.summary;
    let numbers = [
        ("opened", format::count(report.opened)),
        ("linked", format::count(report.linked)),
        ("again", format::count(report.recalculated)),
    ];
    let numbers: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let heads = [Column::words(words::RUN_WHAT.text(lang)), Column::number(words::RUN_PERSONS.text(lang))];
    let towns = [Column::words(words::REGION.text(lang)), Column::number(words::RUN_PERSONS.text(lang))];
    html! {
        p { (words::RUN_CASES.with(lang, &numbers)) }
        @if summary.is_illustrative { p.banner { (words::RUN_ILLUSTRATIVE.text(lang)) } }
        @if summary.households_without_pack > 0 {
            p.banner { (words::RUN_WITHOUT_PACK.with(lang, &[("n", &format::count(summary.households_without_pack))])) }
        }
        section {
            h2 { (words::RUN_FUNNEL.text(lang)) }
            (table(words::RUN_FUNNEL.text(lang), &heads, &html! {
                @for (what, count) in &summary.funnel { tr { td { (what.in_lang(lang)) } td.number { (format::count(*count)) } } }
            }))
        }
        @if !summary.by_town.is_empty() {
            section {
                h2 { (words::RUN_TOWNS.text(lang)) }
                (table(words::RUN_TOWNS.text(lang), &towns, &html! {
                    @for (town, count) in &summary.by_town {
                        tr {
                            td { a href={"/alerts?year=" (run.year) "&region=" (town)} { (place(places, town)) } }
                            td.number { (format::count(*count)) }
                        }
                    }
                }))
            }
        }
        (unknown(report, lang))
        (sources(report, lang))
    }
}

fn unknown(report: &Report, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::RULE.text(lang)),
        Column::words(words::RUN_MISSING.text(lang)),
        Column::number(words::RUN_PERSONS.text(lang)),
    ];
    html! {
        section {
            h2 { (words::RUN_UNKNOWN.text(lang)) }
            @if report.summary.unknown.is_empty() { p.quiet { (words::RUN_ALL_KNOWN.text(lang)) } }
            @else {
                (table(words::RUN_UNKNOWN.text(lang), &columns, &html! {
                    @for (rule, missing, count) in &report.summary.unknown {
                        tr { td { (rule) } td { (missing) } td.number { (format::count(*count)) } }
                    }
                }))
            }
        }
    }
}

/// With these packs, readings and facts the run gives the same again.
fn sources(report: &Report, lang: Lang) -> Markup {
    let summary = &report.summary;
    html! {
        section {
            h2 { (words::RUN_SOURCES.text(lang)) }
            ul {
                @for pack in &summary.packs {
                    li { b { (pack.title) } " " (pack.document_number.as_deref().unwrap_or_default()) " " span.quiet { (pack.id) " " code { (short(&pack.hash)) } } }
                }
                @for (pack, question, reading) in &summary.readings {
                    li { (question) "：" b { (reading) } " " span.quiet { (pack) } }
                }
            }
            p.quiet {
                (words::RUN_FACTS.with(lang, &[("hash", short(&summary.input_hash)), ("n", &format::count(summary.settled))]))
            }
        }
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
