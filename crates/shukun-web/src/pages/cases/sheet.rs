//! T6 in the browser: the engine drafts the sheet, the officer says which programme pays each tier and hands it in.
//!
//! Nothing of a sheet comes from the form but years, proposals and programmes: amounts are computed anew when it is handed
//! in, and differ from what was shown only if somebody changed the data meanwhile, which is said.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Day, Fen, Lang, PersonId, Text};
use shukun_casework::CaseId;
use shukun_casework::authority::Programme;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::determination::{Determination, ReadingUsed};
use shukun_store::ErrorKind;

use super::act::{Stamp, hidden, send, with_code, with_taking};
use super::acts::Typed;
use crate::desk::Desk;
use crate::desk::Names;
use crate::desk::sheet::{Asked, Payer, determination, hash, order, tiers, years};
use crate::error::PageError;
use crate::format;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, checks};
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::ui::waterfall::{Bar, waterfall};
use crate::visit::Visit;
use crate::words;
use crate::works::Order;
use crate::works::order::{Proposal, Worked, WorkedLine, WorkedPerson, WorkedReading};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/{case_id}/sheet", show).post("/cases/{case_id}/sheet", submit)
}

/// Whether a sheet can be drafted now: applied, certified, no draft waiting, and none in force unless a new one is asked.
pub fn is_wanted(case: &Case) -> bool {
    let is_due = case.status == Status::Applying || case.recalculation.is_some();
    let is_open = (Status::Applying..=Status::Settled).contains(&case.status) && case.suspended.is_none();
    is_due && is_open && case.certification.is_some() && case.draft().is_none()
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let case = desk.store().view_case(visit.scope()?, &case_id, visit.now).await?;
    let draw = Draw { desk: &desk, visit: &visit, case: &case, typed: &Typed::default(), faults: &Faults::new() };
    draw.page(None).await
}

async fn submit(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let case_id = CaseId::new(&id).ok_or_else(PageError::not_found)?;
    let case = desk.store().view_case(visit.scope()?, &case_id, visit.now).await?;
    let typed = Typed::from(sent.fields);
    let mut faults = Faults::new();
    let asked = read(&typed, &mut faults);
    let worked = if faults.is_empty() { work(&desk, &visit, &case, &asked, &mut faults).await? } else { None };
    if let Some(worked) = worked.as_ref().filter(|_| typed.get("do") == "draft") {
        let draft = Draft { desk: &desk, visit: &visit, case: &case, typed: &typed };
        match draft.hand_in(worked, &asked).await? {
            Ok(()) => return Ok(Redirect::to(&format!("/cases/{id}?done=act")).into_response()),
            Err(fault) => faults.push(fault),
        }
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let draw = Draw { desk: &desk, visit: &visit, case: &case, typed: &typed, faults: &faults };
    Ok((status, draw.page(worked.as_ref()).await?).into_response())
}

fn read(typed: &Typed, faults: &mut Faults) -> Asked {
    let years: Vec<i16> = typed.all("year").filter_map(|year| year.parse().ok()).collect();
    if years.is_empty() {
        faults.push(("year", words::CHOICE_WRONG.both(&[])));
    }
    let mut proposals = Vec::new();
    for (name, amount) in typed.starting(PROPOSAL) {
        match proposal(name, amount) {
            Some(Some(proposal)) => proposals.push(proposal),
            Some(None) => {}
            None => faults.push(("main", words::AMOUNT_WRONG.both(&[]))),
        }
    }
    let payers = typed.starting(PAYER).filter_map(|(tier, said)| Some((tier.to_owned(), payer(said)?)));
    let readings = typed.starting(READING).filter(|(_, reading)| !reading.is_empty() && is_plain(reading));
    let readings = readings.map(|(question, reading)| (question.to_owned(), reading.to_owned())).collect();
    Asked { years, proposals, payers: payers.collect(), readings }
}

/// A reading's name is words of a pack, never a second order.
fn is_plain(reading: &str) -> bool {
    reading.chars().count() <= 40 && !reading.contains(['=', '＝'])
}

/// `reading.<pack>:<question>`
const READING: &str = "reading.";

/// `proposal.<person>.<year>.<rule>`
const PROPOSAL: &str = "proposal.";
/// `payer.<tier>`
const PAYER: &str = "payer.";
/// The word for what is paid without this office.
const ELSEWHERE: &str = "elsewhere";

/// `Some(None)` where nothing was typed.
fn proposal(name: &str, amount: &str) -> Option<Option<Proposal>> {
    let mut parts = name.splitn(3, '.');
    let (person, year, rule) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    if amount.trim().is_empty() {
        return Some(None);
    }
    let amount_fen = format::read_money(amount)?;
    Some(Some(Proposal { person: PersonId(person), year, rule: rule.to_owned(), amount_fen }))
}

fn payer(said: &str) -> Option<Payer> {
    match said {
        ELSEWHERE => Some(Payer::Elsewhere),
        other => Programme::find(other).map(Payer::Programme),
    }
}

/// What the engine says; what it cannot do is a fault of the page, with everything typed kept.
async fn work(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    asked: &Asked,
    faults: &mut Faults,
) -> Result<Option<Worked>, PageError> {
    let certified_on = desk.certified_on(visit.scope()?, case).await?;
    let Some(order) = order(desk.folders(), case, certified_on, asked) else {
        faults.push(("main", words::SHEET_NOBODY.both(&[])));
        return Ok(None);
    };
    match desk.works().ask::<Worked>(&Order::Sheet(order), |_, _| {}).await {
        Ok(worked) => Ok(Some(worked)),
        Err(failure) => {
            let (what, mend) = (failure.what, failure.mend);
            let said = Text::new(
                format!("{}：{}（{}）", what.zh, mend.zh, failure.code),
                format!("{}: {} ({})", what.en, mend.en, failure.code),
            );
            faults.push(("main", said));
            Ok(None)
        }
    }
}

struct Draft<'a> {
    desk: &'a Desk,
    visit: &'a Visit,
    case: &'a Case,
    typed: &'a Typed,
}

