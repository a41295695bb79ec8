//! Conditions, tables and admissions: what decides whether a rule sees a bill.

use jiff::civil::date;
use shukun_base::Day;
use shukun_policy::program::{
    CellTest, Cond, DateField, FactIx, FactKind, Field, Hit, Literal, Rule, RuleIx, StatusOn,
};

use super::super::plan::{
    Admission, CodeField, FlagField, HeldSpec, Ix, NumberField, Rational, SeenOn, Table, Test, WordField,
};
use super::amounts::{View, is_static, lcm, number_field, rational};
use super::{Beyond, Compiled, Compiler};
use crate::evaluate::keys::{CATEGORIES, INSURANCES, KINDS, SEXES};

/// Every code.
pub(crate) const ALL: u32 = u32::MAX;

/// Days since 1970-01-01.
pub(crate) fn day_number(day: Day) -> i32 {
    day.since(date(1970, 1, 1)).map_or(0, |span| span.get_days())
}

fn bits(keys: &[&str], literals: &[Literal]) -> u32 {
    let fits = |key: &&str| literals.iter().any(|literal| matches!(literal, Literal::Word(word) if word == key));
    keys.iter().enumerate().filter(|(_, key)| fits(key)).fold(0, |bits, (code, _)| bits | 1 << code)
}

fn words(literals: &[Literal]) -> Vec<String> {
    let word = |literal: &Literal| match literal {
        Literal::Word(word) => Some(word.clone()),
        _ => None,
    };
    literals.iter().filter_map(word).collect()
}

fn numbers(literals: &[Literal]) -> Compiled<Vec<Rational>> {
    let number = |literal: &Literal| match literal {
        Literal::Number(number) => Some(rational(*number)),
        Literal::Money(fen) => Some(Ok((fen.0, 1))),
        _ => None,
    };
    literals.iter().filter_map(number).collect()
}

fn flags(literals: &[Literal]) -> u32 {
    let bit = |literal: &Literal| match literal {
        Literal::Flag(flag) => 1 << u32::from(*flag),
        _ => 0,
    };
    literals.iter().fold(0, |bits, literal| bits | bit(literal))
}

/// The column of a field that holds yes or no.
pub(crate) fn flag_field(field: Field) -> Option<FlagField> {
    Some(match field {
        Field::OutOfArea => FlagField::OutOfArea,
        Field::Insured => FlagField::Insured,
        Field::LocalRegister => FlagField::LocalRegister,
        Field::DisabilityCertificate => FlagField::DisabilityCertificate,
        Field::DueToIllness => FlagField::DueToIllness,
        Field::NewlyCertified => FlagField::NewlyCertified,
        _ => return None,
    })
}

/// A declared fact by the type its values must have.
enum FactField {
    Number(NumberField),
    Flag(FlagField),
    Word(WordField),
}

