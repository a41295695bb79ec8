//! Working days and times, with which every clock of a case is read and every act is planned.
//!
//! A county sets times and numbers of its own from a day on; an act or a clock of that day or later reads them, whatever
//! was read before. Start at [`Numbers`].

use std::sync::OnceLock;

use jiff::Timestamp;
use shukun_base::Day;
use shukun_casework::TransactionId;
use shukun_casework::calendar::Calendar;
use shukun_casework::case::{Context, china_day};
use shukun_casework::timers::{Settings, Watch};
use shukun_store::CountyNumber;

/// The calendar, the times and numbers of the county, the seed of samples.
#[derive(Debug)]
pub struct Numbers {
    calendar: Calendar,
    first: Generation,
    sample_seed: u64,
}

/// What was known at one time of all settings, past and to come. A newer one is added behind, none is taken away: whoever
/// reads one goes on reading it.
#[derive(Debug)]
struct Generation {
    /// Settings and the first day on which they hold, in order; the first hold from ever.
    versions: Vec<(Option<Day>, Settings)>,
    /// How many rows of the county stand in it.
    rows: usize,
    next: OnceLock<Box<Generation>>,
}

impl Generation {
    /// The program's own settings, and each of the county's on top of those before it. One that no longer fits is left
    /// out and told to the log.
    fn of(rows: &[CountyNumber]) -> Generation {
        let mut settings = Settings::defaults();
        let mut versions = vec![(None, settings.clone())];
        for row in rows {
            match settings.changed(row.change, &row.basis) {
                Ok(changed) => {
                    versions.push((Some(row.from_day), changed.clone()));
                    settings = changed;
                }
                Err(fault) => tracing::error!(key = row.change.key(), %fault, "a number of the county does not fit"),
            }
        }
        Generation { versions, rows: rows.len(), next: OnceLock::new() }
    }
}

impl Numbers {
    /// The program's own calendar and times. Nobody may know the seed beforehand: it decides which closings are looked at
    /// a second time; what was drawn stands in the case.
    pub fn defaults(sample_seed: u64) -> Numbers {
        Numbers { calendar: Calendar::china(), first: Generation::of(&[]), sample_seed }
    }

    /// Takes the county's own times and numbers, in the order in which they take hold.
    pub fn take(&self, rows: &[CountyNumber]) {
        let mut last = self.newest();
        if last.rows == rows.len() {
            return;
        }
        let mut new = Box::new(Generation::of(rows));
        // Two that come at once both find their place.
        while let Err(lost) = last.next.set(new) {
            new = lost;
            last = self.newest();
        }
    }

    fn newest(&self) -> &Generation {
        let mut generation = &self.first;
        while let Some(next) = generation.next.get() {
            generation = next;
        }
        generation
    }

    /// The times and numbers of a day.
    pub fn settings(&self, day: Day) -> &Settings {
        let generation = self.newest();
        let in_force = generation.versions.iter().rfind(|(from, _)| from.is_none_or(|from| from <= day));
        // The first version holds from ever.
        in_force.or(generation.versions.first()).map_or_else(|| no_settings(), |(_, settings)| settings)
    }

    /// For reading clocks at a moment.
    pub fn watch(&self, now: Timestamp) -> Watch<'_> {
        Watch { calendar: &self.calendar, settings: self.settings(china_day(now)), now }
    }

    /// For an act at a moment, on the version that was read.
    pub fn context(&self, now: Timestamp, transaction: TransactionId, version: u32) -> Context<'_> {
        let settings = self.settings(china_day(now));
        Context { now, transaction, version, calendar: &self.calendar, settings, sample_seed: self.sample_seed }
    }
}

/// There is always a first version; this stands for it in types.
fn no_settings() -> &'static Settings {
    static DEFAULTS: OnceLock<Settings> = OnceLock::new();
    DEFAULTS.get_or_init(Settings::defaults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Fen;
    use shukun_casework::timers::{Change, Number};
    use shukun_store::AccountId;

    fn cap(value: u32, from: &str) -> CountyNumber {
        CountyNumber {
            change: Change::Number { key: Number::AdvanceCapYuan, value },
            basis: "县里文件".to_owned(),
            from_day: from.parse().unwrap(),
            set_by: AccountId::new("a"),
            set_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_number_holds_from_its_day_on_and_earlier_days_keep_theirs() {
        let numbers = Numbers::defaults(1);
        let before = numbers.settings("2026-06-01".parse().unwrap());
        numbers.take(&[cap(20_000, "2026-06-01"), cap(30_000, "2027-01-01")]);
        let at = |day: &str| numbers.settings(day.parse().unwrap()).advance_cap_fen();
        assert_eq!(before.advance_cap_fen(), None, "who reads the old ones goes on with them");
        assert_eq!(at("2026-05-31"), None);
        assert_eq!((at("2026-06-01"), at("2026-12-31")), (Some(Fen::yuan(20_000)), Some(Fen::yuan(20_000))));
        assert_eq!(at("2027-01-01"), Some(Fen::yuan(30_000)));
        numbers.take(&[cap(20_000, "2026-06-01"), cap(25_000, "2026-06-01"), cap(30_000, "2027-01-01")]);
        assert_eq!(at("2026-06-01"), Some(Fen::yuan(25_000)));
        // The last minute of 31 May in China is still May in UTC and in China.
        let watch = numbers.watch("2026-05-31T15:59:00Z".parse().unwrap());
        assert_eq!(watch.settings.advance_cap_fen(), None);
        let watch = numbers.watch("2026-05-31T16:00:00Z".parse().unwrap());
        assert_eq!(watch.settings.advance_cap_fen(), Some(Fen::yuan(25_000)));
    }

    #[test]
    fn a_row_that_does_not_fit_is_left_out() {
        let numbers = Numbers::defaults(1);
        numbers.take(&[cap(0, "2026-06-01"), cap(20_000, "2026-06-01")]);
        assert_eq!(numbers.settings("2026-06-02".parse().unwrap()).advance_cap_fen(), Some(Fen::yuan(20_000)));
    }
}