impl Draft<'_> {
    /// Hands the sheet in, if it is the one that was shown and every tier has its word.
    async fn hand_in(&self, worked: &Worked, asked: &Asked) -> Result<Result<(), (&'static str, Text)>, PageError> {
        if self.typed.get("seen") != hash(worked) {
            return Ok(Err(("main", words::SHEET_CHANGED.both(&[]))));
        }
        let scope = self.visit.scope()?;
        let searched = self.desk.search_double_aid(scope, self.case, worked).await?;
        let Some(sheet) = determination(self.case, worked, asked, searched) else {
            return Ok(Err(("main", words::SHEET_PAYER_MISSING.both(&[]))));
        };
        let commands = with_taking(self.case, self.visit, Command::DraftDetermination(Box::new(sheet)))?;
        let stamp = Stamp::of(self.typed)?;
        match send(self.desk, scope, self.visit.now, &self.case.id, stamp, &commands).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Stale) => {
                Ok(Err(("main", with_code(&error))))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The page being drawn.
struct Draw<'a> {
    desk: &'a Desk,
    visit: &'a Visit,
    case: &'a Case,
    typed: &'a Typed,
    faults: &'a Faults,
}

impl Draw<'_> {
    fn lang(&self) -> Lang {
        self.visit.lang
    }

    async fn page(&self, worked: Option<&Worked>) -> Result<Page, PageError> {
        let lang = self.lang();
        let names = Names::load(self.desk, self.visit, &[self.case.household]).await?;
        let searched = match worked {
            Some(worked) => self.desk.search_double_aid(self.visit.scope()?, self.case, worked).await?,
            None => Vec::new(),
        };
        let body = html! {
            p { a href={"/cases/" (self.case.id)} { "← " (words::SHEET_BACK.text(lang)) } }
            @if !self.faults.is_empty() {
                div.wrong role="alert" { @for (_, text) in self.faults { p { (text.in_lang(lang)) } } }
            }
            form method="post" action={"/cases/" (self.case.id) "/sheet"} {
                (hidden(self.desk, self.visit, self.case)?)
                section.box { (self.years()) (self.certification()) }
                @if let Some(worked) = worked { (self.result(worked, &names, &searched)) }
                p.buttons {
                    @if let Some(worked) = worked { input type="hidden" name="seen" value=(hash(worked)); }
                    button.btn.btn-plain type="submit" name="do" value="look" { (words::SHEET_LOOK.text(lang)) }
                    @if worked.is_some() {
                        button.btn.btn-primary type="submit" name="do" value="draft" { (words::SHEET_SUBMIT.text(lang)) }
                    }
                }
            }
        };
        let heading =
            Heading { title: words::SHEET_TITLE.text(lang), note: Some(&names.title(self.case.household, lang)) };
        framed(self.desk, self.visit, &heading, &body).await
    }

    /// The case's years, and this one and the last.
    fn years(&self) -> Markup {
        let lang = self.lang();
        let known = years(self.case);
        let this = self.visit.today().year();
        let mut all: Vec<i16> = known.iter().copied().chain([this.saturating_sub(1), this]).collect();
        all.sort_unstable();
        all.dedup();
        let typed: Vec<&str> = self.typed.all("year").collect();
        let own: Vec<String> = known.iter().map(ToString::to_string).collect();
        let chosen: Vec<&str> = if typed.is_empty() { own.iter().map(String::as_str).collect() } else { typed };
        let choices: Vec<_> =
            all.iter().map(|year| (year.to_string(), words::YEAR_OF.with(lang, &[("n", &year.to_string())]))).collect();
        let field =
            Input { hint: words::SHEET_YEARS_HINT.text(lang), ..Input::text("year", words::SHEET_YEARS.text(lang)) };
        checks(&field, &choices, &chosen, self.faults, lang)
    }

    fn certification(&self) -> Markup {
        use shukun_casework::case::Certification::{Certified, Held, NotLowIncome};
        let lang = self.lang();
        let said = |category: shukun_casework::case::Category, from: Day| {
            format!("{} · {}", category.text().in_lang(lang), format::day(from, lang))
        };
        let found = match &self.case.certification {
            None => words::SHEET_NOT_CERTIFIED.text(lang).to_owned(),
            Some(Certified { category, valid_from, .. } | Held { category, valid_from, .. }) => {
                said(*category, *valid_from)
            }
            Some(NotLowIncome { .. }) => words::NOT_LOW_INCOME.text(lang).to_owned(),
        };
        html! { dl.facts { dt { (words::SHEET_CERTIFICATION.text(lang)) } dd { (found) } } }
    }

    fn result(&self, worked: &Worked, names: &Names, searched: &[String]) -> Markup {
        let lang = self.lang();
        html! {
            @if worked.people.is_empty() { section.box { p { (words::SHEET_NO_BILLS.text(lang)) } } }
            @for person in &worked.people { (self.person(person, worked, names)) }
            (self.readings(worked))
            (self.payers(worked))
            (self.difference(worked, searched))
            section.box {
                h2 { (words::SHEET_ORIGIN.text(lang)) }
                dl.facts {
                    dt { (words::SHEET_SEARCHED.text(lang)) } dd { @for line in searched { (line) br; } }
                    @for netting in crate::desk::sheet::nettings(self.case) {
                        dt { (words::SHEET_NETTED.text(lang)) } dd { (netting.programme.text().in_lang(lang)) " " (format::money(netting.amount_fen, lang)) }
                    }
                    @for pack in &worked.packs { dt { (words::SHEET_PACKS.text(lang)) } dd { (pack.id) " " (pack.version) br; code.quiet { (pack.sha256.as_str()) } } }
                    dt { (words::SHEET_INPUT.text(lang)) } dd { code.quiet { (worked.input_sha256.as_str()) } }
                }
            }
        }
    }

    fn person(&self, person: &WorkedPerson, worked: &Worked, names: &Names) -> Markup {
        let lang = self.lang();
        let bars: Vec<Bar<'_>> = person.lines.iter().map(|one| bar(one)).collect();
        let name = names.people(self.case.household).iter().find(|known| known.person_id == person.person);
        let name = name.map_or_else(|| words::SHEET_MEMBER.text(lang), |known| known.name.as_str());
        let rows = html! { @for one in &person.lines { (line_row(one, lang)) } };
        html! {
            section.box {
                h2 { (name) " · " (words::YEAR_OF.with(lang, &[("n", &person.year.to_string())])) }
                (waterfall(person.bill_fen, &bars, person.left_fen, lang))
                (table(words::SHEET_LINES.text(lang), &columns(lang), &rows))
                @for note in &person.notes { p.quiet { (note.in_lang(lang)) } }
                @for reading in &person.readings {
                    p.quiet {
                        (words::SHEET_READING.with(lang, &[("document", &reading.document), ("question", &reading.question), ("reading", &reading.reading)]))
                        @if reading.provisional { " " span.tag.tag-orange { (words::SHEET_PROVISIONAL.text(lang)) } }
                        @if reading.illustrative { " " span.tag.tag-orange { (words::SHEET_ILLUSTRATIVE.text(lang)) } }
                    }
                }
                @for rule in &worked.by_resolution { (self.proposal_field(person, rule)) }
            }
        }
    }

    fn proposal_field(&self, person: &WorkedPerson, rule: &str) -> Markup {
        let lang = self.lang();
        let name = format!("{PROPOSAL}{}.{}.{rule}", person.person, person.year);
        let id = format!("proposal-{}-{}-{rule}", person.person, person.year);
        html! {
            div.field {
                label.form-label for=(id) { (words::SHEET_PROPOSAL.with(lang, &[("rule", rule)])) }
                p.form-hint { (words::SHEET_PROPOSAL_HINT.text(lang)) }
                input.form-control #(id) name=(name) type="text" inputmode="decimal" autocomplete="off" value=(self.typed.get(&name));
            }
        }
    }

    /// Of each open question that the amounts rest on: its readings with what they would do to this family.
    fn readings(&self, worked: &Worked) -> Markup {
        let lang = self.lang();
        let questions = crate::desk::sheet::readings(worked);
        html! {
            @if !questions.is_empty() {
                section.box #readings {
                    h2 { (words::SHEET_READINGS.text(lang)) }
                    p.form-hint { (words::SHEET_READINGS_HINT.text(lang)) }
                    @for question in &questions { (self.reading(question, worked)) }
                }
            }
        }
    }

    fn reading(&self, question: &ReadingUsed, worked: &Worked) -> Markup {
        let lang = self.lang();
        let name = format!("{READING}{}:{}", question.pack, question.ambiguity);
        let id = format!("reading-{}-{}", question.pack, question.ambiguity);
        html! {
            div.field {
                label.form-label for=(id) { (question.ambiguity) " " (question.question) }
                select.form-select #(id) name=(name) {
                    option value=(question.reading) selected { (question.reading) " · " (words::SHEET_READING_IN_USE.text(lang)) }
                    @for (other, gap) in others(question, worked) {
                        option value=(other) { (other) " · " (effect(gap, lang)) }
                    }
                }
            }
        }
    }

    /// Of each tier that a rule computed: who pays. What the last sheet said of it is offered, nothing else is.
    fn payers(&self, worked: &Worked) -> Markup {
        let lang = self.lang();
        let tiers = tiers(worked);
        html! {
            @if !tiers.is_empty() {
                section.box {
                    h2 { (words::SHEET_PAYERS.text(lang)) }
                    p.form-hint { (words::SHEET_PAYERS_HINT.text(lang)) }
                    @for tier in tiers { (self.payer(tier)) }
                }
            }
        }
    }

    fn payer(&self, tier: &str) -> Markup {
        let lang = self.lang();
        let (name, id) = (format!("{PAYER}{tier}"), format!("payer-{tier}"));
        let typed = self.typed.get(&name);
        let value = if typed.is_empty() { self.last_payer(tier) } else { typed };
        html! {
            div.field {
                label.form-label for=(id) { (tier) }
                select.form-select #(id) name=(name) {
                    option value="" selected[value.is_empty()] { "—" }
                    option value=(ELSEWHERE) selected[value == ELSEWHERE] { (words::SHEET_ELSEWHERE.text(lang)) }
                    @for programme in Programme::ALL {
                        option value=(programme.key()) selected[value == programme.key()] { (programme.text().in_lang(lang)) }
                    }
                }
            }
        }
    }

    fn last_payer(&self, tier: &str) -> &'static str {
        let lines = self.case.live_determination().into_iter().flat_map(|live| &live.people).flat_map(|one| &one.lines);
        let programme = lines.filter(|line| line.tier == tier).find_map(|line| line.programme);
        programme.map_or("", Programme::key)
    }

    /// What each programme would pay more or less than the determination in force.
    fn difference(&self, worked: &Worked, searched: &[String]) -> Markup {
        let lang = self.lang();
        let asked = read(self.typed, &mut Faults::new());
        let sheet = determination(self.case, worked, &asked, searched.to_vec());
        let pair = self.case.live_determination().zip(sheet);
        html! {
            @if let Some((live, sheet)) = pair {
                section.box {
                    h2 { (words::SHEET_DIFFERENCE.with(lang, &[("n", &live.version.to_string())])) }
                    (differences(&sheet, live, lang))
                }
            }
        }
    }
}

