//! Rules that are looked at when a period is over: seen from columns, settled by the reference evaluator where they do
//! something.

use shukun_base::Fen;
use shukun_policy::program::{
    AlertColour, BracketScale, BracketsOn, DateField, Deductible, Expr, Kind, PeriodKind, Rule, Scale, Source, Trigger,
};

use super::super::plan::{Amount, Basis, GroupSpec, Ix, NumberField, Scaled, SeenOn, Watch, Watcher};
use super::amounts::View;
use super::{Beyond, Compiled, Compiler};

impl Compiler<'_> {
    /// A watcher for every period-level rule that can move money or raise a colour.
    pub(crate) fn watchers(&mut self) {
        let numbers: Vec<usize> = self.prepared.period_rules.iter().flatten().copied().collect();
        for number in numbers {
            let Some(rule) = self.program.rules.get(number) else { continue };
            if self.is_silent(rule) {
                self.lane_silent(number);
                continue;
            }
            match self.watcher(number, rule) {
                Ok(watcher) => {
                    self.lane_watched(number, &watcher.watch);
                    self.plan.watchers.push(watcher);
                }
                Err(why) => {
                    self.lane_of(number, Err(why));
                    let suspect = self.suspect(number, rule);
                    self.plan.suspects.push(suspect);
                }
            }
        }
    }

    /// A tier that is taken from the claim data computes nothing at the end of a period, or only compares.
    fn is_silent(&self, rule: &Rule) -> bool {
        match (self.program.tiers.get(rule.tier.0).map(|tier| tier.source), &rule.kind) {
            (_, Kind::Alert { .. }) => false,
            (Some(Source::AsSettled), _) => true,
            (Some(Source::Reconciled), kind) => !matches!(kind, Kind::ByResolution { .. }),
            _ => false,
        }
    }

    /// Whom the rule may concern at all.
    fn suspect(&mut self, number: usize, rule: &Rule) -> Ix {
        let exact = self.admission(number, rule, SeenOn::Bill);
        let is_same_day = !self.sees_period(rule);
        match exact {
            Ok(admission) if is_same_day => admission,
            _ => self.wide_admission(rule),
        }
    }

    /// Whether who is admitted depends on the period's last day.
    fn sees_period(&self, rule: &Rule) -> bool {
        let by_period = matches!(
            rule.status_on,
            Some(shukun_policy::program::StatusOn::PeriodEnd | shukun_policy::program::StatusOn::AnyDayInPeriod)
        );
        by_period || super::uses::asks_day_of_person(rule)
    }

    fn watcher(&mut self, number: usize, rule: &Rule) -> Compiled<Watcher> {
        if rule.collect.window.is_some() {
            return Err(Beyond("a personal window"));
        }
        if rule.collect.floor.is_some() {
            return Err(Beyond("a floor for groups of bills"));
        }
        let group = self.group(rule.accumulate)?;
        let seen = if self.sees_period(rule) { SeenOn::PeriodEnd(self.with_calendar(group)?) } else { SeenOn::Bill };
        let admission = self.admission(number, rule, seen)?;
        let view = View { held: self.plan.admissions.get(admission).and_then(|of| of.held), seen };
        let base = self.base(rule, view)?;
        let base = match base {
            Some((basis, scaled)) => {
                let amount = self.prepared(scaled.amount);
                Some((basis, Scaled { amount, ..scaled }))
            }
            None => None,
        };
        let watch = self.watch(rule, base.as_ref())?;
        let source = self.settled_source(rule.tier.0);
        let skips = self.program.tiers.get(rule.tier.0).is_some_and(|tier| tier.source == Source::SettledElseComputed)
            && !matches!(rule.kind, Kind::Alert { .. });
        if skips {
            self.note_settled(source);
        }
        let caps =
            if matches!(watch, Watch::Always) { Vec::new() } else { self.caps_met(number, rule, base.as_ref())? };
        Ok(Watcher {
            admission,
            group,
            skips_settled: skips.then_some(source),
            base,
            watch,
            caps,
            has_limits: !rule.limits.is_empty(),
        })
    }

    fn watch(&mut self, rule: &Rule, base: Option<&(Basis, Scaled)>) -> Compiled<Watch> {
        Ok(match &rule.kind {
            Kind::Alert { levels, .. } => Watch::Colours(
                levels
                    .iter()
                    .map(|(colour, trigger)| {
                        let code = match colour {
                            AlertColour::Yellow => 0,
                            AlertColour::Orange => 1,
                            AlertColour::Red => 2,
                        };
                        Ok((code, self.line(&trigger.line)?, trigger.strict))
                    })
                    .collect::<Compiled<_>>()?,
            ),
            Kind::ByResolution { trigger, .. } => {
                self.needs.resolutions = true;
                Watch::Meeting(self.line(&trigger.line)?, trigger.strict)
            }
            Kind::BringDown { trigger, .. } => self.by_trigger(Some(trigger))?,
            Kind::Fixed { trigger, .. } => self.by_trigger(trigger.as_ref())?,
            Kind::Pay { deductible, scale, .. } => {
                let over = base.map_or(1, |(_, base)| base.denominator);
                Watch::Above(self.harmless(rule, deductible.as_ref(), scale, over))
            }
            _ => Watch::Always,
        })
    }

    fn by_trigger(&mut self, trigger: Option<&Trigger>) -> Compiled<Watch> {
        Ok(match trigger {
            Some(trigger) => Watch::Line(self.line(&trigger.line)?, trigger.strict),
            None => Watch::Always,
        })
    }

    /// A line that is the same for all bills of a household.
    fn line(&mut self, expr: &Expr) -> Compiled<Scaled> {
        let line = self.amount(expr, View { held: None, seen: SeenOn::Bill })?;
        if is_of_household(&line.amount) { Ok(line) } else { Err(Beyond("a line that is not the household's")) }
    }

    /// Up to which sum (over `over`) of what is above zero of the bases the rule certainly pays nothing.
    fn harmless(&mut self, rule: &Rule, deductible: Option<&Deductible>, scale: &Scale, over: i64) -> i64 {
        let deducted = deductible.filter(|deductible| {
            deductible.over == rule.accumulate || deductible.over.period.kind == PeriodKind::Event
        });
        let deducted = deducted.and_then(|deductible| match &deductible.amount {
            Expr::Money(fen) => fen.0.checked_mul(over),
            _ => None,
        });
        let first_line = match scale {
            Scale::Brackets { on: BracketsOn::Base | BracketsOn::PatientPaid, scales, .. } => first_line(scales),
            Scale::Rate { .. } => None,
        };
        let below_line = first_line.and_then(|line| line.0.checked_mul(over)).map(|line| line - 1);
        deducted.max(below_line).unwrap_or(0).max(0)
    }

    /// Caps that a period meets without being paid. They are told in standings, so nothing about them may be unsure.
    fn caps_met(&mut self, number: usize, rule: &Rule, base: Option<&(Basis, Scaled)>) -> Compiled<Vec<(Ix, Fen)>> {
        if rule.limits.is_empty() || matches!(rule.kind, Kind::ByResolution { .. } | Kind::Alert { .. }) {
            return Ok(Vec::new());
        }
        const UNSURE: Beyond = Beyond("a cap at the end of a period that depends on more than the rule's own text");
        let is_sure = base.is_none_or(|(_, base)| is_always_known(&base.amount))
            && is_sure_formula(&rule.kind)
            && is_sure_deductible(rule)
            && [&rule.minimum, &rule.prorate].into_iter().flatten().all(is_literal);
        if !is_sure {
            return Err(UNSURE);
        }
        let mut caps = Vec::new();
        for (place, limit) in rule.limits.iter().enumerate() {
            let counter = self.limit_places.get(&(number, place)).copied().ok_or(UNSURE)?;
            match limit.cap {
                Expr::Money(cap) => caps.push((counter, cap)),
                _ => return Err(UNSURE),
            }
        }
        Ok(caps)
    }

    /// A group whose periods the calendar decides.
    pub(crate) fn with_calendar(&self, group: Ix) -> Compiled<Ix> {
        let has_calendar = self.plan.groups.get(group).is_some_and(GroupSpec::has_calendar);
        if has_calendar { Ok(group) } else { Err(Beyond("the end of a period that the calendar does not decide")) }
    }
}

