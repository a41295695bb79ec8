//! I14: every published statement is worked out once more from the books as they stood at its cut, and so is every seal.
//!
//! Knows not how a statement is drawn up: it adds the same movements up by itself. Start at [`public_totals`].

use sea_orm::DatabaseTransaction;
use shukun_base::{Day, Fen};
use shukun_fund::ledger::audit::{Finding, Invariant};
use shukun_fund::ledger::{AccountCode, TransferCode};
use shukun_fund::publishing::{Flows, FundStatement, Movement};

use super::seal::moved;
use super::unreadable;
use crate::chance::hex;
use crate::error::{Result, readable};
use crate::sql::{Row, all, find, statements, values};

statements! {
    PUBLICATIONS = "SELECT publications.publication_id, body, total_fen, came_back_fen, earlier_fen FROM publications
        LEFT JOIN receipt_seals ON receipt_seals.publication_id = publications.publication_id
        ORDER BY publications.publication_id";
    MOVEMENTS = "SELECT debit, credit, code, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfers
        WHERE book_id = $1 AND phase IN (0, 2) AND sequence <= $2 AND effective >= $3 AND effective <= $4
        GROUP BY debit, credit, code ORDER BY debit, credit, code";
    HEAD = "SELECT hash FROM transfers WHERE book_id = $1 AND sequence = $2";
}

/// The publications that the books do not bear out.
pub(crate) async fn public_totals(tx: &DatabaseTransaction) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for row in all(tx, PUBLICATIONS, values![]).await? {
        if readable(holds(tx, &row).await)? != Some(true) {
            let at = row.get("publication_id").unwrap_or_default();
            found.push(Finding { invariant: Invariant::PublicTotals, at });
        }
    }
    Ok(found)
}

async fn holds(tx: &DatabaseTransaction, row: &Row) -> Result<bool> {
    let Ok(statement) = serde_json::from_str::<FundStatement>(&row.get::<String>("body")?) else { return Ok(false) };
    Ok(is_at_its_cut(tx, &statement).await?
        && are_its_figures(tx, &statement).await?
        && is_its_seal(tx, &statement, row).await?)
}

/// Whether the book's chain had this head when it held so many transfers.
async fn is_at_its_cut(tx: &DatabaseTransaction, statement: &FundStatement) -> Result<bool> {
    let values = values![statement.book.as_str(), sequence(statement)?];
    let Some(row) = find(tx, HEAD, values).await? else { return Ok(statement.ledger_seq == 0) };
    Ok(hex(&row.get::<Vec<u8>>("hash")?) == statement.ledger_head.as_str())
}

async fn are_its_figures(tx: &DatabaseTransaction, statement: &FundStatement) -> Result<bool> {
    let before = statement.from.yesterday().map_err(|_| unreadable())?;
    let opening = flows(tx, statement, None, before).await?.net();
    let own = flows(tx, statement, Some(statement.from), statement.to).await?;
    let receipts: Vec<_> = own.receipts.iter().map(|(source, amount)| (*source, *amount)).collect();
    Ok(statement.opening == opening + own.opening
        && statement.receipts == receipts
        && statement.paid() == own.payouts.values().copied().sum::<Fen>()
        && (statement.fees, statement.refunds) == (own.fees, own.refunds)
        && statement.closing == opening + own.net())
}

/// What was sealed, where it was.
async fn is_its_seal(tx: &DatabaseTransaction, statement: &FundStatement, row: &Row) -> Result<bool> {
    let Some(total) = row.get::<Option<i64>>("total_fen")? else { return Ok(true) };
    let came_back = row.get::<Option<i64>>("came_back_fen")?.map(Fen);
    let earlier = row.get::<Option<i64>>("earlier_fen")?.map(Fen);
    let Some(net) = moved(tx, statement).await? else { return Ok(false) };
    let is_same = (net.total(), Some(net.came_back), Some(net.earlier)) == (Fen(total), came_back, earlier);
    Ok(is_same && net.fits(statement.paid()))
}

async fn flows(tx: &DatabaseTransaction, of: &FundStatement, from: Option<Day>, to: Day) -> Result<Flows> {
    // Days are compared as text: the years of the books have four digits.
    let from = from.map(|day| day.to_string()).unwrap_or_default();
    let values = values![of.book.as_str(), sequence(of)?, from, to.to_string()];
    let rows = all(tx, MOVEMENTS, values).await?;
    Ok(Flows::of(&rows.iter().map(read).collect::<Result<Vec<_>>>()?))
}

fn read(row: &Row) -> Result<Movement> {
    let account = |column| AccountCode::new(&row.get::<String>(column)?).ok_or_else(unreadable);
    Ok(Movement {
        debit: account("debit")?,
        credit: account("credit")?,
        code: TransferCode::find(&row.get::<String>("code")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("fen")?),
    })
}

fn sequence(statement: &FundStatement) -> Result<i64> {
    i64::try_from(statement.ledger_seq).map_err(|_| unreadable())
}
