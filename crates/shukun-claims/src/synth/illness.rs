//! What a year of illness costs: stays and special outpatient months with their bills, before anybody pays.
//!
//! Knows no payer. The tables are calibrated, together with those of `settle`, to the published counts named in
//! `calibration`. Start at [`draw_year`].

use jiff::ToSpan as _;
use shukun_base::{Day, Fen};
use shukun_engine::facts::{ClaimKind, Insurance};

use super::care::{COMMON, Diagnosis, GRAVE, Gravity, Institution, SPECIAL_CHRONIC, SPECIAL_GRAVE, draw_institution};
use super::county::CountyName;
use super::course::{Course, Planned};
use super::draw::{Draw, MILLION};
use super::people::{Constitution, Member};

/// Cost of an ordinary stay in yuan.
const COMMON_STAY: [(u32, i64); 9] = [
    (0, 900),
    (100_000, 2_600),
    (300_000, 4_300),
    (500_000, 6_600),
    (700_000, 9_800),
    (850_000, 14_800),
    (950_000, 27_000),
    (990_000, 56_000),
    (MILLION, 130_000),
];

/// Cost of a stay for a grave illness in yuan: the heavy tail.
const GRAVE_STAY: [(u32, i64); 9] = [
    (0, 3_500),
    (250_000, 9_500),
    (500_000, 19_000),
    (750_000, 45_000),
    (900_000, 122_000),
    (965_000, 270_000),
    (990_000, 520_000),
    (998_000, 850_000),
    (MILLION, 1_300_000),
];

/// Days of a stay.
const STAY_DAYS: [(u32, i64); 5] = [(0, 2), (500_000, 7), (850_000, 14), (980_000, 35), (MILLION, 60)];

/// The parts of a bill: they add up to `total` to the fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// 费用总额
    pub total: Fen,
    /// 符合政策范围金额
    pub in_scope: Fen,
    /// 自费
    pub out_of_catalogue: Fen,
    /// 超限价自费
    pub over_limit: Fen,
    /// 先行自付
    pub pre_selfpay: Fen,
}

impl Amounts {
    /// The same with every sign turned.
    pub(super) fn negated(self) -> Amounts {
        Amounts {
            total: -self.total,
            in_scope: -self.in_scope,
            out_of_catalogue: -self.out_of_catalogue,
            over_limit: -self.over_limit,
            pre_selfpay: -self.pre_selfpay,
        }
    }
}

/// A bill as the hospital makes it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bill {
    pub(super) kind: ClaimKind,
    pub(super) admitted_on: Day,
    pub(super) discharged_on: Day,
    pub(super) settled_on: Day,
    pub(super) institution: Institution,
    pub(super) diagnosis: Diagnosis,
    pub(super) amounts: Amounts,
    pub(super) reversal: Option<Reversal>,
}

/// A settlement that is taken back later, and sometimes done again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reversal {
    pub(super) on: Day,
    pub(super) corrected: Option<Amounts>,
}

/// One person's bills of one year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IllYear {
    pub(super) bills: Vec<Bill>,
    /// What lies in the personal account (个人账户) for the year.
    pub(super) account: Fen,
}

/// The bills of `member` in `year`; stays do not overlap, the first may have begun in the year before, though not
/// before `free_from`.
pub(super) fn draw_year(
    draw: &mut Draw,
    member: &Member,
    year: i16,
    free_from: Option<Day>,
    county: CountyName,
    town: &str,
) -> IllYear {
    let mut ill = draw_stays(draw, member, member.constitution, year, free_from, (county, town));
    ill.bills.extend(draw_special(draw, member.constitution, year, county, town));
    ill
}

/// The account and the stays of a year, without special outpatient care.
fn draw_stays(
    draw: &mut Draw,
    member: &Member,
    constitution: Constitution,
    year: i16,
    free_from: Option<Day>,
    (county, town): (CountyName, &str),
) -> IllYear {
    let account = match member.insurance {
        Insurance::Employee => Fen(draw.between(0, 600_000)),
        Insurance::Resident => Fen::ZERO,
    };
    let stays = draw_stay_count(draw, constitution, i64::from(member.age_at_end_of(year)));
    let mut bills = Vec::new();
    let mut free_from = free_from;
    for discharged_on in draw_discharges(draw, stays, year) {
        let Some(bill) = draw_stay(draw, constitution, free_from, discharged_on, county, town) else { continue };
        free_from = Some(discharged_on);
        bills.push(bill);
    }
    IllYear { bills, account }
}

