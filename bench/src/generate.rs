//! Invented claims with a realistic skew: most people have a few small bills, a few have many or large ones.
//!
//! The same seed and number of people give the same rows. Every person is drawn from a seed of its own. The columns and
//! their encodings are those of the lake's table of claims, as far as the packs of the benchmark look at them.
//! Start at [`generate`].

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, DictionaryArray, Int8Array, Int32Array, Int64Array, StringArray, UInt64Array,
};
use arrow::datatypes::{ArrowPrimitiveType as _, DataType, Field, Int32Type, Schema, SchemaRef};

use crate::failure::{Failure, Outcome};
use crate::files::{Output, ROWS_IN_GROUP, Work};

const SEED: u64 = 33;
/// 2022-12-01, 2023-01-01 and the days of 2023.
const DECEMBER_2022: i32 = 19_327;
const NEW_YEAR_2023: i32 = 19_358;
const DAYS: u64 = 365;

const KINDS: [&str; 5] = ["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"];
const CATEGORIES: [&str; 6] = ["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"];

/// Steele, Lea and Flood's SplitMix64: small, and the same everywhere.
struct Draw(u64);

impl Draw {
    fn of_person(number: u64) -> Draw {
        let mut draw = Draw(SEED ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// From 0, below `end`.
    fn below(&mut self, end: u64) -> u64 {
        ((self.next() >> 32) * end) >> 32
    }

    /// The place of the share (per 10,000) that was hit, or none.
    fn pick(&mut self, per_10_000: &[u64]) -> Option<usize> {
        let mut at = self.below(10_000);
        per_10_000.iter().position(|share| {
            let is_hit = at < *share;
            at = at.wrapping_sub(*share);
            is_hit
        })
    }

    /// Near normal: four uniform numbers added up, never beyond 3.5.
    fn normal(&mut self) -> f64 {
        let sum: u64 = (0..4).map(|_| self.next() >> 40).sum();
        (sum as f64 / (1u64 << 24) as f64 - 2.0) * 1.732
    }

    /// Money around `median_fen`, skewed to the right, at least one yuan.
    fn money(&mut self, median_fen: i64, spread: f64) -> i64 {
        ((median_fen as f64 * (self.normal() * spread).exp()) as i64).max(100)
    }
}

/// One row of the claims.
struct Row {
    incurred: i32,
    settled: i32,
    is_stay: bool,
    kind: u8,
    level: Option<i8>,
    category: Option<u8>,
    /// total, in scope, out of catalogue, over limit, own share first
    money: [i64; 5],
}

/// Writes the file of `people`'s claims.
pub fn generate(work: Work, people: u64, file: &Path) -> Outcome<serde_json::Value> {
    if people == 0 || people > 1 << 40 {
        return Err(Failure("from one to a million million people".to_owned()));
    }
    let part = file.with_extension("part");
    let mut output = Output::create(&part, schema())?;
    let (mut columns, mut ids) = (Columns::default(), Ids::new(people));
    let (mut rows, mut claim_id) = (0u64, 0u64);
    for number in 0..people {
        let mut draw = Draw::of_person(number);
        let (person, household) = ids.next(&mut draw);
        let of_person = match work {
            Work::PersonYear => vec![year_of(&mut draw)],
            Work::ClaimStream => claims_of(&mut draw),
        };
        rows += of_person.len() as u64;
        for row in of_person {
            claim_id += 1 + draw.below(1 << 24);
            columns.push(claim_id, person, household, &row);
        }
        if columns.claim_id.len() >= ROWS_IN_GROUP * 4 {
            output.write(columns.take())?;
        }
    }
    output.write(columns.take())?;
    output.close()?;
    std::fs::rename(&part, file)?;
    Ok(serde_json::json!({"people": people, "rows": rows, "bytes": std::fs::metadata(file)?.len()}))
}

/// Ascending, with the gaps of hashed ids; households of one to four neighbours, named by the first of them.
struct Ids {
    gap: u64,
    person: u64,
    household: u64,
    members_left: u64,
}

impl Ids {
    fn new(people: u64) -> Ids {
        Ids { gap: (1 << 62) / people, person: 0, household: 0, members_left: 0 }
    }

    fn next(&mut self, draw: &mut Draw) -> (u64, u64) {
        self.person += 1 + draw.next() % self.gap;
        if self.members_left == 0 {
            self.members_left = 1 + draw.below(4);
            self.household = self.person;
        }
        self.members_left -= 1;
        (self.person, self.household)
    }
}

/// One row with the sums of the person's year.
fn year_of(draw: &mut Draw) -> Row {
    let level = level(draw, 0);
    let day = NEW_YEAR_2023 + draw.below(DAYS) as i32;
    let total = draw.money(600_000, 1.6);
    Row {
        incurred: day,
        settled: day + draw.below(4) as i32,
        is_stay: true,
        kind: 0,
        level,
        category: category(draw),
        money: split(draw, total, 60),
    }
}

/// From one claim to about a hundred, in the order of the packs.
fn claims_of(draw: &mut Draw) -> Vec<Row> {
    let is_chronic = draw.below(100) == 0;
    let number = if is_chronic { 12 + draw.below(26) } else { few(draw) };
    // Most are certified all year or not at all; some from a day within it.
    let held = category(draw);
    let from = if draw.below(20) == 0 { NEW_YEAR_2023 + draw.below(DAYS) as i32 } else { DECEMBER_2022 };
    let mut rows: Vec<Row> = (0..number)
        .map(|_| {
            let row = claim(draw, is_chronic);
            Row { category: held.filter(|_| row.incurred >= from), ..row }
        })
        .collect();
    rows.sort_by_key(|row| (row.incurred, row.settled));
    rows
}

/// 1, 2, 3, … each less often than the one before; 2.8 on average.
fn few(draw: &mut Draw) -> u64 {
    let mut number = 1;
    while number < 60 && draw.below(1_000) < 641 {
        number += 1;
    }
    number
}

fn claim(draw: &mut Draw, is_chronic: bool) -> Row {
    let kinds = if is_chronic { [1_500, 2_000, 6_000, 300] } else { [1_500, 5_000, 300, 2_700] };
    let kind = draw.pick(&kinds).unwrap_or(4);
    let day = if draw.below(50) == 0 {
        DECEMBER_2022 + draw.below(31) as i32
    } else {
        NEW_YEAR_2023 + draw.below(DAYS) as i32
    };
    let (median_fen, spread) = [(900_000, 1.1), (18_000, 1.1), (90_000, 0.8), (9_000, 0.9), (40_000, 1.0)][kind];
    let is_stay = kind == 0;
    let total = draw.money(median_fen, spread);
    Row {
        incurred: day,
        settled: if is_stay { day + draw.below(5) as i32 } else { day },
        is_stay,
        kind: kind as u8,
        level: level(draw, kind),
        category: None,
        money: split(draw, total, if is_stay { 60 } else { 70 }),
    }
}

/// One claim in a thousand does not say.
fn level(draw: &mut Draw, kind: usize) -> Option<i8> {
    let shares = if kind == 0 { [1_500, 4_000, 4_490] } else { [5_500, 2_800, 1_690] };
    draw.pick(&shares).map(|place| place as i8 + 1)
}

fn category(draw: &mut Draw) -> Option<u8> {
    draw.pick(&[50, 250, 200, 60, 40, 20]).map(|place| place as u8)
}

/// The parts of a bill; at least `in_scope` percent are in the policy's scope.
fn split(draw: &mut Draw, total: i64, in_scope: u64) -> [i64; 5] {
    let percent = in_scope + draw.below(41.min(101 - in_scope));
    let in_scope = (total * percent as i64 / 100).max(1);
    let rest = total - in_scope;
    let (out, over) = (rest * draw.below(80) as i64 / 100, rest * draw.below(20) as i64 / 100);
    [total, in_scope, out, over, rest - out - over]
}

/// The columns of some rows.
#[derive(Default)]
struct Columns {
    claim_id: Vec<u64>,
    person: Vec<u64>,
    household: Vec<u64>,
    discharged: Vec<Option<i32>>,
    settled: Vec<i32>,
    kind: Vec<i32>,
    level: Vec<Option<i8>>,
    category: Vec<Option<i32>>,
    money: [Vec<i64>; 5],
}

impl Columns {
    fn push(&mut self, claim_id: u64, person: u64, household: u64, row: &Row) {
        self.claim_id.push(claim_id);
        self.person.push(person);
        self.household.push(household);
        self.discharged.push(row.is_stay.then_some(row.incurred));
        self.settled.push(row.settled);
        self.kind.push(row.kind.into());
        self.level.push(row.level);
        self.category.push(row.category.map(i32::from));
        for (column, amount) in self.money.iter_mut().zip(row.money) {
            column.push(amount);
        }
    }

    /// As arrays, in the order of [`schema`]; nothing stays.
    fn take(&mut self) -> Vec<ArrayRef> {
        let all = std::mem::take(self);
        let words = |keys: Int32Array, of: &[&str]| -> ArrayRef {
            let values = Arc::new(StringArray::from(of.to_vec()));
            Arc::new(DictionaryArray::new(keys, values))
        };
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(all.claim_id)),
            Arc::new(UInt64Array::from(all.person)),
            Arc::new(Date32Array::from(all.discharged)),
            Arc::new(Date32Array::from(all.settled)),
            words(Int32Array::from(all.kind), &KINDS),
            Arc::new(Int8Array::from(all.level)),
            words(Int32Array::from(all.category), &CATEGORIES),
        ];
        arrays.extend(all.money.map(|column| Arc::new(Int64Array::from(column)) as ArrayRef));
        arrays.push(Arc::new(UInt64Array::from(all.household)));
        arrays
    }
}

fn schema() -> SchemaRef {
    let word = || DataType::Dictionary(Box::new(Int32Type::DATA_TYPE), Box::new(DataType::Utf8));
    let mut fields = vec![
        Field::new("claim_id", DataType::UInt64, false),
        Field::new("person_id", DataType::UInt64, false),
        Field::new("discharged_on", DataType::Date32, true),
        Field::new("settled_on", DataType::Date32, false),
        Field::new("kind", word(), false),
        Field::new("hospital_level", DataType::Int8, true),
        Field::new("settled_category", word(), true),
    ];
    let money = ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
    fields.extend(money.map(|name| Field::new(name, DataType::Int64, false)));
    fields.push(Field::new("household_id", DataType::UInt64, false));
    Arc::new(Schema::new(fields))
}
