//! Signing in, changing the password, and the second factor.
//!
//! INVARIANT: a wrong password, an unknown name, a closed and a locked account get the same answer after the same work.
//! Failures are counted by a keyed hash of what was typed, so that known and unknown names are treated alike.

use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{Masked, RegionCode};

use crate::accounts::{normal_login, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::chance::hex;
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis};
use crate::password::check_new;
use crate::sealed::Place;
use crate::sessions::{self, Session, Token};
use crate::sql::{Row, execute, find, statements, values};
use crate::store::Store;
use crate::totp::{Enrolment, SECRET, find_step};

statements! {
    BY_LOGIN = "SELECT account_id, region, password_hash FROM accounts WHERE login = $1 AND closed_at IS NULL";
    FAILURES = "SELECT failures, last_at, locked_until FROM login_failures WHERE login_index = $1";
    FAILED = "INSERT INTO login_failures (login_index, failures, last_at, locked_until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (login_index) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
            locked_until = excluded.locked_until";
    FORGIVEN = "DELETE FROM login_failures WHERE login_index = $1";
    FORGOTTEN = "DELETE FROM login_failures WHERE last_at < $1";
    SECRETS = "SELECT password_hash, totp_secret, totp_pending, totp_last_step FROM accounts WHERE account_id = $1";
    NEW_PASSWORD = "UPDATE accounts SET password_hash = $2, must_change_password = FALSE WHERE account_id = $1";
    PEND = "UPDATE accounts SET totp_pending = $2 WHERE account_id = $1";
    ENROL = "UPDATE accounts SET totp_secret = $2, totp_pending = NULL, totp_last_step = $3 WHERE account_id = $1";
    TAKE_STEP = "UPDATE accounts SET totp_last_step = $2
        WHERE account_id = $1 AND (totp_last_step IS NULL OR totp_last_step < $2)";
}

