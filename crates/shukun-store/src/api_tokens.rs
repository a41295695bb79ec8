//! Tokens with which other programs come for somebody: made by the person, for part of the person's own grants, for at most
//! a year; shown once, kept as a hash; taken back at once.
//!
//! What a token reaches is the person's grants of this moment, those chosen for it, under a [`Ceiling`]. Start at
//! [`Store::make_api_token`] and [`Store::session_of_api_token`].

use jiff::{SignedDuration, ToSpan as _};
use shukun_base::Day;
use shukun_casework::authority::{Grant, Permission};

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, append};
use crate::error::{Result, StoreError};
use crate::grants;
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::{Ceiling, step_up};
use crate::sessions::{OfToken, Session, Token, signed_out};
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    ADD = "INSERT INTO api_tokens (token_id, account_id, token_hash, name, can_write, also, grant_ids, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    MINE = "SELECT token_id, name, can_write, also, grant_ids, made_at, expires_at, used_at, revoked_at FROM api_tokens
        WHERE account_id = $1 ORDER BY made_at DESC, token_id";
    REVOKE = "UPDATE api_tokens SET revoked_at = $3 WHERE account_id = $1 AND token_id = $2 AND revoked_at IS NULL";
    FIND = "SELECT token_id, api_tokens.account_id, can_write, also, grant_ids, used_at, login, display_name, office, region
        FROM api_tokens JOIN accounts ON accounts.account_id = api_tokens.account_id
        WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2 AND closed_at IS NULL
            AND NOT must_change_password";
    USED = "UPDATE api_tokens SET used_at = $2 WHERE token_id = $1 AND (used_at IS NULL OR used_at < $2)";
}

/// What a program may be let do although a person is asked for the second factor before it. Approvals, checks, looking
/// behind a mask and administration are not among it: a program has no eyes and answers for nothing.
pub const ALSO_FOR_TOKENS: &[Permission] = &[Permission::Export, Permission::RecordSettlement];

/// No token lasts longer.
const LONGEST_DAYS: i64 = 365;
/// Nor one with anything of [`ALSO_FOR_TOKENS`].
const LONGEST_DAYS_ALSO: i64 = 90;
/// Tokens that one person may have at a time.
const AT_A_TIME: usize = 20;
/// The longest name.
const NAME: usize = 60;
/// A use sooner than this after the last one is not written down.
const USED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The id of a token: it tells which one, and opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiTokenId(String);

impl ApiTokenId {
    /// An id from a URL.
    pub fn new(id: &str) -> ApiTokenId {
        ApiTokenId(id.to_owned())
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// What it is for, in the person's own words.
    pub name: String,
    /// Which of the person's grants it uses ([`crate::HeldGrant::grant_id`]).
    pub grant_ids: Vec<String>,
    /// Whether it may change anything.
    pub can_write: bool,
    /// Which of [`ALSO_FOR_TOKENS`] it may do.
    pub also: Vec<Permission>,
    /// The last day it holds.
    pub expires_on: Day,
}

/// A token as its owner's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub token_id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Whether it may change anything.
    pub can_write: bool,
    /// What it may do beyond the rest.
    pub also: Vec<Permission>,
    /// The person's grants that it uses and that still stand.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub made_at: Moment,
    /// From when on it opens nothing.
    pub expires_at: Moment,
    /// When it was last used, to the minute.
    pub used_at: Option<Moment>,
    /// Whether it was taken back.
    pub is_revoked: bool,
}

impl ApiToken {
    /// Whether it opens anything at this moment.
    pub fn is_live(&self, now: Moment) -> bool {
        !self.is_revoked && now < self.expires_at
    }
}

