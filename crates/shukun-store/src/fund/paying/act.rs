//! Acts on batches: planned on the batch as it is inside the transaction, carried out with everything that follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sea_orm::DatabaseTransaction;
use sha2::{Digest as _, Sha256};
use shukun_base::{ActorId, RegionCode, is_text_id};
use shukun_casework::authority::Permission;
use shukun_casework::calendar::Calendar;

use shukun_casework::timers::Settings;
use shukun_fund::BatchId;
use shukun_fund::ledger::Voucher;
use shukun_fund::paying::{Act, Batch, Evidence, Payment, PaymentId, PaymentSettings, PlanDesk, Recorded};

use super::case::{Done, had_arrived};
use super::deliveries::require_delivery;
use super::files::SealedFile;
use super::{no_settings, other_order, place, refused_pay, stale, unreadable};
use crate::accounts::read_region;
use crate::audit::{self, Entry, Object, append};
use crate::chance::hex;
use crate::error::{Result, StoreError};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis, today_in_china};
use crate::scope::Scope;
use crate::sql::{all, execute, find, insert, statements, values};
use crate::store::Store;

statements! {
    // Reads the row and holds it until the end: two acts on one batch come one after the other.
    HOLD = "UPDATE payment_batches SET version = version WHERE batch_id = $1 RETURNING region, version";
    KNOWN = "SELECT request_hash FROM batch_acts WHERE batch_id = $1 AND transaction_id = $2 ORDER BY sequence LIMIT 1";
    ACTS = "SELECT sequence, act FROM batch_acts WHERE batch_id = $1 ORDER BY sequence";
    APPEND = "INSERT INTO batch_acts (batch_id, sequence, transaction_id, request_hash, kind, by_account, at, act)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    OPEN = "INSERT INTO payment_batches (batch_id, book_id, region, programme, kind, follows, state, version, payments, sum_fen,
        made_by, made_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', 1, 0, 0, $7, $8, $9)";
    SET = "UPDATE payment_batches SET state = $2, version = $3, payments = $4, sum_fen = $5, released_by = $6, sent_by = $7,
        file_hash = $8, changed_at = $9 WHERE batch_id = $1";
    ADD_PAYMENT = "INSERT INTO payments (payment_id, batch_id, line_id, amount_fen, channel, state, reason, payee_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    SET_PAYMENT = "UPDATE payments SET state = $2, reason = $3, payee_key = $4 WHERE payment_id = $1";
    DROP_PAYMENT = "DELETE FROM payments WHERE payment_id = $1";
    SET_LINE = "UPDATE resolution_lines SET state = $2 WHERE line_id = $1";
    BOOK = "SELECT region FROM books WHERE book_id = $1";
}

/// What the sender names an act by, and the version of the batch that was read.
#[derive(Clone, Copy, Debug)]
pub struct BatchOrder<'a> {
    /// The client's name for it, chosen before it is sent: sent again it is the same act.
    pub transaction: &'a str,
    /// How many acts the batch had.
    pub version: u32,
}

/// The surroundings of the cases that are told of payments.
#[derive(Clone, Copy, Debug)]
pub struct CaseDesk<'a> {
    /// The working-day calendar.
    pub calendar: &'a Calendar,
    /// Times and numbers.
    pub settings: &'a Settings,
    /// Now.
    pub now: Moment,
}

/// What somebody must be allowed to do for an act.
pub const fn batch_permission(act: &Act) -> Permission {
    match act {
        Act::Pay { evidence: Evidence::Delivery(_), .. } => Permission::RecordDelivery,
        Act::Send { .. } | Act::Pay { .. } | Act::Fail { .. } | Act::Return { .. } | Act::Recover { .. } => {
            Permission::SendBatch
        }
        Act::Approve { .. } | Act::Reject { .. } | Act::Release { .. } | Act::SettlePayee { .. } | Act::Close => {
            Permission::CheckBatch
        }
        _ => Permission::MakeBatch,
    }
}

/// Acts done in one transaction, where there are many: others write between two of them.
const AT_A_TIME: usize = 200;

/// What an act is done with: the surroundings of cases, what the ledger was asked last, what the county wrote down of paying.
pub(super) type Around<'a> = (&'a CaseDesk<'a>, &'a Mutex<Option<Voucher>>, Option<&'a PaymentSettings>);

/// A batch under way in a transaction.
pub(super) struct Held {
    pub batch: Batch,
    pub region: RegionCode,
}