impl Compiler<'_> {
    /// The rule's admission: place in the plan's list.
    pub(crate) fn admission(&mut self, number: usize, rule: &Rule, seen: SeenOn) -> Compiled<Ix> {
        let held = self.held(number, rule, seen)?;
        let who = self.test(&rule.who, View { held, seen })?;
        let only = rule.collect.only.as_ref().map(|only| self.test(only, View { held, seen })).transpose()?;
        let validity = &rule.validity;
        if !rule.collect.kinds.is_empty() {
            self.needs.claims.insert("kind");
        }
        self.note_date(validity.decided_by);
        if !rule.collect.kinds.is_empty() {
            self.needs.claims.insert("kind");
        }
        if let Some(window) = &rule.collect.window {
            self.note_date(window.claim_date);
        }
        self.plan.admissions.push(Admission {
            kinds: kinds_of(rule),
            validity: (day_number(validity.from), validity.to.map_or(i32::MAX, day_number), validity.decided_by),
            held,
            window: rule.collect.window,
            who,
            only,
        });
        Ok(self.plan.admissions.len() - 1)
    }

    /// What can be said of a rule whose conditions are beyond the kernel: it may see any bill of its kinds.
    pub(crate) fn wide_admission(&mut self, rule: &Rule) -> Ix {
        self.needs.claims.insert("kind");
        self.plan.admissions.push(Admission {
            kinds: kinds_of(rule),
            validity: (i32::MIN, i32::MAX, DateField::Incurred),
            held: None,
            window: None,
            who: Test::Everyone,
            only: None,
        });
        self.plan.admissions.len() - 1
    }

    /// Which certifications count under 身份.
    fn held(&mut self, number: usize, rule: &Rule, seen: SeenOn) -> Compiled<Option<Ix>> {
        if !self.prepared.rules.get(number).is_some_and(|rule| rule.asks_certification) {
            return Ok(None);
        }
        self.needs.certifications = true;
        self.needs.claims.insert("settled_category");
        let of_period = |compiler: &mut Self| match seen {
            SeenOn::PeriodEnd(group) => compiler.with_calendar(group),
            SeenOn::Bill => compiler.group(rule.accumulate).and_then(|group| compiler.with_calendar(group)),
        };
        let spec = match rule.status_on {
            _ if rule.collect.window.is_some() => HeldSpec::Any,
            Some(StatusOn::PeriodEnd) => HeldSpec::PeriodEnd(of_period(self)?),
            Some(StatusOn::AnyDayInPeriod) => HeldSpec::AnyDay(of_period(self)?),
            Some(StatusOn::Date(DateField::Certified | DateField::Applied)) => HeldSpec::Any,
            Some(StatusOn::Date(date)) => HeldSpec::OnDate(date),
            None => HeldSpec::OnDate(DateField::Incurred),
        };
        if let HeldSpec::OnDate(date) = spec {
            self.note_date(date);
        }
        let known = self.plan.held.iter().position(|known| *known == spec);
        Ok(Some(known.unwrap_or_else(|| {
            self.plan.held.push(spec);
            self.plan.held.len() - 1
        })))
    }

    fn test(&mut self, cond: &Cond, view: View) -> Compiled<Test> {
        Ok(match cond {
            Cond::Everyone => Test::Everyone,
            Cond::And(parts) => Test::And(self.tests(parts, view)?),
            Cond::Or(parts) => Test::Or(self.tests(parts, view)?),
            Cond::Not(inner) => Test::Not(Box::new(self.test(inner, view)?)),
            Cond::Flag(field) => {
                let flag = flag_field(*field).ok_or(Beyond("a yes/no question to another column"))?;
                self.note_flag(flag);
                Test::Flag(flag)
            }
            Cond::FactFlag(fact) => match self.fact_field(*fact)? {
                FactField::Flag(flag) => Test::Flag(flag),
                _ => return Err(Beyond("a yes/no question to another fact")),
            },
            Cond::FactOneOf(fact, literals) => match self.fact_field(*fact)? {
                FactField::Word(word) => self.word_in(word, literals),
                _ => return Err(Beyond("a fact that is not a word")),
            },
            Cond::OneOf(field, literals) => self.one_of(*field, literals, view)?,
            Cond::Compare(a, comparison, b) => {
                let (a, b) = (self.amount(a, view)?, self.amount(b, view)?);
                if !is_static(&a.amount) || !is_static(&b.amount) {
                    return Err(Beyond("a condition on what was paid"));
                }
                let common = lcm(a.denominator, b.denominator)?;
                Test::Compare(Box::new(a.over(common)?.amount), *comparison, Box::new(b.over(common)?.amount))
            }
            Cond::CompareDay(field, comparison, day) => {
                self.note_date(*field);
                Test::Day(*field, *comparison, day_number(*day))
            }
            Cond::Has(rule) => Test::Has(self.has(*rule, view.seen)?),
        })
    }

    fn tests(&mut self, parts: &[Cond], view: View) -> Compiled<Vec<Test>> {
        parts.iter().map(|part| self.test(part, view)).collect()
    }

    fn has(&mut self, rule: RuleIx, seen: SeenOn) -> Compiled<Ix> {
        let of = self.program.rules.get(rule.0).ok_or(Beyond("an unknown rule"))?;
        if of.collect.window.is_some() || matches!(of.status_on, Some(StatusOn::PeriodEnd | StatusOn::AnyDayInPeriod)) {
            return Err(Beyond("具备 of a rule with a period of its own"));
        }
        self.admission(rule.0, of, seen)
    }

    fn one_of(&mut self, field: Field, literals: &[Literal], view: View) -> Compiled<Test> {
        if let Some(flag) = flag_field(field) {
            self.note_flag(flag);
            return Ok(Test::FlagIn(flag, flags(literals)));
        }
        if let Some(number) = number_field(field, view.seen) {
            self.note_number(number);
            return Ok(Test::NumberIn(number, numbers(literals)?));
        }
        Ok(match field {
            Field::Kind => {
                self.needs.claims.insert("kind");
                Test::CodeIn(CodeField::Kind, bits(KINDS, literals))
            }
            Field::Sex => {
                self.needs.persons.insert("sex");
                Test::CodeIn(CodeField::Sex, bits(SEXES, literals))
            }
            Field::Insurance => {
                self.needs.persons.insert("insurance");
                Test::CodeIn(CodeField::Insurance, bits(INSURANCES, literals))
            }
            Field::Category => Test::CodeIn(CodeField::Category, bits(CATEGORIES, literals)),
            Field::DrgCode => self.word_in(WordField::Drg, literals),
            Field::PrincipalDiagnosis => self.word_in(WordField::Diagnosis, literals),
            Field::Institution => self.word_in(WordField::Institution, literals),
            Field::Declared(fact) => match self.fact_field(fact)? {
                FactField::Number(number) => Test::NumberIn(number, numbers(literals)?),
                FactField::Flag(flag) => Test::FlagIn(flag, flags(literals)),
                FactField::Word(word) => self.word_in(word, literals),
            },
            _ => return Err(Beyond("a column without values to compare")),
        })
    }

    fn word_in(&mut self, field: WordField, literals: &[Literal]) -> Test {
        self.note_word(field);
        self.plan.words.push(words(literals));
        Test::WordIn(field, self.plan.words.len() - 1)
    }

    fn fact_field(&mut self, fact: FactIx) -> Compiled<FactField> {
        let declared = self.program.facts.get(fact.0).ok_or(Beyond("an unknown fact"))?;
        let of_claim = declared.of_claim;
        match of_claim {
            true => self.needs.claim_facts = true,
            false => self.needs.person_facts = true,
        }
        Ok(match (declared.kind, of_claim) {
            (FactKind::Flag, true) => FactField::Flag(FlagField::ClaimFact(fact.0)),
            (FactKind::Flag, false) => FactField::Flag(FlagField::PersonFact(fact.0)),
            (FactKind::Word, true) => FactField::Word(WordField::ClaimFact(fact.0)),
            (FactKind::Word, false) => FactField::Word(WordField::PersonFact(fact.0)),
            (FactKind::Money | FactKind::Number, true) => FactField::Number(NumberField::ClaimFact(fact.0)),
            (FactKind::Money | FactKind::Number, false) => FactField::Number(NumberField::PersonFact(fact.0)),
        })
    }

    /// A table by the tests of its rows: place in the plan's list.
    pub(crate) fn table(&mut self, rows: Vec<Vec<(Field, CellTest)>>, hit: Hit) -> Ix {
        let asks = |row: Vec<(Field, CellTest)>| {
            row.into_iter().filter(|(_, test)| *test != CellTest::Any).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<(Field, CellTest)>> = rows.into_iter().map(asks).collect();
        rows.iter().flatten().for_each(|(field, _)| self.note_field(*field));
        self.plan.tables.push(Table { rows, hit });
        self.plan.tables.len() - 1
    }
}

fn kinds_of(rule: &Rule) -> u32 {
    let kinds = &rule.collect.kinds;
    if kinds.is_empty() {
        return ALL;
    }
    let collected = |key: &&str| kinds.iter().any(|kind| kind == key);
    KINDS.iter().enumerate().filter(|(_, key)| collected(key)).fold(0, |bits, (code, _)| bits | 1 << code)
}
