//! What is paid, decided or raised when a period is over.
//!
//! Rules run in order. Neighbours with the same kind of period run period by period, so that a month can count what
//! the months before it were paid.

use std::collections::BTreeMap;

use shukun_base::{Day, Exact, Fen};
use shukun_policy::program::{AlertColour, Base, BaseMode, Floor, Kind, PeriodKind, Rule, Source, Trigger, Unit};

use super::accumulators::Formula;
use super::admission::{Admission, window_days};
use super::books::Bucket;
use super::certifications::Held;
use super::family::Entry;
use super::limits::allowed;
use super::missing::Missing;
use super::number::{add, cmp, min, sub, to_fen, zero};
use super::periods::{PeriodKey, days_of};
use super::{Run, Scope};
use crate::outcome::{Colour, NoteKind};
use shukun_base::Text;

/// One rule over one period of one person or household.
#[derive(Clone, Debug)]
struct Job {
    rule: usize,
    key: PeriodKey,
    days: (Day, Day),
    events: Vec<usize>,
}

/// The bills of a job that the rule is for.
pub(crate) struct Pool {
    pub rule: usize,
    pub period: String,
    pub key: PeriodKey,
    pub days: (Day, Day),
    pub events: Vec<usize>,
    /// The certifications that count, bill by bill.
    pub held: Vec<Vec<Held>>,
    /// All of them.
    pub all_held: Vec<Held>,
    /// The first bill's person.
    pub person: usize,
}

impl Pool {
    /// The period as a whole.
    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { person: self.person, event: None, held: &self.all_held, group: &self.events, period: Some(self.days) }
    }

    fn last(&self) -> usize {
        self.events.last().copied().unwrap_or(usize::MAX)
    }
}

