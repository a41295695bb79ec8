//! A bank's statement: what came and went on the fund's account. CSV, a workbook, or camt.053.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Masked};

use super::camt;
use super::fault::{CellFault, CellReason, FileRefusal, FileRefused, MOST_BYTES};
use super::returns::{cell_at, fault, read_amount, read_day};
use super::table::{Row, find_heading, read_table};

/// The bank's headings. Where `credit` is `None`, `debit` holds both, with a minus for what went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementColumns {
    /// Heading of the day.
    pub day: String,
    /// Heading of what went (借方、支出); or of the amount with its sign.
    pub debit: String,
    /// Heading of what came (贷方、收入).
    pub credit: Option<String>,
    /// Heading of the number of the payment, or of the remark in which it stands.
    pub reference: Option<String>,
    /// Heading of the other side's name.
    pub name: Option<String>,
    /// Heading of the other side's account.
    pub account: Option<String>,
    /// Heading of the balance after the line.
    pub balance: Option<String>,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEntry {
    /// The row in the file, or the number of the entry.
    pub row: u64,
    /// The day it was booked.
    pub day: Day,
    /// What came (above nothing) or went (below).
    pub amount: Fen,
    /// The bank's reference or remark, as it stands; officers wrote it, so it may name somebody.
    pub reference: Masked<String>,
    /// The other side's name.
    pub name: Option<Masked<String>>,
    /// The other side's account.
    pub account: Option<Masked<String>>,
}

/// A statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// What the account held before, where the file says so.
    pub opening: Option<Fen>,
    /// What it held after.
    pub closing: Option<Fen>,
    /// Lines that were read whole.
    pub entries: Vec<StatementEntry>,
    /// Lines that were not, each with the first cell that is wrong.
    pub faults: Vec<CellFault>,
}

impl Statement {
    /// Whether what the file says of its balances is what its lines add up to; nothing stated is nothing broken.
    pub fn adds_up(&self) -> bool {
        let sum: i128 = self.entries.iter().map(|entry| i128::from(entry.amount.0)).sum();
        match (self.opening, self.closing) {
            (Some(opening), Some(closing)) => i128::from(opening.0) + sum == i128::from(closing.0),
            _ => true,
        }
    }
}

/// Reads a statement, its form told from its first bytes. Every line of the file is an entry or a fault.
///
/// # Errors
/// A file that is none: see [`FileRefusal`]; and `pay-file-totals` where nothing is wrong with a cell and the lines do not lead
/// from the first balance to the last: a line was taken out or put in.
pub fn read_statement(bytes: &[u8], columns: &StatementColumns) -> Result<Statement, FileRefused> {
    if bytes.len() > MOST_BYTES {
        return Err(FileRefusal::TooLarge.into());
    }
    let statement = if camt::is_camt(bytes) { camt::read(bytes)? } else { read_rows(bytes, columns)? };
    if statement.faults.is_empty() && !statement.adds_up() {
        return Err(FileRefusal::Totals.into());
    }
    Ok(statement)
}

fn read_rows(bytes: &[u8], columns: &StatementColumns) -> Result<Statement, FileRefused> {
    let rows = read_table(bytes)?;
    let optional =
        [&columns.credit, &columns.reference, &columns.name, &columns.account, &columns.balance].map(Option::as_deref);
    let headings: Vec<&str> =
        [columns.day.as_str(), &columns.debit].into_iter().chain(optional.into_iter().flatten()).collect();
    let (heading, places) = find_heading(&rows, &headings)?;
    let desk = Desk { columns, headings: &headings, places: &places };
    let mut statement = Statement::default();
    for row in rows.iter().skip(heading + 1) {
        match desk.read(row) {
            Ok((entry, balance)) => {
                if let Some(balance) = balance {
                    statement.opening.get_or_insert(balance - entry.amount);
                    statement.closing = Some(balance);
                }
                statement.entries.push(entry);
            }
            Err(fault) => statement.faults.push(fault),
        }
    }
    Ok(statement)
}

struct Desk<'a> {
    columns: &'a StatementColumns,
    headings: &'a [&'a str],
    places: &'a [usize],
}

impl Desk<'_> {
    fn read(&self, row: &Row) -> Result<(StatementEntry, Option<Fen>), CellFault> {
        let day = cell_at(row, self.headings, self.places, 0)?;
        let day = read_day(day).ok_or_else(|| fault(row, self.headings, 0, &day.text, CellReason::Day))?;
        let amount = self.amount(row)?;
        let text = |heading: &Option<String>| self.find(row, heading).map(|index| self.text(row, index));
        let entry = StatementEntry {
            row: row.number,
            day,
            amount,
            reference: text(&self.columns.reference).unwrap_or_else(|| Masked::new(String::new())),
            name: text(&self.columns.name),
            account: text(&self.columns.account),
        };
        let balance = self.find(row, &self.columns.balance).map(|index| self.number(row, index)).transpose()?;
        Ok((entry, balance))
    }

    /// Which of the headings it is, where the row has a cell under it.
    fn find(&self, row: &Row, heading: &Option<String>) -> Option<usize> {
        let index = self.headings.iter().position(|one| Some(*one) == heading.as_deref())?;
        self.places.get(index).and_then(|place| row.cell(*place)).map(|_| index)
    }

    fn text(&self, row: &Row, index: usize) -> Masked<String> {
        let cell = self.places.get(index).and_then(|place| row.cell(*place));
        Masked::new(cell.map_or_else(String::new, |cell| cell.text.clone()))
    }

    fn number(&self, row: &Row, index: usize) -> Result<Fen, CellFault> {
        let cell = cell_at(row, self.headings, self.places, index)?;
        read_amount(cell).map_err(|why| fault(row, self.headings, index, &cell.text, why))
    }

    fn amount(&self, row: &Row) -> Result<Fen, CellFault> {
        let Some(credit) = &self.columns.credit else { return self.number(row, 1) };
        let side = |heading: &str| {
            let index = self.find(row, &Some(heading.to_owned()));
            index.map_or(Ok(Fen::ZERO), |index| self.number(row, index))
        };
        match (side(&self.columns.debit)?, side(credit)?) {
            // A correction by the bank stands on its own side with a minus.
            (went, Fen::ZERO) if !went.is_zero() => Ok(-went),
            (Fen::ZERO, came) if !came.is_zero() => Ok(came),
            _ => Err(fault(row, self.headings, 1, "", CellReason::Direction)),
        }
    }
}
