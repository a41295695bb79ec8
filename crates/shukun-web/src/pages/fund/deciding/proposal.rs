//! The table of a meeting's lines: who, which standard, how much, how the votes stand, what is left in the pots; and the
//! requests that could be put on the agenda.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shukun_base::{HouseholdId, Lang};
use shukun_casework::CaseId;
use shukun_casework::authority::Programme;
use shukun_fund::deciding::{Line, LineRecord, LineState, Meeting, Proposal, propose};
use shukun_store::Candidate;

use super::act::Stamp;
use crate::desk::{Desk, Names, Places};
use crate::error::PageError;
use crate::format;
use crate::ui::empty::empty;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Who stands behind cases: masked names and places.
pub struct Families {
    names: Names,
    households: BTreeMap<String, HouseholdId>,
    /// Places by name.
    pub places: Places,
}

impl Families {
    /// Of these lines; a case outside the reader's area has no name here.
    pub async fn load(desk: &Desk, visit: &Visit, lines: &[&Line]) -> Result<Families, PageError> {
        let mut households = BTreeMap::new();
        for line in lines {
            let Some(case_id) = CaseId::new(line.case.as_str()) else { continue };
            if let Ok(row) = desk.store().case_row(visit.scope()?, &case_id).await {
                households.insert(line.case.to_string(), row.household_id);
            }
        }
        let ids: Vec<HouseholdId> = households.values().copied().collect();
        let names = Names::load(desk, visit, &ids).await?;
        let places = desk.place_names(lines.iter().map(|line| &line.place)).await?;
        Ok(Families { names, households, places })
    }

    /// `张＊＊ 等3人`
    pub fn name(&self, line: &Line, lang: Lang) -> String {
        let household = self.households.get(line.case.as_str());
        household.map_or_else(|| words::NO_NAME.text(lang).to_owned(), |household| self.names.title(*household, lang))
    }

    /// The masked name of the first of the household.
    pub fn first_name(&self, line: &Line) -> Option<String> {
        let household = self.households.get(line.case.as_str())?;
        self.names.people(*household).first().map(|person| person.name.clone())
    }
}

/// The programme in words.
pub fn programme(key: &str, lang: Lang) -> String {
    Programme::find(key).map_or_else(|| key.to_owned(), |programme| programme.text().in_lang(lang).to_owned())
}

/// What the lines would take from the pots of the meeting's book, as they are today.
pub async fn proposal(desk: &Desk, visit: &Visit, meeting: &Meeting) -> Result<Option<Proposal>, PageError> {
    let Some(book) = &meeting.book else { return Ok(None) };
    let pots = desk.store().pots(visit.scope()?, book).await?;
    let waiting = meeting.lines.iter().filter(|record| !record.state.is_final());
    let lines: Vec<Line> = waiting.map(|record| record.line.clone()).collect();
    Ok(Some(propose(&pots, &lines, visit.today())))
}

/// What there is, what the lines come to, what is left, pot by pot.
pub fn pots(proposal: &Proposal, lang: Lang) -> Markup {
    let money = |amount| format::money(amount, lang);
    let columns = [
        Column::words(words::MEETING_POT.text(lang)),
        Column::number(words::MEETING_BEFORE.text(lang)),
        Column::number(words::MEETING_LEFT.text(lang)),
    ];
    let rows = html! {
        @for (before, after) in proposal.before.iter().zip(&proposal.after) {
            tr { td { (before.account) } td.number { (money(before.free)) } td.number { (money(after.free)) } }
        }
    };
    html! {
        dl.facts {
            dt { (words::MEETING_AVAILABLE.text(lang)) } dd { (money(proposal.available_fen())) }
            dt { (words::MEETING_TOTAL.text(lang)) } dd { (money(proposal.total_fen())) }
            @if !proposal.lacking_fen().is_zero() { dt { (words::MEETING_LACKING.text(lang)) } dd { b { (money(proposal.lacking_fen())) } } }
        }
        (table(words::MEETING_POTS.text(lang), &columns, &rows))
    }
}

/// On what an amount rests.
fn standards(line: &Line, lang: Lang) -> Markup {
    html! {
        @if line.standards.is_empty() { span.quiet { (words::MEETING_NO_STANDARD.text(lang)) } }
        @for standard in &line.standards { (standard.article) br; span.quiet { (standard.pack) } br; }
    }
}

