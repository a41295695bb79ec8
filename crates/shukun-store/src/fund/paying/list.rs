//! Batches to be looked at: a list, one with its acts.

use shukun_base::{Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::paying::{Batch, BatchKind, BatchState, Recorded};
use shukun_fund::{BatchId, BookId};

use super::unreadable;
use crate::accounts::{AccountId, read_region};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, moment};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, statements, values};
use crate::store::Store;

statements! {
    AT = "SELECT at FROM batch_acts WHERE batch_id = $1 ORDER BY sequence";
}

/// A batch in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// Its number.
    pub id: BatchId,
    /// The book that pays.
    pub book: BookId,
    /// Where it lies.
    pub region: RegionCode,
    /// The programme's key.
    pub programme: String,
    /// What kind.
    pub kind: BatchKind,
    /// Where it stands.
    pub state: BatchState,
    /// How many acts it has.
    pub version: u32,
    /// How many payments.
    pub payments: i64,
    /// Their sum.
    pub sum: Fen,
    /// Who made it.
    pub made_by: AccountId,
    /// The hash of its file.
    pub file: Option<String>,
    /// When it was begun.
    pub made_at: Moment,
}

/// A batch with what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchView {
    /// As it stands.
    pub batch: Batch,
    /// Every act with its moment.
    pub acts: Vec<(Moment, Recorded)>,
}

impl Store {
    /// The batches of the caller's area, the newest first; of the states that are named, or of all.
    pub async fn batches(&self, scope: &Scope, states: &[BatchState]) -> Result<Vec<BatchRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let query = batches_query(scope, states);
        query.all(&self.within(scope, Permission::ViewFund)).await?.iter().map(read).collect()
    }

    /// One of them, with its acts.
    ///
    /// # Errors
    /// `store-not-found` outside the area.
    pub async fn batch(&self, scope: &Scope, id: &BatchId) -> Result<BatchView> {
        scope.require_anywhere(Permission::ViewFund)?;
        let pass = self.within(scope, Permission::ViewFund);
        let acts = self.load_acts(&pass, id).await?;
        if acts.is_empty() {
            return Err(StoreError::not_found());
        }
        let batch = Batch::replay(id, &acts).map_err(super::refused_pay)?;
        if !scope.allows(Permission::ViewFund, Some(&batch.region)) {
            return Err(StoreError::not_found());
        }
        let moments: Result<Vec<Moment>> =
            all(&pass, AT, values![id.as_str()]).await?.iter().map(|row| moment(row.get("at")?)).collect();
        Ok(BatchView { batch, acts: moments?.into_iter().zip(acts).collect() })
    }
}

pub(crate) fn batches_query(scope: &Scope, states: &[BatchState]) -> Query {
    let mut query = Query::new(
        "SELECT batch_id, book_id, region, programme, kind, state, version, payments, sum_fen, made_by, file_hash, made_at
            FROM payment_batches WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::ViewFund);
    if !states.is_empty() {
        query.push(" AND state IN (").bind_list(states.iter().map(|state| state.key().into())).push(")");
    }
    query.push(" ORDER BY made_at DESC, batch_id LIMIT 200");
    query
}

fn read(row: &Row) -> Result<BatchRow> {
    let text = |column| row.get::<String>(column);
    Ok(BatchRow {
        id: BatchId::new(&text("batch_id")?).ok_or_else(unreadable)?,
        book: BookId::new(&text("book_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        programme: text("programme")?,
        kind: BatchKind::find(&text("kind")?).ok_or_else(unreadable)?,
        state: BatchState::find(&text("state")?).ok_or_else(unreadable)?,
        version: u32::try_from(row.get::<i64>("version")?).map_err(|_| unreadable())?,
        payments: row.get("payments")?,
        sum: Fen(row.get("sum_fen")?),
        made_by: AccountId::new(&text("made_by")?),
        file: row.get("file_hash")?,
        made_at: moment(row.get("made_at")?)?,
    })
}
