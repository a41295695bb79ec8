//! The published donations to Ruian's fund as a worked book: exact amounts only, each with its sentence; the pledge apart.
//!
//! Amounts, heads and names of organisations are those of the news reports ([`shukun_fund::giving::published`]). Days are made
//! up, and each entry says so.

use jiff::civil::date;
use jiff::{Span, Timestamp};
use shukun_base::{Day, Fen, Masked, RegionCode, Text};
use shukun_casework::authority::Programme;
use shukun_casework::case::Category;
use shukun_fund::giving::published::{GIFTS, INSTITUTIONS, PLEDGE, PublishedGift};
use shukun_fund::giving::{
    CampaignKind, CampaignTime, DonorKind, Earmark, NewDonor, Promised, Showing, UnitLevel, yearly,
};
use shukun_fund::ledger::{AccountCode, BookKind, NewBook, ProgrammeKey};
use shukun_fund::{BookId, CampaignId, DonorId, GiftId, PledgeId, UnitId};
use shukun_store::{Aim, DonorEntry, FundUnit, NewCampaign, NewGift, NewPledge, Scope, Store};

use super::{refused, text_id};
use crate::format::china_day;
use crate::start::StartError;

/// The book of the demo.
pub const BOOK: &str = "demo-gongfu";
/// What is in it: every gift of which the reports name the exact amount.
pub const GIVEN: Fen = Fen::yuan(1_040_300);

/// What the worked book is made with.
struct Desk<'a> {
    store: &'a Store,
    scope: &'a Scope,
    region: &'a RegionCode,
    now: Timestamp,
    /// The 12th of April before which it all happens.
    by: Day,
}

/// The last 12th of April before a moment: by then the gifts had come.
pub fn spring(now: Timestamp) -> Day {
    let today = china_day(now);
    let this_year = date(today.year(), 4, 12);
    if this_year <= today { this_year } else { this_year.saturating_sub(Span::new().years(1)) }
}

/// Opens the book and writes down what was published.
pub async fn furnish(store: &Store, scope: &Scope, region: &RegionCode, now: Timestamp) -> Result<(), StartError> {
    let desk = Desk { store, scope, region, now, by: spring(now) };
    desk.open().await?;
    desk.raise().await?;
    desk.pledge().await?;
    for (number, gift) in GIFTS.iter().enumerate() {
        desk.gift(number, gift).await?;
    }
    let certified = text_id(GiftId::new, "demo-gift", 1)?;
    store.issue_certificate(scope, &certified, &named, now).await?;
    Ok(())
}

/// Programmes and classes in words; no place is named in the reports.
fn named(key: &str) -> Text {
    let known = Programme::find(key).map(Programme::text).or_else(|| Category::find(key).map(Category::text));
    known.unwrap_or_else(|| Text::new(key, key))
}

fn book() -> Result<BookId, StartError> {
    BookId::new(BOOK).ok_or_else(refused)
}

fn bank() -> Result<AccountCode, StartError> {
    AccountCode::new("bank:main").ok_or_else(refused)
}

/// The fund is for charity relief of low-income households: that is what the reports say of all of it.
fn low_income() -> Result<Earmark, StartError> {
    let purposes = vec![ProgrammeKey::new("charity_relief").ok_or_else(refused)?];
    Ok(Earmark { purposes, classes: vec!["low_income".to_owned()], ..Earmark::default() })
}

fn said(sentence: &str) -> String {
    format!("据公开报道：“{sentence}”。日期为示例")
}

