//! The policy desk without HTML: asking for the packs as an official reads them, and the comparison of two policies as a job.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shukun_base::{Day, Lang};
use shukun_casework::authority::Permission;
use shukun_store::Job;

use super::Desk;
use super::jobs::{Doing, Kind};
use crate::words;
use crate::works::order::{CompareOrder, CompareSide, Policies, PoliciesOrder};
use crate::works::{Order, WorkFailure};

/// Two policies over the whole lake.
pub const COMPARE: Kind = Kind {
    key: "compare",
    name: words::COMPARE,
    permission: Permission::ComparePolicies,
    run: |doing| Box::pin(compare(doing)),
    leads_to,
};

/// What a comparison is asked for with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareInput {
    /// 基准方案
    pub baseline: CompareSide,
    /// 对照方案
    pub variant: CompareSide,
}

fn leads_to(job: &Job) -> Option<String> {
    Some(format!("/policies/compare/{}", job.job_id.as_str()))
}

/// Begun again it writes the same files.
async fn compare(doing: &Doing) -> Result<Json, WorkFailure> {
    let input: CompareInput = doing.input()?;
    let folders = doing.desk.folders();
    let order = CompareOrder {
        lake: folders.lake().to_owned(),
        packs: folders.packs().to_vec(),
        baseline: input.baseline,
        variant: input.variant,
        out: folders.results().join("compare").join(doing.job.job_id.as_str()),
    };
    doing.work(&Order::Compare(order)).await
}

/// What is asked of the packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyQuestion {
    /// The day.
    pub on: Day,
    /// One pack with everything.
    pub only: Option<String>,
    /// Another to tell it apart from.
    pub against: Option<String>,
    /// Readings other than the provisional ones.
    pub readings: Vec<String>,
}

impl Desk {
    /// The packs of the office as an official reads them.
    ///
    /// # Errors
    /// The work's: no packs, packs with errors.
    pub async fn policies(&self, question: &PolicyQuestion, lang: Lang) -> Result<Policies, WorkFailure> {
        let order = PoliciesOrder {
            packs: self.folders().packs().to_vec(),
            on: question.on,
            only: question.only.clone(),
            against: question.against.clone(),
            readings: question.readings.clone(),
            lang,
        };
        self.works().ask(&Order::Policies(order), |_, _| {}).await
    }
}

/// `Y1=整额，Y7=救助在前` into readings; `None` where one is no reading.
pub fn read_readings(text: &str) -> Option<Vec<String>> {
    let parts = text.split([',', '，', ';', '；', '、']).map(str::trim).filter(|part| !part.is_empty());
    let readings: Vec<String> = parts.map(|part| part.replace('＝', "=")).collect();
    let is_reading = |text: &String| {
        text.split_once('=').is_some_and(|(what, how)| !what.trim().is_empty() && !how.trim().is_empty())
    };
    (readings.iter().all(is_reading) && text.chars().count() <= 200).then_some(readings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_read_in_either_width() {
        assert_eq!(
            read_readings(" Y1＝整额， Y7=救助在前 "),
            Some(vec!["Y1=整额".to_owned(), "Y7=救助在前".to_owned()])
        );
        assert_eq!(read_readings(""), Some(Vec::new()));
        for wrong in ["整额", "=x", "Y1="] {
            assert_eq!(read_readings(wrong), None, "{wrong}");
        }
    }
}
