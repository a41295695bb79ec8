//! Winners and losers by group, with exact medians: two passes over the rows.

use std::collections::BTreeMap;

use shukun_base::Fen;

use super::marks::{By, name_of};
use super::ordered::{Coarse, Exactly, class_of};
use super::report::{Cell, GroupRow, Grouping, HistogramBar, SMALLEST_PUBLISHED};
use super::row::{Row, Rows};

/// Who bears at most how much, lowest tenth first: a burden is in the tenth after the last cut that it is above.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deciles {
    /// At most nine amounts; none where there are no rows.
    pub cuts: Vec<i64>,
}

impl Deciles {
    /// The tenth, from 1. Equal burdens are in the same tenth, the lower one.
    pub fn of(&self, burden: i64) -> u8 {
        let above = self.cuts.iter().filter(|cut| **cut < burden).count();
        u8::try_from(above).map_or(10, |above| above + 1)
    }
}

/// Persons and households among rows that come in order.
#[derive(Clone, Debug, Default)]
struct Heads {
    person_years: u64,
    persons: u64,
    households: u64,
    last_person: Option<u64>,
    last_household: Option<u64>,
}

impl Heads {
    fn add(&mut self, row: &Row) {
        self.person_years += 1;
        if self.last_person.replace(row.person) != Some(row.person) {
            self.persons += 1;
        }
        if self.last_household.replace(row.household) != Some(row.household) {
            self.households += 1;
        }
    }

    /// Whether figures of so few may be published; of nobody they may.
    fn publishable(&self) -> bool {
        self.households == 0 || self.households >= SMALLEST_PUBLISHED
    }
}

#[derive(Clone, Debug, Default)]
struct Side {
    heads: Heads,
    sum: Fen,
    largest: i64,
    coarse: Coarse,
    middle: Option<(i32, u64)>,
    exactly: Exactly,
}

impl Side {
    fn add(&mut self, row: &Row, amount: i64) {
        self.heads.add(row);
        self.sum += Fen(amount);
        self.largest = self.largest.max(amount);
        self.coarse.add(amount);
    }

    /// The first pass is over: where the middle one lies.
    fn aim(&mut self) {
        self.middle = self.heads.person_years.checked_sub(1).and_then(|last| self.coarse.find(last / 2));
        self.coarse = Coarse::default();
    }

    fn refine(&mut self, amount: i64) {
        if self.middle.is_some_and(|(class, _)| class == class_of(amount)) {
            self.exactly.add(amount);
        }
    }

