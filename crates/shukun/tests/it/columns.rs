//! Claims files settled as columns give what the reference evaluator gives, row for row, on the packs of this
//! repository: random households, row groups of a few rows, columns left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayRef, AsArray as _, BooleanArray, Date32Array, Int8Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use arrow::datatypes::{Int64Type, UInt64Type};
use jiff::civil::date;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use shukun_base::{ClaimId, Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_claims::columns::{
    ClaimsFile, Layout, Outcome, Settled, SplitsFile, Take, TotalsOnly, YearsFile, settle_partition, settle_with,
};
use shukun_claims::lake::read_standings;
use shukun_claims::{Lake, LakeError};
use shukun_engine::facts::{Category, Claim, ClaimKind, FactValue, Facts, Household, HouseholdFacts, Person};
use shukun_engine::kernel::{Kernel, NO_AMOUNT, Totals, Wanted};
use shukun_engine::outcome::Standing;
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

use crate::run::{Said, root, shukun};

/// The packs that are tried.
const COUNTIES: [&str; 4] = ["cn-33", "cn-330305-dongtou", "cn-330381-ruian", "cn-3301-hangzhou"];

/// The program of a county's pack with its parents, linked once.
fn program_of(county: &str) -> &'static Program {
    static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| COUNTIES.map(link_county).into());
    let place = COUNTIES.iter().position(|known| *known == county).unwrap();
    &PROGRAMS[place]
}

fn link_county(county: &str) -> Program {
    let policies = root().join("policies");
    let mut folders: Vec<_> = std::fs::read_dir(policies).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let file = |folder: &Path, name: &str| Some((name.to_owned(), std::fs::read(folder.join(name)).ok()?));
    let files = |folder: &Path| ["pack.toml", "规则.md"].iter().filter_map(|name| file(folder, name)).collect();
    let (set, _) = PackSet::read(folders.iter().filter(|folder| folder.is_dir()).map(|folder| files(folder)).collect());
    let region = set.packs().iter().find(|pack| pack.meta.id == county).unwrap().meta.region.clone();
    let (program, findings) = link(&set.with_parents(county), &Choices { readings: Vec::new(), region: Some(region) });
    program.unwrap_or_else(|| panic!("{findings:?}"))
}

fn region() -> RegionCode {
    RegionCode::new("330305").unwrap()
}

/// Which columns a file leaves out.
#[derive(Clone, Copy, Debug)]
struct Absent {
    household: bool,
    claim: bool,
    stay: bool,
    codes: bool,
    settled: bool,
}

fn any_absent() -> impl Strategy<Value = Absent> {
    any::<[bool; 5]>().prop_map(|[household, claim, stay, codes, settled]| Absent {
        household,
        claim,
        stay,
        codes,
        settled,
    })
}

fn any_day() -> impl Strategy<Value = Day> {
    (0_i64..900).prop_map(|days| date(2022, 1, 1).checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap())
}

