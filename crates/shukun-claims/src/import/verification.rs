//! What villages found when they looked at alerted people: a CSV or workbook of results, one alert a row.
//!
//! Columns by their headers, in Chinese or English, in any order: who (人员编号 or 身份证号), the year of the costs, what was
//! found; where known the month of the alert, whether relief was paid, the day of the visit. Every row is accepted, a
//! duplicate, superseded by a later visit, or rejected with a reason. ID numbers become codes here and go no further.
//! Start at [`read_verification`].

use std::collections::BTreeMap;

use shukun_base::{Day, PersonId};

use super::caps::Caps;
use super::error::ImportError;
use super::mapping::{plain, plain_header};
use super::reader::{Row, RowSink, read_rows};
use super::reason::Reason;
use super::values::{self, IdFault};

/// How far down the row of headers may stand.
const HEADER_WITHIN: u32 = 20;

/// What was found of an alerted person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundOutcome {
    /// Relief was paid (已救助).
    Helped,
    /// At risk of impoverishment (有致贫风险).
    AtRisk,
    /// Not at risk (无致贫风险).
    NotAtRisk,
    /// The alert rested on wrong data (数据有误).
    DataError,
    /// Could not be reached (联系不上).
    CannotReach,
    /// Moved away, died, or on the list twice: nothing can be said of the alert.
    Gone,
}

/// One accepted row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRow {
    /// The row, from 1.
    pub row: u32,
    /// The person.
    pub person_id: PersonId,
    /// The year of the costs.
    pub year: i16,
    /// Year and month of the alert, where the file tells.
    pub alerted: Option<(i16, i8)>,
    /// What was found.
    pub outcome: FoundOutcome,
    /// The day of the visit, where the file tells.
    pub on: Option<Day>,
}

/// A row that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedResult {
    /// The row, from 1.
    pub row: u32,
    /// The column.
    pub column: &'static str,
    /// Why.
    pub reason: Reason,
}

/// A file of results. `rows` = accepted + duplicates + superseded + rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerificationFile {
    /// Rows below the headers.
    pub rows: u64,
    /// One for each person and year.
    pub accepted: Vec<VerifiedRow>,
    /// Rows that say the same again.
    pub duplicates: u64,
    /// Rows before a later visit to the same person.
    pub superseded: u64,
    /// Rows with something wrong.
    pub rejected: Vec<RejectedResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Code,
    IdNumber,
    Year,
    Month,
    Outcome,
    Helped,
    On,
}

impl Part {
    /// Its name in both languages' files, as it is told.
    fn name(self) -> &'static str {
        match self {
            Part::Code => "人员编号 person_id",
            Part::IdNumber => "身份证号 id_number",
            Part::Year => "年度 year",
            Part::Month => "预警月份 month",
            Part::Outcome => "核查结果 outcome",
            Part::Helped => "是否救助 helped",
            Part::On => "核查日期 date",
        }
    }
}

/// Headers as they are compared, and what they are.
const HEADERS: &[(&str, Part)] = &[
    ("人员编号", Part::Code),
    ("人员代码", Part::Code),
    ("person_id", Part::Code),
    ("personcode", Part::Code),
    ("身份证号", Part::IdNumber),
    ("身份证号码", Part::IdNumber),
    ("证件号码", Part::IdNumber),
    ("id_number", Part::IdNumber),
    ("年度", Part::Year),
    ("费用年度", Part::Year),
    ("year", Part::Year),
    ("预警月份", Part::Month),
    ("月份", Part::Month),
    ("month", Part::Month),
    ("核查结果", Part::Outcome),
    ("甄别结果", Part::Outcome),
    ("核实结果", Part::Outcome),
    ("outcome", Part::Outcome),
    ("result", Part::Outcome),
    ("是否救助", Part::Helped),
    ("是否帮扶", Part::Helped),
    ("helped", Part::Helped),
    ("核查日期", Part::On),
    ("甄别日期", Part::On),
    ("date", Part::On),
    ("verified_on", Part::On),
];

