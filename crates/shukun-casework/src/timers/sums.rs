//! Sums over many readings: for ageing by step and the appraisal of whoever is responsible. Paused time and days off are
//! in none of them, because no reading holds them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Level, Reading};

/// What many stays in one step used together. Only stays of one unit are added up: each step has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many stays.
    pub stays: u64,
    /// What they used together, in the step's unit.
    pub used: u64,
    /// The longest.
    pub longest: u32,
    /// How many exceeded their limit.
    pub late: u64,
    /// How many of these so far that they are for supervision.
    pub for_supervision: u64,
    /// Whether a year without a known notice went into it.
    pub is_provisional: bool,
}

impl Sum {
    fn add(&mut self, reading: &Reading) {
        self.stays += 1;
        self.used += u64::from(reading.used.value);
        self.longest = self.longest.max(reading.used.value);
        self.late += u64::from(reading.level >= Level::Breached);
        self.for_supervision += u64::from(reading.level == Level::Supervision);
        self.is_provisional |= reading.used.is_provisional;
    }
}

/// Sums by whatever the caller asks about that tells steps apart: step, step and town, step and responsible role.
pub fn sums<'a, K: Ord>(readings: impl IntoIterator<Item = (K, &'a Reading)>) -> BTreeMap<K, Sum> {
    let mut found: BTreeMap<K, Sum> = BTreeMap::new();
    for (key, reading) in readings {
        found.entry(key).or_default().add(reading);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Step;
    use crate::case::tests::world::*;
    use crate::timers::{Watch, steps};

    #[test]
    fn late_stays_are_counted_where_they_were_late() {
        let mut slow = World::new();
        slow.pass_days(10);
        let slow = slow.until_dispatched();
        let quick = World::new().until_dispatched();
        let readings: Vec<Reading> = [&slow, &quick]
            .into_iter()
            .flat_map(|world| {
                let (calendar, settings) = (&world.calendar, &world.settings);
                steps(&world.case, Watch { calendar, settings, now: world.now })
            })
            .collect();
        let found = sums(readings.iter().map(|reading| (reading.step, reading)));
        let screening = Sum { stays: 2, used: 8, longest: 8, late: 1, for_supervision: 1, is_provisional: false };
        assert_eq!(found.get(&Step::Screening), Some(&screening));
        assert_eq!(found.get(&Step::DispatchToTownship).map(|sum| (sum.stays, sum.late)), Some((2, 0)));
    }
}
