//! The bills of a chunk in the order of the packs, and the households that stand in the way of columns.

use shukun_policy::program::{DateField, SortKey};

use super::super::chunk::{Chunk, NO_CODE, NO_DAY};
use super::super::plan::{BILL_LIMIT, BILLS_LIMIT, INCOME_LIMIT};

/// Code of 住院.
const INPATIENT: u8 = 0;

/// A value of a column that may be absent.
#[inline(always)]
pub(crate) fn read<T: Copy>(column: &[T], place: usize, absent: T) -> T {
    column.get(place).copied().unwrap_or(absent)
}

/// A household's bills: from where to where, and whose they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub household: u32,
    pub from: u32,
    pub to: u32,
}

impl Span {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// In which order a household's bills are settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'k> {
    /// The order of claims in time.
    pub keys: &'k [SortKey],
    /// One member after the other: where nothing is the household's, their bills do not meet, and tables mostly stand so.
    pub by_person: bool,
}

/// Buffers of one column kind, kept from chunk to chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    /// Rows in order; empty where they already stand so.
    pub order: Vec<u32>,
    pub spans: Vec<Span>,
    pub incurred: Vec<i32>,
    money: [Vec<i64>; 5],
    settled: [Vec<i64>; 5],
    settled_facts: Vec<Vec<i64>>,
    person: Vec<u32>,
    days: [Vec<i32>; 3],
    codes: [Vec<u8>; 4],
}

/// The columns of the bills in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bills<'b> {
    pub chunk: &'b Chunk<'b>,
    pub count: usize,
    pub order: &'b [u32],
    pub spans: &'b [Span],
    pub person: &'b [u32],
    pub incurred: &'b [i32],
    pub admitted: &'b [i32],
    pub discharged: &'b [i32],
    pub settled_on: &'b [i32],
    pub kind: &'b [u8],
    pub hospital_level: &'b [u8],
    pub out_of_area: &'b [u8],
    pub settled_category: &'b [u8],
    pub money: [&'b [i64]; 5],
    pub settled: [&'b [i64]; 5],
    pub settled_facts: &'b [Vec<i64>],
}

impl Bills<'_> {
    /// The row of the chunk at which the bill stands.
    #[inline(always)]
    pub(crate) fn row(&self, bill: usize) -> usize {
        self.order.get(bill).map_or(bill, |row| *row as usize)
    }

    pub(crate) fn person_of(&self, bill: usize) -> usize {
        read(self.person, bill, u32::MAX) as usize
    }

    pub(crate) fn household_of(&self, bill: usize) -> usize {
        read(&self.chunk.persons.household, self.person_of(bill), u32::MAX) as usize
    }

    /// The bills of the household that a bill belongs to.
    pub(crate) fn span_of(&self, bill: usize) -> std::ops::Range<usize> {
        let after = self.spans.partition_point(|span| span.range().end <= bill);
        self.spans.get(after).map_or(0..0, |span| span.range())
    }

    /// A date of the bill; care without a stay has one day only.
    pub(crate) fn date(&self, date: DateField, bill: usize) -> i32 {
        let without_stay = |day: i32| match day {
            NO_DAY if read(self.kind, bill, NO_CODE) != INPATIENT => read(self.incurred, bill, NO_DAY),
            day => day,
        };
        match date {
            DateField::Incurred => read(self.incurred, bill, NO_DAY),
            DateField::Settled => read(self.settled_on, bill, NO_DAY),
            DateField::Admitted => without_stay(read(self.admitted, bill, NO_DAY)),
            DateField::Discharged => without_stay(read(self.discharged, bill, NO_DAY)),
            DateField::Certified | DateField::Applied => NO_DAY,
        }
    }
}

