//! The case document: one person or one household as JSON, to try a policy on. Described in docs/case.md.
//!
//! It is [`HouseholdFacts`] with comforts for who writes it by hand: `person` for one person; ids that may be left
//! out; days of a certification that follow from each other; whole numbers in any writing. Nothing that decides money
//! is ever filled in, with one exception that the text itself gives: the parts of a bill add up to its total, so
//! parts other than the one inside the scope may be left out. Start at [`read_case`].

mod check;
mod columns;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use shukun_base::Text;
use shukun_claims::import::IMPLAUSIBLE_FEN;
use shukun_engine::facts::{Household, HouseholdFacts};

use columns::{CERTIFICATION, CLAIM, Column, HOUSEHOLD, PERSON, RESOLUTION, Row, not_known};

/// What is wrong with a case document, and where (`claims[2]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseProblem {
    /// The place in the document.
    pub place: String,
    /// What is wrong.
    pub what: Text,
}

const PARTS: [&str; 4] = ["in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
const KEYS: [&str; 7] = ["person", "persons", "household", "households", "certifications", "claims", "resolutions"];

/// Reads a case document; every problem in it is listed.
pub fn read_case(text: &str) -> Result<HouseholdFacts, Vec<CaseProblem>> {
    let value: Value = serde_json::from_str(text).map_err(|error| vec![not_json(&error)])?;
    let Value::Object(mut document) = value else {
        return Err(vec![problem("", "应是一个 JSON 对象", "it has to be one JSON object")]);
    };
    document.retain(|_, value| !value.is_null());
    let mut problems = unknown_keys(&document);
    let facts = read_document(&mut document, &mut problems);
    if let Some(facts) = facts.as_ref().filter(|_| problems.is_empty()) {
        problems.extend(check::check(facts));
    }
    facts.filter(|_| problems.is_empty()).ok_or(problems)
}

fn read_document(document: &mut Map<String, Value>, problems: &mut Vec<CaseProblem>) -> Option<HouseholdFacts> {
    let mut persons = take_rows(document, "persons", PERSON, problems);
    if let Some(person) = document.remove("person") {
        persons.insert(0, Row::read("person".to_owned(), person, PERSON, problems));
    }
    if persons.is_empty() {
        problems.push(problem(
            "person",
            "缺少人员：写 person 或 persons",
            "there is no person: write person or persons",
        ));
    }
    let mut household = take_household(document, problems);
    fill_ids(&mut persons, "person_id");
    share(&mut household, &mut persons, "household_id", Some(json!(1)));
    share(&mut household, &mut persons, "region_code", None);
    household.fill("members", Some(json!(persons.len())));
    let only_person = if let [person] = persons.as_slice() { person.get("person_id").cloned() } else { None };
    let mut certifications = take_rows(document, "certifications", CERTIFICATION, problems);
    let mut claims = take_rows(document, "claims", CLAIM, problems);
    let mut resolutions = take_rows(document, "resolutions", RESOLUTION, problems);
    for row in certifications.iter_mut().chain(&mut claims).chain(&mut resolutions) {
        row.fill("person_id", only_person.clone());
    }
    certifications.iter_mut().for_each(fill_certification);
    fill_ids(&mut claims, "claim_id");
    problems.extend(claims.iter_mut().filter_map(fill_bill));
    let household: Option<Household> = household.finish(problems);
    let facts = HouseholdFacts {
        persons: finish(persons, problems),
        certifications: finish(certifications, problems),
        claims: finish(claims, problems),
        resolutions: finish(resolutions, problems),
        household: household?,
    };
    Some(facts)
}

fn problem(place: &str, zh: &str, en: &str) -> CaseProblem {
    CaseProblem { place: place.to_owned(), what: Text::new(zh, en) }
}

fn not_json(error: &serde_json::Error) -> CaseProblem {
    let place = format!("{}:{}", error.line(), error.column());
    CaseProblem { place, what: Text::new(format!("不是 JSON：{error}"), format!("not JSON: {error}")) }
}

fn unknown_keys(document: &Map<String, Value>) -> Vec<CaseProblem> {
    let unknown = document.keys().filter(|key| !KEYS.contains(&key.as_str()));
    unknown.map(|key| CaseProblem { place: key.clone(), what: not_known(&KEYS.join(", ")) }).collect()
}

fn take_rows(
    document: &mut Map<String, Value>,
    key: &str,
    columns: &'static [Column],
    problems: &mut Vec<CaseProblem>,
) -> Vec<Row> {
    let items = match document.remove(key) {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => {
            problems.push(problem(key, "应是列表 […]", "it has to be a list […]"));
            Vec::new()
        }
    };
    let read = |(index, item)| Row::read(format!("{key}[{index}]"), item, columns, problems);
    items.into_iter().enumerate().map(read).collect()
}

/// The household, alone or as a list of one; one that is not told of is the persons listed.
fn take_household(document: &mut Map<String, Value>, problems: &mut Vec<CaseProblem>) -> Row {
    let mut found = Vec::new();
    for key in ["household", "households"] {
        match document.remove(key) {
            None => {}
            Some(Value::Array(items)) => found.extend(items),
            Some(item) => found.push(item),
        }
    }
    if found.len() > 1 {
        problems.push(problem(
            "household",
            "一份算例只写一户；每户一个文件",
            "a case is one household; write one file for each",
        ));
    }
    let first = found.into_iter().next().unwrap_or_else(|| json!({}));
    Row::read("household".to_owned(), first, HOUSEHOLD, problems)
}

/// Ids that are not written count from 1, past those that are.
fn fill_ids(rows: &mut [Row], key: &str) {
    let mut taken: Vec<Value> = rows.iter().filter_map(|row| row.get(key).cloned()).collect();
    for (index, row) in rows.iter_mut().enumerate().filter(|(_, row)| !row.is_written(key)).collect::<Vec<_>>() {
        if let Some(free) = (index + 1..).map(|id| json!(id)).find(|id| !taken.contains(id)) {
            row.fill(key, Some(free.clone()));
            taken.push(free);
        }
    }
}

/// What the household and its members have in common is written with either.
fn share(household: &mut Row, persons: &mut [Row], key: &str, otherwise: Option<Value>) {
    let of_persons = persons.iter().find_map(|person| person.get(key)).cloned();
    household.fill(key, of_persons.or(otherwise));
    let of_household = household.get(key).cloned();
    persons.iter_mut().for_each(|person| person.fill(key, of_household.clone()));
}

/// A category holds from the day it was certified unless another day is written, and the other way round.
fn fill_certification(certification: &mut Row) {
    for (key, other) in [("valid_from", "certified_on"), ("certified_on", "valid_from")] {
        let day = certification.get(other).cloned();
        certification.fill(key, day);
    }
}

/// Parts that are not written are zero when the others add up to the total; the total is the sum of the parts.
fn fill_bill(claim: &mut Row) -> Option<CaseProblem> {
    let given = |key: &str| claim.get(key).and_then(Value::as_i64);
    let is_readable = PARTS.iter().chain(&["total_fen"]).all(|key| !claim.is_written(key) || given(key).is_some());
    if !is_readable || !claim.is_written("in_scope_fen") {
        PARTS.iter().skip(1).chain(&["total_fen"]).for_each(|key| claim.fill(key, Some(json!(0))));
        return None;
    }
    let sum = PARTS.iter().filter_map(|part| given(part)).try_fold(0_i64, i64::checked_add)?;
    if let Some(total) = given("total_fen").filter(|total| *total != sum) {
        let zh = format!("total_fen 是 {total}，各部分（{}）合计 {sum}，应相等", PARTS.join("、"));
        let en =
            format!("total_fen is {total}, its parts ({}) add up to {sum}; they have to be equal", PARTS.join(", "));
        PARTS.iter().for_each(|part| claim.fill(part, Some(json!(0))));
        return Some(claim.problem(Some("total_fen"), Text::new(zh, en)));
    }
    claim.fill("total_fen", Some(json!(sum)));
    PARTS.iter().for_each(|part| claim.fill(part, Some(json!(0))));
    None
}

fn finish<T: DeserializeOwned>(rows: Vec<Row>, problems: &mut Vec<CaseProblem>) -> Vec<T> {
    rows.into_iter().filter_map(|row| row.finish(problems)).collect()
}

/// The JSON Schema of a case document: that of the household's facts with the comforts above.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(HouseholdFacts).to_value();
    let person = json!({ "$ref": "#/$defs/Person", "description": "One person; instead of `persons`." });
    edit(&mut schema, "/properties", |properties| {
        properties.insert("person".to_owned(), person);
        for key in ["household", "households"] {
            properties.insert(key.to_owned(), one_household());
        }
    });
    optional(&mut schema, "", &["household", "persons"]);
    optional(&mut schema, "/$defs/Person", &["person_id", "household_id", "region_code"]);
    optional(&mut schema, "/$defs/Household", &["household_id", "region_code", "members"]);
    optional(&mut schema, "/$defs/Certification", &["person_id", "valid_from", "certified_on"]);
    optional(
        &mut schema,
        "/$defs/Claim",
        &["person_id", "claim_id", "total_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"],
    );
    optional(&mut schema, "/$defs/Resolution", &["person_id"]);
    for place in ["", "/$defs/Person", "/$defs/Household", "/$defs/Certification", "/$defs/Claim", "/$defs/Resolution"]
    {
        nullable(&mut schema, place);
    }
    for id in ["Fen", "PersonId", "HouseholdId", "ClaimId"] {
        edit(&mut schema, &format!("/$defs/{id}"), in_any_writing);
    }
    edit(&mut schema, "/$defs/Fen", |fen| {
        fen.insert("minimum".to_owned(), json!(-IMPLAUSIBLE_FEN));
        fen.insert("maximum".to_owned(), json!(IMPLAUSIBLE_FEN));
    });
    edit(&mut schema, "/$defs/RegionCode", |code| drop(code.insert("type".to_owned(), json!(["string", "integer"]))));
    edit(&mut schema, "/$defs/Certification", |certification| {
        let either = json!([{ "required": ["certified_on"] }, { "required": ["valid_from"] }]);
        certification.insert("anyOf".to_owned(), either);
    });
    edit(&mut schema, "", |root| {
        root.insert("title".to_owned(), json!("ShukunCase"));
        root.insert(
            "description".to_owned(),
            json!("One person or one household with claims, to try a policy on. Amounts are whole fen."),
        );
        root.insert("anyOf".to_owned(), json!([{ "required": ["person"] }, { "required": ["persons"] }]));
    });
    schema
}

