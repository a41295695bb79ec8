//! Signing a checkpoint: each body once, each by another person, and none by who drew it up.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_fund::publishing::proof::{Body, Checkpoint, Signed};

use super::keys::{SignKeyRow, acts_for};
use super::read_note;
use crate::accounts::read_region;
use crate::audit::{Act, Object};
use crate::error::{Result, StoreError};
use crate::fund::kept;
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, all, commit, execute, find, statements, values};
use crate::store::Store;

statements! {
    DRAWN = "SELECT note, drawn_by, region FROM checkpoints JOIN receipt_seals ON log_place = log_size WHERE log_size = $1";
    SIGNED = "SELECT place, body, signed_by, signature FROM checkpoint_signatures WHERE log_size = $1 ORDER BY place";
    SIGN = "INSERT INTO checkpoint_signatures (log_size, place, body, key_name, signature, signed_by, signed_at, drawn_by,
        place_before, body_before, signer_before) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
}

struct Signature {
    place: i64,
    body: String,
    signed_by: String,
}

impl Store {
    /// Signs the checkpoint of this size for a body. `line` is the signature that the body made on its own machine
    /// (`shukun checkpoint sign`); where its key is kept here it is made here. Signed again by the same person it is once.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller acts for that body; `store-checkpoint-own` for who drew it up or signed for another
    /// body; `store-checkpoint-signed` where that body signed; `store-signature` where the line is no signature of its key.
    pub async fn sign_checkpoint(
        &self,
        scope: &Scope,
        (size, body): (u64, Body),
        line: Option<&str>,
        now: Moment,
    ) -> Result<()> {
        scope.require_anywhere(Permission::SignCheckpoint)?;
        let size = i64::try_from(size).map_err(|_| StoreError::not_found())?;
        let by = scope.account_id().as_str();
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, DRAWN, values![size]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            if body == Body::Fund || !acts_for(scope, body, &region) {
                return Err(StoreError::forbidden());
            }
            let drawn_by: String = row.get("drawn_by")?;
            let signed = signatures(&tx, size).await?;
            match signed.iter().find(|one| one.body == body.key()) {
                Some(known) if known.signed_by == by => return Ok(()),
                Some(_) => return Err(signed_already()),
                None => {}
            }
            if drawn_by == by || signed.iter().any(|one| one.signed_by == by) {
                return Err(own_checkpoint());
            }
            let checkpoint = read_note(&row.get::<String>("note")?)?.checkpoint;
            let key = self.newest_key(&tx, body, &region).await?;
            let signature = self.signature(&tx, (&key, &checkpoint), line).await?;
            let last = signed.last();
            let number = last.map_or(1, |last| last.place + 1);
            let values = values![
                size,
                number,
                body.key(),
                key.key.name.as_str(),
                signature,
                by,
                millis(now),
                drawn_by,
                last.map(|last| last.place),
                last.map(|last| last.body.clone()),
                last.map(|last| last.signed_by.clone())
            ];
            execute(&tx, SIGN, values).await?;
            self.note_signature(&tx, scope, (size, &region), now).await?;
            let record = (&kept::SIGNATURE, values![size, number]);
            self.keep_sealing(&tx, (scope, &region), [record], now).await?;
            commit(tx).await
        })
        .await
    }

    /// The line under the checkpoint, made here or brought.
    async fn signature(
        &self,
        on: &impl ConnectionTrait,
        (row, checkpoint): (&SignKeyRow, &Checkpoint),
        brought: Option<&str>,
    ) -> Result<String> {
        let made = self.open_key(on, row).await?.map(|key| key.sign(checkpoint));
        let brought = brought.map(|line| format!("{}\n", line.trim()));
        let line = brought.or(made).ok_or_else(no_signature)?;
        let signed: Signed = read_note(&format!("{}\n{line}", checkpoint.lines())).map_err(|_| no_signature())?;
        let holds = signed.signatures.len() == 1 && signed.signers(std::slice::from_ref(&row.key)) == [row.body];
        if holds { Ok(line) } else { Err(no_signature()) }
    }

    async fn note_signature(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (size, region): (i64, &RegionCode),
        now: Moment,
    ) -> Result<()> {
        let object = Object::new("checkpoint", size.to_string());
        self.note_sealing(tx, (Act::CheckpointSigned, scope), (object, region), now).await
    }
}

async fn signatures(on: &impl ConnectionTrait, size: i64) -> Result<Vec<Signature>> {
    let read = |row: &Row| -> Result<Signature> {
        let (place, body, signed_by) = (row.get("place")?, row.get("body")?, row.get("signed_by")?);
        Ok(Signature { place, body, signed_by })
    };
    all(on, SIGNED, values![size]).await?.iter().map(read).collect()
}

fn own_checkpoint() -> StoreError {
    StoreError::refused(
        "store-checkpoint-own",
        "封存的人不签名，一个人只代表一家机构签名：请由另一人签。",
        "Who sealed it does not sign it, and nobody signs for two bodies: leave it to somebody else.",
    )
}

fn signed_already() -> StoreError {
    StoreError::refused(
        "store-checkpoint-signed",
        "这家机构已经签过这个检查点。",
        "This body signed the checkpoint already.",
    )
}

fn no_signature() -> StoreError {
    StoreError::refused(
        "store-signature",
        "这一行不是该机构的密钥对这个检查点的签名：请下载检查点，用 shukun checkpoint sign 签名后粘贴整行。",
        "This line is no signature of that body's key under this checkpoint: download the checkpoint, sign it with shukun checkpoint sign, and paste the whole line.",
    )
}
