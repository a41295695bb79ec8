//! What the demo's fund has published: what came in before its first payments, with a correction beside it; the months in which
//! it paid, sealed and signed by two bodies besides the fund; a draft of the month after that waits for its second person, and
//! rules of its own that say that they are made up.

use jiff::Timestamp;
use jiff::civil::Date;
use shukun_base::{Day, Fen, Note, RegionCode};
use shukun_fund::BookId;
use shukun_fund::ledger::Month;
use shukun_fund::publishing::proof::Body;
use shukun_fund::publishing::{Every, FundStatement, NoteId, PublicationId};
use shukun_store::{NoteEntry, Scope, Store};

use super::{gifts, refused, text_id};
use crate::start::StartError;

/// Who has a hand in it: one draws up, the other publishes, a third approves that months are closed; two sign.
pub struct Hands<'a> {
    /// Draws up, and seals for the fund.
    pub maker: &'a Scope,
    /// Publishes, and signs for the charity federation.
    pub publisher: &'a Scope,
    /// Approves closings.
    pub approver: &'a Scope,
    /// Signs for the insurance bureau.
    pub insurer: &'a Scope,
}

/// The periods of its statements.
struct Periods {
    /// Before the first payment.
    before: (Day, Day),
    /// The payments.
    paid: (Day, Day),
    /// The month after.
    after: (Day, Day),
    /// The months that are closed for them, in order.
    closed: Vec<Month>,
}

/// Closes the months up to the one after the payments, which were between two days, and publishes what was until then.
pub async fn furnish(
    store: &Store,
    hands: &Hands<'_>,
    (county, spring, paid): (&RegionCode, Day, (Day, Day)),
    now: Timestamp,
) -> Result<(), StartError> {
    let book = BookId::new(gifts::BOOK).ok_or_else(refused)?;
    let periods = periods(spring, paid)?;
    for month in &periods.closed {
        store.propose_close(hands.maker, &book, *month, now).await?;
        store.approve_close(hands.approver, &book, *month, now).await?;
    }
    let (first, _) = publish(store, hands, (1, &book), periods.before, now).await?;
    correct(store, hands, &first, now).await?;
    let (second, statement) = publish(store, hands, (2, &book), periods.paid, now).await?;
    if statement.paid() > Fen::ZERO {
        seal(store, hands, (&second, county), now).await?;
    }
    let waiting = text_id(PublicationId::new, "demo-publication", 3)?;
    store.draft_publication(hands.maker, (&waiting, &book), periods.after, now).await?;
    let rules = (Some(Fen::yuan(100_000)), Every::new(3, 20), &note("示例规定，不是任何县的章程")?);
    Ok(store.set_disclosure_rules(hands.maker, &book, rules, now).await?)
}

/// The gifts are those of that spring; the payments were between two days.
fn periods(spring: Day, paid: (Day, Day)) -> Result<Periods, StartError> {
    let (first, last) = (Month::of(paid.0), Month::of(paid.1));
    let after = last.next().ok_or_else(refused)?;
    let eve = first.first_day().yesterday().map_err(|_| refused())?;
    let begins = Date::new(spring.year(), 1, 1).map_err(|_| refused())?;
    let mut closed = vec![Month::of(eve), first];
    if last != first {
        closed.push(last);
    }
    closed.push(after);
    Ok(Periods {
        before: (begins, eve),
        paid: (first.first_day(), last.last_day()),
        after: (after.first_day(), after.last_day()),
        closed,
    })
}

async fn publish(
    store: &Store,
    hands: &Hands<'_>,
    (number, book): (usize, &BookId),
    period: (Day, Day),
    now: Timestamp,
) -> Result<(PublicationId, FundStatement), StartError> {
    let id = text_id(PublicationId::new, "demo-publication", number)?;
    let statement = store.draft_publication(hands.maker, (&id, book), period, now).await?;
    store.publish(hands.publisher, &id, now).await?;
    Ok((id, statement))
}

/// Each body has a key that is kept here; the fund seals, the two others sign.
async fn seal(
    store: &Store,
    hands: &Hands<'_>,
    (publication, county): (&PublicationId, &RegionCode),
    now: Timestamp,
) -> Result<(), StartError> {
    let signers = [(hands.publisher, Body::Charity), (hands.insurer, Body::Insurance)];
    for (who, body) in [(hands.maker, Body::Fund)].into_iter().chain(signers) {
        store.add_sign_key(who, (body, county), None, now).await?;
    }
    let size = store.seal_publication(hands.maker, publication, now).await?;
    for (who, body) in signers {
        store.sign_checkpoint(who, (size, body), None, now).await?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use shukun_casework::calendar::Calendar;

    use super::*;
    use crate::demo::days::opened;
    use crate::demo::payday::Payday;
    use crate::demo::road::hours;
    use crate::format::china_day;

    #[test]
    fn the_months_follow_each_other_and_are_over() {
        let begin: Timestamp = "2026-01-05T02:30:00Z".parse().unwrap();
        let calendar = Calendar::china();
        for day in 0..400 {
            let now = begin + hours(24 * day);
            let spring = gifts::spring(opened(now));
            let Periods { before, paid, after, closed } =
                periods(spring, Payday::plan(now, &calendar).span().unwrap()).unwrap();
            let follows = |one: (Day, Day), next: (Day, Day)| one.1.tomorrow().unwrap() == next.0 && next.0 < next.1;
            assert!(follows(before, paid) && follows(paid, after) && after.1 < china_day(now), "{now}");
            assert!(before.0 < spring && spring < before.1, "{now}");
            assert!(closed.windows(2).all(|two| two[0].next() == Some(two[1])), "{now}");
        }
    }
}
