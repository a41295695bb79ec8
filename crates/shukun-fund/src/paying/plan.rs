//! Whether an act may be done to a batch as it is, by whoever asks. Who may do what where is the store's question.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{ActorId, ContentHash, Day, Fen};

use super::{
    Act, Batch, BatchKind, BatchState, Channel, Evidence, NewPayment, PayCode, PayRefusal, Payment, PaymentId,
    PaymentRules, PaymentState, Recorded,
};

/// The surroundings of an act.
#[derive(Clone, Copy, Debug)]
pub struct PlanDesk<'a> {
    /// Who asks.
    pub who: &'a ActorId,
    /// The day in China.
    pub today: Day,
    /// The county's rules; none where nobody wrote them down.
    pub rules: Option<&'a PaymentRules>,
    /// The hash of each payee's account as it is now.
    pub payees: &'a BTreeMap<PaymentId, ContentHash>,
}

type Planned = Result<(), PayRefusal>;

fn require(holds: bool, code: PayCode) -> Planned {
    if holds { Ok(()) } else { Err(code.into()) }
}

impl PlanDesk<'_> {
    /// The opening of a batch.
    ///
    /// # Errors
    /// [`PayCode::Follows`].
    pub fn plan_open(&self, act: Act) -> Result<Recorded, PayRefusal> {
        let Act::Open { kind, follows, .. } = &act else { return Err(PayCode::WrongState.into()) };
        require((*kind == BatchKind::First) == follows.is_none(), PayCode::Follows)?;
        Ok(Recorded { sequence: 1, by: self.who.clone(), on: self.today, act })
    }
}

impl Batch {
    /// The act as it goes on record, or why it does not.
    ///
    /// # Errors
    /// The first guard that says no.
    pub fn plan(&self, act: Act, desk: &PlanDesk<'_>) -> Result<Recorded, PayRefusal> {
        let act = match act {
            Act::Submit { .. } => Act::Submit { approvers: self.check_submit(desk)? },
            act => {
                self.check(&act, desk)?;
                act
            }
        };
        Ok(self.record(act, desk))
    }

    /// What the program itself writes: the holds of the last approval, and that they ran out.
    pub fn record(&self, act: Act, desk: &PlanDesk<'_>) -> Recorded {
        Recorded { sequence: self.version + 1, by: desk.who.clone(), on: desk.today, act }
    }

    fn check(&self, act: &Act, desk: &PlanDesk<'_>) -> Planned {
        match act {
            Act::Open { .. } | Act::Submit { .. } => require(false, PayCode::WrongState),
            Act::Hold { .. } | Act::Lapse => require(false, PayCode::ByThePlan),
            Act::Add { payments } => self.check_add(payments),
            Act::Remove { payment } => self.in_state(&[BatchState::Open]).and(self.find_payment(payment).map(|_| ())),
            Act::Lock { payees } => self.check_lock(payees, desk),
            Act::MakeFile { .. } => self.in_state(&[BatchState::Locked]),
            Act::Approve { sha256 } => self.check_approve(sha256.as_ref(), desk),
            Act::Reject { .. } => self.check_reject(desk),
            Act::Release { sha256 } => self.check_release(sha256.as_ref(), desk),
            Act::Send { sha256 } => self.check_send(sha256.as_ref(), desk),
            Act::ChangePayee { payment, payee } => self.check_change(payment, payee),
            Act::SettlePayee { payment, payee } => self.check_settle(payment, payee, desk),
            Act::Pay { payment, on, evidence } => self.check_pay(payment, *on, evidence, desk),
            Act::Fail { payment, on, .. } => self.check_answer(payment, *on, desk, &[PaymentState::Sent]),
            Act::Return { payment, on, .. } => self.check_return(payment, *on, desk),
            Act::Reissue { payment, .. } | Act::Reverse { payment, .. } => self.check_back(payment),
            Act::Recover { payment, amount, on, .. } => self.check_recovery(payment, *amount, *on, desk),
            Act::Abort { .. } => self.check_abort(),
            Act::Close => self.check_close(desk),
        }
    }

    fn in_state(&self, states: &[BatchState]) -> Planned {
        require(states.contains(&self.state), PayCode::WrongState)
    }

