//! Acting on a meeting: planned on the record inside the writing transaction, appended, and everything that follows from it.

use std::collections::BTreeSet;

use sea_orm::DatabaseTransaction;
use shukun_base::{ActorId, RegionCode};
use shukun_casework::TransactionId;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, Context as CaseContext};
use shukun_fund::deciding::charter::{Charter, in_force_on};
use shukun_fund::deciding::{
    Act, ActId, Context, Event, LineRecord, LineState, Meeting, MemberId, Planned, Signing, plan,
};
use shukun_fund::{LineId, MeetingId};

use super::lines::{approval, approving, check_line, place_of, preparing};
use super::{refused, unreadable};
use crate::audit::{Act as Audited, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{millis, today_in_china};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{all, execute, statements, values};
use crate::store::Store;
use crate::wall::{OwnWork, open_for};

statements! {
    // Held until the end: two acts on one meeting come one after the other.
    HOLD = "UPDATE meetings SET version = version WHERE meeting_id = $1";
    ACTS = "SELECT sequence, act FROM meeting_acts WHERE meeting_id = $1 ORDER BY sequence";
    APPEND = "INSERT INTO meeting_acts (meeting_id, sequence, at, act) VALUES ($1, $2, $3, $4)";
    WRITE = "INSERT INTO meetings (meeting_id, region, kind, held_on, state, version, line_count, total_fen, waiting_count, last_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (meeting_id) DO UPDATE SET held_on = excluded.held_on, state = excluded.state, version = excluded.version,
            line_count = excluded.line_count, total_fen = excluded.total_fen, waiting_count = excluded.waiting_count,
            last_at = excluded.last_at";
    NOTICE = "INSERT INTO notices (line_id, meeting_id, region, case_id, programme, amount_fen, state, posted_from, posted_until,
            taken_down_on, online_until, open_objections)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (line_id) DO UPDATE SET state = excluded.state, posted_from = excluded.posted_from,
            posted_until = excluded.posted_until, taken_down_on = excluded.taken_down_on,
            online_until = excluded.online_until, open_objections = excluded.open_objections";
}

