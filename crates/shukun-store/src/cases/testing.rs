//! A county with a case, for the tests of what belongs to cases.

use sea_orm::DatabaseTransaction;
use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Role;
use shukun_casework::calendar::Calendar;
use shukun_casework::case::{Case, Context, Detection, Discovery, Opening};
use shukun_casework::timers::{Settings, Watch};
use shukun_casework::{AlertId, CaseId, ContentHash, RunId, TransactionId};

use crate::testing::{at, grant, new_account, region, scopes};
use crate::{Scope, Store};

pub(crate) const TOWNS: [&str; 3] = ["330381001", "330381002", "330381003"];
pub(crate) const VILLAGES: [&str; 4] = ["330381001001", "330381001002", "330381002001", "330381003001"];

/// `hsa`, `ca`, a second `ca`, a township, a village, the neighbour township, an auditor, an administrator.
pub(crate) async fn county(store: &Store) -> Vec<Scope> {
    let accounts = [
        new_account("hsa", &[grant(Role::Insurance, "330381")]),
        new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
        new_account("ca2", &[grant(Role::CivilAffairs, "330381")]),
        new_account("ts", &[grant(Role::Township, TOWNS[0])]),
        new_account("vw", &[grant(Role::Village, VILLAGES[0])]),
        new_account("ts2", &[grant(Role::Township, TOWNS[1])]),
        new_account("au", &[grant(Role::Auditor, "330381")]),
        new_account("system", &[grant(Role::SystemAdmin, "330381")]),
    ];
    scopes(store, &accounts).await
}

pub(crate) fn case_id(number: u64) -> CaseId {
    CaseId::new(&format!("case-{number:04}")).unwrap()
}

pub(crate) fn detection(number: u64, colour: Colour) -> Detection {
    Detection {
        alert: AlertId::new(&format!("alert-{number}")).unwrap(),
        person: PersonId(number),
        year: 2026,
        rule: "三色预警".to_owned(),
        pack: "cn-33 1".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
        burden_fen: Fen::yuan(50_000 + i64::try_from(number).unwrap() % 7),
        colour,
    }
}

pub(crate) fn opening(number: u64, place: &str, colour: Colour) -> Opening {
    Opening {
        case: case_id(number),
        household: HouseholdId(number),
        region: region(place),
        discovery: Discovery::Alert(detection(number, colour)),
    }
}

/// The moment's surroundings of an act.
pub(crate) struct Desk {
    pub calendar: Calendar,
    pub settings: Settings,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { calendar: Calendar::china(), settings: Settings::defaults() }
    }

    pub fn context(&self, transaction: &str, version: u32, minutes: i64) -> Context<'_> {
        let transaction = TransactionId::new(transaction).unwrap();
        let (calendar, settings) = (&self.calendar, &self.settings);
        Context { now: at(minutes), transaction, version, calendar, settings, sample_seed: 1 }
    }
}

pub(crate) fn run() -> RunId {
    RunId::new("run-1").unwrap()
}

/// A case in the first village, just opened by a run.
pub(crate) async fn opened(store: &Store, hsa: &Scope, number: u64) -> CaseId {
    let desk = Desk::new();
    let ctx = desk.context(&format!("open-{number}"), 0, 1);
    store.open_in_run(hsa, &run(), &opening(number, VILLAGES[0], Colour::Orange), &ctx).await.unwrap().id
}

/// A case as if its actions had led there, for what is counted of rows.
pub(crate) async fn write_row(tx: &DatabaseTransaction, case: &Case, watch: Watch<'_>) {
    super::row::write(tx, case).await.unwrap();
    super::clock::write(tx, case, watch).await.unwrap();
}
