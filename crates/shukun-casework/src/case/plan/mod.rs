//! Planning: a case and a command → the actions it gives, or why it is refused. Every guard is checked here, whatever a
//! page showed before.
//!
//! INVARIANT: what [`plan`] gives, the fold takes; no action is given whose evidence lacks.

mod application;
mod beside;
mod closing;
mod money;
mod opening;
mod sideways;
mod verification;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use shukun_base::{Day, Fen, HouseholdId, RegionCode, Text};

use super::action::{Action, Content, Format, Who};
use super::command::Command;
use super::fold::Case;
use super::refusal::{Refusal, RefusalCode};
use super::status::{Flag, Status};
use crate::authority::{Grant, Permission, Programme, Role};
use crate::calendar::Calendar;
use crate::ids::{ActorId, CaseId, Document, DocumentKind, RunId, TransactionId};
use crate::timers::Settings;

pub use opening::{plan_merge, plan_open, plan_split};

/// Who acts, with what they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An officer or village worker.
    Person {
        /// The account.
        id: ActorId,
        /// Its grants.
        grants: Vec<Grant>,
        /// Households that are their own or a relative's: they keep out of these.
        own_households: BTreeSet<HouseholdId>,
    },
    /// The program itself, in a run: it opens cases, links alerts and asks for recalculations.
    Program(RunId),
}

impl Actor {
    /// The account, unless it is the program.
    pub fn id(&self) -> Option<&ActorId> {
        match self {
            Actor::Person { id, .. } => Some(id),
            Actor::Program(_) => None,
        }
    }
}

/// What stands around a command: the moment, the act's name, what was read, and the county's numbers.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Now.
    pub now: Timestamp,
    /// The client's name for the act.
    pub transaction: TransactionId,
    /// The version of the case that the writer has read.
    pub version: u32,
    /// The working-day calendar.
    pub calendar: &'a Calendar,
    /// Times and numbers.
    pub settings: &'a Settings,
    /// For drawing samples; a county's secret of the year, so that nobody knows beforehand which are drawn.
    pub sample_seed: u64,
}

impl Context<'_> {
    /// Today in China.
    pub fn today(&self) -> Day {
        china_day(self.now)
    }
}

/// The day in China at a moment: one time zone, no summer time since 1991.
pub fn china_day(at: Timestamp) -> Day {
    at.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

/// The actions that `command` gives. Empty = the same act is on record already.
pub fn plan(case: &Case, actor: &Actor, command: &Command, ctx: &Context) -> Result<Vec<Action>, Refusal> {
    plan_all(case, actor, std::slice::from_ref(command), ctx)
}

/// [`plan`] for several commands of one act, each on what the ones before it gave: all or none.
pub fn plan_all(case: &Case, actor: &Actor, commands: &[Command], ctx: &Context) -> Result<Vec<Action>, Refusal> {
    if is_on_record(case, actor, ctx)? {
        return Ok(Vec::new());
    }
    let (mut after, mut actions) = (case.clone(), Vec::new());
    for command in commands {
        let desk = Desk::new(&after, actor, ctx, command)?;
        let contents = desk.contents(command)?;
        let next = desk.actions(contents);
        for action in &next {
            // INVARIANT: a planned action fits the case it was planned on.
            #[expect(clippy::expect_used, reason = "a plan that does not fold is a broken invariant, not input")]
            after.apply(action).expect("a planned action folds");
        }
        actions.extend(next);
    }
    Ok(actions)
}

/// Whether the act is on record, the version is the one that was read, and the clock goes forward.
fn is_on_record(case: &Case, actor: &Actor, ctx: &Context) -> Result<bool, Refusal> {
    match case.transactions.get(&ctx.transaction) {
        Some(who) if who.as_ref() == actor.id() => return Ok(true),
        Some(_) => return Err(RefusalCode::TransactionTaken.into()),
        None => {}
    }
    require(ctx.version == case.version, RefusalCode::StaleVersion)?;
    require(ctx.now >= case.last_at, RefusalCode::ClockBack)?;
    Ok(false)
}

fn require(holds: bool, code: RefusalCode) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(code.into()) }
}

/// Refused with `code`, naming what it is about.
fn lacking(code: RefusalCode, about: Text) -> Refusal {
    Refusal::about(code, about)
}

/// Somebody at work on one case: the general guards have passed.
struct Desk<'a> {
    case: &'a Case,
    actor: &'a Actor,
    ctx: &'a Context<'a>,
    who: Who,
}

