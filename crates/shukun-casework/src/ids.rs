//! Ids of casework, and the small values that stand in its records: hashes, notes, documents.

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::Text;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 ASCII letters, digits, `-` and `_`; chosen by the caller, best at random.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an id; `None` for anything that is not of its form.
            pub fn new(id: &str) -> Option<$name> {
                is_id(id).then(|| $name(id.to_owned()))
            }

            /// Its letters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(id: String) -> Result<$name, String> {
                $name::new(&id).ok_or_else(|| format!("{id:?} is not an id of 1 to 64 letters, digits, - and _"))
            }
        }
    };
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

text_id! {
    /// A case; the same in every round.
    CaseId
}
text_id! {
    /// Somebody's account.
    ActorId
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

/// A SHA-256 in 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(String);

impl ContentHash {
    /// Reads the 64 digits; `None` for anything else.
    pub fn new(hex: &str) -> Option<ContentHash> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (hex.len() == 64 && hex.bytes().all(is_hex)).then(|| ContentHash(hex.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> String {
        hash.0
    }
}

impl TryFrom<String> for ContentHash {
    type Error = String;

    fn try_from(hex: String) -> Result<ContentHash, String> {
        ContentHash::new(&hex).ok_or_else(|| "not a SHA-256 in 64 lower-case hexadecimal digits".to_owned())
    }
}

/// A line or two in an officer's own words: 1 to 500 characters, and nothing that looks like an ID, phone or card
/// number (eleven digits in a row, half or full width).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(String);

/// Why a note is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// Nothing stands in it.
    Empty,
    /// More than 500 characters.
    TooLong,
    /// It holds a long number.
    LongNumber,
}

impl NoteFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            NoteFault::Empty => Text::new("说明是空的：请写一句话。", "The note is empty: write a line."),
            NoteFault::TooLong => {
                Text::new("说明超过500字：请写短一些。", "The note is longer than 500 characters: shorten it.")
            }
            NoteFault::LongNumber => Text::new(
                "说明里有像证件、电话或账号的长号码：请去掉，号码写在它自己的栏目里。",
                "The note holds what looks like an ID, phone or account number: take it out, it has a field of its own.",
            ),
        }
    }
}

impl Note {
    /// Longest note, in characters.
    pub const LONGEST: usize = 500;

    /// Takes a note, without the blanks around it.
    pub fn new(text: &str) -> Result<Note, NoteFault> {
        let text = text.trim();
        if text.is_empty() {
            Err(NoteFault::Empty)
        } else if text.chars().count() > Note::LONGEST {
            Err(NoteFault::TooLong)
        } else if has_long_number(text) {
            Err(NoteFault::LongNumber)
        } else {
            Ok(Note(text.to_owned()))
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Eleven digits in a row, blanks and hyphens between them not counted.
fn has_long_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|letter| {
        run = match letter {
            '0'..='9' | '０'..='９' => run + 1,
            ' ' | '-' | '\u{3000}' => run,
            _ => 0,
        };
        run >= 11
    })
}

impl From<Note> for String {
    fn from(note: Note) -> String {
        note.0
    }
}

impl TryFrom<String> for Note {
    type Error = String;

    fn try_from(text: String) -> Result<Note, String> {
        Note::new(&text).map_err(|fault| fault.text().to_string())
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

    #[test]
    fn hashes_are_64_lower_case_digits() {
        assert!(ContentHash::new(&"0a".repeat(32)).is_some());
        for bad in ["0a".repeat(31), "0A".repeat(32), "0g".repeat(32)] {
            assert_eq!(ContentHash::new(&bad), None);
        }
    }

    #[test]
    fn notes_hold_no_long_numbers() {
        for (text, found) in [
            ("  家中无人，邻居说在外务工 ", Ok(())),
            ("收入 12345.67 元，支出 234567 元", Ok(())),
            (" ", Err(NoteFault::Empty)),
            ("电话 1380000 0000 打不通", Err(NoteFault::LongNumber)),
            ("１２３４５６７８９０１", Err(NoteFault::LongNumber)),
            ("330381-19000101-0000", Err(NoteFault::LongNumber)),
        ] {
            assert_eq!(Note::new(text).map(|_| ()), found, "{text}");
        }
        assert_eq!(Note::new(&"字".repeat(501)), Err(NoteFault::TooLong));
        assert_eq!(Note::new(" 好 ").unwrap().as_str(), "好");
    }
}
