//! One bill through all payers: what was settled, what the claim-level rules pay.

use shukun_base::Fen;
use shukun_policy::program::{Kind, Rule, SettledColumn, Source};

use super::accumulators::{Formula, Place};
use super::admission::Admission;
use super::books::Bucket;
use super::certifications::Held;
use super::family::Entry;
use super::limits::{Room, allowed};
use super::missing::Missing;
use super::number::{add, zero};
use super::periods::month_of;
use super::{Run, Scope, unit_id};
use crate::facts::FactValue;

/// What a rule comes to at one bill.
struct Worked {
    place: Place,
    formula: Formula,
    /// The rounded total, less what was owed before.
    newly_owed: Fen,
    /// With what was carried from earlier bills.
    wanted: Fen,
    /// What the caps allow of it.
    allowed: Fen,
    /// What fits into the bill.
    paid: Fen,
    rooms: Vec<Room>,
}

impl Run<'_> {
    /// Takes one bill through the payers in order and leaves the rest to the family.
    pub(crate) fn settle_bill(&mut self, event: usize) {
        for (tier, of) in self.program.tiers.iter().enumerate() {
            let settled = self.settled_under(tier, event);
            match (of.source, settled) {
                (Source::AsSettled, settled) => self.pay_settled(tier, event, settled.unwrap_or_default()),
                (Source::Computed, _) | (Source::SettledElseComputed, None) => {
                    self.run_tier(tier, event, false);
                }
                (Source::SettledElseComputed, Some(settled)) => {
                    self.compute_beside(tier, event);
                    self.pay_settled(tier, event, settled);
                }
                (Source::Reconciled, settled) => {
                    let computed = self.compute_beside(tier, event);
                    let settled = settled.unwrap_or_default();
                    self.pay_settled(tier, event, settled);
                    if !self.prepared.claim_rules.get(tier).is_none_or(Vec::is_empty) {
                        self.note_difference(tier, event, settled, computed);
                    }
                }
            }
        }
        self.post_family(event);
    }

    /// What the claim data says that this tier paid.
    pub(crate) fn settled_under(&self, tier: usize, event: usize) -> Option<Fen> {
        let (tier, event) = (self.program.tiers.get(tier)?, self.events.get(event)?);
        let [basic, critical_illness, medical_assistance, supplementary, other] = event.settled;
        match tier.settled {
            SettledColumn::Basic => basic,
            SettledColumn::CriticalIllness => critical_illness,
            SettledColumn::MedicalAssistance => medical_assistance,
            SettledColumn::Supplementary => supplementary,
            SettledColumn::Other => other,
            SettledColumn::Fact => match event.facts().get(&tier.name) {
                Some(FactValue::Number(fen)) => Some(Fen(*fen)),
                _ => None,
            },
        }
    }

    fn pay_settled(&mut self, tier: usize, event: usize, settled: Fen) {
        let paid = settled.or_zero().min(self.books.left(event));
        if paid != settled {
            self.note_settled_too_much(tier, event, settled, paid);
        }
        if paid.is_zero() {
            return;
        }
        self.books.pay_settled(tier, event, paid);
        self.count_settled(tier, Scope::of_bill(self.person_of(event), event), paid);
        self.post_settled(tier, event, paid);
    }

    fn run_tier(&mut self, tier: usize, event: usize, is_beside: bool) -> Fen {
        let prepared = self.prepared;
        let rules = prepared.claim_rules.get(tier).into_iter().flatten();
        rules.map(|rule| self.run_rule(*rule, event, is_beside)).sum()
    }

    /// Runs a settled tier's rules so that their accumulations go on, and takes their payments back.
    fn compute_beside(&mut self, tier: usize, event: usize) -> Fen {
        let computed = self.run_tier(tier, event, true);
        let prepared = self.prepared;
        for rule in prepared.claim_rules.get(tier).into_iter().flatten() {
            self.books.take_back(*rule, event);
        }
        computed
    }

    fn run_rule(&mut self, number: usize, event: usize, is_beside: bool) -> Fen {
        let Some(rule) = self.program.rules.get(number) else { return Fen::ZERO };
        let scope = Scope::of_bill(self.person_of(event), event);
        let admission = self.admission(number, scope);
        // What a settled tier's rules would say is nobody's business, unless they are compared with what was settled.
        let source = self.program.tiers.get(rule.tier.0).map(|tier| tier.source);
        let is_heard = !is_beside || source == Some(Source::Reconciled);
        if is_heard {
            self.note_admission(number, event, &admission);
        }
        let Admission::In(held) = admission else { return Fen::ZERO };
        match self.work_out(number, rule, Scope { held: &held, ..scope }, event) {
            Ok(worked) => self.enter(number, rule, event, &held, worked, is_beside),
            Err(missing) if is_heard => {
                self.note_missing(number, event, missing);
                Fen::ZERO
            }
            Err(_) => Fen::ZERO,
        }
    }

    fn work_out(&self, number: usize, rule: &Rule, scope: Scope<'_>, event: usize) -> Result<Worked, Missing> {
        let place = self.place(rule.accumulate, scope)?;
        let before = self.books.accumulated(number, place.unit, place.first, place.last);
        let mut group = before.events.clone();
        group.push(event);
        let scope = Scope { group: &group, ..scope };
        let x = self.base_at_bill(rule, scope)?;
        let formula = self.formula(number, rule, scope, x, &before)?;
        let newly_owed = self.owed(rule, scope, add(before.exact, formula.change.exact))? - before.owed;
        let wanted = newly_owed + before.carry;
        let rooms = self.rooms(number, rule, scope, scope)?;
        let allowed = allowed(&rooms, wanted);
        let paid = allowed.min(self.books.left(event));
        Ok(Worked { place, formula, newly_owed, wanted, allowed, paid, rooms })
    }

    fn base_at_bill(&self, rule: &Rule, scope: Scope<'_>) -> Result<shukun_base::Exact, Missing> {
        match &rule.kind {
            Kind::Pay { base, .. } | Kind::BringDown { base, .. } => self.base_of(&base.amount, base.mode, scope),
            Kind::Fixed { base: Some(base), .. } => self.base_of(&base.amount, base.mode, scope),
            _ => Ok(zero()),
        }
    }

    /// Enters what was worked out into the books and posts it.
    fn enter(
        &mut self,
        number: usize,
        rule: &Rule,
        event: usize,
        held: &[Held],
        worked: Worked,
        is_beside: bool,
    ) -> Fen {
        let scope = Scope { held, ..Scope::of_bill(self.person_of(event), event) };
        self.enter_change(number, rule, event, &worked, is_beside);
        if !is_beside {
            self.note_worked(number, event, &worked);
        }
        if worked.paid.is_zero() {
            return Fen::ZERO;
        }
        self.books.pay(number, event, worked.paid, false);
        self.count_toward_limits(number, scope, worked.paid, is_beside);
        self.remember_month(number, rule, scope);
        if !is_beside {
            let carried = worked.wanted - worked.newly_owed;
            self.post_rule(Entry {
                rule: number,
                event: Some(event),
                person: scope.person,
                period: self.label(rule, worked.place.last),
                formula: &worked.formula,
                carried,
                wanted: worked.wanted,
                allowed: worked.allowed,
                paid: worked.paid,
            });
        }
        worked.paid
    }

    fn note_worked(&mut self, number: usize, event: usize, worked: &Worked) {
        self.remember_caps(number, self.year_of(event), &worked.rooms);
        if worked.allowed < worked.wanted {
            self.note_cut(number, event, worked.wanted, worked.allowed);
        }
        if worked.formula.is_below_line {
            self.note_below_line(number, event);
        }
    }

    fn enter_change(&mut self, number: usize, rule: &Rule, event: usize, worked: &Worked, is_beside: bool) {
        let place = worked.place;
        // What a fixed amount exceeds the bill by is nobody's; a scale's or target's total is still owed.
        let carries = !is_beside && !matches!(rule.kind, Kind::Fixed { .. });
        let forgone = worked.wanted.or_zero() - worked.allowed;
        let mut change = worked.formula.change.clone();
        change.owed = worked.newly_owed;
        change.borne = add(change.borne, forgone.into());
        change.carry = if carries { worked.wanted - forgone - worked.paid } else { Fen::ZERO };
        change.events = vec![event];
        self.books.accumulate(number, place.unit, place.first, place.last, &change);
        if let Some((key, taken)) = worked.formula.deducted {
            let used = self.books.deducted.entry(key).or_insert_with(zero);
            *used = add(*used, taken);
        }
    }

    /// Remembers that the rule paid its unit something in the bill's month (次数).
    pub(crate) fn remember_month(&mut self, number: usize, rule: &Rule, scope: Scope<'_>) {
        let day = self.date_of(rule.accumulate.period.key, scope.event, scope.held.first()).ok().or(self.day_of(scope));
        if let Some(day) = day {
            let unit = unit_id(rule.accumulate.unit, self.people.get(scope.person).copied());
            self.books.months_paid.insert((number, unit, month_of(day)));
        }
    }

    /// What is still carried when everything is settled is owed at period level, as far as the accumulation's own
    /// bills still leave something.
    pub(crate) fn post_carried(&mut self) {
        let carried: Vec<(usize, Bucket, super::periods::PeriodKey)> = self
            .books
            .buckets
            .iter()
            .filter(|(_, bucket)| bucket.carry > Fen::ZERO)
            .map(|((rule, _, key), bucket)| (*rule, bucket.clone(), *key))
            .collect();
        for (number, bucket, key) in carried {
            let Some(rule) = self.program.rules.get(number) else { continue };
            let Some(last) = bucket.events.last().copied() else { continue };
            let scope = Scope::of_bill(self.person_of(last), last);
            let Admission::In(held) = self.admission(number, scope) else { continue };
            let scope = Scope { held: &held, group: &bucket.events, ..scope };
            let Ok(rooms) = self.rooms(number, rule, scope, scope) else { continue };
            let period = self.label(rule, key);
            let left: Vec<Fen> = bucket.events.iter().map(|event| self.books.left(*event)).collect();
            let allowed = allowed(&rooms, bucket.carry);
            let formula = Formula { base: bucket.carry, ..Formula::default() };
            let weights: Vec<_> = left.iter().map(|left| (*left).into()).collect();
            let entry = Entry {
                rule: number,
                event: None,
                person: scope.person,
                period,
                formula: &formula,
                carried: bucket.carry,
                wanted: bucket.carry,
                allowed,
                paid: allowed.min(left.iter().copied().sum()),
            };
            self.pay_at_period(entry, &bucket.events, &weights, scope);
        }
    }
}
