//! Findings for people (text with the official's own words underlined) and for scripts (JSON).
//!
//! Knows nothing of what findings mean. Start at [`to_text`].

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use serde::Serialize;
use shukun_base::{Lang, Text};

use crate::document::{Sources, Span};
use crate::finding::{Finding, Severity};

/// Places nearer than this many lines are shown in one piece.
const NEAR_LINES: usize = 6;
/// Longer places are underlined only so far.
const MAX_UNDERLINED: usize = 400;

/// All findings as text, one after another.
pub fn to_text(findings: &[Finding], sources: &Sources, lang: Lang, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let shown: Vec<String> = findings.iter().map(|finding| one(finding, sources, lang, &renderer)).collect();
    shown.join("\n\n")
}

fn one(finding: &Finding, sources: &Sources, lang: Lang, renderer: &Renderer) -> String {
    let title = level(finding.severity, lang).primary_title(finding.message.in_lang(lang)).id(finding.code);
    let mut elements: Vec<Element<'_>> = Vec::new();
    let mut related = finding.related.as_slice();
    if let Some(place) = finding.place.and_then(|place| Window::new(place, sources)) {
        let here = if lang == Lang::Zh { "这里" } else { "here" };
        let near = related.iter().take_while(|(span, _)| place.is_near(*span)).count();
        let (with_it, apart) = related.split_at(near);
        related = apart;
        elements.push(place.snippet((place.span, here), with_it, lang).into());
    }
    for (span, why) in related {
        if let Some(place) = Window::new(*span, sources) {
            elements.push(place.snippet((place.span, why.in_lang(lang)), &[], lang).into());
        }
    }
    let mend = if lang == Lang::Zh { "怎么改" } else { "mend" };
    elements.push(Level::HELP.with_name(mend).message(finding.mend.in_lang(lang)).into());
    renderer.render(&[title.elements(elements)] as &[Group<'_>])
}

fn level(severity: Severity, lang: Lang) -> Level<'static> {
    let (level, zh, en) = match severity {
        Severity::Error => (Level::ERROR, "错误", "error"),
        Severity::Warning => (Level::WARNING, "警告", "warning"),
        Severity::Advice => (Level::INFO, "提示", "advice"),
    };
    level.with_name(if lang == Lang::Zh { zh } else { en })
}

/// The lines around a place: the renderer is not given whole files.
struct Window<'a> {
    name: &'a str,
    lines: &'a str,
    /// Where `lines` starts in the file.
    offset: usize,
    /// Number of its first line, from 1.
    first_line: usize,
    span: Span,
}

impl<'a> Window<'a> {
    fn new(span: Span, sources: &'a Sources) -> Option<Window<'a>> {
        let (name, text) = sources.files.get(span.file)?;
        let start = floor(text, span.start);
        let end = floor(text, span.end.clamp(start, start + MAX_UNDERLINED));
        let from = nth_line_start_before(text, start, NEAR_LINES);
        let to = text.get(end..)?.match_indices('\n').nth(NEAR_LINES).map_or(text.len(), |(at, _)| end + at);
        let first_line = text.get(..from)?.matches('\n').count() + 1;
        Some(Window { name, lines: text.get(from..to)?, offset: from, first_line, span: Span { start, end, ..span } })
    }

    fn is_near(&self, span: Span) -> bool {
        span.file == self.span.file && span.start >= self.offset && span.end <= self.offset + self.lines.len()
    }

    fn snippet(
        &self,
        (span, label): (Span, &'a str),
        related: &'a [(Span, Text)],
        lang: Lang,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let inside = |span: Span| span.start - self.offset..span.end.max(span.start) - self.offset;
        let primary = AnnotationKind::Primary.span(inside(span)).label(label);
        let also =
            related.iter().map(|(span, why)| AnnotationKind::Context.span(inside(*span)).label(why.in_lang(lang)));
        Snippet::source(self.lines).path(self.name).line_start(self.first_line).annotation(primary).annotations(also)
    }
}

/// The start of the line that stands `lines` lines above the one with `at`.
fn nth_line_start_before(text: &str, at: usize, lines: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rmatch_indices('\n').nth(lines).map_or(0, |(end, _)| end + 1)
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place as scripts read it: lines and columns from 1, columns in characters.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

impl<'a> Place<'a> {
    fn new(span: Span, sources: &'a Sources) -> Option<Place<'a>> {
        let (file, text) = sources.files.get(span.file)?;
        let (start, end) = (floor(text, span.start), floor(text, span.end.max(span.start)));
        let ((line, column), (end_line, end_column)) = (position(text, start), position(text, end));
        Some(Place { file, line, column, end_line, end_column, text: text.get(start..end)? })
    }
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line_start = nth_line_start_before(text, at, 0);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}

/// All findings as a JSON array: code, severity, message and mend in both languages, places by line and column.
pub fn to_json(findings: &[Finding], sources: &Sources) -> serde_json::Value {
    let related = |finding: &Finding| -> Vec<serde_json::Value> {
        finding
            .related
            .iter()
            .map(|(span, why)| serde_json::json!({"place": Place::new(*span, sources), "why": why}))
            .collect()
    };
    let all = findings.iter().map(|finding| {
        serde_json::json!({
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message,
            "place": finding.place.and_then(|place| Place::new(place, sources)),
            "related": related(finding),
            "mend": finding.mend,
        })
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::lexer::Names;
    use crate::markdown::read_document;

    fn sources(text: &str) -> Sources {
        Sources { files: vec![("规则.md".to_owned(), text.to_owned())] }
    }

    #[test]
    fn the_caret_stands_under_full_width_words() {
        let text = "## 三、追溯\n\n```纾困\n规则 甲\n归集：费用发生日 在 ２０２２年１３月４日 至 认定日\n```\n";
        let (_, findings) = read_document(0, text, &Names::new());
        let shown = to_text(&findings, &sources(text), Lang::Zh, false);
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains("归集：")).unwrap();
        let (words, carets) = (lines[at], lines[at + 1]);
        let column = |line: &str, sign: &str| line[..line.find(sign).unwrap()].width();
        assert_eq!(column(words, "２０２２"), column(carets, "^"), "{shown}");
        assert_eq!(carets.matches('^').count(), "２０２２年１３月４日".width(), "{shown}");
        assert!(shown.contains("错误[P0123]") && shown.contains("怎么改") && shown.contains("规则.md:5:"), "{shown}");
    }

    #[test]
    fn scripts_get_lines_and_columns() {
        let text = "```纾困\n规则 甲\n最低：3万园\n```\n";
        let (_, findings) = read_document(0, text, &Names::new());
        let json = to_json(&findings, &sources(text));
        assert_eq!(json[0]["code"], "P0121");
        assert_eq!(json[0]["severity"], "error");
        assert_eq!(json[0]["place"]["line"], 3);
        assert_eq!(json[0]["place"]["column"], 4);
        assert_eq!(json[0]["place"]["text"], "3万园");
        assert!(json[0]["mend"]["en"].is_string());
    }

    #[test]
    fn places_outside_the_file_do_no_harm() {
        let text = "字";
        let place = Span { file: 0, start: 1, end: 99 };
        let finding = Finding::error("P0101", place, Text::new("甲", "a"), Text::new("乙", "b"));
        let finding = finding.with_related(Span { file: 7, start: 0, end: 0 }, Text::new("丙", "c"));
        assert!(to_text(std::slice::from_ref(&finding), &sources(text), Lang::En, false).contains("mend: b"));
        assert!(to_json(&[finding], &sources(text))[0]["related"][0]["place"].is_null());
    }
}