impl Store {
    /// Does one act on a meeting for whoever asks; a call makes it. `ctx.version` is the version of the meeting that was read,
    /// `ctx.transaction` the client's name for the act: sent again it is done once, and the meeting as it is now comes back.
    ///
    /// When a line takes effect its approval is recorded on the case, in the same transaction.
    ///
    /// # Errors
    /// `store-not-found` outside the area, `store-step-up`, `R101` = stale, … where a guard refuses, casework's codes where
    /// the case refuses the approval.
    pub async fn act_on_meeting(
        &self,
        scope: &Scope,
        id: &MeetingId,
        act: &Act,
        ctx: &CaseContext<'_>,
    ) -> Result<Meeting> {
        scope.require_writing()?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let meeting = self.act_on_meeting_within(&tx, scope, id, act, ctx).await?;
            tx.commit().await?;
            Ok(meeting)
        })
        .await
    }

    /// [`Store::act_on_meeting`] inside a transaction.
    async fn act_on_meeting_within(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        id: &MeetingId,
        act: &Act,
        ctx: &CaseContext<'_>,
    ) -> Result<Meeting> {
        // A notice hangs in a village, its meeting is the county's: what follows reads and writes the meeting's own record,
        // after the guard below has looked at where the act's line lies.
        let opening = open_for(tx, OwnWork::Meetings).await?;
        execute(tx, HOLD, values![id.as_str()]).await?;
        let before = self.load_meeting(tx, id).await?;
        require(scope, before.as_ref(), act)?;
        let involved = self.involved(tx, before.as_ref(), act).await?;
        let region = region_of(before.as_ref(), act).ok_or_else(StoreError::not_found)?;
        let charters = super::charters::load(tx, &region).await?;
        opening.close(tx).await?;
        let by = ActorId::new(scope.account_id().as_str()).ok_or_else(unreadable)?;
        let lacking_fen = self.lacking(scope, before.as_ref(), act, ctx).await?;
        let held_on = before.as_ref().map_or_else(|| today_in_china(ctx.now), |meeting| meeting.held_on);
        let versions: Vec<Charter> = charters.iter().map(|kept| kept.charter.clone()).collect();
        let in_force = in_force_on(&versions, held_on).map(|found| {
            let found = found.and_then(|charter| charters.iter().find(|kept| kept.charter == *charter));
            found.map(|kept| (&kept.charter, kept.sha256.clone()))
        });
        let context = Context {
            now: ctx.now,
            today: today_in_china(ctx.now),
            by: &by,
            transaction: ActId::new(ctx.transaction.as_str()).ok_or_else(unreadable)?,
            version: ctx.version,
            charter: in_force,
            involved: &involved,
            lacking_fen,
        };
        match plan(id, before.as_ref(), act, &context).map_err(|refusal| refused(&refusal))? {
            Planned::OnRecord => before.ok_or_else(unreadable),
            Planned::New(event) => {
                self.check_case(tx, scope, before.as_ref(), act).await?;
                self.write_act(tx, scope, before, &event, ctx).await
            }
        }
    }

    pub(super) async fn write_act(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        before: Option<Meeting>,
        event: &Event,
        ctx: &CaseContext<'_>,
    ) -> Result<Meeting> {
        let meeting = match before {
            None => Meeting::replay(std::slice::from_ref(event)).map_err(|_| unreadable())?,
            Some(mut meeting) => {
                meeting.apply(event).map_err(|_| unreadable())?;
                meeting
            }
        };
        if let Act::Approve { line } = &event.act {
            self.approve_on_case(tx, scope, &meeting, line, ctx).await?;
            self.write_resolution(tx, scope, &meeting, line, ctx.now).await?;
        }
        let opening = open_for(tx, OwnWork::Meetings).await?;
        write_rows(tx, &meeting).await?;
        self.append_act(tx, event).await?;
        opening.close(tx).await?;
        let fields = format!("version {}", meeting.version);
        let (account_id, object) = (scope.account_id().as_str(), Object::new("meeting", meeting.id.as_str()));
        let (region, act) = (Some(&meeting.region), Audited::MeetingActed);
        append(self, tx, ctx.now, Entry { account_id, act, object, region, fields: &fields, reason: None }).await?;
        Ok(meeting)
    }

    /// The approval on the case, with every guard of casework.
    async fn approve_on_case(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        meeting: &Meeting,
        line: &LineId,
        ctx: &CaseContext<'_>,
    ) -> Result<()> {
        let record = meeting.line(line).ok_or_else(StoreError::not_found)?;
        let case_id = shukun_casework::CaseId::new(record.line.case.as_str()).ok_or_else(unreadable)?;
        let command = Command::RecordApproval(approval(meeting, record, ctx.now)?);
        scope.require_second_factor(command.permission())?;
        let transaction = TransactionId::new(record.line.id.as_str()).ok_or_else(unreadable)?;
        let version = self.held_version(tx, &case_id).await?;
        let ctx = CaseContext { transaction, version, ..ctx.clone() };
        let actor = self.person(scope).await?;
        // A case that waits for the meeting is in nobody's hands: whoever brings the line into effect takes it by that.
        let is_in_hands = self.load_case(tx, &case_id).await?.assignee.is_some();
        let taking =
            ActorId::new(scope.account_id().as_str()).filter(|_| !is_in_hands).map(|to| Command::Assign { to });
        let commands: Vec<Command> = taking.into_iter().chain([command]).collect();
        self.act_within(tx, scope, &actor, &case_id, &commands, &ctx).await.map(|_| ())
    }

    /// What is proposed, and what takes effect, is what the case says at that moment.
    pub(super) async fn check_case(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        meeting: Option<&Meeting>,
        act: &Act,
    ) -> Result<()> {
        let Some(meeting) = meeting else { return Ok(()) };
        let line = match act {
            Act::Propose(line) => Some(&**line),
            Act::Approve { line } => meeting.line(line).map(|record| &record.line),
            _ => None,
        };
        let Some(line) = line else { return Ok(()) };
        let place = Some(&line.place);
        if !scope.allows(Permission::ViewCases, place) {
            return Err(StoreError::not_found());
        }
        let case_id = shukun_casework::CaseId::new(line.case.as_str()).ok_or_else(unreadable)?;
        self.held_version(tx, &case_id).await?;
        check_line(&self.load_case(tx, &case_id).await?, line, meeting.kind)
    }

    /// Who had a hand in the case, where an objection is looked into.
    async fn involved(
        &self,
        tx: &DatabaseTransaction,
        meeting: Option<&Meeting>,
        act: &Act,
    ) -> Result<BTreeSet<ActorId>> {
        let (Some(meeting), Act::Reverify { objection, .. }) = (meeting, act) else { return Ok(BTreeSet::new()) };
        let Some((record, _)) = meeting.objection(objection) else { return Ok(BTreeSet::new()) };
        let case_id = shukun_casework::CaseId::new(record.line.case.as_str()).ok_or_else(unreadable)?;
        Ok(self.load_case(tx, &case_id).await?.involved)
    }

    /// The meeting that a record gives, where there is one.
    pub(in crate::fund) async fn load_meeting(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        id: &MeetingId,
    ) -> Result<Option<Meeting>> {
        let mut events: Vec<Event> = Vec::new();
        for row in all(on, ACTS, values![id.as_str()]).await? {
            let row_id = row_id(id, row.get("sequence")?);
            let cell: Vec<u8> = row.get("act")?;
            let text = self.keys.open_cell(&self.db, place(&row_id), &cell).await?;
            events.push(serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?);
        }
        if events.is_empty() {
            return Ok(None);
        }
        Meeting::replay(&events).map(Some).map_err(|_| unreadable())
    }

    async fn append_act(&self, tx: &DatabaseTransaction, event: &Event) -> Result<()> {
        let (id, sequence) = (&event.meeting, i64::from(event.sequence));
        let text = serde_json::to_vec(event).map_err(|_| unreadable())?;
        let row_id = row_id(id, sequence);
        let sealed = self.keys.seal(&self.chance, place(&row_id), &text)?;
        execute(tx, APPEND, values![id.as_str(), sequence, millis(event.at), sealed]).await?;
        Ok(())
    }
}

