//! The books as other programs read them: journals for hledger and beancount, a trial balance as JSON values.
//!
//! What is posted is written with a cleared mark, one transaction for each voucher. A hold that still stands is a pending
//! transaction for hledger; beancount would count it as money moved, so that there it is a comment. Memo accounts stand under a
//! root of their own, outside assets and liabilities (beancount has no such root: they are under `Equity:Memo`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use shukun_base::{Day, Fen};

use super::audit::trial_balance;
use super::{AccountClass, AccountCode, NewTransfer, Phase, TrialRow};
use crate::{BookId, TransferId, VoucherId};

shukun_base::words! {
    /// What a journal is written for.
    pub enum JournalFormat {
        Hledger "hledger" "hledger 日记账" "a journal for hledger",
        Beancount "beancount" "beancount 日记账" "a journal for beancount",
        TrialBalance "json" "试算平衡表（JSON）" "a trial balance as JSON",
    }
}

/// A posted transfer with its voucher, its day and what the voucher is about.
#[derive(Clone, Debug)]
pub struct JournalEntry {
    /// The voucher.
    pub voucher: VoucherId,
    /// The day in the books.
    pub effective: Day,
    /// The transfer.
    pub transfer: NewTransfer,
}

#[derive(Serialize)]
struct TrialBalance<'a> {
    book: &'a BookId,
    until: Day,
    accounts: Vec<TrialRow>,
}

/// A book up to a day, in a format; amounts are yuan with two decimals in journals, fen in JSON.
pub fn journal(book: &BookId, until: Day, entries: &[JournalEntry], format: JournalFormat) -> String {
    let within: Vec<&JournalEntry> = entries.iter().filter(|entry| entry.effective <= until).collect();
    match format {
        JournalFormat::Hledger => transactions(book, until, &within, &HLEDGER),
        JournalFormat::Beancount => transactions(book, until, &within, &BEANCOUNT),
        JournalFormat::TrialBalance => {
            let accounts = trial_balance(within.iter().map(|entry| (&entry.transfer, entry.effective)), until);
            let balance = TrialBalance { book, until, accounts };
            serde_json::to_string_pretty(&balance).unwrap_or_default()
        }
    }
}

/// How one program writes.
struct Style {
    account: fn(&AccountCode) -> String,
    opens: bool,
    shows_holds: bool,
}

const HLEDGER: Style = Style { account: hledger_account, opens: false, shows_holds: true };
const BEANCOUNT: Style = Style { account: beancount_account, opens: true, shows_holds: false };

/// `assets:bank:main`: hledger knows the class by the first word.
pub fn hledger_account(code: &AccountCode) -> String {
    let root = match code.class() {
        AccountClass::Asset => "assets",
        AccountClass::Liability => "liabilities",
        AccountClass::NetAssets => "equity",
        AccountClass::Income => "income",
        AccountClass::Expense => "expenses",
        AccountClass::Memo => "memo",
    };
    format!("{root}:{code}")
}

/// `Assets:Xbank:Xmain`: each part begins with a capital, `-` is `-d` and `_` is `-u`, so that two ids never meet.
pub fn beancount_account(code: &AccountCode) -> String {
    let root = match code.class() {
        AccountClass::Asset => "Assets",
        AccountClass::Liability => "Liabilities",
        AccountClass::NetAssets => "Equity",
        AccountClass::Income => "Income",
        AccountClass::Expense => "Expenses",
        AccountClass::Memo => "Equity:Memo",
    };
    let parts = code.as_str().split(':').map(|part| format!("X{}", part.replace('-', "-d").replace('_', "-u")));
    parts.fold(root.to_owned(), |name, part| format!("{name}:{part}"))
}

fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let size = fen.unsigned_abs();
    format!("{sign}{}.{:02} CNY", size / 100, size % 100)
}

