//! Random vouchers, to the database and to the model: the same accepted, the same refused in the same words, the same balances,
//! and every invariant after every step. Then with one rule of the database taken away: it has to be noticed.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait as _;
use shukun_base::{Day, Fen};
use shukun_fund::ledger::model::{Model, ModelAccount, ModelBook, Outcome};
use shukun_fund::ledger::{
    AccountHead, BusinessKey, CapUse, NewTransfer, PayableLine, PersonKey, Phase, ProgrammeKey, TransferCode, Voucher,
};
use shukun_fund::{ResolutionId, TransferId, VoucherId};

use super::testing::*;
use crate::attack::{ATTACK, Attack, Blow};
use crate::testing::{TestDb, at, on_both};
use crate::wall::OwnWork::Backup;
use crate::{Scope, Store};

/// Numbers by chance that are the same every time (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn amount(&mut self) -> i64 {
        i64::try_from(self.below(400)).unwrap() + 1
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()].clone()
    }
}

const LINES: u32 = 6;
const POTS: [&str; 3] = ["unrestricted", "pot:county-330381001", "pot:county-330381002"];

/// The same books in the model.
fn model() -> Model {
    let mut model = Model::default();
    for id in ["county", "town"] {
        let first = shukun_fund::ledger::NewBook::first_accounts();
        let mut accounts: BTreeMap<_, _> = first.into_iter().map(|code| (code, ModelAccount::default())).collect();
        for account in ACCOUNTS {
            accounts.insert(code(account), ModelAccount::default());
        }
        for area in ["330381001", "330381002"] {
            let restriction = restriction(id, area);
            let pot = code(&format!("pot:{}", restriction.id));
            accounts.insert(pot, ModelAccount { restriction: Some(restriction), ..ModelAccount::default() });
        }
        model.books.insert(book(id), ModelBook { accounts, closed_through: None });
    }
    model.lines = (1..=LINES).map(|number| (line(number).id, line(number))).collect();
    model
}

/// What a run has seen, to take up again.
struct Desk {
    draw: Draw,
    step: usize,
    sent: Vec<Voucher>,
    held: Vec<NewTransfer>,
    payouts: Vec<NewTransfer>,
}

impl Desk {
    fn id(&mut self) -> String {
        self.step += 1;
        // Now and then an id that was used before.
        let number = if self.draw.below(25) == 0 { 1 + self.draw.below(self.step as u64) } else { self.step as u64 };
        format!("s{number}")
    }

    fn voucher(&mut self) -> Voucher {
        match self.draw.below(16) {
            0..3 => self.gift(),
            3..7 => self.relief(),
            7..11 => self.resolve(),
            11 => self.bring_back(),
            12 => self.issue_again(),
            13 => self.between(),
            14 => self.anything(),
            _ => self.again(),
        }
    }

    fn gift(&mut self) -> Voucher {
        let (id, pot, amount) = (self.id(), self.draw.of(&POTS), self.draw.amount() * 2);
        let transfers = vec![
            single(&format!("{id}-1"), "county", "bank:main", "donation", amount),
            single(&format!("{id}-2"), "county", "donation", pot, amount),
        ];
        voucher(&id, transfers)
    }

    fn line(&mut self) -> PayableLine {
        let line = line(u32::try_from(1 + self.draw.below(u64::from(LINES) + 1)).unwrap());
        match self.draw.below(12) {
            0 => PayableLine { amount: Fen(299), ..line },
            1 => PayableLine { business_key: BusinessKey::parse("charity_relief|p1|2026|c1|t1|1").unwrap(), ..line },
            _ => line,
        }
    }

    fn relief(&mut self) -> Voucher {
        let (id, line) = (self.id(), self.line());
        let part = i64::try_from(self.draw.below(300)).unwrap();
        let (one, other) = (self.draw.of(&POTS[..2]), self.draw.of(&POTS));
        let shares = if part == 0 || one == other {
            vec![(one, line.amount.0)]
        } else {
            vec![(one, part), (other, line.amount.0 - part)]
        };
        let until = (self.draw.below(3) > 0).then_some(Day::constant(2026, 4, 1));
        let mut relief = relief(&id, &line, &shares, until);
        if self.draw.below(2) == 0 {
            let person_key: PersonKey = line.business_key.person_key.clone();
            let programme = ProgrammeKey::new("charity_relief").unwrap();
            let cap =
                Some(CapUse { person_key, year: 2026, programme, cap: Fen(self.draw.of(&[299, 600, 650, 5_000])) });
            relief.transfers.last_mut().unwrap().cap = cap;
        }
        relief
    }

