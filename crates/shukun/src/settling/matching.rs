//! Which households an office wants to look at closely: the filter behind `--postings matching`.
//!
//! A filter names what a household must have; several together must all hold. Without any, a household matches when an
//! office has something to do with it: a colour, money under a tier that the packs compute, a certified member, or
//! bills that may reach the line above which a meeting decides. Looks at facts and standings; only `paid_by` a rule
//! looks at postings.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, RegionCode};
use shukun_engine::facts::{Category, HouseholdFacts};
use shukun_engine::kernel::{Names, YearRows};
use shukun_engine::outcome::{Colour, Settlement, Standing};
use shukun_policy::program::{Expr, Kind, Program, Source};

/// The filter; an empty list or none asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// A member has one of these colours in some year.
    pub colours: BTreeSet<Colour>,
    /// The members' burden of one year comes to this much.
    pub min_burden_fen: Option<Fen>,
    /// A member is, or was, certified as one of these, or was settled as one.
    pub categories: BTreeSet<Category>,
    /// It lives in one of these.
    pub regions: BTreeSet<RegionCode>,
    /// One of these tiers or rules paid something.
    pub paid_by: BTreeSet<String>,
}

/// What a filter asks of a program, worked out once.
#[derive(Clone, Debug)]
pub struct Picker<'a> {
    matching: &'a Matching,
    /// Names of `paid_by` that are tiers here.
    tiers: BTreeSet<&'a str>,
    /// Names of `paid_by` that are rules here.
    rules: BTreeSet<&'a str>,
    /// The tiers of those rules: where they paid nothing, the rule did not.
    tiers_of_rules: BTreeSet<&'a str>,
    /// Tiers under which the packs compute money.
    computed: BTreeSet<&'a str>,
    /// The lowest line above which a meeting decides; none where none does.
    meeting_line: Option<Fen>,
}

impl Matching {
    /// Whether nothing is asked, so that the default holds.
    pub fn is_default(&self) -> bool {
        *self == Matching::default()
    }

    /// The names of `paid_by` that are neither a tier nor a rule of any of these programs.
    pub fn unknown_names<'a>(&self, programs: impl IntoIterator<Item = &'a Program>) -> BTreeSet<String> {
        let mut unknown = self.paid_by.clone();
        for program in programs {
            unknown.retain(|name| !is_tier(program, name) && !is_rule(program, name));
        }
        unknown
    }
}

fn is_tier(program: &Program, name: &str) -> bool {
    program.tiers.iter().any(|tier| tier.name == name)
}

fn is_rule(program: &Program, name: &str) -> bool {
    program.rules.iter().any(|rule| rule.name == name)
}

