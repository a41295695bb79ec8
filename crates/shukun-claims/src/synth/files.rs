//! The synthetic county as the files its offices would have. Start at [`write_county`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;
use serde::Serialize;
use shukun_base::Text;

use super::defects::{Defect, Planted, Planter};
use super::national_csv::{NationalCsv, quoted};
use super::people::{Household, Member};
use super::roster_sheet::RosterSheet;
use super::settle::Settled;
use super::settlement_sheet::SettlementSheets;
use super::sheet_row::{SheetRow, plain_yuan};
use super::{County, Outcome, Tally, Verification};

/// How the files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// How many defects to plant in the settlements of each year; fewer where there are less than seven rows to each.
    pub defects: u64,
    /// Whether the roster lists everybody instead of only people in hardship and holders of disability certificates.
    pub everyone: bool,
    /// Rows after which a settlement workbook is closed and another begun.
    pub rows_per_file: u64,
}

impl Default for WriteOptions {
    /// No defects, the offices' usual roster, half a million rows a file.
    fn default() -> WriteOptions {
        WriteOptions { defects: 0, everyone: false, rows_per_file: 500_000 }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Files an importer takes: settlement workbooks by year, then the roster.
    pub to_import: Vec<PathBuf>,
    /// The same settlements in the national form, to be imported instead of the workbooks.
    pub national: Vec<PathBuf>,
    /// README, verification, regions, planted defects.
    pub others: Vec<PathBuf>,
    /// People.
    pub people: u64,
    /// Rows of the roster.
    pub roster_rows: u64,
    /// Rows and planted defects of the settlements, by year.
    pub settlements: BTreeMap<i16, Planted>,
}

/// Why the files could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    path: PathBuf,
    detail: String,
}

impl WriteError {
    /// Stable code of the error.
    pub const CODE: &'static str = "synth-write";

    pub(super) fn io(path: &Path, error: &std::io::Error) -> WriteError {
        WriteError { path: path.to_owned(), detail: error.to_string() }
    }

    pub(super) fn workbook(path: &Path, error: &XlsxError) -> WriteError {
        WriteError { path: path.to_owned(), detail: error.to_string() }
    }

