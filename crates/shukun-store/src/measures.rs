//! Measures that departments answer for (清单化管理、销号制): what a document asks for, who leads it, what was reported,
//! and that it was cleared by one person and confirmed by another.
//!
//! Words of a measure come from public documents and stand open; what officers report is sealed. A measure of a county is
//! read by everybody in it. Start at [`Store::list_measures`].

use shukun_base::{Day, Masked, RegionCode};
use shukun_casework::authority::Permission;

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::{Scope, after};
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    ADD = "INSERT INTO measures (measure_id, region, words, lead_unit, responsible_units, source, due_on, state, added_at,
            added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)";
    // Reads the row and holds it until the end.
    HOLD = "UPDATE measures SET state = state WHERE measure_id = $1 RETURNING region, state";
    LAST = "SELECT act, by_account, sequence FROM measure_acts WHERE measure_id = $1 ORDER BY sequence DESC LIMIT 1";
    SET = "UPDATE measures SET state = $2 WHERE measure_id = $1";
    REPORT = "INSERT INTO measure_acts (measure_id, sequence, act, at, by_account, note, evidence)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    ACTS = "SELECT sequence, act, at, by_account, note, evidence FROM measure_acts WHERE measure_id = $1 ORDER BY sequence";
}

/// Longest text of a field, in characters.
const LONGEST: usize = 500;
/// As many measures as one table brings.
const MOST: usize = 200;

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $key:literal $says:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $says] $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As it is stored and stands in forms.
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }

            /// The one with this key.
            pub fn find(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.key() == key)
            }
        }
    };
}

keys! {
    /// Where a measure stands. Whether it is late follows from the day: [`Measure::is_late`].
    MeasureState {
        Open "open" "Nothing was reported yet.",
        UnderWay "under_way" "Progress was reported.",
        Proposed "proposed" "The lead says that it is done; somebody else has to confirm.",
        Cleared "cleared" "Done and confirmed (销号).",
    }
}

keys! {
    /// What can be reported of a measure.
    MeasureAct {
        Progress "progress" "What was done since.",
        Propose "propose" "It is done.",
        Confirm "confirm" "Somebody else agrees that it is done.",
        Reject "reject" "Somebody else finds that it is not done.",
    }
}

impl MeasureAct {
    /// Who may: whoever works on cases reports, who supervises confirms.
    pub const fn permission(self) -> Permission {
        match self {
            MeasureAct::Progress | MeasureAct::Propose => Permission::ReportMeasures,
            MeasureAct::Confirm | MeasureAct::Reject => Permission::Supervise,
        }
    }

    /// Where it leads from a state; `None` = it cannot be done there.
    pub const fn leads(self, from: MeasureState) -> Option<MeasureState> {
        match (self, from) {
            (MeasureAct::Progress, MeasureState::Open | MeasureState::UnderWay) => Some(MeasureState::UnderWay),
            (MeasureAct::Propose, MeasureState::Open | MeasureState::UnderWay) => Some(MeasureState::Proposed),
            (MeasureAct::Confirm, MeasureState::Proposed) => Some(MeasureState::Cleared),
            (MeasureAct::Reject, MeasureState::Proposed) => Some(MeasureState::UnderWay),
            _ => None,
        }
    }
}

/// A measure as a county writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMeasure {
    /// What is to be done, in the document's words.
    pub words: String,
    /// The unit that leads it (牵头单位).
    pub lead_unit: String,
    /// The units responsible for it (责任单位).
    pub responsible_units: String,
    /// Document and article.
    pub source: String,
    /// By when.
    pub due_on: Option<Day>,
}

/// A measure on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its id.
    pub measure_id: String,
    /// Where it holds.
    pub region: RegionCode,
    /// What is to be done.
    pub measure: NewMeasure,
    /// Where it stands.
    pub state: MeasureState,
    /// When anything was last reported.
    pub reported_at: Option<Moment>,
}

impl Measure {
    /// Whether its day is over and it is not cleared.
    pub fn is_late(&self, today: Day) -> bool {
        self.state != MeasureState::Cleared && self.measure.due_on.is_some_and(|due| due < today)
    }
}

/// What somebody reports.
#[derive(Clone, Debug)]
pub struct MeasureReport {
    /// What kind of report.
    pub act: MeasureAct,
    /// In words; of families nothing.
    pub note: Masked<String>,
    /// The paper it rests on, such as the number of a notice.
    pub evidence: Option<Masked<String>>,
}

