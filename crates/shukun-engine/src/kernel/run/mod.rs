//! One chunk through a plan.
//!
//! Bills in order ([`bills`]), groups that share an accumulation ([`groups`]), certifications that count ([`held`]), what
//! each rule says to each bill ([`values`]); then the payers, first to last ([`steps`]), and what a period's end would
//! bring ([`watch`]). Buffers live in [`Work`] from chunk to chunk.

pub(crate) mod bills;
pub(crate) mod calendar;
pub(crate) mod groups;
pub(crate) mod held;
pub(crate) mod scales;
pub(crate) mod steps;
pub(crate) mod values;
pub(crate) mod watch;
pub(crate) mod years;

use shukun_policy::program::{FactKind, Program};

use super::answer::{Answer, Totals, Wanted};
use super::chunk::{Chunk, FactColumn, NO_AMOUNT, NO_CODE};
use super::plan::{HeldSpec, Plan, Test, WordField};
use bills::{Bills, Sorted, mark, read};
use calendar::Calendar;
use groups::Groups;
use held::{CertificationSpans, Held, PeriodOf};
use steps::{Books, Runner, Telling};
use values::{NOTHING, View};
use watch::Watching;
use years::Years;

/// Buffers that are kept from chunk to chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    sorted: Sorted,
    groups: Vec<Groups>,
    spans: CertificationSpans,
    held: Vec<Held>,
    statics: Vec<Vec<i64>>,
    admissions: Vec<Vec<u8>>,
    admission_numbers: Vec<u32>,
    words: Vec<Vec<bool>>,
    pub(crate) books: Books,
    watching: Watching,
    years: Years,
    /// Household by household.
    pub(crate) slow: Vec<bool>,
}

/// What does not change from chunk to chunk.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub calendar: Calendar,
    /// Rules that pay at bills, by tier.
    pub rules_of_tier: Vec<Vec<usize>>,
}

/// Settles a chunk.
pub(crate) fn settle(
    program: &Program,
    plan: &Plan,
    machine: &Machine,
    chunk: &Chunk<'_>,
    wanted: Wanted,
    postings: bool,
    answer: &mut Answer,
) {
    let mut work = std::mem::take(&mut answer.work);
    work.slow.clear();
    work.slow.resize(chunk.households.id.len(), plan.beyond.is_some());
    mark_facts(program, chunk, &mut work.slow);
    let Work {
        sorted,
        groups,
        spans,
        held,
        statics,
        admissions,
        admission_numbers,
        words,
        books,
        watching,
        years,
        slow,
    } = &mut work;
    let bills = sorted.sort(chunk, &program.event_order, slow);
    groups.resize_with(plan.groups.len(), Groups::default);
    for (groups, spec) in groups.iter_mut().zip(&plan.groups) {
        groups.group(*spec, &bills, &machine.calendar);
    }
    find_held(plan, &bills, groups, spans, held, slow);
    number_admissions(plan, &bills, &machine.calendar, admission_numbers);
    find_words(plan, chunk, words);
    let mut view = View {
        plan,
        calendar: &machine.calendar,
        bills,
        groups,
        held,
        statics: &[],
        admissions: &[],
        admission_numbers,
        words,
    };
    statics.resize_with(plan.statics.len(), Vec::new);
    for (column, of) in statics.iter_mut().zip(&plan.statics) {
        column.clear();
        column.extend((0..bills.count).map(|bill| view.amount(&of.amount, &NOTHING, bill)));
    }
    view.statics = statics;
    find_admissions(&mut view, admissions);
    let view = View { admissions, ..view };
    mark_suspects(&view, slow);
    let telling = Telling { caps: wanted.years || postings, postings };
    books.open(&view, program.rules.len(), program.tiers.len(), telling);
    Runner { view: &view, books, rules_of_tier: &machine.rules_of_tier, telling }.run();
    mark_carried(&view, books, slow);
    watching.watch(&view, books, &machine.rules_of_tier, slow);
    if wanted.years {
        years.tell(&view, books, &machine.rules_of_tier, &watching.coloured, slow, &mut answer.years);
    }
    if wanted.split {
        tell_split(&view, books, &machine.rules_of_tier, slow, answer);
    }
    answer.totals = add_up(&view, books, &machine.rules_of_tier, slow);
    answer.slow.clear();
    answer.slow.extend((0_u32..).zip(slow.iter()).filter(|(_, slow)| **slow).map(|(household, _)| household));
    answer.work = work;
}

