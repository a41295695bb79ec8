//! Backup and restore. A backup is one SQLite file, whichever engine it was made from, and can be restored into either;
//! so it is also the way from one engine to the other. What is sealed stays sealed: the key file is kept apart.
//!
//! Both are done while others work: a copy sees one moment.

use std::path::Path;

use sea_orm::{
    AccessMode, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    TransactionOptions, TransactionTrait as _,
};
use shukun_casework::authority::Permission;

use crate::audit::{Act, AuditHead, Entry, Object, append};
use crate::copy::{copy, tables};
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::Moment;
use crate::schema;
use crate::scope::Scope;
use crate::sql::{execute, find, statements, values};
use crate::store::{Store, file_options, options};
use crate::wall::{OwnWork, pass_as};

statements! {
    VACUUM_INTO = "VACUUM INTO $1";
    ANY_ROW = "SELECT account_id FROM accounts LIMIT 1";
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The end of the audit trail in it: kept elsewhere it tells this backup from a tampered one.
    pub head: AuditHead,
}

impl Store {
    /// Writes a backup of one moment to a new file, while others work. For the system administrator.
    ///
    /// # Errors
    /// `store-backup-exists` if there is such a file already.
    pub async fn back_up(&self, scope: &Scope, file: &Path, now: Moment) -> Result<BackedUp> {
        scope.require_anywhere(Permission::ManageSystem)?;
        let made = self.write_backup(file).await?;
        self.write_backed_up(scope.account_id().as_str(), &made, now).await?;
        Ok(made)
    }

    /// [`Store::back_up`] for a command on the server's own machine, where whoever reads the files may copy them anyway: the
    /// trail says that it was made, by nobody who is signed in.
    pub async fn back_up_here(&self, file: &Path, now: Moment) -> Result<BackedUp> {
        let made = self.write_backup(file).await?;
        self.write_backed_up("", &made, now).await?;
        Ok(made)
    }

    async fn write_backed_up(&self, account_id: &str, made: &BackedUp, now: Moment) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let object = Object::new("backup", "");
            let fields = made.head.number.to_string();
            let entry = Entry { account_id, act: Act::BackedUp, object, region: None, fields: &fields, reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The copy alone.
    pub(crate) async fn write_backup(&self, file: &Path) -> Result<BackedUp> {
        if file.exists() {
            return Err(exists(file));
        }
        if self.db.get_database_backend() == DbBackend::Sqlite {
            execute(&self.db, VACUUM_INTO, values![file.display().to_string()]).await?;
        } else {
            let backup = new_sqlite(file).await?;
            let from = snapshot(&self.db).await?;
            pass_as(&from, OwnWork::Backup).await?;
            copy_all(&from, &backup).await?;
            backup.close().await?;
        }
        let backup = Store { db: Database::connect(file_options(&file_url(file, "ro"))).await?, ..self.clone() };
        let head = backup.verify_audit(None).await?.head;
        backup.close().await?;
        Ok(BackedUp { head })
    }

    /// Restores a backup into the empty database at `url` and opens it under the key file of its time. The audit trail is
    /// verified to its last row, against `kept` where the head was kept elsewhere.
    ///
    /// # Errors
    /// `store-restore-not-empty`, `store-audit-broken`, `store-key-missing`, `store-key-wrong`.
    pub async fn restore(file: &Path, url: &str, key_file: &Path, kept: Option<&AuditHead>) -> Result<Store> {
        if !key_file.exists() {
            return Err(no_key_file(key_file));
        }
        let from = Database::connect(file_options(&file_url(file, "ro"))).await?;
        let to = Database::connect(options(url)).await?;
        schema::migrate(&to).await?;
        if find(&to, ANY_ROW, values![]).await?.is_some() {
            return Err(not_empty());
        }
        copy_all(&from.begin().await?, &to).await?;
        to.close().await?;
        let store = Store::open(url, key_file).await?;
        store.verify_audit(kept).await?;
        Ok(store)
    }
}

/// Exactly one of the two sides is the backup, a SQLite database: its tables are those that are copied.
async fn copy_all(from: &DatabaseTransaction, to: &DatabaseConnection) -> Result<u64> {
    let writing = to.begin().await?;
    pass_as(&writing, OwnWork::Backup).await?;
    let is_sqlite = from.get_database_backend() == DbBackend::Sqlite;
    let tables = if is_sqlite { tables(from).await? } else { tables(&writing).await? };
    let copied = copy(from, &writing, &tables).await?;
    writing.commit().await?;
    Ok(copied)
}

async fn new_sqlite(file: &Path) -> Result<DatabaseConnection> {
    let db = Database::connect(file_options(&file_url(file, "rwc"))).await?;
    schema::migrate(&db).await?;
    Ok(db)
}

/// A transaction that sees one moment.
async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let options = TransactionOptions {
        isolation_level: Some(IsolationLevel::RepeatableRead),
        access_mode: Some(AccessMode::ReadOnly),
        sqlite_transaction_mode: None,
    };
    Ok(db.begin_with_options(options).await?)
}

