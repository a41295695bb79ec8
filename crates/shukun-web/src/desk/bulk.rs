//! One act on many cases: each case an act of its own under its own transaction id, so that one that is refused holds up
//! no other and the same order sent again does nothing twice.
//!
//! Where a case goes is told by its address: to the town it names, from there to the village and its only worker.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shukun_base::{Day, RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, DismissalReason, Dispatch, Forwarding, Return, Status};
use shukun_casework::{ActorId, CaseId, Note, TransactionId};
use shukun_store::{CaseFilter, CaseOrder, ErrorKind, Scope, StoreError, Worker};

use super::{CaseQuery, Desk, part};
use crate::words;

/// What is done to each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkAct {
    /// Gives it to a colleague.
    Assign {
        /// Whom.
        to: ActorId,
    },
    /// Back to an earlier step.
    Return(Return),
    /// T1x.
    Dismiss {
        /// Why.
        reason: DismissalReason,
        /// One line.
        why: Note,
    },
    /// To the town that its address names.
    Dispatch {
        /// What is to be done there.
        task: Note,
        /// By when.
        due_on: Day,
    },
    /// To the village that its address names, into the hands of its only worker.
    Forward,
}

impl BulkAct {
    /// What it needs.
    pub const fn permission(&self) -> Permission {
        match self {
            BulkAct::Assign { .. } => Permission::Assign,
            BulkAct::Return(_) => Permission::Return,
            BulkAct::Dismiss { .. } => Permission::Dismiss,
            BulkAct::Dispatch { .. } => Permission::DispatchToTownship,
            BulkAct::Forward => Permission::DispatchToVillage,
        }
    }
}

/// A case and the version that was read.
pub type Picked = (CaseId, u32);

/// An order: what, to which cases, under which name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkOrder {
    /// What is done.
    pub act: BulkAct,
    /// The client's name for it.
    pub token: String,
    /// To which.
    pub cases: Vec<Picked>,
}

/// A case that was left as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Which.
    pub case: CaseId,
    /// The code.
    pub code: String,
    /// Why, and how to mend it.
    pub why: Text,
}

/// What came of an order, or would come of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkOutcome {
    /// How many are done.
    pub done: u64,
    /// Those that are not.
    pub refused: Vec<Refused>,
}

/// Whether an order is tried or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written.
    Try,
    /// It is done.
    Do,
}

