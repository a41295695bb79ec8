//! What a fund has to publish by when: the duties follow from the calendar, the books and the fund's own rules; kept is who
//! took one, and by what it was done.
//!
//! A campaign with a last day stands for a project that ended. One voucher is one transaction: what it moved at the bank,
//! one way less the other. Start at [`Store::duties`].

use std::collections::BTreeMap;

use shukun_base::{Day, Fen, Note, Text};
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::publishing::{
    Allowed, Duty, DutyFacts, DutyState, DutyTask, Every, Happened, OwnRules, PublicationId, duties, scan,
};

use super::unreadable;
use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::fund::ledger::read::BookRow;
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    OPENED = "SELECT book_id, opened_at FROM books";
    SET = "INSERT INTO disclosure_rules (rules_id, book_id, large_fen, every_months, within_days, words, since, set_by, set_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    // The newest of each book.
    RULES = "SELECT book_id, large_fen, every_months, within_days, words, since FROM disclosure_rules AS newest
        WHERE NOT EXISTS (SELECT 1 FROM disclosure_rules AS later WHERE later.book_id = newest.book_id
            AND (later.set_at > newest.set_at OR later.set_at = newest.set_at AND later.rules_id > newest.rules_id))";
    LARGE = "SELECT transfers.book_id, transfers.voucher_id, vouchers.words, MIN(transfers.effective) AS effective,
            CAST(ABS(SUM(CASE WHEN debit LIKE 'bank:%' THEN amount_fen ELSE -amount_fen END)) AS BIGINT) AS fen
        FROM transfers JOIN vouchers ON vouchers.voucher_id = transfers.voucher_id
        JOIN disclosure_rules AS newest ON newest.book_id = transfers.book_id AND newest.large_fen IS NOT NULL
            AND transfers.effective >= newest.since
        WHERE phase IN (0, 2) AND transfers.code <> 'opening' AND (debit LIKE 'bank:%') <> (credit LIKE 'bank:%')
            AND NOT EXISTS (SELECT 1 FROM disclosure_rules AS later WHERE later.book_id = newest.book_id
                AND (later.set_at > newest.set_at OR later.set_at = newest.set_at AND later.rules_id > newest.rules_id))
        GROUP BY transfers.book_id, transfers.voucher_id, vouchers.words, newest.large_fen
        HAVING ABS(SUM(CASE WHEN debit LIKE 'bank:%' THEN amount_fen ELSE -amount_fen END)) >= newest.large_fen";
    ENDED = "SELECT book_id, campaign_id, title, to_on FROM campaigns WHERE to_on IS NOT NULL AND to_on < $1";
    ACTS = "SELECT book_id, duty, subject, act, by_account, at, publication_id, words FROM disclosure_acts ORDER BY at, act_id";
    TAKE = "INSERT INTO disclosure_acts (act_id, book_id, duty, subject, act, by_account, at, publication_id, words)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    IS_DONE = "SELECT act_id FROM disclosure_acts WHERE book_id = $1 AND duty = $2 AND subject = $3 AND act = 'done'";
}

/// By what a duty was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A statement that this system published.
    Publication(PublicationId),
    /// Where else it was published, or why there is nothing to publish, in words.
    Words(Note),
}

/// That a duty was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneBy {
    /// Who said so.
    pub who: AccountId,
    /// When.
    pub at: Moment,
    /// By what.
    pub evidence: Evidence,
}

/// A duty of a book, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow {
    /// Whose.
    pub book: BookId,
    /// The book's name.
    pub book_name: String,
    /// What, since when, by when.
    pub task: DutyTask,
    /// Who took it, the last one.
    pub taken_by: Option<AccountId>,
    /// Whether and by what it was done.
    pub done: Option<DoneBy>,
}

impl DutyRow {
    /// How it stands.
    pub fn state(&self, today: Day) -> DutyState {
        self.task.state(self.done.is_some(), today)
    }
}

/// A book, what duty, of what.
type Key = (String, String, String);

