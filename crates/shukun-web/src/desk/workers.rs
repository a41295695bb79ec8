//! To whom a case can be given: the workers of a town's villages, and colleagues who work there.

use std::collections::BTreeSet;

use shukun_base::RegionCode;
use shukun_casework::authority::{Permission, Role, RoleKind};
use shukun_store::{Scope, StoreError, Worker};

use super::Desk;

impl Desk {
    /// The workers of the villages in a town, by village.
    ///
    /// # Errors
    /// The store's own.
    pub async fn village_workers(&self, scope: &Scope, town: &RegionCode) -> Result<Vec<Worker>, StoreError> {
        let mut workers = self.store().list_workers_within(scope, Permission::Verify, town).await?;
        workers.retain(|worker| worker.role == Role::Village);
        Ok(workers)
    }

    /// Everybody who works on cases in the whole of a place or at some place in it, each once for every grant.
    ///
    /// # Errors
    /// The store's own.
    pub async fn colleagues(&self, scope: &Scope, place: &RegionCode) -> Result<Vec<Worker>, StoreError> {
        let mut workers = self.store().list_workers(scope, Permission::ViewCases, place).await?;
        workers.extend(self.store().list_workers_within(scope, Permission::ViewCases, place).await?);
        let mut seen = BTreeSet::new();
        workers.retain(|worker| {
            let grant = (worker.account_id.clone(), worker.role.key(), worker.region.clone());
            worker.role.kind() == RoleKind::Business && seen.insert(grant)
        });
        Ok(workers)
    }
}
