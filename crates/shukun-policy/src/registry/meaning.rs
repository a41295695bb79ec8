//! What words stand for in a linked program.

use shukun_base::{Fen, Rounding};

use crate::document::DeclarationKind;
use crate::program::{AlertColour, BracketMode, DateField, Field, Hit, Source, Unit};

/// Pairs of a word and what it stands for, readable in both directions.
macro_rules! meanings {
    ($($(#[$doc:meta])* $of:ident / $word:ident : $type:ident { $($en:literal => $variant:ident,)* })*) => { $(
        $(#[$doc])*
        pub fn $of(word: &str) -> Option<$type> {
            match word {
                $($en => Some($type::$variant),)*
                _ => None,
            }
        }

        #[doc = concat!("The word (identity) for this [`", stringify!($type), "`], where it has one.")]
        pub fn $word(meant: $type) -> Option<&'static str> {
            [$(($type::$variant, $en),)*].into_iter().find(|(known, _)| *known == meant).map(|(_, word)| word)
        }
    )* };
}

meanings! {
    /// The declaration that a word opens.
    declaration_kind / declaration_word: DeclarationKind {
        "rule" => Rule, "amend" => Amend, "repeal" => Repeal, "measure" => Measure, "fact" => Fact,
        "order" => Order, "validity" => Validity, "fund" => Fund, "parameters" => Parameters, "decision" => Decision,
    }
    /// The column that a word names.
    field / field_word: Field {
        "total" => Total, "in_scope" => InScope, "out_of_catalogue" => OutOfCatalogue, "over_limit" => OverLimit,
        "pre_selfpay" => PreSelfpay, "kind" => Kind, "hospital_level" => HospitalLevel, "out_of_area" => OutOfArea,
        "drg_code" => DrgCode, "principal_diagnosis" => PrincipalDiagnosis, "institution" => Institution,
        "admission_number" => AdmissionNumber, "calendar_year" => CalendarYear, "age" => Age, "sex" => Sex,
        "insurance" => Insurance, "insured" => Insured, "local_register" => LocalRegister,
        "disability_certificate" => DisabilityCertificate, "category" => Category, "due_to_illness" => DueToIllness,
        "newly_certified" => NewlyCertified, "household_income" => HouseholdIncome,
        "household_members" => HouseholdMembers,
    }
    /// The date that a word names.
    date_field / date_word: DateField {
        "incurred_on" => Incurred, "admitted_on" => Admitted, "discharged_on" => Discharged, "settled_on" => Settled,
        "certified_on" => Certified, "applied_on" => Applied,
    }
    /// 每人, 每户
    unit / unit_word: Unit { "per_person" => Person, "per_household" => Household, }
    /// 分段方式
    bracket_mode / bracket_mode_word: BracketMode {
        "marginal" => Marginal, "whole" => Whole, "whole_above_first_line" => WholeAboveFirstLine,
        "marginal_from_first_fen" => MarginalFromFirstFen,
    }
    /// 舍入
    rounding / rounding_word: Rounding {
        "half_up" => HalfUp, "half_even" => HalfEven, "down" => Down, "up" => Up,
    }
    /// 命中
    hit / hit_word: Hit { "unique" => Unique, "first" => First, }
    /// 来源 of a tier
    source / source_word: Source {
        "as_settled" => AsSettled, "computed" => Computed, "settled_else_computed" => SettledElseComputed,
        "reconciled" => Reconciled,
    }
    /// 三色
    colour / colour_word: AlertColour { "red" => Red, "orange" => Orange, "yellow" => Yellow, }
}

/// 到分, 到角, 到元: the unit that amounts are rounded to.
pub fn rounding_unit(word: &str) -> Option<Fen> {
    match word {
        "to_fen" => Some(Fen(1)),
        "to_jiao" => Some(Fen(10)),
        "to_yuan" => Some(Fen(100)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Class, Entry, declarations, values};

    fn ids(class: Class) -> impl Iterator<Item = &'static str> {
        values().iter().filter(move |entry| entry.class == class).map(Entry::id)
    }

    #[test]
    fn every_word_of_a_class_stands_for_something() {
        assert!(declarations().iter().all(|entry| declaration_kind(entry.id()).is_some()));
        assert!(ids(Class::Field).chain(ids(Class::Flag)).all(|id| field(id).is_some()));
        assert!(ids(Class::Date).all(|id| date_field(id).is_some()));
        assert!(ids(Class::BracketMode).all(|id| bracket_mode(id).is_some()));
        assert!(ids(Class::Rounding).all(|id| rounding(id).is_some()));
        assert!(ids(Class::RoundingUnit).all(|id| rounding_unit(id).is_some()));
        assert!(ids(Class::Hit).all(|id| hit(id).is_some()));
        assert!(ids(Class::Source).all(|id| source(id).is_some()));
        assert!(ids(Class::Colour).all(|id| colour(id).is_some()));
    }

    #[test]
    fn both_directions_agree() {
        assert!(ids(Class::Field).filter_map(field).all(|meant| field_word(meant).and_then(field) == Some(meant)));
        assert!(
            ids(Class::Date).filter_map(date_field).all(|meant| date_word(meant).and_then(date_field) == Some(meant))
        );
    }
}
