//! What can be done to a case without a paper, as data: when it is offered, to whom, its fields, the command it gives.
//!
//! Field names carry the act's name, since several forms stand on one page.

use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Lang, RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_casework::case::{
    Case, Check, Closing, Command, Conclusion, DismissalReason, Dispatch, Forwarding, Return, ReturnReason, Sample,
    Screening, ScreeningResult, Status, Suspension,
};
use shukun_casework::outcome::{Outcome, OutcomeCode};
use shukun_casework::visit::Finding;
use shukun_casework::{ActorId, Note};

use crate::error::PageError;
use crate::ui::field::{Faults, Input, input, radios, select};
use crate::visit::Visit;
use crate::words::{self, Word};

/// The fields of a form as they came in.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// One field; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// One act.
pub struct Act {
    /// Its route.
    pub path: &'static str,
    /// Its last word in the address, and of its fields.
    pub key: &'static str,
    /// What it needs.
    pub permission: Permission,
    /// Its name.
    pub name: Word,
    /// Whether it leads onwards; the others fold away.
    pub leads_on: bool,
    /// When it is offered.
    pub is_offered: fn(&Case) -> bool,
    /// Its fields.
    pub fields: fn(&Form<'_>) -> Markup,
    /// The command that the fields give.
    pub read: fn(&Reader<'_>) -> Result<Command, Faults>,
}

/// What a form is drawn with.
pub struct Form<'a> {
    /// The case.
    pub case: &'a Case,
    /// What was typed before, when something was wrong.
    pub typed: &'a Typed,
    /// What was wrong.
    pub faults: &'a Faults,
    /// Who looks.
    pub visit: &'a Visit,
}

/// What a command is read from.
pub struct Reader<'a> {
    /// The case as it is now.
    pub case: &'a Case,
    /// What was typed.
    pub typed: &'a Typed,
    /// Who acts.
    pub visit: &'a Visit,
}

/// The acts, in the order of the work.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/screen",
        key: "screen",
        permission: Permission::Screen,
        name: words::ACT_SCREEN,
        leads_on: true,
        is_offered: |case| case.status == Status::Detected,
        fields: screen_fields,
        read: screen,
    },
    Act {
        path: "/cases/{case_id}/dismiss",
        key: "dismiss",
        permission: Permission::Dismiss,
        name: words::ACT_DISMISS,
        leads_on: true,
        is_offered: |case| case.status == Status::Detected,
        fields: dismiss_fields,
        read: dismiss,
    },
    Act {
        path: "/cases/{case_id}/dispatch",
        key: "dispatch",
        permission: Permission::DispatchToTownship,
        name: words::ACT_DISPATCH,
        leads_on: true,
        is_offered: |case| case.status == Status::Screened,
        fields: dispatch_fields,
        read: dispatch,
    },
    Act {
        path: "/cases/{case_id}/forward",
        key: "forward",
        permission: Permission::DispatchToVillage,
        name: words::ACT_FORWARD,
        leads_on: true,
        is_offered: |case| case.status == Status::Dispatched && case.forwarding.is_none() && case.visits.is_empty(),
        fields: forward_fields,
        read: forward,
    },
    Act {
        path: "/cases/{case_id}/confirm",
        key: "confirm",
        permission: Permission::ConfirmVerification,
        name: words::ACT_CONFIRM,
        leads_on: true,
        is_offered: |case| case.status == Status::Dispatched && !case.visits.is_empty(),
        fields: confirm_fields,
        read: confirm,
    },
    Act {
        path: "/cases/{case_id}/accept",
        key: "accept",
        permission: Permission::Dismiss,
        name: words::ACT_ACCEPT,
        leads_on: true,
        is_offered: is_without_risk,
        fields: accept_fields,
        read: accept,
    },
    Act {
        path: "/cases/{case_id}/check",
        key: "check",
        permission: Permission::CheckDetermination,
        name: words::ACT_CHECK,
        leads_on: true,
        is_offered: |case| case.draft().is_some(),
        fields: check_fields,
        read: check,
    },
    Act {
        path: "/cases/{case_id}/propose",
        key: "propose",
        permission: Permission::ProposeClosing,
        name: words::ACT_PROPOSE,
        leads_on: true,
        is_offered: |case| case.status == Status::Settled && case.closing.is_none(),
        fields: propose_fields,
        read: propose,
    },
    Act {
        path: "/cases/{case_id}/close",
        key: "close",
        permission: Permission::ConfirmClosing,
        name: words::ACT_CONFIRM_CLOSING,
        leads_on: true,
        is_offered: |case| case.status != Status::Closed && case.closing.is_some(),
        fields: close_fields,
        read: close,
    },
    Act {
        path: "/cases/{case_id}/sample",
        key: "sample",
        permission: Permission::SampleDismissals,
        name: words::ACT_SAMPLE,
        leads_on: true,
        is_offered: |case| case.sample == Some(Sample::Waiting),
        fields: sample_fields,
        read: sample,
    },
    Act {
        path: "/cases/{case_id}/resume",
        key: "resume",
        permission: Permission::Suspend,
        name: words::ACT_RESUME,
        leads_on: true,
        is_offered: |case| case.suspended.is_some(),
        fields: |_| html! {},
        read: |_| Ok(Command::Resume),
    },
    Act {
        path: "/cases/{case_id}/return",
        key: "return",
        permission: Permission::Return,
        name: words::ACT_RETURN,
        leads_on: false,
        is_offered: |case| case.status > Status::Detected && case.status < Status::Closed && case.suspended.is_none(),
        fields: return_fields,
        read: go_back,
    },
    Act {
        path: "/cases/{case_id}/suspend",
        key: "suspend",
        permission: Permission::Suspend,
        name: words::ACT_SUSPEND,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && case.suspended.is_none(),
        fields: suspend_fields,
        read: suspend,
    },
];

