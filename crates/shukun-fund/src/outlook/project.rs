//! The months ahead: what the fund would hold at each month's end.
//!
//! A future month lives one past month again, chosen by chance: its gifts and its relief together, since a month of much relief
//! is often one of many gifts. Where the cases that wait ([`Waiting`]) would take more in a month than the past month did, that
//! counts instead: the past holds such cases too, so the two are never added. Promised instalments come in their months, relief that is determined and not yet paid goes
//! out in the first. Many such futures give a band: in eight of ten of them the fund stands within it. With less history than
//! [`LEAST_HISTORY`] there is no band, only what is promised and what is owed.

use shukun_base::Fen;

use super::dice::Dice;
use super::expected::Waiting;
use super::months::Month;

/// Months of history below which no band is drawn.
pub const LEAST_HISTORY: usize = 12;
/// Futures that are lived.
const FUTURES: usize = 1000;

/// One month that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub month: Month,
    /// Gifts that came in, instalments of pledges not among them.
    pub gifts: Fen,
    /// Relief that was paid.
    pub relief: Fen,
}

/// What is known of the months ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The first month ahead: the one that is running.
    pub first: Month,
    /// How many months.
    pub months: usize,
    /// Money that is free now: neither held for somebody nor in a reserve.
    pub opening: Fen,
    /// Held for determined relief that is not yet paid; goes out in the first month.
    pub determined: Fen,
    /// Promised instalments by month; those overdue are not among them.
    pub pledges: Vec<(Month, Fen)>,
    /// Cases whose relief nobody determined yet.
    pub waiting: Waiting,
}

/// In eight of ten futures the fund stands between the edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// One in ten futures is worse.
    pub low: Fen,
    /// Half of them are.
    pub middle: Fen,
    /// One in ten is better.
    pub high: Fen,
    /// How many futures of a thousand are below nothing by then, or were before.
    pub dry_permille: u32,
}

/// Relief of the cases that wait, all months ahead together: in eight of ten futures it lies between the edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// One in ten futures is cheaper.
    pub low: Fen,
    /// Half of them are.
    pub middle: Fen,
    /// One in ten is dearer.
    pub high: Fen,
}

/// One month ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthAhead {
    /// Which.
    pub month: Month,
    /// Promised money that falls due in it.
    pub pledges: Fen,
    /// What would be there with promises kept, what is determined paid, and nothing else coming or going.
    pub certain: Fen,
    /// The band; none with too little history.
    pub band: Option<Band>,
}

/// What [`project`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Month by month.
    pub months: Vec<MonthAhead>,
    /// What the cases that wait may cost; none where too few ended before them.
    pub expected: Option<Expected>,
    /// Months of history it rests on.
    pub history: usize,
}

/// Lives the months ahead. The same arguments give the same outlook.
pub fn project(past: &[Past], ahead: &Ahead, seed: u64) -> Outlook {
    let months: Vec<Month> =
        std::iter::successors(Some(ahead.first), |month| Some(month.next())).take(ahead.months).collect();
    let relief = live_waiting(ahead, seed);
    let futures = if past.len() < LEAST_HISTORY { Vec::new() } else { live(past, ahead, (&months, &relief), seed) };
    let mut certain = ahead.opening - ahead.determined;
    let months = months.iter().enumerate().map(|(index, month)| {
        let pledges = due_in(ahead, *month);
        certain += pledges;
        MonthAhead { month: *month, pledges, certain, band: band(&futures, index) }
    });
    Outlook { months: months.collect(), expected: expected(ahead, &relief), history: past.len() }
}

fn due_in(ahead: &Ahead, month: Month) -> Fen {
    ahead.pledges.iter().filter(|(due, _)| *due == month).map(|(_, amount)| *amount).sum()
}

/// What one future holds at the end of each month.
type Future = Vec<Fen>;

/// Relief of the cases that wait, by month, in each future. A seed of its own: what the past lives again does not hang on it.
fn live_waiting(ahead: &Ahead, seed: u64) -> Vec<Future> {
    let mut dice = Dice::new(!seed);
    (0..FUTURES).map(|_| ahead.waiting.live(ahead.months, &mut dice)).collect()
}

fn live(past: &[Past], ahead: &Ahead, (months, waiting): (&[Month], &[Future]), seed: u64) -> Vec<Future> {
    let mut dice = Dice::new(seed);
    let due: Vec<Fen> = months.iter().map(|month| due_in(ahead, *month)).collect();
    waiting
        .iter()
        .map(|relief| {
            let mut holds = ahead.opening - ahead.determined;
            let months = due.iter().zip(relief);
            months
                .map(|(due, expected)| {
                    if let Some(again) = past.get(dice.below(past.len())) {
                        holds = holds + again.gifts - again.relief.max(*expected);
                    }
                    holds += *due;
                    holds
                })
                .collect()
        })
        .collect()
}

fn expected(ahead: &Ahead, relief: &[Future]) -> Option<Expected> {
    let mut sums: Vec<Fen> = relief.iter().map(|future| future.iter().copied().sum()).collect();
    let [low, middle, high] = edges(&mut sums)?;
    ahead.waiting.is_priced().then_some(Expected { low, middle, high })
}

