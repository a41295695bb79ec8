//! What the demo's fund has published: its first months with a correction beside them, a draft of the month after that waits
//! for its second person, and rules of its own that say that they are made up.

use jiff::Timestamp;
use jiff::civil::Date;
use shukun_base::{Fen, Note};
use shukun_fund::BookId;
use shukun_fund::ledger::Month;
use shukun_fund::publishing::{Every, NoteId, PublicationId};
use shukun_store::{NoteEntry, Scope, Store};

use super::{gifts, refused, text_id};
use crate::format::china_day;
use crate::start::StartError;

/// Who has a hand in it: one draws up, the other publishes, a third approves that months are closed.
pub struct Hands<'a> {
    /// Draws up.
    pub maker: &'a Scope,
    /// Publishes.
    pub publisher: &'a Scope,
    /// Approves closings.
    pub approver: &'a Scope,
}

/// Closes two months and publishes what was up to the first of them; nothing where the second is not over yet.
pub async fn furnish(store: &Store, hands: &Hands<'_>, now: Timestamp) -> Result<(), StartError> {
    let today = china_day(now);
    let april = |year: i16| Month::parse(&format!("{year}-04")).ok_or_else(refused);
    let this_year = april(today.year())?;
    let first = if this_year.next().is_some_and(|may| may.last_day() < today) {
        this_year
    } else {
        april(today.year().saturating_sub(1))?
    };
    let second = first.next().ok_or_else(refused)?;
    let book = BookId::new(gifts::BOOK).ok_or_else(refused)?;
    for month in [first, second] {
        store.propose_close(hands.maker, &book, month, now).await?;
        store.approve_close(hands.approver, &book, month, now).await?;
    }
    let published = text_id(PublicationId::new, "demo-publication", 1)?;
    let begins = Date::new(first.first_day().year(), 1, 1).map_err(|_| refused())?;
    store.draft_publication(hands.maker, (&published, &book), (begins, first.last_day()), now).await?;
    store.publish(hands.publisher, &published, now).await?;
    correct(store, hands, &published, now).await?;
    let waiting = text_id(PublicationId::new, "demo-publication", 2)?;
    let period = (second.first_day(), second.last_day());
    store.draft_publication(hands.maker, (&waiting, &book), period, now).await?;
    let rules = (Some(Fen::yuan(100_000)), Every::new(3, 20), &note("示例规定，不是任何县的章程")?);
    Ok(store.set_disclosure_rules(hands.maker, &book, rules, now).await?)
}

/// In words alone: no figure of the demo is wrong.
async fn correct(
    store: &Store,
    hands: &Hands<'_>,
    publication: &PublicationId,
    now: Timestamp,
) -> Result<(), StartError> {
    let entry = NoteEntry {
        id: text_id(NoteId::new, "demo-note", 1)?,
        publication: publication.clone(),
        words: note("示例更正：这份报表的数字取自公开报道，日期为示例，不是任何基金的账。")?,
        words_en: Some(note(
            "An illustrative correction: amounts are those of news reports, days are made up; these are no fund's books.",
        )?),
        figure: None,
    };
    store.draft_note(hands.maker, &entry, now).await?;
    Ok(store.publish_note(hands.publisher, &entry.id, now).await?)
}

fn note(words: &str) -> Result<Note, StartError> {
    Note::new(words).map_err(|_| refused())
}
