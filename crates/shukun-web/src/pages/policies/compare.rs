//! Two policies over everybody: asking for it as a job, and what came of it.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use shukun_base::{Day, Fen, Lang, Text};
use shukun_casework::authority::Permission;
use shukun_store::JobId;

use crate::desk::policies::{COMPARE, CompareInput, read_readings};
use crate::desk::{Desk, jobs};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::{PAIR, chart, frame, scripts};
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::matrix::{beneath, matrix};
use crate::visit::Visit;
use crate::words::{self, Word};
use crate::works::order::{CompareSide, Compared, ComparedGroups, ComparedLine};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/policies/compare", show).post("/policies/compare", ask).get("/policies/compare/{job_id}", result)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    baseline_on: String,
    baseline_readings: String,
    variant_on: String,
    variant_readings: String,
}

/// A link of the policy desk may have chosen a side already.
async fn show(State(desk): State<Desk>, visit: Visit, Query(typed): Query<Typed>) -> Result<Page, PageError> {
    form_page(&desk, &visit, &typed, &Vec::new()).await
}

/// A day that is given and none is not the same as none.
fn side(on: &str, readings: &str) -> Option<CompareSide> {
    let on: Option<Day> = if on.trim().is_empty() { None } else { Some(on.trim().parse().ok()?) };
    Some(CompareSide { on, readings: read_readings(readings)? })
}