impl<'a> Picker<'a> {
    /// The filter for households under `program`.
    pub fn new(matching: &'a Matching, program: &'a Program) -> Picker<'a> {
        let names = || matching.paid_by.iter().map(String::as_str);
        let rules: BTreeSet<&str> = names().filter(|name| !is_tier(program, name) && is_rule(program, name)).collect();
        let tier_of = |name: &&str| program.rules.iter().find(|rule| rule.name == **name).map(|rule| rule.tier.0);
        let tier_name = |number: usize| program.tiers.get(number).map(|tier| tier.name.as_str());
        let computed = program.tiers.iter().filter(|tier| tier.source != Source::AsSettled);
        Picker {
            matching,
            tiers: names().filter(|name| is_tier(program, name)).collect(),
            tiers_of_rules: rules.iter().filter_map(tier_of).filter_map(tier_name).collect(),
            rules,
            computed: computed.map(|tier| tier.name.as_str()).collect(),
            meeting_line: meeting_line(program),
        }
    }

    /// Whether the household matches as far as facts and standings tell: a household that does not cannot match.
    pub fn may_match(&self, facts: &HouseholdFacts, standings: &[Standing]) -> bool {
        if self.matching.is_default() {
            return self.concerns_an_office(facts, standings);
        }
        let Matching { colours, min_burden_fen, categories, regions, paid_by } = self.matching;
        let region = &facts.household.region_code;
        (regions.is_empty() || regions.iter().any(|known| known.contains(region)))
            && (colours.is_empty() || has_colour(standings, colours))
            && min_burden_fen.is_none_or(|least| largest_burden(standings) >= least)
            && (categories.is_empty() || has_category(facts, categories))
            && (paid_by.is_empty()
                || paid_under(standings, &self.tiers)
                || paid_under(standings, &self.tiers_of_rules)
                || (!self.rules.is_empty() && has_reversal(facts)))
    }

    /// Whether a household that may match does, now that its postings are known.
    pub fn matches(&self, standings: &[Standing], settlement: &Settlement) -> bool {
        let paid = || {
            settlement.postings.iter().any(|row| !row.amount_fen.is_zero() && self.rules.contains(row.rule.as_str()))
        };
        self.matching.paid_by.is_empty() || paid_under(standings, &self.tiers) || paid()
    }

    /// Whether standings alone leave out most who do not match. Otherwise everybody's facts have to be looked at.
    pub fn narrows(&self) -> bool {
        let Matching { colours, min_burden_fen, paid_by, .. } = self.matching;
        self.matching.is_default()
            || !colours.is_empty()
            || min_burden_fen.is_some_and(|least| least > Fen::ZERO)
            // Where a rule is asked for, a reversal may hide what it paid.
            || (!paid_by.is_empty() && self.rules.is_empty())
    }

    /// The same filter for person-years as columns, under the program of these names.
    pub fn by_years(&self, names: &Names) -> YearsPicker<'a> {
        let asked = if self.matching.is_default() { &self.computed } else { &self.tiers };
        let places = names.tiers.iter().enumerate().filter(|(_, name)| asked.contains(name.as_str()));
        YearsPicker {
            matching: self.matching,
            tiers: places.map(|(place, _)| place).collect(),
            any_payer: self.matching.paid_by.is_empty() || !self.rules.is_empty(),
            meeting_line: self.meeting_line,
        }
    }

    fn concerns_an_office(&self, facts: &HouseholdFacts, standings: &[Standing]) -> bool {
        let bills: Fen = standings.iter().map(|row| row.total_fen).sum();
        !facts.certifications.is_empty()
            || standings.iter().any(|row| row.colour.is_some())
            || paid_under(standings, &self.computed)
            || self.meeting_line.is_some_and(|line| !standings.is_empty() && bills >= line)
    }
}

/// A filter as far as person-years tell, for the columns that the kernel gives.
#[derive(Clone, Debug)]
pub struct YearsPicker<'a> {
    matching: &'a Matching,
    /// Places of the tiers of which it is asked whether they paid.
    tiers: Vec<usize>,
    /// Whether it is not asked who paid, or person-years cannot tell.
    any_payer: bool,
    meeting_line: Option<Fen>,
}

impl YearsPicker<'_> {
    /// Whether households with a certified member match whatever their person-years are.
    pub fn takes_certified(&self) -> bool {
        self.matching.is_default()
    }

    /// Whether the household with these rows may match; one for which this says no does not, unless
    /// [`YearsPicker::takes_certified`].
    pub fn may_match(&self, years: &YearRows, rows: Range<usize>) -> bool {
        let colours = || years.colour.get(rows.clone()).unwrap_or_default().iter().filter_map(|code| colour_of(*code));
        if self.matching.is_default() {
            let [bills, ..] = &years.money;
            let bills = || bills.get(rows.clone()).unwrap_or_default().iter().copied().map(Fen).sum::<Fen>();
            return colours().next().is_some()
                || self.paid(years, &rows)
                || self.meeting_line.is_some_and(|line| bills() >= line);
        }
        let Matching { colours: asked, min_burden_fen, .. } = self.matching;
        (asked.is_empty() || colours().any(|colour| asked.contains(&colour)))
            && min_burden_fen.is_none_or(|least| burden_of_a_year(years, &rows) >= least)
            && (self.any_payer || self.paid(years, &rows))
    }

    fn paid(&self, years: &YearRows, rows: &Range<usize>) -> bool {
        let amounts = |place: &usize| years.paid_fen.get(*place).and_then(|column| column.get(rows.clone()));
        self.tiers.iter().filter_map(amounts).flatten().any(|fen| *fen != 0)
    }
}

