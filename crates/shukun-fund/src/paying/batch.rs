//! A batch: what its acts add up to.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{ActorId, ContentHash, Day, Fen, RegionCode};

use super::{
    Act, BatchKind, BatchState, Channel, Evidence, FailureReason, NewPayment, PayCode, PayRefusal, PaymentId,
    PaymentState, Recorded,
};
use crate::ledger::{NewTransfer, ProgrammeKey};
use crate::{BatchId, BookId};

/// A payment of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// As it was put in.
    pub of: NewPayment,
    /// Where it stands.
    pub state: PaymentState,
    /// The hash of the account it goes to, since the batch was locked.
    pub payee: Option<ContentHash>,
    /// The account as somebody changed it since, and who: the payment is stopped.
    pub changed: Option<(ContentHash, ActorId)>,
    /// Why it failed or came back.
    pub reason: Option<FailureReason>,
    /// The day of its result.
    pub answered_on: Option<Day>,
    /// What shows it.
    pub evidence: Option<Evidence>,
    /// The batch in which it goes out again.
    pub again_in: Option<BatchId>,
    /// What the household gave back.
    pub recovered: Fen,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// How many acts it has: whoever acts names it.
    pub version: u32,
    /// The book that pays.
    pub book: BookId,
    /// Where the book's money is for.
    pub region: RegionCode,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What kind.
    pub kind: BatchKind,
    /// The first batch.
    pub follows: Option<BatchId>,
    /// Where it stands.
    pub state: BatchState,
    /// Its payments, in the order in which they came.
    pub payments: Vec<Payment>,
    /// The day it was locked.
    pub locked_on: Option<Day>,
    /// The file for the bank.
    pub file: Option<ContentHash>,
    /// Everybody who made a part of it.
    pub makers: BTreeSet<ActorId>,
    /// Who has to approve, and who did.
    pub approvers: u8,
    /// Who approved, in order.
    pub approved_by: Vec<ActorId>,
    /// Who authorised.
    pub released_by: Option<ActorId>,
    /// The cashier.
    pub sent_by: Option<ActorId>,
    /// What is held in the books for it.
    pub holds: Vec<NewTransfer>,
    /// Where each payment stands among `payments`: ten thousand answers look each of theirs up.
    places: BTreeMap<PaymentId, usize>,
    /// How many payments were sent and not answered.
    out: usize,
}

impl Batch {
    /// What the acts on record add up to.
    ///
    /// # Errors
    /// [`PayCode::NotTheRecord`] where they are not the acts of one batch in order.
    pub fn replay(id: &BatchId, acts: &[Recorded]) -> Result<Batch, PayRefusal> {
        let broken = || PayRefusal::from(PayCode::NotTheRecord);
        let (first, rest) = acts.split_first().ok_or_else(broken)?;
        let mut batch = Batch::opened(id, first).ok_or_else(broken)?;
        rest.iter().try_for_each(|act| batch.apply(act))?;
        Ok(batch)
    }

    /// The batch that an opening makes; `None` for another act.
    pub fn opened(id: &BatchId, first: &Recorded) -> Option<Batch> {
        let Act::Open { book, region, programme, kind, follows } = &first.act else { return None };
        (first.sequence == 1).then(|| Batch {
            id: id.clone(),
            version: 1,
            book: book.clone(),
            region: region.clone(),
            programme: programme.clone(),
            kind: *kind,
            follows: follows.clone(),
            state: BatchState::Open,
            payments: Vec::new(),
            locked_on: None,
            file: None,
            makers: BTreeSet::from([first.by.clone()]),
            approvers: 0,
            approved_by: Vec::new(),
            released_by: None,
            sent_by: None,
            holds: Vec::new(),
            places: BTreeMap::new(),
            out: 0,
        })
    }

    /// The sum of its payments.
    pub fn sum(&self) -> Fen {
        self.payments.iter().map(|payment| payment.of.amount).sum()
    }

    /// One of its payments.
    pub fn payment(&self, id: &PaymentId) -> Option<&Payment> {
        self.payments.get(*self.places.get(id)?)
    }

    /// Whether any of it goes by bank, so that a file is needed.
    pub fn goes_by_bank(&self) -> bool {
        self.payments.iter().any(|payment| payment.of.channel == Channel::Bank)
    }

    /// Whether a payment is stopped.
    pub fn is_stopped(&self) -> bool {
        self.payments.iter().any(|payment| payment.changed.is_some())
    }

