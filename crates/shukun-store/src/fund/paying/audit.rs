//! Whether the rows of batches and payments, and the states of lines, are what the acts make them: for the audit of the books.
//!
//! Whether the acts are those that were written, the trail says ([`crate::fund::kept`]). Start at [`Store::not_as_acted`].

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{ActorId, ContentHash};
use shukun_fund::BatchId;
use shukun_fund::ledger::audit::{Finding, Invariant};
use shukun_fund::paying::{Batch, FailureReason, Payment, PaymentId, PaymentState, Recorded};

use crate::error::{Result, readable};
use crate::sql::{Row, all, statements, values};
use crate::store::Store;

statements! {
    BATCHES = "SELECT batch_id, book_id, region, programme, kind, follows, state, made_by, released_by, sent_by, file_hash,
        version, payments, sum_fen, made_at, changed_at FROM payment_batches";
    PAYMENTS = "SELECT payment_id, batch_id, line_id, channel, state, reason, payee_key, amount_fen FROM payments";
    ACTED = "SELECT one.batch_id, one.at AS first_at, last.at AS last_at FROM batch_acts AS one
        JOIN batch_acts AS last ON last.batch_id = one.batch_id AND last.sequence =
            (SELECT MAX(sequence) FROM batch_acts WHERE batch_acts.batch_id = one.batch_id)
        WHERE one.sequence = 1";
    STATES = "SELECT line_id, state FROM resolution_lines";
}

const BATCH_TEXTS: &[&str] = &[
    "batch_id",
    "book_id",
    "region",
    "programme",
    "kind",
    "follows",
    "state",
    "made_by",
    "released_by",
    "sent_by",
    "file_hash",
];
const BATCH_NUMBERS: &[&str] = &["version", "payments", "sum_fen", "made_at", "changed_at"];
const PAYMENT_TEXTS: &[&str] = &["payment_id", "batch_id", "line_id", "channel", "state", "reason", "payee_key"];
const PAYMENT_NUMBERS: &[&str] = &["amount_fen"];

/// A row as text: what is held against what it should say.
type Cells = Vec<Option<String>>;
/// Rows by their id.
type Rows = BTreeMap<String, Cells>;

impl Store {
    /// Rows that are not what the acts of their batches make them, that are gone, or that no act made.
    pub(crate) async fn not_as_acted(&self, tx: &DatabaseTransaction) -> Result<Vec<Finding>> {
        let mut found = BTreeSet::new();
        let (mut batches, mut payments, mut states) = (Rows::new(), Rows::new(), BTreeMap::new());
        for row in all(tx, ACTED, values![]).await? {
            let Some(id) = row.get::<String>("batch_id").ok().and_then(|id| BatchId::new(&id)) else { continue };
            let Some((batch, first)) = readable(self.replayed(tx, &id).await)? else {
                found.insert(format!("batch_acts {id}"));
                continue;
            };
            batches.insert(id.to_string(), batch_cells(&batch, &first, &row)?);
            payments.extend(batch.payments.iter().map(|one| (one.of.id.to_string(), payment_cells(&batch, one))));
            states.insert(id, batch);
        }
        let rows = stored(tx, BATCHES, (BATCH_TEXTS, BATCH_NUMBERS)).await?;
        found.extend(differing("payment_batches", &batches, &rows));
        let rows = stored(tx, PAYMENTS, (PAYMENT_TEXTS, PAYMENT_NUMBERS)).await?;
        found.extend(differing("payments", &payments, &rows));
        let answered = answered(states.values());
        for row in all(tx, STATES, values![]).await? {
            let line = row.get::<String>("line_id").unwrap_or_default();
            let should = answered.get(line.as_str()).copied().unwrap_or("approved");
            if row.get::<String>("state").ok().as_deref() != Some(should) {
                found.insert(format!("resolution_lines {line}"));
            }
        }
        Ok(found.into_iter().map(|at| Finding { invariant: Invariant::AsWritten, at }).collect())
    }