fn any_claim() -> impl Strategy<Value = Claim> {
    let kinds = vec![
        ClaimKind::Inpatient,
        ClaimKind::Inpatient,
        ClaimKind::Outpatient,
        ClaimKind::SpecialOutpatient,
        ClaimKind::Pharmacy,
    ];
    let categories =
        vec![None, None, Some(Category::Destitute), Some(Category::Dibao), Some(Category::ExpenditureType)];
    let money = (
        0_i64..9_000_000,
        prop::collection::vec(prop_oneof![40 => 0_i64..400_000, 1 => -900_i64..0], 3),
        prop::collection::vec(any_paid(), 5),
    );
    let about = (prop::sample::select(kinds), prop::sample::select(categories), prop::option::of(1_i8..4));
    let codes = (prop::option::of(any::<bool>()), prop::option::of("[A-C]1"), "H?[1-3]", any_facts());
    let days = (any_day(), prop::option::of(0_i64..20), any::<bool>());
    let back = prop::option::weighted(0.15, 0_u64..4);
    (money, about, codes, days, back).prop_map(|(money, about, codes, days, back)| {
        let (in_scope, rest, paid) = money;
        let of = |at: usize| Fen(rest[at]);
        let discharged = days.1.map(|stay| days.0.checked_add(jiff::SignedDuration::from_hours(stay * 24)).unwrap());
        Claim {
            claim_id: ClaimId(0),
            settlement_no: None,
            person_id: PersonId(0),
            admitted_on: discharged.map(|_| days.0),
            discharged_on: discharged,
            settled_on: discharged.unwrap_or(days.0),
            kind: about.0,
            institution_code: codes.2,
            hospital_level: about.2,
            out_of_area: codes.0,
            drg_code: codes.1.clone(),
            principal_diagnosis: codes.1.filter(|_| days.2),
            settled_category: about.1,
            total_fen: Fen(in_scope) + of(0) + of(1) + of(2),
            in_scope_fen: Fen(in_scope),
            out_of_catalogue_fen: of(0),
            over_limit_fen: of(1),
            pre_selfpay_fen: of(2),
            basic_paid_fen: paid[0],
            critical_illness_paid_fen: paid[1],
            medical_assistance_paid_fen: paid[2],
            supplementary_paid_fen: paid[3],
            other_paid_fen: paid[4],
            account_paid_fen: None,
            cash_paid_fen: None,
            reverses_claim_id: back.map(ClaimId),
            facts: codes.3,
        }
    })
}

fn any_paid() -> impl Strategy<Value = Option<Fen>> {
    prop::option::of((0_i64..900_000).prop_map(Fen))
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let value = prop_oneof![any::<bool>().prop_map(FactValue::Flag), (0_i64..99_999).prop_map(FactValue::Number)];
    prop::option::weighted(0.2, prop::collection::btree_map("有暴力倾向|慈善救助|意外伤害", value, 1..3))
        .prop_map(Option::unwrap_or_default)
}

/// Households of some persons with some claims each, in order; a reversal takes back an earlier claim of the household.
fn any_households() -> impl Strategy<Value = Vec<HouseholdFacts>> {
    let claims = prop::collection::vec((0_u64..3, any_claim()), 1..9);
    prop::collection::vec(claims, 0..12)
        .prop_map(|households| households.into_iter().enumerate().map(|(at, claims)| household(at, claims)).collect())
}

fn household(at: usize, claims: Vec<(u64, Claim)>) -> HouseholdFacts {
    let at = u64::try_from(at).unwrap();
    let mut rows: Vec<Claim> = Vec::new();
    for (number, (member, claim)) in claims.into_iter().enumerate() {
        let claim_id = ClaimId(at * 100 + u64::try_from(number).unwrap());
        let reversed = claim.reverses_claim_id.and_then(|back| rows.get(usize::try_from(back.0).unwrap()).cloned());
        let row = match reversed {
            Some(reversed) if reversed.reverses_claim_id.is_none() => taken_back(&reversed, claim_id),
            _ => Claim { claim_id, person_id: PersonId(at * 10 + member), reverses_claim_id: None, ..claim },
        };
        rows.push(row);
    }
    facts_of(at + 7, rows)
}

fn taken_back(of: &Claim, claim_id: ClaimId) -> Claim {
    let back = |paid: Option<Fen>| paid.map(|paid| -paid);
    Claim {
        claim_id,
        reverses_claim_id: Some(of.claim_id),
        total_fen: -of.total_fen,
        in_scope_fen: -of.in_scope_fen,
        out_of_catalogue_fen: -of.out_of_catalogue_fen,
        over_limit_fen: -of.over_limit_fen,
        pre_selfpay_fen: -of.pre_selfpay_fen,
        basic_paid_fen: back(of.basic_paid_fen),
        critical_illness_paid_fen: back(of.critical_illness_paid_fen),
        medical_assistance_paid_fen: back(of.medical_assistance_paid_fen),
        supplementary_paid_fen: back(of.supplementary_paid_fen),
        other_paid_fen: back(of.other_paid_fen),
        ..of.clone()
    }
}

