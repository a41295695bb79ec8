//! A place, by name; and choosing one from those that the reader may act in.

use maud::{Markup, html};
use shukun_base::{Lang, RegionCode};
use shukun_store::Region;

use super::field::{Faults, Group, Input, input, select_grouped};
use crate::desk::Places;
use crate::words;

/// `飞云街道 · 宋家埭村`, its code for who asks for it.
pub fn place(places: &Places, code: &RegionCode) -> Markup {
    html! { span title=(code) { (places.name(code)) } }
}

/// A list to choose a place from, villages under their town; where no place is named yet, a field for the code.
pub fn choose(field: &Input<'_>, places: &[Region], faults: &Faults, lang: Lang) -> Markup {
    if places.is_empty() {
        let hint = words::PLACE_UNNAMED_HINT.text(lang);
        return input(&Input { hint, ..*field }, faults, lang);
    }
    select_grouped(field, &groups(places, field.value, lang), faults, lang)
}

/// Counties and towns alone, villages under their town; what is chosen now stays, named or not.
pub fn groups(places: &[Region], chosen: &str, lang: Lang) -> Vec<Group> {
    let is_village = |region: &&Region| region.code.as_str().len() == 12;
    let mut groups: Vec<Group> = Vec::new();
    let mut alone = Vec::new();
    if !chosen.is_empty() && !places.iter().any(|region| region.code.as_str() == chosen) {
        alone.push((chosen.to_owned(), chosen.to_owned()));
    }
    for region in places.iter().filter(|region| !is_village(region)) {
        alone.push((region.code.to_string(), region.name.clone()));
    }
    if !alone.is_empty() {
        groups.push((String::new(), alone));
    }
    for region in places.iter().filter(is_village) {
        let town = region.code.as_str().get(..9).unwrap_or_default();
        let name = town_name(places, town, lang);
        let choice = (region.code.to_string(), region.name.clone());
        match groups.last_mut().filter(|(last, _)| *last == name) {
            Some((_, choices)) => choices.push(choice),
            None => groups.push((name, vec![choice])),
        }
    }
    groups
}

/// The group's own name; where the reader's list holds the villages of one town alone, the town is not in it.
fn town_name(places: &[Region], town: &str, lang: Lang) -> String {
    let known = places.iter().find(|region| region.code.as_str() == town);
    known.map_or_else(|| words::VILLAGES_OF.with(lang, &[("town", town)]), |region| region.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str, name: &str) -> Region {
        Region { code: RegionCode::new(code).unwrap(), name: name.to_owned() }
    }

    fn field(value: &str) -> Input<'_> {
        Input { value, ..Input::text("region", "区域") }
    }

    #[test]
    fn villages_stand_under_their_town() {
        let places = [region("330381", "测试市"), region("330381001", "东门街道"), region("330381001201", "河头村")];
        let shown = choose(&field("330381001201"), &places, &Vec::new(), Lang::Zh).into_string();
        assert!(
            shown.contains("<optgroup label=\"东门街道\"><option value=\"330381001201\" selected>河头村"),
            "{shown}"
        );
        assert!(shown.contains("<option value=\"330381\">测试市"), "{shown}");
    }

    #[test]
    fn what_is_chosen_and_has_no_name_is_not_lost() {
        let shown = choose(&field("330382"), &[region("330381", "测试市")], &Vec::new(), Lang::Zh).into_string();
        assert!(shown.contains("<option value=\"330382\" selected>330382"), "{shown}");
    }

    #[test]
    fn without_names_the_code_is_typed() {
        let shown = choose(&field("330381"), &[], &Vec::new(), Lang::Zh).into_string();
        assert!(
            shown.contains("<input") && shown.contains("value=\"330381\"") && shown.contains("区划代码"),
            "{shown}"
        );
    }
}
