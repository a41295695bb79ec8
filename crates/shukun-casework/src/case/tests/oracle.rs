//! An oracle that knows only the record: which evidence must stand in it for the status that the fold gives. It shares
//! no code with the guards or the fold.

use std::collections::BTreeSet;

use shukun_base::Fen;

use crate::authority::{Programme, Role};
use crate::case::*;
use crate::ids::{ActorId, DocumentKind};
use crate::outcome::OutcomeCode;
use crate::visit::Finding;

/// What counts up to which status; a way back drops what counts beyond it.
fn rank(content: &Content) -> Option<Status> {
    Some(match content {
        Content::Screened(_) => Status::Screened,
        Content::Dispatched(_) | Content::Forwarded(_) => Status::Dispatched,
        Content::Visited(_) | Content::Verified(_) => Status::Verified,
        Content::Applied { .. } | Content::Certified(_) => Status::Applying,
        Content::ApprovalRecorded(_) => Status::Resolved,
        Content::FollowedUp(_) | Content::ClosingProposed(_) => Status::Closed,
        _ => return None,
    })
}

/// The actions that still count.
fn counting(actions: &[Action]) -> Vec<&Action> {
    let mut live: Vec<&Action> = Vec::new();
    let mut region: Option<Status> = None;
    for action in actions {
        let back = match &action.content {
            Content::Returned(back) => Some(back.to),
            Content::Reopened(reopening) => Some(reopening.at),
            Content::Transferred(transfer) if transfer.to.is_some() => {
                region.filter(|at| (Status::Dispatched..=Status::Verified).contains(at)).map(|_| Status::Screened)
            }
            _ => None,
        };
        if let Some(to) = back {
            live.retain(|action| rank(&action.content).is_none_or(|rank| rank <= to));
        }
        live.push(action);
        region = live.iter().filter_map(|action| rank(&action.content)).filter(|rank| *rank < Status::Closed).max();
        if matches!(action.content, Content::Visited(_))
            && !live.iter().any(|a| matches!(a.content, Content::Verified(_)))
        {
            region = Some(Status::Dispatched);
        }
    }
    live
}

fn who(action: &Action) -> Option<&ActorId> {
    action.who.actor()
}

fn find<'a>(live: &[&'a Action], is: impl Fn(&Content) -> bool) -> Option<&'a Action> {
    live.iter().rev().find(|action| is(&action.content)).copied()
}

/// Holds a case against its record.
pub(crate) fn hold(actions: &[Action], case: &Case) -> Result<(), String> {
    let live = counting(actions);
    let needs = |status: Status| (status..Status::Closed).contains(&case.status);
    let must = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("{}: {what}", case.status)) };
    if needs(Status::Screened) {
        must(find(&live, |content| matches!(content, Content::Screened(_))).is_some(), "no screening")?;
    }
    if needs(Status::Dispatched) {
        must(find(&live, |content| matches!(content, Content::Dispatched(_))).is_some(), "no dispatch")?;
    }
    if needs(Status::Verified) {
        hold_verification(&live)?;
    }
    if needs(Status::Applying) {
        hold_application(&live, actions)?;
    }
    if needs(Status::Determined) {
        hold_determination(actions)?;
    }
    hold_money(actions, case)?;
    hold_advances(actions)?;
    if case.status == Status::Closed {
        hold_close_out(&live, case)?;
    }
    Ok(())
}

fn hold_verification(live: &[&Action]) -> Result<(), String> {
    let confirmed = find(live, |content| matches!(content, Content::Verified(_))).ok_or("no confirmation")?;
    let mut visits = live.iter().filter(|action| matches!(action.content, Content::Visited(_))).peekable();
    if visits.peek().is_none() {
        return Err("no visit".to_owned());
    }
    if visits.any(|visit| who(visit) == who(confirmed)) {
        return Err("visited and confirmed by one".to_owned());
    }
    Ok(())
}

fn hold_application(live: &[&Action], actions: &[Action]) -> Result<(), String> {
    find(live, |content| matches!(content, Content::Applied { .. })).ok_or("no application")?;
    let at_risk = |content: &Content| matches!(content, Content::Verified(Conclusion { finding: Finding::AtRisk, .. }));
    find(live, at_risk).ok_or("applied for without a risk")?;
    let mut papers: BTreeSet<DocumentKind> = BTreeSet::new();
    for action in actions {
        match &action.content {
            Content::Applied { documents, .. } => papers.extend(documents.iter().map(|document| document.kind)),
            Content::DocumentAdded(document) => drop(papers.insert(document.kind)),
            _ => {}
        }
    }
    use DocumentKind::*;
    let needed = [Application, MeansConsent, Identity, BankCard];
    if needed.iter().all(|kind| papers.contains(kind)) { Ok(()) } else { Err("papers lack".to_owned()) }
}

