//! Keys with which bodies sign: made here, the secret half sealed, or made by the body on its own machine and brought as its
//! public line. A key is never changed; the newest of a body is the one it signs with.
//!
//! Knows not what is signed. Start at [`Store::add_sign_key`].

use sea_orm::ConnectionTrait;
use shukun_base::RegionCode;
use shukun_casework::authority::{Permission, Role};
use shukun_fund::publishing::proof::{Body, CheckKey, SignKey};

use super::{place, unreadable};
use crate::accounts::read_region;
use crate::audit::{Act, Object};
use crate::error::{Result, StoreError};
use crate::fund::kept;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    ADD = "INSERT INTO sign_keys (key_name, body, region, check_line, is_kept_here, made_by, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    KEEP = "INSERT INTO sign_key_secrets (key_name, region, secret) VALUES ($1, $2, $3)";
    KEYS = "SELECT key_name, body, region, check_line, is_kept_here, made_at FROM sign_keys ORDER BY made_at DESC, key_name DESC";
    SECRET = "SELECT secret FROM sign_key_secrets WHERE key_name = $1";
    COUNT = "SELECT COUNT(*) AS rows FROM sign_keys WHERE body = $1";
}

/// A key as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignKeyRow {
    /// Its public half, with its name.
    pub key: CheckKey,
    /// Whose.
    pub body: Body,
    /// Where that body is one.
    pub region: RegionCode,
    /// Whether its secret half is kept here, sealed; otherwise the body keeps it.
    pub is_kept_here: bool,
    /// Since when.
    pub made_at: Moment,
}

/// Who may sign for a body.
fn role_of(body: Body) -> Option<(Permission, Role)> {
    match body {
        Body::Insurance => Some((Permission::SignCheckpoint, Role::Insurance)),
        Body::Charity => Some((Permission::SignCheckpoint, Role::CharityFederation)),
        Body::RedCross => Some((Permission::SignCheckpoint, Role::RedCross)),
        Body::Fund => Some((Permission::PublishFund, Role::CharityFederation)),
        Body::Village => None,
    }
}

/// Whether somebody acts for this body at a place: a grant of the body's role that holds there today.
pub(super) fn acts_for(scope: &Scope, body: Body, region: &RegionCode) -> bool {
    let Some((permission, role)) = role_of(body) else { return false };
    let holds = scope.grants().iter().any(|grant| {
        grant.role == role
            && grant.region.contains(region)
            && grant.programme.is_none()
            && grant.is_in_force(scope.today())
    });
    holds && scope.allows(permission, Some(region))
}

