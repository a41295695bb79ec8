//! Accounts that relief is paid to: sealed, of each line of a resolution the newest one in force. Only its keyed hash is compared.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Masked};
use shukun_casework::authority::Permission;
use shukun_fund::LineId;
use shukun_fund::paying::files::Order;
use shukun_fund::paying::{Batch, Channel, PaymentId};

use super::{place, unreadable};
use crate::audit::{Act, Entry, Object, append};
use crate::chance::hex;
use crate::error::{Result, StoreError};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    NEWEST = "SELECT number, payee_key, account_key, payee FROM payee_accounts WHERE line_id = $1 ORDER BY number DESC LIMIT 1";
    OF_BATCH = "SELECT payments.payment_id, payee_accounts.payee_key FROM payments
        JOIN payee_accounts ON payee_accounts.line_id = payments.line_id
        WHERE payments.batch_id = $1 AND payments.channel = 'bank' AND NOT EXISTS (SELECT 1 FROM payee_accounts newer
            WHERE newer.line_id = payee_accounts.line_id AND newer.number > payee_accounts.number)";
    OF_KEY = "SELECT number, payee_key, account_key, payee FROM payee_accounts WHERE line_id = $1 AND payee_key = $2
        ORDER BY number DESC LIMIT 1";
    ENTER = "INSERT INTO payee_accounts (line_id, number, payee_key, account_key, payee, entered_by, entered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BOOK_OF_LINE = "SELECT books.region FROM resolution_lines JOIN books ON books.book_id = resolution_lines.book_id
        WHERE line_id = $1";
}

/// An account as somebody enters it from the bank card among the papers of the case.
#[derive(Clone, Debug)]
pub struct NewPayee {
    /// 户名
    pub name: Masked<String>,
    /// 账号: digits, blanks between them are left out.
    pub account: Masked<String>,
    /// 开户行; empty where the bank does not ask for it.
    pub bank: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    name: String,
    account: String,
    bank: String,
}

impl NewPayee {
    /// As it is compared and sealed; `None` where a part is missing or too long.
    fn clean(&self) -> Option<Sealed> {
        let account: String = self.account.reveal().chars().filter(|letter| !letter.is_whitespace()).collect();
        let (name, bank) = (self.name.reveal().trim().to_owned(), self.bank.trim().to_owned());
        let fits = (6..=34).contains(&account.len())
            && account.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && (1..=70).contains(&name.chars().count())
            && bank.chars().count() <= 70;
        fits.then_some(Sealed { name, account, bank })
    }
}