/// Words of the result, as they are compared.
const OUTCOMES: &[(&str, FoundOutcome)] = &[
    ("有致贫风险", FoundOutcome::AtRisk),
    ("有风险", FoundOutcome::AtRisk),
    ("at_risk", FoundOutcome::AtRisk),
    ("已救助", FoundOutcome::Helped),
    ("已帮扶", FoundOutcome::Helped),
    ("helped", FoundOutcome::Helped),
    ("无致贫风险", FoundOutcome::NotAtRisk),
    ("无风险", FoundOutcome::NotAtRisk),
    ("not_at_risk", FoundOutcome::NotAtRisk),
    ("联系不上", FoundOutcome::CannotReach),
    ("无法联系", FoundOutcome::CannotReach),
    ("cannot_reach", FoundOutcome::CannotReach),
    ("数据有误", FoundOutcome::DataError),
    ("数据错误", FoundOutcome::DataError),
    ("data_error", FoundOutcome::DataError),
    ("迁出", FoundOutcome::Gone),
    ("moved", FoundOutcome::Gone),
    ("死亡", FoundOutcome::Gone),
    ("已故", FoundOutcome::Gone),
    ("deceased", FoundOutcome::Gone),
    ("重复", FoundOutcome::Gone),
    ("duplicate", FoundOutcome::Gone),
];

/// Reads a file of results; `person_of` gives the code of a checked ID number.
///
/// # Errors
/// [`ImportError`] where nothing of the file could be read, or no row of headers names a person, a year and a result.
pub fn read_verification(
    name: &str,
    bytes: &[u8],
    caps: &Caps,
    person_of: &dyn Fn(&str) -> PersonId,
) -> Result<VerificationFile, ImportError> {
    let mut sheets =
        Sheets { person_of, columns: None, names: Vec::new(), is_found: false, file: VerificationFile::default() };
    read_rows(name, bytes, caps, &mut sheets)?;
    if !sheets.is_found {
        return Err(ImportError::HeaderNotFound { sheets: sheets.names });
    }
    Ok(settle_repeats(sheets.file))
}

/// The rows while they come in.
struct Sheets<'a> {
    person_of: &'a dyn Fn(&str) -> PersonId,
    /// Of the sheet being read, once its headers were found.
    columns: Option<BTreeMap<Part, u16>>,
    names: Vec<String>,
    is_found: bool,
    file: VerificationFile,
}

impl RowSink for Sheets<'_> {
    fn sheet(&mut self, name: &str, _epoch_1904: bool) -> Result<(), ImportError> {
        self.columns = None;
        self.names.push(name.to_owned());
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), ImportError> {
        let Some(columns) = &self.columns else {
            self.columns = find_columns(&row);
            self.is_found |= self.columns.is_some();
            return Ok(());
        };
        self.file.rows += 1;
        match read_row(&row, columns, self.person_of) {
            Ok(accepted) => self.file.accepted.push(accepted),
            Err((part, reason)) => {
                self.file.rejected.push(RejectedResult { row: row.number, column: part.name(), reason });
            }
        }
        Ok(())
    }
}

fn find_columns(row: &Row) -> Option<BTreeMap<Part, u16>> {
    if row.number > HEADER_WITHIN {
        return None;
    }
    let mut columns = BTreeMap::new();
    for cell in &row.cells {
        let header = plain_header(&cell.text);
        if let Some((_, part)) = HEADERS.iter().find(|(known, _)| *known == header) {
            columns.entry(*part).or_insert(cell.column);
        }
    }
    let has = |part| columns.contains_key(&part);
    let is_whole = (has(Part::Code) || has(Part::IdNumber)) && has(Part::Year) && has(Part::Outcome);
    is_whole.then_some(columns)
}

type Wrong = (Part, Reason);

