//! Programmes of aid, and who approves the money of each.

shukun_base::words! {
    /// A programme somebody may be aided under; one aid request is for one programme.
    pub enum Programme {
        MedicalAssistance "medical_assistance" "医疗救助" "medical assistance",
        AssistanceOnApplication "assistance_on_application" "依申请救助" "assistance on application",
        PremiumSubsidy "premium_subsidy" "参保资助" "premium subsidy",
        TemporaryRelief "temporary_relief" "临时救助" "temporary relief",
        DepartmentalAid "departmental_aid" "部门帮扶" "departmental aid",
        CharityRelief "charity_relief" "慈善救助" "charitable relief",
    }
}

shukun_base::words! {
    /// How the money of a programme is approved (T7).
    pub enum Approval {
        Statutory "statutory" "法定核准" "statutory approval",
        Government "government" "财政核准" "approval of government money",
        Resolution "resolution" "联席会议决议" "resolution of the joint meeting",
    }
}

impl Programme {
    /// How its money is approved: statutory assistance by the insurance bureau, government money by the finance
    /// bureau, charity by the joint meeting's resolution.
    pub const fn approval(self) -> Approval {
        match self {
            Programme::MedicalAssistance | Programme::AssistanceOnApplication | Programme::PremiumSubsidy => {
                Approval::Statutory
            }
            Programme::TemporaryRelief | Programme::DepartmentalAid => Approval::Government,
            Programme::CharityRelief => Approval::Resolution,
        }
    }
}
