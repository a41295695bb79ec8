//! Payouts by place that lead to nobody: cells of at least eleven households that together are the whole, so that no sum
//! or difference of what is published is about fewer.
//!
//! A village that cannot stand alone goes into the rest of its town; a rest that cannot, takes in the smallest of what
//! could (that is complementary suppression); a town that cannot goes into the rest of the county; what the county itself
//! cannot show waits for the next period. Cells once published are never cut otherwise: each payment is published once.
//! How households are counted is with whoever makes a [`Given`]: one code for one household, however many cases or
//! members it has. Who got nothing in the end (all of it came back) is no household of the cell; the amount says so too.
//! Knows no names. Start at [`plan_cells`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, RegionCode};

use crate::ledger::Month;

/// Fewest households of a cell.
pub const FEWEST: usize = 11;

/// One payment to a household, or what came back of one, at its village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// A code of the payment; only compared.
    pub payment: String,
    /// A code of the household; only compared.
    pub household: String,
    /// Twelve digits of its village, or nine of its town where no more is known.
    pub place: RegionCode,
    /// In which month.
    pub month: Month,
    /// What it got; below nothing where it came back.
    pub amount: Fen,
}

/// Where a cell lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "code")]
pub enum Area {
    /// One village.
    Village(RegionCode),
    /// A town, all of it.
    Town(RegionCode),
    /// All of a town but the villages that stand alone.
    RestOfTown(RegionCode),
    /// All of the county but the places that stand alone.
    RestOfCounty,
}

/// A published cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Where.
    pub area: Area,
    /// In which month; none = in all of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// How many households; each once.
    pub households: usize,
    /// What they got together.
    pub amount: Fen,
}

/// What can be published of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellPlan {
    /// Cells that lie apart and together are everything.
    pub cells: Vec<Cell>,
    /// How many households wait for the next period: all of them, or none.
    pub waiting: usize,
}

/// Households of a cell in the making.
#[derive(Clone, Debug)]
pub(super) struct Part {
    area: Area,
    /// What each household got.
    amounts: BTreeMap<String, Fen>,
}

impl Part {
    /// All of it, as one cell.
    pub(super) fn of(given: &[Given]) -> Part {
        let mut part = Part { area: Area::RestOfCounty, amounts: BTreeMap::new() };
        for one in given {
            *part.amounts.entry(one.household.clone()).or_default() += one.amount;
        }
        part
    }

    /// Households that got anything.
    pub(super) fn households(&self) -> usize {
        self.amounts.values().filter(|amount| **amount > Fen::ZERO).count()
    }

    fn total(&self) -> Fen {
        self.amounts.values().copied().sum()
    }

    /// Enough households, and nobody of them whose amount the others could work out: the largest is at most half, and what
    /// is neither the largest nor the second is at least a tenth of the largest.
    pub(super) fn may_stand(&self) -> bool {
        let all = self.amounts.values().map(|amount| i128::from(amount.0));
        let mut amounts: Vec<i128> = all.filter(|amount| *amount > 0).collect();
        amounts.sort_unstable_by(|one, two| two.cmp(one));
        let total: i128 = amounts.iter().sum();
        let largest = amounts.first().copied().unwrap_or(0);
        let others = total - largest - amounts.get(1).copied().unwrap_or(0);
        amounts.len() >= FEWEST && largest * 2 <= total && others * 10 >= largest
    }

    pub(super) fn take(&mut self, other: Part) {
        for (household, amount) in other.amounts {
            *self.amounts.entry(household).or_default() += amount;
        }
    }

    fn cell(&self) -> Cell {
        Cell { area: self.area.clone(), month: None, households: self.households(), amount: self.total() }
    }
}

/// The finest cells of a period that may be shown.
pub fn plan_cells(given: &[Given]) -> CellPlan {
    let mut standing = Vec::new();
    let mut rest = Part { area: Area::RestOfCounty, amounts: BTreeMap::new() };
    for (town, villages) in by_town(given) {
        let (alone, others) = split_town(&town, villages);
        standing.extend(alone);
        rest.take(others);
    }
    absorb(&mut rest, &mut standing);
    if !rest.amounts.is_empty() && !rest.may_stand() {
        return CellPlan { cells: Vec::new(), waiting: rest.households() };
    }
    standing.extend(Some(rest).filter(|rest| !rest.amounts.is_empty()));
    let mut cells: Vec<Cell> = standing.iter().map(Part::cell).collect();
    cells.sort_by(|one, two| one.area.cmp(&two.area));
    CellPlan { cells, waiting: 0 }
}

