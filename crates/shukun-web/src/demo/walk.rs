//! A case on its road: one act after another, each by whoever does it in the office, with the papers it needs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shukun_base::RegionCode;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::{ActorId, CaseId, Document, DocumentKind, TransactionId};
use shukun_store::{Scope, Store};

use super::command::{command, papers_of};
use super::council::Sitting;
use super::papers::specimen;
use super::road::{Road, What};
use super::staff::Staff;
use super::{Burdened, refused};
use crate::desk::Numbers;
use crate::start::StartError;

/// A case and where it goes.
pub struct Walk<'a> {
    /// Whose case.
    pub one: &'a Burdened,
    /// Its id.
    pub case_id: CaseId,
    /// Where it is.
    pub region: RegionCode,
    /// Which of the demo's cases.
    pub number: usize,
    /// What is done with it.
    pub road: Road,
}

/// The office at one moment.
pub struct Step<'a> {
    /// Where it is written.
    pub store: &'a Store,
    /// Working days and times.
    pub numbers: &'a Numbers,
    /// Who acts.
    pub staff: &'a Staff,
    /// The moment.
    pub at: Timestamp,
}

/// An act that is about to be done: the case as it stands, and the papers of the act.
pub struct Scene<'a> {
    /// Whose case.
    pub one: &'a Burdened,
    /// Where it is.
    pub region: &'a RegionCode,
    /// Which of the demo's cases.
    pub number: usize,
    /// As it stands.
    pub case: &'a Case,
    /// Who works there.
    pub staff: &'a Staff,
    /// The moment.
    pub at: Timestamp,
    /// What was handed in for this act.
    pub papers: &'a BTreeMap<DocumentKind, Document>,
}

impl Scene<'_> {
    /// A paper of the act.
    pub fn paper(&self, kind: DocumentKind) -> Result<Document, StartError> {
        self.papers.get(&kind).cloned().ok_or_else(refused)
    }
}

impl Walk<'_> {
    /// Whether this joint meeting decides it.
    pub fn waits_for(&self, sitting: Sitting) -> bool {
        self.road.iter().any(|stop| stop.what == What::Meeting(sitting))
    }

    /// One act; who acts takes the case where nobody has it. A case that a later screening wants determined again waits
    /// for somebody at the keyboard.
    pub async fn go(&self, step: &Step<'_>, index: usize) -> Result<(), StartError> {
        let stop = self.road.get(index).ok_or_else(refused)?;
        if matches!(stop.what, What::Meeting(_)) {
            return Ok(());
        }
        let scope = step.staff.scope_at(stop.who, &self.region)?;
        let case = step.store.case(scope, &self.case_id).await?;
        if case.recalculation.is_some() {
            return Ok(());
        }
        let mut papers = BTreeMap::new();
        for kind in papers_of(stop.what) {
            papers.insert(*kind, self.add(step, scope, *kind).await?);
        }
        let Walk { one, region, number, .. } = self;
        let scene =
            Scene { one, region, number: *number, case: &case, staff: step.staff, at: step.at, papers: &papers };
        let mut commands = Vec::new();
        if case.assignee.is_none() && case.status != Status::Closed {
            let me = ActorId::new(scope.account_id().as_str()).ok_or_else(refused)?;
            commands.push(Command::Assign { to: me });
        }
        commands.push(command(stop.what, &scene)?);
        let transaction = TransactionId::new(&format!("demo-act-{}-{index}", self.number)).ok_or_else(refused)?;
        let ctx = step.numbers.context(step.at, transaction, case.version);
        step.store.act_on_case(scope, &self.case_id, &commands, &ctx).await?;
        Ok(())
    }

    async fn add(&self, step: &Step<'_>, scope: &Scope, kind: DocumentKind) -> Result<Document, StartError> {
        let bytes = specimen(kind, self.number);
        Ok(step.store.add_document(scope, &self.case_id, kind, &bytes, step.at).await?)
    }
}
