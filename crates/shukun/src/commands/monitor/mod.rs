//! `shukun monitor`: the three colours month by month.
//!
//! One month's state and changes ([`through`]), a prediction trained ([`train`]) and measured ([`evaluate`]). What is computed is in `shukun_analysis::watch`; here files are read
//! and written.

mod evaluate;
mod month_book;
mod month_flow;
mod month_page;
mod month_text;
mod results;
mod stream;
mod through;
mod train;

use shukun_base::{Lang, Text};

use crate::args::MonitorArgs;
use crate::error::{CliError, Problem};
use crate::exit::Exit;

/// Runs the command: the command line has exactly one of the three tasks.
pub fn monitor(args: &MonitorArgs, lang: Lang) -> Result<Exit, CliError> {
    match (args.through, args.train, &args.lake, &args.out, &args.model) {
        (Some(month), _, Some(lake), Some(out), _) => through::through(args, month, lake, out, lang),
        (_, Some(years), Some(lake), _, Some(model)) => train::train(args, years, lake, model, lang),
        _ => evaluate::evaluate(args, lang),
    }
}

/// Packs that watch nobody.
fn no_alerts() -> CliError {
    CliError::from(Problem {
        code: "monitor-no-alerts",
        what: Text::new("制度包里没有带固定金额线的预警规则", "no pack has an alert rule with a fixed line"),
        place: Some("--packs".to_owned()),
        mend: Text::new("给出有预警规则的制度包", "give packs with an alert rule"),
        exit: Exit::Input,
    })
}