impl Sorted {
    /// Puts the bills in order, and marks the households that the kernel does not settle.
    pub(crate) fn sort<'b>(&'b mut self, chunk: &'b Chunk<'b>, order: Order<'_>, slow: &mut [bool]) -> Bills<'b> {
        let claims = &chunk.claims;
        let count = claims.person.len();
        self.find_incurred(chunk);
        self.find_spans(chunk);
        self.find_order(chunk, order, slow);
        let has_large = mark_large(chunk, &self.spans, slow);
        let order = self.order.as_slice();
        if !order.is_empty() {
            let by_row = std::mem::take(&mut self.incurred);
            self.incurred.clear();
            self.incurred.extend(order.iter().map(|row| read(&by_row, *row as usize, NO_DAY)));
        }
        let [admitted, discharged, settled_on] = &mut self.days;
        let [kind, level, area, category] = &mut self.codes;
        let [m0, m1, m2, m3, m4] = &mut self.money;
        let [s0, s1, s2, s3, s4] = &mut self.settled;
        let [a0, a1, a2, a3, a4] = &claims.money;
        let [b0, b1, b2, b3, b4] = &claims.settled;
        self.settled_facts.clear();
        for column in &claims.settled_facts {
            let mut own = Vec::new();
            own.extend_from_slice(gathered(column, order, &mut Vec::new()));
            self.settled_facts.push(own);
        }
        let large = has_large.then_some((self.spans.as_slice(), &*slow));
        Bills {
            chunk,
            count,
            order,
            spans: &self.spans,
            person: gathered(&claims.person, order, &mut self.person),
            incurred: &self.incurred,
            admitted: gathered(&claims.admitted_on, order, admitted),
            discharged: gathered(&claims.discharged_on, order, discharged),
            settled_on: gathered(&claims.settled_on, order, settled_on),
            kind: gathered(&claims.kind, order, kind),
            hospital_level: gathered(&claims.hospital_level, order, level),
            out_of_area: gathered(&claims.out_of_area, order, area),
            settled_category: gathered(&claims.settled_category, order, category),
            money: [
                summable(a0, order, large, m0),
                summable(a1, order, large, m1),
                summable(a2, order, large, m2),
                summable(a3, order, large, m3),
                summable(a4, order, large, m4),
            ],
            settled: [
                gathered(b0, order, s0),
                gathered(b1, order, s1),
                gathered(b2, order, s2),
                gathered(b3, order, s3),
                gathered(b4, order, s4),
            ],
            settled_facts: &self.settled_facts,
        }
    }

    fn find_incurred(&mut self, chunk: &Chunk<'_>) {
        let (discharged, settled) = (&chunk.claims.discharged_on, &chunk.claims.settled_on);
        self.incurred.clear();
        if discharged.is_empty() {
            self.incurred.extend_from_slice(settled);
        } else {
            let either = |(left, paid): (&i32, &i32)| if *left == NO_DAY { *paid } else { *left };
            self.incurred.extend(discharged.iter().zip(settled.iter()).map(either));
        }
    }

    fn find_spans(&mut self, chunk: &Chunk<'_>) {
        self.spans.clear();
        let mut open: Option<Span> = None;
        let mut last_person = u32::MAX;
        for (row, person) in (0_u32..).zip(chunk.claims.person.iter()) {
            if *person == last_person {
                continue;
            }
            last_person = *person;
            let household = read(&chunk.persons.household, *person as usize, u32::MAX);
            if open.is_some_and(|span| span.household == household) {
                continue;
            }
            self.spans.extend(open.map(|span| Span { to: row, ..span }));
            open = Some(Span { household, from: row, to: row });
        }
        let end = u32::try_from(chunk.claims.person.len()).unwrap_or(u32::MAX);
        self.spans.extend(open.map(|span| Span { to: end, ..span }));
    }

    /// Checks the order within each household, and sorts where it is another. Most tables come in order.
    fn find_order(&mut self, chunk: &Chunk<'_>, by: Order<'_>, slow: &mut [bool]) {
        self.order.clear();
        if !rises(&chunk.claims.id) {
            for span in self.spans.iter().filter(|span| has_twins(&chunk.claims.id, span.range())) {
                mark(slow, span.household);
            }
        }
        let incurred = &self.incurred;
        if !self.is_in_order(chunk, by) {
            self.order.extend(0..u32::try_from(incurred.len()).unwrap_or(u32::MAX));
            for span in &self.spans {
                if let Some(rows) = self.order.get_mut(span.range()) {
                    rows.sort_by(|a, b| compare(chunk, incurred, by, *a as usize, *b as usize));
                }
            }
        }
    }

    fn is_in_order(&self, chunk: &Chunk<'_>, by: Order<'_>) -> bool {
        let (persons, incurred) = (&chunk.claims.person, &self.incurred);
        let home = |person: &u32| read(&chunk.persons.household, *person as usize, u32::MAX);
        // Bills of one person on rising days are in order by the commonest key; the others are compared key by key.
        let is_by_day = matches!(by.keys.first(), Some(SortKey::Date(DateField::Incurred)));
        let people = persons.iter().zip(persons.iter().skip(1));
        let days = incurred.iter().zip(incurred.iter().skip(1));
        people.zip(days).enumerate().all(|(row, ((person, next), (day, next_day)))| {
            let is_plainly = if person == next {
                is_by_day && day < next_day
            } else {
                by.by_person && person < next || home(person) != home(next)
            };
            is_plainly || compare(chunk, incurred, by, row, row + 1).is_lt()
        })
    }
}