/// A report on record.
#[derive(Clone, Debug)]
pub struct Reported {
    /// What was reported.
    pub report: MeasureReport,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: AccountId,
}

impl Store {
    /// Puts measures on a county's list; all of them or none.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller supervises there; `store-measure` where one lacks words, its lead or its
    /// source, or is too long.
    pub async fn add_measures(
        &self,
        scope: &Scope,
        region: &RegionCode,
        measures: &[NewMeasure],
        now: Moment,
    ) -> Result<()> {
        scope.require(Permission::Supervise, Some(region))?;
        if measures.is_empty() || measures.len() > MOST || !measures.iter().all(is_whole) {
            return Err(not_whole());
        }
        let account_id = scope.account_id().as_str();
        let ids: Vec<String> = measures.iter().map(|_| self.chance.id()).collect::<Result<_>>()?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            for (id, measure) in ids.iter().zip(measures) {
                let due_on = measure.due_on.map(|day| day.to_string());
                let values = values![
                    id.as_str(),
                    region.as_str(),
                    measure.words.trim(),
                    measure.lead_unit.trim(),
                    measure.responsible_units.trim(),
                    measure.source.trim(),
                    due_on,
                    millis(now),
                    account_id,
                ];
                execute(&tx, ADD, values).await?;
                let (object, region) = (Object::new("measure", id), Some(region));
                let entry = Entry { account_id, act: Act::MeasureAdded, object, region, fields: "", reason: None };
                append(self, &tx, now, entry).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The measures of the caller's area and of what it lies in, those with the first day first.
    pub async fn list_measures(&self, scope: &Scope) -> Result<Vec<Measure>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        measures_query(scope, None)
            .all(&self.within(scope, Permission::ViewStatistics))
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// One measure and everything that was reported of it, in order.
    pub async fn measure(&self, scope: &Scope, measure_id: &str) -> Result<(Measure, Vec<Reported>)> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let row = measures_query(scope, Some(measure_id))
            .find(&self.within(scope, Permission::ViewStatistics))
            .await?
            .ok_or_else(StoreError::not_found)?;
        let measure = read(&row)?;
        let mut reports = Vec::new();
        for row in all(&self.within(scope, Permission::ViewStatistics), ACTS, values![measure_id]).await? {
            reports.push(self.read_report(measure_id, &row).await?);
        }
        Ok((measure, reports))
    }

    /// Reports on a measure that the caller reads.
    ///
    /// # Errors
    /// `store-measure-state` where it cannot be done now, `store-measure-own` where who proposed would confirm,
    /// `store-measure` without words.
    pub async fn report_measure(
        &self,
        scope: &Scope,
        measure_id: &str,
        report: &MeasureReport,
        now: Moment,
    ) -> Result<MeasureState> {
        let (measure, _) = self.measure(scope, measure_id).await?;
        let permission = report.act.permission();
        match permission {
            // Its own unit may lie below the county of the measure.
            Permission::ReportMeasures => scope.require_anywhere(permission)?,
            _ => scope.require(permission, Some(&measure.region))?,
        }
        if !is_line(report.note.reveal()) || !report.evidence.as_ref().is_none_or(|paper| is_line(paper.reveal())) {
            return Err(not_whole());
        }
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, HOLD, values![measure_id]).await?.ok_or_else(StoreError::not_found)?;
            let state = MeasureState::find(&row.get::<String>("state")?).ok_or_else(unreadable)?;
            let next = report.act.leads(state).ok_or_else(wrong_state)?;
            let last = find(&tx, LAST, values![measure_id]).await?;
            let sequence: i64 = last.as_ref().map_or(Ok(0), |row| row.get("sequence"))?;
            let last_by: Option<String> = last.map(|row| row.get("by_account")).transpose()?;
            if state == MeasureState::Proposed && last_by.as_deref() == Some(account_id) {
                return Err(own_measure());
            }
            let row_id = format!("{measure_id}/{}", sequence + 1);
            let seal = |column, text: &Masked<String>| {
                self.keys.seal(&self.chance, place(column, &row_id), text.reveal().as_bytes())
            };
            let evidence = report.evidence.as_ref().map(|paper| seal("evidence", paper)).transpose()?;
            let note = seal("note", &report.note)?;
            let act = report.act.key();
            let values = values![measure_id, sequence + 1, act, millis(now), account_id, note, evidence];
            execute(&tx, REPORT, values).await?;
            execute(&tx, SET, values![measure_id, next.key()]).await?;
            let (object, region) = (Object::new("measure", measure_id), Some(&measure.region));
            let entry = Entry { account_id, act: Act::MeasureReported, object, region, fields: act, reason: None };
            append(self, &tx, now, entry).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }

