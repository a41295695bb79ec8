//! `shukun monitor --through`: one month of the stream, its changes against the month before, and the lists.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use shukun_analysis::watch::{
    Alerts, Candidates, Expected, Model, Month, MonthReport, PersonYear, Precision, PrecisionTally, Span, TrainedOn,
    Watch, follow, likely_at,
};
use shukun_base::{Lang, PersonId};
use shukun_claims::import::Regions;
use shukun_claims::lake::{HistoryRow, TableWriter, history_writer};
use shukun_claims::{Identity, IdentityVault, Lake};
use shukun_engine::facts::HouseholdFacts;
use shukun_policy::program::Program;

use super::month_book::{Names, write_book};
use super::results::{ResultsRead, read_results};
use super::stream::{Uncovered, each_group};
use super::train::load;
use super::{month_page, month_text};
use crate::args::{Format, MonitorArgs};
use crate::commands::import::load_settings;
use crate::commands::screen::{View, log_view};
use crate::commands::settle::closing;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, progress};
use crate::runner::Runner;
use crate::sources::Sources;
use crate::words::pick;

/// Everything a month's outputs show.
#[derive(Debug, Serialize)]
pub struct MonthFound {
    /// Lists and counts.
    #[serde(flatten)]
    pub report: MonthReport,
    /// What the alerts measure and where their lines are.
    pub alerts: Vec<Alerts>,
    /// Who will likely have a colour by December, the most probable first; none without a model.
    pub expected: Option<Vec<Expected>>,
    /// What the model was trained on.
    pub trained_on: Option<TrainedOn>,
    /// How right the alerts were; none without results.
    pub precision: Option<Precision>,
    /// The file of results in counts.
    pub results: Option<ResultsRead>,
    /// Households that no pack covers, by county.
    pub households_without_pack: Uncovered,
    /// Households whose packs have no alert rule.
    pub households_without_alerts: u64,
    /// Households whose packs draw another line, or measure another thing, than the model was trained for.
    pub households_without_prediction: u64,
    /// Rows of history.parquet.
    pub history_rows: u64,
    /// Packs and readings.
    #[serde(flatten)]
    pub sources: Sources,
}

impl MonthFound {
    /// Nothing found yet.
    pub fn new(month: Month) -> MonthFound {
        MonthFound {
            report: MonthReport::new(month),
            alerts: Vec::new(),
            expected: None,
            trained_on: None,
            precision: None,
            results: None,
            households_without_pack: Uncovered::new(),
            households_without_alerts: 0,
            households_without_prediction: 0,
            history_rows: 0,
            sources: Sources::default(),
        }
    }

    /// Everyone whose name the workbook needs.
    fn persons(&self) -> Vec<PersonId> {
        let lists = [&self.report.rose, &self.report.fell, &self.report.current];
        let expected = self.expected.iter().flatten().map(|row| row.person_id);
        let listed = lists.into_iter().flatten().map(|row| row.person_id);
        let persons: BTreeSet<PersonId> = listed.chain(expected).collect();
        persons.into_iter().collect()
    }
}