fn is_without_risk(case: &Case) -> bool {
    let finding = case.verification.as_ref().map(|(conclusion, _)| conclusion.finding);
    case.status == Status::Verified && matches!(finding, Some(Finding::NoRisk | Finding::Unreachable))
}

/// Taking a case oneself: before anything else.
pub fn take(visit: &Visit) -> Result<Command, PageError> {
    let me = ActorId::new(visit.scope()?.account_id().as_str()).ok_or_else(PageError::broken)?;
    Ok(Command::Assign { to: me })
}

fn choices(all: impl Iterator<Item = (&'static str, Text)>, lang: Lang) -> Vec<(String, String)> {
    all.map(|(key, text)| (key.to_owned(), text.in_lang(lang).to_owned())).collect()
}

impl Form<'_> {
    fn lang(&self) -> Lang {
        self.visit.lang
    }

    fn note(&self, name: &'static str, label: Word, is_required: bool) -> Markup {
        let lang = self.lang();
        let hint = words::NOTE_HINT.text(lang);
        let note = Input { value: self.typed.get(name), hint, is_required, ..Input::text(name, label.text(lang)) };
        input(&note, self.faults, lang)
    }

    fn words(&self, name: &'static str, label: Word, value: &str, kind: &'static str) -> Markup {
        let typed = self.typed.get(name);
        let value = if typed.is_empty() { value } else { typed };
        input(&Input { value, kind, ..Input::text(name, label.text(self.lang())) }, self.faults, self.lang())
    }

    fn select(&self, name: &'static str, label: Word, all: impl Iterator<Item = (&'static str, Text)>) -> Markup {
        let choices = choices(all, self.lang());
        let field = Input { value: self.typed.get(name), ..Input::text(name, label.text(self.lang())) };
        select(&field, &choices, self.faults, self.lang())
    }

    fn radios(&self, name: &'static str, label: Word, all: &[(&'static str, Word)]) -> Markup {
        let choices = choices(all.iter().map(|(key, word)| (*key, word.both(&[]))), self.lang());
        let field = Input { value: self.typed.get(name), ..Input::text(name, label.text(self.lang())) };
        radios(&field, &choices, self.faults, self.lang())
    }
}

