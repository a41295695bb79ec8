//! Words that stand on papers set as PDF and nowhere else.

super::words! {
    in PAPERS_SET;
    PRINT_PDF: "下载PDF", "Download as PDF";
    PRINT_SCAN: "扫码得校验码", "Scan for the hash";
    PAPER_CERTIFICATE_TITLE: "捐赠证书", "Certificate of donation";
    PAPER_CERTIFICATE_NUMBER: "编号 {n}", "No. {n}";
    PAPER_CERTIFICATE_TO: "{name}：", "To {name}:";
    PAPER_CERTIFICATE_CHECK: "校验码 {n}", "Check {n}";
    PAPER_CERTIFICATE_HEADS: "{n}人", " by {n} people";
    PAPER_CERTIFICATE_HEADS_OVER: "{n}余人", " by more than {n} people";
    PAPER_CERTIFICATE_THANKS: "承蒙{heads}善举，{day}收到捐赠{amount}（{capitals}），{purpose}。谨发此证，以表谢忱。",
        "With thanks for the gift of {amount} received on {day}{heads} ({capitals}), {purpose}.";
}