fn compare(chunk: &Chunk<'_>, incurred: &[i32], by: Order<'_>, a: usize, b: usize) -> std::cmp::Ordering {
    let claims = &chunk.claims;
    let or_incurred = |column: &[i32], row: usize| match read(column, row, NO_DAY) {
        NO_DAY => read(incurred, row, NO_DAY),
        day => day,
    };
    let by_id = || read(&claims.id, a, 0).cmp(&read(&claims.id, b, 0));
    if by.by_person {
        let persons = (read(&claims.person, a, 0), read(&claims.person, b, 0));
        if persons.0 != persons.1 {
            return persons.0.cmp(&persons.1);
        }
    }
    for key in by.keys {
        let ordering = match key {
            SortKey::ClaimNumber => by_id(),
            SortKey::Date(DateField::Settled) => {
                or_incurred(&claims.settled_on, a).cmp(&or_incurred(&claims.settled_on, b))
            }
            SortKey::Date(DateField::Admitted) => {
                or_incurred(&claims.admitted_on, a).cmp(&or_incurred(&claims.admitted_on, b))
            }
            SortKey::Date(DateField::Discharged) => {
                or_incurred(&claims.discharged_on, a).cmp(&or_incurred(&claims.discharged_on, b))
            }
            SortKey::Date(_) => read(incurred, a, NO_DAY).cmp(&read(incurred, b, NO_DAY)),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    by_id()
}

/// Whether every number is larger than the one before.
fn rises(ids: &[u64]) -> bool {
    ids.iter().zip(ids.iter().skip(1)).fold(true, |rises, (id, next)| rises & (id < next))
}

/// Whether two bills of a household have one number.
fn has_twins(ids: &[u64], range: std::ops::Range<usize>) -> bool {
    let Some(own) = ids.get(range) else { return false };
    if own.iter().zip(own.iter().skip(1)).all(|(a, b)| a < b) {
        return false;
    }
    let mut sorted = own.to_vec();
    sorted.sort_unstable();
    sorted.iter().zip(sorted.iter().skip(1)).any(|(a, b)| a == b)
}

pub(crate) fn mark(slow: &mut [bool], household: u32) {
    if let Some(place) = slow.get_mut(household as usize) {
        *place = true;
    }
}

/// Reversals, amounts below nothing and amounts beyond 64-bit sums are for the reference evaluator. Gives whether there
/// are any that sums could not hold.
fn mark_large(chunk: &Chunk<'_>, spans: &[Span], slow: &mut [bool]) -> bool {
    let claims = &chunk.claims;
    let mut has_large = spans.iter().any(|span| span.range().len() > BILLS_LIMIT);
    for span in spans.iter().filter(|span| span.range().len() > BILLS_LIMIT) {
        mark(slow, span.household);
    }
    let household = |row: usize| {
        let person = read(&claims.person, row, u32::MAX);
        read(&chunk.persons.household, person as usize, u32::MAX)
    };
    for column in &claims.money {
        // Below nothing is above everything without its sign.
        let is_odd = |amount: &i64| amount.cast_unsigned() > BILL_LIMIT.cast_unsigned();
        if column.iter().fold(false, |odd, amount| odd | is_odd(amount)) {
            has_large = true;
            column
                .iter()
                .enumerate()
                .filter(|(_, amount)| is_odd(amount))
                .for_each(|(row, _)| mark(slow, household(row)));
        }
    }
    for (row, _) in claims.is_reversal.iter().enumerate().filter(|(_, reversal)| **reversal != 0) {
        mark(slow, household(row));
    }
    let incomes = chunk.households.annual_income_fen.iter().enumerate();
    let is_odd = |income: i64| income != super::super::chunk::NO_AMOUNT && !(0..=INCOME_LIMIT).contains(&income);
    for (place, _) in incomes.filter(|(_, income)| is_odd(**income)) {
        mark(slow, u32::try_from(place).unwrap_or(u32::MAX));
    }
    has_large
}

/// The amounts in order; where there are large ones, without those of households that are not settled here.
fn summable<'b>(
    column: &'b [i64],
    order: &[u32],
    large: Option<(&[Span], &[bool])>,
    buffer: &'b mut Vec<i64>,
) -> &'b [i64] {
    let Some((spans, slow)) = large else { return gathered(column, order, buffer) };
    buffer.clear();
    if order.is_empty() {
        buffer.extend_from_slice(column);
    } else {
        buffer.extend(order.iter().filter_map(|row| column.get(*row as usize).copied()));
    }
    for span in spans.iter().filter(|span| read(slow, span.household as usize, true)) {
        buffer.get_mut(span.range()).into_iter().for_each(|own| own.fill(0));
    }
    buffer
}

/// The column in order: itself where the rows already stand so, or where it is absent.
fn gathered<'b, T: Copy>(column: &'b [T], order: &[u32], buffer: &'b mut Vec<T>) -> &'b [T] {
    if order.is_empty() || column.is_empty() {
        return column;
    }
    buffer.clear();
    buffer.extend(order.iter().filter_map(|row| column.get(*row as usize).copied()));
    buffer
}
