//! What a clock used: the time of a step without its pauses and without days off.
//!
//! A day counts when it is one that the unit counts and the clock was running as it began: the day on which a step
//! begins, and the day on which a pause ends, are not counted (民法典 201: the day of the act is not counted).

use jiff::{Timestamp, ToSpan as _};
use shukun_base::Day;

use super::Unit;
use crate::calendar::{Calendar, Counted, Span};
use crate::case::{Pause, china_day};

/// What a clock used between two moments, the pauses taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// In the clock's unit; hours are whole hours.
    pub units: Counted<u32>,
    /// The same, as finely as the clock measures: seconds for hours.
    pub parts: u64,
}

/// Seconds of an hour.
const HOUR: u64 = 3600;

/// How many parts one unit of the limit has.
pub(super) const fn parts_of(unit: Unit) -> u64 {
    match unit {
        Unit::Hours => HOUR,
        Unit::WorkingDays | Unit::Days => 1,
    }
}

/// What was used from `from` to `to`.
pub fn used(calendar: &Calendar, unit: Unit, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> Used {
    match unit {
        Unit::Hours => hours(from, to),
        Unit::WorkingDays => days(from, to, pauses, |span| calendar.working_days(span)),
        Unit::Days => days(from, to, pauses, |span| {
            let count = span.days().count();
            Counted { value: u32::try_from(count).unwrap_or(u32::MAX), is_provisional: false }
        }),
    }
}

/// Hours run through nights, holidays and pauses: they are for what cannot wait.
fn hours(from: Timestamp, to: Timestamp) -> Used {
    let seconds = u64::try_from(to.as_second() - from.as_second()).unwrap_or(0);
    let value = u32::try_from(seconds / HOUR).unwrap_or(u32::MAX);
    Used { units: Counted { value, is_provisional: false }, parts: seconds }
}

fn days(from: Timestamp, to: Timestamp, pauses: &[Pause], count: impl Fn(Span) -> Counted<u32>) -> Used {
    let whole = Span { after: china_day(from), through: china_day(to) };
    let counted: Vec<Counted<u32>> = running(whole, pauses).into_iter().map(count).collect();
    let value = counted.iter().map(|one| one.value).sum();
    let is_provisional = counted.iter().any(|one| one.is_provisional);
    Used { units: Counted { value, is_provisional }, parts: u64::from(value) }
}

/// The pieces of `whole` in which the clock ran.
fn running(whole: Span, pauses: &[Pause]) -> Vec<Span> {
    let mut pieces = vec![whole];
    for stand in pauses.iter().map(|pause| stand(pause, whole.through)) {
        pieces = pieces.into_iter().flat_map(|piece| without(piece, stand)).collect();
    }
    pieces
}

/// The days on which the clock stood: an open pause lasts to `today`, a suspension at most to its last day.
fn stand(pause: &Pause, today: Day) -> Span {
    let through = pause.to.map_or(today, china_day);
    let through = pause.until.map_or(through, |until| through.min(until));
    Span { after: china_day(pause.from), through }
}

fn without(piece: Span, stand: Span) -> impl Iterator<Item = Span> {
    let before = Span { after: piece.after, through: piece.through.min(stand.after) };
    let after = Span { after: piece.after.max(stand.through), through: piece.through };
    // A stand of no days would cut the piece in two and count nothing twice; it is left whole.
    let pieces = if stand.after < stand.through { [Some(before), Some(after)] } else { [Some(piece), None] };
    pieces.into_iter().flatten().filter(|span| span.after < span.through)
}

/// The last day of a limit in days, with the pauses known today; `None` while an open pause has no known end, for
/// hours, and beyond ten years.
pub(super) fn due_on(
    calendar: &Calendar,
    unit: Unit,
    limit: u32,
    from: Timestamp,
    today: Day,
    pauses: &[Pause],
) -> Option<Counted<Day>> {
    let is_open = |pause: &Pause| pause.to.is_none() && pause.until.is_none();
    if unit == Unit::Hours || pauses.iter().any(is_open) {
        return None;
    }
    let horizon = today.checked_add(3650.days()).ok()?;
    let start = china_day(from);
    let stands: Vec<Span> = pauses.iter().map(|pause| stand(pause, horizon)).collect();
    let stood = |day: Day| stands.iter().any(|stand| stand.after < day && day <= stand.through);
    let counts = |day: &Day| !stood(*day) && (unit == Unit::Days || calendar.is_working(*day));
    let index = usize::try_from(limit).ok()?.checked_sub(1)?;
    let last = Span { after: start, through: horizon }.days().filter(counts).nth(index)?;
    let rolled =
        Span { after: last.yesterday().ok()?, through: horizon }.days().find(|day| calendar.is_working(*day))?;
    let value = if unit == Unit::Days { rolled } else { last };
    let is_provisional = (start.year()..=value.year()).any(|year| calendar.notice(year).is_none());
    Some(Counted { value, is_provisional })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Waiting;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn pause(from: &str, to: Option<&str>, until: Option<&str>) -> Pause {
        let waiting = if until.is_some() { Waiting::Suspended } else { Waiting::Resident };
        Pause { waiting, from: at(from), to: to.map(at), until: until.map(|day| day.parse().unwrap()) }
    }

    fn working(from: &str, to: &str, pauses: &[Pause]) -> u32 {
        used(&Calendar::china(), Unit::WorkingDays, at(from), at(to), pauses).units.value
    }

    #[test]
    fn days_off_and_pauses_do_not_count() {
        // Monday 2 March 2026 at nine …
        for (to, pauses, days) in [
            ("2026-03-02T23:00", vec![], 0),
            ("2026-03-03T00:00", vec![], 1),
            ("2026-03-09T09:00", vec![], 5),
            ("2026-03-09T09:00", vec![pause("2026-03-03T10:00", Some("2026-03-05T16:00"), None)], 3),
            ("2026-03-09T09:00", vec![pause("2026-03-03T10:00", Some("2026-03-03T16:00"), None)], 5),
            ("2026-03-09T09:00", vec![pause("2026-03-03T10:00", None, None)], 1),
            ("2026-03-20T09:00", vec![pause("2026-03-03T10:00", None, Some("2026-03-12"))], 7),
            ("2026-03-20T09:00", vec![pause("2026-03-03T10:00", Some("2026-03-04T10:00"), Some("2026-03-12"))], 13),
        ] {
            assert_eq!(working("2026-03-02T09:00", to, &pauses), days, "{to} {pauses:?}");
        }
        assert_eq!(working("2025-01-24T09:00", "2025-02-08T09:00", &[]), 6, "over Spring Festival");
    }

    #[test]
    fn the_last_day_moves_with_the_pauses() {
        let calendar = Calendar::china();
        let due = |unit, limit, pauses: &[Pause]| {
            let today = "2026-03-20".parse().unwrap();
            due_on(&calendar, unit, limit, at("2026-03-02T09:00"), today, pauses).map(|due| due.value.to_string())
        };
        let over = [pause("2026-03-03T10:00", Some("2026-03-05T16:00"), None)];
        assert_eq!(due(Unit::WorkingDays, 5, &[]).as_deref(), Some("2026-03-09"));
        assert_eq!(due(Unit::WorkingDays, 5, &over).as_deref(), Some("2026-03-11"));
        assert_eq!(due(Unit::Days, 5, &[]).as_deref(), Some("2026-03-09"), "a Saturday, so Monday");
        assert_eq!(due(Unit::Days, 4, &over).as_deref(), Some("2026-03-09"), "3, 6, 7, 8 March, a Sunday");
        assert_eq!(due(Unit::WorkingDays, 5, &[pause("2026-03-03T10:00", None, None)]), None);
        assert_eq!(due(Unit::Hours, 5, &[]), None);
    }

    /// As a clerk with a wall calendar would: at the beginning of each day, does the clock run?
    fn counted_by_hand(calendar: &Calendar, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> usize {
        let mut count = 0;
        let mut day = china_day(from);
        while day < china_day(to) {
            day = day.tomorrow().unwrap();
            let begins = at(&format!("{day}T00:00"));
            let paused = pauses.iter().any(|pause| {
                pause.from < begins
                    && pause.to.is_none_or(|end| begins <= end)
                    && pause.until.is_none_or(|until| day <= until)
            });
            count += usize::from(calendar.is_working(day) && !paused);
        }
        count
    }

    proptest! {
        #[test]
        fn counting_is_what_a_clerk_would_count(
            start in 0_i64..900 * 24, length in 0_i64..120 * 24,
            stops in proptest::collection::vec((0_i64..130 * 24, 0_i64..30 * 24, any::<bool>(), proptest::option::of(0_i64..40)), 0..5),
        ) {
            let calendar = Calendar::china();
            let from = at("2024-01-01T00:00").checked_add(start.hours()).unwrap();
            let to = from.checked_add(length.hours()).unwrap();
            let pauses: Vec<Pause> = stops.into_iter().map(|(offset, lasts, open, until)| {
                let begin = from.checked_add(offset.hours()).unwrap();
                let end = (!open).then(|| begin.checked_add(lasts.hours()).unwrap());
                let until = until.map(|days| china_day(begin).checked_add(days.days()).unwrap());
                Pause { waiting: Waiting::Resident, from: begin, to: end, until }
            }).collect();
            let found = used(&calendar, Unit::WorkingDays, from, to, &pauses).units.value;
            prop_assert_eq!(usize::try_from(found).unwrap(), counted_by_hand(&calendar, from, to, &pauses));
        }
    }
}
