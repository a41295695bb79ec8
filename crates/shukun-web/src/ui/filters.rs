//! Filters live in the URL: a form that GETs, so that a list can be kept, sent and gone back to.

use maud::{Markup, html};
use shukun_base::Lang;

use crate::words;

/// One filter: a choice, or words typed in.
pub struct Filter<'a> {
    /// The name in the URL.
    pub name: &'a str,
    /// What it says.
    pub label: &'a str,
    /// What is chosen now; empty = any.
    pub value: &'a str,
    /// What can be chosen, as value and name; empty = words are typed in.
    pub choices: &'a [(String, String)],
}

/// The form of all filters of the list at `path`.
pub fn filters(path: &str, filters: &[Filter<'_>], lang: Lang) -> Markup {
    let is_set = filters.iter().any(|filter| !filter.value.is_empty());
    html! {
        form.filters method="get" action=(path) role="search" aria-label=(words::FILTERS.text(lang)) {
            @for filter in filters { (field(filter, lang)) }
            div.buttons {
                button.btn.btn-plain type="submit" { (words::FILTER_APPLY.text(lang)) }
                @if is_set { a.btn.btn-link href=(path) { (words::FILTER_CLEAR.text(lang)) } }
            }
        }
    }
}

fn field(filter: &Filter<'_>, lang: Lang) -> Markup {
    let id = format!("filter-{}", filter.name);
    html! {
        div.field {
            label.form-label for=(id) { (filter.label) }
            @if filter.choices.is_empty() {
                input.form-control #(id) name=(filter.name) value=(filter.value) type="search" autocomplete="off";
            } @else {
                select.form-select #(id) name=(filter.name) {
                    option value="" selected[filter.value.is_empty()] { (words::ANY.text(lang)) }
                    @for (value, name) in filter.choices {
                        option value=(value) selected[value == filter.value] { (name) }
                    }
                }
            }
        }
    }
}
