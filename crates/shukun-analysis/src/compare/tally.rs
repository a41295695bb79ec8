//! What can be added up while households come by: totals, units, burdens above lines. Tallies of different households
//! are merged, so that buckets can be settled side by side.

use std::collections::BTreeSet;

use shukun_base::Fen;

use super::cliffs::CliffTally;
use super::largest::Largest;
use super::line::Lines;
use super::report::{AboveShare, BeforeAfter, BurdenAbove, Catastrophic, Line, Population, Unit, UnitChange};

/// 1万、3万、5万、10万元
pub const BURDEN_LINES: [Fen; 4] = [Fen::yuan(10_000), Fen::yuan(30_000), Fen::yuan(50_000), Fen::yuan(100_000)];
/// Shares of income above which a burden is called catastrophic, in hundredths.
pub const INCOME_SHARES: [u8; 3] = [10, 25, 40];

/// Sums over households, while they grow.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) years: BTreeSet<i16>,
    pub(super) population: Population,
    pub(super) bills: Fen,
    pub(super) payers: Lines,
    pub(super) funds: Lines,
    pub(super) rules: Lines,
    pub(super) family: Lines,
    pub(super) kinds: Lines,
    units: [Gains; 3],
    income_known: u64,
    income_unknown: u64,
    above_share: [BeforeAfter<u64>; INCOME_SHARES.len()],
    person_years_above: [BeforeAfter<u64>; BURDEN_LINES.len()],
    household_years_above: [BeforeAfter<u64>; BURDEN_LINES.len()],
    pub(super) cliffs: BeforeAfter<CliffTally>,
    pub(super) largest: Largest,
}

#[derive(Clone, Copy, Debug, Default)]
struct Gains {
    gaining: u64,
    losing: u64,
    unchanged: u64,
    gained: Fen,
    lost: Fen,
}

impl Gains {
    fn add(&mut self, burden: BeforeAfter<Fen>) {
        let gain = burden.baseline - burden.variant;
        match gain.cmp(&Fen::ZERO) {
            std::cmp::Ordering::Greater => {
                self.gaining += 1;
                self.gained += gain;
            }
            std::cmp::Ordering::Less => {
                self.losing += 1;
                self.lost += -gain;
            }
            std::cmp::Ordering::Equal => self.unchanged += 1,
        }
    }

    fn merge(&mut self, other: Gains) {
        self.gaining += other.gaining;
        self.losing += other.losing;
        self.unchanged += other.unchanged;
        self.gained += other.gained;
        self.lost += other.lost;
    }
}

/// What one household bears, by person and year.
#[derive(Clone, Debug, Default)]
pub struct HouseholdBurden {
    /// Its yearly income.
    pub income: Option<Fen>,
    /// Person, year, burden: by person.
    pub years: Vec<(u64, i16, BeforeAfter<Fen>)>,
}

impl HouseholdBurden {
    fn sum(&self, keep: impl Fn(u64, i16) -> bool) -> BeforeAfter<Fen> {
        let kept = self.years.iter().filter(|(person, year, _)| keep(*person, *year));
        kept.fold(BeforeAfter::default(), |sum, (_, _, burden)| BeforeAfter {
            baseline: sum.baseline + burden.baseline,
            variant: sum.variant + burden.variant,
        })
    }
}

impl Tally {
    /// Adds what a household bears, once all its person-years are known.
    pub(super) fn add_household(&mut self, of: &HouseholdBurden) {
        if of.years.is_empty() {
            return;
        }
        let persons: BTreeSet<u64> = of.years.iter().map(|(person, ..)| *person).collect();
        let years: BTreeSet<i16> = of.years.iter().map(|(_, year, _)| *year).collect();
        self.population.households += 1;
        self.population.persons += persons.len() as u64;
        self.population.person_years += of.years.len() as u64;
        self.population.household_years += years.len() as u64;
        let [person_years, by_person, households] = &mut self.units;
        for (_, _, burden) in &of.years {
            person_years.add(*burden);
            count_above(&mut self.person_years_above, *burden);
        }
        persons.iter().for_each(|person| by_person.add(of.sum(|one, _| one == *person)));
        households.add(of.sum(|_, _| true));
        for year in &years {
            let burden = of.sum(|_, in_year| in_year == *year);
            count_above(&mut self.household_years_above, burden);
            self.add_share(of.income, burden);
        }
        self.years.extend(years);
    }

    fn add_share(&mut self, income: Option<Fen>, burden: BeforeAfter<Fen>) {
        let Some(income) = income else {
            self.income_unknown += 1;
            return;
        };
        self.income_known += 1;
        let exceeds =
            |burden: Fen, percent: u8| i128::from(burden.0) * 100 > i128::from(income.0.max(0)) * i128::from(percent);
        for (percent, count) in INCOME_SHARES.iter().zip(&mut self.above_share) {
            count.baseline += u64::from(exceeds(burden.baseline, *percent));
            count.variant += u64::from(exceeds(burden.variant, *percent));
        }
    }

