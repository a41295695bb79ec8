//! Campaigns for gifts, who was asked, and the units that raise funds.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen};

use super::refusal::{GivingCode, Planned, ensure};

shukun_base::words! {
    /// What kind of campaign.
    pub enum CampaignKind {
        Internal "internal" "单位内部募捐（如慈善一日捐）" "among a unit's own people, such as a day's giving",
        Appeal "appeal" "向单位发出倡议书" "a letter of appeal to institutions",
        Public "public" "面向社会的活动" "to everybody",
    }
}

shukun_base::words! {
    /// What somebody who was asked said.
    pub enum Answer {
        Asked "asked" "已发出，尚未回复" "asked, no answer yet",
        WillGive "will_give" "愿意捐赠" "will give",
        Declined "declined" "不参加" "does not take part",
        Gave "gave" "已捐赠" "gave",
    }
}

shukun_base::words! {
    /// At which level a unit raises funds (市慈善总会、镇街慈善分会、社会慈善组织).
    pub enum UnitLevel {
        City "city" "市慈善总会" "the city's charity federation",
        Town "town" "镇街慈善分会" "a town's charity branch",
        Society "society" "社会慈善组织" "a charity of society",
    }
}

/// From when to when gifts count into a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTime {
    /// First day.
    pub from_on: Day,
    /// Last day; none = open.
    pub to_on: Option<Day>,
}

impl CampaignTime {
    /// Whether a gift of this day counts into it.
    pub fn holds(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|end| day <= end)
    }

    /// # Errors
    /// `G142` where it ends before it begins.
    pub fn check(&self) -> Planned<()> {
        ensure(self.to_on.is_none_or(|end| self.from_on <= end), GivingCode::CampaignEndsEarly)
    }
}

/// How far a campaign came. Received and promised stand apart, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What arrived, paid back already taken off.
    pub received: Fen,
    /// What was promised and has not arrived.
    pub promised: Fen,
    /// What it is to raise, where a target was set.
    pub target: Option<Fen>,
    /// Gifts behind `received`.
    pub gifts: u32,
    /// Who was asked.
    pub asked: u32,
    /// Who of those answered anything.
    pub answered: u32,
}

impl Progress {
    /// What arrived as thousandths of the target; none without a target. Promises never count.
    pub fn reached_permille(&self) -> Option<i64> {
        let target = self.target.filter(|target| target.0 > 0)?;
        self.received.0.checked_mul(1000).map(|received| received / target.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_campaign_holds_its_days() {
        let time = CampaignTime { from_on: date(2023, 3, 1), to_on: Some(date(2023, 4, 12)) };
        for (day, holds) in [
            (date(2023, 2, 28), false),
            (date(2023, 3, 1), true),
            (date(2023, 4, 12), true),
            (date(2023, 4, 13), false),
        ] {
            assert_eq!(time.holds(day), holds, "{day}");
        }
        assert!(CampaignTime { to_on: None, ..time }.holds(date(2030, 1, 1)));
        let turned = CampaignTime { to_on: Some(date(2023, 2, 1)), ..time };
        assert_eq!(turned.check().unwrap_err().code, GivingCode::CampaignEndsEarly);
    }

    #[test]
    fn a_promise_brings_no_campaign_nearer_to_its_target() {
        let progress = Progress {
            received: Fen::yuan(300),
            promised: Fen::yuan(900),
            target: Some(Fen::yuan(1200)),
            ..Progress::default()
        };
        assert_eq!(progress.reached_permille(), Some(250));
        assert_eq!(Progress { target: None, ..progress }.reached_permille(), None);
    }
}
