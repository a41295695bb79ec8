//! A pack's text as blocks: prose at the left, the rule that restates it at the right, findings in the margin.
//!
//! Reads Markdown only as far as packs use it: headings, paragraphs, lists, tables, fenced blocks.

use maud::{Markup, html};
use shukun_base::Lang;

use crate::words;
use crate::works::order::{ShownFinding, ShownPack};

/// A piece of the text with the line it begins on, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// `##`, with its level.
    Heading(u64, usize, String),
    /// Lines of prose.
    Prose(u64, Vec<String>),
    /// A fenced block: its word, its lines.
    Fence(u64, String, Vec<String>),
}

impl Block {
    fn lines(&self) -> std::ops::RangeInclusive<u64> {
        let (first, count) = match self {
            Block::Heading(line, ..) => (*line, 1),
            Block::Prose(line, lines) => (*line, lines.len()),
            Block::Fence(line, _, lines) => (*line, lines.len() + 2),
        };
        first..=first + u64::try_from(count).unwrap_or(0).saturating_sub(1)
    }
}

/// The text in pieces.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<(u64, String, Vec<String>)> = None;
    for (number, line) in (1_u64..).zip(text.lines()) {
        if let Some((first, word, lines)) = &mut fence {
            if line.trim_end() == "```" {
                blocks.push(Block::Fence(*first, word.clone(), std::mem::take(lines)));
                fence = None;
            } else {
                lines.push(line.to_owned());
            }
        } else if let Some(word) = line.strip_prefix("```") {
            fence = Some((number, word.trim().to_owned(), Vec::new()));
        } else if let Some(heading) = heading(line) {
            blocks.push(Block::Heading(number, heading.0, heading.1));
        } else {
            prose(&mut blocks, number, line);
        }
    }
    blocks.extend(fence.map(|(first, word, lines)| Block::Fence(first, word, lines)));
    blocks
}

fn heading(line: &str) -> Option<(usize, String)> {
    let level = line.len() - line.trim_start_matches('#').len();
    let rest = line.get(level..)?.strip_prefix(' ')?;
    (level > 0).then(|| (level, rest.trim().to_owned()))
}

/// An empty line ends a paragraph.
fn prose(blocks: &mut Vec<Block>, number: u64, line: &str) {
    let follows = |first: u64, lines: &Vec<String>| first + u64::try_from(lines.len()).unwrap_or(0) == number;
    match blocks.last_mut() {
        _ if line.trim().is_empty() => {}
        Some(Block::Prose(first, lines)) if follows(*first, lines) => lines.push(line.to_owned()),
        _ => blocks.push(Block::Prose(number, vec![line.to_owned()])),
    }
}

/// The text beside its rules, each piece with the findings about it and the values that the document does not state.
pub fn shown(pack: &ShownPack, lang: Lang) -> Markup {
    let of_text = || pack.findings.iter().filter(|finding| finding.file.is_none());
    html! {
        div.policy-text {
            @for block in blocks(&pack.text) {
                @let lines = block.lines();
                (piece(&block))
                @for finding in of_text().filter(|finding| finding.line.is_some_and(|line| lines.contains(&line))) { (margin(finding, lang)) }
                @for line in pack.empty_slots.iter().filter(|line| lines.contains(line)) { (empty_slot(*line, &pack.text, lang)) }
            }
        }
    }
}

/// Which line, and what follows from it.
fn empty_slot(line: u64, text: &str, lang: Lang) -> Markup {
    let place = usize::try_from(line).ok().and_then(|line| text.lines().nth(line.checked_sub(1)?)).unwrap_or_default();
    html! {
        p.policy-margin.tag-orange {
            b { "○ " (words::POLICY_SLOT.text(lang)) } " " (words::POLICY_LINE.with(lang, &[("line", &line.to_string())])) " " code { (place.trim()) }
            br; (words::POLICY_SLOT_MEND.text(lang))
        }
    }
}

/// What was found in other files, or beyond the text's lines: with its place in words.
pub fn elsewhere(findings: &[ShownFinding], lang: Lang) -> Markup {
    let all: Vec<&ShownFinding> = findings.iter().filter(|one| one.file.is_some() || one.line.is_none()).collect();
    html! {
        @if !all.is_empty() {
            section.box {
                h2 { (words::POLICY_FILES.text(lang)) }
                @for finding in all { (margin(finding, lang)) }
            }
        }
    }
}