    /// Adds the tally of other households.
    pub fn merge(&mut self, other: Tally) {
        self.years.extend(other.years);
        let (own, theirs) = (&mut self.population, other.population);
        own.person_years += theirs.person_years;
        own.persons += theirs.persons;
        own.households += theirs.households;
        own.household_years += theirs.household_years;
        self.bills += other.bills;
        self.payers.merge(other.payers);
        self.funds.merge(other.funds);
        self.rules.merge(other.rules);
        self.family.merge(other.family);
        self.kinds.merge(other.kinds);
        self.units.iter_mut().zip(other.units).for_each(|(own, theirs)| own.merge(theirs));
        self.income_known += other.income_known;
        self.income_unknown += other.income_unknown;
        add_all(&mut self.above_share, &other.above_share);
        add_all(&mut self.person_years_above, &other.person_years_above);
        add_all(&mut self.household_years_above, &other.household_years_above);
        self.cliffs.baseline.merge(other.cliffs.baseline);
        self.cliffs.variant.merge(other.cliffs.variant);
        self.largest.merge(other.largest);
    }

    pub(super) fn family_line(&mut self) -> Line {
        std::mem::take(&mut self.family).finish().into_iter().next().unwrap_or_default()
    }

    pub(super) fn unit_changes(&self) -> Vec<UnitChange> {
        let names = [Unit::PersonYear, Unit::Person, Unit::Household];
        let change = |(unit, gains): (Unit, &Gains)| UnitChange {
            unit,
            gaining: gains.gaining,
            losing: gains.losing,
            unchanged: gains.unchanged,
            gained_fen: gains.gained,
            lost_fen: gains.lost,
        };
        names.into_iter().zip(&self.units).map(change).collect()
    }

    pub(super) fn catastrophic(&self) -> Catastrophic {
        let above = INCOME_SHARES.iter().zip(self.above_share);
        Catastrophic {
            income_known: self.income_known,
            income_unknown: self.income_unknown,
            above: above.map(|(percent, count)| AboveShare { percent: *percent, household_years: count }).collect(),
        }
    }

    pub(super) fn burden_above(&self) -> Vec<BurdenAbove> {
        let counts = self.person_years_above.iter().zip(self.household_years_above);
        let row = |(line, (persons, households)): (&Fen, (&BeforeAfter<u64>, BeforeAfter<u64>))| BurdenAbove {
            line_fen: *line,
            person_years: *persons,
            household_years: households,
        };
        BURDEN_LINES.iter().zip(counts).map(row).collect()
    }
}

fn count_above(counts: &mut [BeforeAfter<u64>], burden: BeforeAfter<Fen>) {
    for (line, count) in BURDEN_LINES.iter().zip(counts) {
        count.baseline += u64::from(burden.baseline > *line);
        count.variant += u64::from(burden.variant > *line);
    }
}

fn add_all(own: &mut [BeforeAfter<u64>], theirs: &[BeforeAfter<u64>]) {
    for (own, theirs) in own.iter_mut().zip(theirs) {
        own.baseline += theirs.baseline;
        own.variant += theirs.variant;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burden(baseline: i64, variant: i64) -> BeforeAfter<Fen> {
        BeforeAfter { baseline: Fen::yuan(baseline), variant: Fen::yuan(variant) }
    }

    /// Two persons in two years: the first gains and then loses as much, the second gains.
    fn household() -> HouseholdBurden {
        let years = vec![
            (1, 2022, burden(30_000, 10_000)),
            (1, 2023, burden(10_000, 30_000)),
            (2, 2022, burden(30_001, 30_000)),
        ];
        HouseholdBurden { income: Some(Fen::yuan(100_000)), years }
    }

    #[test]
    fn units_are_counted_each_in_its_own_way() {
        let mut tally = Tally::default();
        tally.add_household(&household());
        let found: Vec<_> =
            tally.unit_changes().iter().map(|row| (row.gaining, row.losing, row.unchanged, row.gained_fen)).collect();
        let yuan = Fen::yuan;
        assert_eq!(found, [(2, 1, 0, yuan(20_001)), (1, 0, 1, yuan(1)), (1, 0, 0, yuan(1))]);
        let population = &tally.population;
        assert_eq!((population.person_years, population.persons, population.household_years), (3, 2, 2));
    }

    #[test]
    fn a_burden_of_exactly_the_line_is_not_above_it() {
        let mut tally = Tally::default();
        tally.add_household(&household());
        let thirty = tally.burden_above()[1];
        assert_eq!(thirty.line_fen, Fen::yuan(30_000));
        assert_eq!((thirty.person_years.baseline, thirty.person_years.variant), (1, 0));
        assert_eq!((thirty.household_years.baseline, thirty.household_years.variant), (1, 1));
    }

    #[test]
    fn shares_of_income_leave_out_whose_income_is_not_known() {
        let mut tally = Tally::default();
        tally.add_household(&household());
        tally.add_household(&HouseholdBurden { income: None, ..household() });
        tally.add_household(&HouseholdBurden { income: Some(Fen::ZERO), ..household() });
        let found = tally.catastrophic();
        assert_eq!((found.income_known, found.income_unknown), (4, 2));
        // with 100,000 of income: 60,001 → 40,000 in 2022 and 10,000 → 30,000 in 2023
        let of =
            |share: usize| (found.above[share].household_years.baseline, found.above[share].household_years.variant);
        assert_eq!([of(0), of(1), of(2)], [(3, 4), (3, 4), (3, 2)]);
    }
}
