//! How the demo's fund paid what its earlier meeting decided: rules of paying that say that they are made up, a batch by maker,
//! checker and cashier, an account that the bank had closed and another one instead, the bank's statement, the end.
//!
//! Everything goes through the store at the moment at which it would have been done. Start at [`Payday::go`].

use std::collections::BTreeSet;

use jiff::Timestamp;
use shukun_base::{Day, Fen, Masked, RegionCode};
use shukun_casework::authority::Programme;
use shukun_casework::calendar::Calendar;
use shukun_fund::ledger::ProgrammeKey;
use shukun_fund::paying::{Act, Batch, BatchKind, BatchState, Channel, Payment, PaymentState, Purpose, SAMPLE};
use shukun_fund::{BatchId, BookId};
use shukun_store::{BatchOrder, CaseDesk, NewPayee, Scope};

use super::council::{Sitting, meeting_id};
use super::gifts::{BOOK, GIVEN};
use super::hours::in_office;
use super::refused;
use super::road::hours;
use super::walk::Step;
use crate::format::china_day;
use crate::start::StartError;

/// When the batch was made: so long ago that every month of its way is over, and the one after it.
pub const PAID_DAYS_AGO: i64 = 72;
/// When the bank's statement showed the last of it.
const SHOWN_DAYS_AGO: i64 = 64;

/// Three people; the fourth where the amount asks for two checkers.
const MAKER: &str = "cishan";
const CHECKER: &str = "cishan2";
const CASHIER: &str = "cishan3";
const SECOND_CHECKER: &str = "caizheng";

/// The batch, and the one that issued again what had come back.
const FIRST: &str = "demo-batch-1";
const AGAIN: &str = "demo-batch-2";

/// What is done, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Rules,
    Make,
    Check,
    Send,
    Answer,
    Again,
    Show,
    Close,
}

/// The stages that are to come.
pub struct Payday {
    ahead: BTreeSet<(Timestamp, Stage)>,
}

impl Payday {
    /// Days in a row, two months before now, each in office hours.
    pub fn plan(now: Timestamp, calendar: &Calendar) -> Payday {
        let before = |days: i64, number| in_office(now - hours(24 * days), number, calendar);
        let stages = [
            (before(PAID_DAYS_AGO + 2, 0), Stage::Rules),
            (before(PAID_DAYS_AGO, 1), Stage::Make),
            (before(PAID_DAYS_AGO - 1, 2), Stage::Check),
            (before(PAID_DAYS_AGO - 2, 3), Stage::Send),
            (before(SHOWN_DAYS_AGO + 4, 4), Stage::Answer),
            (before(SHOWN_DAYS_AGO + 2, 5), Stage::Again),
            (before(SHOWN_DAYS_AGO, 6), Stage::Show),
            (before(SHOWN_DAYS_AGO, 7), Stage::Close),
        ];
        Payday { ahead: stages.into_iter().collect() }
    }

    /// The first and the last of its days.
    pub fn span(&self) -> Option<(Day, Day)> {
        Some((china_day(self.ahead.first()?.0), china_day(self.ahead.last()?.0)))
    }

    /// The next stage, if it comes before a moment.
    pub fn next_before(&self, until: Timestamp) -> Option<Timestamp> {
        self.ahead.first().map(|(at, _)| *at).filter(|at| *at < until)
    }

    /// Does the next stage; nothing where the meeting had no lines.
    pub async fn go(&mut self, step: &Step<'_>, county: &RegionCode) -> Result<(), StartError> {
        let Some((_, stage)) = self.ahead.pop_first() else { return Ok(()) };
        let counter = Counter { step, county };
        if stage != Stage::Rules && !counter.has_lines().await? {
            return Ok(());
        }
        match stage {
            Stage::Rules => counter.write_rules().await,
            Stage::Make => counter.make(FIRST, BatchKind::First, None).await,
            Stage::Check => counter.check(FIRST).await,
            Stage::Send => counter.send(FIRST).await,
            Stage::Answer => counter.take_answer().await,
            Stage::Again => {
                counter.make(AGAIN, BatchKind::FollowUp, Some(FIRST)).await?;
                counter.check(AGAIN).await?;
                counter.send(AGAIN).await
            }
            Stage::Show => counter.read_statement().await,
            Stage::Close => {
                counter.act(CHECKER, FIRST, Act::Close).await?;
                counter.act(CHECKER, AGAIN, Act::Close).await
            }
        }
    }
}

/// The counter at one moment.
struct Counter<'a> {
    step: &'a Step<'a>,
    county: &'a RegionCode,
}

