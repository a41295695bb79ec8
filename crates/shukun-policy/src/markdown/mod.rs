//! 规则.md → [`Document`]: articles, prose, and the three kinds of block with their tables.
//!
//! Knows the shape of a block, not what its clauses mean. Whatever cannot be read is a finding; the rest of the file
//! is still read. Start at [`read_document`].

mod ambiguity;
mod blocks;
mod declaration;
mod example;
mod lines;
mod table;

use std::collections::HashMap;

use shukun_base::{Lang, Text};

use crate::document::{Article, Cell, Declaration, DeclarationKind, Document, Item, Prose, Span, Token};
use crate::finding::Finding;
use crate::lexer::Names;
pub(crate) use ambiguity::ILLUSTRATIVE;
use blocks::{Fence, Kind, Piece};
pub(crate) use declaration::add_payers;
pub use declaration::{allowed, is_free_text};

/// Larger files are not packs.
pub const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// The text of a file: UTF-8; a byte order mark is dropped, line ends become `\n`.
///
/// # Errors
/// A finding at the first byte that is not UTF-8, or for a file above [`MAX_FILE_BYTES`].
pub fn decode(file: usize, bytes: &[u8]) -> Result<String, Box<Finding>> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Box::new(too_large(file, bytes.len())));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map(unify_line_ends).map_err(|error| {
        let start = error.valid_up_to();
        Box::new(Finding::error(
            "P0101",
            Span { file, start, end: start },
            Text::new(
                format!("文件不是 UTF-8 编码（第 {} 字节起）", start + 1),
                format!("The file is not UTF-8 (from byte {})", start + 1),
            ),
            Text::new("用编辑器另存为 UTF-8。", "Save the file as UTF-8."),
        ))
    })
}

fn unify_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

pub(crate) fn too_large(file: usize, bytes: usize) -> Finding {
    Finding::error(
        "P0102",
        Span { file, start: 0, end: 0 },
        Text::new(format!("文件过大：{bytes} 字节"), format!("The file is too large: {bytes} bytes")),
        Text::new("一个制度文件不超过 2 MiB，请拆分。", "A pack's file has at most 2 MiB; split it."),
    )
}

/// The document in `text`, which is file number `file` of the pack, and what could not be read in it.
///
/// `names` are those declared elsewhere (in parent packs); the document's own are added to them.
pub fn read_document(file: usize, text: &str, names: &Names) -> (Document, Vec<Finding>) {
    if text.len() > MAX_FILE_BYTES {
        return (Document::default(), vec![too_large(file, text.len())]);
    }
    let mut findings = Vec::new();
    let pieces = blocks::split(text, file, &mut findings);
    let mut names = names.clone();
    for piece in &pieces {
        if let Kind::Fence(Fence { label: "shukun", body, .. }) = piece.kind {
            declaration::names(text, body, &mut names);
        }
    }
    let mut reader = Reader { file, text, names, findings, english: 0, chinese: 0 };
    let articles = reader.articles(&pieces);
    let lang = if reader.english > reader.chinese { Lang::En } else { Lang::Zh };
    let document = Document { articles, lang };
    ambiguity::find_twins(&document, &mut reader.findings);
    (document, reader.findings)
}

/// The names that a document declares: rules, measures, facts, tables, funds, and the payers of its order.
pub fn declared_names(document: &Document) -> Names {
    let mut names = Names::new();
    for declaration in document.articles.iter().flat_map(|article| &article.items).filter_map(as_declaration) {
        names.add(&declaration.name);
        if declaration.kind == DeclarationKind::Order {
            let words =
                declaration.clauses.iter().filter(|clause| clause.key == "order").flat_map(|clause| &clause.words);
            for word in words {
                if let Token::Name(name) = &word.token {
                    names.add(name);
                }
            }
        }
    }
    names
}

fn as_declaration(item: &Item) -> Option<&Declaration> {
    match item {
        Item::Declaration(declaration) => Some(declaration),
        _ => None,
    }
}

/// What the readers of the blocks share.
struct Reader<'a> {
    file: usize,
    text: &'a str,
    names: Names,
    findings: Vec<Finding>,
    english: usize,
    chinese: usize,
}

impl Reader<'_> {
    fn articles(&mut self, pieces: &[Piece]) -> Vec<Article> {
        let mut articles: Vec<Article> = Vec::new();
        let mut pieces = pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            match &piece.kind {
                Kind::Heading { level, text } => {
                    articles.push(Article {
                        level: *level,
                        heading: text.clone(),
                        span: piece.span,
                        items: Vec::new(),
                    });
                }
                Kind::Prose => {
                    let prose = Prose { text: self.slice(piece.span).to_owned(), span: piece.span };
                    self.put(&mut articles, piece.span, Item::Prose(prose));
                }
                Kind::Table => {}
                Kind::Fence(fence) => {
                    let mut tables = Vec::new();
                    while let Some(table) = pieces.next_if(|next| matches!(next.kind, Kind::Table)) {
                        tables.push(self.table(table.span));
                    }
                    self.note_language(fence.label_is_english);
                    let item = match fence.label {
                        "ambiguity" => self.ambiguity(fence, piece.span).map(Item::Ambiguity),
                        "example" => self.example(fence, piece.span, tables).map(Item::Example),
                        _ => self.declaration(fence, piece.span, tables).map(Item::Declaration),
                    };
                    if let Some(item) = item {
                        self.put(&mut articles, piece.span, item);
                    }
                }
            }
        }
        articles
    }

    fn put(&self, articles: &mut Vec<Article>, span: Span, item: Item) {
        match articles.last_mut() {
            Some(article) => article.items.push(item),
            None => articles.push(Article { level: 0, heading: String::new(), span, items: vec![item] }),
        }
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start, end }
    }

    /// The part of the text from `start` to `end` without the space around it.
    fn cell(&self, start: usize, end: usize) -> Cell {
        let raw = self.text.get(start..end).unwrap_or_default();
        let trimmed = raw.trim();
        let start = start + (raw.len() - raw.trim_start().len());
        Cell { text: trimmed.to_owned(), span: self.span(start, start + trimmed.len()) }
    }

    fn note_language(&mut self, english: bool) {
        if english {
            self.english += 1;
        } else {
            self.chinese += 1;
        }
    }

    fn say(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// Where the first colon is, and how many bytes it has.
fn find_colon(text: &str) -> Option<(usize, usize)> {
    text.char_indices().find(|(_, letter)| matches!(letter, ':' | '：')).map(|(at, letter)| (at, letter.len_utf8()))
}

/// The names of `cells` that stand twice, each with the first place.
fn twins<'a>(cells: impl Iterator<Item = (&'a str, Span)>) -> Vec<(&'a str, Span, Span)> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut twins = Vec::new();
    for (name, span) in cells {
        match seen.get(name) {
            Some(first) => twins.push((name, *first, span)),
            None => {
                seen.insert(name, span);
            }
        }
    }
    twins
}

#[cfg(test)]
mod tests;
