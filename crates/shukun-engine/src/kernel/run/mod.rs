//! One chunk through a plan.
//!
//! Bills in order ([`bills`]), groups that share an accumulation ([`groups`]), certifications that count ([`held`]), what
//! each rule says to each bill ([`values`]); then the payers, first to last, in one pass where all are of the common shape
//! ([`once`]) and rule by rule otherwise ([`steps`]), and what a period's end would bring ([`watch`]). Buffers live in [`Work`] from chunk to chunk.

pub(crate) mod bills;
pub(crate) mod calendar;
pub(crate) mod codes;
pub(crate) mod groups;
pub(crate) mod held;
mod lines;
mod once;
mod plain;
pub(crate) mod postings;
pub(crate) mod scales;
mod sight;
pub(crate) mod steps;
pub(crate) mod values;
mod vectors;
pub(crate) mod watch;
pub(crate) mod years;

use shukun_policy::program::{FactKind, Program};

use super::answer::{Answer, Totals, Wanted};
use super::chunk::{Chunk, FactColumn, NO_AMOUNT, NO_CODE};
use super::plan::{HeldSpec, Plan, Test, WordField};
use bills::{Bills, Order, Sorted, mark, read};
use calendar::Calendar;
use codes::{ByCodes, LookupByCodes, by_codes, lookup_by_codes};
use groups::Groups;
use held::{CertificationSpans, Held, PeriodOf};
use lines::Lines;
use once::{Keeping, Once, Pass};
use sight::needed_as_columns;
use steps::{Books, Runner, Telling};
use values::{NOTHING, View};
use vectors::Spare;
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
    once: Once,
    /// Households that were slow before any payer was asked.
    known: Vec<bool>,
    watching: Watching,
    years: Years,
    spare: Spare,
    /// Household by household.
    pub(crate) slow: Vec<bool>,
}

/// What does not change from chunk to chunk.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    calendar: Calendar,
    /// By admission: as tables of codes, where it is such.
    by_codes: Vec<Option<ByCodes>>,
    /// By lookup, likewise.
    lookups_by_codes: Vec<Option<LookupByCodes>>,
    /// The payers, where they can be gone through in one pass, and which admissions that pass needs as columns.
    lines: Option<(Lines, Vec<bool>)>,
}

impl Machine {
    pub(crate) fn new(plan: &Plan) -> Machine {
        let by_codes: Vec<Option<ByCodes>> =
            plan.admissions.iter().map(|admission| by_codes(plan, admission)).collect();
        let lines = Lines::new(plan, &by_codes);
        let lines = lines.map(|lines| {
            let needed = needed_as_columns(plan, &lines.sight, &by_codes);
            (lines, needed)
        });
        Machine {
            calendar: Calendar::new(),
            lookups_by_codes: plan.lookups.iter().map(|lookup| lookup_by_codes(plan, lookup)).collect(),
            by_codes,
            lines,
        }
    }
}

#[cfg(test)]
impl Machine {
    pub(crate) fn goes_once(&self) -> bool {
        self.lines.is_some()
    }
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
        once,
        known,
        watching,
        years,
        spare,
        slow,
    } = &mut work;
    let bills =
        sorted.sort(chunk, Order { keys: &program.event_order, by_person: plan.is_of_persons() && !postings }, slow);
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
        lookups_by_codes: &machine.lookups_by_codes,
    };
    statics.resize_with(plan.statics.len(), Vec::new);
    for (column, of) in statics.iter_mut().zip(&plan.statics) {
        view.fill(&of.amount, &NOTHING, column, spare);
    }
    view.statics = statics;
    let days = days_of(&view);
    // Postings tell more of each payment than one pass keeps.
    let lines = machine.lines.as_ref().filter(|_| !postings);
    find_admissions(&mut view, machine, lines.map(|(_, needed)| needed.as_slice()), days, admissions);
    let view = View { admissions, ..view };
    mark_suspects(&view, slow);
    known.clone_from(slow);
    let keeping = Keeping { columns: wanted.split || wanted.years || !plan.watchers.is_empty(), caps: wanted.years };
    let pass = lines.map(|(lines, _)| Pass { lines, view: &view, keeping });
    match &pass {
        Some(pass) => {
            books.clear(&view, program.rules.len(), program.tiers.len());
            pass.run(days, slow, once, books);
        }
        None => {
            let telling = Telling { caps: wanted.years || postings, postings };
            books.open(&view, program.rules.len(), program.tiers.len());
            Runner { view: &view, books, telling, spare }.run();
        }
    }
    mark_carried(&view, books, slow);
    watching.watch(&view, books, slow);
    if wanted.years {
        years.tell(&view, books, spare, &watching.coloured, slow, &mut answer.years);
    }
    if wanted.split {
        tell_split(&view, books, slow, answer);
    }
    answer.totals = match &pass {
        Some(pass) => pass.totals(known, slow, once, books, bills_in_all(&view, books, slow)),
        None => add_up(&view, books, slow),
    };
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
/// Only those that are `needed`, where that is said.
fn find_admissions(
    view: &mut View<'_>,
    machine: &Machine,
    needed: Option<&[bool]>,
    days: (i32, i32),
    admissions: &mut Vec<Vec<u8>>,
) {
    let count = view.bills.count;
    admissions.resize_with(view.plan.admissions.len(), Vec::new);
    for place in 0..view.plan.admissions.len() {
        let mut own = admissions.get_mut(place).map(std::mem::take).unwrap_or_default();
        own.clear();
        if needed.is_some_and(|needed| !read(needed, place, true)) {
            continue;
        }
        match (machine.by_codes.get(place), view.plan.admissions.get(place)) {
            (Some(Some(by)), _) => view.admit_by_codes(by, days, &mut own),
            (_, Some(admission)) => {
                let with_earlier = View { admissions, words: view.words, ..*view };
                own.extend((0..count).map(|bill| with_earlier.admits(admission, bill)));
            }
            (_, None) => {}
        }
        if let Some(column) = admissions.get_mut(place) {
            *column = own;
        }
    }
}

