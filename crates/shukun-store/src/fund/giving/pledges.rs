//! Pledges: memo vouchers, and instalments with what arrived of each.

use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{
    Instalment, InstalmentState, PledgeSums, Promised, account_of, plan_earmark, plan_pledge, pledge_accounts,
};
use shukun_fund::{BookId, CampaignId, DonorId, PledgeId, RestrictionId};

use super::books::{region_of, restriction_of_account};
use super::gifts::{Aim, time_of};
use super::{hand, is_replay, push_seen, read_count, read_day, read_region, refused, require_at, unreadable};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    REQUEST = "SELECT request_hash FROM pledges WHERE pledge_id = $1";
    DONOR = "UPDATE donors SET donor_state = donor_state WHERE donor_id = $1 AND donor_state = 'current' RETURNING region";
    ADD = "INSERT INTO pledges (pledge_id, region, book_id, donor_id, campaign_id, total_fen, promised_on, into_account,
            voucher_id, request_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ADD_INSTALMENT = "INSERT INTO pledge_instalments (pledge_id, instalment, due_on, amount_fen) VALUES ($1, $2, $3, $4)";
}

/// A pledge to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPledge {
    /// What was promised.
    pub promised: Promised,
    /// Who promised.
    pub donor: DonorId,
    /// The campaign it came by.
    pub campaign: Option<CampaignId>,
    /// What it is for; an instalment of another pledge is not possible.
    pub aim: Aim,
}

/// An instalment with what arrived of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstalmentRow {
    /// Its number, from 1.
    pub number: u32,
    /// As promised.
    pub promised: Instalment,
    /// What arrived.
    pub received: Fen,
}

impl InstalmentRow {
    /// How it stands on a day.
    pub fn state(&self, today: Day, remind: u16) -> InstalmentState {
        self.promised.state(self.received, today, remind)
    }
}

/// A pledge on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PledgeRow {
    /// Its id.
    pub pledge_id: PledgeId,
    /// Where.
    pub region: RegionCode,
    /// Whose book.
    pub book: BookId,
    /// Who promised.
    pub donor: DonorId,
    /// When.
    pub promised_on: Day,
    /// The whole.
    pub total: Fen,
    /// In parts.
    pub instalments: Vec<InstalmentRow>,
}

impl PledgeRow {
    /// Promised, due, overdue and received.
    pub fn sums(&self, today: Day, remind: u16) -> PledgeSums {
        let mut sums = PledgeSums::default();
        for one in &self.instalments {
            sums.add(&one.promised, one.received, today, remind);
        }
        sums
    }
}

