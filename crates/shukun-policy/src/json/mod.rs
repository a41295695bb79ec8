//! The canonical JSON form of a pack's document, so that forms and scripts can write packs too.
//!
//! Keys and the words of clause values are English; names, prose and free text stay as written. Going to JSON and
//! back gives the formatted Markdown. Start at [`to_json`] and [`from_json`].

mod form;
mod locate;

use shukun_base::Text;

use crate::document::{
    Ambiguity, Article, Cell, Clause, Comment, Declaration, Document, Example, Item, MarkTable, Prose, Reading, Span,
    Word,
};
use crate::finding::Finding;
use crate::format::{canonical_pair, format_document, print_words};
use crate::lexer::{Names, fold, lex};
use crate::markdown::{MAX_FILE_BYTES, add_payers, is_free_text, read_document};
use crate::registry;
use form::{
    AmbiguityForm, ArticleForm, ClauseForm, CommentForm, DeclarationForm, ExampleForm, GivenForm, ItemForm, PackForm,
    ReadingForm, TableForm,
};
use shukun_base::Lang;

/// A document that came as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct FromJson {
    /// The same as Markdown; places of the document and of the findings point into it.
    pub markdown: String,
    /// The document.
    pub document: Document,
}

/// The JSON Schema of the form, as published in docs/pack.schema.json.
pub fn schema() -> String {
    let schema = schemars::schema_for!(PackForm);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as JSON.
pub fn to_json(document: &Document) -> serde_json::Value {
    serde_json::to_value(form_of(document)).unwrap_or_default()
}

/// Reads a document from JSON. `names` are those declared in other packs; `file` is the number under which the
/// Markdown will be kept.
///
/// `None` where the text is not JSON of this form: the findings then name the path, as in
/// `articles[0].items[2].declaration.clauses[1]`.
pub fn from_json(file: usize, text: &str, names: &Names) -> (Option<FromJson>, Vec<Finding>) {
    let form = match read_form(file, text) {
        Ok(form) => form,
        Err(finding) => return (None, vec![*finding]),
    };
    let unknown = locate::unknown_keys(&form);
    if !unknown.is_empty() {
        return (None, unknown);
    }
    let built = document_of(form, names);
    let markdown = format_document(&built);
    let (document, mut findings) = read_document(file, &markdown, names);
    findings.extend(locate::difference(&form_of(&built), &form_of(&document)));
    (Some(FromJson { markdown, document }), findings)
}

fn read_form(file: usize, text: &str) -> Result<PackForm, Box<Finding>> {
    if text.len() > MAX_FILE_BYTES {
        return Err(Box::new(crate::markdown::too_large(file, text.len())));
    }
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| locate::not_json(file, text, &error))?;
    serde_json::from_value(value.clone()).map_err(|_| Box::new(locate::wrong_form(value)))
}

fn form_of(document: &Document) -> PackForm {
    let articles = document.articles.iter().map(|article| ArticleForm {
        level: article.level,
        heading: article.heading.clone(),
        items: article.items.iter().map(|item| item_form(item, document.lang)).collect(),
    });
    PackForm { language_version: crate::pack_toml::LANGUAGE_VERSION, lang: document.lang, articles: articles.collect() }
}

fn item_form(item: &Item, lang: Lang) -> ItemForm {
    match item {
        Item::Prose(prose) => ItemForm::Prose(prose.text.clone()),
        Item::Declaration(found) => ItemForm::Declaration(DeclarationForm {
            kind: registry::declaration_word(found.kind).unwrap_or_default().to_owned(),
            name: found.name.clone(),
            clauses: found.clauses.iter().map(clause_form).collect(),
            tables: found.tables.iter().map(table_form).collect(),
            comments: comment_forms(&found.comments),
        }),
        Item::Ambiguity(found) => ItemForm::Ambiguity(AmbiguityForm {
            id: found.id.clone(),
            question: found.question.clone(),
            readings: found.readings.iter().map(reading_form).collect(),
            provisional: found.provisional.as_ref().map(|cell| cell.text.clone()),
            confirmed_by: found.confirmed_by.as_ref().map(|cell| cell.text.clone()),
            comments: comment_forms(&found.comments),
        }),
        Item::Example(found) => ItemForm::Example(ExampleForm {
            title: found.title.clone(),
            rule: found.rule.as_ref().map(|cell| cell.text.clone()),
            given: found
                .given
                .iter()
                .map(|(name, value)| canonical_pair(name, value, lang))
                .map(|(name, value)| GivenForm { name, value })
                .collect(),
            source: found.source.clone(),
            table: table_form(&found.table),
            comments: comment_forms(&found.comments),
        }),
    }
}

