//! Which households an office wants to look at closely: the filter behind `--postings matching`.
//!
//! A filter names what a household must have; several together must all hold. Without any, a household matches when an
//! office has something to do with it: a colour, money from a rule of the packs, a certified member, or bills that may
//! reach the line above which a meeting decides. Looks at facts and standings; only `paid_by` a rule looks at postings.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, RegionCode};
use shukun_engine::facts::{Category, HouseholdFacts};
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
                || (paid_under(standings, &self.tiers_of_rules) || !self.rules.is_empty() && has_negative(facts)))
    }

    /// Whether a household that may match does, now that its postings are known.
    pub fn matches(&self, standings: &[Standing], settlement: &Settlement) -> bool {
        let paid = || {
            settlement.postings.iter().any(|row| !row.amount_fen.is_zero() && self.rules.contains(row.rule.as_str()))
        };
        self.matching.paid_by.is_empty() || paid_under(standings, &self.tiers) || paid()
    }

    fn concerns_an_office(&self, facts: &HouseholdFacts, standings: &[Standing]) -> bool {
        let bills: Fen = standings.iter().map(|row| row.total_fen).sum();
        !facts.certifications.is_empty()
            || standings.iter().any(|row| row.colour.is_some())
            || paid_under(standings, &self.computed)
            || self.meeting_line.is_some_and(|line| !standings.is_empty() && bills >= line)
    }
}

/// A reversal on file: a rule may have paid and taken back in the same year, so that its tier says nothing.
fn has_negative(facts: &HouseholdFacts) -> bool {
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
