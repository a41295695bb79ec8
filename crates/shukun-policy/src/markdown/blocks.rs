//! Cutting a file into headings, blocks, tables that follow a block, and everything else.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use shukun_base::Text;

use crate::document::Span;
use crate::finding::Finding;
use crate::lexer::fold;
use crate::registry;

/// A piece of the file.
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

pub(super) enum Kind {
    Heading { level: u8, text: String },
    Fence(Fence),
    Table,
    Prose,
}

/// A fenced block of ours.
pub(super) struct Fence {
    /// `shukun`, `ambiguity` or `example`.
    pub(super) label: &'static str,
    /// Whether the label was written in English.
    pub(super) label_is_english: bool,
    /// What follows the label on its line.
    pub(super) title: (usize, usize),
    /// The lines between the fences.
    pub(super) body: (usize, usize),
}

/// The pieces of `text` in order; nothing but blank lines stands between them.
pub(super) fn split(text: &str, file: usize, findings: &mut Vec<Finding>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut covered = 0;
    let mut after_block = false;
    for (range, kind) in marks(text) {
        let span = Span { file, start: range.start, end: range.end };
        let kind = match kind {
            Mark::Heading(level) => Some(Kind::Heading { level, text: heading_text(text, &range) }),
            Mark::Fence => fence(text, span, findings).map(Kind::Fence),
            Mark::Table => {
                let follows = text.get(covered..range.start).is_some_and(|gap| gap.trim().is_empty());
                (after_block && follows).then_some(Kind::Table)
            }
        };
        let Some(kind) = kind else { continue };
        prose(text, file, covered..range.start, &mut pieces);
        after_block = matches!(kind, Kind::Fence(_) | Kind::Table);
        covered = range.end;
        pieces.push(Piece { kind, span });
    }
    prose(text, file, covered..text.len(), &mut pieces);
    pieces
}

enum Mark {
    Heading(u8),
    Fence,
    Table,
}

/// Headings, fenced blocks and tables that are not inside a list or quotation.
fn marks(text: &str) -> Vec<(Range<usize>, Mark)> {
    let mut depth = 0_usize;
    let mut marks = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    match tag {
                        Tag::Heading { level, .. } => marks.push((range, Mark::Heading(heading_level(level)))),
                        Tag::CodeBlock(CodeBlockKind::Fenced(_)) => marks.push((range, Mark::Fence)),
                        Tag::Table(_) => marks.push((range, Mark::Table)),
                        _ => {}
                    }
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    marks
}

fn heading_level(level: pulldown_cmark::HeadingLevel) -> u8 {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5, H6};
    match level {
        H1 => 1,
        H2 => 2,
        H3 => 3,
        H4 => 4,
        H5 => 5,
        H6 => 6,
    }
}

/// Verbatim text without the blank lines around it.
fn prose(text: &str, file: usize, range: Range<usize>, pieces: &mut Vec<Piece>) {
    let Some(raw) = text.get(range.clone()) else { return };
    let blank: usize = raw.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
    let kept = raw.trim_end().len();
    if blank < kept {
        let span = Span { file, start: range.start + blank, end: range.start + kept };
        pieces.push(Piece { kind: Kind::Prose, span });
    }
}

fn heading_text(text: &str, range: &Range<usize>) -> String {
    let raw = text.get(range.clone()).unwrap_or_default().trim();
    if raw.contains('\n') {
        let lines: Vec<&str> = raw.lines().map(str::trim).collect();
        return lines.split_last().map(|(_, lines)| lines.join(" ")).unwrap_or_default();
    }
    let inner = raw.trim_start_matches('#').trim();
    let closed = inner.trim_end_matches('#');
    if closed.is_empty() || closed.ends_with([' ', '\t']) { closed.trim().to_owned() } else { inner.to_owned() }
}

/// The block at `span` if it is one of ours.
fn fence(text: &str, span: Span, findings: &mut Vec<Finding>) -> Option<Fence> {
    let raw = text.get(span.start..span.end)?;
    let first = raw.lines().next()?;
    let sign = first.trim_start().chars().next()?;
    let info_start = span.start + (first.len() - first.trim_start().trim_start_matches(sign).len());
    let info = text.get(info_start..span.start + first.len())?;
    let label_start = info_start + (info.len() - info.trim_start().len());
    let label = info.split_whitespace().next().unwrap_or_default();
    let Some(entry) = registry::fence(&fold(label)) else {
        let place = Span { file: span.file, start: label_start, end: label_start + label.len() };
        findings.extend(wrong_label(label, place));
        return None;
    };
    let body_start = (span.start + first.len() + 1).min(span.end);
    let body = (body_start, body_end(text, span, body_start, sign, findings));
    let title = (label_start + label.len(), span.start + first.len());
    Some(Fence { label: entry.id(), label_is_english: label.is_ascii(), title, body })
}

/// Where the lines between the fences end; a block whose closing fence is missing runs to the end of the file.
fn body_end(text: &str, span: Span, body_start: usize, sign: char, findings: &mut Vec<Finding>) -> usize {
    let body = text.get(body_start..span.end).unwrap_or_default();
    let last = body.trim_end().rsplit('\n').next().unwrap_or_default();
    let closing = last.trim();
    if closing.len() >= 3 && closing.chars().all(|letter| letter == sign) {
        return body_start + (body.trim_end().len() - last.len());
    }
    let first_line = text.get(span.start..span.end).and_then(|raw| raw.lines().next()).unwrap_or_default();
    findings.push(Finding::error(
        "P0104",
        Span { file: span.file, start: span.start, end: span.start + first_line.len() },
        Text::new("这个块没有结束", "This block is not closed"),
        Text::new("在块的末行之后另起一行写 ```。", "Put ``` on a line of its own after the block."),
    ));
    span.end
}

/// A finding for a label that was probably meant to be one of ours.
fn wrong_label(label: &str, place: Span) -> Option<Finding> {
    let meant = registry::did_you_mean(label, registry::fences());
    if meant.is_none() && (label.is_ascii() || registry::declaration(label).is_none()) {
        return None;
    }
    let meant = meant.unwrap_or("纾困");
    Some(Finding::warning(
        "P0103",
        place,
        Text::new(format!("不认识的块名：{label}"), format!("Unknown block label: {label}")),
        Text::new(
            format!("是不是“{meant}”？规则写在 ```纾困 块里。"),
            format!("Did you mean `{meant}`? Rules stand in ```shukun blocks."),
        ),
    ))
}