/// Failures that lock.
const FAILURES_ALLOWED: i64 = 5;
/// For how long.
const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// After this long without another one, failures are forgotten.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Signs somebody in: the token for the cookie, and the session. The session before is over.
    ///
    /// # Errors
    /// `store-sign-in`, whatever was wrong; after five failures also the right password is refused for 15 minutes.
    pub async fn sign_in(&self, login: &str, password: &Masked<String>, now: Moment) -> Result<(Token, Session)> {
        let login = normal_login(login).unwrap_or_else(|| login.chars().take(64).collect());
        let index = self.keys.index("login", login.as_bytes())?;
        let is_locked = self.is_locked(&index, now).await?;
        let account = find(&self.db, BY_LOGIN, values![login.as_str()]).await?;
        let hash: Option<String> = account.as_ref().map(|row| row.get("password_hash")).transpose()?;
        let matches = self.passwords.matches(hash.as_deref(), password).await?;
        match account {
            Some(account) if matches && !is_locked => self.let_in(&account, &index, now).await,
            _ => {
                self.count_failure(&index, Act::SignInRefused, Object::new("login", hex(&index)), "", None, now)
                    .await?;
                Err(refused())
            }
        }
    }

    async fn let_in(&self, account: &Row, index: &[u8], now: Moment) -> Result<(Token, Session)> {
        let account_id: String = account.get("account_id")?;
        let region = read_region(account)?;
        let token = self
            .retry(|| async {
                let token = Token::new(&self.chance)?;
                let tx = self.begin_write().await?;
                execute(&tx, FORGIVEN, values![index.to_vec()]).await?;
                sessions::open(&tx, &account_id, &token, now).await?;
                let object = Object::new("account", account_id.as_str());
                let entry = Entry {
                    account_id: &account_id,
                    act: Act::SignedIn,
                    object,
                    region: Some(&region),
                    fields: "",
                    reason: None,
                };
                append(self, &tx, now, entry).await?;
                tx.commit().await?;
                Ok(token)
            })
            .await?;
        let session = self.session(&token, now).await?;
        Ok((token, session))
    }

    /// Changes the password of whoever is signed in; the session gets a new token.
    ///
    /// # Errors
    /// `store-sign-in` if the old one is wrong, `store-weak-password`, `store-same-password`.
    pub async fn change_password(
        &self,
        session: &Session,
        old: &Masked<String>,
        new: &Masked<String>,
        now: Moment,
    ) -> Result<(Token, Session)> {
        self.confirm_password(session, old, now).await?;
        check_new(session.login(), new)?;
        if old == new {
            return Err(same_password());
        }
        let hash = self.passwords.hash(&self.chance, new).await?;
        let token = self
            .retry(|| async {
                let token = Token::new(&self.chance)?;
                let tx = self.begin_write().await?;
                execute(&tx, NEW_PASSWORD, values![session.account_id().as_str(), hash.as_str()]).await?;
                sessions::rotate(&tx, session, &token, None, now).await?;
                append(self, &tx, now, session.entry(Act::PasswordChanged, "")).await?;
                tx.commit().await?;
                Ok(token)
            })
            .await?;
        let session = self.session(&token, now).await?;
        Ok((token, session))
    }

    /// Begins to enrol a second factor: what it returns is shown once. It counts after [`Store::finish_enrolment`].
    /// The password is asked for again, so that an unattended screen enrols nobody's phone.
    pub async fn begin_enrolment(
        &self,
        session: &Session,
        password: &Masked<String>,
        now: Moment,
    ) -> Result<Enrolment> {
        self.confirm_password(session, password, now).await?;
        if session.has_second_factor() && !session.is_stepped_up(now) {
            return Err(enrolled());
        }
        let secret: [u8; SECRET] = self.chance.bytes()?;
        let sealed = self.keys.seal(&self.chance, place(session, "totp_pending"), &secret)?;
        let pend = || execute(&self.db, PEND, values![session.account_id().as_str(), sealed.clone()]);
        self.retry(pend).await?;
        Ok(Enrolment::new(session.login(), &secret))
    }

    /// Ends the enrolment with a first code from the authenticator.
    ///
    /// # Errors
    /// `store-code` if the code is wrong or was used.
    pub async fn finish_enrolment(&self, session: &Session, code: &str, now: Moment) -> Result<(Token, Session)> {
        let row = self.secrets(session).await?;
        let secret = self.open_secret(session, "totp_pending", &row).await?.ok_or_else(wrong_code)?;
        let Some(step) = find_step(secret.reveal(), code, now, None) else {
            return Err(self.count_wrong_code(session, now).await?);
        };
        let sealed = self.keys.seal(&self.chance, place(session, "totp_secret"), secret.reveal())?;
        let enrolled = EnrolOrStep::Enrol(sealed, step);
        self.rotate_stepped_up(session, &enrolled, now).await
    }

    /// Shows the second factor: for ten minutes the scope is stepped up, under a new token.
    ///
    /// # Errors
    /// `store-no-second-factor` if none is enrolled, `store-code` if the code is wrong, was used, or the account is locked.
    pub async fn step_up(&self, session: &Session, code: &str, now: Moment) -> Result<(Token, Session)> {
        let row = self.secrets(session).await?;
        let secret = self.open_secret(session, "totp_secret", &row).await?.ok_or_else(no_second_factor)?;
        let index = self.code_index(session)?;
        let is_locked = self.is_locked(&index, now).await?;
        let last: Option<i64> = row.get("totp_last_step")?;
        let step = find_step(secret.reveal(), code, now, last).filter(|_| !is_locked);
        let Some(step) = step else { return Err(self.count_wrong_code(session, now).await?) };
        self.rotate_stepped_up(session, &EnrolOrStep::Step(step), now).await
    }

    async fn rotate_stepped_up(&self, session: &Session, what: &EnrolOrStep, now: Moment) -> Result<(Token, Session)> {
        let index = self.code_index(session)?;
        let token = self
            .retry(|| async {
                let token = Token::new(&self.chance)?;
                let tx = self.begin_write().await?;
                what.write(&tx, session).await?;
                execute(&tx, FORGIVEN, values![index.clone()]).await?;
                sessions::rotate(&tx, session, &token, Some(now), now).await?;
                append(self, &tx, now, session.entry(what.act(), "")).await?;
                tx.commit().await?;
                Ok(token)
            })
            .await?;
        let session = self.session(&token, now).await?;
        Ok((token, session))
    }

    /// The password of whoever is signed in, with the same limits as at the door.
    async fn confirm_password(&self, session: &Session, password: &Masked<String>, now: Moment) -> Result<()> {
        let index = self.keys.index("login", session.login().as_bytes())?;
        let is_locked = self.is_locked(&index, now).await?;
        let hash: String = self.secrets(session).await?.get("password_hash")?;
        if self.passwords.matches(Some(&hash), password).await? && !is_locked {
            return Ok(());
        }
        let object = Object::new("account", session.account_id().as_str());
        let (by, region) = (session.account_id().as_str(), Some(session.region()));
        self.count_failure(&index, Act::SignInRefused, object, by, region, now).await?;
        Err(refused())
    }

    async fn secrets(&self, session: &Session) -> Result<Row> {
        let row = find(&self.db, SECRETS, values![session.account_id().as_str()]).await?;
        row.ok_or_else(sessions::signed_out)
    }

    async fn open_secret(&self, session: &Session, column: &'static str, row: &Row) -> Result<Option<Masked<Vec<u8>>>> {
        match row.get::<Option<Vec<u8>>>(column)? {
            Some(cell) => self.keys.open_cell(&self.db, place(session, column), &cell).await.map(Some),
            None => Ok(None),
        }
    }

    /// Codes are counted apart from passwords.
    fn code_index(&self, session: &Session) -> Result<Vec<u8>> {
        self.keys.index("code", session.login().as_bytes())
    }

    async fn count_wrong_code(&self, session: &Session, now: Moment) -> Result<StoreError> {
        let index = self.code_index(session)?;
        let object = Object::new("account", session.account_id().as_str());
        let (by, region) = (session.account_id().as_str(), Some(session.region()));
        self.count_failure(&index, Act::SecondFactorRefused, object, by, region, now).await?;
        Ok(wrong_code())
    }

    async fn is_locked(&self, index: &[u8], now: Moment) -> Result<bool> {
        let row = find(&self.db, FAILURES, values![index.to_vec()]).await?;
        let until: i64 = row.map_or(Ok(0), |row| row.get("locked_until"))?;
        Ok(millis(now) < until)
    }

    async fn count_failure(
        &self,
        index: &[u8],
        act: Act,
        object: Object,
        by: &str,
        region: Option<&RegionCode>,
        now: Moment,
    ) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let entry = Entry { account_id: by, act, object: object.clone(), region, fields: "", reason: None };
            // First, since it makes others wait: two failures at a time are counted as two.
            append(self, &tx, now, entry).await?;
            execute(&tx, FORGOTTEN, values![millis(now - FORGET_AFTER)]).await?;
            let failures = failures(&tx, index).await? + 1;
            let locked_until = if failures >= FAILURES_ALLOWED { millis(now + LOCKED_FOR) } else { 0 };
            execute(&tx, FAILED, values![index.to_vec(), failures, millis(now), locked_until]).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

