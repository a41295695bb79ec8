//! Blocks of 疑义.

use shukun_base::Text;

use super::blocks::Fence;
use super::declaration::{empty_value, missing_colon};
use super::lines::{Line, lines, moved};
use super::{Reader, find_colon, twins};
use crate::document::{Ambiguity, Cell, Document, Item, Reading, Span};
use crate::finding::Finding;
use crate::lexer::{self, fold};
use crate::registry::{self, Entry};

/// Marks readings whose values are invented.
pub(crate) const ILLUSTRATIVE: [&str; 2] = ["【示例】", "[illustrative]"];

impl Reader<'_> {
    pub(super) fn ambiguity(&mut self, fence: &Fence, span: Span) -> Option<Ambiguity> {
        let (lines, comments) = lines(self.text, fence.body, false);
        let Some((head, rest)) = lines.split_first() else {
            self.say(no_question(span));
            return None;
        };
        let (id, question) = self.question(*head);
        let head_span = self.span(head.start, head.end);
        let mut ambiguity = Ambiguity {
            id,
            question,
            span: head_span,
            readings: Vec::new(),
            provisional: None,
            confirmed_by: None,
            comments: Vec::new(),
        };
        // the formatter writes the decision below all readings
        let mut places: Vec<Option<usize>> = vec![Some(0)];
        for line in rest {
            let decides = self.decision(*line, &mut ambiguity);
            if !decides {
                ambiguity.readings.extend(self.reading(*line));
            }
            places.push((!decides).then_some(ambiguity.readings.len()));
        }
        let decision = ambiguity.readings.len() + 1;
        let mut places: Vec<usize> = places.into_iter().map(|place| place.unwrap_or(decision)).collect();
        places.push(decision + 1);
        ambiguity.comments = moved(comments, &places);
        if let Some(provisional) = &mut ambiguity.provisional {
            provisional.text = as_named(&provisional.text, &ambiguity.readings);
        }
        self.check_ambiguity(&ambiguity);
        Some(ambiguity)
    }

    /// `Y1 分段方式`
    fn question(&mut self, line: Line) -> (String, String) {
        let raw = self.text.get(line.start..line.end).unwrap_or_default();
        let end = raw.find(char::is_whitespace).unwrap_or(raw.len());
        let (id, question) = raw.split_at(end);
        let id = fold(id);
        let well_formed = id.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !well_formed || question.trim().is_empty() {
            self.say(no_question(self.span(line.start, line.end)));
        }
        (id, question.trim().to_owned())
    }

    /// `暂定：分别累进    确认人：（待书面答复）`, in either order, on one line or two.
    fn decision(&mut self, line: Line, ambiguity: &mut Ambiguity) -> bool {
        let Some((key, value)) = self.block_entry(line.start, line.end) else { return false };
        if !matches!(key.id(), "provisional" | "confirmed_by") {
            return false;
        }
        let (value, second) = self.second_key(key, value);
        self.decide(key, value, ambiguity);
        if let Some((key, value)) = second {
            self.decide(key, value, ambiguity);
        }
        true
    }

    fn decide(&mut self, key: &Entry, value: Cell, ambiguity: &mut Ambiguity) {
        let slot = if key.id() == "provisional" { &mut ambiguity.provisional } else { &mut ambiguity.confirmed_by };
        if !value.text.is_empty() {
            *slot = Some(value);
        }
    }

    /// Cuts `… 确认人：…` off a value. Behind a reading's name 确认人 needs no space: no name holds a colon.
    fn second_key(&self, first: &Entry, value: Cell) -> (Cell, Option<(&'static Entry, Cell)>) {
        let (start, end) = (value.span.start, value.span.end);
        let close = first.id() == "provisional";
        let may_begin = |letter: char| letter.is_whitespace() || (close && !letter.is_ascii());
        let found = value.text.match_indices(may_begin).map(|(at, _)| start + at).find_map(|at| {
            let (entry, second) = self.block_entry(at, end)?;
            matches!(entry.id(), "provisional" | "confirmed_by").then_some((at, entry, second))
        });
        match found {
            Some((at, entry, second)) => (self.cell(start, at), Some((entry, second))),
            None => (value, None),
        }
    }

    /// `key：value` with a key of a 疑义 or 算例 block.
    pub(super) fn block_entry(&self, start: usize, end: usize) -> Option<(&'static Entry, Cell)> {
        let raw = self.text.get(start..end)?;
        // no key is longer: looking no further keeps long lines cheap
        let near: String = raw.chars().take(40).collect();
        let (colon, width) = find_colon(&near)?;
        let entry = registry::block_key(&fold(near.get(..colon)?.trim()))?;
        Some((entry, self.cell(start + colon + width, end)))
    }

    /// `【示例】认定年 ＝ 认定日：窗口跨年时按认定日所在年封顶`
    fn reading(&mut self, line: Line) -> Option<Reading> {
        let raw = self.text.get(line.start..line.end).unwrap_or_default();
        let mark = ILLUSTRATIVE.iter().find(|mark| raw.starts_with(**mark));
        let start = line.start + mark.map_or(0, |mark| mark.len());
        let Some((colon, width)) = find_colon(self.text.get(start..line.end).unwrap_or_default()) else {
            let cell = self.cell(start, line.end);
            self.say(missing_colon(&cell));
            return None;
        };
        let head = self.text.get(start..start + colon).unwrap_or_default();
        let sign = head.char_indices().find(|(_, letter)| matches!(letter, '=' | '＝'));
        let (name, value) = match sign {
            Some((at, letter)) => {
                (self.cell(start, start + at), Some(self.cell(start + at + letter.len_utf8(), start + colon)))
            }
            None => (self.cell(start, start + colon), None),
        };
        let meaning = self.cell(start + colon + width, line.end).text;
        let empty = [Some(&name), value.as_ref()].into_iter().flatten().any(|cell| cell.text.is_empty());
        if empty || meaning.is_empty() {
            let shown = self.cell(start, start + colon);
            self.say(empty_value(&shown));
        }
        let (words, findings) = lexer::lex(self.text, value.as_ref().unwrap_or(&name).span, &self.names);
        self.findings.extend(findings);
        let span = self.span(line.start, line.end);
        let value = value.map(|cell| cell.text);
        Some(Reading { name: name.text, words, value, meaning, illustrative: mark.is_some(), span })
    }

    fn check_ambiguity(&mut self, ambiguity: &Ambiguity) {
        let id = &ambiguity.id;
        for (name, first, again) in
            twins(ambiguity.readings.iter().map(|reading| (reading.name.as_str(), reading.span)))
        {
            let finding = Finding::error(
                "P0136",
                again,
                Text::new(
                    format!("疑义 {id} 有两种读法都叫“{name}”"),
                    format!("Ambiguity {id} has two readings named `{name}`"),
                ),
                Text::new("给其中一种改名。", "Rename one of them."),
            );
            self.say(finding.with_related(first, Text::new("另一种在这里", "the other one")));
        }
        if ambiguity.readings.len() < 2 {
            self.say(Finding::error(
                "P0131",
                ambiguity.span,
                Text::new(format!("疑义 {id} 不足两种读法"), format!("Ambiguity {id} has fewer than two readings")),
                Text::new(
                    "至少写两种读法，每种一行：“名称：含义”。",
                    "Write at least two, one a line: `name: what it means`.",
                ),
            ));
        }
        let Some(provisional) = &ambiguity.provisional else {
            self.say(Finding::error(
                "P0132",
                ambiguity.span,
                Text::new(format!("疑义 {id} 没有写暂定的读法"), format!("Ambiguity {id} has no provisional reading")),
                Text::new(
                    "加一行“暂定：读法名称    确认人：…”。",
                    "Add a line `provisional: NAME    confirmed_by: …`.",
                ),
            ));
            return;
        };
        if !ambiguity.readings.iter().any(|reading| reading.name == provisional.text) {
            self.say(Finding::error(
                "P0133",
                provisional.span,
                Text::new(
                    format!("暂定的“{}”不在读法之中", provisional.text),
                    format!("`{}` is none of the readings", provisional.text),
                ),
                Text::new("写上面某一种读法的名称。", "Write the name of a reading above."),
            ));
        }
    }
}

