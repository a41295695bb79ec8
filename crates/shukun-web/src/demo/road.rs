//! How far each case of the demo goes: roads of stops, one after another, so that every step holds some.
//!
//! Start at [`MONTHS`].

use jiff::SignedDuration;
use shukun_casework::visit::Finding;

use super::council::Sitting;

/// One act on the way.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Hours after the one before.
    pub after_hours: i64,
    /// Who.
    pub who: &'static str,
    /// What.
    pub what: What,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// T1.
    Screen,
    /// T1x.
    Dismiss,
    /// T2 to the town.
    Dispatch,
    /// T2 to the village.
    Forward,
    /// T3.
    Visit(Finding),
    /// T3.
    Confirm(Finding),
    /// T3x.
    AcceptNoRisk,
    /// T4.
    Apply,
    /// T4.
    AcceptRequest,
    /// T5.
    Certify,
    /// T6.
    Draft,
    /// T6.
    Check,
    /// T9.
    FollowUp,
    /// T9.
    Propose,
    /// T9.
    Close,
    /// The case waits for a joint meeting and for its money, which are not its own acts.
    Meeting(Sitting),
    /// A pause.
    Suspend,
    /// Back.
    Return,
}

const fn stop(after_hours: i64, who: &'static str, what: What) -> Stop {
    Stop { after_hours, who, what }
}

const SCREEN: Stop = stop(20, "minzheng", What::Screen);
// Those of the first month that are still under way were looked at last.
const SCREEN_LATE: Stop = stop(1_780, "minzheng", What::Screen);
const DISPATCH: Stop = stop(22, "minzheng", What::Dispatch);
const FORWARD: Stop = stop(19, "zhenjie", What::Forward);
const AT_RISK: Stop = stop(30, "cunshe", What::Visit(Finding::AtRisk));
const NO_RISK: Stop = stop(26, "cunshe", What::Visit(Finding::NoRisk));
const CONFIRM_RISK: Stop = stop(20, "zhenjie", What::Confirm(Finding::AtRisk));
const CONFIRM_NONE: Stop = stop(24, "zhenjie", What::Confirm(Finding::NoRisk));
const ACCEPT: Stop = stop(23, "minzheng2", What::AcceptNoRisk);
const APPLY: Stop = stop(25, "cunshe", What::Apply);
const TAKE_UP: Stop = stop(21, "minzheng", What::AcceptRequest);
// Nine days: the notice takes seven.
const CERTIFY: Stop = stop(216, "minzheng", What::Certify);
const DRAFT: Stop = stop(28, "yibao", What::Draft);
const CHECK: Stop = stop(18, "yibao2", What::Check);
const MEETING: Stop = stop(600, "lianxi", What::Meeting(Sitting::Present));
// From here until the bank's statement shows the last payment it is five weeks.
const EARLIER: Stop = stop(900, "lianxi", What::Meeting(Sitting::Earlier));
const FOLLOW: Stop = stop(300, "cunshe", What::FollowUp);
const PROPOSE: Stop = stop(20, "zhenjie", What::Propose);
const CLOSE: Stop = stop(22, "minzheng", What::Close);
const DISMISS: Stop = stop(12, "minzheng", What::Dismiss);
const SUSPEND: Stop = stop(30, "zhenjie", What::Suspend);
const RETURN: Stop = stop(30, "zhenjie", What::Return);

/// What is done with a case, in order.
pub type Road = &'static [Stop];

/// A month of the office: when it was screened, and what became of whom it found.
pub struct Month {
    /// Days before now.
    pub days_ago: i64,
    /// Whether its work was begun just in time, so that no case stands anywhere for long.
    pub is_fresh: bool,
    /// The roads of households to whose bills none was added later, taken in turn.
    pub far: &'static [Road],
    /// The roads of the others: before a determination, which later bills would undo.
    pub near: &'static [Road],
}

/// The months; the first roads of each end in steps that the others do not reach, so that few cases show every step.
pub const MONTHS: [Month; 3] = [
    Month {
        days_ago: 120,
        is_fresh: false,
        far: &[RESOLVED, PAID, RESOLVED, CLOSED, TO_CLOSE, RESOLVED, PAID, RESOLVED, NO_NEED, AIDED],
        near: &[NO_NEED, AIDED, APPLIED_LATE, PAUSED_LATE],
    },
    Month {
        days_ago: 21,
        is_fresh: false,
        far: &[DRAFTED, DETERMINED, CERTIFIED, NO_NEED],
        near: &[APPLIED, NO_NEED, RETURNED, AIDED],
    },
    Month {
        days_ago: 6,
        is_fresh: true,
        far: &[FORWARDED, &[], CONFIRMED_NONE, &[SCREEN], &[], VISITED, AIDED, CONFIRMED_RISK, &[], SENT_OUT],
        near: &[],
    },
];

const AIDED: Road = &[DISMISS];
const SENT_OUT: Road = &[SCREEN, DISPATCH];
const FORWARDED: Road = &[SCREEN, DISPATCH, FORWARD];
const RETURNED: Road = &[SCREEN, DISPATCH, FORWARD, NO_RISK, RETURN];
const VISITED: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK];
const CONFIRMED_RISK: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK];
const CONFIRMED_NONE: Road = &[SCREEN, DISPATCH, FORWARD, NO_RISK, CONFIRM_NONE];
const NO_NEED: Road = &[SCREEN, DISPATCH, FORWARD, NO_RISK, CONFIRM_NONE, ACCEPT];
const APPLIED: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY];
const CERTIFIED: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY];
const DRAFTED: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT];
const DETERMINED: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK];
const APPLIED_LATE: Road = &[SCREEN_LATE, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY];
const PAUSED_LATE: Road = &[SCREEN_LATE, DISPATCH, FORWARD, SUSPEND];
const RESOLVED: Road =
    &[SCREEN_LATE, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK, MEETING];
const PAID: Road = &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK, EARLIER];
const TO_CLOSE: Road = &[
    SCREEN,
    DISPATCH,
    FORWARD,
    AT_RISK,
    CONFIRM_RISK,
    APPLY,
    TAKE_UP,
    CERTIFY,
    DRAFT,
    CHECK,
    EARLIER,
    FOLLOW,
    PROPOSE,
];
const CLOSED: Road = &[
    SCREEN,
    DISPATCH,
    FORWARD,
    AT_RISK,
    CONFIRM_RISK,
    APPLY,
    TAKE_UP,
    CERTIFY,
    DRAFT,
    CHECK,
    EARLIER,
    FOLLOW,
    PROPOSE,
    CLOSE,
];

/// Some hours.
pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}
