//! Addresses of dashboards and of the lists behind their figures: the part that is looked at goes along.

use serde::Deserialize;
use shukun_base::RegionCode;
use shukun_casework::authority::Role;

use crate::desk::figures::Part;
use crate::guard::encoded;

/// What the address of a dashboard says; empty = everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskedPart {
    region: String,
    office: String,
}

impl AskedPart {
    /// The part of the area.
    pub fn part(&self) -> Part {
        Part { region: RegionCode::new(self.region.trim()), office: Role::find(&self.office) }
    }
}

/// `path` with the part and more; values are encoded, empty ones left out.
pub fn address(path: &str, part: &Part, more: &[(&str, &str)]) -> String {
    let region = part.region.as_ref().map(RegionCode::as_str).unwrap_or_default();
    let office = part.office.map(Role::key).unwrap_or_default();
    let all = [("region", region), ("office", office)].into_iter().chain(more.iter().copied());
    // What a figure says itself counts before the part.
    let overruled = |name: &str| more.iter().any(|(other, _)| *other == name);
    let own = all.enumerate().filter(|(number, (name, value))| !value.is_empty() && (*number > 1 || !overruled(name)));
    let pairs: Vec<String> = own.map(|(_, (name, value))| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The list of cases behind a figure.
pub fn cases(part: &Part, more: &[(&str, &str)]) -> String {
    address("/cases", part, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_goes_along_unless_the_figure_says_another() {
        let part = Part { region: RegionCode::new("330381"), office: Some(Role::Village) };
        assert_eq!(cases(&part, &[("has", "open")]), "/cases?region=330381&office=village&has=open");
        assert_eq!(cases(&part, &[("region", "330381001")]), "/cases?office=village&region=330381001");
        assert_eq!(cases(&Part::default(), &[]), "/cases");
        assert_eq!(cases(&Part::default(), &[("rule", "三色")]), "/cases?rule=%E4%B8%89%E8%89%B2");
    }
}
