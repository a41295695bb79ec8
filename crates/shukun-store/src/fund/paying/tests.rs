//! A fund that pays, on both engines: the road of a batch, replays, races, changed accounts, statements.

use sea_orm::ConnectionTrait as _;
use shukun_base::{Fen, Masked, RegionCode};
use shukun_casework::authority::Role;
use shukun_casework::calendar::Calendar;
use shukun_casework::timers::Settings;
use shukun_fund::ledger::audit::{Finding, Invariant};
use shukun_fund::ledger::{PayableLine, ProgrammeKey};
use shukun_fund::paying::{
    Act, Batch, BatchKind, BatchState, Channel, FailureReason, PaymentId, PaymentState, Purpose, SAMPLE,
};
use shukun_fund::{BatchId, LineId};

use crate::attack::{ATTACK, Attack, Blow};
use crate::fund::ledger::testing::{book, books, code, line, opening, resolve};
use crate::testing::{at, grant, new_account, on_both, region, scopes};
use crate::wall::OwnWork;
use crate::{BatchOrder, CameBack, CaseDesk, MoneyBack, NewPayee, Scope, Store, StoreError};

mod lapse;
mod month_end;
mod sealed;

pub(crate) use sealed::busy_fund;

struct Office {
    store: Store,
    /// Maker, checker, leader, cashier, an auditor, a federation elsewhere, an insurer, the Red Cross.
    people: Vec<Scope>,
    calendar: Calendar,
    settings: Settings,
}

const MAKER: usize = 0;
const CHECKER: usize = 1;
const LEADER: usize = 2;
const CASHIER: usize = 3;
const AUDITOR: usize = 4;
const ELSEWHERE: usize = 5;

impl Office {
    /// The ledger's county with so many lines of 300 fen, and the county's rules of paying.
    async fn open(store: Store, lines: u32) -> Office {
        let federation = |login: &str| new_account(login, &[grant(Role::CharityFederation, "330381")]);
        let accounts = [
            federation("maker"),
            federation("checker"),
            federation("leader"),
            federation("cashier"),
            new_account("au", &[grant(Role::Auditor, "330381")]),
            new_account("other", &[grant(Role::CharityFederation, "330382")]),
            new_account("insurer", &[grant(Role::Insurance, "330381")]),
            new_account("cross", &[grant(Role::RedCross, "330381")]),
        ];
        let people = scopes(&store, &accounts).await;
        books(&store, &people[MAKER]).await;
        store.post_voucher(&people[MAKER], &opening(), at(2)).await.unwrap();
        for number in 1..=lines {
            let line = PayableLine { business_key: key(number), ..line(number) };
            resolve(&store, &line).await;
        }
        store.set_payment_settings(&people[CHECKER], &region("330381"), SAMPLE, at(2)).await.unwrap();
        Office { store, people, calendar: Calendar::china(), settings: Settings::defaults() }
    }

