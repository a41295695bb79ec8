//! The three colours over a stream of monthly batches, and who will likely cross the line by December.
//!
//! Pure: households' facts and a program in, histories, counts and probabilities out. It opens no file, reads no clock
//! and knows no name. A prediction orders a list for officers to look at; nothing here pays or refuses anything.
//!
//! Start at [`follow`]; then [`PersonYear`] and [`MonthReport`].

mod follow;
mod history;
mod line;
mod month;
mod report;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use follow::{Followed, Span, Watch, follow};
pub use history::{Change, PersonYear, Step};
pub use line::Alerts;
pub use month::Month;
pub use report::{ColourCounts, Flow, Listed, MonthCounts, MonthReport, town};
