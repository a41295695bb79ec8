//! Outcome codes.

use serde::{Deserialize, Serialize};

shukun_base::words! {
    /// How a case ended.
    pub enum OutcomeCode {
        AidedStatutory "aided_statutory" "已获法定救助" "aided by statutory programmes",
        AidedCharity "aided_charity" "已获慈善救助" "aided by charity",
        AidedBoth "aided_both" "已获法定和慈善救助" "aided by both",
        Referred "referred" "已转介" "referred",
        BurdenBelowLine "burden_below_line" "负担未达线" "burden below the line",
        InsuredButRecoverable "insured_but_recoverable" "可由保险或第三方补回" "recoverable from insurance or a third party",
        NotLowIncome "not_low_income" "不符合低收入条件" "not a low-income household",
        Declined "declined" "本人放弃" "declined by the resident",
        Unreachable "unreachable" "多次联系不上" "unreachable",
        Moved "moved" "已迁出" "moved away",
        Deceased "deceased" "已死亡" "deceased",
        Duplicate "duplicate" "重复" "duplicate",
        DataError "data_error" "数据有误" "error in the data",
    }
}

/// An outcome; an error in the data says whose and which rule it misled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outcome {
    /// How the case ended.
    pub code: OutcomeCode,
    /// Given exactly with [`OutcomeCode::DataError`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_error: Option<DataError>,
}

/// Where wrong data came from and which rule it set off.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DataError {
    /// The source, such as a batch or a department's list.
    pub source: String,
    /// The rule, as the pack names it.
    pub rule: String,
}

impl Outcome {
    /// An outcome other than an error in the data.
    pub fn plain(code: OutcomeCode) -> Outcome {
        Outcome { code, data_error: None }
    }

    /// Whether an error in the data is explained, and nothing else is.
    pub fn is_whole(&self) -> bool {
        match &self.data_error {
            None => self.code != OutcomeCode::DataError,
            Some(error) => {
                self.code == OutcomeCode::DataError && !error.source.trim().is_empty() && !error.rule.trim().is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_the_data_says_whose() {
        let error = |source: &str, rule: &str| DataError { source: source.to_owned(), rule: rule.to_owned() };
        for code in OutcomeCode::ALL {
            assert_eq!(Outcome::plain(*code).is_whole(), *code != OutcomeCode::DataError);
        }
        let with = |code, data_error| Outcome { code, data_error: Some(data_error) };
        assert!(with(OutcomeCode::DataError, error("2026-02 结算", "红色预警")).is_whole());
        assert!(!with(OutcomeCode::DataError, error(" ", "红色预警")).is_whole());
        assert!(!with(OutcomeCode::DataError, error("2026-02 结算", "")).is_whole());
        assert!(!with(OutcomeCode::Moved, error("2026-02 结算", "红色预警")).is_whole());
    }
}
