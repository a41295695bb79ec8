//! Writing postings, sharing out what is paid at period level, and what stays with the family.

use shukun_base::{Day, Exact, Fen};
use shukun_policy::program::Rule;

use super::accumulators::Formula;
use super::number::{add, cmp, or_zero, sub, to_fen, zero};
use super::periods::{PeriodKey, label};
use super::scales::RowShare;
use super::{Run, Scope};
use crate::outcome::{FAMILY, Posting, Working, WorkingRow};

/// A rule's payment, ready to be posted.
pub(crate) struct Entry<'f> {
    pub rule: usize,
    /// The bill; none at period level.
    pub event: Option<usize>,
    pub person: usize,
    pub period: String,
    pub formula: &'f Formula,
    /// What was carried from earlier bills.
    pub carried: Fen,
    /// What the formula gives, with what was carried.
    pub wanted: Fen,
    /// What the caps allow.
    pub allowed: Fen,
    /// What fits into the bill.
    pub paid: Fen,
}

/// Shares out `amount` by `weights` (by `caps`, where there is no weight), nobody getting more than their cap. Largest
/// remainder, the earlier one first among equals; what exceeds a cap goes to the first with room.
pub(crate) fn apportion(amount: Fen, weights: &[Exact], caps: &[Fen]) -> Vec<Fen> {
    let weights: Vec<Exact> = weights.iter().map(|weight| or_zero(*weight)).collect();
    let sum = weights.iter().fold(zero(), |sum, weight| add(sum, *weight));
    if sum == zero() {
        let by_caps: Vec<Exact> = caps.iter().map(|cap| (*cap).into()).collect();
        return if caps.iter().all(|cap| cap.is_zero()) { caps.to_vec() } else { apportion(amount, &by_caps, caps) };
    }
    let ideal: Vec<Exact> = weights.iter().map(|weight| Exact::from(amount) * weight / sum).collect();
    let mut shares: Vec<Fen> = ideal.iter().map(|share| super::number::whole_fen(*share)).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    let remainder = |index: &usize| {
        let of = |(ideal, share): (&Exact, &Fen)| sub(*ideal, (*share).into());
        ideal.get(*index).zip(shares.get(*index)).map_or_else(zero, of)
    };
    by_remainder.sort_by(|a, b| cmp(remainder(b), remainder(a)));
    let mut rest = amount - shares.iter().copied().sum();
    for index in by_remainder {
        if let Some(share) = shares.get_mut(index).filter(|_| rest > Fen::ZERO) {
            *share += Fen(1);
            rest -= Fen(1);
        }
    }
    within_caps(&mut shares, caps);
    shares
}

fn within_caps(shares: &mut [Fen], caps: &[Fen]) {
    let mut excess = Fen::ZERO;
    for (share, cap) in shares.iter_mut().zip(caps) {
        excess += (*share - *cap).or_zero();
        *share = (*share).min(*cap);
    }
    for (share, cap) in shares.iter_mut().zip(caps) {
        let more = excess.min(*cap - *share);
        *share += more;
        excess -= more;
    }
}

