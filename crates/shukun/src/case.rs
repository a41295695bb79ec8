//! The case document: one person or one household as JSON, to try a policy on. Described in docs/case.md.
//!
//! It is [`HouseholdFacts`] with three comforts: `person` for one person; ids that may be left out; dates of a
//! certification that follow from each other. Nothing that decides money is ever filled in, with one exception that
//! the text itself gives: the parts of a bill add up to its total, so one of them may be left out.

use serde_json::{Map, Value, json};
use shukun_base::Text;
use shukun_engine::facts::{Certification, Claim, Household, HouseholdFacts, Person, Resolution};

/// What is wrong with a case document, and where (`claims[2]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseProblem {
    /// The place in the document.
    pub place: String,
    /// What is wrong.
    pub what: Text,
}

const PARTS: [&str; 4] = ["in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
const KEYS: [&str; 6] = ["person", "persons", "household", "certifications", "claims", "resolutions"];

/// Reads a case document; every problem in it is listed.
pub fn read_case(text: &str) -> Result<HouseholdFacts, Vec<CaseProblem>> {
    let value: Value = serde_json::from_str(text).map_err(|error| vec![not_json(&error)])?;
    let Value::Object(mut document) = value else {
        return Err(vec![problem("", "应是一个 JSON 对象", "it has to be one JSON object")]);
    };
    let mut problems = unknown_keys(&document);
    let mut persons = take_list(&mut document, "persons", &mut problems);
    if let Some(person) = document.remove("person") {
        persons.insert(0, person);
    }
    if persons.is_empty() {
        problems.push(problem("person", "缺少人员", "there is no person"));
    }
    let household = document.remove("household");
    fill_persons(&mut persons, household.as_ref());
    let only_person =
        if let [Value::Object(person)] = persons.as_slice() { person.get("person_id").cloned() } else { None };
    let household = household_of(household, &persons);
    let mut lists = ["certifications", "claims", "resolutions"].map(|key| take_list(&mut document, key, &mut problems));
    for item in lists.iter_mut().flatten() {
        fill(item, "person_id", only_person.clone());
    }
    let [mut certifications, mut claims, resolutions] = lists;
    certifications.iter_mut().for_each(fill_certification);
    for (index, claim) in claims.iter_mut().enumerate() {
        fill(claim, "claim_id", Some(json!(index + 1)));
        problems.extend(fill_bill(claim).map(|what| CaseProblem { place: format!("claims[{index}]"), what }));
    }
    let household: Option<Household> = read("household", household, &mut problems);
    let persons: Vec<Person> = read_list("persons", persons, &mut problems);
    let certifications: Vec<Certification> = read_list("certifications", certifications, &mut problems);
    let claims: Vec<Claim> = read_list("claims", claims, &mut problems);
    let resolutions: Vec<Resolution> = read_list("resolutions", resolutions, &mut problems);
    match household {
        Some(household) if problems.is_empty() => {
            Ok(HouseholdFacts { household, persons, certifications, claims, resolutions })
        }
        _ => Err(problems),
    }
}

fn problem(place: &str, zh: &str, en: &str) -> CaseProblem {
    CaseProblem { place: place.to_owned(), what: Text::new(zh, en) }
}

fn not_json(error: &serde_json::Error) -> CaseProblem {
    let place = format!("{}:{}", error.line(), error.column());
    CaseProblem { place, what: Text::new(format!("不是 JSON：{error}"), format!("not JSON: {error}")) }
}

fn unknown_keys(document: &Map<String, Value>) -> Vec<CaseProblem> {
    let known = KEYS.join(", ");
    let unknown = document.keys().filter(|key| !KEYS.contains(&key.as_str()));
    unknown
        .map(|key| {
            let zh = format!("不认识“{key}”，这里可以写：{known}");
            CaseProblem {
                place: key.clone(),
                what: Text::new(zh, format!("{key:?} is not known; here can stand: {known}")),
            }
        })
        .collect()
}

fn take_list(document: &mut Map<String, Value>, key: &str, problems: &mut Vec<CaseProblem>) -> Vec<Value> {
    match document.remove(key) {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => {
            problems.push(problem(key, "应是列表 […]", "it has to be a list […]"));
            Vec::new()
        }
    }
}

/// Puts a value where the object has none.
fn fill(item: &mut Value, key: &str, value: Option<Value>) {
    if let (Value::Object(object), Some(value)) = (item, value) {
        object.entry(key).or_insert(value);
    }
}

fn fill_persons(persons: &mut [Value], household: Option<&Value>) {
    let household_id = household.and_then(|household| household.get("household_id")).cloned().unwrap_or(json!(1));
    for (index, person) in persons.iter_mut().enumerate() {
        fill(person, "person_id", Some(json!(index + 1)));
        fill(person, "household_id", Some(household_id.clone()));
    }
}

/// A household that is not told of is the persons listed, with an income that is not known.
fn household_of(household: Option<Value>, persons: &[Value]) -> Value {
    let first = |key: &str| persons.first().and_then(|person| person.get(key)).cloned();
    let mut household = household.unwrap_or_else(|| json!({}));
    fill(&mut household, "household_id", first("household_id"));
    fill(&mut household, "region_code", first("region_code"));
    fill(&mut household, "members", Some(json!(persons.len())));
    household
}

/// A category holds from the day it was certified unless another day is written.
fn fill_certification(certification: &mut Value) {
    let certified_on = certification.get("certified_on").cloned();
    fill(certification, "valid_from", certified_on);
}

/// Parts that are not written are zero when the others add up to the total; the total is the sum of the parts.
fn fill_bill(claim: &mut Value) -> Option<Text> {
    let given = |claim: &Value, key: &str| claim.get(key).and_then(Value::as_i64);
    let sum = PARTS.iter().filter_map(|part| given(claim, part)).try_fold(0_i64, i64::checked_add)?;
    let written = PARTS.iter().filter(|part| claim.get(**part).is_some()).count();
    let total = given(claim, "total_fen");
    if written == 0 {
        let zh = "缺少 in_scope_fen：账单里政策范围内的部分决定待遇，不能省略";
        return Some(Text::new(
            zh,
            "in_scope_fen is missing: the part of the bill inside the scope decides what is paid",
        ));
    }
    match total {
        Some(total) if total != sum => {
            let zh = format!("total_fen 是 {total}，各部分（{}）合计 {sum}，应相等", PARTS.join("、"));
            Some(Text::new(
                zh,
                format!(
                    "total_fen is {total}, its parts ({}) add up to {sum}; they have to be equal",
                    PARTS.join(", ")
                ),
            ))
        }
        _ => {
            fill(claim, "total_fen", Some(json!(sum)));
            PARTS.iter().for_each(|part| fill(claim, part, Some(json!(0))));
            None
        }
    }
}

fn read_list<T: serde::de::DeserializeOwned>(key: &str, items: Vec<Value>, problems: &mut Vec<CaseProblem>) -> Vec<T> {
    let read_one = |(index, item)| read(&format!("{key}[{index}]"), item, problems);
    items.into_iter().enumerate().filter_map(read_one).collect()
}

fn read<T: serde::de::DeserializeOwned>(place: &str, item: Value, problems: &mut Vec<CaseProblem>) -> Option<T> {
    match serde_json::from_value(item) {
        Ok(value) => Some(value),
        Err(error) => {
            let what = Text::new(worded(&error.to_string()), error.to_string());
            problems.push(CaseProblem { place: place.to_owned(), what });
            None
        }
    }
}

/// The three complaints of the reader that a person meets, in Chinese.
fn worded(error: &str) -> String {
    let replaced = [
        ("missing field ", "缺少 "),
        ("unknown field ", "不认识 "),
        ("unknown variant ", "不能用的值 "),
        ("invalid type: ", "类型不对："),
    ];
    let chinese = replaced.iter().find_map(|(en, zh)| error.strip_prefix(en).map(|rest| format!("{zh}{rest}")));
    let text = chinese.unwrap_or_else(|| error.to_owned());
    text.replace(", expected one of ", "，可以是 ").replace(", expected ", "，应是 ")
}

/// The JSON Schema of a case document: that of the household's facts with the comforts above.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(HouseholdFacts).to_value();
    let person = json!({ "$ref": "#/$defs/Person", "description": "One person; instead of `persons`." });
    edit(&mut schema, "/properties", |properties| drop(properties.insert("person".to_owned(), person)));
    optional(&mut schema, "", &["household", "persons"]);
    optional(&mut schema, "/$defs/Person", &["person_id", "household_id"]);
    optional(&mut schema, "/$defs/Household", &["household_id", "region_code", "members"]);
    optional(&mut schema, "/$defs/Certification", &["person_id", "valid_from"]);
    optional(
        &mut schema,
        "/$defs/Claim",
        &["person_id", "claim_id", "total_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"],
    );
    optional(&mut schema, "/$defs/Resolution", &["person_id"]);
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

    #[test]
    fn every_problem_is_listed_with_its_place() {
        let problems = read_case(
            r#"{ "person": { "region_code": "33" }, "persn": 1, "claims": [
                { "settled_on": "2022-03-10", "kind": "inpatient", "total_fen": 5 },
                { "settled_on": "2022-03-10", "kind": "spa", "in_scope_fen": 1, "total_fen": 2 },
                { "settled_on": "2022-03-10", "kind": "spa", "in_scope_fen": 1 } ] }"#,
        )
        .unwrap_err();
        let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
        for place in ["persn", "claims[0]", "claims[1]", "claims[2]"] {
            assert!(places.contains(&place), "{place} is not among {problems:?}");
        }
        assert!(problems.iter().any(|problem| problem.what.zh.contains("应相等")));
    }
}
