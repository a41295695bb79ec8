//! How far each case of the demo goes: roads of stops, one after another, so that every step holds some.

use jiff::{SignedDuration, Timestamp};
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::visit::Finding;
use shukun_casework::{ActorId, TransactionId};
use shukun_store::Store;

use super::command::command;
use super::hours::in_office;
use super::staff::Staff;
use super::{Burdened, refused, text_id};
use crate::desk::Numbers;
use crate::start::StartError;

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
    /// T7.
    Approve,
    /// T8.
    Pay,
    /// T9.
    FollowUp,
    /// T9.
    Propose,
    /// T9.
    Close,
    /// A pause.
    Suspend,
    /// Back.
    Return,
}

const fn stop(after_hours: i64, who: &'static str, what: What) -> Stop {
    Stop { after_hours, who, what }
}

const SCREEN: Stop = stop(20, "minzheng", What::Screen);
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
const APPROVE: Stop = stop(190, "lianxi", What::Approve);
const PAY: Stop = stop(50, "cishan", What::Pay);
const FOLLOW: Stop = stop(300, "cunshe", What::FollowUp);
const PROPOSE: Stop = stop(20, "zhenjie", What::Propose);
const CLOSE: Stop = stop(22, "minzheng", What::Close);
const DISMISS: Stop = stop(12, "minzheng", What::Dismiss);
const SUSPEND: Stop = stop(30, "zhenjie", What::Suspend);
const RETURN: Stop = stop(30, "zhenjie", What::Return);

/// The roads, taken in turn; the first nine end in the nine steps, so that few cases show them all.
pub const ROADS: &[&[Stop]] = &[
    &[],
    &[SCREEN],
    &[SCREEN, DISPATCH, FORWARD],
    &[SCREEN, DISPATCH, FORWARD, NO_RISK, CONFIRM_NONE],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK, APPROVE],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY, DRAFT, CHECK, APPROVE, PAY],
    &[SCREEN, DISPATCH, FORWARD, NO_RISK, CONFIRM_NONE, ACCEPT],
    &[],
    &[SCREEN, DISPATCH],
    &[DISMISS],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK],
    &[],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY],
    &[DISMISS],
    &[SCREEN, DISPATCH, FORWARD, AT_RISK, CONFIRM_RISK, APPLY, TAKE_UP, CERTIFY],
    &[],
    &[SCREEN, DISPATCH, FORWARD, NO_RISK, CONFIRM_NONE, ACCEPT],
    &[SCREEN, DISPATCH, FORWARD],
    &[SCREEN, DISPATCH, FORWARD, SUSPEND],
    &[
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
        APPROVE,
        PAY,
        FOLLOW,
        PROPOSE,
    ],
    &[SCREEN, DISPATCH, FORWARD, NO_RISK, RETURN],
    &[
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
        APPROVE,
        PAY,
        FOLLOW,
        PROPOSE,
        CLOSE,
    ],
];

/// Some hours.
pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A case on its road.
pub struct Walk<'a> {
    /// Where it is written.
    pub store: &'a Store,
    /// Working days and times.
    pub numbers: &'a Numbers,
    /// Who acts.
    pub staff: &'a Staff,
    /// Whose case.
    pub one: &'a Burdened,
    /// Which of the demo's cases.
    pub number: usize,
    /// As it stands.
    pub case: Case,
    /// The moment.
    pub at: Timestamp,
}

impl Walk<'_> {
    /// One act; who acts takes the case where nobody has it.
    pub async fn go(&mut self, stop: &Stop) -> Result<(), StartError> {
        let calendar = self.numbers.watch(self.at).calendar;
        self.at = in_office(self.at + hours(stop.after_hours), self.number, calendar);
        let scope = self.staff.scope_at(stop.who, &self.one.region)?;
        let me = ActorId::new(scope.account_id().as_str()).ok_or_else(refused)?;
        let mut commands = Vec::new();
        if self.case.assignee.is_none() && self.case.status != Status::Closed {
            commands.push(Command::Assign { to: me });
        }
        commands.push(command(stop.what, self)?);
        let transaction = format!("demo-act-{}", self.case.version);
        let transaction = text_id(TransactionId::new, &transaction, self.number)?;
        let ctx = self.numbers.context(self.at, transaction, self.case.version);
        let id = self.case.id.clone();
        self.case = self.store.act_on_case(scope, &id, &commands, &ctx).await?;
        Ok(())
    }
}
