//! Households and who lives in them: ages, insurance, register, disability, income, certified hardship.
//!
//! Knows nothing of illness in a given year, only each person's constitution. Start at [`draw_household`].

use shukun_base::{Day, Fen};
use shukun_engine::facts::{Category, Insurance, Sex};

use super::county::{CountyName, Profile, Town, Village, draw_village};
use super::draw::{Draw, MILLION};
use super::family::{Role, draw_roles};
use super::id_card::{Slot, id_number, slot};
use super::names::{draw_given_name, draw_surname};

/// The most people one household has.
pub(super) const MOST_MEMBERS: u64 = 6;

/// How many live in a household.
const SIZES: [(u32, u64); 6] = [(22, 1), (30, 2), (22, 3), (15, 4), (7, 5), (4, 6)];

/// Yearly income a head in yuan, for households nobody has certified.
const INCOMES: [(u32, i64); 5] =
    [(0, 9_000), (200_000, 24_000), (600_000, 48_000), (900_000, 95_000), (MILLION, 320_000)];

/// Certified categories of a household in 100,000 (its first year): the rest has none.
const CATEGORIES: [(u32, Option<Category>); 5] = [
    (250, Some(Category::Destitute)),
    (1_150, Some(Category::Dibao)),
    (800, Some(Category::DibaoMarginal)),
    (250, Some(Category::LowIncome)),
    (97_550, None),
];

/// Chance per million that a local household joins the mutual aid: 78.06 %, as published for Zhangjiagang.
const MUTUAL_AID_JOINED: u32 = 780_600;

/// A synthetic household with everything the generator invents about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// Its place in the county's order, from 0.
    pub number: u64,
    /// Where it lives.
    pub village: Village,
    /// Whether it is on the local register (本地户籍).
    pub local_register: bool,
    /// What it earns in a year. Offices know it only where [`Household::is_on_roster`].
    pub annual_income: Fen,
    /// Whether it joined the villages' mutual aid (公益医疗互助), which households do as a whole; `None` where the county
    /// has none. No office file tells it: it is in [`Household::facts`] only.
    pub joins_mutual_aid: Option<bool>,
    /// Its people, the householder first.
    pub members: Vec<Member>,
}

impl Household {
    /// Whether the offices' roster lists any of its people: somebody is certified or holds a disability certificate.
    pub fn is_on_roster(&self) -> bool {
        self.members.iter().any(Member::is_on_roster)
    }
}

/// A synthetic person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// 与户主关系
    pub relation: Relation,
    /// 姓名, invented
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub birth: Day,
    /// 身份证号 that nobody holds
    pub id_number: String,
    /// 参保类型
    pub insurance: Insurance,
    /// Kind and grade of the disability certificate (the two digits that follow the ID number on it).
    pub disability: Option<(u8, u8)>,
    /// How often this person falls ill.
    pub constitution: Constitution,
    /// 认定
    pub certifications: Vec<CertifiedSpan>,
    /// Settled claims of all years, in order of settlement within a year.
    pub claims: Vec<super::Settled>,
}

impl Member {
    /// Whether the offices' roster has a row for this person.
    pub fn is_on_roster(&self) -> bool {
        self.disability.is_some() || !self.certifications.is_empty()
    }

    /// The category in force on a day.
    pub fn category_on(&self, day: Day) -> Option<Category> {
        let holds = |span: &&CertifiedSpan| span.valid_from <= day && span.valid_to.is_none_or(|last| day <= last);
        self.certifications.iter().find(holds).map(|span| span.category)
    }

    /// Whether any category is in force on any day of the year.
    pub fn is_assisted_in(&self, year: i16) -> bool {
        self.certifications
            .iter()
            .any(|span| span.valid_from.year() <= year && span.valid_to.is_none_or(|last| last.year() >= year))
    }

    /// Full years on 31 December of `year`.
    pub fn age_at_end_of(&self, year: i16) -> i16 {
        year - self.birth.year()
    }
}

/// 与户主关系
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// 户主
    Head,
    /// 配偶
    Spouse,
    /// 子、女
    Child,
    /// 父母
    Parent,
}

impl Relation {
    /// As a roster writes it.
    pub fn zh(self, sex: Sex) -> &'static str {
        match (self, sex) {
            (Relation::Head, _) => "户主",
            (Relation::Spouse, _) => "配偶",
            (Relation::Child, Sex::M) => "子",
            (Relation::Child, Sex::F) => "女",
            (Relation::Parent, _) => "父母",
        }
    }
}

/// How often a person falls ill, for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constitution {
    /// Falls ill as others of that age.
    Ordinary,
    /// Has a chronic disease.
    Chronic,
    /// Has a grave disease: cancer, kidney failure, the after-effects of a stroke.
    Grave,
}

/// A certification (认定) as civil affairs writes it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertifiedSpan {
    /// 认定类别
    pub category: Category,
    /// 认定日期, also the first day it is valid
    pub valid_from: Day,
    /// 失效日期, the last day it is valid
    pub valid_to: Option<Day>,
    /// 因病
    pub due_to_illness: bool,
}

/// How many people household `number` has: the first draw of its stream, so counting needs no more.
pub(super) fn draw_size(draw: &mut Draw) -> u64 {
    *draw.weighted(&SIZES)
}

