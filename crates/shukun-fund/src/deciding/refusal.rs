//! Why a meeting, a resolution or a notice does not go on. Every refusal has a stable code, says what happened and how
//! to mend it.

use serde::{Deserialize, Serialize};
use shukun_base::Text;

/// What sort of refusal it is; an edge turns it into its own kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// Somebody else was faster.
    Stale,
    /// Not this person.
    Forbidden,
    /// Not now, or something lacks.
    State,
}

shukun_base::refusals! {
    /// Why an act is refused.
    pub enum RefusalCode of RefusalKind {
        StaleVersion "R101" Stale "会议记录已被他人更新" "the meeting has changed since you read it"
            "请刷新后再操作。" "Reload it and look again.",
        TransactionTaken "R102" Stale "同一操作编号已用于别的操作" "this transaction id was used for something else"
            "请重新打开页面再提交。" "Open the page again and send it anew.",
        ClockBack "R103" State "时间早于上一次记录" "it is earlier than the last record"
            "请核对服务器时间。" "Check the server's clock.",
        WrongState "R104" State "会议当前不能办理此事项" "this cannot be done at the meeting's present state"
            "请先办完当前环节。" "Finish the present step first.",
        NoLine "R105" State "没有这一项，或它当前不能办理此事项" "there is no such line, or it stands elsewhere"
            "请刷新后再选。" "Reload and choose again.",
        NotCalled "R111" State "会议日期早于今天" "the meeting's day is past"
            "请填写今天或以后的日期。" "Give today or a later day.",
        NoMembers "R112" State "会议那一天没有委员" "there are no members on the meeting's day"
            "请先登记委员。" "Enter the members first.",
        CalledTooLate "R113" State "会前通知的天数不够" "the call was not sent early enough"
            "请把会议改到通知满规定天数之后。" "Hold it when the call has run its days.",
        CharterSilent "R114" State "章程没有写明议事规则" "the charter does not state the rules"
            "请先依正式章程填写所列各项。" "Fill in what is named from the charter first.",
        TwoCharters "R115" State "当天有两个章程版本同时有效" "two versions of the charter hold on that day"
            "请先更正章程的有效期。" "Correct their days first.",
        NotYet "R116" State "还没有到会议日期" "the meeting's day has not come"
            "请在会议当天开会，或改期。" "Open it on its day, or adjourn it.",
        NothingOnAgenda "R117" State "议程是空的" "nothing is on the agenda"
            "请先列入议题或救助事项。" "Put a topic or a line on it first.",
        RoutineTalks "R118" State "日常会商不表决" "a routine consultation does not decide"
            "请把救助事项提交全体会议。" "Bring the lines before a plenary meeting.",
        NoBook "R119" State "会议没有选定基金的账册" "the meeting names no book of the fund"
            "请取消后另行通知，并选定账册。" "Cancel it and call another one that names its book.",
        BadAmount "R121" State "金额不是正数" "an amount is not above zero"
            "请按核定单填写金额。" "Give the amount of the determination.",
        LineTwice "R122" State "这一项已经列入过" "this line stands there already"
            "改金额请撤下原来的一项，另列新的一项。" "For another amount withdraw it and add a new line.",
        OverMoney "R123" State "基金可用的钱不够这些事项" "the fund has not the money for these lines"
            "请减少事项或等资金到账。" "Take lines off, or wait for money.",
        NoMember "R131" State "不是本次会议的委员" "no member of this meeting"
            "请由委员本人办理。" "Leave it to a member.",
        OwnVoteOnly "R132" Forbidden "委员有账号的，须由本人表决" "a member with an account votes in person"
            "请由委员本人登录表决。" "Let the member sign in and vote.",
        NotPresent "R133" State "没有到会" "not present"
            "请先登记到会。" "Record the attendance first.",
        InConflict "R134" Forbidden "已声明回避，不得表决" "kept out of this line by an own declaration"
            "请由其他委员表决。" "Leave it to the others.",
        VotedAlready "R135" State "已经表决过" "has voted already"
            "表决后不能更改，也不能再声明回避或更改到会。" "A vote is not changed, nor attendance after it.",
        NoQuorum "R136" State "到会人数不足" "there is no quorum"
            "请改期，或等更多委员到会。" "Adjourn, or wait for more members.",
        VotesOpen "R137" State "还有到会委员没有表决" "members present have not voted"
            "请表决完，或撤下没有表决的事项。" "Let them vote, or withdraw what was not voted on.",
        VotesCast "R138" State "已有表决，不能改期或取消" "votes were cast, it is not adjourned or cancelled"
            "请做完纪要；没有表决的事项先撤下。" "Conclude it; withdraw what was not voted on.",
        SamePerson "R141" Forbidden "同一人不得兼做这两件事" "the same person may not do both"
            "请由另一人办理。" "Leave it to another person.",
        SignedAlready "R142" State "已经签过" "signed already"
            "无需再签。" "Nothing is to be done.",
        OtherMinutes "R143" Stale "签的不是这份纪要" "these are not the minutes on record"
            "请打开现在的纪要再签。" "Open the minutes as they are, and sign those.",
        NoticeTooShort "R151" State "公示天数不够" "the notice is too short"
            "请把截止日改到公示满规定天数。" "Let it hang its days.",
        NoticeInPast "R152" State "公示不能从今天以前开始" "a notice does not begin before today"
            "请填写今天或以后的日期。" "Give today or a later day.",
        NoticeRuns "R153" State "公示还没有结束" "the notice has not ended"
            "请在公示期满后再办。" "Do it when its days are over.",
        NoNotice "R154" State "没有张贴公示" "no notice was posted"
            "请先张贴公示并登记。" "Post it and record that first.",
        StillHanging "R155" State "公示没有期满，不能取下" "its days are not over"
            "期满后再取下登记。" "Take it down when they are.",
        NoObjection "R161" State "没有这份异议，或已答复" "there is no such objection, or it was answered"
            "请刷新后再选。" "Reload and choose again.",
        TookPart "R162" Forbidden "经办过的人不得复核异议" "who had a hand in it does not look into the objection"
            "请由没有参与过的人复核。" "Leave it to somebody who had not.",
        ObjectionOpen "R163" State "有异议没有答复" "an objection is open"
            "请先由他人复核并答复。" "Let somebody else look into it and answer first.",
        ResultNotPosted "R164" State "异议的复核结果没有公布" "the result of an objection was not posted"
            "请先公布结果并登记。" "Post it and record that first.",
    }
}

/// Why an act is refused, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which.
    pub code: RefusalCode,
    /// What lacks, where it can be named; never a person's.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_read_as_sentences() {
        let mut keys: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), RefusalCode::ALL.len());
        for code in RefusalCode::ALL {
            let (what, mend) = (code.text(), code.mend());
            assert!(!what.zh.ends_with('。') && mend.zh.ends_with('。'), "{code}");
            assert!(!what.en.ends_with('.') && mend.en.ends_with('.'), "{code}");
        }
        let refusal = Refusal::about(RefusalCode::CharterSilent, Text::new("公示天数", "days of the public notice"));
        assert!(refusal.text().zh.starts_with("章程没有写明议事规则（公示天数）。请先"));
    }
}