async fn failures(on: &impl ConnectionTrait, index: &[u8]) -> Result<i64> {
    find(on, FAILURES, values![index.to_vec()]).await?.map_or(Ok(0), |row| row.get("failures"))
}

/// What a right code does.
enum EnrolOrStep {
    Enrol(Vec<u8>, i64),
    Step(i64),
}

impl EnrolOrStep {
    fn act(&self) -> Act {
        match self {
            EnrolOrStep::Enrol(..) => Act::SecondFactorEnrolled,
            EnrolOrStep::Step(_) => Act::SecondFactorShown,
        }
    }

    /// INVARIANT: of two requests with one code one is let through.
    async fn write(&self, tx: &DatabaseTransaction, session: &Session) -> Result<()> {
        let account_id = session.account_id().as_str();
        let written = match self {
            EnrolOrStep::Enrol(sealed, step) => execute(tx, ENROL, values![account_id, sealed.clone(), *step]).await?,
            EnrolOrStep::Step(step) => execute(tx, TAKE_STEP, values![account_id, *step]).await?,
        };
        if written == 1 { Ok(()) } else { Err(wrong_code()) }
    }
}

fn place<'a>(session: &'a Session, column: &'static str) -> Place<'a> {
    Place { table: "accounts", column, row: session.account_id().as_str() }
}

fn refused() -> StoreError {
    StoreError::new(
        ErrorKind::SignedOut,
        "store-sign-in",
        "登录名或口令不对，或因多次失败暂停登录15分钟。忘记口令请找系统管理员重置。",
        "The login or password is wrong, or sign-in rests for 15 minutes after several failures. The system administrator resets passwords.",
    )
}

