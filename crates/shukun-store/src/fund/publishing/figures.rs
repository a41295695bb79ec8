//! A statement's figures, taken at one cut of a book: only transfers up to a number of its chain count.
//!
//! Knows not who publishes. Start at [`Store::draw_up`].

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{ContentHash, Day, Fen, RegionCode};
use shukun_fund::ledger::{AccountCode, AccountHead, Month, TransferCode};
use shukun_fund::publishing::{
    BankStanding, Donors, Flows, FundStatement, Given, Movement, PlainName, Pledges, ProgrammeKey, ProgrammePaid,
    PublishedSet, ResolutionNote, count_households, days_to_pay, is_own, plan_payouts, published_sets, reconciled_to,
};
use shukun_fund::{BookId, MeetingId};

use super::households::Households;
use super::{no_name, unreadable};
use crate::error::Result;
use crate::sql::{Row, all, find, statements, values};
use crate::store::Store;

statements! {
    MOVEMENTS = "SELECT debit, credit, code, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfers
        WHERE book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
        GROUP BY debit, credit, code ORDER BY debit, credit, code";
    RELIEF = "SELECT transfer_id, effective, debit, credit, transfers.amount_fen, area, resolution_lines.case_id, cases.household_id,
            resolution_lines.person_key
        FROM transfers LEFT JOIN resolution_lines ON resolution_lines.line_id = transfers.line_id
        LEFT JOIN cases ON cases.case_id = resolution_lines.case_id
        WHERE transfers.book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
            AND (debit LIKE 'relief:%' OR credit LIKE 'relief:%') ORDER BY sequence";
    // The day on which the bank said that it arrived, and that of the resolution behind it.
    SETTLED = "SELECT transfers.effective, resolutions.decided_on, resolution_lines.case_id, cases.household_id,
            resolution_lines.person_key
        FROM transfers JOIN resolution_lines ON resolution_lines.line_id = transfers.line_id
        JOIN resolutions ON resolutions.resolution_id = resolution_lines.resolution_id
        LEFT JOIN cases ON cases.case_id = resolution_lines.case_id
        WHERE transfers.book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
            AND code = 'settled' ORDER BY sequence";
    RESOLVED = "SELECT DISTINCT resolutions.number, resolutions.meeting_id, resolutions.minutes_hash FROM transfers
        JOIN resolution_lines ON resolution_lines.line_id = transfers.line_id
        JOIN resolutions ON resolutions.resolution_id = resolution_lines.resolution_id
        WHERE transfers.book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
        ORDER BY resolutions.number";
    RULES = "SELECT DISTINCT rule_hash FROM transfers WHERE book_id = $1 AND phase IN (0, 2) AND sequence <= $2
        AND effective >= $3 AND effective <= $4 AND rule_hash IS NOT NULL ORDER BY rule_hash";
    // What was brought forward is on no line of the bank.
    BANKS = "SELECT
            (SELECT MAX(closing_on) FROM statement_files WHERE statement_files.book_id = book_accounts.book_id
                AND statement_files.bank_account = book_accounts.code) AS read_to,
            (SELECT MIN(effective) FROM transfers WHERE transfers.book_id = book_accounts.book_id AND phase IN (0, 2)
                AND sequence <= $2 AND code <> 'opening'
                AND (debit = book_accounts.code OR credit = book_accounts.code) AND NOT EXISTS (SELECT 1
                    FROM statement_matches WHERE statement_matches.transfer_id = transfers.transfer_id)) AS open_transfer,
            (SELECT MIN(booked_on) FROM statement_lines WHERE statement_lines.book_id = book_accounts.book_id
                AND statement_lines.bank_account = book_accounts.code AND NOT EXISTS (SELECT 1 FROM statement_matches
                    WHERE statement_matches.statement_line_id = statement_lines.statement_line_id)) AS open_line
        FROM book_accounts WHERE book_id = $1 AND code LIKE 'bank:%' AND debits_posted + credits_posted > 0";
    DONORS = "SELECT donors.donor_id, donor_kind, showing, shown_name, CAST(SUM(gifts.amount_fen) AS BIGINT) AS fen
        FROM gifts JOIN donors ON donors.donor_id = gifts.donor_id
        WHERE gifts.book_id = $1 AND received_on >= $3 AND received_on <= $4 AND EXISTS (SELECT 1 FROM transfers
            WHERE transfers.voucher_id = gifts.voucher_id AND transfers.book_id = $1 AND sequence <= $2)
        GROUP BY donors.donor_id, donor_kind, showing, shown_name ORDER BY shown_name, donors.donor_id";
    PLEDGED = "SELECT
        (SELECT CAST(COALESCE(SUM(total_fen), 0) AS BIGINT) FROM pledges WHERE book_id = $1 AND promised_on <= $2) AS promised,
        (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM pledge_instalments
            JOIN pledges ON pledges.pledge_id = pledge_instalments.pledge_id
            WHERE book_id = $1 AND promised_on <= $2 AND due_on <= $2) AS due,
        (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM gifts
            WHERE book_id = $1 AND pledge_id IS NOT NULL AND received_on <= $2) AS received";
}

