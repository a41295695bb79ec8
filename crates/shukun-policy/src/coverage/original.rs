//! Agreement with the verbatim official text (原文.md), where a deployment has it.

use std::collections::HashSet;

use shukun_base::Text;

use super::scan::{Figure, scan};
use super::{declarations, figure_of, table_figures, waivers};
use crate::document::{Article, Document, Item, Prose, Span};
use crate::finding::Finding;
use crate::lexer::fold_char;

/// Figures that rules use and the official text does not have, and quotations that are not verbatim in it.
///
/// Quotations are 「…」, “…” and lines that begin with `>`. What a reading says is an interpretation and not checked.
pub fn check_original(document: &Document, original: &str) -> Vec<Finding> {
    let figures = scan(original, Span::default()).into_iter().flat_map(|found| found.figure.meets()).collect();
    let original = squeeze(original);
    let mut findings = Vec::new();
    for article in &document.articles {
        findings.extend(figures_not_in(article, &figures));
        for item in &article.items {
            if let Item::Prose(prose) = item {
                findings.extend(
                    quotes(prose).into_iter().filter(|(quote, _)| !original.contains(&squeeze(quote))).map(misquoted),
                );
            }
        }
    }
    findings
}

fn figures_not_in(article: &Article, original: &HashSet<Figure>) -> Vec<Finding> {
    let waived: HashSet<Figure> = waivers(article).iter().flat_map(|waiver| waiver.meets()).collect();
    let mut findings = Vec::new();
    for declaration in declarations(article) {
        let words = declaration.clauses.iter().flat_map(|clause| &clause.words);
        let words = words.filter_map(|word| Some((figure_of(word)?, word.span)));
        let cells = declaration.tables.iter().flat_map(table_figures).map(|found| (found.figure, found.place));
        for (figure, place) in words.chain(cells) {
            let stated = figure.meets().iter().any(|figure| original.contains(figure));
            if !stated && !waived.contains(&figure) {
                findings.push(not_stated(place));
            }
        }
    }
    findings
}

/// Quotations with their places.
fn quotes(prose: &Prose) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let place = |start: usize, end: usize| Span {
        file: prose.span.file,
        start: prose.span.start + start,
        end: prose.span.start + end,
    };
    let mut open: Option<(usize, char)> = None;
    for (at, letter) in prose.text.char_indices() {
        match (letter, open) {
            ('「', _) => open = Some((at + letter.len_utf8(), '」')),
            ('“', _) => open = Some((at + letter.len_utf8(), '”')),
            (letter, Some((start, close))) if letter == close => {
                found.push((prose.text.get(start..at).unwrap_or_default().to_owned(), place(start, at)));
                open = None;
            }
            _ => {}
        }
    }
    let mut at = 0;
    for line in prose.text.split_inclusive('\n') {
        if let Some(quote) = line.trim_start().strip_prefix('>') {
            found.push((quote.trim().to_owned(), place(at, at + line.trim_end().len())));
        }
        at += line.len();
    }
    found.retain(|(quote, _)| !quote.is_empty());
    let mut seen = HashSet::new();
    found.retain(|(_, span)| seen.insert((span.start, span.end)));
    found
}

/// Without white space, half-width: line breaks and widths are no difference.
fn squeeze(text: &str) -> String {
    text.chars().map(fold_char).filter(|letter| !letter.is_whitespace()).collect()
}

fn not_stated(place: Span) -> Finding {
    Finding::warning(
        "P0173",
        place,
        Text::new("原文里没有这个数", "The official text does not state this figure"),
        Text::new(
            "照原文核对；原文确实没有的，写“不计：数：原因”。",
            "Check it against the official text; if it really is not there, write `waive: figure: why`.",
        ),
    )
}

fn misquoted((quote, place): (String, Span)) -> Finding {
    let shown: String = quote.chars().take(30).collect();
    Finding::warning(
        "P0174",
        place,
        Text::new(
            format!("原文里没有这句话：{shown}"),
            format!("The official text does not contain this quotation: {shown}"),
        ),
        Text::new("引号里照抄原文；转述的去掉引号。", "Quote verbatim, or take the quotation marks away."),
    )
}
