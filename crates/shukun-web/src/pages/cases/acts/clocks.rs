//! Stopping a clock and letting it run, a longer time where the rule allows it, flags set by hand, a new determination.

use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, Flag, RecalculationCause, Status, Step, Waiting};

use super::{Act, Form};
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/run-clock",
        key: "run-clock",
        permission: Permission::StopClock,
        name: words::ACT_RUN_CLOCK,
        leads_on: true,
        is_offered: is_waiting,
        papers: &[],
        fields: |_| maud::html! {},
        read: |_| Ok(Command::StopWaiting),
    },
    Act {
        path: "/cases/{case_id}/stop-clock",
        key: "stop-clock",
        permission: Permission::StopClock,
        name: words::ACT_STOP_CLOCK,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && !is_waiting(case),
        papers: &[],
        fields: |form| {
            let for_what = Waiting::ALL.iter().filter(|waiting| **waiting != Waiting::Suspended);
            form.select("wait_for", words::WAIT_FOR, for_what.map(|waiting| (waiting.key(), waiting.text())))
        },
        read: |reader| Ok(Command::StartWaiting { waiting: reader.choice("wait_for", Waiting::find)? }),
    },
    Act {
        path: "/cases/{case_id}/extend",
        key: "extend",
        permission: Permission::StopClock,
        name: words::ACT_EXTEND,
        leads_on: false,
        is_offered: |case| case.step() == Some(Step::Certification),
        papers: &[],
        fields: |form| form.note("extend_why", words::WHY, true),
        read: |reader| Ok(Command::ExtendClock { why: reader.note("extend_why")? }),
    },
    Act {
        path: "/cases/{case_id}/mark",
        key: "mark",
        permission: Permission::Mark,
        name: words::ACT_MARK,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && by_hand().any(|flag| !case.marks.contains(&flag)),
        papers: &[],
        fields: |form| flags(form, "mark_flag", false),
        read: |reader| Ok(Command::Mark { flag: reader.choice("mark_flag", Flag::find)? }),
    },
    Act {
        path: "/cases/{case_id}/unmark",
        key: "unmark",
        permission: Permission::Mark,
        name: words::ACT_UNMARK,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && !case.marks.is_empty(),
        papers: &[],
        fields: |form| flags(form, "unmark_flag", true),
        read: |reader| Ok(Command::Unmark { flag: reader.choice("unmark_flag", Flag::find)? }),
    },
    Act {
        path: "/cases/{case_id}/recalculate",
        key: "recalculate",
        permission: Permission::DraftDetermination,
        name: words::ACT_RECALCULATE,
        leads_on: false,
        is_offered: |case| {
            let determined = Status::Applying..=Status::Settled;
            determined.contains(&case.status) && case.live_determination().is_some() && case.recalculation.is_none()
        },
        papers: &[],
        fields: |form| {
            let causes = RecalculationCause::ALL.iter().map(|cause| (cause.key(), cause.text()));
            form.select("recalculate_cause", words::REASON, causes)
        },
        read: |reader| {
            Ok(Command::AskRecalculation { cause: reader.choice("recalculate_cause", RecalculationCause::find)? })
        },
    },
];

fn is_waiting(case: &Case) -> bool {
    let open = |pause: &shukun_casework::case::Pause| pause.to.is_none() && pause.waiting != Waiting::Suspended;
    case.pauses.iter().any(open)
}

fn by_hand() -> impl Iterator<Item = Flag> {
    Flag::ALL.iter().copied().filter(|flag| flag.is_by_hand())
}

fn flags(form: &Form<'_>, name: &'static str, is_set: bool) -> maud::Markup {
    let fitting = by_hand().filter(|flag| form.case.marks.contains(flag) == is_set);
    form.select(name, words::FLAGS, fitting.map(|flag| (flag.key(), flag.text())))
}
