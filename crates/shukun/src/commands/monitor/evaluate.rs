//! `shukun monitor --evaluate`: train on synthetic years, measure on held-back ones, set beside linear extrapolation.
//!
//! The people are invented (`shukun_claims::synth`, with courses of illness). The figures say whether the method works
//! on years that behave so; what it is worth in a county, only that county's own past years say.

use rayon::prelude::*;
use serde::Serialize;
use shukun_analysis::watch::{
    Figure, Model, MonthScore, NoModel, Training, Watch, YearSamples, measure_month, samples_of,
};
use shukun_base::{ClaimId, HouseholdId, Lang, PersonId, RegionCode, Text};
use shukun_claims::synth::{Codes, County, CountyName, CountyPlan, synthesise};
use shukun_engine::facts::HouseholdFacts;

use super::train::{save, trained_on};
use crate::args::{Format, MonitorArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, progress, table};
use crate::runner::Runner;
use crate::words::pick;

/// Seeds and years the model learns from; the first year of each county is only looked back on.
const TRAINED: ([u64; 3], [i16; 2]) = ([11, 12, 13], [2022, 2023]);
/// Seeds and year it is measured on: other people, another year.
const HELD_BACK: ([u64; 3], [i16; 1]) = ([21, 22, 23], [2024]);
/// Months at whose ends it is measured.
const AT: [i8; 3] = [3, 6, 9];
/// Households made and settled together.
const AT_ONCE: u64 = 2_000;

/// What was measured on what.
#[derive(Serialize)]
struct Measured {
    people_each_seed: u64,
    trained_on_seeds: Vec<u64>,
    trained_on_years: Vec<i16>,
    held_back_seeds: Vec<u64>,
    held_back_years: Vec<i16>,
    line_fen: i64,
    months: Vec<MonthScore>,
}

/// Runs the command.
pub fn evaluate(args: &MonitorArgs, lang: Lang) -> Result<Exit, CliError> {
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let county = CountyName::Ruian;
    let region = RegionCode::new(county.code());
    let program = region.as_ref().map(|region| runner.program_for(region)).transpose()?.flatten();
    let program = program.ok_or_else(no_pack)?;
    let watch = Watch::new(&program).ok_or_else(super::no_alerts)?;
    let line = watch.alerts().first_line().ok_or_else(super::no_alerts)?;

    let steps = TRAINED.0.len() * TRAINED.1.len() + HELD_BACK.0.len() * HELD_BACK.1.len();
    let bar = progress(steps as u64, pick(lang, "合成的年度", "synthetic years"));
    let make = |seed: u64, year: i16, years| -> Result<YearSamples, CliError> {
        let found = samples_of_county(&watch, &county_of(county, args.people, seed, years)?, year);
        bar.inc(1);
        Ok(found)
    };
    let mut training = Training::default();
    for seed in TRAINED.0 {
        for year in TRAINED.1 {
            training.add(&make(seed, year, 2021..=2023)?.samples);
        }
    }
    let receipts = trained_on(&watch, &runner, synthetic_source(county, args.people), TRAINED.1.to_vec());
    let model = training.fit(receipts).map_err(|why| no_model(&why))?;
    let mut held_back = YearSamples::default();
    for seed in HELD_BACK.0 {
        for year in HELD_BACK.1 {
            held_back.add(make(seed, year, 2022..=2024)?);
        }
    }
    bar.finish_and_clear();
    if let Some(path) = &args.model {
        save(&model, path)?;
    }
    let measured = Measured {
        people_each_seed: args.people.into(),
        trained_on_seeds: TRAINED.0.to_vec(),
        trained_on_years: TRAINED.1.to_vec(),
        held_back_seeds: HELD_BACK.0.to_vec(),
        held_back_years: HELD_BACK.1.to_vec(),
        line_fen: line.0,
        months: scores(&model, &held_back),
    };
    match args.format {
        Format::Json => print_json(&measured)?,
        Format::Text => print(&text(&measured, lang))?,
    }
    Ok(Exit::Done)
}

fn scores(model: &Model, held_back: &YearSamples) -> Vec<MonthScore> {
    let crossers = |month: &i8| held_back.crossers.get(month).copied().unwrap_or_default();
    AT.iter().filter_map(|month| measure_month(model, *month, &held_back.samples, crossers(month))).collect()
}

fn synthetic_source(county: CountyName, people: u32) -> String {
    format!("synthetic {} with courses, seeds {:?}, {people} people each, years 2021-2023", county.key(), TRAINED.0)
}

fn county_of(
    county: CountyName,
    people: u32,
    seed: u64,
    years: std::ops::RangeInclusive<i16>,
) -> Result<County, CliError> {
    let made = synthesise(CountyPlan { county, people: people.into(), seed, years });
    made.map(County::with_courses).map_err(|error| {
        let mend = Text::new("改 --people 后再运行", "change --people and run again");
        CliError::usage(error.code(), error.text(), None, mend)
    })
}

/// Examples of one year of a synthetic county, on all cores; some households at a time.
fn samples_of_county(watch: &Watch<'_>, county: &County, year: i16) -> YearSamples {
    let count = county.household_count();
    let parts: Vec<u64> = (0..count.div_ceil(AT_ONCE)).collect();
    let part = |at: &u64| -> YearSamples {
        let numbers = at * AT_ONCE..((at + 1) * AT_ONCE).min(count);
        let facts = |number| county.household(number).map(|household| household.facts(&Numbers).0);
        let households: Vec<HouseholdFacts> = numbers.filter_map(facts).collect();
        samples_of(watch, households, year, &AT).unwrap_or_default()
    };
    let mut whole = YearSamples::default();
    parts.par_iter().map(part).collect::<Vec<_>>().into_iter().for_each(|part| whole.add(part));
    whole
}