fn piece(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Heading(_, level, words) => { div.policy-prose { @if *level <= 2 { h3.policy-heading { (words) } } @else { h4 { (words) } } } }
            Block::Prose(_, lines) => { div.policy-prose { (paragraph(lines)) } }
            Block::Fence(_, word, lines) => { pre.policy-rule tabindex="0" { span.policy-word { (word) } "\n" (lines.join("\n")) } }
        }
    }
}

fn paragraph(lines: &[String]) -> Markup {
    let is_table = lines.iter().all(|line| line.trim_start().starts_with('|'));
    let is_list = lines.iter().all(|line| line.starts_with("- "));
    html! {
        @if is_table { (pipe_table(lines)) }
        @else if is_list { ul { @for line in lines { li { (line.trim_start_matches("- ")) } } } }
        @else { p { @for line in lines { (line) } } }
    }
}

/// The lines of a table with bars; the second is the rule under its heading.
fn pipe_table(lines: &[String]) -> Markup {
    let cells = |line: &String| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let is_rule = |line: &&String| line.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' '));
    let mut rows = lines.iter().filter(|line| !is_rule(line)).map(cells);
    let head = rows.next().unwrap_or_default();
    html! {
        div.table-frame tabindex="0" {
            table.quiet-table.matrix {
                thead { tr { @for cell in &head { th scope="col" { (cell) } } } }
                tbody { @for row in rows { tr { @for cell in &row { td { (cell) } } } } }
            }
        }
    }
}

fn margin(finding: &ShownFinding, lang: Lang) -> Markup {
    let class = match finding.severity.as_str() {
        "error" => "policy-margin tag-red",
        "warning" => "policy-margin tag-orange",
        _ => "policy-margin tag-accent",
    };
    html! {
        p class=(class) {
            b { @if finding.severity == "error" { "✕ " } (finding.code) } " "
            @if let Some(file) = &finding.file { code { (file) } " " }
            @if let Some(line) = finding.line { (words::POLICY_LINE.with(lang, &[("line", &line.to_string())])) " " }
            (finding.what.in_lang(lang))
            @if let Some(mend) = &finding.mend { br; (mend.in_lang(lang)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# 题\n\n第一段\n第二行\n\n```纾困\n规则 甲\n```\n| 颜色 | 达到 |\n| --- | --- |\n| 红 | 20万元 |\n";

    #[test]
    fn every_line_is_in_one_piece_and_findings_stand_beside_theirs() {
        let found = blocks(TEXT);
        let firsts: Vec<u64> = found.iter().map(|block| *block.lines().start()).collect();
        assert_eq!(firsts, [1, 3, 6, 9]);
        assert_eq!(found[2], Block::Fence(6, "纾困".to_owned(), vec!["规则 甲".to_owned()]));
        let finding = ShownFinding {
            code: "P0001".to_owned(),
            severity: "warning".to_owned(),
            line: Some(7),
            file: None,
            what: shukun_base::Text::new("有提示", "a finding"),
            mend: None,
        };
        let beside = ShownFinding { file: Some("县/pack.toml".to_owned()), line: Some(2), ..finding.clone() };
        let findings = vec![finding, beside];
        let pack = ShownPack { text: TEXT.to_owned(), findings, empty_slots: vec![11], ..ShownPack::default() };
        let page = shown(&pack, Lang::Zh).into_string();
        assert!(page.contains("规则 甲</pre><p class=\"policy-margin tag-orange\"><b>P0001</b> 第7行"), "{page}");
        assert!(page.contains("第11行 <code>| 红 | 20万元 |</code>") && !page.contains("pack.toml"), "{page}");
        let page = elsewhere(&pack.findings, Lang::En).into_string();
        assert!(page.contains("<code>县/pack.toml</code> line 2 a finding"), "{page}");
        let page = shown(&pack, Lang::Zh).into_string();
        assert!(page.contains("<td>20万元</td>") && !page.contains("---"), "{page}");
    }

    #[test]
    fn what_a_pack_says_is_text_and_no_markup() {
        let text = "<script>x</script>\n```a\n<b>\n```".to_owned();
        let pack = ShownPack { text, ..ShownPack::default() };
        assert!(shown(&pack, Lang::Zh).into_string().contains("&lt;script&gt;"));
    }
}
