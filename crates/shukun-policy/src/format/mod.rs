//! A document in canonical form: one spelling, one spacing, full-width signs in Chinese, tables aligned.
//!
//! Prose stays as it is. Formatting twice is formatting once, and the document means the same afterwards. Start at
//! [`format_document`].

mod figures;
mod given;
mod table;
mod words;

use shukun_base::Lang;

use crate::document::{Ambiguity, Article, Clause, Comment, Declaration, Document, Example, Item, Reading};
use crate::finding::{Finding, Severity};
use crate::lexer::Names;
use crate::markdown::{ILLUSTRATIVE, is_free_text, read_document};
use crate::registry::{self, Entry};

pub(crate) use given::canonical_pair;
pub use words::print_words;

/// The canonical form of `text`.
///
/// # Errors
/// The findings, where one of them is an error: what cannot be read would be lost.
pub fn format_text(file: usize, text: &str, names: &Names) -> Result<String, Vec<Finding>> {
    let (document, findings) = read_document(file, text, names);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(findings);
    }
    Ok(format_document(&document))
}

/// The document as Markdown in canonical form, in its own language.
pub fn format_document(document: &Document) -> String {
    let lang = document.lang;
    let pieces: Vec<String> = document.articles.iter().flat_map(|article| article_pieces(article, lang)).collect();
    let mut page = pieces.join("\n\n");
    if !page.is_empty() {
        page.push('\n');
    }
    page
}

fn article_pieces(article: &Article, lang: Lang) -> Vec<String> {
    let heading = (article.level > 0).then(|| heading(article));
    let items = article.items.iter().map(|item| match item {
        Item::Prose(prose) => prose.text.clone(),
        Item::Declaration(declaration) => print_declaration(declaration, lang),
        Item::Ambiguity(ambiguity) => print_ambiguity(ambiguity, lang),
        Item::Example(example) => print_example(example, lang),
    });
    heading.into_iter().chain(items).collect()
}

fn heading(article: &Article) -> String {
    let signs = "#".repeat(usize::from(article.level));
    // a heading that ends with the sign needs a closing one
    let closing = if article.heading.ends_with('#') { " #" } else { "" };
    format!("{signs} {}{closing}", article.heading).trim_end().to_owned()
}

fn print_declaration(declaration: &Declaration, lang: Lang) -> String {
    let word = registry::declaration_word(declaration.kind).and_then(registry::declaration);
    let head = format!("{} {}", spelling(word, lang), declaration.name).trim_end().to_owned();
    let mut lines = vec![head];
    lines.extend(declaration.clauses.iter().map(|clause| print_clause(clause, lang)));
    let mut text = block("shukun", "", &lines, &declaration.comments, lang);
    for (number, table) in declaration.tables.iter().enumerate() {
        text.push_str(if number == 0 { "\n" } else { "\n\n" });
        text.push_str(&table::print_table(table));
    }
    text
}

fn print_clause(clause: &Clause, lang: Lang) -> String {
    let value =
        if is_free_text(clause.key) { clause.text.clone() } else { print_words(&clause.words, clause.key, lang) };
    key_value(registry::clause(clause.key), &value, lang)
}

fn print_ambiguity(ambiguity: &Ambiguity, lang: Lang) -> String {
    let mut lines = vec![format!("{} {}", ambiguity.id, ambiguity.question)];
    lines.extend(ambiguity.readings.iter().map(|reading| print_reading(reading, lang)));
    let decided = [("provisional", &ambiguity.provisional), ("confirmed_by", &ambiguity.confirmed_by)];
    let decided: Vec<String> = decided
        .into_iter()
        .filter_map(|(key, cell)| Some(key_value(registry::block_key(key), &cell.as_ref()?.text, lang)))
        .collect();
    if !decided.is_empty() {
        lines.push(decided.join("    "));
    }
    block("ambiguity", "", &lines, &ambiguity.comments, lang)
}

