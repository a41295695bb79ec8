//! Entitlements without a posting: premium subsidies, services, eligibility.

use std::collections::BTreeSet;

use shukun_base::{Fen, Text};
use shukun_policy::program::{Kind, PeriodKind, Rule};

use super::admission::Admission;
use super::certifications::Held;
use super::number::{mul, round};
use super::periods::{PeriodKey, days_of};
use super::{Run, Scope};
use crate::outcome::NoteKind;

impl Run<'_> {
    /// Looks at every such rule for every member and year.
    pub(crate) fn settle_entitlements(&mut self) {
        if self.prepared.entitlements.is_empty() {
            return;
        }
        let mut years: BTreeSet<i16> = self.events.iter().map(|event| event.incurred.year()).collect();
        years.extend(self.detail.as_of.map(|day| day.year()));
        let prepared = self.prepared;
        for year in years {
            for person in 0..self.people.len() {
                for rule in &prepared.entitlements {
                    self.look_at_entitlement(*rule, person, year);
                }
            }
        }
    }

    fn look_at_entitlement(&mut self, number: usize, person: usize, year: i16) {
        let Some(rule) = self.program.rules.get(number) else { return };
        let Some(days) = days_of(PeriodKind::Year, PeriodKey::Year(year)) else { return };
        let of_year = |event: &usize| self.person_of(*event) == person && self.year_of(*event) == year;
        let bills: Vec<usize> = (0..self.events.len()).filter(of_year).collect();
        let scopes: Vec<Scope<'_>> = if bills.is_empty() {
            vec![Scope { person, event: None, held: &[], group: &[], period: Some(days) }]
        } else {
            let at_bill = |event: &usize| Scope { period: Some(days), ..Scope::of_bill(person, *event) };
            bills.iter().map(at_bill).collect()
        };
        let mut answer = Admission::NotCollected;
        for scope in scopes {
            match self.admission(number, scope) {
                Admission::In(held) => return self.note_entitled(number, rule, &held, scope, year),
                Admission::NotEligible if answer != Admission::NotCollected => {}
                Admission::NotCollected => {}
                other => answer = other,
            }
        }
        match answer {
            Admission::Unknown(missing) => {
                self.note_missing_for(number, person, bills.first().copied(), year, missing);
            }
            Admission::NotEligible if self.detail.notes => {
                let text =
                    Text::new("不符合本条的对象条件。", "The conditions of this article do not hold for this person.");
                self.note(number, person, None, year.to_string(), NoteKind::NotEligible, text);
            }
            _ => {}
        }
    }

    fn note_entitled(&mut self, number: usize, rule: &Rule, held: &[Held], scope: Scope<'_>, year: i16) {
        let (amount_fen, what_zh, what_en) = self.entitlement(rule, Scope { held, ..scope });
        let text = match amount_fen {
            Some(amount) => Text::new(
                format!("{what_zh}，金额（最高）{amount} 元。"),
                format!("{what_en}, worth (at most) {amount} yuan."),
            ),
            None => Text::new(format!("{what_zh}。"), format!("{what_en}.")),
        };
        self.note(number, scope.person, None, year.to_string(), NoteKind::Entitled { amount_fen }, text);
    }

    /// The amount where the document states one, and what it is.
    fn entitlement(&self, rule: &Rule, scope: Scope<'_>) -> (Option<Fen>, String, String) {
        match &rule.kind {
            Kind::Subsidy { scheme, share, premium } => {
                let share = self.amount(share, scope).ok();
                let premium = premium.as_ref().and_then(|premium| self.amount(premium, scope).ok());
                let amount = share.zip(premium).map(|(share, premium)| mul(share, premium));
                (
                    amount.map(|amount| round(rule.rounding, rule.rounding_unit, amount)),
                    format!("资助参加{scheme}"),
                    format!("Premium of {scheme} is subsidised"),
                )
            }
            Kind::Service { what, ceiling } => {
                let ceiling = ceiling.as_ref().and_then(|ceiling| self.cap(ceiling, scope).ok());
                (ceiling, format!("可享受服务：{what}"), format!("Entitled to: {what}"))
            }
            Kind::Eligibility { grants } => (None, format!("具备资格：{grants}"), format!("Eligible as: {grants}")),
            _ => (None, String::new(), String::new()),
        }
    }
}