    fn desk(&self, minutes: i64) -> CaseDesk<'_> {
        CaseDesk { calendar: &self.calendar, settings: &self.settings, now: at(minutes) }
    }

    async fn begin(&self, id: &str, kind: BatchKind, follows: Option<&str>) -> Batch {
        let act = Act::Open {
            book: book("county"),
            region: RegionCode::new("33").unwrap(),
            programme: ProgrammeKey::new("charity_relief").unwrap(),
            kind,
            follows: follows.and_then(BatchId::new),
        };
        self.store.open_batch(&self.people[MAKER], &batch_id(id), &act, at(3)).await.unwrap()
    }

    async fn add(&self, id: &str, lines: &[u32]) -> Result<Batch, StoreError> {
        let lines: Vec<LineId> = lines.iter().map(|number| line(*number).id).collect();
        let version = self.batch(id).await.version;
        let transaction = format!("add-{version}");
        let order = BatchOrder { transaction: &transaction, version };
        let picked = (lines.as_slice(), Channel::Bank, Purpose::CharityRelief);
        self.store.add_lines(&self.people[MAKER], &batch_id(id), picked, order, &self.desk(4)).await
    }

    async fn payee(&self, number: u32, account: &str) {
        let payee = NewPayee {
            name: Masked::new("某甲".to_owned()),
            account: Masked::new(account.to_owned()),
            bank: String::new(),
        };
        self.store.enter_payee(&self.people[MAKER], &line(number).id, &payee, at(4)).await.unwrap();
    }

    async fn batch(&self, id: &str) -> Batch {
        self.store.batch(&self.people[AUDITOR], &batch_id(id)).await.unwrap().batch
    }

    async fn act(&self, who: usize, id: &str, act: Act) -> Result<Batch, StoreError> {
        let version = self.batch(id).await.version;
        let transaction = format!("{}-{who}-{version}", super::act::kind_of(&act).unwrap());
        let order = BatchOrder { transaction: &transaction, version };
        self.store.act_on_batch(&self.people[who], &batch_id(id), &[act], order, &self.desk(5)).await
    }

    /// Locked, filed and submitted.
    async fn submit(&self, id: &str) -> Batch {
        let batch = self.batch(id).await;
        let pass = self.store.within(&self.people[MAKER], shukun_casework::authority::Permission::MakeBatch);
        let payees = self.store.payees_now(&pass, &batch).await.unwrap().into_iter().collect();
        let locked = self.act(MAKER, id, Act::Lock { payees }).await.unwrap();
        let order = BatchOrder { transaction: "file", version: locked.version };
        self.store.make_bank_file(&self.people[MAKER], &batch_id(id), order, &self.desk(5)).await.unwrap();
        self.act(MAKER, id, Act::Submit { approvers: 0 }).await.unwrap()
    }

    async fn send(&self, id: &str) -> Result<Batch, StoreError> {
        let sha256 = self.batch(id).await.file;
        self.act(CHECKER, id, Act::Approve { sha256: sha256.clone() }).await?;
        self.act(LEADER, id, Act::Release { sha256: sha256.clone() }).await?;
        self.act(CASHIER, id, Act::Send { sha256 }).await
    }

    async fn balance(&self, account: &str) -> i64 {
        let rows = self.store.balances(&self.people[MAKER], &book("county")).await.unwrap();
        rows.iter().find(|row| row.code == code(account)).map_or(0, |row| row.balance().0)
    }

    /// A batch with two lines, submitted.
    async fn two_submitted(&self) -> Batch {
        self.submitted("b-1", &[1, 2]).await
    }

    /// A batch with these lines, submitted.
    async fn submitted(&self, id: &str, lines: &[u32]) -> Batch {
        self.begin(id, BatchKind::First, None).await;
        self.add(id, lines).await.unwrap();
        for number in lines {
            self.payee(*number, &format!("622200000000000{number}")).await;
        }
        self.submit(id).await
    }
}

fn key(number: u32) -> shukun_fund::ledger::BusinessKey {
    shukun_fund::ledger::BusinessKey::parse(&format!("charity_relief|person-{number}|2026|c{number}|t1|1")).unwrap()
}

fn batch_id(id: &str) -> BatchId {
    BatchId::new(id).unwrap()
}

fn number_of(batch: &Batch, line_number: u32) -> PaymentId {
    let found = batch.payments.iter().find(|payment| payment.of.line == line(line_number).id);
    found.unwrap().of.id.clone()
}

fn answer(rows: &[(&PaymentId, &str)]) -> String {
    let rows = rows.iter().map(|(id, result)| format!("{id},3.00,{result},2026-03-02\n"));
    format!("付款编号,金额,处理结果,处理日期\n{}", rows.collect::<String>())
}