fn transactions(book: &BookId, until: Day, entries: &[&JournalEntry], style: &Style) -> String {
    let mut text = format!("; {book} {until}\n");
    if style.opens {
        open_accounts(&mut text, entries, style);
    }
    for (voucher, of_it) in by_voucher(entries) {
        let is_posted = |entry: &&&JournalEntry| matches!(entry.transfer.phase, Phase::Single | Phase::Post);
        let posted: Vec<&JournalEntry> = of_it.iter().filter(is_posted).copied().collect();
        write_transaction(&mut text, '*', &voucher, &posted, style, "");
    }
    let ended: BTreeSet<&TransferId> = entries.iter().filter_map(|entry| entry.transfer.pending.as_ref()).collect();
    let is_held = |entry: &&JournalEntry| entry.transfer.phase == Phase::Pending && !ended.contains(&entry.transfer.id);
    let held: Vec<&JournalEntry> = entries.iter().copied().filter(is_held).collect();
    for (voucher, of_it) in by_voucher(&held) {
        write_transaction(&mut text, '!', &voucher, &of_it, style, if style.shows_holds { "" } else { "; " });
    }
    text
}

fn by_voucher<'a>(entries: &[&'a JournalEntry]) -> Vec<(String, Vec<&'a JournalEntry>)> {
    let mut vouchers: BTreeMap<(Day, &VoucherId), Vec<&JournalEntry>> = BTreeMap::new();
    for entry in entries {
        vouchers.entry((entry.effective, &entry.voucher)).or_default().push(entry);
    }
    vouchers.into_iter().map(|((_, voucher), of_it)| (voucher.to_string(), of_it)).collect()
}

fn open_accounts(text: &mut String, entries: &[&JournalEntry], style: &Style) {
    let mut first: BTreeMap<String, Day> = BTreeMap::new();
    for entry in entries {
        for code in [&entry.transfer.debit, &entry.transfer.credit] {
            let day = first.entry((style.account)(code)).or_insert(entry.effective);
            *day = (*day).min(entry.effective);
        }
    }
    for (account, day) in first {
        let _ = writeln!(text, "{day} open {account} CNY");
    }
}