/// Which transfers count.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) book: BookId,
    pub(super) region: RegionCode,
    pub(super) name: String,
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) sequence: i64,
    pub(super) head: ContentHash,
}

/// A statement, and which payments each of its figures of payouts is about.
pub(super) struct Drawn {
    pub(super) statement: FundStatement,
    pub(super) sets: Vec<PublishedSet>,
}

impl Store {
    /// The statement of a span.
    pub(super) async fn draw_up(&self, on: &DatabaseTransaction, span: &Span) -> Result<Drawn> {
        let before = span.from.yesterday().map_err(|_| unreadable())?;
        let earlier = movements(on, span, Day::MIN, before).await?;
        let opening = Flows::of(&earlier).net();
        let own = movements(on, span, span.from, span.to).await?;
        let flows = Flows::of(&own);
        let mut households = Households::new(self, on, span);
        let given = given(on, span, &mut households).await?;
        let waited = waited(on, span, &mut households).await?;
        let paid = paid(&flows, &given);
        let payouts = plan_payouts(paid.clone());
        let sets = published_sets(&payouts, &paid);
        let statement = FundStatement {
            fund: PlainName::new(&span.name).ok_or_else(no_name)?,
            book: span.book.clone(),
            from: span.from,
            to: span.to,
            opening: opening + flows.opening,
            receipts: flows.receipts.iter().map(|(source, amount)| (*source, *amount)).collect(),
            payouts,
            fees: flows.fees,
            refunds: flows.refunds,
            closing: opening + flows.net(),
            reserve: reserve(&own, &earlier),
            reconciled_to: reconciled_to(&banks(on, span).await?, span.to),
            pledges: pledges(on, span).await?,
            resolutions: self.resolutions(on, span).await?,
            rules: rules(on, span).await?,
            households: count_households(&paid),
            days_to_pay: days_to_pay(&waited),
            donors: donors(on, span).await?,
            ledger_seq: u64::try_from(span.sequence).map_err(|_| unreadable())?,
            ledger_head: span.head.clone(),
        };
        Ok(Drawn { statement, sets })
    }

    /// The resolutions with their minutes' hash and the parts in which these were signed.
    async fn resolutions(&self, on: &DatabaseTransaction, span: &Span) -> Result<Vec<ResolutionNote>> {
        let mut notes = Vec::new();
        for row in all(on, RESOLVED, span_values(span)).await? {
            let meeting: Option<String> = row.get("meeting_id")?;
            let meeting = match meeting.as_deref().and_then(MeetingId::new) {
                Some(id) => self.load_meeting(on, &id).await?,
                None => None,
            };
            let signed = meeting.and_then(|meeting| meeting.minutes).map(|minutes| minutes.signed);
            let minutes: Option<String> = row.get("minutes_hash")?;
            notes.push(ResolutionNote {
                number: row.get("number")?,
                minutes: minutes.as_deref().and_then(ContentHash::new),
                signed: signed.unwrap_or_default().into_keys().collect(),
            });
        }
        Ok(notes)
    }
}

/// What each programme paid by its accounts, with what of it went to households.
fn paid(flows: &Flows, given: &[(ProgrammeKey, Given)]) -> Vec<ProgrammePaid> {
    let of = |(programme, amount): (&ProgrammeKey, &Fen)| ProgrammePaid {
        programmes: vec![programme.clone()],
        amount: *amount,
        given: given.iter().filter(|(key, _)| key == programme).map(|(_, one)| one.clone()).collect(),
    };
    flows.payouts.iter().map(of).collect()
}

fn reserve(own: &[Movement], before: &[Movement]) -> Fen {
    let is_reserve = |code: &AccountCode| code.head() == AccountHead::Reserve;
    let change = |one: &Movement| match (is_reserve(&one.debit), is_reserve(&one.credit)) {
        (false, true) => one.amount,
        (true, false) => -one.amount,
        _ => Fen::ZERO,
    };
    own.iter().chain(before).map(change).sum()
}

async fn movements(on: &impl ConnectionTrait, span: &Span, from: Day, to: Day) -> Result<Vec<Movement>> {
    // Days are compared as text: the years of the books have four digits.
    let from = if from == Day::MIN { String::new() } else { from.to_string() };
    let values = values![span.book.as_str(), span.sequence, from, to.to_string()];
    all(on, MOVEMENTS, values).await?.iter().map(read_movement).collect()
}

fn account(row: &Row, column: &str) -> Result<AccountCode> {
    AccountCode::new(&row.get::<String>(column)?).ok_or_else(unreadable)
}

