//! The voucher of an act: from what the books hold inside the transaction.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DatabaseTransaction;
use shukun_base::{Day, Fen};
use shukun_fund::ledger::{AccountCode, AccountHead, BusinessKey, PayableLine, TransferCode, Voucher};
use shukun_fund::paying::money::{self, Booking, Means};
use shukun_fund::paying::{Act, Batch, Payment, PaymentId, PaymentSettings, Recorded};
use shukun_fund::{LineId, VoucherId};

use super::act::actor;
use super::{refused_money, unreadable};
use crate::error::Result;
use crate::fund::kept::Keeping;
use crate::fund::ledger::read::{accounts_of, as_pot};
use crate::moment::{Moment, today_in_china};
use crate::scope::Scope;
use crate::sql::{all, statements, values};
use crate::store::Store;

statements! {
    ISSUED = "SELECT business_key FROM transfers WHERE line_id = $1 AND business_key IS NOT NULL";
    SHARES = "SELECT debit, amount_fen FROM transfers WHERE line_id = $1 AND code = $2 AND phase = 2 ORDER BY sequence";
}

impl Store {
    pub(super) async fn batch_voucher(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        before: &Batch,
        (act, settings): (&Act, &PaymentSettings),
        (recorded, now): (&Recorded, Moment),
    ) -> Result<Voucher> {
        let booking = self.booking(scope, before, settings, recorded.on)?;
        let of = |id: &PaymentId| before.payment(id).ok_or_else(unreadable);
        let planned = match act {
            Act::Approve { .. } => self.hold_voucher(tx, before, &booking, settings).await?,
            Act::Send { .. } => money::send(before, &booking),
            Act::Pay { payment, .. } => money::settle(before, &[of(payment)?], &booking),
            Act::Fail { payment, reason, .. } | Act::Return { payment, reason, .. } => {
                money::come_back(before, of(payment)?, *reason, &booking)
            }
            Act::Reverse { payment, .. } => {
                let payment = of(payment)?;
                let reason = payment.reason.ok_or_else(unreadable)?;
                money::give_up(before, payment, reason, &shares(tx, payment).await?, &booking)
            }
            Act::Recover { payment, amount, .. } => {
                let payment = of(payment)?;
                money::recover(before, payment, *amount, &shares(tx, payment).await?, &booking)
            }
            _ => money::let_go(before, &booking),
        };
        let voucher = planned.map_err(refused_money)?;
        self.open_own_accounts(tx, scope, (before, &voucher), now).await?;
        Ok(voucher)
    }

    /// The voucher of payments that arrived.
    pub(super) async fn settling_voucher(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (batch, paid): (&Batch, &[&Payment]),
        settings: &PaymentSettings,
        now: Moment,
    ) -> Result<Voucher> {
        let booking = self.booking(scope, batch, settings, today_in_china(now))?;
        let voucher = money::settle(batch, paid, &booking).map_err(refused_money)?;
        self.open_own_accounts(tx, scope, (batch, &voucher), now).await?;
        Ok(voucher)
    }

    async fn open_own_accounts(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (batch, voucher): (&Batch, &Voucher),
        now: Moment,
    ) -> Result<()> {
        let keeping = Keeping { account_id: scope.account_id().as_str(), region: &batch.region, now };
        for code in own_accounts(voucher) {
            self.open_account_within(tx, (&batch.book, code), keeping).await?;
        }
        Ok(())
    }

    fn booking(&self, scope: &Scope, batch: &Batch, settings: &PaymentSettings, on: Day) -> Result<Booking> {
        let who = actor(scope)?;
        // Who made the batch made the voucher; who acts on it now checked it. What a maker undoes alone nobody checked.
        let maker = batch.makers.iter().find(|maker| **maker != who).cloned();
        let (maker, checker) = match maker {
            Some(maker) => (maker, Some(who)),
            None => (who, None),
        };
        let voucher = VoucherId::new(&format!("v-{}", self.chance.id()?)).ok_or_else(unreadable)?;
        Ok(Booking { voucher, on, maker, checker, bank: settings.bank.clone() })
    }

    async fn hold_voucher(
        &self,
        tx: &DatabaseTransaction,
        batch: &Batch,
        booking: &Booking,
        settings: &PaymentSettings,
    ) -> Result<std::result::Result<Voucher, money::MoneyRefusal>> {
        let ids: Vec<&LineId> = batch.payments.iter().map(|payment| &payment.of.line).collect();
        let lines: BTreeMap<LineId, PayableLine> = self.lines_within(tx, &ids).await?;
        let mut issued = BTreeMap::new();
        for line in &ids {
            issued.insert((*line).clone(), last_issue(tx, line).await?);
        }
        let accounts = accounts_of(tx, &batch.book).await?;
        let pots: Vec<_> = accounts.into_iter().filter_map(as_pot).collect();
        let means = Means { lines: &lines, issued: &issued, pots: &pots, rules: &settings.rules };
        Ok(money::hold(batch, booking, &means))
    }
}

/// The accounts of a voucher that paying opens where they are not there yet, each once: pots and units are opened by those who
/// decide about them.
fn own_accounts(voucher: &Voucher) -> BTreeSet<&AccountCode> {
    let all = voucher.transfers.iter().flat_map(|transfer| [&transfer.debit, &transfer.credit]);
    all.filter(|code| !matches!(code.head(), AccountHead::Pot | AccountHead::Unit)).collect()
}

async fn last_issue(tx: &DatabaseTransaction, line: &LineId) -> Result<u32> {
    let mut last = 0;
    for row in all(tx, ISSUED, values![line.as_str()]).await? {
        let key = BusinessKey::parse(&row.get::<String>("business_key")?).ok_or_else(unreadable)?;
        last = key.issue.max(last);
    }
    Ok(last)
}

/// What each pot gave to the payment's line.
async fn shares(tx: &DatabaseTransaction, payment: &Payment) -> Result<Vec<(AccountCode, Fen)>> {
    let mut shares = Vec::new();
    for row in all(tx, SHARES, values![payment.of.line.as_str(), TransferCode::Funding.key()]).await? {
        let code = AccountCode::new(&row.get::<String>("debit")?).ok_or_else(unreadable)?;
        shares.push((code, Fen(row.get("amount_fen")?)));
    }
    Ok(shares)
}
