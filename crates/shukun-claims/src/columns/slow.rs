//! The households that the kernel leaves to the reference evaluator: their rows as facts, and what comes out put where
//! the kernel would have put it.
//!
//! Start at [`settle_slow`].

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::SignedDuration;
use jiff::civil::date;
use shukun_base::{ClaimId, Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{
    Category, Certification, Claim, ClaimKind, Household, HouseholdFacts, Insurance, Person, Resolution, Sex,
};
use shukun_engine::kernel::{
    Amounts, Answer, Chunk, Days, Kernel, NO_AMOUNT, NO_CODE, NO_DAY, Names, Wanted, Words, YearRows, category_code,
    kind_code,
};
use shukun_engine::outcome::{Colour, Standing};
use shukun_engine::{BillSplit, SplitSettlement};

use super::facts::FactRows;
use crate::lake::codes::Code;

/// What a chunk does not hold but a household's facts do.
#[derive(Debug)]
pub(crate) struct Beside<'a> {
    /// Facts of claims, by row.
    pub claim_facts: FactRows,
    /// Facts of persons, by row.
    pub person_facts: FactRows,
    /// The claim that a row reverses, by row; empty = none does.
    pub reverses: Vec<(usize, u64)>,
    /// Meetings' decisions by household.
    pub resolutions: BTreeMap<u64, Vec<Resolution>>,
    /// Where people live; settling does not look at it.
    pub region: &'a RegionCode,
}

/// Settles the households in [`Answer::slow`] and adds them to what the kernel gave.
pub(crate) fn settle_slow(
    kernel: &Kernel<'_>,
    names: &Names,
    chunk: &Chunk<'_>,
    beside: &Beside<'_>,
    wanted: Wanted,
    answer: &mut Answer,
) {
    let slow = std::mem::take(&mut answer.slow);
    let kernel_years = answer.years.person.len();
    for household in &slow {
        let rows = RowsOf::household(chunk, *household);
        let facts = facts_of(chunk, beside, *household, &rows);
        let settlement = kernel.settle_slow(&facts);
        add_totals(answer, &settlement.bills);
        if wanted.split {
            add_split(answer, chunk, &rows, &settlement);
        }
        if wanted.years {
            settlement.standings.iter().for_each(|standing| add_year(&mut answer.years, names, chunk, &rows, standing));
        }
    }
    answer.slow = slow;
    if wanted.years {
        put_in_order(&mut answer.years, kernel_years);
    }
}

/// The rows of one household in a chunk.
struct RowsOf {
    persons: Range<usize>,
    certifications: Range<usize>,
    claims: Range<usize>,
}

