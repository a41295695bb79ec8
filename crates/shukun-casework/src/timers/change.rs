//! A county's own time or number in place of the one before it, from a day on.

use serde::{Deserialize, Serialize};

use super::settings::{Clock, Number, NumberRow, Settings, SettingsFault};
use crate::case::Step;

/// One time or number set anew. What a clock counts and who is responsible stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// The limits of a step, in the unit of its clock; `None` = no limit of that kind.
    Clock {
        /// Which step.
        step: Step,
        /// How long.
        limit: Option<u32>,
        /// How long for a red alert.
        red: Option<u32>,
        /// How long where it is extended.
        extended: Option<u32>,
    },
    /// A number.
    Number {
        /// Which.
        key: Number,
        /// Its value.
        value: u32,
    },
}

impl Change {
    /// Which time or number it is about.
    pub const fn key(&self) -> &'static str {
        match self {
            Change::Clock { step, .. } => step.key(),
            Change::Number { key, .. } => key.key(),
        }
    }
}

impl Settings {
    /// The same with one time or number set anew.
    ///
    /// # Errors
    /// A value out of its range, or nothing that it rests on.
    pub fn changed(&self, change: Change, basis: &str) -> Result<Settings, SettingsFault> {
        let mut settings = self.clone();
        let basis = basis.trim().to_owned();
        match change {
            Change::Clock { step, limit, red, extended } => {
                let old = settings.remove_clock(step).ok_or_else(|| SettingsFault::Missing(step.key().to_owned()))?;
                settings.add_clock(Clock { limit, red, extended, basis, ..old })?;
            }
            Change::Number { key, value } => {
                settings.remove_number(key);
                settings.add_number(NumberRow { key, value, basis })?;
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Fen;

    #[test]
    fn a_county_sets_its_cap_and_a_time_and_says_on_what_they_rest() {
        let defaults = Settings::defaults();
        let cap = Change::Number { key: Number::AdvanceCapYuan, value: 20_000 };
        let set = defaults.changed(cap, "县政府文件第三条").unwrap();
        assert_eq!((defaults.advance_cap_fen(), set.advance_cap_fen()), (None, Some(Fen::yuan(20_000))));
        let time = Change::Clock { step: Step::Verification, limit: Some(8), red: Some(2), extended: None };
        let set = set.changed(time, "县民政局通知").unwrap();
        let clock = set.clock(Step::Verification).unwrap();
        assert_eq!((clock.limit, clock.red, clock.basis.as_str()), (Some(8), Some(2), "县民政局通知"));
        assert_eq!(clock.responsible, defaults.clock(Step::Verification).unwrap().responsible);
        assert_eq!(set.clocks().count(), Step::ALL.len());
        let stored = serde_json::to_string(&time).unwrap();
        assert_eq!(serde_json::from_str::<Change>(&stored).unwrap(), time);
    }

    #[test]
    fn what_has_no_basis_or_is_out_of_range_is_not_set() {
        let defaults = Settings::defaults();
        let cap = |value| Change::Number { key: Number::AdvanceCapYuan, value };
        let key = "advance_cap_yuan".to_owned();
        assert_eq!(defaults.changed(cap(1), " "), Err(SettingsFault::NoBasis(key.clone())));
        assert_eq!(defaults.changed(cap(0), "文件"), Err(SettingsFault::OutOfRange(key)));
        let time = Change::Clock { step: Step::Screening, limit: Some(0), red: None, extended: None };
        assert!(matches!(defaults.changed(time, "文件"), Err(SettingsFault::OutOfRange(_))));
    }
}
