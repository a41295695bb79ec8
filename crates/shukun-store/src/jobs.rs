//! Jobs: work that takes longer than a request, as rows. One worker at a time holds one; who stops giving signs of life
//! loses it, and another begins it again: a job must be safe to run twice.

use jiff::SignedDuration;
use serde_json::Value as Json;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;

use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::grants;
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::{Ceiling, Scope};
use crate::sealed::Place;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    ADD = "INSERT INTO jobs (job_id, kind, region, once_key, input, state, created_by, created_at, stepped_up, tries,
        steps_done, steps_total) VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8, 0, 0, 0)";
    BY_ONCE_KEY = "SELECT job_id, created_by FROM jobs WHERE once_key = $1";
    CLAIM = "UPDATE jobs SET state = 'running', claim = $1, heartbeat_at = $2, held_by = $4, tries = tries + 1, steps_done = 0
        WHERE job_id = (SELECT job_id FROM jobs WHERE state = 'waiting' OR (state = 'running' AND heartbeat_at < $3)
            ORDER BY created_at, job_id LIMIT 1)
        AND (state = 'waiting' OR heartbeat_at < $3)
        RETURNING job_id, kind, region, input, created_by, stepped_up, tries";
    GIVE_BACK = "UPDATE jobs SET state = 'waiting', claim = NULL, heartbeat_at = NULL, tries = tries - $2
        WHERE state = 'running' AND held_by = $1";
    WHOSE = "SELECT account_id FROM accounts WHERE account_id = $1 AND closed_at IS NULL AND NOT must_change_password";
    PROGRESS = "UPDATE jobs SET heartbeat_at = $2, steps_done = $3, steps_total = $4 WHERE claim = $1 AND state = 'running'";
    FINISH = "UPDATE jobs SET state = 'done', result = $3, finished_at = $2, claim = NULL WHERE claim = $1 AND state = 'running'";
    FAIL = "UPDATE jobs SET state = 'failed', failure = $3, result = $4, finished_at = $2, claim = NULL
        WHERE claim = $1 AND state = 'running'";
    CANCEL = "UPDATE jobs SET state = 'cancelled', finished_at = $2, claim = NULL
        WHERE job_id = $1 AND state IN ('waiting', 'running')";
}

/// Without a sign of life for this long a job is begun again by another worker.
pub(crate) const SILENCE: SignedDuration = SignedDuration::from_secs(60);
/// A job that was lost this often is given up.
const TRIES: i64 = 5;
/// Jobs of one page.
const PAGE: u64 = 50;

/// The id of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    /// An id from a URL.
    pub fn new(id: &str) -> JobId {
        JobId(id.to_owned())
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What sort: the worker knows it.
    pub kind: &'static str,
    /// What it is about; it decides who may ask for it.
    pub region: RegionCode,
    /// What the worker needs to know; sealed in the database.
    pub input: Json,
    /// The client's name for the request: asked for twice it is one job.
    pub once_key: Option<String>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nobody has begun.
    Waiting,
    /// Somebody is at it, or was until a moment ago.
    Running,
    /// Done; the result is there.
    Done,
    /// It said why it cannot be done, or was lost too often.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl JobState {
    const ALL: [(&'static str, JobState); 5] = [
        ("waiting", JobState::Waiting),
        ("running", JobState::Running),
        ("done", JobState::Done),
        ("failed", JobState::Failed),
        ("cancelled", JobState::Cancelled),
    ];
}

/// A job as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// What sort.
    pub kind: String,
    /// How far.
    pub state: JobState,
    /// When it was asked for.
    pub created_at: Moment,
    /// Steps done of `steps_total`; the total is 0 until the worker knows it.
    pub steps_done: u64,
    /// All steps.
    pub steps_total: u64,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// What came of it; of one that failed what its worker said about that.
    pub result: Option<Json>,
    /// The code of what went wrong.
    pub failure: Option<String>,
}

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// Its id.
    pub job_id: JobId,
    /// What sort.
    pub kind: String,
    /// What it is about.
    pub region: RegionCode,
    /// What the worker needs to know.
    pub input: Json,
    /// Whose request it is.
    pub created_by: String,
    stepped_up: bool,
    claim: String,
}

