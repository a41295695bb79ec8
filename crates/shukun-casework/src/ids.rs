//! Ids of casework, and the documents of its records.

use serde::{Deserialize, Serialize};
use shukun_base::{text_id, words};

pub use shukun_base::{ActorId, ContentHash, Note, NoteFault};

text_id! {
    /// A case; the same in every round.
    CaseId
}
text_id! {
    /// A run of the program, such as a screening.
    RunId
}
text_id! {
    /// What a client names one act, so that sending it twice does it once.
    TransactionId
}
text_id! {
    /// An alert.
    AlertId
}
text_id! {
    /// A request for aid.
    RequestId
}
text_id! {
    /// A stored document (scan, photo, minutes).
    DocumentId
}

impl RequestId {
    /// The id of the top-up that version `version` of the determination makes for this request.
    pub(crate) fn top_up(&self, version: u32) -> RequestId {
        let mut id = self.0.clone();
        id.truncate(50);
        RequestId(format!("{id}-up{version}"))
    }
}

words! {
    /// What a document is.
    pub enum DocumentKind {
        Application "application" "申请书" "application",
        MeansConsent "means_consent" "家庭经济状况核对授权书" "consent to the means check",
        Identity "identity" "身份证件" "identity document",
        BankCard "bank_card" "银行卡" "bank card",
        Invoice "invoice" "医疗费用发票" "medical invoice",
        ItemList "item_list" "费用清单" "list of items",
        DischargeSummary "discharge_summary" "出院小结" "discharge summary",
        VisitPhoto "visit_photo" "核查照片" "photo of the visit",
        MeansReport "means_report" "经济状况核对报告" "report of the means check",
        Refusal "refusal" "放弃申请声明" "signed statement of not applying",
        ApprovalSheet "approval_sheet" "审批表" "approval sheet",
        Minutes "minutes" "会议纪要" "minutes of the meeting",
        PaymentProof "payment_proof" "拨付凭证" "proof of payment",
        Receipt "receipt" "领款凭证" "receipt",
        DeathCertificate "death_certificate" "死亡证明" "death certificate",
        ObjectionLetter "objection_letter" "异议材料" "objection",
        AppealLetter "appeal_letter" "申诉材料" "appeal",
        Other "other" "其他材料" "other document",
    }
}

/// A document on record: where it is stored, what it is, and the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Document {
    /// Where it is stored.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// SHA-256 of its bytes.
    pub sha256: ContentHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        assert_eq!(CaseId::new("c-01_A").unwrap().to_string(), "c-01_A");
        for bad in ["", "a b", "案", "a/b", &"x".repeat(65)] {
            assert_eq!(CaseId::new(bad), None, "{bad:?}");
            assert!(serde_json::from_value::<CaseId>(bad.into()).is_err());
        }
        assert_eq!(RequestId::new(&"x".repeat(64)).unwrap().top_up(u32::MAX).as_str().len(), 63);
    }
}
