//! What makes two payouts one: the same programme, person, year, claim and tier are paid once, whatever the voucher is called.

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, is_text_id, text_id};

text_id! {
    /// A programme of the fund as its pack calls it, such as `charity_relief`.
    ProgrammeKey
}
text_id! {
    /// A person as a keyed code: never an ID number, nor anything it can be had back from.
    PersonKey
}

/// `charity_relief|<person>|2026|<claim>|<tier>|1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BusinessKey {
    /// Under which programme.
    pub programme: ProgrammeKey,
    /// For whom.
    pub person_key: PersonKey,
    /// The benefit year.
    pub year: i16,
    /// The claim, or `year` where the programme looks at a whole year.
    pub claim: String,
    /// The tier of the programme.
    pub tier: String,
    /// 1; 2 and more where the bank sent the one before back.
    pub issue: u32,
}

impl BusinessKey {
    /// A key; `None` where the claim or the tier is no text id, or the issue is 0.
    pub fn new(
        programme: ProgrammeKey,
        person_key: PersonKey,
        year: i16,
        (claim, tier): (&str, &str),
        issue: u32,
    ) -> Option<BusinessKey> {
        let is_whole = is_text_id(claim) && is_text_id(tier) && issue > 0;
        let (claim, tier) = (claim.to_owned(), tier.to_owned());
        is_whole.then_some(BusinessKey { programme, person_key, year, claim, tier, issue })
    }

    /// Reads the text of a key.
    pub fn parse(text: &str) -> Option<BusinessKey> {
        let parts: Vec<&str> = text.split('|').collect();
        let [programme, person, year, claim, tier, issue] = parts.as_slice() else { return None };
        let (programme, person) = (ProgrammeKey::new(programme)?, PersonKey::new(person)?);
        let key = BusinessKey::new(programme, person, year.parse().ok()?, (claim, tier), issue.parse().ok()?)?;
        (key.to_string() == text).then_some(key)
    }

    /// The key of the same relief at its n-th issue.
    pub fn issued(&self, issue: u32) -> BusinessKey {
        BusinessKey { issue, ..self.clone() }
    }

    /// Whether it is the same relief, whatever the issue.
    pub fn is_same_relief(&self, other: &BusinessKey) -> bool {
        self.issued(1) == other.issued(1)
    }
}

impl fmt::Display for BusinessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BusinessKey { programme, person_key, year, claim, tier, issue } = self;
        write!(f, "{programme}|{person_key}|{year}|{claim}|{tier}|{issue}")
    }
}

impl From<BusinessKey> for String {
    fn from(key: BusinessKey) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for BusinessKey {
    type Error = String;

    fn try_from(text: String) -> Result<BusinessKey, String> {
        BusinessKey::parse(&text).ok_or_else(|| "not a business key of six parts".to_owned())
    }
}

/// What a payout takes of a person's yearly cap, across all books.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CapUse {
    /// Whose.
    pub person_key: PersonKey,
    /// Of which year.
    pub year: i16,
    /// Of which programme; funds that share one cap name the same.
    pub programme: ProgrammeKey,
    /// The cap.
    pub cap: Fen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let text = "charity_relief|p-1|2026|c-9|t1|1";
        let key = BusinessKey::parse(text).unwrap();
        assert_eq!(key.to_string(), text);
        assert!(key.issued(2).is_same_relief(&key) && key.issued(2) != key);
        for bad in ["", "a|b|2026|c|t|0", "a|b|2026|c|t|01", "a|b|2026|c|t", "a|b|x|c|t|1", "a|b|2026|c|t|1|1"] {
            assert_eq!(BusinessKey::parse(bad), None, "{bad}");
        }
    }
}
