//! Answers kept for a day, so that a request that a program sends twice under one name is answered twice and done once.
//!
//! For requests without a name of their own: an act on a case has its transaction id, a job its once-key. Start at
//! [`Store::begin_once`].

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Row, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    BEGIN = "INSERT INTO request_answers (account_id, request_key, request_sha256, begun_at) VALUES ($1, $2, $3, $4)";
    KNOWN = "SELECT request_sha256, begun_at, status, answer_sha256, answer FROM request_answers
        WHERE account_id = $1 AND request_key = $2";
    // Of two that begin again what was left unanswered, one wins.
    TAKE_OVER = "UPDATE request_answers SET begun_at = $3 WHERE account_id = $1 AND request_key = $2 AND begun_at = $4
        AND status IS NULL";
    ANSWER = "UPDATE request_answers SET status = $3, answer_sha256 = $4, answer = $5
        WHERE account_id = $1 AND request_key = $2";
    GIVE_UP = "DELETE FROM request_answers WHERE account_id = $1 AND request_key = $2 AND status IS NULL";
    FORGET = "DELETE FROM request_answers WHERE begun_at < $1";
}

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// After this long without an answer a request was lost with its server, and may be begun again.
const LOST: SignedDuration = SignedDuration::from_secs(60);

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is to be done with a request that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once {
    /// Do it, then [`Store::answer_once`] or [`Store::give_up_once`].
    Begin,
    /// It was done: this was the answer.
    Answered(RequestAnswer),
}

impl Store {
    /// Begins a request under the caller's name for it. `request` is all of it: the same name for another request is
    /// refused.
    ///
    /// # Errors
    /// `store-request-differs`; `store-request-busy` while the same request is being done.
    pub async fn begin_once(&self, scope: &Scope, key: &str, request: &[u8], now: Moment) -> Result<Once> {
        let (by, hash) = (scope.account_id().as_str(), Sha256::digest(request).to_vec());
        self.retry(|| async { execute(&self.own(OwnWork::Tidying), FORGET, values![millis(now - KEPT)]).await })
            .await?;
        let begun = execute(&self.mine(scope), BEGIN, values![by, key, hash.clone(), millis(now)]).await;
        match begun {
            Ok(_) => Ok(Once::Begin),
            Err(error) if error.is_duplicate() => self.known(scope, key, &hash, now).await,
            Err(error) => Err(error),
        }
    }

    async fn known(&self, scope: &Scope, key: &str, hash: &[u8], now: Moment) -> Result<Once> {
        let by = scope.account_id().as_str();
        let row = find(&self.mine(scope), KNOWN, values![by, key]).await?.ok_or_else(busy)?;
        if row.get::<Vec<u8>>("request_sha256")? != hash {
            return Err(differs());
        }
        if let Some(answer) = self.read_answer(&row, by, key).await? {
            return Ok(Once::Answered(answer));
        }
        let begun_at: i64 = row.get("begun_at")?;
        if now.duration_since(moment(begun_at)?) < LOST {
            return Err(busy());
        }
        let taken = execute(&self.mine(scope), TAKE_OVER, values![by, key, millis(now), begun_at]).await?;
        if taken == 1 { Ok(Once::Begin) } else { Err(busy()) }
    }

    async fn read_answer(&self, row: &Row, by: &str, key: &str) -> Result<Option<RequestAnswer>> {
        let (Some(status), Some(cell)) = (row.get::<Option<i64>>("status")?, row.get::<Option<Vec<u8>>>("answer")?)
        else {
            return Ok(None);
        };
        let row_id = row_id(by, key);
        let body = self.keys.open_cell(&self.db, place(&row_id), &cell).await?.reveal().clone();
        let hash: Option<Vec<u8>> = row.get("answer_sha256")?;
        if hash.as_deref() != Some(Sha256::digest(&body).as_slice()) {
            return Err(unreadable());
        }
        let status = u16::try_from(status).map_err(|_| unreadable())?;
        Ok(Some(RequestAnswer { status, body }))
    }

