//! Refusals of the ledger: why a voucher is not posted, a month not closed. Each has a stable code, says what, where and how
//! to mend it.

use shukun_base::Text;

shukun_base::refusals! {
    /// Why the ledger refuses.
    pub enum LedgerCode {
        Empty "L101" "凭证没有分录" "the voucher has no transfer"
            "至少写一笔。" "Write at least one.",
        TransferTwice "L102" "同一笔写了两次" "a transfer stands in it twice"
            "每笔用自己的编号。" "Give each an id of its own.",
        AmountNotPositive "L103" "金额不大于零" "an amount is not above zero"
            "金额写正数，方向由借贷表示。" "Write a positive amount; debit and credit say which way it goes.",
        SameAccount "L104" "借贷是同一科目" "debit and credit are the same account"
            "请改其中一个科目。" "Change one of them.",
        PhaseWithoutHold "L105" "入账或撤销未写明哪一笔预留，或普通分录写了预留" "a post or void names no hold, or another transfer names one"
            "入账、撤销写明预留的编号，其他分录不写。" "Name the hold in a post or void and nowhere else.",
        ExpiryMissing "L106" "预留没有到期日，到期日早于记账日，或不是预留却写了到期日" "a hold has no last day, or one before its own day, or something else has one"
            "预留写明到期日，其他分录不写。" "Give a hold its last day, nothing else.",
        PayoutWithoutLine "L107" "拨付没有决议行或业务键" "a payout names no resolution line or no business key"
            "拨付只能依据一条决议行。" "A payout rests on one line of a resolution.",
        WithoutResolution "L108" "动用准备金或在资金池之间调剂，没有决议" "money leaves a reserve, or goes from pot to pot, without a resolution"
            "请写明决议编号。" "Name the resolution.",
        SamePerson "L109" "制单和复核是同一人" "maker and checker are one person"
            "请由另一人复核。" "Leave the checking to somebody else.",
        BooksDoNotPair "L110" "两本账的往来对不上" "what one book owes is not what the other is owed"
            "应付往来和应收往来在同一凭证里成对、等额。" "Post due-to and due-from as a pair of the same amount in one voucher.",
        MemoWithMoney "L111" "备忘科目和资金科目混用" "a memo account stands against money"
            "认捐只在备忘科目之间记录，到账另记。" "Keep pledges among memo accounts; money received is a transfer of its own.",
        NotFunded "L112" "救助支出与资金来源不等" "relief is not funded by exactly its amount"
            "各资金池支出之和须等于决议行金额。" "What the pots give must add up to the line.",
        NoBook "L113" "没有这本账" "there is no such book"
            "请先建账。" "Open the book first.",
        NoAccount "L114" "账上没有这个科目" "the book has no such account"
            "请先开设科目。" "Open the account first.",
        MonthClosed "L115" "该月已结账" "the month is closed"
            "请记入未结账的月份，更正也记入当前月。" "Use a day of an open month; a correction goes there too.",
        VoucherTaken "L116" "同一凭证编号内容不同" "the voucher's id was used for something else"
            "请用新的编号；重发须与原来一样。" "Use a new id; what is sent again must be the same.",
        NotEnough "L117" "余额不足（已预留的不能再用）" "there is not enough money (what is held is gone)"
            "请减少金额，或换一个科目。" "Take less, or another account.",
        NoHold "L118" "没有这笔预留" "there is no such hold"
            "请核对预留编号。" "Check the id of the hold.",
        HoldResolved "L119" "这笔预留已入账或已撤销" "the hold was posted or voided already"
            "请刷新后再看。" "Reload and look again.",
        NotAsHeld "L120" "与预留的账、科目不同，早于预留，或超过预留金额" "it is not as held: another book or account, an earlier day, or more money"
            "科目照预留，金额不得超过预留。" "Keep to the hold's accounts and at most its amount.",
        PaidAlready "L121" "这笔救助已拨付过" "this relief was paid already"
            "同一业务键只付一次；退汇后才可重新拨付。" "One business key is paid once; it is issued again only after it came back.",
        NoApprovedLine "L122" "没有生效的决议行，或金额、账、业务键与决议行不同" "there is no approved line, or its amount, book or key differs"
            "请按决议行拨付；有异议的行先办结。" "Pay what the line says; a line under objection waits.",
        OverCap "L123" "超过本人年度封顶" "it goes over the person's cap of the year"
            "请按剩余额度核定。" "Grant what is left under the cap.",
        TransferTaken "L124" "分录编号已被使用" "the id of a transfer was used already"
            "请用新的编号。" "Use a new id.",
        NothingToCorrect "L125" "没有要更正的分录" "there is nothing of that id to correct"
            "请核对原分录编号。" "Check the id of what is corrected.",
        RestrictionDoesNotFit "L126" "限定用途与这一户不符" "the restriction does not fit this household"
            "请换用途相符的资金。" "Take money whose restriction fits.",
        PotsTooSmall "L127" "用途相符的资金不足" "what fits is not enough"
            "请补充资金，或下次会议再议。" "Find more money, or take the line to the next meeting.",
        MonthNotOver "L128" "该月还没有过完" "the month is not over"
            "月末之后再结账。" "Close it after its last day.",
        NotTheNextMonth "L129" "不是下一个要结的月份" "it is not the next month to close"
            "请按月份顺序结账。" "Close the months in their order.",
        BooksChanged "L130" "提出结账之后账有变动" "the books changed after the closing was proposed"
            "请重新提出结账。" "Propose it again.",
        AmountTooLarge "L132" "金额超过一百亿元" "an amount is above ten thousand million yuan"
            "请核对单位：金额以分计。" "Check the unit: amounts are in fen.",
        NotProposed "L131" "没有待批准的结账" "no closing waits for approval"
            "请先由一人提出结账。" "Let somebody propose it first.",
    }
}

/// A refusal: which, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRefusal {
    /// Which.
    pub code: LedgerCode,
    /// The transfer, account, line or month it is about: an id, never a person's data.
    pub at: String,
}

impl LedgerRefusal {
    /// What happened, where, and how to mend it.
    pub fn text(&self) -> Text {
        let (what, mend) = (self.code.text(), self.code.mend());
        Text::new(format!("{}：{}。{}", self.at, what.zh, mend.zh), format!("{}: {}. {}", self.at, what.en, mend.en))
    }
}

impl LedgerCode {
    /// The refusal at a place.
    pub fn at(self, at: impl ToString) -> LedgerRefusal {
        LedgerRefusal { code: self, at: at.to_string() }
    }
}
