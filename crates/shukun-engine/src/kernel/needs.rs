//! Which columns a program looks at: what a reader need not decode.

use std::collections::BTreeSet;

use shukun_policy::program::Program;

/// The columns that settling under a program looks at, by their names in the lake's tables. Keys that tie rows together
/// (`household_id`, `person_id`, `claim_id`) are not listed; a reader always needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Columns of **claims**.
    pub claims: BTreeSet<&'static str>,
    /// Columns of **persons**.
    pub persons: BTreeSet<&'static str>,
    /// Columns of **households**.
    pub households: BTreeSet<&'static str>,
    /// Whether certifications matter.
    pub certifications: bool,
    /// Whether meetings' decisions matter.
    pub resolutions: bool,
    /// Whether declared facts of claims matter.
    pub claim_facts: bool,
    /// Whether declared facts of persons matter.
    pub person_facts: bool,
}

impl Needs {
    /// What `program` looks at.
    pub fn of(_program: &Program) -> Needs {
        Needs {
            claims: [
                "admitted_on",
                "discharged_on",
                "settled_on",
                "kind",
                "hospital_level",
                "out_of_area",
                "settled_category",
                "institution_code",
                "drg_code",
                "principal_diagnosis",
                "total_fen",
                "in_scope_fen",
                "out_of_catalogue_fen",
                "over_limit_fen",
                "pre_selfpay_fen",
                "basic_paid_fen",
                "critical_illness_paid_fen",
                "medical_assistance_paid_fen",
                "supplementary_paid_fen",
                "other_paid_fen",
                "reverses_claim_id",
            ]
            .into(),
            persons: ["birth_date", "sex", "insurance", "local_register", "disability_certificate"].into(),
            households: ["annual_income_fen", "members"].into(),
            certifications: true,
            resolutions: true,
            claim_facts: true,
            person_facts: true,
        }
    }
}
