//! How near the synthetic county comes to the published figures: counted, and set against them, in whole numbers.
//!
//! Measured over all 1.2 million people assumed insured in Ruian (seed 1, 2022): 1,285 local unassisted people with an
//! in-scope copay above 50,000 yuan, where 1,300 and more are published.
//!
//! Start at [`Tally`].

use std::fmt;

use shukun_base::Fen;
use shukun_engine::facts::ClaimKind;

use super::people::Household;
use super::verify::{FUNNEL, LINE, Outcome, burden_of};
use super::{County, CountyName};

/// Published figures a county is calibrated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// What was counted, 中文.
    pub zh: &'static str,
    /// The count or, of a share, its numerator.
    pub count: u64,
    /// Out of how many.
    pub of: u64,
}

/// Ruian, 2022: local people whose 自负 exceeded 50,000 yuan, out of those assumed insured.
pub(super) const ABOVE_LINE: Published =
    Published { zh: "本地户籍参保人员年度个人自负5万元以上", count: 1_300, of: 1_200_000 };
/// Of those passed on, found at risk.
const AT_RISK: Published = Published { zh: "经核查有致贫风险", count: FUNNEL.1, of: FUNNEL.0 };
/// Of those passed on, aided.
const AIDED: Published = Published { zh: "获得救助", count: FUNNEL.2, of: FUNNEL.0 };
/// Zhangjiagang: members of the mutual aid over 60, out of all 601,700 of them.
const OVER_60: Published = Published { zh: "60周岁以上", count: 193_681, of: 601_700 };

/// Counts over a synthetic county. One year's people and claims; verification over all years tallied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// People.
    pub people: u64,
    /// Aged 60 or more at the year's end.
    pub aged_60: u64,
    /// Hospital stays, reversals and corrections left out.
    pub stays: u64,
    /// Of these, with a bill from 3,000 to 15,000 yuan.
    pub usual_stays: u64,
    /// The biggest bill.
    pub biggest: Fen,
    /// All claims, reversals among them.
    pub claims: u64,
    /// Reversals.
    pub reversals: u64,
    /// Local, without assistance, 自负 above the line.
    pub copay_above_line: u64,
    /// Local, without assistance, 个人负担 above the line: these are passed on.
    pub burden_above_line: u64,
    /// Of these, found at risk.
    pub at_risk: u64,
    /// Of these, aided.
    pub aided: u64,
    /// Relief paid.
    pub relief: Fen,
}

impl Tally {
    /// Counts a year over all households.
    pub fn of(county: &County, year: i16) -> Tally {
        let mut tally = Tally::default();
        for household in county.households() {
            tally.add(county, &household, year);
        }
        tally
    }

    /// Counts one household.
    pub fn add(&mut self, county: &County, household: &Household, year: i16) {
        for (place, member) in household.members.iter().enumerate() {
            self.people += 1;
            self.aged_60 += u64::from(member.age_at_end_of(year) >= 60);
            for claim in member.claims.iter().filter(|claim| claim.discharged_on.year() == year) {
                self.add_claim(claim);
            }
            let is_eligible = household.local_register && !member.is_assisted_in(year);
            let (copay, _) = burden_of(member, year);
            self.copay_above_line += u64::from(is_eligible && copay > LINE);
            if let Some(found) = county.verification(household, place, year) {
                self.add_outcome(found.outcome);
            }
        }
    }

    fn add_claim(&mut self, claim: &super::Settled) {
        self.claims += 1;
        self.reversals += u64::from(claim.reverses.is_some());
        self.biggest = self.biggest.max(claim.amounts.total);
        if claim.kind == ClaimKind::Inpatient && claim.reverses.is_none() {
            self.stays += 1;
            let usual = Fen::yuan(3_000)..=Fen::yuan(15_000);
            self.usual_stays += u64::from(usual.contains(&claim.amounts.total));
        }
    }

    fn add_outcome(&mut self, outcome: Outcome) {
        self.burden_above_line += 1;
        self.at_risk += u64::from(outcome != Outcome::NoRisk);
        if let Outcome::Aided(relief) = outcome {
            self.aided += 1;
            self.relief += relief;
        }
    }

