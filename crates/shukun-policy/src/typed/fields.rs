//! Which keyword of the registry is which column, and what sort of value a column holds.

use crate::program::{FactDecl, FactKind, Field};
use crate::registry;

/// What sort of value something has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// An amount of money.
    Money,
    /// A number, count or rate.
    Number,
    /// Yes or no.
    Flag,
    /// One of the words of a closed list.
    ClosedWord,
    /// A code or other free word.
    FreeWord,
}

/// Words of closed columns: keyword of the registry, column, spelling in a program (that of the fact types).
const CLOSED_WORDS: &[(&str, Field, &str)] = &[
    ("destitute", Field::Category, "destitute"),
    ("dibao", Field::Category, "dibao"),
    ("dibao_marginal", Field::Category, "dibao_marginal"),
    ("low_income", Field::Category, "low_income"),
    ("illness_impoverished", Field::Category, "expenditure_type"),
    ("expenditure_type", Field::Category, "expenditure_type"),
    ("other", Field::Category, "other"),
    ("inpatient", Field::Kind, "inpatient"),
    ("outpatient", Field::Kind, "outpatient"),
    ("outpatient_special", Field::Kind, "special_outpatient"),
    ("special_outpatient", Field::Kind, "special_outpatient"),
    ("pharmacy", Field::Kind, "pharmacy"),
    ("emergency", Field::Kind, "emergency"),
    ("employee", Field::Insurance, "employee"),
    ("resident", Field::Insurance, "resident"),
    ("male", Field::Sex, "male"),
    ("female", Field::Sex, "female"),
];

/// What a column holds; `facts` are the run's declared ones.
pub(crate) fn sort_of(field: Field, facts: &[FactDecl]) -> Sort {
    if let Field::Declared(fact) = field {
        return facts.get(fact.0).map_or(Sort::FreeWord, |fact| sort_of_fact(fact.kind));
    }
    match field {
        Field::Total | Field::InScope | Field::OutOfCatalogue | Field::OverLimit | Field::PreSelfpay => Sort::Money,
        Field::HouseholdIncome => Sort::Money,
        Field::HospitalLevel | Field::AdmissionNumber | Field::CalendarYear => Sort::Number,
        Field::Age | Field::HouseholdMembers => Sort::Number,
        Field::OutOfArea | Field::Insured | Field::LocalRegister | Field::DisabilityCertificate => Sort::Flag,
        Field::DueToIllness | Field::NewlyCertified => Sort::Flag,
        Field::Kind | Field::Sex | Field::Insurance | Field::Category => Sort::ClosedWord,
        Field::DrgCode | Field::PrincipalDiagnosis | Field::Institution | Field::Declared(_) => Sort::FreeWord,
    }
}

/// What a declared fact holds.
pub(crate) fn sort_of_fact(kind: FactKind) -> Sort {
    match kind {
        FactKind::Flag => Sort::Flag,
        FactKind::Money => Sort::Money,
        FactKind::Number => Sort::Number,
        FactKind::Word => Sort::FreeWord,
    }
}

/// How a program spells a word of a closed column.
pub(crate) fn find_closed_word(field: Field, key: &str) -> Option<&'static str> {
    CLOSED_WORDS.iter().find(|(known, of, _)| *known == key && *of == field).map(|(.., spelling)| *spelling)
}

/// The registry's keyword for a program's word of a closed column.
pub(crate) fn closed_word_key(spelling: &str) -> Option<&'static str> {
    CLOSED_WORDS
        .iter()
        .find(|(key, _, known)| *known == spelling && registry::value(key).is_some())
        .map(|(key, ..)| *key)
}

/// All words of a closed column as a program spells them.
pub(crate) fn closed_words(field: Field) -> Vec<&'static str> {
    let mut words: Vec<&str> =
        CLOSED_WORDS.iter().filter(|(_, of, _)| *of == field).map(|(.., spelling)| *spelling).collect();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_closed_word_has_a_keyword() {
        for (.., spelling) in CLOSED_WORDS {
            assert!(closed_word_key(spelling).is_some(), "{spelling}");
        }
    }

    #[test]
    fn a_word_belongs_to_its_column() {
        assert_eq!(find_closed_word(Field::Category, "dibao"), Some("dibao"));
        assert_eq!(find_closed_word(Field::Kind, "dibao"), None);
    }
}
