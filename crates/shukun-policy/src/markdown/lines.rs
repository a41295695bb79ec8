//! The lines of a block: continuation lines joined, comments set aside.

use crate::document::Comment;
use crate::lexer::fold_char;

/// A line with its continuation lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Offset of its first character that is not a space.
    pub(super) start: usize,
    /// One past its last character that is not a space or comment.
    pub(super) end: usize,
}

/// The lines of `text[start..end]` and the comments among them. With `joined`, a line that starts with white space
/// continues the one above.
pub(super) fn lines(text: &str, (start, end): (usize, usize), joined: bool) -> (Vec<Line>, Vec<Comment>) {
    let mut lines: Vec<Line> = Vec::new();
    let mut comments: Vec<Comment> = Vec::new();
    let mut at = start;
    for raw in text.get(start..end).unwrap_or_default().split_inclusive('\n') {
        let (words, comment) = cut_comment(raw);
        let trimmed = words.trim();
        if trimmed.is_empty() {
            comments.extend(comment.map(|text| Comment { line: lines.len(), trailing: false, text }));
        } else {
            let first = at + (words.len() - words.trim_start().len());
            let last = first + trimmed.len();
            match lines.last_mut() {
                Some(line) if joined && raw.starts_with(char::is_whitespace) => line.end = last,
                _ => lines.push(Line { start: first, end: last }),
            }
            if let Some(text) = comment {
                comments.push(Comment { line: lines.len() - 1, trailing: true, text });
            }
        }
        at += raw.len();
    }
    (lines, in_order(comments))
}

/// The comments of a block whose lines the formatter will write in another order: `places` says where each line
/// goes, and last where the end is.
pub(super) fn moved(comments: Vec<Comment>, places: &[usize]) -> Vec<Comment> {
    let end = places.last().copied().unwrap_or_default();
    let moved = comments.into_iter().map(|comment| {
        let line = places.get(comment.line).copied().unwrap_or(end);
        Comment { line, ..comment }
    });
    in_order(moved.collect())
}

/// In the order in which they are written. A line has room for one comment behind it; earlier ones move before it.
fn in_order(mut comments: Vec<Comment>) -> Vec<Comment> {
    comments.sort_by_key(|comment| comment.line);
    let mut taken = None;
    for comment in comments.iter_mut().rev().filter(|comment| comment.trailing) {
        comment.trailing = taken != Some(comment.line);
        taken = Some(comment.line);
    }
    comments.sort_by_key(|comment| (comment.line, comment.trailing));
    comments
}

/// What stands before and after the sign of a comment.
pub(super) fn cut_comment(line: &str) -> (&str, Option<String>) {
    let sign = line.char_indices().find(|(_, letter)| fold_char(*letter) == '#');
    match sign {
        Some((at, letter)) => {
            let (words, comment) = line.split_at(at);
            (words, comment.get(letter.len_utf8()..).map(|text| text.trim().to_owned()))
        }
        None => (line, None),
    }
}

/// The words of a value that may run over several lines, comments left out.
pub(super) fn joined(value: &str) -> String {
    let mut text = String::new();
    for line in value.lines().map(|line| cut_comment(line).0.trim()).filter(|line| !line.is_empty()) {
        let spaced =
            text.ends_with(|letter: char| letter.is_ascii()) && line.starts_with(|letter: char| letter.is_ascii());
        if spaced {
            text.push(' ');
        }
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_lines_and_sorts_comments() {
        let text = "规则 甲 # 一\n# 二\n基数：a\n  b # 三\n  # 四\n c # 五\n\n# 六";
        let (lines, comments) = lines(text, (0, text.len()), true);
        let words: Vec<String> = lines.iter().map(|line| joined(&text[line.start..line.end])).collect();
        assert_eq!(words, ["规则 甲", "基数：a b c"]);
        let comments: Vec<(usize, bool, &str)> =
            comments.iter().map(|comment| (comment.line, comment.trailing, comment.text.as_str())).collect();
        assert_eq!(
            comments,
            [(0, true, "一"), (1, false, "二"), (1, false, "三"), (1, true, "五"), (2, false, "四"), (2, false, "六")]
        );
    }
}
