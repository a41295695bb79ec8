//! Giving in the database: donors, campaigns, gifts, pledges, refunds, certificates, and where a donor's money went.
//!
//! What is posted is planned by [`shukun_fund::giving`] and posted by the ledger in the transaction that writes the rows here.
//! Donors have no time and no number, and an anonymous one is sealed under a key of its own: `donors`. Ids come from the
//! caller; the same id with the same content is the same act, with another content it is refused (`G161`).

mod books;
mod campaigns;
mod certificates;
mod donors;
mod gifts;
mod outlook;
mod pledges;
mod refunds;
mod trail;

#[cfg(test)]
mod tests;

pub use campaigns::{Asked, Campaign, FundUnit, NewCampaign};
pub use donors::{DonorEntry, DonorFilter, DonorRow, RevealedDonor};
pub use gifts::{Aim, GiftFilter, GiftRow, GiftSums, NewGift};
pub use outlook::FundAhead;
pub use pledges::{InstalmentRow, NewPledge, PledgeRow};
pub use refunds::RefundRow;
pub use trail::{PotTrail, SpentOn};

#[cfg(test)]
pub(crate) use campaigns::{campaigns_query, units_query};
#[cfg(test)]
pub(crate) use donors::donors_query;
#[cfg(test)]
pub(crate) use gifts::{gift_sums_query, gifts_query};
#[cfg(test)]
pub(crate) use outlook::{aid_query, alerts_alone_query, ended_query, raised_query, undetermined_query};
#[cfg(test)]
pub(crate) use pledges::pledges_query;

#[cfg(test)]
pub(crate) use books::ALL as BOOKS_STATEMENTS;
#[cfg(test)]
pub(crate) use campaigns::ALL as CAMPAIGNS_STATEMENTS;
#[cfg(test)]
pub(crate) use certificates::ALL as CERTIFICATES_STATEMENTS;
#[cfg(test)]
pub(crate) use donors::ALL as DONORS_STATEMENTS;
#[cfg(test)]
pub(crate) use gifts::ALL as GIFTS_STATEMENTS;
#[cfg(test)]
pub(crate) use outlook::ALL as OUTLOOK_STATEMENTS;
#[cfg(test)]
pub(crate) use pledges::ALL as PLEDGES_STATEMENTS;
#[cfg(test)]
pub(crate) use refunds::ALL as REFUNDS_STATEMENTS;
#[cfg(test)]
pub(crate) use trail::ALL as TRAIL_STATEMENTS;

use shukun_base::{ActorId, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{GivingCode, GivingRefusal, Hand};

use crate::error::{ErrorKind, Result, StoreError};
use crate::scope::Scope;
use crate::sql::{Query, Row};
use crate::store::Store;

/// As many gifts or donors as a page of a list shows.
pub const ROWS_OF_A_PAGE: u16 = 100;

/// A refusal of a plan, as the store says it.
pub(crate) fn refused(refusal: &GivingRefusal) -> StoreError {
    let text = refusal.text();
    StoreError::new(ErrorKind::Refused, refusal.code.key(), text.zh, text.en)
}

fn refused_code(code: GivingCode) -> StoreError {
    refused(&code.into())
}

fn unreadable() -> StoreError {
    StoreError::damaged("捐赠记录里有一项读不懂。", "A record of giving cannot be read.")
}

/// Who writes, for the plans.
fn hand(scope: &Scope) -> Result<Hand> {
    let maker = ActorId::new(scope.account_id().as_str()).ok_or_else(unreadable)?;
    Ok(Hand { maker, today: scope.today() })
}

impl Store {
    /// A keyed hash of what was sent: whoever has the database alone cannot try names out on it.
    fn request_hash(&self, parts: &[&str]) -> Result<Vec<u8>> {
        let parted: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        self.keys.index("giving", parted.as_bytes())
    }
}

/// What is there under the id already: nothing, the same, or something else.
///
/// # Errors
/// `G161` for something else.
fn is_replay(found: Option<&Row>, hash: &[u8]) -> Result<bool> {
    match found {
        None => Ok(false),
        Some(row) if row.get::<Vec<u8>>("request_hash")? == hash => Ok(true),
        Some(_) => Err(refused_code(GivingCode::IdTaken)),
    }
}

/// Refuses unless the permission reaches the place; where the caller does not even see the fund there is nothing there.
fn require_at(scope: &Scope, permission: Permission, region: &RegionCode) -> Result<()> {
    if scope.allows(Permission::ViewFund, Some(region)) {
        scope.require(permission, Some(region))
    } else {
        Err(StoreError::not_found())
    }
}

/// Narrows a list to where the caller sees the fund.
fn push_seen(query: &mut Query, scope: &Scope, column: &'static str) {
    scope.push_area(query, column, Permission::ViewFund);
}

fn read_region(row: &Row) -> Result<RegionCode> {
    RegionCode::new(&row.get::<String>("region")?).ok_or_else(unreadable)
}

fn read_day(row: &Row, column: &str) -> Result<shukun_base::Day> {
    row.get::<String>(column)?.parse().map_err(|_| unreadable())
}

fn maybe_day(row: &Row, column: &str) -> Result<Option<shukun_base::Day>> {
    row.get::<Option<String>>(column)?.map(|day| day.parse().map_err(|_| unreadable())).transpose()
}

fn read_count(row: &Row, column: &str) -> Result<u32> {
    u32::try_from(row.get::<i64>(column)?).map_err(|_| unreadable())
}
