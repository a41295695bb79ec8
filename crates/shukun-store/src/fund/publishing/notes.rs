//! Corrections: one person draws a note up, another publishes it. What it corrects is not touched.
//!
//! Start at [`Store::draft_note`].

use std::collections::BTreeMap;

use shukun_base::{Fen, Note};
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::publishing::{NoteBody, NoteId, PublicationId, plan_note};

use super::{PublicationState, not_waiting, own_draft, read_publication, unreadable};
use crate::audit::Act;
use crate::error::{Result, StoreError};
use crate::fund::kept;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    DRAFT = "INSERT INTO publication_note_drafts (note_id, publication_id, book_id, body, made_by, made_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting')";
    DRAFTED = "SELECT note_id, publication_id, book_id, body, made_by, made_at, state FROM publication_note_drafts
        WHERE note_id = $1";
    DRAFTS = "SELECT note_id, publication_id, book_id, body, made_by, made_at, state FROM publication_note_drafts
        WHERE publication_id = $1 AND state = 'waiting' ORDER BY made_at, note_id";
    CHECK = "UPDATE publication_note_drafts SET state = 'published', checked_by = $2 WHERE note_id = $1 AND state = 'waiting'";
    REFUSE = "UPDATE publication_note_drafts SET state = 'refused' WHERE note_id = $1 AND state = 'waiting'";
    PUBLISH = "INSERT INTO publication_notes (publication_id, note_number, note_id, body, published_at)
        VALUES ($1, 1 + (SELECT COUNT(*) FROM publication_notes WHERE publication_id = $1), $2, $3, $4)";
    NOTES = "SELECT publication_id, note_number, body, published_at FROM publication_notes ORDER BY publication_id, note_number";
    NOTES_OF = "SELECT publication_id, note_number, body, published_at FROM publication_notes WHERE publication_id = $1
        ORDER BY note_number";
    PUBLISHED_ONE = "SELECT publication_id, book_id, body, published_at FROM publications WHERE publication_id = $1";
}

/// A correction that everybody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedNote {
    /// Its number on the publication, from 1.
    pub number: i64,
    /// What it says.
    pub body: NoteBody,
    /// Since when.
    pub published_at: Moment,
}

/// A correction that waits for its second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDraft {
    /// Its id.
    pub id: NoteId,
    /// What it corrects.
    pub publication: PublicationId,
    /// In whose book.
    pub book: BookId,
    /// What it says.
    pub body: NoteBody,
    /// Who drew it up.
    pub made_by: String,
    /// When.
    pub made_at: Moment,
    /// Where it stands.
    pub state: PublicationState,
}

/// A correction as somebody writes it.
#[derive(Clone, Debug)]
pub struct NoteEntry {
    /// Its id, made before it is sent.
    pub id: NoteId,
    /// What it corrects.
    pub publication: PublicationId,
    /// What was wrong and why.
    pub words: Note,
    /// The same in English.
    pub words_en: Option<Note>,
    /// The figure's key and its right value, where one was wrong.
    pub figure: Option<(String, Fen)>,
}

