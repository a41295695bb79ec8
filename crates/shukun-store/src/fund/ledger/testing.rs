//! A county with books and an approved line, for the tests of what is paid.

use shukun_base::{ActorId, Day, Fen, Note, RegionCode};
use shukun_casework::authority::{Permission, Role};
use shukun_fund::ledger::{
    AccountCode, BookKind, BusinessKey, LineState, NewBook, NewTransfer, OnExpiry, PayableLine, Relief, Restriction,
    TransferCode, Voucher, relief_transfers,
};
use shukun_fund::{BookId, LineId, RestrictionId, TransferId, VoucherId};

use super::post::Posted;
use crate::error::Result;
use crate::fund::kept::{self, Keeping};
use crate::moment::Moment;
use crate::sql::{Sql, commit, execute, values};
use crate::testing::{at, grant, new_account, region, scopes};
use crate::wall::OwnWork::Backup;
use crate::{Scope, Store};

impl Store {
    /// Posts a voucher as the rooms of the fund do: each looks itself at who made and checked what, which this does
    /// not. Two that met are tried again, as those rooms are asked again.
    pub(crate) async fn post_voucher(&self, scope: &Scope, voucher: &Voucher, now: Moment) -> Result<Posted> {
        for book in voucher.books() {
            let region = self.place_of_book(scope, book).await?;
            scope.require(Permission::KeepBooks, Some(&region))?;
        }
        let mut tries = 0;
        loop {
            let posted = self
                .retry(|| async {
                    let tx = self.begin_within(scope).await?;
                    let posted = self.post_within(&tx, scope, voucher, now).await?;
                    commit(tx).await?;
                    Ok(posted)
                })
                .await;
            let Err(error) = posted else { return posted };
            tries += 1;
            match self.why_refused(scope, voucher, error).await {
                error if error.is_constraint() && tries < 5 => {}
                error => return Err(error),
            }
        }
    }
}

pub(crate) const DAY: Day = Day::constant(2026, 3, 2);

pub(crate) fn book(id: &str) -> BookId {
    BookId::new(id).unwrap()
}

pub(crate) fn code(code: &str) -> AccountCode {
    AccountCode::new(code).unwrap()
}

/// `maker` and `checker` of the charity federation, an auditor, a township, and a federation elsewhere.
pub(crate) async fn keepers(store: &Store) -> Vec<Scope> {
    let accounts = [
        new_account("maker", &[grant(Role::CharityFederation, "330381")]),
        new_account("checker", &[grant(Role::CharityFederation, "330381")]),
        new_account("au", &[grant(Role::Auditor, "330381")]),
        new_account("ts", &[grant(Role::Township, "330381001")]),
        new_account("other", &[grant(Role::CharityFederation, "330382")]),
    ];
    scopes(store, &accounts).await
}

/// The accounts beyond those that every book has.
pub(crate) const ACCOUNTS: &[&str] = &[
    "bank:main",
    "in-transit:b1",
    "reserve:2026",
    "relief:charity_relief",
    "approved-unpaid:charity_relief",
    "returned:closed-account",
    "due-to:town",
    "due-to:county",
    "due-from:town",
    "due-from:county",
    "pledge-due:p1",
];

pub(crate) fn restriction(book: &str, area: &str) -> Restriction {
    Restriction {
        id: RestrictionId::new(&format!("{book}-{area}")).unwrap(),
        donor: None,
        purposes: vec![],
        area: RegionCode::new(area),
        classes: vec![],
        valid_from: Day::constant(2026, 1, 1),
        valid_to: None,
        on_expiry: OnExpiry::Release,
        priority: 0,
    }
}

/// Two books, `county` and `town`, with every account and a pot for each of two towns.
pub(crate) async fn books(store: &Store, scope: &Scope) {
    for (id, place) in [("county", "330381"), ("town", "330381001")] {
        let new = NewBook {
            id: book(id),
            name: format!("{id} 基金"),
            owner: "测试慈善总会".to_owned(),
            kind: BookKind::CountyCharity,
            region: region(place),
        };
        store.open_book(scope, &new, at(1)).await.unwrap();
        for account in ACCOUNTS {
            store.open_account(scope, &book(id), &code(account), at(1)).await.unwrap();
        }
        for area in ["330381001", "330381002"] {
            store.open_pot(scope, &book(id), &restriction(id, area), at(1)).await.unwrap();
        }
    }
}

