//! Duplicates: a queue of pairs, two cases side by side, and merging one into the other.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Fen, Lang};
use shukun_casework::case::{Command, Flag};
use shukun_casework::{ActorId, CaseId, Note, TransactionId};
use shukun_store::{CaseRow, ErrorKind, MaskedPerson, StoreError};

use super::list::{Near, colour};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/cases/duplicates", queue)
        .get("/cases/{case_id}/beside/{other_id}", beside)
        .post("/cases/{case_id}/beside/{other_id}", merge)
}

async fn queue(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let pairs = desk.store().list_duplicates(visit.scope()?).await?;
    let columns = [Column::words(words::DUPLICATE_PAIR.text(lang)), Column::words("")];
    let rows = html! {
        @for (one, other) in &pairs {
            tr {
                td { (one) " · " (other) }
                td { a.row-link href={"/cases/" (one) "/beside/" (other)} { (words::DUPLICATE_COMPARE.text(lang)) } }
            }
        }
    };
    let body = html! {
        @if pairs.is_empty() { (empty(words::DUPLICATES_EMPTY.text(lang), words::DUPLICATES_EMPTY_FILL.text(lang))) }
        @else { (table(words::DUPLICATES.text(lang), &columns, &rows)) }
        p.mt-3 { a href="/cases?flag=potential_duplicate" { (words::DUPLICATES_MARKED.text(lang)) } }
    };
    let heading = Heading { title: words::DUPLICATES.text(lang), note: Some(words::DUPLICATES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    keep: String,
    why: String,
    transaction: String,
}

/// Two cases of the reader's area; that they were looked at is written down.
struct Pair {
    rows: [CaseRow; 2],
    near: Near,
    people: Vec<MaskedPerson>,
}

impl Pair {
    async fn load(desk: &Desk, visit: &Visit, (one, other): (&str, &str)) -> Result<Pair, PageError> {
        let scope = visit.scope()?;
        let mut rows = Vec::new();
        for id in [one, other] {
            let id = CaseId::new(id).ok_or_else(PageError::not_found)?;
            desk.store().view_case(scope, &id, visit.now).await?;
            rows.push(desk.store().case_row(scope, &id).await?);
        }
        let near = Near::load(desk, visit, &rows).await?;
        let households: Vec<_> = rows.iter().map(|row| row.household_id).collect();
        let people = desk.store().list_households(scope, &households).await?;
        let rows = <[CaseRow; 2]>::try_from(rows).map_err(|_| PageError::broken())?;
        Ok(Pair { rows, near, people })
    }
}

async fn beside(
    State(desk): State<Desk>,
    visit: Visit,
    Path((one, other)): Path<(String, String)>,
) -> Result<Page, PageError> {
    pair_page(&desk, &visit, (&one, &other), &Typed::default(), &Vec::new()).await
}

async fn pair_page(
    desk: &Desk,
    visit: &Visit,
    ids: (&str, &str),
    typed: &Typed,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let pair = Pair::load(desk, visit, ids).await?;
    let transaction = if typed.transaction.is_empty() { desk.random_word()? } else { typed.transaction.clone() };
    let choices: Vec<_> = pair.rows.iter().map(|row| (row.case_id.to_string(), told(row, &pair, lang))).collect();
    let body = html! {
        (wrong(faults, lang))
        div.side-by-side { @for row in &pair.rows { (card(row, &pair, lang)) } }
        form.box method="post" action={"/cases/" (ids.0) "/beside/" (ids.1)} {
            (form_token(visit))
            input type="hidden" name="transaction" value=(transaction);
            p.quiet { (words::MERGE_HINT.text(lang)) }
            (radios(&Input { value: &typed.keep, ..Input::text("keep", words::MERGE_KEEP.text(lang)) }, &choices, faults, lang))
            (input(&Input { value: &typed.why, hint: words::NOTE_HINT.text(lang), ..Input::text("why", words::WHY.text(lang)) }, faults, lang))
            button.btn.btn-primary type="submit" { (words::MERGE.text(lang)) }
        }
        p.mt-3 { a href="/cases/duplicates" { (words::DUPLICATES.text(lang)) } }
    };
    framed(desk, visit, &Heading { title: words::DUPLICATE_COMPARE.text(lang), note: None }, &body).await
}

/// A case as it is told apart from the other one: whose it is, and since when. Its id says nothing to a reader.
fn told(row: &CaseRow, pair: &Pair, lang: Lang) -> String {
    let person = pair.people.iter().find(|one| one.household_id == row.household_id);
    let name = person.map_or(words::NO_NAME.text(lang), |person| person.name.as_str());
    format!("{} · {}", words::CASE_TITLE.with(lang, &[("name", name)]), format::moment(row.opened_at, lang))
}

fn card(row: &CaseRow, pair: &Pair, lang: Lang) -> Markup {
    let people = pair.people.iter().filter(|one| one.household_id == row.household_id);
    html! {
        section.box {
            h2 { a href={"/cases/" (row.case_id)} { (told(row, pair, lang)) } }
            p { (colour(row.colour, lang)) " " (row.status.text().in_lang(lang)) @for flag in &row.flags { " " span.tag { (flag.text().in_lang(lang)) } } }
            dl.facts {
                @for person in people { dt { (words::PERSON.text(lang)) } dd { (person.name) " · " (person.id_number) } }
                dt { (words::HOUSEHOLD.text(lang)) } dd { (row.household_id) }
                dt { (words::PLACE_COLUMN.text(lang)) } dd { (pair.near.places().name(&row.region)) }
                @if row.burden_fen > Fen::ZERO { dt { (words::BURDEN.text(lang)) } dd { (format::money(row.burden_fen, lang)) } }
                @if let Some(rule) = &row.rule { dt { (words::RULE.text(lang)) } dd { (rule) } }
                dt { (words::OPENED_ON.text(lang)) } dd { (format::moment(row.opened_at, lang)) }
                dt { (words::ASSIGNEE.text(lang)) } dd { (pair.near.assignee(row, lang)) }
            }
        }
    }
}

async fn merge(
    State(desk): State<Desk>,
    visit: Visit,
    Path((one, other)): Path<(String, String)>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let ids = (one.as_str(), other.as_str());
    let why = match (Note::new(&typed.why), [ids.0, ids.1].contains(&typed.keep.as_str())) {
        (Ok(why), true) => why,
        (why, is_chosen) => {
            let note = why.err().map(|fault| ("why", fault.text()));
            let keep = (!is_chosen).then(|| ("keep", words::CHOICE_WRONG.both(&[])));
            return again(&desk, &visit, ids, &typed, keep.into_iter().chain(note).collect()).await;
        }
    };
    let ended = if typed.keep == one { &other } else { &one };
    match merge_into(&desk, &visit, (&typed.keep, ended), &why, &typed.transaction).await? {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{}?done=act", typed.keep)).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Stale) => {
            again(&desk, &visit, ids, &typed, vec![("keep", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    ids: (&str, &str),
    typed: &Typed,
    faults: Faults,
) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, pair_page(desk, visit, ids, typed, &faults).await?).into_response())
}

/// Both are taken where nobody has them, and the one that ends is marked: that two cases are about the same stands in the
/// record before they are merged.
async fn merge_into(
    desk: &Desk,
    visit: &Visit,
    (keep, ended): (&str, &str),
    why: &Note,
    transaction: &str,
) -> Result<Result<(), StoreError>, PageError> {
    let (keep, ended) = (CaseId::new(keep), CaseId::new(ended));
    let (Some(keep), Some(ended)) = (keep, ended) else { return Err(PageError::not_found()) };
    let name = |step: &str| {
        let name = format!("{}-{step}", transaction.get(..32).unwrap_or_default());
        TransactionId::new(&name).ok_or_else(PageError::unreadable)
    };
    let mut versions = Vec::new();
    for (id, step, marks) in [(&keep, "keep", false), (&ended, "mark", true)] {
        match ready(desk, visit, id, name(step)?, marks).await? {
            Ok(version) => versions.push(version),
            Err(error) => return Ok(Err(error)),
        }
    }
    let [kept_version, ended_version] = versions.as_slice() else { return Err(PageError::broken()) };
    let ctx = desk.numbers().context(visit.now, name("merge")?, *kept_version);
    Ok(desk.store().merge_cases(visit.scope()?, &keep, (&ended, *ended_version), why, &ctx).await.map(|_| ()))
}

async fn ready(
    desk: &Desk,
    visit: &Visit,
    id: &CaseId,
    transaction: TransactionId,
    marks: bool,
) -> Result<Result<u32, StoreError>, PageError> {
    let scope = visit.scope()?;
    let case = desk.store().case(scope, id).await?;
    let me = ActorId::new(scope.account_id().as_str()).ok_or_else(PageError::broken)?;
    let take = case.assignee.is_none().then_some(Command::Assign { to: me });
    let mark = (marks && !case.marks.contains(&Flag::PotentialDuplicate))
        .then_some(Command::Mark { flag: Flag::PotentialDuplicate });
    let commands: Vec<Command> = take.into_iter().chain(mark).collect();
    if commands.is_empty() {
        return Ok(Ok(case.version));
    }
    let ctx = desk.numbers().context(visit.now, transaction, case.version);
    Ok(desk.store().act_on_case(scope, id, &commands, &ctx).await.map(|case| case.version))
}
