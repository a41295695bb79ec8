//! Sessions: a token in a cookie, its SHA-256 here. One for each person; a new sign-in ends the one before.
//!
//! Idle for 20 minutes or 10 hours old, a session is over. The token changes at sign-in, at a change of password and
//! when the second factor is shown, so that a token seen before is worth nothing after. Grants are read at each request:
//! what is taken back is gone at the next one.

use jiff::SignedDuration;
use sea_orm::DatabaseTransaction;
use sha2::{Digest as _, Sha256};
use shukun_base::RegionCode;
use shukun_casework::authority::Grant;

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::chance::{Chance, hex, unhex};
use crate::error::{ErrorKind, Result, StoreError};
use crate::grants;
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::{Ceiling, Scope};
use crate::sql::{Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    FIND = "SELECT sessions.account_id, opened_at, seen_at, stepped_up_at, login, display_name, office, region,
            must_change_password, totp_secret IS NOT NULL AS has_second_factor
        FROM sessions JOIN accounts ON accounts.account_id = sessions.account_id
        WHERE token_hash = $1 AND closed_at IS NULL";
    SEEN = "UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2";
    OPEN = "INSERT INTO sessions (account_id, token_hash, opened_at, seen_at, stepped_up_at) VALUES ($1, $2, $3, $3, NULL)
        ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, opened_at = excluded.opened_at,
            seen_at = excluded.seen_at, stepped_up_at = NULL";
    // The old token is named: of two that rotate one session at a time, one wins.
    ROTATE = "UPDATE sessions SET token_hash = $2, seen_at = $3, stepped_up_at = $4 WHERE token_hash = $1";
    END = "DELETE FROM sessions WHERE token_hash = $1";
}

/// A session without a request for this long is over.
pub(crate) const IDLE: SignedDuration = SignedDuration::from_mins(20);
/// A session older than this is over.
pub(crate) const LONGEST: SignedDuration = SignedDuration::from_hours(10);
/// How long a second factor counts.
pub(crate) const STEPPED_UP: SignedDuration = SignedDuration::from_mins(10);
/// A request sooner than this after the last one is not written down.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// What the browser keeps in its cookie: 256 random bits. Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    pub(crate) fn new(chance: &Chance) -> Result<Token> {
        Ok(Token(chance.bytes()?))
    }

    /// From a cookie; `None` if it is not 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Token> {
        unhex(text)?.try_into().ok().map(Token)
    }

    /// For the cookie.
    pub fn to_cookie(&self) -> String {
        hex(&self.0)
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    token_hash: Vec<u8>,
    account_id: AccountId,
    login: String,
    display_name: String,
    office: String,
    region: RegionCode,
    grants: Vec<Grant>,
    must_change_password: bool,
    has_second_factor: bool,
    opened_at: Moment,
    stepped_up_at: Option<Moment>,
    ceiling: Ceiling,
}

/// Whose token it is that a program came with, and what it reaches.
pub(crate) struct OfToken {
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub office: String,
    pub region: RegionCode,
    pub grants: Vec<Grant>,
    pub used_at: Moment,
    pub ceiling: Ceiling,
}

impl Session {
    /// For the one request that a program sends with somebody's token: no cookie finds it, nothing ends it.
    pub(crate) fn of_token(of: OfToken) -> Session {
        Session {
            token_hash: Vec::new(),
            account_id: of.account_id,
            login: of.login,
            display_name: of.display_name,
            office: of.office,
            region: of.region,
            grants: of.grants,
            must_change_password: false,
            has_second_factor: false,
            opened_at: of.used_at,
            stepped_up_at: None,
            ceiling: of.ceiling,
        }
    }

    #[cfg(test)]
    pub(crate) fn stepped_up_for_a_test(self, now: Moment) -> Session {
        Session { stepped_up_at: Some(now), ..self }
    }

    /// How far the grants may be used.
    pub fn ceiling(&self) -> &Ceiling {
        &self.ceiling
    }

    /// What this person may see and do now: the argument of everything else.
    pub fn scope(&self, now: Moment) -> Scope {
        Scope::of(self, today_in_china(now), self.is_stepped_up(now))
    }

    /// Whose account it is.
    pub fn account_id(&self) -> &AccountId {
        &self.account_id
    }