fn by_town(given: &[Given]) -> BTreeMap<String, BTreeMap<RegionCode, Part>> {
    let mut towns: BTreeMap<String, BTreeMap<RegionCode, Part>> = BTreeMap::new();
    for one in given {
        let town: String = one.place.as_str().chars().take(9).collect();
        let villages = towns.entry(town).or_default();
        let part = villages
            .entry(one.place.clone())
            .or_insert_with(|| Part { area: Area::Village(one.place.clone()), amounts: BTreeMap::new() });
        *part.amounts.entry(one.household.clone()).or_default() += one.amount;
    }
    towns
}

/// Villages that stand alone and the town's rest as cells, and what has to go to the county.
fn split_town(town: &str, villages: BTreeMap<RegionCode, Part>) -> (Vec<Part>, Part) {
    let nothing = Part { area: Area::RestOfCounty, amounts: BTreeMap::new() };
    let Some(code) = RegionCode::new(town).filter(|code| code.as_str().len() == 9) else {
        return (Vec::new(), villages.into_values().fold(nothing, joined));
    };
    let is_village = |part: &Part| matches!(&part.area, Area::Village(code) if code.as_str().len() == 12);
    let (mut alone, small): (Vec<Part>, Vec<Part>) =
        villages.into_values().partition(|part| is_village(part) && part.may_stand());
    let rest = Part { area: Area::RestOfTown(code.clone()), amounts: BTreeMap::new() };
    let mut rest = small.into_iter().fold(rest, joined);
    absorb(&mut rest, &mut alone);
    if rest.amounts.is_empty() {
        return (alone, nothing);
    }
    if !rest.may_stand() {
        return (alone, joined(nothing, rest));
    }
    if alone.is_empty() {
        rest.area = Area::Town(code);
    }
    alone.push(rest);
    (alone, nothing)
}

fn joined(mut part: Part, other: Part) -> Part {
    part.take(other);
    part
}

/// A rest that may not stand takes in the smallest of those that may, until it may or none is left.
fn absorb(rest: &mut Part, standing: &mut Vec<Part>) {
    while !rest.amounts.is_empty() && !rest.may_stand() && !standing.is_empty() {
        let smallest = standing.iter().enumerate().min_by_key(|(_, part)| part.households()).map(|(place, _)| place);
        if let Some(place) = smallest {
            rest.take(standing.swap_remove(place));
        }
    }
}

/// The cell that a payment lies in: of its month, and the narrowest that holds its place.
pub fn cell_of<'a>(cells: &'a [Cell], given: &Given) -> Option<&'a Cell> {
    let lies = |area: &Area| match area {
        Area::Village(code) => *code == given.place,
        Area::Town(code) | Area::RestOfTown(code) => code.contains(&given.place),
        Area::RestOfCounty => true,
    };
    let rank = |area: &Area| match area {
        Area::Village(_) => 0,
        Area::Town(_) | Area::RestOfTown(_) => 1,
        Area::RestOfCounty => 2,
    };
    let of_month = cells.iter().filter(|cell| cell.month.is_none_or(|month| month == given.month));
    of_month.filter(|cell| lies(&cell.area)).min_by_key(|cell| rank(&cell.area))
}

/// A figure that was published, as the payments it is about and the household of each. Nobody but the fund sees it; it is
/// kept for [`may_follow`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedSet {
    /// Code of a payment → code of its household.
    pub payments: BTreeMap<String, String>,
}

impl PublishedSet {
    /// The payments that are in this one and, as `is_shared` says, in the other one or not: how many households.
    fn households(&self, other: &PublishedSet, is_shared: bool) -> usize {
        let of = self.payments.iter().filter(|(payment, _)| other.payments.contains_key(*payment) == is_shared);
        of.map(|(_, household)| household).collect::<BTreeSet<_>>().len()
    }
}

