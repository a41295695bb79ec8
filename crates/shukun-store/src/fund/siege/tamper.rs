//! A hand in the database, with the rights of whoever runs it: triggers and references off, rows changed, put in, taken out, put in
//! another order. The audit has to find every one. A tail cut off and a book written anew it cannot find, as nothing inside
//! contradicts them; a checkpoint kept elsewhere does. Both halves are shown.

use std::collections::{BTreeMap, BTreeSet};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, TransactionTrait as _,
};
use shukun_fund::TransferId;
use shukun_fund::ledger::Month;
use shukun_fund::ledger::audit::{Finding, Invariant};

use super::writer::{LAST, Work};
use super::*;
use crate::fund::kept;
use crate::fund::ledger::testing::{DAY, resolve};
use crate::fund::paying::busy_fund;
use crate::testing::{TestDb, on_both};

/// A table of the books, or what follows from other rows: its numbers, its texts, its bytes.
struct Table {
    name: &'static str,
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    bytes: &'static [&'static str],
}

/// Everything that says how much, whose, when and in which order.
const TABLES: &[Table] = &[
    Table {
        name: "transfers",
        numbers: &["sequence", "position", "phase", "amount_fen", "recorded_at", "cap_year", "cap_fen"],
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
            "cap_person",
            "cap_programme",
            "expires_on",
            "effective",
        ],
        bytes: &["previous", "hash"],
    },
    Table {
        name: "vouchers",
        numbers: &["transfer_count", "recorded_at"],
        texts: &["voucher_id", "book_id", "effective", "words", "maker", "checker", "request_hash"],
        bytes: &[],
    },
    Table {
        name: "book_accounts",
        numbers: &["debits_posted", "debits_pending", "credits_posted", "credits_pending"],
        texts: &[],
        bytes: &[],
    },
    Table { name: "books", numbers: &["sequence"], texts: &["closed_through"], bytes: &["head"] },
    Table { name: "resolution_lines", numbers: &[], texts: &["state"], bytes: &[] },
    Table {
        name: "benefit_years",
        numbers: &["used_fen", "cap_fen", "year"],
        texts: &["region", "person_key", "programme"],
        bytes: &[],
    },
    Table {
        name: "payment_batches",
        numbers: &["version", "payments", "sum_fen", "made_at", "changed_at"],
        texts: &[
            "batch_id",
            "book_id",
            "region",
            "programme",
            "kind",
            "follows",
            "state",
            "made_by",
            "released_by",
            "sent_by",
            "file_hash",
        ],
        bytes: &[],
    },
    Table {
        name: "payments",
        numbers: &["amount_fen"],
        texts: &["payment_id", "batch_id", "line_id", "channel", "state", "reason", "payee_key"],
        bytes: &[],
    },
];

/// These, and every table that is held against the trail.
fn tables() -> Vec<Table> {
    let kept = kept::ALL.iter().map(|kept| Table {
        name: kept.table,
        numbers: kept.numbers,
        texts: kept.texts,
        bytes: kept.bytes,
    });
    let own = TABLES.iter().map(|table| Table { ..*table });
    own.chain(kept).collect()
}

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

/// What tells rows apart that have nothing in common: where they lie.
fn place_of_row(store: &Store) -> &'static str {
    if store.engine() == "sqlite" { "rowid" } else { "ctid" }
}

/// Some statement that changes one row, puts one in or takes one out, drawn by chance, after what it touches.
fn draw(dice: &mut ChaCha8Rng, tables: &[Table], place: &str) -> (String, String) {
    // Every third is about the transfers.
    let table = &tables[dice.random_range(0..tables.len() * 3 / 2) % tables.len()];
    let table = if dice.random_range(0..3) == 0 { &tables[0] } else { table };
    let Table { name, .. } = table;
    let row = |dice: &mut ChaCha8Rng| {
        let offset = dice.random_range(0..90);
        format!(
            "(SELECT {place} FROM {name} ORDER BY {place} LIMIT 1 OFFSET {offset} % (SELECT COUNT(*) + 1 FROM {name}))"
        )
    };
    let (this, other) = (row(dice), row(dice));
    if dice.random_range(0..10) == 0 {
        let statement = if dice.random_bool(0.5) {
            invented(table, &this, place)
        } else {
            format!("DELETE FROM {name} WHERE {place} = {this}")
        };
        return ((*name).to_owned(), statement);
    }
    let column = dice.random_range(0..table.numbers.len() + table.texts.len() + table.bytes.len());
    let (column, mangled) = match (table.numbers, table.texts, table.bytes) {
        (numbers, _, _) if column < numbers.len() => mangled_number(numbers[column], dice),
        (numbers, texts, _) if column - numbers.len() < texts.len() => {
            let name = texts[column - numbers.len()];
            (name, format!("CASE WHEN {name} IS NULL THEN '1' ELSE {name} || '1' END"))
        }
        (numbers, texts, bytes) => {
            let name = bytes[column - numbers.len() - texts.len()];
            (name, format!("(SELECT hash FROM transfers ORDER BY hash LIMIT 1 OFFSET {})", dice.random_range(0..30)))
        }
    };
    let borrowed = format!("(SELECT {column} FROM {name} WHERE {place} = {other})");
    let value = if dice.random_bool(0.5) { mangled } else { borrowed };
    let statement =
        format!("UPDATE {name} SET {column} = {value} WHERE {place} = {this} AND {column} IS DISTINCT FROM {value}");
    (format!("{name}.{column}"), statement)
}

fn mangled_number(column: &'static str, dice: &mut ChaCha8Rng) -> (&'static str, String) {
    let flags = ["floor_zero", "is_kept_here"];
    if flags.contains(&column) {
        return (column, format!("1 - {column}"));
    }
    (column, format!("COALESCE({column}, 0) + {}", [-1, 1, 100][dice.random_range(0..3)]))
}