/// A household of which nothing is known but these claims.
fn facts_of(household: u64, claims: Vec<Claim>) -> HouseholdFacts {
    let mut ids: Vec<PersonId> = claims.iter().map(|claim| claim.person_id).collect();
    ids.sort();
    ids.dedup();
    let person = |person_id: &PersonId| Person {
        person_id: *person_id,
        household_id: HouseholdId(household),
        birth_date: None,
        sex: None,
        region_code: region(),
        insurance: None,
        local_register: None,
        disability_certificate: None,
        facts: Facts::new(),
    };
    HouseholdFacts {
        household: Household {
            household_id: HouseholdId(household),
            region_code: region(),
            annual_income_fen: None,
            members: i16::try_from(ids.len()).unwrap(),
        },
        persons: ids.iter().map(person).collect(),
        certifications: Vec::new(),
        claims,
        resolutions: Vec::new(),
    }
}

/// What a file without some columns says.
fn as_the_file_says(households: &[HouseholdFacts], absent: Absent) -> Vec<HouseholdFacts> {
    let mut groups: BTreeMap<u64, Vec<Claim>> = BTreeMap::new();
    let rows =
        households.iter().flat_map(|facts| facts.claims.iter().map(|claim| (facts.household.household_id, claim)));
    let mut rows: Vec<(HouseholdId, Claim)> = rows.map(|(household, claim)| (household, claim.clone())).collect();
    if absent.household {
        rows.sort_by_key(|(_, claim)| claim.person_id);
    }
    for (at, (household, mut claim)) in rows.into_iter().enumerate() {
        if absent.claim {
            claim.claim_id = ClaimId(u64::try_from(at).unwrap());
        }
        if absent.stay {
            (claim.admitted_on, claim.discharged_on, claim.out_of_area, claim.hospital_level) =
                (None, None, None, None);
        }
        if absent.codes {
            (claim.drg_code, claim.principal_diagnosis, claim.settled_category) = (None, None, None);
            (claim.institution_code, claim.facts) = (String::new(), Facts::new());
        }
        if absent.settled {
            (claim.supplementary_paid_fen, claim.other_paid_fen, claim.reverses_claim_id) = (None, None, None);
            claim.basic_paid_fen = None;
        }
        let key = if absent.household { claim.person_id.0 } else { household.0 };
        groups.entry(key).or_default().push(claim);
    }
    groups.into_iter().map(|(household, claims)| facts_of(household, claims)).collect()
}

fn days(cells: impl Iterator<Item = Option<Day>>) -> ArrayRef {
    let number = |day: Day| i32::try_from(day.duration_since(date(1970, 1, 1)).as_hours() / 24).unwrap();
    Arc::new(cells.map(|day| day.map(number)).collect::<Date32Array>())
}

fn money(cells: impl Iterator<Item = Option<Fen>>) -> ArrayRef {
    Arc::new(cells.map(|fen| fen.map(|fen| fen.0)).collect::<Int64Array>())
}

fn texts(cells: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(cells.collect::<StringArray>())
}

fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// Writes the claims as they stand, text as plain text, with row groups of so many rows.
fn write(path: &Path, households: &[HouseholdFacts], absent: Absent, rows_in_group: usize) {
    let rows: Vec<(u64, &Claim)> = households
        .iter()
        .flat_map(|facts| facts.claims.iter().map(|claim| (facts.household.household_id.0, claim)))
        .collect();
    let claims = || rows.iter().map(|(_, claim)| *claim);
    let id = |cells: Vec<u64>| -> ArrayRef { Arc::new(UInt64Array::from(cells)) };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("person_id", id(claims().map(|claim| claim.person_id.0).collect())),
        ("settled_on", days(claims().map(|claim| Some(claim.settled_on)))),
        ("kind", texts(claims().map(|claim| Some(word(claim.kind))))),
        ("total_fen", money(claims().map(|claim| Some(claim.total_fen)))),
        ("in_scope_fen", money(claims().map(|claim| Some(claim.in_scope_fen)))),
        ("out_of_catalogue_fen", money(claims().map(|claim| Some(claim.out_of_catalogue_fen)))),
        ("over_limit_fen", money(claims().map(|claim| Some(claim.over_limit_fen)))),
        ("pre_selfpay_fen", money(claims().map(|claim| Some(claim.pre_selfpay_fen)))),
        ("critical_illness_paid_fen", money(claims().map(|claim| claim.critical_illness_paid_fen))),
        ("medical_assistance_paid_fen", money(claims().map(|claim| claim.medical_assistance_paid_fen))),
    ];
    if !absent.household {
        columns.push(("household_id", id(rows.iter().map(|(household, _)| *household).collect())));
    }
    if !absent.claim {
        columns.push(("claim_id", id(claims().map(|claim| claim.claim_id.0).collect())));
    }
    if !absent.stay {
        columns.push(("admitted_on", days(claims().map(|claim| claim.admitted_on))));
        columns.push(("discharged_on", days(claims().map(|claim| claim.discharged_on))));
        columns.push(("out_of_area", Arc::new(claims().map(|claim| claim.out_of_area).collect::<BooleanArray>())));
        columns.push(("hospital_level", Arc::new(claims().map(|claim| claim.hospital_level).collect::<Int8Array>())));
    }
    if !absent.codes {
        let facts = |claim: &Claim| (!claim.facts.is_empty()).then(|| serde_json::to_string(&claim.facts).unwrap());
        columns.push(("drg_code", texts(claims().map(|claim| claim.drg_code.clone()))));
        columns.push(("principal_diagnosis", texts(claims().map(|claim| claim.principal_diagnosis.clone()))));
        columns.push(("settled_category", texts(claims().map(|claim| claim.settled_category.map(word)))));
        columns.push(("institution_code", texts(claims().map(|claim| Some(claim.institution_code.clone())))));
        columns.push(("facts", texts(claims().map(facts))));
    }
    if !absent.settled {
        let back = |claim: &Claim| claim.reverses_claim_id.map(|id| id.0);
        columns.push(("basic_paid_fen", money(claims().map(|claim| claim.basic_paid_fen))));
        columns.push(("supplementary_paid_fen", money(claims().map(|claim| claim.supplementary_paid_fen))));
        columns.push(("other_paid_fen", money(claims().map(|claim| claim.other_paid_fen))));
        columns.push(("reverses_claim_id", Arc::new(claims().map(back).collect::<UInt64Array>())));
    }
    write_table(path, columns, rows_in_group);
}

fn write_table(path: &Path, columns: Vec<(&str, ArrayRef)>, rows_in_group: usize) {
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_in_group)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
}

/// Everything that came, in order.
#[derive(Debug, Default)]
struct Kept {
    /// Claim, person, paid by tier, family.
    splits: Vec<(u64, u64, Vec<i64>, i64)>,
    /// Person, household, year, money, paid, family, burden, colour.
    years: Vec<(u64, u64, i16, Vec<i64>, u8)>,
}

impl Take for Kept {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        let (split, years) = (&settled.answer.split, &settled.answer.years);
        for (row, (claim, person)) in settled.claim_id.iter().zip(&settled.person_id).enumerate() {
            let paid = split.paid_fen.iter().map(|column| column[row]).collect();
            self.splits.push((*claim, *person, paid, split.family_fen[row]));
        }
        for (row, (person, home)) in settled.year_person_id.iter().zip(&settled.year_household_id).enumerate() {
            let columns = years.money.iter().chain(&years.paid_fen).chain([&years.family_fen]);
            let amounts = columns.chain(&years.burden_fen).chain(&years.cap_left_fen).map(|column| column[row]);
            self.years.push((*person, *home, years.year[row], amounts.collect(), years.colour[row]));
        }
        Ok(())
    }
}

