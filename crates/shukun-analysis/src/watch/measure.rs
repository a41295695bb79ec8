//! How good a prediction is: on held-back years, against the baseline of linear extrapolation, at equal list length.
//!
//! Start at [`measure_month`]. Uncertainty is by bootstrap over people: how far the figures would move if other people
//! of the same kind had been drawn. The lists themselves are kept as they are.
#![expect(clippy::float_arithmetic, reason = "statistics: shares, scores and intervals, no amount is paid from them")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::Serialize;
use shukun_base::{Fen, PersonId};

use super::{Model, Sample, Wilson};

/// How often the bootstrap draws.
const DRAWS: usize = 1_000;
/// Bounds of the reliability table's rows.
const BOUNDS: [f64; 8] = [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0];

/// A figure and the middle 95 % of its bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// As measured.
    pub value: f64,
    /// 2.5 % of the draws lie below.
    pub low: f64,
    /// 2.5 % of the draws lie above.
    pub high: f64,
}

/// One way of making the list.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ListScore {
    /// People on it who crossed.
    pub hits: u64,
    /// Share of the list that crossed.
    pub precision: Figure,
    /// Share of those who crossed that was on the list.
    pub recall: Figure,
}

/// One row of the reliability table: what was predicted, what came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityRow {
    /// Probabilities from here.
    pub from: f64,
    /// To below here.
    pub to: f64,
    /// People.
    pub people: u64,
    /// Mean probability.
    pub predicted: f64,
    /// People who crossed.
    pub crossed: u64,
    /// Their share, with its interval.
    pub observed: Wilson,
}

/// What one month's predictions were worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthScore {
    /// 1 to 11.
    pub month: i8,
    /// People the prediction is about.
    pub examples: u64,
    /// Without a colour then and with one by December, also those of whom nothing was known.
    pub crossers: u64,
    /// Length of both lists: as many as linear extrapolation flags.
    pub listed: u64,
    /// Burden × 12 ÷ months ≥ line.
    pub extrapolation: ListScore,
    /// The same number of people, by probability.
    pub model: ListScore,
    /// How long the model's list must be to hold as many hits as the extrapolation's; none where it never does.
    pub same_hits_with: Option<u64>,
    /// How much more of the list crossed, model less extrapolation.
    pub gain: Figure,
    /// Mean squared error of the probabilities.
    pub brier: f64,
    /// The same of a forecaster who gives everybody the share seen in training.
    pub brier_constant: f64,
    /// Mean negative log likelihood.
    pub log_loss: f64,
    /// The same of that forecaster.
    pub log_loss_constant: f64,
    /// Predicted against observed.
    pub reliability: Vec<ReliabilityRow>,
}

/// One person with a prediction.
#[derive(Clone, Copy, Debug)]
struct Scored {
    person: PersonId,
    probability: f64,
    by_model: bool,
    by_line: bool,
    crossed: bool,
}

/// Whether linear extrapolation flags a burden: burden × 12 ÷ months ≥ line, in whole fen.
pub fn extrapolates(burden: Fen, month: i8, line: Fen) -> bool {
    i128::from(burden.0) * 12 >= i128::from(line.0) * i128::from(month.max(1))
}

/// Scores a month's held-back examples; `crossers` as [`super::YearSamples::crossers`] counts them. None where the
/// model has no such month or there are no examples.
pub fn measure_month(model: &Model, month: i8, samples: &[Sample], crossers: u64) -> Option<MonthScore> {
    let line = model.trained_on.line_fen;
    let trained = model.months.iter().find(|known| known.month == month)?;
    let constant = number(trained.crossed) / number(trained.examples).max(1.0);
    let mut scored: Vec<Scored> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.month == month) {
        scored.push(Scored {
            person: sample.person_id,
            probability: model.predict(month, &sample.features)?.probability,
            by_model: false,
            by_line: extrapolates(sample.burden_fen, month, line),
            crossed: sample.crossed,
        });
    }
    let listed = scored.iter().filter(|row| row.by_line).count();
    scored.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.person.cmp(&b.person)));
    scored.iter_mut().take(listed).for_each(|row| row.by_model = true);
    if scored.is_empty() {
        return None;
    }
    let draws = Draws::of(&scored, crossers);
    let line_hits = scored.iter().filter(|row| row.by_line && row.crossed).count();
    let mut hits = 0;
    let same_hits_with = scored.iter().position(|row| {
        hits += usize::from(row.crossed);
        hits >= line_hits.max(1)
    });
    let mean = |of: &dyn Fn(&Scored) -> f64| scored.iter().map(of).sum::<f64>() / number(scored.len() as u64);
    Some(MonthScore {
        month,
        examples: scored.len() as u64,
        crossers,
        listed: listed as u64,
        extrapolation: draws.list(false),
        model: draws.list(true),
        same_hits_with: same_hits_with.map(|place| place as u64 + 1),
        gain: draws.figure(|sums| sums.precision(true) - sums.precision(false)),
        brier: mean(&|row| squared_error(row.probability, row.crossed)),
        brier_constant: mean(&|row| squared_error(constant, row.crossed)),
        log_loss: mean(&|row| log_loss(row.probability, row.crossed)),
        log_loss_constant: mean(&|row| log_loss(constant, row.crossed)),
        reliability: reliability(scored.iter().map(|row| (row.probability, row.crossed))),
    })
}

