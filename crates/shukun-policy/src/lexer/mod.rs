//! A clause's value as words.
//!
//! Full-width and half-width characters are folded one by one, so that every word keeps its place in the file.
//! Chinese has no spaces: a run of characters up to the next space or sign is split only where *all* of it can be
//! covered by known words, declared names and figures; otherwise the whole run is one name. What words mean together
//! is not known here. Start at [`lex`].

mod figures;
mod fold;
mod names;

pub use fold::{fold, fold_char};
pub use names::Names;

use crate::document::{Span, Token, Word};
use crate::finding::Finding;
use crate::registry::{self, Class, Entry};
use fold::Folded;

/// Longer runs without a space or sign are names; nothing splits them.
const MAX_RUN: usize = 512;
/// No word of the registry has more characters.
const MAX_WORD: usize = 32;

/// The words between `span.start` and `span.end` of `source`, and figures that cannot be read.
/// Line ends are spaces; `#` starts a comment to the end of the line.
pub fn lex(source: &str, span: Span, names: &Names) -> (Vec<Word>, Vec<Finding>) {
    let region = source.get(span.start..span.end).unwrap_or_default();
    let text = Folded::new(region, span.start);
    let mut lexer =
        Lexer { text, source, file: span.file, names, at: 0, depth: 0, words: Vec::new(), findings: Vec::new() };
    while lexer.skip_blank() {
        lexer.next_word();
    }
    (lexer.words, lexer.findings)
}

struct Lexer<'a> {
    text: Folded,
    source: &'a str,
    file: usize,
    names: &'a Names,
    at: usize,
    depth: usize,
    words: Vec<Word>,
    findings: Vec<Finding>,
}

impl Lexer<'_> {
    /// Skips spaces; false at the end.
    fn skip_blank(&mut self) -> bool {
        while self.text.letter(self.at) == Some(' ') {
            self.at += 1;
        }
        self.text.letter(self.at).is_some()
    }

    fn next_word(&mut self) {
        if let Some((name, end)) = self.names.longest_at(&self.text, self.at) {
            return self.push(Token::Name(name), end);
        }
        if let Some((token, end)) = figures::read(&self.text, self.at)
            && self.text.is_run_end(end)
            && let Some(token) = token
        {
            return self.push(token, end);
        }
        if let Some((token, end)) = self.sign() {
            return self.push(token, end);
        }
        self.run();
    }

    fn push(&mut self, token: Token, end: usize) {
        let span = Span { file: self.file, start: self.text.offset(self.at), end: self.text.offset(end) };
        self.words.push(Word { token, span });
        self.at = end;
    }

    fn sign(&mut self) -> Option<(Token, usize)> {
        let letter = self.text.letter(self.at)?;
        if let Some(token) = two_letter_sign(letter, self.text.letter(self.at + 1)) {
            return Some((token, self.at + 2));
        }
        let token = match letter {
            ',' if self.depth > 0 => Token::ListComma,
            ':' => Token::Name(":".to_owned()),
            _ => one_letter_sign(letter)?,
        };
        match token {
            Token::Open | Token::OpenSet => self.depth += 1,
            Token::Close | Token::CloseSet => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let repeats = matches!(token, Token::Dash);
        let mut end = self.at + 1;
        while repeats && self.text.letter(end) == Some(letter) {
            end += 1;
        }
        Some((token, end))
    }

    /// A run of letters up to the next space or sign.
    fn run(&mut self) {
        let end = figures::run_end(&self.text, self.at).max(self.at + 1);
        match self.cover(self.at, end) {
            Some(pieces) => {
                for (token, end) in pieces {
                    self.push(token, end);
                }
            }
            None => self.unknown(end),
        }
    }

    fn unknown(&mut self, end: usize) {
        let (start, stop) = (self.text.offset(self.at), self.text.offset(end));
        let verbatim = self.source.get(start..stop).unwrap_or_default().to_owned();
        let span = Span { file: self.file, start, end: stop };
        self.findings.extend(figures::unreadable(self.text.slice(self.at, end), &verbatim, span));
        self.push(Token::Name(verbatim), end);
    }

    /// The fewest pieces that cover the run from `start` to `end` entirely; longest first where that leaves a choice.
    fn cover(&self, start: usize, end: usize) -> Option<Vec<(Token, usize)>> {
        if end - start > MAX_RUN {
            return None;
        }
        // best[i]: how many pieces cover the run from i, and the first of them.
        let mut best: Vec<Option<(usize, Token, usize)>> = vec![None; end - start + 1];
        for at in (start..end).rev() {
            let mut found: Option<(usize, Token, usize)> = None;
            for (token, stop) in self.pieces(at, end) {
                let rest = match best.get(stop - start) {
                    _ if stop == end => 0,
                    Some(Some((count, _, _))) => *count,
                    _ => continue,
                };
                if found.as_ref().is_none_or(|(count, _, _)| rest + 1 < *count) {
                    found = Some((rest + 1, token, stop));
                }
            }
            if let Some(slot) = best.get_mut(at - start) {
                *slot = found;
            }
        }
        collect_pieces(&mut best, start, end)
    }

    /// What may stand at `at`, longest first: known words, then declared names, then figures.
    fn pieces(&self, at: usize, end: usize) -> Vec<(Token, usize)> {
        let mut pieces: Vec<(Token, usize)> = Vec::new();
        for stop in (at + 1..=end.min(at + MAX_WORD)).rev() {
            if self.text.may_split(at, stop)
                && let Some(entry) = registry::value(self.text.slice(at, stop))
            {
                pieces.push((token_of(entry), stop));
            }
        }
        pieces.extend(self.names.all_at(&self.text, at, end));
        if self.text.may_split(at, end)
            && let Some((Some(token), stop)) = figures::read(&self.text, at)
            && stop <= end
            && self.text.may_split(at, stop)
        {
            pieces.push((token, stop));
        }
        pieces.sort_by_key(|(_, stop)| std::cmp::Reverse(*stop));
        pieces
    }
}