/// The readings that were not followed, and what they would add to the burden of everybody on the sheet together.
fn others(question: &ReadingUsed, worked: &Worked) -> BTreeMap<String, Fen> {
    let is_it = |one: &&WorkedReading| one.pack == question.pack && one.ambiguity == question.ambiguity;
    let effects =
        worked.people.iter().flat_map(|person| person.readings.iter().filter(is_it)).flat_map(|one| &one.others);
    let mut sums: BTreeMap<String, Fen> = BTreeMap::new();
    for (reading, gap) in effects {
        *sums.entry(reading.clone()).or_default() += *gap;
    }
    sums
}

/// What a family would bear more or less.
fn effect(gap: Fen, lang: Lang) -> String {
    let amount = |gap: Fen| format::money(gap, lang);
    match gap {
        gap if gap.is_zero() => words::SHEET_READING_SAME.text(lang).to_owned(),
        gap if gap > Fen::ZERO => words::SHEET_READING_MORE.with(lang, &[("amount", &amount(gap))]),
        gap => words::SHEET_READING_LESS.with(lang, &[("amount", &amount(-gap))]),
    }
}

/// Programme by programme; what is to be topped up and what is to come back.
pub fn differences(sheet: &Determination, before: &Determination, lang: Lang) -> Markup {
    let gaps = sheet.difference(before);
    html! {
        @if gaps.is_empty() { p { (words::SHEET_SAME.text(lang)) } }
        @else {
            dl.facts {
                @for (programme, gap) in gaps {
                    dt { (programme.text().in_lang(lang)) }
                    dd { (format::money(gap, lang)) " " (if gap > Fen::ZERO { words::SHEET_TOP_UP } else { words::SHEET_RECOVER }.text(lang)) }
                }
            }
        }
    }
}

fn bar(one: &WorkedLine) -> Bar<'_> {
    Bar { name: &one.line.tier, article: &one.line.article, amount_fen: one.line.amount_fen }
}

fn columns(lang: Lang) -> [Column<'static>; 5] {
    [
        Column::words(words::SHEET_TIER.text(lang)),
        Column::words(words::SHEET_ARTICLE.text(lang)),
        Column::number(words::SHEET_BASE.text(lang)),
        Column::number(words::AMOUNT.text(lang)),
        Column::number(words::SHEET_CAP_LEFT.text(lang)),
    ]
}

fn line_row(one: &WorkedLine, lang: Lang) -> Markup {
    let line = &one.line;
    let state = if one.as_settled { words::SHEET_SETTLED } else { words::SHEET_COMPUTED };
    let cap = line.cap_left_fen.map_or_else(|| "—".to_owned(), |cap| format::money(cap, lang));
    html! {
        tr {
            td { (line.tier) br; span.quiet { (line.rule) " · " (state.text(lang)) } }
            td { (line.article) }
            td.number { (format::money(line.base_fen, lang)) }
            td.number { (format::money(line.amount_fen, lang)) }
            td.number { (cap) }
        }
    }
}
