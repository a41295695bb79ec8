//! The filters over the list of cases: those that are used every day in sight, the others folded away until one is set.

use maud::{Markup, html};
use shukun_base::{Lang, RegionCode, Text};
use shukun_casework::alert::Colour;
use shukun_casework::case::{Flag, Status, Step};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::timers::Level;
use shukun_store::Region;

use crate::desk::narrow::{FIGURED, told};
use crate::desk::{CaseQuery, ORDERS, part};
use crate::ui::field::Group;
use crate::ui::place::groups;
use crate::visit::Visit;
use crate::words::{self, Word};

/// Fields that are folded away.
const FOLDED: [&str; 9] =
    ["step", "flag", "year", "burden_from", "burden_to", "number", "household", "outcome", "sample"];

/// The form; `places` are the named places of the reader's area.
pub fn filter_form(query: &CaseQuery, places: &[Region], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let fields = query.fields();
    let is_folded = |name: &str| FOLDED.contains(&name);
    let is_figured = |name: &str| FIGURED.contains(&name);
    let is_open = fields.iter().any(|(name, value, _)| is_folded(name) && !value.is_empty());
    let is_set = fields.iter().any(|(_, value, _)| !value.is_empty());
    let field = |(name, value, label): &(&'static str, &str, Word)| {
        html! { div.field {
            label.form-label for={"filter-" (name)} { (label.text(lang)) }
            (control(name, value, places, lang))
        } }
    };
    html! {
        form.filters method="get" action="/cases" role="search" aria-label=(words::FILTERS.text(lang)) {
            @for one in fields.iter().filter(|(name, _, _)| !is_folded(name) && !is_figured(name)) { (field(one)) }
            (figured(&fields, lang))
            details.more open[is_open] {
                summary { (words::FILTER_MORE.text(lang)) }
                div.filters { @for one in fields.iter().filter(|(name, _, _)| is_folded(name)) { (field(one)) } }
            }
            div.buttons {
                button.btn.btn-plain type="submit" { (words::FILTER_APPLY.text(lang)) }
                @if is_set { a.btn.btn-link href="/cases" { (words::FILTER_CLEAR.text(lang)) } }
            }
        }
    }
}

/// What a figure narrowed the list to: said, and kept when it is filtered further.
fn figured(fields: &[(&'static str, &str, Word)], lang: Lang) -> Markup {
    let set: Vec<_> = fields.iter().filter(|(name, value, _)| FIGURED.contains(name) && !value.is_empty()).collect();
    html! {
        @if !set.is_empty() {
            p.narrowed {
                span.quiet { (words::NARROWED.text(lang)) }
                @for (name, value, label) in set {
                    span.tag.tag-accent id={"filter-" (name)} { (label.text(lang)) "：" (told(name, value, lang).unwrap_or_else(|| (*value).to_owned())) }
                    input type="hidden" name=(name) value=(value);
                }
            }
        }
    }
}

fn control(name: &'static str, value: &str, places: &[Region], lang: Lang) -> Markup {
    let choices = match name {
        "region" if !places.is_empty() => place_choices(value, places, lang),
        _ => vec![(String::new(), choices(name, lang))],
    };
    let id = format!("filter-{name}");
    let any = if name == "order" { "—" } else { words::ANY.text(lang) };
    let option = |(key, text): &(String, String)| html! { option value=(key) selected[key == value] { (text) } };
    html! {
        @if choices.iter().all(|(_, choices)| choices.is_empty()) {
            @let keys = if matches!(name, "year" | "burden_from" | "burden_to" | "household" | "region") { "numeric" } else { "text" };
            input.form-control #(id) name=(name) value=(value) inputmode=(keys) autocomplete="off" spellcheck="false";
        } @else {
            select.form-select #(id) name=(name) {
                option value="" selected[value.is_empty()] { (any) }
                @for (group, choices) in &choices {
                    @if group.is_empty() { @for choice in choices { (option(choice)) } }
                    @else { optgroup label=(group) { @for choice in choices { (option(choice)) } } }
                }
            }
        }
    }
}

/// Towns; the villages too of the town that is chosen.
fn place_choices(value: &str, places: &[Region], lang: Lang) -> Vec<Group> {
    let town = RegionCode::new(value).and_then(|code| part(&code, 9));
    let is_in_sight = |region: &&Region| {
        let digits = region.code.as_str().len();
        digits <= 9 || town.as_ref().is_some_and(|town| town.contains(&region.code))
    };
    let shown: Vec<Region> = places.iter().filter(is_in_sight).cloned().collect();
    // Whose area is villages alone chooses from these.
    groups(if shown.is_empty() { places } else { &shown }, value, lang)
}

fn choices(name: &str, lang: Lang) -> Vec<(String, String)> {
    let named = |key: &str, text: Text| (key.to_owned(), text.in_lang(lang).to_owned());
    let worded = |pairs: &[(&str, Word)]| {
        pairs.iter().map(|(key, word)| ((*key).to_owned(), word.text(lang).to_owned())).collect::<Vec<_>>()
    };
    match name {
        "status" => Status::ALL.iter().map(|status| named(status.key(), status.text())).collect(),
        "step" => Step::ALL.iter().map(|step| named(step.key(), step.text())).collect(),
        "colour" => Colour::ALL.iter().rev().map(|colour| named(colour.key(), colour.text())).collect(),
        "level" => Level::ALL.iter().map(|level| named(level.key(), level.text())).collect(),
        "flag" => {
            let lasting = Flag::ALL.iter().filter(|flag| !flag.is_of_the_day());
            lasting.map(|flag| named(flag.key(), flag.text())).collect()
        }
        "outcome" => OutcomeCode::ALL.iter().map(|outcome| named(outcome.key(), outcome.text())).collect(),
        "hands" => worded(&[("mine", words::ASSIGNEE_MINE), ("nobody", words::ASSIGNEE_NOBODY)]),
        "sample" => worded(&[("waiting", words::SAMPLE_WAITING)]),
        "order" => ORDERS.iter().map(|(key, _, word)| ((*key).to_owned(), word.text(lang).to_owned())).collect(),
        _ => Vec::new(),
    }
}
