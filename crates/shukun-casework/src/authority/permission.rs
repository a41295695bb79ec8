//! Permissions: what can be done at all. Which role may do it stands in [`super::AUTHORITY`].

shukun_base::words! {
    /// One thing that can be done.
    pub enum Permission {
        ViewCases "view_cases" "查看案件" "view cases",
        ViewStatistics "view_statistics" "查看统计" "view statistics",
        ReadPolicy "read_policy" "查看政策" "read policies",
        ComparePolicies "compare_policies" "比较政策" "compare policies",
        Reveal "reveal" "查看身份信息" "reveal an identity",
        RevealMedical "reveal_medical" "查看诊疗信息" "reveal medical details",
        Export "export" "导出" "export",
        ReadAuditTrail "read_audit_trail" "查看审计记录" "read the audit trail",
        Import "import" "导入数据" "import data",
        RunScreening "run_screening" "预警筛选" "run the screening",
        DiscoverByHand "discover_by_hand" "人工发现" "report a household by hand",
        Assign "assign" "指派经办人" "assign",
        Screen "screen" "初筛" "first screening",
        Dismiss "dismiss" "排除" "dismiss",
        SampleDismissals "sample_dismissals" "抽查排除" "check a sample of dismissals",
        DispatchToTownship "dispatch_to_township" "分发到镇街" "dispatch to a township",
        DispatchToVillage "dispatch_to_village" "分发到村社" "dispatch to a village",
        Verify "verify" "入户核查" "verify at home",
        ConfirmVerification "confirm_verification" "确认核查" "confirm a verification",
        EnterApplication "enter_application" "代为申请" "enter an application for the person",
        AcceptRequest "accept_request" "受理申请" "accept a request",
        Certify "certify" "资格认定" "certify",
        DraftDetermination "draft_determination" "拟定核定" "draft a determination",
        CheckDetermination "check_determination" "复核核定" "check a determination",
        ApproveStatutory "approve_statutory" "法定核准" "approve statutory assistance",
        ApproveGovernment "approve_government" "财政核准" "approve government money",
        RecordResolution "record_resolution" "登记决议" "record a resolution",
        RecordSettlement "record_settlement" "登记拨付" "record a settlement",
        RequestAdvance "request_advance" "申请先行救助" "ask for an urgent advance",
        ApproveAdvance "approve_advance" "核准先行救助" "approve an urgent advance",
        FollowUp "follow_up" "回访" "follow-up visit",
        ProposeClosing "propose_closing" "提请销号" "propose the close-out",
        ConfirmClosing "confirm_closing" "确认销号" "confirm the close-out",
        Return "return" "退回" "return to an earlier step",
        Suspend "suspend" "中止与恢复" "suspend and resume",
        Withdraw "withdraw" "撤回" "withdraw for the person",
        Merge "merge" "合并与拆分" "merge and split",
        Transfer "transfer" "转办" "transfer on moving",
        RecordDeath "record_death" "登记死亡" "record a death",
        Reopen "reopen" "重新立案" "reopen",
        StopClock "stop_clock" "停表与续计" "stop the clock and let it run",
        Mark "mark" "标记" "set flags",
        RecordComplaint "record_complaint" "登记异议和申诉" "record objections and appeals",
        AnswerComplaint "answer_complaint" "答复异议和申诉" "answer objections and appeals",
        Supervise "supervise" "督办" "supervise",
        ReportMeasures "report_measures" "填报清单进展" "report on measures",
        ViewFund "view_fund" "查看基金" "view the fund",
        RecordGift "record_gift" "登记捐赠" "record a gift",
        KeepBooks "keep_books" "记账" "keep the books",
        CheckBooks "check_books" "复核账务" "check the books",
        RunMeeting "run_meeting" "组织会议" "run a meeting",
        Vote "vote" "表决" "vote",
        PostNotice "post_notice" "张贴公示" "post a public notice",
        MakeBatch "make_batch" "编制拨付批次" "make a batch of payments",
        CheckBatch "check_batch" "复核拨付批次" "check a batch of payments",
        SendBatch "send_batch" "出纳发放" "send a batch to the bank",
        RecordDelivery "record_delivery" "登记送达" "record a delivery in person",
        PublishFund "publish_fund" "公开基金信息" "publish the fund's figures",
        SignCheckpoint "sign_checkpoint" "签署核验点" "sign a checkpoint",
        Configure "configure" "业务参数" "set times and numbers",
        ManageAccounts "manage_accounts" "管理账号" "manage accounts",
        ManageGrants "manage_grants" "管理授权" "manage grants",
        ManageSystem "manage_system" "运行维护" "run and back up the system",
    }
}

impl Permission {
    /// Whether it changes nothing.
    pub const fn is_reading(self) -> bool {
        matches!(
            self,
            Permission::ViewCases
                | Permission::ViewStatistics
                | Permission::ReadPolicy
                | Permission::ComparePolicies
                | Permission::Reveal
                | Permission::RevealMedical
                | Permission::Export
                | Permission::ReadAuditTrail
                | Permission::ViewFund
        )
    }

    /// Whether a second factor is asked for again before it: approvals, looking behind a mask, taking data out.
    pub const fn needs_second_factor(self) -> bool {
        matches!(
            self,
            Permission::Reveal
                | Permission::RevealMedical
                | Permission::Export
                | Permission::CheckDetermination
                | Permission::ApproveStatutory
                | Permission::ApproveGovernment
                | Permission::RecordResolution
                | Permission::RecordSettlement
                | Permission::ApproveAdvance
                | Permission::ConfirmClosing
                | Permission::CheckBooks
                | Permission::CheckBatch
                | Permission::SendBatch
                | Permission::SignCheckpoint
                | Permission::ManageGrants
        )
    }

    /// Whether it is done to the request of one programme, so that a grant for another programme does not cover it.
    pub const fn is_of_a_programme(self) -> bool {
        matches!(
            self,
            Permission::EnterApplication
                | Permission::ApproveStatutory
                | Permission::ApproveGovernment
                | Permission::RecordResolution
                | Permission::RecordSettlement
        )
    }
}
