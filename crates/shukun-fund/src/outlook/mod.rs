//! Whether the money will last: the months ahead with how unsure they are, who pays the relief, and the alarm before a fund
//! runs dry.
//!
//! Knows no database and no clock: what happened, what is promised and the seed of chance are arguments; whole fen only. Start
//! at [`project`].

mod alarm;
mod dice;
mod expected;
mod months;
mod project;
mod share;

pub use alarm::{Alarm, months_left};
pub use expected::{Ended, LEAST_ENDED, Waiting};
pub use months::Month;
pub use project::{Ahead, Band, Expected, LEAST_HISTORY, MonthAhead, Outlook, Past, project};
pub use share::{Shares, Source, SourceSum, shares};
