//! Acting on cases: a command is planned on the case as it is inside the writing transaction, and what the plan gives is
//! appended, with the row for lists and a line in the audit trail.

use std::collections::BTreeSet;

use sea_orm::DatabaseTransaction;
use shukun_base::{HouseholdId, RegionCode};
use shukun_casework::authority::Permission;
use shukun_casework::case::{
    Action, Actor, Case, Command, Context, Opening, Refusal, RefusalKind, Status, plan_all, plan_merge, plan_open,
    plan_split,
};
use shukun_casework::timers::Watch;
use shukun_casework::{ActorId, AlertId, CaseId, Note, RunId};

use super::clock;
use super::row::{place, row_id, unreadable, write};
use crate::accounts::read_region;
use crate::alerts::follow_case;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::{OwnWork, open_for};

statements! {
    // Reads the row and holds it until the end: two acts on one case come one after the other.
    HOLD = "UPDATE cases SET version = version WHERE case_id = $1 RETURNING region, version";
    APPEND = "INSERT INTO case_actions (case_id, sequence, at, action) VALUES ($1, $2, $3, $4)";
    OWN = "SELECT household_id FROM own_households WHERE account_id = $1";
    DECLARE = "INSERT INTO own_households (account_id, household_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}

impl Store {
    /// Does the commands of one act on a case, all or none, for whoever asks. Sent twice under one transaction id it is
    /// done once, and the case as it is now comes back both times.
    ///
    /// # Errors
    /// `store-not-found` outside the area, `store-step-up` where a command needs the second factor, the code of casework
    /// (`C101` = stale, …) where a guard refuses.
    pub async fn act_on_case(
        &self,
        scope: &Scope,
        case_id: &CaseId,
        commands: &[Command],
        ctx: &Context<'_>,
    ) -> Result<Case> {
        for command in commands {
            scope.require_second_factor(command.permission())?;
        }
        let actor = self.person(scope).await?;
        self.act(scope, &actor, case_id, commands, ctx).await
    }

    /// Whether the commands of an act would be taken on a case as it was read, for a preview; nothing is written.
    ///
    /// # Errors
    /// As [`Store::act_on_case`].
    pub async fn try_act(&self, scope: &Scope, case: &Case, commands: &[Command], ctx: &Context<'_>) -> Result<()> {
        for command in commands {
            scope.require_second_factor(command.permission())?;
        }
        let actor = self.person(scope).await?;
        plan_all(case, &actor, commands, ctx).map(|_| ()).map_err(refused)
    }

    /// [`Store::act_on_case`] by a run of the program that the caller may start there.
    pub async fn act_in_run(
        &self,
        scope: &Scope,
        run: &RunId,
        case_id: &CaseId,
        commands: &[Command],
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let row = self.case_row(scope, case_id).await?;
        scope.require(Permission::RunScreening, Some(&row.region))?;
        self.act(scope, &Actor::Program(run.clone()), case_id, commands, ctx).await
    }

    /// Opens a case that somebody found by hand.
    ///
    /// # Errors
    /// `store-case-open` where the household has an open case: it goes on there.
    pub async fn open_case(&self, scope: &Scope, opening: &Opening, ctx: &Context<'_>) -> Result<Case> {
        let actor = self.person(scope).await?;
        self.open_as(scope, &actor, opening, ctx).await
    }

    /// Opens a case for an alert, by a run of the program that the caller may start there.
    ///
    /// # Errors
    /// `store-case-open` where the household has an open case: the alert is linked to it.
    pub async fn open_in_run(&self, scope: &Scope, run: &RunId, opening: &Opening, ctx: &Context<'_>) -> Result<Case> {
        scope.require(Permission::RunScreening, Some(&opening.region))?;
        self.open_as(scope, &Actor::Program(run.clone()), opening, ctx).await
    }

    /// Merges `duplicate` into `keep`; `ctx.version` is that of `keep`.
    pub async fn merge_cases(
        &self,
        scope: &Scope,
        keep: &CaseId,
        duplicate: (&CaseId, u32),
        why: &Note,
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let actor = self.person(scope).await?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            // Always in the same order, so that two mergers do not wait for each other.
            let (first, second) = if keep < duplicate.0 { (keep, duplicate.0) } else { (duplicate.0, keep) };
            self.hold(&tx, scope, first).await?;
            self.hold(&tx, scope, second).await?;
            let (kept, ended) = (self.load_case(&tx, keep).await?, self.load_case(&tx, duplicate.0).await?);
            let (on_kept, on_ended) = plan_merge(&kept, &ended, duplicate.1, why, &actor, ctx).map_err(refused)?;
            // The one that ends first: the household may have one open case only.
            self.write_down(&tx, scope, Some(ended), &on_ended, ctx).await?;
            let case = self.write_down(&tx, scope, Some(kept), &on_kept, ctx).await?;
            tx.commit().await?;
            Ok(case)
        })
        .await
    }

    /// Takes alerts out of a case into a new one for another household; the case they were taken out of comes back.
    pub async fn split_case(
        &self,
        scope: &Scope,
        case_id: &CaseId,
        alerts: &[AlertId],
        new: (CaseId, HouseholdId, RegionCode),
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let actor = self.person(scope).await?;
        let split = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                self.hold(&tx, scope, case_id).await?;
                let case = self.load_case(&tx, case_id).await?;
                let (actions, of_new) = plan_split(&case, alerts, new.clone(), &actor, ctx).map_err(refused)?;
                let after = self.write_down(&tx, scope, Some(case), &actions, ctx).await?;
                if !of_new.is_empty() {
                    // The other household may live elsewhere.
                    let opening = open_for(&tx, OwnWork::Leaving).await?;
                    self.write_down(&tx, scope, None, &of_new, ctx).await?;
                    opening.close(&tx).await?;
                }
                tx.commit().await?;
                Ok(after)
            })
            .await;
        split.map_err(|error| if error.is_duplicate() { open_already() } else { error })
    }

    /// Shows a case to somebody: what it adds up to, after who looked was written down.
    pub async fn view_case(&self, scope: &Scope, case_id: &CaseId, now: Moment) -> Result<Case> {
        let case = self.case(scope, case_id).await?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let (account_id, object) = (scope.account_id().as_str(), Object::new("case", case_id.as_str()));
            let entry = Entry {
                account_id,
                act: Act::CaseViewed,
                object,
                region: Some(&case.region),
                fields: "",
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(case)
    }

    /// Writes down that a household is the caller's own or a relative's: casework then refuses the caller everything there.
    pub async fn declare_own_household(&self, scope: &Scope, household_id: HouseholdId, now: Moment) -> Result<()> {
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            execute(&tx, DECLARE, values![account_id, household_id.to_string()]).await?;
            let object = Object::new("household", household_id.to_string());
            let entry = Entry { account_id, act: Act::OwnHousehold, object, region: None, fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Whoever asks, as casework knows an actor. The guards of casework see grants and not the ceiling over them: who may
    /// change nothing ends here.
    pub(crate) async fn person(&self, scope: &Scope) -> Result<Actor> {
        scope.require_writing()?;
        let account_id = scope.account_id().as_str();
        let id = ActorId::new(account_id).ok_or_else(unreadable)?;
        let mut own_households = BTreeSet::new();
        for row in all(&self.mine(scope), OWN, values![account_id]).await? {
            own_households.insert(HouseholdId(row.get::<String>("household_id")?.parse().map_err(|_| unreadable())?));
        }
        Ok(Actor::Person { id, grants: scope.grants().to_vec(), own_households })
    }

    async fn open_as(&self, scope: &Scope, actor: &Actor, opening: &Opening, ctx: &Context<'_>) -> Result<Case> {
        let opened = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let case = self.open_within(&tx, scope, actor, opening, ctx).await?;
                tx.commit().await?;
                Ok(case)
            })
            .await;
        opened.map_err(|error| if error.is_duplicate() { open_already() } else { error })
    }

    /// Opens a case inside a transaction; sent again it is the case as it is now.
    pub(crate) async fn open_within(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        actor: &Actor,
        opening: &Opening,
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let known = self.load_actions(tx, &opening.case).await?;
        if known.first().is_some_and(|first| first.transaction == ctx.transaction) {
            self.hold(tx, scope, &opening.case).await?;
            return Case::replay(&known).map_err(|_| unreadable());
        }
        let actions = plan_open(actor, opening, ctx).map_err(refused)?;
        self.write_down(tx, scope, None, &actions, ctx).await
    }

    /// A case of the caller's area, held until the transaction ends.
    pub(crate) async fn held_case(&self, tx: &DatabaseTransaction, scope: &Scope, case_id: &CaseId) -> Result<Case> {
        self.hold(tx, scope, case_id).await?;
        self.load_case(tx, case_id).await
    }

    /// The version of a case, which is held from here on.
    pub(crate) async fn held_version(&self, tx: &DatabaseTransaction, case_id: &CaseId) -> Result<u32> {
        let row = find(tx, HOLD, values![case_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        u32::try_from(row.get::<i64>("version")?).map_err(|_| unreadable())
    }

    /// Does the commands of one act inside a transaction.
    pub(crate) async fn act_within(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        actor: &Actor,
        case_id: &CaseId,
        commands: &[Command],
        ctx: &Context<'_>,
    ) -> Result<Case> {
        self.hold(tx, scope, case_id).await?;
        let case = self.load_case(tx, case_id).await?;
        let actions = plan_all(&case, actor, commands, ctx).map_err(refused)?;
        self.write_down(tx, scope, Some(case), &actions, ctx).await
    }

    async fn act(
        &self,
        scope: &Scope,
        actor: &Actor,
        case_id: &CaseId,
        commands: &[Command],
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let acted = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let after = self.act_within(&tx, scope, actor, case_id, commands, ctx).await?;
                tx.commit().await?;
                Ok(after)
            })
            .await;
        acted.map_err(|error| if error.is_duplicate() { open_already() } else { error })
    }

    /// Holds a case of the caller's area until the transaction ends.
    async fn hold(&self, tx: &DatabaseTransaction, scope: &Scope, case_id: &CaseId) -> Result<()> {
        let row = find(tx, HOLD, values![case_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let region = read_region(&row)?;
        if scope.allows(Permission::ViewCases, Some(&region)) { Ok(()) } else { Err(StoreError::not_found()) }
    }

    /// The case inside a transaction.
    pub(crate) async fn load_case(&self, tx: &DatabaseTransaction, case_id: &CaseId) -> Result<Case> {
        Case::replay(&self.load_actions(tx, case_id).await?).map_err(|_| unreadable())
    }

    /// Appends actions to a case (`None` = they open it), and what follows from them.
    async fn write_down(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        before: Option<Case>,
        actions: &[Action],
        ctx: &Context<'_>,
    ) -> Result<Case> {
        let known = before.as_ref().map(|case| (case.status, case.detections.len()));
        let region = before.as_ref().map(|case| case.region.clone());
        let case = match before {
            Some(case) if actions.is_empty() => return Ok(case),
            Some(mut case) => {
                actions.iter().try_for_each(|action| case.apply(action)).map_err(|_| unreadable())?;
                case
            }
            None => Case::replay(actions).map_err(|_| unreadable())?,
        };
        // Whoever takes a case elsewhere writes a row that is no longer theirs to read.
        let leaves = region.is_some_and(|region| region != case.region);
        let opening = if leaves { Some(open_for(tx, OwnWork::Leaving).await?) } else { None };
        // The row first: the second wall shows what goes with a case to whoever sees its row.
        write(tx, &case).await?;
        for action in actions {
            self.append_action(tx, action).await?;
        }
        let (calendar, settings, now) = (ctx.calendar, ctx.settings, ctx.now);
        clock::write(tx, &case, Watch { calendar, settings, now }).await?;
        let is_closed = |status| status == Status::Closed;
        let moves_alerts = known.is_none_or(|(status, alerts)| {
            alerts != case.detections.len() || !is_closed(status) && is_closed(case.status)
        });
        if moves_alerts {
            follow_case(self, tx, &case).await?;
        }
        let fields = format!("version {}", case.version);
        let (account_id, object) = (scope.account_id().as_str(), Object::new("case", case.id.as_str()));
        let region = Some(&case.region);
        append(self, tx, now, Entry { account_id, act: Act::CaseActed, object, region, fields: &fields, reason: None })
            .await?;
        if let Some(opening) = opening {
            opening.close(tx).await?;
        }
        Ok(case)
    }

    async fn append_action(&self, tx: &DatabaseTransaction, action: &Action) -> Result<()> {
        let (case, sequence) = (action.case.as_str(), i64::from(action.sequence));
        let text = serde_json::to_vec(action).map_err(|_| unreadable())?;
        let row_id = row_id(case, sequence);
        let sealed = self.keys.seal(&self.chance, place(&row_id), &text)?;
        execute(tx, APPEND, values![case, sequence, millis(action.at), sealed]).await?;
        Ok(())
    }
}

/// A refusal of casework under its own code.
fn refused(refusal: Refusal) -> StoreError {
    let kind = match refusal.code.kind() {
        RefusalKind::Stale => ErrorKind::Stale,
        RefusalKind::Forbidden => ErrorKind::Forbidden,
        RefusalKind::State | RefusalKind::Evidence => ErrorKind::Refused,
    };
    let text = refusal.text();
    StoreError::new(kind, refusal.code.key(), text.zh, text.en)
}

fn open_already() -> StoreError {
    StoreError::new(
        ErrorKind::Stale,
        "store-case-open",
        "这户已有未销号的案件：请在那个案件里办理。",
        "The household has an open case already: go on there.",
    )
}