impl Store {
    /// Makes a token for a program; what comes back is shown once. The second factor was shown a moment ago, since a token
    /// outlasts the session that made it.
    ///
    /// # Errors
    /// `store-step-up`; `store-token-refused` with what to change.
    pub async fn make_api_token(&self, session: &Session, new: &NewApiToken, now: Moment) -> Result<Token> {
        if *session.ceiling() != Ceiling::Whole || !session.is_stepped_up(now) {
            return Err(step_up());
        }
        let account_id = session.account_id();
        let held = grants::held(&self.db, account_id).await?;
        let today = today_in_china(now);
        let usable = |id: &String| held.iter().any(|held| held.grant_id == *id && held.grant.is_in_force(today));
        let is_own = !new.grant_ids.is_empty() && new.grant_ids.iter().all(usable);
        let mine = self.list_api_tokens(session).await?;
        let has_room = mine.iter().filter(|token| token.is_live(now)).count() < AT_A_TIME;
        check(new, today, is_own, has_room)?;
        let (token, token_id) = (Token::new(&self.chance)?, self.chance.id()?);
        let fields = described(&token_id, new);
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let values = values![
                token_id.as_str(),
                account_id.as_str(),
                token.hash(),
                new.name.trim(),
                new.can_write,
                keys(&new.also),
                new.grant_ids.join(" "),
                millis(now),
                millis(end_of(new.expires_on)?),
            ];
            execute(&tx, ADD, values).await?;
            append(self, &tx, now, session.entry(Act::ApiTokenMade, &fields)).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(token)
    }

    /// The tokens of whoever is signed in, also those that ended, the newest first.
    pub async fn list_api_tokens(&self, session: &Session) -> Result<Vec<ApiToken>> {
        let held = grants::held(&self.db, session.account_id()).await?;
        let rows = all(&self.db, MINE, values![session.account_id().as_str()]).await?;
        rows.iter().map(|row| read(row, &held)).collect()
    }

    /// Takes a token back; it opens nothing from the next request on.
    ///
    /// # Errors
    /// `store-not-found` if it is not the caller's, or was taken back already.
    pub async fn revoke_api_token(&self, session: &Session, token_id: &ApiTokenId, now: Moment) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let values = values![session.account_id().as_str(), token_id.as_str(), millis(now)];
            if execute(&tx, REVOKE, values).await? == 0 {
                return Err(StoreError::not_found());
            }
            append(self, &tx, now, session.entry(Act::ApiTokenRevoked, token_id.as_str())).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// For whom a program comes with this token, and what it reaches.
    ///
    /// # Errors
    /// `store-signed-out` if nobody has such a token, or no longer.
    pub async fn session_of_api_token(&self, token: &Token, now: Moment) -> Result<(ApiTokenId, Session)> {
        let row = find(&self.db, FIND, values![token.hash(), millis(now)]).await?.ok_or_else(signed_out)?;
        let token_id = ApiTokenId(row.get("token_id")?);
        let account_id = AccountId::new(&row.get::<String>("account_id")?);
        let held = grants::held(&self.db, &account_id).await?;
        let session = Session::of_token(OfToken {
            grants: chosen(&row, &held)?,
            account_id,
            login: row.get("login")?,
            display_name: row.get("display_name")?,
            office: row.get("office")?,
            region: read_region(&row)?,
            used_at: now,
            ceiling: Ceiling::Token { can_write: row.get("can_write")?, also: also(&row)? },
        });
        let last = row.get::<Option<i64>>("used_at")?.map(moment).transpose()?;
        self.write_use(&token_id, &session, last, now).await?;
        Ok((token_id, session))
    }