/// Who took each duty, and by what it was done.
type Acts = BTreeMap<Key, (Option<AccountId>, Option<DoneBy>)>;

impl Store {
    /// The duties of every book that the caller publishes for, the first due day first; and the books' own rules.
    ///
    /// # Errors
    /// `store-forbidden` for who publishes nowhere.
    pub async fn duties(&self, scope: &Scope, now: Moment) -> Result<(Vec<DutyRow>, BTreeMap<BookId, OwnRules>)> {
        scope.require_anywhere(Permission::PublishFund)?;
        let mut books = self.books(scope).await?;
        books.retain(|book| scope.allows(Permission::PublishFund, Some(&book.region)));
        let pass = self.within(scope, Permission::PublishFund);
        let today = today_in_china(now);
        let rules = by_book(&all(&pass, RULES, values![]).await?, read_rules)?;
        let opened = by_book(&all(&pass, OPENED, values![]).await?, |row| moment(row.get("opened_at")?))?;
        let large =
            listed(&all(&pass, LARGE, values![]).await?, |row| happened(row, "voucher_id", "words", "effective"))?;
        let ended = all(&pass, ENDED, values![today.to_string()]).await?;
        let ended = listed(&ended, |row| happened(row, "campaign_id", "title", "to_on"))?;
        let acts = read_acts(&all(&pass, ACTS, values![]).await?)?;
        let mut rows = Vec::new();
        for book in &books {
            let nothing = Vec::new();
            let facts = DutyFacts {
                opened: opened.get(&book.id).map_or(today, |at| today_in_china(*at)),
                own: rules.get(&book.id),
                large: large.get(&book.id).unwrap_or(&nothing),
                ended: ended.get(&book.id).unwrap_or(&nothing),
            };
            rows.extend(duties(&facts, today).into_iter().map(|task| row_of(book, task, &acts)));
        }
        rows.sort_by_key(|row| row.task.due);
        Ok((rows, rules))
    }

    /// How many duties are overdue or due within two weeks, of every book that the caller publishes for.
    ///
    /// # Errors
    /// As [`Store::duties`].
    pub async fn pressing_duties(&self, scope: &Scope, now: Moment) -> Result<u64> {
        let (rows, _) = self.duties(scope, now).await?;
        let today = today_in_china(now);
        let is_pressing = |row: &&DutyRow| matches!(row.state(today), DutyState::Overdue | DutyState::Soon);
        Ok(u64::try_from(rows.iter().filter(is_pressing).count()).unwrap_or(u64::MAX))
    }

