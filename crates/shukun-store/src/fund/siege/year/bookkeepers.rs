//! hledger and beancount count a year's journals: to the fen what the balances say.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use shukun_base::Day;
use shukun_fund::BookId;
use shukun_fund::ledger::AccountCode;
use shukun_fund::ledger::journal::{JournalEntry, JournalFormat, beancount_account, hledger_account, journal};
use shukun_fund::ledger::model::Totals;

use crate::{Scope, Store};

/// One account in a line: its name, a tabulator, its balance in yuan.
const COUNT: &str = "
import sys
from beancount import loader
from beancount.core import data
entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors, errors[:3]
sums = {}
for entry in data.filter_txns(entries):
    for posting in entry.postings:
        sums[posting.account] = sums.get(posting.account, 0) + posting.units.number
for account, amount in sums.items():
    print(f'{account}\\t{amount:.2f}')
";

type Balances = BTreeMap<String, i64>;

/// Has every book counted by both.
pub(super) async fn check_journals(store: &Store, scope: &Scope, until: Day) {
    let folder = tempfile::tempdir().unwrap();
    for row in store.books(scope).await.unwrap() {
        let (hledger, beancount) = (JournalFormat::Hledger, JournalFormat::Beancount);
        for (format, name) in [(hledger, hledger_account as fn(&AccountCode) -> String), (beancount, beancount_account)]
        {
            let path = folder.path().join(format!("{}.{}", row.id, format.key()));
            std::fs::write(&path, journal(&row.id, until, &entries(store, scope, &row.id, until).await, format))
                .unwrap();
            let Some(told) = (if format == hledger { by_hledger(&path) } else { by_beancount(&path) }) else {
                without(format.key());
                continue;
            };
            let ours = ours(store, scope, &row.id, name).await;
            assert_eq!(told, ours, "{} by {}", row.id, format.key());
        }
    }
}

async fn entries(store: &Store, scope: &Scope, book: &BookId, until: Day) -> Vec<JournalEntry> {
    let rows = store.transfers_until(scope, book, until).await.unwrap();
    let entry = |row: crate::StoredTransfer| JournalEntry {
        voucher: row.voucher,
        effective: row.effective,
        transfer: row.transfer,
    };
    rows.into_iter().map(entry).collect()
}

async fn ours(store: &Store, scope: &Scope, book: &BookId, name: fn(&AccountCode) -> String) -> Balances {
    let rows = store.balances(scope, book).await.unwrap();
    let balance = |totals: Totals| (totals.debits_posted - totals.credits_posted).0;
    rows.iter().map(|row| (name(&row.code), balance(row.totals))).filter(|(_, fen)| *fen != 0).collect()
}

fn by_hledger(path: &Path) -> Option<Balances> {
    let mut asked = Command::new("hledger");
    asked.args(["--cleared", "bal", "--flat", "--no-total", "--layout=bare", "-O", "csv", "-f"]).arg(path);
    let text = counted(&asked.output().ok()?);
    // Under a heading the name, the currency and the amount.
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        format!("{}\t{}", cells[0], cells[2])
    });
    Some(read(&rows.collect::<Vec<_>>().join("\n")))
}

fn by_beancount(path: &Path) -> Option<Balances> {
    let python = std::env::var("SHUKUN_BEANCOUNT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let known = Command::new(&python).args(["-c", "import beancount"]).output().ok()?;
    let count = || Command::new(&python).args(["-c", COUNT]).arg(path).output().unwrap();
    known.status.success().then(|| read(&counted(&count())))
}

/// What a program says; one that does not take the journal fails.
fn counted(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn read(lines: &str) -> Balances {
    let fen = |amount: &str| {
        let (whole, cents) = amount.trim_start_matches('-').split_once('.').unwrap_or((amount, "00"));
        let size = whole.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap();
        if amount.starts_with('-') { -size } else { size }
    };
    let rows = lines.lines().map(|line| line.split_once('\t').unwrap());
    rows.map(|(account, amount)| (account.to_owned(), fen(amount))).filter(|(_, fen)| *fen != 0).collect()
}

/// A program that cannot be had is said aloud; where `SHUKUN_BOOKKEEPERS` is set, it fails.
fn without(program: &str) {
    assert!(std::env::var_os("SHUKUN_BOOKKEEPERS").is_none(), "{program} is needed and is not there");
    eprintln!("LEFT OUT: {program} is not there; the year's journals were not compared with it");
}