    /// What was typed to sign in.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// The name colleagues see.
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// The office the person works in.
    pub fn office(&self) -> &str {
        &self.office
    }

    /// Where the account belongs.
    pub fn region(&self) -> &RegionCode {
        &self.region
    }

    /// The grants held, also those that ran out.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether the first password was not changed yet: until then the scope reaches nowhere, and only
    /// [`Store::change_password`] and [`Store::sign_out`] are of use.
    pub fn must_change_password(&self) -> bool {
        self.must_change_password
    }

    /// Whether a second factor is enrolled.
    pub fn has_second_factor(&self) -> bool {
        self.has_second_factor
    }

    /// Whether the second factor was shown in the last ten minutes.
    pub fn is_stepped_up(&self, now: Moment) -> bool {
        self.stepped_up_at.is_some_and(|at| at <= now && now.duration_since(at) <= STEPPED_UP)
    }

    /// When it is over at the latest.
    pub fn ends_at(&self) -> Moment {
        self.opened_at + LONGEST
    }

    /// A value for a hidden field of every form: from the session, and of no use to find the token by.
    pub fn form_token(&self) -> String {
        hex(&Sha256::digest([b"form|".as_slice(), &self.token_hash].concat()))
    }

    pub(crate) fn entry<'a>(&'a self, act: Act, fields: &'a str) -> Entry<'a> {
        let object = Object::new("account", self.account_id.as_str());
        Entry { account_id: self.account_id.as_str(), act, object, region: Some(&self.region), fields, reason: None }
    }
}

impl Store {
    /// Who holds this token; that somebody asked keeps the session alive.
    ///
    /// # Errors
    /// `store-signed-out` if nobody does, or the session is over.
    pub async fn session(&self, token: &Token, now: Moment) -> Result<Session> {
        self.find_session(token, now, true).await
    }

    /// [`Store::session`] for what a page asks by itself: it says nothing about somebody being there.
    pub async fn session_looked_at(&self, token: &Token, now: Moment) -> Result<Session> {
        self.find_session(token, now, false).await
    }

    async fn find_session(&self, token: &Token, now: Moment, is_act: bool) -> Result<Session> {
        let hash = token.hash();
        let row = find(&self.db, FIND, values![hash.clone()]).await?.ok_or_else(signed_out)?;
        let (opened_at, seen_at) = (moment(row.get("opened_at")?)?, moment(row.get("seen_at")?)?);
        if now.duration_since(opened_at) > LONGEST || now.duration_since(seen_at) > IDLE {
            execute(&self.db, END, values![hash]).await?;
            return Err(signed_out());
        }
        if is_act && now.duration_since(seen_at) >= SEEN_EVERY {
            self.retry(|| async { execute(&self.db, SEEN, values![hash.clone(), millis(now)]).await }).await?;
        }
        self.read_session(&row, hash.clone()).await
    }

    async fn read_session(&self, row: &Row, token_hash: Vec<u8>) -> Result<Session> {
        let account_id = AccountId::new(&row.get::<String>("account_id")?);
        let held = grants::held(&self.db, &account_id).await?;
        Ok(Session {
            token_hash,
            account_id,
            login: row.get("login")?,
            display_name: row.get("display_name")?,
            office: row.get("office")?,
            region: read_region(row)?,
            grants: held.into_iter().map(|held| held.grant).collect(),
            must_change_password: row.get("must_change_password")?,
            has_second_factor: row.get("has_second_factor")?,
            opened_at: moment(row.get("opened_at")?)?,
            stepped_up_at: row.get::<Option<i64>>("stepped_up_at")?.map(moment).transpose()?,
            ceiling: Ceiling::Whole,
        })
    }

