//! Conditions on small codes as tables of 256 answers: one look for each bill.
//!
//! Most rules ask for a kind of care, a hospital level or a category. What depends on one such column is worked out once
//! for each of its codes; a rule whose conditions are all of this sort needs nothing else.

use super::super::chunk::{NO_AMOUNT, NO_CODE};
use super::super::plan::{Admission, CodeField, FlagField, HeldSpec, Ix, Lookup, NumberField, Plan, Test};
use super::bills::read;
use super::values::{NO, UNKNOWN, View, YES};
use shukun_policy::program::{CellTest, DateField, Field};

/// A column of codes that stands at each bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Kind,
    Level,
    OutOfArea,
    /// Of the certification that counts.
    Category(Ix),
}

/// The answer for each code of a column.
type Answers = [u8; 256];

/// An admission that only asks for codes.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByCodes {
    /// All must say yes.
    pub parts: Vec<(Column, Box<Answers>)>,
    /// First and last day in force, by the day the cost arose.
    pub validity: (i32, i32),
}

/// A lookup that only asks for codes: the columns, and the value for each combination.
#[derive(Clone, Debug)]
pub(crate) struct LookupByCodes {
    pub columns: Vec<Column>,
}

/// The admission by codes, where it is one.
pub(crate) fn by_codes(plan: &Plan, admission: &Admission) -> Option<ByCodes> {
    let (from, to, date) = admission.validity;
    let is_dated_plainly = match admission.held.and_then(|held| plan.held.get(held)) {
        None => true,
        Some(spec) => *spec == HeldSpec::OnDate(DateField::Incurred),
    };
    if date != DateField::Incurred || admission.window.is_some() || !is_dated_plainly {
        return None;
    }
    let mut by = ByCodes { parts: Vec::new(), validity: (from, to) };
    if admission.kinds != u32::MAX {
        by.parts.push((Column::Kind, answers(|code| yes(code != NO_CODE && admission.kinds >> (code & 31) & 1 == 1))));
    }
    for test in std::iter::once(&admission.who).chain(&admission.only) {
        add_parts(test, admission.held, &mut by.parts)?;
    }
    Some(by)
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "there is an answer for each of the 256 codes")]
fn look_up(answers: &Answers, code: u8) -> u8 {
    answers[usize::from(code)]
}

fn yes(holds: bool) -> u8 {
    if holds { YES } else { NO }
}

fn answers(of: impl Fn(u8) -> u8) -> Box<Answers> {
    let mut table = Box::new([NO; 256]);
    for (code, answer) in (0..=u8::MAX).zip(table.iter_mut()) {
        *answer = of(code);
    }
    table
}

fn add_parts(test: &Test, held: Option<Ix>, parts: &mut Vec<(Column, Box<Answers>)>) -> Option<()> {
    match test {
        Test::Everyone => Some(()),
        Test::And(tests) => tests.iter().try_for_each(|test| add_parts(test, held, parts)),
        test => {
            let column = only_column(test, held)?;
            parts.push((column, answers(|code| answer(test, code))));
            Some(())
        }
    }
}

/// The one column a test asks for.
fn only_column(test: &Test, held: Option<Ix>) -> Option<Column> {
    match test {
        Test::CodeIn(CodeField::Kind, _) => Some(Column::Kind),
        Test::CodeIn(CodeField::Category, _) => held.map(Column::Category),
        Test::NumberIn(NumberField::HospitalLevel, _) => Some(Column::Level),
        Test::Flag(FlagField::OutOfArea) | Test::FlagIn(FlagField::OutOfArea, _) => Some(Column::OutOfArea),
        Test::Compare(a, _, b) => match (&**a, &**b) {
            (super::super::plan::Amount::Number(NumberField::HospitalLevel), super::super::plan::Amount::Fixed(_)) => {
                Some(Column::Level)
            }
            _ => None,
        },
        Test::Not(inner) => only_column(inner, held),
        Test::And(tests) | Test::Or(tests) => {
            let mut columns = tests.iter().map(|test| only_column(test, held));
            let first = columns.next()??;
            columns.all(|column| column == Some(first)).then_some(first)
        }
        _ => None,
    }
}

/// What a test on one column says to a code.
fn answer(test: &Test, code: u8) -> u8 {
    let among = |bits: u32| if code == NO_CODE { UNKNOWN } else { yes(code < 32 && bits >> (code & 31) & 1 == 1) };
    match test {
        Test::Everyone => YES,
        Test::CodeIn(CodeField::Category, bits) => yes(code < 32 && bits >> (code & 31) & 1 == 1),
        Test::CodeIn(_, bits) | Test::FlagIn(_, bits) => among(*bits),
        Test::Flag(_) => among(0b10),
        Test::NumberIn(_, wanted) if code != NO_CODE => yes(wanted.contains(&(i64::from(code), 1))),
        Test::Compare(_, comparison, line) if code != NO_CODE => match **line {
            super::super::plan::Amount::Fixed(line) => {
                yes(crate::evaluate::conditions::compares(i64::from(code).cmp(&line), *comparison))
            }
            _ => UNKNOWN,
        },
        Test::Not(inner) => YES - answer(inner, code),
        Test::And(tests) => tests.iter().map(|test| answer(test, code)).fold(YES, u8::min),
        Test::Or(tests) => tests.iter().map(|test| answer(test, code)).fold(NO, u8::max),
        _ => UNKNOWN,
    }
}

