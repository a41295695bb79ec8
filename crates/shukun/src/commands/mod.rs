//! One file per command, each small: read the arguments, call the crates, word the outcome.

pub mod checkpoint;
pub mod compare;
pub mod demo;
#[cfg(feature = "server")]
mod demo_office;
pub mod explain;
pub mod import;
#[cfg(feature = "server")]
pub mod keep;
pub mod monitor;
pub mod pack;
pub mod project;
pub mod screen;
#[cfg(feature = "server")]
pub mod serve;
pub mod settle;
pub mod settle_file;
pub mod synth;
pub mod verify;

use shukun_base::Lang;

use crate::args::Command;
#[cfg(feature = "server")]
use crate::args::FundVerb;
use crate::error::CliError;
use crate::exit::Exit;

/// Runs a command.
pub fn run(command: Command, lang: Lang) -> Result<Exit, CliError> {
    match command {
        Command::Import(args) => import::import(&args, lang),
        Command::Settle(args) => settle::settle(&args, lang),
        Command::SettleFile(args) => settle_file::settle_file(&args, lang),
        Command::Screen(args) => screen::screen(&args, lang),
        Command::Compare(args) => compare::compare(&args, lang),
        Command::Project(args) => project::project(&args, lang),
        Command::Monitor(args) => monitor::monitor(&args, lang),
        Command::Explain(args) => explain::explain(&args, lang),
        Command::Synth(args) => synth::synth(&args, lang),
        Command::Demo(args) => demo::demo(&args, lang),
        Command::Verify(args) => verify::verify(&args, lang),
        Command::Checkpoint(args) => checkpoint::checkpoint(&args.verb, lang),
        #[cfg(feature = "server")]
        Command::Serve(args) => serve::serve(&args, lang),
        #[cfg(feature = "server")]
        Command::Backup(args) => keep::backup(&args, lang),
        #[cfg(feature = "server")]
        Command::Restore(args) => keep::restore(&args, lang),
        #[cfg(feature = "server")]
        Command::Audit(args) => keep::audit(&args, lang),
        #[cfg(feature = "server")]
        Command::Fund(args) => match args.verb {
            FundVerb::Export(args) => keep::write_books(&args, lang),
        },
        #[cfg(not(feature = "server"))]
        Command::Serve(_) | Command::Backup(_) | Command::Restore(_) | Command::Audit(_) | Command::Fund(_) => {
            Err(CliError::without_server())
        }
        #[cfg(feature = "server")]
        Command::Work => Ok(crate::works::work()),
        #[cfg(not(feature = "server"))]
        Command::Work => Err(CliError::without_server()),
        Command::Pack(args) => pack::pack(args.verb, lang),
    }
}
