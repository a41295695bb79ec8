//! Accounts of an outside sign-in service (OpenID Connect) linked to ours: by the system administrator, subject by subject.
//! Nothing that the service says of a name or an address links anybody.

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sessions::{self, Session, Token};
use crate::sql::{all, execute, find, statements, values};
use crate::store::Store;

statements! {
    LINK = "INSERT INTO linked_subjects (issuer, subject, account_id, linked_at, linked_by) VALUES ($1, $2, $3, $4, $5)";
    UNLINK = "DELETE FROM linked_subjects WHERE issuer = $1 AND subject = $2 AND account_id = $3";
    OF_ACCOUNT = "SELECT issuer, subject, linked_at FROM linked_subjects WHERE account_id = $1 ORDER BY issuer, subject";
    WHOSE = "SELECT accounts.account_id, region FROM linked_subjects
        JOIN accounts ON accounts.account_id = linked_subjects.account_id
        WHERE issuer = $1 AND subject = $2 AND closed_at IS NULL";
    STEPPED_UP = "UPDATE sessions SET stepped_up_at = $2 WHERE token_hash = $1";
}

/// Longest subject, as the standard allows.
const LONGEST: usize = 255;

/// An outside account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedSubject {
    /// Who answers for it: the URL of the service.
    pub issuer: String,
    /// Its name there, stable and never given to anybody else.
    pub subject: String,
    /// Since when.
    pub linked_at: Moment,
}

impl Store {
    /// Links an outside account to one that the caller keeps.
    ///
    /// # Errors
    /// `store-subject-refused` where the subject is empty, too long, or linked already.
    pub async fn link_subject(
        &self,
        scope: &Scope,
        account_id: &AccountId,
        (issuer, subject): (&str, &str),
        now: Moment,
    ) -> Result<()> {
        let (_, region) = self.kept_account(scope, account_id).await?;
        let subject = subject.trim();
        if subject.is_empty() || subject.len() > LONGEST || subject.contains(char::is_control) {
            return Err(refused());
        }
        let by = scope.account_id().as_str();
        let linked = self
            .retry(|| async {
                let tx = self.begin_write().await?;
                execute(&tx, LINK, values![issuer, subject, account_id.as_str(), millis(now), by]).await?;
                let object = Object::new("account", account_id.as_str());
                let (act, region) = (Act::SubjectLinked, Some(&region));
                append(self, &tx, now, Entry { account_id: by, act, object, region, fields: "", reason: None }).await?;
                Ok(tx.commit().await?)
            })
            .await;
        linked.map_err(|error| if error.is_duplicate() { refused() } else { error })
    }

