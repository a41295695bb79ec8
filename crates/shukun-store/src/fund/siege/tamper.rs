//! A hand in the database, with the rights of whoever runs it: triggers and references off, rows changed, taken out, put in
//! another order. The audit has to find every one. A tail cut off and a book written anew it cannot find, as nothing inside
//! contradicts them; a checkpoint kept elsewhere does. Both halves are shown.

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, TransactionTrait as _,
};
use shukun_fund::TransferId;
use shukun_fund::ledger::Month;
use shukun_fund::ledger::audit::audit;

use super::writer::{LAST, Work};
use super::*;
use crate::fund::ledger::check::load_audited;
use crate::fund::ledger::testing::{DAY, resolve};
use crate::testing::{TestDb, on_both};

/// A table, what tells its rows apart, its numbers, its texts, its bytes.
struct Table {
    name: &'static str,
    key: &'static str,
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    bytes: &'static [&'static str],
}

/// Everything that says how much, whose, when and in which order.
const TABLES: &[Table] = &[
    Table {
        name: "transfers",
        key: "transfer_id",
        numbers: &["sequence", "position", "phase", "amount_fen", "recorded_at"],
        texts: &[
            "book_id",
            "transfer_id",
            "voucher_id",
            "pending_id",
            "debit",
            "credit",
            "code",
            "business_key",
            "line_id",
            "resolution_id",
            "rule_hash",
            "corrects_id",
            "expires_on",
            "effective",
        ],
        bytes: &["previous", "hash"],
    },
    Table {
        name: "vouchers",
        key: "voucher_id",
        numbers: &["transfer_count"],
        texts: &["voucher_id", "effective", "words", "maker", "checker", "request_hash"],
        bytes: &[],
    },
    Table {
        name: "book_accounts",
        key: "book_id || ' ' || code",
        numbers: &["floor_zero", "debits_posted", "debits_pending", "credits_posted", "credits_pending"],
        texts: &["side"],
        bytes: &[],
    },
    Table { name: "books", key: "book_id", numbers: &["sequence"], texts: &[], bytes: &["head"] },
    Table {
        name: "periods",
        key: "book_id || ' ' || month",
        numbers: &["head_sequence"],
        texts: &["book_id", "month", "state", "proposed_by", "approved_by"],
        bytes: &["head_hash", "trial_hash"],
    },
    Table {
        name: "resolution_lines",
        key: "line_id",
        numbers: &["amount_fen"],
        texts: &["line_id", "book_id", "person_key", "business_key", "programme", "area", "classes", "state"],
        bytes: &[],
    },
    Table { name: "benefit_years", key: "person_key", numbers: &["used_fen"], texts: &[], bytes: &[] },
];

/// Gifts, relief held, posted and let go, a pair between books, a correction, a month closed.
async fn busy_books(store: &Store, gift: i64) -> Scope {
    let (maker, checker) = besieged_of_two(store, Fen::yuan(1_000)).await;
    let post = async |voucher: Voucher| store.post_voucher(&maker, &voucher, at(5)).await.unwrap();
    post(voucher("first-gift", vec![single("g", "county", "bank:main", "unrestricted", gift)])).await;
    for number in 0..6 {
        Work::Relief.prepare(store, number..number + 1).await;
        for voucher in Work::Gift.vouchers(number).into_iter().chain(Work::Relief.vouchers(number)) {
            post(voucher).await;
        }
    }
    let line = relief_line("county", 99);
    resolve(store, &line).await;
    let (person_key, programme) = (line.business_key.person_key.clone(), line.business_key.programme.clone());
    let cap = CapUse { person_key, year: 2026, programme, cap: Fen::yuan(10) };
    let mut hold = pay("hold-99", &line, Some(cap));
    hold.transfers = hold.transfers.into_iter().map(|transfer| transfer.held(LAST)).collect();
    post(hold.clone()).await;
    let voids = hold.transfers.iter().enumerate();
    let voids = voids.map(|(place, held)| held.voided(TransferId::new(&format!("void-99-{place}")).unwrap()));
    let pair = [
        single("pair-1", "county", "unrestricted", "due-to:town", 400),
        single("pair-2", "town", "due-from:county", "unrestricted", 400),
    ];
    let mut mended = single("mended-1", "county", "unrestricted", "bank:main", 100);
    mended.corrects = TransferId::new("gift-3-1");
    post(voucher("void-99", voids.collect())).await;
    post(voucher("pair", pair.to_vec())).await;
    post(voucher("mended", vec![mended])).await;
    let (town, month, later) = (book("town"), Month::of(DAY), at(60 * 24 * 60));
    store.propose_close(&maker, &town, month, later).await.unwrap();
    store.approve_close(&checker, &town, month, later).await.unwrap();
    maker
}