    /// What is published of the county, each with (count, out of) here.
    pub fn compare(&self, county: CountyName) -> Vec<(Published, u64, u64)> {
        match county {
            CountyName::Ruian => vec![
                (ABOVE_LINE, self.copay_above_line, self.people),
                (AT_RISK, self.at_risk, self.burden_above_line),
                (AIDED, self.aided, self.burden_above_line),
            ],
            CountyName::Zhangjiagang => vec![(OVER_60, self.aged_60, self.people)],
            CountyName::Dongtou | CountyName::Linan => Vec::new(),
        }
    }
}

/// Per mille of `part` in `whole`, rounded down; 0 of nothing.
fn per_mille(part: u64, whole: u64) -> u64 {
    (part * 1000).checked_div(whole).unwrap_or(0)
}

/// The counts, one a line, for a README or a test's output.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "people {}", self.people)?;
        writeln!(f, "aged 60 or more {} ({}‰)", self.aged_60, per_mille(self.aged_60, self.people))?;
        writeln!(f, "claims {}, of these reversals {}", self.claims, self.reversals)?;
        writeln!(f, "stays {} ({}‰ of people)", self.stays, per_mille(self.stays, self.people))?;
        writeln!(
            f,
            "stays of 3,000–15,000 yuan {}‰, biggest bill {}",
            per_mille(self.usual_stays, self.stays),
            self.biggest
        )?;
        writeln!(f, "local, unassisted, in-scope copay above 50,000: {}", self.copay_above_line)?;
        writeln!(f, "local, unassisted, whole personal burden above 50,000: {}", self.burden_above_line)?;
        write!(f, "found at risk {}, aided {}, relief {}", self.at_risk, self.aided, self.relief)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{CountyPlan, synthesise};

    fn tally(county: CountyName, people: u64, seed: u64) -> Tally {
        let county = synthesise(CountyPlan { county, people, seed, years: 2022..=2022 }).unwrap();
        let tally = Tally::of(&county, 2022);
        println!("{} seed {seed}: {tally}\n", county.plan().county.zh());
        tally
    }

    /// Ruian, 60,000 people: within 25 % of the published rate (65 expected; chance alone moves it by 8).
    #[test]
    fn ruian_has_the_published_rate_of_people_above_the_line() {
        let tally = tally(CountyName::Ruian, 60_000, 1);
        let expected = ABOVE_LINE.count * tally.people / ABOVE_LINE.of;
        let found = tally.copay_above_line;
        println!("published {} of {}; here expected {expected}, found {found}", ABOVE_LINE.count, ABOVE_LINE.of);
        assert!(found * 100 >= expected * 75 && found * 100 <= expected * 125);
        assert!(tally.burden_above_line > found, "what is not in scope is borne too");
    }

    /// The same with courses, in each of three years: about as many pass the line as are published.
    #[test]
    fn courses_leave_the_rate_of_people_above_the_line() {
        let plan = CountyPlan { county: CountyName::Ruian, people: 60_000, seed: 1, years: 2021..=2023 };
        let county = synthesise(plan).unwrap().with_courses();
        for year in 2021..=2023 {
            let tally = Tally::of(&county, year);
            println!("with courses, {year}: {tally}\n");
            let expected = ABOVE_LINE.count * tally.people / ABOVE_LINE.of;
            let found = tally.copay_above_line;
            assert!(
                found * 100 >= expected * 75 && found * 100 <= expected * 125,
                "{expected} expected, {found} found"
            );
        }
    }

    #[test]
    fn stays_are_as_many_and_as_dear_as_usual() {
        let tally = tally(CountyName::Ruian, 60_000, 2);
        assert!((150..=200).contains(&per_mille(tally.stays, tally.people)));
        assert!(per_mille(tally.usual_stays, tally.stays) >= 600);
        assert!(tally.biggest > Fen::yuan(700_000));
        assert!(tally.reversals > 0 && tally.reversals * 100 < tally.claims);
    }

    /// Zhangjiagang: 32.17 % over 60, to within half a point.
    #[test]
    fn one_in_three_of_zhangjiagang_is_over_60() {
        let tally = tally(CountyName::Zhangjiagang, 60_000, 1);
        let published = OVER_60.count * 10_000 / OVER_60.of;
        let found = tally.aged_60 * 10_000 / tally.people;
        println!("published {published}, found {found} of 10,000");
        assert!(found.abs_diff(published) <= 50);
    }
}
