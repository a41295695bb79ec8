//! The columns of a case document: what may stand in each, and what is said when something else does.
//!
//! A value is brought into the one form that the facts know: whole numbers may be written `10000000.0` or as a text,
//! null is the same as absent. Knows nothing of how columns hang together: see `check`. What stands in the document
//! is never repeated in a message: it may be a name or an ID number in the wrong place.

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use shukun_base::{Day, RegionCode, Text};
use shukun_claims::import::IMPLAUSIBLE_FEN;

use super::CaseProblem;

/// The largest whole number up to which a binary fraction holds every one exactly.
const EXACT_IN_FRACTION: i128 = 1 << 53;

/// What may stand in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// A number of a person, household or claim.
    Id,
    /// Whole fen.
    Amount,
    /// A whole number from … to ….
    Whole(i64, i64),
    /// A day.
    Day,
    /// True or false.
    Flag,
    /// A region's code.
    Region,
    /// Any text.
    Words,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Declared facts by name.
    Facts,
}

use Form::{Amount, Choice, Facts, Flag, Id, Region, Whole, Words};

/// A column: its name, what may stand in it, whether it must.
pub(super) type Column = (&'static str, Form, bool);

const CATEGORIES: Form = Choice(&["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"]);
const MEMBERS: Form = Whole(1, 999);
const YEAR: Form = Whole(1900, 2999);

pub(super) const HOUSEHOLD: &[Column] = &[
    ("household_id", Id, true),
    ("region_code", Region, true),
    ("annual_income_fen", Amount, false),
    ("members", MEMBERS, true),
];
pub(super) const PERSON: &[Column] = &[
    ("person_id", Id, true),
    ("household_id", Id, true),
    ("birth_date", Form::Day, false),
    ("sex", Choice(&["M", "F"]), false),
    ("region_code", Region, true),
    ("insurance", Choice(&["employee", "resident"]), false),
    ("local_register", Flag, false),
    ("disability_certificate", Flag, false),
    ("facts", Facts, false),
];
pub(super) const CERTIFICATION: &[Column] = &[
    ("person_id", Id, true),
    ("category", CATEGORIES, true),
    ("valid_from", Form::Day, true),
    ("valid_to", Form::Day, false),
    ("certified_on", Form::Day, true),
    ("applied_on", Form::Day, false),
    ("due_to_illness", Flag, true),
];
pub(super) const CLAIM: &[Column] = &[
    ("claim_id", Id, true),
    ("settlement_no", Words, false),
    ("person_id", Id, true),
    ("admitted_on", Form::Day, false),
    ("discharged_on", Form::Day, false),
    ("settled_on", Form::Day, true),
    ("kind", Choice(&["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"]), true),
    ("institution_code", Words, false),
    ("hospital_level", Whole(1, 3), false),
    ("out_of_area", Flag, false),
    ("drg_code", Words, false),
    ("principal_diagnosis", Words, false),
    ("settled_category", CATEGORIES, false),
    ("total_fen", Amount, true),
    ("in_scope_fen", Amount, true),
    ("out_of_catalogue_fen", Amount, true),
    ("over_limit_fen", Amount, true),
    ("pre_selfpay_fen", Amount, true),
    ("basic_paid_fen", Amount, false),
    ("critical_illness_paid_fen", Amount, false),
    ("medical_assistance_paid_fen", Amount, false),
    ("supplementary_paid_fen", Amount, false),
    ("other_paid_fen", Amount, false),
    ("account_paid_fen", Amount, false),
    ("cash_paid_fen", Amount, false),
    ("reverses_claim_id", Id, false),
    ("facts", Facts, false),
];
pub(super) const RESOLUTION: &[Column] = &[
    ("person_id", Id, true),
    ("rule", Words, true),
    ("year", YEAR, true),
    ("amount_fen", Amount, true),
    ("document", Words, true),
];

/// One object of the document, column by column.
pub(super) struct Row {
    /// Where it stands: `claims[2]`.
    pub place: String,
    values: Map<String, Value>,
    columns: &'static [Column],
    /// Columns with a value that cannot be used; they are not missing.
    bad: Vec<&'static str>,
    is_usable: bool,
    is_object: bool,
}

impl Row {
    /// Reads what stands at a place; null columns are absent.
    pub(super) fn read(
        place: String,
        value: Value,
        columns: &'static [Column],
        problems: &mut Vec<CaseProblem>,
    ) -> Row {
        let mut row = Row { place, values: Map::new(), columns, bad: Vec::new(), is_usable: true, is_object: true };
        let Value::Object(mut object) = value else {
            (row.is_usable, row.is_object) = (false, false);
            problems.push(row.problem(None, Text::new("应是一个对象 {…}", "it has to be an object {…}")));
            return row;
        };
        for (name, form, _) in columns {
            match object.remove(*name) {
                None | Some(Value::Null) => {}
                Some(value) => row.take(name, *form, value, problems),
            }
        }
        let known: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
        for name in object.keys() {
            problems.push(row.problem(Some(name), not_known(&known.join(", "))));
            row.is_usable = false;
        }
        row
    }

    fn take(&mut self, name: &'static str, form: Form, value: Value, problems: &mut Vec<CaseProblem>) {
        if matches!(form, Facts) {
            return self.take_facts(name, value, problems);
        }
        match normal(form, &value) {
            Some(value) => drop(self.values.insert(name.to_owned(), value)),
            None => self.refuse(name, name, &value, &expected(form), problems),
        }
    }

    fn take_facts(&mut self, name: &'static str, value: Value, problems: &mut Vec<CaseProblem>) {
        let Value::Object(facts) = value else { return self.refuse(name, name, &value, &expected(Facts), problems) };
        let mut taken = Map::new();
        for (fact, value) in facts.into_iter().filter(|(_, value)| !value.is_null()) {
            let normal = match &value {
                Value::Number(_) => normal(Amount, &value),
                Value::Bool(_) | Value::String(_) => Some(value.clone()),
                _ => None,
            };
            match normal {
                Some(value) => drop(taken.insert(fact, value)),
                None => self.refuse(name, &format!("{name}.{fact}"), &value, &expected_fact(), problems),
            }
        }
        self.values.insert(name.to_owned(), Value::Object(taken));
    }

    fn refuse(
        &mut self,
        name: &'static str,
        place: &str,
        value: &Value,
        expected: &Text,
        problems: &mut Vec<CaseProblem>,
    ) {
        let found = kind_of(value);
        let what = Text::new(
            format!("这里写的是{}，不能用；应写 {}", found.zh, expected.zh),
            format!("{} cannot stand here; write {}", found.en, expected.en),
        );
        problems.push(self.problem(Some(place), what));
        self.bad.push(name);
        self.is_usable = false;
    }

    /// A problem of the object, or of one of its columns.
    pub(super) fn problem(&self, column: Option<&str>, what: Text) -> CaseProblem {
        let place = column.map_or_else(|| self.place.clone(), |column| format!("{}.{column}", self.place));
        CaseProblem { place, what }
    }

    /// The value of a column.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether something stands in the column, be it right or wrong.
    pub(super) fn is_written(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.bad.contains(&name)
    }

    /// Puts a value where none was written.
    pub(super) fn fill(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value.filter(|_| !self.is_written(name)) {
            self.values.insert(name.to_owned(), value);
        }
    }

    /// The finished row, once every needed column has a value.
    pub(super) fn finish<T: DeserializeOwned>(self, problems: &mut Vec<CaseProblem>) -> Option<T> {
        let is_missing = |(name, ..): &&Column| self.is_object && !self.is_written(name);
        let missing: Vec<&Column> = self.columns.iter().filter(|(.., needed)| *needed).filter(is_missing).collect();
        for (name, form, _) in &missing {
            let expected = expected(*form);
            let what = Text::new(
                format!("缺少 {name}：请写 {}", expected.zh),
                format!("{name} is missing: write {}", expected.en),
            );
            problems.push(self.problem(Some(name), what));
        }
        if !missing.is_empty() || !self.is_usable {
            return None;
        }
        let place = self.place;
        let read = serde_json::from_value(Value::Object(self.values));
        read.map_err(|error| {
            problems.push(CaseProblem { place, what: Text::new(format!("不能读：{error}"), error.to_string()) });
        })
        .ok()
    }
}

/// What is said of a name that nothing here has.
pub(super) fn not_known(known: &str) -> Text {
    Text::new(format!("不认识这一项，这里可以写：{known}"), format!("this is not known; here can stand: {known}"))
}

/// The value in the form that the facts know.
fn normal(form: Form, value: &Value) -> Option<Value> {
    let within = |from: i64, to: i64| {
        let number = i64::try_from(whole(value)?).ok()?;
        (from..=to).contains(&number).then(|| Value::from(number))
    };
    let text = value.as_str().map(str::trim);
    match form {
        Id => Some(Value::from(u64::try_from(whole(value)?).ok()?)),
        Amount => within(-IMPLAUSIBLE_FEN, IMPLAUSIBLE_FEN),
        Whole(from, to) => within(from, to),
        Form::Day => text.filter(|text| text.parse::<Day>().is_ok()).map(Value::from),
        Flag => value.is_boolean().then(|| value.clone()),
        Region => {
            let code = value.as_u64().map(|code| code.to_string()).or_else(|| text.map(str::to_owned))?;
            RegionCode::new(&code).map(|code| Value::from(code.as_str()))
        }
        Words => value.is_string().then(|| value.clone()),
        Choice(words) => text.filter(|text| words.contains(text)).map(Value::from),
        Facts => None,
    }
}

/// A whole number, however it is written: `5`, `5.0`, `"5"`. Never rounded.
fn whole(value: &Value) -> Option<i128> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (digits, rest) = text.split_once('.').unwrap_or((&text, "0"));
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_whole = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    let is_exact = !rest.is_empty() && rest.bytes().all(|byte| byte == b'0');
    let number: i128 = digits.parse().ok().filter(|_| is_whole && is_exact)?;
    let is_fraction = value.as_number().is_some_and(Number::is_f64);
    (!is_fraction || number.abs() < EXACT_IN_FRACTION).then_some(number)
}

