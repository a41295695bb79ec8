//! What a column holds at one bill, and whether conditions hold there.

use shukun_base::Exact;
use shukun_policy::program::{CellTest, DateField, Field, Hit};

use super::super::chunk::{FactColumn, NO_AMOUNT, NO_CODE, NO_DAY, Words};
use super::super::plan::{
    Admission, Amount, BILL_LIMIT, CodeField, FlagField, INCOME_LIMIT, Ix, NumberField, Plan, SeenOn, Table, Test,
    WordField,
};
use super::bills::{Bills, read};
use super::calendar::{Calendar, age_on, day_of, last_day};
use super::codes::LookupByCodes;
use super::groups::Groups;
use super::held::Held;
use crate::evaluate::admission::window_days;
use crate::evaluate::conditions::compares;
use crate::evaluate::fields::Value;
use crate::evaluate::keys::{CATEGORIES, INSURANCES, KINDS, SEXES};

/// It does not hold.
pub(crate) const NO: u8 = 0;
/// It cannot be decided.
pub(crate) const UNKNOWN: u8 = 1;
/// It holds.
pub(crate) const YES: u8 = 2;

/// Everything that is known of the chunk's bills before any payer is asked.
pub(crate) struct View<'v> {
    pub plan: &'v Plan,
    pub calendar: &'v Calendar,
    pub bills: Bills<'v>,
    pub groups: &'v [Groups],
    pub held: &'v [Held],
    pub statics: &'v [Vec<i64>],
    pub admissions: &'v [Vec<u8>],
    /// 住院次数, where it is asked for.
    pub admission_numbers: &'v [u32],
    /// Which words of the chunk are among a condition's: by [`Plan::words`] and field.
    pub words: &'v [Vec<bool>],
    /// Lookups that ask for codes only.
    pub lookups_by_codes: &'v [Option<LookupByCodes>],
}

/// What was paid so far.
pub(crate) struct Payments<'p> {
    /// By rule.
    pub rules: &'p [Vec<i64>],
    /// By tier: as settled and by its rules.
    pub tiers: &'p [Vec<i64>],
    /// By all payers together.
    pub paid: &'p [i64],
}