/// A row as another is, under another id; a transfer is put at the end of its book.
fn invented(table: &Table, this: &str, place: &str) -> String {
    let name = table.name;
    if name == "transfers" {
        const SAME: &str =
            "book_id, voucher_id, phase, debit, credit, amount_fen, code, effective, recorded_at, expires_on";
        let last = "(SELECT MAX(sequence) FROM transfers AS others WHERE others.book_id = transfers.book_id)";
        return format!(
            "INSERT INTO transfers (transfer_id, sequence, position, previous, hash, {SAME})
             SELECT transfer_id || 'x', {last} + 1, position + 50, previous, hash, {SAME}
             FROM transfers WHERE {place} = {this}"
        );
    }
    let columns: Vec<&str> = table.texts.iter().chain(table.numbers).chain(table.bytes).copied().collect();
    let mut values: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    // Ids and places of the row: whatever its table wants unique.
    for (column, value) in columns.iter().zip(&mut values) {
        let is_number = table.numbers.contains(column);
        if is_number
            && ["number", "sequence", "place", "log_size", "log_place", "set_number", "line_number"].contains(column)
        {
            *value = format!("{column} + 77");
        } else if !is_number && (column.ends_with("_id") || *column == "check_line" || *column == "key_name") {
            *value = format!("{column} || 'x'");
        }
    }
    let (into, from) = (columns.join(", "), values.join(", "));
    format!("INSERT INTO {name} ({into}) SELECT {from} FROM {name} WHERE {place} = {this}")
}

/// Whether the audit says something. It says so of every change, and of none that it cannot go on.
async fn is_found(store: &Store, tx: &DatabaseTransaction) -> bool {
    !store.audit_within(tx).await.unwrap().0.is_empty()
}

/// How many changes drawn by chance were made, and those that the audit did not find, each with how often.
async fn tampered(store: &Store, db: &TestDb, (seed, wanted): (u64, u32)) -> (u32, BTreeMap<String, (u32, String)>) {
    assert_eq!(store.audit_ledger().await.unwrap(), []);
    let (master, tables) = (master(db).await, tables());
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let (mut changed, mut touched_tables, mut missed) = (0, BTreeSet::new(), BTreeMap::new());
    while changed < wanted {
        let (touched, statement) = draw(&mut dice, &tables, place_of_row(store));
        let tx = master.begin().await.unwrap();
        // Some the tables refuse even so: two rows of one key.
        if tx.execute_unprepared(&statement).await.is_ok_and(|done| done.rows_affected() == 1) {
            changed += 1;
            touched_tables.insert(touched.split('.').next().unwrap().to_owned());
            if !is_found(store, &tx).await {
                missed.entry(touched).or_insert((0, statement)).0 += 1;
            }
        }
        tx.rollback().await.unwrap();
    }
    eprintln!("{}: {changed} changes in {} tables: {touched_tables:?}", store.engine(), touched_tables.len());
    (changed, missed)
}

#[test]
fn every_row_changed_put_in_or_taken_out_is_found_by_the_audit() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = busy_books(&store, 5_000).await;
        check_books(&store, &maker).await;
        let (changed, missed) = tampered(&store, &db, (15, times(150) / 2)).await;
        assert!(missed.is_empty(), "{changed} changed, not found: {missed:#?}");
        // A fund that paid, was answered, published, sealed and signed.
        let db = db.another().await;
        let store = busy_fund(&db).await;
        let (changed, missed) = tampered(&store, &db, (16, times(150) - times(150) / 2)).await;
        assert!(missed.is_empty(), "{changed} changed, not found: {missed:#?}");
    });
}

#[test]
fn a_row_that_cannot_be_read_is_named_and_hides_no_other() {
    on_both(|db| async move {
        let store = db.open().await;
        busy_books(&store, 5_000).await;
        let master = master(&db).await;
        for damage in [
            "UPDATE vouchers SET effective = 'never' WHERE voucher_id = 'pair'",
            "UPDATE transfers SET code = 'unheard of' WHERE transfer_id = 'mended-1'",
            "UPDATE resolution_lines SET amount_fen = amount_fen + 1 WHERE line_id = 'county-99'",
        ] {
            master.execute_unprepared(damage).await.unwrap();
        }
        let found = store.audit_ledger().await.unwrap();
        for at in ["vouchers pair", "transfers mended-1", "resolution_lines county-99"] {
            let is_it = |found: &Finding| found.invariant == Invariant::AsWritten && found.at == at;
            assert!(found.iter().any(is_it), "{at}: {found:?}");
        }
        assert_eq!(store.whole_books(None, at(6)).await.unwrap_err().code, "store-damaged");
    });
}

/// Nobody confirms what a hand in the database wrote.
#[test]
fn a_proposal_that_is_not_what_was_proposed_is_not_approved() {
    on_both(|db| async move {
        let store = db.open().await;
        let (maker, checker) = besieged_of_two(&store, Fen::yuan(1_000)).await;
        let (county, month, later) = (book("county"), Month::of(DAY), at(60 * 24 * 60));
        store.propose_close(&maker, &county, month, later).await.unwrap();
        let master = master(&db).await;
        master.execute_unprepared("UPDATE periods SET proposed_by = 'somebody'").await.unwrap();
        let refused = store.approve_close(&checker, &county, month, later).await;
        assert_eq!(refused.unwrap_err().code, "store-damaged");
        assert_eq!(store.audit_ledger().await.unwrap().len(), 1);
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
            assert!(is_found(&store, &tx).await, "{one} and {other} changed places unnoticed");
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
