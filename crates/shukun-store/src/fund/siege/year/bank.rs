//! The bank of a simulated year: what it has, and what it writes. It knows the books of nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use shukun_base::{Day, Fen};
use shukun_fund::BookId;
use shukun_fund::paying::PaymentId;

/// The bank's word for a payment that arrived.
pub(super) const PAID: &str = "成功";
/// Its words for one that did not.
pub(super) const REFUSED: [&str; 2] = ["户名不符", "账户已销户"];

#[derive(Default)]
struct Account {
    balance: Fen,
    /// What no statement has shown yet.
    rows: String,
}

#[derive(Default)]
pub(super) struct Bank(BTreeMap<BookId, Account>);

impl Bank {
    /// Money comes (above nothing) or goes (below).
    pub fn move_money(&mut self, book: &BookId, on: Day, amount: Fen, (account, remark): (&str, &str)) {
        let of = self.0.entry(book.clone()).or_default();
        of.balance += amount;
        let (out, came) =
            if amount.is_negative() { (yuan(-amount), String::new()) } else { (String::new(), yuan(amount)) };
        writeln!(of.rows, "{on},{out},{came},{},某甲,{account},{remark}", yuan(of.balance)).unwrap();
    }

    /// What moved since the last statement; nothing where nothing did.
    pub fn statement(&mut self, book: &BookId) -> Option<String> {
        let rows = std::mem::take(&mut self.0.get_mut(book)?.rows);
        (!rows.is_empty()).then(|| format!("交易日期,支出,收入,余额,对方户名,对方账号,附言\n{rows}"))
    }
}

/// A file of answers.
pub(super) fn answer(on: Day, rows: &[(PaymentId, Fen, &str)]) -> String {
    let rows = rows.iter().map(|(id, amount, result)| format!("{id},{},{result},{on}\n", yuan(*amount)));
    format!("付款编号,金额,处理结果,处理日期\n{}", rows.collect::<String>())
}

fn yuan(amount: Fen) -> String {
    format!("{}.{:02}", amount.0 / 100, amount.0 % 100)
}
