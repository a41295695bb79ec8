//! The four counties the generator knows, their towns, and the assumptions made about each.
//!
//! Real are the names and codes of counties and towns. Assumed: how many are insured, and that a town's share of
//! the people is its share of the county's villages and communities (the public list names villages, not people).

use shukun_base::RegionCode;

use super::draw::Draw;

/// Counties, towns and how many villages each has, from the statistics bureau's public list of regions.
const TOWNS: &str = include_str!("towns.csv");

/// Invented village names; a real village may happen to be called so too.
const VILLAGE_NAMES: [&str; 24] = [
    "前进", "红旗", "东风", "新民", "上河", "下河", "桥头", "山前", "岭下", "塘边", "石桥", "青龙", "双溪", "大樟",
    "西岙", "南垟", "北山", "中村", "新桥", "泉水", "枫树", "竹园", "沙洲", "永安",
];

/// A county the generator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountyName {
    /// 浙江省温州市瑞安市 330381
    Ruian,
    /// 浙江省温州市洞头区 330305
    Dongtou,
    /// 浙江省杭州市临安区 330112
    Linan,
    /// 江苏省苏州市张家港市 320582
    Zhangjiagang,
}

/// What is assumed of a county.
pub(super) struct Profile {
    /// 6-digit code.
    pub(super) code: &'static str,
    /// Name for file names.
    pub(super) key: &'static str,
    /// 中文
    pub(super) zh: &'static str,
    /// The first two digits of the synthetic ID numbers.
    pub(super) province: u64,
    /// Chance per million that a household of one or two is of old people only, or that a bigger one has
    /// grandparents.
    pub(super) elder_households: u32,
    /// Chance per million that a household is on the local register.
    pub(super) local: u32,
    /// Chance per million that a person of working age has the employees' insurance.
    pub(super) employee: u32,
}

impl CountyName {
    /// All of them.
    pub const ALL: [CountyName; 4] =
        [CountyName::Ruian, CountyName::Dongtou, CountyName::Linan, CountyName::Zhangjiagang];

    /// The county called so: by pinyin (`ruian`), name (瑞安 or 瑞安市) or 6-digit code.
    pub fn find(name: &str) -> Option<CountyName> {
        let wanted = name.trim().to_lowercase();
        CountyName::ALL.into_iter().find(|county| {
            let profile = county.profile();
            let short = profile.zh.trim_end_matches(['市', '区']);
            [profile.code, profile.key, profile.zh, short].contains(&wanted.as_str())
        })
    }

    /// The name used in file names.
    pub fn key(self) -> &'static str {
        self.profile().key
    }

    /// 中文
    pub fn zh(self) -> &'static str {
        self.profile().zh
    }

    /// 6-digit region code.
    pub fn code(self) -> &'static str {
        self.profile().code
    }

    /// How many insured people the published figures of the county are taken to be about. An assumption: the
    /// sources name no number, and all rates of the calibration are per head of this one.
    pub fn assumed_insured(self) -> u64 {
        match self {
            CountyName::Ruian => 1_200_000,
            CountyName::Dongtou => 130_000,
            CountyName::Linan => 540_000,
            CountyName::Zhangjiagang => 770_000,
        }
    }

    pub(super) fn profile(self) -> Profile {
        let (code, key, zh, province) = match self {
            CountyName::Ruian => ("330381", "ruian", "瑞安市", 33),
            CountyName::Dongtou => ("330305", "dongtou", "洞头区", 33),
            CountyName::Linan => ("330112", "linan", "临安区", 33),
            CountyName::Zhangjiagang => ("320582", "zhangjiagang", "张家港市", 32),
        };
        let (elder_households, local, employee) = match self {
            CountyName::Ruian => (330_000, 920_000, 420_000),
            CountyName::Dongtou => (400_000, 950_000, 360_000),
            CountyName::Linan => (400_000, 940_000, 480_000),
            CountyName::Zhangjiagang => (636_000, 970_000, 550_000),
        };
        Profile { code, key, zh, province, elder_households, local, employee }
    }

    /// Where this county stands among [`CountyName::ALL`]: each has its own range of synthetic ID numbers.
    pub(super) fn ordinal(self) -> u64 {
        self as u64
    }
}

/// 镇街
#[derive(Clone, Debug)]
pub(super) struct Town {
    code: String,
    name: String,
    villages: u32,
}

/// The village a household lives in. The town is real, the village is invented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Village {
    /// 12-digit code: the town's, then a number from 201.
    pub code: RegionCode,
    /// 镇街
    pub town: String,
    /// 村社
    pub name: String,
}

/// The county's towns, weighted by their villages.
pub(super) fn load_towns(county: CountyName) -> Vec<(u32, Town)> {
    TOWNS.lines().filter_map(|line| parse_town(line, county.code())).map(|town| (town.villages, town)).collect()
}

fn parse_town(line: &str, county: &str) -> Option<Town> {
    let mut columns = line.split(',');
    let of = columns.next()?;
    let (code, name, villages) = (columns.next()?, columns.next()?, columns.next()?);
    (of == county).then_some(())?;
    Some(Town { code: code.to_owned(), name: name.to_owned(), villages: villages.parse().ok()? })
}

/// One village, by the towns' shares.
pub(super) fn draw_village(draw: &mut Draw, towns: &[(u32, Town)], county: CountyName) -> Option<Village> {
    let town = draw.weighted(towns);
    let number = draw.below(u64::from(town.villages));
    let code = RegionCode::new(&format!("{}{}", town.code, 201 + number))?;
    Some(Village { code, town: town.name.clone(), name: village_name(town, number, county) })
}

/// The name of a town's village: the same number has the same name, and no two of a town share one.
fn village_name(town: &Town, number: u64, county: CountyName) -> String {
    let offset = town.code.bytes().map(u64::from).sum::<u64>() + county.ordinal();
    let names = VILLAGE_NAMES.len() as u64;
    let name = VILLAGE_NAMES.iter().cycle().nth(usize::try_from((offset + number) % names).unwrap_or(0));
    let round = match number / names {
        0 => "",
        1 => "一",
        2 => "二",
        _ => "三",
    };
    format!("{}{round}村", name.unwrap_or(&"新"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_county_has_towns_and_is_found_by_each_of_its_names() {
        for county in CountyName::ALL {
            let towns = load_towns(county);
            assert!(towns.len() >= 8, "{county:?}");
            assert!(towns.iter().all(|(_, town)| town.code.starts_with(county.code()) && town.code.len() == 9));
            for name in [county.key(), county.zh(), county.code()] {
                assert_eq!(CountyName::find(name), Some(county));
            }
        }
        assert_eq!(CountyName::find("瑞安"), Some(CountyName::Ruian));
        assert_eq!(CountyName::find("nowhere"), None);
    }

    #[test]
    fn village_names_do_not_repeat_within_a_town() {
        for county in CountyName::ALL {
            for (villages, town) in load_towns(county) {
                let names: HashSet<_> =
                    (0..u64::from(villages)).map(|number| village_name(&town, number, county)).collect();
                assert_eq!(names.len(), villages as usize, "{}", town.name);
            }
        }
    }
}
