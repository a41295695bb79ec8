//! The ledger under attack: races for the same money, faults at every statement, a machine that fails, a hand in the database.
//!
//! Each file is one kind of attack, and ends with the same question: do the books hold, is nothing there by half, is nothing
//! lost that was said to be done. A run of the tests tries each a few times; `cargo xtask siege` asks for many more by
//! `SHUKUN_SIEGE`. It knows the store from outside as its callers do, and the tables as whoever runs the database does.

mod disk;
mod holding;
mod killed;
mod machine;
mod races;
mod server;
mod statements;
mod tamper;
mod writer;
mod year;

use shukun_base::Fen;
use shukun_fund::ledger::{CapUse, PayableLine, Relief, Voucher, relief_transfers};
use shukun_fund::{BookId, LineId, VoucherId};

use holding::check_books;

use super::ledger::StoredTransfer;
use super::ledger::rows::read_transfer;
use super::ledger::testing::{book, books, code, keepers, line, single, voucher};
use crate::sql::{Sql, all, values};
use crate::testing::at;
use crate::wall::OwnWork::Backup;
use crate::{Scope, Store};

/// How often: `SHUKUN_SIEGE` where it is set, else what a run of the tests has time for.
fn times(usual: u32) -> u32 {
    std::env::var("SHUKUN_SIEGE").map_or(usual, |times| times.parse().unwrap())
}

/// Two books with so much money free of restriction in each; who keeps them.
async fn besieged(store: &Store, free: Fen) -> Scope {
    besieged_of_two(store, free).await.0
}

/// The same, and who checks: the second factor was shown.
async fn besieged_of_two(store: &Store, free: Fen) -> (Scope, Scope) {
    let mut people = keepers(store).await;
    let (checker, maker) = (people.remove(1), people.remove(0));
    books(store, &maker).await;
    for name in ["county", "town"] {
        let gift = single(&format!("{name}-first"), name, "bank:main", "unrestricted", free.0);
        store.post_voucher(&maker, &voucher(&format!("{name}-opening"), vec![gift]), at(2)).await.unwrap();
    }
    (maker, checker)
}

/// A line of 300 fen in one of the books; every number is another relief.
fn relief_line(name: &str, number: u32) -> PayableLine {
    let line = line(number);
    PayableLine { id: LineId::new(&format!("{name}-{number}")).unwrap(), book: book(name), ..line }
}

/// The relief of a line out of what is free, with what it takes of a cap.
fn pay(id: &str, line: &PayableLine, cap: Option<CapUse>) -> Voucher {
    let shares = [(code("unrestricted"), line.amount)];
    let relief = Relief { line, shares: &shares, cap, rule_hash: None, held_until: None };
    let id = VoucherId::new(id).unwrap();
    voucher(id.as_str(), relief_transfers(&id, 1, &relief).unwrap())
}

/// What is free of an account.
async fn free(store: &Store, scope: &Scope, book: &BookId, account: &str) -> Fen {
    let rows = store.balances(scope, book).await.unwrap();
    rows.iter().find(|row| row.code.as_str() == account).unwrap().free()
}

const OF_BOOK: Sql = Sql("SELECT * FROM transfers WHERE book_id = $1 ORDER BY sequence");

/// A book's transfers as they lie there.
async fn transfers_of(store: &Store, book: &BookId) -> Vec<StoredTransfer> {
    let rows = all(&store.own(Backup), OF_BOOK, values![book.as_str()]).await.unwrap();
    rows.iter().map(|row| read_transfer(row).unwrap()).collect()
}