/// A connection with the rights of whoever runs the database, everything that guards the tables switched off.
async fn master(db: &TestDb) -> DatabaseConnection {
    let mut options = ConnectOptions::new(db.url().replacen("shukun_office@", "postgres@", 1));
    options.max_connections(1).sqlx_logging(false);
    let master = Database::connect(options).await.unwrap();
    if !db.url().starts_with("sqlite") {
        master.execute_unprepared("SET session_replication_role = replica").await.unwrap();
        return master;
    }
    master.execute_unprepared("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").await.unwrap();
    let triggers = all(&master, Sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"), values![]).await.unwrap();
    for trigger in triggers {
        let drop = format!("DROP TRIGGER {}", trigger.get::<String>("name").unwrap());
        master.execute_unprepared(&drop).await.unwrap();
    }
    master
}

/// Some statement that changes one row, drawn by chance, after what it touches.
fn draw(dice: &mut ChaCha8Rng) -> (String, String) {
    let table = &TABLES[dice.random_range(0..18_usize).saturating_sub(11)];
    let columns = table.numbers.len() + table.texts.len() + table.bytes.len();
    let row = |dice: &mut ChaCha8Rng| {
        let Table { name, key, .. } = table;
        format!("(SELECT {key} FROM {name} ORDER BY {key} LIMIT 1 OFFSET {})", dice.random_range(0..90))
    };
    let (this, other) = (row(dice), row(dice));
    if table.name == "transfers" && dice.random_range(0..10) == 0 {
        let statement = if dice.random_bool(0.5) {
            invented(&this)
        } else {
            format!("DELETE FROM transfers WHERE transfer_id = {this}")
        };
        return ("transfers".to_owned(), statement);
    }
    let column = dice.random_range(0..columns);
    let text = column.checked_sub(table.numbers.len());
    let (column, mangled) = match (table.numbers.get(column), text) {
        (Some(flag @ &"floor_zero"), _) => (*flag, "1 - floor_zero".to_owned()),
        (Some(number), _) => (*number, format!("{number} + {}", [-1, 1, 100][dice.random_range(0..3)])),
        (None, Some(text)) if text < table.texts.len() => {
            let name = table.texts[text];
            (name, format!("CASE WHEN {name} IS NULL THEN '1' ELSE {name} || '1' END"))
        }
        (None, text) => {
            let name = table.bytes[text.unwrap() - table.texts.len()];
            (name, format!("(SELECT hash FROM transfers ORDER BY hash LIMIT 1 OFFSET {})", dice.random_range(0..30)))
        }
    };
    let Table { name, key, .. } = table;
    let borrowed = format!("(SELECT {column} FROM {name} WHERE {key} = {other})");
    let value = if dice.random_bool(0.5) { mangled } else { borrowed };
    let statement =
        format!("UPDATE {name} SET {column} = {value} WHERE {key} = {this} AND {column} IS DISTINCT FROM {value}");
    (format!("{name}.{column}"), statement)
}

/// A transfer put at the end of its book, as another is.
fn invented(this: &str) -> String {
    const SAME: &str =
        "book_id, voucher_id, phase, debit, credit, amount_fen, code, effective, recorded_at, expires_on";
    let last = "(SELECT MAX(sequence) FROM transfers AS others WHERE others.book_id = transfers.book_id)";
    format!(
        "INSERT INTO transfers (transfer_id, sequence, position, previous, hash, {SAME})
         SELECT transfer_id || 'x', {last} + 1, position + 50, previous, hash, {SAME}
         FROM transfers WHERE transfer_id = {this}"
    )
}

/// Whether the audit says something; rows that cannot be read at all say enough.
async fn is_found(tx: &DatabaseTransaction) -> bool {
    match load_audited(tx).await {
        Ok(books) => !audit(&books).is_empty(),
        Err(error) => error.code == "store-damaged",
    }
}

/// What the books' audit does not look at: nothing in the books speaks against it. Who closed a month stands in the audit trail,
/// the classes of a household in its case; decision 0033 says so.
const UNSEEN: &[&str] = &["periods.proposed_by", "periods.approved_by", "resolution_lines.classes"];

#[test]
fn every_row_changed_put_in_or_taken_out_is_found_by_the_audit() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = busy_books(&store, 5_000).await;
        check_books(&store, &maker).await;
        assert_eq!(store.audit_ledger().await.unwrap(), []);
        let master = master(&db).await;
        let mut dice = ChaCha8Rng::seed_from_u64(15);
        let (mut changed, mut found, mut missed) = (0, 0, BTreeMap::new());
        while changed < times(150) {
            let (touched, statement) = draw(&mut dice);
            let tx = master.begin().await.unwrap();
            // Some the tables refuse even so: two rows of one key.
            if tx.execute_unprepared(&statement).await.is_ok_and(|done| done.rows_affected() == 1) {
                changed += 1;
                let is_found = is_found(&tx).await;
                found += u32::from(is_found);
                if !is_found {
                    missed.entry(touched).or_insert((0, statement)).0 += 1;
                }
            }
            tx.rollback().await.unwrap();
        }
        eprintln!("{}: {found} of {changed} changes found; missed: {missed:#?}", store.engine());
        missed.retain(|touched, _| !UNSEEN.contains(&touched.as_str()));
        assert!(missed.is_empty(), "changed and not found");
    });
}