impl Run<'_> {
    /// Runs every period-level rule.
    pub(crate) fn settle_periods(&mut self) {
        let prepared = self.prepared;
        for batch in &prepared.period_rules {
            let mut jobs: Vec<Job> = batch.iter().flat_map(|rule| self.jobs_of(*rule)).collect();
            jobs.sort_by_key(|job| (job.days.1, job.rule, job.key));
            jobs.into_iter().for_each(|job| self.run_job(job));
        }
    }

    /// The periods in which the household has bills that a rule may see.
    fn jobs_of(&mut self, number: usize) -> Vec<Job> {
        let Some(rule) = self.program.rules.get(number) else { return Vec::new() };
        let mut jobs: BTreeMap<(u64, PeriodKey), Job> = BTreeMap::new();
        for event in 0..self.events.len() {
            if !self.is_for_computing(rule, event) {
                continue;
            }
            let scope = Scope::of_bill(self.person_of(event), event);
            // Only where a certification decides the period must it be known beforehand.
            let held = match rule.accumulate.period.kind {
                PeriodKind::Event | PeriodKind::Lifetime => Vec::new(),
                _ if !self.prepared.rules.get(number).is_some_and(|rule| rule.asks_certification) => Vec::new(),
                _ => match self.admission(number, scope) {
                    Admission::In(held) => held,
                    _ => Vec::new(),
                },
            };
            match self.place(rule.accumulate, Scope { held: &held, ..scope }) {
                Ok(place) => {
                    let days = self.days_of_job(rule, place.last, event);
                    let job = jobs.entry((place.unit, place.last));
                    let job = job.or_insert_with(|| Job { rule: number, key: place.last, days, events: Vec::new() });
                    job.days = (job.days.0.min(days.0), job.days.1.max(days.1));
                    job.events.push(event);
                }
                Err(_) => {
                    // A bill without an anchor is looked at only to say why.
                    let admission = self.admission(number, scope);
                    self.note_admission(number, event, &admission);
                }
            }
        }
        jobs.into_values().collect()
    }

    /// Whether a money rule computes this bill: not where its tier is taken from the claim data.
    fn is_for_computing(&self, rule: &Rule, event: usize) -> bool {
        if matches!(rule.kind, Kind::Alert { .. }) {
            return true;
        }
        match self.program.tiers.get(rule.tier.0).map(|tier| tier.source) {
            Some(Source::AsSettled) => false,
            Some(Source::SettledElseComputed) => self.settled_under(rule.tier.0, event).is_none(),
            Some(Source::Computed | Source::Reconciled) | None => true,
        }
    }

    fn days_of_job(&self, rule: &Rule, key: PeriodKey, event: usize) -> (Day, Day) {
        let of_bill = self.events.get(event).map_or((Day::MIN, Day::MAX), |event| (event.incurred, event.incurred));
        match key {
            PeriodKey::Window(person, number) => self.window_days(rule, person, number).unwrap_or(of_bill),
            _ => days_of(rule.accumulate.period.kind, key).unwrap_or(of_bill),
        }
    }

    /// First and last day of the rule's window before the person's certification of this number.
    pub(crate) fn window_days(&self, rule: &Rule, person: usize, number: usize) -> Option<(Day, Day)> {
        let held = self.certifications.get(person)?.iter().find(|held| held.number == Some(number))?;
        let window = rule.collect.window.as_ref()?;
        window_days(window, self.date_of(window.anchor, None, Some(held)).ok()?)
    }

    fn run_job(&mut self, job: Job) {
        let Some(rule) = self.program.rules.get(job.rule) else { return };
        let is_reconciled = self.program.tiers.get(rule.tier.0).is_some_and(|tier| tier.source == Source::Reconciled)
            && !matches!(rule.kind, Kind::Alert { .. } | Kind::ByResolution { .. });
        let Some(pool) = self.pool_of(rule, &job) else { return };
        let outcome = if is_reconciled { self.reconcile(rule, &pool) } else { self.run_pool(rule, &pool) };
        if let Err(missing) = outcome {
            self.note_missing(job.rule, pool.last(), missing);
        }
    }

    /// The bills of the job that 对象, 归集 and 计入 let in.
    fn pool_of(&mut self, rule: &Rule, job: &Job) -> Option<Pool> {
        let mut pool = Pool {
            rule: job.rule,
            period: self.label(rule, job.key),
            key: job.key,
            days: job.days,
            events: Vec::new(),
            held: Vec::new(),
            all_held: Vec::new(),
            person: 0,
        };
        let mut undecided = Vec::new();
        for event in job.events.iter().copied() {
            let scope = Scope { period: Some(job.days), ..Scope::of_bill(self.person_of(event), event) };
            let admission = self.admission(job.rule, scope);
            if matches!(admission, Admission::Unknown(_)) {
                undecided.push((event, admission));
                continue;
            }
            self.note_admission(job.rule, event, &admission);
            if let Admission::In(held) = admission {
                pool.events.push(event);
                let new = held.iter().filter(|held| !pool.all_held.contains(held)).copied().collect::<Vec<_>>();
                pool.all_held.extend(new);
                pool.held.push(held);
            }
        }
        self.note_undecided(rule, &pool, &undecided);
        if let Some(floor) = &rule.collect.floor
            && let Err(missing) = self.keep_above_floor(floor, &mut pool)
        {
            self.note_missing(job.rule, pool.last(), missing);
            return None;
        }
        pool.person = pool.events.first().map(|event| self.person_of(*event))?;
        Some(pool)
    }

    /// Says what is missing of the people of whom 对象 could not be decided; where a line asks for a burden that even
    /// with their bills is not reached, there is nothing to find out.
    fn note_undecided(&mut self, rule: &Rule, pool: &Pool, undecided: &[(usize, Admission)]) {
        let Some((first, _)) = undecided.first() else { return };
        let with_them = Pool {
            events: pool.events.iter().copied().chain(undecided.iter().map(|(event, _)| *event)).collect(),
            held: pool.held.iter().cloned().chain(undecided.iter().map(|_| Vec::new())).collect(),
            all_held: pool.all_held.clone(),
            period: pool.period.clone(),
            person: self.person_of(*first),
            ..*pool
        };
        let is_below = self.reaches_line(rule, &with_them) == Ok(false);
        for (event, admission) in undecided {
            if is_below {
                self.note_below_line(pool.rule, *event);
            } else {
                self.note_admission(pool.rule, *event, admission);
            }
        }
    }

    /// Whether the pool's burden reaches the line of an alert or of a meeting's relief; other kinds have none.
    fn reaches_line(&self, rule: &Rule, pool: &Pool) -> Result<bool, Missing> {
        let (base, triggers): (&Base, Vec<&Trigger>) = match &rule.kind {
            Kind::Alert { base, levels } => (base, levels.iter().map(|(_, trigger)| trigger).collect()),
            Kind::ByResolution { base, trigger, .. } => (base, vec![trigger]),
            _ => return Ok(true),
        };
        let sum = self.bases(base, pool)?.iter().fold(zero(), |sum, base| add(sum, *base));
        for trigger in triggers {
            if self.passes(trigger, pool.scope(), sum)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// 计入: only groups of bills that reach the floor stay in the pool.
    fn keep_above_floor(&self, floor: &Floor, pool: &mut Pool) -> Result<(), Missing> {
        let mut sums: BTreeMap<_, Exact> = BTreeMap::new();
        let mut groups = Vec::with_capacity(pool.events.len());
        for (event, held) in pool.events.iter().zip(&pool.held) {
            let scope = Scope { held, ..Scope::of_bill(self.person_of(*event), *event) };
            let place =
                self.place(shukun_policy::program::Accumulation { unit: Unit::Person, period: floor.period }, scope)?;
            let claim = self.events.get(*event).map(|event| event.claim);
            let institution = claim.filter(|_| floor.per_institution).map(|claim| claim.institution_code.as_str());
            let kind = claim.filter(|_| floor.per_kind).map(|claim| super::fields::kind_key(claim.kind));
            let group = (place, institution, kind);
            let sum = sums.entry(group).or_insert_with(zero);
            *sum = add(*sum, self.amount(&floor.amount, scope)?);
            groups.push(group);
        }
        let reaches = |group| sums.get(group).is_some_and(|sum| cmp(*sum, floor.at_least.into()).is_ge());
        let kept: Vec<bool> = groups.iter().map(reaches).collect();
        keep(&mut pool.events, &kept);
        keep(&mut pool.held, &kept);
        Ok(())
    }

    fn run_pool(&mut self, rule: &Rule, pool: &Pool) -> Result<(), Missing> {
        match &rule.kind {
            Kind::Alert { base, levels } => self.raise_alert(pool, base, levels),
            Kind::ByResolution { base, trigger, body, ceiling } => {
                let bases = self.bases(base, pool)?;
                self.decide_by_resolution(rule, pool, &bases, trigger, body, ceiling.as_ref())
            }
            _ => {
                let (formula, owed, bases) = self.owed_for_pool(rule, pool)?;
                self.pay_pool(rule, pool, formula, owed, &bases)
            }
        }
    }

    /// The base of each bill, less what was paid at period level of what the base names.
    pub(crate) fn bases(&self, base: &Base, pool: &Pool) -> Result<Vec<Exact>, Missing> {
        let mut bases = Vec::with_capacity(pool.events.len());
        let mut paid = Fen::ZERO;
        for (event, held) in pool.events.iter().zip(&pool.held) {
            let scope = Scope { held, event: Some(*event), person: self.person_of(*event), ..pool.scope() };
            bases.push(self.base_of(&base.amount, base.mode, scope)?);
            paid += self.books.paid_at_periods(*event);
        }
        // What 已付 names, and 余额 alone, already count period-level payments bill by bill.
        if base.mode == BaseMode::Residual && base.amount != shukun_policy::program::Expr::Left {
            take_off(&mut bases, paid.into());
        }
        Ok(bases)
    }

    fn owed_for_pool(&mut self, rule: &Rule, pool: &Pool) -> Result<(Formula, Fen, Vec<Exact>), Missing> {
        let bases = match &rule.kind {
            Kind::Pay { base, .. } | Kind::BringDown { base, .. } | Kind::Fixed { base: Some(base), .. } => {
                self.bases(base, pool)?
            }
            _ => vec![zero(); pool.events.len()],
        };
        let mut formula = match &rule.kind {
            Kind::Pay { .. } => self.pay_over_pool(rule, pool, &bases)?,
            _ => {
                let sum = bases.iter().fold(zero(), |sum, base| add(sum, *base));
                self.formula(pool.rule, rule, pool.scope(), sum, &Bucket::default())?
            }
        };
        let owed = self.owed(rule, pool.scope(), formula.change.exact)?;
        formula.is_below_line &= owed.is_zero();
        Ok((formula, owed, bases))
    }

    /// A scale over the period's bills, one after the other, so that each bill's own deductible and rate count.
    fn pay_over_pool(&mut self, rule: &Rule, pool: &Pool, bases: &[Exact]) -> Result<Formula, Missing> {
        let mut sum = Formula::default();
        let mut so_far = Bucket::default();
        let mut rates = Vec::new();
        for ((event, held), base) in pool.events.iter().zip(&pool.held).zip(bases) {
            let scope = Scope { held, event: Some(*event), person: self.person_of(*event), ..pool.scope() };
            let formula = self.formula(pool.rule, rule, scope, *base, &so_far)?;
            so_far.add(&formula.change);
            rates.push(formula.rate);
            sum = merged(sum, formula, self);
        }
        sum.base = to_fen(so_far.base);
        sum.change = so_far;
        sum.rate = rates.first().copied().flatten().filter(|first| rates.iter().all(|rate| *rate == Some(*first)));
        Ok(sum)
    }

    fn pay_pool(
        &mut self,
        rule: &Rule,
        pool: &Pool,
        formula: Formula,
        owed: Fen,
        bases: &[Exact],
    ) -> Result<(), Missing> {
        self.period_bases.push((pool.rule, pool.events.clone(), formula.base));
        let last = Scope { event: Some(pool.last()), person: self.person_of(pool.last()), ..pool.scope() };
        let rooms = self.rooms(pool.rule, rule, last, pool.scope())?;
        self.remember_caps(pool.rule, self.year_of(pool.last()), &rooms);
        let within = allowed(&rooms, owed);
        if within < owed && self.detail.notes {
            self.note_cut_for(pool.rule, pool.person, None, pool.period.clone(), owed, within);
        }
        if formula.is_below_line {
            self.note_below_line(pool.rule, pool.last());
        }
        let left: Fen = pool.events.iter().map(|event| self.books.left(*event)).sum();
        let entry = Entry {
            rule: pool.rule,
            event: None,
            person: pool.person,
            period: pool.period.clone(),
            formula: &formula,
            carried: Fen::ZERO,
            wanted: owed,
            allowed: within,
            paid: within.min(left),
        };
        self.pay_at_period(entry, &pool.events, bases, pool.scope());
        Ok(())
    }

    /// 核对: what the rule would have paid beside what was settled, without paying it.
    fn reconcile(&mut self, rule: &Rule, pool: &Pool) -> Result<(), Missing> {
        let tier = rule.tier.0;
        let settled: Vec<(usize, Fen)> =
            pool.events.iter().map(|event| (*event, self.books.paid_by_tier(tier, *event))).collect();
        settled.iter().for_each(|(event, amount)| self.books.pay_settled(tier, *event, -*amount));
        let owed = self.owed_for_pool(rule, pool);
        let left: Fen = pool.events.iter().map(|event| self.books.left(*event)).sum();
        settled.iter().for_each(|(event, amount)| self.books.pay_settled(tier, *event, *amount));
        let (_, owed, _) = owed?;
        let settled_fen = settled.iter().map(|(_, amount)| *amount).sum();
        let last = Scope { event: Some(pool.last()), person: self.person_of(pool.last()), ..pool.scope() };
        let rooms = self.rooms(pool.rule, rule, last, pool.scope())?;
        let computed_fen = allowed(&rooms, owed).min(left);
        if settled_fen != computed_fen {
            let text = Text::new(
                format!("本期已结算 {settled_fen} 元，按规则测算为 {computed_fen} 元。"),
                format!("{settled_fen} yuan were settled in this period; the rule gives {computed_fen} yuan."),
            );
            let outcome = NoteKind::Difference { settled_fen, computed_fen };
            self.note(pool.rule, pool.person, None, pool.period.clone(), outcome, text);
        }
        Ok(())
    }

    /// The first line that is reached, from the highest down, gives the colour.
    fn raise_alert(&mut self, pool: &Pool, base: &Base, levels: &[(AlertColour, Trigger)]) -> Result<(), Missing> {
        let bases = self.bases(base, pool)?;
        let sum = bases.iter().fold(zero(), |sum, base| add(sum, *base));
        for (colour, trigger) in levels {
            if self.passes(trigger, pool.scope(), sum)? {
                self.note_alert(pool, *colour, to_fen(sum));
                return Ok(());
            }
        }
        self.note_below_line(pool.rule, pool.last());
        Ok(())
    }

    fn note_alert(&mut self, pool: &Pool, colour: AlertColour, burden_fen: Fen) {
        let (colour, zh, en) = match colour {
            AlertColour::Red => (Colour::Red, "红色", "Red"),
            AlertColour::Orange => (Colour::Orange, "橙色", "Orange"),
            AlertColour::Yellow => (Colour::Yellow, "黄色", "Yellow"),
        };
        let mut persons: Vec<usize> = pool.events.iter().map(|event| self.person_of(*event)).collect();
        persons.sort_unstable();
        persons.dedup();
        for person in persons {
            let text = Text::new(
                format!("{zh}预警：负担 {burden_fen} 元。"),
                format!("{en} alert: the burden is {burden_fen} yuan."),
            );
            self.colours.push((person, pool.days.1.year().min(self.year_of(pool.last())), colour));
            self.note(pool.rule, person, None, pool.period.clone(), NoteKind::Alert { colour, burden_fen }, text);
        }
    }
}

/// Adds the workings of one bill to the period's; the deductible it used up is entered at once.
fn merged(mut sum: Formula, formula: Formula, run: &mut Run<'_>) -> Formula {
    if let Some((key, taken)) = formula.deducted {
        let used = run.books.deducted.entry(key).or_insert_with(zero);
        *used = add(*used, taken);
        let before = sum.deducted.map_or_else(zero, |(_, before)| before);
        sum.deducted = Some((key, add(before, taken)));
    }
    sum.bracket = formula.bracket.or(sum.bracket);
    sum.shares.extend(formula.shares);
    sum.is_below_line |= formula.is_below_line;
    sum
}

fn keep<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().copied().unwrap_or(false));
}

/// Takes `amount` off the bases, the earlier ones first; none goes below zero.
fn take_off(bases: &mut [Exact], amount: Exact) {
    let mut rest = amount;
    for base in bases {
        let taken = min(*base, rest);
        *base = sub(*base, taken);
        rest = sub(rest, taken);
    }
}
