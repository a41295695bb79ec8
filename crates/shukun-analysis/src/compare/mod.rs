//! Two policies over the same people: what it costs each fund, who gains, who loses, how the burden lies.
//!
//! Pure: facts and two linked programs in, figures out. A first pass settles every household under both
//! ([`Contest::add`], side by side on as many cores as there are) and leaves a [`Tally`] and one short [`Row`] a
//! person-year; further passes over the rows alone give medians, tenths and curves exactly ([`finish`]). It knows no
//! files and no names. What each figure means, in words to be read aloud: docs/compare.md.

mod cells;
mod cliffs;
mod largest;
mod line;
pub mod marks;
pub(crate) mod ordered;
pub mod report;
mod row;
mod spread;
mod tally;

use shukun_base::{Fen, PersonId};
use shukun_engine::evaluate::{Prepared, YearDetail, Years};
use shukun_engine::facts::{HouseholdFacts, Person};
use shukun_policy::program::Program;

use cells::{Deciles, group};
use cliffs::KnownCliffs;
use line::{Amount, Whose, put};
pub use ordered::HELD;
use ordered::in_order;
use report::{BeforeAfter, Comparison, LargestChange, RuleChange};
pub use row::{ROW_BYTES, Row, Rows};
use spread::spread;
use tally::HouseholdBurden;
pub use tally::Tally;

/// 个人负担, the name of the family's line.
const FAMILY: &str = shukun_engine::outcome::FAMILY;

/// What a comparison is told besides programs and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Only this calendar year.
    pub year: Option<i16>,
    /// How near a cliff is near.
    pub cliff_within: Fen,
}

/// One program, ready.
#[derive(Clone, Debug)]
struct Under<'p> {
    program: &'p Program,
    prepared: Prepared<'p>,
    cliffs: KnownCliffs,
}

impl<'p> Under<'p> {
    fn new(program: &'p Program) -> Under<'p> {
        Under { program, prepared: Prepared::new(program), cliffs: KnownCliffs::of(program) }
    }
}

/// Two programs for the same people.
#[derive(Clone, Debug)]
pub struct Contest<'p> {
    before: Under<'p>,
    after: Under<'p>,
    options: Options,
}

