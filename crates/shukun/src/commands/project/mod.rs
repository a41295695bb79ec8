//! `shukun project`: what a policy would cost each fund over the coming years, with bands.
//!
//! Reads lake, packs and a file of assumptions, writes `project.json`, `project.xlsx` and `project.html`. The figures are
//! [`shukun_analysis::project`]'s; what they mean is in docs/project.md.

mod assumptions;
mod book;
mod page;
mod people;
mod report;
mod text;

#[cfg(test)]
mod truth;

use std::path::Path;
use std::time::Instant;

use shukun_analysis::project::report::Projection;
use shukun_analysis::project::{Assumed, Plan, Sample, Survey};
use shukun_base::Lang;
use shukun_claims::Lake;

use self::assumptions::{Growths, base_year, growths};
use self::people::{Policies, looks_at_income, settle_all, survey};
use self::report::Report;
use crate::args::{Format, ProjectArgs};
use crate::commands::compare::report::PolicySide;
use crate::commands::settle::closing;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, progress};
use crate::spec::Spec;
use crate::words::pick;

/// Runs the command.
pub fn project(args: &ProjectArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let baseline = Spec::read("--packs", &args.packs, args.as_of)?;
    let variant = args.variant.as_deref().map(|words| Spec::read("--variant", words, args.as_of)).transpose()?;
    let policies =
        Policies { baseline: baseline.load(lang)?, variant: variant.as_ref().map(|spec| spec.load(lang)).transpose()? };
    let lake = Lake::open(&args.lake)?;
    let bar = progress(2 * u64::from(lake.bucket_count()), pick(lang, "推算", "projecting"));
    let (seen, uncovered) = survey(&lake, &policies, &bar)?;
    let base_year = base_year(&seen, args.base_year)?;
    let growths = growths(args.growth.as_deref(), &seen, base_year, looks_at_income(&policies)?)?;
    let plan = plan(args, &growths, &seen, base_year);
    std::fs::create_dir_all(&args.out).map_err(|error| CliError::unwritable(&args.out, &error))?;
    let sums = settle_all(&lake, &policies, &plan, &bar)?;
    bar.finish_and_clear();
    let projection = Projection {
        base_year,
        years: plan.years,
        draws: plan.draws,
        seed: plan.seed,
        sample: plan.sample.clone(),
        growth: growths.assumed,
        seen: seen.years(),
        lines: sums.finish(&plan, policies.variant.is_some()),
    };
    let side = |spec: &Spec, runner| PolicySide::of(spec, runner);
    let variant = variant.as_ref().zip(policies.variant.as_ref()).map(|(spec, runner)| side(spec, runner));
    let report = Report::new(&lake, (side(&baseline, &policies.baseline), variant), uncovered, projection);
    write(&report, &args.out, lang)?;
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => {
            print(&text::text(&report, lang))?;
            print(&closing(&args.out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

fn plan(args: &ProjectArgs, growths: &Growths, seen: &Survey, base_year: i16) -> Plan {
    let assumed = Assumed {
        claimants: growths.assumed.claimants.clone(),
        cost: growths.assumed.cost.clone(),
        income: growths.income,
    };
    Plan {
        base_year,
        years: args.years,
        draws: args.draws,
        seed: args.seed,
        assumed,
        sample: Sample::plan(seen, base_year, args.sample, args.seed),
    }
}

fn write(report: &Report, out: &Path, lang: Lang) -> Result<(), CliError> {
    let save = |name: &str, text: String| {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| CliError::unwritable(&path, &error))
    };
    let json = serde_json::to_string_pretty(report).map_err(|error| CliError::unwritable(out, &error))?;
    save("project.json", json + "\n")?;
    book::write_book(report, &out.join("project.xlsx"), lang)?;
    save("project.html", page::page(report, lang))
}
