//! What everybody reads: checkpoints that enough bodies signed, bundles, the log, the keys. It asks for no scope.

use sea_orm::ConnectionTrait;
use shukun_base::{Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::publishing::PublicationId;
use shukun_fund::publishing::proof::merkle::Hash;
use shukun_fund::publishing::proof::{Body, Bundle, CheckKey, Header, LOG_KIND, Log, Sealed, Signed};

use super::keys::{SignKeyRow, read_keys};
use super::seal::{log, read_header};
use super::{read_note, unreadable};
use crate::accounts::read_region;
use crate::error::{Result, StoreError};
use crate::moment::{Moment, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, find, statements, values};
use crate::store::Store;

statements! {
    SEALS = "SELECT log_place, publication_id, region, header, paid_fen, came_back_fen, earlier_fen, note, drawn_by, drawn_at
        FROM receipt_seals JOIN checkpoints ON log_size = log_place ORDER BY log_place DESC";
    SIGNATURES = "SELECT log_size, signature FROM checkpoint_signatures ORDER BY log_size, place";
    SEALED = "SELECT publication_id FROM receipt_seals ORDER BY log_place";
    LISTS = "SELECT header, commitments, leaves FROM receipt_seals WHERE log_place = $1";
}

/// What was sealed of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// The statement.
    pub publication: PublicationId,
    /// Where its book lies.
    pub region: RegionCode,
    /// The signed figures.
    pub header: Header,
    /// What the statement says was paid.
    pub paid: Fen,
    /// Of that, what came back in the period.
    pub came_back: Fen,
    /// Of what came back, what was of earlier periods.
    pub earlier: Fen,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// With every signature under it.
    pub signed: Signed,
    /// The bodies whose signatures hold by the registered keys.
    pub signers: Vec<Body>,
    /// Whether the fund and two bodies besides signed.
    pub is_signed_enough: bool,
    /// What its last leaf is about.
    pub seal: SealRow,
    /// Who sealed it; for staff alone.
    pub drawn_by: String,
    /// When.
    pub drawn_at: Moment,
}

impl CheckpointRow {
    /// How many batches the log held.
    pub fn size(&self) -> u64 {
        self.signed.checkpoint.size
    }
}

impl Store {
    /// The checkpoints that enough bodies signed, newest first. For everybody.
    pub async fn checkpoints(&self) -> Result<Vec<CheckpointRow>> {
        let mut rows = load(&self.db).await?;
        rows.retain(|row| row.is_signed_enough);
        Ok(rows)
    }

    /// Every checkpoint at the caller's places, also those that wait for signatures.
    ///
    /// # Errors
    /// `store-forbidden` for who neither seals nor signs.
    pub async fn checkpoints_to_sign(&self, scope: &Scope) -> Result<Vec<CheckpointRow>> {
        let may = |place: &RegionCode| {
            [Permission::SignCheckpoint, Permission::PublishFund].iter().any(|one| scope.allows(*one, Some(place)))
        };
        if !scope.allows_anywhere(Permission::SignCheckpoint) && !scope.allows_anywhere(Permission::PublishFund) {
            return Err(StoreError::forbidden());
        }
        let mut rows = load(&self.db).await?;
        rows.retain(|row| may(&row.seal.region));
        Ok(rows)
    }

    /// The statements that are sealed, oldest first. For everybody.
    pub async fn sealed_publications(&self) -> Result<Vec<PublicationId>> {
        let read = |row: &Row| PublicationId::new(&row.get::<String>("publication_id")?).ok_or_else(unreadable);
        all(&self.db, SEALED, values![]).await?.iter().map(read).collect()
    }

    /// The file of one batch under its signed checkpoint. For everybody.
    ///
    /// # Errors
    /// `store-not-found` for one that is not signed by enough bodies.
    pub async fn bundle(&self, size: u64) -> Result<Bundle> {
        let rows = self.checkpoints().await?;
        let row = rows.into_iter().find(|row| row.size() == size).ok_or_else(StoreError::not_found)?;
        let place = i64::try_from(size).map_err(|_| StoreError::not_found())?;
        let lists = find(&self.db, LISTS, values![place]).await?.ok_or_else(StoreError::not_found)?;
        let mut leaves = log(&self.db).await?;
        leaves.truncate(usize::try_from(size).map_err(|_| unreadable())?);
        let sealed = Sealed {
            header: read_header(&lists)?,
            commitments: hashes(&lists, "commitments")?,
            leaves: hashes(&lists, "leaves")?,
            openings: Vec::new(),
        };
        Bundle::under(&sealed, &leaves, row.signed.text()).ok_or_else(unreadable)
    }

    /// The leaves of the log up to the newest checkpoint that everybody may see. For everybody.
    pub async fn fund_log(&self) -> Result<Log> {
        let size = self.checkpoints().await?.first().map_or(0, CheckpointRow::size);
        let mut leaves = log(&self.db).await?;
        leaves.truncate(usize::try_from(size).map_err(|_| unreadable())?);
        Ok(Log { kind: LOG_KIND.to_owned(), leaves })
    }
}

async fn load(on: &impl ConnectionTrait) -> Result<Vec<CheckpointRow>> {
    let keys: Vec<CheckKey> = read_keys(on).await?.into_iter().map(|SignKeyRow { key, .. }| key).collect();
    let mut lines: Vec<(i64, String)> = Vec::new();
    for row in all(on, SIGNATURES, values![]).await? {
        lines.push((row.get("log_size")?, row.get("signature")?));
    }
    all(on, SEALS, values![]).await?.iter().map(|row| read_checkpoint(row, &lines, &keys)).collect()
}

fn read_checkpoint(row: &Row, lines: &[(i64, String)], keys: &[CheckKey]) -> Result<CheckpointRow> {
    let place: i64 = row.get("log_place")?;
    let own = lines.iter().filter(|(size, _)| *size == place).map(|(_, line)| line.as_str());
    let note: String = std::iter::once(row.get::<String>("note")?.as_str()).chain(own).collect();
    let signed = read_note(&note)?;
    let fen = |column| row.get::<i64>(column).map(Fen);
    Ok(CheckpointRow {
        signers: signed.signers(keys),
        is_signed_enough: signed.is_signed_enough(keys),
        signed,
        seal: SealRow {
            publication: PublicationId::new(&row.get::<String>("publication_id")?).ok_or_else(unreadable)?,
            region: read_region(row)?,
            header: read_header(row)?,
            paid: fen("paid_fen")?,
            came_back: fen("came_back_fen")?,
            earlier: fen("earlier_fen")?,
        },
        drawn_by: row.get("drawn_by")?,
        drawn_at: moment(row.get("drawn_at")?)?,
    })
}

fn hashes(row: &Row, column: &str) -> Result<Vec<Hash>> {
    let bytes: Vec<u8> = row.get(column)?;
    bytes.chunks(32).map(|chunk| chunk.try_into().map_err(|_| unreadable())).collect()
}