impl<'a> Desk<'a> {
    fn new(case: &'a Case, actor: &'a Actor, ctx: &'a Context<'a>, command: &Command) -> Result<Desk<'a>, Refusal> {
        let who = match actor {
            Actor::Program(run) => program(run, command)?,
            Actor::Person { .. } => person(case, actor, ctx, command)?,
        };
        let desk = Desk { case, actor, ctx, who };
        desk.check_openness(command)?;
        desk.check_assignee(command)?;
        desk.check_status(command)?;
        Ok(desk)
    }

    /// A closed case takes a new round, a second look, an appeal and money that the bank sends back; a suspended one is resumed first.
    fn check_openness(&self, command: &Command) -> Result<(), Refusal> {
        let takes_when_closed = matches!(
            command,
            Command::Reopen(_) | Command::ReviewSample { .. } | Command::RaiseAppeal(_) | Command::RecordReturn(_)
        );
        require(self.case.status != Status::Closed || takes_when_closed, RefusalCode::IsClosed)?;
        let takes_when_suspended = matches!(
            command,
            Command::Resume | Command::LinkAlert(_) | Command::AskRecalculation { .. } | Command::Assign { .. }
        );
        require(self.case.suspended.is_none() || takes_when_suspended, RefusalCode::IsSuspended)
    }

    /// An assignee is required before any write, but for those that give it to somebody or come from outside.
    fn check_assignee(&self, command: &Command) -> Result<(), Refusal> {
        let needs_none = matches!(
            command,
            Command::Assign { .. }
                | Command::LinkAlert(_)
                | Command::AskRecalculation { .. }
                | Command::Reopen(_)
                | Command::ReviewSample { .. }
                | Command::RecordPayment(_)
                | Command::RecordDelivery(_)
                | Command::RecordRecovery(_)
                | Command::RecordReturn(_)
                | Command::RaiseObjection(_)
                | Command::RaiseAppeal(_)
                | Command::Supervise(_)
        );
        require(self.case.assignee.is_some() || needs_none, RefusalCode::NotAssigned)
    }

    fn check_status(&self, command: &Command) -> Result<(), Refusal> {
        let bound = command.bound_to();
        require(bound.is_none_or(|status| self.case.status == status), RefusalCode::WrongStatus)
    }

    fn contents(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::Assign { to } => Ok(vec![Content::Assigned { to: to.clone() }]),
            Command::LinkAlert(detection) => Ok(vec![Content::AlertLinked(detection.clone())]),
            Command::Mark { flag } => self.by_hand(*flag, Content::Marked { flag: *flag }),
            Command::Unmark { flag } => self.by_hand(*flag, Content::Unmarked { flag: *flag }),
            Command::Screen(_)
            | Command::Dispatch(_)
            | Command::Forward(_)
            | Command::RecordVisit(_)
            | Command::ConfirmVerification(_) => self.verification(command),
            Command::EnterApplication { .. }
            | Command::AddDocument(_)
            | Command::AcceptRequest { .. }
            | Command::ReturnRequest { .. }
            | Command::ResubmitRequest { .. }
            | Command::Certify(_) => self.application(command),
            Command::DraftDetermination(_)
            | Command::CheckDetermination(_)
            | Command::RecordApproval(_)
            | Command::RecordPayment(_)
            | Command::RecordDelivery(_)
            | Command::RecordRecovery(_)
            | Command::RecordReturn(_) => self.money(command),
            Command::Dismiss { .. }
            | Command::DismissAsDataError { .. }
            | Command::ReviewSample { .. }
            | Command::AcceptNoRisk { .. }
            | Command::Decline { .. }
            | Command::FollowUp(_)
            | Command::ProposeClosing(_)
            | Command::ConfirmClosing { .. } => self.closing(command),
            Command::Return(_)
            | Command::Suspend(_)
            | Command::Resume
            | Command::StartWaiting { .. }
            | Command::StopWaiting
            | Command::ExtendClock { .. }
            | Command::Transfer(_)
            | Command::RecordDeath(_)
            | Command::Reopen(_)
            | Command::AskRecalculation { .. } => self.sideways(command),
            Command::AskAdvance(_)
            | Command::AnswerAdvance { .. }
            | Command::PaperAdvance
            | Command::RaiseObjection(_)
            | Command::AnswerObjection(_)
            | Command::RaiseAppeal(_)
            | Command::AnswerAppeal(_)
            | Command::Supervise(_) => self.beside(command),
        }
    }

    fn by_hand(&self, flag: Flag, content: Content) -> Result<Vec<Content>, Refusal> {
        require(flag.is_by_hand(), RefusalCode::FlagNotByHand)?;
        Ok(vec![content])
    }

    fn actions(&self, contents: Vec<Content>) -> Vec<Action> {
        actions(&self.case.id, self.case.version, &self.who, self.ctx, contents)
    }

    fn today(&self) -> Day {
        self.ctx.today()
    }

    fn check_not_future(&self, day: Day) -> Result<(), Refusal> {
        require(day <= self.today(), RefusalCode::FutureDay)
    }

    /// Four eyes: whoever did the first part does not do the second.
    fn check_other_person(&self, first: Option<&ActorId>) -> Result<(), Refusal> {
        require(first.is_none() || first != self.actor.id(), RefusalCode::SamePerson)
    }

    fn check_status_in(&self, statuses: &[Status]) -> Result<(), Refusal> {
        require(statuses.contains(&self.case.status), RefusalCode::WrongStatus)
    }

    fn check_document(&self, document: &Document, kinds: &[DocumentKind]) -> Result<(), Refusal> {
        if kinds.contains(&document.kind) { Ok(()) } else { Err(lacking(RefusalCode::WrongDocument, names(kinds))) }
    }
}

