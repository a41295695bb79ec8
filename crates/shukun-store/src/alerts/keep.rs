//! Keeping alerts.

use sea_orm::DatabaseTransaction;
use shukun_base::{HouseholdId, PersonId, RegionCode};
use shukun_casework::alert::{Alert, AlertFault, AlertState, Placement, Sighting, SuppressReason};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Actor, Case, Command, Context, Discovery, Opening};
use shukun_casework::{AlertId, CaseId, Note, RunId};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, today_in_china};
use crate::runs::{AlertChange, note_change};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::{OwnWork, open_for};

statements! {
    // Reads the row and holds it until the end.
    HOLD = "UPDATE alerts SET status = status WHERE alert_id = $1 RETURNING alert_id, region, alert";
    HOLD_OF = "UPDATE alerts SET status = status WHERE person_id = $1 AND year = $2 RETURNING alert_id, region, alert";
    IN_CASE = "UPDATE alerts SET status = status WHERE case_id = $1 RETURNING alert_id, region, alert";
    SAVE = "INSERT INTO alerts (alert_id, person_id, household_id, region, year, status, colour, burden_fen, rule, seen_on,
            case_id, alert) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (alert_id) DO UPDATE SET household_id = excluded.household_id, region = excluded.region,
            status = excluded.status, colour = excluded.colour, burden_fen = excluded.burden_fen, rule = excluded.rule,
            seen_on = excluded.seen_on, case_id = excluded.case_id, alert = excluded.alert";
    OPEN_CASE = "SELECT case_id FROM cases WHERE household_id = $1 AND status <> 'closed'";
    OF_YEAR = "SELECT alert_id, region, alert FROM alerts WHERE person_id = $1 AND year = $2";
    ONE = "SELECT alert_id, region, alert FROM alerts WHERE alert_id = $1";
}

/// What a run found about one person's year.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Whose.
    pub person: PersonId,
    /// Of which household.
    pub household: HouseholdId,
    /// Where it lives; at least the county.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// What was found.
    pub sighting: Sighting,
}

impl Store {
    /// Writes down what a run found, in one transaction; the alerts as they are now, those that nothing was found for and
    /// that were not there left out. The same run twice is once. A run of many people calls it for some hundred at a time.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller may run the screening everywhere the people live; `A103` for an older run.
    pub async fn record_run(&self, scope: &Scope, run: &RunId, seen: &[Seen], now: Moment) -> Result<Vec<Alert>> {
        for one in seen {
            scope.require(Permission::RunScreening, Some(&one.region))?;
        }
        self.retry_taken(|| async {
            let tx = self.begin_own(OwnWork::Screening).await?;
            let mut alerts = Vec::new();
            for one in seen {
                alerts.extend(self.record(&tx, run, one).await?);
            }
            let fields = format!("{} of {}", alerts.len(), seen.len());
            let (object, region) = (Object::new("run", run.as_str()), seen.first().map(|one| &one.region));
            let account_id = scope.account_id().as_str();
            append(
                self,
                &tx,
                now,
                Entry { account_id, act: Act::Screened, object, region, fields: &fields, reason: None },
            )
            .await?;
            tx.commit().await?;
            Ok(alerts)
        })
        .await
    }

    async fn record(&self, tx: &DatabaseTransaction, run: &RunId, seen: &Seen) -> Result<Option<Alert>> {
        let known = find(tx, HOLD_OF, values![seen.person.to_string(), i64::from(seen.year)]).await?;
        let known = match known {
            Some(row) => Some(self.open_alert(&row).await?),
            None => None,
        };
        let alert = match known.clone() {
            Some(known) => {
                let moved = Alert { household: seen.household, region: seen.region.clone(), ..known };
                moved.seen(seen.sighting.clone()).map_err(fault)?
            }
            None if seen.sighting.colour.is_none() => return Ok(None),
            None => {
                let id = AlertId::new(&self.chance.id()?).ok_or_else(unreadable)?;
                let whose = (seen.person, seen.household, seen.region.clone());
                Alert::raise(id, whose, seen.year, seen.sighting.clone()).map_err(fault)?
            }
        };
        if let Some(change) = AlertChange::between(known.as_ref(), &alert) {
            note_change(tx, run, &alert.id, change).await?;
        }
        self.save_alert(tx, &alert).await?;
        Ok(Some(alert))
    }

    /// Takes an alert to its case in one transaction: into the household's open case, or into a new one under `new_case`.
    /// `None` = nothing was to be done. Twice is once.
    pub async fn place_alert(
        &self,
        scope: &Scope,
        run: &RunId,
        alert_id: &AlertId,
        new_case: &CaseId,
        ctx: &Context<'_>,
    ) -> Result<Option<Case>> {
        self.retry_taken(|| async {
            let tx = self.begin_own(OwnWork::Screening).await?;
            let alert = self.hold_alert(&tx, scope, Permission::RunScreening, alert_id).await?;
            let open = find(&tx, OPEN_CASE, values![alert.household.to_string()]).await?;
            let open = open.map(|row| row.get::<String>("case_id")).transpose()?.and_then(|id| CaseId::new(&id));
            let actor = Actor::Program(run.clone());
            let detection = alert.detection().ok_or_else(unreadable);
            let case = match alert.placement(open.as_ref()) {
                Placement::Leave => return Ok(None),
                Placement::Link(case) => {
                    let version = self.held_version(&tx, &case).await?;
                    let ctx = Context { version, ..ctx.clone() };
                    self.act_within(&tx, scope, &actor, &case, &[Command::LinkAlert(detection?)], &ctx).await?
                }
                Placement::Open => {
                    let (household, region) = (alert.household, alert.region.clone());
                    let discovery = Discovery::Alert(detection?);
                    let opening = Opening { case: new_case.clone(), household, region, discovery };
                    self.open_within(&tx, scope, &actor, &opening, ctx).await?
                }
            };
            self.save_alert(&tx, &alert.linked(case.id.clone()).map_err(fault)?).await?;
            tx.commit().await?;
            Ok(Some(case))
        })
        .await
    }

