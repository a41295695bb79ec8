//! `shukun backup`, `restore`, `audit` and `fund export`: keeping an office's database, while it is served or not.

use serde::Serialize;
use shukun_base::{Lang, Text};
use shukun_web::keep::{self, AuditHead, Finding, Invariant, Office, Verified, find_head, label};

use super::serve::stopped;
use crate::args::{AuditArgs, BackupArgs, Format, FundExportArgs, OfficeArgs, RestoreArgs};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::words::pick;

/// Runs `shukun backup`.
pub fn backup(args: &BackupArgs, lang: Lang) -> Result<Exit, CliError> {
    let head = keep::back_up(&office(&args.office), &args.out).map_err(|error| stopped(&error))?;
    let what = pick(lang, "已备份到", "Backed up to");
    let keep = pick(
        lang,
        "审计末尾（抄在备份的标签上，与备份和密钥文件分开保管）",
        "End of the audit trail (write it on the backup's label; keep it, the backup and the key file apart)",
    );
    print(&format!("{what} {}\n{keep}\n  {}\n", args.out.display(), label(&head)))?;
    Ok(Exit::Done)
}

/// Runs `shukun restore`.
pub fn restore(args: &RestoreArgs, lang: Lang) -> Result<Exit, CliError> {
    let kept = kept(args.head.as_deref())?;
    let head = keep::restore(&args.file, &office(&args.office), kept.as_ref()).map_err(|error| stopped(&error))?;
    let what = pick(lang, "已恢复，审计记录核验无误", "Restored; the audit trail is whole");
    print(&format!("{what}\n  {}\n{}", label(&head), unkept(kept.is_some(), lang)))?;
    Ok(Exit::Done)
}

/// Runs `shukun audit`.
pub fn audit(args: &AuditArgs, lang: Lang) -> Result<Exit, CliError> {
    let kept = kept(args.head.as_deref())?;
    let (verified, found) = keep::audit(&office(&args.office), kept.as_ref()).map_err(|error| stopped(&error))?;
    let exit = if found.is_empty() { Exit::Done } else { Exit::NeedsAttention };
    if args.format == Format::Json {
        print_json(&Audited::of(&verified, kept.is_some(), &found))?;
        return Ok(exit);
    }
    let rows = verified.rows.to_string();
    let what = match lang {
        Lang::Zh => format!("审计记录共{rows}行，从第一行到最后一行核验无误"),
        Lang::En => format!("{rows} rows of the audit trail, whole from the first to the last"),
    };
    let trail = format!("{what}\n  {}\n{}", label(&verified.head), unkept(kept.is_some(), lang));
    print(&format!("{trail}{}", books(&found, lang)))?;
    Ok(exit)
}

/// What the audit found, for scripts.
#[derive(Serialize)]
struct Audited<'a> {
    trail: Trail,
    books: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Trail {
    rows: i64,
    /// As on a label.
    end: String,
    /// Whether an end that was kept elsewhere was met.
    end_was_kept: bool,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'static str,
    name: Text,
    holds: bool,
    at: Vec<&'a str>,
}

impl<'a> Audited<'a> {
    fn of(verified: &Verified, end_was_kept: bool, found: &'a [Finding]) -> Audited<'a> {
        let rule = |invariant: &Invariant| {
            let of_it = found.iter().filter(|found| found.invariant == *invariant);
            let at: Vec<&str> = of_it.map(|found| found.at.as_str()).collect();
            Rule { rule: invariant.key(), name: invariant.text(), holds: at.is_empty(), at }
        };
        let trail = Trail { rows: verified.rows, end: label(&verified.head), end_was_kept };
        Audited { trail, books: Invariant::ALL.iter().map(rule).collect() }
    }
}

/// Runs `shukun fund export`.
pub fn write_books(args: &FundExportArgs, lang: Lang) -> Result<Exit, CliError> {
    let books =
        keep::write_books(&office(&args.office), args.book.as_deref(), &args.out).map_err(|error| stopped(&error))?;
    let mut text = format!("{} {}\n", pick(lang, "已写到", "Written to"), args.out.display());
    for (book, transfers) in books {
        let count = pick(lang, "笔分录", "transfers");
        text.push_str(&format!("  {book}  {transfers} {count}\n"));
    }
    text.push_str(pick(
        lang,
        "摘要和受助人的代码不在文件里；谁在何时导出，已记入审计。\n",
        "What vouchers are about and the codes of people are left out; that the books were taken is in the audit trail.\n",
    ));
    print(&text)?;
    Ok(Exit::Done)
}

/// Each invariant of the books with what does not hold.
fn books(found: &[Finding], lang: Lang) -> String {
    let mut lines = format!("{}\n", pick(lang, "账册：十七条规则", "The books: seventeen rules"));
    for invariant in Invariant::ALL {
        let of_it: Vec<&str> =
            found.iter().filter(|found| found.invariant == *invariant).map(|found| found.at.as_str()).collect();
        let mark = if of_it.is_empty() { "✓" } else { "✕" };
        lines.push_str(&format!("  {mark} {:<4} {}\n", invariant.key(), invariant.text().in_lang(lang)));
        for at in of_it {
            lines.push_str(&format!("         {at}\n"));
        }
    }
    lines.push_str(pick(
        lang,
        "I11 只核读入过带余额对账单的账户，I14 只核已经公开的。\n",
        "I11 is about accounts of which a statement with a balance was read, I14 about what was published.\n",
    ));
    lines
}

/// What a proof without a kept end does not prove.
fn unkept(is_kept: bool, lang: Lang) -> String {
    if is_kept {
        return String::new();
    }
    let text = pick(
        lang,
        "没有给出另行保管的审计末尾（--head），末尾是否被截掉无从得知。",
        "No end that was kept elsewhere was given (--head): whether the last rows were cut off cannot be told.",
    );
    format!("{text}\n")
}

fn office(args: &OfficeArgs) -> Office {
    Office { data: args.data.clone(), database_url: args.database_url.clone(), keys: args.keys.clone() }
}

fn kept(label: Option<&str>) -> Result<Option<AuditHead>, CliError> {
    label.map(|label| find_head(label).ok_or_else(|| no_head(label))).transpose()
}

fn no_head(label: &str) -> CliError {
    CliError::from(Problem {
        code: "keep-head",
        what: Text::new("这不是审计末尾", "this is no end of an audit trail"),
        place: Some(label.to_owned()),
        mend: Text::new("照抄备份时打印的一行，如 1204:0a1b…", "copy the line that the backup printed, as 1204:0a1b…"),
        exit: Exit::Usage,
    })
}
