//! Statements for everybody: drawn up by one person from closed months, published by another after the same figures were
//! drawn up once more from the same cut of the books. What was published is never changed, and periods follow each other
//! without a gap or an overlap, so that no two publications can be subtracted.
//!
//! INVARIANT: public totals are the sum of what was posted at the cut; no two figures of payouts, whenever they were published,
//! have a difference that is about fewer than eleven households. Start at [`Store::draft_publication`].

pub(crate) mod duties;
pub(crate) mod figures;
pub(crate) mod households;
pub(crate) mod notes;

#[cfg(test)]
mod tests;

use sea_orm::DatabaseTransaction;
use shukun_base::{ContentHash, Day, Note, RegionCode, words};
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::publishing::{Allowed, FundStatement, PublicationId, PublishedSet, may_follow, scan};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::fund::kept::{self, Keeping, Kept};
use crate::fund::ledger::read::BookRow;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
pub use duties::{DoneBy, DutyRow, Evidence};
use figures::{Drawn, Span};
pub use notes::{NoteDraft, NoteEntry, PublishedNote};

statements! {
    DRAFT = "INSERT INTO publication_drafts (draft_id, book_id, from_day, to_day, body, ledger_seq, ledger_head, made_by,
        made_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting')";
    DRAFTED = "SELECT draft_id, book_id, body, made_by, state, made_at, reason, ended_by FROM publication_drafts
        WHERE draft_id = $1";
    DRAFTS = "SELECT draft_id, publication_drafts.book_id, body, made_by, state, made_at, reason, ended_by
        FROM publication_drafts WHERE state <> 'published' ORDER BY made_at DESC, draft_id LIMIT 200";
    WITHDRAW = "UPDATE publication_drafts SET state = 'refused', reason = $2, ended_by = $3
        WHERE draft_id = $1 AND state = 'waiting'";
    CHECKED = "UPDATE publication_drafts SET state = 'published', checked_by = $2, checked_at = $3
        WHERE draft_id = $1 AND state = 'waiting'";
    PUBLISH = "INSERT INTO publications (publication_id, book_id, from_day, to_day, body, ledger_seq, ledger_head, published_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    PUBLISHED = "SELECT publication_id, book_id, body, published_at FROM publications ORDER BY to_day DESC, publication_id";
    KEEP_SET = "INSERT INTO publication_sets (publication_id, set_number, book_id, payments) VALUES ($1, $2, $3, $4)";
    SETS = "SELECT payments FROM publication_sets WHERE book_id = $1 ORDER BY publication_id, set_number";
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

words! {
    /// Where a draft stands.
    pub enum PublicationState {
        Waiting "waiting" "待另一人公布" "waits for another person",
        Published "published" "已公布" "published",
        Refused "refused" "已撤下" "withdrawn",
    }
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
    /// Where it stands.
    pub state: PublicationState,
    /// Why it was withdrawn, and by whom.
    pub withdrawn: Option<(Note, String)>,
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
        let (region, name, sequence) = (book.region.clone(), book.name.clone(), book.sequence);
        let span = Span { book: book.id.clone(), region, name, from, to, sequence, head };
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            if let Some(known) = find(&tx, DRAFTED, values![id.as_str()]).await? {
                return Ok(read_draft(&known)?.statement);
            }
            self.require_next(&tx, &span).await?;
            let Drawn { statement, sets } = self.draw_up(&tx, &span).await?;
            check(&statement)?;
            require_apart(&tx, &span.book, &sets).await?;
            let body = serde_json::to_string(&statement).map_err(|_| unreadable())?;
            let by = scope.account_id().as_str();
            let (book_id, seq, head) = (span.book.as_str(), span.sequence, span.head.as_str());
            let values =
                values![id.as_str(), book_id, from.to_string(), to.to_string(), body, seq, head, by, millis(now)];
            execute(&tx, DRAFT, values).await?;
            self.append_publication(&tx, (Act::PublicationDrafted, scope), (id, &book.region), now).await?;
            self.keep_publication(&tx, (scope, &book.region), [(&kept::DRAFT, id.as_str())], now).await?;
            tx.commit().await?;
            Ok(statement)
        })
        .await
    }

    /// Publishes a draft of somebody else, after its figures were drawn up once more from the same cut and compared with all
    /// that was published before; published twice it is once. The bank may agree further by then than the draft says.
    ///
    /// # Errors
    /// As [`Store::draft_publication`]; `store-publication-own` by who drew it up; `store-publication-sum` where the figures
    /// are not those of the draft; `store-publication-done` where it was withdrawn.
    pub async fn publish(&self, scope: &Scope, id: &PublicationId, now: Moment) -> Result<()> {
        scope.require_anywhere(Permission::PublishFund)?;
        let draft = self.publication_draft(scope, id).await?;
        let book = self.book(scope, &draft.statement.book).await?;
        scope.require(Permission::PublishFund, Some(&book.region))?;
        if draft.made_by == scope.account_id().as_str() {
            return Err(own_draft());
        }
        match draft.state {
            PublicationState::Waiting => {}
            PublicationState::Published => return Ok(()),
            PublicationState::Refused => return Err(not_waiting()),
        }
        let span = span_of(&draft.statement, &book)?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            self.require_next(&tx, &span).await?;
            let Drawn { statement: again, sets } = self.draw_up(&tx, &span).await?;
            check(&again)?;
            let is_same =
                FundStatement { reconciled_to: draft.statement.reconciled_to, ..again.clone() } == draft.statement;
            if !is_same || again.reconciled_to < draft.statement.reconciled_to {
                return Err(does_not_add());
            }
            require_apart(&tx, &span.book, &sets).await?;
            self.still_kept(&tx, (&kept::DRAFT, values![id.as_str()])).await?;
            if execute(&tx, CHECKED, values![id.as_str(), scope.account_id().as_str(), millis(now)]).await? == 1 {
                let body = serde_json::to_string(&draft.statement).map_err(|_| unreadable())?;
                let (from, to) = (span.from.to_string(), span.to.to_string());
                let (book_id, head) = (span.book.as_str(), span.head.as_str());
                let values = values![id.as_str(), book_id, from, to, body, span.sequence, head, millis(now)];
                execute(&tx, PUBLISH, values).await?;
                keep_sets(&tx, (id, &span.book), &sets).await?;
                self.append_publication(&tx, (Act::StatementPublished, scope), (id, &book.region), now).await?;
                let records = [&kept::DRAFT, &kept::PUBLICATION, &kept::PUBLISHED_SETS].map(|kept| (kept, id.as_str()));
                self.keep_publication(&tx, (scope, &book.region), records, now).await?;
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

    /// Takes a draft back that nobody published yet, with a reason. Whoever may publish may do so, also who drew it up.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `store-publication-done` where it is published, `store-publication-leak` where the
    /// reason may lead to a person.
    pub async fn withdraw_publication(
        &self,
        scope: &Scope,
        id: &PublicationId,
        reason: &Note,
        now: Moment,
    ) -> Result<()> {
        let draft = self.publication_draft(scope, id).await?;
        let region = self.place_of_book(scope, &draft.statement.book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        scan(reason.as_str(), &Allowed::default()).map_err(|_| leaks())?;
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            self.still_kept(&tx, (&kept::DRAFT, values![id.as_str()])).await?;
            if execute(&tx, WITHDRAW, values![id.as_str(), reason.as_str(), by]).await? == 0 {
                let same = draft.withdrawn.as_ref().is_some_and(|(words, who)| words == reason && who == by);
                return if same { Ok(()) } else { Err(not_waiting()) };
            }
            self.append_publication(&tx, (Act::PublicationWithdrawn, scope), (id, &region), now).await?;
            self.keep_publication(&tx, (scope, &region), [(&kept::DRAFT, id.as_str())], now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The drafts of the caller's area that wait or were withdrawn, newest first.
    ///
    /// # Errors
    /// `store-forbidden` for who looks at no fund.
    pub async fn publication_drafts(&self, scope: &Scope) -> Result<Vec<PublicationDraft>> {
        let books: Vec<BookId> = self.books(scope).await?.into_iter().map(|book| book.id).collect();
        let pass = self.within(scope, Permission::ViewFund);
        let drafts: Result<Vec<_>> = all(&pass, DRAFTS, values![]).await?.iter().map(read_draft).collect();
        Ok(drafts?.into_iter().filter(|draft| books.contains(&draft.statement.book)).collect())
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

    /// The hashes of what was written with it.
    async fn keep_publication<const N: usize>(
        &self,
        tx: &DatabaseTransaction,
        (scope, region): (&Scope, &RegionCode),
        records: [(&Kept, &str); N],
        now: Moment,
    ) -> Result<()> {
        for (kept, id) in records {
            self.keep(tx, (kept, values![id]), Keeping { account_id: scope.account_id().as_str(), region, now })
                .await?;
        }
        Ok(())
    }
}

/// No figure of payouts and one published before have a difference that is about few.
async fn require_apart(tx: &DatabaseTransaction, book: &BookId, sets: &[PublishedSet]) -> Result<()> {
    let read = |row: &Row| serde_json::from_str(&row.get::<String>("payments")?).map_err(|_| unreadable());
    let history: Vec<PublishedSet> =
        all(tx, SETS, values![book.as_str()]).await?.iter().map(read).collect::<Result<_>>()?;
    if sets.iter().all(|set| may_follow(&history, set)) { Ok(()) } else { Err(too_near()) }
}

async fn keep_sets(
    tx: &DatabaseTransaction,
    (id, book): (&PublicationId, &BookId),
    sets: &[PublishedSet],
) -> Result<()> {
    for (number, set) in (0_i64..).zip(sets) {
        let payments = serde_json::to_string(set).map_err(|_| unreadable())?;
        execute(tx, KEEP_SET, values![id.as_str(), number, book.as_str(), payments]).await?;
    }
    Ok(())
}

/// Figures that add up, cells that are large enough, words that lead to nobody. Names of donors were looked at one by one when
/// they were made plain names; codes of places and hashes are numbers of no person.
fn check(statement: &FundStatement) -> Result<()> {
    statement.check().map_err(|_| does_not_add())?;
    let words = vec![statement.fund.as_str().to_owned()];
    let keys: Vec<String> = statement.figures().into_iter().map(|(key, _)| key).collect();
    let numbers: Vec<&str> = statement.resolutions.iter().map(|one| one.number.as_str()).collect();
    let text = format!("{} | {} | {}", statement.fund.as_str(), keys.join(" | "), numbers.join(" | "));
    scan(&text, &Allowed { phones: Vec::new(), words }).map(|_| ()).map_err(|_| leaks())
}

fn span_of(statement: &FundStatement, book: &BookRow) -> Result<Span> {
    Ok(Span {
        book: statement.book.clone(),
        region: book.region.clone(),
        name: book.name.clone(),
        from: statement.from,
        to: statement.to,
        sequence: i64::try_from(statement.ledger_seq).map_err(|_| unreadable())?,
        head: statement.ledger_head.clone(),
    })
}

fn read_draft(row: &Row) -> Result<PublicationDraft> {
    let id = PublicationId::new(&row.get::<String>("draft_id")?).ok_or_else(unreadable)?;
    let (reason, ended_by): (Option<String>, Option<String>) = (row.get("reason")?, row.get("ended_by")?);
    let reason = reason.map(|words| Note::new(&words).map_err(|_| unreadable())).transpose()?;
    Ok(PublicationDraft {
        id,
        statement: read_body(row)?,
        made_by: row.get("made_by")?,
        made_at: moment(row.get("made_at")?)?,
        state: PublicationState::find(&row.get::<String>("state")?).ok_or_else(unreadable)?,
        withdrawn: reason.zip(ended_by),
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

fn not_waiting() -> StoreError {
    StoreError::refused(
        "store-publication-done",
        "这份草稿已经公布或已经撤下，没有改动：请刷新后再看；公布了的只能更正。",
        "This draft was published or withdrawn already and nothing was changed: reload and look again; what is published can only be corrected.",
    )
}

fn too_near() -> StoreError {
    StoreError::refused(
        "store-publication-near",
        "这份报表与以前公布的数相减，会得出不足11户的金额，没有公布：请把期间延长后重新编制。",
        "Subtracted from what was published before, these figures would tell of fewer than 11 households; nothing was published: draw up a longer period.",
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