    /// Keeps the answer of a request that was begun.
    pub async fn answer_once(&self, scope: &Scope, key: &str, answer: &RequestAnswer) -> Result<()> {
        let by = scope.account_id().as_str();
        let row_id = row_id(by, key);
        let sealed = self.keys.seal(&self.chance, place(&row_id), &answer.body)?;
        let hash = Sha256::digest(&answer.body).to_vec();
        let values = values![by, key, i64::from(answer.status), hash, sealed];
        self.retry(|| async { execute(&self.mine(scope), ANSWER, values.clone()).await }).await?;
        Ok(())
    }

    /// Forgets a request that was begun and came to nothing: it may be sent again.
    pub async fn give_up_once(&self, scope: &Scope, key: &str) -> Result<()> {
        let by = scope.account_id().as_str();
        self.retry(|| async { execute(&self.mine(scope), GIVE_UP, values![by, key]).await }).await?;
        Ok(())
    }
}

fn row_id(account_id: &str, key: &str) -> String {
    format!("{account_id}/{key}")
}

fn place(row: &str) -> Place<'_> {
    Place { table: "request_answers", column: "answer", row }
}

fn unreadable() -> StoreError {
    StoreError::damaged("保存的一份答复读不懂。", "A kept answer cannot be read.")
}

fn differs() -> StoreError {
    StoreError::refused(
        "store-request-differs",
        "这个请求编号已用于另一份内容。请为新的请求换一个编号。",
        "This name was used for another request. Give a new request a name of its own.",
    )
}

fn busy() -> StoreError {
    StoreError::new(
        ErrorKind::Stale,
        "store-request-busy",
        "同一请求正在办理。请稍等再发。",
        "The same request is being done. Wait a moment and send it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, new_account, on_both, scopes};

    fn answer(text: &str) -> RequestAnswer {
        RequestAnswer { status: 201, body: text.as_bytes().to_vec() }
    }

    #[test]
    fn a_request_sent_twice_is_done_once_and_answered_twice() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = scopes(&store, &[new_account("one", &[]), new_account("other", &[])]).await;
            let one = &scopes[0];
            assert_eq!(store.begin_once(one, "k", b"a", at(0)).await.unwrap(), Once::Begin);
            assert_eq!(store.begin_once(one, "k", b"a", at(0)).await.unwrap_err().code, "store-request-busy");
            store.answer_once(one, "k", &answer("done")).await.unwrap();
            assert_eq!(store.begin_once(one, "k", b"a", at(5)).await.unwrap(), Once::Answered(answer("done")));
            assert_eq!(store.begin_once(one, "k", b"b", at(5)).await.unwrap_err().code, "store-request-differs");
            // Names are each caller's own, and last a day.
            assert_eq!(store.begin_once(&scopes[1], "k", b"c", at(5)).await.unwrap(), Once::Begin);
            assert_eq!(store.begin_once(one, "k", b"b", at(24 * 60 + 1)).await.unwrap(), Once::Begin);
        });
    }

    #[test]
    fn what_came_to_nothing_or_was_lost_may_be_sent_again() {
        on_both(|db| async move {
            let store = db.open().await;
            let one = &scopes(&store, &[new_account("one", &[])]).await[0];
            assert_eq!(store.begin_once(one, "k", b"a", at(0)).await.unwrap(), Once::Begin);
            store.give_up_once(one, "k").await.unwrap();
            assert_eq!(store.begin_once(one, "k", b"a", at(0)).await.unwrap(), Once::Begin);
            assert_eq!(store.begin_once(one, "k", b"a", at(2)).await.unwrap(), Once::Begin, "lost with its server");
            assert!(store.begin_once(one, "k", b"a", at(2)).await.is_err(), "taken over once");
        });
    }
}
