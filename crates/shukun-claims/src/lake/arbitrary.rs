//! Random facts for the property tests of this room.

use std::path::Path;

use jiff::civil::date;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use shukun_base::{ClaimId, Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{
    Certification, Claim, ClaimKind, FactValue, Facts, Household, HouseholdFacts, Insurance, Person, Resolution, Sex,
};

use super::bucket::{StoredHousehold, sort_facts};
use super::codes::Code;
use super::content::ContentHash;
use super::roster::Provenance;
use super::tables::empty_facts;
use super::{Disk, Lake};
use crate::{Batch, Kind, SourceFile};

/// A lake that gives a county another bucket for every four people, so that there are several and their number grows.
pub(crate) fn small_lake(dir: &Path) -> Lake {
    Lake::open_or_create_with(dir, 4, Disk::default()).unwrap()
}

/// Everything a lake holds, by household; checks that each way of reading gives the same.
pub(crate) fn all(lake: &Lake) -> Vec<HouseholdFacts> {
    let buckets = (0..lake.bucket_count()).flat_map(|bucket| lake.read_bucket(bucket).unwrap());
    let mut all: Vec<HouseholdFacts> = buckets.collect();
    let ids = all.iter().map(|facts| facts.household.household_id).collect();
    let mut content = ContentHash::default();
    all.iter().for_each(|facts| content.add(&ContentHash::of(facts).unwrap()));
    assert_eq!(content.short(), lake.input_hash());
    assert!(lake.touched_since(0).unwrap().is_superset(&ids));
    all.sort_by_key(|facts| facts.household.household_id);
    assert_eq!(lake.read_households(&ids).unwrap(), all);
    all
}

/// A batch without rows of a file that does not exist.
pub(crate) fn empty_batch(name: &str, kind: Kind) -> Batch {
    let source =
        SourceFile { name: name.to_owned(), sha256: super::parquet_file::sha256(name.as_bytes()), bytes: 1, kind };
    Batch { persons: vec![], households: vec![], certifications: vec![], claims: vec![], identities: vec![], source }
}

/// A person of whom nothing is known, in a household of their own.
pub(crate) fn stranger(person: u64) -> Person {
    Person {
        person_id: PersonId(person),
        household_id: HouseholdId(person + 1_000),
        birth_date: None,
        sex: None,
        region_code: RegionCode::new("330381001").unwrap(),
        insurance: None,
        local_register: None,
        disability_certificate: None,
        facts: Facts::new(),
    }
}

/// A plain claim of 100 yuan.
pub(crate) fn claim_of(person: u64, claim: u64) -> Claim {
    Claim {
        claim_id: ClaimId(claim),
        settlement_no: Some(format!("JS{claim:06}")),
        person_id: PersonId(person),
        admitted_on: None,
        discharged_on: None,
        settled_on: date(2024, 3, 1),
        kind: ClaimKind::Outpatient,
        institution_code: "H33038100001".to_owned(),
        hospital_level: Some(2),
        out_of_area: None,
        drg_code: None,
        principal_diagnosis: None,
        settled_category: None,
        total_fen: Fen(10_000),
        in_scope_fen: Fen(10_000),
        out_of_catalogue_fen: Fen::ZERO,
        over_limit_fen: Fen::ZERO,
        pre_selfpay_fen: Fen::ZERO,
        basic_paid_fen: None,
        critical_illness_paid_fen: None,
        medical_assistance_paid_fen: None,
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: Facts::new(),
    }
}

fn any_code<C: Code + std::fmt::Debug>() -> impl Strategy<Value = C> {
    prop::sample::select(C::WORDS.iter().map(|(_, code)| *code).collect::<Vec<C>>())
}

fn any_day() -> impl Strategy<Value = Day> {
    (-30_000_i64..30_000)
        .prop_map(|days| date(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap())
}

fn any_fen() -> impl Strategy<Value = Fen> {
    prop_oneof![(-10_000_000_i64..10_000_000).prop_map(Fen), Just(Fen(i64::MAX)), Just(Fen(i64::MIN))]
}

fn any_region() -> impl Strategy<Value = RegionCode> {
    prop::sample::select(vec!["330381", "330381001", "330381001002", "330305100"])
        .prop_map(|code| RegionCode::new(code).unwrap())
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let value = prop_oneof![
        any::<bool>().prop_map(FactValue::Flag),
        any::<i64>().prop_map(FactValue::Number),
        "[一-三\"\\\\a1]{0,4}".prop_map(FactValue::Word),
    ];
    btree_map("[有无重病]{1,3}", value, 0..3)
}

fn any_person(person: u64, household: u64) -> impl Strategy<Value = Person> {
    let fields = (
        option::of(any_day()),
        option::of(any_code::<Sex>()),
        any_region(),
        option::of(any_code::<Insurance>()),
        option::of(any::<bool>()),
        option::of(any::<bool>()),
        any_facts(),
    );
    fields.prop_map(move |(birth_date, sex, region_code, insurance, local_register, disability_certificate, facts)| {
        Person {
            household_id: HouseholdId(household),
            birth_date,
            sex,
            region_code,
            insurance,
            local_register,
            disability_certificate,
            facts,
            ..stranger(person)
        }
    })
}

fn any_certification(person: u64) -> impl Strategy<Value = Certification> {
    let fields = (any_code(), any_day(), option::of(any_day()), any_day(), option::of(any_day()), any::<bool>());
    fields.prop_map(move |(category, valid_from, valid_to, certified_on, applied_on, due_to_illness)| Certification {
        person_id: PersonId(person),
        category,
        valid_from,
        valid_to,
        certified_on,
        applied_on,
        due_to_illness,
    })
}

fn any_claim(person: u64) -> impl Strategy<Value = Claim> {
    let text = || option::of("\\PC{0,6}");
    let about = (any::<u64>(), text(), text(), text(), "\\PC{0,6}", any_code(), option::of(any_code()), any_facts());
    let days =
        (option::of(any_day()), option::of(any_day()), any_day(), option::of(1_i8..4), option::of(any::<bool>()));
    let money = (vec(any_fen(), 5), vec(option::of(any_fen()), 7), option::of(any::<u64>()));
    (about, days, money).prop_map(move |(about, days, money)| Claim {
        claim_id: ClaimId(about.0),
        settlement_no: about.1,
        drg_code: about.2,
        principal_diagnosis: about.3,
        institution_code: about.4,
        kind: about.5,
        settled_category: about.6,
        facts: about.7,
        admitted_on: days.0,
        discharged_on: days.1,
        settled_on: days.2,
        hospital_level: days.3,
        out_of_area: days.4,
        total_fen: money.0[0],
        in_scope_fen: money.0[1],
        out_of_catalogue_fen: money.0[2],
        over_limit_fen: money.0[3],
        pre_selfpay_fen: money.0[4],
        basic_paid_fen: money.1[0],
        critical_illness_paid_fen: money.1[1],
        medical_assistance_paid_fen: money.1[2],
        supplementary_paid_fen: money.1[3],
        other_paid_fen: money.1[4],
        account_paid_fen: money.1[5],
        cash_paid_fen: money.1[6],
        reverses_claim_id: money.2.map(ClaimId),
        ..claim_of(person, 0)
    })
}

fn any_resolution(person: u64) -> impl Strategy<Value = Resolution> {
    ("[救助]{1,2}", any::<i16>(), any_fen(), "\\PC{0,6}").prop_map(move |(rule, year, amount_fen, document)| {
        Resolution { person_id: PersonId(person), rule, year, amount_fen, document }
    })
}

fn any_household(id: u64) -> impl Strategy<Value = Household> {
    (any_region(), option::of(any_fen()), any::<i16>()).prop_map(move |(region_code, annual_income_fen, members)| {
        Household { household_id: HouseholdId(id), region_code, annual_income_fen, members }
    })
}

fn any_provenance() -> impl Strategy<Value = Provenance> {
    (any::<u8>(), option::of(any_region()), option::of(any_region())).prop_map(
        |(roster_fields, roster_region, settled_region)| Provenance { roster_fields, roster_region, settled_region },
    )
}

/// A household of one or two with every kind of row, in stored order.
pub(crate) fn any_stored(id: u64) -> impl Strategy<Value = StoredHousehold> {
    let persons = [id * 10 + 1, id * 10 + 2];
    let [one, two] = persons;
    let people = (any_person(one, id), any_person(two, id), [any_provenance(), any_provenance()]);
    let rows = (
        vec(any_certification(one), 0..3),
        vec(any_claim(two), 0..4),
        vec(any_claim(one), 0..2),
        vec(any_resolution(two), 0..2),
    );
    (any_household(id), any::<bool>(), people, rows).prop_map(|(household, stated, people, rows)| {
        let mut facts = empty_facts(household);
        facts.persons = vec![people.0, people.1];
        facts.certifications = rows.0;
        facts.claims = [rows.1, rows.2].concat();
        facts.resolutions = rows.3;
        sort_facts(&mut facts);
        StoredHousehold { facts, stated, provenance: people.2.to_vec() }
    })
}

/// What a county might know: rows of settlements and rosters, each as a file of its own. Rosters agree with one
/// another, as far as they speak; settlements need not. Some settlement files come twice.
pub(crate) fn any_files() -> impl Strategy<Value = Vec<Batch>> {
    let settlement =
        (1_u64..8).prop_flat_map(|person| (any_person(person, person + 1_000), vec(any_claim(person), 0..3)));
    let roster = (1_u64..8, any::<u8>(), any::<bool>());
    (vec((settlement, 1_usize..3), 1..10), vec(roster, 0..6)).prop_map(|(settlements, rosters)| {
        let settled = settlements.into_iter().enumerate().flat_map(|(at, ((person, claims), copies))| {
            let batch = empty_batch(&format!("结算{at}.xlsx"), Kind::Settlement);
            std::iter::repeat_n(Batch { persons: vec![person], claims, ..batch }, copies)
        });
        let listed = rosters
            .into_iter()
            .enumerate()
            .map(|(at, (person, speaks_of, is_certified))| roster_file(at, person, speaks_of, is_certified));
        settled.chain(listed).collect()
    })
}

/// A roster row of a person: what is said depends on the person alone, which of it is said on `speaks_of`.
fn roster_file(at: usize, person: u64, speaks_of: u8, is_certified: bool) -> Batch {
    let says = |bit: u8| speaks_of & (1 << bit) != 0;
    let household = HouseholdId(person % 3 + 50);
    let even = person.is_multiple_of(2);
    let row = Person {
        household_id: household,
        birth_date: says(0).then(|| date(1950 + i16::try_from(person).unwrap(), 5, 1)),
        sex: says(1).then_some(if even { Sex::F } else { Sex::M }),
        region_code: RegionCode::new(if even { "330381001002" } else { "330305100" }).unwrap(),
        insurance: says(2).then_some(Insurance::Resident),
        local_register: says(3).then_some(even),
        disability_certificate: says(4).then_some(!even),
        ..stranger(person)
    };
    let certification = Certification {
        person_id: PersonId(person),
        category: shukun_engine::facts::Category::Dibao,
        valid_from: date(2023, 1, 1),
        valid_to: says(5).then(|| date(2024, 12, 31)),
        certified_on: date(2022, 12, 20),
        applied_on: None,
        due_to_illness: even,
    };
    let about = Household {
        household_id: household,
        region_code: RegionCode::new("330381001002").unwrap(),
        annual_income_fen: says(6).then_some(Fen::yuan(30_000)),
        members: 4,
    };
    Batch {
        persons: vec![row],
        households: vec![about],
        certifications: is_certified.then_some(certification).into_iter().collect(),
        ..empty_batch(&format!("名册{at}.xlsx"), Kind::Roster)
    }
}
