//! What can be asked of a case: every kind of command that a person's program may send, what it needs, and at which
//! statuses it makes sense. Only a help for programs: casework checks each command again on the case as it is.

use shukun_casework::authority::Permission::{self, *};
use shukun_casework::case::Status::{self, *};

/// One kind of command.
#[derive(Clone, Copy, Debug)]
pub struct CommandKind {
    /// As it stands in JSON.
    pub kind: &'static str,
    /// What it needs.
    pub permission: Permission,
    /// Where it makes sense; empty = wherever the case is open.
    at: &'static [Status],
}

impl CommandKind {
    /// Whether it makes sense there.
    pub fn is_open_at(&self, status: Status) -> bool {
        if self.at.is_empty() { status != Closed } else { self.at.contains(&status) }
    }
}

const fn at(kind: &'static str, permission: Permission, at: &'static [Status]) -> CommandKind {
    CommandKind { kind, permission, at }
}

const fn open(kind: &'static str, permission: Permission) -> CommandKind {
    at(kind, permission, &[])
}

/// Statuses with a request under way.
const WITH_REQUESTS: &[Status] = &[Applying, Determined, Resolved, Settled];

/// Every kind but `link_alert`, which is the screening's own.
pub const COMMANDS: &[CommandKind] = &[
    open("assign", Assign),
    at("screen", Screen, &[Detected]),
    at("dismiss", Dismiss, &[Detected]),
    at("dismiss_as_data_error", Dismiss, &[Detected]),
    at("review_sample", SampleDismissals, &[Closed]),
    at("dispatch", DispatchToTownship, &[Screened]),
    at("forward", DispatchToVillage, &[Dispatched]),
    at("record_visit", Verify, &[Dispatched]),
    at("confirm_verification", ConfirmVerification, &[Dispatched]),
    at("accept_no_risk", Dismiss, &[Verified]),
    at("enter_application", EnterApplication, &[Verified]),
    at("add_document", EnterApplication, &[Applying]),
    at("accept_request", AcceptRequest, WITH_REQUESTS),
    at("return_request", AcceptRequest, WITH_REQUESTS),
    at("resubmit_request", EnterApplication, WITH_REQUESTS),
    at("decline", Withdraw, &[Verified, Applying]),
    at("certify", Certify, &[Applying]),
    at("draft_determination", DraftDetermination, WITH_REQUESTS),
    at("check_determination", CheckDetermination, WITH_REQUESTS),
    at("record_approval", ApproveStatutory, &[Determined, Resolved, Settled]),
    at("record_payment", RecordSettlement, &[Determined, Resolved, Settled]),
    at("record_recovery", RecordSettlement, &[Determined, Resolved, Settled]),
    at("record_return", RecordSettlement, &[Determined, Resolved, Settled, Closed]),
    at("follow_up", FollowUp, &[Settled]),
    at("propose_closing", ProposeClosing, &[Settled]),
    open("confirm_closing", ConfirmClosing),
    open("return", Return),
    open("suspend", Suspend),
    open("resume", Suspend),
    open("start_waiting", StopClock),
    open("stop_waiting", StopClock),
    open("extend_clock", StopClock),
    open("transfer", Transfer),
    open("record_death", RecordDeath),
    at("reopen", Reopen, &[Closed]),
    open("ask_recalculation", DraftDetermination),
    open("mark", Mark),
    open("unmark", Mark),
    open("ask_advance", RequestAdvance),
    open("answer_advance", ApproveAdvance),
    open("paper_advance", RequestAdvance),
    at("raise_objection", RecordComplaint, &[Determined, Resolved]),
    at("answer_objection", AnswerComplaint, &[Determined, Resolved]),
    at("raise_appeal", RecordComplaint, &[Resolved, Settled, Closed]),
    at("answer_appeal", AnswerComplaint, &[Resolved, Settled, Closed]),
    open("supervise", Supervise),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use shukun_casework::case::Command;

    #[test]
    fn the_list_is_that_of_casework() {
        // Serde names every kind where it knows none.
        let error = serde_json::from_str::<Command>("{\"kind\":\"nothing\"}").unwrap_err().to_string();
        let kinds: BTreeSet<&str> =
            error.split('`').skip(1).step_by(2).filter(|kind| !["nothing", "link_alert"].contains(kind)).collect();
        assert!(kinds.len() > 30, "{error}");
        assert_eq!(COMMANDS.iter().map(|command| command.kind).collect::<BTreeSet<_>>(), kinds);
        assert_eq!(COMMANDS.len(), kinds.len());
    }

    #[test]
    fn commands_need_what_casework_asks_for_and_make_sense_where_it_binds_them() {
        let note = "\"why\": \"因为\"";
        for text in [
            "{\"kind\":\"assign\",\"of\":{\"to\":\"a\"}}".to_owned(),
            "{\"kind\":\"resume\"}".to_owned(),
            "{\"kind\":\"stop_waiting\"}".to_owned(),
            "{\"kind\":\"paper_advance\"}".to_owned(),
            format!("{{\"kind\":\"dismiss\",\"of\":{{\"reason\":\"data_error\",{note}}}}}")
                .replace("data_error", "burden_below_line"),
            format!("{{\"kind\":\"extend_clock\",\"of\":{{{note}}}}}"),
            "{\"kind\":\"mark\",\"of\":{\"flag\":\"sensitive\"}}".to_owned(),
            "{\"kind\":\"answer_advance\",\"of\":{\"approved\":true}}".to_owned(),
            "{\"kind\":\"accept_request\",\"of\":{\"request\":\"r\"}}".to_owned(),
            "{\"kind\":\"resubmit_request\",\"of\":{\"request\":\"r\"}}".to_owned(),
            "{\"kind\":\"confirm_closing\",\"of\":{\"agreed\":true,\"note\":\"同意\"}}".to_owned(),
            "{\"kind\":\"review_sample\",\"of\":{\"upheld\":true,\"note\":\"属实\"}}".to_owned(),
        ] {
            let command: Command = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let row = COMMANDS.iter().find(|row| text.contains(&format!("\"{}\"", row.kind))).unwrap();
            assert_eq!(row.permission, command.permission(), "{text}");
            assert!(command.bound_to().is_none_or(|status| row.at == [status]), "{text}");
        }
    }
}