    async fn read_report(&self, measure_id: &str, row: &Row) -> Result<Reported> {
        let row_id = format!("{measure_id}/{}", row.get::<i64>("sequence")?);
        let note: Vec<u8> = row.get("note")?;
        let note = self.keys.open_text(&self.db, place("note", &row_id), &note).await?;
        let evidence: Option<Vec<u8>> = row.get("evidence")?;
        let evidence = match evidence {
            Some(cell) => Some(self.keys.open_text(&self.db, place("evidence", &row_id), &cell).await?),
            None => None,
        };
        let act = MeasureAct::find(&row.get::<String>("act")?).ok_or_else(unreadable)?;
        let by = AccountId::new(&row.get::<String>("by_account")?);
        Ok(Reported { report: MeasureReport { act, note, evidence }, at: moment(row.get("at")?)?, by })
    }
}

/// A measure of a county is read in its towns too.
pub(crate) fn measures_query(scope: &Scope, measure_id: Option<&str>) -> Query {
    let mut query = Query::new(
        "SELECT measures.measure_id, region, words, lead_unit, responsible_units, source, due_on, state,
            (SELECT MAX(at) FROM measure_acts WHERE measure_acts.measure_id = measures.measure_id) AS reported_at
            FROM measures WHERE (",
    );
    let regions = scope.regions(Permission::ViewStatistics);
    for region in &regions {
        query.push("(region >= ").bind(region.as_str()).push(" AND region < ").bind(after(region)).push(") OR ");
    }
    let around = regions.iter().flat_map(|region| {
        let digits = [2, 4, 6, 9].into_iter().filter(|digits| *digits < region.as_str().len());
        digits.filter_map(|digits| region.as_str().get(..digits))
    });
    query.push("region IN (").bind_list(around.chain([""]).map(Into::into)).push("))");
    if let Some(measure_id) = measure_id {
        query.push(" AND measures.measure_id = ").bind(measure_id);
    }
    query.push(" ORDER BY COALESCE(due_on, '9999'), added_at, measures.measure_id");
    query
}

fn read(row: &Row) -> Result<Measure> {
    let text = |column| row.get::<String>(column);
    let due_on: Option<String> = row.get("due_on")?;
    let reported_at: Option<i64> = row.get("reported_at")?;
    Ok(Measure {
        measure_id: text("measure_id")?,
        region: read_region(row)?,
        measure: NewMeasure {
            words: text("words")?,
            lead_unit: text("lead_unit")?,
            responsible_units: text("responsible_units")?,
            source: text("source")?,
            due_on: due_on.map(|day| day.parse().map_err(|_| unreadable())).transpose()?,
        },
        state: MeasureState::find(&text("state")?).ok_or_else(unreadable)?,
        reported_at: reported_at.map(moment).transpose()?,
    })
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: "measure_acts", column, row }
}

fn is_line(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= LONGEST
}

fn is_whole(measure: &NewMeasure) -> bool {
    let needed = [&measure.words, &measure.lead_unit, &measure.source];
    needed.into_iter().all(|text| is_line(text)) && measure.responsible_units.chars().count() <= LONGEST
}

fn not_whole() -> StoreError {
    StoreError::refused(
        "store-measure",
        format!("请写明措施、牵头单位和出处，每项不超过{LONGEST}字；一次最多{MOST}项。填报要写进展。"),
        format!(
            "Give the measure, its lead unit and its source, {LONGEST} characters each at most, {MOST} measures at a time; a report needs words."
        ),
    )
}

fn wrong_state() -> StoreError {
    StoreError::refused(
        "store-measure-state",
        "这项措施现在不能这样办理：可能刚被别人填报过。请刷新后再看。",
        "This cannot be done now: somebody may just have reported. Reload and look again.",
    )
}

fn own_measure() -> StoreError {
    StoreError::refused(
        "store-measure-own",
        "提请销号的人不能自己确认。请由另一位有督办权限的同事确认。",
        "Who proposed the clearing cannot confirm it. Ask a colleague who supervises.",
    )
}