fn row_id(id: &MeetingId, sequence: i64) -> String {
    format!("{id}/{sequence}")
}

fn place(row: &str) -> Place<'_> {
    Place { table: "meeting_acts", column: "act", row }
}

fn region_of(meeting: Option<&Meeting>, act: &Act) -> Option<RegionCode> {
    match (meeting, act) {
        (Some(meeting), _) => Some(meeting.region.clone()),
        (None, Act::Call(call)) => Some(call.region.clone()),
        _ => None,
    }
}

/// Whoever acts holds the permission where the act lies: at the meeting's region, or where the line's household lives.
fn require(scope: &Scope, meeting: Option<&Meeting>, act: &Act) -> Result<()> {
    let Some(meeting) = meeting else {
        let Act::Call(call) = act else { return Err(StoreError::not_found()) };
        return scope.require(preparing(call.kind), Some(&call.region));
    };
    let here = Some(&meeting.region);
    let sees_a_line = |record: &LineRecord| scope.allows(Permission::ViewCases, Some(&record.line.place));
    if !scope.allows(Permission::ViewFund, here) && !meeting.lines.iter().any(sees_a_line) {
        return Err(StoreError::not_found());
    }
    let at = |line: &LineId| place_of(meeting, line);
    match act {
        Act::Post { line, .. } | Act::TakeDown { line, .. } | Act::ShowOnline { line, .. } => {
            scope.require(Permission::PostNotice, Some(at(line)?))
        }
        Act::Object { line, .. } => scope.require(Permission::RecordComplaint, Some(at(line)?)),
        Act::Reverify { objection, .. } | Act::PostResult { objection, .. } => {
            let (record, _) = meeting.objection(objection).ok_or_else(StoreError::not_found)?;
            let is_answer = matches!(act, Act::Reverify { .. });
            let needed = if is_answer { Permission::AnswerComplaint } else { Permission::PostNotice };
            scope.require(needed, Some(&record.line.place))
        }
        Act::Answer { .. } | Act::Approve { .. } => scope.require(approving(meeting.kind), here),
        Act::Vote { member, .. } | Act::Declare { member, .. } => scope.require(of_seat(meeting, member, scope), here),
        Act::Sign { signing: Signing::Chair, .. } => scope.require(Permission::Vote, here),
        _ => scope.require(preparing(meeting.kind), here),
    }
}

/// A member acts in person; for one without an account the secretary writes it down.
fn of_seat(meeting: &Meeting, member: &MemberId, scope: &Scope) -> Permission {
    let account = meeting.member(member).and_then(|seat| seat.account.as_ref());
    let is_own = account.is_some_and(|account| account.as_str() == scope.account_id().as_str());
    if is_own { Permission::Vote } else { Permission::RunMeeting }
}

async fn write_rows(tx: &DatabaseTransaction, meeting: &Meeting) -> Result<()> {
    let live = i64::try_from(meeting.live_lines().count()).unwrap_or(i64::MAX);
    let is_waiting = |record: &&LineRecord| !record.state.is_final();
    let waiting = i64::try_from(meeting.lines.iter().filter(is_waiting).count()).unwrap_or(i64::MAX);
    let values = values![
        meeting.id.as_str(),
        meeting.region.as_str(),
        meeting.kind.key(),
        meeting.held_on.to_string(),
        meeting.state.key(),
        i64::from(meeting.version),
        live,
        meeting.total_fen().0,
        waiting,
        millis(meeting.last_at)
    ];
    execute(tx, WRITE, values).await?;
    for record in meeting.lines.iter().filter(|record| has_notice(record)) {
        write_notice(tx, meeting, record).await?;
    }
    Ok(())
}

/// A line that passed is to hang somewhere; one that was voted down or taken off before never did.
fn has_notice(record: &LineRecord) -> bool {
    record.notice.is_some() || record.state == LineState::Passed || !record.objections.is_empty()
}

async fn write_notice(tx: &DatabaseTransaction, meeting: &Meeting, record: &LineRecord) -> Result<()> {
    let (line, run) = (&record.line, record.notice.as_ref());
    let open = record.objections.iter().filter(|objection| objection.result_posted.is_none()).count();
    let taken_down = run.and_then(|run| run.taken_down.as_ref());
    let values = values![
        line.id.as_str(),
        meeting.id.as_str(),
        line.place.as_str(),
        line.case.as_str(),
        line.programme.as_str(),
        line.amount_fen.0,
        record.state.key(),
        run.map(|run| run.from.to_string()),
        run.map(|run| run.until.to_string()),
        taken_down.map(|(day, _)| day.to_string()),
        run.and_then(|run| run.online_until).map(|day| day.to_string()),
        i64::try_from(open).unwrap_or(i64::MAX)
    ];
    execute(tx, NOTICE, values).await?;
    Ok(())
}
