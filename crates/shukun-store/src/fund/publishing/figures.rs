//! A statement's figures, taken at one cut of a book: only transfers up to a number of its chain count.
//!
//! Knows not who publishes. Start at [`draw_up`].

use sea_orm::ConnectionTrait;
use shukun_base::{ContentHash, Day, Fen, RegionCode};
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, AccountHead, TransferCode};
use shukun_fund::publishing::{
    FEWEST, Flows, FundStatement, Given, Movement, Payouts, PlainName, Pledges, ProgrammeKey, plan_cells,
};

use super::{no_name, unreadable};
use crate::error::Result;
use crate::sql::{Row, all, find, statements, values};

statements! {
    MOVEMENTS = "SELECT debit, credit, code, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfers
        WHERE book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
        GROUP BY debit, credit, code ORDER BY debit, credit, code";
    PAID = "SELECT programme, area, COALESCE(case_id, resolution_lines.person_key) AS household,
        CAST(SUM(transfers.amount_fen) AS BIGINT) AS fen FROM transfers
        JOIN resolution_lines ON resolution_lines.line_id = transfers.line_id
        WHERE transfers.book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
            AND code IN ('payout', 'reissue')
        GROUP BY programme, area, COALESCE(case_id, resolution_lines.person_key) ORDER BY programme, area, household";
    RESOLVED = "SELECT DISTINCT resolutions.number FROM transfers
        JOIN resolution_lines ON resolution_lines.line_id = transfers.line_id
        JOIN resolutions ON resolutions.resolution_id = resolution_lines.resolution_id
        WHERE transfers.book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
        ORDER BY resolutions.number";
    RULES = "SELECT DISTINCT rule_hash FROM transfers WHERE book_id = $1 AND phase IN (0, 2) AND sequence <= $2
        AND effective >= $3 AND effective <= $4 AND rule_hash IS NOT NULL ORDER BY rule_hash";
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
    pub(super) name: String,
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) sequence: i64,
    pub(super) head: ContentHash,
}

/// The statement of a span.
pub(super) async fn draw_up(on: &impl ConnectionTrait, span: &Span) -> Result<FundStatement> {
    let before = span.from.yesterday().map_err(|_| unreadable())?;
    let opening = Flows::of(&movements(on, span, Day::MIN, before).await?).net();
    let own = movements(on, span, span.from, span.to).await?;
    let flows = Flows::of(&own);
    let paid = paid(on, span).await?;
    let households: std::collections::BTreeSet<&str> = paid.iter().map(|(_, one)| one.household.as_str()).collect();
    let count = households.len();
    let payouts = flows.payouts.iter().map(|(programme, amount)| payouts(programme, *amount, &paid)).collect();
    Ok(FundStatement {
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
        reserve: reserve(&own, &movements(on, span, Day::MIN, before).await?),
        reconciled_to: None,
        pledges: pledges(on, span).await?,
        resolutions: texts(on, RESOLVED, span, "number").await?,
        rules: texts(on, RULES, span, "rule_hash").await?.iter().filter_map(|hash| ContentHash::new(hash)).collect(),
        households: Some(count).filter(|count| *count >= FEWEST),
        days_to_pay: None,
        donors: Vec::new(),
        ledger_seq: u64::try_from(span.sequence).map_err(|_| unreadable())?,
        ledger_head: span.head.clone(),
    })
}

/// Cells are shown only where they are all of what the programme paid: money that came back belongs to no cell.
fn payouts(programme: &ProgrammeKey, amount: Fen, paid: &[(String, Given)]) -> Payouts {
    let own = paid.iter().filter(|(key, _)| key == programme.as_str()).map(|(_, one)| one.clone());
    let plan = plan_cells(&own.collect::<Vec<_>>());
    let total: Fen = plan.cells.iter().map(|cell| cell.amount).sum();
    let cells = if total == amount { plan.cells } else { Vec::new() };
    Payouts { programme: programme.clone(), amount, cells }
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

fn read_movement(row: &Row) -> Result<Movement> {
    let account = |column| AccountCode::new(&row.get::<String>(column)?).ok_or_else(unreadable);
    Ok(Movement {
        debit: account("debit")?,
        credit: account("credit")?,
        code: TransferCode::find(&row.get::<String>("code")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("fen")?),
    })
}

async fn paid(on: &impl ConnectionTrait, span: &Span) -> Result<Vec<(String, Given)>> {
    let read = |row: &Row| -> Result<(String, Given)> {
        let place = RegionCode::new(&row.get::<String>("area")?).ok_or_else(unreadable)?;
        let given = Given { household: row.get("household")?, place, amount: Fen(row.get("fen")?) };
        Ok((row.get("programme")?, given))
    };
    all(on, PAID, span_values(span)).await?.iter().map(read).collect()
}

async fn texts(on: &impl ConnectionTrait, sql: crate::sql::Sql, span: &Span, column: &str) -> Result<Vec<String>> {
    all(on, sql, span_values(span)).await?.iter().map(|row| row.get(column)).collect()
}

fn span_values(span: &Span) -> Vec<sea_orm::Value> {
    values![span.book.as_str(), span.sequence, span.from.to_string(), span.to.to_string()]
}

async fn pledges(on: &impl ConnectionTrait, span: &Span) -> Result<Pledges> {
    let row = find(on, PLEDGED, values![span.book.as_str(), span.to.to_string()]).await?.ok_or_else(unreadable)?;
    let fen = |column| row.get::<i64>(column).map(Fen);
    Ok(Pledges { promised: fen("promised")?, due: fen("due")?, received: fen("received")? })
}