fn unreadable() -> StoreError {
    StoreError::damaged("清单里有一项读不懂。", "A measure cannot be read.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, region, scopes};
    use crate::wall::OwnWork;
    use sea_orm::ConnectionTrait as _;
    use shukun_casework::authority::Role;

    fn measure(words: &str, due_on: Option<Day>) -> NewMeasure {
        NewMeasure {
            words: words.to_owned(),
            lead_unit: "甲局".to_owned(),
            responsible_units: "乙局、各镇街".to_owned(),
            source: "示例文件 第一条".to_owned(),
            due_on,
        }
    }

    fn report(act: MeasureAct) -> MeasureReport {
        let evidence = Some(Masked::new("示例〔2026〕1号".to_owned()));
        MeasureReport { act, note: Masked::new("已开展".to_owned()), evidence }
    }

    async fn people(store: &Store) -> Vec<Scope> {
        let accounts = [
            new_account("hsa", &[grant(Role::Insurance, "330381")]),
            new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
            new_account("town", &[grant(Role::Township, "330381001")]),
            new_account("au", &[grant(Role::Auditor, "330381")]),
            new_account("other", &[grant(Role::Insurance, "330382")]),
        ];
        scopes(store, &accounts).await
    }

    #[test]
    fn one_clears_and_another_confirms() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = people(&store).await;
            let due = Some(Day::constant(2026, 3, 1));
            store.add_measures(&people[0], &region("330381"), &[measure("先诊疗后付费", due)], at(1)).await.unwrap();
            let id = store.list_measures(&people[2]).await.unwrap().remove(0).measure_id;
            let act = async |who: usize, act| store.report_measure(&people[who], &id, &report(act), at(2)).await;
            assert_eq!(act(2, MeasureAct::Progress).await.unwrap(), MeasureState::UnderWay);
            assert_eq!(act(0, MeasureAct::Confirm).await.unwrap_err().code, "store-measure-state");
            assert_eq!(act(0, MeasureAct::Propose).await.unwrap(), MeasureState::Proposed);
            assert_eq!(act(0, MeasureAct::Confirm).await.unwrap_err().code, "store-measure-own");
            assert_eq!(act(1, MeasureAct::Reject).await.unwrap(), MeasureState::UnderWay);
            act(2, MeasureAct::Propose).await.unwrap();
            assert_eq!(act(1, MeasureAct::Confirm).await.unwrap(), MeasureState::Cleared);
            assert_eq!(act(0, MeasureAct::Progress).await.unwrap_err().code, "store-measure-state");
            let (found, reports) = store.measure(&people[3], &id).await.unwrap();
            assert_eq!((found.state, reports.len()), (MeasureState::Cleared, 5));
            assert!(!found.is_late(Day::constant(2026, 4, 1)));
            assert_eq!(reports[0].report.note.reveal(), "已开展");
            for statement in ["UPDATE measure_acts SET at = 0", "DELETE FROM measure_acts"] {
                let error =
                    StoreError::from(store.own(OwnWork::Backup).execute_unprepared(statement).await.unwrap_err());
                assert!(error.is_trigger(), "{statement}");
            }
            store.verify_audit(None).await.unwrap();
        });
    }

    #[test]
    fn a_list_is_read_where_it_holds_and_written_by_who_supervises() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = people(&store).await;
            let county = region("330381");
            let one = [measure("一项", None), measure("先到期", Some(Day::constant(2026, 3, 1)))];
            for (who, code) in [(2, "store-forbidden"), (3, "store-forbidden"), (4, "store-forbidden")] {
                assert_eq!(store.add_measures(&people[who], &county, &one, at(1)).await.unwrap_err().code, code);
            }
            let empty = [NewMeasure { words: " ".to_owned(), ..measure("", None) }];
            assert_eq!(store.add_measures(&people[0], &county, &empty, at(1)).await.unwrap_err().code, "store-measure");
            store.add_measures(&people[0], &county, &one, at(1)).await.unwrap();
            for (who, count) in [(0, 2), (1, 2), (2, 2), (3, 2), (4, 0)] {
                assert_eq!(store.list_measures(&people[who]).await.unwrap().len(), count, "{who}");
            }
            let first = store.list_measures(&people[1]).await.unwrap().remove(0);
            assert_eq!((first.measure.words.as_str(), first.is_late(Day::constant(2026, 3, 2))), ("先到期", true));
            let id = &first.measure_id;
            let by_auditor = store.report_measure(&people[3], id, &report(MeasureAct::Progress), at(2)).await;
            assert_eq!(by_auditor.unwrap_err().code, "store-forbidden");
            let by_other = store.report_measure(&people[4], id, &report(MeasureAct::Progress), at(2)).await;
            assert_eq!(by_other.unwrap_err().code, "store-not-found");
        });
    }
}