/// The name of the reading that is meant, whatever the width of its signs.
fn as_named(text: &str, readings: &[Reading]) -> String {
    let squeezed = |text: &str| fold(text).split_whitespace().collect::<String>();
    let exact = readings.iter().find(|reading| reading.name == text);
    let meant = exact.or_else(|| readings.iter().find(|reading| squeezed(&reading.name) == squeezed(text)));
    meant.map_or(text, |reading| &reading.name).to_owned()
}

fn no_question(span: Span) -> Finding {
    Finding::error(
        "P0135",
        span,
        Text::new("疑义的第一行要写编号和问题", "An ambiguity begins with its id and question"),
        Text::new("例如：Y1 分段方式。", "As in `Y1 how brackets apply`."),
    )
}

/// Two ambiguities with one id.
pub(super) fn find_twins(document: &Document, findings: &mut Vec<Finding>) {
    let items = document.articles.iter().flat_map(|article| &article.items);
    let ids = items.filter_map(|item| match item {
        Item::Ambiguity(ambiguity) => Some((ambiguity.id.as_str(), ambiguity.span)),
        _ => None,
    });
    for (id, first, again) in twins(ids) {
        let finding = Finding::error(
            "P0134",
            again,
            Text::new(format!("有两个疑义都编为 {id}"), format!("Two ambiguities have the id {id}")),
            Text::new("给后一个换一个编号。", "Give the later one another id."),
        );
        findings.push(finding.with_related(first, Text::new("另一个在这里", "the other one")));
    }
}
