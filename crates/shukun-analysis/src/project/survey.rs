//! What the lake's own past years say: how many had bills, of how much, in which months. One pass, nothing settled.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use shukun_base::{ClaimId, Fen, PersonId};
use shukun_engine::facts::{Claim, HouseholdFacts};

use super::growth::{Growth, Rate};
use crate::compare::ordered::Coarse;

/// One calendar year of cost in the lake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct YearSeen {
    /// The year.
    pub year: i16,
    /// Persons with a bill, after reversals.
    pub claimants: u64,
    /// Their bills.
    pub bills_fen: Fen,
    /// Months in which any cost arose.
    pub months: u8,
}

impl YearSeen {
    /// A year with costs in every month.
    pub fn is_whole(&self) -> bool {
        self.months == 12
    }
}

#[derive(Clone, Debug, Default)]
struct Seen {
    claimants: u64,
    bills: Fen,
    /// A bit for each month.
    months: u16,
    households: Coarse,
}

/// The years, while households come by.
#[derive(Clone, Debug, Default)]
pub struct Survey(BTreeMap<i16, Seen>);

/// Bills by person and year, reversals counted where the bill is.
fn bills(claims: &[Claim]) -> BTreeMap<(i16, PersonId), Fen> {
    let by_id: BTreeMap<ClaimId, &Claim> = claims.iter().map(|claim| (claim.claim_id, claim)).collect();
    let mut bills: BTreeMap<(i16, PersonId), Fen> = BTreeMap::new();
    for claim in claims {
        let original = claim.reverses_claim_id.map_or(Some(claim), |id| by_id.get(&id).copied());
        if let Some(original) = original {
            *bills.entry((original.incurred_on().year(), claim.person_id)).or_default() += claim.total_fen;
        }
    }
    bills
}

/// What the household's bills of a year come to, after reversals.
pub fn bills_in(facts: &HouseholdFacts, year: i16) -> Fen {
    bills(&facts.claims).into_iter().filter(|((in_year, _), _)| *in_year == year).map(|(_, bills)| bills).sum()
}

impl Survey {
    /// Adds a household.
    pub fn add(&mut self, facts: &HouseholdFacts) {
        let mut households: BTreeMap<i16, Fen> = BTreeMap::new();
        for ((year, _), bills) in bills(&facts.claims) {
            let seen = self.0.entry(year).or_default();
            seen.claimants += u64::from(bills > Fen::ZERO);
            seen.bills += bills;
            *households.entry(year).or_default() += bills;
        }
        for (year, bills) in households.into_iter().filter(|(_, bills)| *bills > Fen::ZERO) {
            self.0.entry(year).or_default().households.add(bills.0);
        }
        for claim in &facts.claims {
            let day = claim.incurred_on();
            self.0.entry(day.year()).or_default().months |= 1 << day.month();
        }
    }

    /// Adds other households.
    pub fn merge(&mut self, other: Survey) {
        for (year, theirs) in other.0 {
            let own = self.0.entry(year).or_default();
            own.claimants += theirs.claimants;
            own.bills += theirs.bills;
            own.months |= theirs.months;
            own.households.merge(theirs.households);
        }
    }

    /// The years in order.
    pub fn years(&self) -> Vec<YearSeen> {
        let row = |(year, seen): (&i16, &Seen)| YearSeen {
            year: *year,
            claimants: seen.claimants,
            bills_fen: seen.bills,
            months: u8::try_from(seen.months.count_ones()).unwrap_or(12),
        };
        self.0.iter().map(row).collect()
    }

    /// Bills of the households of a year, in classes.
    pub(super) fn households(&self, year: i16) -> Coarse {
        self.0.get(&year).map(|seen| seen.households.clone()).unwrap_or_default()
    }

    /// The last year with costs in every month.
    pub fn last_whole_year(&self) -> Option<i16> {
        self.years().iter().rev().find(|year| year.is_whole()).map(|year| year.year)
    }

