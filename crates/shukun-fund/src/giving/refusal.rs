//! Refusals of giving: why something given, pledged or paid back is not written down. Codes `G101…`; each says how to mend it.

use serde::{Deserialize, Serialize};
use shukun_base::Text;

shukun_base::refusals! {
    /// Why a plan of giving is refused.
    pub enum GivingCode {
        NoAmount "G101" "捐赠金额不是正数" "the amount given is not above nothing"
            "请按到账金额填写。" "Give the amount that arrived.",
        GivenInFuture "G102" "收到日期在今天之后" "the day of receipt is in the future"
            "还没有到账的请登记为认捐。" "What has not arrived is a pledge: record it as one.",
        NoName "G103" "没有捐赠人名称" "the donor has no name"
            "请填写名称；不愿署名的请选“匿名”。" "Give a name; whoever wants none shown chooses anonymous.",
        NoAlias "G104" "选择以别名署名，但没有填别名" "shown under an alias, but no alias is given"
            "请填写别名，或改选真名、匿名。" "Give the alias, or choose the name or anonymous.",
        AliasTells "G105" "别名里含有捐赠人的姓名" "the alias contains the donor's own name"
            "请换一个不含姓名的别名。" "Choose an alias without the name.",
        HeadsOnlyOfGroups "G106" "只有集体捐赠才有人数" "only a group has a head count"
            "请把捐赠人类别改为集体，或清空人数。" "Make the donor a group, or leave the count empty.",
        NoInstalments "G111" "认捐没有分期" "the pledge has no instalments"
            "一次付清的也请写一期。" "A pledge that is paid at once has one instalment.",
        InstalmentsDiffer "G112" "各期之和不等于认捐总额" "the instalments do not add up to what was pledged"
            "请核对各期金额。" "Check the amount of each instalment.",
        InstalmentsOutOfOrder "G113" "各期的日期没有逐期向后" "the instalments' days do not go forward"
            "请按到期日先后填写。" "Put them in the order in which they fall due.",
        TooManyInstalments "G114" "分期超过120期" "more than 120 instalments"
            "请合并为较少的期数。" "Make fewer of them.",
        NoSuchInstalment "G115" "认捐没有这一期" "the pledge has no such instalment"
            "请在认捐页面选择一期。" "Choose one on the pledge's page.",
        MoreThanDue "G116" "到账金额大于这一期未到账的部分" "more arrived than the instalment still lacks"
            "多出的部分请另记一笔捐赠，或记入下一期。" "Record what is over as a gift of its own, or for the next instalment.",
        OtherDonor "G117" "这笔认捐属于另一位捐赠人" "the pledge is another donor's"
            "请从认捐人的页面登记。" "Record it from the page of whoever pledged.",
        RefundTooLarge "G121" "退还金额大于这笔捐赠尚未退还的部分" "more would go back than was given and not yet paid back"
            "请减少退还金额。" "Make the amount smaller.",
        RefundUnexplained "G122" "退还没有写明理由" "a refund without its reason"
            "请写明为什么退还、依据什么。" "Say why, and on what it rests.",
        SamePerson "G123" "退还由同一人提出和复核" "the same person asks for a refund and checks it"
            "请由另一人复核。" "Leave the check to another person.",
        EarmarkEndsEarly "G131" "限定用途的截止日早于起始日" "the earmark ends before it begins"
            "请核对两个日期。" "Check both days.",
        EarmarkIsOver "G132" "限定用途在收到捐赠之前已经到期" "the earmark was over before the gift arrived"
            "请与捐赠人确认新的期限。" "Agree on another end with the donor.",
        NoExpiryRule "G133" "限定用途有截止日，但没有写明到期后怎么办" "the earmark has an end, but not what happens to what is left then"
            "请与捐赠人约定：转为非限定、退还，或由决议改变用途。" "Agree with the donor: released, returned, or redesignated by a resolution.",
        CampaignClosed "G141" "收到日期不在活动期内" "the day of receipt lies outside the campaign"
            "请核对日期，或不归入这项活动。" "Check the day, or leave the campaign out.",
        CampaignEndsEarly "G142" "活动的结束日早于开始日" "the campaign ends before it begins"
            "请核对两个日期。" "Check both days.",
        CertificateOfRefunded "G151" "这笔捐赠已全部退还" "the gift was paid back whole"
            "已退还的捐赠不发证书。" "No certificate is made for it.",
        IdTaken "G161" "这个编号已用于另一项内容" "this id was used for something else"
            "请重新打开页面再提交。" "Open the page again and send it anew.",
        IdTooLong "G162" "编号过长或含有不许可的字符" "an id is too long or has other letters"
            "请重新打开页面再提交。" "Open the page again and send it anew.",
        NotABank "G163" "收款科目不是银行存款" "the account it arrived in is no bank account of the book"
            "请选择账册的银行账户。" "Choose a bank account of the book.",
    }
}

/// A refusal with what is special about this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivingRefusal {
    /// Its stable code.
    pub code: GivingCode,
}

impl GivingRefusal {
    /// What happened and how to mend it, in both languages.
    pub fn text(&self) -> Text {
        self.code.sentence(None)
    }
}

impl From<GivingCode> for GivingRefusal {
    fn from(code: GivingCode) -> GivingRefusal {
        GivingRefusal { code }
    }
}

/// What a plan of giving comes to.
pub type Planned<T> = Result<T, GivingRefusal>;

/// Refuses with `code` unless `holds`.
pub(crate) fn ensure(holds: bool, code: GivingCode) -> Planned<()> {
    if holds { Ok(()) } else { Err(code.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_in_the_document() {
        let document = include_str!("../../../../docs/giving.md");
        for code in GivingCode::ALL {
            let row = format!(
                "| `{code}` | {} · {} | {} {} |",
                code.text().zh,
                code.text().en,
                code.mend().zh,
                code.mend().en
            );
            assert!(document.contains(&row), "docs/giving.md lacks {row}");
        }
        let rows = document.lines().filter(|line| line.starts_with("| `G"));
        assert_eq!(rows.count(), GivingCode::ALL.len());
    }

    #[test]
    fn every_refusal_says_what_and_how_to_mend_in_both_languages() {
        let mut keys: Vec<_> = GivingCode::ALL.iter().map(|code| code.key()).collect();
        keys.dedup();
        assert_eq!(keys.len(), GivingCode::ALL.len());
        for code in GivingCode::ALL {
            let text = GivingRefusal::from(*code).text();
            assert!(code.key().starts_with('G') && text.zh.ends_with('。') && text.en.ends_with('.'), "{code}: {text}");
        }
        let text = GivingRefusal::from(GivingCode::NoAmount).text();
        assert_eq!(text.en, "The amount given is not above nothing. Give the amount that arrived.");
    }
}
