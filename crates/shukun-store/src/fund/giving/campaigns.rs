//! Campaigns, who was asked, and the units that raise funds.

use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::giving::{Answer, CampaignKind, CampaignTime, GivingCode, Progress, UnitLevel};
use shukun_fund::{BookId, CampaignId, UnitId};

use super::books::region_of;
use super::{
    is_replay, maybe_day, push_seen, read_count, read_day, read_region, refused, refused_code, require_at, unreadable,
};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    ADD_UNIT = "INSERT INTO fund_units (unit_id, region, unit_level, unit_name) VALUES ($1, $2, $3, $4)
        ON CONFLICT (region, unit_name) DO NOTHING";
    REQUEST = "SELECT request_hash FROM campaigns WHERE campaign_id = $1";
    ADD = "INSERT INTO campaigns (campaign_id, region, book_id, unit_id, campaign_kind, title, source, from_on, to_on,
            target_fen, request_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    HOLD = "UPDATE campaigns SET title = title WHERE campaign_id = $1 RETURNING region";
    LAST = "SELECT COALESCE(MAX(asked_number), 0) AS last FROM campaign_asked WHERE campaign_id = $1";
    ASK = "INSERT INTO campaign_asked (campaign_id, asked_number, institution, answer, answered_on)
        VALUES ($1, $2, $3, 'asked', NULL) ON CONFLICT (campaign_id, institution) DO NOTHING";
    ANSWER = "UPDATE campaign_asked SET answer = $3, answered_on = $4 WHERE campaign_id = $1 AND asked_number = $2";
    ASKED = "SELECT asked_number, institution, answer, answered_on FROM campaign_asked WHERE campaign_id = $1
        ORDER BY asked_number LIMIT 1000";
}

/// Longest title or name, in characters.
const LONGEST: usize = 120;
/// As many as may be asked at once.
const MOST: usize = 500;

/// A unit that raises funds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundUnit {
    /// Its id.
    pub unit_id: UnitId,
    /// Where.
    pub region: RegionCode,
    /// City, town or society.
    pub level: UnitLevel,
    /// Its name.
    pub name: String,
    /// What its gifts come to; 0 in what is written.
    pub received: Fen,
}

/// A campaign to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCampaign {
    /// Its id.
    pub campaign_id: CampaignId,
    /// Which fund it raises for.
    pub book: BookId,
    /// Who runs it.
    pub unit: Option<UnitId>,
    /// What kind.
    pub kind: CampaignKind,
    /// Its title.
    pub title: String,
    /// The document or report it rests on.
    pub source: String,
    /// When.
    pub time: CampaignTime,
    /// What it is to raise.
    pub target: Option<Fen>,
}

/// A campaign with how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// What was written.
    pub campaign: NewCampaign,
    /// Where.
    pub region: RegionCode,
    /// How far it came.
    pub progress: Progress,
}

/// Somebody who was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number in the campaign.
    pub number: u32,
    /// The institution.
    pub institution: String,
    /// What it said.
    pub answer: Answer,
    /// When.
    pub answered_on: Option<Day>,
}