fn span<T>(list: &[T], is_before: impl Fn(&T, bool) -> bool) -> Range<usize> {
    list.partition_point(|item| is_before(item, false))..list.partition_point(|item| is_before(item, true))
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

impl RowsOf {
    fn household(chunk: &Chunk<'_>, household: u32) -> RowsOf {
        let home = |person: &u32| chunk.persons.household.get(index(*person)).copied().unwrap_or(u32::MAX);
        let is_before = |home: u32, inclusive: bool| home < household || (inclusive && home == household);
        RowsOf {
            persons: span(&chunk.persons.household, |home, inclusive| is_before(*home, inclusive)),
            certifications: span(&chunk.certifications.person, |person, inclusive| is_before(home(person), inclusive)),
            claims: span(&chunk.claims.person, |person, inclusive| is_before(home(person), inclusive)),
        }
    }
}

fn amount(column: &Amounts<'_>, row: usize) -> Option<Fen> {
    column.get(row).copied().filter(|fen| *fen != NO_AMOUNT).map(Fen)
}

fn code(column: &[u8], row: usize) -> Option<u8> {
    column.get(row).copied().filter(|code| *code != NO_CODE)
}

fn flag(column: &[u8], row: usize) -> Option<bool> {
    code(column, row).map(|flag| flag == 1)
}

/// The value of this code, as the kernel numbers them.
fn named<C: Code>(column: &[u8], row: usize, code_of: impl Fn(C) -> u8) -> Option<C> {
    let found = code(column, row)?;
    C::WORDS.iter().map(|(_, value)| *value).find(|value| code_of(*value) == found)
}

pub(crate) fn sex_code(sex: Sex) -> u8 {
    match sex {
        Sex::M => 0,
        Sex::F => 1,
    }
}

pub(crate) fn insurance_code(insurance: Insurance) -> u8 {
    match insurance {
        Insurance::Employee => 0,
        Insurance::Resident => 1,
    }
}

fn day(column: &Days<'_>, row: usize) -> Option<Day> {
    let number = column.get(row).copied().filter(|day| *day != NO_DAY)?;
    date(1970, 1, 1).checked_add(SignedDuration::from_hours(i64::from(number).saturating_mul(24))).ok()
}

fn word(words: &Words<'_>, row: usize) -> Option<String> {
    words.place.get(row).and_then(|place| words.values.get(index(*place))).cloned()
}

/// A household's rows as the reference evaluator takes them.
fn facts_of(chunk: &Chunk<'_>, beside: &Beside<'_>, household: u32, rows: &RowsOf) -> HouseholdFacts {
    let at = index(household);
    let household_id = HouseholdId(chunk.households.id.get(at).copied().unwrap_or_default());
    let members = chunk.households.members.get(at).and_then(|members| i16::try_from(*members).ok());
    let counted = i16::try_from(rows.persons.len()).unwrap_or(i16::MAX);
    HouseholdFacts {
        household: Household {
            household_id,
            region_code: beside.region.clone(),
            annual_income_fen: amount(&chunk.households.annual_income_fen, at),
            members: members.unwrap_or(counted),
        },
        persons: rows.persons.clone().map(|row| person_of(chunk, beside, row, household_id)).collect(),
        certifications: rows.certifications.clone().filter_map(|row| certification_of(chunk, row)).collect(),
        claims: rows.claims.clone().filter_map(|row| claim_of(chunk, beside, row)).collect(),
        resolutions: beside.resolutions.get(&household_id.0).cloned().unwrap_or_default(),
    }
}

fn person_of(chunk: &Chunk<'_>, beside: &Beside<'_>, row: usize, household_id: HouseholdId) -> Person {
    let persons = &chunk.persons;
    Person {
        person_id: PersonId(persons.id.get(row).copied().unwrap_or_default()),
        household_id,
        birth_date: day(&persons.birth, row),
        sex: named(&persons.sex, row, sex_code),
        region_code: beside.region.clone(),
        insurance: named(&persons.insurance, row, insurance_code),
        local_register: flag(&persons.local_register, row),
        disability_certificate: flag(&persons.disability_certificate, row),
        facts: beside.person_facts.of_row(row),
    }
}

fn person_id(chunk: &Chunk<'_>, place: Option<&u32>) -> Option<PersonId> {
    chunk.persons.id.get(index(*place?)).copied().map(PersonId)
}

fn certification_of(chunk: &Chunk<'_>, row: usize) -> Option<Certification> {
    let rows = &chunk.certifications;
    Some(Certification {
        person_id: person_id(chunk, rows.person.get(row))?,
        category: named::<Category>(&rows.category, row, category_code)?,
        valid_from: day(&rows.valid_from, row)?,
        valid_to: day(&rows.valid_to, row),
        certified_on: day(&rows.certified_on, row)?,
        applied_on: day(&rows.applied_on, row),
        due_to_illness: flag(&rows.due_to_illness, row).unwrap_or_default(),
    })
}

fn claim_of(chunk: &Chunk<'_>, beside: &Beside<'_>, row: usize) -> Option<Claim> {
    let claims = &chunk.claims;
    let [total, in_scope, out_of_catalogue, over_limit, pre_selfpay] =
        claims.money.each_ref().map(|column| amount(column, row).unwrap_or_default());
    let [basic, critical_illness, medical_assistance, supplementary, other] =
        claims.settled.each_ref().map(|column| amount(column, row));
    let reversed = beside.reverses.binary_search_by_key(&row, |(row, _)| *row).ok();
    Some(Claim {
        claim_id: ClaimId(claims.id.get(row).copied()?),
        settlement_no: None,
        person_id: person_id(chunk, claims.person.get(row))?,
        admitted_on: day(&claims.admitted_on, row),
        discharged_on: day(&claims.discharged_on, row),
        settled_on: day(&claims.settled_on, row)?,
        // A program that asks for the kind is given one; any other does not look.
        kind: named(&claims.kind, row, kind_code).unwrap_or(ClaimKind::Outpatient),
        institution_code: word(&claims.institution, row).unwrap_or_default(),
        hospital_level: code(&claims.hospital_level, row).and_then(|level| i8::try_from(level).ok()),
        out_of_area: flag(&claims.out_of_area, row),
        drg_code: word(&claims.drg, row),
        principal_diagnosis: word(&claims.diagnosis, row),
        settled_category: named(&claims.settled_category, row, category_code),
        total_fen: total,
        in_scope_fen: in_scope,
        out_of_catalogue_fen: out_of_catalogue,
        over_limit_fen: over_limit,
        pre_selfpay_fen: pre_selfpay,
        basic_paid_fen: basic,
        critical_illness_paid_fen: critical_illness,
        medical_assistance_paid_fen: medical_assistance,
        supplementary_paid_fen: supplementary,
        other_paid_fen: other,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: reversed.and_then(|at| beside.reverses.get(at)).map(|(_, id)| ClaimId(*id)),
        facts: beside.claim_facts.of_row(row),
    })
}

fn add_totals(answer: &mut Answer, bills: &[BillSplit]) {
    let totals = &mut answer.totals;
    for bill in bills {
        totals.claims += 1;
        totals.total_fen += i128::from(bill.total_fen.0);
        totals.family_fen += i128::from(bill.family_fen.0);
        add_each(&mut totals.paid_fen, bill.paid_fen.iter().map(|fen| i128::from(fen.0)));
        add_each(&mut totals.rule_fen, bill.rule_fen.iter().map(|fen| i128::from(fen.0)));
    }
}

/// Adds each amount to the sum in its place.
pub(crate) fn add_each(sums: &mut Vec<i128>, amounts: impl ExactSizeIterator<Item = i128>) {
    if sums.len() < amounts.len() {
        sums.resize(amounts.len(), 0);
    }
    sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
}

/// Where an id stands twice the evaluator settles the last row of it.
fn add_split(answer: &mut Answer, chunk: &Chunk<'_>, rows: &RowsOf, settlement: &SplitSettlement) {
    let id = |row: usize| chunk.claims.id.get(row).copied();
    let row_of: BTreeMap<u64, usize> = rows.claims.clone().filter_map(|row| Some((id(row)?, row))).collect();
    for bill in &settlement.bills {
        let Some(row) = row_of.get(&bill.claim_id.0).copied() else { continue };
        for (column, paid) in answer.split.paid_fen.iter_mut().zip(&bill.paid_fen) {
            put(column, row, paid.0);
        }
        put(&mut answer.split.family_fen, row, bill.family_fen.0);
    }
}

fn put<T>(column: &mut [T], row: usize, value: T) {
    if let Some(cell) = column.get_mut(row) {
        *cell = value;
    }
}

fn colour_code(colour: Option<Colour>) -> u8 {
    match colour {
        Some(Colour::Yellow) => 0,
        Some(Colour::Orange) => 1,
        Some(Colour::Red) => 2,
        None => NO_CODE,
    }
}

fn add_year(years: &mut YearRows, names: &Names, chunk: &Chunk<'_>, rows: &RowsOf, standing: &Standing) {
    let members = chunk.persons.id.get(rows.persons.clone()).unwrap_or_default();
    let Ok(member) = members.binary_search(&standing.person_id.0) else { return };
    years.person.push(u32::try_from(rows.persons.start.saturating_add(member)).unwrap_or(u32::MAX));
    years.year.push(standing.year);
    let money = [
        standing.total_fen,
        standing.in_scope_fen,
        standing.out_of_catalogue_fen,
        standing.over_limit_fen,
        standing.pre_selfpay_fen,
    ];
    years.money.iter_mut().zip(money).for_each(|(column, fen)| column.push(fen.0));
    years.paid_fen.iter_mut().zip(&standing.paid_fen).for_each(|(column, (_, fen))| column.push(fen.0));
    years.family_fen.push(standing.family_fen.0);
    for (column, name) in years.burden_fen.iter_mut().zip(&names.measures) {
        column.push(standing.burden_fen.get(name).map_or(NO_AMOUNT, |fen| fen.0));
    }
    years.colour.push(colour_code(standing.colour));
    for (column, name) in years.cap_left_fen.iter_mut().zip(&names.rules) {
        column.push(standing.cap_left_fen.get(name).map_or(NO_AMOUNT, |fen| fen.0));
    }
}

/// Merges what was added after the first `sorted` rows into them: by person, then year.
fn put_in_order(years: &mut YearRows, sorted: usize) {
    let rows = years.person.len();
    if sorted == 0 || sorted == rows {
        return;
    }
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by_key(|row| (years.person.get(*row).copied(), years.year.get(*row).copied()));
    reorder(&mut years.person, &order);
    reorder(&mut years.year, &order);
    reorder(&mut years.colour, &order);
    reorder(&mut years.family_fen, &order);
    let columns = years.money.iter_mut().chain(&mut years.paid_fen).chain(&mut years.burden_fen);
    columns.chain(&mut years.cap_left_fen).for_each(|column| reorder(column, &order));
}

fn reorder<T: Copy>(column: &mut Vec<T>, order: &[usize]) {
    *column = order.iter().filter_map(|row| column.get(*row).copied()).collect();
}