fn squared_error(probability: f64, crossed: bool) -> f64 {
    let miss = if crossed { 1.0 - probability } else { probability };
    miss * miss
}

fn log_loss(probability: f64, crossed: bool) -> f64 {
    let given = if crossed { probability } else { 1.0 - probability };
    -given.max(1e-12).ln()
}

/// Predicted against observed, in rows of rising probability; empty rows are left out.
pub fn reliability(rows: impl Iterator<Item = (f64, bool)>) -> Vec<ReliabilityRow> {
    let mut table: Vec<ReliabilityRow> = BOUNDS
        .iter()
        .zip(BOUNDS.iter().skip(1))
        .map(|(from, to)| ReliabilityRow {
            from: *from,
            to: *to,
            people: 0,
            predicted: 0.0,
            crossed: 0,
            observed: Wilson::of(0, 0),
        })
        .collect();
    for (probability, crossed) in rows {
        let Some(row) = table.iter_mut().rev().find(|row| probability >= row.from) else { continue };
        row.people += 1;
        row.predicted += probability;
        row.crossed += u64::from(crossed);
    }
    table.retain(|row| row.people > 0);
    for row in &mut table {
        row.predicted /= number(row.people);
        row.observed = Wilson::of(row.crossed, row.people);
    }
    table
}

/// Sums over people, each weighted by how often a draw took them.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    model: f64,
    model_hits: f64,
    line: f64,
    line_hits: f64,
    crossers: f64,
}

impl Sums {
    fn add(&mut self, row: &Scored, weight: f64) {
        let hit = if row.crossed { weight } else { 0.0 };
        if row.by_model {
            self.model += weight;
            self.model_hits += hit;
        }
        if row.by_line {
            self.line += weight;
            self.line_hits += hit;
        }
        self.crossers += hit;
    }

    fn hits(&self, by_model: bool) -> f64 {
        if by_model { self.model_hits } else { self.line_hits }
    }

    fn precision(&self, by_model: bool) -> f64 {
        self.hits(by_model) / if by_model { self.model } else { self.line }.max(1.0)
    }

    fn recall(&self, by_model: bool) -> f64 {
        self.hits(by_model) / self.crossers.max(1.0)
    }
}

/// The measured sums and those of every draw.
struct Draws {
    measured: Sums,
    drawn: Vec<Sums>,
}

impl Draws {
    /// Only people on a list or above the line count in any figure; `crossers` includes some of whom nothing was known.
    fn of(scored: &[Scored], crossers: u64) -> Draws {
        let counted: Vec<&Scored> = scored.iter().filter(|row| row.by_model || row.by_line || row.crossed).collect();
        let known = scored.iter().filter(|row| row.crossed).count() as u64;
        let unknown = crossers.saturating_sub(known);
        let mut measured = Sums { crossers: number(unknown), ..Sums::default() };
        counted.iter().for_each(|row| measured.add(row, 1.0));
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let drawn = (0..DRAWS).map(|_| {
            let mut sums = Sums::default();
            counted.iter().for_each(|row| sums.add(row, poisson(&mut random)));
            (0..unknown).for_each(|_| sums.crossers += poisson(&mut random));
            sums
        });
        Draws { measured, drawn: drawn.collect() }
    }

    fn list(&self, by_model: bool) -> ListScore {
        let hits = if by_model { self.measured.model_hits } else { self.measured.line_hits };
        ListScore {
            hits: format!("{hits:.0}").parse().unwrap_or_default(),
            precision: self.figure(|sums| sums.precision(by_model)),
            recall: self.figure(|sums| sums.recall(by_model)),
        }
    }

    fn figure(&self, of: impl Fn(&Sums) -> f64) -> Figure {
        let mut values: Vec<f64> = self.drawn.iter().map(&of).collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        Figure { value: of(&self.measured), low: at(DRAWS / 40), high: at(DRAWS - 1 - DRAWS / 40) }
    }
}

