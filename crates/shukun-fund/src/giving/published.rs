//! The donations to Ruian's fund as they were published: a worked book, and what the sentences leave open.
//!
//! Only figures of the news reports stand here, each with its sentence. A figure with 余 or 多 is a lower bound. The reports do
//! not say whether the gifts they name are part of the sum of the 167 institutions: that is kept as an open question with both
//! answers worked out ([`Bounds`]), and nothing is booked that has no exact amount.

use shukun_base::{Fen, Text};

use super::donor::{DonorKind, Heads};

/// How a published gift stands to the sum over all institutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The reports do not say.
    NotSaid,
    /// It is none of a medical institution's: apart by the words themselves.
    Apart,
}

/// A gift with an exact published amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedGift {
    /// A short key, stable.
    pub key: &'static str,
    /// Who gave, as the report names it; none = unnamed there.
    pub donor: Option<&'static str>,
    /// Organisation, group or individual.
    pub kind: DonorKind,
    /// How many gave.
    pub heads: Option<Heads>,
    /// How much arrived.
    pub amount: Fen,
    /// The report's words.
    pub sentence: &'static str,
    /// Whether it lies in the sum of the institutions.
    pub within: Within,
}

const fn at_least(count: u32) -> Option<Heads> {
    Some(Heads { count, is_at_least: true })
}

/// The gifts with an exact amount.
pub const GIFTS: &[PublishedGift] = &[
    PublishedGift {
        key: "one-day",
        donor: Some("瑞安市医疗保障局干部职工"),
        kind: DonorKind::Group,
        heads: None,
        amount: Fen::yuan(17_800),
        sentence: "活动共筹得资金1.78万元并全部汇入慈善基金",
        within: Within::Apart,
    },
    PublishedGift {
        key: "hospital",
        donor: Some("瑞安市人民医院职工"),
        kind: DonorKind::Group,
        heads: at_least(3000),
        amount: Fen::yuan(311_000),
        sentence: "市人民医院3000余人共捐款31.1万元",
        within: Within::NotSaid,
    },
    PublishedGift {
        key: "health-centre",
        donor: Some("莘塍街道社区卫生服务中心职工"),
        kind: DonorKind::Group,
        heads: at_least(200),
        amount: Fen::yuan(22_000),
        sentence: "莘塍街道社区卫生服务中心200多人共捐款2.2万元",
        within: Within::NotSaid,
    },
    PublishedGift {
        key: "association",
        donor: Some("瑞安市药业协会及会员单位"),
        kind: DonorKind::Group,
        heads: None,
        amount: Fen::yuan(84_500),
        sentence: "市药业协会呼吁会员单位爱心接力,共筹资8.45万元",
        within: Within::NotSaid,
    },
    PublishedGift {
        key: "dentist",
        donor: None,
        kind: DonorKind::Individual,
        heads: None,
        amount: Fen::yuan(5_000),
        sentence: "某牙科诊所负责人以个人名义捐款5000元",
        within: Within::NotSaid,
    },
];

/// The bank's pledge: total, yearly instalment, years; the first instalment is the only one that the reports show as paid.
pub const PLEDGE: PublishedPledge = PublishedPledge {
    donor: "瑞安农商银行",
    total: Fen::yuan(3_000_000),
    each: Fen::yuan(600_000),
    years: 5,
    received: 1,
    sentence: "瑞安农商银行为慈善医疗救助行动提供300万元(每年捐赠60万元)的启动资金",
};

/// A pledge as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedPledge {
    /// Who pledged.
    pub donor: &'static str,
    /// The whole.
    pub total: Fen,
    /// What comes each year.
    pub each: Fen,
    /// How many years.
    pub years: u8,
    /// How many instalments are taken as received.
    pub received: u8,
    /// The report's words.
    pub sentence: &'static str,
}

