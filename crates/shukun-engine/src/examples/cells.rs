//! Cells of an example as values. Figures are read by the same lexer as the rules', so `3万元` and `30,000` agree.

use shukun_base::{Day, Fen, Text};
use shukun_policy::document::{Cell, Span, Token};
use shukun_policy::finding::{Finding, Severity};
use shukun_policy::lexer::{self, Names};
use shukun_policy::registry;

use crate::facts::{Category, ClaimKind, Insurance, Sex};

/// A value, or the one thing that is wrong with its cell. Boxed: it is the rare way out.
pub(super) type Read<T> = Result<T, Box<Finding>>;

/// An error of an example, with a stable code.
pub(super) fn error(code: &'static str, place: Span, message: Text, mend: Text) -> Finding {
    Finding { code, severity: Severity::Error, message, place: Some(place), related: Vec::new(), mend }
}

fn unreadable(cell: &Cell, wanted: &Text) -> Box<Finding> {
    Box::new(error(
        "P0902",
        cell.span,
        Text::new(format!("读不懂“{}”", cell.text), format!("“{}” cannot be read", cell.text)),
        Text::new(format!("这里要写{}", wanted.zh), format!("write {}", wanted.en)),
    ))
}

fn tokens(text: &str) -> Vec<Token> {
    let (words, _) = lexer::lex(text, Span { file: 0, start: 0, end: text.len() }, &Names::new());
    words.into_iter().map(|word| word.token).collect()
}

/// A folded, trimmed text.
pub(super) fn plain(text: &str) -> String {
    lexer::fold(text).trim().to_owned()
}

/// Whether the cell says that nothing is known, or nothing is there.
pub(super) fn is_dash(text: &str) -> bool {
    matches!(tokens(text).as_slice(), [Token::Dash])
}

/// `29,999.99`, `3万元`, `-500`: yuan where no unit is written.
pub(super) fn money(cell: &Cell) -> Read<Fen> {
    let tokens = tokens(&cell.text);
    let (sign, rest) = match tokens.as_slice() {
        [Token::Minus, rest @ ..] => (-1, rest),
        all => (1, all),
    };
    let fen = match rest {
        [Token::Money(fen)] => Some(fen.0),
        [Token::Number(yuan)] => {
            let fen = *yuan * 100;
            fen.is_integer().then(|| i64::try_from(fen.to_integer()).ok()).flatten()
        }
        _ => None,
    };
    let wanted = Text::new("金额，例如 29,999.99", "an amount, such as 29,999.99");
    fen.map(|fen| Fen(sign * fen)).ok_or_else(|| unreadable(cell, &wanted))
}

/// A whole number.
pub(super) fn whole(cell: &Cell) -> Read<i64> {
    let read = match tokens(&cell.text).as_slice() {
        [Token::Number(number)] if number.is_integer() => i64::try_from(number.to_integer()).ok(),
        _ => None,
    };
    read.ok_or_else(|| unreadable(cell, &Text::new("整数", "a whole number")))
}

/// A whole number of a narrower type.
pub(super) fn small<T: TryFrom<i64>>(cell: &Cell) -> Read<T> {
    T::try_from(whole(cell)?).map_err(|_| unreadable(cell, &Text::new("不这么大的整数", "a smaller whole number")))
}

/// 2022-07-15
pub(super) fn day(cell: &Cell) -> Read<Day> {
    match tokens(&cell.text).as_slice() {
        [Token::Day(day)] => Ok(*day),
        _ => Err(unreadable(cell, &Text::new("日期，例如 2022-07-15", "a date, such as 2022-07-15"))),
    }
}

fn id(cell: &Cell) -> Option<&'static str> {
    registry::value(&plain(&cell.text)).map(registry::Entry::id)
}

/// 是 / 否
pub(super) fn flag(cell: &Cell) -> Read<bool> {
    match id(cell) {
        Some("yes") => Ok(true),
        Some("no") => Ok(false),
        _ => Err(unreadable(cell, &Text::new("“是”或“否”", "`yes` or `no`"))),
    }
}

/// 特困, 低保 …
pub(super) fn category(cell: &Cell) -> Read<Category> {
    Ok(match id(cell) {
        Some("destitute") => Category::Destitute,
        Some("dibao") => Category::Dibao,
        Some("dibao_marginal") => Category::DibaoMarginal,
        Some("low_income") => Category::LowIncome,
        Some("illness_impoverished") => Category::ExpenditureType,
        Some("other") => Category::Other,
        _ => return Err(unreadable(cell, &Text::new("认定类别，例如“低保”", "a category, such as `dibao`"))),
    })
}

/// 住院, 门诊 …
pub(super) fn kind(cell: &Cell) -> Read<ClaimKind> {
    Ok(match id(cell) {
        Some("inpatient") => ClaimKind::Inpatient,
        Some("outpatient") => ClaimKind::Outpatient,
        Some("outpatient_special") => ClaimKind::SpecialOutpatient,
        Some("pharmacy") => ClaimKind::Pharmacy,
        Some("emergency") => ClaimKind::Emergency,
        _ => return Err(unreadable(cell, &Text::new("就医类别，例如“住院”", "a kind of care, such as `inpatient`"))),
    })
}

/// 职工, 居民
pub(super) fn insurance(cell: &Cell) -> Read<Insurance> {
    match id(cell) {
        Some("employee") => Ok(Insurance::Employee),
        Some("resident") => Ok(Insurance::Resident),
        _ => Err(unreadable(cell, &Text::new("“职工”或“居民”", "`employee` or `resident`"))),
    }
}

/// 男, 女
pub(super) fn sex(cell: &Cell) -> Read<Sex> {
    match id(cell) {
        Some("male") => Ok(Sex::M),
        Some("female") => Ok(Sex::F),
        _ => Err(unreadable(cell, &Text::new("“男”或“女”", "`male` or `female`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        Cell { text: text.to_owned(), span: Span::default() }
    }

    #[test]
    fn money_is_yuan_unless_it_says_otherwise() {
        for (text, fen) in
            [("29,999.99", 2_999_999), ("3万元", 3_000_000), ("５００", 50_000), ("-1.5", -150), ("0", 0)]
        {
            assert_eq!(money(&cell(text)), Ok(Fen(fen)), "{text}");
        }
        for text in ["", "一万", "1.005", "10%"] {
            assert_eq!(money(&cell(text)).unwrap_err().code, "P0902", "{text}");
        }
    }

    #[test]
    fn words_are_the_registrys_in_both_languages() {
        assert_eq!(category(&cell("支出型")), Ok(Category::ExpenditureType));
        assert_eq!(category(&cell("dibao")), Ok(Category::Dibao));
        assert_eq!(kind(&cell("门诊特病")), Ok(ClaimKind::SpecialOutpatient));
        assert_eq!(flag(&cell("是")), Ok(true));
        assert_eq!(flag(&cell("大概")).unwrap_err().code, "P0902");
        assert!(is_dash("—") && !is_dash(""));
    }
}