impl Store {
    /// Draws a correction up; the same id again is the same draft.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `store-correction` where it says nothing, names no figure of the statement, or may
    /// lead to a person.
    pub async fn draft_note(&self, scope: &Scope, entry: &NoteEntry, now: Moment) -> Result<NoteBody> {
        let publication = self.publication(&entry.publication).await?;
        let book = self.book(scope, &publication.statement.book).await?;
        scope.require(Permission::PublishFund, Some(&book.region))?;
        let figure = entry.figure.as_ref().map(|(key, is)| (key.as_str(), *is));
        let planned = plan_note(&publication.statement, entry.words.clone(), entry.words_en.clone(), figure);
        let body = planned.map_err(|fault| {
            let text = fault.text();
            StoreError::refused("store-correction", text.zh, text.en)
        })?;
        let stored = serde_json::to_string(&body).map_err(|_| unreadable())?;
        let (id, by) = (entry.id.as_str(), scope.account_id().as_str());
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            if let Some(known) = find(&tx, DRAFTED, values![id]).await? {
                return Ok(read_draft(&known)?.body);
            }
            let of = (publication.id.as_str(), book.id.as_str());
            execute(&tx, DRAFT, values![id, of.0, of.1, stored.as_str(), by, millis(now)]).await?;
            self.append_publication(&tx, (Act::NoteDrafted, scope), (&entry.publication, &book.region), now).await?;
            self.keep_publication(&tx, (scope, &book.region), [(&kept::NOTE_DRAFT, id)], now).await?;
            tx.commit().await?;
            Ok(body.clone())
        })
        .await
    }

    /// Publishes somebody else's correction; published twice it is once.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `store-publication-own` by who drew it up; `store-publication-done` where it was
    /// withdrawn.
    pub async fn publish_note(&self, scope: &Scope, id: &NoteId, now: Moment) -> Result<()> {
        let draft = self.note_draft(scope, id).await?;
        let region = self.place_of_book(scope, &draft.book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        let by = scope.account_id().as_str();
        if draft.made_by == by {
            return Err(own_draft());
        }
        let body = serde_json::to_string(&draft.body).map_err(|_| unreadable())?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            self.still_kept(&tx, (&kept::NOTE_DRAFT, values![id.as_str()])).await?;
            if execute(&tx, CHECK, values![id.as_str(), by]).await? == 0 {
                let now_is = find(&tx, DRAFTED, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
                let is_published = read_draft(&now_is)?.state == PublicationState::Published;
                return if is_published { Ok(()) } else { Err(not_waiting()) };
            }
            let values = values![draft.publication.as_str(), id.as_str(), body.as_str(), millis(now)];
            execute(&tx, PUBLISH, values).await?;
            self.append_publication(&tx, (Act::NotePublished, scope), (&draft.publication, &region), now).await?;
            let records = [&kept::NOTE_DRAFT, &kept::NOTE].map(|kept| (kept, id.as_str()));
            self.keep_publication(&tx, (scope, &region), records, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Takes a correction back that nobody published yet.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `store-publication-done` where it is published.
    pub async fn withdraw_note(&self, scope: &Scope, id: &NoteId, now: Moment) -> Result<()> {
        let draft = self.note_draft(scope, id).await?;
        let region = self.place_of_book(scope, &draft.book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            self.still_kept(&tx, (&kept::NOTE_DRAFT, values![id.as_str()])).await?;
            if execute(&tx, REFUSE, values![id.as_str()]).await? == 0 {
                return if draft.state == PublicationState::Refused { Ok(()) } else { Err(not_waiting()) };
            }
            self.append_publication(&tx, (Act::NoteWithdrawn, scope), (&draft.publication, &region), now).await?;
            self.keep_publication(&tx, (scope, &region), [(&kept::NOTE_DRAFT, id.as_str())], now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// A correction that was drawn up in the caller's area.
    ///
    /// # Errors
    /// `store-not-found` outside it.
    pub async fn note_draft(&self, scope: &Scope, id: &NoteId) -> Result<NoteDraft> {
        let pass = self.within(scope, Permission::ViewFund);
        let row = find(&pass, DRAFTED, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let draft = read_draft(&row)?;
        self.place_of_book(scope, &draft.book).await?;
        Ok(draft)
    }

    /// Corrections of a publication that wait for their second person.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn note_drafts(&self, scope: &Scope, publication: &PublicationId) -> Result<Vec<NoteDraft>> {
        let book = self.publication(publication).await?.statement.book;
        self.place_of_book(scope, &book).await?;
        let pass = self.within(scope, Permission::ViewFund);
        all(&pass, DRAFTS, values![publication.as_str()]).await?.iter().map(read_draft).collect()
    }

    /// One publication. For everybody: it asks for no scope.
    ///
    /// # Errors
    /// `store-not-found` where there is none.
    pub async fn publication(&self, id: &PublicationId) -> Result<super::Publication> {
        let row = find(&self.db, PUBLISHED_ONE, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        read_publication(&row)
    }

    /// The corrections of a publication, in order. For everybody.
    pub async fn notes_of(&self, id: &PublicationId) -> Result<Vec<PublishedNote>> {
        let rows = all(&self.db, NOTES_OF, values![id.as_str()]).await?;
        rows.iter().map(|row| Ok(read_note(row)?.1)).collect()
    }

    /// Every correction, by its publication. For everybody.
    pub async fn publication_notes(&self) -> Result<BTreeMap<PublicationId, Vec<PublishedNote>>> {
        let mut notes: BTreeMap<PublicationId, Vec<PublishedNote>> = BTreeMap::new();
        for row in all(&self.db, NOTES, values![]).await? {
            let (of, note) = read_note(&row)?;
            notes.entry(of).or_default().push(note);
        }
        Ok(notes)
    }
}

fn read_note(row: &Row) -> Result<(PublicationId, PublishedNote)> {
    let note = PublishedNote {
        number: row.get("note_number")?,
        body: read_body(row)?,
        published_at: moment(row.get("published_at")?)?,
    };
    Ok((read_id(row)?, note))
}

fn read_draft(row: &Row) -> Result<NoteDraft> {
    Ok(NoteDraft {
        id: NoteId::new(&row.get::<String>("note_id")?).ok_or_else(unreadable)?,
        publication: read_id(row)?,
        book: BookId::new(&row.get::<String>("book_id")?).ok_or_else(unreadable)?,
        body: read_body(row)?,
        made_by: row.get("made_by")?,
        made_at: moment(row.get("made_at")?)?,
        state: PublicationState::find(&row.get::<String>("state")?).ok_or_else(unreadable)?,
    })
}

fn read_body(row: &Row) -> Result<NoteBody> {
    serde_json::from_str(&row.get::<String>("body")?).map_err(|_| unreadable())
}

fn read_id(row: &Row) -> Result<PublicationId> {
    PublicationId::new(&row.get::<String>("publication_id")?).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait as _;

    use super::super::tests::{code, paid, published};
    use super::*;
    use crate::testing::{at, on_both};
    use crate::wall::OwnWork::Backup;

    fn entry(id: &str, publication: &PublicationId, words: &str, figure: Option<(&str, i64)>) -> NoteEntry {
        NoteEntry {
            id: NoteId::new(id).unwrap(),
            publication: publication.clone(),
            words: Note::new(words).unwrap(),
            words_en: None,
            figure: figure.map(|(key, fen)| (key.to_owned(), Fen(fen))),
        }
    }

    #[test]
    fn a_correction_stands_beside_what_was_published_by_two_people() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = paid(&store).await;
            let publication = published(&store, &people).await;
            let before = store.publication(&publication).await.unwrap();
            let fees = entry("n-1", &publication, "少记一笔手续费", Some(("fees", 3)));
            let body = store.draft_note(&people[0], &fees, at(6)).await.unwrap();
            assert_eq!(body.figure.as_ref().map(|figure| (figure.was, figure.is)), Some((Fen(2), Fen(3))));
            assert_eq!(store.draft_note(&people[0], &fees, at(7)).await.unwrap(), body);
            assert_eq!(store.note_drafts(&people[1], &publication).await.unwrap().len(), 1);
            assert_eq!(
                code(store.publish_note(&people[0], &fees.id, at(7)).await.unwrap_err()),
                "store-publication-own"
            );
            assert!(store.notes_of(&publication).await.unwrap().is_empty());
            for _ in 0..2 {
                store.publish_note(&people[1], &fees.id, at(8)).await.unwrap();
            }
            let words = entry("n-2", &publication, "决议编号漏列一个", None);
            store.draft_note(&people[1], &words, at(9)).await.unwrap();
            store.publish_note(&people[0], &words.id, at(9)).await.unwrap();
            let notes = store.notes_of(&publication).await.unwrap();
            assert_eq!(notes.iter().map(|note| note.number).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(store.publication_notes().await.unwrap()[&publication], notes);
            assert_eq!(store.publication(&publication).await.unwrap(), before);
            for statement in ["UPDATE publication_notes SET body = ''", "DELETE FROM publication_notes"] {
                assert!(store.own(Backup).execute_unprepared(statement).await.is_err(), "{statement}");
            }
            store.verify_audit(None).await.unwrap();
        });
    }

    #[test]
    fn what_is_wrong_with_a_correction_is_said() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = paid(&store).await;
            let publication = published(&store, &people).await;
            for (words, figure) in
                [("更正", Some(("nothing", 1))), ("更正", Some(("fees", 2))), ("一户肺癌家庭重复计入", None)]
            {
                let drafted = store.draft_note(&people[0], &entry("n-1", &publication, words, figure), at(6)).await;
                assert_eq!(code(drafted.unwrap_err()), "store-correction", "{words}");
            }
            let elsewhere = store.draft_note(&people[4], &entry("n-1", &publication, "更正", None), at(6)).await;
            assert_eq!(code(elsewhere.unwrap_err()), "store-not-found");
            let auditor = store.draft_note(&people[2], &entry("n-1", &publication, "更正", None), at(6)).await;
            assert_eq!(code(auditor.unwrap_err()), "store-forbidden");
            let note = entry("n-1", &publication, "更正", None);
            store.draft_note(&people[0], &note, at(6)).await.unwrap();
            for _ in 0..2 {
                store.withdraw_note(&people[0], &note.id, at(7)).await.unwrap();
            }
            let late = store.publish_note(&people[1], &note.id, at(8)).await;
            assert_eq!(code(late.unwrap_err()), "store-publication-done");
            let nothing = PublicationId::new("p-9").unwrap();
            assert_eq!(code(store.publication(&nothing).await.unwrap_err()), "store-not-found");
        });
    }
}