/// Two transfers change places, every other column theirs.
#[test]
fn transfers_put_in_another_order_are_found() {
    on_both(|db| async move {
        let store = db.open().await;
        busy_books(&store, 5_000).await;
        let master = master(&db).await;
        let mut dice = ChaCha8Rng::seed_from_u64(16);
        for _ in 0..times(20) {
            let one = dice.random_range(1..20);
            let other = one + dice.random_range(1..10);
            let tx = master.begin().await.unwrap();
            for (from, to) in [(one, -1), (other, one), (-1, other)] {
                let swap =
                    format!("UPDATE transfers SET sequence = {to} WHERE book_id = 'county' AND sequence = {from}");
                assert_eq!(tx.execute_unprepared(&swap).await.unwrap().rows_affected(), 1);
            }
            assert!(is_found(&tx).await, "{one} and {other} changed places unnoticed");
            tx.rollback().await.unwrap();
        }
    });
}

/// What somebody else keeps of a book: the number, the head, what is in each account.
async fn checkpoint(store: &Store, scope: &Scope) -> Vec<(i64, String, Vec<Fen>)> {
    let mut kept = Vec::new();
    for row in store.books(scope).await.unwrap() {
        let balances = store.balances(scope, &row.id).await.unwrap();
        kept.push((row.sequence, row.head, balances.iter().map(|account| account.balance()).collect()));
    }
    kept
}

/// Books whose last vouchers were never there, and books in which one gift was another amount from the start: whoever runs
/// the database can make both, with every hash in its place. Each is made here the honest way, which leaves the same rows.
#[test]
fn a_tail_cut_off_and_a_book_written_anew_are_found_with_a_checkpoint_alone() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = busy_books(&store, 5_000).await;
        let cut = checkpoint(&store, &maker).await;
        store.post_voucher(&maker, &Work::Gift.vouchers(77)[0], at(5)).await.unwrap();
        let kept = checkpoint(&store, &maker).await;
        assert_ne!(cut, kept);
        for (gift, is_same_until_the_cut) in [(5_000, true), (5_001, false)] {
            let other = db.another().await;
            let anew = other.open().await;
            let reader = busy_books(&anew, gift).await;
            // Nothing inside speaks against it.
            check_books(&anew, &reader).await;
            let there = checkpoint(&anew, &reader).await;
            assert_ne!(there, kept, "the checkpoint does");
            assert_eq!(there == cut, is_same_until_the_cut);
        }
    });
}
