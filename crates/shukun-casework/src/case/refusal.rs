//! Refusals: why a command gives no action. Every one has a stable code, says what happened and how to mend it.

use serde::{Deserialize, Serialize};
use shukun_base::Text;

/// What sort of refusal it is; an edge turns it into its own kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Somebody else was faster (409).
    Stale,
    /// Not this person (403).
    Forbidden,
    /// Not now: the case stands elsewhere (409).
    State,
    /// Something lacks or is wrong in what was given (422).
    Evidence,
}

shukun_base::refusals! {
    /// Why a command is refused.
    pub enum RefusalCode of RefusalKind {
        StaleVersion "C101" Stale "案件已被他人更新" "the case has changed since you read it"
            "请刷新后再操作。" "Reload it and look again.",
        TransactionTaken "C102" Stale "同一操作编号已被他人使用" "this transaction id was used by somebody else"
            "请重新打开页面再提交。" "Open the page again and send it anew.",
        NotPermitted "C103" Forbidden "没有此项权限，或不在授权区域和项目内" "you may not do this, or not in this place or programme"
            "请由有权的人员办理，或向安全管理员申请授权。" "Leave it to somebody who may, or ask the security administrator for a grant.",
        OwnRelative "C104" Forbidden "本人或亲属的家庭须回避" "it is your own or a relative's household"
            "请由其他人员办理。" "Leave it to somebody else.",
        SamePerson "C105" Forbidden "同一人不得既办又核" "the same person may not do both"
            "请由另一人办理。" "Leave it to another person.",
        NotAssigned "C106" State "案件没有经办人" "nobody is assigned to the case"
            "请先指派或领取。" "Assign it or take it first.",
        IsSuspended "C107" State "案件已中止" "the case is suspended"
            "请先恢复。" "Resume it first.",
        WrongStatus "C108" State "案件当前状态不能办理此事项" "this cannot be done at the case's present status"
            "请先办完当前环节，或退回到相应环节。" "Finish the present step first, or return the case to the right one.",
        IsClosed "C109" State "案件已销号" "the case is closed"
            "十二个月内可重新立案。" "It may be reopened within twelve months.",
        ClockBack "C110" State "时间早于上一条记录" "the time is before the last action"
            "请校准服务器时钟。" "Set the server's clock right.",
        FutureDay "C111" Evidence "日期在今天之后" "the day is in the future"
            "请更正日期。" "Correct the day.",
        NotByProgram "C112" Forbidden "此事项只能由人办理" "only a person may do this"
            "请由经办人办理。" "Leave it to an officer.",
        PlaceUnknown "C113" Evidence "没有县级以上区划" "no place, or one wider than a county"
            "请填写至少六位的区划代码。" "Give a region code of at least six digits.",
        PlaceOutside "C201" Evidence "镇街或村社不在案件所在地，或代码位数不对" "the town or village is not where the household lives, or its code is of the wrong length"
            "请核对区划代码（镇街9位、村社12位）；已迁移的先转办。" "Check the code (town 9 digits, village 12); transfer the case first if the household moved.",
        DueInPast "C202" Evidence "期限早于今天" "the due day is past"
            "请填写今天或以后的日期。" "Give today or a later day.",
        NoVisit "C211" Evidence "还没有核查表" "there is no form of a visit"
            "请先填写核查表。" "Fill in the form first.",
        FindingUnsupported "C212" Evidence "核查表不支持这一结论" "the form does not support this finding"
            "有风险须见到本人或家属，并填人口、收入和支出。" "A risk needs the person or family met, and members, income and expenses filled in.",
        TooFewAttempts "C213" Evidence "不同日期的上门次数不够" "too few attempts on different days"
            "请在不同日期至少上门三次。" "Go there on at least three different days.",
        NegativeAmount "C214" Evidence "金额为负" "an amount is below zero"
            "请更正金额。" "Correct the amount.",
        VisitTooEarly "C215" Evidence "上门日期早于分发" "the visit was before the dispatch"
            "请在分发之后上门并填表。" "Visit after the dispatch and fill in the form.",
        DocumentMissing "C221" Evidence "缺少材料" "a document is missing"
            "请补上所列材料。" "Add the documents that are named.",
        NoRequest "C222" Evidence "没有写申请的项目" "no programme is asked for"
            "请至少选一个项目。" "Choose at least one programme.",
        RequestTwice "C223" Evidence "同一项目或编号写了两次" "a programme or id stands twice"
            "请只留一份。" "Keep one.",
        UnknownRequest "C224" Evidence "没有这份申请" "there is no such request"
            "请刷新后再选。" "Reload and choose again.",
        RequestStatus "C225" State "申请当前状态不能办理此事项" "this cannot be done at the request's present status"
            "请先办完申请的当前环节。" "Finish the request's present step first.",
        NoticeTooShort "C231" Evidence "公示不足规定天数或尚未结束" "the notice was too short or has not ended"
            "请公示满规定天数后再认定。" "Decide after the notice has run its days.",
        ValidityReversed "C232" Evidence "有效期先止后起" "the validity ends before it begins"
            "请更正起止日。" "Correct its days.",
        NotCertified "C241" State "还没有资格认定结论" "civil affairs has not decided yet"
            "请先完成资格认定。" "Finish the certification first.",
        SheetUnsound "C242" Evidence "核定单有误" "the determination sheet is not sound"
            "请按所列更正后重新拟定。" "Correct what is named and draft it anew.",
        VersionNotNext "C243" Evidence "核定版本号不对" "the version of the determination is not the next one"
            "请刷新后重新拟定。" "Reload and draft it anew.",
        RequestLacking "C244" Evidence "核定给付的项目没有申请" "the determination pays a programme nobody asked for"
            "请先代为提出该项目的申请。" "Enter a request for the programme first.",
        AdvanceNotNetted "C245" Evidence "先行救助没有抵扣" "the advance is not set off"
            "请在核定单中如数抵扣先行救助。" "Set the advance off in the sheet, in full.",
        NothingDrafted "C246" State "没有待复核的核定" "there is no draft to check"
            "请先拟定核定。" "Draft the determination first.",
        DraftWaiting "C247" State "已有待复核的核定" "a draft is waiting for its check"
            "请先复核。" "Check it first.",
        DraftOutdated "C248" State "拟定之后又需重算" "a recalculation was asked for after the draft"
            "请不予通过，重新拟定。" "Do not agree to it; draft it anew.",
        ObjectionOpen "C261" State "有未答复的异议" "an objection is open"
            "请先答复异议。" "Answer it first.",
        WrongDocument "C262" Evidence "依据材料种类不对" "the document is of the wrong kind"
            "请附上所需的材料。" "Attach the document that is named.",
        AmountTooHigh "C271" Evidence "金额超过应付或应追回数" "the amount exceeds what is owed"
            "请核对金额。" "Check the amount.",
        ChildOpen "C281" State "还有未办结的申请、异议、申诉或先行救助" "a request, objection, appeal or advance is still open"
            "请先办结。" "Finish it first.",
        OutcomeUnsupported "C282" Evidence "销号结果与案件事实不符" "the outcome does not agree with what is on record"
            "请选择与记录相符的结果；数据有误须写明来源和规则。" "Choose one that does; an error in the data needs its source and rule.",
        NoFollowUp "C283" Evidence "没有回访和领款凭证" "there is no follow-up visit with the receipt"
            "请先回访并附领款凭证。" "Visit the household and attach its receipt first.",
        NoProposal "C284" State "没有待确认的销号提请" "no close-out is proposed"
            "请先由镇街提请销号。" "Let the township propose it first.",
        NoSample "C285" State "没有待抽查的销号" "no closing is waiting for a second look"
            "无需抽查。" "Nothing is to be done.",
        RecalculationOpen "C286" State "还需重算" "a recalculation is still needed"
            "请先重新核定。" "Determine it anew first.",
        NotEarlier "C291" Evidence "只能退回到更早的环节" "it can only be returned to an earlier status"
            "请选择更早的环节。" "Choose an earlier one.",
        MoneyPaid "C292" State "已有核准或拨付的款项" "money was approved or paid"
            "请改用重新核定，差额另行补发或追回。" "Ask for a recalculation: the difference is topped up or recovered.",
        BadEnd "C293" Evidence "中止的结束日期不在今天之后" "the pause does not end after today"
            "请填写今天以后的日期。" "Give a later day.",
        NotSuspended "C294" State "案件没有中止" "the case is not suspended"
            "无需恢复。" "Nothing is to be resumed.",
        TooLateToReopen "C295" State "销号已超过十二个月" "it was closed more than twelve months ago"
            "请另立新案。" "Open a new case.",
        NotReached "C296" Evidence "上一轮没有到过该环节" "the last round never reached this status"
            "请选择到过的环节。" "Choose one that it reached.",
        WaitingState "C297" State "计时已停，或没有停" "the clock already stands still, or does not"
            "无需再操作。" "Nothing is to be done.",
        NoExtension "C300" State "此环节不能延长，或已延长过" "this step cannot be extended, or was already"
            "请在时限内办完。" "Finish it within its time.",
        CannotMerge "C298" Evidence "两案不能合并或拆分" "the two cases cannot be merged or split"
            "只能合并不同编号、均未销号且并出方没有款项的案件；拆分须留下至少一条预警。" "Only open cases can be merged, the one that ends without money; a split leaves at least one alert behind.",
        FlagNotByHand "C299" Evidence "此标记由系统判断" "this flag follows from the facts"
            "只能标记疑似重复、数据矛盾和敏感。" "Only potential duplicate, conflicting data and sensitive are set by hand.",
        AdvanceTooHigh "C301" Evidence "先行救助超过上限，或不是正数" "the advance exceeds its cap, or is not above zero"
            "请填写不超过上限的金额。" "Ask for no more than the cap.",
        AdvanceLapsed "C302" State "先行救助超过24小时未核准" "the advance was not approved within 24 hours"
            "请不予核准后重新申请。" "Refuse it and ask anew.",
        AdvanceOpen "C303" State "已有未抵扣的先行救助" "an advance is open already"
            "请先办结。" "Finish it first.",
        NoAdvance "C304" State "没有相应的先行救助" "there is no such advance"
            "请先申请先行救助。" "Ask for an advance first.",
        OfficeTwice "C305" State "该部门已核准过" "this office has approved it already"
            "请由另一部门核准。" "Leave it to the other office.",
        NoComplaint "C311" State "没有未答复的异议或申诉" "no objection or appeal is open"
            "无需答复。" "Nothing is to be answered.",
        ComplaintOpen "C312" State "已有未答复的异议或申诉" "one is open already"
            "请先答复。" "Answer it first.",
        WasInvolved "C313" Forbidden "办理过此案的人员不得复核" "you had a hand in the case"
            "请由未参与的人员复核。" "Leave it to somebody who had not.",
        AppealTooLate "C314" State "核定之后超过申诉期限，或还没有核定" "the time for an appeal is over, or nothing was determined"
            "请在核定后规定期限内申诉。" "Appeal within the time after the determination.",
        WrongBackTo "C315" Evidence "退回环节与结论不符" "the way back does not agree with the verdict"
            "成立时须写退回的环节，不成立时不写。" "Name the status to go back to exactly when something is to be done again.",
    }
}

/// A refusal: its code, and what it is about where that says more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which.
    pub code: RefusalCode,
    /// What lacks or is wrong, where it can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
}

impl Refusal {
    /// A refusal that names what it is about.
    pub fn about(code: RefusalCode, about: Text) -> Refusal {
        Refusal { code, about: Some(about) }
    }

    /// What happened and how to mend it.
    pub fn text(&self) -> Text {
        self.code.sentence(self.about.as_ref())
    }
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Refusal {
        Refusal { code, about: None }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.text())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_say_how_to_mend() {
        let mut keys: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), RefusalCode::ALL.len());
        for code in RefusalCode::ALL {
            let (what, mend) = (code.text(), code.mend());
            assert!(!what.zh.ends_with('。') && mend.zh.ends_with('。'), "{code}");
            assert!(!what.en.ends_with('.') && mend.en.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_refusal_reads_as_two_sentences() {
        let refusal = Refusal::about(RefusalCode::DocumentMissing, Text::new("银行卡", "bank card"));
        assert_eq!(
            refusal.to_string(),
            "C221 缺少材料（银行卡）。请补上所列材料。 / A document is missing (bank card). Add the documents that are named."
        );
    }
}