/// The sum that the reports give for all institutions: 167 of them, more than 855,000 yuan by 12 April.
pub const INSTITUTIONS: (u32, Fen, &str) =
    (167, Fen::yuan(855_000), "共有167家医药机构开展捐赠活动,共筹集共富基金85.5万余元");

/// What a reader may conclude about all money received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// What is booked: exact amounts only, the pledge's first instalment among them.
    pub booked: Fen,
    /// At least so much arrived, if the named gifts lie within the institutions' sum.
    pub at_least_if_within: Fen,
    /// At least so much arrived, if they come on top of it.
    pub at_least_if_apart: Fen,
    /// What is promised beyond that: no money yet.
    pub promised: Fen,
}

/// What the published figures come to. Works with any list, so that a test can plant others.
pub fn bounds(gifts: &[PublishedGift], pledge: &PublishedPledge, institutions: Fen) -> Bounds {
    let sum = |within| gifts.iter().filter(|gift| gift.within == within).map(|gift| gift.amount).sum::<Fen>();
    let instalments = Fen(pledge.each.0 * i64::from(pledge.received));
    let (apart, open) = (sum(Within::Apart) + instalments, sum(Within::NotSaid));
    Bounds {
        booked: apart + open,
        at_least_if_within: apart + institutions.max(open),
        at_least_if_apart: apart + institutions + open,
        promised: pledge.total - instalments,
    }
}

/// What the reports leave open, one question after the other.
pub fn open_questions() -> Vec<Text> {
    vec![
        Text::new(
            "点名的几笔捐款（31.1万、2.2万、8.45万、5000元）是否包含在167家机构的85.5万余元之内，报道没有说。",
            "The reports do not say whether the gifts they name (311,000; 22,000; 84,500; 5,000) are part of the 855,000 and more of the 167 institutions.",
        ),
        Text::new(
            "“余”“多”只给出下限：85.5万余元、3000余人、200多人都按“不少于”显示，不估计零头。",
            "余 and 多 give a lower bound only: 855,000, 3,000 people and 200 people are shown as “at least”; what is over is not guessed.",
        ),
        Text::new(
            "另一篇报道说市慈善总会、镇街慈善分会和社会慈善组织共“筹集资金 535万元”，没有写时点和构成：只作对照，不入账。",
            "Another report says that the federation, the towns' branches and societies raised 5,350,000 together, without a day or its parts: kept for comparison, not booked.",
        ),
        Text::new(
            "第一期60万元按已到账记账；其余四期的到期日报道没有写，示例按每年同一天列出。",
            "The first 600,000 are booked as received; the days of the other four are not in the reports and are set a year apart in the example.",
        ),
        Text::new(
            "各笔到账的日期报道没有写（只有“截至4月12日”），示例中的日期是虚构的。",
            "The days on which each gift arrived are not in the reports (only “by 12 April”); those of the example are made up.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_figures_come_to_two_lower_bounds_and_one_booked_sum() {
        let found = bounds(GIFTS, &PLEDGE, INSTITUTIONS.1);
        assert_eq!(found.booked, Fen::yuan(17_800 + 311_000 + 22_000 + 84_500 + 5_000 + 600_000));
        assert_eq!(found.at_least_if_within, Fen::yuan(855_000 + 17_800 + 600_000));
        assert_eq!(found.at_least_if_apart, Fen::yuan(855_000 + 422_500 + 17_800 + 600_000));
        assert_eq!(found.promised, Fen::yuan(2_400_000));
    }

    #[test]
    fn a_sum_over_all_is_never_below_its_parts() {
        let found = bounds(GIFTS, &PLEDGE, Fen::yuan(400_000));
        assert_eq!(found.at_least_if_within, found.booked);
        assert!(GIFTS.iter().all(|gift| gift.sentence.chars().count() > 10));
        assert_eq!(Fen(PLEDGE.each.0 * i64::from(PLEDGE.years)), PLEDGE.total);
    }
}
