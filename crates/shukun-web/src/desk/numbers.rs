//! Working days and times, with which every clock of a case is read and every act is planned.

use jiff::Timestamp;
use shukun_casework::TransactionId;
use shukun_casework::calendar::Calendar;
use shukun_casework::case::Context;
use shukun_casework::timers::{Settings, Watch};

/// The calendar, the times and numbers of the county, the seed of samples.
#[derive(Debug)]
pub struct Numbers {
    calendar: Calendar,
    settings: Settings,
    sample_seed: u64,
}

impl Numbers {
    /// The program's own calendar and times. Nobody may know the seed beforehand: it decides which closings are looked at
    /// a second time; what was drawn stands in the case.
    pub fn defaults(sample_seed: u64) -> Numbers {
        Numbers { calendar: Calendar::china(), settings: Settings::defaults(), sample_seed }
    }

    /// For reading clocks at a moment.
    pub fn watch(&self, now: Timestamp) -> Watch<'_> {
        Watch { calendar: &self.calendar, settings: &self.settings, now }
    }

    /// For an act at a moment, on the version that was read.
    pub fn context(&self, now: Timestamp, transaction: TransactionId, version: u32) -> Context<'_> {
        Context {
            now,
            transaction,
            version,
            calendar: &self.calendar,
            settings: &self.settings,
            sample_seed: self.sample_seed,
        }
    }
}