fn collect_pieces(best: &mut [Option<(usize, Token, usize)>], start: usize, end: usize) -> Option<Vec<(Token, usize)>> {
    let mut pieces = Vec::new();
    let mut at = start;
    while at < end {
        let (_, token, stop) = best.get_mut(at - start)?.take()?;
        pieces.push((token, stop));
        at = stop;
    }
    Some(pieces)
}

/// A known word as a token; words of comparison are their signs.
fn token_of(entry: &Entry) -> Token {
    match (entry.class, entry.id()) {
        (Class::Comparison, "below") => Token::Less,
        (Class::Comparison, "at_most") => Token::AtMost,
        (Class::Comparison, "equals") => Token::Equal,
        (Class::Comparison, "not_equals") => Token::NotEqual,
        (Class::Comparison, "at_least") => Token::AtLeast,
        (Class::Comparison, "above") => Token::More,
        _ => Token::Known(entry.id()),
    }
}

fn two_letter_sign(first: char, second: Option<char>) -> Option<Token> {
    match (first, second?) {
        ('<', '=') => Some(Token::AtMost),
        ('>', '=') => Some(Token::AtLeast),
        ('!', '=') | ('<', '>') => Some(Token::NotEqual),
        ('=', '=') => Some(Token::Equal),
        _ => None,
    }
}

fn one_letter_sign(letter: char) -> Option<Token> {
    Some(match letter {
        '+' => Token::Plus,
        '-' => Token::Minus,
        '×' | '*' => Token::Times,
        '÷' | '/' => Token::Over,
        '(' => Token::Open,
        ')' => Token::Close,
        '[' | '【' => Token::OpenSet,
        ']' | '】' => Token::CloseSet,
        '、' => Token::ListComma,
        ',' => Token::Comma,
        ';' => Token::Semicolon,
        '<' => Token::Less,
        '≤' => Token::AtMost,
        '=' => Token::Equal,
        '≠' => Token::NotEqual,
        '≥' => Token::AtLeast,
        '>' => Token::More,
        '—' => Token::Dash,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