impl Store {
    /// Asks for a job; whoever has `permission` where it is about may, signed in: it acts with all that the person may do,
    /// more than a token for a program allows. Twice under one `once_key` it is the same job.
    pub async fn add_job(&self, scope: &Scope, permission: Permission, new: &NewJob, now: Moment) -> Result<JobId> {
        scope.require(permission, Some(&new.region))?;
        if *scope.ceiling() != Ceiling::Whole {
            return Err(StoreError::forbidden());
        }
        if let Some(known) = self.known_job(scope, new).await? {
            return Ok(known);
        }
        let job_id = self.chance.id()?;
        let input = self.keys.seal(&self.chance, place("input", &job_id), new.input.to_string().as_bytes())?;
        let by = scope.account_id().as_str();
        let added = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let once_key = new.once_key.clone();
                let region = new.region.as_str();
                let values = values![
                    job_id.as_str(),
                    new.kind,
                    region,
                    once_key,
                    input.clone(),
                    by,
                    millis(now),
                    scope.is_stepped_up(),
                ];
                execute(&tx, ADD, values).await?;
                let (object, region) = (Object::new("job", job_id.as_str()), Some(&new.region));
                let entry =
                    Entry { account_id: by, act: Act::JobAdded, object, region, fields: new.kind, reason: None };
                append(self, &tx, now, entry).await?;
                Ok(tx.commit().await?)
            })
            .await;
        match added {
            Err(error) if error.is_duplicate() => self.known_job(scope, new).await?.ok_or(error),
            Err(error) => Err(error),
            Ok(()) => Ok(JobId(job_id)),
        }
    }

    async fn known_job(&self, scope: &Scope, new: &NewJob) -> Result<Option<JobId>> {
        let Some(key) = &new.once_key else { return Ok(None) };
        let Some(row) = find(&self.own(OwnWork::Jobs), BY_ONCE_KEY, values![key.as_str()]).await? else {
            return Ok(None);
        };
        let is_own = row.get::<String>("created_by")? == scope.account_id().as_str();
        if is_own { Ok(Some(JobId(row.get("job_id")?))) } else { Err(key_taken()) }
    }

    /// For the server's workers: takes the oldest job that waits or was lost. `None` = nothing to do now. `holder` names the
    /// server's data folder.
    pub async fn claim_job(&self, holder: &str, now: Moment) -> Result<Option<ClaimedJob>> {
        loop {
            let claim = self.chance.id()?;
            let values = values![claim.as_str(), millis(now), millis(now - SILENCE), holder];
            let row = self.retry(|| async { find(&self.own(OwnWork::Jobs), CLAIM, values.clone()).await }).await?;
            let Some(row) = row else { return Ok(None) };
            let job = self.read_claimed(&row, claim).await?;
            if row.get::<i64>("tries")? <= TRIES {
                return Ok(Some(job));
            }
            self.fail_job(&job, "store-job-lost", None, now).await?;
        }
    }

    async fn read_claimed(&self, row: &Row, claim: String) -> Result<ClaimedJob> {
        let job_id: String = row.get("job_id")?;
        let input = self.open_json("input", &job_id, &row.get::<Vec<u8>>("input")?).await?;
        let region = crate::accounts::read_region(row)?;
        Ok(ClaimedJob {
            job_id: JobId(job_id),
            kind: row.get("kind")?,
            region,
            input,
            created_by: row.get("created_by")?,
            stepped_up: row.get("stepped_up")?,
            claim,
        })
    }

    /// A sign of life, at least twice a minute, and how far it is.
    ///
    /// # Errors
    /// `store-job-taken` once it was cancelled or somebody else has it: the worker stops.
    pub async fn job_progress(&self, job: &ClaimedJob, done: u64, total: u64, now: Moment) -> Result<()> {
        let steps = |steps: u64| i64::try_from(steps).unwrap_or(i64::MAX);
        self.change_claimed(PROGRESS, values![job.claim.as_str(), millis(now), steps(done), steps(total)]).await
    }

    /// Done; `result` is sealed.
    pub async fn finish_job(&self, job: &ClaimedJob, result: &Json, now: Moment) -> Result<()> {
        let place = place("result", job.job_id.as_str());
        let sealed = self.keys.seal(&self.chance, place, result.to_string().as_bytes())?;
        self.change_claimed(FINISH, values![job.claim.as_str(), millis(now), sealed]).await
    }

    /// It cannot be done, with the code of an error and what is to be said about it (sealed); it is not begun again.
    pub async fn fail_job(&self, job: &ClaimedJob, code: &str, words: Option<&Json>, now: Moment) -> Result<()> {
        let place = place("result", job.job_id.as_str());
        let seal = |words: &Json| self.keys.seal(&self.chance, place, words.to_string().as_bytes());
        let sealed = words.map(seal).transpose()?;
        self.change_claimed(FAIL, values![job.claim.as_str(), millis(now), code, sealed]).await
    }

    /// For a server that starts or stops, and knows that nobody else works for its folder: its jobs wait again, to be begun
    /// anew. One that was stopped in order does not count as a try. How many they were.
    pub async fn give_jobs_back(&self, holder: &str, in_order: bool) -> Result<u64> {
        let values = values![holder, i64::from(in_order)];
        self.retry(|| async { execute(&self.own(OwnWork::Jobs), GIVE_BACK, values.clone()).await }).await
    }

    /// What whoever asked for the job may see and do now; nothing where the account was closed meanwhile. The second factor
    /// counts as it did when the job was asked for.
    pub async fn job_scope(&self, job: &ClaimedJob, now: Moment) -> Result<Scope> {
        let account_id = AccountId::new(&job.created_by);
        let is_open = find(&self.db, WHOSE, values![account_id.as_str()]).await?.is_some();
        let held = if is_open { grants::held(&self.db, &account_id).await? } else { Vec::new() };
        let grants = held.into_iter().map(|held| held.grant).collect();
        Ok(Scope::of_job(account_id, grants, today_in_china(now), job.stepped_up))
    }

    async fn change_claimed(&self, sql: crate::sql::Sql, values: Vec<sea_orm::Value>) -> Result<()> {
        let changed = self.retry(|| async { execute(&self.own(OwnWork::Jobs), sql, values.clone()).await }).await?;
        if changed == 1 { Ok(()) } else { Err(job_taken()) }
    }

    /// Stops a job of one's own; its worker learns of it at the next sign of life.
    pub async fn cancel_job(&self, scope: &Scope, job_id: &JobId, now: Moment) -> Result<()> {
        self.job(scope, job_id).await?;
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            execute(&tx, CANCEL, values![job_id.as_str(), millis(now)]).await?;
            let object = Object::new("job", job_id.as_str());
            let entry =
                Entry { account_id: by, act: Act::JobCancelled, object, region: None, fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// One of the caller's own jobs, to be found again after leaving its page.
    pub async fn job(&self, scope: &Scope, job_id: &JobId) -> Result<Job> {
        let row = jobs_query(scope, Some(job_id)).find(&self.mine(scope)).await?.ok_or_else(StoreError::not_found)?;
        self.read_job(&row).await
    }

    /// The caller's own jobs, newest first, 50 at most.
    pub async fn list_jobs(&self, scope: &Scope) -> Result<Vec<Job>> {
        let mut jobs = Vec::new();
        for row in jobs_query(scope, None).all(&self.mine(scope)).await? {
            jobs.push(self.read_job(&row).await?);
        }
        Ok(jobs)
    }

    async fn read_job(&self, row: &Row) -> Result<Job> {
        let (job_id, state): (String, String) = (row.get("job_id")?, row.get("state")?);
        let state = JobState::ALL.iter().find(|(key, _)| *key == state).map(|(_, state)| *state);
        let steps = |column| row.get::<i64>(column).map(|steps| u64::try_from(steps).unwrap_or(0));
        let result = match row.get::<Option<Vec<u8>>>("result")? {
            Some(cell) => Some(self.open_json("result", &job_id, &cell).await?),
            None => None,
        };
        Ok(Job {
            job_id: JobId(job_id),
            kind: row.get("kind")?,
            state: state.ok_or_else(unreadable)?,
            created_at: moment(row.get("created_at")?)?,
            finished_at: row.get::<Option<i64>>("finished_at")?.map(moment).transpose()?,
            steps_done: steps("steps_done")?,
            steps_total: steps("steps_total")?,
            result,
            failure: row.get("failure")?,
        })
    }

    async fn open_json(&self, column: &'static str, job_id: &str, cell: &[u8]) -> Result<Json> {
        let text = self.keys.open_cell(&self.db, place(column, job_id), cell).await?;
        serde_json::from_slice(text.reveal()).map_err(|_| unreadable())
    }
}

pub(crate) fn jobs_query(scope: &Scope, job_id: Option<&JobId>) -> Query {
    let mut query = Query::new(
        "SELECT job_id, kind, state, created_at, finished_at, steps_done, steps_total, result, failure FROM jobs
            WHERE created_by = ",
    );
    query.bind(scope.account_id().as_str());
    if let Some(job_id) = job_id {
        query.push(" AND job_id = ").bind(job_id.as_str());
    }
    query.push(" ORDER BY created_at DESC, job_id LIMIT ").bind(PAGE);
    query
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: "jobs", column, row }
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一个任务读不懂。", "A job cannot be read.")
}

