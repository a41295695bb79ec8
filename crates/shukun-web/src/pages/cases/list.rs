//! The list of cases: filters in the address, pages by key, a constant number of statements however long it is; and the
//! queues of the start page, which are saved filters with counts.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Fen, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Flag, Status};
use shukun_casework::timers::{Level, Unit};
use shukun_store::{AccountId, Assignee, CaseCursor, CaseFilter, CaseOrder, CaseRow, CountBy};

use super::bulk;
use super::names::Names;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::guard::encoded;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::clock::{clock, face};
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::filters::{Filter, filters};
use crate::ui::layout::{Entry, EntryGroup, Heading, Page};
use crate::ui::pager::pager;
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases", list)
}

/// Rows of a page.
const ROWS: u16 = 30;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    status: String,
    colour: String,
    flag: String,
    level: String,
    region: String,
    hands: String,
    from: String,
    pub(super) done: String,
    pub(super) kept: String,
}

impl Asked {
    fn filter(&self, visit: &Visit) -> Result<CaseFilter, PageError> {
        let own = visit.visitor()?.session.account_id().clone();
        let assignee = match self.hands.as_str() {
            "mine" => Some(Assignee::Is(own)),
            "nobody" => Some(Assignee::Nobody),
            _ => None,
        };
        Ok(CaseFilter {
            statuses: Status::find(&self.status).into_iter().collect(),
            colours: Colour::find(&self.colour).into_iter().collect(),
            flags: Flag::find(&self.flag).into_iter().collect(),
            levels: Level::find(&self.level).into_iter().collect(),
            region: RegionCode::new(self.region.trim()),
            assignee,
            ..CaseFilter::default()
        })
    }

    /// The list without its place in it.
    fn path(&self) -> String {
        let fields = [
            ("status", &self.status),
            ("colour", &self.colour),
            ("flag", &self.flag),
            ("level", &self.level),
            ("region", &self.region),
            ("hands", &self.hands),
        ];
        let set = fields.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = set.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if pairs.is_empty() { "/cases".to_owned() } else { format!("/cases?{}", pairs.join("&")) }
    }

