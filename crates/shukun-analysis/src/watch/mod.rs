//! The three colours over a stream of monthly batches, and who will likely cross the line by December.
//!
//! Pure: households' facts and a program in, histories, counts and probabilities out. It opens no file, reads no clock
//! and knows no name. A prediction orders a list for officers to look at; nothing here pays or refuses anything.
//!
//! Start at [`follow`]; then [`PersonYear`] and [`MonthReport`].

mod features;
mod follow;
mod history;
mod likely;
mod line;
mod measure;
mod model;
mod month;
mod precision;
mod reach;
mod report;
mod samples;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wilson;

pub use features::{FEATURES, Features, feature_text};
pub use follow::{Followed, Span, Watch, follow};
pub use history::{Change, PersonYear, Step};
pub use likely::{Expected, Outlook, likely_at};
pub use line::Alerts;
pub use measure::{Figure, ListScore, MonthScore, ReliabilityRow, extrapolates, measure_month};
pub use model::{FEWEST_CROSSED, MONTHS, Model, MonthModel, NoModel, Prediction, TrainedOn, Training};
pub use month::Month;
pub use precision::{Counts, Precision, PrecisionRow, PrecisionTally, Verdict, Verified};
pub use report::{ColourCounts, Flow, Listed, MonthCounts, MonthReport, town};
pub use samples::{Candidates, Sample, YearSamples, samples_of};
pub use wilson::Wilson;