impl<'p> Contest<'p> {
    /// Prepares both programs.
    pub fn new(baseline: &'p Program, variant: &'p Program, options: Options) -> Contest<'p> {
        Contest { before: Under::new(baseline), after: Under::new(variant), options }
    }

    /// Settles a household under both programs and adds what came out.
    pub fn add(&self, facts: &HouseholdFacts, tally: &mut Tally, rows: &mut Vec<Row>) {
        let mut before = self.before.prepared.settle_years(facts);
        let mut after = if self.before.program == self.after.program {
            before.clone()
        } else {
            self.after.prepared.settle_years(facts)
        };
        keep_year(&mut before, self.options.year);
        keep_year(&mut after, self.options.year);
        let within = self.options.cliff_within;
        tally.cliffs.baseline.add(&self.before.cliffs, &before.bases, within);
        tally.cliffs.variant.add(&self.after.cliffs, &after.bases, within);
        let mut burden = HouseholdBurden { income: facts.household.annual_income_fen, ..HouseholdBurden::default() };
        // INVARIANT: which person-years there are follows from the claims, not from the program.
        for (before, after) in before.years.iter().zip(&after.years) {
            let Some(person) = find_person(facts, before.standing.person_id) else { continue };
            self.add_year(facts, person, (before, after), tally);
            let row = row_of(facts, person, before, after);
            let amounts = BeforeAfter { baseline: Fen(row.before), variant: Fen(row.after) };
            burden.years.push((row.person, row.year, amounts));
            rows.push(row);
        }
        tally.add_household(&burden);
    }

    fn add_year(
        &self,
        facts: &HouseholdFacts,
        person: &Person,
        (before, after): (&YearDetail, &YearDetail),
        tally: &mut Tally,
    ) {
        let whose = Whose { person: person.person_id.0, household: person.household_id.0 };
        tally.bills += before.standing.total_fen;
        tally.payers.add(&self.amounts(before, after, payers), whose);
        tally.funds.add(&self.amounts(before, after, funds), whose);
        let rules = self.amounts(before, after, rules);
        tally.rules.add(&rules, whose);
        let (family_before, family_after) = (before.standing.family_fen, after.standing.family_fen);
        let family = Amount { name: FAMILY, place: 0, before: family_before, after: family_after };
        tally.family.add(&[family], whose);
        tally.kinds.add(&kinds(before, after), whose);
        let change = family_after - family_before;
        tally.largest.offer(change.0, whose.person, before.standing.year, || {
            let category = row_of(facts, person, before, after).category;
            LargestChange {
                person: person.person_id.to_string(),
                household: person.household_id.to_string(),
                year: before.standing.year,
                category: marks::name_of(marks::By::Category, category.into()).0,
                bills_fen: before.standing.total_fen,
                baseline_fen: family_before,
                variant_fen: family_after,
                difference_fen: change,
                rules: self.changed_rules(before, after),
            }
        });
    }

    /// Amounts by name, those of both programs beside each other.
    fn amounts(
        &self,
        before: &YearDetail,
        after: &YearDetail,
        named: impl Fn(&'p Program, &YearDetail, &mut Each<'_, 'p>),
    ) -> Vec<Amount<'p>> {
        let mut amounts = Vec::new();
        named(self.before.program, before, &mut |name, place, paid| put(&mut amounts, name, place, paid, Fen::ZERO));
        named(self.after.program, after, &mut |name, place, paid| put(&mut amounts, name, place, Fen::ZERO, paid));
        amounts
    }

    fn changed_rules(&self, before: &YearDetail, after: &YearDetail) -> Vec<RuleChange> {
        let mut amounts = self.amounts(before, after, rules);
        let settled = self.amounts(before, after, |program, year, each| {
            let tiers = program.tiers.iter().enumerate().zip(&year.settled_fen);
            tiers.for_each(|((place, tier), paid)| each(&tier.name, place, *paid));
        });
        amounts.extend(settled);
        let article = |name: &str| {
            let of = |program: &Program| {
                program.rules.iter().find(|rule| rule.name == name).map(|rule| rule.article.clone())
            };
            of(self.after.program).or_else(|| of(self.before.program)).unwrap_or_default()
        };
        let changed = amounts.into_iter().filter(|amount| amount.before != amount.after);
        changed
            .map(|amount| RuleChange {
                rule: amount.name.to_owned(),
                article: article(amount.name),
                baseline_fen: amount.before,
                variant_fen: amount.after,
            })
            .collect()
    }
}

fn keep_year(years: &mut Years, only: Option<i16>) {
    if let Some(only) = only {
        years.years.retain(|year| year.standing.year == only);
        years.bases.retain(|base| base.year == only);
    }
}

fn find_person(facts: &HouseholdFacts, person: PersonId) -> Option<&Person> {
    facts.persons.iter().find(|known| known.person_id == person)
}

fn row_of(facts: &HouseholdFacts, person: &Person, before: &YearDetail, after: &YearDetail) -> Row {
    let year = before.standing.year;
    let certifications = facts.certifications.iter().filter(|row| row.person_id == person.person_id);
    Row {
        person: person.person_id.0,
        household: person.household_id.0,
        before: before.standing.family_fen.0,
        after: after.standing.family_fen.0,
        year,
        town: marks::town_number(&person.region_code),
        category: marks::category_in(certifications, year),
        age: marks::age_band(marks::age_in(person, year)),
        insurance: marks::insurance_code(person.insurance),
        kind: marks::main_kind(&before.kind_total_fen),
    }
}

/// Takes a name, its place in the program's order, and an amount.
type Each<'e, 'p> = dyn FnMut(&'p str, usize, Fen) + 'e;

fn payers<'p>(program: &'p Program, year: &YearDetail, each: &mut Each<'_, 'p>) {
    let tiers = program.tiers.iter().enumerate().zip(&year.standing.paid_fen);
    tiers.for_each(|((place, tier), (_, paid))| each(&tier.name, place, *paid));
}