fn write_transaction(
    text: &mut String,
    mark: char,
    voucher: &str,
    entries: &[&JournalEntry],
    style: &Style,
    before: &str,
) {
    let Some(first) = entries.first() else { return };
    let name = if style.opens { format!("\"{voucher}\"") } else { voucher.to_owned() };
    let _ = writeln!(text, "\n{before}{} {mark} {name}", first.effective);
    for entry in entries {
        let Fen(amount) = entry.transfer.amount;
        for (code, amount) in [(&entry.transfer.debit, amount), (&entry.transfer.credit, -amount)] {
            let _ = writeln!(text, "{before}  {}  {}", (style.account)(code), yuan(amount));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use jiff::civil::date;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::super::TransferCode;
    use super::*;

    fn code(code: &str) -> AccountCode {
        AccountCode::new(code).unwrap()
    }

    const CODES: [&str; 9] = [
        "bank:main",
        "bank:ma-in",
        "bank:ma_in",
        "in-transit:b1",
        "pot:R1",
        "donation",
        "relief:charity_relief",
        "pledge-promised",
        "pledge-due:p1-3",
    ];

    /// Two hundred transfers by chance: at once, held, and held and ended.
    fn entries() -> Vec<JournalEntry> {
        let mut runner = TestRunner::deterministic();
        let one = (0..7_usize, 0..7_usize, 1..1_000_000_i64, 0..4_u8, 1..28_i8);
        let mut entries = Vec::new();
        for number in 0..200 {
            let (debit, credit, amount, phase, day) = one.new_tree(&mut runner).unwrap().current();
            let (debit, credit) = if number % 10 == 0 {
                (8, 7)
            } else {
                (debit, if debit == credit { (credit + 1) % 7 } else { credit })
            };
            let id = TransferId::new(&format!("t{number}")).unwrap();
            let accounts = (code(CODES[debit]), code(CODES[credit]));
            let single =
                NewTransfer::single(id, BookId::new("county").unwrap(), accounts, Fen(amount), TransferCode::Gift);
            let (on, voucher) = (date(2026, 3, day), VoucherId::new(&format!("v{}", number / 3)).unwrap());
            let entry = |effective, transfer| JournalEntry { voucher: voucher.clone(), effective, transfer };
            if phase == 0 {
                entries.push(entry(on, single));
                continue;
            }
            let held = single.held(date(2026, 12, 31));
            entries.push(entry(on, held.clone()));
            let id = TransferId::new(&format!("e{number}")).unwrap();
            match phase {
                1 => entries.push(entry(date(2026, 3, 28), held.posted(id, Fen((amount + 1) / 2)))),
                2 => entries.push(entry(date(2026, 3, 28), held.voided(id))),
                _ => {}
            }
        }
        entries
    }

    /// What a journal says each account comes to, in fen, as the program itself counts.
    fn told(lines: &str) -> BTreeMap<String, i64> {
        let mut told = BTreeMap::new();
        for line in lines.lines() {
            let (account, amount) = line.split_once('\t').unwrap();
            let (whole, cents) = amount.trim_start_matches('-').split_once('.').unwrap_or((amount, "0"));
            let size = whole.parse::<i64>().unwrap() * 100 + format!("{cents:0<2}").parse::<i64>().unwrap();
            let fen = if amount.starts_with('-') { -size } else { size };
            if fen != 0 {
                told.insert(account.to_owned(), fen);
            }
        }
        told
    }

    /// What the ledger says, under the program's names.
    fn ours(entries: &[JournalEntry], name: fn(&AccountCode) -> String) -> BTreeMap<String, i64> {
        let trial = trial_balance(entries.iter().map(|entry| (&entry.transfer, entry.effective)), Day::MAX);
        let balances = trial.into_iter().map(|row| (name(&row.code), row.debits_posted - row.credits_posted));
        balances.filter(|(_, balance)| *balance != 0).collect()
    }

    /// A program that cannot be had is said aloud; where `SHUKUN_BOOKKEEPERS` is set, it fails.
    fn without(program: &str) {
        assert!(std::env::var_os("SHUKUN_BOOKKEEPERS").is_none(), "{program} is needed and is not there");
        eprintln!("LEFT OUT: {program} is not there; the journal was not compared with it");
    }

    fn written(name: &str, format: JournalFormat) -> (std::path::PathBuf, Vec<JournalEntry>) {
        let entries = entries();
        let book = BookId::new("county").unwrap();
        let path = std::env::temp_dir().join(format!("shukun-{}-{name}", std::process::id()));
        std::fs::write(&path, journal(&book, Day::MAX, &entries, format)).unwrap();
        (path, entries)
    }

    #[test]
    fn hledger_comes_to_the_same_in_every_fen() {
        let (path, entries) = written("books.journal", JournalFormat::Hledger);
        let asked = Command::new("hledger")
            .args(["--cleared", "bal", "--flat", "--no-total", "--layout=bare", "-O", "csv", "-f"])
            .arg(&path)
            .output();
        let Ok(answer) = asked else { return without("hledger") };
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let text = String::from_utf8(answer.stdout).unwrap();
        let rows = text.lines().skip(1).filter_map(|line| {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
            Some(format!("{}\t{}", cells.first()?, cells.get(2)?))
        });
        assert_eq!(told(&rows.collect::<Vec<_>>().join("\n")), ours(&entries, hledger_account));
        std::fs::remove_file(path).unwrap();
    }

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
for account, amount in sorted(sums.items()):
    print(f'{account}\\t{amount:.2f}')
";

    #[test]
    fn beancount_comes_to_the_same_in_every_fen() {
        let (path, entries) = written("books.beancount", JournalFormat::Beancount);
        let python = std::env::var("SHUKUN_BEANCOUNT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let known = Command::new(&python).args(["-c", "import beancount"]).output();
        if !known.is_ok_and(|known| known.status.success()) {
            return without("beancount");
        }
        let answer = Command::new(&python).args(["-c", COUNT]).arg(&path).output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let text = String::from_utf8(answer.stdout).unwrap();
        assert_eq!(told(&text), ours(&entries, beancount_account));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_trial_balance_is_whole_fen_and_no_two_ids_meet() {
        let book = BookId::new("county").unwrap();
        let json = journal(&book, date(2026, 3, 28), &entries(), JournalFormat::TrialBalance);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let rows = value["accounts"].as_array().unwrap();
        let sum = |side: &str| rows.iter().map(|row| row[side].as_i64().unwrap()).sum::<i64>();
        assert!(rows.len() == 9 && sum("debits_posted") > 0);
        assert_eq!((sum("debits_posted"), sum("debits_pending")), (sum("credits_posted"), sum("credits_pending")));
        let names: BTreeSet<String> = CODES.iter().map(|text| beancount_account(&code(text))).collect();
        assert_eq!(names.len(), CODES.len());
    }
}
