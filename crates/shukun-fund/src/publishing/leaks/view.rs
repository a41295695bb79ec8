//! Rendered bytes as a reader meets them: entities decoded, tags taken off, look-alike characters made plain.
//!
//! Knows no rule of what may not stand there. A cell's edge becomes [`EDGE`]; what stands inside tags is a text of its
//! own. Start at [`View::of`].

/// Where a table cell, a line or a paragraph ends.
pub(super) const EDGE: char = '\u{1e}';
/// What was looked at and may stand: amounts, days, hashes, allowed words.
pub(super) const KNOWN: char = '\u{1d}';

/// Tags that do not part what stands before them from what stands behind.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr", "del", "ruby", "rt", "rb", "label",
];

/// A document as texts: what a reader sees, and what stands inside its tags and comments.
#[derive(Debug)]
pub(super) struct View {
    pub(super) shown: Vec<char>,
    pub(super) in_tags: Vec<char>,
}

impl View {
    pub(super) fn of(text: &str) -> View {
        let decoded = decode(&decode(&decode(text)));
        let mut view = View { shown: Vec::new(), in_tags: Vec::new() };
        let mut rest = decoded.as_str();
        while let Some(letter) = rest.chars().next() {
            rest = match tag(rest) {
                Some((body, behind)) => {
                    view.take_tag(body);
                    behind
                }
                None => {
                    view.shown.extend(plain(letter));
                    rest.split_at(letter.len_utf8()).1
                }
            };
        }
        view
    }

    fn take_tag(&mut self, body: &str) {
        let name: String = body.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let is_inline = body.starts_with('!') || INLINE.contains(&name.to_ascii_lowercase().as_str());
        if !is_inline {
            self.shown.push(EDGE);
        }
        self.in_tags.push(EDGE);
        self.in_tags.extend(body.chars().filter_map(plain));
    }
}

/// A tag or comment at the head of the text: its body and what stands behind it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    if let Some(comment) = inner.strip_prefix("!--") {
        let end = comment.find("-->").unwrap_or(comment.len());
        let (body, behind) = comment.split_at(end);
        return Some((inner.get(..body.len() + 3)?, behind.strip_prefix("-->").unwrap_or(behind)));
    }
    let first = inner.chars().next()?;
    if !(first.is_ascii_alphabetic() || first == '/' || first == '!') {
        return None;
    }
    let (body, behind) = inner.split_at(inner.find('>')?);
    Some((body, behind.strip_prefix('>')?))
}

/// `&#49;`, `&#x31;`, `&nbsp;` and their like as the characters they stand for; `%31` too.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '%']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match entity(from).or_else(|| percent(from)) {
            Some((letter, behind)) => {
                out.push(letter);
                rest = behind;
            }
            None => {
                let (sign, behind) = from.split_at(1);
                out.push_str(sign);
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(text: &str) -> Option<(char, &str)> {
    let body = text.strip_prefix('&')?;
    let length = body.chars().take(12).take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '#').count();
    let (name, behind) = body.split_at(length);
    let letter = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => named(name)?,
    };
    Some((letter, behind.strip_prefix(';').unwrap_or(behind)))
}

fn numbered(number: &str) -> Option<char> {
    let hex = number.strip_prefix(['x', 'X']);
    let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
    char::from_u32(code)
}

fn named(name: &str) -> Option<char> {
    const NAMES: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("nbsp", ' '),
        ("ensp", ' '),
        ("emsp", ' '),
        ("thinsp", ' '),
        ("hairsp", ' '),
        ("shy", '\u{ad}'),
        ("zwj", '\u{200d}'),
        ("zwnj", '\u{200c}'),
        ("ZeroWidthSpace", '\u{200b}'),
        ("hyphen", '-'),
        ("dash", '-'),
        ("ndash", '-'),
        ("mdash", '-'),
        ("middot", '·'),
        ("bull", '•'),
        ("times", 'X'),
        ("ast", '*'),
        ("period", '.'),
        ("comma", ','),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

/// `%31`: one character of an address.
fn percent(text: &str) -> Option<(char, &str)> {
    let code = u8::from_str_radix(text.get(1..3)?, 16).ok()?;
    let is_plain = text.starts_with('%') && (code.is_ascii_digit() || code == b' ' || code == b'-');
    is_plain.then(|| Some((char::from(code), text.get(3..)?)))?
}

/// A character in its plain form; none for what nobody sees.
fn plain(letter: char) -> Option<char> {
    if is_unseen(letter) {
        return None;
    }
    if let Some(value) = other_digit(letter) {
        return char::from_digit(value, 10);
    }
    Some(match letter {
        '×' | 'Ⅹ' | 'ⅹ' | 'Х' | 'х' | 'Χ' => 'X',
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        _ => letter,
    })
}

fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{34e}' | '\u{350}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Digits of other scripts and shapes: full width, circled, raised, Arabic, Devanagari, mathematical. Chinese numerals
/// stay what they are; only a number's reader takes them for digits.
fn other_digit(letter: char) -> Option<u32> {
    const FROM_ZERO: &[u32] =
        &[0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x2080, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1fbf0];
    const FROM_ONE: &[u32] = &[0x2460, 0x2474, 0x2488, 0x24f5, 0x2776, 0x2780, 0x278a];
    let code = u32::from(letter);
    let within = |first: &u32, count: u32| code.checked_sub(*first).filter(|value| *value < count);
    let zeros = FROM_ZERO.iter().find_map(|first| within(first, 10));
    let ones = || FROM_ONE.iter().find_map(|first| within(first, 9)).map(|value| value + 1);
    zeros.or_else(ones).or(match letter {
        '⓪' | '⓿' | '⁰' => Some(0),
        '¹' => Some(1),
        '²' => Some(2),
        '³' => Some(3),
        '⁴'..='⁹' => code.checked_sub(0x2070),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        View::of(text).shown.into_iter().map(|letter| if letter == EDGE { '|' } else { letter }).collect()
    }

    #[test]
    fn what_a_reader_sees() {
        for (text, seen) in [
            ("1<b>3</b>8", "138"),
            ("<td>1</td><td>2</td>", "|1||2|"),
            ("&#49;&#x33;&amp;#56;", "138"),
            ("１３\u{200b}８①²", "13812"),
            ("3 < 4 & 5", "3 < 4 & 5"),
            ("张<!-- 三 -->*", "张*"),
            ("𝟙𝟯٣", "133"),
        ] {
            assert_eq!(shown(text), seen, "{text}");
        }
    }

    #[test]
    fn what_stands_in_tags_is_kept_apart() {
        let view = View::of("<p title=\"13800000000\">好</p><!--张三-->");
        let inside: String = view.in_tags.iter().collect();
        assert!(inside.contains("13800000000") && inside.contains("张三"), "{inside:?}");
    }
}
