//! Times and numbers as data: read from a file, each with what it rests on.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, Text};

use crate::authority::Role;
use crate::case::Step;

/// The defaults this program comes with.
const DEFAULTS: &str = include_str!("defaults.toml");

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日.
    WorkingDays,
    /// 自然日; a term that ends on a day off ends on the next working day.
    Days,
    /// 小时, through nights and holidays.
    Hours,
}

/// The clock of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which step.
    pub step: Step,
    /// How long; `None` = no limit of its own.
    #[serde(default)]
    pub limit: Option<u32>,
    /// How long for a red alert, where that is shorter.
    #[serde(default)]
    pub red: Option<u32>,
    /// How long where an extension is allowed.
    #[serde(default)]
    pub extended: Option<u32>,
    /// What the limit counts.
    pub unit: Unit,
    /// Who does it.
    pub responsible: Role,
    /// Who hears of it once the limit has passed.
    pub next: Role,
    /// What the numbers rest on.
    pub basis: String,
}

shukun_base::words! {
    /// A number that is not a time of a step.
    pub enum Number {
        Attempts "attempts" "联系不上须上门次数" "attempts before somebody counts as unreachable",
        NoticeDays "notice_days" "资格公示天数" "days of the notice of a certification",
        ReopenMonths "reopen_months" "可重新立案的月数" "months in which a case may be reopened",
        AppealDays "appeal_days" "申诉期限（天）" "days in which a determination may be appealed",
        DismissalSamplePercent "dismissal_sample_percent" "初筛排除抽查比例（%）" "share of dismissals looked at again (%)",
        NoRiskSamplePercent "no_risk_sample_percent" "核查无风险抽查比例（%）" "share of no-risk closings looked at again (%)",
        RecertDaysBefore "recert_days_before" "资格到期前提醒天数" "days before a certification ends that it is due again",
        AdvanceCapYuan "advance_cap_yuan" "先行救助上限（元）" "cap of an urgent advance (yuan)",
        FundMonths "fund_months" "基金预警：最低可用月数" "alarm of the fund: months it has to last at least",
    }
}

impl Number {
    /// Whether only the county can say it: until then there is none.
    pub const fn has_no_default(self) -> bool {
        matches!(self, Number::AdvanceCapYuan | Number::FundMonths)
    }
}

/// A number and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberRow {
    /// Which.
    pub key: Number,
    /// Its value.
    pub value: u32,
    /// What it rests on.
    pub basis: String,
}

/// All times and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    clocks: BTreeMap<Step, Clock>,
    numbers: BTreeMap<Number, NumberRow>,
}

/// Why a file of settings is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    /// It is not TOML of this form; what the reader said.
    Form(String),
    /// A step or number stands twice.
    Twice(String),
    /// A step or number that is needed is not there.
    Missing(String),
    /// A value out of its range.
    OutOfRange(String),
    /// A row says not what it rests on.
    NoBasis(String),
}

impl SettingsFault {
    /// What is wrong and where.
    pub fn text(&self) -> Text {
        match self {
            SettingsFault::Form(said) => {
                Text::new(format!("参数文件读不懂：{said}"), format!("unreadable settings: {said}"))
            }
            SettingsFault::Twice(key) => {
                Text::new(format!("{key}写了两次：请只留一处。"), format!("{key} stands twice: keep one."))
            }
            SettingsFault::Missing(key) => {
                Text::new(format!("缺{key}：请补上。"), format!("{key} is missing: add it."))
            }
            SettingsFault::OutOfRange(key) => {
                Text::new(format!("{key}超出范围：请更正。"), format!("{key} is out of its range: correct it."))
            }
            SettingsFault::NoBasis(key) => {
                Text::new(format!("{key}没有写依据：请写明。"), format!("{key} does not say what it rests on: say it."))
            }
        }
    }
}

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for SettingsFault {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    clock: Vec<Clock>,
    #[serde(default)]
    number: Vec<NumberRow>,
}

impl Settings {
    /// The defaults.
    pub fn defaults() -> Settings {
        #[expect(clippy::expect_used, reason = "the embedded file is read by this crate's tests")]
        Settings::read(DEFAULTS).expect("the embedded settings are sound")
    }

    /// Reads a file of settings; every step and every number but those without a default stands in it once.
    pub fn read(text: &str) -> Result<Settings, SettingsFault> {
        let file: File = toml::from_str(text).map_err(|error| SettingsFault::Form(error.message().to_owned()))?;
        let mut settings = Settings { clocks: BTreeMap::new(), numbers: BTreeMap::new() };
        for clock in file.clock {
            settings.add_clock(clock)?;
        }
        for row in file.number {
            settings.add_number(row)?;
        }
        let missing_step = Step::ALL.iter().find(|step| !settings.clocks.contains_key(step)).map(|step| step.key());
        let is_needed = |number: &&Number| !number.has_no_default();
        let mut needed = Number::ALL.iter().filter(is_needed);
        let missing = missing_step.or(needed.find(|key| !settings.numbers.contains_key(key)).map(|key| key.key()));
        missing.map_or(Ok(settings), |key| Err(SettingsFault::Missing(key.to_owned())))
    }

