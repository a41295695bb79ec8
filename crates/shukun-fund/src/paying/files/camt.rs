//! camt.053, the ISO 20022 statement: read as it streams by, one entry at a time.
//!
//! Booked entries in CNY count. An entry that is only pending is left to the statement in which it is booked; anything else that
//! cannot be read is a fault with the entry's number.

use shukun_base::{Day, Fen, Masked};

use super::fault::{CellFault, CellReason, FileRefusal, FileRefused, MOST_ROWS};
use super::pain::read_elements;
use super::{Statement, StatementEntry, parse_amount};

/// Whether it begins like a message: anything else is a table.
pub(super) fn is_camt(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

pub(super) fn read(bytes: &[u8]) -> Result<Statement, FileRefused> {
    let mut reading = Reading::default();
    read_elements(bytes, &mut |path, value, currency| reading.element(path, value, currency))?;
    if reading.is_camt { Ok(reading.statement) } else { Err(FileRefusal::Unknown.into()) }
}

#[derive(Default)]
struct Reading {
    is_camt: bool,
    statement: Statement,
    entry: Entry,
    balance: Balance,
    number: u64,
}

#[derive(Default)]
struct Entry {
    amount: String,
    direction: String,
    status: String,
    day: String,
    reference: String,
    remark: String,
    names: [Option<String>; 2],
    accounts: [Option<String>; 2],
    is_reversal: bool,
}

#[derive(Default)]
struct Balance {
    code: String,
    amount: String,
    direction: String,
}

impl Reading {
    fn element(&mut self, path: &[String], value: &str, currency: Option<&str>) -> Result<(), FileRefused> {
        let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        let ["BkToCstmrStmt", rest @ ..] = path.as_slice() else { return Ok(()) };
        self.is_camt = true;
        let is_amount = matches!(rest, ["Stmt", "Bal" | "Ntry", "Amt"]);
        if is_amount && currency != Some("CNY") {
            return Err(FileRefusal::OtherMoney.into());
        }
        match rest {
            ["Stmt", "Bal"] => self.end_balance(),
            ["Stmt", "Bal", inner @ ..] => self.of_balance(inner, value),
            ["Stmt", "Ntry"] => self.end_entry()?,
            ["Stmt", "Ntry", inner @ ..] => self.of_entry(inner, value),
            _ => {}
        }
        Ok(())
    }

    fn of_balance(&mut self, path: &[&str], value: &str) {
        match path {
            ["Tp", "CdOrPrtry", "Cd"] => value.clone_into(&mut self.balance.code),
            ["Amt"] => value.clone_into(&mut self.balance.amount),
            ["CdtDbtInd"] => value.clone_into(&mut self.balance.direction),
            _ => {}
        }
    }

    fn end_balance(&mut self) {
        let balance = std::mem::take(&mut self.balance);
        let Ok(amount) = parse_amount(&balance.amount) else { return };
        let amount = if balance.direction == "DBIT" { -amount } else { amount };
        match balance.code.as_str() {
            "OPBD" | "PRCD" => self.statement.opening = Some(amount),
            "CLBD" => self.statement.closing = Some(amount),
            _ => {}
        }
    }

    fn of_entry(&mut self, path: &[&str], value: &str) {
        let entry = &mut self.entry;
        match path {
            ["Amt"] => value.clone_into(&mut entry.amount),
            ["CdtDbtInd"] => value.clone_into(&mut entry.direction),
            ["Sts"] | ["Sts", "Cd"] if !value.is_empty() => value.clone_into(&mut entry.status),
            ["RvslInd"] => entry.is_reversal = value == "true",
            ["BookgDt", "Dt" | "DtTm"] => value.clone_into(&mut entry.day),
            ["NtryDtls", "TxDtls", inner @ ..] => entry.of_payment(inner, value),
            ["AddtlNtryInf"] => value.clone_into(&mut entry.remark),
            _ => {}
        }
    }

    fn end_entry(&mut self) -> Result<(), FileRefused> {
        self.number += 1;
        if self.number > MOST_ROWS as u64 {
            return Err(FileRefusal::TooLarge.into());
        }
        let entry = std::mem::take(&mut self.entry);
        if entry.status == "PDNG" || entry.status == "INFO" {
            return Ok(());
        }
        match entry.finish(self.number) {
            Ok(entry) => self.statement.entries.push(entry),
            Err(fault) => self.statement.faults.push(fault),
        }
        Ok(())
    }
}

impl Entry {
    fn of_payment(&mut self, path: &[&str], value: &str) {
        match path {
            ["Refs", "EndToEndId"] => value.clone_into(&mut self.reference),
            ["RmtInf", "Ustrd"] if self.remark.is_empty() => value.clone_into(&mut self.remark),
            ["RltdPties", "Dbtr", "Nm"] | ["RltdPties", "Dbtr", "Pty", "Nm"] => self.names[0] = Some(value.to_owned()),
            ["RltdPties", "Cdtr", "Nm"] | ["RltdPties", "Cdtr", "Pty", "Nm"] => self.names[1] = Some(value.to_owned()),
            ["RltdPties", "DbtrAcct", "Id", "IBAN"] | ["RltdPties", "DbtrAcct", "Id", "Othr", "Id"] => {
                self.accounts[0] = Some(value.to_owned());
            }
            ["RltdPties", "CdtrAcct", "Id", "IBAN"] | ["RltdPties", "CdtrAcct", "Id", "Othr", "Id"] => {
                self.accounts[1] = Some(value.to_owned());
            }
            _ => {}
        }
    }

    fn finish(self, number: u64) -> Result<StatementEntry, CellFault> {
        let fault = |column: &str, value: &str, why| CellFault {
            row: number,
            column: column.to_owned(),
            value: Masked::new(value.to_owned()),
            why,
        };
        let amount = parse_amount(&self.amount).map_err(|why| fault("Amt", &self.amount, CellReason::Amount(why)))?;
        let came = match self.direction.as_str() {
            "CRDT" => true,
            "DBIT" => false,
            other => return Err(fault("CdtDbtInd", other, CellReason::Direction)),
        };
        let day = self.day.split('T').next().unwrap_or_default();
        let day: Day = day.parse().map_err(|_| fault("BookgDt", day, CellReason::Day))?;
        // The other side is who paid us, or whom we paid; of what came back it is whom we had paid.
        let side = usize::from(!came || self.is_reversal);
        let masked = |of: [Option<String>; 2]| of.into_iter().nth(side).flatten().map(Masked::new);
        let is_named = !self.reference.is_empty() && self.reference != "NOTPROVIDED";
        let reference = if is_named { self.reference } else { self.remark };
        Ok(StatementEntry {
            row: number,
            day,
            amount: if came { amount } else { Fen(-amount.0) },
            reference: Masked::new(reference),
            name: masked(self.names),
            account: masked(self.accounts),
        })
    }
}
