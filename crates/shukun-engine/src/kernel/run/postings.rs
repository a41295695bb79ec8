//! One household's postings out of the books, as the reference evaluator posts them.
//!
//! At each bill the payers first to last: what the tier's rules paid, what was settled under it, and at the end what
//! stays with the family. Nothing is paid at period level here; households where something is are settled elsewhere.

use shukun_base::{ClaimId, Exact, Fen, HouseholdId, PersonId};
use shukun_policy::program::PeriodKind;

use super::super::chunk::Chunk;
use super::super::plan::{Op, Plan, SettledOp, Step};
use super::Work;
use super::bills::read;
use super::calendar::{day_of, period_key};
use super::groups::NO_GROUP;
use super::steps::Told;
use crate::evaluate::periods::label;
use crate::evaluate::prepared::Prepared;
use crate::outcome::{FAMILY, Posting};

/// A chunk that was settled with its postings kept.
pub(crate) struct Teller<'t> {
    pub prepared: &'t Prepared<'t>,
    pub plan: &'t Plan,
    pub chunk: &'t Chunk<'t>,
    pub work: &'t Work,
}

impl Teller<'_> {
    /// The postings of one household, in order.
    pub(crate) fn postings_of(&self, household: u32) -> Vec<Posting> {
        let spans = &self.work.sorted.spans;
        let place = spans.partition_point(|span| span.household < household);
        let own = spans.get(place).filter(|span| span.household == household);
        let mut postings = Vec::new();
        for bill in own.map_or(0..0, |span| span.range()) {
            for op in self.plan.blocks.iter().flatten() {
                match op {
                    Op::Rule(step) => postings.extend(self.of_rule(step, bill)),
                    Op::Settled(settled) => postings.extend(self.as_settled(settled, bill)),
                }
            }
            postings.push(self.of_family(bill));
        }
        (0..).zip(&mut postings).for_each(|(seq, posting)| posting.seq = seq);
        postings
    }

    fn of_rule(&self, step: &Step, bill: usize) -> Option<Posting> {
        let books = &self.work.books;
        let paid = books.rules.get(step.rule).map_or(0, |paid| read(paid, bill, 0));
        if paid == 0 {
            return None;
        }
        let rule = self.prepared.program.rules.get(step.rule)?;
        let told = books.told.get(step.rule)?.get(bill)?;
        Some(Posting {
            period: self.label(step, bill),
            rule: rule.name.clone(),
            article: rule.article.clone(),
            reading: self.prepared.rules.get(step.rule).map_or_else(String::new, |rule| rule.reading.clone()),
            bracket: (told.bracket != 0).then_some(told.bracket),
            base_fen: Fen(super::years::nearest(told.base, step.x)),
            rate: rate_of(told),
            amount_before_rounding: Some(Exact::new(told.exact.into(), (step.x * step.y).into())),
            amount_fen: Fen(paid),
            account: rule.account.clone(),
            ..self.blank(bill)
        })
    }

    fn as_settled(&self, settled: &SettledOp, bill: usize) -> Option<Posting> {
        let paid = self.work.books.settled.get(settled.tier).map_or(0, |paid| read(paid, bill, 0));
        let tier = self.prepared.program.tiers.get(settled.tier).filter(|_| paid != 0)?;
        Some(Posting {
            rule: tier.name.clone(),
            base_fen: Fen(paid),
            amount_fen: Fen(paid),
            account: tier.name.clone(),
            as_settled: true,
            ..self.blank(bill)
        })
    }

    fn of_family(&self, bill: usize) -> Posting {
        let [total, ..] = &self.chunk.claims.money;
        let left = Fen(read(total, self.row(bill), 0) - read(&self.work.books.paid, bill, 0));
        Posting { rule: FAMILY.to_owned(), base_fen: left, amount_fen: left, ..self.blank(bill) }
    }

    fn row(&self, bill: usize) -> usize {
        self.work.sorted.order.get(bill).map_or(bill, |row| *row as usize)
    }

    /// The calendar year in which the bill's cost arose.
    fn year(&self, bill: usize) -> String {
        day_of(read(&self.work.sorted.incurred, bill, 0)).year().to_string()
    }

    /// The benefit period's name. One bill is named by its year.
    fn label(&self, step: &Step, bill: usize) -> String {
        let (spec, groups) = (self.plan.groups.get(step.group), self.work.groups.get(step.group));
        let (Some(spec), Some(groups)) = (spec, groups) else { return String::new() };
        if spec.kind == PeriodKind::Event {
            return self.year(bill);
        }
        let group = groups.groups.get(read(&groups.of_bill, bill, NO_GROUP) as usize);
        let known = group.and_then(|group| label(spec.kind, period_key(spec.kind, group.key)?));
        known.unwrap_or_else(|| "*".to_owned())
    }

    fn blank(&self, bill: usize) -> Posting {
        let (claims, persons) = (&self.chunk.claims, &self.chunk.persons);
        let row = self.row(bill);
        let person = read(&claims.person, row, u32::MAX) as usize;
        let household = read(&persons.household, person, u32::MAX) as usize;
        Posting {
            claim_id: Some(ClaimId(read(&claims.id, row, 0))),
            person_id: PersonId(read(&persons.id, person, 0)),
            household_id: HouseholdId(read(&self.chunk.households.id, household, 0)),
            period: self.year(bill),
            seq: 0,
            rule: String::new(),
            article: String::new(),
            reading: String::new(),
            bracket: None,
            base_fen: Fen::ZERO,
            rate: None,
            amount_before_rounding: None,
            amount_fen: Fen::ZERO,
            account: String::new(),
            as_settled: false,
        }
    }
}

fn rate_of(told: &Told) -> Option<Exact> {
    (told.rate_over != 0).then(|| Exact::new(told.rate.into(), told.rate_over.into()))
}