fn clause_form(clause: &Clause) -> ClauseForm {
    let free = is_free_text(clause.key);
    let value = if free { clause.text.clone() } else { print_words(&clause.words, clause.key, Lang::En) };
    ClauseForm { key: clause.key.to_owned(), value }
}

fn reading_form(reading: &Reading) -> ReadingForm {
    ReadingForm {
        name: reading.name.clone(),
        value: reading.value.as_ref().map(|_| print_words(&reading.words, "reading", Lang::En)),
        meaning: reading.meaning.clone(),
        illustrative: reading.illustrative,
    }
}

fn table_form(table: &MarkTable) -> TableForm {
    let texts = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.clone()).collect();
    TableForm { header: texts(&table.header), rows: table.rows.iter().map(texts).collect() }
}

fn comment_forms(comments: &[Comment]) -> Vec<CommentForm> {
    let forms = comments.iter().map(|comment| CommentForm {
        line: comment.line,
        trailing: comment.trailing,
        text: comment.text.clone(),
    });
    forms.collect()
}

/// The document without places. Keys were checked before.
fn document_of(form: PackForm, names: &Names) -> Document {
    let mut names = names.clone();
    let items = form.articles.iter().flat_map(|article| &article.items);
    for declaration in items.filter_map(ItemForm::declaration) {
        names.add(&declaration.name);
        for clause in &declaration.clauses {
            add_payers(&clause.key, &clause.value, &mut names);
        }
    }
    let articles = form.articles.into_iter().map(|article| Article {
        level: article.level.min(6),
        heading: article.heading,
        span: Span::default(),
        items: article.items.into_iter().filter_map(|item| item_of(item, &names)).collect(),
    });
    Document { articles: articles.collect(), lang: form.lang }
}

fn item_of(item: ItemForm, names: &Names) -> Option<Item> {
    Some(match item {
        ItemForm::Prose(text) => Item::Prose(Prose { text, span: Span::default() }),
        ItemForm::Declaration(form) => Item::Declaration(Declaration {
            kind: registry::declaration_kind(&form.kind)?,
            name: form.name,
            name_span: Span::default(),
            clauses: form.clauses.into_iter().filter_map(|clause| clause_of(clause, names)).collect(),
            tables: form.tables.into_iter().map(table_of).collect(),
            span: Span::default(),
            comments: comments_of(form.comments),
        }),
        ItemForm::Ambiguity(form) => Item::Ambiguity(Ambiguity {
            id: form.id,
            question: form.question,
            span: Span::default(),
            readings: form.readings.into_iter().map(|reading| reading_of(reading, names)).collect(),
            provisional: form.provisional.map(cell_of),
            confirmed_by: form.confirmed_by.map(cell_of),
            comments: comments_of(form.comments),
        }),
        ItemForm::Example(form) => Item::Example(Example {
            title: form.title,
            rule: form.rule.map(cell_of),
            given: form.given.into_iter().map(|pair| (cell_of(pair.name), cell_of(pair.value))).collect(),
            source: form.source,
            table: table_of(form.table),
            span: Span::default(),
            comments: comments_of(form.comments),
        }),
    })
}

fn clause_of(form: ClauseForm, names: &Names) -> Option<Clause> {
    let key = registry::clause(&fold(&form.key))?.id();
    let words = if is_free_text(key) && key != "service" { Vec::new() } else { words_of(&form.value, names) };
    Some(Clause { key, key_span: Span::default(), words, text: form.value, span: Span::default() })
}

fn reading_of(form: ReadingForm, names: &Names) -> Reading {
    let words = words_of(form.value.as_ref().unwrap_or(&form.name), names);
    Reading {
        name: form.name,
        words,
        value: form.value,
        meaning: form.meaning,
        illustrative: form.illustrative,
        span: Span::default(),
    }
}

fn words_of(value: &str, names: &Names) -> Vec<Word> {
    // what cannot be read is found when the Markdown is read
    lex(value, Span { file: 0, start: 0, end: value.len() }, names).0
}

fn cell_of(text: String) -> Cell {
    Cell { text, span: Span::default() }
}

fn table_of(form: TableForm) -> MarkTable {
    let row = |cells: Vec<String>| cells.into_iter().map(cell_of).collect();
    MarkTable { header: row(form.header), rows: form.rows.into_iter().map(row).collect(), span: Span::default() }
}

fn comments_of(forms: Vec<CommentForm>) -> Vec<Comment> {
    let comments = forms.into_iter().map(|form| Comment { line: form.line, trailing: form.trailing, text: form.text });
    comments.collect()
}

/// A finding about JSON that has no place in a text.
fn form_finding(zh: String, en: String, mend: Text) -> Finding {
    Finding::error("P0162", None, Text::new(zh, en), mend)
}

#[cfg(test)]
mod tests;
