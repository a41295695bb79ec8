//! Household documents to columns.

use std::borrow::Cow;
use std::collections::HashMap;

use shukun_base::Day;
use shukun_policy::program::{Program, SettledColumn};

use super::chunk::{
    Amounts, CertificationRows, Chunk, ClaimRows, Codes, Days, FactColumn, HouseholdRows, NO_AMOUNT, NO_CODE, NO_DAY,
    PersonRows, Words,
};
use super::compile::day_number;
use super::{category_code, kind_code};
use crate::facts::{Certification, Claim, FactValue, Facts, HouseholdFacts, Insurance, Person, Sex};

impl Chunk<'_> {
    /// The households as columns, in the order given. Declared facts are those of `program`.
    pub fn from_facts(program: &Program, households: &[HouseholdFacts]) -> Chunk<'static> {
        let mut people: Vec<(u32, &Person)> = Vec::new();
        let mut bills: Vec<(u32, &Claim, bool)> = Vec::new();
        let mut certified: Vec<(u32, &Certification)> = Vec::new();
        for (household, facts) in (0_u32..).zip(households) {
            let first = people.len();
            let mut own: Vec<&Person> = facts.persons.iter().collect();
            own.sort_by_key(|person| person.person_id);
            people.extend(own.iter().map(|person| (household, *person)));
            let place = |id| own.iter().position(|person| person.person_id == id).map(|at| count(first + at));
            for claim in &facts.claims {
                // A claim of somebody who is no member is not settled; the reference evaluator says so.
                match place(claim.person_id) {
                    Some(person) => bills.push((person, claim, is_odd(claim))),
                    None if own.is_empty() => {}
                    None => bills.push((count(first), claim, true)),
                }
            }
            let mut rows: Vec<(u32, &Certification)> =
                facts.certifications.iter().filter_map(|row| Some((place(row.person_id)?, row))).collect();
            rows.sort_by_key(|(person, _)| *person);
            certified.extend(rows);
        }
        Chunk {
            households: household_rows(households),
            persons: person_rows(program, &people),
            certifications: certification_rows(&certified),
            claims: claim_rows(program, &bills),
        }
    }
}

/// Reversals, and levels that no column of codes holds, are for the reference evaluator.
fn is_odd(claim: &Claim) -> bool {
    claim.reverses_claim_id.is_some() || claim.hospital_level.is_some_and(i8::is_negative)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn day(day: Option<Day>) -> i32 {
    day.map_or(NO_DAY, day_number)
}

fn flag(flag: Option<bool>) -> u8 {
    flag.map_or(NO_CODE, u8::from)
}

fn days(of: impl Iterator<Item = Option<Day>>) -> Days<'static> {
    Cow::Owned(of.map(day).collect())
}

fn codes(of: impl Iterator<Item = u8>) -> Codes<'static> {
    Cow::Owned(of.collect())
}

fn amounts(of: impl Iterator<Item = Option<i64>>) -> Amounts<'static> {
    Cow::Owned(of.map(|amount| amount.unwrap_or(NO_AMOUNT)).collect())
}

fn household_rows(households: &[HouseholdFacts]) -> HouseholdRows<'static> {
    let rows = || households.iter().map(|facts| &facts.household);
    HouseholdRows {
        id: Cow::Owned(rows().map(|row| row.household_id.0).collect()),
        annual_income_fen: amounts(rows().map(|row| row.annual_income_fen.map(|fen| fen.0))),
        members: amounts(rows().map(|row| Some(row.members.into()))),
        has_resolution: codes(households.iter().map(|facts| u8::from(!facts.resolutions.is_empty()))),
    }
}

fn person_rows(program: &Program, people: &[(u32, &Person)]) -> PersonRows<'static> {
    let rows = || people.iter().map(|(_, person)| *person);
    let sex = |sex: Sex| match sex {
        Sex::M => 0,
        Sex::F => 1,
    };
    let insurance = |insurance: Insurance| match insurance {
        Insurance::Employee => 0,
        Insurance::Resident => 1,
    };
    let facts: Vec<&Facts> = rows().map(|row| &row.facts).collect();
    PersonRows {
        id: Cow::Owned(rows().map(|row| row.person_id.0).collect()),
        household: Cow::Owned(people.iter().map(|(household, _)| *household).collect()),
        birth: days(rows().map(|row| row.birth_date)),
        sex: codes(rows().map(|row| row.sex.map_or(NO_CODE, sex))),
        insurance: codes(rows().map(|row| row.insurance.map_or(NO_CODE, insurance))),
        local_register: codes(rows().map(|row| flag(row.local_register))),
        disability_certificate: codes(rows().map(|row| flag(row.disability_certificate))),
        facts: fact_columns(program, false, &facts),
    }
}

fn certification_rows(rows: &[(u32, &Certification)]) -> CertificationRows<'static> {
    let of = || rows.iter().map(|(_, row)| *row);
    CertificationRows {
        person: Cow::Owned(rows.iter().map(|(person, _)| *person).collect()),
        category: codes(of().map(|row| category_code(row.category))),
        valid_from: days(of().map(|row| Some(row.valid_from))),
        valid_to: days(of().map(|row| row.valid_to)),
        certified_on: days(of().map(|row| Some(row.certified_on))),
        applied_on: days(of().map(|row| row.applied_on)),
        due_to_illness: codes(of().map(|row| u8::from(row.due_to_illness))),
    }
}