/// One tenth, the half and nine tenths from below.
fn edges(ends: &mut [Fen]) -> Option<[Fen; 3]> {
    ends.sort_unstable();
    let at = |tenths: usize| ends.get(ends.len() * tenths / 10).copied();
    Some([at(1)?, at(5)?, at(9)?])
}

fn band(futures: &[Future], index: usize) -> Option<Band> {
    let mut ends: Vec<Fen> = futures.iter().filter_map(|future| future.get(index).copied()).collect();
    let [low, middle, high] = edges(&mut ends)?;
    let is_dry = |future: &&Future| future.iter().take(index + 1).any(|end| end.is_negative());
    let dry = futures.iter().filter(is_dry).count() * 1000 / futures.len().max(1);
    Some(Band { low, middle, high, dry_permille: u32::try_from(dry).ok()? })
}

#[cfg(test)]
mod tests {
    use super::super::expected::{Ended, LEAST_ENDED};
    use super::*;
    use proptest::prelude::*;

    const START: Month = Month { year: 2026, month: 12 };

    fn past(months: &[(i64, i64)]) -> Vec<Past> {
        let mut month = Month { year: 2024, month: 1 };
        let mut next = |(gifts, relief): &(i64, i64)| {
            month = month.next();
            Past { month, gifts: Fen::yuan(*gifts), relief: Fen::yuan(*relief) }
        };
        months.iter().map(&mut next).collect()
    }

    fn ahead(opening: i64) -> Ahead {
        let pledges = vec![(START.next(), Fen::yuan(600))];
        let waiting = Waiting::default();
        Ahead { first: START, months: 12, opening: Fen::yuan(opening), determined: Fen::yuan(50), pledges, waiting }
    }

    #[test]
    fn a_year_that_never_varied_has_no_width() {
        let outlook = project(&past(&[(100, 130); 12]), &ahead(1000), 1);
        let second = outlook.months[1];
        assert_eq!((second.month.to_string().as_str(), second.pledges), ("2027-01", Fen::yuan(600)));
        assert_eq!(second.certain, Fen::yuan(1000 - 50 + 600));
        let band = second.band.unwrap();
        assert_eq!((band.low, band.high), (Fen::yuan(1000 - 50 + 600 - 60), Fen::yuan(1000 - 50 + 600 - 60)));
        assert_eq!(outlook.months[11].band.unwrap().middle, Fen::yuan(1000 - 50 + 600 - 360));
    }

    #[test]
    fn cases_that_wait_count_where_they_would_take_more_than_the_past_did() {
        let ended = vec![Ended { relief: Fen::yuan(90), months: 1 }; LEAST_ENDED];
        let with =
            |count: usize| Ahead { waiting: Waiting { waited: vec![0; count], ended: ended.clone() }, ..ahead(1000) };
        let ends = |ahead: &Ahead| {
            let outlook = project(&past(&[(100, 130); 12]), ahead, 1);
            let middles: Vec<Fen> = outlook.months.iter().map(|month| month.band.unwrap().middle).collect();
            (outlook.expected.map(|expected| expected.middle), middles)
        };
        let (none, without) = ends(&ahead(1000));
        let (some, one) = ends(&with(1));
        assert_eq!((none, some), (None, Some(Fen::yuan(90))));
        assert_eq!(one, without, "90 in January is less than the 130 that every month took");
        let (more, two) = ends(&with(2));
        assert_eq!(
            (more, two[0], two[1], two[11]),
            (Some(Fen::yuan(180)), without[0], without[1] - Fen::yuan(50), without[11] - Fen::yuan(50),)
        );
    }

    #[test]
    fn with_too_little_history_there_is_no_band() {
        let outlook = project(&past(&[(100, 130); 11]), &ahead(1000), 1);
        assert_eq!(outlook.history, 11);
        assert!(outlook.months.iter().all(|month| month.band.is_none()));
        assert_eq!(outlook.months[0].certain, Fen::yuan(950));
    }

    #[test]
    fn a_fund_that_pays_more_than_it_gets_runs_dry_in_more_and_more_futures() {
        let varied: Vec<(i64, i64)> = (0..24).map(|month| (100, if month % 2 == 0 { 60 } else { 300 })).collect();
        let outlook = project(&past(&varied), &ahead(300), 5);
        let dry: Vec<u32> = outlook.months.iter().map(|month| month.band.unwrap().dry_permille).collect();
        assert!(dry.is_sorted() && dry[0] == 0 && dry[11] > 500, "{dry:?}");
    }

    proptest! {
        #[test]
        fn the_same_seed_is_the_same_outlook_and_edges_are_in_order(
            months in prop::collection::vec((0_i64..1000, 0_i64..1000), 12..40), opening in 0_i64..100_000, seed: u64,
        ) {
            let (past, ahead) = (past(&months), ahead(opening));
            let outlook = project(&past, &ahead, seed);
            prop_assert_eq!(&outlook, &project(&past, &ahead, seed));
            let worst = past.iter().map(|month| month.gifts - month.relief).min().unwrap();
            for (index, month) in outlook.months.iter().enumerate() {
                let band = month.band.unwrap();
                prop_assert!(band.low <= band.middle && band.middle <= band.high);
                let least = month.certain + Fen(worst.0 * (i64::try_from(index).unwrap() + 1));
                prop_assert!(band.low >= least);
            }
        }
    }
}
