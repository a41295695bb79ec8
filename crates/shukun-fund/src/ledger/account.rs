//! Accounts of a book: the code says what an account is, on which side it stands and whether it may fall below nothing.
//!
//! How money goes through them:
//!
//! - a gift: Dr `bank:main` Cr `donation`, and in the same voucher Dr `donation` Cr `pot:…` (or `unrestricted`): income shows
//!   as the turnover of `donation`, what is left of it as a pot;
//! - relief: Dr `pot:…` Cr `relief:…` for each pot that pays a part (the funding), and Dr `relief:…` Cr `approved-unpaid:…` for
//!   the whole line (the payout): held when the resolution stands, posted when a second person approved;
//! - the bank: Dr `in-transit:…` Cr `bank:…` when the batch is sent, Dr `approved-unpaid:…` Cr `in-transit:…` line by line
//!   when the statement shows it; Dr `bank:…` Cr `returned:…` when a line comes back, Dr `returned:…` Cr `approved-unpaid:…`
//!   when it is issued again;
//! - a pledge is memo: Dr `pledge-due:…` Cr `pledge-promised`, back again when its instalment is received.

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::is_text_id;

shukun_base::words! {
    /// What an account is.
    pub enum AccountClass {
        Asset "asset" "资产" "assets",
        Liability "liability" "负债" "liabilities",
        NetAssets "net_assets" "净资产" "net assets",
        Income "income" "收入" "income",
        Expense "expense" "支出" "expense",
        Memo "memo" "备忘" "memo",
    }
}

shukun_base::words! {
    /// The side on which an account's balance stands.
    pub enum Side {
        Debit "D" "借" "debit",
        Credit "C" "贷" "credit",
    }
}

shukun_base::words! {
    /// The beginning of an account's code: everything about the account follows from it.
    pub enum AccountHead {
        Bank "bank" "银行存款" "bank",
        InTransit "in-transit" "在途款项" "in transit",
        DueFrom "due-from" "应收往来" "due from another book",
        ApprovedUnpaid "approved-unpaid" "已批未付" "approved, not yet paid",
        Returned "returned" "退汇待处理" "returned by the bank",
        RefundToDonor "refund-to-donor" "应退捐赠人" "to be given back to a donor",
        DueTo "due-to" "应付往来" "due to another book",
        Unrestricted "unrestricted" "非限定性净资产" "unrestricted",
        Pot "pot" "限定性净资产" "restricted pot",
        Reserve "reserve" "风险准备金" "reserve",
        Unit "unit" "村（社区）资金" "a village's own money",
        Donation "donation" "捐赠收入" "donations",
        Contribution "household-contribution" "家庭缴费收入" "contributions of households",
        Subsidy "subsidy" "补助收入" "subsidies",
        Interest "interest" "利息收入" "interest",
        Relief "relief" "救助支出" "relief",
        ServiceFee "service-fee" "服务费支出" "service fees",
        BankFee "bank-fee" "银行手续费" "bank fees",
        PledgePromised "pledge-promised" "认捐承诺" "promised by pledges",
        PledgeDue "pledge-due" "认捐应收" "due under a pledge",
    }
}

impl AccountHead {
    /// What an account that begins like this is.
    pub const fn class(self) -> AccountClass {
        use AccountHead::*;
        match self {
            Bank | InTransit | DueFrom => AccountClass::Asset,
            ApprovedUnpaid | Returned | RefundToDonor | DueTo => AccountClass::Liability,
            Unrestricted | Pot | Reserve | Unit => AccountClass::NetAssets,
            Donation | Contribution | Subsidy | Interest => AccountClass::Income,
            Relief | ServiceFee | BankFee => AccountClass::Expense,
            PledgePromised | PledgeDue => AccountClass::Memo,
        }
    }

    /// Whether more follows after a colon: which bank account, which pot.
    pub const fn is_of_something(self) -> bool {
        use AccountHead::*;
        !matches!(
            self,
            RefundToDonor
                | Unrestricted
                | Donation
                | Contribution
                | Subsidy
                | Interest
                | ServiceFee
                | BankFee
                | PledgePromised
        )
    }
}

