//! Tables by attribute: rows that both fit, rows that never count, and cases that no row covers.

use shukun_base::{Exact, Fen, Text};

use crate::document::Span;
use crate::finding::Finding;
use crate::program::{CellTest, FactDecl, Field, Hit, Literal, Table};
use crate::typed::fields::{Sort, closed_words, sort_of};
use crate::typed::literals::word_zh;
use crate::typed::tables::exact;

/// Larger sets of cases are not gone through.
const MOST_CASES: usize = 512;

/// Checks a table; `stated` is its 命中 where one is written.
pub(crate) fn table(
    table: &Table,
    stated: Option<Hit>,
    rows: &[Span],
    place: Span,
    facts: &[FactDecl],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (later, test) in table.rows.iter().enumerate() {
        for (earlier, other) in table.rows.iter().enumerate().take(later) {
            let pairs = || other.tests.iter().zip(&test.tests);
            let spans = (rows.get(later).copied().unwrap_or(place), rows.get(earlier).copied().unwrap_or(place));
            if table.hit == Hit::Unique && pairs().all(|(a, b)| meet(a, b)) {
                found.push(both_fit(spans, stated.is_some()));
            } else if table.hit == Hit::First && pairs().all(|(a, b)| covers(a, b)) {
                found.push(never_counts(spans));
            }
        }
    }
    found.extend(uncovered(table, place, facts));
    found.extend(gaps(table, rows, place, facts));
    found
}

/// Figures between two rows of a table that goes by one figure only.
fn gaps(table: &Table, rows: &[Span], place: Span, facts: &[FactDecl]) -> Vec<Finding> {
    let [field] = table.inputs.as_slice() else { return Vec::new() };
    // Ages and counts are whole: 18 and 19 are neighbours.
    let step = Exact::from_integer(i128::from(sort_of(*field, facts) == Sort::Number));
    let mut ranges = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let [CellTest::Range { from, to, to_inclusive }] = row.tests.as_slice() else { return Vec::new() };
        ranges.push((*from, *to, *to_inclusive, rows.get(at).copied().unwrap_or(place)));
    }
    ranges.sort_by_key(|(from, ..)| *from);
    let pairs = ranges.iter().zip(ranges.iter().skip(1));
    let open = pairs.filter_map(|((_, to, inclusive, _), (from, _, _, place))| {
        let (to, from) = ((*to)?, (*from)?);
        let reaches = if *inclusive { to + step } else { to };
        (reaches < from).then(|| between(*field, (to, from), facts, *place))
    });
    open.collect()
}

fn between(field: Field, (to, from): (Exact, Exact), facts: &[FactDecl], place: Span) -> Finding {
    let figure = |figure: Exact| match sort_of(field, facts) {
        Sort::Money => i64::try_from(figure.to_integer()).map(|fen| Fen(fen).to_string()).unwrap_or_default(),
        _ => figure.to_string(),
    };
    let (to, from) = (figure(to), figure(from));
    Finding::warning(
        "P0508",
        place,
        Text::new(format!("{to} 到 {from} 之间没有一行符合"), format!("no row fits between {to} and {from}")),
        Text::new("让两行首尾相接，或补一行", "let the rows meet, or add a row"),
    )
}

/// Whether one value can fulfil both tests.
fn meet(a: &CellTest, b: &CellTest) -> bool {
    match (a, b) {
        (CellTest::Any, _) | (_, CellTest::Any) => true,
        (CellTest::OneOf(a), CellTest::OneOf(b)) => a.iter().any(|value| b.contains(value)),
        (CellTest::OneOf(values), range @ CellTest::Range { .. })
        | (range @ CellTest::Range { .. }, CellTest::OneOf(values)) => values.iter().any(|value| fits(range, value)),
        (
            CellTest::Range { from: a_from, to: a_to, to_inclusive: a_in },
            CellTest::Range { from: b_from, to: b_to, to_inclusive: b_in },
        ) => below(*a_from, *b_to, *b_in) && below(*b_from, *a_to, *a_in),
    }
}

/// Whether `from` lies before the end `to`.
fn below(from: Option<Exact>, to: Option<Exact>, inclusive: bool) -> bool {
    match (from, to) {
        (Some(from), Some(to)) => from < to || (inclusive && from == to),
        _ => true,
    }
}

/// Whether a value fulfils a test.
fn fits(test: &CellTest, value: &Literal) -> bool {
    match test {
        CellTest::Any => true,
        CellTest::OneOf(values) => values.contains(value),
        CellTest::Range { from, to, to_inclusive } => exact(value).is_some_and(|value| {
            from.is_none_or(|from| from <= value) && to.is_none_or(|to| value < to || (*to_inclusive && value == to))
        }),
    }
}

/// Whether everything that fulfils `b` fulfils `a`.
fn covers(a: &CellTest, b: &CellTest) -> bool {
    match (a, b) {
        (CellTest::Any, _) => true,
        (_, CellTest::Any) => false,
        (_, CellTest::OneOf(values)) => values.iter().all(|value| fits(a, value)),
        _ => a == b,
    }
}

fn both_fit((later, earlier): (Span, Span), is_stated: bool) -> Finding {
    let mend = if is_stated {
        Text::new("让两行的条件互相排斥，或写“命中：首行”", "make the rows exclude each other, or write `hit: first`")
    } else {
        Text::new(
            "让两行的条件互相排斥，或写“命中：首行”（取最先符合的一行）",
            "make the rows exclude each other, or write `hit: first` (the first row that fits)",
        )
    };
    Finding::error("P0507", later, Text::new("两行可以同时符合", "two rows can fit at once"), mend)
        .with_related(earlier, Text::new("另一行", "the other row"))
}

