//! Rates and brackets: how much of an accumulated base is paid. Pure functions of the rows.

use std::cmp::Ordering;

use shukun_base::Exact;
use shukun_policy::program::{Bracket, BracketMode};

use super::number::{add, cmp, div, max, min, mul, or_zero, sub, zero};

/// What one row gave: base × rate = amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowShare {
    /// From 0.
    pub row: usize,
    /// The part of the base.
    pub base: Exact,
    /// The rate.
    pub rate: Exact,
}

fn is_below(a: Exact, b: Exact) -> bool {
    cmp(a, b) == Ordering::Less
}

/// The row in which `at` lies; past the end of the last row, the last; none below the first line.
pub(crate) fn row_at(rows: &[Bracket], at: Exact) -> Option<usize> {
    rows.iter().rposition(|row| !is_below(at, row.from.into()))
}

/// What is counted of a base: nothing past the end of the last row.
fn counted(rows: &[Bracket], base: Exact) -> Exact {
    match rows.last().and_then(|row| row.to) {
        Some(end) => min(base, end.into()),
        None => base,
    }
}

/// The shares of an accumulated base by row, under one of the four ways of reading the rows.
pub(crate) fn shares(rows: &[Bracket], mode: BracketMode, base: Exact) -> Vec<RowShare> {
    let (Some(row), Some(first)) = (row_at(rows, base), rows.first()) else { return Vec::new() };
    let whole = |from: Exact| {
        let rate = rows.get(row).map_or_else(zero, |row| row.rate);
        vec![RowShare { row, base: or_zero(sub(counted(rows, base), from)), rate }]
    };
    match mode {
        BracketMode::Whole => whole(zero()),
        BracketMode::WholeAboveFirstLine => whole(first.from.into()),
        BracketMode::Marginal => by_row(rows, first.from.into(), base),
        BracketMode::MarginalFromFirstFen => by_row(rows, zero(), base),
    }
}

/// Each row's part of the base; the first row begins at `first_line`.
fn by_row(rows: &[Bracket], first_line: Exact, base: Exact) -> Vec<RowShare> {
    let mut shares = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let from = if index == 0 { first_line } else { row.from.into() };
        let to = row.to.map_or(base, |to| min(base, to.into()));
        if is_below(from, to) {
            shares.push(RowShare { row: index, base: sub(to, from), rate: row.rate });
        }
    }
    shares
}

/// base × rate over all shares.
pub(crate) fn amount_of(shares: &[RowShare]) -> Exact {
    shares.iter().fold(zero(), |sum, share| add(sum, mul(share.base, share.rate)))
}

/// What is paid on `base` in total.
pub(crate) fn amount(rows: &[Bracket], mode: BracketMode, base: Exact) -> Exact {
    amount_of(&shares(rows, mode, base))
}

/// Shares of the next `base` when the lines count what the patient has borne: in a row with rate r the patient bears
/// 1 − r of each fen, so the row takes in (line − borne) ÷ (1 − r) of base before the next one begins.
pub(crate) fn shares_by_patient_paid(rows: &[Bracket], borne: Exact, base: Exact) -> Vec<RowShare> {
    let (mut borne, mut rest) = (max(borne, zero()), or_zero(base));
    let mut shares = Vec::new();
    if let Some(first) = rows.first() {
        // Below the first line the patient bears everything.
        let below = min(rest, or_zero(sub(first.from.into(), borne)));
        borne = add(borne, below);
        rest = sub(rest, below);
    }
    for (index, row) in rows.iter().enumerate() {
        let room = row.to.map(|to| sub(to.into(), borne));
        if rest == zero() || room.is_some_and(|room| !is_below(zero(), room)) {
            continue;
        }
        let patient_share = sub(Exact::from_integer(1), row.rate);
        let fits = room.and_then(|room| div(room, patient_share)).map_or(rest, |fits| min(rest, fits));
        shares.push(RowShare { row: index, base: fits, rate: row.rate });
        borne = add(borne, mul(fits, patient_share));
        rest = sub(rest, fits);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Fen;

    fn dongtou() -> Vec<Bracket> {
        [(30_000, Some(100_000), 10), (100_000, Some(150_000), 15), (150_000, None, 20)]
            .map(|(from, to, percent)| Bracket {
                from: Fen::yuan(from),
                to: to.map(Fen::yuan),
                rate: Exact::new(percent, 100),
            })
            .to_vec()
    }

    fn yuan(yuan: i64) -> Exact {
        Fen::yuan(yuan).into()
    }

    #[test]
    fn four_readings_of_one_table() {
        for (mode, at_120_000, at_30_000) in [
            (BracketMode::Marginal, 10_000, 0),
            (BracketMode::MarginalFromFirstFen, 13_000, 3_000),
            (BracketMode::WholeAboveFirstLine, 13_500, 0),
            (BracketMode::Whole, 18_000, 3_000),
        ] {
            assert_eq!(amount(&dongtou(), mode, yuan(120_000)), yuan(at_120_000), "{mode:?}");
            assert_eq!(amount(&dongtou(), mode, yuan(30_000)), yuan(at_30_000), "{mode:?}");
            assert_eq!(amount(&dongtou(), mode, Exact::from_integer(2_999_999)), zero(), "{mode:?}");
        }
    }

    #[test]
    fn lines_on_what_the_patient_paid() {
        // 25 % own share up to 2,000 paid by the patient, 5 % after that.
        let rows = vec![
            Bracket { from: Fen::ZERO, to: Some(Fen::yuan(2_000)), rate: Exact::new(3, 4) },
            Bracket { from: Fen::yuan(2_000), to: None, rate: Exact::new(19, 20) },
        ];
        for (borne, base, paid) in
            [(0, 8_000, 6_000), (0, 10_000, 7_900), (1_000, 4_000, 3_000), (1_000, 5_000, 3_950), (2_000, 1_000, 950)]
        {
            let shares = shares_by_patient_paid(&rows, yuan(borne), yuan(base));
            assert_eq!(amount_of(&shares), yuan(paid), "{borne} {base}");
        }
    }

    #[test]
    fn a_last_row_with_an_end_counts_no_further() {
        let rows = vec![Bracket { from: Fen::yuan(10), to: Some(Fen::yuan(20)), rate: Exact::new(1, 2) }];
        for mode in [BracketMode::Marginal, BracketMode::WholeAboveFirstLine] {
            assert_eq!(amount(&rows, mode, yuan(100)), yuan(5), "{mode:?}");
        }
        assert_eq!(amount(&rows, BracketMode::Whole, yuan(100)), yuan(10));
    }
}