fn one_household() -> Value {
    let household = json!({ "$ref": "#/$defs/Household" });
    json!({
        "anyOf": [household.clone(), { "type": "array", "items": household, "maxItems": 1 }],
        "description": "The household, alone or as a list of one.",
    })
}

/// Whole numbers may be written as texts.
fn in_any_writing(number: &mut Map<String, Value>) {
    number.insert("type".to_owned(), json!(["integer", "string"]));
    number.insert("pattern".to_owned(), json!(r"^\s*-?[0-9]+(\.0+)?\s*$"));
}

/// Null is the same as absent, for whatever may be absent.
fn nullable(schema: &mut Value, place: &str) {
    let required = schema.pointer(&format!("{place}/required")).cloned().unwrap_or_default();
    let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|known| known == name));
    edit(schema, &format!("{place}/properties"), |properties| {
        for (_, property) in properties.iter_mut().filter(|(name, _)| !is_required(name)) {
            let Some(of) = property.as_object_mut() else { continue };
            if let Some(Value::String(kind)) = of.get("type").cloned() {
                of.insert("type".to_owned(), json!([kind, "null"]));
            } else if let Some(reference) = of.remove("$ref") {
                of.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
            } else if let Some(Value::Array(choices)) = of.get_mut("anyOf")
                && !choices.contains(&json!({ "type": "null" }))
            {
                choices.push(json!({ "type": "null" }));
            }
        }
    });
}