    /// The batch that its acts make, with the first of them.
    async fn replayed(&self, on: &impl ConnectionTrait, id: &BatchId) -> Result<(Batch, Recorded)> {
        let acts = self.load_acts(on, id).await?;
        let batch = Batch::replay(id, &acts).map_err(|_| super::unreadable())?;
        let first = acts.into_iter().next().ok_or_else(super::unreadable)?;
        Ok((batch, first))
    }
}

fn batch_cells(batch: &Batch, first: &Recorded, acted: &Row) -> Result<Cells> {
    let payments = batch.payments.len().to_string();
    let moment = |column| acted.get::<i64>(column).map(|at| Some(at.to_string()));
    Ok(vec![
        Some(batch.id.to_string()),
        Some(batch.book.to_string()),
        Some(batch.region.to_string()),
        Some(batch.programme.to_string()),
        Some(batch.kind.key().to_owned()),
        batch.follows.as_ref().map(BatchId::to_string),
        Some(batch.state.key().to_owned()),
        Some(first.by.to_string()),
        batch.released_by.as_ref().map(ActorId::to_string),
        batch.sent_by.as_ref().map(ActorId::to_string),
        batch.file.as_ref().map(|hash| hash.as_str().to_owned()),
        Some(batch.version.to_string()),
        Some(payments),
        Some(batch.sum().0.to_string()),
        moment("first_at")?,
        moment("last_at")?,
    ])
}

fn payment_cells(batch: &Batch, payment: &Payment) -> Cells {
    vec![
        Some(payment.of.id.to_string()),
        Some(batch.id.to_string()),
        Some(payment.of.line.to_string()),
        Some(payment.of.channel.key().to_owned()),
        Some(payment.state.key().to_owned()),
        payment.reason.map(|reason| FailureReason::key(reason).to_owned()),
        payment.payee.as_ref().map(|hash: &ContentHash| hash.as_str().to_owned()),
        Some(payment.of.amount.0.to_string()),
    ]
}

/// What the answers make of each line: the last payment of it that has one says so.
fn answered<'a>(batches: impl Iterator<Item = &'a Batch>) -> BTreeMap<&'a str, &'static str> {
    let payments = batches.flat_map(|batch| &batch.payments).filter(|payment| payment.answered_on.is_some());
    let payments: Vec<&Payment> = payments.collect();
    let issued_again: BTreeSet<&PaymentId> =
        payments.iter().filter_map(|payment| Some(&payment.of.again.as_ref()?.payment)).collect();
    let last = payments.into_iter().filter(|payment| !issued_again.contains(&payment.of.id));
    last.map(|payment| (payment.of.line.as_str(), line_state(payment))).collect()
}

/// A payment that was given back by the household stays one that was paid.
fn line_state(payment: &Payment) -> &'static str {
    let was_given_back = payment.state == PaymentState::Reversed && !payment.recovered.is_zero();
    if payment.state == PaymentState::Paid || was_given_back { "paid" } else { "returned" }
}

/// Rows by the first of their columns; one that cannot be read says nothing right.
async fn stored(on: &impl ConnectionTrait, sql: crate::sql::Sql, (texts, numbers): (&[&str], &[&str])) -> Result<Rows> {
    let mut rows = Rows::new();
    for row in all(on, sql, values![]).await? {
        let texts = texts.iter().map(|column| row.get::<Option<String>>(column));
        let numbers = numbers.iter().map(|column| Ok(row.get::<Option<i64>>(column)?.map(|number| number.to_string())));
        let cells: Cells = texts.chain(numbers).map(|cell| cell.unwrap_or_else(|_| Some("?".to_owned()))).collect();
        let id = cells.first().cloned().flatten().unwrap_or_default();
        rows.insert(id, cells);
    }
    Ok(rows)
}

fn differing(table: &'static str, should: &Rows, are: &Rows) -> impl Iterator<Item = String> {
    let ids: BTreeSet<&String> = should.keys().chain(are.keys()).collect();
    let differ: Vec<&String> = ids.into_iter().filter(|id| should.get(*id) != are.get(*id)).collect();
    differ.into_iter().map(move |id| format!("{table} {id}")).collect::<Vec<_>>().into_iter()
}
