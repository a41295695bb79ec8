//! The columns that settlement files and rosters share: who the row is about.

use std::collections::HashMap;

use shukun_base::{Day, Masked, PersonId, RegionCode};
use shukun_engine::facts::{Category, Insurance, Person, Sex};

use super::cells::Cells;
use super::column::Column;
use super::reason::Reason;
use super::regions::Regions;
use super::values::{self, IdFault};
use crate::batch::Identity;

/// Whether the town is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Town {
    /// In the table of regions.
    Known,
    /// Named, but in no table: the region is only a county.
    Unknown,
    /// Not named: the region is only a county.
    Missing,
}

/// Who a row is about.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub id_number: String,
    pub birth_date: Option<Day>,
    pub sex: Option<Sex>,
    pub insurance: Option<Insurance>,
    pub local_register: Option<bool>,
    pub region: RegionCode,
    pub town: Town,
    pub identity: Identity,
}

/// 救助身份 and whether the word itself says 因病.
pub(super) type CategoryWord = (Category, bool);

/// Reads who the row is about; `None` where the row has a defect that leaves it open.
pub(super) fn read_who(cells: &mut Cells<'_>, regions: &Regions) -> Option<Who> {
    let document = read_document(cells);
    let name = cells.text(Column::Name);
    let name = cells.require(Column::Name, name);
    let phone = cells.text(Column::Phone);
    let insurance = match cells.word(Column::Insurance, &["insurance"]) {
        Some("employee") => Some(Insurance::Employee),
        Some("resident") => Some(Insurance::Resident),
        _ => None,
    };
    let local_register = cells.flag(Column::LocalRegister, "local_register");
    let insured_place = cells.text(Column::InsuredPlace).and_then(|code| RegionCode::new(&code));
    let town = cells.text(Column::Town).unwrap_or_default();
    let village = cells.text(Column::Village).unwrap_or_default();

    let (document, name) = (document?, name?);
    // Only an ID card's number begins with a county.
    let from_card = document.birth_date.and_then(|_| RegionCode::new(document.number.get(..6)?));
    let county = insured_place.or(from_card);
    let region = regions.find(county.as_ref(), &town, &village);
    let found = match (&region, town.is_empty()) {
        (Some(_), _) => Town::Known,
        (None, false) => Town::Unknown,
        (None, true) => Town::Missing,
    };
    let Some(region) = region.or(county) else {
        cells.reject(Column::Town, Reason::UnknownValue);
        return None;
    };
    Some(Who {
        birth_date: document.birth_date,
        sex: document.sex,
        insurance,
        local_register,
        region,
        town: found,
        identity: Identity {
            name: Masked::new(name),
            id_number: Masked::new(document.number.clone()),
            phone: phone.map(Masked::new),
        },
        id_number: document.number,
    })
}

struct Document {
    number: String,
    birth_date: Option<Day>,
    sex: Option<Sex>,
}

fn read_document(cells: &mut Cells<'_>) -> Option<Document> {
    let id_type = cells.text(Column::IdType);
    let text = cells.text(Column::IdNumber);
    let text = cells.require(Column::IdNumber, text)?;
    if id_type.is_some() && !cells.is_resident_card() {
        // A passport or another document: there is nothing to check it by.
        return Some(Document { number: values::plain_id(&text), birth_date: None, sex: None });
    }
    let card = check_card(cells, Column::IdNumber, &text)?;
    Some(Document { number: card.number, birth_date: Some(card.birth_date), sex: Some(card.sex) })
}

/// Checks an ID-card number and notes what is wrong with it.
pub(super) fn check_card(cells: &mut Cells<'_>, column: Column, text: &str) -> Option<values::IdCard> {
    match values::id_card(text) {
        Ok(card) => return Some(card),
        Err(IdFault::Form) => cells.reject(column, Reason::IdFormat),
        Err(IdFault::Checksum | IdFault::BirthDate) => cells.reject(column, Reason::IdChecksum),
    }
    None
}

/// Reads 救助身份. `None` = none stated, or wrong.
pub(super) fn read_category(cells: &mut Cells<'_>) -> Option<CategoryWord> {
    let category = match cells.word(Column::Category, &["category"])? {
        "destitute" => (Category::Destitute, false),
        "dibao" => (Category::Dibao, false),
        "dibao_marginal" => (Category::DibaoMarginal, false),
        "low_income" => (Category::LowIncome, false),
        "expenditure_type" => (Category::ExpenditureType, false),
        "expenditure_type_due_to_illness" => (Category::ExpenditureType, true),
        "other" => (Category::Other, false),
        _ => return None,
    };
    Some(category)
}

impl Cells<'_> {
    fn is_resident_card(&mut self) -> bool {
        let found_wrong = self.defects.len();
        let is_card = self.word(Column::IdType, &["id_type"]).is_some();
        // Any other word is another document, not a defect.
        self.defects.truncate(found_wrong);
        is_card
    }
}

/// The persons of a file, each once, with what all its rows say of them.
#[derive(Default)]
pub(super) struct People {
    pub persons: Vec<Person>,
    pub identities: Vec<(PersonId, Identity)>,
    /// How often one ID number came with another name than before.
    pub names_that_differ: u64,
    places: HashMap<PersonId, usize>,
}

impl People {
    /// What earlier rows said of a person.
    pub fn find(&self, person_id: PersonId) -> Option<&Person> {
        self.places.get(&person_id).and_then(|place| self.persons.get(*place))
    }

    /// Adds a person, or what is new about one.
    pub fn add(&mut self, person: Person, identity: &Identity) {
        let place = *self.places.entry(person.person_id).or_insert(self.persons.len());
        match (self.persons.get_mut(place), self.identities.get_mut(place)) {
            (Some(before), Some((_, known))) => {
                *before = merged(before, &person);
                self.names_that_differ += u64::from(known.name != identity.name);
                if known.phone.is_none() {
                    known.phone.clone_from(&identity.phone);
                }
            }
            _ => {
                self.identities.push((person.person_id, identity.clone()));
                self.persons.push(person);
            }
        }
    }
}

/// What is known of a person with what another row adds: the first word stands, gaps are filled, and the narrower of
/// two regions is kept.
pub(super) fn merged(before: &Person, now: &Person) -> Person {
    let mut merged = before.clone();
    merged.insurance = before.insurance.or(now.insurance);
    merged.local_register = before.local_register.or(now.local_register);
    merged.disability_certificate = before.disability_certificate.or(now.disability_certificate);
    if before.region_code.contains(&now.region_code) {
        merged.region_code.clone_from(&now.region_code);
    }
    merged
}
