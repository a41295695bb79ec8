//! Names of towns and villages to region codes.

use std::collections::HashMap;

use shukun_base::RegionCode;

use super::error::ImportError;
use super::mapping::plain;

const TOWNS: &str = include_str!("data/towns.csv");

/// A table of towns and villages.
#[derive(Clone, Debug)]
pub struct Regions {
    /// Town name to the codes of towns of that name.
    towns: HashMap<String, Vec<RegionCode>>,
    /// Town code and village name to village code.
    villages: HashMap<(RegionCode, String), RegionCode>,
}

impl Default for Regions {
    /// The towns of Ruian, Dongtou, Lin'an and Zhangjiagang.
    fn default() -> Regions {
        #[expect(clippy::expect_used, reason = "the built-in table is part of the program and a test reads it")]
        Regions::from_csv(TOWNS).expect("the built-in table of towns is well formed")
    }
}

impl Regions {
    /// Reads `county,town_code,town` and, where given, `,village_code,village`, with one line of headers.
    ///
    /// # Errors
    /// [`ImportError::BadRegions`] with the line whose codes are not region codes.
    pub fn from_csv(text: &str) -> Result<Regions, ImportError> {
        let mut regions = Regions { towns: HashMap::new(), villages: HashMap::new() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        for (index, record) in reader.records().enumerate() {
            let wrong = || ImportError::BadRegions { line: index as u64 + 2 };
            let record = record.map_err(|_| wrong())?;
            regions.add(&record).ok_or_else(wrong)?;
        }
        Ok(regions)
    }

    fn add(&mut self, record: &csv::StringRecord) -> Option<()> {
        let town = RegionCode::new(record.get(1)?)?;
        let of_name = self.towns.entry(plain(record.get(2)?)).or_default();
        if !of_name.contains(&town) {
            of_name.push(town.clone());
        }
        if let (Some(code), Some(name)) = (record.get(3), record.get(4)) {
            self.villages.insert((town, plain_village(name)), RegionCode::new(code)?);
        }
        Some(())
    }

    /// The name of the town with this 9-digit code.
    pub fn find_town_name(&self, town_code: &str) -> Option<&str> {
        let is_it = |codes: &Vec<RegionCode>| codes.iter().any(|code| code.as_str() == town_code);
        self.towns.iter().find(|(_, codes)| is_it(codes)).map(|(name, _)| name.as_str())
    }

    /// The name of the village with this 12-digit code, without 村 or 社区 at its end.
    pub fn find_village_name(&self, village_code: &str) -> Option<&str> {
        let found = self.villages.iter().find(|(_, code)| code.as_str() == village_code);
        found.map(|((_, name), _)| name.as_str())
    }

    /// The village's code, else the town's; `None` where the town is not in the table or its name stands for
    /// several and `county` does not tell which.
    pub fn find(&self, county: Option<&RegionCode>, town: &str, village: &str) -> Option<RegionCode> {
        let named = self.towns.get(&plain(town))?;
        let in_county = named.iter().find(|code| county.is_some_and(|county| county.contains(code)));
        let town = match (in_county, named.as_slice()) {
            (Some(town), _) => town,
            (None, [only]) => only,
            _ => return None,
        };
        let village = self.villages.get(&(town.clone(), plain_village(village)));
        Some(village.unwrap_or(town).clone())
    }
}

/// 石子岙村, 石子岙村委会 and 石子岙村民委员会 are one village.
fn plain_village(name: &str) -> String {
    let name = plain(name);
    let ends = ["村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区", "村"];
    ends.iter().find_map(|end| name.strip_suffix(end)).map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> RegionCode {
        RegionCode::new(code).unwrap()
    }

    #[test]
    fn built_in_towns_are_found() {
        let regions = Regions::default();
        let found = regions.find(None, "金港街道", "不知名村").unwrap();
        assert_eq!(found, code("320582001"));
        assert_eq!(regions.find(None, "无此镇", ""), None);
    }

    #[test]
    fn villages_are_found_by_any_form_of_their_name() {
        let table = "county,town_code,town,village_code,village\n\
                     330305,330305001,北岙街道,330305001201,小三盘村委会\n\
                     330381,330381009,北岙街道\n";
        let regions = Regions::from_csv(table).unwrap();
        let dongtou = code("330305");
        assert_eq!(regions.find(Some(&dongtou), "北岙街道", "小三盘村"), Some(code("330305001201")));
        assert_eq!(regions.find(Some(&dongtou), "北岙街道", "别村"), Some(code("330305001")));
        assert_eq!(regions.find(None, "北岙街道", "小三盘村"), None, "two towns have the name");
        let wrong = Regions::from_csv("county,town_code,town\n1,2x,镇\n").unwrap_err();
        assert_eq!(wrong, ImportError::BadRegions { line: 2 });
    }
}
