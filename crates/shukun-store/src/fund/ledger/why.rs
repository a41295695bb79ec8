//! Why the database refused a voucher: the same voucher is put to the model, over what the books hold now.

use std::collections::BTreeSet;

use sea_orm::DatabaseTransaction;
use shukun_base::{ContentHash, Fen};
use shukun_fund::BookId;
use shukun_fund::ledger::model::{Model, ModelAccount, ModelBook};
use shukun_fund::ledger::{AccountCode, CapUse, NewTransfer, PersonKey, ProgrammeKey, Voucher};

use super::post::{county_of, hold_book, lines_query};
use super::refused;
use super::rows::{read, read_line, read_restriction, read_totals, read_transfer};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{Sql, all, find, statements, values};
use crate::store::Store;

statements! {
    ACCOUNTS = "SELECT code, debits_posted, debits_pending, credits_posted, credits_pending, restrictions.restriction_id,
        donor_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
        FROM book_accounts LEFT JOIN restrictions ON restrictions.restriction_id = book_accounts.restriction_id
        WHERE book_accounts.book_id = $1";
    VOUCHER = "SELECT request_hash FROM vouchers WHERE voucher_id = $1";
    BY_ID = "SELECT * FROM transfers WHERE transfer_id = $1";
    BY_HOLD = "SELECT * FROM transfers WHERE pending_id = $1";
    BY_KEY = "SELECT * FROM transfers WHERE business_key = $1";
    BY_LINE = "SELECT * FROM transfers WHERE line_id = $1";
    BY_CORRECTED = "SELECT * FROM transfers WHERE corrects_id = $1";
    CAP = "SELECT used_fen, cap_fen FROM benefit_years WHERE region = $1 AND person_key = $2 AND year = $3
        AND programme = $4";
}

impl Store {
    /// The ledger's words for what the database said; the same error where it is none of a constraint, or where nothing
    /// speaks against the voucher any more: somebody else wrote at the same moment, once more may help.
    pub(crate) async fn why_refused(&self, scope: &Scope, voucher: &Voucher, error: StoreError) -> StoreError {
        if !error.is_constraint() {
            return error;
        }
        let asked = async {
            let tx = self.begin_within(scope).await?;
            let mut model = load_model(&tx, voucher).await?;
            tx.rollback().await?;
            Result::Ok(model.post(voucher).err())
        };
        match asked.await {
            Ok(Some(refusal)) => refused(refusal),
            Ok(None) => error,
            Err(other) => other,
        }
    }
}

async fn load_model(tx: &DatabaseTransaction, voucher: &Voucher) -> Result<Model> {
    let mut model = Model::default();
    for book in voucher.books() {
        load_book(tx, &mut model, book).await?;
    }
    if let Some(row) = find(tx, VOUCHER, values![voucher.id.as_str()]).await? {
        model.vouchers.insert(voucher.id.clone(), read(&row, "request_hash", ContentHash::new)?);
    }
    for transfer in &voucher.transfers {
        load_around(tx, &mut model, transfer).await?;
    }
    let holds: Vec<NewTransfer> = model.transfers.values().map(|(transfer, _)| transfer.clone()).collect();
    for transfer in voucher.transfers.iter().chain(&holds) {
        load_cap(tx, &mut model, transfer).await?;
    }
    Ok(model)
}

async fn load_book(tx: &DatabaseTransaction, model: &mut Model, book: &BookId) -> Result<()> {
    let held = hold_book(tx, book).await?;
    let mut found = ModelBook { closed_through: held.closed_through(), ..ModelBook::default() };
    for row in all(tx, ACCOUNTS, values![book.as_str()]).await? {
        let code = read(&row, "code", AccountCode::new)?;
        let account = ModelAccount { totals: read_totals(&row)?, restriction: read_restriction(&row)? };
        found.accounts.insert(code, account);
    }
    model.books.insert(book.clone(), found);
    Ok(())
}

/// Every transfer that may speak against this one.
async fn load_around(tx: &DatabaseTransaction, model: &mut Model, transfer: &NewTransfer) -> Result<()> {
    load(tx, model, BY_ID, transfer.id.as_str()).await?;
    if let Some(pending) = &transfer.pending {
        load(tx, model, BY_ID, pending.as_str()).await?;
        load(tx, model, BY_HOLD, pending.as_str()).await?;
    }
    if let Some(corrected) = &transfer.corrects {
        load(tx, model, BY_ID, corrected.as_str()).await?;
    }
    if let Some(key) = &transfer.business_key {
        load(tx, model, BY_KEY, &key.to_string()).await?;
    }
    let Some(line) = &transfer.line else { return Ok(()) };
    for row in lines_query(&[line.as_str()]).all(tx).await? {
        model.lines.insert(line.clone(), read_line(&row)?);
    }
    for payout in load(tx, model, BY_LINE, line.as_str()).await? {
        load(tx, model, BY_HOLD, &payout).await?;
        load(tx, model, BY_CORRECTED, &payout).await?;
    }
    Ok(())
}

async fn load(tx: &DatabaseTransaction, model: &mut Model, sql: Sql, id: &str) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for row in all(tx, sql, values![id]).await? {
        let stored = read_transfer(&row)?;
        ids.insert(stored.transfer.id.to_string());
        model.transfers.insert(stored.transfer.id.clone(), (stored.transfer, stored.effective));
    }
    Ok(ids)
}

async fn load_cap(tx: &DatabaseTransaction, model: &mut Model, transfer: &NewTransfer) -> Result<()> {
    let Some(CapUse { person_key, year, programme, .. }) = &transfer.cap else { return Ok(()) };
    let region = match model.books.contains_key(&transfer.book) {
        true => county_of(hold_book(tx, &transfer.book).await?.region()),
        false => return Ok(()),
    };
    let values = values![region, person_key.as_str(), i64::from(*year), programme.as_str()];
    if let Some(row) = find(tx, CAP, values).await? {
        let key: (PersonKey, i16, ProgrammeKey) = (person_key.clone(), *year, programme.clone());
        model.caps.insert(key, (Fen(row.get("used_fen")?), Fen(row.get("cap_fen")?)));
    }
    Ok(())
}
