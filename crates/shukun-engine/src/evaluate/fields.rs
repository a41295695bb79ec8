//! The fixed columns: their values for one person and bill, and their names.

use shukun_base::{Day, Exact, Fen};
use shukun_policy::program::{DateField, Field, Literal};

use super::certifications::Held;
use super::events::claim_date;
use super::missing::Missing;
use super::{Run, Scope};
use crate::facts::{Category, ClaimKind, FactValue, Insurance, Sex};

/// A value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// Money in fen or a number.
    Number(Exact),
    /// 是 / 否
    Flag(bool),
    /// One of a closed list, by its English key.
    Listed(&'static str),
    /// A code, verbatim.
    Code(&'a str),
}

impl Value<'_> {
    /// Whether it is what a pack wrote.
    pub(crate) fn is(self, literal: &Literal) -> bool {
        match (self, literal) {
            (Value::Number(number), Literal::Number(wanted)) => number == *wanted,
            (Value::Number(number), Literal::Money(wanted)) => number == Exact::from(*wanted),
            (Value::Flag(flag), Literal::Flag(wanted)) => flag == *wanted,
            (Value::Listed(word), Literal::Word(wanted)) => word == wanted,
            (Value::Code(code), Literal::Word(wanted)) => code == wanted,
            _ => false,
        }
    }
}

/// The key of a 认定类别.
pub(crate) fn category_key(category: Category) -> &'static str {
    match category {
        Category::Destitute => "destitute",
        Category::Dibao => "dibao",
        Category::DibaoMarginal => "dibao_marginal",
        Category::LowIncome => "low_income",
        Category::ExpenditureType => "expenditure_type",
        Category::Other => "other",
    }
}

/// The key of a 就医类别.
pub(crate) fn kind_key(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Inpatient => "inpatient",
        ClaimKind::Outpatient => "outpatient",
        ClaimKind::SpecialOutpatient => "special_outpatient",
        ClaimKind::Pharmacy => "pharmacy",
        ClaimKind::Emergency => "emergency",
    }
}

fn sex_key(sex: Sex) -> &'static str {
    match sex {
        Sex::M => "male",
        Sex::F => "female",
    }
}

fn insurance_key(insurance: Insurance) -> &'static str {
    match insurance {
        Insurance::Employee => "employee",
        Insurance::Resident => "resident",
    }
}

/// The column's Chinese name.
pub(crate) fn field_name(field: Field) -> &'static str {
    match field {
        Field::Total => "费用总额",
        Field::InScope => "政策范围内费用",
        Field::OutOfCatalogue => "自费",
        Field::OverLimit => "超限价",
        Field::PreSelfpay => "先行自付",
        Field::Kind => "就医类别",
        Field::HospitalLevel => "医院等级",
        Field::OutOfArea => "异地就医",
        Field::DrgCode => "病组",
        Field::PrincipalDiagnosis => "主要诊断",
        Field::Institution => "医药机构",
        Field::AdmissionNumber => "住院次数",
        Field::CalendarYear => "自然年",
        Field::Age => "年龄",
        Field::Sex => "性别",
        Field::Insurance => "参保类型",
        Field::Insured => "参保",
        Field::LocalRegister => "本地户籍",
        Field::DisabilityCertificate => "残疾人证",
        Field::Category => "认定类别",
        Field::DueToIllness => "因病",
        Field::NewlyCertified => "新认定",
        Field::HouseholdIncome => "家庭年收入",
        Field::HouseholdMembers => "家庭人数",
        Field::Declared(_) => "事实",
    }
}

/// The date's Chinese name.
pub(crate) fn date_name(date: DateField) -> &'static str {
    match date {
        DateField::Incurred => "费用发生日",
        DateField::Admitted => "入院日",
        DateField::Discharged => "出院日",
        DateField::Settled => "结算日",
        DateField::Certified => "认定日",
        DateField::Applied => "申请日",
    }
}

/// Full years from birth to `on`.
pub(crate) fn age_on(birth: Day, on: Day) -> i64 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    i64::from(on.year()) - i64::from(birth.year()) - i64::from(!had_birthday)
}

fn whole(number: impl Into<i128>) -> Value<'static> {
    Value::Number(Exact::from_integer(number.into()))
}

fn known<T>(value: Option<T>, field: Field) -> Result<T, Missing> {
    value.ok_or(Missing::Field(field))
}

