//! What forms of a case choose from: towns, the villages with their workers, colleagues. Asked only where a form needs it.

use shukun_casework::ActorId;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Status};
use shukun_store::{Region, Worker};

use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::pages::cases::bulk::worker_choices;
use crate::ui::field::Group;
use crate::visit::Visit;

/// The choices of one case's forms.
#[derive(Default)]
pub struct Around {
    /// Towns to which it can be dispatched, and places to which it can be transferred.
    pub towns: Vec<Region>,
    /// Places of the reader's area, for a move.
    pub places: Vec<Region>,
    /// Workers of the town's villages.
    pub workers: Vec<Worker>,
    /// Villages of the town.
    pub villages: Vec<Region>,
    /// Colleagues, as id and name.
    pub colleagues: Vec<(String, String)>,
    names: Places,
}

impl Around {
    /// What this reader's forms on this case need.
    pub async fn load(desk: &Desk, visit: &Visit, case: &Case) -> Result<Around, PageError> {
        let scope = visit.scope()?;
        let may = |permission| scope.allows(permission, Some(&case.region));
        let mut around = Around::default();
        if case.status == Status::Screened && may(Permission::DispatchToTownship) {
            around.towns = desk.choosable_places(scope, Permission::DispatchToTownship, &[9]).await?;
        }
        if let Some(dispatch) = case.dispatch.as_ref().filter(|_| case.status == Status::Dispatched)
            && may(Permission::DispatchToVillage)
        {
            around.workers = desk.village_workers(scope, &dispatch.township).await?;
            let mut villages = desk.choosable_places(scope, Permission::DispatchToVillage, &[12]).await?;
            villages.retain(|village| dispatch.township.contains(&village.code));
            around.villages = villages;
        }
        if case.status != Status::Closed && may(Permission::Transfer) {
            around.places = desk.choosable_places(scope, Permission::Transfer, &[9, 12]).await?;
        }
        if case.status != Status::Closed && may(Permission::Assign) {
            let workers = desk.colleagues(scope, &case.region).await?;
            let names = desk.place_names(workers.iter().map(|worker| &worker.region)).await?;
            around.colleagues = worker_choices(&workers, &names, scope);
        }
        around.names = desk.place_names(around.workers.iter().map(|worker| &worker.region)).await?;
        Ok(around)
    }

    /// Villages that have a worker, each with its workers; the value is `village/account`.
    pub fn village_groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for worker in &self.workers {
            let village = self.names.own_name(&worker.region);
            let choice = (format!("{}/{}", worker.region, worker.account_id), worker.display_name.clone());
            match groups.iter_mut().find(|(name, _)| *name == village) {
                Some((_, choices)) => choices.push(choice),
                None => groups.push((village, vec![choice])),
            }
        }
        groups
    }

    /// The only worker of a village; `None` where there is none or are several.
    pub fn only_worker(&self, village: &str) -> Option<ActorId> {
        let mut of_village = self.workers.iter().filter(|worker| worker.region.as_str() == village);
        let first = of_village.next()?;
        of_village
            .all(|other| other.account_id == first.account_id)
            .then(|| ActorId::new(first.account_id.as_str()))
            .flatten()
    }

    /// Whether this account works in the village.
    pub fn works_in(&self, village: &str, account: &str) -> bool {
        let is_it = |worker: &Worker| worker.region.as_str() == village && worker.account_id.as_str() == account;
        self.workers.iter().any(is_it)
    }
}
