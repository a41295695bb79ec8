//! The synthetic county as the files its offices would have. Start at [`write_county`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use shukun_base::Day;

use super::defects::{Defect, Planted, Planter};
use super::error::WriteError;
use super::national_csv::NationalCsv;
use super::people::{Household, Member};
use super::roster_sheet::RosterSheet;
use super::settle::Settled;
use super::settlement_sheet::SettlementSheets;
use super::sheet_row::SheetRow;
use super::side_files::{SideFiles, write_text};
use super::{County, Tally};

/// How the files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// How many defects to plant in the settlements of each year; fewer where there are less than seven rows to each.
    pub defects: u64,
    /// Whether the roster lists everybody instead of only people in hardship and holders of disability certificates.
    pub everyone: bool,
    /// Rows after which a settlement workbook is closed and another begun.
    pub rows_per_file: u64,
    /// Months of the year after which another settlement workbook is begun, in order, by the day of settlement: as an office
    /// exports them. None = a year in one.
    pub cut_after: &'static [i8],
}

impl Default for WriteOptions {
    /// No defects, the offices' usual roster, half a million rows a file.
    fn default() -> WriteOptions {
        WriteOptions { defects: 0, everyone: false, rows_per_file: 500_000, cut_after: &[] }
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

/// One year's files while they are written.
struct YearFiles {
    year: i16,
    cut_after: &'static [i8],
    /// One more than there are cuts.
    sheets: Vec<SettlementSheets>,
    national: NationalCsv,
    planter: Planter,
    planted: Planted,
    tally: Tally,
}

/// Writes the county's files into `dir`, which is made where it is missing; files of the same names are replaced, others
/// stay: an empty folder is best.
/// Holds one household at a time. `progress` is told how many people are done, now and then.
///
/// `settlements_<county>_<year>.xlsx` (a second one `…_2.xlsx` where the rows are many; `…_01-06.xlsx` where the year is
/// cut), the same claims as
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
    let mut years = open_years(county, dir, options)?;
    let mut roster = RosterSheet::create(county.plan().county, *county.plan().years.end(), dir, options.everyone)?;
    let mut side = SideFiles::default();
    let mut written = Written::default();
    for household in county.households() {
        roster.write(&household)?;
        for files in &mut years {
            files.add(county, &household)?;
        }
        side.add(county, &household);
        written.people += household.members.len() as u64;
        if household.number.is_multiple_of(1_000) {
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
    written.others = side.write(county, dir, &tallies)?;
    if options.defects > 0 {
        let json = serde_json::to_string_pretty(&written.settlements).unwrap_or_default();
        written.others.push(write_text(dir.join("planted.json"), &json)?);
    }
    Ok(written)
}

/// The files of every year of the plan, in `dir` and its folder for the national form.
fn open_years(county: &County, dir: &Path, options: WriteOptions) -> Result<Vec<YearFiles>, WriteError> {
    let national = dir.join("national");
    std::fs::create_dir_all(&national).map_err(|error| WriteError::io(&national, &error))?;
    let plan = county.plan();
    let open = |year| {
        Ok(YearFiles {
            year,
            cut_after: options.cut_after,
            sheets: spans(options.cut_after)
                .map(|span| SettlementSheets::new((plan.county, year, span), dir, options.rows_per_file))
                .collect(),
            national: NationalCsv::create(plan.county, year, &national)?,
            planter: Planter::new(options.defects),
            planted: Planted::default(),
            tally: Tally::default(),
        })
    };
    plan.years.clone().map(open).collect()
}

/// The months of each workbook, as `01-06`; nothing where there is one.
fn spans(cut_after: &'static [i8]) -> impl Iterator<Item = Option<String>> {
    let starts = std::iter::once(1).chain(cut_after.iter().map(|month| month + 1));
    let ends = cut_after.iter().copied().chain(std::iter::once(12));
    starts.zip(ends).map(|(start, end)| (!cut_after.is_empty()).then(|| format!("{start:02}-{end:02}")))
}

impl YearFiles {
    /// The workbook of the day; what was settled in a later year goes into the last.
    fn sheet_of(&mut self, day: Day) -> Option<&mut SettlementSheets> {
        let is_before = |month: &&i8| day.year() > self.year || day.month() > **month;
        let part = self.cut_after.iter().filter(is_before).count();
        self.sheets.get_mut(part)
    }

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
            self.national.write(&row)?;
            if let Some(sheets) = self.sheet_of(claim.settled_on) {
                sheets.write(&row)?;
            }
        }
        Ok(())
    }

    fn finish(self, written: &mut Written) -> Result<(), WriteError> {
        for sheets in self.sheets {
            written.to_import.extend(sheets.finish()?);
        }
        written.national.push(self.national.finish()?);
        written.settlements.insert(self.year, self.planted);
        Ok(())
    }
}
