//! Files that go to a bank and come back from it. Bytes in, values out, and the other way.
//!
//! Knows no disk and no upload. What a bank wants differs from bank to bank, so columns are data: [`Template`] for files that
//! go out, [`ReturnColumns`] and [`StatementColumns`] for files that come in. What cannot be read is named by row and column and
//! handed back beside what could: nothing of a file is lost in silence. Start at [`write_bank_file`], [`read_returns`] and
//! [`read_statement`].

mod amount;
mod camt;
mod fault;
mod pain;
mod returns;
mod statement;
mod table;
mod template;
mod workbook;
mod write;

pub use amount::{AmountFault, parse_amount, plain_amount};
pub use fault::{CellFault, CellReason, FileRefusal, FileRefused, MOST_BYTES, MOST_ROWS};
pub use pain::read_pain;
pub use returns::{ReturnColumns, ReturnFile, ReturnLine, ReturnResult, read_returns};
pub use statement::{Statement, StatementColumns, StatementEntry, read_statement};
pub use template::{Encoding, Field, Form, Template};
pub use write::{BankFile, Order, Payer, read_bank_file, write_bank_file};

#[cfg(test)]
mod tests;