async fn ask(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let baseline = side(&typed.baseline_on, &typed.baseline_readings);
    let variant = side(&typed.variant_on, &typed.variant_readings);
    let fault: (&'static str, Text) = match (baseline, variant) {
        (None, _) => ("baseline_readings", words::COMPARE_WRONG.both(&[])),
        (_, None) => ("variant_readings", words::COMPARE_WRONG.both(&[])),
        (Some(baseline), Some(variant)) if baseline == variant => ("variant_readings", words::COMPARE_SAME.both(&[])),
        (Some(baseline), Some(variant)) => {
            let scope = visit.scope()?;
            let region = scope.regions(Permission::ComparePolicies).into_iter().next();
            let region = region.ok_or_else(PageError::forbidden)?;
            let input = json!(CompareInput { baseline, variant });
            let job = jobs::ask(&desk, scope, &COMPARE, &region, input, None).await?;
            return Ok(Redirect::to(&format!("/jobs/{}", job.as_str())).into_response());
        }
    };
    let page = form_page(&desk, &visit, &typed, &vec![fault]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let field = |name: &'static str, word: Word, side: Word, value: &str, kind: &'static str| {
        let label = word.with(lang, &[("side", side.text(lang))]);
        input(&Input { value, kind, is_required: false, ..Input::text(name, &label) }, faults, lang)
    };
    let (day, readings) = (words::COMPARE_ON, words::COMPARE_READINGS);
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/policies/compare" {
            (form_token(visit))
            (field("baseline_on", day, words::COMPARE_BASELINE, &typed.baseline_on, "date"))
            (field("baseline_readings", readings, words::COMPARE_BASELINE, &typed.baseline_readings, "text"))
            (field("variant_on", day, words::COMPARE_VARIANT, &typed.variant_on, "date"))
            (field("variant_readings", readings, words::COMPARE_VARIANT, &typed.variant_readings, "text"))
            button.btn.btn-primary type="submit" { (words::COMPARE_ASK.text(lang)) }
        }
    };
    let heading = Heading { title: words::COMPARE.text(lang), note: Some(words::COMPARE_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

async fn result(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let job = desk.store().job(visit.scope()?, &JobId::new(&id)).await?;
    if job.kind != COMPARE.key {
        return Err(PageError::not_found());
    }
    let found = job.result.and_then(|result| serde_json::from_value::<Compared>(result).ok());
    let body = html! {
        @match &found {
            Some(found) => { (told(found, lang)) (scripts()) }
            None => (empty(words::COMPARE_WAITS.text(lang), words::COMPARE_WAITS_FILL.text(lang))),
        }
        p { a href={"/jobs/" (id)} { (words::JOB.text(lang)) } }
    };
    let heading = Heading { title: words::COMPARE_DONE.text(lang), note: Some(words::COMPARE_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn told(found: &Compared, lang: Lang) -> Markup {
    let years: Vec<String> = found.years.iter().map(ToString::to_string).collect();
    let count = |number: u64| format::count(number);
    let who = words::COMPARE_WHO.with(
        lang,
        &[
            ("years", &years.join("、")),
            ("households", &count(found.households)),
            ("persons", &count(found.persons)),
            ("without", &count(found.households_without_pack)),
        ],
    );
    let sum = |word: Word, number: u64, beside: &str| {
        html! { li { div.sum { span.name { (word.text(lang)) } b { (count(number)) } span.quiet { (beside) } } } }
    };
    html! {
        p { (who) }
        ul.sums {
            (sum(words::COMPARE_LESS, found.gaining, &format::money(found.gained_fen, lang)))
            (sum(words::COMPARE_MORE, found.losing, &format::money(found.lost_fen, lang)))
            (sum(words::COMPARE_UNCHANGED, found.unchanged, ""))
        }
        div.board {
            section.box.wide { h2 { (words::COMPARE_FUNDS.text(lang)) } (lines(words::COMPARE_FUNDS, &found.funds, lang)) }
            section.box.wide { h2 { (words::COMPARE_PAYERS.text(lang)) }
                (chart(&option(&found.payers, lang), words::COMPARE_PAYERS.text(lang)))
                (lines(words::COMPARE_PAYERS, &found.payers, lang)) }
            section.box.wide { h2 { (words::COMPARE_FAMILY.text(lang)) } (lines(words::COMPARE_FAMILY, std::slice::from_ref(&found.family), lang)) }
            section.box.wide { (beneath(words::COMPARE_RULES.text(lang), &lines(words::COMPARE_RULES, &found.rules, lang))) }
            section.box.wide { h2 { (words::COMPARE_HISTOGRAM.text(lang)) } (histogram(found, lang)) }
            @for groups in &found.groups { section.box.wide { h2 { (words::COMPARE_GROUPS.text(lang)) " · " (groups.by.in_lang(lang)) } (group_table(groups, lang)) } }
        }
        p.quiet { (words::COMPARE_FILES.text(lang)) }
    }
}

fn lines(caption: Word, lines: &[ComparedLine], lang: Lang) -> Markup {
    let headings = [
        words::COMPARE_GROUP,
        words::COMPARE_BASELINE,
        words::COMPARE_VARIANT,
        words::COMPARE_DIFFERENCE,
        words::COMPARE_HOUSEHOLDS,
    ];
    let headings = headings.map(|word| word.text(lang).to_owned());
    let rows = html! {
        @for line in lines {
            tr {
                th scope="row" { (line.name) }
                td.number { (format::money(line.baseline_fen, lang)) }
                td.number { (format::money(line.variant_fen, lang)) }
                td.number { (signed(line.variant_fen - line.baseline_fen, lang)) }
                td.number { (line.households_changed.map_or_else(|| words::COMPARE_FEW.text(lang).to_owned(), format::count)) }
            }
        }
    };
    matrix(caption.text(lang), &headings, &rows)
}

fn signed(amount: Fen, lang: Lang) -> String {
    let sign = if amount > Fen::ZERO { "+" } else { "" };
    format!("{sign}{}", format::money(amount, lang))
}

/// Whole yuan are enough to be drawn.
fn option(lines: &[ComparedLine], lang: Lang) -> Value {
    let [first, second] = PAIR;
    let series = |word: Word, colour: &str, of: &dyn Fn(&ComparedLine) -> Fen| {
        let data: Vec<i64> = lines.iter().map(|line| of(line).0 / 100).collect();
        json!({ "name": word.text(lang), "type": "bar", "barMaxWidth": 18, "data": data, "itemStyle": { "color": colour } })
    };
    let series = json!([
        series(words::COMPARE_BASELINE, second, &|line| line.baseline_fen),
        series(words::COMPARE_VARIANT, first, &|line| line.variant_fen),
    ]);
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    frame(series, &names, true)
}

fn histogram(found: &Compared, lang: Lang) -> Markup {
    let name = |from: Option<Fen>, to: Option<Fen>| {
        let money = |amount: Fen| format::money(amount, lang);
        match (from, to) {
            (Some(from), Some(to)) => words::COMPARE_BETWEEN.with(lang, &[("from", &money(from)), ("to", &money(to))]),
            (Some(from), None) => words::COMPARE_ABOVE.with(lang, &[("from", &money(from))]),
            (None, to) => words::COMPARE_UP_TO.with(lang, &[("to", &money(to.unwrap_or(Fen::ZERO)))]),
        }
    };
    let headings = [words::COMPARE_HISTOGRAM.text(lang).to_owned(), words::COMPARE_GROUP.text(lang).to_owned()];
    let rows = html! {
        @for (from, to, count) in found.histogram.iter().filter(|(_, _, count)| *count > 0) {
            tr { th scope="row" { (name(*from, *to)) } td.number { (format::count(*count)) } }
        }
    };
    matrix(words::COMPARE_HISTOGRAM.text(lang), &headings, &rows)
}

fn group_table(groups: &ComparedGroups, lang: Lang) -> Markup {
    let headings = [
        words::COMPARE_GROUP,
        words::COMPARE_HOUSEHOLDS,
        words::COMPARE_DIFFERENCE,
        words::COMPARE_GAINING,
        words::COMPARE_LOSING,
    ];
    let headings = headings.map(|word| word.text(lang).to_owned());
    let few = || words::COMPARE_FEW.text(lang).to_owned();
    let side = |side: Option<(u64, Fen)>| {
        side.map_or_else(few, |(households, sum)| {
            format!("{} · {}", format::count(households), format::money(sum, lang))
        })
    };
    let rows = html! {
        @for row in &groups.rows {
            tr {
                th scope="row" { (row.name.in_lang(lang)) }
                td.number { (row.households.map_or_else(few, format::count)) }
                td.number { (row.difference_fen.map_or_else(few, |amount| signed(amount, lang))) }
                td.number { (side(row.gaining)) }
                td.number { (side(row.losing)) }
            }
        }
    };
    matrix(groups.by.in_lang(lang), &headings, &rows)
}