fn wanted_year(program: &Program, row: &Standing) -> (u64, u64, i16, Vec<i64>, u8) {
    let mut amounts =
        vec![row.total_fen, row.in_scope_fen, row.out_of_catalogue_fen, row.over_limit_fen, row.pre_selfpay_fen];
    amounts.extend(row.paid_fen.iter().map(|(_, fen)| *fen));
    amounts.push(row.family_fen);
    let named = |amount: Option<&Fen>| amount.copied().unwrap_or(Fen(NO_AMOUNT));
    amounts.extend(program.measures.iter().map(|measure| named(row.burden_fen.get(&measure.name))));
    amounts.extend(program.rules.iter().map(|rule| named(row.cap_left_fen.get(&rule.name))));
    let colour = row.colour.map_or(u8::MAX, |colour| u8::try_from(colour as isize).unwrap());
    (row.person_id.0, row.household_id.0, row.year, amounts.iter().map(|fen| fen.0).collect(), colour)
}

/// What the reference evaluator gives, in the order of the file's rows.
fn wanted(kernel: &Kernel<'_>, program: &Program, households: &[HouseholdFacts]) -> (Kept, Totals) {
    let (mut kept, mut totals) = (Kept::default(), Totals::default());
    totals.paid_fen = vec![0; program.tiers.len()];
    totals.rule_fen = vec![0; program.rules.len()];
    for facts in households {
        let settled = kernel.settle_slow(facts);
        for claim in &facts.claims {
            let bill = settled.bills.iter().find(|bill| bill.claim_id == claim.claim_id);
            let paid =
                bill.map_or(vec![0; program.tiers.len()], |bill| bill.paid_fen.iter().map(|fen| fen.0).collect());
            kept.splits.push((claim.claim_id.0, claim.person_id.0, paid, bill.map_or(0, |bill| bill.family_fen.0)));
        }
        for bill in &settled.bills {
            totals.claims += 1;
            totals.total_fen += i128::from(bill.total_fen.0);
            totals.family_fen += i128::from(bill.family_fen.0);
            totals.paid_fen.iter_mut().zip(&bill.paid_fen).for_each(|(sum, fen)| *sum += i128::from(fen.0));
            totals.rule_fen.iter_mut().zip(&bill.rule_fen).for_each(|(sum, fen)| *sum += i128::from(fen.0));
        }
        kept.years.extend(settled.standings.iter().map(|row| wanted_year(program, row)));
    }
    (kept, totals)
}

const BOTH: Wanted = Wanted { split: true, years: true };

fn settled(path: &Path, kernel: &Kernel<'_>, layout: Layout) -> Result<(Kept, Outcome), LakeError> {
    let (file, mut kept) = (ClaimsFile::open(path)?, Kept::default());
    let outcome = settle_with(&file, kernel, &region(), BOTH, &mut kept, layout)?;
    Ok((kept, outcome))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_claims_file_gives_what_the_reference_evaluator_gives(
        households in any_households(),
        absent in any_absent(),
        rows_in_group in 1_usize..40,
        rows_at_once in 1_usize..20,
        threads in 1_usize..4,
        county in prop::sample::select(COUNTIES.to_vec()),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claims.parquet");
        let households = as_the_file_says(&households, absent);
        write(&path, &households, absent, rows_in_group);
        let program = program_of(county);
        let kernel = Kernel::new(program);
        let layout = Layout { threads, rows_at_once, rows_waiting: rows_at_once * 2 };
        let (kept, outcome) = settled(&path, &kernel, layout).unwrap();
        let (right, totals) = wanted(&kernel, program, &households);
        prop_assert_eq!(&kept.splits, &right.splits);
        prop_assert_eq!(&kept.years, &right.years);
        prop_assert_eq!(outcome.households, u64::try_from(households.len()).unwrap());
        prop_assert_eq!(outcome.rows, u64::try_from(kept.splits.len()).unwrap());
        let file = ClaimsFile::open(&path).unwrap();
        let alone = settle_with(&file, &kernel, &region(), Wanted::default(), &mut TotalsOnly, layout).unwrap();
        prop_assert_eq!(&alone, &outcome);
        if !households.is_empty() {
            prop_assert_eq!(outcome.totals, totals);
        }
    }
}

/// Both files at once.
struct Files {
    splits: SplitsFile,
    years: YearsFile,
}

impl Take for Files {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        self.splits.take(settled)?;
        self.years.take(settled)
    }
}