impl Run<'_> {
    /// The benefit period's name. One bill is named by its year.
    pub(crate) fn label(&self, rule: &Rule, key: PeriodKey) -> String {
        let days = |(first, last): (Day, Day)| format!("{first}/{last}");
        match key {
            PeriodKey::Event(event) => self.year_of(event).to_string(),
            PeriodKey::Window(person, number) => self.window_days(rule, person, number).map_or_else(String::new, days),
            _ => label(rule.accumulate.period.kind, key).unwrap_or_else(|| "*".to_owned()),
        }
    }

    /// The calendar year in which a bill's cost arose.
    pub(crate) fn year_of(&self, event: usize) -> i16 {
        self.events.get(event).map_or(0, |event| event.incurred.year())
    }

    fn next_seq(&self) -> u32 {
        u32::try_from(self.out.postings.len()).unwrap_or(u32::MAX)
    }

    fn blank(&self, event: Option<usize>, person: usize, period: String) -> Option<Posting> {
        let person = self.people.get(person)?;
        Some(Posting {
            claim_id: event.and_then(|event| self.events.get(event)).map(|event| event.claim.claim_id),
            person_id: person.person_id,
            household_id: person.household_id,
            period,
            seq: self.next_seq(),
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
        })
    }

    /// What was settled under a tier.
    pub(crate) fn post_settled(&mut self, tier: usize, event: usize, paid: Fen) {
        let posting = self.blank(Some(event), self.person_of(event), self.year_of(event).to_string());
        let (Some(mut posting), Some(tier)) = (posting, self.program.tiers.get(tier)) else { return };
        posting.rule.clone_from(&tier.name);
        posting.account.clone_from(&tier.name);
        posting.base_fen = paid;
        posting.amount_fen = paid;
        posting.as_settled = true;
        self.out.postings.push(posting);
    }

    /// What stays with the family of a bill.
    pub(crate) fn post_family(&mut self, event: usize) {
        let left = self.books.left(event);
        if let Some(posting) = self.blank(Some(event), self.person_of(event), self.year_of(event).to_string()) {
            self.out.postings.push(Posting { rule: FAMILY.to_owned(), base_fen: left, amount_fen: left, ..posting });
        }
    }

    /// A rule's payment, with its working where that is asked for.
    pub(crate) fn post_rule(&mut self, entry: Entry<'_>) {
        let Some(rule) = self.program.rules.get(entry.rule) else { return };
        let Some(mut posting) = self.blank(entry.event, entry.person, entry.period.clone()) else { return };
        posting.rule.clone_from(&rule.name);
        posting.article.clone_from(&rule.article);
        posting.account.clone_from(&rule.account);
        if let Some(prepared) = self.prepared.rules.get(entry.rule) {
            posting.reading.clone_from(&prepared.reading);
        }
        posting.bracket = entry.formula.bracket;
        posting.base_fen = entry.formula.base;
        posting.rate = entry.formula.rate;
        posting.amount_before_rounding = Some(entry.formula.change.exact);
        posting.amount_fen = entry.paid;
        if self.detail.workings {
            self.out.workings.push(working_of(posting.seq, &entry));
        }
        self.out.postings.push(posting);
    }

    /// Pays at period level: shares the amount out to persons and their bills, and posts each person's part twice,
    /// once for the fund and once against the family. `events` and `weights` go together.
    pub(crate) fn pay_at_period(&mut self, entry: Entry<'_>, events: &[usize], weights: &[Exact], scope: Scope<'_>) {
        if entry.paid.is_zero() {
            return;
        }
        let mut persons: Vec<usize> = events.iter().map(|event| self.person_of(*event)).collect();
        persons.sort_unstable();
        persons.dedup();
        let left_of = |run: &Self, person: usize| -> Fen {
            events.iter().filter(|event| run.person_of(**event) == person).map(|event| run.books.left(*event)).sum()
        };
        let weight_of = |run: &Self, person: usize| {
            let own = events.iter().zip(weights).filter(|(event, _)| run.person_of(**event) == person);
            own.fold(zero(), |sum, (_, weight)| add(sum, *weight))
        };
        let by_person: Vec<Exact> = persons.iter().map(|person| weight_of(self, *person)).collect();
        let caps: Vec<Fen> = persons.iter().map(|person| left_of(self, *person)).collect();
        let is_shared = persons.len() > 1;
        for ((person, part), base) in persons.iter().zip(apportion(entry.paid, &by_person, &caps)).zip(by_person) {
            let formula = Formula { base: to_fen(base), ..entry.formula.clone() };
            let shown = if is_shared { &formula } else { entry.formula };
            self.pay_person_at_period(
                Entry { person: *person, paid: part, formula: shown, period: entry.period.clone(), ..entry },
                events,
                weights,
                scope,
            );
        }
    }

    fn pay_person_at_period(&mut self, entry: Entry<'_>, events: &[usize], weights: &[Exact], scope: Scope<'_>) {
        let Some(rule) = self.program.rules.get(entry.rule) else { return };
        let own: Vec<(usize, Exact)> = events
            .iter()
            .copied()
            .zip(weights.iter().copied())
            .filter(|(event, _)| self.person_of(*event) == entry.person)
            .collect();
        let caps: Vec<Fen> = own.iter().map(|(event, _)| self.books.left(*event)).collect();
        let weights: Vec<Exact> = own.iter().map(|(_, weight)| *weight).collect();
        for ((event, _), part) in own.iter().zip(apportion(entry.paid, &weights, &caps)) {
            self.books.pay(entry.rule, *event, part, true);
        }
        let (number, person, paid, period) = (entry.rule, entry.person, entry.paid, entry.period.clone());
        if paid.is_zero() {
            return;
        }
        if let Some((last, _)) = own.last() {
            let scope = Scope { person, event: Some(*last), period: None, ..scope };
            self.count_toward_limits(number, scope, paid, false);
            self.remember_month(number, rule, scope);
        }
        self.post_rule(entry);
        if let Some(posting) = self.blank(None, person, period) {
            self.out.postings.push(Posting { rule: FAMILY.to_owned(), base_fen: paid, amount_fen: -paid, ..posting });
        }
    }
}

fn working_of(seq: u32, entry: &Entry<'_>) -> Working {
    let row = |share: &RowShare| WorkingRow {
        bracket: u16::try_from(share.row + 1).unwrap_or(u16::MAX),
        base: share.base,
        rate: share.rate,
        amount: share.base * share.rate,
    };
    Working {
        seq,
        deducted_fen: entry.formula.deducted.map_or(Fen::ZERO, |(_, taken)| to_fen(taken)),
        rows: entry.formula.shares.iter().map(row).collect(),
        carried_fen: entry.carried,
        wanted_fen: entry.wanted,
        allowed_fen: entry.allowed,
        paid_fen: entry.paid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_keep_to_the_caps() {
        let big = Fen(1_000);
        for (amount, weights, caps, expected) in [
            (10, [1, 1, 1], [big, big, big], [4, 3, 3]),
            (10, [2, 1, 1], [big, big, big], [5, 3, 2]),
            (10, [0, 0, 0], [Fen(5), Fen(5), Fen(0)], [5, 5, 0]),
            (10, [1, 1, 0], [Fen(2), big, big], [2, 8, 0]),
            (100, [1, 2, 3], [big, big, big], [17, 33, 50]),
        ] {
            let weights = weights.map(Exact::from_integer);
            let shares = apportion(Fen(amount), &weights, &caps);
            assert_eq!(shares, expected.map(Fen).to_vec());
        }
    }
}