    fn path_from(&self, cursor: &CaseCursor) -> String {
        let path = self.path();
        format!("{path}{}from={}", if path.contains('?') { "&" } else { "?" }, encoded(&cursor.to_string()))
    }
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let filter = asked.filter(&visit)?;
    let cursor = CaseCursor::parse(&asked.from);
    let page = desk.store().list_cases(visit.scope()?, &filter, CaseOrder::Due, cursor.as_ref(), ROWS).await?;
    let households: Vec<_> = page.rows.iter().map(|row| row.household_id).collect();
    let names = Names::load(&desk, &visit, &households).await?;
    let assignees = assignees(&desk, &visit, &page.rows).await?;
    let places = desk.place_names(page.rows.iter().map(|row| &row.region)).await?;
    let with_bulk = visit.may(Permission::Dismiss) && filter.statuses == [Status::Detected] && !page.rows.is_empty();
    let shown =
        Shown { rows: &page.rows, names: &names, assignees: &assignees, places: &places, with_bulk, visit: &visit };
    let first = cursor.is_some().then(|| asked.path());
    let next = page.next.as_ref().map(|cursor| asked.path_from(cursor));
    let body = html! {
        (bulk::outcome(&asked, lang))
        (filter_form(&asked, &visit))
        @if page.rows.is_empty() { (empty(words::CASES_EMPTY.text(lang), words::CASES_EMPTY_FILL.text(lang))) }
        @else if with_bulk { (bulk::form(&desk, &visit, &rows_table(&shown))?) }
        @else { (rows_table(&shown)) }
        (pager(first.as_deref(), next.as_deref(), lang))
    };
    let heading = Heading { title: words::CASES.text(lang), note: Some(words::CASES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

type Assignees = Vec<(AccountId, String)>;

async fn assignees(desk: &Desk, visit: &Visit, rows: &[CaseRow]) -> Result<Assignees, PageError> {
    let mut ids: Vec<AccountId> = rows.iter().filter_map(|row| row.assignee.clone()).collect();
    ids.sort();
    ids.dedup();
    Ok(desk.store().display_names(visit.scope()?, &ids).await?)
}

fn filter_form(asked: &Asked, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let named = |key: &str, text: shukun_base::Text| (key.to_owned(), text.in_lang(lang).to_owned());
    let statuses: Vec<_> = Status::ALL.iter().map(|status| named(status.key(), status.text())).collect();
    let colours: Vec<_> = Colour::ALL.iter().rev().map(|colour| named(colour.key(), colour.text())).collect();
    let flags = Flag::ALL.iter().filter(|flag| !flag.is_of_the_day());
    let flags: Vec<_> = flags.map(|flag| named(flag.key(), flag.text())).collect();
    let levels: Vec<_> = Level::ALL.iter().map(|level| named(level.key(), level.text())).collect();
    let hands = [("mine", words::ASSIGNEE_MINE), ("nobody", words::ASSIGNEE_NOBODY)];
    let hands: Vec<_> = hands.iter().map(|(key, word)| ((*key).to_owned(), word.text(lang).to_owned())).collect();
    let choice = |name, word: Word, value, choices| Filter { name, label: word.text(lang), value, choices };
    let all = [
        choice("status", words::STATUS, &asked.status, &statuses),
        choice("colour", words::COLOUR, &asked.colour, &colours),
        choice("flag", words::FLAGS, &asked.flag, &flags),
        choice("level", words::CLOCKS, &asked.level, &levels),
        choice("hands", words::HANDS, &asked.hands, &hands),
        choice("region", words::REGION_CODE, &asked.region, &[]),
    ];
    filters("/cases", &all, lang)
}

struct Shown<'a> {
    rows: &'a [CaseRow],
    names: &'a Names,
    assignees: &'a Assignees,
    places: &'a Places,
    with_bulk: bool,
    visit: &'a Visit,
}

fn rows_table(shown: &Shown<'_>) -> Markup {
    let lang = shown.visit.lang;
    let columns = [
        Column::words(words::PERSON.text(lang)),
        Column::words(words::COLOUR.text(lang)),
        Column::words(words::STATUS.text(lang)),
        Column::number(words::BURDEN.text(lang)),
        Column::number(words::IN_STEP.text(lang)),
        Column::words(words::CLOCKS.text(lang)),
        Column::words(words::REGION.text(lang)),
        Column::words(words::ASSIGNEE.text(lang)),
    ];
    let select = shown.with_bulk.then(|| Column::words(words::SELECT.text(lang)));
    let columns: Vec<Column<'_>> = select.into_iter().chain(columns).collect();
    table(words::CASES.text(lang), &columns, &html! { @for row in shown.rows { (case_row(row, shown)) } })
}

fn case_row(row: &CaseRow, shown: &Shown<'_>) -> Markup {
    let (visit, lang) = (shown.visit, shown.visit.lang);
    let name = shown.names.title(row.household_id, lang);
    html! {
        tr {
            @if shown.with_bulk { td { (bulk::tick(row, &name, lang)) } }
            td { a.row-link href={"/cases/" (row.case_id)} { (name) } }
            td { (colour(row.colour, lang)) }
            td { (row.status.text().in_lang(lang)) @for flag in &row.flags { " " span.tag { (flag.text().in_lang(lang)) } } }
            td.number { @if row.burden_fen > Fen::ZERO { (format::money(row.burden_fen, lang)) } }
            td.number { (days_in_step(row, visit)) }
            td { (clock_cell(row, lang)) }
            td { (place(shown.places, &row.region)) }
            td { (assignee(row, shown)) }
        }
    }
}

/// The colour, or that it was found by hand.
pub fn colour(colour: Option<Colour>, lang: shukun_base::Lang) -> Markup {
    html! {
        @match colour {
            Some(colour) => (colour_tag(colour, lang)),
            None => span.tag { (words::COLOUR_NONE.text(lang)) },
        }
    }
}

/// The worst of the case's clocks, and the day by which its step is due.
fn clock_cell(row: &CaseRow, lang: shukun_base::Lang) -> Markup {
    html! {
        @if let Some(read) = &row.clock {
            (clock(face(read.level, false), None, Unit::Days, lang))
            @if let Some(due) = read.due_on { span.quiet.nowrap { (words::CLOCK_DUE.with(lang, &[("day", &format::short_day(due, lang))])) } }
        }
    }
}

fn days_in_step(row: &CaseRow, visit: &Visit) -> String {
    let days = visit.now.duration_since(row.status_since).as_hours().max(0) / 24;
    words::DAYS.with(visit.lang, &[("n", &days.to_string())])
}

fn assignee(row: &CaseRow, shown: &Shown<'_>) -> String {
    let Some(id) = &row.assignee else { return words::ASSIGNEE_NOBODY.text(shown.visit.lang).to_owned() };
    let known = shown.assignees.iter().find(|(known, _)| known == id);
    known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
}

/// One queue: its name, the status it holds, and who works on it.
const QUEUES: &[(Word, Status, &[Permission])] = &[
    (words::QUEUE_SCREEN, Status::Detected, &[Permission::Screen, Permission::Dismiss]),
    (words::QUEUE_DISPATCH, Status::Screened, &[Permission::DispatchToTownship]),
    (
        words::QUEUE_VERIFY,
        Status::Dispatched,
        &[Permission::DispatchToVillage, Permission::Verify, Permission::ConfirmVerification],
    ),
    (words::QUEUE_VERIFIED, Status::Verified, &[Permission::Dismiss, Permission::EnterApplication]),
    (words::QUEUE_APPLYING, Status::Applying, &[Permission::Certify, Permission::DraftDetermination]),
    (
        words::QUEUE_DETERMINED,
        Status::Determined,
        &[Permission::RecordResolution, Permission::ApproveStatutory, Permission::ApproveGovernment],
    ),
    (words::QUEUE_RESOLVED, Status::Resolved, &[Permission::RecordSettlement]),
    (words::QUEUE_SETTLED, Status::Settled, &[Permission::ProposeClosing, Permission::ConfirmClosing]),
];

/// The reader's queues with their counts: two statements, whatever they hold.
pub async fn queues(desk: &Desk, visit: &Visit) -> Result<Option<EntryGroup>, PageError> {
    if !visit.may(Permission::ViewCases) {
        return Ok(None);
    }
    let counts = counts(desk, visit, &CaseFilter::default()).await?;
    let own = visit.visitor()?.session.account_id().clone();
    let open: Vec<Status> = Status::ALL.iter().copied().filter(|status| *status != Status::Closed).collect();
    let mine = CaseFilter { assignee: Some(Assignee::Is(own)), statuses: open, ..CaseFilter::default() };
    let mine: u64 = self::counts(desk, visit, &mine).await?.iter().map(|(_, cases)| cases).sum();
    let entry =
        |word: Word, path: String, count| Entry { path, name: word.text(visit.lang).to_owned(), count: Some(count) };
    let working = QUEUES.iter().filter(|(_, _, who)| who.iter().any(|permission| visit.may(*permission)));
    let by_status = working
        .map(|(word, status, _)| entry(*word, format!("/cases?status={}", status.key()), count_of(&counts, *status)));
    let total = counts.iter().map(|(_, cases)| cases).sum();
    let entries = [entry(words::QUEUE_MINE, "/cases?hands=mine".to_owned(), mine)].into_iter().chain(by_status);
    let entries = entries.chain([entry(words::QUEUE_ALL, "/cases".to_owned(), total)]).collect();
    Ok(Some(EntryGroup { heading: Some(words::QUEUES.text(visit.lang).to_owned()), entries }))
}

/// How many cases stand at each status.
pub async fn counts(desk: &Desk, visit: &Visit, filter: &CaseFilter) -> Result<Vec<(Status, u64)>, PageError> {
    let counted = desk.store().count_cases(visit.scope()?, filter, CountBy::Status).await?;
    let status = |key: Option<String>| key.and_then(|key| Status::find(&key));
    Ok(counted.into_iter().filter_map(|count| Some((status(count.key)?, count.cases))).collect())
}

/// How many stand at this one.
pub fn count_of(counts: &[(Status, u64)], status: Status) -> u64 {
    counts.iter().find(|(counted, _)| *counted == status).map_or(0, |(_, cases)| *cases)
}