/// Codes for people nobody will look up: a fixed hash (FNV-1a).
struct Numbers;

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

impl Codes for Numbers {
    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(hash(id_number))
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(hash(householder_id_number))
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(hash(settlement_no))
    }
}

fn no_pack() -> CliError {
    CliError::usage(
        "monitor-no-pack",
        Text::new("合成的县没有适用的制度包", "no pack covers the synthetic county"),
        Some("--packs".to_owned()),
        Text::new("给出覆盖瑞安（330381）的制度包", "give packs that cover Ruian (330381)"),
    )
}

/// A month with too few crossings to learn from.
pub fn no_model(why: &NoModel) -> CliError {
    let (what, mend) = match why {
        NoModel::TooFew { month, crossed } => (
            Text::new(
                format!("{month} 月以后到线的只有 {crossed} 人，不足以训练"),
                format!("only {crossed} people crossed the line after month {month}: too few to learn from"),
            ),
            Text::new("多给几个往年，或者不用预测", "give more past years, or do without the prediction"),
        ),
        NoModel::NotFitted { month, why } => (
            Text::new(
                format!("{month} 月的模型没有算成（{why}）"),
                format!("the model of month {month} was not fitted ({why})"),
            ),
            Text::new("检查往年数据是否完整", "check that the past years are complete"),
        ),
    };
    CliError::usage("monitor-no-model", what, None, mend)
}

fn text(measured: &Measured, lang: Lang) -> String {
    let line = shukun_base::Fen(measured.line_fen);
    let mut text = match lang {
        Lang::Zh => format!(
            "合成人口（带病程），每个种子 {} 人；训练：种子 {:?}，{:?} 年；测量：种子 {:?}，{:?} 年。线 {line} 元\n名单一样长：按线性外推（负担×12÷月数）到线的人数。括号里是 95 % 区间（按人自助抽样）。\n\n",
            measured.people_each_seed,
            measured.trained_on_seeds,
            measured.trained_on_years,
            measured.held_back_seeds,
            measured.held_back_years
        ),
        Lang::En => format!(
            "synthetic people with courses, {} each seed; trained: seeds {:?}, years {:?}; measured: seeds {:?}, years {:?}; line {line} yuan\nboth lists are as long: as many as linear extrapolation (burden × 12 ÷ months) flags; in brackets the 95 % interval (bootstrap over people)\n\n",
            measured.people_each_seed,
            measured.trained_on_seeds,
            measured.trained_on_years,
            measured.held_back_seeds,
            measured.held_back_years
        ),
    };
    text.push_str(&comparison(&measured.months, lang));
    for month in &measured.months {
        text.push('\n');
        text.push_str(&reliability(month, lang));
    }
    text
}

fn comparison(months: &[MonthScore], lang: Lang) -> String {
    let header = [
        ("月末", "month"),
        ("可预测的人", "people"),
        ("之后到线", "cross later"),
        ("名单长", "listed"),
        ("外推：准确率", "extrapolation: precision"),
        ("外推：找到", "extrapolation: recall"),
        ("模型：准确率", "model: precision"),
        ("模型：找到", "model: recall"),
        ("准确率之差", "precision gained"),
        ("Brier（常数）", "Brier (constant)"),
        ("对数损失（常数）", "log loss (constant)"),
    ]
    .map(|(zh, en)| pick(lang, zh, en));
    let row = |score: &MonthScore| {
        vec![
            score.month.to_string(),
            score.examples.to_string(),
            score.crossers.to_string(),
            score.listed.to_string(),
            share(&score.extrapolation.precision),
            share(&score.extrapolation.recall),
            share(&score.model.precision),
            share(&score.model.recall),
            share(&score.gain),
            format!("{:.5} ({:.5})", score.brier, score.brier_constant),
            format!("{:.4} ({:.4})", score.log_loss, score.log_loss_constant),
        ]
    };
    table(&header, &months.iter().map(row).collect::<Vec<_>>(), 0)
}

fn share(figure: &Figure) -> String {
    format!("{} ({}–{})", percent(figure.value), percent(figure.low), percent(figure.high))
}

/// Per cent with one decimal.
pub fn percent(share: f64) -> String {
    // A share as a percentage is only shown: shift the decimal point in text, no arithmetic.
    let text = format!("{share:.3}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (whole, tenth) = digits.split_at(digits.len().saturating_sub(1));
    let whole = whole.trim_start_matches('0');
    format!("{sign}{}.{tenth} %", if whole.is_empty() { "0" } else { whole })
}

fn reliability(score: &MonthScore, lang: Lang) -> String {
    let heading = match lang {
        Lang::Zh => format!("{} 月末：预测与实际", score.month),
        Lang::En => format!("month {}: predicted and observed", score.month),
    };
    let header = [
        heading.as_str(),
        pick(lang, "人数", "people"),
        pick(lang, "平均预测", "mean predicted"),
        pick(lang, "实际", "observed"),
    ];
    let row = |row: &shukun_analysis::watch::ReliabilityRow| {
        vec![
            format!("{}–{}", percent(row.from), percent(row.to)),
            row.people.to_string(),
            percent(row.predicted),
            format!("{} ({}–{})", percent(row.observed.share), percent(row.observed.low), percent(row.observed.high)),
        ]
    };
    table(&header, &score.reliability.iter().map(row).collect::<Vec<_>>(), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_as_percentages() {
        for (share, shown) in [
            (0.0, "0.0 %"),
            (0.0704, "7.0 %"),
            (1.0, "100.0 %"),
            (-0.125, "−12.5 %"),
            (0.0005, "0.1 %"),
            (0.5, "50.0 %"),
        ] {
            assert_eq!(percent(share), shown);
        }
    }
}
