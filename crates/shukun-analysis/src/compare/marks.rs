//! What a person-year is grouped by: category of hardship, age, town, insurance, kind of care.
//!
//! Every person-year falls in exactly one group of each kind, so that groups add up to the whole.

use serde::Serialize;
use shukun_base::{Day, Fen, RegionCode, Text};
use shukun_engine::evaluate::KINDS;
use shukun_engine::facts::{Category, Certification, Insurance, Person};

/// What people are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// 认定类别: the most urgent one held on any day of the year.
    Category,
    /// 年龄段: age on the last day of the year.
    Age,
    /// 乡镇（街道）: nine digits of the person's region.
    Town,
    /// 参保类型
    Insurance,
    /// 主要就医类别: the kind of care with the largest bills of the year.
    Kind,
    /// 基准方案下负担的十分位
    Decile,
}

impl By {
    /// All of them, in the order of reports.
    pub const ALL: [By; 6] = [By::Category, By::Age, By::Town, By::Insurance, By::Kind, By::Decile];

    /// What it is called.
    pub fn text(self) -> Text {
        match self {
            By::Category => Text::new("认定类别", "category of hardship"),
            By::Age => Text::new("年龄段", "age"),
            By::Town => Text::new("乡镇（街道）", "town"),
            By::Insurance => Text::new("参保类型", "insurance"),
            By::Kind => Text::new("主要就医类别", "main kind of care"),
            By::Decile => Text::new("基准方案下的负担十分位", "tenth by burden under the baseline"),
        }
    }
}

/// No value in a code.
pub const NONE: u8 = u8::MAX;

/// First ages of the bands.
const AGES: [i16; 6] = [0, 18, 45, 60, 70, 80];

/// The band of an age.
pub fn age_band(age: Option<i16>) -> u8 {
    let Some(age) = age else { return NONE };
    let reached = AGES.iter().filter(|from| **from <= age).count();
    u8::try_from(reached.saturating_sub(1)).unwrap_or(NONE)
}

/// Age on the last day of the year.
pub fn age_in(person: &Person, year: i16) -> Option<i16> {
    person.birth_date.map(|born| year - born.year())
}

/// The most urgent category held on any day of the year, by its place in [`CATEGORIES`].
pub fn category_in<'a>(certifications: impl Iterator<Item = &'a Certification>, year: i16) -> u8 {
    let (Ok(first), Ok(last)) = (Day::new(year, 1, 1), Day::new(year, 12, 31)) else { return NONE };
    let is_held = |row: &&Certification| row.valid_from <= last && row.valid_to.is_none_or(|to| first <= to);
    let held = certifications.filter(is_held).map(|row| row.category).min();
    held.and_then(|held| place(&CATEGORIES, &held)).unwrap_or(NONE)
}

/// The categories, most urgent first.
pub const CATEGORIES: [Category; 6] = [
    Category::Destitute,
    Category::Dibao,
    Category::DibaoMarginal,
    Category::LowIncome,
    Category::ExpenditureType,
    Category::Other,
];

fn place<T: PartialEq>(all: &[T], one: &T) -> Option<u8> {
    all.iter().position(|known| known == one).and_then(|place| u8::try_from(place).ok())
}

/// 职工 0, 居民 1.
pub fn insurance_code(insurance: Option<Insurance>) -> u8 {
    match insurance {
        Some(Insurance::Employee) => 0,
        Some(Insurance::Resident) => 1,
        None => NONE,
    }
}

/// The kind of care with the largest bills; the earlier kind where two are equal.
pub fn main_kind(totals: &[Fen; KINDS]) -> u8 {
    let largest = totals.iter().copied().max().unwrap_or_default();
    place(totals, &largest).unwrap_or(NONE)
}

/// The town of a region as a number: its first nine digits. Codes never begin with zero, so that none is lost.
pub fn town_number(region: &RegionCode) -> u32 {
    let digits: String = region.as_str().chars().take(9).collect();
    digits.parse().unwrap_or(0)
}