    /// On which days a token was used stands in the audit trail; the minute of the last use beside the token.
    async fn write_use(
        &self,
        token_id: &ApiTokenId,
        session: &Session,
        last: Option<Moment>,
        now: Moment,
    ) -> Result<()> {
        if last.is_some_and(|last| now.duration_since(last) < USED_EVERY) {
            return Ok(());
        }
        let is_first = last.is_none_or(|last| today_in_china(last) != today_in_china(now));
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let was_first = execute(&tx, USED, values![token_id.as_str(), millis(now)]).await? == 1;
            if is_first && was_first {
                append(self, &tx, now, session.entry(Act::ApiTokenUsed, token_id.as_str())).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Writes down that a program sends something that changes data; `route` is the pattern, never the address.
    pub async fn write_api_call(
        &self,
        token_id: &ApiTokenId,
        session: &Session,
        route: &str,
        now: Moment,
    ) -> Result<()> {
        let fields = format!("{} {route}", token_id.as_str());
        self.retry(|| async {
            let tx = self.begin_write().await?;
            append(self, &tx, now, session.entry(Act::ApiCalled, &fields)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn check(new: &NewApiToken, today: Day, is_own: bool, has_room: bool) -> Result<()> {
    let name = new.name.trim().chars().count();
    if !(1..=NAME).contains(&name) || new.name.contains(char::is_control) {
        return Err(refused("请写明用途，不超过60字", "Say what it is for, in at most 60 characters"));
    }
    if !is_own {
        return Err(refused("请至少选一项仍有效的本人授权", "Choose at least one grant of your own that still holds"));
    }
    if new.also.iter().any(|permission| !ALSO_FOR_TOKENS.contains(permission)) {
        return Err(refused("这项操作不能交给令牌", "This cannot be left to a token"));
    }
    let longest = if new.also.is_empty() { LONGEST_DAYS } else { LONGEST_DAYS_ALSO };
    let last = today.checked_add(longest.days()).map_err(|_| out_of_range())?;
    if new.expires_on < today || new.expires_on > last {
        return Err(refused(
            format!("最后一天须在今天到{last}之间"),
            format!("The last day lies between today and {last}"),
        ));
    }
    if has_room {
        Ok(())
    } else {
        Err(refused("令牌已有20个，请先收回不用的", "There are 20 tokens: take one back first"))
    }
}

/// The moment after the last day, in China.
fn end_of(last: Day) -> Result<Moment> {
    let next = last.checked_add(1.day()).map_err(|_| out_of_range())?;
    let offset = jiff::tz::Offset::constant(8);
    offset.to_timestamp(next.at(0, 0, 0, 0)).map_err(|_| out_of_range())
}

fn described(token_id: &str, new: &NewApiToken) -> String {
    let writes = if new.can_write { "read-write" } else { "read-only" };
    [token_id, writes, &keys(&new.also), &new.expires_on.to_string()].join(" ").replace("  ", " ")
}

fn keys(permissions: &[Permission]) -> String {
    permissions.iter().map(|permission| permission.key()).collect::<Vec<_>>().join(" ")
}

fn also(row: &Row) -> Result<Vec<Permission>> {
    let keys: String = row.get("also")?;
    keys.split_whitespace().map(|key| Permission::find(key).ok_or_else(unreadable)).collect()
}

fn chosen(row: &Row, held: &[grants::HeldGrant]) -> Result<Vec<Grant>> {
    let ids: String = row.get("grant_ids")?;
    let is_chosen = |held: &&grants::HeldGrant| ids.split_whitespace().any(|id| id == held.grant_id);
    Ok(held.iter().filter(is_chosen).map(|held| held.grant.clone()).collect())
}

fn read(row: &Row, held: &[grants::HeldGrant]) -> Result<ApiToken> {
    Ok(ApiToken {
        token_id: ApiTokenId(row.get("token_id")?),
        name: row.get("name")?,
        can_write: row.get("can_write")?,
        also: also(row)?,
        grants: chosen(row, held)?,
        made_at: moment(row.get("made_at")?)?,
        expires_at: moment(row.get("expires_at")?)?,
        used_at: row.get::<Option<i64>>("used_at")?.map(moment).transpose()?,
        is_revoked: row.get::<Option<i64>>("revoked_at")?.is_some(),
    })
}

fn refused(zh: impl Into<String>, en: impl Into<String>) -> StoreError {
    let (zh, en): (String, String) = (zh.into(), en.into());
    StoreError::refused("store-token-refused", format!("{zh}。"), format!("{en}."))
}

fn out_of_range() -> StoreError {
    refused("日期超出范围", "The day is out of range")
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一个接口令牌读不懂。", "An interface token cannot be read.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::testing::{at, grant, new_account, on_both, region, staff};
    use shukun_casework::authority::Role;

    fn asked(grant_ids: Vec<String>) -> NewApiToken {
        let name = "对账程序".to_owned();
        NewApiToken { name, grant_ids, can_write: false, also: Vec::new(), expires_on: "2026-12-31".parse().unwrap() }
    }

    /// The session of one officer with two grants, its second factor shown, and the ids of the grants.
    async fn officer(store: &Store) -> (Session, Vec<String>) {
        let grants = [grant(Role::Insurance, "330381"), grant(Role::Insurance, "330305")];
        let (_, session) = staff(store, &[new_account("officer", &grants)]).await.remove(0);
        let mut held = store.list_grants(&session.scope(at(0)), session.account_id()).await.unwrap();
        held.sort_by_key(|held| std::cmp::Reverse(held.grant.region.clone()));
        (session.stepped_up_for_a_test(at(0)), held.into_iter().map(|held| held.grant_id).collect())
    }

    #[test]
    fn a_token_reaches_the_chosen_part_of_what_its_owner_holds() {
        on_both(|db| async move {
            let store = db.open().await;
            let (session, ids) = officer(&store).await;
            let token = store.make_api_token(&session, &asked(vec![ids[0].clone()]), at(0)).await.unwrap();
            let (_, as_program) = store.session_of_api_token(&token, at(1)).await.unwrap();
            let scope = as_program.scope(at(1));
            let (chosen, other) = (region("330381"), region("330305"));
            assert!(scope.allows(Permission::ViewCases, Some(&chosen)));
            assert!(
                !scope.allows(Permission::ViewCases, Some(&other)) && scope.regions(Permission::ViewCases).len() == 1
            );
            for refused in [Permission::Screen, Permission::Reveal, Permission::Export, Permission::CheckDetermination]
            {
                let error = scope.require(refused, Some(&chosen)).unwrap_err();
                assert_eq!(error.kind, ErrorKind::Forbidden, "{refused}");
                assert!(!scope.allows_anywhere(refused), "{refused}");
            }
            let own = store.list_api_tokens(&session).await.unwrap();
            assert_eq!((own.len(), own[0].used_at, own[0].grants.len()), (1, Some(at(1)), 1));
        });
    }

    #[test]
    fn no_token_may_ever_approve_reveal_or_administer() {
        for can_write in [false, true] {
            let ceiling = Ceiling::Token { can_write, also: ALSO_FOR_TOKENS.to_vec() };
            for permission in Permission::ALL {
                let is_second = permission.needs_second_factor() && !ALSO_FOR_TOKENS.contains(permission);
                let manages = permission.key().starts_with("manage_");
                let expected = !is_second && !manages && (can_write || permission.is_reading());
                assert_eq!(ceiling.admits(*permission), expected, "{permission} {can_write}");
            }
        }
    }

    #[test]
    fn a_token_ends_with_its_day_its_grant_its_owner_and_when_it_is_taken_back() {
        on_both(|db| async move {
            let store = db.open().await;
            let (session, ids) = officer(&store).await;
            let make = async |days: &str| {
                let new = NewApiToken { expires_on: days.parse().unwrap(), ..asked(ids.clone()) };
                store.make_api_token(&session, &new, at(0)).await.unwrap()
            };
            let (short, long) = (make("2026-03-02").await, make("2027-03-02").await);
            // The day ends at midnight in China, fourteen hours after the test's ten o'clock.
            assert!(store.session_of_api_token(&short, at(14 * 60 - 1)).await.is_ok());
            assert_eq!(store.session_of_api_token(&short, at(14 * 60)).await.unwrap_err().code, "store-signed-out");
            assert!(store.session_of_api_token(&long, at(14 * 60)).await.is_ok());
            let id = store.list_api_tokens(&session).await.unwrap().remove(0).token_id;
            let other = store.list_api_tokens(&session).await.unwrap().remove(1).token_id;
            for id in [&id, &other] {
                store.revoke_api_token(&session, id, at(20 * 60)).await.unwrap();
                assert_eq!(
                    store.revoke_api_token(&session, id, at(20 * 60)).await.unwrap_err().code,
                    "store-not-found"
                );
            }
            assert!(store.session_of_api_token(&long, at(20 * 60)).await.is_err());
        });
    }

    #[test]
    fn a_token_is_made_by_a_person_who_just_showed_the_second_factor() {
        on_both(|db| async move {
            let store = db.open().await;
            let (session, ids) = officer(&store).await;
            let error = store.make_api_token(&session, &asked(ids.clone()), at(30)).await.unwrap_err();
            assert_eq!(error.code, "store-step-up");
            let token = store.make_api_token(&session, &asked(ids.clone()), at(1)).await.unwrap();
            let (_, as_program) = store.session_of_api_token(&token, at(1)).await.unwrap();
            let error = store.make_api_token(&as_program, &asked(ids), at(1)).await.unwrap_err();
            assert_eq!(error.code, "store-step-up", "a token makes no token");
        });
    }

    #[test]
    fn what_is_not_ones_own_or_too_much_is_refused() {
        on_both(|db| async move {
            let store = db.open().await;
            let (session, ids) = officer(&store).await;
            let good = asked(ids);
            let day = |text: &str| text.parse().unwrap();
            for bad in [
                NewApiToken { name: " ".to_owned(), ..good.clone() },
                NewApiToken { name: "长".repeat(61), ..good.clone() },
                NewApiToken { grant_ids: vec![], ..good.clone() },
                NewApiToken { grant_ids: vec!["0".repeat(32)], ..good.clone() },
                NewApiToken { also: vec![Permission::Reveal], ..good.clone() },
                NewApiToken { expires_on: day("2026-03-01"), ..good.clone() },
                NewApiToken { expires_on: day("2027-03-03"), ..good.clone() },
                NewApiToken { also: vec![Permission::Export], expires_on: day("2026-06-01"), ..good.clone() },
            ] {
                let error = store.make_api_token(&session, &bad, at(0)).await.unwrap_err();
                assert_eq!(error.code, "store-token-refused", "{bad:?}");
            }
            assert!(store.make_api_token(&session, &good, at(0)).await.is_ok());
        });
    }

    #[test]
    fn a_token_without_writing_acts_on_no_case_whatever_its_grants() {
        on_both(|db| async move {
            let store = db.open().await;
            let (session, ids) = officer(&store).await;
            let hsa = session.scope(at(0));
            let case_id = crate::cases::testing::opened(&store, &hsa, 1).await;
            let token = store.make_api_token(&session, &asked(ids), at(0)).await.unwrap();
            let (_, as_program) = store.session_of_api_token(&token, at(1)).await.unwrap();
            let desk = crate::cases::testing::Desk::new();
            let me = shukun_casework::ActorId::new(as_program.account_id().as_str()).unwrap();
            let commands = [shukun_casework::case::Command::Assign { to: me }];
            let ctx = desk.context("t1", 1, 5);
            let error = store.act_on_case(&as_program.scope(at(1)), &case_id, &commands, &ctx).await.unwrap_err();
            assert_eq!(error.code, "store-forbidden");
            assert!(store.view_case(&as_program.scope(at(1)), &case_id, at(1)).await.is_ok());
        });
    }

    #[test]
    fn using_a_token_is_written_down_once_a_day() {
        on_both(|db| async move {
            let store = db.open().await;
            let accounts = [
                new_account("audit", &[grant(Role::AuditAdmin, "330381")]),
                new_account("hsa", &[grant(Role::Insurance, "330381")]),
            ];
            let mut sessions = staff(&store, &accounts).await;
            let hsa = sessions.remove(1).1.stepped_up_for_a_test(at(0));
            let auditor = sessions.remove(0).1.scope(at(0));
            let held = store.list_grants(&hsa.scope(at(0)), hsa.account_id()).await.unwrap();
            let ids = held.into_iter().map(|held| held.grant_id).collect();
            let token = store.make_api_token(&hsa, &asked(ids), at(0)).await.unwrap();
            for minute in [1, 2, 90, 24 * 60, 24 * 60 + 5] {
                store.session_of_api_token(&token, at(minute)).await.unwrap();
            }
            let filter = crate::AuditFilter { act: Some(Act::ApiTokenUsed), ..crate::AuditFilter::default() };
            assert_eq!(store.list_audit(&auditor, &filter).await.unwrap().len(), 2);
            assert!(store.verify_audit(None).await.is_ok());
        });
    }
}