/// The lines, each with what can be done with it now.
pub fn lines(
    meeting: &Meeting,
    families: &Families,
    proposal: Option<&Proposal>,
    lang: Lang,
    acts: &dyn Fn(&LineRecord) -> Markup,
) -> Markup {
    if meeting.lines.is_empty() {
        return empty(words::MEETING_NO_LINES.text(lang), words::MEETING_NO_LINES_FILL.text(lang));
    }
    let columns = [
        Column::words(words::MEETING_HOUSEHOLD.text(lang)),
        Column::words(words::MEETING_STANDARD.text(lang)),
        Column::number(words::AMOUNT.text(lang)),
        Column::number(words::MEETING_AFTER.text(lang)),
        Column::words(words::MEETING_STATE.text(lang)),
    ];
    let left = |record: &LineRecord| {
        let found = proposal.and_then(|proposal| proposal.lines.iter().find(|one| one.line.id == record.line.id));
        found.map_or_else(|| "—".to_owned(), |one| format::money(one.left_fen, lang))
    };
    let row = |record: &LineRecord| {
        html! {
            tr id={"line-" (record.line.id)} {
                td {
                    a.row-link href={"/cases/" (record.line.case)} { (families.name(&record.line, lang)) }
                    br; span.quiet { (families.places.name(&record.line.place)) }
                    br; span.quiet { (programme(&record.line.programme, lang)) }
                }
                td { (standards(&record.line, lang)) }
                td.number { (format::money(record.line.amount_fen, lang)) }
                td.number { (left(record)) }
                td.wide { (line_tag(record.state, lang)) (tally(meeting, record, lang)) (acts(record)) }
            }
        }
    };
    let rows = html! { @for record in &meeting.lines { (row(record)) } };
    table(words::MEETING_PROPOSAL.text(lang), &columns, &rows)
}

/// Where a line stands, by word and shape.
pub fn line_tag(state: LineState, lang: Lang) -> Markup {
    let (class, shape) = match state {
        LineState::Proposed => ("tag", "○"),
        LineState::Passed => ("tag tag-accent", "◐"),
        LineState::OnNotice => ("tag tag-orange", "◕"),
        LineState::Approved => ("tag tag-green", "✓"),
        LineState::Refused | LineState::Withdrawn => ("tag", "✕"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(lang)) } }
}

fn tally(meeting: &Meeting, record: &LineRecord, lang: Lang) -> Markup {
    if !meeting.kind.is_voted() || record.votes.is_empty() && record.conflicts.is_empty() {
        return html! {};
    }
    let tally = meeting.tally(record);
    let values = [
        ("yes", tally.yes),
        ("no", tally.no),
        ("abstain", tally.abstain),
        ("members", tally.members),
        ("present", tally.present),
        ("out", tally.keeping_out),
    ]
    .map(|(name, count)| (name, count.to_string()));
    let values: Vec<(&str, &str)> = values.iter().map(|(name, count)| (*name, count.as_str())).collect();
    html! { p.quiet { (words::MEETING_TALLY.with(lang, &values)) } }
}

/// Requests that wait, each with the button that puts it on the agenda.
pub fn candidates(found: &[Candidate], families: &Families, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    if found.is_empty() {
        return empty(words::MEETING_CANDIDATES_NONE.text(lang), words::MEETING_CANDIDATES_FILL.text(lang));
    }
    let columns = [
        Column::words(words::MEETING_HOUSEHOLD.text(lang)),
        Column::words(words::MEETING_STANDARD.text(lang)),
        Column::number(words::AMOUNT.text(lang)),
        Column::words(""),
    ];
    let button = |line: &Line| {
        html! {
            input type="hidden" name="case" value=(line.case);
            input type="hidden" name="request" value=(line.request);
            button.btn type="submit" { (words::MEETING_PROPOSE.text(lang)) }
        }
    };
    let row = |line: &Line| {
        html! {
            tr {
                td {
                    a.row-link href={"/cases/" (line.case)} { (families.name(line, lang)) }
                    br; span.quiet { (families.places.name(&line.place)) " · " (programme(&line.programme, lang)) }
                }
                td { (standards(line, lang)) }
                td.number { (format::money(line.amount_fen, lang)) }
                td { (stamp.form_of(visit, "propose", &button(line))) }
            }
        }
    };
    let rows = html! { @for candidate in found { (row(&candidate.line)) } };
    table(words::MEETING_CANDIDATES.text(lang), &columns, &rows)
}