/// The code of an account within its book, such as `bank:main`, `pot:r1`, `unrestricted`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountCode(String);

impl AccountCode {
    /// Reads a code; `None` where it begins with no known word or lacks what it is of.
    pub fn new(code: &str) -> Option<AccountCode> {
        let (head, of) = split(code);
        let head = AccountHead::find(head)?;
        let is_whole = if head.is_of_something() { of.is_some_and(is_text_id) } else { of.is_none() };
        is_whole.then(|| AccountCode(code.to_owned()))
    }

    /// The account of something: `of(AccountHead::Pot, restriction.as_str())`.
    pub fn of(head: AccountHead, of: &str) -> Option<AccountCode> {
        AccountCode::new(&format!("{head}:{of}"))
    }

    /// The account that there is one of in each book.
    pub fn only(head: AccountHead) -> Option<AccountCode> {
        AccountCode::new(head.key())
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word it begins with.
    pub fn head(&self) -> AccountHead {
        // A code is made by `new` alone, which knows its head; the last word is never reached.
        AccountHead::find(split(&self.0).0).unwrap_or(AccountHead::PledgeDue)
    }

    /// What it is of: the bank account, the restriction, the other book.
    pub fn part(&self) -> Option<&str> {
        split(&self.0).1
    }

    /// What it is.
    pub fn class(&self) -> AccountClass {
        self.head().class()
    }

    /// The side on which its balance stands.
    pub fn side(&self) -> Side {
        match (self.class(), self.head()) {
            (AccountClass::Asset | AccountClass::Expense, _) | (_, AccountHead::PledgeDue) => Side::Debit,
            _ => Side::Credit,
        }
    }

    /// Whether it may never fall below nothing, money held counted as gone.
    pub fn has_floor(&self) -> bool {
        matches!(self.class(), AccountClass::Asset | AccountClass::Liability | AccountClass::NetAssets)
    }
}

fn split(code: &str) -> (&str, Option<&str>) {
    code.split_once(':').map_or((code, None), |(head, of)| (head, Some(of)))
}

impl fmt::Display for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<AccountCode> for String {
    fn from(code: AccountCode) -> String {
        code.0
    }
}

impl TryFrom<String> for AccountCode {
    type Error = String;

    fn try_from(code: String) -> Result<AccountCode, String> {
        AccountCode::new(&code).ok_or_else(|| format!("{code:?} is no code of an account"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_follows_from_the_code() {
        // code, class, side, floor
        for (code, class, side, floor) in [
            ("bank:main", AccountClass::Asset, Side::Debit, true),
            ("in-transit:b1", AccountClass::Asset, Side::Debit, true),
            ("approved-unpaid:charity_relief", AccountClass::Liability, Side::Credit, true),
            ("due-to:town-1", AccountClass::Liability, Side::Credit, true),
            ("unrestricted", AccountClass::NetAssets, Side::Credit, true),
            ("pot:r1", AccountClass::NetAssets, Side::Credit, true),
            ("reserve:2026", AccountClass::NetAssets, Side::Credit, true),
            ("donation", AccountClass::Income, Side::Credit, false),
            ("relief:charity_relief", AccountClass::Expense, Side::Debit, false),
            ("pledge-promised", AccountClass::Memo, Side::Credit, false),
            ("pledge-due:p1-3", AccountClass::Memo, Side::Debit, false),
        ] {
            let account = AccountCode::new(code).unwrap();
            assert_eq!((account.class(), account.side(), account.has_floor()), (class, side, floor), "{code}");
        }
        for bad in ["", "pot", "pot:", "unrestricted:x", "cash", "pot:a b", "pot:a:b", "Bank:main", "relief"] {
            assert_eq!(AccountCode::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_head_makes_a_code() {
        for head in AccountHead::ALL {
            let made = if head.is_of_something() { AccountCode::of(*head, "x") } else { AccountCode::only(*head) };
            assert_eq!(made.unwrap().head(), *head);
        }
    }
}
