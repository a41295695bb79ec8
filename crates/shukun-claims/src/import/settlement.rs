//! One row of a settlement file: who, when, which bill, who paid; and whether it adds up.
//!
//! Does not know the other rows: duplicates and reversals are matched in [`super::ledger`]. Start at
//! [`read_settlement`].

use shukun_base::{ClaimId, Day, Fen};
use shukun_engine::facts::{Claim, ClaimKind, Facts, Person};

use super::cells::Cells;
use super::column::Column;
use super::known::Known;
use super::people::{Who, read_category, read_who};
use super::reason::Reason;
use super::regions::Regions;

/// A row without a defect of its own.
#[derive(Debug)]
pub(super) struct SettlementRow {
    pub who: Who,
    pub person: Person,
    pub claim: Claim,
    /// The settlement number that it reverses.
    pub reverses: Option<String>,
}

/// Funds and other payers; account and cash are the family's own.
const PAYERS: [Column; 9] = [
    Column::BasicPaid,
    Column::CriticalIllnessPaid,
    Column::LargeExpensePaid,
    Column::MedicalAssistancePaid,
    Column::SupplementaryPaid,
    Column::CivilServantPaid,
    Column::EnterprisePaid,
    Column::OtherPaid,
    Column::HospitalBorne,
];

/// Reads a row; `None` where `cells` has collected defects.
pub(super) fn read_settlement(cells: &mut Cells<'_>, regions: &Regions, known: &dyn Known) -> Option<SettlementRow> {
    let who = read_who(cells, regions);
    let number = cells.text(Column::SettlementNo);
    let number = cells.require(Column::SettlementNo, number);
    let remark = cells.text(Column::Remark).unwrap_or_default();
    let dates = read_dates(cells, who.as_ref().and_then(|who| who.birth_date));
    let visit = read_visit(cells);
    let bill = Bill::read(cells);
    let reverses = reversed_number(cells, number.as_deref(), &remark, bill.total());
    bill.check(cells, reverses.is_some());

    if !cells.defects.is_empty() {
        return None;
    }
    let (who, number, visit) = (who?, number?, visit?);
    let person = person_of(&who, known);
    let claim_id = known.claim_id(&number);
    let reverses_claim_id = reverses.as_deref().map(|target| known.claim_id(target));
    let claim = claim_of(claim_id, number, &person, dates?, visit, &bill, reverses_claim_id)?;
    Some(SettlementRow { who, person, claim, reverses })
}

/// A person as a settlement knows them: in a household of their own until a roster says otherwise.
fn person_of(who: &Who, known: &dyn Known) -> Person {
    Person {
        person_id: known.person_id(&who.id_number),
        household_id: known.household_id(&who.id_number),
        birth_date: who.birth_date,
        sex: who.sex,
        region_code: who.region.clone(),
        insurance: who.insurance,
        local_register: who.local_register,
        disability_certificate: None,
        facts: Facts::new(),
    }
}

struct Dates {
    admitted_on: Option<Day>,
    discharged_on: Option<Day>,
    settled_on: Day,
}

fn read_dates(cells: &mut Cells<'_>, born_on: Option<Day>) -> Option<Dates> {
    let admitted_on = cells.day(Column::AdmittedOn);
    let discharged_on = cells.day(Column::DischargedOn);
    let settled_on = cells.day(Column::SettledOn);
    let settled_on = cells.require(Column::SettledOn, settled_on);
    let in_order = [
        (None, born_on),
        (Some(Column::AdmittedOn), admitted_on),
        (Some(Column::DischargedOn), discharged_on),
        (Some(Column::SettledOn), settled_on),
    ];
    let mut latest: Option<Day> = None;
    for (column, day) in in_order {
        if let (Some(column), Some(latest), Some(day)) = (column, latest, day)
            && day < latest
        {
            cells.reject(column, Reason::DatesOrder);
            break;
        }
        latest = day.or(latest);
    }
    Some(Dates { admitted_on, discharged_on, settled_on: settled_on? })
}

struct Visit {
    kind: ClaimKind,
    institution_code: String,
    hospital_level: Option<i8>,
    out_of_area: Option<bool>,
    drg_code: Option<String>,
    principal_diagnosis: Option<String>,
    settled_category: Option<shukun_engine::facts::Category>,
}