impl View<'_> {
    /// The value of an amount at a bill; [`NO_AMOUNT`] = not known.
    pub(crate) fn amount(&self, amount: &Amount, paid: &Payments<'_>, bill: usize) -> i64 {
        match amount {
            Amount::Fixed(number) => *number,
            Amount::Prepared(place) => {
                self.statics.get(*place).map_or(NO_AMOUNT, |column| read(column, bill, NO_AMOUNT))
            }
            Amount::Number(field) => self.number(*field, bill),
            Amount::Lookup(place) => self.lookup(*place, bill),
            Amount::Paid(by) => by.iter().fold(0, |sum, payer| sum + paid.by(*payer, bill)),
            Amount::Left => read(self.total(), bill, 0) - read(paid.paid, bill, 0),
            Amount::Add(a, b) => self.both(a, b, paid, bill, |a, b| a + b),
            Amount::Sub(a, b) => self.both(a, b, paid, bill, |a, b| a - b),
            Amount::Mul(a, b) => self.both(a, b, paid, bill, |a, b| a * b),
            Amount::Min(a, b) => self.both(a, b, paid, bill, i64::min),
            Amount::Max(a, b) => self.both(a, b, paid, bill, i64::max),
        }
    }

    fn both(&self, a: &Amount, b: &Amount, paid: &Payments<'_>, bill: usize, of: impl Fn(i64, i64) -> i64) -> i64 {
        match (self.amount(a, paid, bill), self.amount(b, paid, bill)) {
            (NO_AMOUNT, _) | (_, NO_AMOUNT) => NO_AMOUNT,
            (a, b) => of(a, b),
        }
    }

    pub(crate) fn total(&self) -> &[i64] {
        let [total, ..] = self.bills.money;
        total
    }

    /// A column of numbers.
    pub(crate) fn number(&self, field: NumberField, bill: usize) -> i64 {
        let chunk = self.bills.chunk;
        let code = |code: u8| if code == NO_CODE { NO_AMOUNT } else { i64::from(code) };
        match field {
            NumberField::Money(column) => self.bills.money.get(column).map_or(0, |money| read(money, bill, 0)),
            NumberField::HospitalLevel => code(read(self.bills.hospital_level, bill, NO_CODE)),
            NumberField::AdmissionNumber => i64::from(read(self.admission_numbers, bill, 0)),
            NumberField::CalendarYear(seen) => match self.day(seen, bill) {
                NO_DAY => NO_AMOUNT,
                day => i64::from(self.calendar.year(day)),
            },
            NumberField::Age(seen) => {
                let birth = read(&chunk.persons.birth, self.bills.person_of(bill), NO_DAY);
                match (birth, self.day(seen, bill)) {
                    (NO_DAY, _) | (_, NO_DAY) => NO_AMOUNT,
                    (birth, day) => age_on(birth, day),
                }
            }
            NumberField::Income => held_within(
                read(&chunk.households.annual_income_fen, self.bills.household_of(bill), NO_AMOUNT),
                INCOME_LIMIT,
            ),
            NumberField::Members => read(&chunk.households.members, self.bills.household_of(bill), NO_AMOUNT),
            NumberField::ClaimFact(fact) => fact_number(chunk.claims.facts.get(fact), self.bills.row(bill)),
            NumberField::PersonFact(fact) => fact_number(chunk.persons.facts.get(fact), self.bills.person_of(bill)),
        }
    }

    fn day(&self, seen: SeenOn, bill: usize) -> i32 {
        match seen {
            SeenOn::Bill => read(self.bills.incurred, bill, NO_DAY),
            SeenOn::PeriodEnd(group) => {
                let groups = self.groups.get(group);
                let found = groups.and_then(|groups| groups.groups.get(read(&groups.of_bill, bill, u32::MAX) as usize));
                match (found, self.plan.groups.get(group)) {
                    (Some(found), Some(spec)) => last_day(spec.kind, found.key),
                    _ => NO_DAY,
                }
            }
        }
    }

    fn flag(&self, field: FlagField, held: Option<Ix>, bill: usize) -> u8 {
        let chunk = self.bills.chunk;
        let person = |column: &[u8]| read(column, self.bills.person_of(bill), NO_CODE);
        let held = held.and_then(|held| self.held.get(held));
        match field {
            FlagField::OutOfArea => read(self.bills.out_of_area, bill, NO_CODE),
            FlagField::Insured => {
                if person(&chunk.persons.insurance) == NO_CODE {
                    NO_CODE
                } else {
                    1
                }
            }
            FlagField::LocalRegister => person(&chunk.persons.local_register),
            FlagField::DisabilityCertificate => person(&chunk.persons.disability_certificate),
            FlagField::DueToIllness => held.map_or(0, |held| held.due(bill)),
            FlagField::NewlyCertified => held.map_or(0, |held| held.newly(bill)),
            FlagField::ClaimFact(fact) => fact_flag(chunk.claims.facts.get(fact), self.bills.row(bill)),
            FlagField::PersonFact(fact) => fact_flag(chunk.persons.facts.get(fact), self.bills.person_of(bill)),
        }
    }

    fn code(&self, field: CodeField, held: Option<Ix>, bill: usize) -> u8 {
        let chunk = self.bills.chunk;
        match field {
            CodeField::Kind => read(self.bills.kind, bill, NO_CODE),
            CodeField::Sex => read(&chunk.persons.sex, self.bills.person_of(bill), NO_CODE),
            CodeField::Insurance => read(&chunk.persons.insurance, self.bills.person_of(bill), NO_CODE),
            CodeField::Category => {
                held.and_then(|held| self.held.get(held)).map_or(NO_CODE, |held| read(&held.category, bill, NO_CODE))
            }
        }
    }

    /// The word at a bill; none = not known.
    fn word(&self, field: WordField, bill: usize) -> Option<(&Words<'_>, usize)> {
        let claims = &self.bills.chunk.claims;
        let (words, row) = match field {
            WordField::Institution => (&claims.institution, self.bills.row(bill)),
            WordField::Drg => (&claims.drg, self.bills.row(bill)),
            WordField::Diagnosis => (&claims.diagnosis, self.bills.row(bill)),
            WordField::ClaimFact(fact) => (fact_words(claims.facts.get(fact))?, self.bills.row(bill)),
            WordField::PersonFact(fact) => {
                (fact_words(self.bills.chunk.persons.facts.get(fact))?, self.bills.person_of(bill))
            }
        };
        let place = read(&words.place, row, u32::MAX) as usize;
        let is_fact = matches!(field, WordField::ClaimFact(_) | WordField::PersonFact(_));
        let word = words.values.get(place)?;
        (is_fact || !word.is_empty()).then_some((words, place))
    }

    /// Whether a condition holds, where the certification of `held` counts.
    pub(crate) fn truth(&self, test: &Test, held: Option<Ix>, bill: usize) -> u8 {
        let among = |code: u8, bits: u32| match code {
            NO_CODE => UNKNOWN,
            code => from_bool(bits >> code & 1 == 1),
        };
        match test {
            Test::Everyone => YES,
            Test::And(parts) => parts.iter().map(|part| self.truth(part, held, bill)).fold(YES, u8::min),
            Test::Or(parts) => parts.iter().map(|part| self.truth(part, held, bill)).fold(NO, u8::max),
            Test::Not(inner) => YES - self.truth(inner, held, bill),
            Test::Flag(field) => among(self.flag(*field, held, bill), 0b10),
            Test::FlagIn(field, bits) => among(self.flag(*field, held, bill), *bits),
            Test::CodeIn(CodeField::Category, bits) => match self.code(CodeField::Category, held, bill) {
                NO_CODE => NO,
                code => from_bool(bits >> code & 1 == 1),
            },
            Test::CodeIn(field, bits) => among(self.code(*field, held, bill), *bits),
            Test::NumberIn(field, wanted) => match self.number(*field, bill) {
                NO_AMOUNT => UNKNOWN,
                number => from_bool(wanted.iter().any(|(of, over)| *over == 1 && *of == number)),
            },
            Test::WordIn(field, wanted) => match self.word(*field, bill) {
                Some((_, place)) => from_bool(self.words.get(*wanted).is_some_and(|fits| read(fits, place, false))),
                None => UNKNOWN,
            },
            Test::Compare(a, comparison, b) => match (self.amount(a, &NOTHING, bill), self.amount(b, &NOTHING, bill)) {
                (NO_AMOUNT, _) | (_, NO_AMOUNT) => UNKNOWN,
                (a, b) => from_bool(compares(a.cmp(&b), *comparison)),
            },
            Test::Day(date, comparison, day) => match self.date(*date, held, bill) {
                NO_DAY => {
                    let is_personal = matches!(date, DateField::Certified | DateField::Applied);
                    // Whoever holds no certification has no day of certification: that is known.
                    if is_personal && !self.holds_any(held, bill) { NO } else { UNKNOWN }
                }
                found => from_bool(compares(found.cmp(day), *comparison)),
            },
            Test::Has(admission) => self.admissions.get(*admission).map_or(UNKNOWN, |codes| read(codes, bill, UNKNOWN)),
        }
    }

    fn holds_any(&self, held: Option<Ix>, bill: usize) -> bool {
        self.code(CodeField::Category, held, bill) != NO_CODE
    }

    fn date(&self, date: DateField, held: Option<Ix>, bill: usize) -> i32 {
        let held = held.and_then(|held| self.held.get(held));
        match date {
            DateField::Certified => held.map_or(NO_DAY, |held| read(&held.certified_on, bill, NO_DAY)),
            DateField::Applied => held.map_or(NO_DAY, |held| read(&held.applied_on, bill, NO_DAY)),
            date => self.bills.date(date, bill),
        }
    }

    /// What a rule says to a bill.
    pub(crate) fn admits(&self, admission: &Admission, bill: usize) -> u8 {
        let kind = read(self.bills.kind, bill, NO_CODE);
        if admission.kinds != u32::MAX && (kind == NO_CODE || admission.kinds >> kind & 1 == 0) {
            return NO;
        }
        let held = admission.held;
        if let Some(window) = &admission.window {
            if !self.holds_any(held, bill) {
                return NO;
            }
            let (anchor, day) = (self.date(window.anchor, held, bill), self.date(window.claim_date, held, bill));
            if anchor == NO_DAY || day == NO_DAY {
                return UNKNOWN;
            }
            match window_days(window, day_of(anchor)) {
                Some((first, last)) if first <= day_of(day) && day_of(day) <= last => {}
                _ => return NO,
            }
        } else if held.and_then(|held| self.held.get(held)).is_some_and(|held| read(&held.is_unknown, bill, 0) == 1) {
            return UNKNOWN;
        }
        match self.in_force(admission, bill) {
            YES => {}
            answer => return answer,
        }
        match self.truth(&admission.who, held, bill) {
            YES => admission.only.as_ref().map_or(YES, |only| self.truth(only, held, bill)),
            answer => answer,
        }
    }

    fn in_force(&self, admission: &Admission, bill: usize) -> u8 {
        let (from, to, date) = admission.validity;
        let is_personal = matches!(date, DateField::Certified | DateField::Applied);
        match self.date(date, admission.held, bill) {
            NO_DAY if is_personal && admission.window.is_none() => NO,
            NO_DAY => UNKNOWN,
            day => from_bool(from <= day && day <= to),
        }
    }

    /// The value that a lookup's fitting row gives.
    pub(crate) fn lookup(&self, place: Ix, bill: usize) -> i64 {
        let Some(lookup) = self.plan.lookups.get(place) else { return NO_AMOUNT };
        let Some(table) = self.plan.tables.get(lookup.table) else { return NO_AMOUNT };
        let row = self.fitting_row(table, lookup.held, lookup.seen, bill);
        row.and_then(|row| lookup.values.get(row).copied().flatten()).unwrap_or(NO_AMOUNT)
    }

    /// The row that counts; none where no row fits, something is not known, or two rows fit where one must.
    fn fitting_row(&self, table: &Table, held: Option<Ix>, seen: SeenOn, bill: usize) -> Option<usize> {
        let fits =
            |row: &Vec<(Field, CellTest)>| {
                row.iter().try_fold(true, |so_far, (field, test)| {
                    if so_far { self.cell_fits(*field, test, held, seen, bill) } else { Some(false) }
                })
            };
        let mut fitting = table.rows.iter().enumerate().filter_map(|(place, row)| match fits(row) {
            Some(true) => Some(Some(place)),
            Some(false) => None,
            None => Some(None),
        });
        let first = fitting.next()??;
        if table.hit == Hit::Unique && fitting.next().is_some() { None } else { Some(first) }
    }

    fn cell_fits(&self, field: Field, test: &CellTest, held: Option<Ix>, seen: SeenOn, bill: usize) -> Option<bool> {
        let value = self.value(field, held, seen, bill)?;
        Some(match (test, value) {
            (CellTest::Any, _) => true,
            (CellTest::OneOf(literals), value) => literals.iter().any(|literal| value.is(literal)),
            (CellTest::Range { from, to, to_inclusive }, Value::Number(number)) => {
                from.is_none_or(|from| from <= number)
                    && to.is_none_or(|to| number < to || (*to_inclusive && number == to))
            }
            (CellTest::Range { .. }, _) => false,
        })
    }

    /// The value of any field; none = not known.
    fn value(&self, field: Field, held: Option<Ix>, seen: SeenOn, bill: usize) -> Option<Value<'_>> {
        use super::super::compile::{flag_field, number_field};
        let listed =
            |keys: &'static [&'static str], code: u8| keys.get(usize::from(code)).map(|key| Value::Listed(key));
        if let Some(number) = number_field(field, seen) {
            return number_value(self.number(number, bill));
        }
        if let Some(flag) = flag_field(field) {
            return flag_value(self.flag(flag, held, bill));
        }
        let word = |field: WordField| self.word(field, bill).and_then(|(words, place)| words.values.get(place));
        match field {
            Field::Kind => listed(KINDS, self.code(CodeField::Kind, held, bill)),
            Field::Sex => listed(SEXES, self.code(CodeField::Sex, held, bill)),
            Field::Insurance => listed(INSURANCES, self.code(CodeField::Insurance, held, bill)),
            Field::Category => {
                Some(listed(CATEGORIES, self.code(CodeField::Category, held, bill)).unwrap_or(Value::Code("")))
            }
            Field::DrgCode => word(WordField::Drg).map(|word| Value::Code(word)),
            Field::PrincipalDiagnosis => word(WordField::Diagnosis).map(|word| Value::Code(word)),
            Field::Institution => word(WordField::Institution).map(|word| Value::Code(word)),
            Field::Declared(fact) => self.fact_value(fact.0, bill),
            _ => None,
        }
    }

    fn fact_value(&self, fact: usize, bill: usize) -> Option<Value<'_>> {
        let chunk = self.bills.chunk;
        let (column, row) = match chunk.claims.facts.get(fact) {
            None | Some(FactColumn::Absent) => (chunk.persons.facts.get(fact), self.bills.person_of(bill)),
            of_claim => (of_claim, self.bills.row(bill)),
        };
        match column? {
            FactColumn::Flags(codes) => flag_value(read(codes, row, NO_CODE)),
            FactColumn::Numbers(numbers) => number_value(read(numbers, row, NO_AMOUNT)),
            FactColumn::Words(words) => {
                words.values.get(read(&words.place, row, u32::MAX) as usize).map(|word| Value::Code(word))
            }
            FactColumn::Absent | FactColumn::Mixed(_) => None,
        }
    }
}

