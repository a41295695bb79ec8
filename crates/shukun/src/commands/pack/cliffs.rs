//! `shukun pack cliffs`: lines at which one fen more of cost leaves the family with less to bear.
//!
//! Told under every reading of the ambiguities, unless a reading is asked for.

use std::collections::BTreeSet;

use serde::Serialize;
use shukun_base::Lang;
use shukun_engine::cliffs::{Cliff, cliffs as find_cliffs};
use shukun_policy::program::Program;

use crate::args::{Format, PackReadingArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, table};
use crate::runner::Runner;
use crate::words::pick;

/// Runs the command.
pub fn cliffs(args: &PackReadingArgs, lang: Lang) -> Result<Exit, CliError> {
    let runner = Runner::load(&args.paths, args.as_of, &args.reading, lang)?;
    let mut found: Vec<Found> = Vec::new();
    for region in runner.regions() {
        let Some(program) = runner.program_for(&region)? else { continue };
        add(&mut found, &program);
        let others = if args.reading.is_empty() { runner.other_readings_of(&program) } else { BTreeSet::new() };
        for other in others {
            add(&mut found, &runner.program_with(&region, &other)?);
        }
    }
    match args.format {
        Format::Json => print_json(&found)?,
        Format::Text => print(&text(&found, lang))?,
    }
    Ok(Exit::Done)
}

/// A cliff with the pack it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Found {
    pack: String,
    #[serde(flatten)]
    cliff: Cliff,
}

impl Found {
    /// The same drop at the same line; a reading that has nothing to do with it does not make it another.
    fn is_same_line(&self, other: &Found) -> bool {
        let line = |of: &Found| (of.pack.clone(), of.cliff.rule.clone(), of.cliff.below_fen, of.cliff.burden_past_fen);
        line(self) == line(other) && self.cliff.burden_below_fen == other.cliff.burden_below_fen
    }
}

fn add(found: &mut Vec<Found>, program: &Program) {
    for cliff in find_cliffs(program) {
        let rule = program.rules.iter().find(|rule| rule.name == cliff.rule);
        let pack = rule.and_then(|rule| program.packs.get(rule.pack.0)).map(|pack| pack.id.clone()).unwrap_or_default();
        let row = Found { pack, cliff };
        if !found.iter().any(|known| known.is_same_line(&row)) {
            found.push(row);
        }
    }
}

fn text(found: &[Found], lang: Lang) -> String {
    if found.is_empty() {
        return pick(lang, "没有断崖\n", "no cliffs\n").to_owned();
    }
    let header = [
        pick(lang, "制度包", "pack"),
        pick(lang, "规则", "rule"),
        pick(lang, "读法", "readings"),
        pick(lang, "费用到", "cost up to"),
        pick(lang, "负担", "burden"),
        pick(lang, "多一分后的负担", "burden one fen later"),
        pick(lang, "少负担", "drop"),
    ];
    let row = |Found { pack, cliff }: &Found| {
        let amounts = [cliff.below_fen, cliff.burden_below_fen, cliff.burden_past_fen, cliff.drop_fen];
        let mut row = vec![pack.clone(), cliff.rule.clone(), cliff.readings.join(";")];
        row.extend(amounts.iter().map(ToString::to_string));
        row
    };
    table(&header, &found.iter().map(row).collect::<Vec<_>>(), 3)
}
