//! Where JSON is wrong, as a path that a script can follow.

use serde::de::DeserializeOwned;
use serde_json::Value;
use shukun_base::Text;

use super::form::{ArticleForm, ClauseForm, ItemForm, PackForm, ReadingForm};
use super::form_finding;
use crate::document::Span;
use crate::finding::Finding;
use crate::registry::{self, Entry};

/// A finding at the character where the JSON breaks.
pub(super) fn not_json(file: usize, text: &str, error: &serde_json::Error) -> Box<Finding> {
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let place = (line_start > 0 || at > 0).then_some(Span { file, start: at, end: at });
    Box::new(Finding::error(
        "P0161",
        place,
        Text::new(format!("第 {} 行起不是 JSON", error.line()), format!("Not JSON from line {}", error.line())),
        Text::new("检查引号、逗号和括号是否成对。", "Check quotes, commas and brackets."),
    ))
}

/// A finding with the deepest path whose value has the wrong form.
pub(super) fn wrong_form(value: Value) -> Finding {
    let (path, message) = deepest(value);
    let at = if path.is_empty() { "(root)".to_owned() } else { path };
    form_finding(
        format!("JSON 形式不对：{at}"),
        format!("JSON of the wrong form at {at}: {message}"),
        Text::new("照 docs/pack.schema.json 的形式改。", "Follow docs/pack.schema.json."),
    )
}

fn failure<Form: DeserializeOwned>(value: &Value) -> Option<String> {
    serde_json::from_value::<Form>(value.clone()).err().map(|error| error.to_string())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The first of `values` that is not of its form.
fn first_wrong<Form: DeserializeOwned>(values: &[Value]) -> Option<(usize, &Value, String)> {
    values.iter().enumerate().find_map(|(index, value)| failure::<Form>(value).map(|message| (index, value, message)))
}

fn deepest(value: Value) -> (String, String) {
    let message = failure::<PackForm>(&value).unwrap_or_default();
    let Some((article, value, message)) =
        first_wrong::<ArticleForm>(list(&value, "articles")).map(|(i, v, m)| (i, v.clone(), m))
    else {
        return (String::new(), message);
    };
    let path = format!("articles[{article}]");
    let Some((item, value, message)) = first_wrong::<ItemForm>(list(&value, "items")) else {
        return (path, message);
    };
    let path = format!("{path}.items[{item}]");
    if let Some(declaration) = value.get("declaration") {
        return match first_wrong::<ClauseForm>(list(declaration, "clauses")) {
            Some((clause, _, message)) => (format!("{path}.declaration.clauses[{clause}]"), message),
            None => (format!("{path}.declaration"), message),
        };
    }
    if let Some(ambiguity) = value.get("ambiguity") {
        return match first_wrong::<ReadingForm>(list(ambiguity, "readings")) {
            Some((reading, _, message)) => (format!("{path}.ambiguity.readings[{reading}]"), message),
            None => (format!("{path}.ambiguity"), message),
        };
    }
    (path, message)
}

/// Keywords that the language does not have.
pub(super) fn unknown_keys(form: &PackForm) -> Vec<Finding> {
    let mut findings = Vec::new();
    if form.language_version != crate::pack_toml::LANGUAGE_VERSION {
        findings.push(unknown("language_version", &form.language_version.to_string(), &[]));
    }
    for (a, article) in form.articles.iter().enumerate() {
        for (i, item) in article.items.iter().enumerate() {
            let Some(declaration) = item.declaration() else { continue };
            let path = format!("articles[{a}].items[{i}].declaration");
            if registry::declaration(&declaration.kind).is_none() {
                findings.push(unknown(&format!("{path}.kind"), &declaration.kind, registry::declarations()));
            }
            for (c, clause) in declaration.clauses.iter().enumerate() {
                if registry::clause(&clause.key).is_none() {
                    findings.push(unknown(&format!("{path}.clauses[{c}].key"), &clause.key, registry::clauses()));
                }
            }
        }
    }
    findings
}

fn unknown(path: &str, word: &str, words: &'static [Entry]) -> Finding {
    let shown: String = word.chars().take(40).collect();
    let meant = registry::did_you_mean(word, words);
    let (zh, en) =
        meant.map(|meant| (format!("是不是 {meant}？"), format!("Did you mean {meant}? "))).unwrap_or_default();
    form_finding(
        format!("JSON 里不认识的词：{path}：{shown}"),
        format!("Unknown word in the JSON at {path}: {shown}"),
        Text::new(format!("{zh}可用的词见 docs/words.md。"), format!("{en}The words are in docs/words.md.")),
    )
}

/// A finding where the Markdown made from the JSON says something else: a heading inside prose, a line end inside a
/// name. Nothing may get lost silently.
pub(super) fn difference(meant: &PackForm, read: &PackForm) -> Option<Finding> {
    if meant == read {
        return None;
    }
    let article = (0..meant.articles.len().max(read.articles.len()))
        .find(|index| meant.articles.get(*index) != read.articles.get(*index));
    let path = match article {
        None => "lang".to_owned(),
        Some(article) => {
            let items =
                |form: &PackForm| form.articles.get(article).map(|article| article.items.clone()).unwrap_or_default();
            let (meant, read) = (items(meant), items(read));
            let item = (0..meant.len().max(read.len())).find(|index| meant.get(*index) != read.get(*index));
            item.map_or(format!("articles[{article}]"), |item| format!("articles[{article}].items[{item}]"))
        }
    };
    Some(form_finding(
        format!("JSON 写不成一样的文字：{path}"),
        format!("The JSON cannot be written as the same text: {path}"),
        Text::new(
            "正文里不能有标题或我们的块，名称、值和表格里不能换行，首尾不留空格。",
            "Prose must hold no headings or blocks of ours; names, values and cells no line ends or outer spaces.",
        ),
    ))
}
