//! Who will likely have a colour by December: one logistic regression a month, fitted by `smartcore` (L-BFGS).
//!
//! A model is a file of numbers, without anybody in it. It is trained on a county's own past years and knows nothing of
//! this one; whoever uses it sees its receipts. It orders a list for officers to look at and decides nothing.
//! Start at [`Training`], then [`Model::predict`].
#![expect(clippy::float_arithmetic, reason = "statistics: coefficients and probabilities, no amount is paid from them")]

use serde::{Deserialize, Serialize};
use shukun_base::Fen;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use super::features::{COUNT, FEATURES};
use super::{Alerts, Features, Sample};

/// The form of the file.
pub const FORMAT: &str = "shukun-watch-model/1";
/// Months a prediction can be made at: in December there is nothing left to predict.
pub const MONTHS: [i8; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// Fewer crossings than this teach nothing.
pub const FEWEST_CROSSED: u64 = 30;
/// Examples without a crossing that are kept for one month; where there are more, one in two, four, … is kept and the
/// intercept is corrected for it.
const MOST_OTHERS: usize = 20_000;
/// The strength of the ridge on standardised features.
const ALPHA: f64 = 1.0;

/// What a model was trained on: counts and hashes, nobody's data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// In words: a lake's hash, or the synthetic counties.
    pub source: String,
    /// The years.
    pub years: Vec<i16>,
    /// The packs and readings, as the receipts of settlements name them.
    pub program: Vec<String>,
    /// The alert rules.
    pub rules: Vec<String>,
    /// The base they measure.
    pub measure: Option<String>,
    /// The line that was to be crossed.
    pub line_fen: Fen,
    /// The program that trained it.
    pub shukun: String,
    /// The library that fitted it.
    pub library: String,
}

/// The model of one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthModel {
    /// At whose end it predicts: 1 to 11.
    pub month: i8,
    /// Examples.
    pub examples: u64,
    /// Of these, crossed the line by December.
    pub crossed: u64,
    /// One in so many of the others was used.
    pub kept_one_in: u64,
    /// Of a person average in everything.
    pub intercept: f64,
    /// By feature.
    pub coefficients: Vec<f64>,
    /// By feature: what is taken off first.
    pub means: Vec<f64>,
    /// By feature: what it is divided by then.
    pub scales: Vec<f64>,
}

/// A model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// [`FORMAT`]
    pub format: String,
    /// Names of the features, in order.
    pub features: Vec<String>,
    /// The receipts.
    pub trained_on: TrainedOn,
    /// By month.
    pub months: Vec<MonthModel>,
}

/// What is expected of one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// From 0 to 1.
    pub probability: f64,
    /// Places of the features that raise it most, the largest first; at most three.
    pub reasons: Vec<usize>,
}

/// Why there is no model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoModel {
    /// Too few crossed the line after this month: how many.
    TooFew {
        /// The month.
        month: i8,
        /// How many crossed.
        crossed: u64,
    },
    /// The library could not fit it.
    NotFitted {
        /// The month.
        month: i8,
        /// In its words.
        why: String,
    },
}

impl NoModel {
    fn crossed(&self) -> u64 {
        match self {
            NoModel::TooFew { crossed, .. } => *crossed,
            NoModel::NotFitted { .. } => 0,
        }
    }
}

/// Examples while they come in: all that crossed, and as many of the others as are needed. Which of the others are
/// kept depends on the person's code only, so the order does not matter.
#[derive(Clone, Debug, Default)]
pub struct Training {
    months: Vec<MonthExamples>,
}

#[derive(Clone, Debug)]
struct MonthExamples {
    month: i8,
    examples: u64,
    crossed: Vec<(u64, Features)>,
    others: Vec<(u64, Features)>,
    kept_one_in: u64,
}

impl Training {
    /// Adds examples.
    pub fn add(&mut self, samples: &[Sample]) {
        for sample in samples {
            let at = self.months.iter().position(|known| known.month == sample.month);
            match at.and_then(|at| self.months.get_mut(at)) {
                Some(month) => month.add(sample),
                None => {
                    let mut month = MonthExamples {
                        month: sample.month,
                        examples: 0,
                        crossed: Vec::new(),
                        others: Vec::new(),
                        kept_one_in: 1,
                    };
                    month.add(sample);
                    self.months.push(month);
                }
            }
        }
    }

    /// Fits a model for each month after which enough people crossed; late months often have none.
    ///
    /// # Errors
    /// [`NoModel`] where no month has enough crossings, or the library fails.
    pub fn fit(mut self, trained_on: TrainedOn) -> Result<Model, NoModel> {
        self.months.sort_by_key(|month| month.month);
        let mut months = Vec::new();
        let mut too_few: Vec<NoModel> = Vec::new();
        for examples in self.months {
            match examples.fit() {
                Ok(month) => months.push(month),
                Err(why @ NoModel::TooFew { .. }) => too_few.push(why),
                Err(not_fitted) => return Err(not_fitted),
            }
        }
        if months.is_empty() {
            return Err(too_few
                .into_iter()
                .max_by_key(NoModel::crossed)
                .unwrap_or(NoModel::TooFew { month: 1, crossed: 0 }));
        }
        let features = FEATURES.iter().map(|(name, ..)| (*name).to_owned()).collect();
        Ok(Model { format: FORMAT.to_owned(), features, trained_on, months })
    }
}

