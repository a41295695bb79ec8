//! Blocks of 纾困.

use std::collections::HashMap;

use shukun_base::Text;

use super::blocks::Fence;
use super::lines::{Line, joined, lines};
use super::{Reader, find_colon};
use crate::document::{Cell, Clause, Declaration, DeclarationKind, MarkTable, Span};
use crate::finding::Finding;
use crate::lexer::{self, Names, fold};
use crate::registry::{self, Entry};

/// Clauses whose value is free text.
const FREE_TEXT: [&str; 6] = ["basis", "lead", "responsible", "waive", "source", "service"];
/// Clauses that may stand more than once.
const REPEATABLE: [&str; 2] = ["limit", "waive"];

/// Adds the names that a block declares, before any clause is split into words.
pub(super) fn names(text: &str, body: (usize, usize), names: &mut Names) {
    let (lines, _) = lines(text, body, true);
    for (number, line) in lines.iter().enumerate() {
        let words = joined(text.get(line.start..line.end).unwrap_or_default());
        if number == 0 {
            let (word, name) = split_head(&words);
            // 次序：… is a clause, not a name
            if registry::clause(&fold(word)).is_none_or(|_| !words.contains([':', '：'])) {
                names.add(name);
            }
        }
        if let Some((colon, width)) = find_colon(&words) {
            add_payers(words.get(..colon).unwrap_or_default(), words.get(colon + width..).unwrap_or_default(), names);
        }
    }
}

/// Adds the payers that the value of a clause with this keyword names: those of 次序 and 层级.
pub(crate) fn add_payers(key: &str, value: &str, names: &mut Names) {
    let names_payers = registry::clause(&fold(key.trim())).is_some_and(|entry| matches!(entry.id(), "order" | "tier"));
    if names_payers {
        let payers = value.split(['、', '，', ',']);
        let payers = payers.filter_map(|payer| payer.split(['（', '(']).next()).map(str::trim);
        payers.filter(|payer| !is_placeholder(payer)).for_each(|payer| names.add(payer));
    }
}

/// Whether a reading stands here, which is no name.
fn is_placeholder(words: &str) -> bool {
    ["读法", "疑义", "reading "].iter().any(|start| words.starts_with(start))
}

/// The first word of a head line, and the name.
fn split_head(head: &str) -> (&str, &str) {
    let end = head.find(|letter: char| letter.is_whitespace() || matches!(letter, ':' | '：')).unwrap_or(head.len());
    let (word, name) = head.split_at(end);
    (word, name.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, ':' | '：')).trim())
}

/// Whether the value of a clause is free text, kept verbatim.
pub fn is_free_text(clause: &str) -> bool {
    FREE_TEXT.contains(&clause)
}

