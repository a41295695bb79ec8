//! What figures add to what a list is asked for: how far, how long, how it ended. These stand in an address that a figure
//! wrote; a list shows them as words above its rows and keeps them when it is filtered further.

use shukun_base::Lang;
use shukun_casework::authority::Role;
use shukun_casework::case::Status;
use shukun_casework::timers::Level;
use shukun_store::{Narrowed, PlaceSize, Sway, USED_BOXES};

use super::CaseQuery;
use crate::words::{self, Word};

/// The fields of [`CaseQuery`] that figures write.
pub const FIGURED: [&str; 11] =
    ["reached", "office", "clock", "used", "rule", "found", "sway", "opened", "ended", "has", "vague"];

/// Both levels at which a step is over its time.
const LATE: &str = "late";

/// What can be asked of `has` and `vague`.
const KINDS: [(&str, &str, Word); 6] = [
    ("has", "open", words::NARROWED_OPEN),
    ("has", "determined", words::NARROWED_DETERMINED),
    ("has", "paid", words::NARROWED_PAID),
    ("has", "order", words::NARROWED_ORDER),
    ("vague", "town", words::NARROWED_NO_TOWN),
    ("vague", "village", words::NARROWED_NO_VILLAGE),
];

/// As the store narrows by it; a word that is none narrows nothing.
pub fn narrowed(query: &CaseQuery) -> Narrowed {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Narrowed {
        reached: Status::find(&query.reached),
        vague_below: match query.vague.as_str() {
            "town" => Some(PlaceSize::Town),
            "village" => Some(PlaceSize::Village),
            _ => None,
        },
        is_open: query.has == "open",
        office: Role::find(&query.office),
        step_levels: levels(&query.clock),
        used_box: query.used.parse().ok().filter(|number| usize::from(*number) <= USED_BOXES.len()),
        rule: some(&query.rule),
        by_hand: query.found == "hand",
        sway: Sway::find(&query.sway),
        opened_in: some(&query.opened),
        closed_in: some(&query.ended),
        is_determined: query.has == "determined",
        is_paid: query.has == "paid",
        is_supervised: query.has == "order",
    }
}

fn levels(key: &str) -> Vec<Level> {
    match key {
        LATE => vec![Level::Breached, Level::Supervision],
        key => Level::find(key).into_iter().collect(),
    }
}

/// A field's value in words; `None` for what is no field of figures, or no value of its field.
pub fn told(name: &str, value: &str, lang: Lang) -> Option<String> {
    let text = |text: shukun_base::Text| text.in_lang(lang).to_owned();
    match name {
        "reached" => Status::find(value).map(|status| text(status.text())),
        "office" => Role::find(value).map(|role| text(role.text())),
        "clock" => {
            let levels: Vec<String> = levels(value).iter().map(|level| text(level.text())).collect();
            Some(levels.join(" / ")).filter(|told| !told.is_empty())
        }
        "used" => value.parse().ok().map(|number| words::AGEING_DAYS.with(lang, &[("box", &used_box(number, lang))])),
        "found" => (value == "hand").then(|| words::COLOUR_NONE.text(lang).to_owned()),
        "sway" => Sway::find(value).map(|sway| sway_word(sway).text(lang).to_owned()),
        "rule" | "opened" | "ended" => Some(value.to_owned()),
        _ => {
            let kind = KINDS.iter().find(|(field, key, _)| *field == name && *key == value);
            kind.map(|(_, _, word)| word.text(lang).to_owned())
        }
    }
}

/// `3–5`, `21` and more.
pub fn used_box(number: u8, lang: Lang) -> String {
    let number = usize::from(number);
    let lower = number.checked_sub(1).and_then(|before| USED_BOXES.get(before)).map_or(0, |upper| upper + 1);
    match USED_BOXES.get(number) {
        Some(upper) => format!("{lower}–{upper}"),
        None => words::USED_FROM.with(lang, &[("n", &lower.to_string())]),
    }
}

/// The word for what an ending says of the alert.
pub const fn sway_word(sway: Sway) -> Word {
    match sway {
        Sway::Confirmed => words::SWAY_CONFIRMED,
        Sway::Wrong => words::SWAY_WRONG,
        Sway::NotJudged => words::SWAY_NOT_JUDGED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_follow_each_other_without_a_gap() {
        let shown: Vec<String> = (0..5).map(|number| used_box(number, Lang::Zh)).collect();
        assert_eq!(shown, ["0–2", "3–5", "6–10", "11–20", "21及以上"]);
    }

    #[test]
    fn every_word_of_the_address_narrows_and_is_told() {
        let kinds = KINDS.iter().map(|(name, value, _)| (*name, *value));
        let others = [
            ("reached", "verified"),
            ("office", "village"),
            ("clock", "late"),
            ("used", "4"),
            ("rule", "rule"),
            ("found", "hand"),
            ("sway", "wrong"),
            ("opened", "2026-03"),
            ("ended", "2026-03"),
        ];
        for (name, value) in others.into_iter().chain(kinds) {
            let query = CaseQuery::parse(&format!("{name}={value}"));
            assert_ne!(narrowed(&query), Narrowed::default(), "{name}={value}");
            assert!(told(name, value, Lang::Zh).is_some(), "{name}={value}");
            assert!(FIGURED.contains(&name));
        }
        assert_eq!(narrowed(&CaseQuery::parse("used=9&reached=x&clock=x&has=x")), Narrowed::default());
    }
}