    fn find_payment(&self, id: &PaymentId) -> Result<&Payment, PayRefusal> {
        self.payment(id).ok_or_else(|| PayCode::NoPayment.at(id))
    }

    fn check_add(&self, payments: &[NewPayment]) -> Planned {
        self.in_state(&[BatchState::Open])?;
        let held = self.payments.iter().map(|payment| &payment.of);
        let (mut ids, mut lines): (BTreeSet<&PaymentId>, BTreeSet<&crate::LineId>) =
            held.map(|one| (&one.id, &one.line)).unzip();
        for payment in payments {
            let is_known = !ids.insert(&payment.id) | !lines.insert(&payment.line);
            let refused = [
                (is_known, PayCode::Twice),
                (payment.key.programme != self.programme, PayCode::OtherProgramme),
                (payment.amount <= Fen::ZERO, PayCode::AmountNotPositive),
                ((self.kind == BatchKind::FollowUp) != payment.again.is_some(), PayCode::NotBack),
            ];
            if let Some((_, code)) = refused.iter().find(|(is_refused, _)| *is_refused) {
                return Err(code.at(&payment.line));
            }
        }
        Ok(())
    }

    fn check_lock(&self, payees: &[(PaymentId, ContentHash)], desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::Open])?;
        require(!self.payments.is_empty(), PayCode::Empty)?;
        let given: BTreeMap<&PaymentId, &ContentHash> = payees.iter().map(|(id, payee)| (id, payee)).collect();
        for payment in self.payments.iter().filter(|payment| payment.of.channel == Channel::Bank) {
            let now = desk.payees.get(&payment.of.id).ok_or_else(|| PayCode::NoPayee.at(&payment.of.line))?;
            if given.get(&payment.of.id) != Some(&now) {
                return Err(PayCode::PayeeChanged.at(&payment.of.line));
            }
        }
        let known: BTreeSet<&PaymentId> = self.payments.iter().map(|payment| &payment.of.id).collect();
        match payees.iter().find(|(id, _)| !known.contains(id)) {
            Some((id, _)) => Err(PayCode::NoPayment.at(id)),
            None => Ok(()),
        }
    }

    fn check_submit(&self, desk: &PlanDesk<'_>) -> Result<u8, PayRefusal> {
        self.in_state(&[BatchState::Locked])?;
        require(!self.goes_by_bank() || self.file.is_some(), PayCode::NoFile)?;
        self.check_payees(desk)?;
        desk.rules.ok_or(PayCode::NoBands)?.approvers(self.sum())
    }

    /// INVARIANT: what was locked is what is there now; a change of an account stops its payment.
    fn check_payees(&self, desk: &PlanDesk<'_>) -> Planned {
        for payment in &self.payments {
            let now = desk.payees.get(&payment.of.id);
            let is_bank = payment.of.channel == Channel::Bank;
            if payment.changed.is_some() || is_bank && now != payment.payee.as_ref() {
                return Err(PayCode::PayeeChanged.at(&payment.of.line));
            }
        }
        Ok(())
    }

    fn check_file(&self, looked_at: Option<&ContentHash>) -> Planned {
        require(looked_at == self.file.as_ref(), PayCode::FileChanged)
    }

    fn not_a_maker(&self, desk: &PlanDesk<'_>) -> Planned {
        require(!self.makers.contains(desk.who), PayCode::MakerChecks)
    }

    fn check_approve(&self, sha256: Option<&ContentHash>, desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::InApproval])?;
        self.not_a_maker(desk)?;
        require(!self.approved_by.contains(desk.who), PayCode::ApprovedAlready)?;
        self.check_file(sha256)?;
        self.check_payees(desk)
    }

    fn check_reject(&self, desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::InApproval, BatchState::InAuthorisation])?;
        self.not_a_maker(desk)
    }

    fn check_release(&self, sha256: Option<&ContentHash>, desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::InAuthorisation])?;
        self.not_a_maker(desk)?;
        self.check_file(sha256)?;
        self.check_payees(desk)
    }

    fn check_send(&self, sha256: Option<&ContentHash>, desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::Released])?;
        self.check_cashier(desk)?;
        self.check_file(sha256)?;
        self.check_payees(desk)
    }

    /// INVARIANT: maker ≠ checker ≠ cashier.
    fn check_cashier(&self, desk: &PlanDesk<'_>) -> Planned {
        self.not_a_maker(desk)?;
        let has_checked = self.approved_by.contains(desk.who) || self.released_by.as_ref() == Some(desk.who);
        require(!has_checked, PayCode::MakerChecks)
    }

    fn check_change(&self, id: &PaymentId, payee: &ContentHash) -> Planned {
        require(self.state.is_waiting(), PayCode::WrongState)?;
        let payment = self.find_payment(id)?;
        require(payment.payee.as_ref() != Some(payee), PayCode::PaymentState)
    }

    fn check_settle(&self, id: &PaymentId, payee: &ContentHash, desk: &PlanDesk<'_>) -> Planned {
        require(self.state.is_waiting(), PayCode::WrongState)?;
        let (_, changed_by) = self.find_payment(id)?.changed.as_ref().ok_or_else(|| PayCode::NotHeld.at(id))?;
        require(changed_by != desk.who, PayCode::OwnChange)?;
        // What is right is what is in force: an older account is put in force first.
        require(desk.payees.get(id) == Some(payee), PayCode::PayeeChanged)
    }

    fn check_answer(&self, id: &PaymentId, on: Day, desk: &PlanDesk<'_>, states: &[PaymentState]) -> Planned {
        require(self.state.is_sent(), PayCode::WrongState)?;
        let payment = self.find_payment(id)?;
        if !states.contains(&payment.state) {
            return Err(PayCode::PaymentState.at(id));
        }
        require(on <= desk.today, PayCode::FutureDay)
    }

    /// A return is the whole amount: what a household gave back a part of does not come back once more.
    fn check_return(&self, id: &PaymentId, on: Day, desk: &PlanDesk<'_>) -> Planned {
        self.check_answer(id, on, desk, &[PaymentState::Sent, PaymentState::Paid])?;
        if self.find_payment(id)?.recovered.is_zero() { Ok(()) } else { Err(PayCode::PaymentState.at(id)) }
    }

    fn check_pay(&self, id: &PaymentId, on: Day, evidence: &Evidence, desk: &PlanDesk<'_>) -> Planned {
        self.check_answer(id, on, desk, &[PaymentState::Sent])?;
        let is_in_person = self.find_payment(id)?.of.channel == Channel::InPerson;
        match evidence {
            Evidence::Delivery(_) => {
                require(is_in_person, PayCode::NotInPerson)?;
                self.not_a_maker(desk)
            }
            Evidence::Answer { .. } | Evidence::Statement { .. } | Evidence::Paper { .. } => {
                require(!is_in_person, PayCode::NotInPerson)
            }
        }
    }

    fn check_back(&self, id: &PaymentId) -> Planned {
        let payment = self.find_payment(id)?;
        if payment.state.may_go_again() { Ok(()) } else { Err(PayCode::NotBack.at(id)) }
    }

    fn check_recovery(&self, id: &PaymentId, amount: Fen, on: Day, desk: &PlanDesk<'_>) -> Planned {
        self.check_answer(id, on, desk, &[PaymentState::Paid])?;
        let payment = self.find_payment(id)?;
        require(amount > Fen::ZERO, PayCode::AmountNotPositive)?;
        require(amount <= payment.of.amount - payment.recovered, PayCode::TooMuchBack)
    }

    fn check_abort(&self) -> Planned {
        use BatchState::{InApproval, InAuthorisation, Locked, Open, Released};
        self.in_state(&[Open, Locked, InApproval, InAuthorisation, Released])
    }

    fn check_close(&self, desk: &PlanDesk<'_>) -> Planned {
        self.in_state(&[BatchState::Finished])?;
        let is_done = |payment: &Payment| {
            matches!(payment.state, PaymentState::Paid | PaymentState::Reissued | PaymentState::Reversed)
        };
        require(self.payments.iter().all(is_done), PayCode::StillOpen)?;
        require(self.sent_by.as_ref() != Some(desk.who), PayCode::MakerChecks)
    }
}