    /// Writes down what the fund's own charter or rules say of publishing; it holds from today on.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `store-disclosure-rules` where an amount is not above nothing or the words may lead
    /// to a person.
    pub async fn set_disclosure_rules(
        &self,
        scope: &Scope,
        book: &BookId,
        (large, every, words): (Option<Fen>, Option<Every>, &Note),
        now: Moment,
    ) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        if large.is_some_and(|large| large <= Fen::ZERO) {
            return Err(bad_rules());
        }
        let (id, by) = (self.chance.id()?, scope.account_id().as_str());
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![
                id.as_str(),
                book.as_str(),
                large.map(|large| large.0),
                every.map(|every| i64::from(every.months)),
                every.map(|every| i64::from(every.within_days)),
                words.as_str(),
                today_in_china(now).to_string(),
                by,
                millis(now),
            ];
            execute(&tx, SET, values).await?;
            let (act, object) = (Act::DisclosureRulesSet, Object::new("book", book.as_str()));
            let entry = Entry { account_id: by, act, object, region: Some(&region), fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Takes a duty; whoever takes it after takes it over.
    ///
    /// # Errors
    /// `store-not-found` where there is no such duty, `store-forbidden`; `store-duty-done` where it is done.
    pub async fn take_duty(
        &self,
        scope: &Scope,
        (book, duty, subject): (&BookId, Duty, &str),
        now: Moment,
    ) -> Result<()> {
        self.act_on_duty(scope, (book, duty, subject), None, now).await
    }

    /// Says by what a duty was done. Said twice with the same it is once.
    ///
    /// # Errors
    /// As [`Store::take_duty`]; `store-duty-evidence` where the publication is another book's, or the words may lead to a person.
    pub async fn finish_duty(
        &self,
        scope: &Scope,
        (book, duty, subject): (&BookId, Duty, &str),
        evidence: &Evidence,
        now: Moment,
    ) -> Result<()> {
        match evidence {
            Evidence::Publication(id) => {
                if self.publication(id).await.map_err(|_| bad_evidence())?.statement.book != *book {
                    return Err(bad_evidence());
                }
            }
            Evidence::Words(words) => {
                scan(words.as_str(), &Allowed::default()).map_err(|_| bad_evidence())?;
            }
        }
        self.act_on_duty(scope, (book, duty, subject), Some(evidence), now).await
    }

    async fn act_on_duty(
        &self,
        scope: &Scope,
        (book, duty, subject): (&BookId, Duty, &str),
        evidence: Option<&Evidence>,
        now: Moment,
    ) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        let (rows, _) = self.duties(scope, now).await?;
        let is_it = |row: &&DutyRow| row.book == *book && row.task.duty == duty && row.task.subject == subject;
        let known = rows.iter().find(is_it).ok_or_else(StoreError::not_found)?;
        if let Some(done) = &known.done {
            return if evidence == Some(&done.evidence) { Ok(()) } else { Err(done_already()) };
        }
        let (id, by) = (self.chance.id()?, scope.account_id().as_str());
        let (publication, words) = match evidence {
            Some(Evidence::Publication(id)) => (Some(id.as_str()), None),
            Some(Evidence::Words(words)) => (None, Some(words.as_str())),
            None => (None, None),
        };
        let act = if evidence.is_some() { "done" } else { "taken" };
        let done = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                if find(&tx, IS_DONE, values![book.as_str(), duty.key(), subject]).await?.is_some() {
                    return Err(done_already());
                }
                let at = millis(now);
                let values = values![id.as_str(), book.as_str(), duty.key(), subject, act, by, at, publication, words];
                execute(&tx, TAKE, values).await?;
                let fields = format!("{duty} {subject} {act}");
                let (object, region) = (Object::new("book", book.as_str()), Some(&region));
                let act = Act::DisclosureActed;
                let entry = Entry { account_id: by, act, object, region, fields: &fields, reason: None };
                append(self, &tx, now, entry).await?;
                Ok(tx.commit().await?)
            })
            .await;
        done.map_err(|error| if error.is_duplicate() { done_already() } else { error })
    }
}

fn row_of(book: &BookRow, task: DutyTask, acts: &Acts) -> DutyRow {
    let key = (book.id.as_str().to_owned(), task.duty.key().to_owned(), task.subject.clone());
    let (taken_by, done) = acts.get(&key).cloned().unwrap_or_default();
    DutyRow { book: book.id.clone(), book_name: book.name.clone(), task, taken_by, done }
}

fn book_of(row: &Row) -> Result<BookId> {
    BookId::new(&row.get::<String>("book_id")?).ok_or_else(unreadable)
}

fn by_book<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T>) -> Result<BTreeMap<BookId, T>> {
    rows.iter().map(|row| Ok((book_of(row)?, read(row)?))).collect()
}

fn listed<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T>) -> Result<BTreeMap<BookId, Vec<T>>> {
    let mut lists: BTreeMap<BookId, Vec<T>> = BTreeMap::new();
    for row in rows {
        lists.entry(book_of(row)?).or_default().push(read(row)?);
    }
    Ok(lists)
}

fn happened(row: &Row, id: &str, name: &str, on: &str) -> Result<Happened> {
    let amount = if id == "voucher_id" { Some(Fen(row.get("fen")?)) } else { None };
    Ok(Happened {
        id: row.get(id)?,
        name: row.get(name)?,
        on: row.get::<String>(on)?.parse().map_err(|_| unreadable())?,
        amount,
    })
}