fn never_counts((later, earlier): (Span, Span)) -> Finding {
    Finding::warning(
        "P0515",
        later,
        Text::new("前面的一行总是先符合，轮不到这一行", "an earlier row always fits first: this row never counts"),
        Text::new("把条件更窄的一行放在前面", "put the narrower row first"),
    )
    .with_related(earlier, Text::new("先符合的一行", "the row that fits first"))
}

/// A case of few possible values that no row covers. Categories and kinds of care are left out: 对象 and 归集 narrow them.
fn uncovered(table: &Table, place: Span, facts: &[FactDecl]) -> Option<Finding> {
    let values: Vec<Vec<Literal>> = table.inputs.iter().map(|field| possible(*field, facts)).collect::<Option<_>>()?;
    let count = values.iter().map(Vec::len).try_fold(1usize, usize::checked_mul)?;
    if count > MOST_CASES || table.inputs.is_empty() {
        return None;
    }
    let is_covered = |case: &[Literal]| {
        table.rows.iter().any(|row| row.tests.iter().zip(case).all(|(test, value)| fits(test, value)))
    };
    let open = (0..count).map(|number| case(&values, number)).find(|case| !is_covered(case))?;
    let (zh, en): (Vec<String>, Vec<String>) = open.iter().map(shown).unzip();
    Some(Finding::warning(
        "P0508",
        place,
        Text::new(format!("没有一行符合：{}", zh.join("、")), format!("no row fits: {}", en.join(", "))),
        Text::new("补一行；不给的写 0", "add a row; write 0 where nothing is given"),
    ))
}

fn case(values: &[Vec<Literal>], number: usize) -> Vec<Literal> {
    let mut rest = number;
    let pick = |choices: &Vec<Literal>| {
        let picked = choices.get(rest % choices.len().max(1)).cloned();
        rest /= choices.len().max(1);
        picked
    };
    values.iter().filter_map(pick).collect()
}

/// All values of a field with few of them.
fn possible(field: Field, facts: &[FactDecl]) -> Option<Vec<Literal>> {
    match (field, sort_of(field, facts)) {
        (_, Sort::Flag) => Some(vec![Literal::Flag(true), Literal::Flag(false)]),
        (Field::HospitalLevel, _) => Some((1..=3).map(|level| Literal::Number(Exact::from_integer(level))).collect()),
        (Field::Insurance | Field::Sex, _) => {
            Some(closed_words(field).into_iter().map(|word| Literal::Word(word.to_owned())).collect())
        }
        _ => None,
    }
}

fn shown(value: &Literal) -> (String, String) {
    match value {
        Literal::Word(word) => (word_zh(word).to_owned(), word.clone()),
        Literal::Flag(flag) => {
            (if *flag { "是" } else { "否" }.to_owned(), if *flag { "yes" } else { "no" }.to_owned())
        }
        Literal::Number(number) => (number.to_string(), number.to_string()),
        Literal::Money(fen) => (fen.to_string(), fen.to_string()),
        Literal::Day(day) => (day.to_string(), day.to_string()),
        Literal::Unstated => ("—".to_owned(), "—".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::tables::of_rule;
    use crate::typed::testing::{names, table as mark};

    fn codes(lines: &[&str], hit: Hit) -> Vec<&'static str> {
        let mark = mark(lines);
        let read = of_rule(&mark, &names()).unwrap().table("t", hit, &names()).unwrap();
        table(&read, Some(hit), &[], Span::default(), &names().facts).iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn rows_exclude_each_other_and_cover_all() {
        let complete = ["参保类型|医院等级|比例", "职工|—|90%", "居民|1、2|80%", "居民|3|70%"];
        assert_eq!(codes(&complete, Hit::Unique), [""; 0]);
        assert_eq!(codes(&["参保类型|医院等级|比例", "职工|—|90%", "居民|1、2|80%"], Hit::Unique), ["P0508"]);
        assert_eq!(codes(&["年龄|比例", "18 至 60|1%", "60 至 70|2%"], Hit::Unique), [""; 0]);
        assert_eq!(codes(&["年龄|比例", "18 至 60（含）|1%", "60 至 70|2%"], Hit::Unique), ["P0507"]);
        assert_eq!(codes(&["年龄|比例", "0 至 18（含）|1%", "19 至 60|2%"], Hit::Unique), [""; 0]);
        assert_eq!(codes(&["年龄|比例", "0 至 18|1%", "19 至 60|2%"], Hit::Unique), ["P0508"]);
        assert_eq!(codes(&["家庭年收入|比例", "0元 至 1万元|1%", "2万元 至 —|2%"], Hit::Unique), ["P0508"]);
        assert_eq!(codes(&["年龄|比例", "18、19|1%", "≥ 19|2%"], Hit::Unique), ["P0507"]);
    }

    #[test]
    fn a_wide_row_first_hides_the_others() {
        assert_eq!(codes(&["认定类别|比例", "—|1%", "低保|2%"], Hit::First), ["P0515"]);
        assert_eq!(codes(&["认定类别|比例", "低保|2%", "—|1%"], Hit::First), [""; 0]);
    }
}