impl Store {
    /// A key of a body at a place. With `line` it is the public half of a key that the body made itself (`shukun checkpoint
    /// key`); without, it is made here and its secret half sealed.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller acts for that body; `store-sign-key` where the line is no key of it.
    pub async fn add_sign_key(
        &self,
        scope: &Scope,
        (body, region): (Body, &RegionCode),
        line: Option<&str>,
        now: Moment,
    ) -> Result<SignKeyRow> {
        let (permission, _) = role_of(body).ok_or_else(StoreError::forbidden)?;
        scope.require(permission, Some(region))?;
        if !acts_for(scope, body, region) {
            return Err(StoreError::forbidden());
        }
        let brought = match line {
            Some(line) => Some(CheckKey::parse(line).filter(|key| key.body() == Some(body)).ok_or_else(no_key)?),
            None => None,
        };
        let secret: [u8; 32] = self.chance.bytes()?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let key = match &brought {
                Some(key) => key.clone(),
                None => SignKey::new(&next_name(&tx, body, scope).await?, &secret).ok_or_else(unreadable)?.check_key(),
            };
            let known = read_keys(&tx).await?;
            if let Some(known) = known.iter().find(|known| known.key == key) {
                return Ok(known.clone());
            }
            if known.iter().any(|known| known.key.name == key.name) {
                return Err(no_key());
            }
            let name = key.name.as_str();
            let (by, kept) = (scope.account_id().as_str(), i64::from(brought.is_none()));
            execute(&tx, ADD, values![name, body.key(), region.as_str(), key.line(), kept, by, millis(now)]).await?;
            if brought.is_none() {
                let cell = self.keys.seal(&self.chance, place("sign_key_secrets", "secret", name), &secret)?;
                execute(&tx, KEEP, values![name, region.as_str(), cell]).await?;
            }
            let object = Object::new("sign_key", name);
            self.note_sealing(&tx, (Act::SignKeyAdded, scope), (object, region), now).await?;
            let records = [&kept::SIGN_KEY, &kept::SECRET].map(|kept| (kept, values![name]));
            self.keep_sealing(&tx, (scope, region), records, now).await?;
            tx.commit().await?;
            Ok(SignKeyRow { key, body, region: region.clone(), is_kept_here: brought.is_none(), made_at: now })
        })
        .await
    }

    /// The public halves, newest first. For everybody: it asks for no scope.
    pub async fn sign_keys(&self) -> Result<Vec<SignKeyRow>> {
        read_keys(&self.db).await
    }

    /// The bodies that the caller acts for at a place.
    pub fn bodies_of(&self, scope: &Scope, region: &RegionCode) -> Vec<Body> {
        Body::ALL.iter().copied().filter(|body| acts_for(scope, *body, region)).collect()
    }

    /// The newest key of a body at a place.
    pub(super) async fn newest_key(
        &self,
        on: &impl ConnectionTrait,
        body: Body,
        region: &RegionCode,
    ) -> Result<SignKeyRow> {
        let mut keys = read_keys(on).await?.into_iter();
        keys.find(|row| row.body == body && row.region.contains(region)).ok_or_else(without_key)
    }

    /// A key with its secret half; none for one that the body keeps itself.
    pub(super) async fn open_key(&self, on: &impl ConnectionTrait, row: &SignKeyRow) -> Result<Option<SignKey>> {
        let name = row.key.name.as_str();
        let Some(found) = find(on, SECRET, values![name]).await? else { return Ok(None) };
        let cell: Vec<u8> = found.get("secret")?;
        let secret = self.keys.open_cell(&self.db, place("sign_key_secrets", "secret", name), &cell).await?;
        let secret: [u8; 32] = secret.reveal().as_slice().try_into().map_err(|_| unreadable())?;
        SignKey::new(name, &secret).map(Some).ok_or_else(unreadable)
    }
}

/// `charity/2026-1`: the body, the year, how many it had.
async fn next_name(on: &impl ConnectionTrait, body: Body, scope: &Scope) -> Result<String> {
    let row = find(on, COUNT, values![body.key()]).await?;
    let had: i64 = row.map_or(Ok(0), |row| row.get("rows"))?;
    Ok(format!("{}/{}-{}", body.key(), scope.today().year(), had + 1))
}

pub(super) async fn read_keys(on: &impl ConnectionTrait) -> Result<Vec<SignKeyRow>> {
    let read = |row: &Row| -> Result<SignKeyRow> {
        Ok(SignKeyRow {
            key: CheckKey::parse(&row.get::<String>("check_line")?).ok_or_else(unreadable)?,
            body: Body::find(&row.get::<String>("body")?).ok_or_else(unreadable)?,
            region: read_region(row)?,
            is_kept_here: row.get::<i64>("is_kept_here")? == 1,
            made_at: moment(row.get("made_at")?)?,
        })
    };
    all(on, KEYS, values![]).await?.iter().map(read).collect()
}

fn no_key() -> StoreError {
    StoreError::refused(
        "store-sign-key",
        "这不是该机构的公钥，或名称已被另一把占用：请粘贴 shukun checkpoint key 打印的那一行，名称以机构代码开头。",
        "This is no public key of that body, or its name is taken by another: paste the line that shukun checkpoint key printed; its name begins with the body's word.",
    )
}

fn without_key() -> StoreError {
    StoreError::refused(
        "store-sign-key-missing",
        "这家机构还没有登记签名公钥：请先生成或登记。",
        "This body has no key yet: make or register one first.",
    )
}
