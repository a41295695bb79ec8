//! Whether a rule sees a bill: in force, collected, and for this person.

use shukun_base::{Day, months_before};
use shukun_policy::program::{DateField, Rule, StatusOn, Window};

use super::certifications::Held;
use super::fields::kind_key;
use super::missing::{Missing, Truth};
use super::periods::{days_of, key_on};
use super::{Run, Scope};

/// What a rule says to a bill (or to a person's year).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Admission {
    /// It is for them; these certifications make it so (none where the rule asks for none).
    In(Vec<Held>),
    /// Out of its time, its kinds of care or its window: not its business.
    NotCollected,
    /// 对象 does not hold.
    NotEligible,
    /// This would have to be known.
    Unknown(Missing),
}

/// First and last day of a certification's window.
pub(crate) fn window_days(window: &Window, anchor: Day) -> Option<(Day, Day)> {
    let first = months_before(anchor, window.from_months_before, window.month_end)?;
    let end = months_before(anchor, window.to_months_before, window.month_end)?;
    Some((first, if window.to_inclusive { end } else { end.yesterday().ok()? }))
}

impl Run<'_> {
    /// Whether rule number `rule` sees the bill of `scope`. The categories that count are found here, by the rule's
    /// own status day; `scope.held` is not looked at.
    pub(crate) fn admission(&self, rule: usize, scope: Scope<'_>) -> Admission {
        let Some(rule_of) = self.program.rules.get(rule) else { return Admission::NotCollected };
        if !self.is_kind_collected(rule_of, scope.event) {
            return Admission::NotCollected;
        }
        if let Some(window) = &rule_of.collect.window {
            return self.admission_by_window(rule_of, window, scope);
        }
        let held = match self.held_by_status(rule, rule_of, scope) {
            Ok(held) => held,
            Err(missing) => return Admission::Unknown(missing),
        };
        match rule_of.validity.decided_by {
            DateField::Certified | DateField::Applied => {
                let in_force: Vec<Held> =
                    held.into_iter().filter(|held| self.is_in_force(rule_of, scope, Some(held)) == Ok(true)).collect();
                if in_force.is_empty() {
                    return Admission::NotCollected;
                }
                self.admission_of(rule_of, Scope { held: &in_force, ..scope })
            }
            _ => match self.is_in_force(rule_of, scope, None) {
                Ok(true) => self.admission_of(rule_of, Scope { held: &held, ..scope }),
                Ok(false) => Admission::NotCollected,
                Err(missing) => Admission::Unknown(missing),
            },
        }
    }

    fn is_kind_collected(&self, rule: &Rule, event: Option<usize>) -> bool {
        let kinds = &rule.collect.kinds;
        let Some(event) = event.and_then(|event| self.events.get(event)) else { return true };
        kinds.is_empty() || kinds.iter().any(|kind| kind == kind_key(event.claim.kind))
    }

    fn admission_of(&self, rule: &Rule, scope: Scope<'_>) -> Admission {
        let (who, matching) = self.holds_for(&rule.who, scope);
        match who {
            Truth::No => return Admission::NotEligible,
            Truth::Unknown(missing) => return Admission::Unknown(missing),
            Truth::Yes => {}
        }
        let Some(only) = &rule.collect.only else { return Admission::In(matching) };
        match self.holds_for(only, Scope { held: &matching, ..scope }).0 {
            Truth::Yes => Admission::In(matching),
            Truth::No => Admission::NotCollected,
            Truth::Unknown(missing) => Admission::Unknown(missing),
        }
    }

    /// The earliest window that holds the bill and whose certification fulfils 对象.
    fn admission_by_window(&self, rule: &Rule, window: &Window, scope: Scope<'_>) -> Admission {
        let Some(certifications) = self.certifications.get(scope.person) else { return Admission::NotCollected };
        let mut in_order: Vec<&Held> = certifications.iter().collect();
        in_order.sort_by_key(|held| self.date_of(window.anchor, None, Some(held)).ok());
        let mut best = Admission::NotCollected;
        for held in in_order {
            let admission = match self.is_in_window(rule, window, scope, held) {
                Ok(true) => self.admission_of(rule, Scope { held: &[*held], ..scope }),
                Ok(false) => continue,
                Err(missing) => Admission::Unknown(missing),
            };
            match admission {
                Admission::In(_) => return admission,
                Admission::NotEligible if best != Admission::NotCollected => {}
                other => best = other,
            }
        }
        best
    }

    fn is_in_window(&self, rule: &Rule, window: &Window, scope: Scope<'_>, held: &Held) -> Result<bool, Missing> {
        let anchor = self.date_of(window.anchor, None, Some(held))?;
        let day = self.date_of(window.claim_date, scope.event, Some(held))?;
        let Some((first, last)) = window_days(window, anchor) else { return Ok(false) };
        Ok(first <= day && day <= last && self.is_in_force(rule, scope, Some(held))?)
    }

    fn is_in_force(&self, rule: &Rule, scope: Scope<'_>, held: Option<&Held>) -> Result<bool, Missing> {
        let validity = &rule.validity;
        let (first, last) = match (scope.event, scope.period, validity.decided_by) {
            (None, Some(days), date) if !matches!(date, DateField::Certified | DateField::Applied) => days,
            (event, _, date) => {
                let day = self.date_of(date, event, held)?;
                (day, day)
            }
        };
        Ok(validity.from <= last && validity.to.is_none_or(|to| first <= to))
    }

    /// The certifications that count under 身份.
    fn held_by_status(&self, number: usize, rule: &Rule, scope: Scope<'_>) -> Result<Vec<Held>, Missing> {
        let asks = self.prepared.rules.get(number).is_some_and(|rule| rule.asks_certification);
        let Some(all) = self.certifications.get(scope.person).filter(|_| asks) else { return Ok(Vec::new()) };
        let on_day = |day: Day| all.iter().filter(|held| held.is_valid_on(day)).copied().collect::<Vec<Held>>();
        match rule.status_on {
            Some(StatusOn::PeriodEnd) => {
                Ok(self.status_period(rule, scope).map_or_else(Vec::new, |(_, last)| on_day(last)))
            }
            Some(StatusOn::AnyDayInPeriod) => {
                let Some((first, last)) = self.status_period(rule, scope) else { return Ok(Vec::new()) };
                let held: Vec<Held> = all.iter().filter(|held| held.overlaps(first, last)).copied().collect();
                Ok(if held.is_empty() { self.settled_categories(scope.person, first, last) } else { held })
            }
            Some(StatusOn::Date(DateField::Certified | DateField::Applied)) => Ok(all.clone()),
            Some(StatusOn::Date(date)) => self.held_on_date(date, scope, on_day),
            None => self.held_on_date(DateField::Incurred, scope, on_day),
        }
    }

    /// Categories on a date of the bill; where nobody certified the person for that day, what the settlement itself says.
    fn held_on_date(
        &self,
        date: DateField,
        scope: Scope<'_>,
        on_day: impl Fn(Day) -> Vec<Held>,
    ) -> Result<Vec<Held>, Missing> {
        let Some(event) = scope.event else { return Ok(self.day_of(scope).map_or_else(Vec::new, on_day)) };
        let day = self.date_of(date, Some(event), None)?;
        let held = on_day(day);
        let settled = self.events.get(event).and_then(|event| event.claim.settled_category);
        Ok(match settled {
            Some(category) if held.is_empty() => vec![Held::as_settled(category, day)],
            _ => held,
        })
    }

    fn settled_categories(&self, person: usize, first: Day, last: Day) -> Vec<Held> {
        let mut held: Vec<Held> = Vec::new();
        let bills = self.events.iter().filter(|event| event.person == person);
        for event in bills.filter(|event| first <= event.incurred && event.incurred <= last) {
            if let Some(category) = event.claim.settled_category
                && !held.iter().any(|held| held.category == category)
            {
                held.push(Held::as_settled(category, event.incurred));
            }
        }
        held
    }

    /// The days of the period for which a status is asked.
    fn status_period(&self, rule: &Rule, scope: Scope<'_>) -> Option<(Day, Day)> {
        scope.period.or_else(|| {
            let period = rule.accumulate.period;
            let day = self.date_of(period.key, scope.event, None).ok()?;
            days_of(period.kind, key_on(period.kind, day)).or(Some((day, day)))
        })
    }
}