/// Why a case cannot be sent on, before casework is asked.
struct NoWay(&'static str, Text);

/// To whom cases can go: colleagues for an assignment, workers by village for a forwarding.
#[derive(Default)]
struct Near {
    colleagues: Vec<Worker>,
    by_village: BTreeMap<RegionCode, Vec<Worker>>,
}

impl Desk {
    /// The cases that a filter finds where the caller may do the act, as they are now.
    ///
    /// # Errors
    /// The store's own.
    pub async fn bulk_cases(
        &self,
        scope: &Scope,
        query: &CaseQuery,
        permission: Permission,
    ) -> Result<Vec<Picked>, StoreError> {
        let filter = CaseFilter { allowed: Some(permission), ..query.filter(scope.account_id()) };
        let (mut cases, mut from) = (Vec::new(), None);
        loop {
            let page = self.store().list_cases(scope, &filter, CaseOrder::Number, from.as_ref(), 1_000).await?;
            cases.extend(page.rows.into_iter().map(|row| (row.case_id, row.version)));
            from = page.next;
            if from.is_none() {
                return Ok(cases);
            }
        }
    }

    /// Tries or does an order, case by case; `step` hears how many are through.
    ///
    /// # Errors
    /// The store's own where it is not about one case: the database, the second factor.
    pub async fn bulk(
        &self,
        scope: &Scope,
        order: &BulkOrder,
        mode: Mode,
        step: impl Fn(u64),
    ) -> Result<BulkOutcome, StoreError> {
        let near = self.near(scope, &order.act).await?;
        let mut outcome = BulkOutcome::default();
        for (through, (case, version)) in order.cases.iter().enumerate() {
            match self.bulk_one(scope, order, &near, (case, *version), mode).await {
                Ok(None) => outcome.done += 1,
                Ok(Some(NoWay(code, why))) => {
                    outcome.refused.push(Refused { case: case.clone(), code: code.to_owned(), why });
                }
                Err(error) if is_of_one_case(&error) => {
                    let (code, why) = (error.code.to_owned(), error.text);
                    outcome.refused.push(Refused { case: case.clone(), code, why });
                }
                Err(error) => return Err(error),
            }
            step(u64::try_from(through + 1).unwrap_or(u64::MAX));
        }
        Ok(outcome)
    }

    async fn bulk_one(
        &self,
        scope: &Scope,
        order: &BulkOrder,
        near: &Near,
        (case_id, version): (&CaseId, u32),
        mode: Mode,
    ) -> Result<Option<NoWay>, StoreError> {
        let case = self.store().case(scope, case_id).await?;
        let transaction = transaction(&order.token, case_id);
        if mode == Mode::Do && case.transactions.contains_key(&transaction) {
            return Ok(None);
        }
        let command = match near.command(&order.act, &case) {
            Ok(command) => command,
            Err(no_way) => return Ok(Some(no_way)),
        };
        let commands: Vec<Command> = taking(&case, &command, scope).into_iter().chain([command]).collect();
        let ctx = self.numbers().context(self.now(), transaction, version);
        match mode {
            Mode::Try => self.store().try_act(scope, &case, &commands, &ctx).await?,
            Mode::Do => self.store().act_on_case(scope, case_id, &commands, &ctx).await.map(|_| ())?,
        }
        Ok(None)
    }

    async fn near(&self, scope: &Scope, act: &BulkAct) -> Result<Near, StoreError> {
        let mut near = Near::default();
        for place in scope.regions(act.permission()) {
            match act {
                BulkAct::Assign { .. } => near.colleagues.extend(self.colleagues(scope, &place).await?),
                BulkAct::Forward => {
                    for worker in self.village_workers(scope, &place).await? {
                        near.by_village.entry(worker.region.clone()).or_default().push(worker);
                    }
                }
                BulkAct::Return(_) | BulkAct::Dismiss { .. } | BulkAct::Dispatch { .. } => {}
            }
        }
        Ok(near)
    }
}

impl Near {
    fn command(&self, act: &BulkAct, case: &Case) -> Result<Command, NoWay> {
        Ok(match act {
            BulkAct::Assign { to } => {
                let works_there =
                    |worker: &Worker| worker.account_id.as_str() == to.as_str() && worker.region.contains(&case.region);
                if !self.colleagues.iter().any(works_there) {
                    return Err(NoWay("web-worker-elsewhere", words::BULK_ELSEWHERE.both(&[])));
                }
                Command::Assign { to: to.clone() }
            }
            BulkAct::Return(back) => Command::Return(back.clone()),
            BulkAct::Dismiss { reason, why } => Command::Dismiss { reason: *reason, why: why.clone() },
            BulkAct::Dispatch { task, due_on } => {
                let township = part(&case.region, 9);
                let township = township.ok_or_else(|| NoWay("web-no-town", words::BULK_NO_TOWN.both(&[])))?;
                Command::Dispatch(Dispatch { township, task: task.clone(), due_on: *due_on })
            }
            BulkAct::Forward => Command::Forward(self.forwarding(case)?),
        })
    }

    fn forwarding(&self, case: &Case) -> Result<Forwarding, NoWay> {
        let village = part(&case.region, 12);
        let village = village.ok_or_else(|| NoWay("web-no-village", words::BULK_NO_VILLAGE.both(&[])))?;
        let workers = self.by_village.get(&village).map_or(&[][..], Vec::as_slice);
        let mut accounts: Vec<&str> = workers.iter().map(|worker| worker.account_id.as_str()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        match accounts.as_slice() {
            [] => Err(NoWay("web-no-worker", words::BULK_NO_WORKER.both(&[]))),
            [only] => {
                let worker = ActorId::new(only);
                let worker = worker.ok_or_else(|| NoWay("web-no-worker", words::BULK_NO_WORKER.both(&[])))?;
                Ok(Forwarding { village, worker })
            }
            _ => Err(NoWay("web-many-workers", words::BULK_MANY_WORKERS.both(&[]))),
        }
    }
}

/// Whoever goes on with a case that is in nobody's hands takes it by that.
fn taking(case: &Case, command: &Command, scope: &Scope) -> Option<Command> {
    let needs_none = case.assignee.is_some()
        || case.status == Status::Closed
        || case.suspended.is_some()
        || matches!(command, Command::Assign { .. });
    let me = ActorId::new(scope.account_id().as_str()).filter(|_| !needs_none)?;
    Some(Command::Assign { to: me })
}

/// Of the order and the case alone, so that an order sent again names each act as before.
fn transaction(token: &str, case: &CaseId) -> TransactionId {
    let digest = Sha256::new().chain_update(token).chain_update(b"\0").chain_update(case.as_str()).finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    #[expect(clippy::expect_used, reason = "64 hexadecimal digits are an id")]
    TransactionId::new(&hex).expect("64 hexadecimal digits")
}

fn is_of_one_case(error: &StoreError) -> bool {
    matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Stale | ErrorKind::Refused)
}