/// Nothing was paid: for what no payment can change.
pub(crate) const NOTHING: Payments<'static> = Payments { rules: &[], tiers: &[], paid: &[] };

fn number_value(number: i64) -> Option<Value<'static>> {
    (number != NO_AMOUNT).then(|| Value::Number(Exact::from_integer(number.into())))
}

fn flag_value(code: u8) -> Option<Value<'static>> {
    (code != NO_CODE).then_some(Value::Flag(code == 1))
}

fn from_bool(holds: bool) -> u8 {
    if holds { YES } else { NO }
}

/// What a compiled amount may count on; households with more are not settled here.
fn held_within(number: i64, limit: i64) -> i64 {
    if number == NO_AMOUNT { NO_AMOUNT } else { number.clamp(-limit, limit) }
}

fn fact_number(column: Option<&FactColumn<'_>>, row: usize) -> i64 {
    match column {
        Some(FactColumn::Numbers(numbers)) => held_within(read(numbers, row, NO_AMOUNT), BILL_LIMIT),
        _ => NO_AMOUNT,
    }
}

fn fact_flag(column: Option<&FactColumn<'_>>, row: usize) -> u8 {
    match column {
        Some(FactColumn::Flags(codes)) => read(codes, row, NO_CODE),
        _ => NO_CODE,
    }
}

fn fact_words<'w>(column: Option<&'w FactColumn<'w>>) -> Option<&'w Words<'w>> {
    match column {
        Some(FactColumn::Words(words)) => Some(words),
        _ => None,
    }
}