fn colour_of(code: u8) -> Option<Colour> {
    match code {
        0 => Some(Colour::Yellow),
        1 => Some(Colour::Orange),
        2 => Some(Colour::Red),
        _ => None,
    }
}

/// The most that the members bear together in one year.
fn burden_of_a_year(years: &YearRows, rows: &Range<usize>) -> Fen {
    let (year, family) = (years.year.get(rows.clone()), years.family_fen.get(rows.clone()));
    let mut sums: BTreeMap<i16, Fen> = BTreeMap::new();
    for (year, fen) in year.unwrap_or_default().iter().zip(family.unwrap_or_default()) {
        *sums.entry(*year).or_default() += Fen(*fen);
    }
    sums.into_values().max().unwrap_or_default()
}

/// A reversal on file: a rule may have paid and taken back in the same year, so that its tier says nothing.
fn has_reversal(facts: &HouseholdFacts) -> bool {
    facts.claims.iter().any(|claim| claim.total_fen.is_negative())
}

fn has_colour(standings: &[Standing], colours: &BTreeSet<Colour>) -> bool {
    standings.iter().any(|row| row.colour.is_some_and(|colour| colours.contains(&colour)))
}

fn paid_under(standings: &[Standing], tiers: &BTreeSet<&str>) -> bool {
    let mut paid = standings.iter().flat_map(|row| &row.paid_fen);
    paid.any(|(tier, amount)| !amount.is_zero() && tiers.contains(tier.as_str()))
}

fn has_category(facts: &HouseholdFacts, categories: &BTreeSet<Category>) -> bool {
    facts.certifications.iter().any(|row| categories.contains(&row.category))
        || facts.claims.iter().any(|row| row.settled_category.is_some_and(|category| categories.contains(&category)))
}

/// The most that the members bear together in one year.
fn largest_burden(standings: &[Standing]) -> Fen {
    let mut years: BTreeMap<i16, Fen> = BTreeMap::new();
    for row in standings {
        *years.entry(row.year).or_default() += row.family_fen;
    }
    years.into_values().max().unwrap_or_default()
}

