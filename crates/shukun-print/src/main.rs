//! Sets a sheet: reads a [`Paper`] as JSON from standard input and writes a PDF to standard output.
//!
//! A program of its own, because setting type is the largest part of a build; the server starts it where it is there, and
//! shows its pages for print where it is not. It reads no file, asks no clock and has its letters with it: the same paper
//! is the same bytes wherever it is set. Ends with 0, or with 2 and one line of JSON on standard error.

mod error;
mod ground;
mod qr;
mod set;

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use error::Fault;

/// Longest paper it reads, in bytes: some ten thousand rows.
const LONGEST: u64 = 32 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}", fault.line());
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Fault> {
    let mut text = String::new();
    let read = std::io::stdin().take(LONGEST + 1).read_to_string(&mut text);
    read.map_err(|error| Fault::Unreadable(error.to_string()))?;
    if text.len() as u64 > LONGEST {
        return Err(Fault::TooLong(LONGEST));
    }
    let paper = serde_json::from_str(&text).map_err(|error| Fault::Unreadable(error.to_string()))?;
    let pdf = set::set(&paper)?;
    std::io::stdout().write_all(&pdf).map_err(|error| Fault::Unwritable(error.to_string()))
}