pub(crate) fn single(id: &str, book_id: &str, debit: &str, credit: &str, amount: i64) -> NewTransfer {
    let (id, accounts) = (TransferId::new(id).unwrap(), (code(debit), code(credit)));
    NewTransfer::single(id, book(book_id), accounts, Fen(amount), TransferCode::Correction)
}

pub(crate) fn voucher(id: &str, transfers: Vec<NewTransfer>) -> Voucher {
    Voucher {
        id: VoucherId::new(id).unwrap(),
        effective: DAY,
        words: Note::new("测试").unwrap(),
        maker: ActorId::new("maker").unwrap(),
        checker: ActorId::new("checker"),
        transfers,
    }
}

/// A line of 300 fen for a household of the first town.
pub(crate) fn line(number: u32) -> PayableLine {
    PayableLine {
        id: LineId::new(&format!("line-{number}")).unwrap(),
        book: book("county"),
        business_key: BusinessKey::parse(&format!("charity_relief|p{}|2026|c{number}|t1|1", number % 3)).unwrap(),
        amount: Fen(300),
        area: region("330381001001"),
        classes: vec![],
        state: LineState::Approved,
    }
}

const RESOLVE: Sql =
    Sql("INSERT INTO resolutions (resolution_id, book_id, number, decided_on, recorded_by, recorded_at)
    VALUES ($1, $2, '示例1号', '2026-03-01', 'test', 0) ON CONFLICT DO NOTHING");
const LINE: Sql =
    Sql("INSERT INTO resolution_lines (line_id, resolution_id, book_id, person_key, business_key, programme, area,
    classes, amount_fen, state) VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9)");

/// Writes a line down as the meeting's room will.
pub(crate) async fn resolve(store: &Store, line: &PayableLine) {
    let own = store.begin_own(Backup).await.unwrap();
    let (resolution, book) = (format!("{}-r1", line.book), line.book.as_str());
    let is_first = execute(&own, RESOLVE, values![resolution.as_str(), book]).await.unwrap() == 1;
    let key = &line.business_key;
    let values = values![
        line.id.as_str(),
        resolution.as_str(),
        book,
        key.person_key.as_str(),
        key.to_string(),
        key.programme.as_str(),
        line.area.as_str(),
        line.amount.0,
        line.state.key()
    ];
    execute(&own, LINE, values).await.unwrap();
    let keeping = Keeping { account_id: "test", region: &region("330381"), now: at(0) };
    if is_first {
        store.keep(&own, (&kept::RESOLUTION, values![resolution.as_str()]), keeping).await.unwrap();
    }
    store.keep(&own, (&kept::LINE, values![line.id.as_str()]), keeping).await.unwrap();
    commit(own).await.unwrap();
}

/// The relief of a line out of these pots, held or at once.
pub(crate) fn relief(id: &str, line: &PayableLine, shares: &[(&str, i64)], held_until: Option<Day>) -> Voucher {
    let shares: Vec<_> = shares.iter().map(|(pot, share)| (code(pot), Fen(*share))).collect();
    let relief = Relief { line, shares: &shares, cap: None, rule_hash: None, held_until };
    let id = VoucherId::new(id).unwrap();
    voucher(id.as_str(), relief_transfers(&id, 1, &relief).unwrap())
}

/// 1,000 fen free of restriction in the county's book.
pub(crate) fn opening() -> Voucher {
    let to = [("unrestricted", 1_000), ("pot:county-330381001", 200), ("reserve:2026", 50)];
    let transfers = to.map(|(to, amount)| single(&format!("open-{amount}"), "county", "bank:main", to, amount));
    voucher("opening", transfers.to_vec())
}