fn key_taken() -> StoreError {
    StoreError::refused(
        "store-once-key-taken",
        "这个请求编号已被别人用过，请换一个。",
        "Somebody else used this request's name. Choose another.",
    )
}

fn job_taken() -> StoreError {
    StoreError::new(
        crate::error::ErrorKind::Stale,
        "store-job-taken",
        "任务已被取消，或由另一个进程接手。",
        "The job was cancelled, or another worker has it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::testing::{at, grant, new_account, on_both, region, scopes};
    use serde_json::json;
    use shukun_casework::authority::Role;

    fn new_job(once_key: &str) -> NewJob {
        let once_key = Some(once_key.to_owned());
        NewJob { kind: "import", region: region("330381"), input: json!({"file": "测试.xlsx"}), once_key }
    }

    async fn two_bureaus(store: &Store) -> Vec<Scope> {
        let bureau = [grant(Role::Insurance, "330381")];
        scopes(store, &[new_account("one", &bureau), new_account("two", &bureau)]).await
    }

    #[test]
    fn a_job_is_asked_for_done_and_found_again() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            let ask = async |scope| store.add_job(scope, Permission::Import, &new_job("1"), at(0)).await;
            let (one, again) = tokio::join!(ask(&scopes[0]), ask(&scopes[0]));
            let id = one.unwrap();
            assert_eq!(id, again.unwrap());
            assert_eq!(ask(&scopes[1]).await.unwrap_err().code, "store-once-key-taken");
            let job = store.claim_job("a", at(0)).await.unwrap().unwrap();
            assert_eq!((job.kind.as_str(), &job.input), ("import", &json!({"file": "测试.xlsx"})));
            assert!(store.claim_job("a", at(0)).await.unwrap().is_none());
            store.job_progress(&job, 3, 10, at(0)).await.unwrap();
            assert_eq!(store.job(&scopes[0], &id).await.unwrap().steps_done, 3);
            store.finish_job(&job, &json!({"rows": 10}), at(1)).await.unwrap();
            let done = store.list_jobs(&scopes[0]).await.unwrap().remove(0);
            assert_eq!((done.state, done.result), (JobState::Done, Some(json!({"rows": 10}))));
            assert_eq!(store.job(&scopes[1], &id).await.unwrap_err().kind, ErrorKind::NotFound);
        });
    }

    #[test]
    fn a_lost_job_is_begun_again_and_given_up_in_the_end() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            let id = store.add_job(&scopes[0], Permission::Import, &new_job("1"), at(0)).await.unwrap();
            let lost = store.claim_job("a", at(0)).await.unwrap().unwrap();
            assert!(store.claim_job("a", at(1)).await.unwrap().is_none(), "60 seconds are not over");
            let second = store.claim_job("a", at(2)).await.unwrap().unwrap();
            assert_eq!(store.finish_job(&lost, &json!(1), at(2)).await.unwrap_err().code, "store-job-taken");
            store.job_progress(&second, 1, 2, at(3)).await.unwrap();
            assert!(store.claim_job("a", at(4)).await.unwrap().is_none(), "it gave a sign of life");
            for minutes in [6, 8, 10] {
                assert!(store.claim_job("a", at(minutes)).await.unwrap().is_some(), "{minutes}");
            }
            assert!(store.claim_job("a", at(12)).await.unwrap().is_none());
            let job = store.job(&scopes[0], &id).await.unwrap();
            assert_eq!((job.state, job.failure.as_deref()), (JobState::Failed, Some("store-job-lost")));
        });
    }

    #[test]
    fn many_workers_do_each_job_once() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            for number in 0..20 {
                store.add_job(&scopes[0], Permission::Import, &new_job(&number.to_string()), at(0)).await.unwrap();
            }
            let workers = (0..4).map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut done = 0;
                    for _ in 0..40 {
                        if let Some(job) = store.claim_job("a", at(0)).await.unwrap() {
                            store.finish_job(&job, &json!(null), at(0)).await.unwrap();
                            done += 1;
                        }
                    }
                    done
                })
            });
            let mut done = 0;
            for worker in workers.collect::<Vec<_>>() {
                done += worker.await.unwrap();
            }
            assert_eq!(done, 20);
        });
    }

    #[test]
    fn a_cancelled_job_stops_its_worker() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            let id = store.add_job(&scopes[0], Permission::Import, &new_job("1"), at(0)).await.unwrap();
            let job = store.claim_job("a", at(0)).await.unwrap().unwrap();
            assert_eq!(store.cancel_job(&scopes[1], &id, at(0)).await.unwrap_err().kind, ErrorKind::NotFound);
            store.cancel_job(&scopes[0], &id, at(0)).await.unwrap();
            assert_eq!(store.job_progress(&job, 1, 2, at(0)).await.unwrap_err().code, "store-job-taken");
            assert!(store.claim_job("a", at(10)).await.unwrap().is_none());
        });
    }

    #[test]
    fn a_server_takes_back_its_own_jobs_and_no_others() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            for number in ["1", "2"] {
                store.add_job(&scopes[0], Permission::Import, &new_job(number), at(0)).await.unwrap();
            }
            let own = store.claim_job("a", at(0)).await.unwrap().unwrap();
            let other = store.claim_job("b", at(0)).await.unwrap().unwrap();
            assert_eq!(store.give_jobs_back("a", false).await.unwrap(), 1);
            assert_eq!(store.finish_job(&own, &json!(1), at(0)).await.unwrap_err().code, "store-job-taken");
            assert_eq!(store.claim_job("a", at(0)).await.unwrap().unwrap().job_id, own.job_id);
            assert!(store.claim_job("a", at(0)).await.unwrap().is_none(), "the other server's is left alone");
            store.finish_job(&other, &json!(1), at(0)).await.unwrap();
            // Stopped in order, it is never given up.
            for _ in 0..9 {
                assert_eq!(store.give_jobs_back("a", true).await.unwrap(), 1);
                assert!(store.claim_job("a", at(0)).await.unwrap().is_some());
            }
        });
    }

    #[test]
    fn a_job_may_what_its_asker_may_now() {
        on_both(|db| async move {
            let store = db.open().await;
            let bureau = [grant(Role::Insurance, "330381")];
            let admin = [grant(Role::SystemAdmin, "330381")];
            let scopes = scopes(&store, &[new_account("one", &bureau), new_account("system", &admin)]).await;
            store.add_job(&scopes[0], Permission::Import, &new_job("1"), at(0)).await.unwrap();
            let job = store.claim_job("a", at(0)).await.unwrap().unwrap();
            let scope = store.job_scope(&job, at(0)).await.unwrap();
            let county = region("330381");
            assert!(scope.is_stepped_up() && scope.allows(Permission::Import, Some(&county)));
            assert_eq!(scope.account_id(), scopes[0].account_id());
            assert!(!scope.allows(Permission::Certify, Some(&county)));
            store.close_account(&scopes[1], scopes[0].account_id(), at(1)).await.unwrap();
            let scope = store.job_scope(&job, at(1)).await.unwrap();
            assert!(!scope.allows_anywhere(Permission::Import), "a closed account's job reaches nowhere");
        });
    }

    #[test]
    fn a_failed_job_says_why() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two_bureaus(&store).await;
            let id = store.add_job(&scopes[0], Permission::Import, &new_job("1"), at(0)).await.unwrap();
            let job = store.claim_job("a", at(0)).await.unwrap().unwrap();
            store.fail_job(&job, "work-memory", Some(&json!({"what": "太大"})), at(1)).await.unwrap();
            let found = store.job(&scopes[0], &id).await.unwrap();
            assert_eq!((found.state, found.failure.as_deref()), (JobState::Failed, Some("work-memory")));
            assert_eq!((found.result, found.finished_at), (Some(json!({"what": "太大"})), Some(at(1))));
        });
    }
}