impl Store {
    /// Begins a batch; the id is the caller's, and begun twice it is one.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller makes batches of the book; `P122`.
    pub async fn open_batch(&self, scope: &Scope, id: &BatchId, act: &Act, now: Moment) -> Result<Batch> {
        let Act::Open { book, .. } = act else { return Err(unreadable()) };
        let who = actor(scope)?;
        let payees = Default::default();
        let desk = PlanDesk { who: &who, today: today_in_china(now), rules: None, payees: &payees };
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, BOOK, values![book.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            scope.require(Permission::MakeBatch, Some(&region))?;
            let act = with_region(act, &region);
            let request = request_hash(std::slice::from_ref(&act))?;
            if find(&tx, HOLD, values![id.as_str()]).await?.is_some() {
                let known = self.is_known(&tx, id, id.as_str(), &request).await?;
                return if known { Ok(self.load_batch(&tx, id).await?) } else { Err(other_order()) };
            }
            let first = desk.plan_open(act).map_err(refused_pay)?;
            let batch = Batch::opened(id, &first).ok_or_else(unreadable)?;
            let (follows, by) = (batch.follows.as_ref().map(BatchId::as_str), scope.account_id().as_str());
            let values = values![
                id.as_str(),
                batch.book.as_str(),
                region.as_str(),
                batch.programme.as_str(),
                batch.kind.key(),
                follows,
                by,
                millis(now),
                millis(now),
            ];
            execute(&tx, OPEN, values).await?;
            self.write_batch_acts(&tx, id, std::slice::from_ref(&first), (id.as_str(), &request), now).await?;
            let held = Held { batch: batch.clone(), region };
            self.note_act(&tx, scope.account_id().as_str(), &held, (kind_of(&first.act)?.as_str(), id.as_str()), now)
                .await?;
            tx.commit().await?;
            Ok(batch)
        })
        .await
    }

    /// Does acts on a batch, all or none, with everything that follows: the voucher, the case, the rows. Sent twice under one
    /// transaction id they are done once, and the batch as it is now comes back both times.
    ///
    /// # Errors
    /// `store-not-found` outside the area, `store-step-up`, `store-batch-stale`, the code of paying (`P101` …), of the ledger
    /// (`L101` …) or of casework (`C101` …).
    pub async fn act_on_batch(
        &self,
        scope: &Scope,
        id: &BatchId,
        acts: &[Act],
        order: BatchOrder<'_>,
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        self.act_on_read_batch(scope, (id, None), acts, (order, None), desk).await
    }

    /// [`Store::act_on_batch`] by a paper of the bank, which is kept where the acts are done and nowhere else.
    pub(super) async fn act_on_paper(
        &self,
        scope: &Scope,
        id: &BatchId,
        acts: &[Act],
        (order, paper): (BatchOrder<'_>, Option<&SealedFile>),
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        self.act_on_read_batch(scope, (id, None), acts, (order, paper), desk).await
    }

    /// The same acts, some in each transaction: what went before stands where one is refused. Each part is named by the version
    /// that it was done on and its number.
    pub(super) async fn act_in_parts(
        &self,
        scope: &Scope,
        batch: Batch,
        (acts, name, paper): (&[Act], &str, Option<&SealedFile>),
        desk: &CaseDesk<'_>,
    ) -> Result<()> {
        let (id, mut batch) = (batch.id.clone(), batch);
        for (part, some) in acts.chunks(AT_A_TIME).enumerate() {
            let version = batch.version;
            let transaction = format!("{name}-{version}-{part}");
            let order = BatchOrder { transaction: &transaction, version };
            batch = self.act_on_read_batch(scope, (&id, Some(batch)), some, (order, paper), desk).await?;
        }
        Ok(())
    }

    /// [`Store::act_on_paper`] on a batch that was read before: where it is still at its version its acts are not read again.
    async fn act_on_read_batch(
        &self,
        scope: &Scope,
        (id, read): (&BatchId, Option<Batch>),
        acts: &[Act],
        (order, paper): (BatchOrder<'_>, Option<&SealedFile>),
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        if !is_text_id(order.transaction) {
            return Err(other_order());
        }
        let request = request_hash(acts)?;
        let read = Mutex::new(read);
        // What the ledger was asked last, for its words where the database says no.
        let asked = Mutex::new(None);
        let done = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let read = read.lock().unwrap_or_else(PoisonError::into_inner).take();
                let mut held = self.hold_read_batch(&tx, id, read).await?;
                if self.is_known(&tx, id, order.transaction, &request).await? {
                    return Ok(held.batch);
                }
                if held.batch.version != order.version {
                    return Err(stale());
                }
                let name = (order.transaction, request.as_str());
                self.act_within_batch(&tx, scope, &mut held, (acts, name), (desk, &asked)).await?;
                if let Some(paper) = paper {
                    let account_id = scope.account_id().as_str();
                    let keeping = Keeping { account_id, region: &held.region, now: desk.now };
                    self.keep_file(&tx, (id, paper), keeping).await?;
                }
                tx.commit().await?;
                Ok(held.batch)
            })
            .await;
        let voucher: Option<Voucher> = asked.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (done, voucher) {
            (Err(error), Some(voucher)) => Err(self.why_refused(scope, &voucher, error).await),
            (done, _) => done,
        }
    }

    /// The acts of [`Store::act_on_batch`] inside a transaction that holds the batch.
    pub(super) async fn act_within_batch(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        held: &mut Held,
        (acts, name): (&[Act], (&str, &str)),
        (desk, asked): (&CaseDesk<'_>, &Mutex<Option<Voucher>>),
    ) -> Result<()> {
        let settings = self.settings_within(tx, &held.region).await?;
        let touched = touched(acts);
        let before = payments_of(&held.batch, touched.as_ref()).into_iter().cloned().collect::<Vec<_>>();
        let mut kinds = Vec::new();
        for act in acts {
            self.require_act(tx, scope, held, act).await?;
            kinds.push(kind_of(act)?);
        }
        for run in acts.chunk_by(|one, next| is_paid(one) && is_paid(next)) {
            let around = (desk, asked, settings.as_ref());
            match run {
                [act] => self.one_act(tx, scope, held, (act, name), around).await?,
                paid => self.pay_together(tx, scope, held, (paid, name), around).await?,
            }
        }
        write_rows(tx, &before, (&held.batch, touched.as_ref()), desk.now).await?;
        kinds.dedup();
        self.note_act(tx, scope.account_id().as_str(), held, (&kinds.join(" "), name.0), desk.now).await
    }

    /// Where the batch lies; where the household does for what is handed over there.
    async fn require_act(&self, tx: &DatabaseTransaction, scope: &Scope, held: &Held, act: &Act) -> Result<()> {
        match act {
            Act::Pay { payment, evidence: Evidence::Delivery(_), .. } => require_delivery(tx, scope, payment).await,
            _ => scope.require(batch_permission(act), Some(&held.region)),
        }
    }

    async fn one_act(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        held: &mut Held,
        (act, name): (&Act, (&str, &str)),
        (desk, asked, settings): Around<'_>,
    ) -> Result<()> {
        let who = actor(scope)?;
        let payees = if looks_at_payees(act) { self.payees_now(tx, &held.batch).await? } else { BTreeMap::new() };
        let rules = settings.map(|settings| &settings.rules);
        let plan = PlanDesk { who: &who, today: today_in_china(desk.now), rules, payees: &payees };
        let recorded = held.batch.plan(act.clone(), &plan).map_err(refused_pay)?;
        // The voucher is made of the batch as it was: an answer to one payment copies none of the others.
        let voucher = if moves_money(&held.batch, act) {
            let settings = settings.ok_or_else(no_settings)?;
            Some(self.batch_voucher(tx, scope, &held.batch, (act, settings), (&recorded, desk.now)).await?)
        } else {
            None
        };
        let had_arrived = had_arrived(&held.batch, act);
        held.batch.apply(&recorded).map_err(refused_pay)?;
        self.write_batch_acts(tx, &held.batch.id, std::slice::from_ref(&recorded), name, desk.now).await?;
        if let Some(voucher) = voucher {
            *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(voucher.clone());
            self.post_within(tx, scope, &voucher, desk.now).await?;
            if matches!(act, Act::Approve { .. }) {
                let hold = held.batch.record(Act::Hold { transfers: voucher.transfers }, &plan);
                held.batch.apply(&hold).map_err(refused_pay)?;
                self.write_batch_acts(tx, &held.batch.id, std::slice::from_ref(&hold), name, desk.now).await?;
            }
        }
        if let Some((payment, state)) = line_state(act) {
            let payment = held.batch.payment(payment).ok_or_else(unreadable)?;
            execute(tx, SET_LINE, values![payment.of.line.as_str(), state]).await?;
        }
        let done = Done { act, sequence: recorded.sequence, had_arrived };
        self.tell_case(tx, scope, &held.batch, &done, desk).await
    }

    pub(super) async fn hold_batch(&self, tx: &DatabaseTransaction, id: &BatchId) -> Result<Held> {
        self.hold_read_batch(tx, id, None).await
    }

    async fn hold_read_batch(&self, tx: &DatabaseTransaction, id: &BatchId, read: Option<Batch>) -> Result<Held> {
        let row = find(tx, HOLD, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let (region, version) = (read_region(&row)?, row.get::<i64>("version")?);
        let batch = match read.filter(|batch| i64::from(batch.version) == version) {
            Some(batch) => batch,
            None => self.load_batch(tx, id).await?,
        };
        Ok(Held { batch, region })
    }

    pub(super) async fn is_known(
        &self,
        tx: &DatabaseTransaction,
        id: &BatchId,
        transaction: &str,
        request: &str,
    ) -> Result<bool> {
        match find(tx, KNOWN, values![id.as_str(), transaction]).await? {
            Some(row) if row.get::<String>("request_hash")? == request => Ok(true),
            Some(_) => Err(other_order()),
            None => Ok(false),
        }
    }

    pub(super) async fn load_batch(&self, on: &impl sea_orm::ConnectionTrait, id: &BatchId) -> Result<Batch> {
        Batch::replay(id, &self.load_acts(on, id).await?).map_err(refused_pay)
    }

    pub(super) async fn load_acts(&self, on: &impl sea_orm::ConnectionTrait, id: &BatchId) -> Result<Vec<Recorded>> {
        let mut acts = Vec::new();
        for row in all(on, ACTS, values![id.as_str()]).await? {
            let row_id = format!("{id}/{}", row.get::<i64>("sequence")?);
            let cell: Vec<u8> = row.get("act")?;
            let text = self.keys.open_cell(&self.db, place("batch_acts", "act", &row_id), &cell).await?;
            acts.push(serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?);
        }
        Ok(acts)
    }

    pub(super) async fn write_batch_acts(
        &self,
        tx: &DatabaseTransaction,
        id: &BatchId,
        recorded: &[Recorded],
        (transaction, request): (&str, &str),
        now: Moment,
    ) -> Result<()> {
        let mut rows = Vec::new();
        for one in recorded {
            let text = serde_json::to_vec(one).map_err(|_| unreadable())?;
            let row_id = format!("{id}/{}", one.sequence);
            let cell = self.keys.seal(&self.chance, place("batch_acts", "act", &row_id), &text)?;
            let (sequence, kind) = (i64::from(one.sequence), kind_of(&one.act)?);
            let by = one.by.as_str();
            rows.push(values![id.as_str(), sequence, transaction, request, kind, by, millis(now), cell]);
        }
        insert(tx, APPEND, &rows).await
    }

    pub(super) async fn note_act(
        &self,
        tx: &DatabaseTransaction,
        account_id: &str,
        held: &Held,
        (kinds, transaction): (&str, &str),
        now: Moment,
    ) -> Result<()> {
        let (object, region) = (Object::new("batch", held.batch.id.as_str()), Some(&held.region));
        let entry = Entry { account_id, act: audit::Act::BatchActed, object, region, fields: kinds, reason: None };
        append(self, tx, now, entry).await?;
        let keeping = Keeping { account_id, region: &held.region, now };
        self.keep(tx, (&kept::BATCH_ACTS, values![held.batch.id.as_str(), transaction]), keeping).await
    }
}

/// A batch lies where its book does, whatever was sent.
fn with_region(act: &Act, at: &RegionCode) -> Act {
    let mut act = act.clone();
    if let Act::Open { region, .. } = &mut act {
        region.clone_from(at);
    }
    act
}

/// Whether the act is held against the accounts as they are now; no other act has them read.
const fn looks_at_payees(act: &Act) -> bool {
    matches!(
        act,
        Act::Lock { .. }
            | Act::Submit { .. }
            | Act::Approve { .. }
            | Act::Release { .. }
            | Act::Send { .. }
            | Act::SettlePayee { .. }
    )
}

/// Whether the act, done to the batch as it is, has a voucher.
fn moves_money(batch: &Batch, act: &Act) -> bool {
    let is_held = !batch.holds.is_empty();
    match act {
        Act::Approve { .. } => batch.approved_by.len() + 1 >= usize::from(batch.approvers),
        Act::Reject { .. } | Act::Abort { .. } => is_held,
        // Another account than the locked one is right: what was approved is void.
        Act::SettlePayee { payment, payee } => {
            is_held && batch.payment(payment).is_some_and(|payment| payment.payee.as_ref() != Some(payee))
        }
        Act::Send { .. }
        | Act::Pay { .. }
        | Act::Fail { .. }
        | Act::Return { .. }
        | Act::Reverse { .. }
        | Act::Recover { .. } => true,
        _ => false,
    }
}

/// What the line of the resolution becomes.
fn line_state(act: &Act) -> Option<(&PaymentId, &'static str)> {
    match act {
        Act::Pay { payment, .. } => Some((payment, "paid")),
        Act::Fail { payment, .. } | Act::Return { payment, .. } => Some((payment, "returned")),
        _ => None,
    }
}

pub(super) fn actor(scope: &Scope) -> Result<ActorId> {
    ActorId::new(scope.account_id().as_str()).ok_or_else(unreadable)
}

pub(super) fn request_hash(acts: &[Act]) -> Result<String> {
    Ok(hex(&Sha256::digest(serde_json::to_vec(acts).map_err(|_| unreadable())?)))
}

/// The word an act is stored under.
pub(super) fn kind_of(act: &Act) -> Result<String> {
    let value = serde_json::to_value(act).map_err(|_| unreadable())?;
    value.get("kind").and_then(|kind| kind.as_str()).map(str::to_owned).ok_or_else(unreadable)
}

/// Whether the act says of one payment that it arrived: those that follow one another have one voucher.
const fn is_paid(act: &Act) -> bool {
    matches!(act, Act::Pay { .. })
}

/// The payments that acts name where each names one; none where any may touch all of them.
fn touched(acts: &[Act]) -> Option<BTreeSet<PaymentId>> {
    let named = |act: &Act| match act {
        Act::Pay { payment, .. } | Act::Fail { payment, .. } | Act::Return { payment, .. } => Some(payment.clone()),
        Act::Reissue { payment, .. } | Act::Reverse { payment, .. } | Act::Recover { payment, .. } => {
            Some(payment.clone())
        }
        _ => None,
    };
    acts.iter().map(named).collect()
}

fn payments_of<'a>(batch: &'a Batch, touched: Option<&BTreeSet<PaymentId>>) -> Vec<&'a Payment> {
    match touched {
        Some(ids) => ids.iter().filter_map(|id| batch.payment(id)).collect(),
        None => batch.payments.iter().collect(),
    }
}

