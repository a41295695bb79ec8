//! Steps: what a case is waiting for, one at a time, each with a clock of its own; and the pauses of that clock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_base::Day;

use super::fold::Case;
use super::record::Waiting;
use super::status::Status;
use crate::visit::Finding;

shukun_base::words! {
    /// What is to be done next, or beside it.
    pub enum Step {
        Screening "screening" "初筛" "first screening",
        DispatchToTownship "dispatch_to_township" "分发到镇街" "dispatch to the township",
        DispatchToVillage "dispatch_to_village" "分发到村社" "dispatch to the village",
        Verification "verification" "入户核查" "verification",
        Acceptance "acceptance" "无风险确认" "accepting that there is no risk",
        Invitation "invitation" "协助申请" "inviting to apply",
        Certification "certification" "资格认定" "certification",
        Determination "determination" "核定" "determination",
        Resolution "resolution" "决议" "resolution",
        Settlement "settlement" "拨付" "settlement",
        FollowUp "follow_up" "回访" "follow-up visit",
        CloseOut "close_out" "销号" "close-out",
        WholeCase "whole_case" "全案" "whole case",
        Objection "objection" "异议复核" "objection",
        AdvanceApproval "advance_approval" "先行救助核准" "approval of an advance",
        AdvancePapers "advance_papers" "先行救助补件" "papers of an advance",
    }
}

/// One stay in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSpan {
    /// Which step.
    pub step: Step,
    /// The round of the case.
    pub round: u16,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` = still.
    pub to: Option<Timestamp>,
}

/// A time in which the clock stood still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// For what.
    pub waiting: Waiting,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` = still.
    pub to: Option<Timestamp>,
    /// A suspension's last day: the clock runs again after it, resumed or not.
    pub until: Option<Day>,
}

impl Case {
    /// What the case is waiting for; `None` once it is closed.
    pub fn step(&self) -> Option<Step> {
        Some(match self.status {
            Status::Detected => Step::Screening,
            Status::Screened => Step::DispatchToTownship,
            Status::Dispatched if self.forwarding.is_none() && self.visits.is_empty() => Step::DispatchToVillage,
            Status::Dispatched => Step::Verification,
            Status::Verified => self.step_after_verification(),
            Status::Applying if self.certification.is_none() => Step::Certification,
            Status::Applying => Step::Determination,
            Status::Determined if self.is_money_settled() => Step::CloseOut,
            Status::Determined => Step::Resolution,
            Status::Resolved if self.is_money_settled() => Step::CloseOut,
            Status::Resolved => Step::Settlement,
            Status::Settled if self.follow_up.is_none() => Step::FollowUp,
            Status::Settled => Step::CloseOut,
            Status::Closed => return None,
        })
    }

    fn step_after_verification(&self) -> Step {
        match self.verification.as_ref().map(|(conclusion, _)| conclusion.finding) {
            Some(Finding::AtRisk) => Step::Invitation,
            _ => Step::Acceptance,
        }
    }
}
