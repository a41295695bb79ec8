//! What the state platform pays on each bill: basic insurance, critical illness insurance, medical assistance.
//!
//! The rates, deductibles and ceilings here are **invented** for the synthetic county (they have the usual shape and
//! no county's values) and are not policy: policy lives in packs. Start at [`settle_year`].

use shukun_base::{Day, Fen};
use shukun_engine::facts::{Category, ClaimKind, Insurance};

use super::care::{Diagnosis, Institution};
use super::illness::{Amounts, Bill, IllYear, share};
use super::people::Member;

/// Who paid a bill: with the family's own money (account and cash) it is the whole bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// 基本医保
    pub basic: Fen,
    /// 大病保险
    pub critical_illness: Fen,
    /// 医疗救助
    pub medical_assistance: Fen,
    /// 个人账户
    pub account: Fen,
    /// 个人现金
    pub cash: Fen,
}

impl Paid {
    fn negated(self) -> Paid {
        Paid {
            basic: -self.basic,
            critical_illness: -self.critical_illness,
            medical_assistance: -self.medical_assistance,
            account: -self.account,
            cash: -self.cash,
        }
    }

    /// What the insurance and the assistance paid together.
    pub fn by_funds(self) -> Fen {
        self.basic + self.critical_illness + self.medical_assistance
    }
}

/// A settled claim of the synthetic county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// 结算id
    pub settlement_no: String,
    /// The claim this one reverses, by its settlement number.
    pub reverses: Option<String>,
    /// 就医类别
    pub kind: ClaimKind,
    /// 入院日期; of outpatient care, the day of the visit
    pub admitted_on: Day,
    /// 出院日期; the benefit year is the year of this day
    pub discharged_on: Day,
    /// 结算日期
    pub settled_on: Day,
    /// Where.
    pub institution: Institution,
    /// For what.
    pub diagnosis: Diagnosis,
    /// 病组 of a stay; outpatient care has none.
    pub drg: Option<&'static str>,
    /// 救助身份 on the day of settlement
    pub category: Option<Category>,
    /// The bill.
    pub amounts: Amounts,
    /// Who paid it.
    pub paid: Paid,
}

impl Settled {
    /// 自负 of this claim: what is in scope and no fund paid (negative in a reversal).
    pub fn in_scope_copay(&self) -> Fen {
        self.amounts.in_scope - self.paid.by_funds()
    }

    /// 个人负担 of this claim: all that the family paid (negative in a reversal).
    pub fn personal_burden(&self) -> Fen {
        self.paid.account + self.paid.cash
    }
}

/// What has been paid and borne so far in the benefit year.
struct Running {
    basic: Fen,
    critical_illness: Fen,
    medical_assistance: Fen,
    /// In scope and left by basic insurance.
    left_by_basic: Fen,
    stays: u32,
    account_left: Fen,
}

impl Running {
    fn take_back(&mut self, claim: &Settled) {
        self.basic -= claim.paid.basic;
        self.critical_illness -= claim.paid.critical_illness;
        self.medical_assistance -= claim.paid.medical_assistance;
        self.left_by_basic -= claim.amounts.in_scope - claim.paid.basic;
        self.account_left += claim.paid.account;
        self.stays -= u32::from(claim.kind == ClaimKind::Inpatient);
    }
}