fn read_row(
    row: &Row,
    columns: &BTreeMap<Part, u16>,
    person_of: &dyn Fn(&str) -> PersonId,
) -> Result<VerifiedRow, Wrong> {
    let text = |part: Part| {
        let cell = columns.get(&part).and_then(|column| row.cell(*column));
        cell.map(|cell| cell.text.trim()).filter(|text| !values::is_blank(text))
    };
    let required = |part: Part| text(part).ok_or((part, Reason::MissingValue));
    let person_id = match (text(Part::Code), text(Part::IdNumber)) {
        (Some(code), _) => PersonId(code.parse().map_err(|_| (Part::Code, Reason::NotANumber))?),
        (None, Some(number)) => person_of(&values::id_card(number).map_err(id_reason)?.number),
        (None, None) => return Err((who(columns), Reason::MissingValue)),
    };
    let year = read_year(required(Part::Year)?).ok_or((Part::Year, Reason::BadDate))?;
    let word = required(Part::Outcome)?;
    let known = OUTCOMES.iter().find(|(known, _)| *known == plain(word)).map(|(_, outcome)| *outcome);
    let mut outcome = known.ok_or((Part::Outcome, Reason::UnknownValue))?;
    if let Some(word) = text(Part::Helped) {
        match plain(word).as_str() {
            "是" | "yes" | "true" | "1" => outcome = FoundOutcome::Helped,
            "否" | "no" | "false" | "0" => {}
            _ => return Err((Part::Helped, Reason::UnknownValue)),
        }
    }
    let month = |text| read_month(text, year).ok_or((Part::Month, Reason::BadDate));
    let day = |text| values::day(text, false).ok_or((Part::On, Reason::BadDate));
    Ok(VerifiedRow {
        row: row.number,
        person_id,
        year,
        alerted: text(Part::Month).map(month).transpose()?,
        outcome,
        on: text(Part::On).map(day).transpose()?,
    })
}

fn who(columns: &BTreeMap<Part, u16>) -> Part {
    if columns.contains_key(&Part::IdNumber) { Part::IdNumber } else { Part::Code }
}

fn id_reason(fault: IdFault) -> Wrong {
    let reason = match fault {
        IdFault::Form => Reason::IdFormat,
        IdFault::Checksum | IdFault::BirthDate => Reason::IdChecksum,
    };
    (Part::IdNumber, reason)
}

/// `2024` or `2024年`.
fn read_year(text: &str) -> Option<i16> {
    plain(text).trim_end_matches('年').parse().ok().filter(|year| (2000..=2100).contains(year))
}

/// `2024-08`, `202408`, `2024年8月`, or `8` and `8月` of the year of the costs.
fn read_month(text: &str, year: i16) -> Option<(i16, i8)> {
    let plain = plain(text);
    let parts: Vec<&str> = plain.split(['-', '/', '.', '年', '月']).filter(|part| !part.is_empty()).collect();
    let (year, month) = match parts.as_slice() {
        [whole] if whole.len() == 6 => (whole.get(..4)?.parse().ok()?, whole.get(4..)?),
        [month] => (year, *month),
        [of, month] => (of.parse().ok()?, *month),
        _ => return None,
    };
    let month: i8 = month.parse().ok()?;
    Day::new(year, month, 1).ok().filter(|_| (2000..=2101).contains(&year)).map(|_| (year, month))
}

