//! Paying in the database: batches as their acts, payees, the bank's files, statements held against the books.
//!
//! INVARIANT: one transaction holds the act, its voucher, what it means for the case, the rows for lists and the line in the audit
//! trail. A transaction id is one act, however often it is sent; after a commit whose answer was lost the same order tells what
//! became of it.
//!
//! Acts are in `act` (many payments that arrived at once in `together`), what they do to the books in `money` and to cases in `case`; payees in `payees`, files in `files`, statements
//! in `statements`. Start at [`Store::act_on_batch`].

mod act;
mod audit;
mod back;
mod case;
mod deliveries;
mod files;
mod lapse;
mod lines;
mod list;
mod money;
mod payees;
mod settings;
mod statements;
mod together;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::busy_fund;

pub use act::{BatchOrder, CaseDesk, batch_permission};
pub use back::{CameBack, MoneyBack};
pub use deliveries::{DeliveryRow, HandedOver};
pub use files::{Answered, BankFileRow};
pub use lines::PayableRow;
pub use list::{BatchRow, BatchView};
pub use payees::NewPayee;
pub(crate) use statements::not_reconciled;
pub use statements::{Imported, StatementRow};

#[cfg(test)]
pub(crate) use deliveries::deliveries_query;
#[cfg(test)]
pub(crate) use list::batches_query;
#[cfg(test)]
pub(crate) use together::{paid_lines_query, with_case_query};

#[cfg(test)]
pub(crate) use act::ALL as ACT_STATEMENTS;
#[cfg(test)]
pub(crate) use audit::ALL as AUDIT_STATEMENTS;
#[cfg(test)]
pub(crate) use case::ALL as CASE_STATEMENTS;
#[cfg(test)]
pub(crate) use deliveries::ALL as DELIVERY_STATEMENTS;
#[cfg(test)]
pub(crate) use files::ALL as FILE_STATEMENTS;
#[cfg(test)]
pub(crate) use lapse::ALL as LAPSE_STATEMENTS;
#[cfg(test)]
pub(crate) use lines::ALL as LINE_STATEMENTS;
#[cfg(test)]
pub(crate) use list::ALL as LIST_STATEMENTS;
#[cfg(test)]
pub(crate) use money::ALL as MONEY_STATEMENTS;
#[cfg(test)]
pub(crate) use payees::ALL as PAYEE_STATEMENTS;
#[cfg(test)]
pub(crate) use settings::ALL as SETTING_STATEMENTS;
#[cfg(test)]
pub(crate) use statements::ALL as BANK_STATEMENTS;

use shukun_base::ContentHash;
use shukun_fund::paying::PayRefusal;
use shukun_fund::paying::files::FileRefused;
use shukun_fund::paying::money::MoneyRefusal;

use crate::chance::hex;
use crate::error::{ErrorKind, Result, StoreError};
use crate::sealed::Place;

fn refused_pay(refusal: PayRefusal) -> StoreError {
    let text = refusal.text();
    StoreError::refused(refusal.code.key(), text.zh, text.en)
}

fn refused_money(refusal: MoneyRefusal) -> StoreError {
    let text = refusal.text();
    StoreError::refused(refusal.code(), text.zh, text.en)
}

fn refused_file(refused: FileRefused) -> StoreError {
    let text = refused.text();
    StoreError::refused(refused.why.key(), text.zh, text.en)
}

fn unreadable() -> StoreError {
    StoreError::damaged(
        "拨付里有一行读不懂：请从备份核对。",
        "A row of paying cannot be read: compare it with a backup.",
    )
}

fn stale() -> StoreError {
    StoreError::new(
        ErrorKind::Stale,
        "store-batch-stale",
        "批次已有新的变化：请刷新后再办。",
        "The batch has changed in the meantime: reload it and go on.",
    )
}

fn other_order() -> StoreError {
    StoreError::new(
        ErrorKind::Stale,
        "store-batch-order",
        "同一操作编号已用于另一件事：请刷新后重新提交。",
        "The order's id was used for something else: reload and send it anew.",
    )
}

fn no_settings() -> StoreError {
    StoreError::refused(
        "store-payment-settings",
        "本县还没有登记拨付的规则和银行文件格式：请先登记。",
        "What the county's documents say of paying, and how its bank's files look, is not written down: do that first.",
    )
}

/// The hash of bytes as records show it.
fn hash_of(bytes: &[u8]) -> Result<ContentHash> {
    use sha2::Digest as _;
    ContentHash::new(&hex(&sha2::Sha256::digest(bytes))).ok_or_else(unreadable)
}

fn place<'a>(table: &'static str, column: &'static str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}