    /// Posts or lets go everything that one voucher held, or only some of it.
    fn resolve(&mut self) -> Voucher {
        let id = self.id();
        if self.held.is_empty() {
            return self.gift();
        }
        let chosen = self.draw.of(&self.held.clone());
        let line = chosen.line.clone();
        let all: Vec<NewTransfer> = self.held.iter().filter(|held| held.line == line).cloned().collect();
        let (is_post, is_whole) = (self.draw.below(2) == 0, self.draw.below(6) > 0);
        let all = if is_whole { all } else { vec![chosen] };
        let ends = all.iter().enumerate().map(|(number, held)| {
            let transfer = TransferId::new(&format!("{id}-{number}")).unwrap();
            let amount = if self.draw.below(20) == 0 { Fen(held.amount.0 + 1) } else { held.amount };
            if is_post { held.posted(transfer, amount) } else { held.voided(transfer) }
        });
        let ends = ends.collect();
        let on = if self.draw.below(15) == 0 { Day::constant(2026, 3, 1) } else { DAY };
        Voucher { effective: on, ..voucher(&id, ends) }
    }

    fn bring_back(&mut self) -> Voucher {
        let id = self.id();
        if self.payouts.is_empty() {
            return self.gift();
        }
        let payout = self.draw.of(&self.payouts.clone());
        let amount = self.draw.of(&[payout.amount.0, payout.amount.0, 100]);
        let back = NewTransfer {
            corrects: Some(payout.id),
            code: TransferCode::BankReturn,
            ..single(&format!("{id}-1"), "county", "bank:main", "returned:closed-account", amount)
        };
        voucher(&id, vec![back])
    }

    fn issue_again(&mut self) -> Voucher {
        let (id, line) = (self.id(), self.line());
        let issue = u32::try_from(1 + self.draw.below(3)).unwrap();
        let again = NewTransfer {
            line: Some(line.id.clone()),
            business_key: Some(line.business_key.issued(issue)),
            ..single(
                &format!("{id}-1"),
                "county",
                "returned:closed-account",
                "approved-unpaid:charity_relief",
                line.amount.0,
            )
        };
        voucher(&id, vec![again])
    }

    fn between(&mut self) -> Voucher {
        let (id, amount) = (self.id(), self.draw.amount());
        let transfers = vec![
            single(&format!("{id}-1"), "county", "unrestricted", "due-to:town", amount),
            single(&format!("{id}-2"), "town", "due-from:county", "unrestricted", amount),
        ];
        voucher(&id, transfers)
    }

    /// Any two accounts, with or without a resolution.
    fn anything(&mut self) -> Voucher {
        let (id, amount) = (self.id(), self.draw.amount());
        let any = [
            "bank:main",
            "donation",
            "unrestricted",
            "reserve:2026",
            "bank-fee",
            "pledge-promised",
            "pledge-due:p1",
            "pot:none",
        ];
        let (debit, credit) = (self.draw.of(&any), self.draw.of(&any));
        let resolution = (self.draw.below(2) == 0).then(|| ResolutionId::new("county-r1").unwrap());
        voucher(&id, vec![NewTransfer { resolution, ..single(&format!("{id}-1"), "county", debit, credit, amount) }])
    }

    /// One that was sent before, the same or not quite.
    fn again(&mut self) -> Voucher {
        if self.sent.is_empty() {
            return self.gift();
        }
        let mut again = self.draw.of(&self.sent.clone());
        if self.draw.below(2) == 0 {
            again.transfers.truncate(1);
        }
        again
    }

    fn note(&mut self, voucher: &Voucher) {
        self.sent.push(voucher.clone());
        for transfer in &voucher.transfers {
            if transfer.phase == Phase::Pending {
                self.held.push(transfer.clone());
            }
            if !transfer.phase.resolves() && transfer.is_payout() {
                self.payouts.push(transfer.clone());
            }
        }
    }
}

/// What told the two apart; None where they agree to the end.
async fn differ(store: &Store, scope: &Scope, seed: u64, steps: usize) -> Option<String> {
    let mut desk = Desk { draw: Draw(seed), step: 0, sent: vec![], held: vec![], payouts: vec![] };
    let mut model = model();
    let mut posted = 0;
    let first = std::iter::once(opening());
    let mut first = first.collect::<Vec<_>>();
    for step in 0..steps {
        let voucher = first.pop().unwrap_or_else(|| desk.voucher());
        let expected = model.post(&voucher);
        let found = store.post_voucher(scope, &voucher, at(5)).await;
        let expected = expected.map(|outcome| outcome == Outcome::Replayed).map_err(|refusal| refusal.code.key());
        let found = found.map(|posted| posted.replayed).map_err(|error| error.code);
        if expected != found {
            return Some(format!(
                "seed {seed} step {step}: the model says {expected:?}, the database {found:?}: {voucher:?}"
            ));
        }
        if expected == Ok(false) {
            desk.note(&voucher);
            posted += 1;
        }
        let wrong = store.audit_ledger().await.unwrap();
        if !wrong.is_empty() {
            return Some(format!("seed {seed} step {step}: {wrong:?}"));
        }
        for id in ["county", "town"] {
            for row in store.balances(scope, &book(id)).await.unwrap() {
                let account = model.books[&book(id)].accounts.get(&row.code).map(|account| account.totals);
                assert_eq!(account, Some(row.totals), "seed {seed} step {step} {id} {}", row.code);
            }
        }
    }
    assert!(posted > steps / 5, "seed {seed}: {posted} of {steps} were posted");
    assert!(model.transfers.values().any(|(transfer, _)| transfer.credit.head() == AccountHead::ApprovedUnpaid));
    None
}

