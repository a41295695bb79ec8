//! What goes to the terminal: results to standard output, progress to standard error.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use comfy_table::{CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use shukun_base::{Fen, Lang};

use crate::error::CliError;

/// Writes a result. A reader that went away (`| head`) is no error.
pub fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::unwritable(Path::new("stdout"), &error)),
        _ => Ok(()),
    }
}

/// Writes a result for a script: one JSON value and a line end.
pub fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => Err(CliError::unwritable(Path::new("stdout"), &error)),
    }
}

/// Writes one JSON value as one line: several make JSON Lines.
pub fn print_line(value: &impl Serialize) -> Result<(), CliError> {
    match serde_json::to_string(value) {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => Err(CliError::unwritable(Path::new("stdout"), &error)),
    }
}

/// A table without lines; the columns from `first_number` on are numbers and stand right.
pub fn table(header: &[&str], rows: &[Vec<String>], first_number: usize) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(first_number) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned());
    lines.map(|line| line + "\n").collect()
}

/// `12,345.67元`
pub fn money(amount: Fen, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{amount}元"),
        Lang::En => format!("{amount} yuan"),
    }
}

/// A bar on standard error; invisible where that is no terminal.
pub fn progress(length: u64, message: &str) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length), target).with_message(message.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// A moving sign on standard error for work of unknown length; invisible where that is no terminal.
pub fn spinner(message: &str) -> ProgressBar {
    let bar = progress(0, message);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// `1.2 s`, for lines that tell how long a step took.
pub fn seconds(elapsed: Duration) -> String {
    format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100)
}

/// The most memory this process has held so far, in whole MiB, where the system tells (`/proc/self/status`).
pub fn find_peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024)
}
