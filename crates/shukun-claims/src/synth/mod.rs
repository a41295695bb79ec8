//! The synthetic county: invented people with the shapes, sizes and shares of real ones, for trying the program out
//! without anybody's data.
//!
//! Real are the names and codes of counties and towns. Everything else is drawn from a seed: people with ID numbers
//! nobody can hold, households, certifications, a year's illness with a heavy tail, what the funds paid. One stream
//! of draws belongs to one household, so a household is the same whatever else is made and in whatever order. How
//! near the counts come to the published ones is in [`Tally`]. It knows no policy: what the funds paid is invented.
//!
//! Start at [`synthesise`]; then [`County::households`], [`County::batches`] for a lake without files, or
//! [`write_county`] for the files an office would have.

mod calibration;
mod care;
mod county;
mod course;
mod defects;
mod draw;
mod error;
mod facts;
mod family;
mod files;
mod id_card;
mod illness;
mod names;
mod national_csv;
mod people;
mod roster_sheet;
mod settle;
mod settlement_sheet;
mod sheet_row;
mod side_files;
mod verify;
mod workbook;

use std::ops::RangeInclusive;

use jiff::ToSpan as _;
use sha2::{Digest as _, Sha256};
use shukun_base::Fen;
use shukun_engine::facts::{Category, ClaimKind};

pub use calibration::{Published, Tally};
pub use care::{Diagnosis, Institution};
pub use county::{CountyName, Village};
pub use defects::{Defect, Planted};
pub use error::{PlanError, WriteError};
pub use facts::Codes;
pub use files::{WriteOptions, Written, write_county};
pub use illness::Amounts;
pub use people::{CertifiedSpan, Constitution, Household, Member, Relation};
pub use settle::{Paid, Settled};
pub use verify::{LINE, Outcome, Verification};

use county::{Town, load_towns};
use course::draw_course;
use draw::{Draw, MILLION};
use id_card::SLOTS;
use illness::{draw_year, draw_year_of_course};
use people::{MOST_MEMBERS, draw_household, draw_size};
use settle::settle_year;

/// The most people one county may have: about what its range of synthetic ID numbers holds.
pub const MOST_PEOPLE: u64 = 10_000_000;

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountyPlan {
    /// Which county.
    pub county: CountyName,
    /// How many people; the last household is kept whole, so it may be up to five more.
    pub people: u64,
    /// Same plan, same seed, same county to the last byte.
    pub seed: u64,
    /// Years with claims. Adding later years leaves the earlier ones as they were.
    pub years: RangeInclusive<i16>,
}

/// A county that makes its households when asked; it holds none of them.
pub struct County {
    plan: CountyPlan,
    key: [u8; 32],
    towns: Vec<(u32, Town)>,
    has_courses: bool,
}

/// The county of a plan.
///
/// # Errors
/// When the plan has no people, too many, or impossible years.
pub fn synthesise(plan: CountyPlan) -> Result<County, PlanError> {
    if !(1..=MOST_PEOPLE).contains(&plan.people) {
        return Err(PlanError::People(plan.people));
    }
    let (first, last) = (*plan.years.start(), *plan.years.end());
    if first > last || first < 2000 || last > 2100 {
        return Err(PlanError::Years(first, last));
    }
    let key = compute_key(&plan);
    let towns = load_towns(plan.county);
    Ok(County { plan, key, towns, has_courses: false })
}

/// The key of all streams: from county, seed and first year, not from how many people are asked for.
fn compute_key(plan: &CountyPlan) -> [u8; 32] {
    let basis = format!("shukun synthetic county 1 {} {} {}", plan.county.code(), plan.seed, plan.years.start());
    Sha256::digest(basis.as_bytes()).into()
}

impl County {
    /// What was asked for.
    pub fn plan(&self) -> &CountyPlan {
        &self.plan
    }

    /// The same county with illness that takes its course over months and years: chemotherapy in cycles, dialysis every
    /// month, rehabilitation after an acute event. Only there does what was settled by some month tell of the months to
    /// come; as many people pass the line as without.
    pub fn with_courses(mut self) -> County {
        self.has_courses = true;
        self
    }

