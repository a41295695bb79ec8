//! Changing keys, for the system administrator: a new key for a table, a new key over the keys.

use shukun_casework::authority::Permission;

use crate::audit::{Act, Entry, Object, append};
use crate::error::Result;
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sealed::SuiteName;
use crate::store::Store;

/// People sealed again in one go.
const AT_A_TIME: u32 = 500;

impl Store {
    /// Gives people's fields a new key and seals all of them again with it; readers and writers go on meanwhile. Stopped
    /// halfway, it goes on where it was when called again. How many people it sealed.
    ///
    /// The audit trail is only appended to: its reasons stay under the key they were written with.
    pub async fn change_data_key(&self, scope: &Scope, now: Moment) -> Result<usize> {
        scope.require_anywhere(Permission::ManageSystem)?;
        if self.reseal_people(1).await? == 0 {
            self.keys.add_key(&self.db, &self.chance, "people").await?;
        }
        self.note(scope, "people", now).await?;
        let mut sealed = 0;
        loop {
            let done = self.reseal_people(AT_A_TIME).await?;
            sealed += done;
            if done == 0 {
                return Ok(sealed);
            }
        }
    }

    /// Adds a master key of `suite` to the key file and wraps every data key with it. Data keys made from now on are of
    /// this suite; [`Store::change_data_key`] then moves what is sealed. Keep the file's older lines: backups need them.
    pub async fn change_master_key(&self, scope: &Scope, suite: SuiteName, now: Moment) -> Result<()> {
        scope.require_anywhere(Permission::ManageSystem)?;
        self.keys.change_master(&self.db, &self.chance, suite).await?;
        self.note(scope, suite.key(), now).await
    }

    async fn note(&self, scope: &Scope, fields: &str, now: Moment) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let (account_id, object) = (scope.account_id().as_str(), Object::new("keys", ""));
            let entry = Entry { account_id, act: Act::KeyChanged, object, region: None, fields, reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, person, scopes};
    use shukun_base::PersonId;
    use shukun_casework::authority::Role;

    #[test]
    fn people_are_sealed_again_while_others_read() {
        on_both(|db| async move {
            let store = db.open().await;
            let (bureau, system) = (grant(Role::Insurance, "330381"), grant(Role::SystemAdmin, "330381"));
            let scopes = scopes(&store, &[new_account("bureau", &[bureau]), new_account("system", &[system])]).await;
            let people: Vec<_> = (1..=30).map(|number| person(number, "330381001001")).collect();
            store.save_people(&scopes[0], &people, at(0)).await.unwrap();
            let ids: Vec<PersonId> = people.iter().map(|one| one.person_id).collect();
            let running = db.open().await;
            store.change_master_key(&scopes[1], SuiteName::Sm4Gcm, at(1)).await.unwrap();
            let read = async {
                for _ in 0..10 {
                    assert_eq!(running.list_people(&scopes[0], &ids).await.unwrap().len(), 30);
                }
            };
            let (changed, ()) = tokio::join!(store.change_data_key(&scopes[1], at(2)), read);
            assert_eq!(changed.unwrap(), 30);
            let found = running.find_by_number(&scopes[0], &people[6].id_number, at(3)).await.unwrap();
            assert_eq!(found[0].person_id, PersonId(7));
            assert!(store.change_data_key(&scopes[0], at(3)).await.is_err());
        });
    }
}