impl Reader<'_> {
    pub(super) fn declaration(&mut self, fence: &Fence, span: Span, tables: Vec<MarkTable>) -> Option<Declaration> {
        let (lines, comments) = lines(self.text, fence.body, true);
        let Some((head, rest)) = lines.split_first() else {
            self.say(empty_block(span, self.text));
            return None;
        };
        let (kind, name, head_is_clause) = self.head(*head)?;
        let clause_lines = if head_is_clause { lines.as_slice() } else { rest };
        let clauses: Vec<Clause> = clause_lines.iter().filter_map(|line| self.clause(kind, *line)).collect();
        self.clauses_once(&clauses);
        let comments = shift(comments, usize::from(head_is_clause));
        Some(Declaration { kind, name: name.text, name_span: name.span, clauses, tables, span, comments })
    }

    /// What the first line declares: kind and name; `次序：…` is both the head and its first clause.
    fn head(&mut self, line: Line) -> Option<(DeclarationKind, Cell, bool)> {
        let raw = self.text.get(line.start..line.end).unwrap_or_default();
        let (word, name) = split_head(raw);
        let word_span = self.span(line.start, line.start + word.len());
        let Some(entry) = registry::declaration(&fold(word)) else {
            self.say(unknown_declaration(word, word_span));
            return None;
        };
        let kind = registry::declaration_kind(entry.id())?;
        self.note_language(word.is_ascii());
        let nameless = matches!(kind, DeclarationKind::Order | DeclarationKind::Validity);
        let colon = raw.get(word.len()..).is_some_and(|rest| rest.trim_start().starts_with([':', '：']));
        if nameless && colon && registry::clause(&fold(word)).is_some() {
            let at = word_span.end;
            return Some((kind, Cell { text: String::new(), span: self.span(at, at) }, true));
        }
        let name_start = line.start + raw.len() - name.len();
        let name = Cell { text: joined(name), span: self.span(name_start, line.end) };
        if name.text.is_empty() && !nameless {
            self.say(Finding::error(
                "P0107",
                word_span,
                Text::new(format!("“{word}”后面没有名称"), format!("`{word}` has no name")),
                Text::new(
                    "在同一行写上名称，例如：规则 追溯救助。",
                    "Write the name on the same line, as in `rule retroactive aid`.",
                ),
            ));
        }
        Some((kind, name, false))
    }

    fn clause(&mut self, kind: DeclarationKind, line: Line) -> Option<Clause> {
        let raw = self.text.get(line.start..line.end).unwrap_or_default();
        let (key_end, value_start) = match find_colon(raw.lines().next().unwrap_or_default()) {
            Some((colon, width)) => (line.start + colon, line.start + colon + width),
            None => {
                let end = line.start + raw.find(char::is_whitespace).unwrap_or(raw.len());
                (end, end)
            }
        };
        let key = self.cell(line.start, key_end);
        let Some(entry) = registry::clause(&fold(&key.text)) else {
            self.say(unknown_clause(&key, raw));
            return None;
        };
        if key_end == value_start {
            self.say(missing_colon(&key));
        }
        self.note_language(key.text.is_ascii());
        if !allowed(kind, entry.id()) {
            self.say(misplaced(&key, kind));
        }
        self.value(entry, key, value_start, line.end)
    }

    fn value(&mut self, entry: &Entry, key: Cell, start: usize, end: usize) -> Option<Clause> {
        let value = self.cell(start, end);
        let text = joined(&value.text);
        if text.is_empty() {
            self.say(empty_value(&key));
            return None;
        }
        let id = entry.id();
        let words = if is_free_text(id) && id != "service" {
            Vec::new()
        } else {
            let (words, findings) = lexer::lex(self.text, value.span, &self.names);
            // 服务 is free text with a ceiling
            if id != "service" {
                self.findings.extend(findings);
            }
            words
        };
        Some(Clause { key: id, key_span: key.span, words, text, span: value.span })
    }

    fn clauses_once(&mut self, clauses: &[Clause]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for clause in clauses.iter().filter(|clause| !REPEATABLE.contains(&clause.key)) {
            if let Some(first) = seen.get(clause.key) {
                let word = self.slice(clause.key_span).to_owned();
                let finding = Finding::error(
                    "P0110",
                    clause.key_span,
                    Text::new(format!("“{word}”写了两次"), format!("`{word}` is written twice")),
                    Text::new("合并成一条，或删去一条。", "Make it one clause, or remove one."),
                );
                self.say(finding.with_related(*first, Text::new("第一次在这里", "first written here")));
            } else {
                seen.insert(clause.key, clause.key_span);
            }
        }
    }
}

/// With a head that is a clause too, clause lines are counted from the head that the formatter will write.
fn shift(comments: Vec<crate::document::Comment>, by: usize) -> Vec<crate::document::Comment> {
    comments.into_iter().map(|comment| crate::document::Comment { line: comment.line + by, ..comment }).collect()
}

/// Whether a declaration of this kind has such a clause.
pub fn allowed(kind: DeclarationKind, clause: &str) -> bool {
    const ELSEWHERE: [&str; 8] = ["amount", "type", "of", "source", "order", "in_force", "benefits_from", "expires"];
    if matches!(clause, "basis" | "waive") {
        return true;
    }
    match kind {
        DeclarationKind::Rule | DeclarationKind::Amend => !ELSEWHERE.contains(&clause),
        DeclarationKind::Repeal => false,
        DeclarationKind::Measure => clause == "amount",
        DeclarationKind::Fact => matches!(clause, "type" | "of" | "source"),
        DeclarationKind::Order => clause == "order",
        DeclarationKind::Validity => matches!(clause, "in_force" | "benefits_from" | "expires" | "decided_by"),
        DeclarationKind::Fund => matches!(clause, "purpose" | "lead" | "responsible"),
        DeclarationKind::Parameters | DeclarationKind::Decision => clause == "hit",
    }
}

