//! Pledges: promised, due, overdue and received, each in a column of its own, and whom to remind.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_casework::authority::Permission;
use shukun_fund::giving::{InstalmentState, PledgeSums};
use shukun_store::{InstalmentRow, PledgeRow};

use super::parts::{DonorNames, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/pledges", list)
}

/// Days within which a page may look ahead.
const AHEAD: [u16; 3] = [30, 90, 365];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    within: String,
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let remind = asked.within.parse().ok().filter(|days| AHEAD.contains(days)).unwrap_or(30);
    let pledges = desk.store().list_pledges(visit.scope()?, None).await?;
    let names = DonorNames::of(&desk, &visit, pledges.iter().map(|pledge| &pledge.donor)).await?;
    let sums = sums(&pledges, &visit, remind);
    let money = |amount| format::money(amount, lang);
    let body = html! {
        @if asked.done == "yes" { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        @if visit.may(Permission::RecordGift) { p.buttons { a.btn.btn-primary href="/fund/pledges/new" { (words::PLEDGE_NEW.text(lang)) } } }
        @if pledges.is_empty() { (empty(words::PLEDGES_NONE.text(lang), words::PLEDGES_NONE_FILL.text(lang))) }
        @else {
            (tiles(&[
                (words::PLEDGED, money(sums.pledged), words::PLEDGED_NOTE.text(lang)),
                (words::RECEIVED, money(sums.received), ""),
                (words::DUE_SOON, money(sums.due), ""),
                (words::OVERDUE, money(sums.overdue), ""),
                (words::DUE_LATER, money(sums.later), ""),
            ], lang))
            (reminders(&pledges, &names, &visit, remind))
            section { h2 { (words::PLEDGES.text(lang)) } (pledge_rows(&pledges, &names, &visit, remind)) }
        }
    };
    let heading = Heading { title: words::PLEDGES.text(lang), note: Some(words::PLEDGES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn sums(pledges: &[PledgeRow], visit: &Visit, remind: u16) -> PledgeSums {
    let mut sums = PledgeSums::default();
    for one in pledges.iter().flat_map(|pledge| &pledge.instalments) {
        sums.add(&one.promised, one.received, visit.today(), remind);
    }
    sums
}

/// Whom to remind: what is overdue first, then what falls due soon.
fn reminders(pledges: &[PledgeRow], names: &DonorNames, visit: &Visit, remind: u16) -> Markup {
    let lang = visit.lang;
    let mut due: Vec<(&PledgeRow, &InstalmentRow)> = pledges
        .iter()
        .flat_map(|pledge| pledge.instalments.iter().map(move |one| (pledge, one)))
        .filter(|(_, one)| matches!(one.state(visit.today(), remind), InstalmentState::Due | InstalmentState::Overdue))
        .collect();
    due.sort_by_key(|(_, one)| one.promised.due_on);
    let days = remind.to_string();
    let columns = [
        Column::words(words::DONOR.text(lang)),
        Column::words(words::INSTALMENT.text(lang)),
        Column::words(words::DUE_DAY.text(lang)),
        Column::number(words::LACKS.text(lang)),
        Column::words(words::INSTALMENT_STATE.text(lang)),
    ];
    let rows = html! {
        @for (pledge, one) in &due {
            tr {
                td { (names.link(&pledge.donor, lang)) }
                td { (one.number) }
                td.nowrap { (format::day(one.promised.due_on, lang)) }
                td.number { (one.promised.amount - one.received) }
                td {
                    (state_tag(one.state(visit.today(), remind), lang))
                    @if visit.may(Permission::RecordGift) {
                        " " a href={"/fund/gifts/new?donor=" (pledge.donor) "&pledge=" (pledge.pledge_id) "." (one.number)} { (words::INSTALMENT_RECEIVE.text(lang)) }
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 { (words::REMINDERS.text(lang)) }
            p {
                (words::REMINDERS_WITHIN.with(lang, &[("n", &days)])) " "
                @for choice in AHEAD {
                    @if choice == remind { b { (choice) } } @else { a href={"/fund/pledges?within=" (choice)} { (choice) } } " "
                }
            }
            @if due.is_empty() { p.quiet { (words::REMINDERS_NONE.text(lang)) } }
            @else { (table(words::REMINDERS.text(lang), &columns, &rows)) }
        }
    }
}

fn state_tag(state: InstalmentState, lang: Lang) -> Markup {
    let (class, shape) = match state {
        InstalmentState::Received => ("tag tag-green", "✓"),
        InstalmentState::Due => ("tag tag-orange", "◔"),
        InstalmentState::Overdue => ("tag tag-red", "✕"),
        InstalmentState::Promised => ("tag", "○"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(lang)) } }
}

/// Pledges, a row for each, with their instalments.
pub fn pledge_rows(pledges: &[PledgeRow], names: &DonorNames, visit: &Visit, remind: u16) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::DONOR.text(lang)),
        Column::number(words::PLEDGED.text(lang)),
        Column::number(words::RECEIVED.text(lang)),
        Column::number(words::OVERDUE.text(lang)),
        Column::words(words::INSTALMENTS.text(lang)),
    ];
    let rows = html! {
        @for pledge in pledges {
            @let sums = pledge.sums(visit.today(), remind);
            tr {
                td { (names.link(&pledge.donor, lang)) br; span.quiet { (format::day(pledge.promised_on, lang)) } }
                td.number { (sums.pledged) }
                td.number { (sums.received) }
                td.number { (sums.overdue) }
                td {
                    @for one in &pledge.instalments {
                        div { (one.number) " · " (format::day(one.promised.due_on, lang)) " · " (one.promised.amount) " " (state_tag(one.state(visit.today(), remind), lang)) }
                    }
                }
            }
        }
    };
    table(words::PLEDGES.text(lang), &columns, &rows)
}