/// Runs the command.
pub fn through(args: &MonitorArgs, month: Month, lake: &Path, out: &Path, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let regions = load_settings(None, args.regions.as_deref())?.regions;
    let lake = Lake::open(lake)?;
    let model = args.model.as_deref().map(load).transpose()?;
    let vault = IdentityVault::open_or_create(lake.dir())?;
    let results = args.results.as_deref().map(|path| read_results(path, &vault)).transpose()?;
    std::fs::create_dir_all(out).map_err(|error| CliError::unwritable(out, &error))?;
    let mut tally = results.as_ref().map(|(_, verified)| PrecisionTally::new(month, verified.clone()));
    let mut found = watch_month(&lake, &runner, month, model.as_ref(), &out.join("history.parquet"), lang, &mut tally)?;
    found.precision = tally.map(PrecisionTally::finish);
    found.results = results.map(|(read, _)| read);
    found.trained_on = model.map(|model| model.trained_on);
    write_results(&lake, &vault, &found, &regions, args, out, lang)?;
    match args.format {
        Format::Json => print_json(&found)?,
        Format::Text => {
            print(&month_text::text(&found, &regions, lang))?;
            print(&closing(out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

/// What one group of households gives.
struct Part {
    years: Vec<PersonYear>,
    expected: Vec<Expected>,
    alerts: Option<Alerts>,
    households: u64,
    is_other_line: bool,
}

fn watch_group(program: &Program, model: Option<&Model>, households: Vec<HouseholdFacts>, span: Span) -> Part {
    let count = households.len() as u64;
    let mut part =
        Part { years: Vec::new(), expected: Vec::new(), alerts: None, households: count, is_other_line: false };
    let Some(watch) = Watch::new(program) else { return part };
    let mut candidates = Candidates::default();
    part.alerts = Some(watch.alerts().clone());
    part.is_other_line = model.is_some_and(|model| !model.fits(watch.alerts()));
    let model = model.filter(|_| !part.is_other_line);
    part.years = follow(&watch, households, span, |month, all| {
        let Some(model) = model.filter(|_| month.year() == span.year()) else { return };
        if month == span.through {
            part.expected = likely_at(&watch, model, &mut candidates, month, all);
        } else {
            candidates.ask(&watch, month, all);
        }
    });
    part
}

/// Follows every household through the month and writes the history on the way.
fn watch_month(
    lake: &Lake,
    runner: &Runner,
    month: Month,
    model: Option<&Model>,
    history: &Path,
    lang: Lang,
    tally: &mut Option<PrecisionTally>,
) -> Result<MonthFound, CliError> {
    let bar = progress(lake.partitions().len() as u64, pick(lang, "逐月", "month by month"));
    let mut writer = history_writer(history)?;
    let mut found = MonthFound::new(month);
    let mut expected = Vec::new();
    let work = |program: &Program, households| watch_group(program, model, households, Span { through: month });
    let uncovered = each_group(lake, runner, &bar, work, |part| {
        match part.alerts {
            None => found.households_without_alerts += part.households,
            Some(alerts) if !found.alerts.contains(&alerts) => found.alerts.push(alerts),
            Some(_) => {}
        }
        if part.is_other_line {
            found.households_without_prediction += part.households;
        }
        expected.extend(part.expected);
        part.years.iter().try_for_each(|row| {
            found.report.take(row);
            tally.iter_mut().for_each(|tally| tally.take(row));
            write_history(&mut writer, row)
        })
    })?;
    bar.finish_and_clear();
    found.report.finish();
    expected.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.person_id.cmp(&b.person_id)));
    found.expected = model.filter(|model| model.has_month(month.number())).map(|_| expected);
    found.households_without_pack = uncovered;
    found.history_rows = writer.finish()?;
    found.sources = Sources::of(runner.programs().iter().map(AsRef::as_ref));
    Ok(found)
}

fn write_history(writer: &mut TableWriter<HistoryRow>, row: &PersonYear) -> Result<(), CliError> {
    for step in &row.steps {
        writer.push(HistoryRow {
            person_id: row.person_id,
            household_id: row.household_id,
            year: row.year,
            month: step.month.to_string(),
            burden_fen: step.burden_fen,
            colour: step.colour,
            rule: step.rules.join("、"),
        })?;
    }
    Ok(())
}

/// The workbook with names, the page without, the same as JSON.
fn write_results(
    lake: &Lake,
    vault: &IdentityVault,
    found: &MonthFound,
    regions: &Regions,
    args: &MonitorArgs,
    out: &Path,
    lang: Lang,
) -> Result<(), CliError> {
    let write = |name: &str, text: String| {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| CliError::unwritable(&path, &error))
    };
    let json = serde_json::to_string_pretty(found).map_err(|error| CliError::unwritable(&out.join(JSON), &error))?;
    write(JSON, json + "\n")?;
    write("month.html", month_page::page(found, regions, lang))?;
    let full_ids = args.purpose.as_deref().filter(|_| args.full_ids);
    let identities: HashMap<PersonId, Identity> = vault.reveal_for_report(&found.persons())?;
    let book = out.join("month.xlsx");
    write_book(found, &Names { identities: &identities, full_ids }, regions, &book, lang)?;
    log_view(lake.dir(), &View { persons: identities.len(), full_ids, out: &book })
}

const JSON: &str = "month.json";