impl Counter<'_> {
    fn scope(&self, login: &str) -> Result<&Scope, StartError> {
        self.step.staff.scope(login)
    }

    fn desk(&self) -> CaseDesk<'_> {
        let watch = self.step.numbers.watch(self.step.at);
        CaseDesk { calendar: watch.calendar, settings: watch.settings, now: self.step.at }
    }

    async fn has_lines(&self) -> Result<bool, StartError> {
        let meeting = self.step.store.meeting(self.scope("lianxi")?, &meeting_id(Sitting::Earlier)?).await?;
        Ok(meeting.live_lines().next().is_some())
    }

    async fn write_rules(&self) -> Result<(), StartError> {
        Ok(self.step.store.set_payment_settings(self.scope(CHECKER)?, self.county, SAMPLE, self.step.at).await?)
    }

    async fn batch(&self, id: &str) -> Result<Batch, StartError> {
        Ok(self.step.store.batch(self.scope(MAKER)?, &batch_id(id)?).await?.batch)
    }

    async fn act(&self, login: &str, id: &str, act: Act) -> Result<(), StartError> {
        let version = self.batch(id).await?.version;
        let transaction = format!("{id}-{version}");
        let order = BatchOrder { transaction: &transaction, version };
        self.step.store.act_on_batch(self.scope(login)?, &batch_id(id)?, &[act], order, &self.desk()).await?;
        Ok(())
    }

    /// Every line that waits, each with an account; locked, with the bank's file, handed over for approval.
    async fn make(&self, id: &str, kind: BatchKind, follows: Option<&str>) -> Result<(), StartError> {
        let (store, maker, at) = (self.step.store, self.scope(MAKER)?, self.step.at);
        let open = Act::Open {
            book: BookId::new(BOOK).ok_or_else(refused)?,
            region: self.county.clone(),
            programme: ProgrammeKey::new(Programme::CharityRelief.key()).ok_or_else(refused)?,
            kind,
            follows: follows.map(batch_id).transpose()?,
        };
        let batch = store.open_batch(maker, &batch_id(id)?, &open, at).await?;
        let lines: Vec<_> = store.payable_lines(maker, &batch).await?.into_iter().map(|row| row.line.id).collect();
        for (number, line) in lines.iter().enumerate() {
            let account = format!("6222{:012}", number + if kind == BatchKind::First { 1 } else { 501 });
            let payee = NewPayee {
                name: Masked::new("示例收款人".to_owned()),
                account: Masked::new(account),
                bank: String::new(),
            };
            store.enter_payee(maker, line, &payee, at).await?;
        }
        let order = BatchOrder { transaction: "demo-add", version: batch.version };
        let picked = (lines.as_slice(), Channel::Bank, Purpose::CharityRelief);
        let batch = store.add_lines(maker, &batch.id, picked, order, &self.desk()).await?;
        let payees = store.payees_of_batch(maker, &batch).await?;
        self.act(MAKER, id, Act::Lock { payees }).await?;
        let order = BatchOrder { transaction: "demo-file", version: self.batch(id).await?.version };
        store.make_bank_file(maker, &batch.id, order, &self.desk()).await?;
        self.act(MAKER, id, Act::Submit { approvers: 0 }).await
    }

    async fn check(&self, id: &str) -> Result<(), StartError> {
        let sha256 = self.batch(id).await?.file;
        self.act(CHECKER, id, Act::Approve { sha256: sha256.clone() }).await?;
        if self.batch(id).await?.state == BatchState::InApproval {
            self.act(SECOND_CHECKER, id, Act::Approve { sha256: sha256.clone() }).await?;
        }
        self.act(CHECKER, id, Act::Release { sha256 }).await
    }

    async fn send(&self, id: &str) -> Result<(), StartError> {
        let sha256 = self.batch(id).await?.file;
        self.act(CASHIER, id, Act::Send { sha256 }).await
    }

    /// Of the first payment the account was closed; the others arrived.
    async fn take_answer(&self) -> Result<(), StartError> {
        let batch = self.batch(FIRST).await?;
        let on = china_day(self.step.at);
        let row = |(place, payment): (usize, &Payment)| {
            let result = if place == 0 { "账户已销户" } else { "成功" };
            format!("{},{},{result},{on}\n", payment.of.id, yuan(payment.of.amount))
        };
        let rows: String = batch.payments.iter().enumerate().map(row).collect();
        let text = format!("付款编号,金额,处理结果,处理日期\n{rows}");
        let done = self.step.store.take_answer(self.scope(CASHIER)?, &batch.id, text.as_bytes(), &self.desk()).await?;
        if done.faults.is_empty() { Ok(()) } else { Err(refused()) }
    }

    /// What came in before as one line, then each payment that went out and stayed out.
    async fn read_statement(&self) -> Result<(), StartError> {
        let (first, again) = (self.batch(FIRST).await?, self.batch(AGAIN).await?);
        let on = china_day(self.step.at);
        let mut left = GIVEN;
        let mut text = String::from("交易日期,支出,收入,余额,对方户名,对方账号,附言\n");
        text.push_str(&format!("{on},,{},{},各捐赠人（示例）,,此前各笔捐款合计\n", yuan(left), yuan(left)));
        let stayed = |payment: &&Payment| matches!(payment.state, PaymentState::Paid | PaymentState::Sent);
        for payment in first.payments.iter().chain(&again.payments).filter(stayed) {
            left -= payment.of.amount;
            let (amount, id) = (yuan(payment.of.amount), &payment.of.id);
            text.push_str(&format!("{on},{amount},,{},示例收款人,,{id}\n", yuan(left)));
        }
        let book = BookId::new(BOOK).ok_or_else(refused)?;
        let cashier = self.scope(CASHIER)?;
        let read = self.step.store.read_bank_statement(cashier, &book, text.as_bytes(), &self.desk()).await?;
        if read.faults.is_empty() && read.paid == again.payments.len() { Ok(()) } else { Err(refused()) }
    }
}

fn batch_id(id: &str) -> Result<BatchId, StartError> {
    BatchId::new(id).ok_or_else(refused)
}

/// `12000.00`
fn yuan(amount: Fen) -> String {
    format!("{}.{:02}", amount.0 / 100, amount.0 % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_come_in_order_within_two_months_that_are_over_with_the_one_after() {
        let begin: Timestamp = "2026-01-05T02:30:00Z".parse().unwrap();
        let calendar = Calendar::china();
        for day in 0..360 {
            let now = begin + hours(24 * day);
            let payday = Payday::plan(now, &calendar);
            let stages: Vec<Stage> = payday.ahead.iter().map(|(_, stage)| *stage).collect();
            assert!(stages.is_sorted() && stages.len() == 8, "{now}: {stages:?}");
            let (_, last) = payday.span().unwrap();
            let after = last.last_of_month().tomorrow().unwrap().last_of_month();
            assert!(after < china_day(now), "{now}");
        }
    }
}