/// Books in an empty database, which lasts as long as it is held.
async fn furnished(db: &TestDb) -> (TestDb, Store, Scope) {
    let db = db.another().await;
    let store = db.open().await;
    let maker = keepers(&store).await.remove(0);
    books(&store, &maker).await;
    for number in 1..=LINES {
        resolve(&store, &line(number)).await;
    }
    (db, store, maker)
}

#[test]
fn the_database_accepts_and_refuses_what_the_model_does() {
    on_both(|db| async move {
        for seed in 0..4 {
            let (_db, store, maker) = furnished(&db).await;
            assert_eq!(differ(&store, &maker, seed, 120).await, None, "{}", store.engine());
        }
    });
}

/// A rule of the database, and how it is taken away: on SQLite, on PostgreSQL.
const MUTANTS: &[(&str, &[&str], &[&str])] = &[
    (
        "pay once",
        &["DROP INDEX pay_once", "DROP TRIGGER transfers_pay_a_line_once"],
        &["DROP INDEX pay_once", "DROP TRIGGER transfers_pay_a_line_once ON transfers"],
    ),
    ("resolve once", &["DROP INDEX resolve_once"], &["DROP INDEX resolve_once"]),
    (
        "floors",
        &["UPDATE book_accounts SET floor_zero = 0"],
        &["ALTER TABLE book_accounts DROP CONSTRAINT book_account_keeps_its_floor"],
    ),
    (
        "lines",
        &["DROP TRIGGER transfers_pay_approved_lines"],
        &["DROP TRIGGER transfers_pay_approved_lines ON transfers"],
    ),
    (
        "what was held",
        &["DROP TRIGGER transfers_end_what_was_held"],
        &["DROP TRIGGER transfers_end_what_was_held ON transfers"],
    ),
    (
        "chain",
        &[
            "DROP TRIGGER transfers_are_not_changed",
            "CREATE TRIGGER mutant AFTER INSERT ON transfers WHEN NEW.sequence = 7 BEGIN
              UPDATE transfers SET amount_fen = amount_fen + 1 WHERE transfer_id = NEW.transfer_id; END",
        ],
        &[
            "DROP TRIGGER transfers_are_not_changed ON transfers",
            "CREATE FUNCTION mutant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.sequence = 7 THEN NEW.amount_fen := NEW.amount_fen + 1; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER mutant BEFORE INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION mutant()",
        ],
    ),
];

#[test]
fn a_rule_that_is_missing_is_noticed() {
    on_both(|db| async move {
        for (name, sqlite, postgres) in MUTANTS {
            let mut noticed = None;
            for seed in 0..8 {
                let (_db, store, maker) = furnished(&db).await;
                let statements = if store.engine() == "sqlite" { sqlite } else { postgres };
                for statement in *statements {
                    store.own(Backup).execute_unprepared(statement).await.unwrap();
                }
                noticed = differ(&store, &maker, 100 + seed, 120).await;
                if noticed.is_some() {
                    break;
                }
            }
            assert!(noticed.is_some(), "{name} is missed by nobody");
        }
    });
}

#[test]
fn a_voucher_that_fails_anywhere_leaves_nothing() {
    on_both(|db| async move {
        let (_db, store, maker) = furnished(&db).await;
        store.post_voucher(&maker, &opening(), at(5)).await.unwrap();
        let mut paid = relief("paid", &line(1), &[("pot:county-330381001", 200), ("unrestricted", 100)], None);
        let programme = ProgrammeKey::new("charity_relief").unwrap();
        let person_key = line(1).business_key.person_key;
        paid.transfers[2].cap = Some(CapUse { person_key, year: 2026, programme, cap: Fen(300) });
        let before = store.balances(&maker, &book("county")).await.unwrap();
        let mut places = 0;
        loop {
            let attack = Attack::new(places, Blow::Before, None);
            let posted = ATTACK.scope(attack, store.post_voucher(&maker, &paid, at(5))).await;
            if posted.is_ok() {
                break;
            }
            assert_eq!(store.balances(&maker, &book("county")).await.unwrap(), before);
            assert_eq!(store.audit_ledger().await.unwrap(), vec![]);
            assert!(store.voucher(&maker, &VoucherId::new("paid").unwrap()).await.is_err());
            places += 1;
        }
        assert!(places > 10, "only {places} statements were attacked");
        assert!(store.post_voucher(&maker, &paid, at(5)).await.unwrap().replayed);
        assert_eq!(store.audit_ledger().await.unwrap(), vec![]);
    });
}
