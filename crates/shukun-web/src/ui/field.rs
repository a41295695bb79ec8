//! Form fields: a label, a hint, what is wrong in the form's own words, the control.

use maud::{Markup, html};
use shukun_base::{Lang, Text};

use crate::words;

/// What is wrong with a form: the field's name and what to mend.
pub type Faults = Vec<(&'static str, Text)>;

/// A field of one line.
pub struct Input<'a> {
    /// Its name in the form, and its id.
    pub name: &'static str,
    /// What it asks for.
    pub label: &'a str,
    /// What helps to fill it in; empty = nothing.
    pub hint: &'a str,
    /// The HTML type (`text`, `password`, `date`), or which keys a phone shows for words (`numeric`, `decimal`).
    pub kind: &'static str,
    /// What browsers fill in: `username`, `off`.
    pub autocomplete: &'static str,
    /// What stands in it.
    pub value: &'a str,
    /// Whether it may not stay empty.
    pub is_required: bool,
}

impl<'a> Input<'a> {
    /// A required field of words.
    pub const fn text(name: &'static str, label: &'a str) -> Input<'a> {
        Input { name, label, hint: "", kind: "text", autocomplete: "off", value: "", is_required: true }
    }
}

/// Draws it, with its fault if it has one.
pub fn input(input: &Input<'_>, faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, input.hint, fault, lang))
            @let (kind, keys) = keyboard(input.kind);
            input.form-control #(input.name) name=(input.name) type=(kind) inputmode=[keys] value=(input.value)
                autocomplete=(input.autocomplete) required[input.is_required] spellcheck="false"
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[described(input.name, input.hint, fault)];
        }
    }
}

fn keyboard(kind: &'static str) -> (&'static str, Option<&'static str>) {
    match kind {
        "numeric" | "decimal" => ("text", Some(kind)),
        _ => (kind, None),
    }
}

/// A file: a PDF, or a picture taken with a phone.
pub fn file(input: &Input<'_>, faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    let hint = if input.hint.is_empty() { words::FILE_HINT.text(lang) } else { input.hint };
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, hint, fault, lang))
            input.form-control #(input.name) name=(input.name) type="file" accept="application/pdf,image/jpeg,image/png"
                required[input.is_required] aria-invalid=[fault.map(|_| "true")]
                aria-describedby=[described(input.name, hint, fault)];
        }
    }
}

/// Pictures, several of them: a phone opens its camera.
pub fn photos(input: &Input<'_>, faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, input.hint, fault, lang))
            input.form-control #(input.name) name=(input.name) type="file" accept="image/jpeg,image/png" capture="environment"
                multiple required[input.is_required] aria-invalid=[fault.map(|_| "true")]
                aria-describedby=[described(input.name, input.hint, fault)];
        }
    }
}

/// Any number of several, all in sight.
pub fn checks(input: &Input<'_>, choices: &[(String, String)], chosen: &[&str], faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        fieldset #(input.name) aria-describedby=[described(input.name, input.hint, fault)] {
            legend { (input.label) }
            (about(input.name, input.hint, fault, lang))
            @for (value, name) in choices {
                @let id = format!("{}-{value}", input.name);
                div.choice {
                    input #(id) type="checkbox" name=(input.name) value=(value) checked[chosen.contains(&value.as_str())];
                    label for=(id) { (name) }
                }
            }
        }
    }
}

/// Several lines.
pub fn text_area(input: &Input<'_>, rows: u8, faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, input.hint, fault, lang))
            textarea.form-control #(input.name) name=(input.name) rows=(rows) required[input.is_required]
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[described(input.name, input.hint, fault)] {
                (input.value)
            }
        }
    }
}

/// One of several, in a list that opens; `choices` are value and name.
pub fn select(input: &Input<'_>, choices: &[(String, String)], faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, input.hint, fault, lang))
            select.form-select #(input.name) name=(input.name) required[input.is_required]
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[described(input.name, input.hint, fault)] {
                option value="" selected[input.value.is_empty()] { "—" }
                @for (value, name) in choices { option value=(value) selected[value == input.value] { (name) } }
            }
        }
    }
}

/// One of many, in a list that opens, under the names of groups; a group without a name stands alone.
pub fn select_grouped(input: &Input<'_>, groups: &[Group], faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    let option = |(value, name): &(String, String)| {
        html! { option value=(value) selected[value == input.value] { (name) } }
    };
    html! {
        div.field {
            label.form-label for=(input.name) { (input.label) }
            (about(input.name, input.hint, fault, lang))
            select.form-select #(input.name) name=(input.name) required[input.is_required]
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[described(input.name, input.hint, fault)] {
                option value="" selected[input.value.is_empty()] { "—" }
                @for (group, choices) in groups {
                    @if group.is_empty() { @for choice in choices { (option(choice)) } }
                    @else { optgroup label=(group) { @for choice in choices { (option(choice)) } } }
                }
            }
        }
    }
}

/// Name of a group (empty = none), and what can be chosen in it as value and name.
pub type Group = (String, Vec<(String, String)>);

/// One of few, all in sight.
pub fn radios(input: &Input<'_>, choices: &[(String, String)], faults: &Faults, lang: Lang) -> Markup {
    let fault = fault_of(input.name, faults);
    html! {
        fieldset #(input.name) aria-describedby=[described(input.name, input.hint, fault)] {
            legend { (input.label) }
            (about(input.name, input.hint, fault, lang))
            @for (value, name) in choices {
                @let id = format!("{}-{value}", input.name);
                div.choice {
                    input #(id) type="radio" name=(input.name) value=(value) checked[value == input.value]
                        required[input.is_required];
                    label for=(id) { (name) }
                }
            }
        }
    }
}

/// What is wrong with the whole form, at its head, each line leading to its field.
pub fn wrong(faults: &Faults, lang: Lang) -> Markup {
    let number = faults.len().to_string();
    html! {
        @if !faults.is_empty() {
            div.wrong role="alert" {
                p { b { (words::FORM_WRONG.with(lang, &[("n", &number)])) } }
                ul { @for (name, text) in faults { li { a href={"#" (name)} { (text.in_lang(lang)) } } } }
            }
        }
    }
}

fn fault_of<'a>(name: &str, faults: &'a Faults) -> Option<&'a Text> {
    faults.iter().find(|(field, _)| *field == name).map(|(_, text)| text)
}

fn about(name: &str, hint: &str, fault: Option<&Text>, lang: Lang) -> Markup {
    html! {
        @if !hint.is_empty() { p.form-hint id={(name) "-hint"} { (hint) } }
        @if let Some(text) = fault { p.field-wrong id={(name) "-wrong"} { (text.in_lang(lang)) } }
    }
}

fn described(name: &str, hint: &str, fault: Option<&Text>) -> Option<String> {
    let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let fault = fault.map(|_| format!("{name}-wrong"));
    let ids: Vec<String> = hint.into_iter().chain(fault).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_its_field_and_at_the_head() {
        let faults: Faults = vec![("day", Text::new("写上日期", "give the day"))];
        let field = Input { kind: "date", hint: "哪一天去的", ..Input::text("day", "核查日期") };
        let shown = input(&field, &faults, Lang::Zh).into_string();
        assert!(shown.contains("aria-describedby=\"day-hint day-wrong\"") && shown.contains("aria-invalid=\"true\""));
        let head = wrong(&faults, Lang::Zh).into_string();
        assert!(head.contains("href=\"#day\"") && head.contains("有1处需要修改"), "{head}");
        assert_eq!(wrong(&Vec::new(), Lang::Zh).into_string(), "");
    }
}