#[test]
fn a_batch_goes_out_one_line_comes_back_is_issued_again_and_the_bank_agrees() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let batch = office.two_submitted().await;
        assert_eq!(batch.state, BatchState::InApproval);
        let sent = office.send("b-1").await.unwrap();
        assert_eq!((sent.state, office.balance("in-transit:b-1").await), (BatchState::Sent, 600));
        let (one, two) = (number_of(&sent, 1), number_of(&sent, 2));
        let (ending, bytes) =
            office.store.fetch_bank_file(&office.people[CASHIER], &batch_id("b-1"), at(6)).await.unwrap();
        assert!(ending == "csv" && !bytes.is_empty());
        let wrong = PaymentId::new("p-unknown").unwrap();
        let text = answer(&[(&one, "成功"), (&two, "户名不符"), (&wrong, "成功")]);
        for round in 0..3 {
            let (id, desk) = (batch_id("b-1"), office.desk(7));
            let take = office.store.take_answer(&office.people[CASHIER], &id, text.as_bytes(), &desk);
            let answered = take.await.unwrap();
            let expected = if round == 0 { (2, 0, 1) } else { (0, 2, 1) };
            assert_eq!((answered.taken, answered.known, answered.faults.len()), expected);
        }
        assert_eq!(office.batch("b-1").await.state, BatchState::Finished);
        assert_eq!((office.balance("returned:name_differs").await, office.balance("in-transit:b-1").await), (300, 0));

        office.begin("b-2", BatchKind::FollowUp, Some("b-1")).await;
        let candidates = office.store.payable_lines(&office.people[MAKER], &office.batch("b-2").await).await.unwrap();
        assert_eq!(candidates.iter().map(|row| row.line.id.clone()).collect::<Vec<_>>(), [line(2).id]);
        office.add("b-2", &[2]).await.unwrap();
        assert_eq!(office.batch("b-1").await.payment(&two).unwrap().state, PaymentState::Reissued);
        office.payee(2, "6222000000000022").await;
        office.submit("b-2").await;
        let again = office.send("b-2").await.unwrap();
        // What the statement shows is paid: by number, and the first by its account.
        let third = number_of(&again, 2);
        let statement = format!(
            "交易日期,支出,收入,余额,对方户名,对方账号,附言\n2026-03-02,,12.50,12.50,某公司,1200,开户\n\
             2026-03-02,3.00,,9.50,某甲,6222000000000001,代发\n2026-03-02,3.00,,6.50,某甲,6222000000000022,{third}\n"
        );
        for known in [false, true, true] {
            let (county, desk) = (book("county"), office.desk(8));
            let read = office.store.read_bank_statement(&office.people[CASHIER], &county, statement.as_bytes(), &desk);
            let imported = read.await.unwrap();
            assert_eq!((imported.lines, imported.known), (3, known));
        }
        assert_eq!(office.batch("b-2").await.payment(&third).unwrap().state, PaymentState::Paid);
        // Left: the first gifts, three transfers on one line; the failed payment out and back.
        let standing = office.store.standing(&office.people[AUDITOR], &book("county")).await.unwrap().unwrap();
        assert_eq!((standing.difference(), standing.unexplained), (Fen::ZERO, Fen(1_250)));
        let (lines, transfers) = office.store.unmatched(&office.people[MAKER], &book("county")).await.unwrap();
        let gifts: Vec<_> =
            transfers.iter().filter(|one| one.id.as_str().starts_with("open-")).map(|one| one.id.clone()).collect();
        let propose = |who: usize, line: String, ids: Vec<_>| {
            let (store, people) = (&office.store, &office.people);
            async move { store.propose_match(&people[who], &book("county"), (&line, &ids), at(9)).await }
        };
        let first = lines[0].id.clone();
        assert_eq!(propose(MAKER, first.clone(), gifts[..1].to_vec()).await.unwrap_err().code, "store-match");
        propose(MAKER, first.clone(), gifts.clone()).await.unwrap();
        let confirm = |who: usize| {
            let (store, people, line) = (&office.store, &office.people, first.clone());
            let desk = office.desk(9);
            async move { store.confirm_match(&people[who], &book("county"), &line, &desk).await }
        };
        assert_eq!(confirm(MAKER).await.unwrap_err().code, "store-match-own");
        confirm(CHECKER).await.unwrap();
        let standing = office.store.standing(&office.people[AUDITOR], &book("county")).await.unwrap().unwrap();
        assert!(standing.is_reconciled(), "{standing:?}");
        // The audit of the books looks at it in its own name, and notices another balance.
        assert_eq!(office.store.audit_ledger().await.unwrap(), []);
        let own = office.store.own(OwnWork::Backup);
        own.execute_unprepared("UPDATE statement_files SET closing_fen = closing_fen + 1").await.unwrap();
        let found = office.store.audit_ledger().await.unwrap();
        let expected = Finding { invariant: Invariant::Reconciled, at: "county bank:main".to_owned() };
        assert_eq!((&found[0], found[1].invariant), (&expected, Invariant::AsWritten));
        assert!(found.len() == 2 && found[1].at.starts_with("statement_files county "), "{found:?}");
        for id in ["b-1", "b-2"] {
            assert_eq!(office.act(LEADER, id, Act::Close).await.unwrap().state, BatchState::Closed);
        }
    });
}

