//! 舍入

use shukun_base::{Fen, Rounding, Text};

use super::Parse;
use super::cursor::Cursor;
use crate::document::Token;
use crate::registry;

/// `四舍五入到分`
pub(crate) fn rounding(cursor: &mut Cursor<'_>) -> Parse<(Rounding, Fen)> {
    let wanted = Text::new("“四舍五入”“舍去”“进一”或“银行家舍入”", "`half_up`, `down`, `up` or `half_even`");
    let mode = known(cursor, registry::rounding).ok_or_else(|| cursor.expected(&wanted))?;
    let wanted = Text::new("“到分”“到角”或“到元”", "`to_fen`, `to_jiao` or `to_yuan`");
    let unit = known(cursor, registry::rounding_unit).ok_or_else(|| cursor.expected(&wanted))?;
    cursor.expect_end()?;
    Ok((mode, unit))
}

fn known<T>(cursor: &mut Cursor<'_>, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
    let Some(Token::Known(key)) = cursor.peek() else { return None };
    let found = meaning(key)?;
    cursor.take();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Span;
    use crate::typed::testing::words;

    #[test]
    fn mode_and_unit() {
        for (text, expected) in [("四舍五入到分", (Rounding::HalfUp, Fen(1))), ("舍去到元", (Rounding::Down, Fen(100)))]
        {
            let words = words(text);
            assert_eq!(rounding(&mut Cursor::new(&words, Span::default())), Ok(expected));
        }
        let words = words("四舍五入");
        assert_eq!(rounding(&mut Cursor::new(&words, Span::default())).unwrap_err().code, "P0301");
    }
}
