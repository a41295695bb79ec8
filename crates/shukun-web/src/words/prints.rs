//! Words of looking behind the mask, of who looked, and of printed papers.

super::words! {
    in PRINTS;
    ADDRESS: "住址", "Address";
    BANK_ACCOUNT: "银行账号", "Bank account";
    REVEAL: "查看身份信息", "Look behind the mask";
    REVEAL_NOTE: "只显示这一次；谁看了、看了什么、为什么，都记入审计", "Shown this once; who looked at what and why is written down";
    REVEAL_FIELDS: "要看哪几项", "Which fields";
    REVEAL_REASON: "理由", "Reason";
    REVEAL_REASON_HINT: "至少四个字，例如“电话核对上门时间”。", "At least four characters, such as: phone to agree on the visit.";
    REVEAL_SUBMIT: "查看", "Look";
    REVEAL_NONE: "没有登记", "not on file";
    REVEAL_ONCE: "离开这一页后要再看，须重新写理由。", "To see it again after leaving this page, give a reason again.";
    REVEAL_NOBODY: "这一户的身份信息还没有导入。", "Nobody of this household was imported yet.";
    TAB_LOOKED: "谁看过", "Who looked";
    LOOKED_NOTE: "本案及这一户各人的每次查看、办理、打开材料，新的在前。", "Every look, act and opened paper of this case and its people, newest first.";
    LOOKED_NONE: "还没有记录", "Nothing is written down yet";
    LOOKED_NONE_FILL: "有人打开案件或查看身份信息，就会记在这里。", "Whoever opens the case or looks behind a mask appears here.";
    LOOKED_AT: "时间", "When";
    LOOKED_WHO: "谁", "Who";
    LOOKED_WHAT: "做了什么", "What";
    LOOKED_WHY: "理由", "Why";
    PRINTS_TITLE: "打印", "Print";
    PRINT_SHEET: "医疗救助核定单", "Determination sheet";
    PRINT_HINT: "用浏览器的打印（Ctrl-P）打到A4纸上。", "Print it on A4 with the browser (Ctrl-P).";
    SHEET_REJECTED: "第{n}版复核未通过：", "Version {n} was not agreed to: ";
    PRINT_BLANK: "空白核查表", "Blank visit form";
    PRINT_CASE: "案件编号", "Case";
    PRINT_ON: "打印日期", "Printed on";
    PRINT_SETTLED: "已结算", "settled";
    PRINT_MAKER: "拟定", "Drafted by";
    PRINT_CHECKER: "复核", "Checked by";
    PRINT_VISITOR: "核查人", "Visited by";
    PRINT_RESIDENT: "本人或家属", "The person or family";
    PRINT_SIGNATURE: "签字", "signature";
    PRINT_SEAL: "（盖章）", "(seal)";
    PRINT_CODE: "核定单校验码：与系统内记录一致才有效", "Hash of the sheet: valid only if it is that of the record";
}