fn read_rules(row: &Row) -> Result<OwnRules> {
    let (months, days): (Option<i64>, Option<i64>) = (row.get("every_months")?, row.get("within_days")?);
    let every = match months.zip(days) {
        Some((months, days)) => {
            let months = i8::try_from(months).map_err(|_| unreadable())?;
            Some(Every::new(months, u16::try_from(days).map_err(|_| unreadable())?).ok_or_else(unreadable)?)
        }
        None => None,
    };
    Ok(OwnRules {
        large: row.get::<Option<i64>>("large_fen")?.map(Fen),
        every,
        words: Note::new(&row.get::<String>("words")?).map_err(|_| unreadable())?,
        since: row.get::<String>("since")?.parse().map_err(|_| unreadable())?,
    })
}

fn read_acts(rows: &[Row]) -> Result<Acts> {
    let mut acts = Acts::new();
    for row in rows {
        let (taken, done) = acts.entry((row.get("book_id")?, row.get("duty")?, row.get("subject")?)).or_default();
        let who = AccountId::new(&row.get::<String>("by_account")?);
        match row.get::<String>("act")?.as_str() {
            "done" => *done = Some(DoneBy { who, at: moment(row.get("at")?)?, evidence: read_evidence(row)? }),
            _ => *taken = Some(who),
        }
    }
    Ok(acts)
}

fn read_evidence(row: &Row) -> Result<Evidence> {
    let publication: Option<String> = row.get("publication_id")?;
    if let Some(id) = publication {
        return PublicationId::new(&id).map(Evidence::Publication).ok_or_else(unreadable);
    }
    let words: Option<String> = row.get("words")?;
    Note::new(&words.unwrap_or_default()).map(Evidence::Words).map_err(|_| unreadable())
}

fn bad_rules() -> StoreError {
    StoreError::refused(
        "store-disclosure-rules",
        "重大交易的金额要大于零：章程没有规定就留空。",
        "The amount of a large transaction is above nothing: leave it empty where the charter says none.",
    )
}

fn bad_evidence() -> StoreError {
    let text = Text::new(
        "所选的公开报表不是这本账的，或说明里有可能指向个人的内容：请改正后再提交。",
        "The publication is not this book's, or the words may lead to a person: mend it and send it again.",
    );
    StoreError::refused("store-duty-evidence", text.zh, text.en)
}

