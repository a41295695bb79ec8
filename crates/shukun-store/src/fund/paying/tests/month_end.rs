//! A month's end: ten thousand lines from their batch to the bank's answers and its statement, and the audit of all of it. What
//! came of it is looked at before a time is told.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::*;
use crate::fund::ledger::testing::{single, voucher};

const LINES: u32 = 10_000;
/// Answered one at a time, each in a transaction of its own, to hold the batch against.
const ALONE: u32 = 200;
/// Of a hundred payments one comes back.
const COMES_BACK: u32 = 100;

/// A county whose fund has the money, with so many lines, each with its account.
async fn with_lines(store: Store, lines: u32) -> Office {
    let office = Office::open(store, lines).await;
    let gift = single("gift-many", "county", "bank:main", "unrestricted", i64::from(lines) * 300);
    office.store.post_voucher(&office.people[MAKER], &voucher("gift-many", vec![gift]), at(2)).await.unwrap();
    for number in 1..=lines {
        office.payee(number, &account(number)).await;
    }
    office
}

fn account(number: u32) -> String {
    format!("6222{number:012}")
}

/// What the bank answers and states of a batch: paid, but for every hundredth.
fn told(batch: &Batch) -> (String, String, usize) {
    let (mut answers, mut stated) = (String::new(), String::new());
    let mut back = 0;
    for (number, payment) in (1_u32..).zip(&batch.payments) {
        let (id, fails) = (&payment.of.id, number % COMES_BACK == 0);
        back += usize::from(fails);
        let result = if fails { "户名不符" } else { "成功" };
        writeln!(answers, "{id},3.00,{result},2026-03-02").unwrap();
        writeln!(stated, "2026-03-02,3.00,,,某甲,,代发 {id}").unwrap();
    }
    (
        format!("付款编号,金额,处理结果,处理日期\n{answers}"),
        format!("交易日期,支出,收入,余额,对方户名,对方账号,附言\n{stated}"),
        back,
    )
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    (work.await, begun.elapsed())
}

/// The batch of the month, step by step; how long each took.
async fn pay_the_month(office: &Office, count: u32) -> Vec<(&'static str, Duration)> {
    let (store, people, desk, id) = (&office.store, &office.people, office.desk(7), batch_id("b-1"));
    let lines: Vec<u32> = (1..=count).collect();
    office.begin("b-1", BatchKind::First, None).await;
    let (added, adding) = timed(office.add("b-1", &lines)).await;
    assert_eq!(added.unwrap().payments.len(), lines.len());
    let (submitted, making) = timed(office.submit("b-1")).await;
    let sha256 = submitted.file.clone();
    let (held, approving) = timed(office.act(CHECKER, "b-1", Act::Approve { sha256: sha256.clone() })).await;
    let holds = held.unwrap().holds;
    assert_eq!(holds.iter().filter(|hold| hold.is_payout()).count(), lines.len());
    office.act(LEADER, "b-1", Act::Release { sha256: sha256.clone() }).await.unwrap();
    let (sent, sending) = timed(office.act(CASHIER, "b-1", Act::Send { sha256 })).await;
    let (answers, stated, back) = told(&sent.unwrap());
    let total = i64::from(count) * 300;
    assert_eq!(office.balance("in-transit:b-1").await, total);
    let (answered, answering) = timed(store.take_answer(&people[CASHIER], &id, answers.as_bytes(), &desk)).await;
    assert_eq!(answered.unwrap().taken, lines.len());
    let (county, desk) = (book("county"), office.desk(8));
    let read = store.read_bank_statement(&people[CASHIER], &county, stated.as_bytes(), &desk);
    let (read, stating) = timed(read).await;
    let read = read.unwrap();
    assert_eq!((read.lines, read.matched, read.faults.len()), (lines.len(), lines.len(), 0));
    let came_back = i64::try_from(back).unwrap() * 300;
    assert_eq!((office.balance("in-transit:b-1").await, office.balance("returned:name_differs").await), (0, came_back));
    assert_eq!(office.balance("approved-unpaid:charity_relief").await, 0);
    let batch = office.batch("b-1").await;
    let paid = batch.payments.iter().filter(|payment| payment.state == PaymentState::Paid).count();
    assert_eq!((paid, batch.state), (lines.len() - back, BatchState::Finished));
    let (found, auditing) = timed(store.audit_ledger()).await;
    assert_eq!(found.unwrap(), []);
    let (_, looking) = timed(store.batch(&people[AUDITOR], &id)).await;
    let rules = (Some(Fen::yuan(1)), None, &shukun_base::Note::new("章程（示例）").unwrap());
    store.set_disclosure_rules(&people[CHECKER], &county, rules, at(9)).await.unwrap();
    let (_, counting) = timed(store.pressing_duties(&people[CHECKER], at(9))).await;
    vec![
        ("lines put in", adding),
        ("locked, file made, submitted", making),
        ("approved: held in the books", approving),
        ("sent: posted", sending),
        ("the bank's answers", answering),
        ("its statement", stating),
        ("audit of everything", auditing),
        ("the batch read for its page", looking),
        ("duties of publishing, as every start page counts them", counting),
    ]
}

#[test]
fn a_month_of_some_hundred_lines_is_paid_whole_in_parts() {
    on_both(|db| async move {
        let office = with_lines(db.open().await, 420).await;
        pay_the_month(&office, 420).await;
    });
}

/// How long one answer takes that comes alone.
async fn answered_alone(office: &Office) -> Duration {
    let lines: Vec<u32> = (1..=ALONE).collect();
    office.begin("b-1", BatchKind::First, None).await;
    office.add("b-1", &lines).await.unwrap();
    office.submit("b-1").await;
    let sent = office.send("b-1").await.unwrap();
    let begun = Instant::now();
    for payment in &sent.payments {
        let (text, id, desk) = (answer(&[(&payment.of.id, "成功")]), batch_id("b-1"), office.desk(7));
        office.store.take_answer(&office.people[CASHIER], &id, text.as_bytes(), &desk).await.unwrap();
    }
    begun.elapsed() / ALONE
}

/// Measured by hand: `cargo xtask month-end`.
#[test]
#[ignore = "a measurement: a minute, built for speed"]
fn ten_thousand_lines_are_paid() {
    on_both(|db| async move {
        let alone = answered_alone(&with_lines(db.another().await.open().await, ALONE).await).await;
        let office = with_lines(db.open().await, LINES).await;
        let steps = pay_the_month(&office, LINES).await;
        let engine = office.store.engine();
        for (step, took) in &steps {
            eprintln!("{engine}: {LINES} lines, {step}: {took:.2?}");
        }
        let answering = steps.iter().find(|(step, _)| step.contains("answers")).unwrap().1 / LINES;
        eprintln!("{engine}: an answer alone {alone:.2?}, in the batch {answering:.2?}");
    });
}