    /// Growth of claimants and of cost per claimant from whole years in a row that end with `last`: the mean of the
    /// yearly rates, the smallest and the largest, to a tenth of a percent. None with fewer than three years.
    pub fn growth(&self, last: i16) -> Option<(Growth, Growth)> {
        let years = self.years();
        let mut row: Vec<&YearSeen> = Vec::new();
        for seen in years.iter().rev().filter(|seen| seen.year <= last) {
            let expected = row.last().map_or(last, |later| later.year - 1);
            if seen.year != expected || !seen.is_whole() || seen.claimants == 0 || seen.bills_fen <= Fen::ZERO {
                break;
            }
            row.push(seen);
        }
        row.reverse();
        if row.len() < 3 {
            return None;
        }
        let pairs = || row.iter().zip(row.iter().skip(1));
        let claimants = pairs().map(|(a, b)| thousandths(b.claimants.into(), a.claimants.into())).collect();
        let cost = pairs().map(|(a, b)| {
            let (earlier, later) = (i128::from(a.bills_fen.0), i128::from(b.bills_fen.0));
            thousandths(later * i128::from(a.claimants), earlier * i128::from(b.claimants))
        });
        let named = format!("{}–{}", row.first()?.year, last);
        Some((of_rates(claimants, &named)?, of_rates(cost.collect(), &named)?))
    }
}

/// `later ÷ earlier − 1` in thousandths, rounded to the nearest.
fn thousandths(later: i128, earlier: i128) -> i64 {
    let earlier = earlier.max(1);
    let grown = ((later * 2_000 + earlier).div_euclid(2 * earlier)) - 1_000;
    i64::try_from(grown).unwrap_or(1_000).clamp(-900, 1_000)
}

fn of_rates(rates: Vec<i64>, named: &str) -> Option<Growth> {
    let count = i64::try_from(rates.len()).ok()?;
    let mean = (rates.iter().sum::<i64>() * 2 + count).div_euclid(2 * count);
    Some(Growth {
        growth: Rate::thousandths(mean),
        low: Rate::thousandths(*rates.iter().min()?),
        high: Rate::thousandths(*rates.iter().max()?),
        source: format!("数据湖 {named} 年 · the lake's years {named}"),
    })
}

#[cfg(test)]
mod tests {
    use shukun_base::Day;

    use super::*;
    use crate::testing::{claim, household};

    /// One bill of so many yuan for each of some people in every month of a year.
    fn year(survey: &mut Survey, year: i16, people: u64, yuan: i64, months: i8) {
        for person in 0..people {
            let bills = (1..=months).map(|month| {
                let mut bill = claim(u64::from(month.unsigned_abs()), person, year, yuan, 0);
                bill.discharged_on = Some(Day::constant(year, month, 5));
                bill
            });
            survey.add(&household(person, None, bills.collect()));
        }
    }

    #[test]
    fn growth_from_whole_years_in_a_row() {
        let mut survey = Survey::default();
        year(&mut survey, 2019, 7, 10, 12);
        year(&mut survey, 2021, 10, 10, 12);
        year(&mut survey, 2022, 11, 12, 12);
        assert_eq!(survey.growth(2022), None, "two years are no trend");
        year(&mut survey, 2023, 11, 12, 12);
        year(&mut survey, 2024, 30, 99, 7);
        assert_eq!(survey.last_whole_year(), Some(2023));
        let (claimants, cost) = survey.growth(2023).unwrap();
        // 10 → 11 → 11 people; 120 → 144 → 144 yuan each
        let shown = |growth: &Growth| [growth.low, growth.growth, growth.high].map(|rate| rate.to_string());
        assert_eq!(shown(&claimants), ["0%", "5%", "10%"]);
        assert_eq!(shown(&cost), ["0%", "10%", "20%"]);
        assert!(claimants.is_sound() && claimants.source.contains("2021–2023"));
        assert_eq!(survey.growth(2024), None, "a part of a year is no year");
    }

    #[test]
    fn a_reversal_counts_where_its_bill_is() {
        let mut back = claim(2, 1, 2023, -100, 0);
        back.reverses_claim_id = Some(ClaimId(1));
        let facts = household(1, None, vec![claim(1, 1, 2022, 100, 0), back, claim(3, 1, 2023, 40, 0)]);
        let mut survey = Survey::default();
        survey.add(&facts);
        let years: Vec<_> = survey.years().iter().map(|seen| (seen.year, seen.claimants, seen.bills_fen.0)).collect();
        assert_eq!(years, [(2022, 0, 0), (2023, 1, 4_000)]);
        assert_eq!((bills_in(&facts, 2022), bills_in(&facts, 2023)), (Fen::ZERO, Fen::yuan(40)));
        assert_eq!(survey.households(2022).count(), 0);
    }
}
