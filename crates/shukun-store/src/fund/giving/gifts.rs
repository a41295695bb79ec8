//! Gifts received: each with its voucher, posted in the same transaction.

use sea_orm::DatabaseTransaction;
use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{
    CampaignTime, Earmark, GivingCode, Instalment, OpenInstalment, Received, gift_accounts, plan_earmark, plan_gift,
    plan_instalment,
};
use shukun_fund::ledger::{AccountCode, Restriction, Voucher};
use shukun_fund::{BookId, CampaignId, DonorId, GiftId, PledgeId, RestrictionId, UnitId};

use super::books::{region_of, restriction_of_account};
use super::{
    ROWS_OF_A_PAGE, hand, is_replay, maybe_day, push_seen, read_day, read_region, refused, refused_code, require_at,
    unreadable,
};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    REQUEST = "SELECT request_hash FROM gifts WHERE gift_id = $1";
    DONOR = "UPDATE donors SET donor_state = donor_state WHERE donor_id = $1 AND donor_state = 'current' RETURNING region";
    CAMPAIGN = "SELECT region, book_id, from_on, to_on FROM campaigns WHERE campaign_id = $1";
    // The row is held, so that two receipts of one instalment do not both find room.
    INSTALMENT = "UPDATE pledges SET total_fen = total_fen WHERE pledge_id = $1
        RETURNING donor_id, book_id, into_account, campaign_id,
            (SELECT due_on FROM pledge_instalments WHERE pledge_instalments.pledge_id = $1 AND instalment = $2) AS due_on,
            (SELECT amount_fen FROM pledge_instalments WHERE pledge_instalments.pledge_id = $1 AND instalment = $2)
            AS amount_fen,
            (SELECT CAST(COALESCE(SUM(gifts.amount_fen), 0) AS BIGINT) FROM gifts
                WHERE gifts.pledge_id = $1 AND gifts.instalment = $2) AS received_fen";
    ADD = "INSERT INTO gifts (gift_id, region, book_id, donor_id, campaign_id, unit_id, pledge_id, instalment, received_on,
            amount_fen, into_account, bank_account, voucher_id, source, request_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
}

/// What a gift is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// What the donor asks for; nothing asked = unrestricted.
    Earmark(Earmark),
    /// A pot that is there.
    Pot(RestrictionId),
    /// An instalment of a pledge, from 1: what was agreed there.
    Pledge(PledgeId, u32),
}

/// A gift that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGift {
    /// Its id, by chance.
    pub gift_id: GiftId,
    /// Whose book.
    pub book: BookId,
    /// Who gave.
    pub donor: DonorId,
    /// The campaign it came by.
    pub campaign: Option<CampaignId>,
    /// The unit that raised it.
    pub unit: Option<UnitId>,
    /// When it stood in the bank account.
    pub received_on: Day,
    /// How much.
    pub amount: Fen,
    /// The bank account.
    pub bank: AccountCode,
    /// What it is for.
    pub aim: Aim,
    /// The paper it rests on; empty = none.
    pub source: String,
}

/// Which gifts.
#[derive(Clone, Debug, Default)]
pub struct GiftFilter {
    /// This one.
    pub gift_id: Option<GiftId>,
    /// Of this donor.
    pub donor: Option<DonorId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Those that stand after this one on the list.
    pub after: Option<GiftId>,
}

/// Gifts of a list together, whether one page shows them or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiftSums {
    /// How many.
    pub gifts: i64,
    /// What came in, less what was paid back.
    pub received: Fen,
}

/// A gift on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftRow {
    /// Its id.
    pub gift_id: GiftId,
    /// Where.
    pub region: RegionCode,
    /// Whose book.
    pub book: BookId,
    /// Who gave.
    pub donor: DonorId,
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// The pledge and its instalment.
    pub pledge: Option<(PledgeId, i64)>,
    /// When it arrived.
    pub received_on: Day,
    /// How much.
    pub amount: Fen,
    /// What of it was paid back.
    pub refunded: Fen,
    /// The account it went to: `pot:…` or `unrestricted`.
    pub into: AccountCode,
    /// The bank account it arrived in.
    pub bank: AccountCode,
    /// The voucher.
    pub voucher: String,
    /// The paper it rests on.
    pub source: String,
    /// Number of the certificate, where one was made.
    pub certificate: Option<(i64, i64)>,
}

