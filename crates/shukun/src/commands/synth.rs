//! `shukun synth`: the spreadsheets of a county where nobody exists.

use std::path::Path;

use shukun_base::{Lang, Text};
use shukun_claims::synth::{CountyName, CountyPlan, WriteError, WriteOptions, Written, synthesise, write_county};

use crate::args::{Format, SynthArgs};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json, progress};
use crate::words::pick;

/// Runs the command.
pub fn synth(args: &SynthArgs, lang: Lang) -> Result<Exit, CliError> {
    let Some(county) = CountyName::find(&args.county) else { return Err(unknown_county(&args.county)) };
    let plan = CountyPlan { county, people: args.people.into(), seed: args.seed, years: years(args.from, args.to) };
    let options = WriteOptions { defects: args.defects.into(), ..WriteOptions::default() };
    let written = write(plan, args.courses, &args.out, options, lang)?;
    match args.format {
        Format::Json => print_json(&written)?,
        Format::Text => print(&text(&written, lang))?,
    }
    Ok(Exit::Done)
}

fn years(from: i16, to: Option<i16>) -> std::ops::RangeInclusive<i16> {
    from..=to.unwrap_or(from)
}

/// Makes the county's files, with a progress bar; `courses` as in `shukun_claims::synth::County::with_courses`.
pub fn write(
    plan: CountyPlan,
    courses: bool,
    out: &Path,
    options: WriteOptions,
    lang: Lang,
) -> Result<Written, CliError> {
    let bar = progress(plan.people, pick(lang, "合成", "synthesising"));
    let county = synthesise(plan).map_err(|error| {
        let mend = Text::new("改 --people 或年度后再运行", "change --people or the years and run again");
        CliError::usage(error.code(), error.text(), None, mend)
    })?;
    let county = if courses { county.with_courses() } else { county };
    let written = write_county(&county, out, options, &mut |people| bar.set_position(people));
    bar.finish_and_clear();
    written.map_err(|error| unwritable(out, &error))
}

fn unwritable(out: &Path, error: &WriteError) -> CliError {
    CliError::from(Problem {
        code: WriteError::CODE,
        what: error.text(),
        place: Some(out.display().to_string()),
        mend: Text::new("换一个 --out 文件夹再运行", "choose another folder with --out and run again"),
        exit: Exit::Output,
    })
}

fn unknown_county(name: &str) -> CliError {
    let known: Vec<String> =
        CountyName::ALL.iter().map(|county| format!("{}（{}）", county.key(), county.zh())).collect();
    let known = known.join("、");
    CliError::usage(
        "synth-county",
        Text::new(format!("没有叫“{name}”的县"), format!("no county is called {name:?}")),
        Some("--county".to_owned()),
        Text::new(format!("可以写：{known}"), format!("it can be: {known}")),
    )
}

fn text(written: &Written, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Zh => format!("{} 人（均为虚构），花名册 {} 行\n", written.people, written.roster_rows),
        Lang::En => format!("{} people (nobody exists), {} rows in the roster\n", written.people, written.roster_rows),
    };
    for path in written.to_import.iter().chain(&written.others) {
        text.push_str(&format!("  {}\n", path.display()));
    }
    text
}