/// Of several rows about one person and year the latest visit counts; two on one day that differ contradict each other.
fn settle_repeats(mut file: VerificationFile) -> VerificationFile {
    let mut by_alert: BTreeMap<(PersonId, i16), Vec<VerifiedRow>> = BTreeMap::new();
    for row in file.accepted.drain(..) {
        by_alert.entry((row.person_id, row.year)).or_default().push(row);
    }
    for rows in by_alert.into_values() {
        let last = rows.iter().map(|row| row.on).max().flatten();
        let (latest, earlier): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.on == last);
        file.superseded += earlier.len() as u64;
        let outcomes: std::collections::BTreeSet<FoundOutcome> = latest.iter().map(|row| row.outcome).collect();
        if outcomes.len() > 1 {
            let reject = |row: VerifiedRow| RejectedResult {
                row: row.row,
                column: Part::Outcome.name(),
                reason: Reason::ConflictingDuplicate,
            };
            file.rejected.extend(latest.into_iter().map(reject));
            continue;
        }
        file.duplicates += latest.len().saturating_sub(1) as u64;
        file.accepted.extend(latest.into_iter().next());
    }
    file.rejected.sort_by_key(|rejected| rejected.row);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> VerificationFile {
        let person_of = |number: &str| PersonId(number.len() as u64);
        let file = read_verification("核查.csv", text.as_bytes(), &Caps::default(), &person_of).unwrap();
        let sum = file.accepted.len() as u64 + file.duplicates + file.superseded + file.rejected.len() as u64;
        assert_eq!(file.rows, sum, "nothing is lost");
        file
    }

    fn outcomes(file: &VerificationFile) -> Vec<(u64, FoundOutcome)> {
        file.accepted.iter().map(|row| (row.person_id.0, row.outcome)).collect()
    }

    #[test]
    fn both_languages_and_any_order() {
        let zh = read(
            "核查结果,年度,人员编号,预警月份,核查日期\n有致贫风险,2024年,7,8月,2024-09-03\n无风险,2024,8,2024-02,\n",
        );
        assert_eq!(outcomes(&zh), [(7, FoundOutcome::AtRisk), (8, FoundOutcome::NotAtRisk)]);
        assert_eq!(zh.accepted[0].alerted, Some((2024, 8)));
        assert_eq!(zh.accepted[1].alerted, Some((2024, 2)));
        let en = read("person_id,year,month,outcome,date\n7,2024,202408,at_risk,2024/9/3\n8,2024,2,not_at_risk,\n");
        let without_rows = |file: VerificationFile| {
            file.accepted.into_iter().map(|row| VerifiedRow { row: 0, ..row }).collect::<Vec<_>>()
        };
        assert_eq!(without_rows(zh), without_rows(en));
    }

    #[test]
    fn the_synthetic_county_s_own_file_is_read() {
        let body = "33919119600101001";
        let number = format!("{body}{}", shukun_base::id_number_check(body).unwrap());
        let file = read(&format!(
            "\u{feff}年度,镇街,村社,姓名,身份证号,个人负担（元）,核查结果,是否救助,救助金额（元）\r\n2022,塘下镇,前进,某某,{number},51000.00,有致贫风险,是,9000.00\r\n2023,塘下镇,前进,某某,{number},51000.00,无致贫风险,否,\r\n"
        ));
        // The reading function of these tests makes the code of the number's length.
        assert_eq!(outcomes(&file), [(18, FoundOutcome::Helped), (18, FoundOutcome::NotAtRisk)]);
        assert_eq!(file.rejected, []);
    }

    #[test]
    fn a_bad_row_is_rejected_with_its_reason() {
        let file = read(
            "人员编号,身份证号,年度,预警月份,核查结果,是否救助,核查日期\nx,,2024,,有风险,,\n,12345,2024,,有风险,,\n,,2024,,有风险,,\n3,,二四,,有风险,,\n4,,2024,13,有风险,,\n5,,2024,,也许,,\n6,,2024,,有风险,大概,\n7,,2024,,有风险,,九月\n8,,2024,,,,\n9,,2024,1,已救助,,\n",
        );
        let codes: Vec<(u32, &str)> = file.rejected.iter().map(|row| (row.row, row.reason.code())).collect();
        let expected = [
            (2, "not_a_number"),
            (3, "id_format"),
            (4, "missing_value"),
            (5, "bad_date"),
            (6, "bad_date"),
            (7, "unknown_value"),
            (8, "unknown_value"),
            (9, "bad_date"),
            (10, "missing_value"),
        ];
        assert_eq!(codes, expected);
        assert_eq!(outcomes(&file), [(9, FoundOutcome::Helped)]);
    }

    #[test]
    fn the_latest_visit_counts_and_contradictions_do_not() {
        let file = read(
            "person_id,year,outcome,date\n1,2024,cannot_reach,2024-05-01\n1,2024,at_risk,2024-06-01\n2,2024,at_risk,\n2,2024,at_risk,\n3,2024,at_risk,2024-05-01\n3,2024,not_at_risk,2024-05-01\n3,2023,not_at_risk,\n",
        );
        let mut found = outcomes(&file);
        found.sort();
        assert_eq!(found, [(1, FoundOutcome::AtRisk), (2, FoundOutcome::AtRisk), (3, FoundOutcome::NotAtRisk)]);
        assert_eq!((file.superseded, file.duplicates, file.rejected.len()), (1, 1, 2));
        assert!(file.rejected.iter().all(|row| row.reason == Reason::ConflictingDuplicate));
    }

    #[test]
    fn a_file_without_the_headers_is_refused() {
        let person_of = |_: &str| PersonId(0);
        let read = |text: &str| read_verification("a.csv", text.as_bytes(), &Caps::default(), &person_of);
        for text in ["", "姓名,结果\n某某,好\n", "person_id,year\n1,2024\n"] {
            assert!(matches!(read(text), Err(ImportError::HeaderNotFound { .. })), "{text:?}");
        }
    }
}
