//! `shukun pack …`: what an office does with its policy documents before anybody is paid by them.

mod charter;
mod check;
mod cliffs;
pub mod diff;
pub mod explain;
mod fmt;
mod test;

use shukun_base::Lang;

use crate::args::PackVerb;
use crate::error::CliError;
use crate::exit::Exit;

/// Runs a verb.
pub fn pack(verb: PackVerb, lang: Lang) -> Result<Exit, CliError> {
    match verb {
        PackVerb::Check(args) => check::check(&args, lang),
        PackVerb::Fmt(args) => fmt::fmt(&args, lang),
        PackVerb::Explain(args) => explain::explain(&args, lang),
        PackVerb::Diff(args) => diff::diff(&args, lang),
        PackVerb::Test(args) => test::test(&args, lang),
        PackVerb::Cliffs(args) => cliffs::cliffs(&args, lang),
    }
}