fn done_already() -> StoreError {
    StoreError::refused(
        "store-duty-done",
        "这一事项已经登记为完成：请刷新后再看。",
        "This duty was reported as done already: reload and look again.",
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use sea_orm::ConnectionTrait as _;

    use super::super::tests::{code, paid, published};
    use super::*;
    use crate::fund::ledger::testing::book;
    use crate::testing::{at, on_both};
    use crate::wall::OwnWork::Backup;

    fn note(words: &str) -> Note {
        Note::new(words).unwrap()
    }

    fn told(rows: &[DutyRow]) -> Vec<(BookId, Duty, String, Day)> {
        let all = rows.iter().filter(|row| row.task.duty != Duty::AnnualReport);
        all.map(|row| (row.book.clone(), row.task.duty, row.task.subject.clone(), row.task.due)).collect()
    }

    #[test]
    fn nothing_is_large_or_regular_before_somebody_wrote_so() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = paid(&store).await;
            let (rows, rules) = store.duties(&people[0], at(10)).await.unwrap();
            assert!(told(&rows).is_empty() && rules.is_empty());
            assert_eq!(rows.len(), 2, "this year's report of each of the two books");
            assert_eq!(code(store.duties(&people[2], at(10)).await.unwrap_err()), "store-forbidden");
            let (county, town) = (book("county"), book("town"));
            let zero =
                store.set_disclosure_rules(&people[0], &county, (Some(Fen::ZERO), None, &note("示例")), at(10)).await;
            assert_eq!(code(zero.unwrap_err()), "store-disclosure-rules");
            let set = (Some(Fen(100)), Every::new(1, 20), &note("示例规定，不是任何县的规定"));
            store.set_disclosure_rules(&people[0], &county, set, at(10)).await.unwrap();
            store.own(Backup).execute_unprepared(CAMPAIGN).await.unwrap();
            // The vouchers of the fixture are of the day on which the rules were written; the opening and the fee are
            // movements of the bank, what relief owes is none.
            let (rows, rules) = store.duties(&people[0], at(40 * 24 * 60)).await.unwrap();
            let due = |duty: Duty| {
                told(&rows).into_iter().filter(|row| row.1 == duty).map(|row| (row.0, row.2, row.3)).collect::<Vec<_>>()
            };
            assert_eq!(due(Duty::BigTransaction), [(county.clone(), "opening".to_owned(), date(2026, 4, 1))]);
            assert_eq!(due(Duty::Leftovers), [(town, "c-1".to_owned(), date(2026, 6, 3))]);
            assert_eq!(due(Duty::Regular), [(county.clone(), "2026-03-31".to_owned(), date(2026, 4, 20))]);
            assert_eq!(rules[&county].large, Some(Fen(100)));
            assert_eq!(store.pressing_duties(&people[0], at(40 * 24 * 60)).await.unwrap(), 2);
            store.set_disclosure_rules(&people[0], &county, (None, None, &note("暂无规定")), at(20)).await.unwrap();
            assert_eq!(told(&store.duties(&people[0], at(40 * 24 * 60)).await.unwrap().0).len(), 1);
        });
    }

    const CAMPAIGN: &str =
        "INSERT INTO campaigns VALUES ('c-1', '330381001', 'town', NULL, 'appeal', '示例活动', '', '2026-02-01',
        '2026-03-03', NULL, '')";

    #[test]
    fn a_duty_is_taken_and_done_once_by_evidence() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = paid(&store).await;
            let publication = published(&store, &people).await;
            let (county, town) = (book("county"), book("town"));
            let of = |book| (book, Duty::AnnualReport, "2026");
            store.take_duty(&people[1], of(&county), at(9)).await.unwrap();
            let other = Evidence::Publication(publication.clone());
            let wrong = store.finish_duty(&people[0], of(&town), &other, at(10)).await;
            assert_eq!(code(wrong.unwrap_err()), "store-duty-evidence");
            let none = store.finish_duty(&people[0], (&county, Duty::AnnualReport, "1999"), &other, at(10)).await;
            assert_eq!(code(none.unwrap_err()), "store-not-found");
            for _ in 0..2 {
                store.finish_duty(&people[0], of(&county), &other, at(10)).await.unwrap();
            }
            let words = Evidence::Words(note("已在慈善中国公布"));
            store.finish_duty(&people[0], of(&town), &words, at(10)).await.unwrap();
            let again = store.finish_duty(&people[1], of(&county), &words, at(11)).await;
            assert_eq!(code(again.unwrap_err()), "store-duty-done");
            let leak = Evidence::Words(note("材料在肺癌患者家里"));
            let leak = store.finish_duty(&people[0], of(&town), &leak, at(11)).await;
            assert_eq!(code(leak.unwrap_err()), "store-duty-evidence");
            let (rows, _) = store.duties(&people[0], at(12)).await.unwrap();
            assert!(rows.iter().all(|row| row.done.is_some()), "{rows:?}");
            let row = rows.iter().find(|row| row.book == county).unwrap();
            assert_eq!(row.taken_by.as_ref(), Some(people[1].account_id()));
            assert_eq!(row.done.as_ref().map(|done| &done.evidence), Some(&other));
            let forge = "UPDATE disclosure_acts SET words = ''";
            assert!(store.own(Backup).execute_unprepared(forge).await.is_err());
            store.verify_audit(None).await.unwrap();
        });
    }
}
