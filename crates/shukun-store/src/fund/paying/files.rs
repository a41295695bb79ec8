//! The bank's files of a batch: the one that goes out, made from the snapshot and approved by its hash; the answers that come back.

use sea_orm::DatabaseTransaction;
use shukun_base::{ContentHash, RegionCode};
use shukun_casework::authority::Permission;
use shukun_casework::{CaseId, Document, DocumentId};
use shukun_fund::BatchId;
use shukun_fund::paying::files::{
    CellFault, CellReason, Payer, ReturnLine, ReturnResult, read_returns, write_bank_file,
};
use shukun_fund::paying::{Act, Batch, Evidence, PaymentId, PaymentState};

use super::act::{BatchOrder, CaseDesk};
use super::{hash_of, place, refused_file, refused_pay, unreadable};
use crate::audit::{self, Entry, Object, append};
use crate::error::Result;
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{all, execute, find, statements, values};
use crate::store::Store;

statements! {
    KEEP = "INSERT INTO bank_files (batch_id, way, file_hash, ending, content, made_by, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    ONE = "SELECT ending, content FROM bank_files WHERE batch_id = $1 AND way = $2 AND file_hash = $3";
    LIST = "SELECT way, file_hash, ending FROM bank_files WHERE batch_id = $1 ORDER BY made_at, file_hash";
}

/// A file of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankFileRow {
    /// `out` or `answer`.
    pub way: String,
    /// Its hash.
    pub sha256: String,
    /// How its name ends.
    pub ending: String,
}

/// What an answer of the bank came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Payments that were paid or failed by it.
    pub taken: usize,
    /// Lines that say what is known already.
    pub known: usize,
    /// Lines that could not be taken, each with its reason.
    pub faults: Vec<CellFault>,
}

/// A file on its way into the transaction of the act that rests on it.
pub(super) struct SealedFile {
    way: &'static str,
    sha256: ContentHash,
    ending: &'static str,
    cell: Vec<u8>,
}

impl Store {
    /// Makes the file for the bank from the snapshot of a locked batch, keeps it sealed, and writes its hash into the batch.
    ///
    /// # Errors
    /// As [`Store::act_on_batch`]; `store-payment-settings`; `pay-file-…` where a line cannot be written.
    pub async fn make_bank_file(
        &self,
        scope: &Scope,
        id: &BatchId,
        order: BatchOrder<'_>,
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        let batch = self.batch(scope, id).await?.batch;
        scope.require(Permission::MakeBatch, Some(&batch.region))?;
        let settings = self.payment_settings(scope, &batch.region).await?;
        let locked_on = batch.locked_on.ok_or_else(|| refused_pay(shukun_fund::paying::PayCode::WrongState.into()))?;
        let orders = self.orders(&self.within(scope, Permission::MakeBatch), &batch).await?;
        let payer = Payer {
            batch: id.to_string(),
            name: settings.payer_name,
            account: settings.payer_account,
            bank: settings.payer_bank,
            made_on: locked_on,
        };
        let file = write_bank_file(&settings.template, &payer, &orders).map_err(refused_file)?;
        let sealed = self.file_to_keep((id, "out"), (file.form.ending(), &file.bytes))?;
        self.act_on_paper(scope, id, &[Act::MakeFile { sha256: file.sha256 }], (order, Some(&sealed)), desk).await
    }

