//! The villages' verification results: read, matched to codes, and told row by row what was not taken.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use shukun_analysis::watch::{Month, Precision, PrecisionRow, Verdict, Verified, Wilson};
use shukun_base::{Lang, PersonId, Text};
use shukun_claims::IdentityVault;
use shukun_claims::import::{
    Caps, FoundOutcome, ImportError, Regions, VerificationFile, VerifiedRow, read_verification,
};

use super::evaluate::percent;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::table;
use crate::words::{colour, pick};

/// The file in counts, and its rejected rows. `rows` = accepted + duplicates + superseded + rejected.
#[derive(Clone, Debug, Serialize)]
pub struct ResultsRead {
    /// Rows below the headers.
    pub rows: u64,
    /// One for each person and year.
    pub accepted: u64,
    /// Rows that say the same again.
    pub duplicates: u64,
    /// Rows before a later visit to the same person.
    pub superseded: u64,
    /// What was not taken, and why.
    pub rejected: Vec<RejectedRow>,
}

/// A row that was not taken. It repeats nothing of the row's content.
#[derive(Clone, Debug, Serialize)]
pub struct RejectedRow {
    /// The row, from 1.
    pub row: u32,
    /// The column.
    pub column: &'static str,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub what: Text,
    /// How to mend it.
    pub mend: Text,
}

/// Results by person and year.
pub type Results = BTreeMap<(PersonId, i16), Verified>;

/// Reads a file of results.
pub fn read_results(path: &Path, vault: &IdentityVault) -> Result<(ResultsRead, Results), CliError> {
    let bytes = std::fs::read(path).map_err(|error| CliError::unreadable(path, &error))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let person_of = |number: &str| vault.person_id(number);
    let file = read_verification(&name, &bytes, &Caps::default(), &person_of).map_err(|error| refused(path, &error))?;
    let results = file.accepted.iter().map(|row| ((row.person_id, row.year), verified(row))).collect();
    Ok((told(file), results))
}

fn refused(path: &Path, error: &ImportError) -> CliError {
    let mend = match error {
        ImportError::HeaderNotFound { .. } => Text::new(
            "第一行应有：人员编号（或身份证号）、年度、核查结果；可以有：预警月份、是否救助、核查日期",
            "the first row has to name person_id (or id_number), year and outcome; it may name month, helped and date",
        ),
        other => other.mend(),
    };
    CliError::from(Problem {
        code: error.code(),
        what: error.text(),
        place: Some(path.display().to_string()),
        mend,
        exit: Exit::Input,
    })
}

fn verified(row: &VerifiedRow) -> Verified {
    let verdict = match row.outcome {
        FoundOutcome::Helped => Verdict::Helped,
        FoundOutcome::AtRisk => Verdict::AtRisk,
        FoundOutcome::NotAtRisk | FoundOutcome::DataError => Verdict::NotConfirmed,
        FoundOutcome::CannotReach | FoundOutcome::Gone => Verdict::Open,
    };
    Verified { alerted: row.alerted.and_then(|(year, month)| Month::new(year, month)), verdict }
}

fn told(file: VerificationFile) -> ResultsRead {
    let rejected = file.rejected.into_iter().map(|bad| RejectedRow {
        row: bad.row,
        column: bad.column,
        code: bad.reason.code(),
        what: bad.reason.text(),
        mend: bad.reason.mend(),
    });
    ResultsRead {
        rows: file.rows,
        accepted: file.accepted.len() as u64,
        duplicates: file.duplicates,
        superseded: file.superseded,
        rejected: rejected.collect(),
    }
}

/// Rejected rows that are told on the terminal; JSON has all.
const TOLD: usize = 20;

/// The file in words.
pub fn read_text(read: &ResultsRead, lang: Lang) -> String {
    let rejected = read.rejected.len();
    let mut text = match lang {
        Lang::Zh => format!(
            "核查结果 {} 行：接受 {}，重复 {}，被后一次核查取代 {}，退回 {rejected}\n",
            read.rows, read.accepted, read.duplicates, read.superseded
        ),
        Lang::En => format!(
            "verification results, {} rows: {} accepted, {} duplicates, {} superseded by a later visit, {rejected} rejected\n",
            read.rows, read.accepted, read.duplicates, read.superseded
        ),
    };
    for row in read.rejected.iter().take(TOLD) {
        let (what, mend) = (row.what.in_lang(lang), row.mend.in_lang(lang));
        text.push_str(&match lang {
            Lang::Zh => format!("  第 {} 行 {} [{}] {what}；{mend}\n", row.row, row.column, row.code),
            Lang::En => format!("  row {} {} [{}] {what}; {mend}\n", row.row, row.column, row.code),
        });
    }
    text
}

/// Headings of the precision table.
pub fn precision_header(lang: Lang) -> [&'static str; 8] {
    [
        ("", ""),
        ("预警", "alerts"),
        ("已核查", "verified"),
        ("有风险", "at risk"),
        ("已救助", "helped"),
        ("没有结果", "no result"),
        ("未核查", "unverified"),
        ("准确率（95 % 区间）", "precision (95 % interval)"),
    ]
    .map(|(zh, en)| pick(lang, zh, en))
}

/// Every row of the table under its group's name.
pub fn precision_rows(found: &Precision, regions: &Regions, lang: Lang) -> Vec<Vec<String>> {
    let mut rows = vec![cells(pick(lang, "全部", "all").to_owned(), &found.all)];
    rows.extend(found.rules.iter().map(|row| cells(row.group.clone(), row)));
    rows.extend(found.colours.iter().map(|(reached, row)| cells(colour(*reached).in_lang(lang).to_owned(), row)));
    rows.extend(found.months.iter().map(|row| cells(row.group.clone(), row)));
    let town = |code: &String| regions.find_town_name(code).unwrap_or(code).to_owned();
    rows.extend(found.towns.iter().map(|row| cells(town(&row.group), row)));
    rows
}

fn cells(name: String, row: &PrecisionRow) -> Vec<String> {
    let counts = &row.counts;
    let numbers = [counts.alerts, counts.verified(), counts.confirmed, counts.helped, counts.open, counts.unverified];
    let mut cells = vec![name];
    cells.extend(numbers.map(|count| count.to_string()));
    cells.push(if counts.verified() == 0 { "—".to_owned() } else { interval(&row.precision) });
    cells
}

/// `7.0 % (6.3 %–7.9 %)`
pub fn interval(share: &Wilson) -> String {
    format!("{} ({}–{})", percent(share.share), percent(share.low), percent(share.high))
}

/// The table in words.
pub fn precision_text(found: &Precision, regions: &Regions, lang: Lang) -> String {
    let mut text = table(&precision_header(lang), &precision_rows(found, regions, lang), 1);
    text.push_str(&left_over(found, lang));
    text
}

/// Results that belong to no alert here, in one line; empty where there are none.
pub fn left_over(found: &Precision, lang: Lang) -> String {
    let (without, other) = (found.results_without_alert, found.results_of_other_years);
    match (without + other, lang) {
        (0, _) => String::new(),
        (_, Lang::Zh) => format!("另有核查结果 {without} 条所指的人这两年没有颜色，{other} 条是别的年度，都没有计入\n"),
        (_, Lang::En) => format!(
            "not counted: {without} results of people without a colour in these two years, {other} of other years\n"
        ),
    }
}
