//! What a payment means for its case: paid or failed, told in the same transaction, with a proof among the papers.

use sea_orm::DatabaseTransaction;
use shukun_base::{Day, Fen};
use shukun_casework::case::{Case, Command, Context, PaymentRecord, RecoveryRecord, ReturnRecord, Status};
use shukun_casework::request::{AidRequest, RequestStatus};
use shukun_casework::{CaseId, Document, DocumentKind, Note, RequestId, TransactionId};
use shukun_fund::paying::{Act, Batch, Evidence, FailureReason, Payment, PaymentState, payment_proof};

use super::act::CaseDesk;
use super::unreadable;
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{find, statements, values};
use crate::store::Store;

statements! {
    CASE_OF_LINE = "SELECT case_id FROM resolution_lines WHERE line_id = $1";
    OTHER_OPEN = "SELECT case_id FROM cases WHERE household_id = $1 AND case_id <> $2 AND status <> 'closed' LIMIT 1";
}

/// What became of the money.
#[derive(Clone, Copy)]
enum Became {
    Arrived,
    Failed,
    /// The bank sent it back after it had arrived.
    Returned(FailureReason),
    /// The household gave this much back.
    GivenBack(Fen),
}

/// What the case is told.
struct News<'a> {
    payment: &'a Payment,
    became: Became,
    on: Day,
    evidence: &'a Evidence,
}

/// An act that was done, and what of the batch before it the case has to know.
pub(super) struct Done<'a> {
    pub act: &'a Act,
    pub sequence: u32,
    /// Whether the payment had arrived.
    pub had_arrived: bool,
}

impl Store {
    /// Records on the case that the line names what became of its money; a line without a case tells nobody.
    pub(super) async fn tell_case(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        batch: &Batch,
        done: &Done<'_>,
        desk: &CaseDesk<'_>,
    ) -> Result<()> {
        let Some(news) = news(batch, done)? else { return Ok(()) };
        let row = find(tx, CASE_OF_LINE, values![news.payment.of.line.as_str()]).await?.ok_or_else(unreadable)?;
        let Some(case_id) = row.get::<Option<String>>("case_id")? else { return Ok(()) };
        let case_id = CaseId::new(&case_id).ok_or_else(unreadable)?;
        let case = self.held_case(tx, scope, &case_id).await?;
        let Some(request) = request_of(&case, batch, &news)? else { return Ok(()) };
        if case.status == Status::Closed && self.has_other_open(tx, &case).await? {
            return Ok(());
        }
        let (id, amount) = (&news.payment.of.id, news.payment.of.amount);
        let arrived = matches!(news.became, Became::Arrived | Became::GivenBack(_));
        let proof = payment_proof((&batch.id, id), (amount, news.on), arrived, news.evidence.file());
        let document = self.add_proof(tx, scope, (&case_id, &case.region), &proof, desk.now).await?;
        let command = command(&news, request.id.clone(), document)?;
        let transaction = TransactionId::new(&format!("pay-{id}-{}", done.sequence)).ok_or_else(unreadable)?;
        let (calendar, settings, now) = (desk.calendar, desk.settings, desk.now);
        let ctx = Context { now, transaction, version: case.version, calendar, settings, sample_seed: 0 };
        let actor = self.person(scope).await?;
        self.act_within(tx, scope, &actor, &case_id, &[command], &ctx).await.map(|_| ())
    }

    /// Whether the household of a closed case has a later one that is open: then the closed one is not opened again.
    async fn has_other_open(&self, tx: &DatabaseTransaction, case: &Case) -> Result<bool> {
        let of_household = values![case.household.to_string(), case.id.as_str()];
        Ok(find(tx, OTHER_OPEN, of_household).await?.is_some())
    }
}

fn news<'a>(batch: &'a Batch, done: &Done<'a>) -> Result<Option<News<'a>>> {
    let (payment, on, evidence, became) = match done.act {
        Act::Pay { payment, on, evidence } => (payment, on, evidence, Became::Arrived),
        Act::Return { payment, on, reason, evidence } if done.had_arrived => {
            (payment, on, evidence, Became::Returned(*reason))
        }
        Act::Fail { payment, on, evidence, .. } | Act::Return { payment, on, evidence, .. } => {
            (payment, on, evidence, Became::Failed)
        }
        Act::Recover { payment, amount, on, evidence } => (payment, on, evidence, Became::GivenBack(*amount)),
        _ => return Ok(None),
    };
    let payment = batch.payment(payment).ok_or_else(unreadable)?;
    Ok(Some(News { payment, became, on: *on, evidence }))
}

fn command(news: &News<'_>, request: RequestId, document: Document) -> Result<Command> {
    let paid_on = news.on;
    Ok(match news.became {
        Became::Arrived if matches!(news.evidence, Evidence::Delivery(_)) => {
            Command::RecordDelivery(PaymentRecord { request, amount_fen: news.payment.of.amount, paid_on, document })
        }
        Became::Arrived => {
            Command::RecordPayment(PaymentRecord { request, amount_fen: news.payment.of.amount, paid_on, document })
        }
        Became::Failed => Command::RecordPayment(PaymentRecord { request, amount_fen: Fen::ZERO, paid_on, document }),
        Became::Returned(reason) => Command::RecordReturn(ReturnRecord {
            request,
            amount_fen: news.payment.of.amount,
            returned_on: news.on,
            why: Note::new(&reason.text().zh).map_err(|_| unreadable())?,
            document,
        }),
        Became::GivenBack(amount_fen) => Command::RecordRecovery(RecoveryRecord { request, amount_fen, document }),
    })
}

/// Whether the payment that an act answers had arrived before.
pub(super) fn had_arrived(batch: &Batch, act: &Act) -> bool {
    let Act::Return { payment, .. } = act else { return false };
    batch.payment(payment).is_some_and(|payment| payment.state == PaymentState::Paid)
}

/// The request of the batch's programme that the money is of. `None` = the case knows already: somebody recorded by hand that it
/// was paid, or that it came back.
fn request_of<'a>(case: &'a Case, batch: &Batch, news: &News<'_>) -> Result<Option<&'a AidRequest>> {
    use RequestStatus::{Approved, Paid, PartPaid, Recovering};
    let amount = news.payment.of.amount;
    let (wanted, known): (&[RequestStatus], &[RequestStatus]) = match news.became {
        Became::Arrived | Became::Failed => (&[Approved, PartPaid], &[Paid]),
        Became::Returned(_) => (&[Paid, PartPaid, Recovering], &[Approved]),
        Became::GivenBack(_) => (&[Recovering], &[Paid]),
    };
    let held_it = |request: &AidRequest| !matches!(news.became, Became::Returned(_)) || request.paid_fen >= amount;
    let mut of_programme = case.requests.iter().filter(|request| request.programme.key() == batch.programme.as_str());
    let mut fitting = of_programme.clone().filter(|request| wanted.contains(&request.status) && held_it(request));
    // Of several the one that got just this much.
    let exact = fitting.clone().find(|request| request.paid_fen == amount);
    match exact.or_else(|| fitting.next()) {
        Some(request) => Ok(Some(request)),
        None if of_programme.any(|request| known.contains(&request.status)) => Ok(None),
        None => Err(no_request()),
    }
}

fn no_request() -> StoreError {
    StoreError::refused(
        "store-batch-case",
        "案件里没有与这笔款项相符的申请：请先核对案件，再登记到账或退汇。",
        "The case has no request of this programme that fits the money: look at the case before recording what became of it.",
    )
}

/// A proof is a paper of the case.
pub(super) const PROOF: DocumentKind = DocumentKind::PaymentProof;