impl MonthExamples {
    fn add(&mut self, sample: &Sample) {
        self.examples += 1;
        let mark = mixed(sample.person_id.0);
        if sample.crossed {
            self.crossed.push((mark, sample.features));
        } else if mark.is_multiple_of(self.kept_one_in) {
            self.others.push((mark, sample.features));
        }
        while self.others.len() > MOST_OTHERS {
            self.kept_one_in *= 2;
            let one_in = self.kept_one_in;
            self.others.retain(|(mark, _)| mark.is_multiple_of(one_in));
        }
    }

    fn fit(mut self) -> Result<MonthModel, NoModel> {
        let month = self.month;
        let crossed = self.crossed.len() as u64;
        if crossed < FEWEST_CROSSED {
            return Err(NoModel::TooFew { month, crossed });
        }
        // The order of arrival must not show in the last digits.
        for rows in [&mut self.crossed, &mut self.others] {
            rows.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(&a.1, &b.1)));
        }
        let labels: Vec<u32> = self.crossed.iter().map(|_| 1).chain(self.others.iter().map(|_| 0)).collect();
        let rows: Vec<Features> = self.crossed.iter().chain(&self.others).map(|(_, features)| *features).collect();
        let (means, scales) = standard(&rows);
        let not_fitted = |why: smartcore::error::Failed| NoModel::NotFitted { month, why: why.to_string() };
        let values = rows.iter().flat_map(|row| standardised(row, &means, &scales)).collect();
        let matrix = DenseMatrix::new(rows.len(), COUNT, values, false).map_err(not_fitted)?;
        let parameters = LogisticRegressionParameters::default().with_alpha(ALPHA);
        let fitted = LogisticRegression::fit(&matrix, &labels, parameters).map_err(not_fitted)?;
        let coefficients: Vec<f64> = column(fitted.coefficients()).into_iter().map(rounded).collect();
        let intercept = column(fitted.intercept()).first().copied().unwrap_or_default();
        // Only one in so many of the others was seen: the odds are that many times too high.
        let correction = f64::from(u32::try_from(self.kept_one_in).unwrap_or(u32::MAX)).ln();
        Ok(MonthModel {
            month,
            examples: self.examples,
            crossed,
            kept_one_in: self.kept_one_in,
            intercept: rounded(intercept - correction),
            coefficients,
            means,
            scales,
        })
    }
}

fn column(values: &DenseMatrix<f64>) -> Vec<f64> {
    values.iterator(0).copied().collect()
}

