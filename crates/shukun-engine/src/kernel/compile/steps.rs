//! Claim-level rules to steps, and the payers in order to ops.

use shukun_policy::program::{
    BaseMode, BracketMode, BracketScale, BracketsOn, Expr, Hit, Kind, Rule, Scale, SettledColumn, Source,
};

use super::super::plan::{
    Amount, Basis, Beside, Cap, Deductible, Formula, Ix, Lookup, Op, ROOM, Row, RowScale, Scaled, SeenOn, SettledOp,
    SettledSource, Step,
};
use super::amounts::{View, gcd, lcm, rational};
use super::{Beyond, Compiled, Compiler};

/// The most bills that add up in one accumulation.
const BILLS: i128 = super::super::plan::BILLS_LIMIT as i128;

/// A formula before its numbers stand over one denominator.
enum Draft {
    Rate(Scaled),
    Brackets(BracketMode, Vec<BracketScale>),
    BringDown(Scaled, bool, Scaled),
    Fixed(Option<(Scaled, bool)>, Scaled),
}

impl Compiler<'_> {
    /// All ops in the order of the payers.
    pub(crate) fn ops(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        for (tier, of) in self.program.tiers.iter().enumerate() {
            let source = self.settled_source(tier);
            let beside = match of.source {
                Source::Computed | Source::AsSettled => Beside::Never,
                Source::SettledElseComputed => Beside::WhereSettled(source),
                Source::Reconciled => Beside::Always,
            };
            let rules: Vec<usize> = match of.source {
                Source::AsSettled => Vec::new(),
                _ => self.prepared.claim_rules.get(tier).cloned().unwrap_or_default(),
            };
            for rule in &rules {
                ops.extend(self.step_or_suspect(*rule, beside));
            }
            if of.source != Source::Computed {
                self.note_settled(source);
                let counted = self.prepared.tier_counted_by.get(tier).into_iter().flatten();
                let foreign = counted.filter(|(rule, _)| self.tier_of(*rule) != Some(tier));
                ops.push(Op::Settled(SettledOp {
                    tier,
                    source,
                    else_computed: of.source == Source::SettledElseComputed,
                    take_back: rules,
                    counted_by: foreign.filter_map(|limit| self.limit_places.get(limit).copied()).collect(),
                }));
            }
        }
        ops
    }

    fn tier_of(&self, rule: usize) -> Option<usize> {
        self.program.rules.get(rule).map(|rule| rule.tier.0)
    }

    pub(crate) fn settled_source(&self, tier: Ix) -> SettledSource {
        match self.program.tiers.get(tier).map(|tier| tier.settled) {
            Some(SettledColumn::Basic) => SettledSource::Column(0),
            Some(SettledColumn::CriticalIllness) => SettledSource::Column(1),
            Some(SettledColumn::MedicalAssistance) => SettledSource::Column(2),
            Some(SettledColumn::Supplementary) => SettledSource::Column(3),
            Some(SettledColumn::Other) => SettledSource::Column(4),
            Some(SettledColumn::Fact) | None => SettledSource::Fact(tier),
        }
    }

    /// The rule as a step; one that is beyond the kernel makes everyone whom it may concern slow.
    fn step_or_suspect(&mut self, number: usize, beside: Beside) -> Option<Op> {
        let rule = self.program.rules.get(number)?;
        match self.step(number, rule, beside) {
            Ok(step) => {
                self.lane_of(number, Ok(()));
                Some(Op::Rule(Box::new(step)))
            }
            Err(why) => {
                self.lane_of(number, Err(why));
                let admission =
                    self.admission(number, rule, SeenOn::Bill).unwrap_or_else(|_| self.wide_admission(rule));
                self.plan.suspects.push(admission);
                None
            }
        }
    }

    fn step(&mut self, number: usize, rule: &Rule, beside: Beside) -> Compiled<Step> {
        if rule.collect.window.is_some() {
            return Err(Beyond("a personal window"));
        }
        let admission = self.admission(number, rule, SeenOn::Bill)?;
        let view = View { held: self.plan.admissions.get(admission).and_then(|of| of.held), seen: SeenOn::Bill };
        let group = self.group(rule.accumulate)?;
        let base = self.base(rule, view)?;
        let deductible = self.deductible(rule, view)?;
        let draft = self.draft(rule, view)?;
        let x = [base.as_ref().map(|(_, base)| base), deductible.as_ref().map(|(line, _)| line)]
            .into_iter()
            .flatten()
            .chain(draft.over_x())
            .try_fold(1, |common, scaled| lcm(common, scaled.denominator))?;
        let prorate = rule.prorate.as_ref().map(|factor| self.amount(factor, view)).transpose()?;
        let minimum = rule.minimum.as_ref().map(|minimum| self.amount(minimum, view)).transpose()?;
        let factor = prorate.as_ref().map_or(1, |factor| factor.denominator);
        let y = draft.rate_denominator(x)?;
        let y = minimum.iter().try_fold(y, |y, minimum| {
            let have = x * y * factor;
            lcm(have, minimum.denominator).map(|needed| y * (needed / have))
        })?;
        let base_bound = base.as_ref().map_or(0, |(_, base)| base.bound) * i128::from(x);
        self.is_within(&draft, base_bound, x, y, factor)?;
        let caps = self.caps(number, rule, view)?;
        let step = Step {
            rule: number,
            tier: rule.tier.0,
            admission,
            group,
            basis: base.as_ref().map_or(Basis::AsWritten, |(basis, _)| *basis),
            base: base.map(|(_, base)| self.ready(base, x)).transpose()?,
            x,
            y: y * factor,
            deductible: match deductible {
                Some((line, group)) => Some(Deductible { line: self.ready(line, x)?, group }),
                None => None,
            },
            formula: self.formula(draft, x, y, view)?,
            prorate: match prorate {
                Some(factor) => Some((self.prepared(factor.amount), factor.denominator)),
                None => None,
            },
            minimum: minimum.map(|minimum| self.ready(minimum, x * y * factor)).transpose()?,
            rounding: rule.rounding,
            unit: rule.rounding_unit,
            own_limits: (0..rule.limits.len()).filter_map(|of| self.limit_places.get(&(number, of)).copied()).collect(),
            counted_by: self.counted_by(number),
            caps,
            carries: !matches!(rule.kind, Kind::Fixed { .. }),
            beside,
        };
        Ok(step)
    }

    /// Nothing that adds up over a household's bills may leave 64 bits.
    fn is_within(&self, draft: &Draft, base: i128, x: i64, y: i64, factor: i64) -> Compiled<()> {
        let (x, fine) = (i128::from(x), i128::from(y) * i128::from(factor));
        let most = match draft {
            Draft::Rate(rate) => base * rate.bound.max(1) * (fine / i128::from(rate.denominator)).max(1),
            Draft::Brackets(..) => base * fine,
            Draft::BringDown(line, _, target) => (base * BILLS + line.bound * x + target.bound * x) * fine / BILLS + 1,
            Draft::Fixed(line, amount) => {
                base + line.as_ref().map_or(0, |(line, _)| line.bound * x) + amount.bound * x * fine
            }
        };
        if most * BILLS < ROOM { Ok(()) } else { Err(Beyond("amounts too fine for 64 bits")) }
    }

    fn ready(&mut self, scaled: Scaled, denominator: i64) -> Compiled<Amount> {
        let scaled = scaled.over(denominator)?;
        Ok(self.prepared(scaled.amount))
    }

    /// The base and how it relates to earlier payers; none for a fixed amount without a line.
    pub(crate) fn base(&mut self, rule: &Rule, view: View) -> Compiled<Option<(Basis, Scaled)>> {
        let base = match &rule.kind {
            Kind::Pay { base, .. }
            | Kind::BringDown { base, .. }
            | Kind::Fixed { base: Some(base), .. }
            | Kind::ByResolution { base, .. }
            | Kind::Alert { base, .. } => base,
            _ => return Ok(None),
        };
        let basis = match base.mode {
            // 余额 alone already is what is left.
            BaseMode::Residual if base.amount != Expr::Left => Basis::Residual,
            _ => Basis::AsWritten,
        };
        Ok(Some((basis, self.amount(&base.amount, view)?)))
    }

    fn deductible(&mut self, rule: &Rule, view: View) -> Compiled<Option<(Scaled, Ix)>> {
        let Kind::Pay { deductible: Some(deductible), .. } = &rule.kind else { return Ok(None) };
        let line = self.amount(&deductible.amount, view)?;
        Ok(Some((line, self.group(deductible.over)?)))
    }

    fn draft(&mut self, rule: &Rule, view: View) -> Compiled<Draft> {
        Ok(match &rule.kind {
            Kind::Pay { scale: Scale::Rate { rate }, .. } => Draft::Rate(self.amount(rate, view)?),
            Kind::Pay { scale: Scale::Brackets { mode, on: BracketsOn::Base, scales }, .. } => {
                Draft::Brackets(*mode, scales.clone())
            }
            Kind::Pay { .. } => return Err(Beyond("lines on what the patient paid")),
            Kind::BringDown { trigger, target, .. } => {
                Draft::BringDown(self.amount(&trigger.line, view)?, trigger.strict, self.amount(target, view)?)
            }
            Kind::Fixed { trigger, amount, .. } => {
                let line = trigger
                    .as_ref()
                    .map(|trigger| self.amount(&trigger.line, view).map(|line| (line, trigger.strict)))
                    .transpose()?;
                Draft::Fixed(line, self.amount(amount, view)?)
            }
            _ => return Err(Beyond("a rule that pays no formula")),
        })
    }

    fn formula(&mut self, draft: Draft, x: i64, y: i64, view: View) -> Compiled<Formula> {
        Ok(match draft {
            Draft::Rate(rate) => Formula::Rate { rate: self.ready(rate, y)? },
            Draft::Brackets(mode, scales) => {
                let select = self.selection(&scales, view);
                let scales = scales.iter().map(|scale| row_scale(scale, mode, x, y)).collect::<Compiled<_>>()?;
                Formula::Brackets { mode, scales, select }
            }
            Draft::BringDown(line, strict, target) => {
                Formula::BringDown { line: self.ready(line, x)?, strict, target: self.ready(target, x)? }
            }
            Draft::Fixed(line, amount) => Formula::Fixed {
                line: match line {
                    Some((line, strict)) => Some((self.ready(line, x)?, strict)),
                    None => None,
                },
                amount: self.ready(amount, x * y)?,
            },
        })
    }

    /// Which of several scales by attributes counts: a lookup of its place.
    fn selection(&mut self, scales: &[BracketScale], view: View) -> Option<Ix> {
        if scales.len() == 1 && scales.first().is_some_and(|scale| scale.tests.is_empty()) {
            return None;
        }
        let table = self.table(scales.iter().map(|scale| scale.tests.clone()).collect(), Hit::First);
        let values = (0..scales.len()).map(|place| i64::try_from(place).ok()).collect();
        self.plan.lookups.push(Lookup { table, held: view.held, seen: view.seen, values });
        Some(self.plan.lookups.len() - 1)
    }

    fn caps(&mut self, number: usize, rule: &Rule, view: View) -> Compiled<Vec<Cap>> {
        let mut caps = Vec::with_capacity(rule.limits.len());
        for (place, limit) in rule.limits.iter().enumerate() {
            let cap = self.amount(&limit.cap, view)?;
            let group = self.group(limit.over)?;
            let limit = self.limit_places.get(&(number, place)).copied().ok_or(Beyond("a limit without a counter"))?;
            caps.push(Cap { denominator: cap.denominator, cap: self.prepared(cap.amount), group, limit });
        }
        Ok(caps)
    }

    fn counted_by(&self, number: usize) -> Vec<Ix> {
        let counted = self.prepared.rules.get(number).into_iter().flat_map(|rule| &rule.counted_by);
        counted.filter_map(|limit| self.limit_places.get(limit).copied()).collect()
    }
}