/// The household without its claims; `first_year` is the year at whose end the ages hold.
pub(super) fn draw_household(
    draw: &mut Draw,
    number: u64,
    towns: &[(u32, Town)],
    county: CountyName,
    first_year: i16,
) -> Option<Household> {
    let profile = county.profile();
    let size = draw_size(draw);
    let village = draw_village(draw, towns, county)?;
    let local_register = draw.chance(profile.local);
    let roles = draw_roles(draw, size, &profile);
    let category = *draw.weighted(&CATEGORIES);
    let surnames = (draw_surname(draw), draw_surname(draw));
    let mut members = Vec::with_capacity(roles.len());
    for (place, role) in (0..).zip(&roles) {
        let slot = slot(number * MOST_MEMBERS + place, county);
        members.push(draw_member(draw, role, slot, surnames, &profile, first_year)?);
    }
    if let Some(category) = category {
        certify(draw, &mut members, category, first_year);
    }
    let annual_income = draw_income(draw, size, category);
    let joins = draw.chance(MUTUAL_AID_JOINED) && local_register;
    let joins_mutual_aid = (county == CountyName::Zhangjiagang).then_some(joins);
    Some(Household { number, village, local_register, annual_income, joins_mutual_aid, members })
}

fn draw_member(
    draw: &mut Draw,
    role: &Role,
    slot: Slot,
    (head_surname, spouse_surname): (&str, &str),
    profile: &Profile,
    first_year: i16,
) -> Option<Member> {
    let birth_year = i16::try_from(i64::from(first_year) - role.age).ok()?;
    let birth = Day::new(birth_year, slot.month, slot.day).ok()?;
    let surname = match role.relation {
        Relation::Head | Relation::Child => head_surname,
        Relation::Parent if role.sex == Sex::M => head_surname,
        Relation::Spouse | Relation::Parent => spouse_surname,
    };
    Some(Member {
        relation: role.relation,
        name: format!("{surname}{}", draw_given_name(draw, role.sex)),
        sex: role.sex,
        birth,
        id_number: id_number(slot, birth, role.sex),
        insurance: draw_insurance(draw, role.age, profile),
        disability: draw_disability(draw, role.age),
        constitution: draw_constitution(draw, role.age),
        certifications: Vec::new(),
        claims: Vec::new(),
    })
}

fn draw_insurance(draw: &mut Draw, age: i64, profile: &Profile) -> Insurance {
    let chance = match age {
        ..=21 => 0,
        22..=59 => profile.employee,
        _ => profile.employee / 2,
    };
    if draw.chance(chance) { Insurance::Employee } else { Insurance::Resident }
}

fn draw_disability(draw: &mut Draw, age: i64) -> Option<(u8, u8)> {
    let chance = match age {
        ..=17 => 6_000,
        18..=59 => 18_000,
        _ => 50_000,
    };
    let holds = draw.chance(chance);
    let (kind, grade) = (draw.small(1, 7).unsigned_abs(), draw.small(1, 4).unsigned_abs());
    holds.then_some((kind, grade))
}

fn draw_constitution(draw: &mut Draw, age: i64) -> Constitution {
    let (chronic, grave) = match age {
        ..=14 => (10_000, 1_200),
        15..=44 => (25_000, 3_200),
        45..=59 => (70_000, 11_000),
        60..=74 => (150_000, 24_500),
        _ => (230_000, 34_500),
    };
    let drawn = draw.below(u64::from(MILLION));
    match drawn {
        _ if drawn < grave => Constitution::Grave,
        _ if drawn < grave + chronic => Constitution::Chronic,
        _ => Constitution::Ordinary,
    }
}

/// Certifies the household's people: the destitute are certified one by one (here the householder), the others as
/// whole households. Three in ten are certified in the course of the first year, the rest before it.
fn certify(draw: &mut Draw, members: &mut [Member], category: Category, first_year: i16) {
    let in_first_year = draw.chance(300_000);
    let year = if in_first_year { first_year } else { first_year - i16::from(draw.small(1, 3)) };
    let ends = draw.chance(60_000);
    let (month, day) = (draw.small(1, 12), draw.small(1, 28));
    let end_month = draw.small(1, 12);
    let due_to_illness = draw.chance(400_000);
    let (Ok(valid_from), Ok(end)) = (Day::new(year, month, day), Day::new(first_year, end_month, 28)) else { return };
    let valid_to = (ends && !in_first_year).then_some(end);
    let span = CertifiedSpan { category, valid_from, valid_to, due_to_illness };
    let how_many = if category == Category::Destitute { 1 } else { members.len() };
    for member in members.iter_mut().take(how_many) {
        member.certifications.push(span);
    }
}

/// What the household earns in a year, in whole yuan.
fn draw_income(draw: &mut Draw, size: u64, category: Option<Category>) -> Fen {
    let size = i64::try_from(size).unwrap_or(1);
    let a_head = match category {
        Some(Category::Destitute) => draw.between(0, 6_000),
        Some(Category::Dibao) => draw.between(3_000, 12_000),
        Some(Category::DibaoMarginal) => draw.between(10_000, 18_000),
        Some(_) => draw.between(14_000, 25_000),
        None => draw.quantile(&INCOMES, 1),
    };
    Fen::yuan(a_head * size)
}
