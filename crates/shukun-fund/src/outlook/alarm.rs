//! The alarm before a fund runs dry. The limit is the county's own: without one there is no alarm, and the page says so.

use super::project::Outlook;

/// Whether a fund has to be looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The county set no limit.
    NoLimit,
    /// There is too little history for a pessimistic edge.
    NotKnown,
    /// The pessimistic edge stays above nothing for at least the limit.
    Quiet,
    /// It falls below nothing after so many whole months, fewer than the limit.
    Rings {
        /// Whole months until then.
        months: usize,
    },
}

/// Whole months during which the pessimistic edge is not below nothing; none without a band. As long as the outlook where it
/// never is.
pub fn months_left(outlook: &Outlook) -> Option<usize> {
    let lows: Option<Vec<bool>> = outlook.months.iter().map(|month| Some(month.band?.low.is_negative())).collect();
    let lows = lows.filter(|lows| !lows.is_empty())?;
    Some(lows.iter().position(|is_dry| *is_dry).unwrap_or(lows.len()))
}

impl Alarm {
    /// What the outlook says against the county's limit in months.
    pub fn of(outlook: &Outlook, limit: Option<u32>) -> Alarm {
        let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else { return Alarm::NoLimit };
        match months_left(outlook) {
            None => Alarm::NotKnown,
            Some(months) if months < limit.min(outlook.months.len()) => Alarm::Rings { months },
            Some(_) => Alarm::Quiet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::months::Month;
    use super::super::project::{Band, MonthAhead};
    use super::*;
    use shukun_base::Fen;

    fn outlook(lows: &[i64]) -> Outlook {
        let month = |low: &i64| MonthAhead {
            month: Month { year: 2026, month: 1 },
            pledges: Fen::ZERO,
            certain: Fen::ZERO,
            band: Some(Band { low: Fen(*low), middle: Fen(*low), high: Fen(*low), dry_permille: 0 }),
        };
        Outlook { months: lows.iter().map(month).collect(), expected: None, history: 12 }
    }

    #[test]
    fn it_rings_only_below_the_countys_own_limit() {
        let four_left = outlook(&[400, 300, 200, 0, -1, 5]);
        assert_eq!(months_left(&four_left), Some(4));
        assert_eq!(Alarm::of(&four_left, None), Alarm::NoLimit);
        assert_eq!(Alarm::of(&four_left, Some(4)), Alarm::Quiet);
        assert_eq!(Alarm::of(&four_left, Some(5)), Alarm::Rings { months: 4 });
        assert_eq!(Alarm::of(&outlook(&[1, 1]), Some(6)), Alarm::Quiet);
        let mut unknown = outlook(&[1, 1]);
        unknown.months[1].band = None;
        assert_eq!(Alarm::of(&unknown, Some(6)), Alarm::NotKnown);
    }
}