/// One thing the counter does on a day.
enum Step<'a> {
    Settle(&'a Bill),
    Reverse(&'a Bill),
}

/// Settles one person's year in order of settlement day. Settlement numbers are `prefix` and a running number of
/// three digits that goes on from `next`; a reversal has its claim's number and `R`.
pub(super) fn settle_year(member: &Member, ill: &IllYear, prefix: &str, next: &mut u32) -> Vec<Settled> {
    let mut running = Running {
        basic: Fen::ZERO,
        critical_illness: Fen::ZERO,
        medical_assistance: Fen::ZERO,
        left_by_basic: Fen::ZERO,
        stays: 0,
        account_left: ill.account,
    };
    let mut done: Vec<Settled> = Vec::new();
    for (day, step) in order_steps(&ill.bills) {
        match step {
            Step::Settle(bill) => {
                done.push(settle(member, bill, bill.amounts, day, take_number(prefix, next), &mut running));
            }
            Step::Reverse(bill) => reverse(member, bill, day, prefix, next, &mut running, &mut done),
        }
    }
    done
}

fn order_steps(bills: &[Bill]) -> Vec<(Day, Step<'_>)> {
    let settled = bills.iter().map(|bill| (bill.settled_on, Step::Settle(bill)));
    let reversed = bills.iter().filter_map(|bill| Some((bill.reversal.as_ref()?.on, Step::Reverse(bill))));
    let mut steps: Vec<_> = settled.chain(reversed).collect();
    steps.sort_by_key(|(day, _)| *day);
    steps
}

fn take_number(prefix: &str, next: &mut u32) -> String {
    *next += 1;
    format!("{prefix}{next:03}")
}

/// Takes a settled bill back and, where it is corrected, settles it again.
fn reverse(
    member: &Member,
    bill: &Bill,
    day: Day,
    prefix: &str,
    next: &mut u32,
    running: &mut Running,
    done: &mut Vec<Settled>,
) {
    let original = done.iter().find(|claim| claim.settled_on == bill.settled_on && claim.amounts == bill.amounts);
    let Some(original) = original.cloned() else { return };
    running.take_back(&original);
    done.push(Settled {
        settlement_no: format!("{}R", original.settlement_no),
        reverses: Some(original.settlement_no.clone()),
        settled_on: day,
        amounts: original.amounts.negated(),
        paid: original.paid.negated(),
        ..original
    });
    if let Some(corrected) = bill.reversal.as_ref().and_then(|reversal| reversal.corrected) {
        done.push(settle(member, bill, corrected, day, take_number(prefix, next), running));
    }
}

fn settle(
    member: &Member,
    bill: &Bill,
    amounts: Amounts,
    day: Day,
    settlement_no: String,
    running: &mut Running,
) -> Settled {
    let category = member.category_on(day);
    let basic = compute_basic(member.insurance, bill, amounts.in_scope, running);
    let left = amounts.in_scope - basic;
    let critical_illness = compute_critical_illness(member.insurance, category, left, running);
    let medical_assistance = compute_assistance(category, left - critical_illness, running);
    let own = amounts.total - basic - critical_illness - medical_assistance;
    let account = own.min(running.account_left);
    running.basic += basic;
    running.critical_illness += critical_illness;
    running.medical_assistance += medical_assistance;
    running.left_by_basic += left;
    running.account_left -= account;
    running.stays += u32::from(bill.kind == ClaimKind::Inpatient);
    Settled {
        settlement_no,
        reverses: None,
        kind: bill.kind,
        admitted_on: bill.admitted_on,
        discharged_on: bill.discharged_on,
        settled_on: day,
        institution: bill.institution.clone(),
        diagnosis: bill.diagnosis,
        drg: (bill.kind == ClaimKind::Inpatient).then(|| bill.diagnosis.group_of_stay(bill.amounts.total)),
        category,
        amounts,
        paid: Paid { basic, critical_illness, medical_assistance, account, cash: own - account },
    }
}

/// Deductible (less from the second stay on), a rate by hospital level, less far from home, a yearly ceiling.
fn compute_basic(insurance: Insurance, bill: &Bill, in_scope: Fen, running: &Running) -> Fen {
    let (deductible, rate) = match (insurance, bill.institution.level) {
        (Insurance::Resident, ..=1) => (Fen::yuan(300), 850_000),
        (Insurance::Resident, 2) => (Fen::yuan(600), 780_000),
        (Insurance::Resident, _) => (Fen::yuan(1_000), 680_000),
        (Insurance::Employee, ..=1) => (Fen::yuan(300), 900_000),
        (Insurance::Employee, 2) => (Fen::yuan(600), 870_000),
        (Insurance::Employee, _) => (Fen::yuan(900), 840_000),
    };
    let far = match insurance {
        _ if !bill.institution.out_of_area => 0,
        Insurance::Resident => 160_000,
        Insurance::Employee => 100_000,
    };
    let deductible = match bill.kind {
        ClaimKind::Inpatient if running.stays == 0 => deductible,
        ClaimKind::Inpatient => Fen(deductible.0 / 2),
        _ => Fen::ZERO,
    };
    let ceiling = match insurance {
        Insurance::Resident => Fen::yuan(450_000),
        Insurance::Employee => Fen::yuan(600_000),
    };
    share((in_scope - deductible).or_zero(), rate - far).min((ceiling - running.basic).or_zero())
}

/// On what basic insurance leaves in the year above a threshold: 55 %, 60 % of the part above 100,000 yuan, with a
/// lower threshold and five points more for people in hardship.
fn compute_critical_illness(insurance: Insurance, category: Option<Category>, left: Fen, running: &Running) -> Fen {
    let (threshold, more) = match (category, insurance) {
        (Some(_), _) => (Fen::yuan(10_000), 50_000),
        (None, Insurance::Resident) => (Fen::yuan(30_000), 0),
        (None, Insurance::Employee) => (Fen::yuan(25_000), 0),
    };
    let upper = Fen::yuan(100_000);
    let (from, to) = (running.left_by_basic, running.left_by_basic + left);
    let lower_part = to.min(upper).max(threshold) - from.min(upper).max(threshold);
    let upper_part = to.max(upper) - from.max(upper);
    let due = share(lower_part.or_zero(), 550_000 + more) + share(upper_part.or_zero(), 600_000 + more);
    due.min(left.or_zero()).min((Fen::yuan(500_000) - running.critical_illness).or_zero())
}

/// For people in hardship, a share of what is left in scope, up to 100,000 yuan a year; all of it for the destitute.
fn compute_assistance(category: Option<Category>, left: Fen, running: &Running) -> Fen {
    let rate = match category {
        None => return Fen::ZERO,
        Some(Category::Destitute) => return left,
        Some(Category::Dibao) => 800_000,
        Some(Category::DibaoMarginal) => 700_000,
        Some(Category::LowIncome | Category::ExpenditureType | Category::Other) => 600_000,
    };
    share(left, rate).min((Fen::yuan(100_000) - running.medical_assistance).or_zero())
}