fn read_splits(path: &Path) -> Vec<(u64, u64, Vec<i64>, i64)> {
    let mut rows = Vec::new();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    for table in reader {
        let table = table.unwrap();
        let ids = |at: usize| table.column(at).as_primitive::<UInt64Type>().values().to_vec();
        let amounts = |at: usize| table.column(at).as_primitive::<Int64Type>().values().to_vec();
        let columns: Vec<Vec<i64>> = (2..table.num_columns()).map(amounts).collect();
        for (row, (claim, person)) in ids(0).into_iter().zip(ids(1)).enumerate() {
            let mut paid: Vec<i64> = columns.iter().map(|column| column[row]).collect();
            let family = paid.pop().unwrap();
            rows.push((claim, person, paid, family));
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_written_tables_hold_what_was_settled(households in any_households(), rows_in_group in 1_usize..40) {
        let absent = Absent { household: false, claim: false, stay: false, codes: false, settled: false };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claims.parquet");
        write(&path, &households, absent, rows_in_group);
        let program = program_of("cn-330305-dongtou");
        let kernel = Kernel::new(program);
        let (splits, standings) = (dir.path().join("splits.parquet"), dir.path().join("standings.parquet"));
        let names = kernel.names();
        let mut files = Files {
            splits: SplitsFile::create(&splits, &names).unwrap(),
            years: YearsFile::create(&standings, &names).unwrap(),
        };
        let file = ClaimsFile::open(&path).unwrap();
        let layout = Layout { threads: 2, rows_at_once: 7, rows_waiting: 20 };
        settle_with(&file, &kernel, &region(), BOTH, &mut files, layout).unwrap();
        let names_now: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        prop_assert!(!names_now.contains(&"splits.parquet".into()) && !names_now.contains(&"standings.parquet".into()));
        let (right, _) = wanted(&kernel, program, &households);
        prop_assert_eq!(files.splits.finish().unwrap(), u64::try_from(right.splits.len()).unwrap());
        prop_assert_eq!(files.years.finish().unwrap(), u64::try_from(right.years.len()).unwrap());
        prop_assert_eq!(read_splits(&splits), right.splits);
        let rows: Vec<Standing> = households.iter().flat_map(|facts| kernel.settle_slow(facts).standings).collect();
        prop_assert_eq!(read_standings(&standings).unwrap(), rows);
    }
}

fn plain(claims: u64) -> Vec<HouseholdFacts> {
    let claim = |id: u64| Claim {
        claim_id: ClaimId(id),
        settlement_no: None,
        person_id: PersonId(5),
        admitted_on: Some(date(2023, 1, 1)),
        discharged_on: Some(date(2023, 1, 9)),
        settled_on: date(2023, 1, 9),
        kind: ClaimKind::Inpatient,
        institution_code: "H1".to_owned(),
        hospital_level: Some(2),
        out_of_area: Some(false),
        drg_code: None,
        principal_diagnosis: None,
        settled_category: Some(Category::Dibao),
        total_fen: Fen(200_000),
        in_scope_fen: Fen(200_000),
        out_of_catalogue_fen: Fen(0),
        over_limit_fen: Fen(0),
        pre_selfpay_fen: Fen(0),
        basic_paid_fen: Some(Fen(100_000)),
        critical_illness_paid_fen: None,
        medical_assistance_paid_fen: None,
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: Facts::new(),
    };
    vec![facts_of(9, (0..claims).map(claim).collect())]
}

const NONE_ABSENT: Absent = Absent { household: false, claim: false, stay: false, codes: false, settled: false };
const SMALL: Layout = Layout { threads: 2, rows_at_once: 8, rows_waiting: 16 };

#[test]
fn a_household_larger_than_a_row_group_stays_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("claims.parquet");
    let households = plain(60);
    write(&path, &households, NONE_ABSENT, 10);
    let program = program_of("cn-330305-dongtou");
    let kernel = Kernel::new(program);
    let (kept, outcome) = settled(&path, &kernel, SMALL).unwrap();
    let (right, totals) = wanted(&kernel, program, &households);
    assert_eq!((kept.splits, kept.years, outcome.totals), (right.splits, right.years, totals.clone()));
    assert_eq!((outcome.households, outcome.rows), (1, 60));
    assert!(totals.paid_fen.iter().filter(|paid| **paid > 0).count() > 1, "the packs pay something: {totals:?}");
}

#[test]
fn an_empty_file_is_settled_to_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("claims.parquet");
    write(&path, &[], NONE_ABSENT, 10);
    let program = program_of("cn-330305-dongtou");
    let (kept, outcome) = settled(&path, &Kernel::new(program), SMALL).unwrap();
    assert_eq!((kept.splits.len(), kept.years.len(), outcome), (0, 0, Outcome::default()));
}