    /// Takes a link away: nobody signs in by it any more. Sessions that are open go on to their end.
    pub async fn unlink_subject(
        &self,
        scope: &Scope,
        account_id: &AccountId,
        (issuer, subject): (&str, &str),
        now: Moment,
    ) -> Result<()> {
        let (_, region) = self.kept_account(scope, account_id).await?;
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            if execute(&tx, UNLINK, values![issuer, subject, account_id.as_str()]).await? == 0 {
                return Err(StoreError::not_found());
            }
            let object = Object::new("account", account_id.as_str());
            let (act, region) = (Act::SubjectUnlinked, Some(&region));
            append(self, &tx, now, Entry { account_id: by, act, object, region, fields: "", reason: None }).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The outside accounts of one that the caller keeps.
    pub async fn list_subjects(&self, scope: &Scope, account_id: &AccountId) -> Result<Vec<LinkedSubject>> {
        self.kept_account(scope, account_id).await?;
        let rows = all(&self.db, OF_ACCOUNT, values![account_id.as_str()]).await?;
        rows.iter()
            .map(|row| {
                let linked_at = moment(row.get("linked_at")?)?;
                Ok(LinkedSubject { issuer: row.get("issuer")?, subject: row.get("subject")?, linked_at })
            })
            .collect()
    }

    /// Signs in whoever an outside service vouched for: the caller has checked its signature, its audience and its time.
    /// `with_second_factor` = the service says that it was shown there a moment ago; it counts like ours.
    ///
    /// # Errors
    /// `store-subject-unlinked` if no open account is linked.
    pub async fn sign_in_subject(
        &self,
        (issuer, subject): (&str, &str),
        with_second_factor: bool,
        now: Moment,
    ) -> Result<(Token, Session)> {
        let row = find(&self.db, WHOSE, values![issuer, subject]).await?.ok_or_else(unlinked)?;
        let (account_id, region) = (row.get::<String>("account_id")?, read_region(&row)?);
        let token = self
            .retry(|| async {
                let token = Token::new(&self.chance)?;
                let tx = self.begin_write().await?;
                sessions::open(&tx, &account_id, &token, now).await?;
                if with_second_factor {
                    execute(&tx, STEPPED_UP, values![token.hash(), millis(now)]).await?;
                }
                let fields = if with_second_factor { "outside with second factor" } else { "outside" };
                let object = Object::new("account", account_id.as_str());
                let (act, region) = (Act::SignedIn, Some(&region));
                let entry = Entry { account_id: &account_id, act, object, region, fields, reason: None };
                append(self, &tx, now, entry).await?;
                tx.commit().await?;
                Ok(token)
            })
            .await?;
        let session = self.session(&token, now).await?;
        Ok((token, session))
    }
}

fn refused() -> StoreError {
    StoreError::refused(
        "store-subject-refused",
        "这个统一身份为空、过长，或已关联到一个账号。",
        "This outside account is empty, too long, or linked already.",
    )
}

fn unlinked() -> StoreError {
    StoreError::new(
        ErrorKind::SignedOut,
        "store-subject-unlinked",
        "您的统一身份还没有关联到本平台的账号。请系统管理员关联后再登录。",
        "Your outside account is not linked to one here. Ask the system administrator to link it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, id_of, new_account, on_both, scopes};
    use shukun_casework::authority::{Permission, Role};

    #[test]
    fn only_what_the_administrator_linked_signs_in() {
        on_both(|db| async move {
            let store = db.open().await;
            let accounts = [
                new_account("system", &[grant(Role::SystemAdmin, "330381")]),
                new_account("clerk", &[grant(Role::Insurance, "330381")]),
            ];
            let scopes = scopes(&store, &accounts).await;
            let (system, clerk) = (&scopes[0], id_of(&scopes[1]));
            let one = ("https://id.example", "u-1");
            let error = store.sign_in_subject(one, false, at(1)).await.unwrap_err();
            assert_eq!((error.kind, error.code), (ErrorKind::SignedOut, "store-subject-unlinked"));
            assert_eq!(store.link_subject(&scopes[1], &clerk, one, at(1)).await.unwrap_err().code, "store-forbidden");
            store.link_subject(system, &clerk, one, at(1)).await.unwrap();
            assert_eq!(store.link_subject(system, &clerk, one, at(1)).await.unwrap_err().code, "store-subject-refused");
            for wrong in
                [("https://id.example", "u-2"), ("https://other.example", "u-1"), ("https://id.example", "U-1")]
            {
                assert!(store.sign_in_subject(wrong, false, at(2)).await.is_err(), "{wrong:?}");
            }
            let (_, session) = store.sign_in_subject(one, false, at(2)).await.unwrap();
            assert_eq!((session.login(), session.is_stepped_up(at(2))), ("clerk", false));
            let (token, session) = store.sign_in_subject(one, true, at(3)).await.unwrap();
            assert!(session.scope(at(3)).require_anywhere(Permission::Reveal).is_ok());
            assert!(!session.is_stepped_up(at(14)) && store.session(&token, at(14)).await.is_ok());
            assert_eq!(store.list_subjects(system, &clerk).await.unwrap().len(), 1);
            store.unlink_subject(system, &clerk, one, at(15)).await.unwrap();
            assert!(store.sign_in_subject(one, false, at(16)).await.is_err());
            store.link_subject(system, &clerk, one, at(17)).await.unwrap();
            store.close_account(system, &clerk, at(18)).await.unwrap();
            assert!(store.sign_in_subject(one, true, at(19)).await.is_err(), "a closed account");
            assert!(store.verify_audit(None).await.is_ok());
        });
    }
}