/// The bills of a person whose disease takes a course, in a county where it does: what the course brings, and the
/// stays that others of that age have too.
pub(super) fn draw_year_of_course(
    draw: &mut Draw,
    member: &Member,
    course: Option<&Course>,
    (year, first_year): (i16, i16),
    free_from: Option<Day>,
    place: (CountyName, &str),
) -> IllYear {
    let background = match member.constitution {
        Constitution::Grave => Constitution::Chronic,
        other => other,
    };
    let mut ill = draw_stays(draw, member, background, year, free_from, place);
    let planned = course.map(|course| course.plan(draw, year, first_year)).unwrap_or_default();
    for event in planned {
        ill.bills.extend(draw_planned(draw, &event, place));
    }
    ill.bills.sort_by_key(|bill| (bill.discharged_on, bill.admitted_on));
    part_stays(&mut ill.bills, free_from);
    ill
}

/// A planned stay or month as a bill.
fn draw_planned(draw: &mut Draw, event: &Planned, (county, town): (CountyName, &str)) -> Option<Bill> {
    let Some(days) = event.stay else {
        let institution = draw_institution(draw, Gravity::Common, county, town);
        return Some(special_bill(draw, event.day, Fen(event.cost), institution, event.diagnosis));
    };
    let institution = draw_institution(draw, Gravity::Grave, county, town);
    let amounts = draw_split(draw, Fen(event.cost), Gravity::Grave);
    let settled_on = event.day.checked_add(draw.between(0, 3).days()).ok()?;
    Some(Bill {
        kind: ClaimKind::Inpatient,
        admitted_on: event.day.checked_sub(days.days()).ok()?,
        discharged_on: event.day,
        settled_on,
        institution,
        diagnosis: event.diagnosis,
        amounts,
        reversal: draw_reversal(draw, settled_on, amounts),
    })
}

/// Nobody is in two hospitals at once: a stay begins where the one before it ended, and of two that end on one day the
/// later drawn is left out.
fn part_stays(bills: &mut Vec<Bill>, free_from: Option<Day>) {
    let mut free_from = free_from;
    bills.retain_mut(|bill| {
        if bill.kind != ClaimKind::Inpatient {
            return true;
        }
        if free_from.is_some_and(|free| free >= bill.discharged_on) {
            return false;
        }
        bill.admitted_on = free_from.map_or(bill.admitted_on, |free| bill.admitted_on.max(free));
        free_from = Some(bill.discharged_on);
        true
    });
}

/// How often the person is in hospital this year.
fn draw_stay_count(draw: &mut Draw, constitution: Constitution, age: i64) -> usize {
    let (first, again, most) = match (constitution, age) {
        (Constitution::Ordinary, ..=14) => (95_000, 60_000, 3),
        (Constitution::Ordinary, 15..=44) => (70_000, 60_000, 3),
        (Constitution::Ordinary, 45..=59) => (95_000, 90_000, 3),
        (Constitution::Ordinary, 60..=74) => (165_000, 130_000, 4),
        (Constitution::Ordinary, _) => (250_000, 180_000, 5),
        (Constitution::Chronic, _) => (330_000, 300_000, 8),
        (Constitution::Grave, _) => (820_000, 640_000, 14),
    };
    if !draw.chance(first) {
        return 0;
    }
    let mut stays = 1;
    while stays < most && draw.chance(again) {
        stays += 1;
    }
    stays
}