/// The first and the last day on which a cost of the chunk arose.
fn days_of(view: &View<'_>) -> (i32, i32) {
    let days = view.bills.incurred.iter();
    days.fold((i32::MAX, i32::MIN), |(first, last), day| (first.min(*day), last.max(*day)))
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

fn tell_split(view: &View<'_>, books: &Books, slow: &[bool], answer: &mut Answer) {
    let split = &mut answer.split;
    split.paid_fen.resize_with(books.tiers.len(), Vec::new);
    for (column, paid) in split.paid_fen.iter_mut().zip(&books.tiers) {
        put(view, slow, column, paid.iter().copied());
    }
    let left = view.total().iter().zip(&books.paid).map(|(total, paid)| total.wrapping_sub(*paid));
    put(view, slow, &mut split.family_fen, left);
}

/// Puts amounts of bills in order back to the rows of the chunk.
fn put(view: &View<'_>, slow: &[bool], column: &mut Vec<i64>, of: impl Iterator<Item = i64>) {
    column.clear();
    if view.bills.order.is_empty() {
        column.extend(of);
    } else {
        column.resize(view.bills.count, 0);
        for (row, amount) in view.bills.order.iter().zip(of) {
            column.get_mut(*row as usize).into_iter().for_each(|place| *place = amount);
        }
    }
    if slow.iter().any(|slow| *slow) {
        blank(view, slow, column);
    }
}

/// Households that were not settled here have nothing; their rows stand together whatever the order within them.
fn blank(view: &View<'_>, slow: &[bool], column: &mut [i64]) {
    for span in view.bills.spans.iter().filter(|span| read(slow, span.household as usize, true)) {
        column.get_mut(span.range()).into_iter().for_each(|own| own.fill(0));
    }
}

/// How many bills were settled here and what they come to; no payments yet.
fn bills_in_all(view: &View<'_>, books: &Books, slow: &[bool]) -> Totals {
    let (sum, claims) = (SumOf { view, slow }, of_slow(view, slow));
    let claims: u64 = claims.map(|span| u64::from(span.to - span.from)).sum();
    Totals {
        claims: u64::try_from(view.bills.count).unwrap_or(u64::MAX) - claims,
        total_fen: sum.of(view.total()),
        paid_fen: vec![0; books.tiers.len()],
        rule_fen: vec![0; books.rules.len()],
        family_fen: 0,
    }
}

fn add_up(view: &View<'_>, books: &Books, slow: &[bool]) -> Totals {
    let sum = SumOf { view, slow };
    let in_all = bills_in_all(view, books, slow);
    let rules = books.totals.iter().zip(&books.rules);
    let paid_fen: Vec<i128> = books.tiers.iter().map(|paid| sum.of(paid)).collect();
    Totals {
        family_fen: in_all.total_fen - paid_fen.iter().sum::<i128>(),
        paid_fen,
        rule_fen: rules.map(|(total, paid)| i128::from(*total - sum.of_slow(paid))).collect(),
        ..in_all
    }
}

fn of_slow<'s>(view: &'s View<'_>, slow: &'s [bool]) -> impl Iterator<Item = &'s bills::Span> {
    let any = slow.contains(&true);
    let spans = if any { view.bills.spans } else { &[] };
    spans.iter().filter(|span| read(slow, span.household as usize, true))
}

/// Adds up columns without the households that are not settled here.
struct SumOf<'s> {
    view: &'s View<'s>,
    slow: &'s [bool],
}

impl SumOf<'_> {
    /// Sums of a chunk stay far below 64 bits; unchecked, so that many are added at once.
    fn of(&self, column: &[i64]) -> i128 {
        let all = column.iter().fold(0, |sum: i64, amount| sum.wrapping_add(*amount));
        i128::from(all - self.of_slow(column))
    }

    fn of_slow(&self, column: &[i64]) -> i64 {
        of_slow(self.view, self.slow).filter_map(|span| column.get(span.range())).flatten().sum()
    }
}