    pub(super) fn add_clock(&mut self, clock: Clock) -> Result<(), SettingsFault> {
        let key = clock.step.key().to_owned();
        if clock.basis.trim().is_empty() {
            return Err(SettingsFault::NoBasis(key));
        }
        let limits = [clock.limit, clock.red, clock.extended];
        if limits.iter().flatten().any(|limit| !(1..=3650).contains(limit)) {
            return Err(SettingsFault::OutOfRange(key));
        }
        match self.clocks.insert(clock.step, clock) {
            Some(_) => Err(SettingsFault::Twice(key)),
            None => Ok(()),
        }
    }

    pub(super) fn add_number(&mut self, row: NumberRow) -> Result<(), SettingsFault> {
        let key = row.key.key().to_owned();
        if row.basis.trim().is_empty() {
            return Err(SettingsFault::NoBasis(key));
        }
        if !range(row.key).contains(&row.value) {
            return Err(SettingsFault::OutOfRange(key));
        }
        match self.numbers.insert(row.key, row) {
            Some(_) => Err(SettingsFault::Twice(key)),
            None => Ok(()),
        }
    }

    pub(super) fn remove_clock(&mut self, step: Step) -> Option<Clock> {
        self.clocks.remove(&step)
    }

    pub(super) fn remove_number(&mut self, key: Number) {
        self.numbers.remove(&key);
    }

    /// The clock of a step.
    pub fn clock(&self, step: Step) -> Option<&Clock> {
        self.clocks.get(&step)
    }

    /// Every clock, in the order of steps.
    pub fn clocks(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.values()
    }

    /// Every number that is set.
    pub fn numbers(&self) -> impl Iterator<Item = &NumberRow> {
        self.numbers.values()
    }

    /// The months that the fund has to last at least; `None` until the county sets them.
    pub fn fund_months(&self) -> Option<u32> {
        self.numbers.get(&Number::FundMonths).map(|row| row.value)
    }

    /// A number; zero where it is not set, which only those without a default may be.
    pub fn number(&self, key: Number) -> u32 {
        self.numbers.get(&key).map_or(0, |row| row.value)
    }

    /// The cap of an urgent advance; `None` until the county sets one.
    pub fn advance_cap_fen(&self) -> Option<Fen> {
        self.numbers.get(&Number::AdvanceCapYuan).map(|row| Fen::yuan(i64::from(row.value)))
    }
}

fn range(key: Number) -> std::ops::RangeInclusive<u32> {
    match key {
        Number::Attempts => 1..=20,
        Number::NoticeDays => 0..=60,
        Number::ReopenMonths => 1..=120,
        Number::AppealDays => 1..=365,
        Number::DismissalSamplePercent => 0..=100,
        Number::NoRiskSamplePercent => 5..=10,
        Number::RecertDaysBefore => 0..=365,
        Number::AdvanceCapYuan => 1..=1_000_000,
        Number::FundMonths => 1..=60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_name_no_cap() {
        let settings = Settings::defaults();
        assert_eq!(settings.clock(Step::Verification).and_then(|clock| clock.red), Some(3));
        assert_eq!(settings.number(Number::AppealDays), 60);
        assert_eq!(settings.advance_cap_fen(), None);
        assert_eq!(settings.clocks().count(), Step::ALL.len());
    }

    #[test]
    fn a_slip_is_found() {
        let with = |more: &str| Settings::read(&format!("{DEFAULTS}\n{more}")).map(|_| ());
        let number = |key: &str, value: u32, basis: &str| {
            format!("[[number]]\nkey = \"{key}\"\nvalue = {value}\nbasis = \"{basis}\"\n")
        };
        let twice = SettingsFault::Twice("attempts".to_owned());
        let cap = "advance_cap_yuan";
        for (more, found) in [
            (number(cap, 20_000, "县里文件"), Ok(())),
            (number(cap, 20_000, " "), Err(SettingsFault::NoBasis(cap.to_owned()))),
            (number(cap, 0, "县里文件"), Err(SettingsFault::OutOfRange(cap.to_owned()))),
            (number("attempts", 3, "县里文件"), Err(twice)),
        ] {
            assert_eq!(with(&more), found, "{more}");
        }
        assert!(matches!(with("x = 1"), Err(SettingsFault::Form(_))));
        let without = DEFAULTS.replace("key = \"notice_days\"\nvalue = 7", "key = \"advance_cap_yuan\"\nvalue = 7");
        assert_eq!(Settings::read(&without), Err(SettingsFault::Missing("notice_days".to_owned())));
        let ten = DEFAULTS
            .replace("key = \"no_risk_sample_percent\"\nvalue = 5", "key = \"no_risk_sample_percent\"\nvalue = 11");
        assert_eq!(Settings::read(&ten), Err(SettingsFault::OutOfRange("no_risk_sample_percent".to_owned())));
    }
}
