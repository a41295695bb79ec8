//! The columns of the lake's five tables: rows to Arrow and back.
//!
//! A column may be added at the end; none is renamed or dropped. `household_id` stands in every table, so that each
//! file can be joined with its neighbours of the same partition by merging. Start at [`table`] and [`add_rows`].

use arrow::array::{Int8Array, Int16Array, RecordBatch, UInt8Array};
use shukun_base::{ClaimId, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{Certification, Claim, Household, HouseholdFacts, Person, Resolution};

use super::bucket::{Assembly, StoredHousehold, Table, claims_of_year};
use super::columns::{self as col, Cells, Rows, table_of};
use super::error::{LakeError, damaged};
use super::roster::Provenance;

type Dictionary = arrow::array::DictionaryArray<arrow::datatypes::Int32Type>;

/// The rows of `which` table for these households, which are in order; of the claims those of one year, or all.
pub(crate) fn table(
    which: Table,
    year: Option<i16>,
    households: &[&StoredHousehold],
) -> Result<RecordBatch, LakeError> {
    match which {
        Table::Households => households_table(households),
        Table::Persons => persons_table(households),
        Table::Certifications => certifications_table(households),
        Table::Claims => claims_table(households, year),
        Table::Resolutions => resolutions_table(households),
    }
}

/// Adds the rows of one read table to the assembly of its bucket.
pub(crate) fn add_rows(which: Table, table: &RecordBatch, place: &str, to: &mut Assembly) -> Result<(), LakeError> {
    let rows = Rows { table, place };
    match which {
        Table::Households => add_households(&rows, to),
        Table::Persons => add_persons(&rows, to),
        Table::Certifications => add_certifications(&rows, to),
        Table::Claims => add_claims(&rows, to),
        Table::Resolutions => add_resolutions(&rows, to),
    }
}

/// The rows of one kind with the household of each.
fn rows_of<'a, T: 'a, R: Iterator<Item = &'a T>>(
    households: &[&'a StoredHousehold],
    part: impl Fn(&'a HouseholdFacts) -> R,
) -> Vec<(HouseholdId, &'a T)> {
    let with_id = households.iter().flat_map(|stored| {
        let id = stored.id();
        part(&stored.facts).map(move |row| (id, row))
    });
    with_id.collect()
}

fn households_table(households: &[&StoredHousehold]) -> Result<RecordBatch, LakeError> {
    let rows = || households.iter().map(|stored| &stored.facts.household);
    let columns = vec![
        col::ids("household_id", rows().map(|row| row.household_id.0)),
        col::words("region_code", rows().map(|row| row.region_code.as_str())),
        col::optional_amounts("annual_income_fen", rows().map(|row| row.annual_income_fen)),
        col::shorts("members", rows().map(|row| row.members)),
        col::flags("stated", households.iter().map(|stored| stored.stated)),
    ];
    table_of(columns, "households")
}

fn add_households(rows: &Rows, to: &mut Assembly) -> Result<(), LakeError> {
    let household_id = rows.ids("household_id")?;
    let region_code = rows.words("region_code")?;
    let income = rows.numbers("annual_income_fen")?;
    let members: Cells<Int16Array> = rows.column("members")?;
    let stated = rows.flags("stated")?;
    for row in 0..rows.table.num_rows() {
        let household = Household {
            household_id: HouseholdId(household_id.get(row)?),
            region_code: region(&region_code, row, rows.place)?,
            annual_income_fen: income.find_fen(row),
            members: members.get(row)?,
        };
        to.add_household(StoredHousehold {
            facts: empty_facts(household),
            stated: stated.get(row)?,
            provenance: Vec::new(),
        })?;
    }
    Ok(())
}

/// The household with nobody in it yet.
pub(crate) fn empty_facts(household: Household) -> HouseholdFacts {
    HouseholdFacts { household, persons: vec![], certifications: vec![], claims: vec![], resolutions: vec![] }
}

fn region(cells: &Cells<Dictionary>, row: usize, place: &str) -> Result<RegionCode, LakeError> {
    let not_a_code = || damaged(place, format!("region row {}: not a code", row + 1));
    RegionCode::new(cells.get(row)?).ok_or_else(not_a_code)
}

fn optional_region(cells: &Cells<Dictionary>, row: usize, place: &str) -> Result<Option<RegionCode>, LakeError> {
    cells.find(row).map(|_| region(cells, row, place)).transpose()
}

fn persons_table(households: &[&StoredHousehold]) -> Result<RecordBatch, LakeError> {
    let rows = || households.iter().flat_map(|stored| &stored.facts.persons);
    let provenance = || households.iter().flat_map(|stored| &stored.provenance);
    let columns = vec![
        col::ids("person_id", rows().map(|row| row.person_id.0)),
        col::ids("household_id", rows().map(|row| row.household_id.0)),
        col::optional_days("birth_date", rows().map(|row| row.birth_date)),
        col::optional_codes("sex", rows().map(|row| row.sex)),
        col::words("region_code", rows().map(|row| row.region_code.as_str())),
        col::optional_codes("insurance", rows().map(|row| row.insurance)),
        col::optional_flags("local_register", rows().map(|row| row.local_register)),
        col::optional_flags("disability_certificate", rows().map(|row| row.disability_certificate)),
        col::facts("facts", rows().map(|row| &row.facts))?,
        col::bits("roster_fields", provenance().map(|row| row.roster_fields)),
        col::optional_words(
            "roster_region",
            provenance().map(|row| row.roster_region.as_ref().map(RegionCode::as_str)),
        ),
        col::optional_words(
            "settled_region",
            provenance().map(|row| row.settled_region.as_ref().map(RegionCode::as_str)),
        ),
    ];
    table_of(columns, "persons")
}

fn add_persons(rows: &Rows, to: &mut Assembly) -> Result<(), LakeError> {
    let person_id = rows.ids("person_id")?;
    let household_id = rows.ids("household_id")?;
    let birth_date = rows.days("birth_date")?;
    let sex = rows.words("sex")?;
    let region_code = rows.words("region_code")?;
    let insurance = rows.words("insurance")?;
    let local_register = rows.flags("local_register")?;
    let disability_certificate = rows.flags("disability_certificate")?;
    let facts = rows.texts("facts")?;
    let roster_fields: Cells<UInt8Array> = rows.column("roster_fields")?;
    let [roster_region, settled_region] = [rows.words("roster_region")?, rows.words("settled_region")?];
    for row in 0..rows.table.num_rows() {
        let person = Person {
            person_id: PersonId(person_id.get(row)?),
            household_id: HouseholdId(household_id.get(row)?),
            birth_date: birth_date.find(row)?,
            sex: sex.find_code(row)?,
            region_code: region(&region_code, row, rows.place)?,
            insurance: insurance.find_code(row)?,
            local_register: local_register.find(row),
            disability_certificate: disability_certificate.find(row),
            facts: facts.facts(row)?,
        };
        let provenance = Provenance {
            roster_fields: roster_fields.get(row)?,
            roster_region: optional_region(&roster_region, row, rows.place)?,
            settled_region: optional_region(&settled_region, row, rows.place)?,
        };
        to.add_person(person, provenance)?;
    }
    Ok(())
}

fn certifications_table(households: &[&StoredHousehold]) -> Result<RecordBatch, LakeError> {
    let rows = rows_of(households, |facts| facts.certifications.iter());
    let columns = vec![
        col::ids("person_id", rows.iter().map(|(_, row)| row.person_id.0)),
        col::codes("category", rows.iter().map(|(_, row)| row.category)),
        col::days("valid_from", rows.iter().map(|(_, row)| row.valid_from)),
        col::optional_days("valid_to", rows.iter().map(|(_, row)| row.valid_to)),
        col::days("certified_on", rows.iter().map(|(_, row)| row.certified_on)),
        col::flags("due_to_illness", rows.iter().map(|(_, row)| row.due_to_illness)),
        col::optional_days("applied_on", rows.iter().map(|(_, row)| row.applied_on)),
        col::ids("household_id", rows.iter().map(|(id, _)| id.0)),
    ];
    table_of(columns, "certifications")
}

fn add_certifications(rows: &Rows, to: &mut Assembly) -> Result<(), LakeError> {
    let person_id = rows.ids("person_id")?;
    let category = rows.words("category")?;
    let valid_from = rows.days("valid_from")?;
    let valid_to = rows.days("valid_to")?;
    let certified_on = rows.days("certified_on")?;
    let due_to_illness = rows.flags("due_to_illness")?;
    let applied_on = rows.days("applied_on")?;
    let household_id = rows.ids("household_id")?;
    for row in 0..rows.table.num_rows() {
        let certification = Certification {
            person_id: PersonId(person_id.get(row)?),
            category: category.get_code(row)?,
            valid_from: valid_from.get(row)?,
            valid_to: valid_to.find(row)?,
            certified_on: certified_on.get(row)?,
            applied_on: applied_on.find(row)?,
            due_to_illness: due_to_illness.get(row)?,
        };
        to.add_certification(HouseholdId(household_id.get(row)?), certification)?;
    }
    Ok(())
}

fn claims_table(households: &[&StoredHousehold], year: Option<i16>) -> Result<RecordBatch, LakeError> {
    let rows = rows_of(households, |facts| claims_of_year(facts, year));
    let claims = || rows.iter().map(|(_, row)| *row);
    let columns = vec![
        col::ids("claim_id", claims().map(|row| row.claim_id.0)),
        col::ids("person_id", claims().map(|row| row.person_id.0)),
        col::optional_days("admitted_on", claims().map(|row| row.admitted_on)),
        col::optional_days("discharged_on", claims().map(|row| row.discharged_on)),
        col::days("settled_on", claims().map(|row| row.settled_on)),
        col::codes("kind", claims().map(|row| row.kind)),
        col::words("institution_code", claims().map(|row| row.institution_code.as_str())),
        col::optional_levels("hospital_level", claims().map(|row| row.hospital_level)),
        col::optional_flags("out_of_area", claims().map(|row| row.out_of_area)),
        col::optional_words("drg_code", claims().map(|row| row.drg_code.as_deref())),
        col::optional_words("principal_diagnosis", claims().map(|row| row.principal_diagnosis.as_deref())),
        col::amounts("total_fen", claims().map(|row| row.total_fen)),
        col::amounts("in_scope_fen", claims().map(|row| row.in_scope_fen)),
        col::amounts("out_of_catalogue_fen", claims().map(|row| row.out_of_catalogue_fen)),
        col::amounts("over_limit_fen", claims().map(|row| row.over_limit_fen)),
        col::amounts("pre_selfpay_fen", claims().map(|row| row.pre_selfpay_fen)),
        col::optional_amounts("basic_paid_fen", claims().map(|row| row.basic_paid_fen)),
        col::optional_amounts("critical_illness_paid_fen", claims().map(|row| row.critical_illness_paid_fen)),
        col::optional_amounts("medical_assistance_paid_fen", claims().map(|row| row.medical_assistance_paid_fen)),
        col::optional_amounts("supplementary_paid_fen", claims().map(|row| row.supplementary_paid_fen)),
        col::optional_amounts("other_paid_fen", claims().map(|row| row.other_paid_fen)),
        col::optional_amounts("account_paid_fen", claims().map(|row| row.account_paid_fen)),
        col::optional_amounts("cash_paid_fen", claims().map(|row| row.cash_paid_fen)),
        col::optional_ids("reverses_claim_id", claims().map(|row| row.reverses_claim_id.map(|id| id.0))),
        col::optional_texts("settlement_no", claims().map(|row| row.settlement_no.as_deref())),
        col::optional_codes("settled_category", claims().map(|row| row.settled_category)),
        col::facts("facts", claims().map(|row| &row.facts))?,
        col::ids("household_id", rows.iter().map(|(id, _)| id.0)),
    ];
    table_of(columns, "claims")
}

fn add_claims(rows: &Rows, to: &mut Assembly) -> Result<(), LakeError> {
    let household_id = rows.ids("household_id")?;
    each_claim(rows, |row, claim| to.add_claim(HouseholdId(household_id.get(row)?), claim))
}

/// Reads the claims of a table one by one.
pub(crate) fn each_claim(
    rows: &Rows,
    mut each: impl FnMut(usize, Claim) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let claims = ClaimColumns::new(rows)?;
    (0..rows.table.num_rows()).try_for_each(|row| each(row, claims.claim(row)?))
}

struct ClaimColumns<'a> {
    ids: [Cells<'a, arrow::array::UInt64Array>; 3],
    days: [Cells<'a, arrow::array::Date32Array>; 3],
    words: [Cells<'a, Dictionary>; 5],
    hospital_level: Cells<'a, Int8Array>,
    out_of_area: Cells<'a, arrow::array::BooleanArray>,
    parts: [Cells<'a, arrow::array::Int64Array>; 5],
    paid: [Cells<'a, arrow::array::Int64Array>; 7],
    settlement_no: Cells<'a, arrow::array::StringArray>,
    facts: Cells<'a, arrow::array::StringArray>,
}

impl<'a> ClaimColumns<'a> {
    fn new(rows: &Rows<'a>) -> Result<ClaimColumns<'a>, LakeError> {
        let numbers = |name| rows.numbers(name);
        Ok(ClaimColumns {
            ids: [rows.ids("claim_id")?, rows.ids("person_id")?, rows.ids("reverses_claim_id")?],
            days: [rows.days("admitted_on")?, rows.days("discharged_on")?, rows.days("settled_on")?],
            words: [
                rows.words("kind")?,
                rows.words("institution_code")?,
                rows.words("drg_code")?,
                rows.words("principal_diagnosis")?,
                rows.words("settled_category")?,
            ],
            hospital_level: rows.column("hospital_level")?,
            out_of_area: rows.flags("out_of_area")?,
            parts: [
                numbers("total_fen")?,
                numbers("in_scope_fen")?,
                numbers("out_of_catalogue_fen")?,
                numbers("over_limit_fen")?,
                numbers("pre_selfpay_fen")?,
            ],
            paid: [
                numbers("basic_paid_fen")?,
                numbers("critical_illness_paid_fen")?,
                numbers("medical_assistance_paid_fen")?,
                numbers("supplementary_paid_fen")?,
                numbers("other_paid_fen")?,
                numbers("account_paid_fen")?,
                numbers("cash_paid_fen")?,
            ],
            settlement_no: rows.texts("settlement_no")?,
            facts: rows.texts("facts")?,
        })
    }

    fn claim(&self, row: usize) -> Result<Claim, LakeError> {
        let [claim_id, person_id, reverses_claim_id] = &self.ids;
        let [admitted_on, discharged_on, settled_on] = &self.days;
        let [kind, institution_code, drg_code, principal_diagnosis, settled_category] = &self.words;
        let [total, in_scope, out_of_catalogue, over_limit, pre_selfpay] = &self.parts;
        let [basic, critical_illness, medical_assistance, supplementary, other, account, cash] = &self.paid;
        Ok(Claim {
            claim_id: ClaimId(claim_id.get(row)?),
            settlement_no: self.settlement_no.find(row).map(str::to_owned),
            person_id: PersonId(person_id.get(row)?),
            admitted_on: admitted_on.find(row)?,
            discharged_on: discharged_on.find(row)?,
            settled_on: settled_on.get(row)?,
            kind: kind.get_code(row)?,
            institution_code: institution_code.get_owned(row)?,
            hospital_level: self.hospital_level.find(row),
            out_of_area: self.out_of_area.find(row),
            drg_code: drg_code.find_owned(row),
            principal_diagnosis: principal_diagnosis.find_owned(row),
            settled_category: settled_category.find_code(row)?,
            total_fen: total.fen(row)?,
            in_scope_fen: in_scope.fen(row)?,
            out_of_catalogue_fen: out_of_catalogue.fen(row)?,
            over_limit_fen: over_limit.fen(row)?,
            pre_selfpay_fen: pre_selfpay.fen(row)?,
            basic_paid_fen: basic.find_fen(row),
            critical_illness_paid_fen: critical_illness.find_fen(row),
            medical_assistance_paid_fen: medical_assistance.find_fen(row),
            supplementary_paid_fen: supplementary.find_fen(row),
            other_paid_fen: other.find_fen(row),
            account_paid_fen: account.find_fen(row),
            cash_paid_fen: cash.find_fen(row),
            reverses_claim_id: reverses_claim_id.find(row).map(ClaimId),
            facts: self.facts.facts(row)?,
        })
    }
}

fn resolutions_table(households: &[&StoredHousehold]) -> Result<RecordBatch, LakeError> {
    let rows = rows_of(households, |facts| facts.resolutions.iter());
    let columns = vec![
        col::ids("person_id", rows.iter().map(|(_, row)| row.person_id.0)),
        col::words("rule", rows.iter().map(|(_, row)| row.rule.as_str())),
        col::shorts("year", rows.iter().map(|(_, row)| row.year)),
        col::amounts("amount_fen", rows.iter().map(|(_, row)| row.amount_fen)),
        col::texts("document", rows.iter().map(|(_, row)| row.document.as_str())),
        col::ids("household_id", rows.iter().map(|(id, _)| id.0)),
    ];
    table_of(columns, "resolutions")
}

fn add_resolutions(rows: &Rows, to: &mut Assembly) -> Result<(), LakeError> {
    let person_id = rows.ids("person_id")?;
    let rule = rows.words("rule")?;
    let year: Cells<Int16Array> = rows.column("year")?;
    let amount = rows.numbers("amount_fen")?;
    let document = rows.texts("document")?;
    let household_id = rows.ids("household_id")?;
    for row in 0..rows.table.num_rows() {
        let resolution = Resolution {
            person_id: PersonId(person_id.get(row)?),
            rule: rule.get_owned(row)?,
            year: year.get(row)?,
            amount_fen: amount.fen(row)?,
            document: document.get(row)?.to_owned(),
        };
        to.add_resolution(HouseholdId(household_id.get(row)?), resolution)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::any_stored;
    use crate::lake::parquet_file::{read_tables, to_bytes};
    use proptest::prelude::*;

    fn through_parquet(households: &[StoredHousehold]) -> Vec<StoredHousehold> {
        let dir = tempfile::tempdir().unwrap();
        let mut assembly = Assembly::default();
        for which in Table::ALL {
            let path = dir.path().join(which.folder());
            let households: Vec<&StoredHousehold> = households.iter().collect();
            std::fs::write(&path, to_bytes(&table(which, None, &households).unwrap(), "test").unwrap()).unwrap();
            assembly.next_file();
            read_tables(&path, None, |rows| add_rows(which, rows, "test", &mut assembly)).unwrap();
        }
        assembly.finish()
    }

    proptest! {
        #[test]
        fn every_row_comes_back_as_it_was(one in any_stored(3), two in any_stored(7)) {
            let households = vec![one, two];
            let back = through_parquet(&households);
            prop_assert_eq!(back, households);
        }
    }

    #[test]
    fn the_published_columns_are_there() {
        for (which, names) in [
            (
                Table::Persons,
                "person_id household_id birth_date sex region_code insurance local_register disability_certificate",
            ),
            (Table::Certifications, "person_id category valid_from valid_to certified_on due_to_illness"),
            (Table::Households, "household_id region_code annual_income_fen members"),
            (
                Table::Claims,
                "claim_id person_id admitted_on discharged_on settled_on kind institution_code hospital_level \
                out_of_area drg_code principal_diagnosis total_fen in_scope_fen out_of_catalogue_fen over_limit_fen \
                pre_selfpay_fen basic_paid_fen critical_illness_paid_fen medical_assistance_paid_fen \
                supplementary_paid_fen other_paid_fen account_paid_fen cash_paid_fen reverses_claim_id",
            ),
        ] {
            let schema = table(which, None, &[]).unwrap().schema();
            for name in names.split_whitespace() {
                assert!(schema.field_with_name(name).is_ok(), "{which:?} {name}");
            }
        }
    }
}
