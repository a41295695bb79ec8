//! Rows of a roster: persons, households, certifications, disability certificates, incomes.
//!
//! Start at [`read_roster`] for one row and [`Register`] for the rows together.

use std::collections::{BTreeMap, HashMap};

use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_engine::facts::{Certification, Facts, Household, Person};

use super::cells::{Cells, Defect};
use super::column::Column;
use super::known::Known;
use super::people::{Who, check_card, merged, read_category, read_who};
use super::reason::Reason;
use super::regions::Regions;

/// A row without a defect of its own.
#[derive(Debug)]
pub(super) struct RosterRow {
    pub who: Who,
    pub person: Person,
    pub certification: Option<Certification>,
    annual_income_fen: Option<Fen>,
    members: Option<i16>,
    is_householder: bool,
}

/// Reads a row; `None` where `cells` has collected defects.
pub(super) fn read_roster(cells: &mut Cells<'_>, regions: &Regions, known: &dyn Known) -> Option<RosterRow> {
    let who = read_who(cells, regions);
    let householder = cells.text(Column::HouseholderIdNumber);
    let householder = householder.and_then(|text| check_card(cells, Column::HouseholderIdNumber, &text));
    let disability_certificate = read_disability_certificate(cells);
    let annual_income_fen = cells.amount(Column::AnnualIncome);
    if annual_income_fen.is_some_and(Fen::is_negative) {
        cells.reject(Column::AnnualIncome, Reason::NegativeAmount);
    }
    let members = read_members(cells);
    let person_id = who.as_ref().map(|who| known.person_id(&who.id_number));
    let certification = read_certification(cells, person_id);
    if !cells.defects.is_empty() {
        return None;
    }
    let who = who?;
    let householder = householder.map_or_else(|| who.id_number.clone(), |card| card.number);
    let person = Person {
        person_id: person_id?,
        household_id: known.household_id(&householder),
        birth_date: who.birth_date,
        sex: who.sex,
        region_code: who.region.clone(),
        insurance: who.insurance,
        local_register: who.local_register,
        disability_certificate,
        facts: Facts::new(),
    };
    let is_householder = householder == who.id_number;
    Some(RosterRow { who, person, certification, annual_income_fen, members, is_householder })
}

/// 是 / 否, or the certificate's number. An empty cell is "not known": a roster of one office does not list every
/// other office's certificates.
fn read_disability_certificate(cells: &mut Cells<'_>) -> Option<bool> {
    let text = cells.text(Column::DisabilityCertificate)?;
    let has_number = text.bytes().filter(u8::is_ascii_digit).count() >= 15;
    if has_number { Some(true) } else { cells.flag(Column::DisabilityCertificate, "flag") }
}

fn read_members(cells: &mut Cells<'_>) -> Option<i16> {
    let text = cells.text(Column::HouseholdMembers)?;
    let members = text.trim_end_matches('人').parse().ok().filter(|members| (1..=99).contains(members));
    if members.is_none() {
        cells.reject(Column::HouseholdMembers, Reason::UnknownValue);
    }
    members
}

/// A certification holds from 生效日期, or where the file has none from 认定日期.
fn read_certification(cells: &mut Cells<'_>, person_id: Option<PersonId>) -> Option<Certification> {
    let category = read_category(cells);
    let valid_from = cells.day(Column::ValidFrom);
    let valid_to = cells.day(Column::ValidTo);
    let certified_on = cells.day(Column::CertifiedOn);
    let applied_on = cells.day(Column::AppliedOn);
    let is_flagged = cells.flag(Column::DueToIllness, "flag").unwrap_or(false);
    let (category, is_due_to_illness) = category?;
    let stated_in = if cells.has(Column::CertifiedOn) { Column::CertifiedOn } else { Column::ValidFrom };
    let valid_from = cells.require(stated_in, valid_from.or(certified_on))?;
    if valid_to.is_some_and(|valid_to| valid_to < valid_from) {
        cells.reject(Column::ValidTo, Reason::DatesOrder);
    }
    Some(Certification {
        person_id: person_id?,
        category,
        valid_from,
        valid_to,
        certified_on: certified_on.unwrap_or(valid_from),
        applied_on,
        due_to_illness: is_flagged || is_due_to_illness,
    })
}

/// What became of a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Taken.
    Taken,
    /// It says nothing that an earlier row did not say.
    Duplicate,
    /// It contradicts an earlier row.
    Conflict(Defect),
}