/// What was taken from the claim data belongs to the fund of the payer's name. Funds stand in the order of their payers.
fn funds<'p>(program: &'p Program, year: &YearDetail, each: &mut Each<'_, 'p>) {
    let settled = program.tiers.iter().enumerate().zip(&year.settled_fen).filter(|(_, paid)| !paid.is_zero());
    settled.for_each(|((place, tier), paid)| each(&tier.name, 2 * place, *paid));
    let paying = program.rules.iter().zip(&year.rule_fen).filter(|(rule, _)| !rule.account.is_empty());
    paying.for_each(|(rule, paid)| each(&rule.account, 2 * rule.tier.0 + 1, *paid));
}

fn rules<'p>(program: &'p Program, year: &YearDetail, each: &mut Each<'_, 'p>) {
    let rules = program.rules.iter().enumerate().zip(&year.rule_fen);
    let paying = rules.filter(|((_, rule), _)| !rule.account.is_empty());
    paying.for_each(|((place, rule), paid)| each(&rule.name, place, *paid));
}

fn kinds(before: &YearDetail, after: &YearDetail) -> Vec<Amount<'static>> {
    const NAMES: [&str; 5] = ["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"];
    let amounts = before.kind_family_fen.iter().zip(&after.kind_family_fen);
    let named = NAMES.iter().enumerate().zip(amounts);
    named.map(|((place, name), (before, after))| Amount { name, place, before: *before, after: *after }).collect()
}

/// The figures, from the tally and the rows that the households left; `held` amounts are in memory at once.
///
/// # Errors
/// Those of the rows.
pub fn finish<R: Rows>(mut tally: Tally, rows: &R, options: Options, held: u64) -> Result<Comparison, R::Error> {
    let deciles = deciles(rows, tally.population.person_years, held)?;
    let (groups, histogram) = group(rows, &deciles)?;
    let concentration = BeforeAfter {
        baseline: spread(&|visit| row::each_household_year(rows, &mut |before, _| visit(before)), held)?,
        variant: spread(&|visit| row::each_household_year(rows, &mut |_, after| visit(after)), held)?,
    };
    let family = tally.family_line();
    tally.population.years = tally.years.iter().copied().collect();
    Ok(Comparison {
        change: tally.unit_changes(),
        catastrophic: tally.catastrophic(),
        burden_above: tally.burden_above(),
        population: tally.population,
        bills_fen: tally.bills,
        payers: tally.payers.finish(),
        funds: tally.funds.finish(),
        rules: tally.rules.finish(),
        family: report::Line { name: FAMILY.to_owned(), ..family },
        kinds: tally.kinds.finish(),
        histogram,
        groups,
        decile_cuts_fen: deciles.cuts.into_iter().map(Fen).collect(),
        concentration,
        cliffs: BeforeAfter { baseline: tally.cliffs.baseline.finish(), variant: tally.cliffs.variant.finish() },
        cliff_within_fen: options.cliff_within,
        largest: tally.largest.finish(),
    })
}

/// The n-th cut is the burden of the person-year at n tenths of all, rounded up, from the least burdened.
fn deciles<R: Rows>(rows: &R, person_years: u64, held: u64) -> Result<Deciles, R::Error> {
    let mut cuts = Vec::new();
    let mut so_far = 0_u64;
    let pass = |visit: &mut dyn FnMut(i64)| rows.each(&mut |row| visit(row.before));
    in_order(&pass, held, &mut |burden, times| {
        so_far += times;
        while cuts.len() < 9 {
            let rank = u128::from(person_years) * (cuts.len() as u128 + 1);
            if u128::from(so_far) * 10 < rank {
                break;
            }
            cuts.push(burden);
        }
    })?;
    Ok(Deciles { cuts })
}

#[cfg(test)]
mod tests;