fn read_visit(cells: &mut Cells<'_>) -> Option<Visit> {
    let kind = cells.word(Column::ClaimKind, &["kind"]);
    let kind = cells.require(Column::ClaimKind, kind).map(|kind| match kind {
        "inpatient" => ClaimKind::Inpatient,
        "special_outpatient" => ClaimKind::SpecialOutpatient,
        "pharmacy" => ClaimKind::Pharmacy,
        "emergency" => ClaimKind::Emergency,
        _ => ClaimKind::Outpatient,
    });
    let institution_code = cells.text(Column::InstitutionCode).unwrap_or_default();
    let hospital_level = cells.word(Column::HospitalLevel, &["hospital_level"]).and_then(|level| level.parse().ok());
    let out_of_area = cells.flag(Column::OutOfArea, "out_of_area");
    let drg_code = cells.text(Column::DrgCode);
    let principal_diagnosis = cells.text(Column::Diagnosis);
    let settled_category = read_category(cells).map(|(category, _)| category);
    let kind = kind?;
    Some(Visit { kind, institution_code, hospital_level, out_of_area, drg_code, principal_diagnosis, settled_category })
}

/// The number of the claim that a row reverses: from a column of its own, from 备注 (`冲正 <编号>`), or from the row's
/// own number with an R behind it where the bill is negative.
fn reversed_number(cells: &mut Cells<'_>, number: Option<&str>, remark: &str, total: Option<Fen>) -> Option<String> {
    if let Some(named) = cells.text(Column::ReversesNo) {
        return Some(named);
    }
    if let Some(named) = named_in_remark(remark) {
        return Some(named.to_owned());
    }
    let base = number?.strip_suffix(['R', 'r'])?.trim_end_matches(['-', '_']);
    (total?.is_negative() && !base.is_empty()).then(|| base.to_owned())
}

fn named_in_remark(remark: &str) -> Option<&str> {
    let rest = ["冲正", "红冲", "退费"].iter().find_map(|word| remark.split_once(word))?.1;
    let is_number_like = |part: &&str| part.len() >= 4 && part.bytes().any(|byte| byte.is_ascii_digit());
    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find(is_number_like)
}

/// The amounts of a row by column.
struct Bill(Vec<(Column, Option<Fen>)>);

impl Bill {
    fn read(cells: &mut Cells<'_>) -> Bill {
        let is_bill = |column: &Column| {
            column.content() == super::column::Content::Money && column.is_in(crate::batch::Kind::Settlement)
        };
        let mut bill =
            Bill(Column::ALL.iter().copied().filter(is_bill).map(|column| (column, cells.amount(column))).collect());
        for column in [Column::Total, Column::OutOfCatalogue, Column::InScope] {
            cells.require(column, bill.get(column));
        }
        bill.fill_blank_payers(cells);
        bill
    }

    fn get(&self, column: Column) -> Option<Fen> {
        self.0.iter().find(|(of, _)| *of == column).and_then(|(_, amount)| *amount)
    }

    fn total(&self) -> Option<Fen> {
        self.get(Column::Total)
    }

    fn sum(&self, columns: &[Column]) -> Fen {
        columns.iter().filter_map(|column| self.get(*column)).sum()
    }

    /// The sum, or `None` where none of the columns says anything.
    fn known_sum(&self, columns: &[Column]) -> Option<Fen> {
        columns.iter().any(|column| self.get(*column).is_some()).then(|| self.sum(columns))
    }

    fn parts(&self) -> Fen {
        self.sum(&[Column::InScope, Column::OutOfCatalogue, Column::OverLimit, Column::PreSelfpay])
    }

    /// Everyone who paid, the family among them.
    fn payers(&self) -> Fen {
        self.sum(&PAYERS) + self.sum(&[Column::AccountPaid, Column::CashPaid])
    }

    /// An empty cell of a payer means "nothing" where the others account for the whole bill, and "not settled
    /// there" where they do not.
    fn fill_blank_payers(&mut self, cells: &Cells<'_>) {
        if self.total() != Some(self.payers()) {
            return;
        }
        let is_payer =
            |column: Column| PAYERS.contains(&column) || matches!(column, Column::AccountPaid | Column::CashPaid);
        for (column, amount) in &mut self.0 {
            if is_payer(*column) && amount.is_none() && cells.has(*column) && !cells.is_bad(*column) {
                *amount = Some(Fen::ZERO);
            }
        }
    }

    fn check(&self, cells: &mut Cells<'_>, is_reversal: bool) {
        if self.0.iter().any(|(column, _)| cells.is_bad(*column)) {
            // Sums with an amount that could not be read say nothing.
            return;
        }
        self.check_total(cells);
        self.check_sums(cells);
        self.check_signs(cells, is_reversal);
    }

