//! `shukun pack check`: every finding of the named packs and their charters, once for each region they are for.

use serde::Serialize;
use shukun_base::Lang;
use shukun_policy::finding::{Finding, Severity};
use shukun_policy::link;
use shukun_policy::render::to_json;

use super::charter::charter_findings;
use crate::args::{Format, PackPaths};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::packs::{Loaded, load_packs, shown};

/// Runs the command.
pub fn check(args: &PackPaths, lang: Lang) -> Result<Exit, CliError> {
    let loaded = load_packs(&args.paths)?;
    let findings = check_all(&loaded);
    let counts = Counts::of(&findings, loaded.named.len());
    match args.format {
        Format::Json => {
            let findings = to_json(&findings, &loaded.set.sources);
            print_json(&Checked { counts: &counts, findings })?;
        }
        Format::Text => {
            print(&shown(&findings, &loaded.set, lang))?;
            print(&counts.text(lang))?;
        }
    }
    Ok(if counts.errors == 0 { Exit::Done } else { Exit::NeedsAttention })
}

/// What is wrong with the files, then what does not fit together in any region; only about packs that were named.
fn check_all(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = loaded.findings.clone();
    findings.extend(charter_findings(&loaded.set.sources));
    for region in loaded.set.regions() {
        for finding in link::check(&loaded.set, Some(&region)) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings.retain(|finding| loaded.is_about_named(finding));
    findings.sort_by_key(|finding| (finding.place.map(|place| (place.file, place.start)), finding.code));
    findings
}

#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    counts: &'a Counts,
    findings: serde_json::Value,
}

#[derive(Serialize)]
struct Counts {
    packs: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
}

impl Counts {
    fn of(findings: &[Finding], packs: usize) -> Counts {
        let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Counts {
            packs,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            advice: count(Severity::Advice),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let Counts { packs, errors, warnings, advice } = self;
        match lang {
            Lang::Zh => format!("{packs} 份制度包：错误 {errors}，警告 {warnings}，提示 {advice}\n"),
            Lang::En => format!("{packs} packs: {errors} errors, {warnings} warnings, {advice} pieces of advice\n"),
        }
    }
}