fn claim_rows(program: &Program, bills: &[(u32, &Claim, bool)]) -> ClaimRows<'static> {
    let rows = || bills.iter().map(|(_, claim, _)| *claim);
    let money = |of: fn(&Claim) -> i64| amounts(rows().map(move |row| Some(of(row))));
    let settled = |of: fn(&Claim) -> Option<shukun_base::Fen>| amounts(rows().map(move |row| of(row).map(|fen| fen.0)));
    let facts: Vec<&Facts> = rows().map(|row| &row.facts).collect();
    ClaimRows {
        id: Cow::Owned(rows().map(|row| row.claim_id.0).collect()),
        person: Cow::Owned(bills.iter().map(|(person, ..)| *person).collect()),
        admitted_on: days(rows().map(|row| row.admitted_on)),
        discharged_on: days(rows().map(|row| row.discharged_on)),
        settled_on: days(rows().map(|row| Some(row.settled_on))),
        kind: codes(rows().map(|row| kind_code(row.kind))),
        hospital_level: codes(
            rows().map(|row| row.hospital_level.and_then(|level| u8::try_from(level).ok()).unwrap_or(NO_CODE)),
        ),
        out_of_area: codes(rows().map(|row| flag(row.out_of_area))),
        settled_category: codes(rows().map(|row| row.settled_category.map_or(NO_CODE, category_code))),
        institution: words(rows().map(|row| Some(row.institution_code.as_str()))),
        drg: words(rows().map(|row| row.drg_code.as_deref())),
        diagnosis: words(rows().map(|row| row.principal_diagnosis.as_deref())),
        money: [
            money(|row| row.total_fen.0),
            money(|row| row.in_scope_fen.0),
            money(|row| row.out_of_catalogue_fen.0),
            money(|row| row.over_limit_fen.0),
            money(|row| row.pre_selfpay_fen.0),
        ],
        settled: [
            settled(|row| row.basic_paid_fen),
            settled(|row| row.critical_illness_paid_fen),
            settled(|row| row.medical_assistance_paid_fen),
            settled(|row| row.supplementary_paid_fen),
            settled(|row| row.other_paid_fen),
        ],
        is_reversal: codes(bills.iter().map(|(_, _, reversal)| u8::from(*reversal))),
        facts: fact_columns(program, true, &facts),
        settled_facts: settled_facts(program, &facts),
    }
}

fn words<'w>(of: impl Iterator<Item = Option<&'w str>>) -> Words<'static> {
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut values: Vec<String> = Vec::new();
    let place = of
        .map(|word| {
            let Some(word) = word else { return u32::MAX };
            *places.entry(word).or_insert_with(|| {
                values.push(word.to_owned());
                count(values.len() - 1)
            })
        })
        .collect();
    Words { place: Cow::Owned(place), values }
}

/// One column for each fact of the program that belongs to claims (or to persons).
pub(crate) fn fact_columns(program: &Program, of_claim: bool, rows: &[&Facts]) -> Vec<FactColumn<'static>> {
    let declared = program.facts.iter();
    declared
        .map(|fact| if fact.of_claim == of_claim { fact_column(&fact.name, rows) } else { FactColumn::Absent })
        .collect()
}

fn fact_column(name: &str, rows: &[&Facts]) -> FactColumn<'static> {
    let values = || rows.iter().map(|facts| facts.get(name));
    let (mut flags, mut numbers, mut texts) = (0, 0, 0);
    for value in values().flatten() {
        match value {
            FactValue::Flag(_) => flags += 1,
            FactValue::Number(_) => numbers += 1,
            FactValue::Word(_) => texts += 1,
        }
    }
    match (flags, numbers, texts) {
        (0, 0, 0) => FactColumn::Absent,
        (_, 0, 0) => FactColumn::Flags(codes(values().map(|value| match value {
            Some(FactValue::Flag(flag)) => u8::from(*flag),
            _ => NO_CODE,
        }))),
        (0, _, 0) => FactColumn::Numbers(amounts(values().map(|value| match value {
            Some(FactValue::Number(number)) => Some(*number),
            _ => None,
        }))),
        (0, 0, _) => FactColumn::Words(words(values().map(|value| match value {
            Some(FactValue::Word(word)) => Some(word.as_str()),
            _ => None,
        }))),
        _ => FactColumn::Mixed(codes(values().map(|value| u8::from(value.is_some())))),
    }
}

/// What tiers without a fixed column were settled at.
pub(crate) fn settled_facts(program: &Program, rows: &[&Facts]) -> Vec<Amounts<'static>> {
    let column = |name: &str| {
        amounts(rows.iter().map(|facts| match facts.get(name) {
            Some(FactValue::Number(fen)) => Some(*fen),
            _ => None,
        }))
    };
    let of_tier = |tier: &shukun_policy::program::Tier| match tier.settled {
        SettledColumn::Fact => column(&tier.name),
        _ => Amounts::default(),
    };
    program.tiers.iter().map(of_tier).collect()
}
