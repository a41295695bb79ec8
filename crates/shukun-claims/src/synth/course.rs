//! Illness that takes its course over months and years: dialysis every month, chemotherapy in cycles, an acute event
//! with rehabilitation after it, a chronic disease with its monthly drugs.
//!
//! A county has it only where it was asked for ([`super::County::with_courses`]): then what was settled by some month
//! tells something of the months to come, as it does in life. Frequencies, spacings and costs are **invented**; only the
//! number of people above the line is calibrated. One stream of draws belongs to one person's course, so that each year
//! of it can be made by itself. Start at [`draw_course`].

use jiff::ToSpan as _;
use shukun_base::Day;

use super::care::{Diagnosis, GRAVE, SPECIAL_CHRONIC, SPECIAL_GRAVE};
use super::draw::{Draw, MILLION};
use super::people::Constitution;

/// Lane of the courses, past all years' and the verification's.
const LANE: u16 = 40_000;

/// How dear this person's course is, per mille of the usual: a few are many times dearer.
const LEVELS: [(u32, i64); 6] =
    [(0, 400), (300_000, 950), (560_000, 2_100), (800_000, 4_600), (950_000, 8_000), (MILLION, 14_000)];

/// What a person's disease does, for life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Month of onset, counted from January of the first year; before it nothing of the course is there.
    onset: i32,
    /// Per mille of the usual cost.
    level: i64,
    diagnosis: Diagnosis,
    kind: CourseKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum CourseKind {
    /// Special outpatient care every month, now and then a stay.
    Dialysis,
    /// An operation or none, cycles some weeks apart, for some a second round.
    Cancer { operated: bool, cycles: i64, apart: i64, relapse: Option<i32> },
    /// One dear stay, then so many months of rehabilitation.
    Acute { rehabilitation: i64 },
    /// Drugs every month.
    Drugs,
}

/// Something that happens on a day of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) day: Day,
    /// Days in hospital; none = special outpatient care.
    pub(super) stay: Option<i64>,
    /// In fen.
    pub(super) cost: i64,
    pub(super) diagnosis: Diagnosis,
}

/// The course of a person; none for whom nothing lasts.
pub(super) fn draw_course(key: [u8; 32], household: u64, place: u16, constitution: Constitution) -> Option<Course> {
    let mut draw = Draw::for_household(key, household, LANE + place);
    let level = draw.quantile(&LEVELS, 1);
    match constitution {
        Constitution::Ordinary => None,
        Constitution::Chronic => draw.chance(250_000).then(|| {
            let diagnosis = *draw.weighted(&SPECIAL_CHRONIC);
            Course { onset: month_between(&mut draw, -60, 35), level, diagnosis, kind: CourseKind::Drugs }
        }),
        Constitution::Grave => Some(draw_grave(&mut draw, level)),
    }
}

fn draw_grave(draw: &mut Draw, level: i64) -> Course {
    match draw.below(100) {
        ..22 => Course {
            onset: month_between(draw, -100, 35),
            level,
            diagnosis: SPECIAL_GRAVE[0].1,
            kind: CourseKind::Dialysis,
        },
        22..70 => {
            let onset = month_between(draw, -24, 35);
            let kind = CourseKind::Cancer {
                operated: draw.chance(600_000),
                cycles: draw.between(4, 9),
                apart: draw.between(20, 30),
                relapse: draw.chance(300_000).then(|| onset + month_between(draw, 10, 22)),
            };
            Course { onset, level, diagnosis: *draw.weighted(&GRAVE), kind }
        }
        _ => {
            let onset = month_between(draw, -12, 35);
            let kind = CourseKind::Acute { rehabilitation: draw.between(0, 4) };
            Course { onset, level, diagnosis: *draw.weighted(&GRAVE), kind }
        }
    }
}

fn month_between(draw: &mut Draw, low: i64, high: i64) -> i32 {
    i32::try_from(draw.between(low, high)).unwrap_or(0)
}

impl Course {
    /// What of it falls into `year`, the county's first year being `first_year`; days and costs of a year are drawn from
    /// that year's stream.
    pub(super) fn plan(&self, draw: &mut Draw, year: i16, first_year: i16) -> Vec<Planned> {
        let january = i32::from(year - first_year) * 12;
        let mut planned = match &self.kind {
            CourseKind::Dialysis => self.plan_months(draw, year, january, (5_000, 7_000)),
            CourseKind::Drugs => self.plan_months(draw, year, january, (250, 800)),
            CourseKind::Acute { rehabilitation } => self.plan_acute(draw, january, *rehabilitation, first_year),
            CourseKind::Cancer { .. } => self.plan_cancer(draw, first_year),
        };
        planned.retain(|event| event.day.year() == year);
        planned
    }