/// The rows for lists: what changed, and no other.
pub(super) async fn write_rows(
    tx: &DatabaseTransaction,
    before: &[Payment],
    (after, touched): (&Batch, Option<&BTreeSet<PaymentId>>),
    now: Moment,
) -> Result<()> {
    let values = values![
        after.id.as_str(),
        after.state.key(),
        i64::from(after.version),
        i64::try_from(after.payments.len()).unwrap_or(i64::MAX),
        after.sum().0,
        after.released_by.as_ref().map(ActorId::as_str),
        after.sent_by.as_ref().map(ActorId::as_str),
        after.file.as_ref().map(shukun_base::ContentHash::as_str),
        millis(now),
    ];
    execute(tx, SET, values).await?;
    let mut known_before: BTreeMap<&PaymentId, &Payment> = before.iter().map(|one| (&one.of.id, one)).collect();
    let mut added = Vec::new();
    for payment in payments_of(after, touched) {
        let known = known_before.remove(&payment.of.id);
        let (id, state) = (payment.of.id.as_str(), payment.state.key());
        let reason = payment.reason.map(shukun_fund::paying::FailureReason::key);
        let payee = payment.payee.as_ref().map(shukun_base::ContentHash::as_str);
        match known {
            Some(known) if known == payment => {}
            Some(_) => {
                execute(tx, SET_PAYMENT, values![id, state, reason, payee]).await?;
            }
            None => {
                let (line, channel) = (payment.of.line.as_str(), payment.of.channel.key());
                let amount = payment.of.amount.0;
                added.push(values![id, after.id.as_str(), line, amount, channel, state, reason, payee]);
            }
        }
    }
    insert(tx, ADD_PAYMENT, &added).await?;
    // What is left was taken out.
    for id in known_before.into_keys() {
        execute(tx, DROP_PAYMENT, values![id.as_str()]).await?;
    }
    Ok(())
}
