//! Transfers: one debit, one credit, one amount above zero; never changed, never taken away.

use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Day, Fen, RegionCode};

use super::{AccountCode, AccountHead, BusinessKey, Canonical, CapUse};
use crate::{BookId, LineId, ResolutionId, TransferId};

shukun_base::words! {
    /// How far a transfer goes.
    pub enum Phase {
        Single "single" "直接入账" "at once",
        Pending "pending" "预留" "held",
        Post "post" "预留入账" "what was held is posted",
        Void "void" "撤销预留" "what was held is let go",
    }
}

impl Phase {
    /// As stored.
    pub const fn number(self) -> i64 {
        match self {
            Phase::Single => 0,
            Phase::Pending => 1,
            Phase::Post => 2,
            Phase::Void => 3,
        }
    }

    /// As it was stored.
    pub fn from_number(number: i64) -> Option<Phase> {
        Phase::ALL.iter().copied().find(|phase| phase.number() == number)
    }

    /// Whether it ends a hold.
    pub const fn resolves(self) -> bool {
        matches!(self, Phase::Post | Phase::Void)
    }
}

shukun_base::words! {
    /// Why money moved.
    pub enum TransferCode {
        Opening "opening" "期初余额" "balance brought forward",
        Gift "gift" "收到捐赠" "a gift received",
        Allotment "allotment" "收入转入净资产" "income taken to a pot",
        PledgePromised "pledge_promised" "认捐" "a pledge made",
        PledgeReceived "pledge_received" "认捐到账" "an instalment received",
        PledgeCancelled "pledge_cancelled" "认捐撤销" "a pledge given up",
        Contribution "contribution" "家庭缴费" "a household's contribution",
        Subsidy "subsidy" "财政或集体补助" "a subsidy",
        Interest "interest" "利息" "interest",
        ServiceFee "service_fee" "服务费" "a service fee",
        BankFee "bank_fee" "银行手续费" "a bank fee",
        Funding "funding" "资金池支出" "a pot pays its part of relief",
        Payout "payout" "救助拨付" "relief",
        Sent "sent" "交付银行" "handed to the bank",
        Settled "settled" "银行已付" "paid by the bank",
        BankReturn "bank_return" "银行退汇" "sent back by the bank",
        Reissue "reissue" "重新拨付" "issued again",
        Recovery "recovery" "追回" "recovered",
        ReserveIn "reserve_in" "提取准备金" "put into the reserve",
        ReserveOut "reserve_out" "动用准备金" "taken from the reserve",
        Release "release" "限定解除" "freed of its restriction",
        Redesignation "redesignation" "调剂用途" "given another purpose",
        Refund "refund" "退还捐赠人" "given back to the donor",
        BetweenBooks "between_books" "账间往来" "between books",
        Correction "correction" "更正" "a correction",
    }
}

/// A transfer to be posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTransfer {
    /// Chosen by the caller.
    pub id: TransferId,
    /// In which book.
    pub book: BookId,
    /// How far it goes.
    pub phase: Phase,
    /// The hold that a post or void ends.
    pub pending: Option<TransferId>,
    /// The account debited.
    pub debit: AccountCode,
    /// The account credited.
    pub credit: AccountCode,
    /// Above zero. A post may take less than was held, the rest is let go; a void names what was held.
    pub amount: Fen,
    /// Why.
    pub code: TransferCode,
    /// Of a payout: what is paid once.
    pub business_key: Option<BusinessKey>,
    /// The resolution line that relief rests on, of its funding and its payout.
    pub line: Option<LineId>,
    /// The resolution that money from a reserve or between pots rests on.
    pub resolution: Option<ResolutionId>,
    /// The rule version the amount was computed by.
    pub rule_hash: Option<ContentHash>,
    /// The transfer that this one corrects or brings back.
    pub corrects: Option<TransferId>,
    /// What it takes of a yearly cap; with `corrects`, what it gives back.
    pub cap: Option<CapUse>,
    /// The last day of a hold.
    pub expires_on: Option<Day>,
}

impl NewTransfer {
    /// A transfer at once, with nothing further.
    pub fn single(
        id: TransferId,
        book: BookId,
        (debit, credit): (AccountCode, AccountCode),
        amount: Fen,
        code: TransferCode,
    ) -> NewTransfer {
        NewTransfer {
            id,
            book,
            phase: Phase::Single,
            pending: None,
            debit,
            credit,
            amount,
            code,
            business_key: None,
            line: None,
            resolution: None,
            rule_hash: None,
            corrects: None,
            cap: None,
            expires_on: None,
        }
    }