impl Store {
    /// Writes a unit down; one of the same name in the same place is the same.
    ///
    /// # Errors
    /// `store-forbidden`, `store-giving-words`.
    pub async fn add_fund_unit(&self, scope: &Scope, unit: &FundUnit, now: Moment) -> Result<()> {
        scope.require(Permission::RecordGift, Some(&unit.region))?;
        check_words(&[&unit.name])?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![unit.unit_id.as_str(), unit.region.as_str(), unit.level.key(), unit.name.trim()];
            execute(&tx, ADD_UNIT, values).await?;
            let object = Object::new("fund_unit", unit.unit_id.as_str());
            self.log_campaign(&tx, scope, object, &unit.region, unit.level.key(), now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The units of the caller's area with what each raised, most first.
    pub async fn fund_units(&self, scope: &Scope) -> Result<Vec<FundUnit>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = units_query(scope).all(&self.within(scope, Permission::ViewFund)).await?;
        rows.iter().map(read_unit).collect()
    }

    /// Opens a campaign.
    ///
    /// # Errors
    /// `store-forbidden`, `store-giving-words`, `G142`, `G161`.
    pub async fn add_campaign(&self, scope: &Scope, new: &NewCampaign, now: Moment) -> Result<()> {
        check_words(&[&new.title, &new.source])?;
        new.time.check().map_err(|refusal| refused(&refusal))?;
        let (to_on, target) = (new.time.to_on.map(|day| day.to_string()), new.target.map(|target| target.0));
        let unit = new.unit.as_ref().map(|unit| unit.as_str().to_owned());
        let (title, source, from_on) = (new.title.trim(), new.source.trim(), new.time.from_on.to_string());
        let hash = self.request_hash(&[
            new.campaign_id.as_str(),
            new.book.as_str(),
            unit.as_deref().unwrap_or(""),
            new.kind.key(),
            title,
            source,
            &from_on,
            to_on.as_deref().unwrap_or(""),
            &target.unwrap_or(0).to_string(),
        ])?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let region = region_of(&tx, &new.book).await?;
            require_at(scope, Permission::RecordGift, &region)?;
            let found = find(&tx, REQUEST, values![new.campaign_id.as_str()]).await?;
            if is_replay(found.as_ref(), &hash)? {
                return Ok(());
            }
            let (id, book, kind) = (new.campaign_id.as_str(), new.book.as_str(), new.kind.key());
            let values = values![
                id,
                region.as_str(),
                book,
                unit.clone(),
                kind,
                title,
                source,
                from_on.as_str(),
                to_on.clone(),
                target,
                hash.clone()
            ];
            execute(&tx, ADD, values).await?;
            self.log_campaign(&tx, scope, Object::new("campaign", id), &region, kind, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    async fn log_campaign(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        scope: &Scope,
        object: Object,
        region: &RegionCode,
        fields: &str,
        now: Moment,
    ) -> Result<()> {
        let (account_id, region) = (scope.account_id().as_str(), Some(region));
        append(self, tx, now, Entry { account_id, act: Act::CampaignSaved, object, region, fields, reason: None }).await
    }

    /// Campaigns of the caller's area with how far each came, the latest first.
    pub async fn list_campaigns(&self, scope: &Scope, only: Option<&CampaignId>) -> Result<Vec<Campaign>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = campaigns_query(scope, only).all(&self.within(scope, Permission::ViewFund)).await?;
        rows.iter().map(read_campaign).collect()
    }

    /// One campaign, and who was asked.
    pub async fn campaign(&self, scope: &Scope, id: &CampaignId) -> Result<(Campaign, Vec<Asked>)> {
        let campaign = self.list_campaigns(scope, Some(id)).await?.pop().ok_or_else(StoreError::not_found)?;
        let rows = all(&self.within(scope, Permission::ViewFund), ASKED, values![id.as_str()]).await?;
        Ok((campaign, rows.iter().map(read_asked).collect::<Result<_>>()?))
    }

    /// Writes down who was asked; whoever stands there already stays as it is.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`, `store-giving-words`.
    pub async fn ask_institutions(&self, scope: &Scope, id: &CampaignId, names: &[String], now: Moment) -> Result<()> {
        let names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        check_words(&names)?;
        if names.is_empty() || names.len() > MOST {
            return Err(wrong_words());
        }
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, HOLD, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            require_at(scope, Permission::RecordGift, &region)?;
            let last = find(&tx, LAST, values![id.as_str()]).await?.ok_or_else(unreadable)?;
            for (number, name) in (last.get::<i64>("last")? + 1..).zip(&names) {
                execute(&tx, ASK, values![id.as_str(), number, *name]).await?;
            }
            let fields = format!("asked {}", names.len());
            self.log_campaign(&tx, scope, Object::new("campaign", id.as_str()), &region, &fields, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Writes an answer down.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G102` for a day to come.
    pub async fn answer_appeal(
        &self,
        scope: &Scope,
        id: &CampaignId,
        number: u32,
        (answer, on): (Answer, Day),
        now: Moment,
    ) -> Result<()> {
        if on > scope.today() {
            return Err(refused_code(GivingCode::GivenInFuture));
        }
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, HOLD, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            require_at(scope, Permission::RecordGift, &region)?;
            let answered = (answer != Answer::Asked).then(|| on.to_string());
            let changed = execute(&tx, ANSWER, values![id.as_str(), i64::from(number), answer.key(), answered]).await?;
            if changed == 0 {
                return Err(StoreError::not_found());
            }
            self.log_campaign(&tx, scope, Object::new("campaign", id.as_str()), &region, answer.key(), now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

pub(crate) fn units_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT unit_id, region, unit_level, unit_name,
            (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM gifts WHERE gifts.unit_id = fund_units.unit_id)
            AS received_fen FROM fund_units WHERE ",
    );
    push_seen(&mut query, scope, "region");
    query.push(" ORDER BY received_fen DESC, unit_name LIMIT 500");
    query
}

pub(crate) fn campaigns_query(scope: &Scope, only: Option<&CampaignId>) -> Query {
    let mut query = Query::new(
        "SELECT campaign_id, region, book_id, unit_id, campaign_kind, title, source, from_on, to_on, target_fen,
            (SELECT COUNT(*) FROM gifts WHERE gifts.campaign_id = campaigns.campaign_id) AS gifts,
            (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM gifts WHERE gifts.campaign_id = campaigns.campaign_id)
            - (SELECT CAST(COALESCE(SUM(gift_refunds.amount_fen), 0) AS BIGINT) FROM gift_refunds
                JOIN gifts ON gifts.gift_id = gift_refunds.gift_id
                WHERE gifts.campaign_id = campaigns.campaign_id AND gift_refunds.voucher_id IS NOT NULL) AS received_fen,
            (SELECT CAST(COALESCE(SUM(total_fen), 0) AS BIGINT) FROM pledges
                WHERE pledges.campaign_id = campaigns.campaign_id)
            - (SELECT CAST(COALESCE(SUM(gifts.amount_fen), 0) AS BIGINT) FROM gifts
                JOIN pledges ON pledges.pledge_id = gifts.pledge_id
                WHERE pledges.campaign_id = campaigns.campaign_id) AS promised_fen,
            (SELECT COUNT(*) FROM campaign_asked WHERE campaign_asked.campaign_id = campaigns.campaign_id) AS asked,
            (SELECT COUNT(*) FROM campaign_asked WHERE campaign_asked.campaign_id = campaigns.campaign_id
                AND answer <> 'asked') AS answered
            FROM campaigns WHERE ",
    );
    push_seen(&mut query, scope, "region");
    if let Some(id) = only {
        query.push(" AND campaign_id = ").bind(id.as_str());
    }
    query.push(" ORDER BY from_on DESC, campaign_id LIMIT 200");
    query
}

fn read_unit(row: &Row) -> Result<FundUnit> {
    Ok(FundUnit {
        unit_id: UnitId::new(&row.get::<String>("unit_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        level: UnitLevel::find(&row.get::<String>("unit_level")?).ok_or_else(unreadable)?,
        name: row.get("unit_name")?,
        received: Fen(row.get("received_fen")?),
    })
}

fn read_campaign(row: &Row) -> Result<Campaign> {
    let unit: Option<String> = row.get("unit_id")?;
    let target = row.get::<Option<i64>>("target_fen")?.map(Fen);
    let progress = Progress {
        received: Fen(row.get("received_fen")?),
        promised: Fen(row.get("promised_fen")?),
        target,
        gifts: read_count(row, "gifts")?,
        asked: read_count(row, "asked")?,
        answered: read_count(row, "answered")?,
    };
    let campaign = NewCampaign {
        campaign_id: CampaignId::new(&row.get::<String>("campaign_id")?).ok_or_else(unreadable)?,
        book: BookId::new(&row.get::<String>("book_id")?).ok_or_else(unreadable)?,
        unit: unit.map(|unit| UnitId::new(&unit).ok_or_else(unreadable)).transpose()?,
        kind: CampaignKind::find(&row.get::<String>("campaign_kind")?).ok_or_else(unreadable)?,
        title: row.get("title")?,
        source: row.get("source")?,
        time: CampaignTime { from_on: read_day(row, "from_on")?, to_on: maybe_day(row, "to_on")? },
        target,
    };
    Ok(Campaign { campaign, region: read_region(row)?, progress })
}

fn read_asked(row: &Row) -> Result<Asked> {
    Ok(Asked {
        number: read_count(row, "asked_number")?,
        institution: row.get("institution")?,
        answer: Answer::find(&row.get::<String>("answer")?).ok_or_else(unreadable)?,
        answered_on: maybe_day(row, "answered_on")?,
    })
}

fn check_words(words: &[&str]) -> Result<()> {
    let is_line = |text: &&str| !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.contains('\n');
    if words.iter().all(is_line) { Ok(()) } else { Err(wrong_words()) }
}

fn wrong_words() -> StoreError {
    StoreError::refused(
        "store-giving-words",
        "名称、标题或依据是空的，或超过120字、分成了几行；一次最多500个单位。请改短。",
        "A name, title or source is empty, above 120 characters or of several lines; 500 institutions at most at once. Shorten it.",
    )
}