    /// What happened, where and how to mend it.
    pub fn text(&self) -> Text {
        let (path, detail) = (self.path.display(), &self.detail);
        Text::new(
            format!("无法写入 {path}：{detail}。请检查目录是否可写、磁盘是否有空间，文件是否正被其他程序打开。"),
            format!(
                "Cannot write {path}: {detail}. Check that the folder may be written, the disk has room and no other program holds the file."
            ),
        )
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for WriteError {}

/// One year's files while they are written.
struct YearFiles {
    year: i16,
    sheets: SettlementSheets,
    national: NationalCsv,
    planter: Planter,
    planted: Planted,
    tally: Tally,
}

/// Writes the county's files into `dir`, which is made where it is missing; files of the same names are replaced.
/// Holds one household at a time. `progress` is told how many people are done, now and then.
///
/// `settlements_<county>_<year>.xlsx` (a second one `…_2.xlsx` where the rows are many), the same claims as
/// `national/settlements_<county>_<year>.csv`, `roster_<county>_<last year>.xlsx`, `verification.csv`,
/// `regions_<county>.csv`, `planted.json` where defects were planted, and a README.
///
/// # Errors
/// When a file cannot be written.
pub fn write_county(
    county: &County,
    dir: &Path,
    options: WriteOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<Written, WriteError> {
    let plan = county.plan();
    let national = dir.join("national");
    std::fs::create_dir_all(&national).map_err(|error| WriteError::io(&national, &error))?;
    let mut years = Vec::new();
    for year in plan.years.clone() {
        years.push(YearFiles {
            year,
            sheets: SettlementSheets::new(plan.county, year, dir, options.rows_per_file),
            national: NationalCsv::create(plan.county, year, &national)?,
            planter: Planter::new(options.defects),
            planted: Planted::default(),
            tally: Tally::default(),
        });
    }
    let mut roster = RosterSheet::create(plan.county, *plan.years.end(), dir, options.everyone)?;
    let mut side = SideTables::new();
    let mut written = Written::default();
    for household in county.households() {
        roster.write(&household)?;
        for files in &mut years {
            files.add(county, &household)?;
        }
        side.add(county, &household);
        written.people += household.members.len() as u64;
        if household.number % 1_000 == 0 {
            progress(written.people);
        }
    }
    progress(written.people);
    let tallies: Vec<(i16, Tally)> = years.iter().map(|files| (files.year, files.tally)).collect();
    for files in years {
        files.finish(&mut written)?;
    }
    let (path, rows) = roster.finish()?;
    written.to_import.push(path);
    written.roster_rows = u64::from(rows);
    side.write(county, dir, &mut written)?;
    if options.defects > 0 {
        let json = serde_json::to_string_pretty(&written.settlements).unwrap_or_default();
        written.others.push(write_text(dir.join("planted.json"), &json)?);
    }
    written.others.push(write_text(dir.join("README.txt"), &readme(county, &tallies))?);
    Ok(written)
}

impl YearFiles {
    fn add(&mut self, county: &County, household: &Household) -> Result<(), WriteError> {
        self.tally.add(county, household, self.year);
        for member in &household.members {
            let year = self.year;
            for claim in member.claims.iter().filter(|claim| claim.discharged_on.year() == year) {
                self.write(household, member, claim)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, household: &Household, member: &Member, claim: &Settled) -> Result<(), WriteError> {
        let mut row = SheetRow::new(household, member, claim);
        let is_reversed = member.claims.iter().any(|other| other.reverses.as_ref() == Some(&claim.settlement_no));
        let defect = self.planter.plant(&mut row, is_reversed || claim.reverses.is_some());
        if let Some(defect) = defect {
            *self.planted.planted.entry(defect).or_default() += 1;
        }
        let times = if defect == Some(Defect::DuplicateRow) { 2 } else { 1 };
        for _ in 0..times {
            self.planted.rows += 1;
            self.planted.reversals += u64::from(claim.reverses.is_some());
            self.sheets.write(&row)?;
            self.national.write(&row)?;
        }
        Ok(())
    }

    fn finish(self, written: &mut Written) -> Result<(), WriteError> {
        written.to_import.extend(self.sheets.finish()?);
        written.national.push(self.national.finish()?);
        written.settlements.insert(self.year, self.planted);
        Ok(())
    }
}

/// Small tables that are kept until the end.
struct SideTables {
    verification: String,
    villages: BTreeSet<(String, String, String)>,
}

impl SideTables {
    fn new() -> SideTables {
        let verification = "\u{feff}年度,镇街,村社,姓名,身份证号,个人负担（元）,个人自负（元）,核查结果,是否救助,救助金额（元）,家庭年收入（元）\r\n";
        SideTables { verification: verification.to_owned(), villages: BTreeSet::new() }
    }

    fn add(&mut self, county: &County, household: &Household) {
        let village = &household.village;
        self.villages.insert((village.code.to_string(), village.town.clone(), village.name.clone()));
        for year in county.plan().years.clone() {
            for (place, member) in household.members.iter().enumerate() {
                if let Some(found) = county.verification(household, place, year) {
                    self.verification += &verification_line(household, member, &found);
                }
            }
        }
    }

    fn write(self, county: &County, dir: &Path, written: &mut Written) -> Result<(), WriteError> {
        written.others.push(write_text(dir.join("verification.csv"), &self.verification)?);
        let key = county.plan().county.key();
        let mut regions = "county,town_code,town,village_code,village\n".to_owned();
        for (code, town, village) in &self.villages {
            let (county, town_code) = (code.get(..6).unwrap_or_default(), code.get(..9).unwrap_or_default());
            // Writing to a String cannot fail.
            let _ = writeln!(regions, "{county},{town_code},{town},{code},{village}");
        }
        written.others.push(write_text(dir.join(format!("regions_{key}.csv")), &regions)?);
        Ok(())
    }
}

fn verification_line(household: &Household, member: &Member, found: &Verification) -> String {
    let (risk, aided, relief) = match found.outcome {
        Outcome::NoRisk => ("无致贫风险", "否", String::new()),
        Outcome::AtRisk => ("有致贫风险", "否", String::new()),
        Outcome::Aided(relief) => ("有致贫风险", "是", plain_yuan(relief)),
    };
    let village = &household.village;
    let fields = [
        found.year.to_string(),
        village.town.clone(),
        village.name.clone(),
        member.name.clone(),
        member.id_number.clone(),
        plain_yuan(found.personal_burden),
        plain_yuan(found.in_scope_copay),
        risk.to_owned(),
        aided.to_owned(),
        relief,
        plain_yuan(found.income_found),
    ];
    fields.map(|field| quoted(&field)).join(",") + "\r\n"
}

fn write_text(path: PathBuf, text: &str) -> Result<PathBuf, WriteError> {
    std::fs::write(&path, text).map_err(|error| WriteError::io(&path, &error))?;
    Ok(path)
}

fn readme(county: &County, tallies: &[(i16, Tally)]) -> String {
    let plan = county.plan();
    let (zh, people, seed) = (plan.county.zh(), plan.people, plan.seed);
    let (first, last) = (plan.years.start(), plan.years.end());
    let mut text = format!(
        "合成数据：{zh}，{people} 人，{first}—{last} 年，随机种子 {seed}。\n\
         表中的人、住址（村社）、病情和金额全部是虚构的；只有县和镇街的名称、代码是真实的。\n\
         身份证号前六位的后四位为 91xx—99xx，国家从未编配过这些地址码，因此不会是任何人的号码。\n\
         医保、大病、救助的支付比例也是虚构的，不是任何地方的政策。\n\
         同一县、同一种子、同一年度生成的文件逐字节相同。national/ 下是同样的结算（国家字段名，GB18030），二者导入其一即可。\n\n\
         Synthetic data: {county}, {people} people, {first}–{last}, seed {seed}.\n\
         All people, villages, illnesses and amounts are invented; only the names and codes of county and towns are real.\n\
         ID numbers begin with address codes (xx91xx–xx99xx) that the state has never given out: they are nobody's.\n\
         The funds' rates are invented too and are no place's policy. The same plan gives the same bytes.\n\
         national/ holds the same settlements in the national form; import one of the two.\n",
        county = plan.county.key(),
    );
    for (year, tally) in tallies {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{year}\n{tally}\n");
        for (published, count, of) in tally.compare(plan.county) {
            let _ = writeln!(text, "{}: {count}/{of}; published {}/{}", published.zh, published.count, published.of);
        }
    }
    text
}