    /// A file of a batch, sealed and ready to be kept.
    pub(super) fn file_to_keep(
        &self,
        (id, way): (&BatchId, &'static str),
        (ending, bytes): (&'static str, &[u8]),
    ) -> Result<SealedFile> {
        let sha256 = hash_of(bytes)?;
        let row_id = format!("{id}/{way}/{}", sha256.as_str());
        let cell = self.keys.seal(&self.chance, place("bank_files", "content", &row_id), bytes)?;
        Ok(SealedFile { way, sha256, ending, cell })
    }

    /// Keeps a file within an act on its batch; the same one again is kept once.
    pub(super) async fn keep_file(
        &self,
        tx: &DatabaseTransaction,
        (id, file): (&BatchId, &SealedFile),
        keeping: Keeping<'_>,
    ) -> Result<()> {
        let (way, sha256, cell) = (file.way, file.sha256.as_str(), file.cell.clone());
        let values = values![id.as_str(), way, sha256, file.ending, cell, keeping.account_id, millis(keeping.now)];
        if execute(tx, KEEP, values).await? == 1 {
            self.keep(tx, (&kept::BANK_FILE, values![id.as_str(), way, sha256]), keeping).await?;
        }
        Ok(())
    }

    /// The files of a batch.
    pub async fn bank_files(&self, scope: &Scope, id: &BatchId) -> Result<Vec<BankFileRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = all(&self.within(scope, Permission::ViewFund), LIST, values![id.as_str()]).await?;
        let read = |row: &crate::sql::Row| {
            Ok(BankFileRow { way: row.get("way")?, sha256: row.get("file_hash")?, ending: row.get("ending")? })
        };
        rows.iter().map(read).collect()
    }

    /// The file that is in force, for the cashier: it is opened, held against the hash that was approved, and written down.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller sends batches there; `P110` where its bytes are not what was approved.
    pub async fn fetch_bank_file(&self, scope: &Scope, id: &BatchId, now: Moment) -> Result<(String, Vec<u8>)> {
        let batch = self.batch(scope, id).await?.batch;
        scope.require(Permission::SendBatch, Some(&batch.region))?;
        let sha256 = batch.file.ok_or_else(|| refused_pay(shukun_fund::paying::PayCode::NoFile.into()))?;
        let values = values![id.as_str(), "out", sha256.as_str()];
        let row = find(&self.within(scope, Permission::SendBatch), ONE, values).await?.ok_or_else(unreadable)?;
        let row_id = format!("{id}/out/{}", sha256.as_str());
        let cell: Vec<u8> = row.get("content")?;
        let opened = self.keys.open_cell(&self.db, place("bank_files", "content", &row_id), &cell).await?;
        let bytes = opened.reveal().clone();
        if hash_of(&bytes)? != sha256 {
            return Err(refused_pay(shukun_fund::paying::PayCode::FileChanged.into()));
        }
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let (object, region) = (Object::new("batch", id.as_str()), Some(&batch.region));
            let act = audit::Act::BankFileFetched;
            let entry = Entry { account_id, act, object, region, fields: sha256.as_str(), reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok((row.get("ending")?, bytes))
    }

    /// Takes an answer of the bank: each payment paid or failed. The same file again does nothing: what it says is known.
    ///
    /// # Errors
    /// `pay-file-…` for a file that is none; as [`Store::act_on_batch`] where an act is refused: what went before stands, and the
    /// same file sent again goes on from there.
    pub async fn take_answer(
        &self,
        scope: &Scope,
        id: &BatchId,
        bytes: &[u8],
        desk: &CaseDesk<'_>,
    ) -> Result<Answered> {
        let batch = self.batch(scope, id).await?.batch;
        scope.require(Permission::SendBatch, Some(&batch.region))?;
        let settings = self.payment_settings(scope, &batch.region).await?;
        let read = read_returns(bytes, &settings.returns).map_err(refused_file)?;
        let file = hash_of(bytes)?;
        let sealed = self.file_to_keep((id, "answer"), ("answer", bytes))?;
        let mut answered = Answered { faults: read.faults, ..Answered::default() };
        let mut acts = Vec::new();
        for line in &read.lines {
            match answer(&batch, line, &file) {
                Ok(Some(act)) => acts.push(act),
                Ok(None) => answered.known += 1,
                Err(fault) => answered.faults.push(fault),
            }
        }
        answered.taken = acts.len();
        let name = file.as_str().get(..40).unwrap_or_default();
        self.act_in_parts(scope, batch, (&acts, name, Some(&sealed)), desk).await?;
        Ok(answered)
    }

    /// A proof of payment among the papers of a case.
    pub(super) async fn add_proof(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (case_id, region): (&CaseId, &RegionCode),
        bytes: &[u8],
        now: Moment,
    ) -> Result<Document> {
        let (id, sha256) = (DocumentId::new(&self.chance.id()?).ok_or_else(unreadable)?, hash_of(bytes)?);
        let document = Document { id, kind: super::case::PROOF, sha256 };
        self.add_document_within(tx, scope, (case_id, region), (&document, bytes), now).await?;
        Ok(document)
    }
}

/// The act of a line; nothing where it is known; a fault where it is not about a payment of the batch, or another amount.
fn answer(batch: &Batch, line: &ReturnLine, file: &ContentHash) -> std::result::Result<Option<Act>, CellFault> {
    let fault = |value: &str, why| CellFault {
        row: line.row,
        column: String::new(),
        value: shukun_base::Masked::new(value.to_owned()),
        why,
    };
    let payment = PaymentId::new(&line.reference).and_then(|id| batch.payment(&id));
    let payment = payment.ok_or_else(|| fault(&line.reference, CellReason::Reference))?;
    if payment.of.amount != line.amount {
        return Err(fault(&line.amount.to_string(), CellReason::OtherAmount));
    }
    let (id, on) = (payment.of.id.clone(), line.day);
    let evidence = Evidence::Answer { file: file.clone(), row: line.row };
    Ok(match (payment.state, line.result) {
        (PaymentState::Sent, ReturnResult::Paid) => Some(Act::Pay { payment: id, on, evidence }),
        (PaymentState::Sent, ReturnResult::Failed(reason)) => Some(Act::Fail { payment: id, on, reason, evidence }),
        // It arrived by an earlier answer, and this one says that it came back.
        (PaymentState::Paid, ReturnResult::Failed(reason)) => Some(Act::Return { payment: id, on, reason, evidence }),
        (PaymentState::Pending, _) => return Err(fault(&line.reference, CellReason::Reference)),
        _ => None,
    })
}
