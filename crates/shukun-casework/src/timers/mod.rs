//! The clocks: how long each step may take, what was used of it, and who hears of it when it runs out.
//!
//! Every number is data with what it rests on. Knows no clock of its own: the moment is an argument. Start at
//! [`running`] and [`steps`].

mod change;
mod count;
mod reading;
mod settings;
mod sums;

pub use change::Change;
pub use count::{Used, used};
pub use reading::{Level, Reading, Watch, flags, running, steps};
pub use settings::{Clock, Number, NumberRow, Settings, SettingsFault, Unit};
pub use sums::{Sum, sums};
