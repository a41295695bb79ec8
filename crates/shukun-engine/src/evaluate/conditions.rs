//! Conditions in three values.

use shukun_base::Day;
use shukun_policy::program::{Comparison, Cond, DateField, Expr, FactIx, Field, Literal, RuleIx};

use super::admission::Admission;
use super::certifications::Held;
use super::fields::{Value, category_key};
use super::missing::{Missing, Truth};
use super::number::cmp;
use super::{Run, Scope};
use crate::facts::FactValue;

impl Run<'_> {
    /// Whether `cond` holds for some certification of `scope.held` (or without one, where there is none), and which
    /// certifications make it hold.
    pub(crate) fn holds_for(&self, cond: &Cond, scope: Scope<'_>) -> (Truth, Vec<Held>) {
        if *cond == Cond::Everyone {
            return (Truth::Yes, scope.held.to_vec());
        }
        if scope.held.is_empty() {
            return (self.holds(cond, scope, None, false), Vec::new());
        }
        let answers: Vec<Truth> = scope.held.iter().map(|held| self.holds(cond, scope, Some(held), false)).collect();
        let matching = scope.held.iter().zip(&answers).filter(|(_, answer)| **answer == Truth::Yes);
        let matching = matching.map(|(held, _)| *held).collect();
        (Truth::any(answers.into_iter()), matching)
    }

    /// Whether `cond` holds where `held` is the certification that counts. Below 非 a category means any that is
    /// held: "not dibao" is true of nobody who holds dibao besides something else.
    fn holds(&self, cond: &Cond, scope: Scope<'_>, held: Option<&Held>, negated: bool) -> Truth {
        match cond {
            Cond::Everyone => Truth::Yes,
            Cond::And(parts) => Truth::all(parts.iter().map(|part| self.holds(part, scope, held, negated))),
            Cond::Or(parts) => Truth::any(parts.iter().map(|part| self.holds(part, scope, held, negated))),
            Cond::Not(inner) => self.holds(inner, scope, held, !negated).not(),
            Cond::Flag(field) => self.flag(*field, scope, held),
            Cond::FactFlag(fact) => self.fact_flag(*fact, scope),
            Cond::OneOf(Field::Category, literals) if negated => {
                Truth::from(scope.held.iter().any(|held| is_category(held, literals)))
            }
            Cond::OneOf(Field::Category, literals) => Truth::from(held.is_some_and(|held| is_category(held, literals))),
            Cond::OneOf(field, literals) => match self.field(*field, scope, held) {
                Ok(value) => Truth::from(literals.iter().any(|literal| value.is(literal))),
                Err(missing) => Truth::Unknown(missing),
            },
            Cond::FactOneOf(fact, literals) => self.fact_one_of(*fact, literals, scope),
            Cond::Compare(a, comparison, b) => self.compare(a, *comparison, b, scope),
            Cond::CompareDay(field, comparison, day) => self.compare_day(*field, *comparison, *day, scope, held),
            Cond::Has(rule) => self.has(*rule, scope),
        }
    }

    fn flag(&self, field: Field, scope: Scope<'_>, held: Option<&Held>) -> Truth {
        match self.field(field, scope, held) {
            Ok(Value::Flag(flag)) => Truth::from(flag),
            Ok(_) => Truth::Unknown(Missing::Field(field)),
            Err(missing) => Truth::Unknown(missing),
        }
    }

    fn fact_flag(&self, fact: FactIx, scope: Scope<'_>) -> Truth {
        match self.fact(fact, scope) {
            Ok(FactValue::Flag(flag)) => Truth::from(*flag),
            Ok(_) => Truth::Unknown(Missing::Fact(fact)),
            Err(missing) => Truth::Unknown(missing),
        }
    }

    fn fact_one_of(&self, fact: FactIx, literals: &[Literal], scope: Scope<'_>) -> Truth {
        match self.fact(fact, scope) {
            Ok(FactValue::Word(word)) => {
                Truth::from(literals.iter().any(|literal| matches!(literal, Literal::Word(wanted) if wanted == word)))
            }
            Ok(_) => Truth::Unknown(Missing::Fact(fact)),
            Err(missing) => Truth::Unknown(missing),
        }
    }

    fn compare(&self, a: &Expr, comparison: Comparison, b: &Expr, scope: Scope<'_>) -> Truth {
        match (self.amount(a, scope), self.amount(b, scope)) {
            (Ok(a), Ok(b)) => Truth::from(compares(cmp(a, b), comparison)),
            (Err(missing), _) | (_, Err(missing)) => Truth::Unknown(missing),
        }
    }

    fn compare_day(
        &self,
        field: DateField,
        comparison: Comparison,
        day: Day,
        scope: Scope<'_>,
        held: Option<&Held>,
    ) -> Truth {
        match self.date_of(field, scope.event, held) {
            Ok(date) => Truth::from(compares(date.cmp(&day), comparison)),
            // Whoever holds no certification has no day of certification: that is known.
            Err(Missing::Date(DateField::Certified | DateField::Applied)) if held.is_none() => Truth::No,
            Err(missing) => Truth::Unknown(missing),
        }
    }

    /// 具备（资格规则）: whether that rule's own 对象 holds, with the categories of its own status day.
    fn has(&self, rule: RuleIx, scope: Scope<'_>) -> Truth {
        match self.admission(rule.0, scope) {
            Admission::In(_) => Truth::Yes,
            Admission::NotCollected | Admission::NotEligible => Truth::No,
            Admission::Unknown(missing) => Truth::Unknown(missing),
        }
    }
}

fn is_category(held: &Held, literals: &[Literal]) -> bool {
    let key = Value::Listed(category_key(held.category));
    literals.iter().any(|literal| key.is(literal))
}

pub(crate) fn compares(ordering: std::cmp::Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Less => ordering.is_lt(),
        Comparison::AtMost => ordering.is_le(),
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::AtLeast => ordering.is_ge(),
        Comparison::More => ordering.is_gt(),
    }
}