impl Store {
    /// Writes a pledge down and posts its memo; sent again it is the same pledge.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G1…`; the ledger's own.
    pub async fn record_pledge(&self, scope: &Scope, pledge: &NewPledge, now: Moment) -> Result<()> {
        let promised = &pledge.promised;
        let planned = plan_pledge(promised, &hand(scope)?).map_err(|refusal| refused(&refusal))?;
        let hash = self.request_hash(&[&format!("{pledge:?}")])?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let region = region_of(&tx, &promised.book).await?;
            require_at(scope, Permission::RecordGift, &region)?;
            if is_replay(find(&tx, REQUEST, values![promised.id.as_str()]).await?.as_ref(), &hash)? {
                return Ok(());
            }
            let donor = find(&tx, DONOR, values![pledge.donor.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            require_at(scope, Permission::RecordGift, &read_region(&donor)?)?;
            if let Some(campaign) = &pledge.campaign {
                time_of(&tx, campaign, &promised.book).await?;
            }
            let restriction = match &pledge.aim {
                Aim::Earmark(earmark) => {
                    let id = RestrictionId::new(promised.id.as_str()).ok_or_else(unreadable)?;
                    plan_earmark(earmark, id, promised.on).map_err(|refusal| refused(&refusal))?
                }
                Aim::Pot(id) => Some(restriction_of_account(&tx, &promised.book, id).await?),
                Aim::Pledge(..) => return Err(StoreError::not_found()),
            };
            let into = account_of(restriction.as_ref().map(|restriction| &restriction.id));
            let into = into.map_err(|refusal| refused(&refusal))?;
            let mut accounts = pledge_accounts(promised).map_err(|refusal| refused(&refusal))?;
            accounts.push(into.clone());
            let opened = restriction.as_ref().filter(|_| matches!(pledge.aim, Aim::Earmark(_)));
            self.open_accounts(scope, &tx, (&promised.book, &accounts, opened), now).await?;
            self.post_within(&tx, scope, &planned, now).await?;
            let (id, book, donor) = (promised.id.as_str(), promised.book.as_str(), pledge.donor.as_str());
            let campaign = pledge.campaign.as_ref().map(|campaign| campaign.as_str().to_owned());
            let (total, on, voucher) = (promised.total.0, promised.on.to_string(), planned.id.as_str());
            let values =
                values![id, region.as_str(), book, donor, campaign, total, on, into.as_str(), voucher, hash.clone()];
            execute(&tx, ADD, values).await?;
            for (number, part) in (1_i64..).zip(&promised.instalments) {
                execute(&tx, ADD_INSTALMENT, values![id, number, part.due_on.to_string(), part.amount.0]).await?;
            }
            let (account_id, object) = (scope.account_id().as_str(), Object::new("pledge", id));
            let region = Some(&region);
            let entry = Entry { account_id, act: Act::PledgeRecorded, object, region, fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Pledges of the caller's area with their instalments, the earliest due first.
    pub async fn list_pledges(&self, scope: &Scope, donor: Option<&DonorId>) -> Result<Vec<PledgeRow>> {
        self.pledges_of(scope, donor, None).await
    }

    /// One pledge.
    pub async fn pledge(&self, scope: &Scope, pledge_id: &PledgeId) -> Result<PledgeRow> {
        self.pledges_of(scope, None, Some(pledge_id)).await?.pop().ok_or_else(StoreError::not_found)
    }

    async fn pledges_of(
        &self,
        scope: &Scope,
        donor: Option<&DonorId>,
        only: Option<&PledgeId>,
    ) -> Result<Vec<PledgeRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = pledges_query(scope, donor, only).all(&self.within(scope, Permission::ViewFund)).await?;
        let mut pledges: Vec<PledgeRow> = Vec::new();
        for row in &rows {
            let instalment = read_instalment(row)?;
            let pledge = read_pledge(row)?;
            match pledges.last_mut().filter(|last| last.pledge_id == pledge.pledge_id) {
                Some(last) => last.instalments.push(instalment),
                None => pledges.push(PledgeRow { instalments: vec![instalment], ..pledge }),
            }
        }
        Ok(pledges)
    }
}

pub(crate) fn pledges_query(scope: &Scope, donor: Option<&DonorId>, only: Option<&PledgeId>) -> Query {
    let mut query = Query::new(
        "SELECT pledges.pledge_id, pledges.region, pledges.book_id, pledges.donor_id, pledges.promised_on,
            pledges.total_fen, pledge_instalments.instalment, pledge_instalments.due_on, pledge_instalments.amount_fen,
            (SELECT CAST(COALESCE(SUM(gifts.amount_fen), 0) AS BIGINT) FROM gifts
                WHERE gifts.pledge_id = pledges.pledge_id AND gifts.instalment = pledge_instalments.instalment)
            AS received_fen
            FROM pledges JOIN pledge_instalments ON pledge_instalments.pledge_id = pledges.pledge_id WHERE ",
    );
    push_seen(&mut query, scope, "pledges.region");
    if let Some(donor) = donor {
        query.push(" AND pledges.donor_id = ").bind(donor.as_str());
    }
    if let Some(only) = only {
        query.push(" AND pledges.pledge_id = ").bind(only.as_str());
    }
    query.push(" ORDER BY pledges.promised_on, pledges.pledge_id, pledge_instalments.instalment LIMIT 5000");
    query
}

fn read_pledge(row: &Row) -> Result<PledgeRow> {
    let text = |column| row.get::<String>(column);
    Ok(PledgeRow {
        pledge_id: PledgeId::new(&text("pledge_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        book: BookId::new(&text("book_id")?).ok_or_else(unreadable)?,
        donor: DonorId::new(&text("donor_id")?).ok_or_else(unreadable)?,
        promised_on: read_day(row, "promised_on")?,
        total: Fen(row.get("total_fen")?),
        instalments: Vec::new(),
    })
}

fn read_instalment(row: &Row) -> Result<InstalmentRow> {
    let promised = Instalment { due_on: read_day(row, "due_on")?, amount: Fen(row.get("amount_fen")?) };
    Ok(InstalmentRow { number: read_count(row, "instalment")?, promised, received: Fen(row.get("received_fen")?) })
}
