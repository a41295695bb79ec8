//! What can be done at a meeting now, by this reader: one form for each act.

use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::{
    LineRecord, LineState, Meeting, MeetingKind, MeetingState, Member, Presence, Signing, Vote,
};

use super::act::Stamp;
use crate::error::PageError;
use crate::ui::field::{Faults, Input, input, select, text_area};
use crate::visit::Visit;
use crate::words::{self, Word};

/// What the reader is at this meeting.
pub struct Hand {
    /// Keeps the agenda and the record.
    pub runs: bool,
    /// Approves line by line, or brings lines into effect.
    approves: bool,
    /// Votes.
    votes: bool,
    account: String,
}

impl Hand {
    /// Of whoever is signed in.
    pub fn of(visit: &Visit, meeting: &Meeting) -> Result<Hand, PageError> {
        let (scope, place) = (visit.scope()?, Some(&meeting.region));
        let (runs, approves) = match meeting.kind {
            MeetingKind::Routine | MeetingKind::Plenary => (Permission::RunMeeting, Permission::RecordResolution),
            MeetingKind::Statutory => (Permission::DraftDetermination, Permission::ApproveStatutory),
            MeetingKind::Treasury => (Permission::DraftDetermination, Permission::ApproveGovernment),
        };
        Ok(Hand {
            runs: scope.allows(runs, place),
            approves: scope.allows(approves, place),
            votes: scope.allows(Permission::Vote, place),
            account: scope.account_id().as_str().to_owned(),
        })
    }

    fn is(&self, member: &Member) -> bool {
        member.account.as_ref().is_some_and(|account| account.as_str() == self.account)
    }

    /// Whether the reader casts this member's vote.
    fn casts(&self, member: &Member) -> bool {
        if member.account.is_some() { self.votes && self.is(member) } else { self.runs }
    }
}

/// What the reader may do with one line.
pub fn line_acts(meeting: &Meeting, record: &LineRecord, hand: &Hand, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    let is_in_session = meeting.state == MeetingState::InSession && record.state == LineState::Proposed;
    let line = html! { input type="hidden" name="line" value=(record.line.id); };
    html! {
        @if is_in_session && meeting.kind.is_voted() { (votes(meeting, record, hand, visit, stamp)) }
        @if is_in_session && !meeting.kind.is_voted() && hand.approves {
            (stamp.form_of(visit, "answer", &html! {
                (line)
                div.buttons {
                    button.btn.btn-primary type="submit" name="answer" value="yes" { (words::MEETING_ANSWER_YES.text(lang)) }
                    button.btn type="submit" name="answer" value="no" { (words::MEETING_ANSWER_NO.text(lang)) }
                }
            }))
        }
        @if matches!(record.state, LineState::Passed | LineState::OnNotice) {
            p { a href={"/fund/notices/" (record.line.id)} { (words::NOTICES.text(lang)) } }
            @if record.state == LineState::OnNotice && hand.approves {
                (stamp.form(visit, "approve", words::MEETING_APPROVE.text(lang), &line))
            }
        }
    }
}

fn votes(meeting: &Meeting, record: &LineRecord, hand: &Hand, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    let may = |member: &&Member| {
        hand.casts(member)
            && meeting.is_present(&member.id)
            && !record.conflicts.contains_key(&member.id)
            && !record.votes.contains_key(&member.id)
    };
    html! {
        @for member in meeting.members.iter().filter(may) {
            (stamp.form_of(visit, "vote", &html! {
                input type="hidden" name="line" value=(record.line.id);
                input type="hidden" name="member" value=(member.id);
                p.quiet { (words::MEETING_VOTE_OF.with(lang, &[("name", &member.name)])) }
                div.buttons {
                    @for vote in Vote::ALL { button.btn type="submit" name="vote" value=(vote.key()) { (vote.text().in_lang(lang)) } }
                }
            }))
        }
    }
}

/// Everything else that can be done now.
pub fn forms(meeting: &Meeting, hand: &Hand, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    html! {
        @match meeting.state {
            MeetingState::Called => { (called(hand, visit, stamp, faults)) }
            MeetingState::InSession => { (in_session(meeting, hand, visit, stamp, faults)) }
            MeetingState::Concluded | MeetingState::Decided => { (minutes(meeting, hand, visit, stamp)) }
            MeetingState::Cancelled => {}
        }
        @if matches!(meeting.state, MeetingState::Called | MeetingState::InSession | MeetingState::Decided) && hand.runs {
            (withdrawing(meeting, visit, stamp, faults))
        }
    }
}

/// A form behind its heading, closed until it is asked for.
fn fold(word: Word, visit: &Visit, form: &Markup) -> Markup {
    html! { details.box { summary { (word.text(visit.lang)) } (form) } }
}

fn called(hand: &Hand, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    let lang = visit.lang;
    if !hand.runs {
        return html! {};
    }
    let topic = Input::text("topic", words::MEETING_TOPIC.text(lang));
    let to = Input { kind: "date", ..Input::text("to", words::MEETING_ADJOURN_TO.text(lang)) };
    html! {
        section.box {
            p.quiet { (words::MEETING_OPEN_NOTE.text(lang)) }
            (stamp.form(visit, "open", words::MEETING_OPEN.text(lang), &html! {}))
        }
        (fold(words::MEETING_TOPIC_ADD, visit, &stamp.form(visit, "topic", words::MEETING_TOPIC_ADD.text(lang), &input(&topic, faults, lang))))
        (fold(words::MEETING_ADJOURN, visit, &stamp.form(visit, "adjourn", words::MEETING_ADJOURN.text(lang), &html! {
            (input(&to, faults, lang)) (plain("why", "adjourn_why", words::MEETING_WHY, visit))
        })))
        (fold(words::MEETING_CANCEL, visit, &stamp.form(visit, "cancel", words::MEETING_CANCEL.text(lang), &plain("why", "cancel_why", words::MEETING_WHY, visit))))
    }
}

