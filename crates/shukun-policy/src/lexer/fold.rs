//! Full-width and half-width characters are the same.

/// A character in its half-width form; dashes and minus signs are unified.
pub fn fold_char(letter: char) -> char {
    match letter {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}' => '-',
        '\u{2014}' | '\u{2015}' | '\u{2500}' => '—',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// A text in half-width form.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Folded text that still knows where each character stands in the file. Line ends, comments and runs of white
/// space are one space.
pub(super) struct Folded {
    text: String,
    letters: Vec<char>,
    /// Byte offset of each letter in `text`, and the end.
    inside: Vec<usize>,
    /// Byte offset of each letter in the file, and the end.
    outside: Vec<usize>,
}

impl Folded {
    pub(super) fn new(region: &str, start: usize) -> Folded {
        let mut folded = Folded { text: String::new(), letters: Vec::new(), inside: Vec::new(), outside: Vec::new() };
        let mut in_comment = false;
        for (offset, letter) in region.char_indices() {
            let letter = fold_char(letter);
            in_comment = letter != '\n' && (in_comment || letter == '#');
            if !in_comment && !letter.is_whitespace() {
                folded.push(letter, start + offset);
            } else if folded.letters.last() != Some(&' ') {
                folded.push(' ', start + offset);
            }
        }
        folded.inside.push(folded.text.len());
        folded.outside.push(start + region.len());
        folded
    }

    fn push(&mut self, letter: char, offset: usize) {
        self.inside.push(self.text.len());
        self.outside.push(offset);
        self.letters.push(letter);
        self.text.push(letter);
    }

    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).copied()
    }

    /// Where the letter stands in the file.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.outside.get(at).or(self.outside.last()).copied().unwrap_or_default()
    }

    /// The letters from `start` to `end`.
    pub(super) fn slice(&self, start: usize, end: usize) -> &str {
        let bounds = self.inside.get(start).zip(self.inside.get(end));
        bounds.and_then(|(start, end)| self.text.get(*start..*end)).unwrap_or_default()
    }

    /// Whether `word` stands at `at`.
    pub(super) fn starts_with(&self, at: usize, word: &str) -> bool {
        self.inside.get(at).and_then(|start| self.text.get(*start..)).is_some_and(|rest| rest.starts_with(word))
    }

    /// Whether a run of letters ends before `at`: the end, a space, or a sign.
    pub(super) fn is_run_end(&self, at: usize) -> bool {
        self.letter(at).is_none_or(is_break)
    }

    /// Whether the piece from `start` to `stop` does not tear an English word or a figure.
    pub(super) fn may_split(&self, start: usize, stop: usize) -> bool {
        !self.tears(start) && !self.tears(stop)
    }

    fn tears(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.letter(before));
        before.is_some_and(is_identifier) && self.letter(at).is_some_and(is_identifier)
    }
}

/// Whether a letter ends a run.
pub(super) fn is_break(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, ':' | '#' | '、' | '×' | '÷' | '【' | '】' | '≤' | '≠' | '≥' | '—')
        || matches!(letter, '+' | '-' | '*' | '/' | '(' | ')' | '[' | ']' | ',' | ';' | '<' | '=' | '>')
}

pub(super) fn is_identifier(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_one_character_to_one() {
        assert_eq!(fold("４９，５００元（含）　Ａ－％"), "49,500元(含) A-%");
        assert_eq!(fold("政策范围内【低保】、—"), "政策范围内【低保】、—");
    }

    #[test]
    fn places_stay_those_of_the_file() {
        let folded = Folded::new("３万", 10);
        assert_eq!((folded.offset(0), folded.offset(1), folded.offset(2)), (10, 13, 16));
        assert_eq!(folded.slice(0, 1), "3");
        let folded = Folded::new("a # b\n\t　c", 0);
        assert_eq!((folded.slice(0, 3), folded.offset(1), folded.offset(2)), ("a c", 1, 10));
    }
}