fn edit(schema: &mut Value, place: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(Value::Object(object)) = schema.pointer_mut(place) {
        change(object);
    }
}

fn optional(schema: &mut Value, place: &str, keys: &[&str]) {
    if let Some(Value::Array(required)) = schema.pointer_mut(&format!("{place}/required")) {
        required.retain(|key| !key.as_str().is_some_and(|key| keys.contains(&key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Fen;

    const SMALL: &str = r#"{
        "person": { "region_code": "330305", "birth_date": "1960-01-01" },
        "certifications": [{ "category": "dibao", "certified_on": "2022-07-15", "due_to_illness": true }],
        "claims": [{ "settled_on": "2022-03-10", "kind": "inpatient", "in_scope_fen": 12000000, "basic_paid_fen": 0 }]
    }"#;

    #[test]
    fn ids_and_sums_are_filled_in_and_nothing_else() {
        let facts = read_case(SMALL).unwrap();
        assert_eq!(facts.persons[0].person_id.0, 1);
        assert_eq!(facts.claims[0].person_id, facts.persons[0].person_id);
        assert_eq!(facts.claims[0].total_fen, Fen(12_000_000));
        assert_eq!(facts.claims[0].critical_illness_paid_fen, None);
        assert_eq!(facts.certifications[0].valid_from, facts.certifications[0].certified_on);
        assert_eq!((facts.household.members, facts.household.annual_income_fen), (1, None));
        assert_eq!(facts.persons[0].insurance, None);
    }

    #[test]
    fn the_whole_document_of_a_household_is_read_back_as_it_was() {
        let facts = read_case(SMALL).unwrap();
        assert_eq!(read_case(&serde_json::to_string(&facts).unwrap()), Ok(facts));
    }

    fn places(text: &str) -> Vec<String> {
        read_case(text).unwrap_err().into_iter().map(|problem| problem.place).collect()
    }

    #[test]
    fn every_problem_is_listed_with_its_column() {
        let problems = read_case(
            r#"{ "person": { "region_code": "33" }, "persn": 1,
              "certifications": [{ "category": "dibao", "certified_on": "2022-07-15" }], "claims": [
                { "settled_on": "2022-03-10", "kind": "inpatient", "total_fen": 5 },
                { "settled_on": "2022-03-10", "kind": "spa", "in_scope_fen": 1, "total_fen": 2 },
                { "settled_on": "10.3.2022", "kind": "inpatient", "in_scope_fen": 1.5 }, 7 ] }"#,
        )
        .unwrap_err();
        let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
        let expected = [
            "persn",
            "claims[1].kind",
            "claims[2].settled_on",
            "claims[2].in_scope_fen",
            "claims[3]",
            "claims[1].total_fen",
            "certifications[0].due_to_illness",
            "claims[0].in_scope_fen",
        ];
        for place in expected {
            assert!(places.contains(&place), "{place} is not among {problems:?}");
        }
        assert_eq!(places.len(), expected.len(), "{problems:?}");
        for words in ["应相等", "整数分", "2022-03-10", "true 或 false"] {
            assert!(problems.iter().any(|problem| problem.what.zh.contains(words)), "{words}");
        }
    }

    #[test]
    fn what_is_written_by_hand_is_read_exactly() {
        let written = SMALL
            .replace("12000000", r#""12000000""#)
            .replace(r#""basic_paid_fen": 0"#, r#""basic_paid_fen": 1000.0, "claim_id": "1", "facts": null"#)
            .replace(r#""certified_on""#, r#""certified_on": null, "valid_from""#)
            .replace(r#""region_code": "330305", "#, "")
            .replace(r#""claims""#, r#""households": [{ "region_code": 330305 }], "resolutions": null, "claims""#);
        let mut expected = read_case(SMALL).unwrap();
        expected.claims[0].basic_paid_fen = Some(Fen(1_000));
        assert_eq!(read_case(&written), Ok(expected));
        let small = SMALL.replace(r#""claims""#, r#""household": [{}], "claims""#);
        assert_eq!(read_case(&small), read_case(SMALL));
        for wrong in ["1.5", "\"1,000\"", "\"\"", "1e30", "true", "1000000000001"] {
            assert_eq!(places(&SMALL.replace("12000000", wrong)), ["claims[0].in_scope_fen"], "{wrong}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_listed() {
        let with = |certification: &str, claims: &str| {
            places(&format!(
                r#"{{ "person": {{ "region_code": "330305" }}, "certifications": [{certification}], "claims": [{claims}] }}"#
            ))
        };
        let bill = |id: u32, amount: i64, more: &str| {
            format!(
                r#"{{ "claim_id": {id}, "settled_on": "2022-03-10", "kind": "inpatient", "in_scope_fen": {amount}{more} }}"#
            )
        };
        let both = |first: String, second: String| with("", &format!("{first}, {second}"));
        assert_eq!(both(bill(7, 5, ""), bill(7, 6, "")), ["claims[1].claim_id"]);
        assert_eq!(
            both(bill(7, 5, ""), bill(8, -6, r#", "reverses_claim_id": 7"#)),
            ["claims[1].total_fen", "claims[1].in_scope_fen"]
        );
        assert_eq!(
            both(bill(7, 5, ""), bill(8, 0, r#", "basic_paid_fen": -1, "reverses_claim_id": 7"#)),
            ["claims[1].basic_paid_fen"]
        );
        for (more, place) in [
            (r#", "reverses_claim_id": 9"#, "reverses_claim_id"),
            (r#", "reverses_claim_id": 1"#, "reverses_claim_id"),
            (r#", "basic_paid_fen": -1"#, "basic_paid_fen"),
            (r#", "person_id": 4"#, "person_id"),
            (r#", "admitted_on": "2022-03-11", "discharged_on": "2022-03-10""#, "admitted_on"),
        ] {
            assert_eq!(with("", &bill(1, 5, more)), [format!("claims[0].{place}")], "{more}");
        }
        let held = r#"{ "category": "dibao", "due_to_illness": true, "certified_on": "2022-07-15", "valid_to": "2022-07-14" }"#;
        assert_eq!(with(held, ""), ["certifications[0].valid_to"]);
        let problems = read_case(&SMALL.replace(
            r#""claims": ["#,
            r#""claims": [{ "claim_id": 2, "settled_on": "2022-03-10", "kind": "inpatient", "in_scope_fen": 1 }, "#,
        ));
        assert_eq!(problems.unwrap().claims[1].claim_id.0, 3, "an id that is filled in is nobody's yet");
    }

    #[test]
    fn the_columns_are_those_of_the_facts() {
        let schema = schemars::schema_for!(HouseholdFacts).to_value();
        for (name, columns) in [
            ("Household", HOUSEHOLD),
            ("Person", PERSON),
            ("Certification", CERTIFICATION),
            ("Claim", CLAIM),
            ("Resolution", RESOLUTION),
        ] {
            let of = &schema["$defs"][name];
            let mut known: Vec<&str> = of["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let mut written: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
            let mut required: Vec<&str> =
                of["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
            let mut needed: Vec<&str> = columns.iter().filter(|(.., needed)| *needed).map(|(name, ..)| *name).collect();
            [&mut known, &mut written, &mut required, &mut needed].into_iter().for_each(|names| names.sort_unstable());
            assert_eq!((known, required), (written, needed), "{name}");
        }
    }
}
