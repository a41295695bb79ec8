//! The county's times and numbers: what holds today and on what it rests, what is to come, and setting one anew.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Lang, Text};
use shukun_casework::case::Step;
use shukun_casework::timers::{Change, Clock, Number, NumberRow, Settings, Unit};
use shukun_store::{AccountId, CountyNumber, ErrorKind};

use super::cases::Typed;
use super::work::framed;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/numbers", list).get("/numbers/{key}", show).post("/numbers/{key}", set)
}

/// A time of a step, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Time(Step),
    Number(Number),
}

impl Key {
    fn find(key: &str) -> Option<Key> {
        Step::find(key).map(Key::Time).or_else(|| Number::find(key).map(Key::Number))
    }

    fn text(self) -> Text {
        match self {
            Key::Time(step) => step.text(),
            Key::Number(number) => number.text(),
        }
    }
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let settings = desk.numbers().settings(visit.today());
    let rows = desk.store().county_numbers().await?;
    let names = names(&desk, &visit, &rows).await?;
    let clocks = html! { @for clock in settings.clocks() { (clock_row(clock, lang)) } };
    let numbers = html! { @for number in Number::ALL { (number_row(*number, settings, lang)) } };
    let history = html! { @for row in rows.iter().rev() { (history_row(row, &names, &visit)) } };
    let columns =
        [words::NUMBER_NAME, words::NUMBER_VALUE, words::NUMBER_BASIS].map(|word| Column::words(word.text(lang)));
    let columns = [&columns[..], &[Column::words("")]].concat();
    let of_history =
        [words::NUMBER_NAME, words::NUMBER_VALUE, words::NUMBER_BASIS, words::NUMBER_FROM, words::NUMBER_BY];
    let of_history = of_history.map(|word| Column::words(word.text(lang)));
    let body = html! {
        @if done.what() == "set" { p.done role="status" { (words::NUMBER_DONE.text(lang)) } }
        section { h2 { (words::NUMBERS_NUMBERS.text(lang)) } (table(words::NUMBERS_NUMBERS.text(lang), &columns, &numbers)) }
        section { h2 { (words::NUMBERS_TIMES.text(lang)) } (table(words::NUMBERS_TIMES.text(lang), &columns, &clocks)) }
        section {
            h2 { (words::NUMBERS_HISTORY.text(lang)) }
            @if rows.is_empty() { (empty(words::NUMBERS_NONE.text(lang), words::NUMBERS_NONE_FILL.text(lang))) }
            @else { (table(words::NUMBERS_HISTORY.text(lang), &of_history, &history)) }
        }
    };
    let heading = Heading { title: words::NUMBERS.text(lang), note: Some(words::NUMBERS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

async fn names(desk: &Desk, visit: &Visit, rows: &[CountyNumber]) -> Result<Vec<(AccountId, String)>, PageError> {
    let mut ids: Vec<AccountId> = rows.iter().map(|row| row.set_by.clone()).collect();
    ids.sort();
    ids.dedup();
    Ok(desk.store().display_names(visit.scope()?, &ids).await?)
}

fn clock_row(clock: &Clock, lang: Lang) -> Markup {
    let change = Change::Clock { step: clock.step, limit: clock.limit, red: clock.red, extended: clock.extended };
    row(clock.step.key(), &clock.step.text(), &said(&change, Some(clock.unit), lang), &clock.basis, lang)
}

fn number_row(number: Number, settings: &Settings, lang: Lang) -> Markup {
    let found: Option<&NumberRow> = settings.numbers().find(|row| row.key == number);
    let unset = words::NUMBER_UNSET.text(lang);
    let value = found.map_or_else(|| unset.to_owned(), |row| row.value.to_string());
    row(number.key(), &number.text(), &value, found.map_or("", |row| row.basis.as_str()), lang)
}

fn row(key: &str, name: &Text, value: &str, basis: &str, lang: Lang) -> Markup {
    html! {
        tr {
            td { b { (name.in_lang(lang)) } }
            td { (value) }
            td.quiet { (basis) }
            td { a.row-link href={"/numbers/" (key)} { (words::NUMBER_CHANGE.text(lang)) } }
        }
    }
}

fn history_row(row: &CountyNumber, names: &[(AccountId, String)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let by = names.iter().find(|(id, _)| *id == row.set_by).map_or("", |(_, name)| name.as_str());
    let name = Key::find(row.change.key()).map(|key| key.text().in_lang(lang).to_owned()).unwrap_or_default();
    html! {
        tr {
            td { (name) }
            td { (said(&row.change, None, lang)) }
            td.quiet { (row.basis) }
            td {
                (format::day(row.from_day, lang))
                @if row.from_day > visit.today() { " " span.tag { (words::NUMBER_TO_COME.text(lang)) } }
            }
            td.quiet { (by) br; (format::moment(row.set_at, lang)) }
        }
    }
}

/// `10个工作日，红色3，延长40`
fn said(change: &Change, unit: Option<Unit>, lang: Lang) -> String {
    match change {
        Change::Number { value, .. } => value.to_string(),
        Change::Clock { limit, red, extended, .. } => {
            let gap = if lang == Lang::En { " " } else { "" };
            let unit = unit.map_or_else(String::new, |unit| format!("{gap}{}", name(unit).text(lang)));
            let limit =
                limit.map_or_else(|| words::NUMBER_NO_LIMIT.text(lang).to_owned(), |limit| format!("{limit}{unit}"));
            let with = |word: words::Word, value: &Option<u32>| {
                value.map(|value| word.with(lang, &[("n", &value.to_string())]))
            };
            let more = [with(words::NUMBER_RED_OF, red), with(words::NUMBER_EXTENDED_OF, extended)];
            [Some(limit)].into_iter().chain(more).flatten().collect::<Vec<_>>().join(words::COMMA.text(lang))
        }
    }
}

fn name(unit: Unit) -> words::Word {
    match unit {
        Unit::WorkingDays => words::UNIT_WORKING_DAYS,
        Unit::Days => words::UNIT_DAYS,
        Unit::Hours => words::UNIT_HOURS,
    }
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(key): Path<String>) -> Result<Page, PageError> {
    let key = Key::find(&key).ok_or_else(PageError::not_found)?;
    form_page(&desk, &visit, key, &Typed::default(), &Faults::new()).await
}

async fn set(
    State(desk): State<Desk>,
    visit: Visit,
    Path(key): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let key = Key::find(&key).ok_or_else(PageError::not_found)?;
    let mut faults = Faults::new();
    let (change, day) = (read(key, &typed, &mut faults), typed.get("from_day").trim().parse());
    if day.is_err() {
        faults.push(("from_day", words::DAY_WRONG.both(&[])));
    }
    let basis = typed.get("basis");
    if let (Some(change), Ok(day), true) = (change, day, faults.is_empty()) {
        match desk.numbers().settings(day).changed(change, basis) {
            Err(fault) => faults.push(("basis", fault.text())),
            Ok(_) => match desk.store().set_number(visit.scope()?, change, basis, day, visit.now).await {
                Ok(()) => {
                    desk.read_numbers().await?;
                    return Ok(Redirect::to("/numbers?done=set").into_response());
                }
                Err(error) if error.kind == ErrorKind::Refused => faults.push(("from_day", error.text)),
                Err(error) => return Err(error.into()),
            },
        }
    }
    let page = form_page(&desk, &visit, key, &typed, &faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn read(key: Key, typed: &Typed, faults: &mut Faults) -> Option<Change> {
    let mut number = |name: &'static str| -> Option<Option<u32>> {
        let text = typed.get(name).trim();
        if text.is_empty() {
            return Some(None);
        }
        let found = text.parse().ok();
        if found.is_none() {
            faults.push((name, words::NUMBER_WRONG.both(&[])));
        }
        found.map(Some)
    };
    match key {
        Key::Time(step) => {
            let (limit, red, extended) = (number("limit"), number("red"), number("extended"));
            Some(Change::Clock { step, limit: limit?, red: red?, extended: extended? })
        }
        Key::Number(key) => match number("value")? {
            Some(value) => Some(Change::Number { key, value }),
            None => {
                faults.push(("value", words::NUMBER_WRONG.both(&[])));
                None
            }
        },
    }
}

async fn form_page(desk: &Desk, visit: &Visit, key: Key, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let settings = desk.numbers().settings(visit.today());
    let today = visit.today().to_string();
    let field = |name: &'static str, label: words::Word, hint: words::Word, kind: &'static str, known: &str| {
        let typed = if typed.get("form_token").is_empty() { known } else { typed.get(name) };
        let is_required = !matches!(name, "limit" | "red" | "extended");
        let (label, hint) = (label.text(lang), hint.text(lang));
        input(&Input { kind, hint, value: typed, is_required, ..Input::text(name, label) }, faults, lang)
    };
    let shown = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    let fields = match key {
        Key::Time(step) => {
            let clock = settings.clock(step);
            let unit = clock.map_or(words::NUMBER_UNSET, |clock| name(clock.unit));
            let of = |value: fn(&Clock) -> Option<u32>| shown(clock.and_then(value));
            html! {
                p.form-hint { (words::NUMBER_UNIT.text(lang)) "：" (unit.text(lang)) }
                (field("limit", words::NUMBER_LIMIT, words::NUMBER_LIMIT_HINT, "numeric", &of(|clock| clock.limit)))
                (field("red", words::NUMBER_RED, words::NUMBER_EMPTY_HINT, "numeric", &of(|clock| clock.red)))
                (field("extended", words::NUMBER_EXTENDED, words::NUMBER_EMPTY_HINT, "numeric", &of(|clock| clock.extended)))
            }
        }
        Key::Number(number) => {
            let known = settings.numbers().find(|row| row.key == number).map(|row| row.value);
            field("value", words::NUMBER_VALUE, words::NUMBER_VALUE_HINT, "numeric", &shown(known))
        }
    };
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action=(visit.path) {
            (form_token(visit))
            (fields)
            (field("basis", words::NUMBER_BASIS, words::NUMBER_BASIS_HINT, "text", ""))
            (field("from_day", words::NUMBER_FROM, words::NUMBER_FROM_HINT, "date", &today))
            button.btn.btn-primary type="submit" { (words::NUMBER_SUBMIT.text(lang)) }
        }
        p { a href="/numbers" { "← " (words::NUMBERS.text(lang)) } }
    };
    let name = key.text();
    framed(desk, visit, &Heading { title: name.in_lang(lang), note: Some(words::NUMBERS.text(lang)) }, &body).await
}

#[cfg(test)]
mod tests {
    use crate::http::cookies::Transport;
    use crate::testing::{COUNTY, Office};
    use crate::ui::lint::faults;
    use axum::http::StatusCode;
    use shukun_base::Fen;
    use shukun_casework::authority::Role;

    const STAFF: &[(&str, Role, &str)] = &[
        ("insurance", Role::Insurance, COUNTY),
        ("civil", Role::CivilAffairs, COUNTY),
        ("branch", Role::Insurance, "330381001"),
    ];

    #[tokio::test]
    async fn the_county_sets_the_cap_of_advances_with_its_basis() {
        let office = Office::new(Transport::Plain, STAFF).await;
        let mut insurance = office.signed_in("insurance").await;
        let list = insurance.get("/numbers").await.body;
        assert!(list.contains("未设定") && list.contains("还没有改过"), "{list}");
        assert_eq!(faults(&list), Vec::<String>::new());
        assert_eq!(faults(&insurance.get("/numbers/verification").await.body), Vec::<String>::new());
        let path = "/numbers/advance_cap_yuan";
        for (fields, said) in [
            ([("value", "viel"), ("basis", "县里文件"), ("from_day", "2026-11-22")], "写整数"),
            ([("value", "20000"), ("basis", " "), ("from_day", "2026-11-22")], "没有写依据"),
            ([("value", "0"), ("basis", "县里文件"), ("from_day", "2026-11-22")], "超出范围"),
            ([("value", "20000"), ("basis", "县里文件"), ("from_day", "2026-11-21")], "从今天或以后的日期起"),
        ] {
            let wrong = insurance.submit(path, &fields).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                wrong.body.contains(said) && wrong.body.contains(&format!("value=\"{}\"", fields[0].1)),
                "{}",
                wrong.body
            );
            assert_eq!(faults(&wrong.body), Vec::<String>::new());
        }
        let fields = [("value", "20000"), ("basis", "县里文件第三条"), ("from_day", "2026-11-22")];
        insurance.submit(path, &fields).await.sent_to("/numbers?done=set");
        let fields =
            [("limit", "8"), ("red", "2"), ("extended", ""), ("basis", "县里通知"), ("from_day", "2026-12-01")];
        insurance.submit("/numbers/verification", &fields).await.sent_to("/numbers?done=set");
        let list = insurance.get("/numbers").await.body;
        assert!(list.contains("20000") && list.contains("县里文件第三条") && list.contains("待生效"), "{list}");
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(office.desk.numbers().settings(today).advance_cap_fen(), Some(Fen::yuan(20_000)));
        assert_eq!(insurance.get("/numbers/no_such").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn others_do_not_set_the_countys_numbers() {
        let office = Office::new(Transport::Plain, STAFF).await;
        let mut civil = office.signed_in("civil").await;
        assert_eq!(civil.get("/numbers").await.status, StatusCode::FORBIDDEN);
        let mut branch = office.signed_in("branch").await;
        let fields = [("value", "20000"), ("basis", "文件"), ("from_day", "2026-11-22")];
        assert_eq!(branch.submit("/numbers/advance_cap_yuan", &fields).await.status, StatusCode::FORBIDDEN);
    }
}
