//! The nine statuses, eight open and one closed, and the flags beside them.

shukun_base::words! {
    /// How far a case has come. In order.
    pub enum Status {
        Detected "detected" "已发现" "detected",
        Screened "screened" "已初筛" "screened",
        Dispatched "dispatched" "已分发" "dispatched",
        Verified "verified" "已核查" "verified",
        Applying "applying" "申请中" "applying",
        Determined "determined" "已核定" "determined",
        Resolved "resolved" "已决议" "resolved",
        Settled "settled" "已拨付" "settled",
        Closed "closed" "已销号" "closed",
    }
}

shukun_base::words! {
    /// What is to be known about a case beside its status.
    pub enum Flag {
        Overdue "overdue" "超期" "overdue",
        Returned "returned" "被退回" "returned",
        EvidenceMissing "evidence_missing" "缺材料" "evidence missing",
        Urgent "urgent" "紧急" "urgent",
        PotentialDuplicate "potential_duplicate" "疑似重复" "potential duplicate",
        DataConflict "data_conflict" "数据矛盾" "conflicting data",
        RecalcNeeded "recalc_needed" "需重算" "recalculation needed",
        ObjectionOpen "objection_open" "有异议" "objection open",
        AppealOpen "appeal_open" "有申诉" "appeal open",
        PaymentFailed "payment_failed" "拨付失败" "payment failed",
        RecertDue "recert_due" "需复核资格" "recertification due",
        Deceased "deceased" "已死亡" "deceased",
        Moved "moved" "已迁移" "moved",
        ConsentMissing "consent_missing" "缺授权" "consent missing",
        Sensitive "sensitive" "敏感" "sensitive",
    }
}

impl Flag {
    /// Whether an officer sets and clears it by hand; the others follow from what happened or from the day.
    pub const fn is_by_hand(self) -> bool {
        matches!(self, Flag::PotentialDuplicate | Flag::DataConflict | Flag::Sensitive)
    }

    /// Whether it depends on the day and is therefore none of the fold's ([`crate::timers::flags`]).
    pub const fn is_of_the_day(self) -> bool {
        matches!(self, Flag::Overdue | Flag::RecertDue)
    }
}
