//! Statements for everybody: drawn up by one person from closed months, published by another after the same figures were
//! drawn up once more from the same cut of the books. What was published is never changed, and periods follow each other
//! without a gap or an overlap, so that no two publications can be subtracted.
//!
//! INVARIANT: public totals are the sum of what was posted at the cut. Start at [`Store::draft_publication`].

pub(crate) mod figures;

#[cfg(test)]
mod tests;

use sea_orm::DatabaseTransaction;
use shukun_base::{ContentHash, Day, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::publishing::{Allowed, FundStatement, PublicationId, scan};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::fund::ledger::read::BookRow;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
use figures::{Span, draw_up};

statements! {
    DRAFT = "INSERT INTO publication_drafts (draft_id, book_id, from_day, to_day, body, ledger_seq, ledger_head, made_by,
        made_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting')";
    DRAFTED = "SELECT draft_id, book_id, body, made_by, state, made_at FROM publication_drafts WHERE draft_id = $1";
    DRAFTS = "SELECT draft_id, book_id, body, made_by, state, made_at FROM publication_drafts WHERE book_id = $1
        ORDER BY made_at DESC, draft_id";
    CHECKED = "UPDATE publication_drafts SET state = 'published', checked_by = $2, checked_at = $3
        WHERE draft_id = $1 AND state = 'waiting'";
    PUBLISH = "INSERT INTO publications (publication_id, book_id, from_day, to_day, body, ledger_seq, ledger_head, published_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    PUBLISHED = "SELECT publication_id, book_id, body, published_at FROM publications ORDER BY to_day DESC, publication_id";
    LAST_DAY = "SELECT MAX(to_day) AS last_day FROM publications WHERE book_id = $1";
}

/// A statement that everybody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its id.
    pub id: PublicationId,
    /// The statement.
    pub statement: FundStatement,
    /// Since when.
    pub published_at: Moment,
}

/// A statement that waits for its second person, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationDraft {
    /// Its id.
    pub id: PublicationId,
    /// The statement.
    pub statement: FundStatement,
    /// Who drew it up.
    pub made_by: String,
    /// When.
    pub made_at: Moment,
    /// Whether nobody published it yet.
    pub is_waiting: bool,
}

