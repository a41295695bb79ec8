//! Words that stand on papers set as PDF and nowhere else.

super::words! {
    in PAPERS_SET;
    PRINT_PDF: "下载PDF", "Download as PDF";
    PRINT_SCAN: "扫码得校验码", "Scan for the hash";
    SUMMARY_TITLE: "拨付汇总表", "Summary of payments";
    SUMMARY_NUMBER: "序号", "No.";
    SUMMARY_PAYMENT: "付款编号", "Payment";
    SUMMARY_TOTAL: "合计", "Total";
    SUMMARY_LOCKED: "收款账户锁定日期", "Payees locked on";
    SUMMARY_MAKER: "制单", "Made by";
    SUMMARY_APPROVER: "审批", "Approved by";
    SUMMARY_RELEASER: "授权", "Authorised by";
    SUMMARY_CASHIER: "出纳", "Cashier";
    PAPER_CERTIFICATE_TITLE: "捐赠证书", "Certificate of donation";
    PAPER_CERTIFICATE_NUMBER: "编号 {n}", "No. {n}";
    PAPER_CERTIFICATE_TO: "{name}：", "To {name}:";
    PAPER_CERTIFICATE_CHECK: "校验码 {n}", "Check {n}";
    PAPER_CERTIFICATE_HEADS: "{n}人", " by {n} people";
    PAPER_CERTIFICATE_HEADS_OVER: "{n}余人", " by more than {n} people";
    PAPER_CERTIFICATE_THANKS: "承蒙{heads}善举，{day}收到捐赠{amount}（{capitals}），{purpose}。谨发此证，以表谢忱。",
        "With thanks for the gift of {amount} received on {day}{heads} ({capitals}), {purpose}.";
}