#[test]
fn one_order_is_done_once_however_often_it_is_sent() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let batch = office.two_submitted().await;
        let approve = [Act::Approve { sha256: batch.file.clone() }];
        let order = BatchOrder { transaction: "approve-once", version: batch.version };
        let (id, desk) = (batch_id("b-1"), office.desk(6));
        let mut seen = Vec::new();
        for _ in 0..3 {
            let done = office.store.act_on_batch(&office.people[CHECKER], &id, &approve, order, &desk).await;
            seen.push(done.unwrap());
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]));
        assert_eq!(office.balance("approved-unpaid:charity_relief").await, 0, "held, not posted");
        let other = [Act::Reject { why: shukun_base::Note::new("退回").unwrap() }];
        let refused = office.store.act_on_batch(&office.people[CHECKER], &id, &other, order, &desk).await;
        assert_eq!(refused.unwrap_err().code, "store-batch-order");
        let late = BatchOrder { transaction: "late", version: batch.version };
        let refused = office.store.act_on_batch(&office.people[LEADER], &id, &other, late, &desk).await;
        assert_eq!(refused.unwrap_err().code, "store-batch-stale");
        // Two leaders at once: one release, and one cashier's send.
        let sha256 = batch.file.clone();
        let version = office.batch("b-1").await.version;
        let release = [Act::Release { sha256: sha256.clone() }];
        let (one, two) =
            (BatchOrder { transaction: "release-1", version }, BatchOrder { transaction: "release-2", version });
        let (first, second) = tokio::join!(
            office.store.act_on_batch(&office.people[CHECKER], &id, &release, one, &desk),
            office.store.act_on_batch(&office.people[LEADER], &id, &release, two, &desk),
        );
        assert!(first.is_ok() != second.is_ok());
        let version = office.batch("b-1").await.version;
        let send = [Act::Send { sha256 }];
        let (one, two) = (BatchOrder { transaction: "send-1", version }, BatchOrder { transaction: "send-2", version });
        let (first, second) = tokio::join!(
            office.store.act_on_batch(&office.people[CASHIER], &id, &send, one, &desk),
            office.store.act_on_batch(&office.people[CASHIER], &id, &send, two, &desk),
        );
        assert!(first.is_ok() != second.is_ok());
        assert_eq!(office.balance("in-transit:b-1").await, 600);
    });
}

