//! 议定: who may be helped follows from the rule; the amount from a meeting.

use shukun_base::{Exact, Fen, Text};
use shukun_policy::program::{Expr, Rule, Trigger};

use super::accumulators::Formula;
use super::family::Entry;
use super::limits::allowed;
use super::missing::Missing;
use super::number::{add, to_fen, zero};
use super::period_end::Pool;
use super::periods::PeriodKey;
use super::{Run, Scope};
use crate::outcome::NoteKind;

impl Run<'_> {
    /// Pays what the meeting resolved, at most the ceiling and what is left; without a resolution, says that one is due.
    pub(crate) fn decide_by_resolution(
        &mut self,
        rule: &Rule,
        pool: &Pool,
        bases: &[Exact],
        trigger: &Trigger,
        body: &str,
        ceiling: Option<&Expr>,
    ) -> Result<(), Missing> {
        let sum = bases.iter().fold(zero(), |sum, base| add(sum, *base));
        if !self.passes(trigger, pool.scope(), sum)? {
            if let Some(last) = pool.events.last() {
                self.note_below_line(pool.rule, *last);
            }
            return Ok(());
        }
        let last = pool.events.last().copied();
        let scope =
            Scope { event: last, person: last.map_or(pool.person, |last| self.person_of(last)), ..pool.scope() };
        let rooms = self.rooms(pool.rule, rule, scope, pool.scope())?;
        self.remember_caps(pool.rule, last.map_or(0, |last| self.year_of(last)), &rooms);
        let ceiling = ceiling.map(|ceiling| self.cap(ceiling, pool.scope())).transpose()?;
        let resolved = self.resolved(rule, pool);
        if resolved.is_empty() {
            let ceiling_fen = match (ceiling, rule.limits.is_empty()) {
                (Some(ceiling), _) => Some(allowed(&rooms, ceiling)),
                (None, false) => Some(allowed(&rooms, Fen(i64::MAX))),
                (None, true) => None,
            };
            self.note_awaits(pool, body, ceiling_fen);
            return Ok(());
        }
        let mut granted = Fen::ZERO;
        for (person, amount) in resolved {
            let room = ceiling.map_or(amount, |ceiling| amount.min((ceiling - granted).or_zero()));
            granted += self.pay_resolved(rule, pool, bases, person, amount, room)?;
        }
        Ok(())
    }

    /// What meetings granted the members of the pool in its year, by person.
    fn resolved(&self, rule: &Rule, pool: &Pool) -> Vec<(usize, Fen)> {
        let year = self.resolution_year(pool);
        let mut resolved = Vec::new();
        for (index, person) in self.people.iter().enumerate() {
            let is_member = pool.events.iter().any(|event| self.person_of(*event) == index);
            let mut own = self
                .facts
                .resolutions
                .iter()
                .filter(|row| row.person_id == person.person_id && row.rule == rule.name)
                .filter(|row| year.is_none_or(|year| row.year == year))
                .peekable();
            if is_member && own.peek().is_some() {
                resolved.push((index, own.map(|row| row.amount_fen).sum()));
            }
        }
        resolved
    }

    fn resolution_year(&self, pool: &Pool) -> Option<i16> {
        match pool.key {
            PeriodKey::Year(year) => Some(year),
            PeriodKey::Lifetime => None,
            PeriodKey::Window(..) => {
                pool.all_held.first().and_then(|held| held.certified_on).map(|certified| certified.year())
            }
            PeriodKey::Event(_) | PeriodKey::Month(_) => Some(pool.days.1.year()),
        }
    }

    fn pay_resolved(
        &mut self,
        rule: &Rule,
        pool: &Pool,
        bases: &[Exact],
        person: usize,
        resolved: Fen,
        room: Fen,
    ) -> Result<Fen, Missing> {
        let own: Vec<(usize, Exact)> = pool
            .events
            .iter()
            .copied()
            .zip(bases.iter().copied())
            .filter(|(event, _)| self.person_of(*event) == person)
            .collect();
        let events: Vec<usize> = own.iter().map(|(event, _)| *event).collect();
        let weights: Vec<Exact> = own.iter().map(|(_, base)| *base).collect();
        let scope = Scope { event: events.last().copied(), person, ..pool.scope() };
        let rooms = self.rooms(pool.rule, rule, scope, pool.scope())?;
        let left: Fen = events.iter().map(|event| self.books.left(*event)).sum();
        let within = allowed(&rooms, room);
        let paid = within.min(left);
        if paid < resolved {
            self.note_cut_for(pool.rule, person, None, pool.period.clone(), resolved, paid);
        }
        let base = weights.iter().fold(zero(), |sum, base| add(sum, *base));
        let mut formula = Formula { base: to_fen(base), ..Formula::default() };
        formula.change.exact = resolved.into();
        let entry = Entry {
            rule: pool.rule,
            event: None,
            person,
            period: pool.period.clone(),
            formula: &formula,
            carried: Fen::ZERO,
            wanted: resolved,
            allowed: within,
            paid,
        };
        self.pay_at_period(entry, &events, &weights, pool.scope());
        Ok(paid)
    }

    /// 待议
    fn note_awaits(&mut self, pool: &Pool, body: &str, ceiling_fen: Option<Fen>) {
        let mut persons: Vec<usize> = pool.events.iter().map(|event| self.person_of(*event)).collect();
        persons.sort_unstable();
        persons.dedup();
        let text = match ceiling_fen {
            Some(ceiling) => Text::new(
                format!("可由{body}议定救助，最高 {ceiling} 元。"),
                format!("{body} may decide relief of at most {ceiling} yuan."),
            ),
            None => Text::new(
                format!("可由{body}议定救助；文件未载明最高额。"),
                format!("{body} may decide relief; the document states no ceiling."),
            ),
        };
        for person in persons {
            let outcome = NoteKind::AwaitsResolution { ceiling_fen };
            self.note(pool.rule, person, None, pool.period.clone(), outcome, text.clone());
        }
    }
}
