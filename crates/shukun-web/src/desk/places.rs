//! Places by name: 「飞云街道 · 宋家埭村」 instead of twelve digits. What has no name yet shows its code.

use std::collections::BTreeMap;

use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_store::{Region, Scope, StoreError};

use super::Desk;

/// Names of some places.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<RegionCode, String>);

impl Places {
    /// From names by code, such as [`shukun_store::Store::every_region_name`] gives.
    pub fn new(names: BTreeMap<RegionCode, String>) -> Places {
        Places(names)
    }

    /// The place's own name, or its code.
    pub fn own_name(&self, code: &RegionCode) -> String {
        self.0.get(code).cloned().unwrap_or_else(|| code.to_string())
    }

    /// A village with its town, anything else alone: `飞云街道 · 宋家埭村`, `飞云街道`, `瑞安市`.
    pub fn name(&self, code: &RegionCode) -> String {
        let town = part(code, 9).filter(|town| town != code);
        match town.and_then(|town| self.0.get(&town)) {
            Some(town) => format!("{town} · {}", self.own_name(code)),
            None => self.own_name(code),
        }
    }
}

/// The first digits of a code: the town of a village.
pub fn part(code: &RegionCode, digits: usize) -> Option<RegionCode> {
    code.as_str().get(..digits).and_then(RegionCode::new)
}

impl Desk {
    /// The names of these places, in one statement.
    ///
    /// # Errors
    /// The store's own.
    pub async fn place_names<'a>(&self, codes: impl IntoIterator<Item = &'a RegionCode>) -> Result<Places, StoreError> {
        let codes: Vec<RegionCode> = codes.into_iter().cloned().collect();
        self.store().region_names(&codes).await.map(Places)
    }

    /// The named places where the reader may do something, of codes of these lengths (6 county, 9 town, 12 village).
    ///
    /// # Errors
    /// The store's own.
    pub async fn choosable_places(
        &self,
        scope: &Scope,
        permission: Permission,
        digits: &[usize],
    ) -> Result<Vec<Region>, StoreError> {
        let mut regions = self.store().list_regions(scope, permission).await?;
        regions.retain(|region| digits.contains(&region.code.as_str().len()));
        Ok(regions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> RegionCode {
        RegionCode::new(code).unwrap()
    }

    #[test]
    fn a_village_is_told_with_its_town_and_the_unknown_by_its_code() {
        let named = [("330381", "测试市"), ("330381001", "东门街道"), ("330381001201", "河头村")];
        let places = Places::new(named.map(|(digits, name)| (code(digits), name.to_owned())).into());
        for (digits, told) in [
            ("330381001201", "东门街道 · 河头村"),
            ("330381001202", "东门街道 · 330381001202"),
            ("330381001", "东门街道"),
            ("330381", "测试市"),
            ("330381002201", "330381002201"),
            ("330381002", "330381002"),
        ] {
            assert_eq!(places.name(&code(digits)), told);
        }
    }
}