#[test]
fn what_cannot_be_settled_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("claims.parquet");
    let kernels = COUNTIES.map(|county| Kernel::new(program_of(county)));
    let kernel = kernels.into_iter().find(|kernel| kernel.needs().claims.contains("kind")).unwrap();
    let code = |path: &Path| settled(path, &kernel, SMALL).unwrap_err().code;
    let ids: ArrayRef = Arc::new(UInt64Array::from(vec![1, 2, 3]));
    let day = || days((0..3).map(|_| Some(date(2023, 1, 9))));
    let kinds = || texts(["inpatient", "inpatient", "住院"].map(|kind| Some(kind.to_owned())).into_iter());
    assert_eq!(code(&path), "lake-file");
    std::fs::write(&path, "claims").unwrap();
    assert_eq!(code(&path), "columns-not-parquet");
    write_table(&path, vec![("person_id", Arc::clone(&ids))], 9);
    assert_eq!(code(&path), "columns-missing");
    write_table(&path, vec![("person_id", Arc::clone(&ids)), ("settled_on", day())], 9);
    assert_eq!(code(&path), "columns-missing");
    write_table(&path, vec![("person_id", Arc::clone(&ids)), ("settled_on", day()), ("kind", kinds())], 9);
    assert_eq!(code(&path), "columns-value");
    let floats: ArrayRef = Arc::new(arrow::array::Float64Array::from(vec![1.0, 2.0, 3.0]));
    let mut table = vec![("person_id", ids), ("settled_on", day()), ("total_fen", floats)];
    write_table(&path, table.clone(), 9);
    assert_eq!(code(&path), "columns-type");
    table[2].1 = money([Some(Fen(1)), None, Some(Fen(1))].into_iter());
    write_table(&path, table, 9);
    assert_eq!(code(&path), "columns-empty");
    for rows_in_group in [1, 2, 9] {
        let ids: ArrayRef = Arc::new(UInt64Array::from(vec![1, 3, 2]));
        let kinds = texts((0..3).map(|_| Some("pharmacy".to_owned())));
        write_table(&path, vec![("person_id", ids), ("settled_on", day()), ("kind", kinds)], rows_in_group);
        assert_eq!(code(&path), "columns-unsorted", "{rows_in_group} rows in a group");
    }
}

/// `shukun settle-file` with `more` words on this file.
fn settle_file(file: &Path, out: &Path, more: &str) -> Said {
    let [file, out] = [file, out].map(|path| path.display().to_string());
    let mut line = vec!["settle-file", &file, "--packs", "policies", "--region", "330305", "--out", &out];
    line.extend(more.split_whitespace());
    shukun(&line)
}