impl Store {
    /// Draws up the statement of a book from `from` to `to`; the same id again is the same draft.
    ///
    /// # Errors
    /// `store-forbidden`; `store-not-found` outside the caller's area; `store-publication-open` where a month of the period
    /// is not closed; `store-publication-period` where it does not follow the last one published; `store-publication-leak`
    /// where its words would lead to a person; `store-publication-sum` where its figures do not add up.
    pub async fn draft_publication(
        &self,
        scope: &Scope,
        (id, book): (&PublicationId, &BookId),
        (from, to): (Day, Day),
        now: Moment,
    ) -> Result<FundStatement> {
        let book = self.book(scope, book).await?;
        scope.require(Permission::PublishFund, Some(&book.region))?;
        if from > to || book.closed_through.is_none_or(|closed| to > closed) {
            return Err(not_closed());
        }
        let head = ContentHash::new(&book.head).ok_or_else(unreadable)?;
        let span = Span { book: book.id.clone(), name: book.name.clone(), from, to, sequence: book.sequence, head };
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            if let Some(known) = find(&tx, DRAFTED, values![id.as_str()]).await? {
                return Ok(read_draft(&known)?.statement);
            }
            self.require_next(&tx, &span).await?;
            let statement = draw_up(&tx, &span).await?;
            check(&statement)?;
            let body = serde_json::to_string(&statement).map_err(|_| unreadable())?;
            let by = scope.account_id().as_str();
            let (book_id, seq, head) = (span.book.as_str(), span.sequence, span.head.as_str());
            let values =
                values![id.as_str(), book_id, from.to_string(), to.to_string(), body, seq, head, by, millis(now)];
            execute(&tx, DRAFT, values).await?;
            self.append_publication(&tx, (Act::PublicationDrafted, scope), (id, &book.region), now).await?;
            tx.commit().await?;
            Ok(statement)
        })
        .await
    }

    /// Publishes a draft of somebody else, after its figures were drawn up once more from the same cut; published twice it
    /// is once.
    ///
    /// # Errors
    /// As [`Store::draft_publication`]; `store-publication-own` by who drew it up; `store-publication-sum` where the figures
    /// are not those of the draft.
    pub async fn publish(&self, scope: &Scope, id: &PublicationId, now: Moment) -> Result<()> {
        scope.require_anywhere(Permission::PublishFund)?;
        let draft = self.publication_draft(scope, id).await?;
        let book = self.book(scope, &draft.statement.book).await?;
        scope.require(Permission::PublishFund, Some(&book.region))?;
        if draft.made_by == scope.account_id().as_str() {
            return Err(own_draft());
        }
        if !draft.is_waiting {
            return Ok(());
        }
        let span = span_of(&draft.statement, &book)?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            self.require_next(&tx, &span).await?;
            let again = draw_up(&tx, &span).await?;
            check(&again)?;
            if again != draft.statement {
                return Err(does_not_add());
            }
            if execute(&tx, CHECKED, values![id.as_str(), scope.account_id().as_str(), millis(now)]).await? == 1 {
                let body = serde_json::to_string(&again).map_err(|_| unreadable())?;
                let (from, to) = (span.from.to_string(), span.to.to_string());
                let (book_id, head) = (span.book.as_str(), span.head.as_str());
                let values = values![id.as_str(), book_id, from, to, body, span.sequence, head, millis(now)];
                execute(&tx, PUBLISH, values).await?;
                self.append_publication(&tx, (Act::StatementPublished, scope), (id, &book.region), now).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// A draft in the caller's area.
    ///
    /// # Errors
    /// `store-not-found` outside it.
    pub async fn publication_draft(&self, scope: &Scope, id: &PublicationId) -> Result<PublicationDraft> {
        let pass = self.within(scope, Permission::ViewFund);
        let row = find(&pass, DRAFTED, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let draft = read_draft(&row)?;
        self.place_of_book(scope, &draft.statement.book).await?;
        Ok(draft)
    }

    /// The drafts of a book, newest first.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn publication_drafts(&self, scope: &Scope, book: &BookId) -> Result<Vec<PublicationDraft>> {
        self.place_of_book(scope, book).await?;
        let pass = self.within(scope, Permission::ViewFund);
        all(&pass, DRAFTS, values![book.as_str()]).await?.iter().map(read_draft).collect()
    }

    /// What was published, newest period first. For everybody: it asks for no scope.
    pub async fn publications(&self) -> Result<Vec<Publication>> {
        all(&self.db, PUBLISHED, values![]).await?.iter().map(read_publication).collect()
    }

    /// A period begins on the day after the last one published, or is the first.
    async fn require_next(&self, tx: &DatabaseTransaction, span: &Span) -> Result<()> {
        let row = find(tx, LAST_DAY, values![span.book.as_str()]).await?;
        let last: Option<String> = row.map(|row| row.get("last_day")).transpose()?.flatten();
        let Some(last) = last else { return Ok(()) };
        let last: Day = last.parse().map_err(|_| unreadable())?;
        if last.tomorrow().ok() == Some(span.from) { Ok(()) } else { Err(not_next()) }
    }

    async fn append_publication(
        &self,
        tx: &DatabaseTransaction,
        (act, scope): (Act, &Scope),
        (id, region): (&PublicationId, &RegionCode),
        now: Moment,
    ) -> Result<()> {
        let entry = Entry {
            account_id: scope.account_id().as_str(),
            act,
            object: Object::new("publication", id.as_str()),
            region: Some(region),
            fields: "",
            reason: None,
        };
        append(self, tx, now, entry).await
    }
}

/// Figures that add up, cells that are large enough, words that lead to nobody.
fn check(statement: &FundStatement) -> Result<()> {
    statement.check().map_err(|_| does_not_add())?;
    let words = vec![statement.fund.as_str().to_owned()];
    let text = format!("{} {}", statement.csv(), statement.resolutions.join(" | "));
    scan(&text, &Allowed { phones: Vec::new(), words }).map(|_| ()).map_err(|_| leaks())
}

fn span_of(statement: &FundStatement, book: &BookRow) -> Result<Span> {
    Ok(Span {
        book: statement.book.clone(),
        name: book.name.clone(),
        from: statement.from,
        to: statement.to,
        sequence: i64::try_from(statement.ledger_seq).map_err(|_| unreadable())?,
        head: statement.ledger_head.clone(),
    })
}

fn read_draft(row: &Row) -> Result<PublicationDraft> {
    let id = PublicationId::new(&row.get::<String>("draft_id")?).ok_or_else(unreadable)?;
    Ok(PublicationDraft {
        id,
        statement: read_body(row)?,
        made_by: row.get("made_by")?,
        made_at: moment(row.get("made_at")?)?,
        is_waiting: row.get::<String>("state")? == "waiting",
    })
}

fn read_publication(row: &Row) -> Result<Publication> {
    let id = PublicationId::new(&row.get::<String>("publication_id")?).ok_or_else(unreadable)?;
    Ok(Publication { id, statement: read_body(row)?, published_at: moment(row.get("published_at")?)? })
}

fn read_body(row: &Row) -> Result<FundStatement> {
    serde_json::from_str(&row.get::<String>("body")?).map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一份公开的基金报表读不懂。", "A statement of the fund cannot be read.")
}

fn no_name() -> StoreError {
    StoreError::refused(
        "store-publication-name",
        "账册名称里有数字或符号，不能用于公开：请改用只有文字的名称。",
        "The book's name holds digits or signs and cannot be published: give it a name of letters.",
    )
}

fn not_closed() -> StoreError {
    StoreError::refused(
        "store-publication-open",
        "这段时间里有没有结账的月份：请先结账再公布。",
        "A month of this period is not closed: close it first.",
    )
}

fn not_next() -> StoreError {
    StoreError::refused(
        "store-publication-period",
        "公布的时间要紧接上一次，不能重叠也不能空缺：请从上一次的后一天开始。",
        "A period follows the one published before it, without overlap or gap: begin on the day after it.",
    )
}

fn own_draft() -> StoreError {
    StoreError::refused(
        "store-publication-own",
        "自己编制的报表要由另一人公布。",
        "Another person publishes what you drew up.",
    )
}

fn does_not_add() -> StoreError {
    StoreError::refused(
        "store-publication-sum",
        "报表的数与同一时点的账不符，没有公布：请重新编制。",
        "The figures are not those of the books at the same cut; nothing was published: draw it up again.",
    )
}

fn leaks() -> StoreError {
    StoreError::refused(
        "store-publication-leak",
        "报表里有可能指向个人的内容，没有公布：请检查账册名称和决议编号。",
        "Something in the statement may lead to a person; nothing was published: look at the book's name and the resolutions' numbers.",
    )
}
