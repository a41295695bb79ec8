//! What holds for every page, looked for in its HTML: nothing inline, every control labelled, one h1, ids unique.

use std::collections::BTreeSet;

/// A tag with its attributes.
#[derive(Debug)]
pub struct Tag {
    /// Its name, lower case.
    pub name: String,
    /// Attributes and their values; a bare attribute has none.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The opening tags of a page written by maud (attributes in double quotes, text escaped).
pub fn tags(page: &str) -> Vec<Tag> {
    page.split('<')
        .skip(1)
        .filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        .map(tag)
        .collect()
}

fn tag(text: &str) -> Tag {
    let name: String = text.chars().take_while(|letter| letter.is_ascii_alphanumeric()).collect();
    let mut rest = &text[name.len()..];
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let key: String = rest.chars().take_while(|letter| !matches!(letter, '=' | '>' | ' ' | '/')).collect();
        if key.is_empty() {
            return Tag { name: name.to_lowercase(), attributes };
        }
        rest = &rest[key.len()..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inside, after) = quoted.split_once('"').expect("a quoted value ends");
            value = inside.to_owned();
            rest = after;
        }
        attributes.push((key, value));
    }
}

/// Everything that is wrong with a whole page.
pub fn faults(page: &str) -> Vec<String> {
    let tags = tags(page);
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for tag in &tags {
        if let Some(id) = tag.get("id")
            && !ids.insert(id)
        {
            faults.push(format!("the id {id} stands twice"));
        }
        faults.extend(inline(tag));
        faults.extend(unlabelled(tag, &tags));
        faults.extend(foreign(tag));
    }
    for (name, wanted) in [("h1", 1), ("main", 1), ("title", 1)] {
        let count = tags.iter().filter(|tag| tag.name == name).count();
        if count != wanted {
            faults.push(format!("{count} {name} instead of {wanted}"));
        }
    }
    if !tags.iter().any(|tag| tag.name == "html" && tag.get("lang").is_some()) {
        faults.push("the page says no language".to_owned());
    }
    faults.extend(dangling(&tags, &ids));
    faults.extend(unsealed(page));
    faults
}

fn inline(tag: &Tag) -> Vec<String> {
    let is_expression = |(name, value): &&(String, String)| {
        name == "style"
            || name.starts_with("on")
            || name.starts_with("hx-on")
            || value.starts_with("js:")
            || value.starts_with("javascript:")
    };
    let mut faults: Vec<String> =
        tag.attributes.iter().filter(is_expression).map(|(name, _)| format!("{} has {name}", tag.name)).collect();
    if tag.name == "style" || tag.name == "script" && tag.get("src").is_none() {
        faults.push(format!("an inline {}", tag.name));
    }
    faults
}

fn foreign(tag: &Tag) -> Option<String> {
    let addresses = ["src", "href", "action"].iter().filter_map(|name| tag.get(name));
    let mut outside = addresses.filter(|address| address.contains("//"));
    outside.next().map(|address| format!("{} leads to {address}", tag.name))
}

fn unlabelled(tag: &Tag, all: &[Tag]) -> Option<String> {
    let is_control = matches!(tag.name.as_str(), "input" | "select" | "textarea");
    let is_hidden = tag.get("type") == Some("hidden");
    if !is_control || is_hidden || tag.get("aria-label").is_some() {
        return None;
    }
    let id = tag.get("id");
    let has_label = id.is_some() && all.iter().any(|label| label.name == "label" && label.get("for") == id);
    (!has_label).then(|| format!("{} {:?} has no label", tag.name, tag.get("name")))
}

/// What is pointed at has to be there.
fn dangling(tags: &[Tag], ids: &BTreeSet<&str>) -> Vec<String> {
    let pointed = tags.iter().flat_map(|tag| {
        let described = tag.get("aria-describedby").into_iter().flat_map(str::split_whitespace);
        described.chain(tag.get("for")).chain(tag.get("popovertarget"))
    });
    pointed.filter(|id| !ids.contains(id)).map(|id| format!("nothing has the id {id}")).collect()
}

/// Every form that posts carries its token.
fn unsealed(page: &str) -> Vec<String> {
    let forms = page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or(rest));
    let posting = forms.filter(|form| form.contains("method=\"post\""));
    posting
        .filter(|form| !form.contains("name=\"form_token\""))
        .map(|_| "a form without its token".to_owned())
        .collect()
}

#[test]
fn each_fault_is_found() {
    for (page, fault) in [
        ("<b style=\"x\">", "b has style"),
        ("<a onclick=\"x\">", "a has onclick"),
        ("<script>x</script>", "an inline script"),
        ("<a href=\"https://x.example\">", "a leads to https://x.example"),
        ("<input name=\"x\">", "input Some(\"x\") has no label"),
        ("<b id=\"x\"></b><i id=\"x\"></i>", "the id x stands twice"),
        ("<input type=\"hidden\" aria-describedby=\"y\">", "nothing has the id y"),
        ("<form method=\"post\"></form>", "a form without its token"),
        ("<h1></h1><h1></h1>", "2 h1 instead of 1"),
        ("<p>", "the page says no language"),
    ] {
        assert!(faults(page).iter().any(|found| found == fault), "{fault} in {:?}", faults(page));
    }
}