fn empty_block(span: Span, text: &str) -> Finding {
    let first = text.get(span.start..span.end).and_then(|raw| raw.lines().next()).unwrap_or_default();
    Finding::error(
        "P0105",
        Span { end: span.start + first.len(), ..span },
        Text::new("这个块是空的", "This block is empty"),
        Text::new(
            "第一行写“规则 名称”等声明，或删去这个块。",
            "Begin it with a declaration such as `rule NAME`, or remove it.",
        ),
    )
}

fn unknown_declaration(word: &str, span: Span) -> Finding {
    let shown: String = word.chars().take(40).collect();
    let (zh, en) = guess(registry::did_you_mean(word, registry::declarations()));
    Finding::error(
        "P0106",
        span,
        Text::new(
            format!("块的第一个词不是声明：{shown}"),
            format!("The block does not begin with a declaration: {shown}"),
        ),
        Text::new(
            format!("{zh}第一行写 规则、修改、停用、口径、事实、次序、施行、基金、参数表 或 判定表，再写名称。"),
            format!(
                "{en}Begin with rule, amend, repeal, measure, fact, order, validity, fund, parameters or decision, then a name."
            ),
        ),
    )
}

fn unknown_clause(key: &Cell, raw: &str) -> Finding {
    let shown: String = key.text.chars().take(40).collect();
    let (zh, en) = guess(registry::did_you_mean(&fold(&key.text), registry::clauses()));
    if find_colon(raw.lines().next().unwrap_or_default()).is_none() {
        return missing_colon(&Cell { text: shown, span: key.span });
    }
    Finding::error(
        "P0108",
        key.span,
        Text::new(format!("没有这个关键词：{shown}"), format!("There is no such keyword: {shown}")),
        Text::new(
            format!("{zh}续写上一行时，行首空格。全部关键词见词表。"),
            format!("{en}To continue the line above, begin with a space. All keywords are in the word list."),
        ),
    )
}

pub(super) fn missing_colon(key: &Cell) -> Finding {
    Finding::error(
        "P0109",
        key.span,
        Text::new(format!("“{}”后面没有冒号", key.text), format!("There is no colon after `{}`", key.text)),
        Text::new(
            "写成“关键词：值”；续写上一行时，行首空格。",
            "Write `keyword: value`; to continue the line above, begin with a space.",
        ),
    )
}

pub(super) fn empty_value(key: &Cell) -> Finding {
    Finding::error(
        "P0111",
        key.span,
        Text::new(format!("“{}”没有写值", key.text), format!("`{}` has no value", key.text)),
        Text::new(
            "写上值；文件没有写明的，删去这一条或写“未载明”。",
            "Write the value; where the document states none, leave the clause out or write `unstated`.",
        ),
    )
}

fn misplaced(key: &Cell, kind: DeclarationKind) -> Finding {
    let word = registry::declaration_word(kind).and_then(registry::declaration);
    let zh = word.and_then(|entry| entry.zh.first()).copied().unwrap_or_default();
    let en = word.map(Entry::id).unwrap_or_default();
    Finding::error(
        "P0112",
        key.span,
        Text::new(format!("“{zh}”没有“{}”这一条", key.text), format!("A {en} has no clause `{}`", key.text)),
        Text::new(
            "删去这一条，或移到相应的声明里。",
            "Remove the clause, or move it to the declaration it belongs to.",
        ),
    )
}

fn guess(word: Option<&str>) -> (String, String) {
    match word {
        Some(word) => (format!("是不是“{word}”？"), format!("Did you mean `{word}`? ")),
        None => (String::new(), String::new()),
    }
}