fn file_url(file: &Path, mode: &str) -> String {
    format!("sqlite://{}?mode={mode}", file.display())
}

fn exists(file: &Path) -> StoreError {
    let shown = file.display();
    StoreError::refused(
        "store-backup-exists",
        format!("{shown} 已经存在：请换一个文件名。"),
        format!("{shown} exists already: choose another name."),
    )
}

fn not_empty() -> StoreError {
    StoreError::refused(
        "store-restore-not-empty",
        "目标数据库里已有账号，不能恢复到它上面：请换一个空的数据库或文件夹。",
        "The database to restore into holds accounts already: choose an empty one.",
    )
}

fn no_key_file(path: &Path) -> StoreError {
    let shown = path.display();
    StoreError::new(
        ErrorKind::Refused,
        "store-key-missing",
        format!("缺少密钥文件 {shown}：请先放回备份时的密钥文件，再恢复。"),
        format!("The key file {shown} is missing: put the one of the backup's time there first."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestDb, at, grant, id_of, new_account, on_both, person, scopes};
    use shukun_base::PersonId;
    use shukun_casework::authority::Role;

    async fn with_data(store: &Store) -> Vec<Scope> {
        let (bureau, system) = (grant(Role::Insurance, "330381"), grant(Role::SystemAdmin, "330381"));
        let security = grant(Role::SecurityAdmin, "330381");
        let accounts =
            [new_account("bureau", &[bureau]), new_account("system", &[system]), new_account("security", &[security])];
        let scopes = scopes(store, &accounts).await;
        let people: Vec<_> = (1..=1_200).map(|number| person(number, "330381001001")).collect();
        store.save_people(&scopes[0], &people, at(0)).await.unwrap();
        // A grant that was taken back and would clash with what is held now.
        let more = store
            .grant(&scopes[2], &id_of(&scopes[0]), &grant(Role::CharityFederation, "330381"), at(1))
            .await
            .unwrap();
        store.revoke(&scopes[2], &more, at(1)).await.unwrap();
        store.grant(&scopes[2], &id_of(&scopes[0]), &grant(Role::JointMeeting, "330381"), at(1)).await.unwrap();
        scopes
    }

    /// Every row of every table, in order.
    async fn everything(store: &Store) -> Vec<String> {
        let file = tempfile::tempdir().unwrap();
        let model = new_sqlite(&file.path().join("model.db")).await.unwrap();
        let tx = store.begin_own(OwnWork::Backup).await.unwrap();
        let mut rows = Vec::new();
        for table in tables(&model).await.unwrap() {
            table.each_row(&tx, |row| rows.push(format!("{table:?} {row:?}"))).await.unwrap();
        }
        rows
    }

    async fn drill(db: &TestDb, other: &TestDb) {
        let store = db.open().await;
        let scopes = with_data(&store).await;
        let file = db.key_file().with_file_name("backup.db");
        let made = store.back_up(&scopes[1], &file, at(2)).await.unwrap();
        assert_eq!(store.back_up(&scopes[1], &file, at(2)).await.unwrap_err().code, "store-backup-exists");
        let restore = async || Store::restore(&file, other.url(), &other.key_file(), Some(&made.head)).await;
        assert_eq!(restore().await.unwrap_err().code, "store-key-missing");
        std::fs::copy(db.key_file(), other.key_file()).unwrap();
        let restored = restore().await.unwrap();
        assert_eq!(restore().await.unwrap_err().code, "store-restore-not-empty");
        let mut before = everything(&store).await;
        // What was written after the copy: the note that a backup was made.
        before.retain(|row| !row.contains("backed_up") && !row.contains("audit_head"));
        let mut after = everything(&restored).await;
        after.retain(|row| !row.contains("audit_head"));
        assert!(before == after, "{} rows before, {} after", before.len(), after.len());
        let seen = restored.list_people(&scopes[0], &[PersonId(1_200)]).await.unwrap();
        assert_eq!(seen[0].id_number, "**************1200");
        let error = restored.write_backup(&file).await.unwrap_err();
        assert_eq!(error.code, "store-backup-exists");
    }

    #[test]
    fn a_backup_is_restored_into_the_same_engine() {
        on_both(|db| async move {
            let other = db.another().await;
            drill(&db, &other).await;
        });
    }

    #[test]
    fn a_backup_moves_from_one_engine_to_the_other() {
        on_both(|db| async move {
            if let Some(other) = db.of_the_other_engine().await {
                drill(&db, &other).await;
            }
        });
    }

    #[test]
    fn a_backup_made_while_others_write_is_of_one_moment() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = with_data(&store).await;
            let write = async {
                for number in 2_000..2_040 {
                    store.save_people(&scopes[0], &[person(number, "330381001001")], at(3)).await.unwrap();
                }
            };
            let file = db.key_file().with_file_name("backup.db");
            let (made, ()) = tokio::join!(store.write_backup(&file), write);
            let head = made.unwrap().head;
            assert!(store.verify_audit(Some(&head)).await.is_ok(), "the trail went on from the backup's end");
        });
    }
}
