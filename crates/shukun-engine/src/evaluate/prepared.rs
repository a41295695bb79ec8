//! What is worked out of a program once, before many households are settled under it.

use std::collections::BTreeSet;

use shukun_base::Day;
use shukun_policy::program::{
    Cond, DateField, FactKind, Field, Kind, Limit, Payer, Program, Rule, RuleIx, SettledColumn, TierIx, Timing,
};

/// How much a settlement says besides its postings and standings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Also say why a rule gave nothing or less (不符合, 未达线, 封顶). What an office must act on (资料不足, 待议,
    /// 预警, 核对, entitlements) is always said.
    pub notes: bool,
    /// Also give the working of each computed posting, for explanations.
    pub workings: bool,
    /// Entitlements without money are looked at for each calendar year with a bill in the household, and for the year
    /// of this day.
    pub as_of: Option<Day>,
}

impl Default for Detail {
    fn default() -> Detail {
        Detail { notes: true, workings: false, as_of: None }
    }
}

impl Detail {
    /// Only what the tables and the alert list need: for runs over many people.
    pub const BRIEF: Detail = Detail { notes: false, workings: false, as_of: None };
    /// Everything: for explaining one person.
    pub const FULL: Detail = Detail { notes: true, workings: true, as_of: None };
}

/// A rule's limit: rule and its place among the rule's limits.
pub(crate) type LimitIx = (usize, usize);

/// What is known of a rule before any household.
#[derive(Clone, Debug)]
pub(crate) struct PreparedRule {
    /// `Y1=分别累进;Y3=认定年`
    pub reading: String,
    /// Whether certifications matter to it.
    pub asks_certification: bool,
    /// Limits toward which its payments count.
    pub counted_by: Vec<LimitIx>,
}

/// A program ready for many households.
#[derive(Clone, Debug)]
pub struct Prepared<'p> {
    pub(crate) program: &'p Program,
    pub(crate) rules: Vec<PreparedRule>,
    /// Claim-level money rules by tier.
    pub(crate) claim_rules: Vec<Vec<usize>>,
    /// Limits toward which what was settled under a tier counts.
    pub(crate) tier_counted_by: Vec<Vec<LimitIx>>,
    /// Period-level rules in order; neighbours with the same kind of period are settled period by period.
    pub(crate) period_rules: Vec<Vec<usize>>,
    /// Subsidies, services, eligibilities.
    pub(crate) entitlements: Vec<usize>,
    /// Names of claim facts that are amounts: reversals take them back.
    pub(crate) money_facts: BTreeSet<&'p str>,
}

impl<'p> Prepared<'p> {
    /// Works out what every household's run shares.
    pub fn new(program: &'p Program) -> Prepared<'p> {
        let rules = program.rules.iter().enumerate();
        Prepared {
            program,
            rules: rules.map(|(number, rule)| prepare_rule(program, number, rule)).collect(),
            claim_rules: (0..program.tiers.len()).map(|tier| claim_rules_of(program, tier)).collect(),
            tier_counted_by: (0..program.tiers.len())
                .map(|tier| limits_where(program, |_, limit| limit.counts.contains(&Payer::Tier(TierIx(tier)))))
                .collect(),
            period_rules: batches_of_periods(program),
            entitlements: numbers_where(program, |rule| {
                matches!(rule.kind, Kind::Subsidy { .. } | Kind::Service { .. } | Kind::Eligibility { .. })
            }),
            money_facts: money_facts(program),
        }
    }

    /// The program it was made of.
    pub fn program(&self) -> &'p Program {
        self.program
    }
}

fn numbers_where(program: &Program, keep: impl Fn(&Rule) -> bool) -> Vec<usize> {
    program.rules.iter().enumerate().filter(|(_, rule)| keep(rule)).map(|(number, _)| number).collect()
}

/// Whether a rule pays at each bill.
fn pays_per_claim(rule: &Rule) -> bool {
    let is_formula = matches!(rule.kind, Kind::Pay { .. } | Kind::BringDown { .. } | Kind::Fixed { .. });
    is_formula && rule.timing == Timing::PerClaim
}

/// Whether a rule is looked at when a period is over. Meetings decide, and alerts are raised, on a period's sum.
fn runs_at_period_end(rule: &Rule) -> bool {
    let is_entitlement = matches!(rule.kind, Kind::Subsidy { .. } | Kind::Service { .. } | Kind::Eligibility { .. });
    !is_entitlement && !pays_per_claim(rule)
}

fn claim_rules_of(program: &Program, tier: usize) -> Vec<usize> {
    numbers_where(program, |rule| rule.tier.0 == tier && pays_per_claim(rule))
}

fn batches_of_periods(program: &Program) -> Vec<Vec<usize>> {
    let numbers = numbers_where(program, runs_at_period_end);
    let kind = |number: &usize| program.rules.get(*number).map(|rule| rule.accumulate.period.kind);
    numbers.chunk_by(|a, b| kind(a) == kind(b)).map(<[usize]>::to_vec).collect()
}

fn limits_where(program: &Program, keep: impl Fn(usize, &Limit) -> bool) -> Vec<LimitIx> {
    let mut found = Vec::new();
    for (number, rule) in program.rules.iter().enumerate() {
        for (index, limit) in rule.limits.iter().enumerate() {
            if keep(number, limit) {
                found.push((number, index));
            }
        }
    }
    found
}

fn prepare_rule(program: &Program, number: usize, rule: &Rule) -> PreparedRule {
    let readings = rule.readings.iter().filter_map(|index| program.readings.get(*index));
    let shown: Vec<String> = readings.map(|chosen| format!("{}={}", chosen.ambiguity, chosen.reading)).collect();
    let counts = [Payer::Rule(RuleIx(number)), Payer::Tier(rule.tier)];
    PreparedRule {
        reading: shown.join(";"),
        asks_certification: asks_certification(rule),
        counted_by: limits_where(program, |of_rule, limit| {
            of_rule == number || counts.iter().any(|payer| limit.counts.contains(payer))
        }),
    }
}

fn asks_certification(rule: &Rule) -> bool {
    let is_personal = |date: DateField| matches!(date, DateField::Certified | DateField::Applied);
    rule.status_on.is_some()
        || rule.collect.window.is_some()
        || is_personal(rule.validity.decided_by)
        || is_personal(rule.accumulate.period.key)
        || rule.limits.iter().any(|limit| is_personal(limit.over.period.key))
        || cond_asks_certification(&rule.who)
        || rule.collect.only.as_ref().is_some_and(cond_asks_certification)
}

fn cond_asks_certification(cond: &Cond) -> bool {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().any(cond_asks_certification),
        Cond::Not(inner) => cond_asks_certification(inner),
        Cond::Flag(field) | Cond::OneOf(field, _) => {
            matches!(field, Field::Category | Field::DueToIllness | Field::NewlyCertified)
        }
        Cond::CompareDay(date, ..) => matches!(date, DateField::Certified | DateField::Applied),
        Cond::Everyone | Cond::FactFlag(_) | Cond::FactOneOf(..) | Cond::Compare(..) | Cond::Has(_) => false,
    }
}

fn money_facts(program: &Program) -> BTreeSet<&str> {
    let declared = program.facts.iter().filter(|fact| fact.of_claim && fact.kind == FactKind::Money);
    let tiers = program.tiers.iter().filter(|tier| tier.settled == SettledColumn::Fact);
    declared.map(|fact| fact.name.as_str()).chain(tiers.map(|tier| tier.name.as_str())).collect()
}
