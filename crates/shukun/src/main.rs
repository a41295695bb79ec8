//! The command line: the one place where packs, spreadsheets, the lake and the engine meet.
//!
//! It opens files, shows progress and words outcomes; it decides nothing about money. One file per command below
//! [`commands`]; start there. Exit codes are in [`exit`], and in docs/cli.md.

mod args;
mod book;
mod case;
mod chart;
mod commands;
mod error;
mod exit;
mod help;
mod locale;
mod output;
mod pack_words;
mod packs;
mod page;
mod run;
mod runner;
mod screening;
mod screening_book;
mod settling;
#[cfg(feature = "server")]
mod sheet_lines;
mod sources;
mod spec;
mod words;
#[cfg(feature = "server")]
mod works;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let lang = locale::find_lang(&arguments, |name| std::env::var(name).ok());
    let outcome = match args::parse(&arguments, lang) {
        Ok(cli) => commands::run(cli.command, lang),
        Err(args::Stop::Shown(text)) => output::print(&text).map(|()| exit::Exit::Done),
        Err(args::Stop::Wrong(error)) => Err(error),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprint!("{}", error.shown(lang));
            error.exit.into()
        }
    }
}
