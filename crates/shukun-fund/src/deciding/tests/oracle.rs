//! An oracle that knows only the record: it recounts votes and days on its own and says what may not have happened.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::ActorId;

use super::world::{council, who};
use crate::LineId;
use crate::deciding::notice::china_day;
use crate::deciding::*;

/// What is wrong with a record; the charter is the tests' one: two thirds of four there, more than half of those present
/// for it, 7 days of notice.
pub fn faults(events: &[Event]) -> Vec<String> {
    let mut faults = Vec::new();
    let approved = events.iter().filter_map(|event| match &event.act {
        Act::Approve { line } => Some((line, event)),
        _ => None,
    });
    let mut once = BTreeSet::new();
    for (line, event) in approved {
        if !once.insert(line.clone()) {
            faults.push(format!("{line} takes effect twice"));
        }
        faults.extend(faults_of(line, event, events));
    }
    faults.extend(double_votes(events));
    faults
}

fn before<'a>(event: &Event, events: &'a [Event]) -> impl Iterator<Item = &'a Event> {
    let sequence = event.sequence;
    events.iter().filter(move |other| other.sequence < sequence)
}

fn faults_of(line: &LineId, approval: &Event, events: &[Event]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut say = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{line} takes effect {what}"));
        }
    };
    let (yes, present) = votes_for(line, approval, events);
    say(present * 3 >= council().len() * 2, "without a quorum");
    say(yes * 2 > present, "without a majority");
    let signers: BTreeSet<&ActorId> =
        before(approval, events).filter(|event| matches!(event.act, Act::Sign { .. })).map(|event| &event.by).collect();
    say(signers.len() == 2, "without two signatures");
    let until = before(approval, events).find_map(|event| match &event.act {
        Act::Post { line: of, until, from, .. } if of == line => Some((*from, *until)),
        _ => None,
    });
    let is_over = until.is_some_and(|(from, until)| china_day(approval.at) > until && (until - from).get_days() >= 7);
    say(is_over, "before its notice is over");
    let struck =
        before(approval, events).any(|event| matches!(&event.act, Act::Withdraw { line: of, .. } if of == line));
    say(!struck, "although it was withdrawn");
    faults.extend(objections(line, approval, events));
    faults
}

/// Votes for a line, and who was there for it, told from single acts.
fn votes_for(line: &LineId, approval: &Event, events: &[Event]) -> (usize, usize) {
    let (mut there, mut out, mut votes) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    for event in before(approval, events) {
        match &event.act {
            Act::Adjourn { .. } => there.clear(),
            Act::Attend { member, presence } => {
                there.insert(member, *presence == Presence::Present);
            }
            Act::Declare { member, line: of, .. } if of == line => {
                out.insert(member);
            }
            Act::Vote { member, line: of, vote } if of == line => {
                votes.insert(member, *vote);
            }
            _ => {}
        }
    }
    let present: Vec<&&MemberId> = there
        .iter()
        .filter(|(member, is_there)| **is_there && !out.contains(*member))
        .map(|(member, _)| member)
        .collect();
    let yes = present.iter().filter(|member| votes.get(***member) == Some(&Vote::Yes)).count();
    (yes, present.len())
}

fn objections(line: &LineId, approval: &Event, events: &[Event]) -> Vec<String> {
    let mut faults = Vec::new();
    let raised = before(approval, events).filter_map(|event| match &event.act {
        Act::Object { line: of, objection, .. } if of == line => Some(objection),
        _ => None,
    });
    for objection in raised {
        let answer = before(approval, events).find_map(|event| match &event.act {
            Act::Reverify { objection: of, finding, .. } if of == objection => Some((event, *finding)),
            _ => None,
        });
        let Some((answer, finding)) = answer else {
            faults.push(format!("{line} takes effect while {objection} is open"));
            continue;
        };
        if finding == Finding::Upheld {
            faults.push(format!("{line} takes effect although {objection} was upheld"));
        }
        let was_in_it = before(answer, events).any(|event| event.by == answer.by && touches(&event.act, line));
        if was_in_it || answer.by == who("verifier") {
            faults.push(format!("{objection} was looked into by somebody who had a hand in it"));
        }
    }
    faults
}

fn touches(act: &Act, line: &LineId) -> bool {
    match act {
        Act::Call(_) | Act::Sign { .. } => true,
        Act::Propose(proposed) => proposed.id == *line,
        Act::Vote { line: of, .. } | Act::Post { line: of, .. } => of == line,
        _ => false,
    }
}

fn double_votes(events: &[Event]) -> Vec<String> {
    let mut cast = BTreeSet::new();
    let mut faults = Vec::new();
    for event in events {
        if let Act::Vote { member, line, .. } = &event.act {
            if !cast.insert((member, line)) {
                faults.push(format!("{member} votes twice on {line}"));
            }
            let account = council().into_iter().find(|seat| seat.id == *member).and_then(|seat| seat.account);
            if account.is_some_and(|account| account != event.by) {
                faults.push(format!("{} votes for {member}", event.by));
            }
        }
    }
    faults
}
