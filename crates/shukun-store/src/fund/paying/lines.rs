//! Lines of resolutions that can be paid, and how they get into a batch.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::{BusinessKey, LineState, PayableLine};
use shukun_fund::paying::{
    Act, Again, Batch, BatchKind, Channel, FailureReason, NewPayment, PayCode, PaymentId, Purpose,
};
use shukun_fund::{BatchId, BookId, CaseId, LineId};

use super::act::{BatchOrder, CaseDesk, Held, request_hash};
use super::{refused_pay, stale, unreadable};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{Row, all, find, statements, values};
use crate::store::Store;

statements! {
    PAYABLE = "SELECT line_id, book_id, case_id, business_key, area, classes, amount_fen, state FROM resolution_lines
        WHERE book_id = $1 AND programme = $2 AND state = $3
        AND NOT EXISTS (SELECT 1 FROM payments WHERE payments.line_id = resolution_lines.line_id
            AND payments.state IN ('pending', 'sent', 'paid'))
        ORDER BY line_id";
    LINE = "SELECT line_id, book_id, case_id, business_key, area, classes, amount_fen, state FROM resolution_lines
        WHERE line_id = $1";
    ADDED = "SELECT kind FROM batch_acts WHERE batch_id = $1 AND transaction_id = $2 AND kind = 'add' LIMIT 1";
    BACK = "SELECT payment_id, batch_id, reason FROM payments WHERE line_id = $1 AND state IN ('failed', 'returned')
        ORDER BY payment_id LIMIT 1";
}

/// A line that can be put into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayableRow {
    /// As the ledger knows it.
    pub line: PayableLine,
    /// The case it is for.
    pub case_id: Option<CaseId>,
}

impl Store {
    /// Lines of the batch's book and programme that wait to be paid: approved ones, and for a follow-up those that came back.
    pub async fn payable_lines(&self, scope: &Scope, batch: &Batch) -> Result<Vec<PayableRow>> {
        scope.require(Permission::MakeBatch, Some(&batch.region))?;
        let state = if batch.kind == BatchKind::FollowUp { LineState::Returned } else { LineState::Approved };
        let values = values![batch.book.as_str(), batch.programme.as_str(), state.key()];
        all(&self.within(scope, Permission::MakeBatch), PAYABLE, values).await?.iter().map(read).collect()
    }

    /// Puts lines into a batch; of a follow-up the payments that came back are marked as issued again in the same transaction.
    ///
    /// # Errors
    /// As [`Store::act_on_batch`]; `P120` where the earlier payment did not come back.
    pub async fn add_lines(
        &self,
        scope: &Scope,
        id: &BatchId,
        (lines, channel, purpose): (&[LineId], Channel, Purpose),
        order: BatchOrder<'_>,
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        let asked = std::sync::Mutex::new(None);
        let added = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let mut held = self.hold_batch(&tx, id).await?;
                let request = request_hash(&[Act::Add { payments: Vec::new() }])?;
                if self.was_added(&tx, id, order.transaction).await? {
                    return Ok(held.batch);
                }
                if held.batch.version != order.version {
                    return Err(stale());
                }
                let mut payments = Vec::new();
                for line in lines {
                    payments.push(self.new_payment(&tx, &held.batch, (line, channel, purpose)).await?);
                }
                let mut back: BTreeMap<BatchId, Vec<Act>> = BTreeMap::new();
                for Again { batch, payment, .. } in payments.iter().filter_map(|one| one.again.clone()) {
                    back.entry(batch).or_default().push(Act::Reissue { payment, batch: id.clone() });
                }
                let name = (order.transaction, request.as_str());
                // The earlier ones first: a line is in one batch at a time.
                for (batch, acts) in &back {
                    let mut earlier: Held = self.hold_batch(&tx, batch).await?;
                    self.act_within_batch(&tx, scope, &mut earlier, (acts, name), (desk, &asked)).await?;
                }
                self.act_within_batch(&tx, scope, &mut held, (&[Act::Add { payments }], name), (desk, &asked)).await?;
                tx.commit().await?;
                Ok(held.batch)
            })
            .await;
        added.map_err(|error| if error.is_duplicate() { refused_pay(PayCode::Twice.into()) } else { error })
    }

    /// Whether the order was carried out: its lines have numbers of chance, so it is known by its name alone.
    async fn was_added(&self, tx: &DatabaseTransaction, id: &BatchId, transaction: &str) -> Result<bool> {
        Ok(find(tx, ADDED, values![id.as_str(), transaction]).await?.is_some())
    }

    async fn new_payment(
        &self,
        tx: &DatabaseTransaction,
        batch: &Batch,
        (line, channel, purpose): (&LineId, Channel, Purpose),
    ) -> Result<NewPayment> {
        let row = find(tx, LINE, values![line.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let row = read(&row)?;
        if row.line.book != batch.book {
            return Err(StoreError::not_found());
        }
        let again = match batch.kind {
            BatchKind::FollowUp => Some(again(tx, line).await?),
            BatchKind::First | BatchKind::TopUp => None,
        };
        let number = self.chance.id()?;
        let id = PaymentId::new(&format!("p{}", number.get(..20).unwrap_or(&number))).ok_or_else(unreadable)?;
        // A line for nobody's case is named by itself.
        let case = row.case_id.map_or_else(|| CaseId::new(line.as_str()), Some).ok_or_else(unreadable)?;
        let PayableLine { business_key, amount, .. } = row.line;
        Ok(NewPayment { id, line: line.clone(), case, key: business_key, amount, purpose, channel, again })
    }

    /// Lines as the ledger knows them, inside a transaction.
    pub(super) async fn lines_within(
        &self,
        on: &impl ConnectionTrait,
        ids: &[&LineId],
    ) -> Result<BTreeMap<LineId, PayableLine>> {
        let mut found = BTreeMap::new();
        for id in ids {
            if let Some(row) = find(on, LINE, values![id.as_str()]).await? {
                found.insert((*id).clone(), read(&row)?.line);
            }
        }
        Ok(found)
    }
}

async fn again(tx: &DatabaseTransaction, line: &LineId) -> Result<Again> {
    let row = find(tx, BACK, values![line.as_str()]).await?;
    let row = row.ok_or_else(|| refused_pay(PayCode::NotBack.at(line)))?;
    let text = |column| row.get::<String>(column);
    Ok(Again {
        batch: BatchId::new(&text("batch_id")?).ok_or_else(unreadable)?,
        payment: PaymentId::new(&text("payment_id")?).ok_or_else(unreadable)?,
        reason: FailureReason::find(&text("reason")?).ok_or_else(unreadable)?,
    })
}

fn read(row: &Row) -> Result<PayableRow> {
    let text = |column| row.get::<String>(column);
    let case_id: Option<String> = row.get("case_id")?;
    let line = PayableLine {
        id: LineId::new(&text("line_id")?).ok_or_else(unreadable)?,
        book: BookId::new(&text("book_id")?).ok_or_else(unreadable)?,
        business_key: BusinessKey::parse(&text("business_key")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("amount_fen")?),
        area: RegionCode::new(&text("area")?).ok_or_else(unreadable)?,
        classes: text("classes")?.split_whitespace().map(str::to_owned).collect(),
        state: LineState::find(&text("state")?).ok_or_else(unreadable)?,
    };
    Ok(PayableRow { line, case_id: case_id.map(|id| CaseId::new(&id).ok_or_else(unreadable)).transpose()? })
}
