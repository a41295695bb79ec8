//! A fund with three pots, lines of a resolution, and a batch that does in the model what the store does in the database.

use std::collections::BTreeMap;

use jiff::civil::date;
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode};

use crate::ledger::model::{Model, ModelAccount, ModelBook, Outcome};
use crate::ledger::{
    AccountCode, BusinessKey, LineState, NewTransfer, OnExpiry, PayableLine, PotBalance, ProgrammeKey, Restriction,
    TransferCode, Voucher,
};
use crate::paying::money::{self, Booking, Means, MoneyRefusal};
use crate::paying::*;
use crate::{BatchId, BookId, CaseId, LineId, RestrictionId, TransferId, VoucherId};

pub const TODAY: Day = date(2026, 3, 2);

pub fn actor(name: &str) -> ActorId {
    ActorId::new(name).unwrap()
}

pub fn hash(number: u8) -> ContentHash {
    ContentHash::new(&format!("{number:02x}").repeat(32)).unwrap()
}

pub fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

pub fn payment_id(number: u32) -> PaymentId {
    PaymentId::new(&format!("p-{number}")).unwrap()
}

pub fn line_id(number: u32) -> LineId {
    LineId::new(&format!("l-{number}")).unwrap()
}

pub fn programme() -> ProgrammeKey {
    ProgrammeKey::new("charity_relief").unwrap()
}

fn account(code: &str) -> AccountCode {
    AccountCode::new(code).unwrap()
}

pub fn rules() -> PaymentRules {
    let band = |up_to: Option<i64>, approvers| Band { up_to: up_to.map(Fen::yuan), approvers };
    PaymentRules {
        basis: "章程第八条".to_owned(),
        bands: vec![band(Some(100_000), 1), band(None, 2)],
        hold_days: 30,
        caps: BTreeMap::from([(programme(), YearlyCap::AtMost(Fen::yuan(80_000)))]),
    }
}

/// The fund: money, lines, batches, and everybody's account.
pub struct World {
    pub model: Model,
    pub batches: BTreeMap<BatchId, Batch>,
    pub payees: BTreeMap<PaymentId, ContentHash>,
    pub rules: Option<PaymentRules>,
    pub today: Day,
    vouchers: u32,
}

impl World {
    /// A fund whose pots hold so many yuan: for one town, for low-income households, without restriction.
    pub fn new(pots: [i64; 3]) -> World {
        let mut world = World {
            model: Model::default(),
            batches: BTreeMap::new(),
            payees: BTreeMap::new(),
            rules: Some(rules()),
            today: TODAY,
            vouchers: 0,
        };
        world.model.books.insert(book(), ModelBook::default());
        for code in ["bank:main", "donation", "unrestricted", "relief:charity_relief", "approved-unpaid:charity_relief"]
        {
            world.open(account(code), None);
        }
        for reason in FailureReason::ALL {
            world.open(money::waiting(*reason).unwrap(), None);
        }
        for (restriction, yuan) in restrictions().into_iter().zip(pots) {
            let code = restriction
                .as_ref()
                .map_or_else(|| account("unrestricted"), |restriction| account(&format!("pot:{}", restriction.id)));
            world.open(code.clone(), restriction);
            if yuan > 0 {
                world.give(&code, Fen::yuan(yuan));
            }
        }
        world
    }

    fn open(&mut self, code: AccountCode, restriction: Option<Restriction>) {
        let accounts = &mut self.model.books.get_mut(&book()).unwrap().accounts;
        accounts.entry(code).or_insert_with(|| ModelAccount { restriction, ..ModelAccount::default() });
    }

    fn give(&mut self, pot: &AccountCode, amount: Fen) {
        let id = |part: &str| TransferId::new(&format!("gift-{}-{part}", pot.as_str().replace(':', "-"))).unwrap();
        let transfers = vec![
            NewTransfer::single(
                id("1"),
                book(),
                (account("bank:main"), account("donation")),
                amount,
                TransferCode::Gift,
            ),
            NewTransfer::single(id("2"), book(), (account("donation"), pot.clone()), amount, TransferCode::Allotment),
        ];
        let voucher = self.booking("clerk", None);
        let (words, id, maker) = (note("收到捐赠"), voucher.voucher, voucher.maker);
        self.post(Voucher { id, effective: TODAY, words, maker, checker: None, transfers }).unwrap();
    }

    pub fn post(&mut self, voucher: Voucher) -> Result<Outcome, MoneyRefusal> {
        let outcome = self.model.post(&voucher)?;
        assert_eq!(self.model.post(&voucher).unwrap(), Outcome::Replayed);
        Ok(outcome)
    }

