//! Walking along the words of a clause. Knows tokens, no meaning.

use shukun_base::Text;

use super::Parse;
use super::spelling;
use crate::document::{Clause, Span, Token, Word};
use crate::finding::Finding;

/// A place in a run of words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    words: &'a [Word],
    at: usize,
    /// Shown when something is missing at the end.
    end: Span,
}

impl<'a> Cursor<'a> {
    /// At the first of `words`; `end` is shown where words are missing.
    pub(crate) fn new(words: &'a [Word], end: Span) -> Cursor<'a> {
        Cursor { words, at: 0, end }
    }

    /// At the first word of a clause's value.
    pub(crate) fn of(clause: &'a Clause) -> Cursor<'a> {
        let end = if clause.span.end > clause.span.start { clause.span } else { clause.key_span };
        Cursor::new(&clause.words, end)
    }

    /// The word ahead.
    pub(crate) fn peek(&self) -> Option<&'a Token> {
        self.peek_at(0)
    }

    /// The word `ahead` words further on.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<&'a Token> {
        self.words.get(self.at + ahead).map(|word| &word.token)
    }

    /// Whether the word ahead is that keyword.
    pub(crate) fn is_at(&self, key: &str) -> bool {
        matches!(self.peek(), Some(Token::Known(known)) if *known == key)
    }

    /// The word ahead, and past it.
    pub(crate) fn take(&mut self) -> Option<&'a Word> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    /// Past the word ahead if it is `token`.
    pub(crate) fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// Past the word ahead if it is that keyword.
    pub(crate) fn eat_known(&mut self, key: &str) -> bool {
        let found = self.is_at(key);
        self.at += usize::from(found);
        found
    }

    /// Past 、 or ，.
    pub(crate) fn eat_list_comma(&mut self) -> bool {
        self.eat(&Token::ListComma) || self.eat(&Token::Comma)
    }

    /// Where the word ahead stands; past the end, the whole.
    pub(crate) fn here(&self) -> Span {
        self.words.get(self.at).map_or(self.end, |word| word.span)
    }

    /// From the word at `start` (a position from [`Cursor::position`]) to the word last taken.
    pub(crate) fn since(&self, start: usize) -> Span {
        let first = self.words.get(start).map_or(self.end, |word| word.span);
        let last = self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(first, |word| word.span);
        if first.file == last.file && first.start <= last.end { Span { end: last.end, ..first } } else { first }
    }

    /// How many words were taken.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether no word is left.
    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.words.len()
    }

    /// The words not yet taken.
    pub(crate) fn rest(&self) -> &'a [Word] {
        self.words.get(self.at..).unwrap_or_default()
    }

    /// Past that keyword, or a finding that it is missing.
    pub(crate) fn expect_known(&mut self, key: &'static str) -> Parse<()> {
        if self.eat_known(key) { Ok(()) } else { Err(self.expected(&spelling::quoted(key))) }
    }

    /// Past （.
    pub(crate) fn expect_open(&mut self) -> Parse<()> {
        if self.eat(&Token::Open) { Ok(()) } else { Err(self.expected(&Text::new("“（”", "\"(\""))) }
    }

    /// Past ）.
    pub(crate) fn expect_close(&mut self) -> Parse<()> {
        if self.eat(&Token::Close) { Ok(()) } else { Err(self.expected(&Text::new("“）”", "\")\""))) }
    }

    /// Nothing may be left over.
    pub(crate) fn expect_end(&self) -> Parse<()> {
        if self.at_end() {
            return Ok(());
        }
        Err(Box::new(Finding::error(
            "P0302",
            Some(self.here()),
            Text::new(
                "这一条读到这里已经完整，后面的字没有含义",
                "the clause is complete here; what follows has no meaning",
            ),
            Text::new(
                "删去多余的字，或检查前面是否漏了“，”“且”“＋”等连接",
                "remove it, or add the missing comma, `and`, `+` before it",
            ),
        )))
    }

    /// `expected` should stand here.
    pub(crate) fn expected(&self, expected: &Text) -> Box<Finding> {
        Box::new(Finding::error(
            "P0301",
            Some(self.here()),
            Text::new(format!("这里应当是{}", expected.zh), format!("expected {} here", expected.en)),
            Text::new(format!("写上{}", expected.zh), format!("write {}", expected.en)),
        ))
    }

    /// The parts between commas that stand outside brackets.
    pub(crate) fn parts(self) -> Vec<Cursor<'a>> {
        let mut parts = Vec::new();
        let (mut depth, mut rest, mut from) = (0usize, self.rest(), 0usize);
        let mut index = 0;
        while let Some(word) = rest.get(index) {
            match word.token {
                Token::Open | Token::OpenSet => depth += 1,
                Token::Close | Token::CloseSet => depth = depth.saturating_sub(1),
                Token::Comma if depth == 0 => {
                    parts.push(Cursor::new(rest.get(from..index).unwrap_or_default(), word.span));
                    from = index + 1;
                }
                _ => {}
            }
            index += 1;
        }
        rest = rest.get(from..).unwrap_or_default();
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Cursor::new(rest, self.end));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::testing::words;

    #[test]
    fn parts_keep_commas_in_brackets() {
        let words = words("每月（按 费用发生日，结算日） ，封顶 5万元");
        let parts = Cursor::new(&words, Span::default()).parts();
        assert_eq!(parts.iter().map(|part| part.rest().len()).collect::<Vec<_>>(), [7, 2]);
    }

    #[test]
    fn what_is_left_over_is_a_finding() {
        let words = words("每人 每户");
        let mut cursor = Cursor::new(&words, Span::default());
        assert!(cursor.eat_known("per_person"));
        assert_eq!(cursor.expect_end().unwrap_err().code, "P0302");
        assert_eq!(cursor.expect_known("per_person").unwrap_err().code, "P0301");
    }
}