/// What may stand in a column, in words.
fn expected(form: Form) -> Text {
    match form {
        Id => Text::new("一个编号（正整数）", "a number (a whole one, from 0)"),
        Amount => Text::new(
            "整数分，如 1200000（即 12,000.00 元），不超过一百亿元",
            "whole fen, such as 1200000 for 12,000.00 yuan, at most ten billion yuan",
        ),
        Whole(from, to) => Text::new(format!("{from} 到 {to} 的整数"), format!("a whole number from {from} to {to}")),
        Form::Day => Text::new("日期，如 2022-03-10", "a day such as 2022-03-10"),
        Flag => Text::new("true 或 false", "true or false"),
        Region => Text::new(
            "行政区划代码，2、4、6、9 或 12 位数字，如 \"330305\"",
            "a region's code of 2, 4, 6, 9 or 12 digits, such as \"330305\"",
        ),
        Words => Text::new("文字", "a text"),
        Choice(words) => Text::new(format!("其中之一：{}", words.join("、")), format!("one of: {}", words.join(", "))),
        Facts => Text::new("一个对象，如 {\"精神障碍\": true}", "an object such as {\"精神障碍\": true}"),
    }
}

fn expected_fact() -> Text {
    Text::new(
        "true、false、文字或整数（金额为整数分，不超过一百亿元）",
        "true, false, a text or a whole number (amounts in whole fen, at most ten billion yuan)",
    )
}

/// What was found, without repeating it.
fn kind_of(value: &Value) -> Text {
    match value {
        Value::Null => Text::new("空", "null"),
        Value::Bool(_) => Text::new("true 或 false", "true or false"),
        Value::Number(_) if whole(value).is_none() => Text::new("小数", "a fraction"),
        Value::Number(_) => Text::new("超出范围的数", "a number out of range"),
        Value::String(_) => Text::new("别的文字", "another text"),
        Value::Array(_) => Text::new("列表", "a list"),
        Value::Object(_) => Text::new("对象", "an object"),
    }
}