/// Facts of another type than declared, or too large, are for the reference evaluator.
fn mark_facts(program: &Program, chunk: &Chunk<'_>, slow: &mut [bool]) {
    let household = |person: usize| read(&chunk.persons.household, person, u32::MAX);
    for (fact, column) in chunk.claims.facts.iter().enumerate() {
        let kind = program.facts.get(fact).map(|fact| fact.kind);
        each_odd(kind, column, chunk.claims.person.len(), |row| {
            mark(slow, household(read(&chunk.claims.person, row, u32::MAX) as usize));
        });
    }
    for (fact, column) in chunk.persons.facts.iter().enumerate() {
        let kind = program.facts.get(fact).map(|fact| fact.kind);
        each_odd(kind, column, chunk.persons.id.len(), |person| mark(slow, household(person)));
    }
}

fn each_odd(kind: Option<FactKind>, column: &FactColumn<'_>, rows: usize, mut mark: impl FnMut(usize)) {
    let is_odd = |row: usize| match (column, kind) {
        (FactColumn::Absent, _) => false,
        (FactColumn::Flags(codes), kind) => kind != Some(FactKind::Flag) && read(codes, row, NO_CODE) != NO_CODE,
        (FactColumn::Numbers(numbers), kind) => {
            let number = read(numbers, row, NO_AMOUNT);
            let is_number = matches!(kind, Some(FactKind::Money | FactKind::Number));
            number != NO_AMOUNT && (!is_number || number.abs() > super::plan::BILL_LIMIT)
        }
        (FactColumn::Words(words), kind) => {
            kind != Some(FactKind::Word) && (read(&words.place, row, u32::MAX) as usize) < words.values.len()
        }
        (FactColumn::Mixed(present), _) => !matches!(read(present, row, NO_CODE), 0 | NO_CODE),
    };
    (0..rows).filter(|row| is_odd(*row)).for_each(&mut mark);
}

fn find_held(
    plan: &Plan,
    bills: &Bills<'_>,
    groups: &[Groups],
    spans: &mut CertificationSpans,
    held: &mut Vec<Held>,
    slow: &mut [bool],
) {
    held.resize_with(plan.held.len(), Held::default);
    if !plan.held.is_empty() {
        spans.find(bills);
    }
    for (held, spec) in held.iter_mut().zip(&plan.held) {
        let period = match spec {
            HeldSpec::PeriodEnd(group) | HeldSpec::AnyDay(group) => {
                let found = plan.groups.get(*group).zip(groups.get(*group));
                found.map(|(spec, groups)| PeriodOf { spec: *spec, groups })
            }
            HeldSpec::OnDate(_) | HeldSpec::Any => None,
        };
        held.find(*spec, bills, spans, period.as_ref(), slow);
    }
}

/// 住院次数: which inpatient stay of the person's calendar year a bill is; 0 for other kinds of care.
fn number_admissions(plan: &Plan, bills: &Bills<'_>, calendar: &Calendar, numbers: &mut Vec<u32>) {
    numbers.clear();
    if !plan.asks_admission_number {
        return;
    }
    for span in bills.spans {
        let from = numbers.len();
        for bill in span.range() {
            let own = |bill: usize| (read(bills.person, bill, 0), calendar.year(read(bills.incurred, bill, 0)));
            let is_stay = read(bills.kind, bill, NO_CODE) == 0;
            let before =
                (from..bill).filter(|other| read(bills.kind, *other, NO_CODE) == 0 && own(*other) == own(bill));
            let number = if is_stay { 1 + u32::try_from(before.count()).unwrap_or(0) } else { 0 };
            numbers.push(number);
        }
    }
}

/// Which words of the chunk are among those of each condition.
fn find_words(plan: &Plan, chunk: &Chunk<'_>, words: &mut Vec<Vec<bool>>) {
    words.clear();
    words.resize_with(plan.words.len(), Vec::new);
    let mut resolve = |test: &Test| {
        let Test::WordIn(field, place) = test else { return };
        let column = match field {
            WordField::Institution => Some(&chunk.claims.institution),
            WordField::Drg => Some(&chunk.claims.drg),
            WordField::Diagnosis => Some(&chunk.claims.diagnosis),
            WordField::ClaimFact(fact) => words_of(chunk.claims.facts.get(*fact)),
            WordField::PersonFact(fact) => words_of(chunk.persons.facts.get(*fact)),
        };
        if let (Some(column), Some(wanted), Some(fits)) = (column, plan.words.get(*place), words.get_mut(*place)) {
            *fits = column.values.iter().map(|word| wanted.contains(word)).collect();
        }
    };
    for admission in &plan.admissions {
        each_test(&admission.who, &mut resolve);
        admission.only.iter().for_each(|only| each_test(only, &mut resolve));
    }
}

fn words_of<'w>(column: Option<&'w FactColumn<'w>>) -> Option<&'w super::chunk::Words<'w>> {
    match column {
        Some(FactColumn::Words(words)) => Some(words),
        _ => None,
    }
}

fn each_test(test: &Test, each: &mut impl FnMut(&Test)) {
    each(test);
    match test {
        Test::And(parts) | Test::Or(parts) => parts.iter().for_each(|part| each_test(part, each)),
        Test::Not(inner) => each_test(inner, each),
        _ => {}
    }
}