/// A fixed hash of a code, the same on every machine (SplitMix64).
fn mixed(code: u64) -> u64 {
    let code = code.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let code = (code ^ (code >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let code = (code ^ (code >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    code ^ (code >> 31)
}

fn compare(a: &Features, b: &Features) -> std::cmp::Ordering {
    a.0.iter().zip(&b.0).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// Mean and spread of each feature; a feature that never differs is divided by one.
fn standard(rows: &[Features]) -> (Vec<f64>, Vec<f64>) {
    let number = f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)).max(1.0);
    let mut means = vec![0.0; COUNT];
    let mut squares = vec![0.0; COUNT];
    for row in rows {
        for ((value, mean), square) in row.0.iter().zip(&mut means).zip(&mut squares) {
            *mean += value / number;
            *square += value * value / number;
        }
    }
    let spread = |(mean, square): (&f64, &f64)| (square - mean * mean).max(0.0).sqrt();
    let scales = means.iter().zip(&squares).map(spread).map(|spread| if spread < 1e-9 { 1.0 } else { rounded(spread) });
    let scales: Vec<f64> = scales.collect();
    (means.into_iter().map(rounded).collect(), scales)
}

fn standardised<'a>(row: &'a Features, means: &'a [f64], scales: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    row.0.iter().zip(means).zip(scales).map(|((value, mean), scale)| (value - mean) / scale)
}

/// Six decimals: enough for every list, and a file that a person can compare.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

impl Model {
    /// What a person's features at the end of a month lead one to expect; none for a month without a model.
    pub fn predict(&self, month: i8, features: &Features) -> Option<Prediction> {
        let model = self.months.iter().find(|known| known.month == month)?;
        let standard = standardised(features, &model.means, &model.scales);
        let mut parts: Vec<(usize, f64)> =
            model.coefficients.iter().zip(standard).map(|(weight, value)| weight * value).enumerate().collect();
        let sum: f64 = model.intercept + parts.iter().map(|(_, part)| part).sum::<f64>();
        parts.retain(|(_, part)| *part > 0.1);
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let reasons = parts.into_iter().take(3).map(|(place, _)| place).collect();
        Some(Prediction { probability: 1.0 / (1.0 + (-sum).exp()), reasons })
    }

    /// Whether it can predict at the end of this month: late months may have had too few crossings to learn from.
    pub fn has_month(&self, month: i8) -> bool {
        self.months.iter().any(|known| known.month == month)
    }

    /// Whether it was trained for what these alerts measure, and for their line.
    pub fn fits(&self, alerts: &Alerts) -> bool {
        alerts.first_line() == Some(self.trained_on.line_fen) && alerts.measure == self.trained_on.measure
    }

    /// Whether the file is of this program's form: format, features and lengths.
    pub fn is_usable(&self) -> bool {
        let is_full = |model: &MonthModel| {
            [&model.coefficients, &model.means, &model.scales].iter().all(|column| column.len() == COUNT)
        };
        let names = FEATURES.iter().map(|(name, ..)| *name);
        self.format == FORMAT && names.eq(self.features.iter().map(String::as_str)) && self.months.iter().all(is_full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::PersonId;

    /// Examples whose odds of crossing are e^(−2 + 1.5 × burden_log), by a fixed hash.
    fn samples(people: u64) -> Vec<Sample> {
        let share = |code: u64| f64::from(u32::try_from(mixed(code) >> 32).unwrap()) / f64::from(u32::MAX);
        let sample = |id: u64| {
            let mut features = Features([0.0; COUNT]);
            features.0[0] = 3.0 * share(id * 7 + 1) - 1.5;
            features.0[13] = share(id * 7 + 2);
            let probability = 1.0 / (1.0 + (2.0 - 1.5 * features.0[0]).exp());
            let crossed = share(id * 7 + 3) < probability;
            Sample { person_id: PersonId(id), month: 6, features, burden_fen: Fen::ZERO, crossed }
        };
        (0..people).map(sample).collect()
    }

    fn fitted(samples: &[Sample]) -> Model {
        let mut training = Training::default();
        training.add(samples);
        training.fit(TrainedOn::default()).unwrap()
    }

    fn bytes(model: &Model) -> String {
        serde_json::to_string_pretty(model).unwrap()
    }

    #[test]
    fn the_odds_that_made_the_examples_are_found_again() {
        let model = fitted(&samples(20_000));
        let month = &model.months[0];
        let slope = month.coefficients[0] / month.scales[0];
        assert!((slope - 1.5).abs() < 0.1, "{slope}");
        let mut average = Features([0.0; COUNT]);
        average.0[13] = month.means[13];
        let probability = model.predict(6, &average).unwrap().probability;
        assert!((probability - 1.0 / (1.0 + 2.0_f64.exp())).abs() < 0.01, "{probability}");
        assert_eq!(model.predict(7, &average), None);
    }

    #[test]
    fn the_same_examples_give_the_same_bytes_in_any_order() {
        let forward = samples(3_000);
        let backward: Vec<Sample> = forward.iter().rev().cloned().collect();
        assert_eq!(bytes(&fitted(&forward)), bytes(&fitted(&forward)));
        assert_eq!(bytes(&fitted(&forward)), bytes(&fitted(&backward)));
        let read: Model = serde_json::from_str(&bytes(&fitted(&forward))).unwrap();
        assert_eq!(read, fitted(&forward));
        assert!(read.is_usable());
        assert!(!Model { features: Vec::new(), ..read }.is_usable());
    }

    #[test]
    fn leaving_out_some_of_the_others_leaves_the_probabilities() {
        let all = samples(60_000);
        let model = fitted(&all);
        assert_eq!((model.months[0].kept_one_in, model.months[0].examples), (4, 60_000));
        let expected: f64 = all.iter().map(|row| model.predict(6, &row.features).unwrap().probability).sum();
        let crossed = f64::from(u32::try_from(model.months[0].crossed).unwrap());
        assert!((expected / crossed - 1.0).abs() < 0.03, "{expected} expected, {crossed} crossed");
    }

    #[test]
    fn reasons_are_what_raises_the_probability() {
        let model = fitted(&samples(20_000));
        let mut high = Features([0.0; COUNT]);
        high.0[0] = 1.5;
        assert_eq!(model.predict(6, &high).unwrap().reasons.first(), Some(&0));
        high.0[0] = -1.5;
        assert!(!model.predict(6, &high).unwrap().reasons.contains(&0));
    }

    #[test]
    fn too_few_crossings_are_said() {
        let mut training = Training::default();
        training.add(&samples(100));
        assert!(matches!(training.fit(TrainedOn::default()), Err(NoModel::TooFew { month: 6, crossed: 1..30 })));
    }
}
