//! A book as open files that any program reads: accounts, vouchers, transfers, pots and months as CSV, journals, a trial balance.
//!
//! Left out, because the files leave the house: what a voucher is about (a free text) and the key under which relief is paid
//! once (a code of a person). So the hashes of the chain stand beside the transfers, but cannot be worked out from these files
//! alone: the audit does that where the books lie.

use shukun_base::{Day, RegionCode};

use super::audit::{AuditedAccount, AuditedMonth, AuditedTransfer, AuditedVoucher};
use super::journal::{JournalEntry, JournalFormat, journal};
use super::{BookKind, Hash, content_hash};
use crate::BookId;

/// Everything of a book.
#[derive(Clone, Debug)]
pub struct WholeBook {
    /// Its id.
    pub id: BookId,
    /// Its name.
    pub name: String,
    /// The organisation it belongs to.
    pub owner: String,
    /// Whose money.
    pub kind: BookKind,
    /// Where it lies.
    pub region: RegionCode,
    /// The number and hash of its last transfer.
    pub head: (i64, Hash),
    /// The last closed day.
    pub closed_through: Option<Day>,
    /// Its accounts.
    pub accounts: Vec<AuditedAccount>,
    /// The vouchers of its transfers.
    pub vouchers: Vec<AuditedVoucher>,
    /// Its transfers by their numbers.
    pub transfers: Vec<AuditedTransfer>,
    /// Its months, closed and proposed.
    pub months: Vec<AuditedMonth>,
}