/// Each draft with its number, and the agreed checks.
fn hold_determination(actions: &[Action]) -> Result<(), String> {
    let agreed = actions.iter().rev().find_map(|action| match &action.content {
        Content::DeterminationChecked(check) if check.agreed => Some((action, check.version)),
        _ => None,
    });
    let (check, version) = agreed.ok_or("no agreed check")?;
    let draft = actions
        .iter()
        .find(|action| matches!(&action.content, Content::DeterminationDrafted(sheet) if sheet.version == version));
    let draft = draft.ok_or("checked without a draft")?;
    if who(draft) == who(check) {
        return Err("drafted and checked by one".to_owned());
    }
    let certified =
        |action: &&Action| matches!(action.content, Content::Certified(_)) && action.sequence < draft.sequence;
    actions.iter().find(certified).map(drop).ok_or_else(|| "determined without a certification".to_owned())
}

/// Sums of money from the record alone: paid at most what the determinations in force ever gave, each payment after an
/// approval and by somebody else, nothing paid beyond what is determined that is not being taken back.
fn hold_money(actions: &[Action], case: &Case) -> Result<(), String> {
    for action in actions {
        let Content::PaymentRecorded(record) = &action.content else { continue };
        let approved = actions.iter().rev().find(|before| {
            matches!(&before.content, Content::ApprovalRecorded(one) if one.request == record.request && one.approved)
                && before.sequence < action.sequence
        });
        let approved = approved.ok_or("paid without an approval")?;
        if who(approved) == who(action) {
            return Err("approved and paid by one".to_owned());
        }
    }
    hold_sums(actions, case)?;
    let live = actions.iter().rev().find_map(|action| match &action.content {
        Content::DeterminationChecked(check) if check.agreed => Some(check.version),
        _ => None,
    });
    let sheet = live.and_then(|version| {
        actions.iter().find_map(|action| match &action.content {
            Content::DeterminationDrafted(sheet) if sheet.version == version => Some(sheet),
            _ => None,
        })
    });
    for programme in Programme::ALL {
        let of = || case.requests.iter().filter(|request| request.programme == *programme);
        let kept: Fen = of().map(|request| request.paid_fen - request.to_recover_fen).sum();
        let target = sheet.as_ref().map_or(Fen::ZERO, |sheet| sheet.payable_fen(*programme));
        if kept > target.or_zero() {
            return Err(format!("{programme}: {kept} kept of {target}"));
        }
    }
    Ok(())
}

/// What was paid on a request is what arrived less what the bank sent back, which was never more than had arrived.
fn hold_sums(actions: &[Action], case: &Case) -> Result<(), String> {
    for request in &case.requests {
        let mut paid = Fen::ZERO;
        for action in actions {
            match &action.content {
                Content::PaymentRecorded(record) if record.request == request.id => paid += record.amount_fen,
                Content::ReturnRecorded(record) if record.request == request.id => paid -= record.amount_fen,
                _ => continue,
            }
            if paid.is_negative() {
                return Err(format!("{}: more was sent back than had arrived", request.id));
            }
        }
        if paid != request.paid_fen {
            return Err(format!("{}: {paid} arrived, {} on the request", request.id, request.paid_fen));
        }
    }
    Ok(())
}

/// An advance counts as given once both offices approved it, by two persons who had not asked.
fn hold_advances(actions: &[Action]) -> Result<(), String> {
    let mut asked: Option<&ActorId> = None;
    let mut approvals: Vec<(Option<Role>, Option<&ActorId>)> = Vec::new();
    for action in actions {
        match &action.content {
            Content::AdvanceAsked(_) => {
                asked = who(action);
                approvals.clear();
            }
            Content::AdvanceAnswered { approved: true } => {
                let (role, by) = (action.who.role(), who(action));
                if by == asked || approvals.iter().any(|(other, person)| *other == role || *person == by) {
                    return Err("an advance approved twice by one".to_owned());
                }
                approvals.push((role, by));
            }
            _ => {}
        }
    }
    Ok(())
}

fn hold_close_out(live: &[&Action], case: &Case) -> Result<(), String> {
    let last = find(live, |content| matches!(content, Content::Closed { .. })).ok_or("closed by nothing")?;
    let Content::Closed { outcome, way, .. } = &last.content else { return Err("not a closing".to_owned()) };
    if case.requests.iter().any(|request| !request.status.is_terminal()) {
        return Err("a request is open".to_owned());
    }
    let open = |raised: fn(&Content) -> bool, answered: fn(&Content) -> bool| {
        let count = |is: fn(&Content) -> bool| live.iter().filter(|action| is(&action.content)).count();
        count(raised) != count(answered)
    };
    if open(|c| matches!(c, Content::ObjectionRaised(_)), |c| matches!(c, Content::ObjectionAnswered(_))) {
        return Err("an objection is open".to_owned());
    }
    if open(|c| matches!(c, Content::AppealRaised(_)), |c| matches!(c, Content::AppealAnswered(_))) {
        return Err("an appeal is open".to_owned());
    }
    if *way == ClosingWay::Confirmed {
        let proposed = find(live, |content| matches!(content, Content::ClosingProposed(_))).ok_or("not proposed")?;
        if who(proposed) == who(last) {
            return Err("proposed and confirmed by one".to_owned());
        }
    }
    let aided = [OutcomeCode::AidedStatutory, OutcomeCode::AidedCharity, OutcomeCode::AidedBoth];
    if *way == ClosingWay::Confirmed && aided.contains(&outcome.code) {
        find(live, |content| matches!(content, Content::FollowedUp(_))).ok_or("no follow-up")?;
    }
    Ok(())
}