impl Desk<'_> {
    async fn open(&self) -> Result<(), StartError> {
        let new = NewBook {
            id: book()?,
            name: "医保暖心·慈善共富基金（据公开报道的示例账）".to_owned(),
            owner: "市慈善总会（示例）".to_owned(),
            kind: BookKind::CountyCharity,
            region: self.region.clone(),
        };
        self.store.open_book(self.scope, &new, self.now).await?;
        self.store.open_account(self.scope, &book()?, &bank()?, self.now).await?;
        let unit = FundUnit {
            unit_id: text_id(UnitId::new, "demo-unit", 1)?,
            region: self.region.clone(),
            level: UnitLevel::City,
            name: "市慈善总会".to_owned(),
            received: Fen::ZERO,
        };
        Ok(self.store.add_fund_unit(self.scope, &unit, self.now).await?)
    }

    async fn raise(&self) -> Result<(), StartError> {
        let (count, sum, sentence) = INSTITUTIONS;
        let appeal = format!("医药机构捐款倡议书（报道：{count}家，{}万余元）", sum.0 / 1_000_000);
        let campaigns = [
            (1, CampaignKind::Internal, "慈善一日捐".to_owned(), said("活动共筹得资金1.78万元并全部汇入慈善基金")),
            (2, CampaignKind::Appeal, appeal, said(sentence)),
        ];
        for (number, kind, title, source) in campaigns {
            let campaign = NewCampaign {
                campaign_id: text_id(CampaignId::new, "demo-campaign", number)?,
                book: book()?,
                unit: Some(text_id(UnitId::new, "demo-unit", 1)?),
                kind,
                title,
                source,
                time: CampaignTime { from_on: self.day(60), to_on: Some(self.by) },
                target: None,
            };
            self.store.add_campaign(self.scope, &campaign, self.now).await?;
        }
        let asked: Vec<String> = ["市人民医院", "莘塍街道社区卫生服务中心", "市药业协会"].map(str::to_owned).to_vec();
        let appeal = text_id(CampaignId::new, "demo-campaign", 2)?;
        Ok(self.store.ask_institutions(self.scope, &appeal, &asked, self.now).await?)
    }

    /// So many days before the 12th of April.
    fn day(&self, before: i64) -> Day {
        self.by.saturating_sub(Span::new().days(before))
    }

    async fn donor(
        &self,
        id: DonorId,
        (kind, name): (DonorKind, Option<&str>),
        gift: Option<&PublishedGift>,
    ) -> Result<(), StartError> {
        let donor = NewDonor {
            kind,
            showing: if name.is_some() { Showing::Name } else { Showing::Anonymous },
            name: Masked::new(name.unwrap_or_default().to_owned()),
            alias: String::new(),
            heads: gift.and_then(|gift| gift.heads),
            contact: None,
        };
        let entry = DonorEntry { donor_id: id, region: self.region.clone(), donor };
        Ok(self.store.add_donor(self.scope, &entry, self.now).await?)
    }

    async fn pledge(&self) -> Result<(), StartError> {
        let (donor, pledge) = (text_id(DonorId::new, "demo-donor", 0)?, text_id(PledgeId::new, "demo-pledge", 1)?);
        self.donor(donor.clone(), (DonorKind::Organisation, Some(PLEDGE.donor)), None).await?;
        let first = self.day(42);
        let promised = Promised {
            id: pledge.clone(),
            book: book()?,
            on: first,
            total: PLEDGE.total,
            instalments: yearly(PLEDGE.total, first, PLEDGE.years),
        };
        let aim = Aim::Earmark(low_income()?);
        let new = NewPledge { promised, donor: donor.clone(), campaign: None, aim };
        self.store.record_pledge(self.scope, &new, self.now).await?;
        for number in 1..=PLEDGE.received {
            let aim = Aim::Pledge(pledge.clone(), u32::from(number));
            let gift = self.received(100 + usize::from(number), donor.clone(), PLEDGE.each, (first, aim))?;
            self.store.record_gift(self.scope, &NewGift { source: said(PLEDGE.sentence), ..gift }, self.now).await?;
        }
        Ok(())
    }

    async fn gift(&self, number: usize, gift: &PublishedGift) -> Result<(), StartError> {
        let donor = text_id(DonorId::new, "demo-donor", number + 1)?;
        self.donor(donor.clone(), (gift.kind, gift.donor), Some(gift)).await?;
        let on = self.day(40 - i64::try_from(number).unwrap_or(0) * 5);
        // The pot of the pledge is for the same: one earmark, one pot.
        let pot = shukun_fund::RestrictionId::new("demo-pledge-1").ok_or_else(refused)?;
        let new = self.received(number, donor, gift.amount, (on, Aim::Pot(pot)))?;
        let campaign = text_id(CampaignId::new, "demo-campaign", if number == 0 { 1 } else { 2 })?;
        let new = NewGift { campaign: Some(campaign), source: said(gift.sentence), ..new };
        Ok(self.store.record_gift(self.scope, &new, self.now).await?)
    }

    fn received(
        &self,
        number: usize,
        donor: DonorId,
        amount: Fen,
        (on, aim): (Day, Aim),
    ) -> Result<NewGift, StartError> {
        Ok(NewGift {
            gift_id: text_id(GiftId::new, "demo-gift", number)?,
            book: book()?,
            donor,
            campaign: None,
            unit: Some(text_id(UnitId::new, "demo-unit", 1)?),
            received_on: on,
            amount,
            bank: bank()?,
            aim,
            source: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::cookies::Transport;
    use crate::testing::{COUNTY, Office};
    use shukun_casework::authority::Role;
    use shukun_fund::giving::published::bounds;

    #[tokio::test]
    async fn the_published_donations_reconcile_to_the_fen_with_the_pledge_apart() {
        let office = Office::new(Transport::Plain, &[("cishan", Role::CharityFederation, COUNTY)]).await;
        let scope = office.scope("cishan").await;
        let county = RegionCode::new(COUNTY).unwrap();
        let store = office.desk.store();
        furnish(store, &scope, &county, office.now()).await.unwrap();
        let known = bounds(GIFTS, &PLEDGE, INSTITUTIONS.1);
        let balances = store.balances(&scope, &book().unwrap()).await.unwrap();
        let of = |code: &str| balances.iter().find(|row| row.code.as_str() == code).map(|row| row.totals);
        let bank = of("bank:main").unwrap();
        assert_eq!(bank.debits_posted, known.booked, "1,040,300.00");
        assert_eq!(known.booked, GIVEN);
        let pot = of("pot:demo-pledge-1").unwrap();
        assert_eq!(pot.credits_posted, known.booked);
        let income = of("donation").unwrap();
        assert_eq!((income.credits_posted, income.debits_posted), (known.booked, known.booked));
        let promised = of("pledge-promised").unwrap();
        assert_eq!(promised.credits_posted - promised.debits_posted, known.promised);
        let gifts = store.list_gifts(&scope, &shukun_store::GiftFilter::default()).await.unwrap();
        assert_eq!(gifts.iter().map(|gift| gift.amount).sum::<Fen>(), known.booked);
        let pledge = store.list_pledges(&scope, None).await.unwrap().remove(0);
        let sums = pledge.sums(china_day(office.now()), 30);
        assert_eq!((sums.pledged, sums.received, sums.overdue), (PLEDGE.total, Fen::yuan(600_000), Fen::ZERO));
    }
}
