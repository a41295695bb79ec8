//! What the villages found when they looked at the people above the line: the funnel.
//!
//! Published for one county over the years: 3,807 people above 50,000 yuan who held no assistance were passed on, 268
//! were found at risk of impoverishment, 67 times relief was paid, over 690,000 yuan together. Here every person-year
//! above the line draws its outcome with exactly these chances. Start at [`County::verification`].

use shukun_base::Fen;

use super::draw::{Draw, Quantiles};
use super::people::{Household, Member};
use super::{County, MILLION, Settled};

/// The line: a personal burden above it is passed on.
pub const LINE: Fen = Fen::yuan(50_000);

/// Passed on, at risk, aided: the published counts.
pub(super) const FUNNEL: (u64, u64, u64) = (3_807, 268, 67);

/// Lane of the verification of a year, past all years' own.
const LANE: u16 = 10_000;

/// Relief in yuan: 10,300 on average.
const RELIEF: [(u32, i64); 4] = [(0, 2_000), (600_000, 9_000), (950_000, 21_000), (MILLION, 50_000)];

/// What the village found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 无致贫风险
    NoRisk,
    /// 有致贫风险
    AtRisk,
    /// 有致贫风险, and relief of this amount was paid
    Aided(Fen),
}

/// One person above the line in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The year.
    pub year: i16,
    /// The year's 个人负担: all the family paid.
    pub personal_burden: Fen,
    /// The year's 自负: in scope and paid by no fund.
    pub in_scope_copay: Fen,
    /// What the village found.
    pub outcome: Outcome,
    /// 家庭年收入 as the village found it.
    pub income_found: Fen,
}

/// The year's (自负, 个人负担) of one person, by day of discharge.
pub(super) fn burden_of(member: &Member, year: i16) -> (Fen, Fen) {
    let of_year = || member.claims.iter().filter(|claim| claim.discharged_on.year() == year);
    (of_year().map(Settled::in_scope_copay).sum(), of_year().map(Settled::personal_burden).sum())
}

impl County {
    /// What was found of member `place` of the household; `None` who is not above the line, not on the local register
    /// or held assistance on any day of the year.
    pub fn verification(&self, household: &Household, place: usize, year: i16) -> Option<Verification> {
        let member = household.members.get(place)?;
        let (in_scope_copay, personal_burden) = burden_of(member, year);
        let is_passed_on = household.local_register && !member.is_assisted_in(year) && personal_burden > LINE;
        is_passed_on.then(|| {
            let place = u16::try_from(place).unwrap_or(0);
            let mut draw = Draw::for_household(self.key, household.number, LANE + place * 2_500 + year.unsigned_abs());
            let outcome = draw_outcome(&mut draw);
            let income_found = find_income(&mut draw, household, outcome);
            Verification { year, personal_burden, in_scope_copay, outcome, income_found }
        })
    }
}

fn draw_outcome(draw: &mut Draw) -> Outcome {
    let (passed_on, at_risk, aided) = FUNNEL;
    let drawn = draw.below(passed_on);
    let relief = Fen::yuan(draw.quantile(&RELIEF as &Quantiles, 1) / 100 * 100);
    match drawn {
        _ if drawn < aided => Outcome::Aided(relief),
        _ if drawn < at_risk => Outcome::AtRisk,
        _ => Outcome::NoRisk,
    }
}

/// The income on the roster; where there is none, one that fits the outcome, because nobody knew it before.
fn find_income(draw: &mut Draw, household: &Household, outcome: Outcome) -> Fen {
    let people = i64::try_from(household.members.len()).unwrap_or(1);
    match outcome {
        Outcome::AtRisk | Outcome::Aided(_) if !household.is_on_roster() => {
            Fen::yuan(draw.between(9_000, 26_000) * people)
        }
        _ => household.annual_income,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CountyName, CountyPlan, synthesise};
    use super::*;

    /// 7.04 % at risk and 1.76 % aided, to within a quarter of a point; 10,300 yuan a time, to within 500.
    #[test]
    fn the_funnel_narrows_as_published() {
        let drawn: Vec<Outcome> =
            (0..100_000).map(|number| draw_outcome(&mut Draw::for_household([3; 32], number, LANE))).collect();
        let at_risk = drawn.iter().filter(|outcome| **outcome != Outcome::NoRisk).count();
        let relief: Vec<i64> = drawn.iter().filter_map(|outcome| relief_yuan(*outcome)).collect();
        let mean = relief.iter().sum::<i64>() / i64::try_from(relief.len()).unwrap();
        println!("of 100,000 passed on {at_risk} at risk, {} aided with {mean} yuan on average", relief.len());
        assert!(at_risk.abs_diff(7_040) < 250);
        assert!(relief.len().abs_diff(1_760) < 250);
        assert!(mean.abs_diff(10_300) < 500);
    }

    fn relief_yuan(outcome: Outcome) -> Option<i64> {
        match outcome {
            Outcome::Aided(relief) => Some(relief.0 / 100),
            Outcome::NoRisk | Outcome::AtRisk => None,
        }
    }

    #[test]
    fn only_local_people_without_assistance_above_the_line_are_passed_on() {
        let plan = CountyPlan { county: CountyName::Ruian, people: 20_000, seed: 1, years: 2022..=2022 };
        let county = synthesise(plan).unwrap();
        let mut passed_on = 0;
        for household in county.households() {
            for (place, member) in household.members.iter().enumerate() {
                let found = county.verification(&household, place, 2022);
                let (copay, burden) = burden_of(member, 2022);
                let above = burden > LINE && household.local_register && !member.is_assisted_in(2022);
                assert_eq!(found.is_some(), above);
                assert!(copay <= burden);
                assert_eq!(found, county.verification(&household, place, 2022));
                passed_on += u64::from(above);
            }
        }
        assert!(passed_on > 20);
    }
}