/// A file: its name and what is in it.
pub type OpenFile = (&'static str, String);

/// Every file of a book, up to its last transfer. Amounts are fen in CSV and JSON, yuan with two decimals in journals.
///
/// # Errors
/// A row that cannot be written.
pub fn open_files(book: &WholeBook) -> Result<Vec<OpenFile>, csv::Error> {
    let entry = |one: &AuditedTransfer| JournalEntry {
        voucher: one.voucher.clone(),
        effective: one.effective,
        transfer: one.transfer.clone(),
    };
    let entries: Vec<JournalEntry> = book.transfers.iter().map(entry).collect();
    let until = entries.iter().map(|entry| entry.effective).max().unwrap_or(Day::MIN);
    let journal = |format| journal(&book.id, until, &entries, format);
    Ok(vec![
        ("book.csv", the_book(book)?),
        ("accounts.csv", accounts(book)?),
        ("vouchers.csv", vouchers(book)?),
        ("transfers.csv", transfers(book)?),
        ("pots.csv", pots(book)?),
        ("months.csv", months(book)?),
        ("book.journal", journal(JournalFormat::Hledger)),
        ("book.beancount", journal(JournalFormat::Beancount)),
        ("trial-balance.json", journal(JournalFormat::TrialBalance)),
    ])
}

fn the_book(book: &WholeBook) -> Result<String, csv::Error> {
    let columns = ["book", "name", "owner", "kind", "region", "transfers", "head", "closed_through"];
    let row = [
        book.id.to_string(),
        book.name.clone(),
        book.owner.clone(),
        book.kind.key().to_owned(),
        book.region.to_string(),
        book.head.0.to_string(),
        hash(&book.head.1),
        or_empty(book.closed_through),
    ];
    table(columns, std::iter::once(row))
}

fn accounts(book: &WholeBook) -> Result<String, csv::Error> {
    let columns = [
        "account",
        "class",
        "side",
        "debits_posted_fen",
        "credits_posted_fen",
        "debits_held_fen",
        "credits_held_fen",
        "balance_fen",
    ];
    let row = |account: &AuditedAccount| {
        let totals = &account.totals;
        [
            account.code.to_string(),
            account.code.class().key().to_owned(),
            account.side_and_floor.0.clone(),
            totals.debits_posted.0.to_string(),
            totals.credits_posted.0.to_string(),
            totals.debits_pending.0.to_string(),
            totals.credits_pending.0.to_string(),
            totals.balance(account.code.side()).0.to_string(),
        ]
    };
    table(columns, book.accounts.iter().map(row))
}

fn vouchers(book: &WholeBook) -> Result<String, csv::Error> {
    let row = |one: &AuditedVoucher| {
        let voucher = &one.voucher;
        let checker = or_empty(voucher.checker.as_ref());
        [
            voucher.id.to_string(),
            voucher.effective.to_string(),
            voucher.maker.to_string(),
            checker,
            one.count.to_string(),
        ]
    };
    table(["voucher", "day", "maker", "checker", "transfers"], book.vouchers.iter().map(row))
}

fn transfers(book: &WholeBook) -> Result<String, csv::Error> {
    let columns = [
        "number",
        "transfer",
        "voucher",
        "day",
        "phase",
        "ends",
        "debit",
        "credit",
        "amount_fen",
        "why",
        "line",
        "resolution",
        "corrects",
        "held_until",
        "previous",
        "hash",
    ];
    let row = |one: &AuditedTransfer| {
        let transfer = &one.transfer;
        [
            one.link.sequence.to_string(),
            transfer.id.to_string(),
            one.voucher.to_string(),
            one.effective.to_string(),
            transfer.phase.key().to_owned(),
            or_empty(transfer.pending.as_ref()),
            transfer.debit.to_string(),
            transfer.credit.to_string(),
            transfer.amount.0.to_string(),
            transfer.code.key().to_owned(),
            or_empty(transfer.line.as_ref()),
            or_empty(transfer.resolution.as_ref()),
            or_empty(transfer.corrects.as_ref()),
            or_empty(transfer.expires_on),
            bytes(&one.previous),
            bytes(&one.hash),
        ]
    };
    table(columns, book.transfers.iter().map(row))
}

/// What each pot is for.
fn pots(book: &WholeBook) -> Result<String, csv::Error> {
    let columns = ["account", "donor", "purposes", "area", "classes", "from", "to", "then", "priority"];
    let row = |account: &AuditedAccount| {
        let restriction = account.restriction.as_ref()?;
        let purposes: Vec<&str> = restriction.purposes.iter().map(|purpose| purpose.as_str()).collect();
        Some([
            account.code.to_string(),
            or_empty(restriction.donor.as_ref()),
            purposes.join(" "),
            or_empty(restriction.area.as_ref()),
            restriction.classes.join(" "),
            restriction.valid_from.to_string(),
            or_empty(restriction.valid_to),
            restriction.on_expiry.key().to_owned(),
            restriction.priority.to_string(),
        ])
    };
    table(columns, book.accounts.iter().filter_map(row))
}

fn months(book: &WholeBook) -> Result<String, csv::Error> {
    let row = |one: &AuditedMonth| {
        let state = if one.is_closed { "closed" } else { "proposed" };
        let (by, approved) = &one.people;
        [
            one.month.to_string(),
            state.to_owned(),
            one.head.0.to_string(),
            hash(&one.head.1),
            hash(&one.trial),
            by.clone(),
            or_empty(approved.as_ref()),
        ]
    };
    let columns = ["month", "state", "transfers", "head", "trial_balance", "proposed_by", "approved_by"];
    table(columns, book.months.iter().map(row))
}

/// A line of column names and a line for each row.
fn table<const COLUMNS: usize>(
    columns: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn hash(hash: &Hash) -> String {
    content_hash(*hash).as_str().to_owned()
}

fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use shukun_base::{ActorId, ContentHash, Fen, Note};

    use super::super::audit::trial_balance;
    use super::super::model::Totals;
    use super::super::{AccountCode, BusinessKey, Link, NewTransfer, Restriction, TransferCode, Voucher, first_head};
    use super::*;
    use crate::{TransferId, VoucherId};

    fn code(code: &str) -> AccountCode {
        AccountCode::new(code).unwrap()
    }

    fn single(id: &str, debit: &str, credit: &str, yuan: i64) -> NewTransfer {
        let (id, book) = (TransferId::new(id).unwrap(), BookId::new("county").unwrap());
        NewTransfer::single(id, book, (code(debit), code(credit)), Fen::yuan(yuan), TransferCode::Gift)
    }

    fn row((number, transfer): (i64, NewTransfer)) -> AuditedTransfer {
        AuditedTransfer {
            transfer,
            voucher: VoucherId::new("v1").unwrap(),
            link: Link { sequence: number, position: number - 1, recorded_at: 0 },
            effective: date(2026, 3, 2),
            previous: vec![0; 32],
            hash: vec![0xab; 32],
        }
    }

    fn book() -> WholeBook {
        let held = NewTransfer {
            business_key: BusinessKey::parse("charity_relief|secret1|2026|c1|t1|1"),
            ..single("t2", "relief:charity_relief", "unrestricted", 30).held(date(2026, 4, 1))
        };
        let posted = held.posted(TransferId::new("t3").unwrap(), Fen::yuan(20));
        let transfers = [single("t1", "bank:main", "unrestricted", 100), held, posted];
        let transfers: Vec<AuditedTransfer> = (1..).zip(transfers).map(row).collect();
        let account = |row: super::super::TrialRow| AuditedAccount {
            side_and_floor: (row.code.side().key().to_owned(), row.code.has_floor()),
            totals: Totals {
                debits_posted: Fen(row.debits_posted),
                debits_pending: Fen(row.debits_pending),
                credits_posted: Fen(row.credits_posted),
                credits_pending: Fen(row.credits_pending),
            },
            restriction: None,
            code: row.code,
        };
        let trial = trial_balance(transfers.iter().map(|row| (&row.transfer, row.effective)), Day::MAX);
        let id = BookId::new("county").unwrap();
        let voucher = Voucher {
            id: VoucherId::new("v1").unwrap(),
            effective: date(2026, 3, 2),
            words: Note::new("给某某的救助").unwrap(),
            maker: ActorId::new("maker").unwrap(),
            checker: None,
            transfers: Vec::new(),
        };
        let request_hash = ContentHash::new(&"0".repeat(64)).unwrap();
        WholeBook {
            name: "测试,共富\"基金\"".to_owned(),
            owner: "测试慈善总会".to_owned(),
            kind: BookKind::CountyCharity,
            region: RegionCode::new("330381").unwrap(),
            head: (3, first_head(&id)),
            closed_through: None,
            accounts: trial.into_iter().map(account).collect(),
            vouchers: vec![AuditedVoucher { voucher, request_hash, count: 3, listed: (id.clone(), 0) }],
            transfers,
            months: Vec::new(),
            id,
        }
    }

    fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
    }

    #[test]
    fn what_is_written_is_read_again_and_comes_to_the_same() {
        let files: BTreeMap<&str, String> = open_files(&book()).unwrap().into_iter().collect();
        assert_eq!(rows(&files["book.csv"])[0]["name"], "测试,共富\"基金\"");
        let mut posted: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows(&files["transfers.csv"]) {
            let amount: i64 = row["amount_fen"].parse().unwrap();
            let amount = if ["single", "post"].contains(&row["phase"].as_str()) { amount } else { 0 };
            *posted.entry(row["debit"].clone()).or_default() += amount;
            *posted.entry(row["credit"].clone()).or_default() -= amount;
        }
        let accounts = rows(&files["accounts.csv"]);
        assert_eq!(accounts.len(), posted.len());
        for account in &accounts {
            let fen = |column: &str| account[column].parse::<i64>().unwrap();
            assert_eq!(
                fen("debits_posted_fen") - fen("credits_posted_fen"),
                posted[&account["account"]],
                "{account:?}"
            );
        }
        let bank = accounts.iter().find(|account| account["account"] == "bank:main").unwrap();
        assert_eq!((bank["balance_fen"].as_str(), bank["class"].as_str()), ("10000", "asset"));
    }

    #[test]
    fn nothing_about_a_person_leaves_with_the_files() {
        for (name, text) in open_files(&book()).unwrap() {
            assert!(!text.contains("secret1") && !text.contains("某某"), "{name}: {text}");
        }
    }

    #[test]
    fn a_book_without_anything_has_its_column_names() {
        let empty = WholeBook { accounts: vec![], vouchers: vec![], transfers: vec![], ..book() };
        for (name, text) in open_files(&empty).unwrap() {
            assert!(
                !name.ends_with(".csv") || text.lines().count() == if name == "book.csv" { 2 } else { 1 },
                "{name}"
            );
        }
    }

    #[test]
    fn a_pot_says_what_it_is_for() {
        let mut book = book();
        let restriction = Restriction {
            id: crate::RestrictionId::new("r1").unwrap(),
            donor: None,
            purposes: vec![super::super::ProgrammeKey::new("charity_relief").unwrap()],
            area: RegionCode::new("330381001"),
            classes: vec!["low_income".to_owned()],
            valid_from: date(2026, 1, 1),
            valid_to: None,
            on_expiry: super::super::OnExpiry::Return,
            priority: 2,
        };
        book.accounts[0].restriction = Some(restriction);
        let pots = open_files(&book).unwrap().into_iter().find(|(name, _)| *name == "pots.csv").unwrap().1;
        let pot = &rows(&pots)[0];
        assert_eq!(
            (pot["purposes"].as_str(), pot["area"].as_str(), pot["then"].as_str()),
            ("charity_relief", "330381001", "return")
        );
    }
}