fn same_password() -> StoreError {
    StoreError::refused(
        "store-same-password",
        "新口令与旧口令相同，请换一个。",
        "The new password is the old one. Choose another.",
    )
}

fn wrong_code() -> StoreError {
    StoreError::refused(
        "store-code",
        "动态口令不对、已用过，或因多次失败暂停15分钟。请等下一个口令再试。",
        "The code is wrong or was used, or codes rest for 15 minutes after several failures. Wait for the next one.",
    )
}

fn no_second_factor() -> StoreError {
    StoreError::refused(
        "store-no-second-factor",
        "这个账号还没有登记动态口令，请先登记。",
        "This account has no second factor yet. Enrol one first.",
    )
}

fn enrolled() -> StoreError {
    StoreError::refused(
        "store-second-factor-enrolled",
        "已经登记过动态口令：请先验证它，再登记新的。",
        "A second factor is enrolled: show it first, then enrol another.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, at, grant, new_account, on_both, region, staff};
    use crate::totp::code_at;
    use shukun_casework::authority::{Permission, Role};

    fn masked(text: &str) -> Masked<String> {
        Masked::new(text.to_owned())
    }

    #[test]
    fn a_first_password_opens_nothing_until_it_is_changed() {
        on_both(|db| async move {
            let store = db.open().await;
            let first =
                store.set_up(&[new_account("clerk", &[grant(Role::Insurance, "330381")])], at(0)).await.unwrap();
            let (_, session) = store.sign_in("Clerk ", &first[0].password, at(0)).await.unwrap();
            let county = region("330381");
            assert!(session.must_change_password());
            assert!(!session.scope(at(0)).allows(Permission::ViewCases, Some(&county)));
            let change =
                async |new: &str| store.change_password(&session, &first[0].password, &masked(new), at(0)).await;
            assert_eq!(change("short").await.unwrap_err().code, "store-weak-password");
            assert_eq!(change(first[0].password.reveal()).await.unwrap_err().code, "store-same-password");
            let (_, changed) = change(PASSWORD).await.unwrap();
            assert!(changed.scope(at(0)).allows(Permission::ViewCases, Some(&county)));
            assert_eq!(
                store.session(&Token::new(&store.chance).unwrap(), at(0)).await.unwrap_err().code,
                "store-signed-out"
            );
            assert!(store.sign_in("clerk", &first[0].password, at(1)).await.is_err());
            assert!(store.sign_in("clerk", &masked(PASSWORD), at(1)).await.is_ok());
        });
    }

    #[test]
    fn five_failures_lock_known_and_unknown_names_alike() {
        on_both(|db| async move {
            let store = db.open().await;
            staff(&store, &[new_account("clerk", &[])]).await;
            for login in ["clerk", "nobody"] {
                for minute in 0..5 {
                    let error = store.sign_in(login, &masked("wrong password"), at(minute)).await.unwrap_err();
                    assert_eq!(error, refused(), "{login} {minute}");
                }
                assert_eq!(store.sign_in(login, &masked(PASSWORD), at(10)).await.unwrap_err(), refused(), "{login}");
            }
            assert_eq!(store.sign_in("clerk", &masked(PASSWORD), at(24)).await.unwrap_err(), refused());
            assert!(store.sign_in("clerk", &masked(PASSWORD), at(40)).await.is_ok());
            assert!(store.sign_in("clerk", &masked("wrong password"), at(41)).await.is_err());
            assert!(store.sign_in("clerk", &masked(PASSWORD), at(41)).await.is_ok(), "one failure does not lock");
        });
    }

    /// `SHUKUN_TRIES` asks for more than a test run tries; figures are in docs/store.md.
    #[test]
    fn unknown_names_take_as_long_as_known_ones() {
        let tries: u32 = std::env::var("SHUKUN_TRIES").map_or(8, |tries| tries.parse().unwrap());
        on_both(|db| async move {
            drop(db.open().await);
            let store = Store::open(db.url(), &db.key_file()).await.unwrap();
            let names: Vec<String> = (0..tries).map(|number| format!("clerk{number}")).collect();
            let accounts: Vec<_> = names.iter().map(|name| new_account(name, &[])).collect();
            store.set_up(&accounts, at(0)).await.unwrap();
            let mut took = [std::time::Duration::ZERO; 2];
            for name in &names {
                for (index, name) in [name.clone(), format!("x{name}")].iter().enumerate() {
                    let start = std::time::Instant::now();
                    assert_eq!(store.sign_in(name, &masked("wrong password"), at(1)).await.unwrap_err(), refused());
                    took[index] += start.elapsed();
                }
            }
            let [known, unknown] = took.map(|took| took / tries);
            eprintln!("{}: a known name {known:?}, an unknown one {unknown:?}", store.engine());
            // Far apart only if one of them skipped the hash: a busy machine is no failure.
            assert!(known < unknown * 3 && unknown < known * 3, "{known:?} {unknown:?}");
        });
    }

    async fn enrolled_clerk(store: &Store) -> (Masked<Vec<u8>>, Session) {
        let (_, session) = staff(store, &[new_account("clerk", &[grant(Role::Insurance, "330381")])]).await.remove(0);
        store.begin_enrolment(&session, &masked(PASSWORD), at(0)).await.unwrap();
        let row = store.secrets(&session).await.unwrap();
        let secret = store.open_secret(&session, "totp_pending", &row).await.unwrap().unwrap();
        let code = code_at(secret.reveal(), at(0).as_second() / 30);
        let (_, session) = store.finish_enrolment(&session, &code, at(0)).await.unwrap();
        (secret, session)
    }

    #[test]
    fn a_second_factor_steps_up_once_for_ten_minutes_under_a_new_token() {
        on_both(|db| async move {
            let store = db.open().await;
            let (secret, session) = enrolled_clerk(&store).await;
            assert!(session.has_second_factor() && session.is_stepped_up(at(10)) && !session.is_stepped_up(at(11)));
            let code = code_at(secret.reveal(), at(20).as_second() / 30);
            let (token, stepped) = store.step_up(&session, &code, at(20)).await.unwrap();
            assert!(stepped.scope(at(20)).require(Permission::Reveal, Some(&region("330381"))).is_ok());
            let (same_code, old_token) =
                tokio::join!(store.step_up(&stepped, &code, at(20)), store.sign_out(&session, at(20)));
            assert_eq!(same_code.unwrap_err().code, "store-code");
            assert!(old_token.is_ok() && store.session(&token, at(20)).await.is_ok(), "the old token ends nothing");
        });
    }

    #[test]
    fn one_code_in_two_requests_is_taken_once() {
        on_both(|db| async move {
            let store = db.open().await;
            let (secret, session) = enrolled_clerk(&store).await;
            let code = code_at(secret.reveal(), at(5).as_second() / 30);
            let (one, other) =
                tokio::join!(store.step_up(&session, &code, at(5)), store.step_up(&session, &code, at(5)));
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        });
    }

    #[test]
    fn guessed_codes_lock() {
        on_both(|db| async move {
            let store = db.open().await;
            let (secret, session) = enrolled_clerk(&store).await;
            for _ in 0..5 {
                assert_eq!(store.step_up(&session, "000 00", at(5)).await.unwrap_err().code, "store-code");
            }
            let code = |minute| code_at(secret.reveal(), at(minute).as_second() / 30);
            assert_eq!(store.step_up(&session, &code(6), at(6)).await.unwrap_err().code, "store-code");
            let (_, again) = store.sign_in("clerk", &masked(PASSWORD), at(30)).await.unwrap();
            assert!(store.step_up(&again, &code(30), at(30)).await.is_ok());
        });
    }

    #[test]
    fn an_enrolled_second_factor_is_replaced_by_its_holder_only() {
        on_both(|db| async move {
            let store = db.open().await;
            enrolled_clerk(&store).await;
            let (_, again) = store.sign_in("clerk", &masked(PASSWORD), at(30)).await.unwrap();
            let error = store.begin_enrolment(&again, &masked(PASSWORD), at(30)).await.unwrap_err();
            assert_eq!(error.code, "store-second-factor-enrolled");
            let error = store.begin_enrolment(&again, &masked("wrong password"), at(30)).await.unwrap_err();
            assert_eq!(error.code, "store-sign-in");
        });
    }
}