impl Reader<'_> {
    /// A note that has to be there.
    pub fn note(&self, name: &'static str) -> Result<Note, Faults> {
        Note::new(self.typed.get(name)).map_err(|fault| vec![(name, fault.text())])
    }

    /// A note that may stay empty.
    pub fn find_note(&self, name: &'static str) -> Result<Option<Note>, Faults> {
        if self.typed.get(name).trim().is_empty() { Ok(None) } else { self.note(name).map(Some) }
    }

    /// One word of a list.
    pub fn choice<T>(&self, name: &'static str, find: impl Fn(&str) -> Option<T>) -> Result<T, Faults> {
        find(self.typed.get(name)).ok_or_else(|| vec![(name, words::CHOICE_WRONG.both(&[]))])
    }

    /// A day.
    pub fn day(&self, name: &'static str) -> Result<Day, Faults> {
        self.typed.get(name).trim().parse().map_err(|_| vec![(name, words::DAY_WRONG.both(&[]))])
    }

    fn region(&self, name: &'static str) -> Result<RegionCode, Faults> {
        RegionCode::new(self.typed.get(name).trim()).ok_or_else(|| vec![(name, words::REGION_WRONG.both(&[]))])
    }

    fn yes(&self, name: &'static str) -> Result<bool, Faults> {
        self.choice(name, |word| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }
}

fn screen_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("screen_result", words::RESULT, ScreeningResult::ALL.iter().map(|result| (result.key(), result.text()))))
        (form.note("screen_note", words::NOTE, false))
    }
}

fn screen(reader: &Reader<'_>) -> Result<Command, Faults> {
    let result = reader.choice("screen_result", ScreeningResult::find)?;
    Ok(Command::Screen(Screening { result, note: reader.find_note("screen_note")? }))
}

fn dismiss_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("dismiss_reason", words::REASON, DismissalReason::ALL.iter().map(|reason| (reason.key(), reason.text()))))
        (form.note("dismiss_why", words::WHY, true))
    }
}

fn dismiss(reader: &Reader<'_>) -> Result<Command, Faults> {
    let reason = reader.choice("dismiss_reason", DismissalReason::find)?;
    Ok(Command::Dismiss { reason, why: reader.note("dismiss_why")? })
}

fn dispatch_fields(form: &Form<'_>) -> Markup {
    let known = form.case.region.as_str();
    html! {
        (form.words("dispatch_township", words::TOWNSHIP, known.get(..9).unwrap_or(known), "text"))
        (form.note("dispatch_task", words::TASK, true))
        (form.words("dispatch_due_on", words::DUE_ON, "", "date"))
    }
}

fn dispatch(reader: &Reader<'_>) -> Result<Command, Faults> {
    let township = reader.region("dispatch_township")?;
    let (task, due_on) = (reader.note("dispatch_task")?, reader.day("dispatch_due_on")?);
    Ok(Command::Dispatch(Dispatch { township, task, due_on }))
}

fn forward_fields(form: &Form<'_>) -> Markup {
    let known = form.case.region.as_str();
    html! { (form.words("forward_village", words::VILLAGE, if known.len() == 12 { known } else { "" }, "text")) }
}

/// The village's own worker takes the case there; until then it is in the hands of whoever hands it on.
fn forward(reader: &Reader<'_>) -> Result<Command, Faults> {
    let village = reader.region("forward_village")?;
    let me = reader.visit.scope().ok().and_then(|scope| ActorId::new(scope.account_id().as_str()));
    let worker = me.ok_or_else(|| vec![("forward_village", words::ERROR_BROKEN.both(&[]))])?;
    Ok(Command::Forward(Forwarding { village, worker }))
}

fn confirm_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("confirm_finding", words::VISIT_FINDING, Finding::ALL.iter().map(|finding| (finding.key(), finding.text()))))
        (form.note("confirm_note", words::NOTE, false))
    }
}

fn confirm(reader: &Reader<'_>) -> Result<Command, Faults> {
    let finding = reader.choice("confirm_finding", Finding::find)?;
    Ok(Command::ConfirmVerification(Conclusion { finding, note: reader.find_note("confirm_note")? }))
}

