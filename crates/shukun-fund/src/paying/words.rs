//! The words of paying.

shukun_base::words! {
    /// Where a batch stands.
    pub enum BatchState {
        Open "open" "编制中" "being made",
        Locked "locked" "已锁定" "locked",
        InApproval "in_approval" "待审批" "waiting for approval",
        InAuthorisation "in_authorisation" "待授权" "waiting for authorisation",
        Released "released" "已授权待发" "authorised, not yet sent",
        Sent "sent" "已发送" "sent",
        Reconciling "reconciling" "核对中" "being reconciled",
        Finished "finished" "已回齐" "all answered",
        Closed "closed" "已办结" "closed",
        Aborted "aborted" "已作废" "aborted",
    }
}

impl BatchState {
    /// Whether the money is with the bank or beyond.
    pub const fn is_sent(self) -> bool {
        use BatchState::*;
        matches!(self, Sent | Reconciling | Finished | Closed)
    }

    /// Whether the payees are fixed and nothing is sent yet.
    pub const fn is_waiting(self) -> bool {
        use BatchState::*;
        matches!(self, Locked | InApproval | InAuthorisation | Released)
    }
}

shukun_base::words! {
    /// Where a payment stands.
    pub enum PaymentState {
        Pending "pending" "待发" "pending",
        Sent "sent" "已发送" "sent",
        Paid "paid" "已到账" "paid",
        Failed "failed" "未成功" "failed",
        Returned "returned" "已退汇" "returned",
        Reversed "reversed" "已冲回" "reversed",
        Reissued "reissued" "已重新拨付" "reissued",
    }
}

impl PaymentState {
    /// Whether the money is back and the payment may go out again.
    pub const fn may_go_again(self) -> bool {
        matches!(self, PaymentState::Failed | PaymentState::Returned)
    }
}

shukun_base::words! {
    /// What a batch is for.
    pub enum BatchKind {
        First "first" "首次拨付" "first payment",
        FollowUp "follow_up" "补发批次" "follow-up of failed payments",
        TopUp "top_up" "增补批次" "top-up",
    }
}

shukun_base::words! {
    /// How the money goes.
    pub enum Channel {
        Bank "bank" "银行转账" "by bank",
        InPerson "in_person" "当面送达" "in person",
    }
}

shukun_base::words! {
    /// Why the bank did not pay, or sent back.
    pub enum FailureReason {
        NameDiffers "name_differs" "户名不符" "the name differs",
        NoSuchAccount "no_such_account" "账号不存在" "there is no such account",
        AccountClosed "account_closed" "账户已销户" "the account is closed",
        AccountFrozen "account_frozen" "账户冻结或止付" "the account is frozen",
        OverLimit "over_limit" "超过账户限额" "over the account's limit",
        NotMet "not_met" "未能当面送达" "nobody was met",
        Other "other" "其他原因" "another reason",
    }
}

shukun_base::words! {
    /// What the money is for. The first four are what the document of Dongtou's 医保云银行 permits.
    pub enum Purpose {
        PremiumSubsidy "premium_subsidy" "资助参保" "premiums of people in difficulty",
        TemporaryRelief "temporary_relief" "临时医疗救助" "temporary medical relief",
        HighCost "high_cost" "高额医疗费用化解" "easing high medical costs",
        PsychiatricCare "psychiatric_care" "精神障碍患者医中医疗救助" "medical relief for people with mental disorders",
        CharityRelief "charity_relief" "慈善救助" "charitable relief",
    }
}