fn print_reading(reading: &Reading, lang: Lang) -> String {
    let [zh, en] = ILLUSTRATIVE;
    let mark = match (reading.illustrative, lang) {
        (false, _) => "",
        (true, Lang::Zh) => zh,
        (true, Lang::En) => en,
    };
    let equals = if lang == Lang::Zh { "＝" } else { "=" };
    let value = reading.value.as_ref().map(|_| format!(" {equals} {}", print_words(&reading.words, "reading", lang)));
    format!("  {mark}{}{}{}{}", reading.name, value.unwrap_or_default(), colon(lang), reading.meaning)
}

fn print_example(example: &Example, lang: Lang) -> String {
    let given = (!example.given.is_empty()).then(|| print_given(example, lang));
    let values = [
        ("rule", example.rule.as_ref().map(|cell| cell.text.clone())),
        ("given", given),
        ("source", example.source.clone()),
    ];
    let lines: Vec<String> = values
        .into_iter()
        .filter_map(|(key, value)| Some(key_value(registry::block_key(key), &value?, lang)))
        .collect();
    let text = block("example", &example.title, &lines, &example.comments, lang);
    if example.table.header.is_empty() { text } else { format!("{text}\n{}", table::print_table(&example.table)) }
}

fn print_given(example: &Example, lang: Lang) -> String {
    let (equals, comma) = if lang == Lang::Zh { ("＝", "，") } else { (" = ", ", ") };
    let mut text = String::new();
    for (name, value) in &example.given {
        let (name, value) = canonical_pair(name, value, lang);
        if !text.is_empty() {
            // a comma between digits would be read as part of a figure
            let between_digits = ends_with_digit(&text) && starts_with_digit(&name);
            text.push_str(comma);
            text.push_str(if between_digits && lang == Lang::Zh { " " } else { "" });
        }
        text.push_str(&format!("{name}{equals}{value}"));
    }
    text
}

pub(crate) fn ends_with_digit(text: &str) -> bool {
    text.chars().next_back().is_some_and(|letter| crate::lexer::fold_char(letter).is_ascii_digit())
}

pub(crate) fn starts_with_digit(text: &str) -> bool {
    text.chars().next().is_some_and(|letter| crate::lexer::fold_char(letter).is_ascii_digit())
}

fn spelling(word: Option<&'static Entry>, lang: Lang) -> &'static str {
    word.map(|entry| entry.spelling(lang)).unwrap_or_default()
}

fn colon(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "：" } else { ": " }
}

fn key_value(word: Option<&'static Entry>, value: &str, lang: Lang) -> String {
    format!("{}{}{value}", spelling(word, lang), colon(lang))
}

/// A fenced block with its lines and the comments among them.
fn block(label: &str, title: &str, lines: &[String], comments: &[Comment], lang: Lang) -> String {
    let mut body = String::new();
    for (number, line) in lines.iter().enumerate() {
        own_lines(&mut body, comments, |comment| comment.line == number && !comment.trailing);
        body.push_str(line);
        for comment in comments.iter().filter(|comment| comment.line == number && comment.trailing) {
            body.push_str(&format!("  # {}", comment.text));
        }
        body.truncate(body.trim_end().len());
        body.push('\n');
    }
    own_lines(&mut body, comments, |comment| comment.line >= lines.len());
    let sign = if title.contains('`') { '~' } else { '`' };
    let fence = sign.to_string().repeat(longest_run(&body, sign).max(2) + 1);
    let head = format!("{fence}{} {title}", spelling(registry::fence(label), lang));
    format!("{}\n{body}{fence}", head.trim_end())
}

fn own_lines(body: &mut String, comments: &[Comment], belongs: impl Fn(&Comment) -> bool) {
    for comment in comments.iter().filter(|comment| belongs(comment)) {
        body.push_str(format!("# {}", comment.text).trim_end());
        body.push('\n');
    }
}

fn longest_run(text: &str, sign: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == sign { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests;