/// Whether a figure may be published after others: with each of them it has nothing in common, or it is the same, or what they
/// share and what either has alone are each about at least [`FEWEST`] households. Otherwise a subtraction of two published
/// figures would be about fewer.
pub fn may_follow(history: &[PublishedSet], new: &PublishedSet) -> bool {
    history.iter().all(|old| {
        let parts = [old.households(new, true), old.households(new, false), new.households(old, false)];
        let is_apart = parts.first() == Some(&0);
        old == new || is_apart || parts.iter().all(|part| *part == 0 || *part >= FEWEST)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn given(village: &str, households: usize, first: usize) -> Vec<Given> {
        (first..first + households)
            .map(|household| Given {
                payment: format!("p{household}"),
                household: format!("h{household}"),
                place: RegionCode::new(village).unwrap(),
                month: Month::parse("2026-03").unwrap(),
                amount: Fen::yuan(1000),
            })
            .collect()
    }

    fn shown(parts: &[(&str, usize)]) -> Vec<(Area, usize)> {
        let mut all = Vec::new();
        for (village, households) in parts {
            let first = all.len();
            all.extend(given(village, *households, first));
        }
        plan_cells(&all).cells.into_iter().map(|cell| (cell.area, cell.households)).collect()
    }

    fn code(code: &str) -> RegionCode {
        RegionCode::new(code).unwrap()
    }

    #[test]
    fn small_villages_go_together_and_take_one_along_where_they_must() {
        let (a, b, c) = ("330381100201", "330381100202", "330381100203");
        assert_eq!(shown(&[(a, 11), (b, 12)]), [(Area::Village(code(a)), 11), (Area::Village(code(b)), 12)]);
        assert_eq!(
            shown(&[(a, 30), (b, 6), (c, 5)]),
            [(Area::Village(code(a)), 30), (Area::RestOfTown(code("330381100")), 11)]
        );
        assert_eq!(shown(&[(a, 30), (b, 2)]), [(Area::Town(code("330381100")), 32)]);
        let far = "330381101201";
        assert_eq!(shown(&[(a, 30), (far, 4)]), [(Area::RestOfCounty, 34)]);
        assert_eq!(plan_cells(&given(a, 10, 0)), CellPlan { cells: vec![], waiting: 10 });
    }

    #[test]
    fn one_large_amount_does_not_stand_alone() {
        let mut all = given("330381100201", 20, 0);
        all[0].amount = Fen::yuan(50_000);
        assert_eq!(plan_cells(&all), CellPlan { cells: vec![], waiting: 20 });
    }

    #[test]
    fn who_gave_all_of_it_back_is_no_household_of_the_cell() {
        let mut all = given("330381100201", 11, 0);
        all.push(Given { payment: "p-back".to_owned(), amount: Fen::yuan(-1000), ..all[0].clone() });
        assert_eq!(plan_cells(&all), CellPlan { cells: vec![], waiting: 10 });
        all.extend(given("330381100201", 1, 11));
        let cells = plan_cells(&all).cells;
        assert_eq!((cells[0].households, cells[0].amount), (11, Fen::yuan(11_000)));
    }

    #[test]
    fn a_payment_lies_in_the_narrowest_cell_that_holds_it() {
        let (a, b, far) = ("330381100201", "330381100202", "330381101201");
        let mut all = [given(a, 11, 0), given(b, 12, 11)].concat();
        all.extend(given(far, 40, 23));
        all.extend(given("330381101202", 11, 63));
        let cells = plan_cells(&all).cells;
        for cell in &cells {
            let inside: Vec<&Given> = all.iter().filter(|one| cell_of(&cells, one) == Some(cell)).collect();
            assert_eq!(inside.len(), cell.households);
            assert_eq!(inside.iter().map(|one| one.amount).sum::<Fen>(), cell.amount);
        }
    }

    #[test]
    fn a_difference_of_two_publications_is_about_enough_households_or_nothing() {
        let set = |from: usize, to: usize, members: usize| PublishedSet {
            payments: (from..to).map(|one| (one.to_string(), format!("h{}", one / members))).collect(),
        };
        assert!(may_follow(&[set(0, 30, 1)], &set(30, 50, 1)) && may_follow(&[set(0, 30, 1)], &set(0, 41, 1)));
        assert!(may_follow(&[set(0, 3, 1)], &set(0, 3, 1)), "the same figure says nothing new");
        assert!(!may_follow(&[set(0, 30, 1)], &set(0, 31, 1)) && !may_follow(&[set(0, 30, 1)], &set(25, 60, 1)));
        assert!(!may_follow(&[set(0, 60, 2)], &set(0, 80, 2)), "twenty payments are ten households");
        assert!(may_follow(&[set(0, 60, 2)], &set(0, 82, 2)), "twenty-two payments are eleven");
    }

    /// A household's village, and how many lie there.
    type Truth = BTreeMap<RegionCode, usize>;

    /// What an attacker works out of each village who knows all villages and all that was published: bounds of counts,
    /// narrowed until nothing changes.
    fn bounds(truth: &Truth, cells: &[Cell]) -> BTreeMap<RegionCode, (usize, usize)> {
        let named: Vec<&RegionCode> = cells
            .iter()
            .filter_map(|cell| if let Area::Village(code) = &cell.area { Some(code) } else { None })
            .collect();
        let towns: Vec<&RegionCode> = cells
            .iter()
            .filter_map(|cell| match &cell.area {
                Area::Town(code) | Area::RestOfTown(code) => Some(code),
                Area::Village(_) | Area::RestOfCounty => None,
            })
            .collect();
        let lies = |area: &Area, village: &RegionCode| match area {
            Area::Village(code) => code == village,
            Area::Town(code) => code.contains(village),
            Area::RestOfTown(code) => code.contains(village) && !named.contains(&village),
            Area::RestOfCounty => !named.contains(&village) && !towns.iter().any(|town| town.contains(village)),
        };
        let mut found: BTreeMap<RegionCode, (usize, usize)> =
            truth.keys().map(|code| (code.clone(), (0, 100_000))).collect();
        for _ in 0..4 {
            for cell in cells {
                let inside: Vec<RegionCode> =
                    found.keys().filter(|village| lies(&cell.area, village)).cloned().collect();
                let low: usize = inside.iter().map(|village| found[village].0).sum();
                let high: usize = inside.iter().map(|village| found[village].1).sum();
                for village in &inside {
                    let (least, most) = found[village];
                    let others = (low - least, high - most);
                    let narrowed = (
                        least.max(cell.households.saturating_sub(others.1)),
                        most.min(cell.households - others.0.min(cell.households)),
                    );
                    found.insert(village.clone(), narrowed);
                }
            }
        }
        found
    }

    /// Twenty-four months of two hundred villages; each month is published by itself.
    #[test]
    fn an_attacker_narrows_no_village_below_eleven() {
        let mut chance = ChaCha8Rng::seed_from_u64(11);
        let (mut cells, mut small, mut narrow) = (0, 0, 0);
        for month in 0..24 {
            let mut truth: Truth = BTreeMap::new();
            let mut all = Vec::new();
            for village in 0..200 {
                let place = code(&format!("330381{:03}{:03}", 100 + village / 12, 200 + village % 12));
                let busy = chance.random_range(0..5_usize);
                let households = if busy == 0 { chance.random_range(0..40) } else { chance.random_range(0..6) };
                truth.insert(place.clone(), households);
                all.extend(given(place.as_str(), households, all.len()));
            }
            let plan = plan_cells(&all);
            assert_eq!(plan.cells.iter().map(|cell| cell.households).sum::<usize>(), all.len(), "month {month}");
            cells += plan.cells.len();
            for (village, (least, most)) in bounds(&truth, &plan.cells) {
                let is_small = (1..FEWEST).contains(&truth[&village]);
                small += usize::from(is_small);
                narrow += usize::from(is_small && most - least < FEWEST);
            }
        }
        assert!(cells > 24 * 20 && small > 1000, "{cells} cells, {small} small villages");
        assert_eq!(narrow, 0);
    }

    proptest! {
        #[test]
        fn cells_are_everything_and_each_may_stand(
            parts in prop::collection::vec((0_usize..6, 0_usize..5, 1_i64..1_000_000), 0..200)
        ) {
            let all: Vec<Given> = parts.iter().enumerate().map(|(at, (town, village, amount))| Given {
                payment: format!("p{at}"),
                household: format!("h{}", at / 2),
                month: Month::parse("2026-03").unwrap(),
                place: code(&format!("330381{:03}{:03}", 100 + town, 200 + village)),
                amount: Fen(*amount),
            }).collect();
            let plan = plan_cells(&all);
            let total: Fen = all.iter().map(|one| one.amount).sum();
            let published: Fen = plan.cells.iter().map(|cell| cell.amount).sum();
            prop_assert!(plan.cells.iter().all(|cell| cell.households >= FEWEST));
            let shown = if plan.cells.is_empty() { Fen::ZERO } else { total };
            prop_assert_eq!(published, shown);
            prop_assert!(plan.cells.is_empty() || plan.waiting == 0);
            let areas: BTreeSet<&Area> = plan.cells.iter().map(|cell| &cell.area).collect();
            prop_assert_eq!(areas.len(), plan.cells.len());
        }
    }
}
