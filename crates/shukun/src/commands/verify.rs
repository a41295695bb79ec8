//! `shukun verify`: slips, totals, checkpoints and their history, from files that the fund published. It asks nobody and
//! needs no database.

use std::path::Path;

use serde::Serialize;
use shukun_base::{Lang, Text};
use shukun_fund::publishing::proof::{Check, Fault, Given, Published, what_it_proves};

use crate::args::{Format, VerifyArgs};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::words::pick;

/// Runs `shukun verify`.
pub fn verify(args: &VerifyArgs, lang: Lang) -> Result<Exit, CliError> {
    let given = read_all(args)?;
    let checks = given.checks();
    let holds = !checks.is_empty() && checks.iter().all(|check| check.faults.is_empty());
    match args.format {
        Format::Json => print_json(&Answer::of(&checks, holds, given.has_keys()))?,
        Format::Text => print(&shown(&checks, given.has_keys(), lang))?,
    }
    Ok(if holds && given.has_keys() { Exit::Done } else { Exit::NeedsAttention })
}

fn read_all(args: &VerifyArgs) -> Result<Given, CliError> {
    let mut given = Given::default();
    if let Some(path) = &args.keys {
        given.take_keys(&read(path)?);
        if !given.has_keys() {
            return Err(no_keys(path));
        }
    }
    for path in &args.files {
        given
            .take(&read(path)?, &|text| serde_json::from_str::<Published>(text).ok())
            .map_err(|fault| strange(path, fault))?;
    }
    args.slip.iter().for_each(|line| given.take_slip(line));
    Ok(given)
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))
}

fn strange(path: &Path, fault: Fault) -> CliError {
    CliError::from(Problem {
        code: "verify-file",
        what: fault.text(),
        place: Some(path.display().to_string()),
        mend: Text::new(
            "从基金公开页面重新下载；可以给的有：一批的公布文件、日志、检查点、回执单",
            "download it again from the fund's public page: a published batch, the log, a checkpoint, or slips",
        ),
        exit: Exit::Input,
    })
}

fn no_keys(path: &Path) -> CliError {
    CliError::from(Problem {
        code: "verify-keys",
        what: Text::new("公钥文件里没有一把公钥", "the file of keys holds no key"),
        place: Some(path.display().to_string()),
        mend: Text::new(
            "每行一把公钥，如 charity/2026+1a2b3c4d+Ae…，向签名机构索取",
            "one key a line, as charity/2026+1a2b3c4d+Ae…; ask the bodies that sign for theirs",
        ),
        exit: Exit::Input,
    })
}

fn shown(checks: &[Check], has_keys: bool, lang: Lang) -> String {
    let mut text: String = checks.iter().map(|check| line(check, lang)).collect();
    if checks.is_empty() {
        text.push_str(pick(lang, "没有可以核对的东西\n", "nothing here can be checked\n"));
    }
    if !has_keys {
        text.push_str(pick(
            lang,
            "没有核对签名：请用 --keys 给出签名机构的公钥\n",
            "signatures were not checked: give the bodies' keys with --keys\n",
        ));
    }
    let proves: String = what_it_proves().iter().map(|line| format!("  {}\n", line.in_lang(lang))).collect();
    format!("{text}\n{proves}")
}

fn line(check: &Check, lang: Lang) -> String {
    let what = check.checked.text();
    let head = format!("{} {}", what.in_lang(lang), check.subject);
    if check.faults.is_empty() {
        return format!("✓ {head}: {}\n", pick(lang, "相符", "holds"));
    }
    let why = |fault: &Fault| format!("    {} [{fault}]\n", fault.refusal().in_lang(lang));
    let faults: String = check.faults.iter().map(why).collect();
    format!("✗ {head}: {}\n{faults}", pick(lang, "不符", "does not hold"))
}

/// What a script reads.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    holds: bool,
    signatures_checked: bool,
    checks: &'a [Check],
    proves: [Text; 4],
}

impl Answer<'_> {
    fn of(checks: &[Check], holds: bool, signatures_checked: bool) -> Answer<'_> {
        Answer { holds, signatures_checked, checks, proves: what_it_proves() }
    }
}
