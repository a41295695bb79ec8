//! Blocks of 算例.

use shukun_base::Text;

use super::blocks::Fence;
use super::lines::{Line, joined, lines, moved};
use super::{Reader, find_colon};
use crate::document::{Cell, Example, MarkTable, Span};
use crate::finding::Finding;
use crate::lexer::{fold, fold_char};
use crate::registry;

impl Reader<'_> {
    pub(super) fn example(&mut self, fence: &Fence, span: Span, tables: Vec<MarkTable>) -> Option<Example> {
        let (lines, comments) = lines(self.text, fence.body, true);
        let title = self.cell(fence.title.0, fence.title.1).text;
        let mut tables = tables.into_iter();
        let table = tables.next();
        if table.is_none() {
            self.say(no_table(span, self.text));
        }
        for extra in tables {
            self.say(Finding::error(
                "P0143",
                extra.span,
                Text::new("一个算例只有一张表", "A worked example has one table"),
                Text::new("为第二张表另写一个算例块。", "Write another example block for the second table."),
            ));
        }
        let table = table.unwrap_or_default();
        let mut example =
            Example { title, rule: None, given: Vec::new(), source: None, table, span, comments: Vec::new() };
        let keys: Vec<usize> = lines.into_iter().map(|line| self.example_line(line, &mut example)).collect();
        // the formatter writes the keys that are there in one order
        let mut present = keys.clone();
        present.sort_unstable();
        present.dedup();
        let mut places: Vec<usize> = keys.iter().filter_map(|key| present.binary_search(key).ok()).collect();
        places.push(present.len());
        example.comments = moved(comments, &places);
        Some(example)
    }

    /// Reads a line and says which it is: 0 规则, 1 设, 2 出处, 3 something else.
    fn example_line(&mut self, line: Line, example: &mut Example) -> usize {
        let Some((entry, value)) = self.block_entry(line.start, line.end) else {
            let raw = self.text.get(line.start..line.end).unwrap_or_default();
            let end = find_colon(raw).map_or(raw.len(), |(colon, _)| colon);
            let key = self.cell(line.start, line.start + end);
            self.say(unknown_key(&key));
            return 3;
        };
        self.note_language(
            self.text.get(line.start..).is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii())),
        );
        let text = joined(&value.text);
        match entry.id() {
            "rule" => {
                example.rule = Some(Cell { text, ..value }).filter(|cell| !cell.text.is_empty());
                0
            }
            "given" => {
                self.given(&value, example);
                1
            }
            "source" => {
                example.source = Some(text).filter(|text| !text.is_empty());
                2
            }
            _ => {
                let key = Cell { text: entry.id().to_owned(), span: self.span(line.start, value.span.start) };
                self.say(unknown_key(&key));
                3
            }
        }
    }

    /// `认定类别＝低保，认定日＝2022-07-15`
    fn given(&mut self, value: &Cell, example: &mut Example) {
        let raw = self.slice(value.span).to_owned();
        for (start, end) in pairs(&raw) {
            let (start, end) = (value.span.start + start, value.span.start + end);
            let pair = self.cell(start, end);
            if pair.text.is_empty() {
                continue;
            }
            let sign = pair.text.char_indices().find(|(_, letter)| fold_char(*letter) == '=');
            let cells = sign.map(|(at, letter)| {
                let at = pair.span.start + at;
                (self.cell(pair.span.start, at), self.cell(at + letter.len_utf8(), pair.span.end))
            });
            match cells {
                Some((name, value)) if !name.text.is_empty() && !value.text.is_empty() => {
                    example.given.push((name, value))
                }
                _ => self.say(unreadable_pair(&pair)),
            }
        }
    }
}

/// Where the pairs of 设 stand: cut at commas that are not inside a figure or brackets, and at line ends.
fn pairs(raw: &str) -> Vec<(usize, usize)> {
    let letters: Vec<(usize, char)> = raw.char_indices().map(|(at, letter)| (at, fold_char(letter))).collect();
    let digit = |at: usize| letters.get(at).is_some_and(|(_, letter)| letter.is_ascii_digit());
    let (mut depth, mut from, mut comment) = (0_usize, 0, false);
    let mut pairs = Vec::new();
    for (index, (at, letter)) in letters.iter().enumerate() {
        match letter {
            '\n' => {
                if !comment {
                    pairs.push((from, *at));
                }
                (from, comment) = (*at + 1, false);
            }
            _ if comment => {}
            '#' => {
                pairs.push((from, *at));
                comment = true;
            }
            '(' | '【' | '[' => depth += 1,
            ')' | '】' | ']' => depth = depth.saturating_sub(1),
            ',' | ';' if depth == 0 => {
                let in_figure =
                    index > 0 && digit(index - 1) && (1..=3).all(|next| digit(index + next)) && !digit(index + 4);
                if !in_figure {
                    pairs.push((from, *at));
                    from = letters.get(index + 1).map_or(raw.len(), |(next, _)| *next);
                }
            }
            _ => {}
        }
    }
    if !comment {
        pairs.push((from, raw.len()));
    }
    pairs
}

fn no_table(span: Span, text: &str) -> Finding {
    let first = text.get(span.start..span.end).and_then(|raw| raw.lines().next()).unwrap_or_default();
    Finding::error(
        "P0141",
        Span { end: span.start + first.len(), ..span },
        Text::new("算例下面没有表", "There is no table below this worked example"),
        Text::new(
            "块的下面紧接一张表：每行一个情形，列为条件和应付。",
            "Put a table right below the block: one row a case, columns for facts and amounts.",
        ),
    )
}

fn unknown_key(key: &Cell) -> Finding {
    let shown: String = key.text.chars().take(40).collect();
    let meant = registry::did_you_mean(&fold(&key.text), registry::block_keys());
    let (zh, en) =
        meant.map(|word| (format!("是不是“{word}”？"), format!("Did you mean `{word}`? "))).unwrap_or_default();
    Finding::error(
        "P0108",
        key.span,
        Text::new(format!("没有这个关键词：{shown}"), format!("There is no such keyword: {shown}")),
        Text::new(
            format!("{zh}算例块里写 规则、设 或 出处。"),
            format!("{en}An example block has rule, given and source."),
        ),
    )
}

fn unreadable_pair(pair: &Cell) -> Finding {
    let shown: String = pair.text.chars().take(40).collect();
    Finding::error(
        "P0142",
        pair.span,
        Text::new(format!("读不懂这个条件：{shown}"), format!("This fact cannot be read: {shown}")),
        Text::new("写成“名称＝值”，几个之间用逗号。", "Write `name = value`, with commas between them."),
    )
}
