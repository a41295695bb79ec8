//! What happened to a case, in order: who, in which role, when.

use maud::{Markup, html};
use shukun_base::{Lang, RegionCode};
use shukun_casework::CaseId;
use shukun_casework::case::{Action, Content, Who};
use shukun_store::AccountId;

use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::visit::Visit;
use crate::words::{self, Word};

/// All actions, newest first.
pub async fn timeline(desk: &Desk, visit: &Visit, case_id: &CaseId) -> Result<Markup, PageError> {
    let actions = desk.store().case_actions(visit.scope()?, case_id).await?;
    let mut ids: Vec<AccountId> =
        actions.iter().filter_map(|action| action.who.actor()).map(|id| AccountId::new(id.as_str())).collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(visit.scope()?, &ids).await?;
    let places = desk.place_names(actions.iter().flat_map(|action| places_of(&action.content))).await?;
    Ok(
        html! { ol.acts.box reversed { @for action in actions.iter().rev() { li { (entry(action, &names, &places, visit.lang)) } } } },
    )
}

fn entry(action: &Action, names: &[(AccountId, String)], places: &Places, lang: Lang) -> Markup {
    html! {
        span.quiet { (format::moment(action.at, lang)) br; (who(&action.who, names, lang)) }
        span { b { (name(&action.content).text(lang)) } @for line in detail(&action.content, places, lang) { br; (line) } }
    }
}

fn who(who: &Who, names: &[(AccountId, String)], lang: Lang) -> String {
    match who {
        Who::Program { .. } => words::BY_PROGRAM.text(lang).to_owned(),
        Who::Person { actor, role } => {
            let known = names.iter().find(|(id, _)| id.as_str() == actor.as_str());
            let name = known.map_or(actor.as_str(), |(_, name)| name);
            format!("{name} · {}", role.text().in_lang(lang))
        }
    }
}

fn name(content: &Content) -> Word {
    match content {
        Content::Opened { .. } => words::TL_OPENED,
        Content::AlertLinked(_) => words::TL_LINKED,
        Content::Assigned { .. } => words::TL_ASSIGNED,
        Content::Screened(_) => words::TL_SCREENED,
        Content::Dispatched(_) => words::TL_DISPATCHED,
        Content::Forwarded(_) => words::TL_FORWARDED,
        Content::Visited(_) => words::TL_VISITED,
        Content::Verified(_) => words::TL_VERIFIED,
        Content::Applied { .. } => words::TL_APPLIED,
        Content::DocumentAdded(_) => words::TL_DOCUMENT,
        Content::RequestAccepted { .. } => words::TL_REQUEST,
        Content::RequestReturned { .. } => words::ACT_RETURN_REQUEST,
        Content::RequestResubmitted { .. } => words::ACT_RESUBMIT_REQUEST,
        Content::Certified(_) => words::TL_CERTIFIED,
        Content::DeterminationDrafted(_) => words::TL_DRAFTED,
        Content::DeterminationChecked(_) => words::TL_CHECKED,
        Content::ApprovalRecorded(_) => words::TL_APPROVED,
        Content::PaymentRecorded(_) => words::TL_PAID,
        Content::RecoveryRecorded(_) => words::TL_RECOVERED,
        Content::ReturnRecorded(_) => words::TL_SENT_BACK,
        Content::FollowedUp(_) => words::TL_FOLLOWED,
        Content::ClosingProposed(_) => words::TL_PROPOSED,
        Content::ClosingRejected { .. } => words::TL_REJECTED,
        Content::Closed { .. } => words::TL_CLOSED,
        Content::SampleReviewed { .. } => words::TL_SAMPLED,
        Content::Returned(_) => words::TL_RETURNED,
        Content::Suspended(_) => words::TL_SUSPENDED,
        Content::Resumed => words::TL_RESUMED,
        Content::WaitingBegan { .. } => words::TL_WAITING,
        Content::WaitingEnded => words::TL_RUNNING,
        Content::ClockExtended { .. } => words::ACT_EXTEND,
        Content::Transferred(_) => words::ACT_TRANSFER,
        Content::RecalculationAsked { .. } => words::ACT_RECALCULATE,
        Content::ObjectionRaised(_) => words::ACT_OBJECT,
        Content::ObjectionAnswered(_) => words::ACT_ANSWER_OBJECTION,
        Content::AppealRaised(_) => words::ACT_APPEAL,
        Content::AppealAnswered(_) => words::ACT_ANSWER_APPEAL,
        Content::Supervised(_) => words::ACT_SUPERVISE,
        _ => words::TL_OTHER,
    }
}

/// The places that an action names.
fn places_of(content: &Content) -> Option<&RegionCode> {
    match content {
        Content::Dispatched(dispatch) => Some(&dispatch.township),
        Content::Forwarded(forwarding) => Some(&forwarding.village),
        _ => None,
    }
}

/// What was found or said, in a line or two.
fn detail(content: &Content, places: &Places, lang: Lang) -> Vec<String> {
    let text = |text: shukun_base::Text| text.in_lang(lang).to_owned();
    let lines = match content {
        Content::Screened(screening) => vec![text(screening.result.text()), note(screening.note.as_ref())],
        Content::Dispatched(dispatch) => vec![places.name(&dispatch.township), dispatch.task.as_str().to_owned()],
        Content::Forwarded(forwarding) => vec![places.name(&forwarding.village)],
        Content::Visited(visit) => vec![text(visit.finding.text()), note(visit.note.as_ref())],
        Content::Verified(conclusion) => vec![text(conclusion.finding.text()), note(conclusion.note.as_ref())],
        Content::DeterminationChecked(check) => {
            let agreed = if check.agreed { words::AGREED } else { words::DISAGREED };
            vec![agreed.text(lang).to_owned(), note(check.note.as_ref())]
        }
        Content::ClosingProposed(closing) => vec![text(closing.outcome.code.text()), closing.why.as_str().to_owned()],
        Content::Closed { outcome, way, why, .. } => {
            let wrong = outcome.data_error.iter().flat_map(|error| [error.rule.clone(), error.source.clone()]);
            let said = [text(outcome.code.text()), text(way.text())].into_iter().chain(wrong);
            said.chain([why.as_str().to_owned()]).collect()
        }
        Content::Returned(back) => vec![text(back.to.text()), text(back.reason.text()), back.note.as_str().to_owned()],
        Content::Suspended(pause) => vec![format::day(pause.until, lang), pause.why.as_str().to_owned()],
        Content::PaymentRecorded(payment) => vec![format::money(payment.amount_fen, lang)],
        Content::RecoveryRecorded(recovery) => vec![format::money(recovery.amount_fen, lang)],
        Content::ReturnRecorded(back) => vec![format::money(back.amount_fen, lang), back.why.as_str().to_owned()],
        Content::RequestReturned { note, .. } | Content::ClosingRejected { note } => vec![note.as_str().to_owned()],
        Content::ClockExtended { why } => vec![why.as_str().to_owned()],
        Content::ObjectionRaised(complaint) | Content::AppealRaised(complaint) => {
            vec![complaint.note.as_str().to_owned()]
        }
        Content::ObjectionAnswered(answer) | Content::AppealAnswered(answer) => {
            vec![text(answer.verdict.text()), answer.note.as_str().to_owned()]
        }
        Content::Supervised(order) => vec![format::day(order.due_on, lang), order.order.as_str().to_owned()],
        _ => Vec::new(),
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn note(note: Option<&shukun_casework::Note>) -> String {
    note.map(|note| note.as_str().to_owned()).unwrap_or_default()
}