fn differ<T: PartialEq>(before: Option<T>, now: Option<T>) -> bool {
    before.is_some() && now.is_some() && before != now
}

/// The rows of a roster together.
#[derive(Default)]
pub(super) struct Register {
    households: BTreeMap<HouseholdId, Listed>,
    certifications: Vec<Certification>,
    /// Places in `certifications`.
    certified: HashMap<PersonId, Vec<usize>>,
}

struct Listed {
    household: Household,
    stated_members: Option<i16>,
}

impl Register {
    /// Takes a row unless it contradicts or repeats an earlier one; `before` is what earlier rows of the file said
    /// of the person.
    pub fn enter(&mut self, row: &RosterRow, before: Option<&Person>) -> Entry {
        if let Some(conflict) = self.conflict(row, before) {
            return Entry::Conflict(Defect { column: Some(conflict), reason: Reason::ConflictingDuplicate });
        }
        let certification = row.certification.as_ref().filter(|one| !self.of(row).any(|before| before == *one));
        let tells_of_person = before.is_none_or(|before| merged(before, &row.person) != *before);
        let tells_of_household = self.tells_of_household(row);
        if certification.is_none() && !tells_of_person && !tells_of_household {
            return Entry::Duplicate;
        }
        if let Some(certification) = certification {
            self.certified.entry(certification.person_id).or_default().push(self.certifications.len());
            self.certifications.push(certification.clone());
        }
        self.list(row);
        Entry::Taken
    }

    /// The certifications of the row's person so far.
    fn of(&self, row: &RosterRow) -> impl Iterator<Item = &Certification> {
        let places = self.certified.get(&row.person.person_id).into_iter().flatten();
        places.filter_map(|place| self.certifications.get(*place))
    }

    /// The column in which a row contradicts an earlier one.
    fn conflict(&self, row: &RosterRow, before: Option<&Person>) -> Option<Column> {
        let person = &row.person;
        if before.is_some_and(|before| before.household_id != person.household_id) {
            return Some(Column::HouseholderIdNumber);
        }
        if before.is_some_and(|before| differ(before.disability_certificate, person.disability_certificate)) {
            return Some(Column::DisabilityCertificate);
        }
        let listed = self.households.get(&person.household_id);
        if listed.is_some_and(|listed| differ(listed.household.annual_income_fen, row.annual_income_fen)) {
            return Some(Column::AnnualIncome);
        }
        if listed.is_some_and(|listed| differ(listed.stated_members, row.members)) {
            return Some(Column::HouseholdMembers);
        }
        let certification = row.certification.as_ref()?;
        let mut of_same_day = self.of(row).filter(|before| {
            before.category == certification.category && before.valid_from == certification.valid_from
        });
        of_same_day.any(|before| before != certification).then_some(Column::Category)
    }

    fn tells_of_household(&self, row: &RosterRow) -> bool {
        let Some(listed) = self.households.get(&row.person.household_id) else { return true };
        (listed.stated_members.is_none() && row.members.is_some())
            || (listed.household.annual_income_fen.is_none() && row.annual_income_fen.is_some())
    }

    fn list(&mut self, row: &RosterRow) {
        let person = &row.person;
        let listed = self.households.entry(person.household_id).or_insert_with(|| Listed {
            household: Household {
                household_id: person.household_id,
                region_code: person.region_code.clone(),
                annual_income_fen: None,
                members: 0,
            },
            stated_members: None,
        });
        let household = &mut listed.household;
        household.annual_income_fen = household.annual_income_fen.or(row.annual_income_fen);
        if row.is_householder {
            household.region_code.clone_from(&person.region_code);
        }
        listed.stated_members = listed.stated_members.or(row.members);
    }