/// How a case without risk ends, by what was found.
const NO_RISK_ENDS: [OutcomeCode; 4] = [
    OutcomeCode::BurdenBelowLine,
    OutcomeCode::NotLowIncome,
    OutcomeCode::InsuredButRecoverable,
    OutcomeCode::Unreachable,
];

fn accept_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("accept_outcome", words::RESULT, NO_RISK_ENDS.iter().map(|code| (code.key(), code.text()))))
        (form.note("accept_why", words::WHY, true))
    }
}

fn accept(reader: &Reader<'_>) -> Result<Command, Faults> {
    let code = reader.choice("accept_outcome", OutcomeCode::find)?;
    Ok(Command::AcceptNoRisk { outcome: Outcome::plain(code), why: reader.note("accept_why")? })
}

const AGREE: [(&str, Word); 2] = [("yes", words::AGREED), ("no", words::DISAGREED)];

fn check_fields(form: &Form<'_>) -> Markup {
    html! { (form.radios("check_agreed", words::RESULT, &AGREE)) (form.note("check_note", words::NOTE, false)) }
}

fn check(reader: &Reader<'_>) -> Result<Command, Faults> {
    let agreed = reader.yes("check_agreed")?;
    let version = reader.case.draft().map_or(0, |draft| draft.sheet.version);
    let note = if agreed { reader.find_note("check_note")? } else { Some(reader.note("check_note")?) };
    Ok(Command::CheckDetermination(Check { version, agreed, note, by: None, at: None }))
}

fn propose_fields(form: &Form<'_>) -> Markup {
    let codes = OutcomeCode::ALL.iter().filter(|code| **code != OutcomeCode::DataError);
    html! {
        (form.select("propose_outcome", words::RESULT, codes.map(|code| (code.key(), code.text()))))
        (form.note("propose_why", words::WHY, true))
    }
}

fn propose(reader: &Reader<'_>) -> Result<Command, Faults> {
    let code = reader.choice("propose_outcome", OutcomeCode::find)?;
    Ok(Command::ProposeClosing(Closing { outcome: Outcome::plain(code), why: reader.note("propose_why")?, by: None }))
}

fn close_fields(form: &Form<'_>) -> Markup {
    html! { (form.radios("close_agreed", words::RESULT, &AGREE)) (form.note("close_note", words::NOTE, true)) }
}

fn close(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::ConfirmClosing { agreed: reader.yes("close_agreed")?, note: reader.note("close_note")? })
}

fn sample_fields(form: &Form<'_>) -> Markup {
    let found = [("yes", words::UPHELD), ("no", words::OVERTURNED)];
    html! { (form.radios("sample_upheld", words::RESULT, &found)) (form.note("sample_note", words::NOTE, true)) }
}

fn sample(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::ReviewSample { upheld: reader.yes("sample_upheld")?, note: reader.note("sample_note")? })
}

fn return_fields(form: &Form<'_>) -> Markup {
    let before = Status::ALL.iter().filter(|status| **status < form.case.status);
    html! {
        (form.select("return_to", words::BACK_TO, before.map(|status| (status.key(), status.text()))))
        (form.select("return_reason", words::REASON, ReturnReason::ALL.iter().map(|reason| (reason.key(), reason.text()))))
        (form.note("return_note", words::NOTE, true))
    }
}

fn go_back(reader: &Reader<'_>) -> Result<Command, Faults> {
    let to = reader.choice("return_to", Status::find)?;
    let reason = reader.choice("return_reason", ReturnReason::find)?;
    Ok(Command::Return(Return { to, reason, note: reader.note("return_note")? }))
}

fn suspend_fields(form: &Form<'_>) -> Markup {
    html! { (form.words("suspend_until", words::UNTIL, "", "date")) (form.note("suspend_why", words::WHY, true)) }
}

fn suspend(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::Suspend(Suspension { until: reader.day("suspend_until")?, why: reader.note("suspend_why")? }))
}
