//! Books (账册): one pot of money with one owner.

use serde::{Deserialize, Serialize};
use shukun_base::RegionCode;

use super::{AccountCode, AccountHead};
use crate::BookId;

shukun_base::words! {
    /// Whose money a book keeps.
    pub enum BookKind {
        CountyCharity "county_charity" "县（市）慈善基金" "the county's charity fund",
        TownCharity "town_charity" "镇街慈善分会" "a township's charity branch",
        VillagePool "village_pool" "村办村管资金" "a village's pool",
        TownPool "town_pool" "村办镇管资金" "a township's pool of villages",
        CareFund "care_fund" "长期护理保障资金" "the fund for long-term care",
        Treasury "treasury" "财政救助资金（备查）" "treasury assistance, as a memo",
    }
}

/// A book to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBook {
    /// Chosen by the caller.
    pub id: BookId,
    /// Its name.
    pub name: String,
    /// The organisation it belongs to.
    pub owner: String,
    /// Whose money.
    pub kind: BookKind,
    /// Where it lies.
    pub region: RegionCode,
}

impl NewBook {
    /// The accounts that every book has from the start: those there is one of.
    pub fn first_accounts() -> Vec<AccountCode> {
        AccountHead::ALL.iter().filter_map(|head| AccountCode::only(*head)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_begins_with_what_there_is_one_of() {
        let codes: Vec<String> = NewBook::first_accounts().iter().map(ToString::to_string).collect();
        assert!(codes.contains(&"unrestricted".to_owned()) && codes.contains(&"pledge-promised".to_owned()));
        assert!(codes.iter().all(|code| !code.contains(':')));
    }
}