    /// The same, held until `expires_on` instead of posted.
    pub fn held(self, expires_on: Day) -> NewTransfer {
        NewTransfer { phase: Phase::Pending, expires_on: Some(expires_on), ..self }
    }

    /// Posts `amount` of this hold; the rest is let go.
    pub fn posted(&self, id: TransferId, amount: Fen) -> NewTransfer {
        NewTransfer { phase: Phase::Post, amount, ..self.ending(id) }
    }

    /// Lets this hold go.
    pub fn voided(&self, id: TransferId) -> NewTransfer {
        NewTransfer { phase: Phase::Void, ..self.ending(id) }
    }

    fn ending(&self, id: TransferId) -> NewTransfer {
        let held = self.clone();
        // The hold has the key and the cap: ending it claims neither again.
        NewTransfer { id, pending: Some(self.id.clone()), business_key: None, cap: None, expires_on: None, ..held }
    }

    /// Whether it makes money due to a household: relief booked, or brought back and issued again.
    pub fn is_payout(&self) -> bool {
        let (is_relief, is_due) =
            (self.debit.head() == AccountHead::Relief, self.credit.head() == AccountHead::ApprovedUnpaid);
        // A correction may touch either account again without making anything due.
        is_relief && is_due || self.corrects.is_none() && (is_relief || is_due)
    }

    /// Whether a pot pays relief with it, alone or in part.
    pub fn is_funding(&self) -> bool {
        let from_pot = matches!(self.debit.head(), AccountHead::Pot | AccountHead::Unrestricted | AccountHead::Unit);
        from_pot && matches!(self.credit.head(), AccountHead::Relief | AccountHead::ApprovedUnpaid)
    }

    /// Whether only a resolution allows it: out of a reserve, from a pot to another, from village to village.
    pub fn needs_resolution(&self) -> bool {
        let is_set_apart =
            |code: &AccountCode| matches!(code.head(), AccountHead::Pot | AccountHead::Reserve | AccountHead::Unit);
        let is_own = |code: &AccountCode| is_set_apart(code) || code.head() == AccountHead::Unrestricted;
        // A correction undoes what a resolution allowed.
        let from_reserve = self.debit.head() == AccountHead::Reserve;
        self.corrects.is_none() && (from_reserve || is_set_apart(&self.debit) && is_own(&self.credit))
    }

    pub(super) fn write(&self, to: &mut Canonical) {
        to.text(self.id.as_str()).text(self.book.as_str()).number(self.phase.number());
        to.maybe(self.pending.as_ref().map(TransferId::as_str));
        to.text(self.debit.as_str()).text(self.credit.as_str()).number(self.amount.0).text(self.code.key());
        to.maybe(self.business_key.as_ref().map(ToString::to_string).as_deref());
        to.maybe(self.line.as_ref().map(LineId::as_str));
        to.maybe(self.resolution.as_ref().map(ResolutionId::as_str));
        to.maybe(self.rule_hash.as_ref().map(ContentHash::as_str));
        to.maybe(self.corrects.as_ref().map(TransferId::as_str));
        let cap = self.cap.as_ref();
        to.maybe(cap.map(|cap| cap.person_key.as_str())).maybe(cap.map(|cap| cap.year.to_string()).as_deref());
        to.maybe(cap.map(|cap| cap.programme.as_str())).maybe(cap.map(|cap| cap.cap.0.to_string()).as_deref());
        to.maybe(self.expires_on.map(|day| day.to_string()).as_deref());
    }
}

shukun_base::words! {
    /// Where a resolution line stands. Money moves for an approved one, and again for one that came back.
    pub enum LineState {
        Proposed "proposed" "待表决" "not yet voted on",
        Approved "approved" "已通过" "approved",
        Blocked "blocked" "有异议暂停" "stopped by an objection",
        Withdrawn "withdrawn" "已撤回" "withdrawn",
        Paid "paid" "已拨付" "paid",
        Returned "returned" "已退汇" "sent back by the bank",
    }
}

/// A line of a resolution as the ledger needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayableLine {
    /// Its id.
    pub id: LineId,
    /// The book that pays.
    pub book: BookId,
    /// The key of its first issue.
    pub business_key: BusinessKey,
    /// What is paid, no more and no less.
    pub amount: Fen,
    /// Where the household lives.
    pub area: RegionCode,
    /// Which classes of people it belongs to, in the pack's words.
    pub classes: Vec<String>,
    /// Where it stands.
    pub state: LineState,
}
