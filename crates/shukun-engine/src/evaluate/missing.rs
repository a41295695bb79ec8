//! What was not known, and what follows from it.

use shukun_policy::program::{DateField, FactIx, Field, Program};

use super::fields::{date_name, field_name};

/// Why a value could not be had. The rule then pays nothing and says which value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    /// A column that is empty for this person or claim.
    Field(Field),
    /// A declared fact without a value.
    Fact(FactIx),
    /// A date that the claim or certification does not have.
    Date(DateField),
    /// No row of the table fits: index of the table.
    NoRow(usize),
    /// Two rows of a table with 命中：唯一 fit: index of the table.
    TwoRows(usize),
    /// The document states no value in this column: table, output.
    Unstated(usize, usize),
    /// A division by nothing.
    Divisor,
    /// No scale of the rule is for these attributes.
    NoScale,
    /// Lines that count what the patient paid are defined for 分别累进 only.
    BracketMode,
}

impl Missing {
    /// The name of what is missing, as a pack or a column names it.
    pub(crate) fn name(self, program: &Program) -> String {
        let table = |index: usize| program.tables.get(index).map_or("", |table| table.name.as_str());
        match self {
            Missing::Field(field) => field_name(field).to_owned(),
            Missing::Fact(fact) => program.facts.get(fact.0).map_or_else(String::new, |fact| fact.name.clone()),
            Missing::Date(date) => date_name(date).to_owned(),
            Missing::NoRow(index) => format!("{}（无适用行）", table(index)),
            Missing::TwoRows(index) => format!("{}（两行均适用）", table(index)),
            Missing::Unstated(index, output) => {
                let column = program.tables.get(index).and_then(|table| table.outputs.get(output));
                format!("{}·{}（未载明）", table(index), column.map_or("", String::as_str))
            }
            Missing::Divisor => "除数为零".to_owned(),
            Missing::NoScale => "分段（无适用档）".to_owned(),
            Missing::BracketMode => "以个人已付计的分段方式".to_owned(),
        }
    }
}

/// Yes, no, or not to be decided with what is known (Kleene's logic).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// This is missing.
    Unknown(Missing),
}

impl Truth {
    /// 非
    pub(crate) fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }

    /// 且: one "no" decides.
    pub(crate) fn all(mut parts: impl Iterator<Item = Truth>) -> Truth {
        parts
            .try_fold(Truth::Yes, |so_far, part| match (so_far, part) {
                (_, Truth::No) => Err(Truth::No),
                (Truth::Yes, part) => Ok(part),
                (so_far, _) => Ok(so_far),
            })
            .unwrap_or_else(|decided| decided)
    }

    /// 或: one "yes" decides.
    pub(crate) fn any(parts: impl Iterator<Item = Truth>) -> Truth {
        Truth::all(parts.map(Truth::not)).not()
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::Yes } else { Truth::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_may_decide_what_is_not_known() {
        let unknown = Truth::Unknown(Missing::Divisor);
        for (parts, all, any) in [
            (vec![Truth::Yes, unknown], unknown, Truth::Yes),
            (vec![unknown, Truth::No], Truth::No, unknown),
            (vec![Truth::Yes, Truth::No], Truth::No, Truth::Yes),
            (vec![], Truth::Yes, Truth::No),
        ] {
            assert_eq!(Truth::all(parts.iter().copied()), all);
            assert_eq!(Truth::any(parts.iter().copied()), any);
        }
        assert_eq!(unknown.not(), unknown);
    }
}