/// The names of kinds of documents, in both languages.
fn names(kinds: &[DocumentKind]) -> Text {
    let texts: Vec<Text> = kinds.iter().map(|kind| kind.text()).collect();
    let zh: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = texts.iter().map(|text| text.en.as_str()).collect();
    Text::new(zh.join("、"), en.join(", "))
}

fn actions(case: &CaseId, version: u32, who: &Who, ctx: &Context, contents: Vec<Content>) -> Vec<Action> {
    let numbered = (version + 1..).zip(contents);
    let action = |(sequence, content)| Action {
        v: Format,
        sequence,
        case: case.clone(),
        transaction: ctx.transaction.clone(),
        who: who.clone(),
        at: ctx.now,
        content,
    };
    numbered.map(action).collect()
}

/// The program opens and links, and asks for recalculations; everything else is decided by people.
fn program(run: &RunId, command: &Command) -> Result<Who, Refusal> {
    let may = match command {
        Command::LinkAlert(_) | Command::AskRecalculation { .. } => true,
        Command::Mark { flag } => matches!(flag, Flag::PotentialDuplicate | Flag::DataConflict),
        _ => false,
    };
    require(may, RefusalCode::NotByProgram)?;
    Ok(Who::Program { run: run.clone() })
}

fn person(case: &Case, actor: &Actor, ctx: &Context, command: &Command) -> Result<Who, Refusal> {
    let Actor::Person { id, own_households, .. } = actor else { return Err(RefusalCode::NotByProgram.into()) };
    let role = if takes(command, id) {
        taking_role(actor, &case.region, ctx.today())
    } else {
        let permission = permission_of(case, command);
        programmes_of(case, command)
            .into_iter()
            .map(|programme| role_for(actor, permission, &case.region, programme, ctx.today()))
            .collect::<Option<Vec<Role>>>()
            .and_then(|roles| pick(case, command, actor, ctx, roles))
    };
    let role = role.ok_or(RefusalCode::NotPermitted)?;
    require(!own_households.contains(&case.household), RefusalCode::OwnRelative)?;
    Ok(Who::Person { actor: id.clone(), role })
}

/// Whether somebody takes the case for themselves.
fn takes(command: &Command, me: &ActorId) -> bool {
    matches!(command, Command::Assign { to } if to == me)
}

/// Whoever may write anything at the place may take a case there.
fn taking_role(actor: &Actor, place: &RegionCode, today: Day) -> Option<Role> {
    let writing = Permission::ALL.iter().filter(|permission| !permission.is_reading());
    writing.into_iter().find_map(|permission| role_for(actor, *permission, place, None, today))
}

/// The first role among the grants that allows it.
fn role_for(
    actor: &Actor,
    permission: Permission,
    place: &RegionCode,
    programme: Option<Programme>,
    today: Day,
) -> Option<Role> {
    let Actor::Person { grants, .. } = actor else { return None };
    grants.iter().find(|grant| grant.gives(permission, place, programme, today)).map(|grant| grant.role)
}

/// An advance needs the township and civil affairs: whoever has both acts for the one that has not approved yet.
fn pick(case: &Case, command: &Command, actor: &Actor, ctx: &Context, roles: Vec<Role>) -> Option<Role> {
    let Actor::Person { grants, .. } = actor else { return None };
    let first = roles.first().copied();
    if !matches!(command, Command::AnswerAdvance { .. }) {
        return first;
    }
    let approved = |role| case.open_advance().is_some_and(|open| open.approvals.iter().any(|one| one.role == role));
    let giving = |grant: &&Grant| grant.gives(Permission::ApproveAdvance, &case.region, None, ctx.today());
    grants.iter().filter(giving).map(|grant| grant.role).find(|role| !approved(*role)).or(first)
}

/// The permission of a command; the approval of a request follows its programme.
fn permission_of(case: &Case, command: &Command) -> Permission {
    use crate::authority::Approval;
    let Command::RecordApproval(record) = command else { return command.permission() };
    let request = case.requests.iter().find(|request| request.id == record.request);
    match request.map(|request| request.programme.approval()) {
        Some(Approval::Government) => Permission::ApproveGovernment,
        Some(Approval::Resolution) => Permission::RecordResolution,
        Some(Approval::Statutory) | None => Permission::ApproveStatutory,
    }
}

/// The programmes that the command is about, `[None]` when it is about none.
fn programmes_of(case: &Case, command: &Command) -> Vec<Option<Programme>> {
    let request = match command {
        Command::RecordApproval(record) => Some(&record.request),
        Command::RecordPayment(record) | Command::RecordDelivery(record) => Some(&record.request),
        Command::RecordRecovery(record) => Some(&record.request),
        Command::RecordReturn(record) => Some(&record.request),
        Command::EnterApplication { requests, .. } if !requests.is_empty() => {
            return requests.iter().map(|request| Some(request.programme)).collect();
        }
        _ => None,
    };
    let found = request.and_then(|id| case.requests.iter().find(|request| request.id == *id));
    vec![found.map(|request| request.programme)]
}

/// Whether an amount is a sum of money that can be asked for or paid.
fn is_positive(amount: Fen) -> bool {
    amount > Fen::ZERO
}