    fn check_total(&self, cells: &mut Cells<'_>) {
        let Some(total_fen) = self.total() else { return };
        let (parts_fen, payers) = (self.parts(), self.payers());
        let states_payers = cells.has(Column::BasicPaid) && cells.has(Column::CashPaid);
        let has_blanks = PAYERS
            .iter()
            .chain(&[Column::AccountPaid, Column::CashPaid])
            .any(|column| cells.has(*column) && self.get(*column).is_none());
        let is_short = has_blanks && payers.0.abs() < total_fen.0.abs();
        let payers_fen = (states_payers && !is_short).then_some(payers);
        if parts_fen != total_fen || payers_fen.is_some_and(|payers| payers != total_fen) {
            cells.reject(Column::Total, Reason::IdentityTotal { total_fen, parts_fen, payers_fen });
        }
    }

    fn check_sums(&self, cells: &mut Cells<'_>) {
        let funds = PAYERS.iter().copied().filter(|c| !matches!(c, Column::SupplementaryPaid | Column::HospitalBorne));
        let parts_fen = self.sum(&funds.collect::<Vec<_>>());
        if let Some(total_fen) =
            self.get(Column::FundTotal).filter(|total| *total != parts_fen && cells.has(Column::BasicPaid))
        {
            cells.reject(Column::FundTotal, Reason::IdentityFund { total_fen, parts_fen });
        }
        let parts_fen = self.sum(&[Column::AccountPaid, Column::CashPaid]);
        if let Some(total_fen) =
            self.get(Column::PersonalTotal).filter(|total| *total != parts_fen && cells.has(Column::CashPaid))
        {
            cells.reject(Column::PersonalTotal, Reason::IdentityPersonal { total_fen, parts_fen });
        }
    }

    fn check_signs(&self, cells: &mut Cells<'_>, is_reversal: bool) {
        let wrong = |amount: Fen| if is_reversal { amount > Fen::ZERO } else { amount.is_negative() };
        let Some((column, _)) = self.0.iter().find(|(_, amount)| amount.is_some_and(wrong)) else { return };
        let reason = match is_reversal {
            true => Reason::ReversalSign,
            false if self.total().is_some_and(Fen::is_negative) => Reason::ReversalUnnamed,
            false => Reason::NegativeAmount,
        };
        cells.reject(*column, reason);
    }
}

fn claim_of(
    claim_id: ClaimId,
    number: String,
    person: &Person,
    dates: Dates,
    visit: Visit,
    bill: &Bill,
    reverses_claim_id: Option<ClaimId>,
) -> Option<Claim> {
    Some(Claim {
        claim_id,
        settlement_no: Some(number),
        person_id: person.person_id,
        admitted_on: dates.admitted_on,
        discharged_on: dates.discharged_on,
        settled_on: dates.settled_on,
        kind: visit.kind,
        institution_code: visit.institution_code,
        hospital_level: visit.hospital_level,
        out_of_area: visit.out_of_area,
        drg_code: visit.drg_code,
        principal_diagnosis: visit.principal_diagnosis,
        settled_category: visit.settled_category,
        total_fen: bill.total()?,
        in_scope_fen: bill.get(Column::InScope)?,
        out_of_catalogue_fen: bill.get(Column::OutOfCatalogue)?,
        over_limit_fen: bill.get(Column::OverLimit).unwrap_or_default(),
        pre_selfpay_fen: bill.get(Column::PreSelfpay).unwrap_or_default(),
        basic_paid_fen: bill.get(Column::BasicPaid),
        critical_illness_paid_fen: bill.known_sum(&[Column::CriticalIllnessPaid, Column::LargeExpensePaid]),
        medical_assistance_paid_fen: bill.get(Column::MedicalAssistancePaid),
        supplementary_paid_fen: bill.get(Column::SupplementaryPaid),
        other_paid_fen: bill.known_sum(&[
            Column::CivilServantPaid,
            Column::EnterprisePaid,
            Column::OtherPaid,
            Column::HospitalBorne,
        ]),
        account_paid_fen: bill.get(Column::AccountPaid),
        cash_paid_fen: bill.get(Column::CashPaid),
        reverses_claim_id,
        facts: Facts::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_names_what_is_reversed() {
        for (remark, named) in [
            ("冲正 330305202211000113", Some("330305202211000113")),
            ("红冲：A-2022-17（患者要求）", Some("A-2022-17")),
            ("已冲正", None),
            ("转院 330305202211000113", None),
        ] {
            assert_eq!(named_in_remark(remark), named, "{remark}");
        }
    }
}