/// The lookup by codes, where its table asks for nothing else.
pub(crate) fn lookup_by_codes(plan: &Plan, lookup: &Lookup) -> Option<LookupByCodes> {
    let table = plan.tables.get(lookup.table)?;
    let mut columns: Vec<Column> = Vec::new();
    for (field, test) in table.rows.iter().flatten() {
        let column = match field {
            Field::Kind => Column::Kind,
            Field::HospitalLevel => Column::Level,
            Field::OutOfArea => Column::OutOfArea,
            Field::Category => Column::Category(lookup.held?),
            _ => return None,
        };
        if *test != CellTest::Any && !columns.contains(&column) {
            columns.push(column);
        }
    }
    (columns.len() <= 3).then_some(LookupByCodes { columns })
}

/// What a lookup gave for each combination of codes so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered {
    /// Codes that were met, column by column: place of each code, from 1.
    places: Vec<Vec<u8>>,
    values: Vec<Option<i64>>,
}

/// More codes than this in one column are not remembered.
const CODES: usize = 16;

impl Remembered {
    fn open(&mut self, columns: usize) {
        self.places.clear();
        self.places.resize_with(columns, || vec![u8::MAX; 256]);
        self.values.clear();
        self.values.resize(CODES.pow(u32::try_from(columns).unwrap_or(0)), None);
    }
}

impl View<'_> {
    pub(crate) fn codes(&self, column: Column) -> &[u8] {
        match column {
            Column::Kind => self.bills.kind,
            Column::Level => self.bills.hospital_level,
            Column::OutOfArea => self.bills.out_of_area,
            Column::Category(held) => self.held.get(held).map_or(&[], |held| &held.category),
        }
    }

    /// What an admission by codes says to every bill.
    pub(crate) fn admit_by_codes(&self, by: &ByCodes, days: (i32, i32), out: &mut Vec<u8>) {
        let count = self.bills.count;
        out.clear();
        out.resize(count, YES);
        for (column, answers) in &by.parts {
            let codes = self.codes(*column);
            if codes.is_empty() {
                let answer = read(answers.as_slice(), usize::from(NO_CODE), NO);
                out.iter_mut().for_each(|so_far| *so_far = answer.min(*so_far));
            } else {
                for (so_far, code) in out.iter_mut().zip(codes) {
                    *so_far = look_up(answers, *code).min(*so_far);
                }
            }
        }
        let (from, to) = by.validity;
        if from > days.0 || to < days.1 {
            for (so_far, day) in out.iter_mut().zip(self.bills.incurred) {
                *so_far = yes(from <= *day && *day <= to).min(*so_far);
            }
        }
    }

    /// The value of a lookup at every bill.
    pub(crate) fn fill_lookup(&self, place: Ix, out: &mut Vec<i64>) {
        let count = self.bills.count;
        let Some(Some(by)) = self.lookups_by_codes.get(place) else {
            out.extend((0..count).map(|bill| self.lookup(place, bill)));
            return;
        };
        if let [column] = by.columns.as_slice() {
            self.fill_by_one(place, self.codes(*column), out);
            return;
        }
        let mut known = Remembered::default();
        known.open(by.columns.len());
        let columns: Vec<&[u8]> = by.columns.iter().map(|column| self.codes(*column)).collect();
        for bill in 0..count {
            let key = known.key(&columns, bill);
            let value = match key.and_then(|key| known.values.get(key).copied().flatten()) {
                Some(value) => value,
                None => {
                    let value = self.lookup(place, bill);
                    if let Some(slot) = key.and_then(|key| known.values.get_mut(key)) {
                        *slot = Some(value);
                    }
                    value
                }
            };
            out.push(value);
        }
    }
}

impl View<'_> {
    /// The value of a lookup that asks for one column: looked up once for each code.
    fn fill_by_one(&self, place: Ix, codes: &[u8], out: &mut Vec<i64>) {
        let mut values = [None; 256];
        let mut value = |bill: usize, code: u8| {
            let known = values.get_mut(usize::from(code));
            known.map_or(NO_AMOUNT, |known| *known.get_or_insert_with(|| self.lookup(place, bill)))
        };
        if codes.is_empty() {
            out.extend((0..self.bills.count).map(|bill| value(bill, NO_CODE)));
        } else {
            out.extend(codes.iter().enumerate().map(|(bill, code)| value(bill, *code)));
        }
    }
}

impl Remembered {
    /// The place of a combination of codes; none where there are too many.
    #[inline]
    fn key(&mut self, columns: &[&[u8]], bill: usize) -> Option<usize> {
        let mut key = 0;
        for (codes, places) in columns.iter().zip(&mut self.places) {
            let code = usize::from(read(codes, bill, NO_CODE));
            let place = match places.get(code).copied() {
                Some(u8::MAX) | None => {
                    let next = places.iter().filter(|place| **place != u8::MAX).count();
                    let next = u8::try_from(next).ok().filter(|next| usize::from(*next) < CODES)?;
                    if let Some(slot) = places.get_mut(code) {
                        *slot = next;
                    }
                    next
                }
                Some(place) => place,
            };
            key = key * CODES + usize::from(place);
        }
        Some(key)
    }
}
