//! The code words of the tables' columns, the same ones that the JSON document uses.

use shukun_engine::facts::{Category, ClaimKind, Insurance, Sex};
use shukun_engine::outcome::Colour;

/// A value that a table shows as a code word.
pub(crate) trait Code: Copy + PartialEq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of this value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }

    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }
}

impl Code for Sex {
    const WORDS: &'static [(&'static str, Self)] = &[("M", Sex::M), ("F", Sex::F)];
}

impl Code for Insurance {
    const WORDS: &'static [(&'static str, Self)] =
        &[("employee", Insurance::Employee), ("resident", Insurance::Resident)];
}

impl Code for Category {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("destitute", Category::Destitute),
        ("dibao", Category::Dibao),
        ("dibao_marginal", Category::DibaoMarginal),
        ("low_income", Category::LowIncome),
        ("expenditure_type", Category::ExpenditureType),
        ("other", Category::Other),
    ];
}

impl Code for ClaimKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("inpatient", ClaimKind::Inpatient),
        ("outpatient", ClaimKind::Outpatient),
        ("special_outpatient", ClaimKind::SpecialOutpatient),
        ("pharmacy", ClaimKind::Pharmacy),
        ("emergency", ClaimKind::Emergency),
    ];
}

impl Code for Colour {
    const WORDS: &'static [(&'static str, Self)] =
        &[("yellow", Colour::Yellow), ("orange", Colour::Orange), ("red", Colour::Red)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Serialize, de::DeserializeOwned};

    fn agrees_with_json<C: Code + Serialize + DeserializeOwned + std::fmt::Debug>(count: usize) {
        assert_eq!(C::WORDS.len(), count);
        for (word, value) in C::WORDS {
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
            assert_eq!(value.word(), *word);
            assert_eq!(C::from_word(word), Some(*value));
        }
        assert_eq!(C::from_word("特困"), None);
    }

    #[test]
    fn tables_and_json_use_the_same_words() {
        agrees_with_json::<Sex>(2);
        agrees_with_json::<Insurance>(2);
        agrees_with_json::<Category>(6);
        agrees_with_json::<ClaimKind>(5);
        agrees_with_json::<Colour>(3);
    }
}