impl GiftRow {
    /// As the plans know it.
    pub fn received(&self) -> Received {
        let restriction = self.into.part().and_then(RestrictionId::new);
        let (id, book, bank) = (self.gift_id.clone(), self.book.clone(), self.bank.clone());
        Received { id, book, on: self.received_on, amount: self.amount, bank, restriction }
    }

    /// What was not paid back.
    pub fn left(&self) -> Fen {
        self.amount - self.refunded
    }
}

/// A gift worked out: what is posted, and what its row says.
struct Worked {
    voucher: Voucher,
    received: Received,
    restriction: Option<Restriction>,
    campaign: Option<CampaignId>,
}

/// A pledge's instalment as it stands in the transaction.
struct Part {
    donor: String,
    book: String,
    into: AccountCode,
    campaign: Option<CampaignId>,
    open: OpenInstalment,
}

impl Store {
    /// Records a gift and posts it; sent again it is the same gift.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G1…` of the plans; the ledger's own.
    pub async fn record_gift(&self, scope: &Scope, gift: &NewGift, now: Moment) -> Result<()> {
        let hash = self.gift_hash(gift)?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let region = region_of(&tx, &gift.book).await?;
            require_at(scope, Permission::RecordGift, &region)?;
            if is_replay(find(&tx, REQUEST, values![gift.gift_id.as_str()]).await?.as_ref(), &hash)? {
                return Ok(());
            }
            let donor = find(&tx, DONOR, values![gift.donor.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            require_at(scope, Permission::RecordGift, &read_region(&donor)?)?;
            let worked = work_out(&tx, scope, gift).await?;
            let accounts = gift_accounts(&worked.received).map_err(|refusal| refused(&refusal))?;
            self.open_accounts(scope, &tx, (&gift.book, &accounts, worked.restriction.as_ref()), now).await?;
            self.post_within(&tx, scope, &worked.voucher, now).await?;
            execute(&tx, ADD, gift_values(gift, &worked, &region, hash.clone())?).await?;
            let (account_id, object) = (scope.account_id().as_str(), Object::new("gift", gift.gift_id.as_str()));
            let region = Some(&region);
            let entry = Entry { account_id, act: Act::GiftRecorded, object, region, fields: "", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    fn gift_hash(&self, gift: &NewGift) -> Result<Vec<u8>> {
        // The form that is sorted and written by one program: the same gift is the same text.
        let aim = format!("{:?}", gift.aim);
        self.request_hash(&[
            gift.gift_id.as_str(),
            gift.book.as_str(),
            gift.donor.as_str(),
            gift.campaign.as_ref().map_or("", CampaignId::as_str),
            gift.unit.as_ref().map_or("", UnitId::as_str),
            &gift.received_on.to_string(),
            &gift.amount.0.to_string(),
            gift.bank.as_str(),
            &aim,
            &gift.source,
        ])
    }

    /// Gifts of the caller's area, the latest first: a page ([`ROWS_OF_A_PAGE`]) and one more where the list goes on.
    pub async fn list_gifts(&self, scope: &Scope, filter: &GiftFilter) -> Result<Vec<GiftRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = gifts_query(scope, filter).all(&self.within(scope, Permission::ViewFund)).await?;
        rows.iter().map(read_gift).collect()
    }

    /// The sums of a list, `after` left aside.
    pub async fn gift_sums(&self, scope: &Scope, filter: &GiftFilter) -> Result<GiftSums> {
        scope.require_anywhere(Permission::ViewFund)?;
        let row = gift_sums_query(scope, filter).find(&self.within(scope, Permission::ViewFund)).await?;
        let row = row.ok_or_else(unreadable)?;
        Ok(GiftSums { gifts: row.get("gifts")?, received: Fen(row.get("received_fen")?) })
    }

    /// One gift.
    pub async fn gift(&self, scope: &Scope, gift_id: &GiftId) -> Result<GiftRow> {
        let filter = GiftFilter { gift_id: Some(gift_id.clone()), ..GiftFilter::default() };
        self.list_gifts(scope, &filter).await?.pop().ok_or_else(StoreError::not_found)
    }
}

async fn work_out(tx: &DatabaseTransaction, scope: &Scope, gift: &NewGift) -> Result<Worked> {
    let hand = hand(scope)?;
    let part = match &gift.aim {
        Aim::Pledge(pledge, number) => Some(part_of(tx, pledge, *number).await?),
        _ => None,
    };
    let restriction = match &gift.aim {
        Aim::Earmark(earmark) => {
            let id = RestrictionId::new(gift.gift_id.as_str()).ok_or_else(unreadable)?;
            plan_earmark(earmark, id, gift.received_on).map_err(|refusal| refused(&refusal))?
        }
        Aim::Pot(id) => Some(restriction_of_account(tx, &gift.book, id).await?),
        Aim::Pledge(..) => None,
    };
    let restriction_id = match &part {
        Some(part) => part.into.part().and_then(RestrictionId::new),
        None => restriction.as_ref().map(|restriction| restriction.id.clone()),
    };
    let received = Received {
        id: gift.gift_id.clone(),
        book: gift.book.clone(),
        on: gift.received_on,
        amount: gift.amount,
        bank: gift.bank.clone(),
        restriction: restriction_id,
    };
    let (planned, campaign) = match part {
        Some(part) => {
            if part.donor != gift.donor.as_str() || part.book != gift.book.as_str() {
                return Err(refused_code(GivingCode::OtherDonor));
            }
            (plan_instalment(&received, &part.open, &hand), part.campaign)
        }
        None => {
            let time = match &gift.campaign {
                Some(campaign) => Some(time_of(tx, campaign, &gift.book).await?),
                None => None,
            };
            (plan_gift(&received, time.as_ref(), &hand), gift.campaign.clone())
        }
    };
    let voucher = planned.map_err(|refusal| refused(&refusal))?;
    // A pot that is there is not opened again.
    let restriction = restriction.filter(|_| matches!(gift.aim, Aim::Earmark(_)));
    Ok(Worked { voucher, received, restriction, campaign })
}

async fn part_of(tx: &DatabaseTransaction, pledge: &PledgeId, number: u32) -> Result<Part> {
    let row = find(tx, INSTALMENT, values![pledge.as_str(), i64::from(number)]).await?;
    let row = row.ok_or_else(StoreError::not_found)?;
    let amount: Option<i64> = row.get("amount_fen")?;
    let due_on = maybe_day(&row, "due_on")?;
    let (Some(amount), Some(due_on)) = (amount, due_on) else { return Err(refused_code(GivingCode::NoSuchInstalment)) };
    let campaign: Option<String> = row.get("campaign_id")?;
    let promised = Instalment { due_on, amount: Fen(amount) };
    let received = Fen(row.get("received_fen")?);
    Ok(Part {
        donor: row.get("donor_id")?,
        book: row.get("book_id")?,
        into: AccountCode::new(&row.get::<String>("into_account")?).ok_or_else(unreadable)?,
        campaign: campaign.map(|campaign| CampaignId::new(&campaign).ok_or_else(unreadable)).transpose()?,
        open: OpenInstalment { pledge: pledge.clone(), number, promised, received },
    })
}

/// The days of a campaign that raises for this book.
pub(super) async fn time_of(tx: &DatabaseTransaction, campaign: &CampaignId, book: &BookId) -> Result<CampaignTime> {
    let row = find(tx, CAMPAIGN, values![campaign.as_str()]).await?.ok_or_else(StoreError::not_found)?;
    if row.get::<String>("book_id")? != book.as_str() {
        return Err(StoreError::not_found());
    }
    Ok(CampaignTime { from_on: read_day(&row, "from_on")?, to_on: maybe_day(&row, "to_on")? })
}

fn gift_values(gift: &NewGift, worked: &Worked, region: &RegionCode, hash: Vec<u8>) -> Result<Vec<sea_orm::Value>> {
    let (pledge, instalment) = match &gift.aim {
        Aim::Pledge(pledge, number) => (Some(pledge.as_str().to_owned()), Some(i64::from(*number))),
        _ => (None, None),
    };
    let into =
        shukun_fund::giving::account_of(worked.received.restriction.as_ref()).map_err(|refusal| refused(&refusal))?;
    Ok(values![
        gift.gift_id.as_str(),
        region.as_str(),
        gift.book.as_str(),
        gift.donor.as_str(),
        worked.campaign.as_ref().map(|campaign| campaign.as_str().to_owned()),
        gift.unit.as_ref().map(|unit| unit.as_str().to_owned()),
        pledge,
        instalment,
        gift.received_on.to_string(),
        gift.amount.0,
        into.as_str(),
        gift.bank.as_str(),
        worked.voucher.id.as_str(),
        gift.source.trim(),
        hash,
    ])
}

pub(crate) fn gifts_query(scope: &Scope, filter: &GiftFilter) -> Query {
    let mut query = Query::new(
        "SELECT gifts.gift_id, gifts.region, gifts.book_id, gifts.donor_id, gifts.campaign_id, gifts.pledge_id,
            gifts.instalment, gifts.received_on, gifts.amount_fen, gifts.into_account, gifts.bank_account,
            gifts.voucher_id, gifts.source, certificates.certificate_year, certificates.certificate_number,
            (SELECT CAST(COALESCE(SUM(gift_refunds.amount_fen), 0) AS BIGINT) FROM gift_refunds
                WHERE gift_refunds.gift_id = gifts.gift_id AND gift_refunds.voucher_id IS NOT NULL) AS refunded_fen
            FROM gifts LEFT JOIN certificates ON certificates.gift_id = gifts.gift_id WHERE ",
    );
    push_gifts(&mut query, scope, filter);
    if let Some(after) = &filter.after {
        let later = "(gifts.received_on < last.received_on OR gifts.received_on = last.received_on
            AND gifts.gift_id > last.gift_id)";
        query.push(" AND EXISTS (SELECT 1 FROM gifts AS last WHERE ").push(later).push(" AND last.gift_id = ");
        query.bind(after.as_str()).push(")");
    }
    query.push(" ORDER BY gifts.received_on DESC, gifts.gift_id LIMIT ").bind(i64::from(ROWS_OF_A_PAGE) + 1);
    query
}

pub(crate) fn gift_sums_query(scope: &Scope, filter: &GiftFilter) -> Query {
    let mut query = Query::new(
        "SELECT COUNT(*) AS gifts, CAST(COALESCE(SUM(gifts.amount_fen - COALESCE((SELECT SUM(gift_refunds.amount_fen)
            FROM gift_refunds WHERE gift_refunds.gift_id = gifts.gift_id AND gift_refunds.voucher_id IS NOT NULL), 0)), 0)
            AS BIGINT) AS received_fen FROM gifts WHERE ",
    );
    push_gifts(&mut query, scope, filter);
    query
}