    /// Household `number` (from 0); the same whatever other household is made. `None` beyond the range of ID numbers.
    pub fn household(&self, number: u64) -> Option<Household> {
        if number >= SLOTS / MOST_MEMBERS {
            return None;
        }
        let mut draw = Draw::for_household(self.key, number, 0);
        let first_year = *self.plan.years.start();
        let mut household = draw_household(&mut draw, number, &self.towns, self.plan.county, first_year)?;
        for year in self.plan.years.clone() {
            self.live_through(&mut household, year);
        }
        Some(household)
    }

    /// How many households the plan's people make; the only thing that has to be counted through.
    pub fn household_count(&self) -> u64 {
        let mut people = 0;
        (0..)
            .take_while(|number| {
                let goes_on = people < self.plan.people;
                people += draw_size(&mut Draw::for_household(self.key, *number, 0));
                goes_on
            })
            .count() as u64
    }

    /// All households in order, made one at a time.
    pub fn households(&self) -> impl Iterator<Item = Household> + '_ {
        let mut people = 0;
        (0..).map_while(move |number| {
            if people >= self.plan.people {
                return None;
            }
            let household = self.household(number)?;
            people += household.members.len() as u64;
            Some(household)
        })
    }

    /// A year of illness, settled; who is ruined by it may be certified in its course, and is then assisted on what
    /// is settled afterwards.
    fn live_through(&self, household: &mut Household, year: i16) {
        let mut draw = Draw::for_household(self.key, household.number, year.unsigned_abs());
        let prefix = format!("{}{year}{:07}", self.plan.county.code(), household.number);
        let town = household.village.town.clone();
        let income = household.annual_income;
        let mut next = 0;
        let first_year = *self.plan.years.start();
        for (place, member) in (0..).zip(&mut household.members) {
            let free_from = last_discharge(member);
            let ill = if self.has_courses {
                let course = draw_course(self.key, household.number, place, member.constitution);
                let at = (self.plan.county, town.as_str());
                draw_year_of_course(&mut draw, member, course.as_ref(), (year, first_year), free_from, at)
            } else {
                draw_year(&mut draw, member, year, free_from, self.plan.county, &town)
            };
            let from = next;
            let claims = settle_year(member, &ill, &prefix, &mut next);
            if certify_for_expense(&mut draw, member, &claims, income, household.local_register, year) {
                next = from;
                let again = settle_year(member, &ill, &prefix, &mut next);
                member.claims.extend(again);
            } else {
                member.claims.extend(claims);
            }
        }
    }
}

fn last_discharge(member: &Member) -> Option<shukun_base::Day> {
    let stays = member.claims.iter().filter(|claim| claim.kind == ClaimKind::Inpatient);
    stays.map(|claim| claim.discharged_on).max()
}

/// Certifies an uncertified local person of modest income as 因病致贫 (expenditure type) some weeks after the year's
/// last big bill, when the year's burden is above 30,000 yuan. Says whether it did.
fn certify_for_expense(
    draw: &mut Draw,
    member: &mut Member,
    claims: &[Settled],
    income: Fen,
    local: bool,
    year: i16,
) -> bool {
    let (wins, wait) = (draw.chance(150_000), draw.between(20, 120));
    let burden: Fen = claims.iter().map(Settled::personal_burden).sum();
    let is_modest = income < Fen::yuan(80_000);
    if !(wins && local && is_modest) || burden <= Fen::yuan(30_000) || member.is_assisted_in(year) {
        return false;
    }
    let biggest = claims.iter().filter(|claim| claim.reverses.is_none()).max_by_key(|claim| claim.amounts.total);
    let Some(day) = biggest.and_then(|claim| claim.settled_on.checked_add(wait.days()).ok()) else { return false };
    if day.year() != year {
        return false;
    }
    let category = Category::ExpenditureType;
    member.certifications.push(CertifiedSpan { category, valid_from: day, valid_to: None, due_to_illness: true });
    true
}

#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod tests;