impl Store {
    /// Enters the account that a line of a resolution is paid to; the one before stays written, and a payment that is locked with
    /// it is stopped ([`shukun_fund::paying::Act::ChangePayee`]). The hash of the account comes back.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller makes batches of the book; `store-payee` where it is not whole.
    pub async fn enter_payee(
        &self,
        scope: &Scope,
        line: &LineId,
        payee: &NewPayee,
        now: Moment,
    ) -> Result<ContentHash> {
        let row = find(&self.within(scope, Permission::ViewFund), BOOK_OF_LINE, values![line.as_str()]).await?;
        let region = crate::accounts::read_region(&row.ok_or_else(StoreError::not_found)?)?;
        scope.require(Permission::MakeBatch, Some(&region))?;
        let sealed = payee.clean().ok_or_else(not_whole)?;
        let whole = [&sealed.name, "\n", &sealed.account, "\n", &sealed.bank].map(str::as_bytes).concat();
        let key = self.keyed("payee", &whole)?;
        let account_key = self.account_key(&sealed.account)?;
        let text = serde_json::to_vec(&sealed).map_err(|_| unreadable())?;
        let by = scope.account_id().as_str();
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let last = find(&tx, NEWEST, values![line.as_str()]).await?;
            let number = last.as_ref().map_or(Ok(0), |row| row.get::<i64>("number"))? + 1;
            if last.map(|row| row.get::<String>("payee_key")).transpose()?.as_deref() == Some(key.as_str()) {
                return Ok(());
            }
            let cell = self.keys.seal(&self.chance, place("payee_accounts", "payee", &row_of(line, number)), &text)?;
            let values = values![line.as_str(), number, key.as_str(), account_key.as_str(), cell, by, millis(now)];
            execute(&tx, ENTER, values).await?;
            let object = Object::new("line", line.as_str());
            let entry = Entry {
                account_id: by,
                act: Act::PayeeEntered,
                object,
                region: Some(&region),
                fields: "",
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            let keeping = Keeping { account_id: by, region: &region, now };
            self.keep(&tx, (&kept::PAYEE, values![line.as_str(), number]), keeping).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(key)
    }

    /// The hashes of the accounts in force, of the payments of a batch: what is locked, and what a second person settles on.
    pub async fn payees_of_batch(&self, scope: &Scope, batch: &Batch) -> Result<Vec<(PaymentId, ContentHash)>> {
        scope.require_anywhere(Permission::ViewFund)?;
        Ok(self.payees_now(&self.within(scope, Permission::ViewFund), batch).await?.into_iter().collect())
    }

    /// The keyed hash of an account's number, with which statements are compared.
    pub(super) fn account_key(&self, account: &str) -> Result<ContentHash> {
        let digits: String = account.chars().filter(|letter| !letter.is_whitespace()).collect();
        self.keyed("payee account", digits.as_bytes())
    }

    fn keyed(&self, what_for: &'static str, value: &[u8]) -> Result<ContentHash> {
        ContentHash::new(&hex(&self.keys.index(what_for, value)?)).ok_or_else(unreadable)
    }

    /// The hashes of the accounts in force, of the payments of a batch: one statement, however many they are.
    pub(super) async fn payees_now(
        &self,
        on: &impl ConnectionTrait,
        batch: &Batch,
    ) -> Result<BTreeMap<PaymentId, ContentHash>> {
        let read = |row: &Row| {
            let id = PaymentId::new(&row.get::<String>("payment_id")?).ok_or_else(unreadable)?;
            Ok((id, read_key(row, "payee_key")?))
        };
        all(on, OF_BATCH, values![batch.id.as_str()]).await?.iter().map(read).collect()
    }

    /// The keyed hash of the account's number that a line is paid to.
    pub(super) async fn account_key_of(&self, on: &impl ConnectionTrait, line: &LineId) -> Result<Option<ContentHash>> {
        let row = find(on, NEWEST, values![line.as_str()]).await?;
        row.map(|row| read_key(&row, "account_key")).transpose()
    }

    /// What the bank is asked for: the accounts of the snapshot, opened.
    pub(super) async fn orders(&self, on: &impl ConnectionTrait, batch: &Batch) -> Result<Vec<Order>> {
        let mut orders = Vec::new();
        for payment in batch.payments.iter().filter(|payment| payment.of.channel == Channel::Bank) {
            let (line, key) = (&payment.of.line, payment.payee.as_ref().ok_or_else(unreadable)?);
            let row = find(on, OF_KEY, values![line.as_str(), key.as_str()]).await?.ok_or_else(unreadable)?;
            let cell: Vec<u8> = row.get("payee")?;
            let row_id = row_of(line, row.get("number")?);
            let text = self.keys.open_cell(&self.db, place("payee_accounts", "payee", &row_id), &cell).await?;
            let payee: Sealed = serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?;
            orders.push(Order {
                reference: payment.of.id.to_string(),
                account: Masked::new(payee.account),
                name: Masked::new(payee.name),
                bank: payee.bank,
                amount: payment.of.amount,
                remark: payment.of.purpose.text().zh,
            });
        }
        Ok(orders)
    }
}

fn row_of(line: &LineId, number: i64) -> String {
    format!("{line}/{number}")
}

fn read_key(row: &Row, column: &str) -> Result<ContentHash> {
    ContentHash::new(&row.get::<String>(column)?).ok_or_else(unreadable)
}

fn not_whole() -> StoreError {
    StoreError::refused(
        "store-payee",
        "收款账户没有写完整：户名70字以内，账号6至34位字母或数字。",
        "The payee's account is not whole: a name of at most 70 characters, an account of 6 to 34 letters or digits.",
    )
}