/// What each rule says to each bill. One may ask for another's answer; that stands before it.
fn find_admissions(view: &mut View<'_>, admissions: &mut Vec<Vec<u8>>) {
    let count = view.bills.count;
    admissions.resize_with(view.plan.admissions.len(), Vec::new);
    for place in 0..view.plan.admissions.len() {
        let mut own = admissions.get_mut(place).map(std::mem::take).unwrap_or_default();
        own.clear();
        if let Some(admission) = view.plan.admissions.get(place) {
            let with_earlier = View { admissions, words: view.words, ..*view };
            own.extend((0..count).map(|bill| with_earlier.admits(admission, bill)));
        }
        if let Some(column) = admissions.get_mut(place) {
            *column = own;
        }
    }
}

/// A bill that may be for a rule beyond the kernel makes its household slow.
fn mark_suspects(view: &View<'_>, slow: &mut [bool]) {
    for suspect in &view.plan.suspects {
        let Some(admitted) = view.admissions.get(*suspect) else { continue };
        for (bill, _) in admitted.iter().enumerate().filter(|(_, code)| **code == values::YES) {
            mark(slow, u32::try_from(view.bills.household_of(bill)).unwrap_or(u32::MAX));
        }
    }
}

/// What is still owed when all bills are settled is paid by the reference evaluator.
fn mark_carried(view: &View<'_>, books: &Books, slow: &mut [bool]) {
    let carried: Vec<(usize, usize)> = books.carried(view.plan).collect();
    for (group, place) in carried {
        let found = view.groups.get(group).and_then(|groups| groups.groups.get(place));
        let unit = view.plan.groups.get(group).map(|spec| spec.unit);
        if let (Some(found), Some(unit)) = (found, unit) {
            let household = match unit {
                shukun_policy::program::Unit::Household => found.unit,
                shukun_policy::program::Unit::Person => {
                    read(&view.bills.chunk.persons.household, found.unit as usize, u32::MAX)
                }
            };
            mark(slow, household);
        }
    }
}

fn tell_split(view: &View<'_>, books: &Books, rules_of_tier: &[Vec<usize>], slow: &[bool], answer: &mut Answer) {
    let split = &mut answer.split;
    let count = view.bills.count;
    split.paid_fen.resize_with(rules_of_tier.len(), Vec::new);
    let is_told = |bill: usize| !read(slow, view.bills.household_of(bill), true);
    let any_slow = slow.iter().any(|slow| *slow);
    let put = |column: &mut Vec<i64>, of: &dyn Fn(usize) -> i64| {
        column.clear();
        column.resize(count, 0);
        for bill in 0..count {
            if any_slow && !is_told(bill) {
                continue;
            }
            if let Some(place) = column.get_mut(view.bills.row(bill)) {
                *place = of(bill);
            }
        }
    };
    for (tier, column) in split.paid_fen.iter_mut().enumerate() {
        let settled = books.settled.get(tier).map_or(&[][..], Vec::as_slice);
        let rules: Vec<&[i64]> = rules_of_tier
            .get(tier)
            .into_iter()
            .flatten()
            .filter_map(|rule| books.rules.get(*rule).map(Vec::as_slice))
            .collect();
        put(column, &|bill| rules.iter().fold(read(settled, bill, 0), |sum, paid| sum + read(paid, bill, 0)));
    }
    put(&mut split.family_fen, &|bill| read(view.total(), bill, 0) - read(&books.paid, bill, 0));
}

fn add_up(view: &View<'_>, books: &Books, rules_of_tier: &[Vec<usize>], slow: &[bool]) -> Totals {
    let any_slow = slow.iter().any(|slow| *slow);
    let sum = |column: &[i64]| -> i64 {
        if !any_slow {
            return column.iter().sum();
        }
        let told = view.bills.spans.iter().filter(|span| !read(slow, span.household as usize, true));
        told.filter_map(|span| column.get(span.range())).flatten().sum()
    };
    let rule_fen: Vec<i128> = books.rules.iter().map(|paid| i128::from(sum(paid))).collect();
    let of_tier = |tier: usize| {
        let settled = books.settled.get(tier).map_or(0, |paid| i128::from(sum(paid)));
        let rules = rules_of_tier.get(tier).into_iter().flatten();
        rules.filter_map(|rule| rule_fen.get(*rule)).fold(settled, |sum, paid| sum + paid)
    };
    let total = i128::from(sum(view.total()));
    let told = view.bills.spans.iter().filter(|span| !read(slow, span.household as usize, true));
    Totals {
        claims: told.map(|span| u64::from(span.to - span.from)).sum(),
        total_fen: total,
        paid_fen: (0..rules_of_tier.len()).map(of_tier).collect(),
        family_fen: total - i128::from(sum(&books.paid)),
        rule_fen,
    }
}
