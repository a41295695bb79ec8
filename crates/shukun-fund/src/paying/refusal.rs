//! Why paying refuses. Each has a stable code, says what, where and how to mend it.

use shukun_base::Text;

shukun_base::words! {
    /// Why an act on a batch is refused.
    pub enum PayCode {
        WrongState "P101" "批次现在不能这样办：请刷新，看它到了哪一步。" "This cannot be done with the batch now: reload and see where it stands.",
        NoPayment "P102" "批次里没有这笔付款。" "The batch holds no such payment.",
        PaymentState "P103" "这笔付款现在不能这样办：它已有结果，或者还没有发送。" "This cannot be done with the payment now: it is answered, or not sent yet.",
        Empty "P104" "批次是空的：请先加入付款。" "The batch is empty: put payments in first.",
        Twice "P105" "这笔救助已经在批次里。" "The relief stands in the batch already.",
        OtherProgramme "P106" "一个批次只办一个项目：请另立批次。" "A batch is for one programme: make another one.",
        AmountNotPositive "P107" "金额须大于零。" "The amount has to be above zero.",
        NoPayee "P108" "有的付款没有收款账户：请登记账户，或改为当面送达。" "A payment has no payee's account: enter it, or pay in person.",
        NoFile "P109" "还没有生成银行文件：请先生成。" "There is no file for the bank yet: make it first.",
        FileChanged "P110" "银行文件与审批的不是同一份：不得发送，请退回重做。" "The file is not the one that was approved: it may not be sent; take it back.",
        MakerChecks "P111" "编制、复核、发放须是三个人：请由另一人办理。" "Maker, checker and cashier are three people: leave it to somebody else.",
        ApprovedAlready "P112" "您已经审批过：请由另一人审批。" "You approved it already: another person has to.",
        NoBands "P113" "章程的审批金额档没有登记完整：请先登记，系统不作假定。" "The bands of approval of the charter are not written down: enter them; nothing is supposed.",
        NoCap "P114" "没有登记这个项目的年度封顶（或文件未定封顶）：请先登记。" "What the document says of the programme's yearly cap is not written down: enter it, also where it states none.",
        PayeeChanged "P115" "锁定之后收款账户变了：这笔已停住，请第二人核对。" "The payee's account changed after locking: the payment is stopped until a second person looked into it.",
        NotHeld "P116" "这笔没有因账户变动停住。" "The payment is not stopped for a change of its account.",
        OwnChange "P117" "账户变动须由另一人核对。" "Another person has to look into a change of the account.",
        NotInPerson "P118" "只有当面送达的付款这样登记。" "Only a payment in person is recorded like this.",
        FutureDay "P119" "日期在今天之后。" "The day lies after today.",
        NotBack "P120" "前一次拨付没有退回，不能再付。" "The earlier payment did not come back: it cannot go out again.",
        StillOpen "P121" "还有付款没有结果或没有重新拨付：不能办结。" "A payment is not answered or waits to go again: the batch cannot be closed.",
        Follows "P122" "补发、增补批次须写明前一批次，首次批次不写。" "A follow-up or top-up names the batch before it, a first one does not.",
        NotTheRecord "P123" "记录前后不符，批次不能再办：请报告系统管理员。" "The records do not fit together, nothing more is done with the batch: tell the system administrator.",
        TooMuchBack "P125" "追回的比拨付的多：请核对金额。" "More would come back than was paid: look at the amount.",
        ByThePlan "P124" "这一步由程序记录，不能直接提交。" "The program writes this step; it cannot be sent.",
    }
}

/// A refusal: which, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRefusal {
    /// Which.
    pub code: PayCode,
    /// The id it is about; empty where it is the batch.
    pub at: String,
}

impl PayCode {
    /// The refusal at a place.
    pub fn at(self, at: impl ToString) -> PayRefusal {
        PayRefusal { code: self, at: at.to_string() }
    }
}

impl From<PayCode> for PayRefusal {
    fn from(code: PayCode) -> PayRefusal {
        code.at("")
    }
}

impl PayRefusal {
    /// What happened, where, and how to mend it.
    pub fn text(&self) -> Text {
        let text = self.code.text();
        if self.at.is_empty() {
            return text;
        }
        Text::new(format!("{}：{}", self.at, text.zh), format!("{}: {}", self.at, text.en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paying::files::FileRefusal;

    #[test]
    fn the_manual_lists_every_code_with_its_words() {
        let manual = include_str!("../../../../docs/paying.md");
        let codes = PayCode::ALL.iter().map(|code| (code.key(), code.text()));
        let files = FileRefusal::ALL.iter().map(|code| (code.key(), code.text()));
        let rows: Vec<String> =
            codes.chain(files).map(|(key, text)| format!("| `{key}` | {} | {} |\n", text.zh, text.en)).collect();
        let listed = manual.matches("\n| `").count();
        assert_eq!(listed, rows.len(), "the table should be:\n{}", rows.concat());
        for row in &rows {
            assert!(manual.contains(row.as_str()), "{row}");
        }
    }
}
