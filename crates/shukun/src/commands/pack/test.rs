//! `shukun pack test`: every worked example against the rules beside it, exact to the fen.

use serde::Serialize;
use shukun_base::Lang;
use shukun_engine::examples::{ExampleCell, ExamplesReport, run_examples};
use shukun_policy::finding::Finding;
use shukun_policy::render::to_json;

use crate::args::{Format, PackPaths};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::packs::{Loaded, load_packs, shown};
use crate::runner::pack_errors;

/// Runs the command.
pub fn test(args: &PackPaths, lang: Lang) -> Result<Exit, CliError> {
    let loaded = load_packs(&args.paths)?;
    let errors: Vec<Finding> = loaded.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    if !errors.is_empty() {
        return Err(pack_errors(&errors, &loaded.set, lang));
    }
    let report = run_examples(&loaded.set);
    let report = only_named(report, &loaded);
    match args.format {
        Format::Json => print_json(&Tested {
            passed: report.passed,
            failed: report.failed,
            cells: &report.cells,
            findings: to_json(&report.findings, &loaded.set.sources),
        })?,
        Format::Text => {
            print(&shown(&report.findings, &loaded.set, lang))?;
            print(&counts(&report, &loaded, lang))?;
        }
    }
    Ok(if report.failed == 0 { Exit::Done } else { Exit::NeedsAttention })
}

#[derive(Serialize)]
struct Tested<'a> {
    passed: usize,
    failed: usize,
    cells: &'a [ExampleCell],
    findings: serde_json::Value,
}

/// A parent's examples are told when the parent is named.
fn only_named(mut report: ExamplesReport, loaded: &Loaded) -> ExamplesReport {
    report.cells.retain(|cell| loaded.named.contains(&cell.pack));
    report.findings.retain(|finding| loaded.is_about_named(finding));
    report.passed = report.cells.iter().filter(|cell| cell.holds()).count();
    report.failed = report.findings.iter().filter(|finding| finding.is_error()).count();
    report
}

fn counts(report: &ExamplesReport, loaded: &Loaded, lang: Lang) -> String {
    let mut text = String::new();
    for pack in &loaded.named {
        let cells: Vec<&ExampleCell> = report.cells.iter().filter(|cell| cell.pack == *pack).collect();
        let hold = cells.iter().filter(|cell| cell.holds()).count();
        text.push_str(&match lang {
            Lang::Zh => format!("{pack}：{hold}/{} 相符\n", cells.len()),
            Lang::En => format!("{pack}: {hold} of {} hold\n", cells.len()),
        });
    }
    let (passed, failed) = (report.passed, report.failed);
    text + &match lang {
        Lang::Zh => format!("算例：{passed} 处相符，{failed} 处不符\n"),
        Lang::En => format!("examples: {passed} passed, {failed} failed\n"),
    }
}