#[test]
fn an_account_that_changed_after_approval_is_not_sent_to() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let batch = office.two_submitted().await;
        let sha256 = batch.file.clone();
        office.act(CHECKER, "b-1", Act::Approve { sha256: sha256.clone() }).await.unwrap();
        office.act(LEADER, "b-1", Act::Release { sha256: sha256.clone() }).await.unwrap();
        office.payee(1, "6222000000000099").await;
        let send = Act::Send { sha256 };
        assert_eq!(office.act(CASHIER, "b-1", send.clone()).await.unwrap_err().code, "P115");
        assert_eq!(office.balance("in-transit:b-1").await, 0);
        let payment = number_of(&batch, 1);
        let pass = office.store.within(&office.people[MAKER], shukun_casework::authority::Permission::MakeBatch);
        let payee = office.store.payees_now(&pass, &batch).await.unwrap()[&payment].clone();
        let change = Act::ChangePayee { payment: payment.clone(), payee: payee.clone() };
        office.act(MAKER, "b-1", change).await.unwrap();
        let settled = office.act(LEADER, "b-1", Act::SettlePayee { payment, payee }).await.unwrap();
        assert_eq!((settled.state, settled.holds.len()), (BatchState::Locked, 0));
        let order = BatchOrder { transaction: "file-2", version: settled.version };
        let made = office.store.make_bank_file(&office.people[MAKER], &batch_id("b-1"), order, &office.desk(6)).await;
        assert_ne!(made.unwrap().file, batch.file);
        office.act(MAKER, "b-1", Act::Submit { approvers: 0 }).await.unwrap();
        assert_eq!(office.send("b-1").await.unwrap().state, BatchState::Sent);
    });
}

#[test]
fn an_answer_asks_the_database_as_often_however_large_its_batch_is() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 3).await;
        let mut asked = Vec::new();
        for (id, lines) in [("b-1", &[1][..]), ("b-2", &[2, 3])] {
            office.submitted(id, lines).await;
            let sent = office.send(id).await.unwrap();
            for number in lines {
                let text = answer(&[(&number_of(&sent, *number), "成功")]);
                let (id, desk, attack) = (batch_id(id), office.desk(7), Attack::new(usize::MAX, Blow::Before, None));
                let take = office.store.take_answer(&office.people[CASHIER], &id, text.as_bytes(), &desk);
                let done = ATTACK.scope(attack, async { (take.await, ATTACK.with(Attack::passed)) }).await;
                assert_eq!(done.0.unwrap().taken, 1);
                asked.push(done.1);
            }
        }
        assert!(asked.windows(2).all(|two| two[0] == two[1]), "{asked:?}");
    });
}

/// One line of a batch, paid by the bank's answer.
async fn one_paid(office: &Office) -> PaymentId {
    office.two_submitted().await;
    let sent = office.send("b-1").await.unwrap();
    let one = number_of(&sent, 1);
    let (text, id, desk) = (answer(&[(&one, "成功")]), batch_id("b-1"), office.desk(7));
    let taken = office.store.take_answer(&office.people[CASHIER], &id, text.as_bytes(), &desk).await.unwrap();
    assert_eq!(taken.taken, 1);
    one
}