fn push_gifts(query: &mut Query, scope: &Scope, filter: &GiftFilter) {
    push_seen(query, scope, "gifts.region");
    if let Some(gift_id) = &filter.gift_id {
        query.push(" AND gifts.gift_id = ").bind(gift_id.as_str());
    }
    if let Some(donor) = &filter.donor {
        query.push(" AND gifts.donor_id = ").bind(donor.as_str());
    }
    if let Some(campaign) = &filter.campaign {
        query.push(" AND gifts.campaign_id = ").bind(campaign.as_str());
    }
}

fn read_gift(row: &Row) -> Result<GiftRow> {
    let text = |column| row.get::<String>(column);
    let campaign: Option<String> = row.get("campaign_id")?;
    let pledge: Option<String> = row.get("pledge_id")?;
    let certificate = row.get::<Option<i64>>("certificate_year")?.zip(row.get::<Option<i64>>("certificate_number")?);
    Ok(GiftRow {
        gift_id: GiftId::new(&text("gift_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        book: BookId::new(&text("book_id")?).ok_or_else(unreadable)?,
        donor: DonorId::new(&text("donor_id")?).ok_or_else(unreadable)?,
        campaign: campaign.map(|campaign| CampaignId::new(&campaign).ok_or_else(unreadable)).transpose()?,
        pledge: pledge.and_then(|pledge| PledgeId::new(&pledge)).zip(row.get::<Option<i64>>("instalment")?),
        received_on: read_day(row, "received_on")?,
        amount: Fen(row.get("amount_fen")?),
        refunded: Fen(row.get("refunded_fen")?),
        into: AccountCode::new(&text("into_account")?).ok_or_else(unreadable)?,
        bank: AccountCode::new(&text("bank_account")?).ok_or_else(unreadable)?,
        voucher: text("voucher_id")?,
        source: text("source")?,
        certificate,
    })
}
