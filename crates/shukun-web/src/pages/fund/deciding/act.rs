//! One act of a form: the hidden fields that every form carries, reading it, sending it under its name.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use maud::{Markup, html};
use shukun_base::{Day, Note, Text};
use shukun_casework::TransactionId;
use shukun_fund::deciding::{Act, Finding, Line, MemberId, ObjectionId, Presence, Signing, Vote};
use shukun_fund::{LineId, MeetingId};
use shukun_store::{ErrorKind, StoreError};

use crate::desk::Desk;
use crate::error::PageError;
use crate::ui::field::Faults;
use crate::ui::layout::form_token;
use crate::visit::Visit;
use crate::words;

/// The fields of a form by name.
pub type Typed = BTreeMap<String, String>;

/// What every form of one page carries: only one of them is sent.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Where it is sent.
    pub path: String,
    /// The version of the meeting that was read.
    pub version: u32,
    /// The name under which it is done once.
    pub transaction: String,
}

impl Stamp {
    /// For a page that is drawn now.
    ///
    /// # Errors
    /// The operating system gave no randomness.
    pub fn new(desk: &Desk, path: String, version: u32) -> Result<Stamp, PageError> {
        Ok(Stamp { path, version, transaction: desk.random_word()? })
    }

    /// A form of one act, with its button.
    pub fn form(&self, visit: &Visit, act: &str, button: &str, fields: &Markup) -> Markup {
        self.form_of(visit, act, &html! { (fields) button.btn.btn-primary type="submit" { (button) } })
    }

    /// A form of one act with buttons of its own.
    pub fn form_of(&self, visit: &Visit, act: &str, inner: &Markup) -> Markup {
        html! {
            form method="post" action=(self.path) {
                (form_token(visit))
                input type="hidden" name="version" value=(self.version);
                input type="hidden" name="transaction" value=(self.transaction);
                input type="hidden" name="act" value=(act);
                (inner)
            }
        }
    }
}

fn get<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.get(name).map_or("", |value| value.trim())
}

/// A choice that is one of the list.
fn chosen<T>(found: Option<T>, name: &'static str) -> Result<T, Faults> {
    found.ok_or_else(|| vec![(name, words::CHOICE_WRONG.both(&[]))])
}

fn note(typed: &Typed, name: &'static str) -> Result<Note, Faults> {
    Note::new(get(typed, name)).map_err(|fault| vec![(name, fault.text())])
}

/// A day of a form.
pub fn day(typed: &Typed, name: &'static str) -> Result<Day, Faults> {
    chosen(get(typed, name).parse().ok(), name)
}

/// The name of an act, as an id of what it makes.
pub fn transaction(typed: &Typed) -> Result<TransactionId, PageError> {
    TransactionId::new(get(typed, "transaction")).ok_or_else(PageError::unreadable)
}

/// The act that a form names. `candidates` are the lines that could be put on the agenda, under their case and request.
pub fn read(typed: &Typed, candidates: &[Line]) -> Result<Act, Faults> {
    let line = || chosen(LineId::new(get(typed, "line")), "line");
    let member = || chosen(MemberId::new(get(typed, "member")), "member");
    let objection = || chosen(ObjectionId::new(get(typed, "objection")), "objection");
    Ok(match get(typed, "act") {
        "topic" => Act::AddTopic(note(typed, "topic")?),
        "propose" => Act::Propose(Box::new(proposed(typed, candidates)?)),
        "withdraw" => Act::Withdraw { line: line()?, why: note(typed, "why")? },
        "adjourn" => Act::Adjourn { to: day(typed, "to")?, why: note(typed, "why")? },
        "cancel" => Act::Cancel { why: note(typed, "why")? },
        "open" => Act::Open(None),
        "attend" => {
            Act::Attend { member: member()?, presence: chosen(Presence::find(get(typed, "presence")), "presence")? }
        }
        "declare" => Act::Declare { member: member()?, line: line()?, why: note(typed, "why")? },
        "vote" => Act::Vote { member: member()?, line: line()?, vote: chosen(Vote::find(get(typed, "vote")), "vote")? },
        "answer" => Act::Answer { line: line()?, is_approved: get(typed, "answer") == "yes", why: None },
        "conclude" => Act::Conclude { words: note(typed, "words")?, minutes: None },
        "sign" => Act::Sign {
            signing: chosen(Signing::find(get(typed, "signing")), "signing")?,
            sha256: chosen(shukun_casework::ContentHash::new(get(typed, "sha256")), "sha256")?,
        },
        "approve" => Act::Approve { line: line()? },
        "post" => Act::Post {
            line: line()?,
            board: note(typed, "board")?,
            from: day(typed, "from")?,
            until: day(typed, "until")?,
        },
        "take-down" => Act::TakeDown { line: line()?, on: day(typed, "on")? },
        "online" => Act::ShowOnline { line: line()?, until: day(typed, "online_until")? },
        "object" => Act::Object {
            line: line()?,
            objection: chosen(ObjectionId::new(get(typed, "transaction")), "words")?,
            is_named: chosen(named(get(typed, "named")), "named")?,
            words: note(typed, "words")?,
        },
        "reverify" => Act::Reverify {
            objection: objection()?,
            finding: chosen(Finding::find(get(typed, "finding")), "finding")?,
            words: note(typed, "found")?,
        },
        "result" => Act::PostResult { objection: objection()?, board: note(typed, "result_board")? },
        _ => return Err(vec![("main", words::CHOICE_WRONG.both(&[]))]),
    })
}

fn named(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// The line of a case's request, under the name of this act: sent again it is the same line.
fn proposed(typed: &Typed, candidates: &[Line]) -> Result<Line, Faults> {
    let (case, request) = (get(typed, "case"), get(typed, "request"));
    let found = candidates.iter().find(|line| line.case.as_str() == case && line.request.as_str() == request);
    let id = chosen(LineId::new(get(typed, "transaction")), "main")?;
    Ok(Line { id, ..chosen(found.cloned(), "main")? })
}

/// What came of sending an act.
pub enum Sent {
    /// It is on record.
    Done,
    /// It was refused: to be said above the page, with this status.
    Refused(Faults, StatusCode),
}

/// Sends an act under its stamp.
///
/// # Errors
/// What is no refusal but an error page: outside the area, the second factor, the database.
pub async fn send(
    desk: &Desk,
    visit: &Visit,
    id: &MeetingId,
    typed: &Typed,
    act: Result<Act, Faults>,
) -> Result<Sent, PageError> {
    let act = match act {
        Ok(act) => act,
        Err(faults) => return Ok(Sent::Refused(faults, StatusCode::UNPROCESSABLE_ENTITY)),
    };
    let version = get(typed, "version").parse().map_err(|_| PageError::unreadable())?;
    let ctx = desk.numbers().context(visit.now, transaction(typed)?, version);
    match desk.store().act_on_meeting(visit.scope()?, id, &act, &ctx).await {
        Ok(_) => Ok(Sent::Done),
        Err(error) => refused(error),
    }
}

/// A refusal, said at the head of the page.
pub fn refused(error: StoreError) -> Result<Sent, PageError> {
    let status = match error.kind {
        ErrorKind::Refused | ErrorKind::Forbidden => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Stale => StatusCode::CONFLICT,
        _ => return Err(error.into()),
    };
    let fault: (&'static str, Text) = ("main", super::with_code(&error));
    Ok(Sent::Refused(vec![fault], status))
}
