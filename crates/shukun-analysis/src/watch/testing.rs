//! For the unit tests: the pack of Ruian with its three illustrative lines (50,000, 100,000, 200,000 yuan), and
//! households with hand-made claims. Yuan throughout; nothing was paid by anybody, so a claim is its own burden.

use std::path::Path;

use shukun_base::{ClaimId, Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{Certification, Claim, ClaimKind, Household, HouseholdFacts, Insurance, Person};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

use super::{Month, PersonYear, Span, Watch, follow};

pub(crate) fn ruian() -> Program {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let folders = ["cn-33", "cn-3303-wenzhou", "cn-330381-ruian"].map(|id| policies.join(id));
    let file = |folder: &Path, name: &str| Some((name.to_owned(), std::fs::read(folder.join(name)).ok()?));
    let files = |folder: &Path| ["pack.toml", "规则.md"].iter().filter_map(|name| file(folder, name)).collect();
    let (set, _) = PackSet::read(folders.iter().filter(|folder| folder.is_dir()).map(|folder| files(folder)).collect());
    let readings = vec![("R3".to_owned(), "三线".to_owned())];
    let (program, findings) = link(&set, &Choices { readings, region: RegionCode::new("330381") });
    program.unwrap_or_else(|| panic!("{findings:?}"))
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn person(id: u64) -> Person {
    Person {
        person_id: PersonId(id),
        household_id: HouseholdId(1),
        birth_date: Some(day("1960-01-01")),
        sex: None,
        region_code: RegionCode::new("330381001001").unwrap(),
        insurance: Some(Insurance::Resident),
        local_register: Some(true),
        disability_certificate: None,
        facts: Default::default(),
    }
}

/// An inpatient bill of `person`, discharged and settled on the days given.
pub(crate) fn claim(id: u64, of: u64, discharged: &str, settled: &str, yuan: i64) -> Claim {
    let total = Fen::yuan(yuan);
    Claim {
        claim_id: ClaimId(id),
        settlement_no: None,
        person_id: PersonId(of),
        admitted_on: Some(day(discharged)),
        discharged_on: Some(day(discharged)),
        settled_on: day(settled),
        kind: ClaimKind::Inpatient,
        institution_code: "H1".to_owned(),
        hospital_level: Some(2),
        out_of_area: Some(false),
        drg_code: None,
        principal_diagnosis: None,
        settled_category: None,
        total_fen: total,
        in_scope_fen: total,
        out_of_catalogue_fen: Fen::ZERO,
        over_limit_fen: Fen::ZERO,
        pre_selfpay_fen: Fen::ZERO,
        basic_paid_fen: Some(Fen::ZERO),
        critical_illness_paid_fen: Some(Fen::ZERO),
        medical_assistance_paid_fen: Some(Fen::ZERO),
        supplementary_paid_fen: Some(Fen::ZERO),
        other_paid_fen: Some(Fen::ZERO),
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: Default::default(),
    }
}

/// The whole of `of` taken back on another day.
pub(crate) fn reversal(id: u64, of: &Claim, settled: &str) -> Claim {
    Claim {
        claim_id: ClaimId(id),
        settled_on: day(settled),
        total_fen: -of.total_fen,
        in_scope_fen: -of.in_scope_fen,
        reverses_claim_id: Some(of.claim_id),
        ..of.clone()
    }
}

pub(crate) fn household(persons: Vec<Person>, claims: Vec<Claim>) -> HouseholdFacts {
    HouseholdFacts {
        household: Household {
            household_id: HouseholdId(1),
            region_code: RegionCode::new("330381001001").unwrap(),
            annual_income_fen: None,
            members: i16::try_from(persons.len()).unwrap(),
        },
        persons,
        certifications: Vec::<Certification>::new(),
        claims,
        resolutions: Vec::new(),
    }
}

/// The histories of one household through a month.
pub(crate) fn followed(facts: HouseholdFacts, through: &str) -> Vec<PersonYear> {
    let program = ruian();
    let watch = Watch::new(&program).unwrap();
    follow(&watch, vec![facts], Span { through: month(through) }, |_, _| {})
}
