//! T3: the township confirms what the village found; civil affairs accepts that there is no risk.

use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, Conclusion, Status};
use shukun_casework::outcome::{Outcome, OutcomeCode};
use shukun_casework::visit::Finding;

use super::{Act, Form, Reader};
use crate::ui::field::Faults;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/confirm",
        key: "confirm",
        permission: Permission::ConfirmVerification,
        name: words::ACT_CONFIRM,
        leads_on: true,
        is_offered: |case| case.status == Status::Dispatched && !case.visits.is_empty(),
        papers: &[],
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
        papers: &[],
        fields: accept_fields,
        read: accept,
    },
];

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

fn is_without_risk(case: &Case) -> bool {
    let finding = case.verification.as_ref().map(|(conclusion, _)| conclusion.finding);
    case.status == Status::Verified && matches!(finding, Some(Finding::NoRisk | Finding::Unreachable))
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