/// A line of words whose field has another id than its name: several forms of the page ask for the same.
fn plain(name: &str, id: &str, word: Word, visit: &Visit) -> Markup {
    html! {
        div.field {
            label.form-label for=(id) { (word.text(visit.lang)) }
            input.form-control #(id) name=(name) type="text" required autocomplete="off";
        }
    }
}

/// A choice whose field has another id than its name.
fn choice(name: &str, id: &str, word: Word, choices: &[(String, String)], visit: &Visit) -> Markup {
    html! {
        div.field {
            label.form-label for=(id) { (word.text(visit.lang)) }
            select.form-select #(id) name=(name) required {
                option value="" { "—" }
                @for (value, name) in choices { option value=(value) { (name) } }
            }
        }
    }
}

fn in_session(meeting: &Meeting, hand: &Hand, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    let lang = visit.lang;
    if !meeting.kind.is_voted() {
        return html! {};
    }
    let words_of = Input::text("words", words::MEETING_CONCLUDE_WORDS.text(lang));
    html! {
        section.box { h2 { (words::MEETING_ATTENDANCE.text(lang)) } (attendance(meeting, hand, visit, stamp)) }
        @if hand.runs || hand.votes { (declaring(meeting, hand, visit, stamp)) }
        @if hand.runs {
            section.box {
                h2 { (words::MEETING_CONCLUDE.text(lang)) }
                (stamp.form(visit, "conclude", words::MEETING_CONCLUDE.text(lang), &text_area(&words_of, 4, faults, lang)))
            }
        }
    }
}

fn attendance(meeting: &Meeting, hand: &Hand, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    let said = |member: &Member| {
        let presence = meeting.attendance.get(&member.id);
        presence
            .map_or_else(|| words::MEETING_NOT_SAID.text(lang).to_owned(), |one| one.text().in_lang(lang).to_owned())
    };
    html! {
        ul.plain-list {
            @for member in &meeting.members {
                li {
                    b { (member.department) " · " (member.name) } " " span.tag { (said(member)) } " "
                    span.quiet { (if member.account.is_some() { words::MEETING_IN_PERSON } else { words::MEETING_NO_ACCOUNT }.text(lang)) }
                    @if hand.runs {
                        (stamp.form_of(visit, "attend", &html! {
                            input type="hidden" name="member" value=(member.id);
                            div.buttons {
                                @for presence in Presence::ALL { button.btn type="submit" name="presence" value=(presence.key()) { (presence.text().in_lang(lang)) } }
                            }
                        }))
                    }
                }
            }
        }
    }
}

fn waiting_lines(meeting: &Meeting) -> Vec<(String, String)> {
    let waiting = meeting.lines.iter().enumerate().filter(|(_, record)| !record.state.is_final());
    waiting.map(|(at, record)| (record.line.id.to_string(), format!("{} · {}", at + 1, record.line.case))).collect()
}

fn declaring(meeting: &Meeting, hand: &Hand, visit: &Visit, stamp: &Stamp) -> Markup {
    let members: Vec<(String, String)> = meeting
        .members
        .iter()
        .filter(|member| hand.runs || hand.is(member))
        .map(|member| (member.id.to_string(), member.name.clone()))
        .collect();
    let fields = html! {
        (choice("member", "declare_member", words::MEETING_MEMBER, &members, visit))
        (choice("line", "declare_line", words::MEETING_LINE, &waiting_lines(meeting), visit))
        (plain("why", "declare_why", words::MEETING_WHY, visit))
    };
    fold(words::MEETING_DECLARE, visit, &stamp.form(visit, "declare", words::MEETING_DECLARE.text(visit.lang), &fields))
}

fn withdrawing(meeting: &Meeting, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    let lines = waiting_lines(meeting);
    if lines.is_empty() {
        return html! {};
    }
    let line = Input::text("line", words::MEETING_LINE.text(visit.lang));
    let fields = html! {
        (select(&line, &lines, faults, visit.lang))
        (plain("why", "withdraw_why", words::MEETING_WHY, visit))
    };
    fold(
        words::MEETING_WITHDRAW,
        visit,
        &stamp.form(visit, "withdraw", words::MEETING_WITHDRAW.text(visit.lang), &fields),
    )
}

fn minutes(meeting: &Meeting, hand: &Hand, visit: &Visit, stamp: &Stamp) -> Markup {
    let lang = visit.lang;
    let Some(minutes) = &meeting.minutes else { return html! {} };
    let is_waiting = meeting.state == MeetingState::Concluded;
    html! {
        section.box {
            h2 { (words::MEETING_MINUTES.text(lang)) }
            pre.minutes tabindex="0" { (minutes.text.text) }
            p.quiet { (words::MEETING_MINUTES_HASH.text(lang)) " " code { (minutes.text.sha256.as_str()) } }
            @for signing in Signing::ALL {
                @let who = signing.text();
                @let is_signed = minutes.signed.contains_key(signing);
                p { (who.in_lang(lang)) " " span.tag { (if is_signed { words::MEETING_SIGNED } else { words::MEETING_UNSIGNED }.text(lang)) } }
                @let may = if *signing == Signing::Chair { hand.votes } else { hand.runs };
                @if is_waiting && !is_signed && may {
                    (stamp.form(visit, "sign", &words::MEETING_SIGN.with(lang, &[("who", who.in_lang(lang))]), &html! {
                        input type="hidden" name="signing" value=(signing.key());
                        input type="hidden" name="sha256" value=(minutes.text.sha256.as_str());
                    }))
                }
            }
        }
    }
}