    /// A line of a resolution for one household of the pots' town.
    pub fn line(&mut self, number: u32, amount: Fen) {
        let key = BusinessKey::parse(&format!("charity_relief|person-{number}|2026|year|t1|1")).unwrap();
        let line = PayableLine {
            id: line_id(number),
            book: book(),
            business_key: key,
            amount,
            area: RegionCode::new("330381001002").unwrap(),
            classes: vec!["low_income".to_owned()],
            state: LineState::Approved,
        };
        self.model.lines.insert(line.id.clone(), line);
        self.payees.insert(payment_id(number), hash(1));
    }

    pub fn payment(&self, number: u32) -> NewPayment {
        let line = &self.model.lines[&line_id(number)];
        NewPayment {
            id: payment_id(number),
            line: line.id.clone(),
            case: CaseId::new(&format!("case-{number}")).unwrap(),
            key: line.business_key.clone(),
            amount: line.amount,
            purpose: Purpose::CharityRelief,
            channel: Channel::Bank,
            again: None,
        }
    }

    pub fn booking(&mut self, maker: &str, checker: Option<&str>) -> Booking {
        self.vouchers += 1;
        let voucher = VoucherId::new(&format!("v-{}", self.vouchers)).unwrap();
        let (maker, checker) = (actor(maker), checker.map(actor));
        Booking { voucher, on: self.today, maker, checker, bank: account("bank:main") }
    }

    pub fn pots(&self) -> Vec<PotBalance> {
        let pot = |restriction: Option<Restriction>| {
            let code = restriction.as_ref().map_or("unrestricted".to_owned(), |one| format!("pot:{}", one.id));
            let account = account(&code);
            PotBalance { free: self.model.free(&book(), &account), account, restriction }
        };
        restrictions().into_iter().map(pot).collect()
    }

    fn issued(&self) -> BTreeMap<LineId, u32> {
        let mut issued = BTreeMap::new();
        for (transfer, _) in self.model.transfers.values() {
            if let (Some(line), Some(key)) = (&transfer.line, &transfer.business_key) {
                let last: &mut u32 = issued.entry(line.clone()).or_default();
                *last = key.issue.max(*last);
            }
        }
        issued
    }

    pub fn balance(&self, code: &str) -> Fen {
        let code = account(code);
        let account = self.model.books[&book()].accounts.get(&code);
        account.map_or(Fen::ZERO, |account| account.totals.balance(code.side()))
    }

    pub fn begin(&mut self, id: &str, kind: BatchKind, follows: Option<&str>) -> Result<(), PayRefusal> {
        let batch = BatchId::new(id).unwrap();
        let (region, follows) = (RegionCode::new("330381").unwrap(), follows.and_then(BatchId::new));
        let act = Act::Open { book: book(), region, programme: programme(), kind, follows };
        let who = actor("maker");
        let desk = PlanDesk { who: &who, today: self.today, rules: None, payees: &self.payees };
        let first = desk.plan_open(act)?;
        let batch = Batch::opened(&batch, &first).unwrap();
        self.open(money::in_transit(&batch).unwrap(), None);
        self.batches.insert(batch.id.clone(), batch);
        Ok(())
    }

    pub fn batch(&self, id: &str) -> &Batch {
        &self.batches[&BatchId::new(id).unwrap()]
    }

    /// Plans the act, posts what it does to the books, and takes it: all or nothing.
    pub fn act(&mut self, id: &str, who: &str, act: Act) -> Result<BatchState, MoneyRefusal> {
        let mut batch = self.batch(id).clone();
        let (who_id, rules, payees) = (actor(who), self.rules.clone(), self.payees.clone());
        let desk = PlanDesk { who: &who_id, today: self.today, rules: rules.as_ref(), payees: &payees };
        let recorded = batch.plan(act, &desk)?;
        let before = batch.clone();
        batch.apply(&recorded)?;
        if let Some(voucher) = self.voucher(&before, &batch, who, &recorded.act)? {
            let holds = voucher.transfers.clone();
            self.post(voucher)?;
            if matches!(recorded.act, Act::Approve { .. }) {
                let held = batch.record(Act::Hold { transfers: holds }, &desk);
                batch.apply(&held)?;
            }
        }
        self.follow_line(&recorded.act, &batch);
        let state = batch.state;
        self.batches.insert(batch.id.clone(), batch);
        Ok(state)
    }