    /// Every month from the onset on; on dialysis, some months also a stay.
    fn plan_months(&self, draw: &mut Draw, year: i16, january: i32, (low, high): (i64, i64)) -> Vec<Planned> {
        let mut planned = Vec::new();
        for month in 1..=12_i8 {
            let (day, cost, complication) = (draw.small(1, 28), draw.between(low, high), draw.chance(60_000));
            let stay = (draw.small(1, 28), draw.between(9_000, 30_000), draw.between(5, 14));
            if january + i32::from(month) - 1 < self.onset {
                continue;
            }
            planned.extend(self.event(year, month, day, None, cost, self.diagnosis));
            if complication && matches!(self.kind, CourseKind::Dialysis) {
                planned.extend(self.event(year, month, stay.0, Some(stay.2), stay.1, self.diagnosis));
            }
        }
        planned
    }

    fn plan_acute(&self, draw: &mut Draw, january: i32, rehabilitation: i64, first_year: i16) -> Vec<Planned> {
        let mut planned = Vec::new();
        for later in 0..=rehabilitation {
            let (day, dear, usual) = (draw.small(1, 28), draw.between(30_000, 130_000), draw.between(6_000, 16_000));
            let cost = if later == 0 { dear } else { usual };
            let month = self.onset + i32::try_from(later).unwrap_or(0);
            if !(january..january + 12).contains(&month) {
                continue;
            }
            let Some((year, number)) = calendar(month, first_year) else { continue };
            planned.extend(self.event(year, number, day, Some(draw.between(8, 24)), cost, self.diagnosis));
        }
        planned
    }

    /// The first round and, where it comes back, the second. Both are planned whole in every year, so that a round over
    /// New Year goes on; only the year's part is kept.
    fn plan_cancer(&self, draw: &mut Draw, first_year: i16) -> Vec<Planned> {
        let CourseKind::Cancer { operated, cycles, apart, relapse } = self.kind else { return Vec::new() };
        let mut planned = self.plan_round(draw, self.onset, operated, cycles, apart, first_year);
        if let Some(relapse) = relapse {
            planned.extend(self.plan_round(draw, relapse, false, cycles + 2, apart, first_year));
        }
        planned
    }

    fn plan_round(
        &self,
        draw: &mut Draw,
        onset: i32,
        operated: bool,
        cycles: i64,
        apart: i64,
        first_year: i16,
    ) -> Vec<Planned> {
        let Some((year, month)) = calendar(onset, first_year) else { return Vec::new() };
        // The same day in every year's plan: from the course, not from the year.
        let first = Day::new(year, month, i8::try_from(apart).unwrap_or(20).min(28));
        let Ok(first) = first else { return Vec::new() };
        let mut planned = Vec::new();
        for cycle in 0..=cycles {
            let (surgery, chemotherapy, days) =
                (draw.between(35_000, 90_000), draw.between(8_000, 17_000), draw.between(2, 5));
            let is_surgery = cycle == 0 && operated;
            let Ok(day) = first.checked_add((cycle * apart).days()) else { continue };
            let cost = if is_surgery { surgery } else { chemotherapy } * self.level / 10;
            let diagnosis = if is_surgery { self.diagnosis } else { CHEMOTHERAPY };
            planned.push(Planned { day, stay: Some(if is_surgery { days + 8 } else { days }), cost, diagnosis });
        }
        planned
    }

    fn event(
        &self,
        year: i16,
        month: i8,
        day: i8,
        stay: Option<i64>,
        yuan: i64,
        diagnosis: Diagnosis,
    ) -> Option<Planned> {
        let day = Day::new(year, month, day).ok()?;
        Some(Planned { day, stay, cost: yuan * self.level / 10, diagnosis })
    }
}

/// The first row of what the gravely ill are treated for.
const CHEMOTHERAPY: Diagnosis = GRAVE[0].1;

/// Year and month of a count of months from January of the first year.
fn calendar(month: i32, first_year: i16) -> Option<(i16, i8)> {
    let year = i16::try_from(i32::from(first_year) + month.div_euclid(12)).ok()?;
    Some((year, i8::try_from(month.rem_euclid(12) + 1).ok()?))
}