    fn finish(&self) -> Cell {
        let median = self.middle.and_then(|(_, within)| self.exactly.find(within));
        Cell {
            person_years: self.heads.person_years,
            persons: self.heads.persons,
            households: self.heads.households,
            sum_fen: self.sum,
            median_fen: Fen(median.unwrap_or(0)),
            largest_fen: Fen(self.largest),
            publishable: self.heads.publishable(),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Group {
    heads: Heads,
    before: Fen,
    after: Fen,
    gaining: Side,
    losing: Side,
}

impl Group {
    fn add(&mut self, row: &Row) {
        self.heads.add(row);
        self.before += Fen(row.before);
        self.after += Fen(row.after);
        match row.gain() {
            0 => {}
            gain if gain > 0 => self.gaining.add(row, gain),
            gain => self.losing.add(row, -gain),
        }
    }

    fn refine(&mut self, row: &Row) {
        match row.gain() {
            0 => {}
            gain if gain > 0 => self.gaining.refine(gain),
            gain => self.losing.refine(-gain),
        }
    }

    fn finish(&self, by: By, key: u32) -> GroupRow {
        let (code, name) = name_of(by, key);
        GroupRow {
            code,
            name,
            person_years: self.heads.person_years,
            persons: self.heads.persons,
            households: self.heads.households,
            baseline_fen: self.before,
            variant_fen: self.after,
            difference_fen: self.after - self.before,
            gaining: self.gaining.finish(),
            losing: self.losing.finish(),
            publishable: self.heads.publishable(),
        }
    }
}

/// Edges of the histogram of changes in what stays with the family, in fen; zero stands alone.
const EDGES: [Fen; 13] = [
    Fen::yuan(-50_000),
    Fen::yuan(-20_000),
    Fen::yuan(-10_000),
    Fen::yuan(-5_000),
    Fen::yuan(-1_000),
    Fen(-1),
    Fen::ZERO,
    Fen::yuan(1_000),
    Fen::yuan(5_000),
    Fen::yuan(10_000),
    Fen::yuan(20_000),
    Fen::yuan(50_000),
    Fen(i64::MAX),
];

fn bar_of(change: i64) -> usize {
    EDGES.iter().position(|edge| change <= edge.0).unwrap_or(EDGES.len() - 1)
}

fn bars(counts: &[u64]) -> Vec<HistogramBar> {
    let lower = std::iter::once(None).chain(EDGES.iter().copied().map(Some));
    let upper = EDGES.iter().map(|edge| (edge.0 < i64::MAX).then_some(*edge));
    let bar = |((above, up_to), count): ((Option<Fen>, Option<Fen>), &u64)| HistogramBar {
        above_fen: above,
        up_to_fen: up_to,
        person_years: *count,
    };
    lower.zip(upper).zip(counts).map(bar).collect()
}

/// Every grouping, and the histogram of changes.
///
/// # Errors
/// Those of the rows.
pub fn group<R: Rows>(rows: &R, deciles: &Deciles) -> Result<(Vec<Grouping>, Vec<HistogramBar>), R::Error> {
    let mut groups: BTreeMap<(By, u32), Group> = BTreeMap::new();
    let mut counts = [0_u64; EDGES.len()];
    rows.each(&mut |row| {
        let decile = deciles.of(row.before);
        for by in By::ALL {
            groups.entry((by, row.key(by, decile))).or_default().add(row);
        }
        if let Some(count) = counts.get_mut(bar_of(-row.gain())) {
            *count += 1;
        }
    })?;
    for group in groups.values_mut() {
        group.gaining.aim();
        group.losing.aim();
    }
    rows.each(&mut |row| {
        let decile = deciles.of(row.before);
        for by in By::ALL {
            if let Some(group) = groups.get_mut(&(by, row.key(by, decile))) {
                group.refine(row);
            }
        }
    })?;
    let rows_of = |by: By| {
        let own = groups.iter().filter(move |((of, _), _)| *of == by);
        own.map(|((_, key), group)| group.finish(by, *key)).collect()
    };
    Ok((By::ALL.into_iter().map(|by| Grouping { by, rows: rows_of(by) }).collect(), bars(&counts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(person: u64, town: u32, before: i64, after: i64) -> Row {
        Row { person, household: person / 10, town, before, after, year: 2022, ..Row::default() }
    }

    #[test]
    fn winners_and_losers_of_a_town() {
        let rows = vec![
            row(10, 1, 100, 90),
            row(10, 1, 100, 70),
            row(11, 1, 100, 80),
            row(12, 1, 100, 0),
            row(20, 1, 100, 100),
            row(21, 1, 100, 103),
            row(30, 2, 100, 108),
        ];
        let (groupings, _) = group(&rows, &Deciles::default()).unwrap();
        let towns = groupings.iter().find(|grouping| grouping.by == By::Town).unwrap();
        let [first, second] = towns.rows.as_slice() else { panic!("two towns") };
        assert_eq!((first.code.as_str(), first.person_years, first.persons, first.households), ("1", 6, 5, 2));
        assert_eq!((first.baseline_fen, first.variant_fen, first.difference_fen), (Fen(600), Fen(443), Fen(-157)));
        let gains = &first.gaining;
        // 10, 20, 30, 100: the lower of the two middle ones
        assert_eq!((gains.person_years, gains.persons, gains.households), (4, 3, 1));
        assert_eq!((gains.sum_fen, gains.median_fen, gains.largest_fen), (Fen(160), Fen(20), Fen(100)));
        assert!(!gains.publishable && !first.publishable);
        assert_eq!((first.losing.sum_fen, first.losing.median_fen), (Fen(3), Fen(3)));
        assert_eq!((second.gaining.person_years, second.gaining.publishable), (0, true));
        assert_eq!(second.losing.sum_fen, Fen(8));
    }

    #[test]
    fn eleven_households_may_be_published() {
        let rows: Vec<Row> = (1..=11).map(|household| row(household * 10, 1, 5, 4)).collect();
        let is_published = |rows: &Vec<Row>| group(rows, &Deciles::default()).unwrap().0[0].rows[0].publishable;
        assert!(is_published(&rows));
        assert!(!is_published(&rows[..10].to_vec()));
    }

    #[test]
    fn changes_fall_in_bars_by_their_edges() {
        let yuan = |amount: i64| amount * 100;
        let changes = [-50_000, -49_999, -1_000, -999, 0, 1, 1_000, 1_001, 50_000, 50_001].map(yuan);
        let rows: Vec<Row> = changes.iter().map(|change| row(1, 1, 10_000_000, 10_000_000 + change)).collect();
        let (_, bars) = group(&rows, &Deciles::default()).unwrap();
        let counts: Vec<u64> = bars.iter().map(|bar| bar.person_years).collect();
        assert_eq!(counts, [1, 1, 0, 0, 1, 1, 1, 2, 1, 0, 0, 1, 1]);
        assert_eq!((bars[6].above_fen, bars[6].up_to_fen), (Some(Fen(-1)), Some(Fen::ZERO)));
        assert_eq!((bars[0].above_fen, bars[12].up_to_fen), (None, None));
    }

    #[test]
    fn equal_burdens_share_a_tenth() {
        let deciles = Deciles { cuts: vec![0, 0, 0, 0, 5, 6, 7, 8, 9] };
        assert_eq!([0, 1, 5, 6, 9, 10].map(|burden| deciles.of(burden)), [1, 5, 5, 6, 9, 10]);
        assert_eq!(Deciles::default().of(3), 1);
    }
}