    fn voucher(
        &mut self,
        before: &Batch,
        after: &Batch,
        who: &str,
        act: &Act,
    ) -> Result<Option<Voucher>, MoneyRefusal> {
        let of = |id: &PaymentId| before.payment(id).unwrap();
        let booking = self.booking("maker", (who != "maker").then_some(who));
        let voucher = match act {
            Act::Approve { .. } if after.state == BatchState::InAuthorisation => {
                let (issued, pots, rules) = (self.issued(), self.pots(), self.rules.clone().unwrap());
                let means = Means { lines: &self.model.lines, issued: &issued, pots: &pots, rules: &rules };
                money::hold(before, &booking, &means)?
            }
            Act::Reject { .. } | Act::Abort { .. } | Act::SettlePayee { .. }
                if !before.holds.is_empty() && after.holds.is_empty() =>
            {
                money::let_go(before, &booking)?
            }
            Act::Send { .. } => money::send(before, &booking)?,
            Act::Pay { payment, .. } => money::settle(before, &[of(payment)], &booking)?,
            Act::Fail { payment, reason, .. } | Act::Return { payment, reason, .. } => {
                money::come_back(before, of(payment), *reason, &booking)?
            }
            Act::Reverse { payment, .. } => {
                let shares = money::shares_of(before, &of(payment).of.line);
                money::give_up(before, of(payment), of(payment).reason.unwrap(), &shares, &booking)?
            }
            Act::Recover { payment, amount, .. } => {
                let shares = money::shares_of(before, &of(payment).of.line);
                money::recover(before, of(payment), *amount, &shares, &booking)?
            }
            _ => return Ok(None),
        };
        Ok(Some(voucher))
    }

    fn follow_line(&mut self, act: &Act, batch: &Batch) {
        let state = match act {
            Act::Pay { payment, .. } => Some((payment, LineState::Paid)),
            Act::Fail { payment, .. } | Act::Return { payment, .. } => Some((payment, LineState::Returned)),
            _ => None,
        };
        if let Some((payment, state)) = state {
            let line = &batch.payment(payment).unwrap().of.line;
            self.model.lines.get_mut(line).unwrap().state = state;
        }
    }

    /// Locked, filed and submitted by the maker.
    pub fn submit(&mut self, id: &str) -> Result<BatchState, MoneyRefusal> {
        let batch = self.batch(id);
        let by_bank = batch.payments.iter().filter(|payment| payment.of.channel == Channel::Bank);
        let payees = by_bank.map(|payment| (payment.of.id.clone(), self.payees[&payment.of.id].clone())).collect();
        let needs_file = batch.goes_by_bank();
        self.act(id, "maker", Act::Lock { payees })?;
        if needs_file {
            self.act(id, "maker", Act::MakeFile { sha256: hash(9) })?;
        }
        self.act(id, "maker", Act::Submit { approvers: 0 })
    }

    /// Approved, authorised and sent.
    pub fn send(&mut self, id: &str) -> Result<BatchState, MoneyRefusal> {
        let sha256 = self.batch(id).file.clone();
        for number in 0..self.batch(id).approvers {
            self.act(id, &format!("checker-{number}"), Act::Approve { sha256: sha256.clone() })?;
        }
        self.act(id, "leader", Act::Release { sha256: sha256.clone() })?;
        self.act(id, "cashier", Act::Send { sha256 })
    }
}

pub fn book() -> BookId {
    BookId::new("county").unwrap()
}

pub fn answer(row: u64) -> Evidence {
    Evidence::Answer { file: hash(7), row }
}

pub fn pay(number: u32) -> Act {
    Act::Pay { payment: payment_id(number), on: TODAY, evidence: answer(2) }
}

pub fn fail(number: u32, reason: FailureReason) -> Act {
    Act::Fail { payment: payment_id(number), on: TODAY, reason, evidence: answer(3) }
}

/// A town's pot, a pot for low-income households, and money without a restriction.
fn restrictions() -> [Option<Restriction>; 3] {
    let restriction = |id: &str, area: Option<&str>, classes: &[&str]| Restriction {
        id: RestrictionId::new(id).unwrap(),
        donor: None,
        purposes: vec![],
        area: area.and_then(RegionCode::new),
        classes: classes.iter().map(ToString::to_string).collect(),
        valid_from: date(2025, 1, 1),
        valid_to: None,
        on_expiry: OnExpiry::Release,
        priority: 0,
    };
    [Some(restriction("town", Some("330381001"), &[])), Some(restriction("low", None, &["low_income"])), None]
}
