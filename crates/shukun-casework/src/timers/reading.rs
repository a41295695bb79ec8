//! Reading the clocks of a case: what was used, what is left, and who hears of it.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use shukun_base::Day;

use super::count::{due_on, parts_of, used};
use super::{Clock, Number, Settings, Unit};
use crate::alert::Colour;
use crate::authority::Role;
use crate::calendar::{Calendar, Counted};
use crate::case::{Case, Flag, Pause, Status, Step, china_day};

shukun_base::words! {
    /// How a step stands against its limit. In order.
    pub enum Level {
        OnTrack "on_track" "正常" "on track",
        AtRisk "at_risk" "临近超期" "at risk",
        Breached "breached" "已超期" "breached",
        Supervision "supervision" "督办" "for supervision",
    }
}

/// Share of the limit from which a step is at risk, in percent.
const AT_RISK: u64 = 70;
/// Share beyond which it goes onto the supervision list, in percent.
const SUPERVISION: u64 = 150;

/// One clock of a case, read at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Which step.
    pub step: Step,
    /// In which round of the case.
    pub round: u16,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` = still running or standing.
    pub to: Option<Timestamp>,
    /// What was used, in `unit`.
    pub used: Counted<u32>,
    /// The limit in `unit`; `None` = none of its own.
    pub limit: Option<u32>,
    /// What both count.
    pub unit: Unit,
    /// The last day, which is still in time; `None` without a limit, for hours, and while the clock stands without a
    /// known end.
    pub due_on: Option<Counted<Day>>,
    /// How it stands.
    pub level: Level,
    /// Whether the clock stands still.
    pub is_paused: bool,
    /// Who does it.
    pub responsible: Role,
    /// Who hears of it from 100 % on.
    pub next: Role,
}

/// What the clocks are read with.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// Which days are worked.
    pub calendar: &'a Calendar,
    /// Times and numbers.
    pub settings: &'a Settings,
    /// Now.
    pub now: Timestamp,
}

/// Every clock that runs for the case: its step first, then the whole case, then what runs beside it. None once it is
/// closed.
pub fn running(case: &Case, watch: Watch) -> Vec<Reading> {
    if case.status == Status::Closed {
        return Vec::new();
    }
    let mut clocks: Vec<(Step, Timestamp)> = Vec::new();
    clocks.extend(case.spans.last().filter(|span| span.to.is_none()).map(|span| (span.step, span.from)));
    clocks.push((Step::WholeCase, case.round_since));
    clocks.extend(case.open_objection().map(|objection| (Step::Objection, objection.at)));
    clocks.extend(advance_clock(case));
    clocks.into_iter().filter_map(|(step, from)| read(case, watch, step, case.round, from, None)).collect()
}

fn advance_clock(case: &Case) -> Option<(Step, Timestamp)> {
    let advance = case.open_advance()?;
    match advance.granted_at() {
        None => Some((Step::AdvanceApproval, advance.asked_at)),
        Some(granted) if advance.papered_at.is_none() => Some((Step::AdvancePapers, granted)),
        Some(_) => None,
    }
}

/// What every stay in a step used, in order: for ageing, sums of time in each step and the appraisal of departments.
pub fn steps(case: &Case, watch: Watch) -> Vec<Reading> {
    let spans = case.spans.iter();
    spans.filter_map(|span| read(case, watch, span.step, span.round, span.from, span.to)).collect()
}

/// The flags of the day: overdue, and a certification that is due again.
pub fn flags(case: &Case, watch: Watch) -> BTreeSet<Flag> {
    let is_overdue = running(case, watch).iter().any(|reading| reading.level >= Level::Breached);
    let facts = [(Flag::Overdue, is_overdue), (Flag::RecertDue, is_recert_due(case, watch))];
    facts.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag).collect()
}

fn is_recert_due(case: &Case, watch: Watch) -> bool {
    let Some(last) = case.certification.as_ref().and_then(|certification| certification.valid_to()) else {
        return false;
    };
    let before = i64::from(watch.settings.number(Number::RecertDaysBefore));
    let warned = last.checked_sub(before.days());
    case.status != Status::Closed && warned.is_ok_and(|warned| warned <= china_day(watch.now))
}

fn read(case: &Case, watch: Watch, step: Step, round: u16, from: Timestamp, to: Option<Timestamp>) -> Option<Reading> {
    let clock = watch.settings.clock(step)?;
    let limit = limit(case, clock, round);
    let end = to.unwrap_or(watch.now);
    let today = china_day(end);
    let pauses = pauses(case, step);
    let used = used(watch.calendar, clock.unit, from, end, pauses);
    let due = limit.and_then(|limit| due_on(watch.calendar, clock.unit, limit, from, today, pauses));
    let is_over = due.is_none_or(|due| today > due.value);
    Some(Reading {
        step,
        round,
        from,
        to,
        used: used.units,
        limit,
        unit: clock.unit,
        due_on: due,
        level: limit
            .map_or(Level::OnTrack, |limit| level(used.parts, u64::from(limit) * parts_of(clock.unit), is_over)),
        is_paused: to.is_none() && pauses.iter().any(|pause| stands(pause, today)),
        responsible: clock.responsible,
        next: clock.next,
    })
}

/// What is urgent waits for nobody; an objection has its own clock.
fn pauses(case: &Case, step: Step) -> &[Pause] {
    match step {
        Step::AdvanceApproval | Step::AdvancePapers | Step::Objection => &[],
        _ => &case.pauses,
    }
}

fn stands(pause: &Pause, today: Day) -> bool {
    pause.to.is_none() && pause.until.is_none_or(|until| today <= until)
}

/// The limit in force: shorter for a red alert, longer once it was extended.
fn limit(case: &Case, clock: &Clock, round: u16) -> Option<u32> {
    let is_extended = case.extensions.contains(&(round, clock.step));
    let is_red = case.colour() == Some(Colour::Red);
    let special = if is_extended { clock.extended } else { clock.red.filter(|_| is_red) };
    special.or(clock.limit)
}

/// The last day is still in time: what was used must exceed the limit, and the last day must be over.
fn level(used: u64, limit: u64, is_over: bool) -> Level {
    if used > limit && is_over {
        let is_for_supervision = used * 100 > limit * SUPERVISION;
        return if is_for_supervision { Level::Supervision } else { Level::Breached };
    }
    if used * 100 >= limit * AT_RISK { Level::AtRisk } else { Level::OnTrack }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::world::*;
    use crate::case::{Command, Suspension, Waiting};
    use crate::visit::Finding;

    fn first(world: &World) -> Reading {
        let watch = Watch { calendar: &world.calendar, settings: &world.settings, now: world.now };
        running(&world.case, watch).remove(0)
    }

    #[test]
    fn levels_of_a_five_day_step() {
        // Opened on Monday 2 March 2026; the fifth working day is Monday the 9th.
        for (days, used, level) in [
            (0, 0, Level::OnTrack),
            (3, 3, Level::OnTrack),
            (4, 4, Level::AtRisk),
            (7, 5, Level::AtRisk),
            (8, 6, Level::Breached),
            (9, 7, Level::Breached),
            (10, 8, Level::Supervision),
        ] {
            let mut world = World::new();
            world.pass_days(days);
            let reading = first(&world);
            assert_eq!((reading.used.value, reading.level), (used, level), "after {days} days");
            assert_eq!(reading.due_on.map(|due| due.value.to_string()).as_deref(), Some("2026-03-09"));
            let watch = Watch { calendar: &world.calendar, settings: &world.settings, now: world.now };
            assert_eq!(flags(&world.case, watch).contains(&Flag::Overdue), level >= Level::Breached);
        }
    }

    #[test]
    fn a_clock_that_stands_on_its_last_day_is_in_time() {
        let mut world = World::new();
        world.pass_days(7);
        world.act("ca1", Command::StartWaiting { waiting: Waiting::Resident });
        world.pass_days(30);
        assert_eq!((first(&world).used.value, first(&world).level), (5, Level::AtRisk));
    }

    #[test]
    fn plain_days_end_on_the_next_working_day() {
        // Thirty days after the settlement is a day off.
        let mut world = World::new().until_settled();
        let settled = world.today();
        let due = first(&world).due_on.map(|due| due.value).unwrap();
        let thirtieth = settled.checked_add(30.days()).unwrap();
        assert!(!world.calendar.is_working(thirtieth) && due > thirtieth, "{settled} {due}");
        world.pass_days(31);
        assert!(world.today() <= due);
        assert_eq!((first(&world).used.value, first(&world).level), (31, Level::AtRisk));
        world.pass_days(3);
        assert_eq!(first(&world).level, Level::Breached);
    }

    #[test]
    fn an_advance_runs_in_hours() {
        let mut world = World::new().until_dispatched();
        let programme = crate::authority::Programme::CharityRelief;
        let amount_fen = shukun_base::Fen::yuan(500);
        let asked = crate::case::AdvanceAsked { programme, amount_fen, why: note("次日手术") };
        world.act("vw1", Command::AskAdvance(asked));
        for (hours, level) in [(16, Level::OnTrack), (17, Level::AtRisk), (24, Level::AtRisk), (25, Level::Breached)] {
            let now = world.now.checked_add(hours.hours()).unwrap();
            let watch = Watch { calendar: &world.calendar, settings: &world.settings, now };
            let clocks = running(&world.case, watch);
            let clock = clocks.iter().find(|reading| reading.step == Step::AdvanceApproval).unwrap();
            assert_eq!((clock.used.value, clock.level), (u32::try_from(hours).unwrap(), level));
        }
    }

    #[test]
    fn a_red_alert_is_verified_in_three_days() {
        for (colour, limit) in [(Colour::Orange, 10), (Colour::Red, 3)] {
            let world = World::opened(colour).until_dispatched();
            let reading = first(&world);
            assert_eq!((reading.step, reading.limit), (Step::Verification, Some(limit)), "{colour}");
        }
    }

    #[test]
    fn the_clock_stands_while_it_waits_and_while_it_is_suspended() {
        let mut world = World::new().until_applying();
        let used = |world: &World| first(world).used.value;
        world.act("ca1", Command::StartWaiting { waiting: Waiting::OutsideVerification });
        world.pass_days(10);
        assert_eq!((used(&world), first(&world).is_paused, first(&world).due_on), (0, true, None));
        world.act("ca1", Command::StopWaiting);
        world.pass_days(3); // from Friday to Monday
        assert_eq!(used(&world), 1);
        let until = world.today().checked_add(5.days()).unwrap();
        world.act("ca1", Command::Suspend(Suspension { until, why: note("住院") }));
        world.pass_days(20);
        let reading = first(&world);
        assert!(!reading.is_paused, "the clock runs again after the last day, resumed or not");
        assert_eq!(world.case.suspended.as_ref().map(|suspension| suspension.until), Some(until));
    }

    #[test]
    fn an_extension_is_asked_for_once_where_there_is_one() {
        let mut world = World::new().until_applying();
        assert_eq!(first(&world).limit, Some(25));
        let extend = Command::ExtendClock { why: note("需跨省核对") };
        world.act("ca1", extend.clone());
        assert_eq!(first(&world).limit, Some(40));
        let again = world.plan(&officer("ca1"), &extend);
        assert_eq!(again, Err(crate::case::RefusalCode::NoExtension));
    }

    #[test]
    fn sums_of_a_whole_road_are_those_of_its_steps() {
        let world = World::new().until_closed();
        let watch = Watch { calendar: &world.calendar, settings: &world.settings, now: world.now };
        assert!(running(&world.case, watch).is_empty());
        let steps = steps(&world.case, watch);
        let sum: u32 = steps.iter().filter(|step| step.unit == Unit::WorkingDays).map(|step| step.used.value).sum();
        let from = steps.first().map(|step| step.from).unwrap();
        let to = steps.last().and_then(|step| step.to).unwrap();
        let all = used(&world.calendar, Unit::WorkingDays, from, to, &world.case.pauses).units.value;
        let visit = steps.iter().find(|step| step.step == Step::FollowUp).unwrap();
        let of_visit =
            used(&world.calendar, Unit::WorkingDays, visit.from, visit.to.unwrap(), &world.case.pauses).units.value;
        assert_eq!(sum + of_visit, all);
        assert_eq!(visit.unit, Unit::Days);
    }

    #[test]
    fn a_certification_is_due_again_before_it_ends() {
        let mut world = World::new().until_applying();
        let watch = |world: &World, days: i32| {
            let now = world.now.checked_add((i64::from(days) * 24).hours()).unwrap();
            flags(&world.case, Watch { calendar: &world.calendar, settings: &world.settings, now })
        };
        let valid_to = world.today().checked_add(60.days()).ok();
        let category = crate::case::Category::Dibao;
        let held = crate::case::Certification::Held { category, valid_from: world.today(), valid_to };
        world.act("ca1", Command::Certify(held));
        for (days, is_due) in [(29, false), (30, true), (61, true)] {
            assert_eq!(watch(&world, days).contains(&Flag::RecertDue), is_due, "{days}");
        }
        assert!(World::new().until_verified(Finding::AtRisk).case.certification.is_none());
    }
}