    /// The households and certifications. A household whose number of members no row states has 0: the lake counts
    /// the persons it knows, which a file with rejected rows cannot.
    pub fn into_parts(self) -> (Vec<Household>, Vec<Certification>) {
        let households = self
            .households
            .into_values()
            .map(|listed| Household { members: listed.stated_members.unwrap_or(0), ..listed.household });
        (households.collect(), self.certifications)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shukun_engine::facts::Category;

    use super::super::tests::{TestLake, id_number, import};
    use super::super::{ImportReport, values};
    use super::*;
    use crate::batch::{Batch, Kind};

    const HEADER: &str = "序号,姓名,证件号码,户主证件号码,救助身份,认定日期,失效日期,因病,残疾人证号,家庭年收入（元）,家庭人数,街道/乡镇";

    /// Rows as `person householder rest-of-the-row`, persons by number.
    fn roster(rows: &[(usize, usize, &str)]) -> (Batch, ImportReport) {
        let mut text = format!("困难群众花名册\n{HEADER}\n");
        for (number, (person, head, rest)) in rows.iter().enumerate() {
            text += &format!("{},测试,{},{},{rest},北岙街道\n", number + 1, id_number(*person), id_number(*head));
        }
        let (batch, report) = import("r.csv", text.as_bytes(), &TestLake::default()).unwrap();
        assert_eq!((report.kind, report.rows), (Kind::Roster, rows.len() as u64));
        (batch, report)
    }

    fn reasons(rows: &[(usize, usize, &str)]) -> Vec<(&'static str, String)> {
        roster(rows).1.rejects.into_iter().map(|reject| (reject.reason, reject.header)).collect()
    }

    #[test]
    fn a_row_gives_person_household_and_certification() {
        let certificate = format!("{}43", id_number(2));
        let (batch, report) = roster(&[
            (1, 1, "因病致贫重病患者,2022/5/1,2023-04-30,,,63206.5,3"),
            (2, 1, &format!("否,,,,{certificate},63206.50,")),
        ]);
        assert_eq!(report.accepted, 2, "{:?}", report.rejects);
        let [certification] = batch.certifications.as_slice() else { panic!("one is certified") };
        assert_eq!((certification.category, certification.due_to_illness), (Category::ExpenditureType, true));
        assert_eq!((certification.valid_from, certification.valid_to), (date(2022, 5, 1), Some(date(2023, 4, 30))));
        let [household] = batch.households.as_slice() else { panic!("one household") };
        assert_eq!((household.annual_income_fen, household.members), (Some(Fen(6_320_650)), 3));
        assert_eq!(household.region_code.as_str(), batch.persons[0].region_code.as_str());
        assert_eq!(batch.persons[0].household_id, batch.persons[1].household_id);
        let holders: Vec<_> = batch.persons.iter().map(|person| person.disability_certificate).collect();
        assert_eq!(holders, [None, Some(true)]);
    }

    #[test]
    fn wrong_cells_are_told_with_their_column() {
        for (rest, reason, header) in [
            ("低保,,,,,,", "missing_value", "认定日期"),
            ("低保,2022-01-01,2021-01-01,,,,", "dates_order", "失效日期"),
            ("困难,2022-01-01,,,,,", "unknown_value", "救助身份"),
            ("低保,2022-01-01,,也许,,,", "unknown_value", "因病"),
            ("低保,2022-01-01,,,三级,,", "unknown_value", "残疾人证号"),
            ("低保,2022-01-01,,,,约三万,", "not_a_number", "家庭年收入（元）"),
            ("低保,2022-01-01,,,,-1,", "negative_amount", "家庭年收入（元）"),
            ("低保,2022-01-01,,,,,0", "unknown_value", "家庭人数"),
        ] {
            assert_eq!(reasons(&[(1, 1, rest)]), [(reason, header.to_owned())], "{rest}");
        }
    }

    #[test]
    fn a_person_may_be_certified_twice_but_not_contradicted() {
        let first = (1, 1, "低保,2021-01-01,2021-12-31,,,30000,");
        let (batch, report) = roster(&[first, (1, 1, "低边,2022-01-01,,,,30000,"), first]);
        assert_eq!((batch.certifications.len(), report.accepted, report.duplicates), (2, 2, 1));
        for (row, header) in [
            ((1, 2, "低保,2022-01-01,,,,,"), "户主证件号码"),
            ((1, 1, "低保,2021-01-01,,,,,"), "救助身份"),
            ((2, 1, "否,,,,,30001,"), "家庭年收入（元）"),
        ] {
            assert_eq!(reasons(&[first, row]), [("conflicting_duplicate", header.to_owned())]);
        }
    }

    #[test]
    fn a_householder_with_a_wrong_number_is_told() {
        let wrong = id_number(1).replace("1960", "1961");
        assert!(values::id_card(&wrong).is_err());
        let text = format!("{HEADER}\n1,测试,{},{wrong},否,,,,,,,北岙街道\n", id_number(2));
        let (_, report) = import("r.csv", text.as_bytes(), &TestLake::default()).unwrap();
        let [reject] = report.rejects.as_slice() else { panic!("one defect") };
        assert_eq!(
            (reject.reason, reject.header.as_str(), reject.value.as_str()),
            ("id_checksum", "户主证件号码", "***")
        );
    }
}