    /// Ends the session at once.
    pub async fn sign_out(&self, session: &Session, now: Moment) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_write().await?;
            execute(&tx, END, values![session.token_hash.clone()]).await?;
            append(self, &tx, now, session.entry(Act::SignedOut, "")).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

/// Opens a session for the account and ends the one before.
pub(crate) async fn open(tx: &DatabaseTransaction, account_id: &str, token: &Token, now: Moment) -> Result<()> {
    execute(tx, OPEN, values![account_id, token.hash(), millis(now)]).await?;
    Ok(())
}

/// Gives the session a new token.
pub(crate) async fn rotate(
    tx: &DatabaseTransaction,
    session: &Session,
    token: &Token,
    stepped_up_at: Option<Moment>,
    now: Moment,
) -> Result<()> {
    let stepped_up_at = stepped_up_at.map(millis);
    let rotated = execute(tx, ROTATE, values![session.token_hash.clone(), token.hash(), millis(now), stepped_up_at]);
    if rotated.await? == 1 { Ok(()) } else { Err(signed_out()) }
}

pub(crate) fn signed_out() -> StoreError {
    StoreError::new(
        ErrorKind::SignedOut,
        "store-signed-out",
        "您没有登录，或登录已结束。请重新登录。",
        "You are not signed in, or the session is over. Sign in again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, at, grant, new_account, on_both, region, staff};
    use shukun_base::Masked;
    use shukun_casework::authority::{Permission, Role};

    #[test]
    fn a_session_ends_when_idle_and_when_old() {
        on_both(|db| async move {
            let store = db.open().await;
            let (token, _) = staff(&store, &[new_account("clerk", &[])]).await.remove(0);
            for minutes in (19..600).step_by(19) {
                assert!(store.session(&token, at(minutes)).await.is_ok(), "{minutes}");
            }
            assert_eq!(store.session(&token, at(601)).await.unwrap_err().code, "store-signed-out");
            let (token, _) = store.sign_in("clerk", &Masked::new(PASSWORD.to_owned()), at(700)).await.unwrap();
            assert!(store.session(&token, at(720)).await.is_ok());
            assert!(store.session(&token, at(741)).await.is_err());
            assert!(store.session(&token, at(721)).await.is_err(), "what is over stays over");
        });
    }

    #[test]
    fn what_a_page_asks_by_itself_keeps_no_session_alive() {
        on_both(|db| async move {
            let store = db.open().await;
            let (token, _) = staff(&store, &[new_account("clerk", &[])]).await.remove(0);
            for minutes in [5, 10, 19] {
                assert!(store.session_looked_at(&token, at(minutes)).await.is_ok());
            }
            assert_eq!(store.session_looked_at(&token, at(21)).await.unwrap_err().code, "store-signed-out");
        });
    }

    #[test]
    fn a_new_sign_in_ends_the_old_session_and_so_does_signing_out() {
        on_both(|db| async move {
            let store = db.open().await;
            let (old, _) = staff(&store, &[new_account("clerk", &[])]).await.remove(0);
            let password = Masked::new(PASSWORD.to_owned());
            let (new, session) = store.sign_in("clerk", &password, at(1)).await.unwrap();
            assert!(store.session(&old, at(1)).await.is_err());
            assert_eq!(store.session(&new, at(1)).await.unwrap().login(), "clerk");
            store.sign_out(&session, at(2)).await.unwrap();
            assert!(store.session(&new, at(2)).await.is_err());
        });
    }

    #[test]
    fn a_grant_taken_back_is_gone_at_the_next_request() {
        on_both(|db| async move {
            let store = db.open().await;
            let (clerk, security) = (grant(Role::Insurance, "330381"), grant(Role::SecurityAdmin, "330381"));
            let sessions = staff(&store, &[new_account("clerk", &[clerk]), new_account("security", &[security])]).await;
            let county = region("330381");
            let sees = |session: &Session| session.scope(at(1)).allows(Permission::ViewCases, Some(&county));
            assert!(sees(&store.session(&sessions[0].0, at(1)).await.unwrap()));
            let admin = sessions[1].1.scope(at(1)).stepped_up_for_a_test();
            let held = store.list_grants(&admin, sessions[0].1.account_id()).await.unwrap();
            store.revoke(&admin, &held[0].grant_id, at(1)).await.unwrap();
            assert!(!sees(&store.session(&sessions[0].0, at(1)).await.unwrap()));
        });
    }

    #[test]
    fn a_token_is_not_stored_and_not_printed() {
        on_both(|db| async move {
            let store = db.open().await;
            let (token, session) = staff(&store, &[new_account("clerk", &[])]).await.remove(0);
            assert_eq!(Token::parse(&token.to_cookie()).as_ref(), Some(&token));
            assert_ne!(session.token_hash, token.0);
            assert_eq!((format!("{token:?}"), Token::parse("00")), ("Token(***)".to_owned(), None));
            assert!(session.form_token() != token.to_cookie() && session.form_token() != hex(&session.token_hash));
        });
    }
}
