//! Refunds: one person asks, with the reason; another checks, and only then money goes back.

use shukun_base::{ActorId, Day, Fen, Masked};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{GivingCode, Hand, plan_refund, refund_account};
use shukun_fund::{GiftId, RefundId};

use super::{is_replay, maybe_day, read_day, refused, refused_code, require_at, unreadable};
use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    REQUEST = "SELECT request_hash FROM gift_refunds WHERE refund_id = $1";
    ASK = "INSERT INTO gift_refunds (refund_id, gift_id, amount_fen, reason, asked_by, asked_on, request_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    OF_GIFT = "SELECT refund_id, amount_fen, reason, asked_by, asked_on, checked_by, paid_on FROM gift_refunds
        WHERE gift_id = $1 ORDER BY asked_on, refund_id";
    // The gift's row is held, so that two checks do not both find the money left.
    HOLD = "UPDATE gifts SET source = source WHERE gift_id = $1 RETURNING amount_fen,
        (SELECT CAST(COALESCE(SUM(gift_refunds.amount_fen), 0) AS BIGINT) FROM gift_refunds
            WHERE gift_refunds.gift_id = $1 AND voucher_id IS NOT NULL) AS refunded_fen";
    ASKED = "SELECT amount_fen, asked_by, checked_by FROM gift_refunds WHERE refund_id = $1 AND gift_id = $2";
    PAY = "UPDATE gift_refunds SET checked_by = $2, paid_on = $3, voucher_id = $4
        WHERE refund_id = $1 AND checked_by IS NULL";
}

/// A refund, asked for or paid.
#[derive(Clone, Debug)]
pub struct RefundRow {
    /// Its id.
    pub refund_id: RefundId,
    /// How much.
    pub amount: Fen,
    /// Why.
    pub reason: Masked<String>,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_on: Day,
    /// Who checked.
    pub checked_by: Option<AccountId>,
    /// When it was paid.
    pub paid_on: Option<Day>,
}

impl Store {
    /// Asks that of a gift so much goes back. Nothing moves yet.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G101`, `G121`, `G122`, `G161`.
    pub async fn ask_refund(
        &self,
        scope: &Scope,
        gift_id: &GiftId,
        (refund_id, amount): (&RefundId, Fen),
        reason: &Masked<String>,
        now: Moment,
    ) -> Result<()> {
        let gift = self.gift(scope, gift_id).await?;
        require_at(scope, Permission::RecordGift, &gift.region)?;
        check_asked(amount, gift.left(), reason)?;
        let hash =
            self.request_hash(&[refund_id.as_str(), gift_id.as_str(), &amount.0.to_string(), reason.reveal()])?;
        let sealed = self.keys.seal_text(&self.chance, place(refund_id.as_str()), reason)?;
        let (account_id, today) = (scope.account_id().as_str(), scope.today().to_string());
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            if is_replay(find(&tx, REQUEST, values![refund_id.as_str()]).await?.as_ref(), &hash)? {
                return Ok(());
            }
            let (refund, id) = (refund_id.as_str(), gift_id.as_str());
            let values = values![refund, id, amount.0, sealed.clone(), account_id, today.as_str(), hash.clone()];
            execute(&tx, ASK, values).await?;
            let (object, region) = (Object::new("gift", id), Some(&gift.region));
            let reason = Some(reason);
            append(self, &tx, now, Entry { account_id, act: Act::RefundAsked, object, region, fields: "", reason })
                .await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Checks a refund and posts it: by somebody else than who asked. Checked again by the same person it is the same.
    ///
    /// # Errors
    /// `store-forbidden`, `store-step-up`, `store-not-found`; `G121`, `G123`; the ledger's own, where the pot has it no longer.
    pub async fn pay_refund(&self, scope: &Scope, gift_id: &GiftId, refund_id: &RefundId, now: Moment) -> Result<()> {
        let gift = self.gift(scope, gift_id).await?;
        require_at(scope, Permission::CheckBooks, &gift.region)?;
        let checker = ActorId::new(scope.account_id().as_str()).ok_or_else(unreadable)?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let held = find(&tx, HOLD, values![gift_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let asked = find(&tx, ASKED, values![refund_id.as_str(), gift_id.as_str()]).await?;
            let asked = asked.ok_or_else(StoreError::not_found)?;
            if asked.get::<Option<String>>("checked_by")?.is_some() {
                return Ok(());
            }
            let left = Fen(held.get("amount_fen")?) - Fen(held.get("refunded_fen")?);
            let maker = ActorId::new(&asked.get::<String>("asked_by")?).ok_or_else(unreadable)?;
            let hand = Hand { maker, today: scope.today() };
            let amount = Fen(asked.get("amount_fen")?);
            let planned = plan_refund(refund_id, &gift.received(), amount, left, (&hand, &checker));
            let planned = planned.map_err(|refusal| refused(&refusal))?;
            let accounts = [refund_account().map_err(|refusal| refused(&refusal))?];
            self.open_accounts(scope, &tx, (&gift.book, &accounts, None), now).await?;
            self.post_within(&tx, scope, &planned, now).await?;
            let (account_id, today) = (scope.account_id().as_str(), scope.today().to_string());
            execute(&tx, PAY, values![refund_id.as_str(), account_id, today, planned.id.as_str()]).await?;
            let (object, region) = (Object::new("gift", gift_id.as_str()), Some(&gift.region));
            let entry = Entry { account_id, act: Act::RefundPaid, object, region, fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Refunds of a gift.
    pub async fn refunds(&self, scope: &Scope, gift_id: &GiftId) -> Result<Vec<RefundRow>> {
        self.gift(scope, gift_id).await?;
        let rows = all(&self.within(scope, Permission::ViewFund), OF_GIFT, values![gift_id.as_str()]).await?;
        let mut refunds = Vec::with_capacity(rows.len());
        for row in &rows {
            refunds.push(self.read_refund(row).await?);
        }
        Ok(refunds)
    }

    async fn read_refund(&self, row: &Row) -> Result<RefundRow> {
        let id: String = row.get("refund_id")?;
        let reason: Vec<u8> = row.get("reason")?;
        Ok(RefundRow {
            reason: self.keys.open_text(&self.db, place(&id), &reason).await?,
            refund_id: RefundId::new(&id).ok_or_else(unreadable)?,
            amount: Fen(row.get("amount_fen")?),
            asked_by: AccountId::new(&row.get::<String>("asked_by")?),
            asked_on: read_day(row, "asked_on")?,
            checked_by: row.get::<Option<String>>("checked_by")?.map(|id| AccountId::new(&id)),
            paid_on: maybe_day(row, "paid_on")?,
        })
    }
}

fn check_asked(amount: Fen, left: Fen, reason: &Masked<String>) -> Result<()> {
    let code = if amount <= Fen::ZERO {
        GivingCode::NoAmount
    } else if amount > left {
        GivingCode::RefundTooLarge
    } else if reason.reveal().trim().is_empty() {
        GivingCode::RefundUnexplained
    } else {
        return Ok(());
    };
    Err(refused_code(code))
}

fn place(row: &str) -> Place<'_> {
    Place { table: "gift_refunds", column: "reason", row }
}