fn read_movement(row: &Row) -> Result<Movement> {
    Ok(Movement {
        debit: account(row, "debit")?,
        credit: account(row, "credit")?,
        code: TransferCode::find(&row.get::<String>("code")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("fen")?),
    })
}

/// What went from accounts of relief to households, and what was taken back into them. What moves between the fund's own
/// accounts, and what rests on no line of a resolution, is none.
async fn given(
    on: &DatabaseTransaction,
    span: &Span,
    households: &mut Households<'_>,
) -> Result<Vec<(ProgrammeKey, Given)>> {
    let mut given = Vec::new();
    for row in all(on, RELIEF, span_values(span)).await? {
        let (debit, credit) = (account(&row, "debit")?, account(&row, "credit")?);
        let fen = Fen(row.get("amount_fen")?);
        let (relief, amount) = match (is_own(&debit), is_own(&credit)) {
            (true, false) => (debit, fen),
            (false, true) => (credit, -fen),
            _ => continue,
        };
        let area: Option<String> = row.get("area")?;
        let (Some(area), Some(household)) = (area, households.of(&row).await?) else { continue };
        let programme = relief.part().and_then(ProgrammeKey::new).ok_or_else(unreadable)?;
        let one = Given {
            payment: row.get("transfer_id")?,
            household,
            place: RegionCode::new(&area).ok_or_else(unreadable)?,
            month: Month::of(day(&row, "effective")?),
            amount,
        };
        given.push((programme, one));
    }
    Ok(given)
}

/// How long each household waited from the day of the resolution to that of the bank's answer: the longest of its payments.
async fn waited(
    on: &DatabaseTransaction,
    span: &Span,
    households: &mut Households<'_>,
) -> Result<BTreeMap<String, u32>> {
    let mut waited: BTreeMap<String, u32> = BTreeMap::new();
    for row in all(on, SETTLED, span_values(span)).await? {
        let Some(household) = households.of(&row).await? else { continue };
        let since = day(&row, "effective")?.since(day(&row, "decided_on")?).map_err(|_| unreadable())?;
        let days = u32::try_from(since.get_days()).unwrap_or_default();
        let longest = waited.entry(household).or_default();
        *longest = days.max(*longest);
    }
    Ok(waited)
}

async fn banks(on: &impl ConnectionTrait, span: &Span) -> Result<Vec<BankStanding>> {
    let read = |row: &Row| {
        let day = |column| -> Result<Option<Day>> {
            let text: Option<String> = row.get(column)?;
            text.map(|text| text.parse().map_err(|_| unreadable())).transpose()
        };
        Ok(BankStanding {
            read_to: day("read_to")?,
            open_transfer: day("open_transfer")?,
            open_line: day("open_line")?,
        })
    };
    all(on, BANKS, values![span.book.as_str(), span.sequence]).await?.iter().map(read).collect()
}

/// Organisations and groups under the name that they agreed to show, and aliases; everybody else as a count and a sum. A
/// person's own name is not published even where the person agreed: what was published cannot be taken back, the agreement
/// can. A shown name that a plain name cannot hold counts as none.
async fn donors(on: &impl ConnectionTrait, span: &Span) -> Result<Donors> {
    let mut donors = Donors::default();
    for row in all(on, DONORS, span_values(span)).await? {
        let (kind, showing): (String, String) = (row.get("donor_kind")?, row.get("showing")?);
        let shown: Option<String> = row.get("shown_name")?;
        let may_stand = showing == "alias" || showing == "name" && kind != "individual";
        let amount = Fen(row.get("fen")?);
        match shown.filter(|_| may_stand).as_deref().and_then(PlainName::new) {
            Some(name) => {
                donors.named.push(name);
                donors.named_amount += amount;
            }
            None => {
                donors.unnamed += 1;
                donors.unnamed_amount += amount;
            }
        }
    }
    donors.named.sort();
    donors.named.dedup();
    Ok(donors)
}

async fn rules(on: &impl ConnectionTrait, span: &Span) -> Result<Vec<ContentHash>> {
    let read = |row: &Row| ContentHash::new(&row.get::<String>("rule_hash")?).ok_or_else(unreadable);
    all(on, RULES, span_values(span)).await?.iter().map(read).collect()
}

fn day(row: &Row, column: &str) -> Result<Day> {
    row.get::<String>(column)?.parse().map_err(|_| unreadable())
}

fn span_values(span: &Span) -> Vec<sea_orm::Value> {
    values![span.book.as_str(), span.sequence, span.from.to_string(), span.to.to_string()]
}

async fn pledges(on: &impl ConnectionTrait, span: &Span) -> Result<Pledges> {
    let row = find(on, PLEDGED, values![span.book.as_str(), span.to.to_string()]).await?.ok_or_else(unreadable)?;
    let fen = |column| row.get::<i64>(column).map(Fen);
    Ok(Pledges { promised: fen("promised")?, due: fen("due")?, received: fen("received")? })
}