    /// Takes an act of the record.
    ///
    /// # Errors
    /// [`PayCode::NotTheRecord`] where it is not the next one.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), PayRefusal> {
        if recorded.sequence != self.version + 1 || matches!(recorded.act, Act::Open { .. }) {
            return Err(PayCode::NotTheRecord.at(recorded.sequence));
        }
        self.version = recorded.sequence;
        self.take_making(recorded)?;
        self.take_sending(recorded);
        self.take_answer(recorded)
    }

    fn take_making(&mut self, recorded: &Recorded) -> Result<(), PayRefusal> {
        match &recorded.act {
            Act::Add { payments } => {
                self.payments.extend(payments.iter().cloned().map(fresh));
                self.find_places();
                self.made_by(&recorded.by);
            }
            Act::Remove { payment } => {
                self.payments.retain(|one| one.of.id != *payment);
                self.find_places();
                self.made_by(&recorded.by);
            }
            Act::Lock { payees } => {
                for (id, payee) in payees {
                    self.find(id)?.payee = Some(payee.clone());
                }
                (self.state, self.locked_on) = (BatchState::Locked, Some(recorded.on));
                self.made_by(&recorded.by);
            }
            Act::MakeFile { sha256 } => {
                self.file = Some(sha256.clone());
                self.made_by(&recorded.by);
            }
            Act::Submit { approvers } => {
                (self.state, self.approvers) = (BatchState::InApproval, *approvers);
                self.made_by(&recorded.by);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_sending(&mut self, recorded: &Recorded) {
        match &recorded.act {
            Act::Approve { .. } => {
                self.approved_by.push(recorded.by.clone());
                if self.approved_by.len() >= usize::from(self.approvers) {
                    self.state = BatchState::InAuthorisation;
                }
            }
            Act::Hold { transfers } => self.holds.clone_from(transfers),
            Act::Lapse => self.void_approval(BatchState::Locked),
            Act::Reject { .. } => self.back_to_open(),
            Act::Release { .. } => {
                (self.state, self.released_by) = (BatchState::Released, Some(recorded.by.clone()));
            }
            Act::Send { .. } => {
                (self.state, self.sent_by) = (BatchState::Sent, Some(recorded.by.clone()));
                self.payments.iter_mut().for_each(|payment| payment.state = PaymentState::Sent);
                self.out = self.payments.len();
            }
            Act::Abort { .. } => {
                self.state = BatchState::Aborted;
                self.holds.clear();
                self.payments.iter_mut().for_each(|payment| payment.state = PaymentState::Reversed);
            }
            Act::Close => self.state = BatchState::Closed,
            _ => {}
        }
    }

    fn take_answer(&mut self, recorded: &Recorded) -> Result<(), PayRefusal> {
        match &recorded.act {
            Act::ChangePayee { payment, payee } => {
                self.find(payment)?.changed = Some((payee.clone(), recorded.by.clone()));
            }
            Act::SettlePayee { payment, payee } => self.settle_payee(payment, payee)?,
            Act::Pay { payment, on, evidence } => self.answer(payment, PaymentState::Paid, *on, None, evidence)?,
            Act::Fail { payment, on, reason, evidence } => {
                self.answer(payment, PaymentState::Failed, *on, Some(*reason), evidence)?;
            }
            Act::Return { payment, on, reason, evidence } => {
                self.answer(payment, PaymentState::Returned, *on, Some(*reason), evidence)?;
            }
            Act::Reissue { payment, batch } => {
                let one = self.find(payment)?;
                (one.state, one.again_in) = (PaymentState::Reissued, Some(batch.clone()));
            }
            Act::Reverse { payment, .. } => self.find(payment)?.state = PaymentState::Reversed,
            Act::Recover { payment, amount, .. } => {
                let one = self.find(payment)?;
                one.recovered += *amount;
                if one.recovered == one.of.amount {
                    one.state = PaymentState::Reversed;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn answer(
        &mut self,
        id: &PaymentId,
        state: PaymentState,
        on: Day,
        reason: Option<FailureReason>,
        evidence: &Evidence,
    ) -> Result<(), PayRefusal> {
        let payment = self.find(id)?;
        let was_out = payment.state == PaymentState::Sent;
        payment.state = state;
        payment.reason = reason;
        payment.answered_on = Some(on);
        payment.evidence = Some(evidence.clone());
        self.out -= usize::from(was_out);
        self.state = if self.out > 0 { BatchState::Reconciling } else { BatchState::Finished };
        Ok(())
    }

    /// The old account stays: it goes on. Another one is right: what was approved is void.
    fn settle_payee(&mut self, id: &PaymentId, payee: &ContentHash) -> Result<(), PayRefusal> {
        let payment = self.find(id)?;
        payment.changed = None;
        if payment.payee.as_ref() != Some(payee) {
            payment.payee = Some(payee.clone());
            self.void_approval(BatchState::Locked);
        }
        Ok(())
    }

    fn back_to_open(&mut self) {
        self.void_approval(BatchState::Open);
        self.locked_on = None;
        for payment in &mut self.payments {
            (payment.payee, payment.changed) = (None, None);
        }
    }

    fn void_approval(&mut self, state: BatchState) {
        self.state = state;
        self.file = None;
        self.approvers = 0;
        self.approved_by.clear();
        self.released_by = None;
        self.holds.clear();
    }

    fn made_by(&mut self, who: &ActorId) {
        self.makers.insert(who.clone());
    }

    fn find(&mut self, id: &PaymentId) -> Result<&mut Payment, PayRefusal> {
        let place = self.places.get(id).copied();
        place.and_then(|place| self.payments.get_mut(place)).ok_or_else(|| PayCode::NotTheRecord.at(id))
    }

    fn find_places(&mut self) {
        let ids = self.payments.iter().map(|payment| payment.of.id.clone());
        self.places = ids.zip(0..).collect();
    }
}

fn fresh(of: NewPayment) -> Payment {
    Payment {
        of,
        state: PaymentState::Pending,
        payee: None,
        changed: None,
        reason: None,
        answered_on: None,
        evidence: None,
        again_in: None,
        recovered: Fen::ZERO,
    }
}
