//! 比例, 分段 and the tables of colours: brackets by attribute, lowest first.

use shukun_base::{Exact, Text};

use super::Parse;
use super::amounts::{Scope, number_or_table};
use super::cursor::Cursor;
use super::names::Names;
use super::tables::{self, Read, bad_cell, money_cell};
use crate::document::{Cell, Span, Token};
use crate::finding::Finding;
use crate::lexer::fold;
use crate::program::{AlertColour, Bracket, BracketMode, BracketScale, BracketsOn, Expr, Literal, Scale, Trigger};
use crate::registry;

/// Brackets as read from a table, with the place of every row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Brackets {
    pub(crate) scales: Vec<BracketScale>,
    /// Where each row of each scale stands.
    pub(crate) places: Vec<Vec<Span>>,
    /// The whole table.
    pub(crate) place: Span,
}

/// Reads a table with the columns 基数从（含）, 至（不含）, 比例.
pub(crate) fn brackets(read: &Read<'_>, names: &Names) -> Result<Brackets, Vec<Finding>> {
    let mut found = Brackets { scales: Vec::new(), places: Vec::new(), place: read.mark.span };
    let mut findings = Vec::new();
    for row in &read.mark.rows {
        match bracket_row(read, row, names) {
            Ok((tests, bracket)) => found.add(tests, bracket, place_of(row, read.mark.span)),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(found) } else { Err(findings) }
}

type Tests = Vec<(crate::program::Field, crate::program::CellTest)>;

impl Brackets {
    fn add(&mut self, tests: Tests, bracket: Bracket, place: Span) {
        let at = self.scales.iter().position(|scale| scale.tests == tests).unwrap_or_else(|| {
            self.scales.push(BracketScale { tests, rows: Vec::new() });
            self.places.push(Vec::new());
            self.scales.len() - 1
        });
        if let (Some(scale), Some(places)) = (self.scales.get_mut(at), self.places.get_mut(at)) {
            scale.rows.push(bracket);
            places.push(place);
        }
    }
}

fn place_of(row: &[Cell], table: Span) -> Span {
    match (row.first(), row.last()) {
        (Some(first), Some(last)) => Span { end: last.span.end, ..first.span },
        _ => table,
    }
}

fn bracket_row(read: &Read<'_>, row: &[Cell], names: &Names) -> Parse<(Tests, Bracket)> {
    let tests = read.tests(row, names)?;
    let missing = |key| tables::no_column(key, read.mark.span);
    let from_cell = read.cell(row, "from_inclusive").ok_or_else(|| missing("brackets"))?;
    let from = match open_line(from_cell) {
        Some(line) => return Err(Box::new(open_in_start(from_cell, &line))),
        None => money_cell(from_cell)?,
    };
    let to_cell = read.cell(row, "to_exclusive").ok_or_else(|| missing("brackets"))?;
    let to = if is_open(to_cell) { None } else { Some(money_cell(to_cell)?) };
    let rate_cell = read.cell(row, "rate").ok_or_else(|| missing("rate"))?;
    let Literal::Number(rate) = tables::literal(rate_cell)? else {
        return Err(Box::new(bad_cell(rate_cell, &Text::new("比例（如 10%）", "a rate (such as 10%)"))));
    };
    Ok((tests, Bracket { from, to, rate }))
}

/// A bracket without an end: `—`, a hyphen, `未载明` or nothing. That only the last row is so is checked later.
fn is_open(cell: &Cell) -> bool {
    let text = fold(cell.text.trim());
    text.chars().all(|letter| matches!(letter, '-' | '—')) || matches!(tables::literal(cell), Ok(Literal::Unstated))
}

/// The line of `15万元以上`.
fn open_line(cell: &Cell) -> Option<String> {
    let text = cell.text.trim();
    let line =
        ["以上", "及以上", "起"].iter().filter_map(|ending| text.strip_suffix(ending)).min_by_key(|line| line.len())?;
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

fn open_in_start(cell: &Cell, line: &str) -> Finding {
    Finding::error(
        "P0511",
        Some(cell.span),
        Text::new(
            format!("这一格写了“{}”，起点和终点要分两格写", cell.text),
            format!("“{}” states a start without an end in one cell", cell.text),
        ),
        Text::new(
            format!("这一格写“{line}”，后面“至（不含）”一格写“—”"),
            format!("write {line} here and — in the next cell"),
        ),
    )
}

/// `分段：按 分别累进，依下表，以 个人已付 计`
pub(crate) fn bracket_scale(cursor: &mut Cursor<'_>, brackets: Option<&Brackets>) -> Parse<Scale> {
    cursor.eat_known("by");
    let mode = bracket_mode(cursor)?;
    if !cursor.eat_list_comma() {
        return Err(cursor.expected(&Text::new("“，依下表”", "`, table_below`")));
    }
    let here = cursor.here();
    cursor.expect_known("table_below")?;
    let on = if cursor.eat_list_comma() {
        cursor.expect_known("on")?;
        cursor.expect_known("patient_paid")?;
        cursor.eat_known("counted");
        BracketsOn::PatientPaid
    } else {
        BracketsOn::Base
    };
    cursor.expect_end()?;
    let scales = brackets.ok_or_else(|| tables::no_column("brackets", here))?.scales.clone();
    Ok(Scale::Brackets { mode, on, scales })
}

fn bracket_mode(cursor: &mut Cursor<'_>) -> Parse<BracketMode> {
    let mode = match cursor.peek() {
        Some(Token::Known(key)) => registry::bracket_mode(key),
        _ => None,
    };
    let wanted = Text::new(
        "“分别累进”“整额”“扣起付整额”或“达线累进”",
        "`marginal`, `whole`, `whole_above_first_line` or `marginal_from_first_fen`",
    );
    let mode = mode.ok_or_else(|| cursor.expected(&wanted))?;
    cursor.take();
    Ok(mode)
}

/// `比例：90%`, `比例：依下表`
pub(crate) fn rate(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Scale> {
    let place = cursor.here();
    let rate = number_or_table(cursor, scope, "rate")?;
    cursor.expect_end()?;
    if let Expr::Number(stated) = rate
        && !is_share(stated)
    {
        return Err(Box::new(not_a_share(place)));
    }
    Ok(Scale::Rate { rate })
}

/// Between nothing and all of it.
pub(crate) fn is_share(rate: Exact) -> bool {
    rate >= Exact::from_integer(0) && rate <= Exact::from_integer(1)
}

/// A rate below zero or over 100 %.
pub(crate) fn not_a_share(place: Span) -> Finding {
    Finding::error(
        "P0506",
        Some(place),
        Text::new("比例应当在 0% 与 100% 之间", "a rate lies between 0% and 100%"),
        Text::new("检查是否漏了 %，或把千分号写成了百分号", "check for a missing %, or % where ‰ was meant"),
    )
}

/// Reads a table with the columns 颜色 and 达到 or 超过: highest line first.
pub(crate) fn levels(read: &Read<'_>) -> Result<Vec<(AlertColour, Trigger)>, Vec<Finding>> {
    let (mut levels, mut findings) = (Vec::new(), Vec::new());
    for row in &read.mark.rows {
        match level(read, row) {
            Ok(level) => levels.push(level),
            Err(finding) => findings.push(*finding),
        }
    }
    levels.sort_by_key(|(colour, _)| std::cmp::Reverse(*colour));
    if findings.is_empty() { Ok(levels) } else { Err(findings) }
}

fn level(read: &Read<'_>, row: &[Cell]) -> Parse<(AlertColour, Trigger)> {
    let no_line = || tables::no_column("trigger", read.mark.span);
    let colour_cell = read.cell(row, "colour").ok_or_else(|| tables::no_column("alert", read.mark.span))?;
    let word = registry::value(&fold(colour_cell.text.trim())).map(registry::Entry::id);
    let wanted = Text::new("“红”“橙”或“黄”", "`red`, `orange` or `yellow`");
    let colour = word.and_then(registry::colour).ok_or_else(|| Box::new(bad_cell(colour_cell, &wanted)))?;
    let strict = read.gives("passed_at");
    let line = read.cell(row, if strict { "passed_at" } else { "reached_at" }).ok_or_else(no_line)?;
    Ok((colour, Trigger { line: Expr::Money(money_cell(line)?), strict }))
}

#[cfg(test)]
mod tests {
    use shukun_base::Fen;

    use super::*;
    use crate::typed::testing::{names, table, words};

    #[test]
    fn brackets_group_by_attribute() {
        let mark = table(&[
            "认定类别|基数从（含）|至（不含）|比例",
            "低保|0|3万元|50%",
            "低保|3万元|—|60%",
            "低边|1万元|—|40%",
        ]);
        let read = tables::of_rule(&mark, &names()).unwrap();
        let found = brackets(&read, &names()).unwrap();
        assert_eq!(found.scales.iter().map(|scale| scale.rows.len()).collect::<Vec<_>>(), [2, 1]);
        let last = Bracket { from: Fen::yuan(10_000), to: None, rate: Exact::new(2, 5) };
        assert_eq!(found.scales[1].rows, [last]);
        let words = words("按 分别累进，依下表，以 个人已付 计");
        let scale = bracket_scale(&mut Cursor::new(&words, Span::default()), Some(&found)).unwrap();
        assert!(matches!(scale, Scale::Brackets { mode: BracketMode::Marginal, on: BracketsOn::PatientPaid, .. }));
    }

    #[test]
    fn the_last_row_is_open_however_it_is_written() {
        for open in ["—", "-", "－", "–", "——", " ", "未载明"] {
            let mark = table(&["基数从（含）|至（不含）|比例", "3万元|15万元|10%", &format!("15万元|{open}|20%")]);
            let found = brackets(&tables::of_rule(&mark, &names()).unwrap(), &names()).unwrap();
            assert_eq!(found.scales[0].rows[1].to, None, "{open}");
            assert_eq!(found.scales[0].rows[0].to, Some(Fen::yuan(150_000)), "{open}");
        }
    }

    #[test]
    fn a_start_without_an_end_goes_into_two_cells() {
        let mark = table(&["基数从（含）|至（不含）|比例", "15万元以上|—|20%"]);
        let findings = brackets(&tables::of_rule(&mark, &names()).unwrap(), &names()).unwrap_err();
        assert_eq!((findings.len(), findings[0].code), (1, "P0511"));
        assert_eq!(findings[0].mend.en, "write 15万元 here and — in the next cell");
    }

    #[test]
    fn no_mode_is_ever_assumed() {
        let none = words("依下表");
        assert_eq!(bracket_scale(&mut Cursor::new(&none, Span::default()), None).unwrap_err().code, "P0301");
        let no_table = words("整额，依下表");
        assert_eq!(bracket_scale(&mut Cursor::new(&no_table, Span::default()), None).unwrap_err().code, "P0509");
    }

    #[test]
    fn colours_from_red_down() {
        let mark = table(&["颜色|达到", "黄|3万元", "红|10万元", "橙|5万元"]);
        let read = tables::of_rule(&mark, &names()).unwrap();
        let found = levels(&read).unwrap();
        assert_eq!(
            found.iter().map(|(colour, _)| *colour).collect::<Vec<_>>(),
            [AlertColour::Red, AlertColour::Orange, AlertColour::Yellow]
        );
        assert!(found.iter().all(|(_, trigger)| !trigger.strict));
    }

    #[test]
    fn a_rate_is_a_share() {
        let names = names();
        let scope = Scope { names: &names, own_tables: &[] };
        for (text, code) in [("90%", None), ("900%", Some("P0506")), ("3万元", Some("P0304"))] {
            let words = words(text);
            let found = rate(&mut Cursor::new(&words, Span::default()), &scope);
            assert_eq!(found.err().map(|finding| finding.code), code, "{text}");
        }
    }
}