impl Draft {
    /// What must stand over the base's denominator.
    fn over_x(&self) -> Vec<&Scaled> {
        match self {
            Draft::Rate(_) | Draft::Brackets(..) => Vec::new(),
            Draft::BringDown(line, _, target) => vec![line, target],
            Draft::Fixed(line, _) => line.iter().map(|(line, _)| line).collect(),
        }
    }

    fn rate_denominator(&self, x: i64) -> Compiled<i64> {
        match self {
            Draft::Rate(rate) => Ok(rate.denominator),
            Draft::BringDown(..) => Ok(1),
            Draft::Fixed(_, amount) => Ok(amount.denominator / gcd(amount.denominator, x)),
            Draft::Brackets(_, scales) => scales.iter().flat_map(|scale| &scale.rows).try_fold(1, |common, row| {
                let (_, over) = rational(row.rate)?;
                lcm(common, over)
            }),
        }
    }
}

fn row_scale(scale: &BracketScale, mode: BracketMode, x: i64, y: i64) -> Compiled<RowScale> {
    const FINE: Beyond = Beyond("lines too large for 64 bits");
    let mut rows: Vec<Row> = Vec::with_capacity(scale.rows.len());
    for (place, row) in scale.rows.iter().enumerate() {
        let (rate, over) = rational(row.rate)?;
        let (rate, from) = (rate * (y / over), row.from.0.checked_mul(x).ok_or(FINE)?);
        let to = row.to.map_or(Some(i64::MAX), |to| to.0.checked_mul(x)).ok_or(FINE)?;
        let before =
            rows.last().map_or(Some(0), |last| full(last, place == 1 && mode == BracketMode::MarginalFromFirstFen));
        rows.push(Row { from, to, rate, before: before.ok_or(FINE)? });
    }
    Ok(RowScale { rows })
}

/// What all rows up to and with this one give in full.
fn full(row: &Row, from_first_fen: bool) -> Option<i64> {
    let from = if from_first_fen { 0 } else { row.from };
    row.to.checked_sub(from)?.max(0).checked_mul(row.rate)?.checked_add(row.before)
}