/// How often a person is drawn, once on average: the bootstrap's weight.
fn poisson(random: &mut ChaCha8Rng) -> f64 {
    let mut left = f64::from(random.next_u32()) / (f64::from(u32::MAX) + 1.0);
    let (mut times, mut chance) = (0.0, (-1.0_f64).exp());
    while left >= chance && times < 12.0 {
        left -= chance;
        times += 1.0;
        chance /= times;
    }
    times
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::features::COUNT;
    use super::super::model::MonthModel;
    use super::super::{Features, TrainedOn};
    use super::*;

    /// A model whose probability is that of the first feature's odds.
    fn plain() -> Model {
        let mut coefficients = vec![0.0; COUNT];
        coefficients[0] = 1.0;
        let month = MonthModel {
            month: 6,
            examples: 100,
            crossed: 10,
            kept_one_in: 1,
            intercept: 0.0,
            coefficients,
            means: vec![0.0; COUNT],
            scales: vec![1.0; COUNT],
        };
        let trained_on = TrainedOn { line_fen: Fen::yuan(50_000), ..TrainedOn::default() };
        Model { format: String::new(), features: Vec::new(), trained_on, months: vec![month] }
    }

    fn sample(id: u64, probability: f64, yuan: i64, crossed: bool) -> Sample {
        let mut features = Features([0.0; COUNT]);
        features.0[0] = (probability / (1.0 - probability)).ln();
        Sample { person_id: PersonId(id), month: 6, features, burden_fen: Fen::yuan(yuan), crossed }
    }

    #[test]
    fn extrapolation_is_burden_times_twelve_over_months() {
        let line = Fen::yuan(50_000);
        assert!(extrapolates(Fen::yuan(25_000), 6, line));
        assert!(!extrapolates(Fen::yuan(25_000) - Fen(1), 6, line));
        assert!(extrapolates(Fen::yuan(12_500), 3, line));
        assert!(!extrapolates(Fen::yuan(12_500), 4, line));
    }

    #[test]
    fn both_lists_are_as_long_and_counted_by_hand() {
        let samples = [
            sample(1, 0.9, 10_000, true),
            sample(2, 0.8, 30_000, true),
            sample(3, 0.1, 40_000, false),
            sample(4, 0.5, 1_000, false),
            sample(5, 0.2, 2_000, true),
        ];
        // One more crossed of whom nothing was known.
        let score = measure_month(&plain(), 6, &samples, 4).unwrap();
        assert_eq!((score.listed, score.examples, score.crossers), (2, 5, 4));
        assert_eq!((score.extrapolation.hits, score.model.hits), (1, 2));
        assert_eq!((score.extrapolation.precision.value, score.model.precision.value), (0.5, 1.0));
        assert_eq!((score.extrapolation.recall.value, score.model.recall.value), (0.25, 0.5));
        assert_eq!(score.gain.value, 0.5);
        assert_eq!(score.same_hits_with, Some(1));
        let brier = (0.01 + 0.04 + 0.01 + 0.25 + 0.64) / 5.0;
        assert!((score.brier - brier).abs() < 1e-9, "{}", score.brier);
        let logs: f64 = [0.9, 0.8, 0.9, 0.5, 0.2].map(|given: f64| -given.ln()).iter().sum();
        assert!((score.log_loss - logs / 5.0).abs() < 1e-9);
        assert!((score.brier_constant - (3.0 * 0.81 + 2.0 * 0.01) / 5.0).abs() < 1e-9);
        assert_eq!(score, measure_month(&plain(), 6, &samples, 4).unwrap());
        assert_eq!(measure_month(&plain(), 7, &samples, 4), None);
    }

    #[test]
    fn calibrated_probabilities_lie_in_their_intervals_and_others_do_not() {
        // 3 in 10 of 0.3 cross, 1 in 20 of 0.05.
        let rows =
            |shift: f64| (0..1_000).flat_map(move |at| [(0.3 + shift, at % 10 < 3), (0.05 + shift, at % 20 == 0)]);
        let table = reliability(rows(0.0));
        assert_eq!(table.iter().map(|row| (row.people, row.crossed)).collect::<Vec<_>>(), [(1_000, 50), (1_000, 300)]);
        assert!(table.iter().all(|row| row.observed.low < row.predicted && row.predicted < row.observed.high));
        let wrong = reliability(rows(0.06));
        assert!(wrong.iter().all(|row| row.predicted > row.observed.high), "{wrong:?}");
    }

    #[test]
    fn every_probability_has_a_row() {
        let table = reliability([0.0, 0.01, 0.4, 0.999_999, 1.0].into_iter().map(|probability| (probability, true)));
        assert_eq!(table.iter().map(|row| row.people).sum::<u64>(), 5);
    }

    #[test]
    fn the_bootstrap_surrounds_the_measured_figure() {
        let samples: Vec<Sample> =
            (0..400).map(|id| sample(id, 0.5, if id < 200 { 30_000 } else { 0 }, id % 4 == 0)).collect();
        let score = measure_month(&plain(), 6, &samples, 100).unwrap();
        let precision = score.extrapolation.precision;
        assert_eq!(precision.value, 0.25);
        // Binomial: the standard error of 1 in 4 of 200 is 0.031.
        assert!((precision.low - 0.19).abs() < 0.02 && (precision.high - 0.31).abs() < 0.02, "{precision:?}");
    }
}