fn first_line(scales: &[BracketScale]) -> Option<Fen> {
    scales.iter().filter_map(|scale| scale.rows.first()).map(|row| row.from).min()
}

fn is_of_household(amount: &Amount) -> bool {
    match amount {
        Amount::Fixed(_) | Amount::Number(NumberField::Income | NumberField::Members) => true,
        Amount::Add(a, b) | Amount::Sub(a, b) | Amount::Mul(a, b) | Amount::Min(a, b) | Amount::Max(a, b) => {
            is_of_household(a) && is_of_household(b)
        }
        _ => false,
    }
}

/// Money columns and payments are always there.
fn is_always_known(amount: &Amount) -> bool {
    match amount {
        Amount::Fixed(_) | Amount::Number(NumberField::Money(_)) | Amount::Paid(_) | Amount::Left => true,
        Amount::Add(a, b) | Amount::Sub(a, b) | Amount::Mul(a, b) | Amount::Min(a, b) | Amount::Max(a, b) => {
            is_always_known(a) && is_always_known(b)
        }
        Amount::Number(_) | Amount::Lookup(_) | Amount::Prepared(_) => false,
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Money(_) | Expr::Number(_))
}

/// Whether every bill of the period falls into an accumulation of the deductible. Where one does not, nothing comes of
/// the whole period, and no cap is met.
fn is_sure_deductible(rule: &Rule) -> bool {
    let Kind::Pay { deductible: Some(deductible), .. } = &rule.kind else { return true };
    let is_always_in = match deductible.over.period.kind {
        PeriodKind::Event | PeriodKind::Lifetime => true,
        PeriodKind::Window => false,
        _ => deductible.over.period.key == DateField::Incurred,
    };
    is_always_in || deductible.over == rule.accumulate
}

fn is_sure_formula(kind: &Kind) -> bool {
    match kind {
        Kind::Pay { deductible, scale, .. } => {
            let is_sure = match scale {
                Scale::Rate { rate } => is_literal(rate),
                Scale::Brackets { on, scales, .. } => {
                    *on == BracketsOn::Base && scales.len() == 1 && scales.iter().all(|scale| scale.tests.is_empty())
                }
            };
            is_sure && deductible.as_ref().is_none_or(|deductible| is_literal(&deductible.amount))
        }
        Kind::BringDown { trigger, target, .. } => is_literal(&trigger.line) && is_literal(target),
        Kind::Fixed { trigger, amount, .. } => {
            is_literal(amount) && trigger.as_ref().is_none_or(|trigger| is_literal(&trigger.line))
        }
        _ => false,
    }
}