    /// Leaves an alert alone to a day; a run does not undo it.
    pub async fn suppress_alert(
        &self,
        scope: &Scope,
        alert_id: &AlertId,
        pause: (SuppressReason, shukun_base::Day, Note),
        now: Moment,
    ) -> Result<Alert> {
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let alert = self.hold_alert(&tx, scope, Permission::Screen, alert_id).await?;
            let (reason, until, note) = pause.clone();
            let paused = alert.suppressed(reason, until, note, today_in_china(now)).map_err(fault)?;
            self.save_alert(&tx, &paused).await?;
            let (account_id, object) = (scope.account_id().as_str(), Object::new("alert", alert_id.as_str()));
            let (fields, region) = (format!("{} {until}", reason.key()), Some(&alert.region));
            append(
                self,
                &tx,
                now,
                Entry { account_id, act: Act::AlertPaused, object, region, fields: &fields, reason: None },
            )
            .await?;
            tx.commit().await?;
            Ok(paused)
        })
        .await
    }

    /// The alert of a person's year, if there is one in the caller's area.
    pub async fn alert_of(&self, scope: &Scope, person: PersonId, year: i16) -> Result<Option<Alert>> {
        let row =
            find(&self.within(scope, Permission::ViewCases), OF_YEAR, values![person.to_string(), i64::from(year)])
                .await?;
        let Some(row) = row else { return Ok(None) };
        let alert = self.open_alert(&row).await?;
        Ok(Some(alert).filter(|alert| scope.allows(Permission::ViewCases, Some(&alert.region))))
    }

    /// An alert of the caller's area, with the history of its colour.
    pub async fn alert(&self, scope: &Scope, alert_id: &AlertId) -> Result<Alert> {
        let row = find(&self.within(scope, Permission::ViewCases), ONE, values![alert_id.as_str()])
            .await?
            .ok_or_else(StoreError::not_found)?;
        let alert = self.open_alert(&row).await?;
        let is_in = scope.allows(Permission::ViewCases, Some(&alert.region));
        if is_in { Ok(alert) } else { Err(StoreError::not_found()) }
    }

    async fn hold_alert(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        permission: Permission,
        alert_id: &AlertId,
    ) -> Result<Alert> {
        let row = find(tx, HOLD, values![alert_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let alert = self.open_alert(&row).await?;
        if !scope.allows(Permission::ViewCases, Some(&alert.region)) {
            return Err(StoreError::not_found());
        }
        scope.require(permission, Some(&alert.region))?;
        Ok(alert)
    }

    async fn open_alert(&self, row: &Row) -> Result<Alert> {
        let (alert_id, cell): (String, Vec<u8>) = (row.get("alert_id")?, row.get("alert")?);
        let text = self.keys.open_cell(&self.db, place(&alert_id), &cell).await?;
        serde_json::from_slice(text.reveal()).map_err(|_| unreadable())
    }

    pub(crate) async fn save_alert(&self, tx: &DatabaseTransaction, alert: &Alert) -> Result<()> {
        let text = serde_json::to_vec(alert).map_err(|_| unreadable())?;
        let case_id = match &alert.state {
            AlertState::Linked { case } => Some(case.as_str().to_owned()),
            _ => None,
        };
        let values = values![
            alert.id.as_str(),
            alert.person.to_string(),
            alert.household.to_string(),
            alert.region.as_str(),
            i64::from(alert.year),
            alert.state.status().key(),
            alert.colour().map(|colour| colour.key()),
            alert.last.burden_fen.0,
            alert.last.rule.as_str(),
            alert.last.on.to_string(),
            case_id,
            self.keys.seal(&self.chance, place(alert.id.as_str()), &text)?,
        ];
        execute(tx, SAVE, values).await?;
        crate::figures::keep::write_colours(tx, alert).await
    }
}

/// Alerts go with their case: cleared when it is closed, into the other one when it was merged, and into the one they
/// were taken to.
pub(crate) async fn follow_case(store: &Store, tx: &DatabaseTransaction, case: &Case) -> Result<()> {
    let opening = open_for(tx, OwnWork::Following).await?;
    follow(store, tx, case).await?;
    opening.close(tx).await
}

async fn follow(store: &Store, tx: &DatabaseTransaction, case: &Case) -> Result<()> {
    use shukun_casework::case::Status;
    if case.status == Status::Closed {
        for row in all(tx, IN_CASE, values![case.id.as_str()]).await? {
            let alert = store.open_alert(&row).await?;
            let after = match &case.merged_into {
                Some(other) => Alert { state: AlertState::Linked { case: other.clone() }, ..alert },
                None => alert.cleared_with(&case.id).map_err(fault)?,
            };
            store.save_alert(tx, &after).await?;
        }
        return Ok(());
    }
    for detection in &case.detections {
        let Some(row) = find(tx, HOLD, values![detection.alert.as_str()]).await? else { continue };
        let alert = store.open_alert(&row).await?;
        let here = AlertState::Linked { case: case.id.clone() };
        if alert.state != here {
            store.save_alert(tx, &Alert { state: here, ..alert }).await?;
        }
    }
    Ok(())
}

fn place(row: &str) -> Place<'_> {
    Place { table: "alerts", column: "alert", row }
}

fn fault(fault: AlertFault) -> StoreError {
    let text = fault.text();
    StoreError::new(ErrorKind::Refused, fault.code(), text.zh, text.en)
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一条预警读不懂。", "An alert cannot be read.")
}