/// Distinct days of discharge, in order.
fn draw_discharges(draw: &mut Draw, stays: usize, year: i16) -> Vec<Day> {
    let mut days: Vec<Day> = (0..stays).filter_map(|_| draw_day(draw, year)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn draw_day(draw: &mut Draw, year: i16) -> Option<Day> {
    let first = Day::new(year, 1, 1).ok()?;
    let length = i64::from(first.days_in_year());
    first.checked_add(draw.between(0, length - 1).days()).ok()
}

fn draw_stay(
    draw: &mut Draw,
    constitution: Constitution,
    free_from: Option<Day>,
    discharged_on: Day,
    county: CountyName,
    town: &str,
) -> Option<Bill> {
    let days = draw.quantile(&STAY_DAYS, 1);
    let wanted = discharged_on.checked_sub(days.days()).ok()?;
    let admitted_on = free_from.map_or(wanted, |free| wanted.max(free));
    let is_grave = match constitution {
        Constitution::Grave => draw.chance(850_000),
        Constitution::Chronic => draw.chance(25_000),
        Constitution::Ordinary => draw.chance(15_000),
    };
    let gravity = if is_grave { Gravity::Grave } else { Gravity::Common };
    let (diagnosis, cost) = match gravity {
        Gravity::Grave => (*draw.weighted(&GRAVE), draw.quantile(&GRAVE_STAY, 100)),
        Gravity::Common => (*draw.weighted(&COMMON), draw.quantile(&COMMON_STAY, 100)),
    };
    let institution = draw_institution(draw, gravity, county, town);
    let amounts = draw_split(draw, Fen(cost), gravity);
    let settled_on = discharged_on.checked_add(draw.between(0, 3).days()).ok()?;
    let reversal = draw_reversal(draw, settled_on, amounts);
    let kind = ClaimKind::Inpatient;
    Some(Bill { kind, admitted_on, discharged_on, settled_on, institution, diagnosis, amounts, reversal })
}

/// Splits a bill into what the insurance counts and what it does not.
fn draw_split(draw: &mut Draw, total: Fen, gravity: Gravity) -> Amounts {
    let out_of_catalogue = match gravity {
        Gravity::Common => draw.between(30_000, 170_000),
        Gravity::Grave => draw.between(50_000, 240_000),
    };
    let (over_limit, pre_selfpay) = (draw.between(0, 15_000), draw.between(15_000, 75_000));
    let out_of_catalogue = share(total, out_of_catalogue);
    let over_limit = share(total, over_limit);
    let pre_selfpay = share(total, pre_selfpay);
    let in_scope = total - out_of_catalogue - over_limit - pre_selfpay;
    Amounts { total, in_scope, out_of_catalogue, over_limit, pre_selfpay }
}

/// `per_million` of an amount that is not negative, cut to the fen.
pub(super) fn share(amount: Fen, per_million: i64) -> Fen {
    Fen(amount.0 * per_million / i64::from(MILLION))
}

/// One stay in 250 is taken back weeks or months later; two of three of these are settled again with a part of the
/// in-scope amount moved out of the catalogue.
fn draw_reversal(draw: &mut Draw, settled_on: Day, amounts: Amounts) -> Option<Reversal> {
    if !draw.chance(4_000) {
        return None;
    }
    let on = settled_on.checked_add(draw.between(10, 150).days()).ok()?;
    let moved = share(amounts.in_scope, draw.between(10_000, 120_000));
    let corrected = draw.chance(666_667).then_some(Amounts {
        in_scope: amounts.in_scope - moved,
        out_of_catalogue: amounts.out_of_catalogue + moved,
        ..amounts
    });
    Some(Reversal { on, corrected })
}

/// Monthly special outpatient care (门诊慢特病): dialysis and chemotherapy for the gravely ill, drugs for the chronic.
fn draw_special(draw: &mut Draw, constitution: Constitution, year: i16, county: CountyName, town: &str) -> Vec<Bill> {
    let (chance, low, high, gravity) = match constitution {
        Constitution::Ordinary => return Vec::new(),
        Constitution::Chronic => (220_000, 12_000, 90_000, Gravity::Common),
        Constitution::Grave => (350_000, 60_000, 520_000, Gravity::Grave),
    };
    if !draw.chance(chance) {
        return Vec::new();
    }
    let institution = draw_institution(draw, Gravity::Common, county, town);
    let diagnosis = match gravity {
        Gravity::Common => *draw.weighted(&SPECIAL_CHRONIC),
        Gravity::Grave => *draw.weighted(&SPECIAL_GRAVE),
    };
    let usual = draw.between(low, high);
    let first_month = draw.small(1, 9);
    let months = first_month..=12;
    months.filter_map(|month| draw_special_month(draw, year, month, usual, &institution, diagnosis)).collect()
}

fn draw_special_month(
    draw: &mut Draw,
    year: i16,
    month: i8,
    usual: i64,
    institution: &Institution,
    diagnosis: Diagnosis,
) -> Option<Bill> {
    let day = Day::new(year, month, draw.small(1, 28)).ok()?;
    let cost = Fen(usual + draw.between(-usual / 4, usual / 4));
    Some(special_bill(draw, day, cost, institution.clone(), diagnosis))
}

fn special_bill(draw: &mut Draw, day: Day, cost: Fen, institution: Institution, diagnosis: Diagnosis) -> Bill {
    Bill {
        kind: ClaimKind::SpecialOutpatient,
        admitted_on: day,
        discharged_on: day,
        settled_on: day,
        institution,
        diagnosis,
        amounts: draw_split(draw, cost, Gravity::Common),
        reversal: None,
    }
}