#[test]
fn the_command_writes_what_it_was_asked_for_and_a_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("claims.parquet"), dir.path().join("out"));
    let households = plain(60);
    write(&path, &households, NONE_ABSENT, 10);
    let files = || {
        let names = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    let said = settle_file(&path, &out, "--totals --hash-input");
    assert_eq!((said.code, files().as_str()), (0, "receipt.json"), "{}", said.all());
    assert!(said.out.starts_with("结算 60 笔，1 户"), "{}", said.out);
    let receipt: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("receipt.json")).unwrap()).unwrap();
    let program = program_of("cn-330305-dongtou");
    let (_, totals) = wanted(&Kernel::new(program), program, &households);
    assert_eq!(receipt["total_fen"], i64::try_from(totals.total_fen).unwrap());
    assert_eq!(receipt["family_fen"], i64::try_from(totals.family_fen).unwrap());
    let paid: Vec<i128> =
        receipt["paid_fen"].as_array().unwrap().iter().map(|row| row[1].as_i64().unwrap().into()).collect();
    assert_eq!(paid, totals.paid_fen);
    assert_eq!(
        (&receipt["input"]["rows"], receipt["input"]["bytes"].as_u64()),
        (&60.into(), Some(path.metadata().unwrap().len()))
    );
    for hash in ["footer_sha256", "sha256"] {
        assert_eq!(receipt["input"][hash].as_str().unwrap().len(), 64, "{hash}");
    }
    let said = settle_file(&path, &out, "--split --standings --format json");
    assert_eq!((said.code, files().as_str()), (0, "receipt.json splits.parquet standings.parquet"), "{}", said.all());
    assert_eq!((&said.json()["splits"], &said.json()["standings"]), (&60.into(), &1.into()));
    assert_eq!(said.json()["input"]["footer_sha256"], receipt["input"]["footer_sha256"]);
}

#[test]
fn the_command_refuses_what_it_cannot_settle_and_leaves_no_table() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("claims.parquet"), dir.path().join("out"));
    let ids: ArrayRef = Arc::new(UInt64Array::from(vec![1, 3, 2]));
    write_table(&path, vec![("person_id", ids), ("settled_on", days((0..3).map(|_| Some(date(2023, 1, 9)))))], 9);
    let said = settle_file(&path, &out, "--split --standings");
    assert_eq!((said.code, std::fs::read_dir(&out).unwrap().count()), (3, 0), "{}", said.all());
    assert!(said.err.contains("错误[columns-unsorted]") && said.err.contains("ORDER BY person_id"), "{}", said.err);
}

/// A lake of a small synthetic county with claims of two years, made by the program itself.
fn lake_of_two_years(dir: &Path) -> Lake {
    let out = dir.join("files").display().to_string();
    let words = ["synth", "--county", "ruian", "--people", "400", "--seed", "5", "--from", "2022", "--to", "2023"];
    let said = shukun(&[&words[..], &["--out", &out, "--format", "json"]].concat());
    let lake = dir.join("lake").display().to_string();
    let mut line = vec!["import".to_owned(), "--lake".to_owned(), lake.clone()];
    line.extend(said.json()["to_import"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()));
    let said = shukun(&line);
    assert_eq!(said.code, 0, "{}", said.all());
    Lake::open(Path::new(&lake)).unwrap()
}

#[test]
fn a_partition_of_a_lake_gives_what_the_reference_evaluator_gives() {
    let dir = tempfile::tempdir().unwrap();
    let lake = lake_of_two_years(dir.path());
    assert!(!lake.partitions().is_empty());
    for county in ["cn-330381-ruian", "cn-33"] {
        let program = program_of(county);
        let kernel = Kernel::new(program);
        for partition in lake.partitions() {
            let (mut kept, mut households) = (Kept::default(), Vec::new());
            let outcome = settle_partition(&lake, &partition, &kernel, &region(), BOTH, &mut kept).unwrap();
            lake.read_partition(&partition, |piece| {
                households.extend(piece);
                Ok::<(), LakeError>(())
            })
            .unwrap();
            let (mut right, totals) = wanted(&kernel, program, &households);
            let years: std::collections::BTreeSet<i16> = right.years.iter().map(|row| row.2).collect();
            assert!(years.len() > 1, "claims of several years: {years:?}");
            assert_eq!(kept.years, right.years);
            // Claims of a household stand year by year here, by person there.
            kept.splits.sort();
            right.splits.sort();
            assert_eq!(kept.splits, right.splits);
            assert_eq!(outcome.totals, totals);
            assert_eq!(outcome.households, u64::try_from(households.len()).unwrap());
            assert!(totals.paid_fen.iter().any(|paid| *paid > 0));
        }
    }
}