/// A group's stable code and its name. Towns are named by whoever knows their names.
pub fn name_of(by: By, key: u32) -> (String, Text) {
    let (code, zh, en) = match (by, key) {
        (By::Town, key) => return (key.to_string(), Text::new(key.to_string(), key.to_string())),
        (By::Decile, key) => {
            let (zh, en) = match key {
                1 => ("（负担最低）", " (least burden)"),
                10 => ("（负担最高）", " (most burden)"),
                _ => ("", ""),
            };
            return (key.to_string(), Text::new(format!("第{key}组{zh}"), format!("{key} of 10{en}")));
        }
        (By::Category, 0) => ("destitute", "特困", "destitute"),
        (By::Category, 1) => ("dibao", "低保", "dibao"),
        (By::Category, 2) => ("dibao_marginal", "低边", "dibao-marginal"),
        (By::Category, 3) => ("low_income", "低收入", "low income"),
        (By::Category, 4) => ("expenditure_type", "支出型", "expenditure type"),
        (By::Category, 5) => ("other", "其他", "other"),
        (By::Category, _) => ("none", "无认定", "not certified"),
        (By::Age, 0) => ("0-17", "0–17岁", "0–17"),
        (By::Age, 1) => ("18-44", "18–44岁", "18–44"),
        (By::Age, 2) => ("45-59", "45–59岁", "45–59"),
        (By::Age, 3) => ("60-69", "60–69岁", "60–69"),
        (By::Age, 4) => ("70-79", "70–79岁", "70–79"),
        (By::Age, 5) => ("80+", "80岁以上", "80 and over"),
        (By::Insurance, 0) => ("employee", "职工医保", "employee"),
        (By::Insurance, 1) => ("resident", "城乡居民医保", "resident"),
        (By::Kind, 0) => ("inpatient", "住院", "inpatient"),
        (By::Kind, 1) => ("outpatient", "门诊", "outpatient"),
        (By::Kind, 2) => ("special_outpatient", "门诊特病", "special outpatient"),
        (By::Kind, 3) => ("pharmacy", "药店", "pharmacy"),
        (By::Kind, 4) => ("emergency", "急诊", "emergency"),
        (By::Age | By::Insurance | By::Kind, _) => ("unknown", "不详", "not known"),
    };
    (code.to_owned(), Text::new(zh, en))
}

#[cfg(test)]
mod tests {
    use shukun_base::PersonId;

    use super::*;

    fn held(category: Category, from: &str, to: Option<&str>) -> Certification {
        let day = |text: &str| text.parse::<Day>().unwrap();
        Certification {
            person_id: PersonId(1),
            category,
            valid_from: day(from),
            valid_to: to.map(day),
            certified_on: day(from),
            applied_on: None,
            due_to_illness: false,
        }
    }

    #[test]
    fn the_most_urgent_category_of_the_year_counts() {
        let rows = [
            held(Category::LowIncome, "2020-01-01", None),
            held(Category::Dibao, "2021-06-01", Some("2022-01-01")),
            held(Category::Destitute, "2023-01-01", None),
        ];
        let names = [2019, 2020, 2022, 2023].map(|year| name_of(By::Category, category_in(rows.iter(), year).into()).0);
        assert_eq!(names, ["none", "low_income", "dibao", "destitute"]);
    }

    #[test]
    fn ages_towns_and_kinds_have_one_group_each() {
        let bands = [Some(0), Some(17), Some(18), Some(59), Some(60), Some(80), Some(103), None].map(age_band);
        assert_eq!(bands, [0, 0, 1, 2, 3, 5, 5, NONE]);
        let town = |code: &str| town_number(&RegionCode::new(code).unwrap());
        assert_eq!((town("330381001002"), town("330381001"), town("330381")), (330_381_001, 330_381_001, 330_381));
        let money = [Fen(5), Fen(9), Fen(9), Fen(0), Fen(0)];
        assert_eq!(main_kind(&money), 1);
    }
}
