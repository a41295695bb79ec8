//! What a payment means for its case: paid or failed, told in the same transaction, with a proof among the papers.

use sea_orm::DatabaseTransaction;
use shukun_base::{Day, Fen};
use shukun_casework::case::{Case, Command, Context, PaymentRecord, RecoveryRecord};
use shukun_casework::request::{AidRequest, RequestStatus};
use shukun_casework::{CaseId, DocumentKind, TransactionId};
use shukun_fund::paying::{Act, Batch, Evidence, Payment, PaymentId, payment_proof};

use super::act::CaseDesk;
use super::unreadable;
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{find, statements, values};
use crate::store::Store;

statements! {
    CASE_OF_LINE = "SELECT case_id FROM resolution_lines WHERE line_id = $1";
}

/// What the case is told.
struct News<'a> {
    payment: &'a Payment,
    /// What arrived; nothing where it failed.
    amount: Fen,
    on: Day,
    evidence: &'a Evidence,
    came_back: Fen,
}

impl Store {
    /// Records a payment, its failure or a recovery on the case that the line names; a line without a case tells nobody.
    pub(super) async fn tell_case(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        batch: &Batch,
        (act, sequence): (&Act, u32),
        desk: &CaseDesk<'_>,
    ) -> Result<()> {
        let Some(news) = news(batch, act)? else { return Ok(()) };
        let row = find(tx, CASE_OF_LINE, values![news.payment.of.line.as_str()]).await?.ok_or_else(unreadable)?;
        let Some(case_id) = row.get::<Option<String>>("case_id")? else { return Ok(()) };
        let case_id = CaseId::new(&case_id).ok_or_else(unreadable)?;
        let case = self.held_case(tx, scope, &case_id).await?;
        let Some(request) = request_of(&case, batch, &news)? else { return Ok(()) };
        let (id, amount) = (&news.payment.of.id, news.payment.of.amount);
        let arrived = !news.amount.is_zero() || !news.came_back.is_zero();
        let proof = payment_proof((&batch.id, id), (amount, news.on), arrived, news.evidence.file());
        let document = self.add_proof(tx, scope, (&case_id, &case.region), &proof, desk.now).await?;
        let request = request.id.clone();
        let command = if news.came_back.is_zero() {
            Command::RecordPayment(PaymentRecord { request, amount_fen: news.amount, paid_on: news.on, document })
        } else {
            Command::RecordRecovery(RecoveryRecord { request, amount_fen: news.came_back, document })
        };
        let transaction = TransactionId::new(&format!("pay-{id}-{sequence}")).ok_or_else(unreadable)?;
        let (calendar, settings, now) = (desk.calendar, desk.settings, desk.now);
        let ctx = Context { now, transaction, version: case.version, calendar, settings, sample_seed: 0 };
        let actor = self.person(scope).await?;
        self.act_within(tx, scope, &actor, &case_id, &[command], &ctx).await.map(|_| ())
    }
}

fn news<'a>(batch: &'a Batch, act: &'a Act) -> Result<Option<News<'a>>> {
    let of = |id: &PaymentId| batch.payment(id).ok_or_else(unreadable);
    Ok(match act {
        Act::Pay { payment, on, evidence } => {
            let payment = of(payment)?;
            Some(News { payment, amount: payment.of.amount, on: *on, evidence, came_back: Fen::ZERO })
        }
        Act::Fail { payment, on, evidence, .. } | Act::Return { payment, on, evidence, .. } => {
            Some(News { payment: of(payment)?, amount: Fen::ZERO, on: *on, evidence, came_back: Fen::ZERO })
        }
        Act::Recover { payment, amount, on, evidence } => {
            Some(News { payment: of(payment)?, amount: Fen::ZERO, on: *on, evidence, came_back: *amount })
        }
        _ => None,
    })
}

/// The request of the batch's programme that the money is for. Where everything is paid already (it came back after it had
/// arrived, and went out again) casework has no word for it, and the ledger alone knows.
fn request_of<'a>(case: &'a Case, batch: &Batch, news: &News<'_>) -> Result<Option<&'a AidRequest>> {
    let mut of_programme = case.requests.iter().filter(|request| request.programme.key() == batch.programme.as_str());
    let wanted: &[RequestStatus] = if news.came_back.is_zero() {
        &[RequestStatus::Approved, RequestStatus::PartPaid]
    } else {
        &[RequestStatus::Recovering]
    };
    let open = of_programme.clone().find(|request| wanted.contains(&request.status));
    let was_paid = of_programme.any(|request| request.status == RequestStatus::Paid);
    match open {
        Some(request) => Ok(Some(request)),
        None if was_paid => Ok(None),
        None => Err(no_request()),
    }
}

fn no_request() -> StoreError {
    StoreError::refused(
        "store-batch-case",
        "案件里没有已核准待付的这项申请：请先核对案件，再登记到账。",
        "The case has no approved request of this programme to be paid: look at the case before recording the payment.",
    )
}

/// A proof is a paper of the case.
pub(super) const PROOF: DocumentKind = DocumentKind::PaymentProof;