impl Run<'_> {
    /// The value of `field` where `held` is the certification that counts.
    pub(crate) fn field(&self, field: Field, scope: Scope<'_>, held: Option<&Held>) -> Result<Value<'_>, Missing> {
        match field {
            Field::Total | Field::InScope | Field::OutOfCatalogue | Field::OverLimit | Field::PreSelfpay => {
                Ok(Value::Number(Exact::from(self.money_of(field, scope))))
            }
            Field::Kind
            | Field::HospitalLevel
            | Field::OutOfArea
            | Field::DrgCode
            | Field::PrincipalDiagnosis
            | Field::Institution
            | Field::AdmissionNumber => self.claim_field(field, scope),
            Field::CalendarYear => self.day_of(scope).map(|day| whole(day.year())).ok_or(Missing::Field(field)),
            Field::Category => Ok(held.map_or(Value::Code(""), |held| Value::Listed(category_key(held.category)))),
            Field::DueToIllness => certified_flag(field, held, |held| held.due_to_illness),
            Field::NewlyCertified => certified_flag(field, held, |held| held.newly_certified),
            Field::HouseholdIncome => {
                known(self.facts.household.annual_income_fen, field).map(|income| Value::Number(income.into()))
            }
            Field::HouseholdMembers => Ok(whole(self.facts.household.members)),
            Field::Age
            | Field::Sex
            | Field::Insurance
            | Field::Insured
            | Field::LocalRegister
            | Field::DisabilityCertificate => self.person_field(field, scope),
            Field::Declared(fact) => self.fact(fact, scope).map(|value| match value {
                FactValue::Flag(flag) => Value::Flag(*flag),
                FactValue::Number(number) => whole(*number),
                FactValue::Word(word) => Value::Code(word),
            }),
        }
    }

    /// An amount of the bill; at the end of a period, of all bills it collected.
    fn money_of(&self, field: Field, scope: Scope<'_>) -> Fen {
        let column = match field {
            Field::Total => 0,
            Field::InScope => 1,
            Field::OutOfCatalogue => 2,
            Field::OverLimit => 3,
            _ => 4,
        };
        let amount = |event: &usize| self.events.get(*event).and_then(|event| event.money.get(column).copied());
        match &scope.event {
            Some(event) => amount(event).unwrap_or_default(),
            None => scope.group.iter().filter_map(amount).sum(),
        }
    }

    /// An attribute of the bill; at the end of a period, the one that all its bills share.
    fn claim_field(&self, field: Field, scope: Scope<'_>) -> Result<Value<'_>, Missing> {
        if let Some(event) = scope.event {
            return self.event_field(field, event);
        }
        let mut values = scope.group.iter().map(|event| self.event_field(field, *event));
        let first = values.next().unwrap_or(Err(Missing::Field(field)))?;
        if values.all(|value| value == Ok(first)) { Ok(first) } else { Err(Missing::Field(field)) }
    }

    fn event_field(&self, field: Field, event: usize) -> Result<Value<'_>, Missing> {
        let event = self.events.get(event).ok_or(Missing::Field(field))?;
        let code = |code: Option<&'_ String>| code.filter(|code| !code.is_empty()).is_some();
        let claim = event.claim;
        Ok(match field {
            Field::Kind => Value::Listed(kind_key(claim.kind)),
            Field::HospitalLevel => whole(known(claim.hospital_level, field)?),
            Field::OutOfArea => Value::Flag(known(claim.out_of_area, field)?),
            Field::DrgCode if code(claim.drg_code.as_ref()) => Value::Code(known(claim.drg_code.as_deref(), field)?),
            Field::PrincipalDiagnosis if code(claim.principal_diagnosis.as_ref()) => {
                Value::Code(known(claim.principal_diagnosis.as_deref(), field)?)
            }
            Field::Institution if !claim.institution_code.is_empty() => Value::Code(&claim.institution_code),
            Field::AdmissionNumber => whole(event.admission_number),
            _ => return Err(Missing::Field(field)),
        })
    }

    fn person_field(&self, field: Field, scope: Scope<'_>) -> Result<Value<'_>, Missing> {
        let person = self.people.get(scope.person).ok_or(Missing::Field(field))?;
        Ok(match field {
            Field::Age => {
                let on = known(self.day_of(scope), field)?;
                whole(age_on(known(person.birth_date, field)?, on))
            }
            Field::Sex => Value::Listed(sex_key(known(person.sex, field)?)),
            Field::Insurance => Value::Listed(insurance_key(known(person.insurance, field)?)),
            Field::Insured => known(person.insurance, field).map(|_| Value::Flag(true))?,
            Field::LocalRegister => Value::Flag(known(person.local_register, field)?),
            _ => Value::Flag(known(person.disability_certificate, field)?),
        })
    }

    /// The day on which persons are looked at: the period's last, else the day the cost arose.
    pub(crate) fn day_of(&self, scope: Scope<'_>) -> Option<Day> {
        scope.period.map(|(_, last)| last).or_else(|| self.events.get(scope.event?).map(|event| event.incurred))
    }

    /// A date of the bill, or of the certification that counts.
    pub(crate) fn date_of(&self, date: DateField, event: Option<usize>, held: Option<&Held>) -> Result<Day, Missing> {
        let found = match date {
            DateField::Certified => held.and_then(|held| held.certified_on),
            DateField::Applied => held.and_then(|held| held.applied_on),
            _ => event.and_then(|event| self.events.get(event)).and_then(|event| claim_date(event, date)),
        };
        found.ok_or(Missing::Date(date))
    }
}

/// Nobody certified is "no"; certified without this being known is "not known".
fn certified_flag<'a>(
    field: Field,
    held: Option<&Held>,
    flag: impl Fn(&Held) -> Option<bool>,
) -> Result<Value<'a>, Missing> {
    match held {
        None => Ok(Value::Flag(false)),
        Some(held) => known(flag(held), field).map(Value::Flag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn age_counts_birthdays() {
        for (birth, on, years) in [
            (date(1960, 7, 15), date(2022, 7, 14), 61),
            (date(1960, 7, 15), date(2022, 7, 15), 62),
            (date(2000, 2, 29), date(2022, 2, 28), 21),
            (date(2000, 2, 29), date(2022, 3, 1), 22),
        ] {
            assert_eq!(age_on(birth, on), years);
        }
    }

    #[test]
    fn a_listed_value_goes_by_its_key() {
        let value = Value::Listed(category_key(Category::Dibao));
        assert!(value.is(&Literal::Word("dibao".to_owned())));
        assert!(!value.is(&Literal::Word("dibao_marginal".to_owned())));
        assert!(Value::Number(Exact::from_integer(3)).is(&Literal::Number(Exact::from_integer(3))));
    }
}