/// The lowest line of the rules by which a meeting decides: a fixed one as it stands, any other as zero.
fn meeting_line(program: &Program) -> Option<Fen> {
    let line = |kind: &Kind| match kind {
        Kind::ByResolution { trigger, .. } => match trigger.line {
            Expr::Money(line) => Some(line),
            _ => Some(Fen::ZERO),
        },
        _ => None,
    };
    program.rules.iter().filter_map(|rule| line(&rule.kind)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::{HouseholdId, PersonId};
    use shukun_engine::facts::{Certification, Household};
    use shukun_policy::program::{SettledColumn, Tier};

    fn program() -> Program {
        let tier = |name: &str, source| Tier { name: name.to_owned(), source, settled: SettledColumn::Fact };
        Program {
            tiers: vec![tier("基本医保", Source::AsSettled), tier("救助", Source::Computed)],
            ..Program::default()
        }
    }

    fn family(certified: Option<Category>) -> HouseholdFacts {
        let day = jiff::civil::date(2022, 1, 1);
        let row = |category| Certification {
            person_id: PersonId(1),
            category,
            valid_from: day,
            valid_to: None,
            certified_on: day,
            applied_on: None,
            due_to_illness: false,
        };
        HouseholdFacts {
            household: Household {
                household_id: HouseholdId(1),
                region_code: RegionCode::new("330381001002").unwrap(),
                annual_income_fen: None,
                members: 1,
            },
            persons: Vec::new(),
            certifications: certified.map(row).into_iter().collect(),
            claims: Vec::new(),
            resolutions: Vec::new(),
        }
    }

    /// A member's year: what stays with the family, what 基本医保 and 救助 paid, a colour.
    fn standing(year: i16, family: i64, paid: [i64; 2], colour: Option<Colour>) -> Standing {
        let [basic, aid] = paid;
        Standing {
            person_id: PersonId(1),
            household_id: HouseholdId(1),
            year,
            total_fen: Fen(family + basic + aid),
            in_scope_fen: Fen::ZERO,
            out_of_catalogue_fen: Fen::ZERO,
            over_limit_fen: Fen::ZERO,
            pre_selfpay_fen: Fen::ZERO,
            paid_fen: vec![("基本医保".to_owned(), Fen(basic)), ("救助".to_owned(), Fen(aid))],
            family_fen: Fen(family),
            burden_fen: BTreeMap::new(),
            colour,
            cap_left_fen: BTreeMap::new(),
        }
    }

    fn may_match(matching: &Matching, facts: &HouseholdFacts, standings: &[Standing]) -> bool {
        Picker::new(matching, &program()).may_match(facts, standings)
    }

    #[test]
    fn without_a_filter_it_is_whoever_an_office_has_to_do_with() {
        let any = Matching::default();
        let none = family(None);
        assert!(!may_match(&any, &none, &[]));
        assert!(!may_match(&any, &none, &[standing(2022, 900, [100, 0], None)]), "settled elsewhere");
        assert!(may_match(&any, &none, &[standing(2022, 900, [0, 1], None)]), "money from a rule");
        assert!(may_match(&any, &none, &[standing(2022, 900, [0, 0], Some(Colour::Yellow))]));
        assert!(may_match(&any, &family(Some(Category::Dibao)), &[]));
    }

    #[test]
    fn several_conditions_must_all_hold() {
        let asked = Matching {
            colours: [Colour::Red, Colour::Orange].into(),
            min_burden_fen: Some(Fen(1_000)),
            categories: [Category::Dibao].into(),
            regions: [RegionCode::new("330381001").unwrap()].into(),
            paid_by: ["救助".to_owned()].into(),
        };
        let dibao = family(Some(Category::Dibao));
        let years = vec![standing(2022, 600, [0, 1], Some(Colour::Red)), standing(2022, 400, [0, 0], None)];
        assert!(may_match(&asked, &dibao, &years));
        let other = |change: fn(&mut Matching)| {
            let mut other = asked.clone();
            change(&mut other);
            may_match(&other, &dibao, &years)
        };
        assert!(!other(|asked| asked.colours = [Colour::Yellow].into()));
        assert!(!other(|asked| asked.min_burden_fen = Some(Fen(1_001))));
        assert!(!other(|asked| asked.categories = [Category::Destitute].into()));
        assert!(!other(|asked| asked.regions = [RegionCode::new("330381002").unwrap()].into()));
        assert!(!other(|asked| asked.paid_by = ["基本医保".to_owned()].into()));
    }

    #[test]
    fn a_burden_is_that_of_one_year() {
        let asked = Matching { min_burden_fen: Some(Fen(1_000)), ..Matching::default() };
        let years = [standing(2022, 600, [0, 0], None), standing(2023, 600, [0, 0], None)];
        assert!(!may_match(&asked, &family(None), &years));
    }

    #[test]
    fn a_name_that_nobody_has_is_told() {
        let asked = Matching { paid_by: ["救助".to_owned(), "天上".to_owned()].into(), ..Matching::default() };
        assert_eq!(asked.unknown_names([&program()]), ["天上".to_owned()].into());
    }
}
