//! `shukun monitor --train`: a model of a county's own past years, as a JSON file without anybody in it.

use std::path::Path;
use std::sync::Mutex;

use shukun_analysis::watch::{MONTHS, Model, TrainedOn, Training, Watch, YearSamples, samples_of};
use shukun_base::{Fen, Lang, Text};
use shukun_claims::Lake;

use super::evaluate::no_model;
use super::stream::each_group;
use crate::args::{Format, MonitorArgs, Years};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json, progress, table};
use crate::runner::Runner;
use crate::sources::Sources;
use crate::words::pick;

/// Runs the command.
pub fn train(args: &MonitorArgs, years: Years, lake: &Path, path: &Path, lang: Lang) -> Result<Exit, CliError> {
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let lake = Lake::open(lake)?;
    let mut training = Training::default();
    let receipts: Mutex<Option<TrainedOn>> = Mutex::default();
    let source = format!("lake {}", lake.input_hash());
    for year in years.first..=years.last {
        let bar = progress(lake.partitions().len() as u64, &format!("{year}"));
        let work = |program: &_, households| -> YearSamples {
            let Some(watch) = Watch::new(program) else { return YearSamples::default() };
            let found = samples_of(&watch, households, year, &MONTHS).unwrap_or_default();
            if let Ok(mut receipts) = receipts.lock() {
                let own = || trained_on(&watch, &runner, source.clone(), (years.first..=years.last).collect());
                receipts.get_or_insert_with(own);
            }
            found
        };
        each_group(&lake, &runner, &bar, work, |part| {
            training.add(&part.samples);
            Ok(())
        })?;
        bar.finish_and_clear();
    }
    let mut receipts = receipts.into_inner().unwrap_or_default().ok_or_else(super::no_alerts)?;
    receipts.program = programs(&runner);
    let model = training.fit(receipts).map_err(|why| no_model(&why))?;
    save(&model, path)?;
    match args.format {
        Format::Json => print_json(&model)?,
        Format::Text => print(&text(&model, lang))?,
    }
    Ok(Exit::Done)
}

/// The receipts of a training.
pub fn trained_on(watch: &Watch<'_>, runner: &Runner, source: String, years: Vec<i16>) -> TrainedOn {
    let alerts = watch.alerts();
    TrainedOn {
        source,
        years,
        program: programs(runner),
        rules: alerts.rules.clone(),
        measure: alerts.measure.clone(),
        line_fen: alerts.first_line().unwrap_or(Fen::ZERO),
        shukun: env!("CARGO_PKG_VERSION").to_owned(),
        library: "smartcore 0.7 LogisticRegression (L-BFGS, ridge 1 on standardised features)".to_owned(),
    }
}

/// Packs with their hashes, and readings.
fn programs(runner: &Runner) -> Vec<String> {
    let sources = Sources::of(runner.programs().iter().map(AsRef::as_ref));
    let packs = sources.packs.iter().map(|pack| format!("{} {}", pack.id, pack.hash));
    let readings = sources.readings.iter().map(|row| format!("{}:{}={}", row.pack, row.ambiguity, row.reading));
    packs.chain(readings).collect()
}

/// Writes a model file.
pub fn save(model: &Model, path: &Path) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(model).map_err(|error| CliError::unwritable(path, &error))?;
    std::fs::write(path, json + "\n").map_err(|error| CliError::unwritable(path, &error))
}

/// Reads a model file.
pub fn load(path: &Path) -> Result<Model, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    let model: Option<Model> = serde_json::from_str(&text).ok();
    model.filter(Model::is_usable).ok_or_else(|| {
        CliError::from(Problem {
            code: "monitor-bad-model",
            what: Text::new("这不是本程序能用的预测模型", "this is no prediction model that this program can use"),
            place: Some(path.display().to_string()),
            mend: Text::new("用 shukun monitor --train 重新训练", "train it anew with shukun monitor --train"),
            exit: Exit::Input,
        })
    })
}

fn text(model: &Model, lang: Lang) -> String {
    let header = [
        pick(lang, "月末", "month"),
        pick(lang, "例子", "examples"),
        pick(lang, "之后到线", "crossed later"),
        pick(lang, "其余取几分之一", "of the others one in"),
    ];
    let rows: Vec<Vec<String>> = model
        .months
        .iter()
        .map(|month| {
            [u64::from(month.month.unsigned_abs()), month.examples, month.crossed, month.kept_one_in]
                .map(|count| count.to_string())
                .to_vec()
        })
        .collect();
    table(&header, &rows, 0)
}
