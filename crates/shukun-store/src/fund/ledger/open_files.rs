//! Whole books for open files, read at one moment in the program's own name; that they were taken is written down.

use std::collections::BTreeMap;

use shukun_fund::BookId;
use shukun_fund::ledger::audit::{Audited, AuditedBook};
use shukun_fund::ledger::open_files::WholeBook;

use super::check::{Loaded, load_audited};
use super::unreadable;
use crate::audit::{Act, Entry, Object, append};
use crate::error::Result;
use crate::moment::Moment;
use crate::sql::{all, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    NAMES = "SELECT book_id, name, owner FROM books";
}

impl Store {
    /// Every book whole, or the one that is named; for whoever has the database and its keys in hand anyway. Each that is
    /// taken leaves a row in the audit trail before anything is given out.
    ///
    /// # Errors
    /// `store-damaged` where a row is not of its form.
    pub async fn whole_books(&self, only: Option<&BookId>, now: Moment) -> Result<Vec<WholeBook>> {
        let tx = self.begin_snapshot(OwnWork::Books).await?;
        let Loaded { audited: known, unread } = load_audited(&tx).await?;
        if !unread.is_empty() {
            return Err(unreadable());
        }
        let mut names = BTreeMap::new();
        for row in all(&tx, NAMES, values![]).await? {
            names.insert(row.get::<String>("book_id")?, (row.get::<String>("name")?, row.get::<String>("owner")?));
        }
        tx.rollback().await?;
        let wanted = known.books.iter().filter(|book| only.is_none_or(|only| *only == book.id));
        let named = |book: &AuditedBook| names.get(book.id.as_str()).cloned().unwrap_or_default();
        let books: Vec<WholeBook> = wanted.map(|book| whole(&known, book, named(book))).collect();
        self.write_taken(&books, now).await?;
        Ok(books)
    }

    async fn write_taken(&self, books: &[WholeBook], now: Moment) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_own(OwnWork::Books).await?;
            for book in books {
                let object = Object::new("book", book.id.as_str());
                let fields = book.head.0.to_string();
                let region = Some(&book.region);
                let entry =
                    Entry { account_id: "", act: Act::BookTaken, object, region, fields: &fields, reason: None };
                append(self, &tx, now, entry).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn whole(known: &Audited, book: &AuditedBook, (name, owner): (String, String)) -> WholeBook {
    let transfers: Vec<_> = known.transfers.iter().filter(|row| row.transfer.book == book.id).cloned().collect();
    let mut vouchers: Vec<_> = transfers.iter().map(|row| &row.voucher).collect();
    vouchers.dedup();
    WholeBook {
        id: book.id.clone(),
        name,
        owner,
        kind: book.kind,
        region: book.region.clone(),
        head: book.head,
        closed_through: book.closed_through,
        accounts: book.accounts.clone(),
        vouchers: vouchers.into_iter().filter_map(|id| known.vouchers.get(id).cloned()).collect(),
        transfers,
        months: known.months.iter().filter(|month| month.book == book.id).cloned().collect(),
    }
}