#[test]
fn what_a_household_gives_back_goes_to_the_pots_it_came_from() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let one = one_paid(&office).await;
        let before = office.balance("bank:main").await;
        let come_back = |who: usize, how: CameBack| {
            let (store, people, desk, payment) = (&office.store, &office.people, office.desk(8), one.clone());
            async move {
                let version = store.batch(&people[AUDITOR], &batch_id("b-1")).await.unwrap().batch.version;
                let transaction = format!("back-{version}");
                let order = BatchOrder { transaction: &transaction, version };
                let on = shukun_base::Day::constant(2026, 3, 2);
                let back = MoneyBack { payment: &payment, on, how, paper: b"%PDF-1.7 receipt" };
                store.record_money_back(&people[who], &batch_id("b-1"), &back, order, &desk).await
            }
        };
        let too_much = come_back(CASHIER, CameBack::Recovered(Fen(301))).await;
        assert_eq!(too_much.unwrap_err().code, "P125");
        let not_there = come_back(AUDITOR, CameBack::Recovered(Fen(100))).await;
        assert_eq!(not_there.unwrap_err().code, "store-forbidden");
        let part = come_back(CASHIER, CameBack::Recovered(Fen(100))).await.unwrap();
        assert_eq!(part.payment(&one).unwrap().recovered, Fen(100));
        assert_eq!(office.balance("bank:main").await, before + 100);
        // The bank returns a payment whole: not one that a part of was given back.
        let late = come_back(CASHIER, CameBack::Returned(FailureReason::AccountClosed)).await;
        assert_eq!(late.unwrap_err().code, "P103");
        let rest = come_back(CASHIER, CameBack::Recovered(Fen(200))).await.unwrap();
        assert_eq!(rest.payment(&one).unwrap().state, PaymentState::Reversed);
        assert_eq!(office.balance("bank:main").await, before + 300);
        assert_eq!(office.store.audit_ledger().await.unwrap(), []);
    });
}

#[test]
fn what_one_person_or_another_county_may_not_do() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 3).await;
        let batch = office.two_submitted().await;
        let approve = Act::Approve { sha256: batch.file.clone() };
        assert_eq!(office.act(MAKER, "b-1", approve.clone()).await.unwrap_err().code, "P111");
        assert_eq!(office.act(AUDITOR, "b-1", approve.clone()).await.unwrap_err().code, "store-forbidden");
        let elsewhere = office.store.batch(&office.people[ELSEWHERE], &batch_id("b-1")).await;
        assert_eq!(elsewhere.unwrap_err().code, "store-not-found");
        assert_eq!(office.store.batches(&office.people[ELSEWHERE], &[]).await.unwrap(), []);
        assert_eq!(office.store.batches(&office.people[AUDITOR], &[BatchState::InApproval]).await.unwrap().len(), 1);
        // A line is in one batch at a time.
        office.begin("b-2", BatchKind::First, None).await;
        assert_eq!(office.add("b-2", &[1]).await.unwrap_err().code, "P105");
        // Pots of 200 and 1,000 hold three lines of 300 and a fourth not.
        office.act(CHECKER, "b-1", approve).await.unwrap();
        // Whoever writes to the database: maker, checker and cashier are three.
        let own = office.store.own(OwnWork::Backup);
        for statement in [
            "UPDATE payment_batches SET released_by = made_by",
            "UPDATE payment_batches SET released_by = 'x', sent_by = 'x'",
            "UPDATE payment_batches SET sent_by = 'x'",
        ] {
            assert!(StoreError::from(own.execute_unprepared(statement).await.unwrap_err()).is_constraint());
        }
        for statement in ["UPDATE batch_acts SET kind = ''", "DELETE FROM payee_accounts"] {
            assert!(StoreError::from(own.execute_unprepared(statement).await.unwrap_err()).is_trigger());
        }
        let unread =
            office.store.set_payment_settings(&office.people[CHECKER], &region("330381"), "审批：", at(3)).await;
        assert_eq!(unread.unwrap_err().code, "store-payment-words");
    });
}

#[test]
fn a_batch_that_is_given_up_lets_its_money_and_its_lines_go() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let batch = office.two_submitted().await;
        office.act(CHECKER, "b-1", Act::Approve { sha256: batch.file }).await.unwrap();
        let why = shukun_base::Note::new("名单有误").unwrap();
        office.act(MAKER, "b-1", Act::Abort { why }).await.unwrap();
        // Held again under the next issue.
        office.begin("b-2", BatchKind::First, None).await;
        office.add("b-2", &[1, 2]).await.unwrap();
        office.submit("b-2").await;
        assert_eq!(office.send("b-2").await.unwrap().state, BatchState::Sent);
        assert_eq!(office.balance("in-transit:b-2").await, 600);
    });
}
