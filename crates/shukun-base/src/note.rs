//! A line in an officer's own words, free of long numbers.

use serde::{Deserialize, Serialize};

use crate::Text;

/// A line or two in an officer's own words: 1 to 500 characters, and nothing that looks like an ID, phone or card
/// number (eleven digits in a row, half or full width).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(String);

/// Why a note is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// Nothing stands in it.
    Empty,
    /// More than 500 characters.
    TooLong,
    /// It holds a long number.
    LongNumber,
}

impl NoteFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            NoteFault::Empty => Text::new("说明是空的：请写一句话。", "The note is empty: write a line."),
            NoteFault::TooLong => {
                Text::new("说明超过500字：请写短一些。", "The note is longer than 500 characters: shorten it.")
            }
            NoteFault::LongNumber => Text::new(
                "说明里有像证件、电话或账号的长号码：请去掉，号码写在它自己的栏目里。",
                "The note holds what looks like an ID, phone or account number: take it out, it has a field of its own.",
            ),
        }
    }
}

impl Note {
    /// Longest note, in characters.
    pub const LONGEST: usize = 500;

    /// Takes a note, without the blanks around it.
    pub fn new(text: &str) -> Result<Note, NoteFault> {
        let text = text.trim();
        if text.is_empty() {
            Err(NoteFault::Empty)
        } else if text.chars().count() > Note::LONGEST {
            Err(NoteFault::TooLong)
        } else if has_long_number(text) {
            Err(NoteFault::LongNumber)
        } else {
            Ok(Note(text.to_owned()))
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Eleven digits in a row, blanks and hyphens between them not counted.
fn has_long_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|letter| {
        run = match letter {
            '0'..='9' | '０'..='９' => run + 1,
            ' ' | '-' | '\u{3000}' => run,
            _ => 0,
        };
        run >= 11
    })
}

impl From<Note> for String {
    fn from(note: Note) -> String {
        note.0
    }
}

impl TryFrom<String> for Note {
    type Error = String;

    fn try_from(text: String) -> Result<Note, String> {
        Note::new(&text).map_err(|fault| fault.text().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_hold_no_long_numbers() {
        for (text, found) in [
            ("  家中无人，邻居说在外务工 ", Ok(())),
            ("收入 12345.67 元，支出 234567 元", Ok(())),
            (" ", Err(NoteFault::Empty)),
            ("电话 1380000 0000 打不通", Err(NoteFault::LongNumber)),
            ("１２３４５６７８９０１", Err(NoteFault::LongNumber)),
            ("330381-19000101-0000", Err(NoteFault::LongNumber)),
        ] {
            assert_eq!(Note::new(text).map(|_| ()), found, "{text}");
        }
        assert_eq!(Note::new(&"字".repeat(501)), Err(NoteFault::TooLong));
        assert_eq!(Note::new(" 好 ").unwrap().as_str(), "好");
    }
}
