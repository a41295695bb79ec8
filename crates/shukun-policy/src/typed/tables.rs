//! Tables below a declaration: which columns test something, which give something, and the cells themselves.

use shukun_base::{Exact, Fen, Text};

use super::amounts::Scope;
use super::cursor::Cursor;
use super::fields::{Sort, sort_of};
use super::literals::value_of;
use super::names::{Names, canonical};
use super::{Parse, spelling};
use crate::document::{Cell, MarkTable, Span, Token, Word};
use crate::finding::Finding;
use crate::lexer;
use crate::program::{CellTest, Field, Hit, Literal, Table, TableIx, TableRow};
use crate::registry;
use crate::registry::nearest;

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Tests a field or fact.
    Test(Field),
    /// Gives a value: the clause's keyword, or the name that 查表 uses.
    Give(String),
    /// 备注
    Remark,
}

/// A table as written, its header understood.
#[derive(Clone, Debug)]
pub(crate) struct Read<'a> {
    pub(crate) mark: &'a MarkTable,
    pub(crate) columns: Vec<Column>,
}

/// Larger tables are not read: every row is compared with every other. The national list of groups has under 1,000.
const MOST_ROWS: usize = 3000;
const MOST_COLUMNS: usize = 64;
/// Columns of a rule's table that give something, besides those of clauses.
const RULE_COLUMNS: &[&str] =
    &["from_inclusive", "to_exclusive", "reached_at", "passed_at", "colour", "premium", "up_to"];
/// Clauses whose value a table may give.
const TABLE_CLAUSES: &[&str] = &[
    "rate",
    "deductible",
    "fixed",
    "limit",
    "bring_down_to",
    "trigger",
    "minimum",
    "prorate",
    "subsidy",
    "by_resolution",
    "service",
];

/// Reads the header of a table below a rule.
pub(crate) fn of_rule<'a>(mark: &'a MarkTable, names: &Names) -> Result<Read<'a>, Vec<Finding>> {
    read_header(mark, |cell| {
        if let Some(column) = common_column(cell, names) {
            return Ok(column);
        }
        let key = registry::column(&folded(cell)).or_else(|| registry::value(&folded(cell))).map(registry::Entry::id);
        let key = key.filter(|key| RULE_COLUMNS.contains(key));
        let clause = registry::clause(&folded(cell)).map(registry::Entry::id).filter(|key| TABLE_CLAUSES.contains(key));
        key.or(clause).map(|key| Column::Give(key.to_owned())).ok_or_else(|| Box::new(unknown_column(cell, names)))
    })
}

/// Reads the header of a 参数表 or 判定表: what is not a field or fact is a value.
pub(crate) fn of_parameters<'a>(mark: &'a MarkTable, names: &Names) -> Result<Read<'a>, Vec<Finding>> {
    read_header(mark, |cell| Ok(common_column(cell, names).unwrap_or_else(|| Column::Give(canonical(&cell.text)))))
}

fn read_header<'a>(mark: &'a MarkTable, column: impl Fn(&Cell) -> Parse<Column>) -> Result<Read<'a>, Vec<Finding>> {
    let (mut columns, mut findings) = (Vec::new(), Vec::new());
    findings.extend((mark.rows.len() > MOST_ROWS || mark.header.len() > MOST_COLUMNS).then(|| too_large(mark)));
    for cell in mark.header.iter().take(MOST_COLUMNS) {
        match column(cell) {
            Ok(column) if column != Column::Remark && columns.contains(&column) => findings.push(column_twice(cell)),
            Ok(column) => columns.push(column),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(Read { mark, columns }) } else { Err(findings) }
}

fn too_large(mark: &MarkTable) -> Finding {
    Finding::error(
        "P0512",
        mark.span,
        Text::new(
            format!("表太大：{}行、{}列", mark.rows.len(), mark.header.len()),
            format!("the table is too large: {} rows, {} columns", mark.rows.len(), mark.header.len()),
        ),
        Text::new(
            format!("一张表不超过{MOST_ROWS}行、{MOST_COLUMNS}列，请拆分"),
            format!("a table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns; split it"),
        ),
    )
}

fn common_column(cell: &Cell, names: &Names) -> Option<Column> {
    if matches!(cell.text.trim(), "备注" | "说明" | "note" | "Note") {
        return Some(Column::Remark);
    }
    if let Some(fact) = names.find_fact(&canonical(&cell.text)) {
        return Some(Column::Test(Field::Declared(fact)));
    }
    registry::value(&folded(cell)).and_then(|word| registry::field(word.id())).map(Column::Test)
}

fn folded(cell: &Cell) -> String {
    lexer::fold(cell.text.trim())
}

fn unknown_column(cell: &Cell, names: &Names) -> Finding {
    let keys = RULE_COLUMNS.iter().chain(TABLE_CLAUSES).map(|key| spelling::zh(key));
    let facts = names.facts.iter().map(|fact| fact.name.as_str());
    let mend = match nearest(&cell.text, keys.chain(facts)) {
        Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None => Text::new(
            "列名写字段、已声明的事实，或比例、起付、定额等条款名",
            "name a field, a declared fact, or a clause such as rate",
        ),
    };
    let message = Text::new(format!("不认识的列“{}”", cell.text), format!("unknown column “{}”", cell.text));
    Finding::error("P0510", Some(cell.span), message, mend)
}

fn column_twice(cell: &Cell) -> Finding {
    Finding::error(
        "P0510",
        Some(cell.span),
        Text::new(format!("列“{}”写了两次", cell.text), format!("the column “{}” stands twice", cell.text)),
        Text::new("删去一列", "remove one of them"),
    )
}

impl<'a> Read<'a> {
    /// Whether that column is there.
    pub(crate) fn gives(&self, key: &str) -> bool {
        self.columns.iter().any(|column| matches!(column, Column::Give(given) if given == key))
    }

    /// The cell of that column in a row.
    pub(crate) fn cell(&self, row: &'a [Cell], key: &str) -> Option<&'a Cell> {
        let at = self.columns.iter().position(|column| matches!(column, Column::Give(given) if given == key))?;
        row.get(at)
    }

    /// The tests of a row.
    pub(crate) fn tests(&self, row: &[Cell], names: &Names) -> Parse<Vec<(Field, CellTest)>> {
        let tested = self.columns.iter().zip(row).filter_map(|(column, cell)| match column {
            Column::Test(field) => Some((*field, cell)),
            Column::Give(_) | Column::Remark => None,
        });
        tested.map(|(field, cell)| Ok((field, cell_test(cell, field, names)?))).collect()
    }

    /// The fields it tests.
    pub(crate) fn inputs(&self) -> Vec<Field> {
        let field = |column: &Column| if let Column::Test(field) = column { Some(*field) } else { None };
        self.columns.iter().filter_map(field).collect()
    }

    /// Names of what it gives.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let name = |column: &Column| if let Column::Give(name) = column { Some(name.clone()) } else { None };
        self.columns.iter().filter_map(name).collect()
    }

    /// As a table to be looked up.
    pub(crate) fn table(&self, name: &str, hit: Hit, names: &Names) -> Result<Table, Vec<Finding>> {
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        for row in &self.mark.rows {
            match self.row(row, names) {
                Ok(row) => rows.push(row),
                Err(finding) => findings.push(*finding),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(Table { name: name.to_owned(), inputs: self.inputs(), outputs: self.outputs(), rows, hit })
    }

    fn row(&self, row: &[Cell], names: &Names) -> Parse<TableRow> {
        let tests = self.tests(row, names)?.into_iter().map(|(_, test)| test).collect();
        let given = self.columns.iter().zip(row).filter(|(column, _)| matches!(column, Column::Give(_)));
        let values = given.map(|(_, cell)| literal(cell)).collect::<Parse<Vec<Literal>>>()?;
        Ok(TableRow { tests, values })
    }
}

/// The words of a cell, at their places in the file.
pub(crate) fn cell_words(cell: &Cell) -> Vec<Word> {
    let whole = Span { file: cell.span.file, start: 0, end: cell.text.len() };
    let (mut words, _) = lexer::lex(&cell.text, whole, &lexer::Names::new());
    for word in &mut words {
        word.span.start += cell.span.start;
        word.span.end += cell.span.start;
    }
    words
}

/// A value that a row gives. What is no figure is a word, verbatim.
pub(crate) fn literal(cell: &Cell) -> Parse<Literal> {
    let words = cell_words(cell);
    let tokens: Vec<&Token> = words.iter().map(|word| &word.token).collect();
    Ok(match tokens.as_slice() {
        [] => return Err(Box::new(empty_cell(cell))),
        [Token::Money(fen)] => Literal::Money(*fen),
        [Token::Number(number) | Token::Percent(number)] => Literal::Number(*number),
        [Token::Minus, Token::Money(fen)] => Literal::Money(-*fen),
        [Token::Known("yes")] => Literal::Flag(true),
        [Token::Known("no")] => Literal::Flag(false),
        [Token::Known("unstated") | Token::Dash] => Literal::Unstated,
        [Token::Day(day)] => Literal::Day(*day),
        _ => Literal::Word(cell.text.trim().to_owned()),
    })
}

fn empty_cell(cell: &Cell) -> Finding {
    Finding::error(
        "P0511",
        Some(cell.span),
        Text::new("这一格是空的", "this cell is empty"),
        Text::new(
            "文件没有写明的填“未载明”，没有条件填“—”",
            "write `unstated` where the document states no value, “—” where nothing is tested",
        ),
    )
}

/// A cell that tests a field.
pub(crate) fn cell_test(cell: &Cell, field: Field, names: &Names) -> Parse<CellTest> {
    let words = cell_words(cell);
    let mut cursor = Cursor::new(&words, cell.span);
    if cursor.at_end() {
        return Err(Box::new(empty_cell(cell)));
    }
    let found = if matches!(words.as_slice(), [Word { token: Token::Dash, .. }]) {
        cursor.take();
        CellTest::Any
    } else {
        match sort_of(field, &names.facts) {
            Sort::FreeWord => CellTest::OneOf(free_words(&mut cursor, cell)),
            Sort::Money | Sort::Number => figures(&mut cursor, field, names)?,
            Sort::Flag | Sort::ClosedWord => one_of(&mut cursor, field, names)?,
        }
    };
    cursor.expect_end()?;
    Ok(found)
}

fn one_of(cursor: &mut Cursor<'_>, field: Field, names: &Names) -> Parse<CellTest> {
    let mut values = vec![value_of(cursor, field, names)?];
    while cursor.eat_list_comma() || cursor.eat_known("or") {
        values.push(value_of(cursor, field, names)?);
    }
    Ok(CellTest::OneOf(values))
}

/// Codes are taken verbatim: the lexer would read signs in them.
fn free_words(cursor: &mut Cursor<'_>, cell: &Cell) -> Vec<Literal> {
    while cursor.take().is_some() {}
    let parts = cell.text.split(['、', ',', '，']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Literal::Word(part.to_owned())).collect()
}

/// A figure, several, a range `18 至 60`, or `≥ 60`.
fn figures(cursor: &mut Cursor<'_>, field: Field, names: &Names) -> Parse<CellTest> {
    if let Some(bound) = open_range(cursor, field, names)? {
        return Ok(bound);
    }
    let first = if cursor.eat(&Token::Dash) { None } else { Some(value_of(cursor, field, names)?) };
    if cursor.eat_known("to") {
        return range_to(cursor, first, field, names);
    }
    let Some(first) = first else { return Err(cursor.expected(&spelling::quoted("to"))) };
    let mut values = vec![first];
    while cursor.eat_list_comma() {
        values.push(value_of(cursor, field, names)?);
    }
    Ok(CellTest::OneOf(values))
}

fn range_to(cursor: &mut Cursor<'_>, from: Option<Literal>, field: Field, names: &Names) -> Parse<CellTest> {
    let place = cursor.here();
    let to = if cursor.eat(&Token::Dash) { None } else { Some(value_of(cursor, field, names)?) };
    let mut to_inclusive = false;
    if cursor.eat(&Token::Open) {
        to_inclusive = cursor.eat_known("inclusive");
        if !to_inclusive {
            cursor.expect_known("exclusive")?;
        }
        cursor.expect_close()?;
    } else if cursor.eat_known("inclusive") {
        to_inclusive = true;
    } else {
        cursor.eat_known("exclusive");
    }
    let (from, to) = (from.and_then(|value| exact(&value)), to.and_then(|value| exact(&value)));
    if from.zip(to).is_some_and(|(from, to)| from > to || (from == to && !to_inclusive)) {
        return Err(Box::new(Finding::error(
            "P0511",
            Some(place),
            Text::new("范围的下限不小于上限，没有一个值符合", "the range is empty: its start is not below its end"),
            Text::new(
                "写成从小到大；上限含本数时写“（含）”",
                "write the smaller figure first; add `(inclusive)` where the end belongs to it",
            ),
        )));
    }
    Ok(CellTest::Range { from, to, to_inclusive })
}

fn open_range(cursor: &mut Cursor<'_>, field: Field, names: &Names) -> Parse<Option<CellTest>> {
    let build: fn(Exact) -> CellTest = match cursor.peek() {
        Some(Token::AtLeast) => |line| CellTest::Range { from: Some(line), to: None, to_inclusive: false },
        Some(Token::Less) => |line| CellTest::Range { from: None, to: Some(line), to_inclusive: false },
        Some(Token::AtMost) => |line| CellTest::Range { from: None, to: Some(line), to_inclusive: true },
        _ => return Ok(None),
    };
    cursor.take();
    Ok(exact(&value_of(cursor, field, names)?).map(build))
}

/// A figure as an exact number; money in fen.
pub(crate) fn exact(value: &Literal) -> Option<Exact> {
    match value {
        Literal::Money(fen) => Some((*fen).into()),
        Literal::Number(number) => Some(*number),
        Literal::Flag(_) | Literal::Word(_) | Literal::Day(_) | Literal::Unstated => None,
    }
}

/// Money in a cell; `0` needs no unit.
pub(crate) fn money_cell(cell: &Cell) -> Parse<Fen> {
    match literal(cell)? {
        Literal::Money(fen) => Ok(fen),
        Literal::Number(number) if number == Exact::from_integer(0) => Ok(Fen::ZERO),
        _ => Err(Box::new(bad_cell(cell, &Text::new("金额（如 3万元）", "an amount (such as 30,000元)")))),
    }
}

/// This cell should hold something else.
pub(crate) fn bad_cell(cell: &Cell, wanted: &Text) -> Finding {
    Finding::error(
        "P0511",
        Some(cell.span),
        Text::new(format!("这一格应当是{}", wanted.zh), format!("this cell should hold {}", wanted.en)),
        Text::new(format!("写上{}", wanted.zh), format!("write {}", wanted.en)),
    )
}

/// The column of the rule's own tables that is named after a clause.
pub(crate) fn own_column(scope: &Scope<'_>, column: &'static str, here: Span) -> Parse<(TableIx, usize)> {
    let found = scope.own_tables.iter().find_map(|ix| {
        let table = scope.names.tables.get(ix.0)?;
        table.outputs.iter().position(|output| output == column).map(|output| (*ix, output))
    });
    found.ok_or_else(|| no_column(column, here))
}

/// 依下表 without such a table.
pub(crate) fn no_column(column: &'static str, here: Span) -> Box<Finding> {
    let wanted = spelling::quoted_clause(column);
    Box::new(Finding::error(
        "P0509",
        Some(here),
        Text::new(
            format!("写了“依下表”，下面没有带{}列的表", wanted.zh),
            format!("there is no table with a column {} below", wanted.en),
        ),
        Text::new(
            format!("在块的下面紧接一张有{}列的表", wanted.zh),
            format!("put a table with a column {} right below the block", wanted.en),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::testing::{names, table};

    #[test]
    fn a_rule_table_by_category_and_age() {
        let mark = table(&["认定类别|年龄|比例|备注", "低保、特困|18 至 60（含）|90%|x", "—|≥ 60|未载明|y"]);
        let read = of_rule(&mark, &names()).unwrap();
        let table = read.table("t", Hit::First, &names()).unwrap();
        assert_eq!(table.inputs, [Field::Category, Field::Age]);
        assert_eq!(table.outputs, ["rate"]);
        let [first, second] = table.rows.as_slice() else { panic!() };
        assert_eq!(first.values, [Literal::Number(Exact::new(9, 10))]);
        let from_to = |from: i128, to: i128| (Some(Exact::from_integer(from)), Some(Exact::from_integer(to)));
        let (from, to) = from_to(18, 60);
        assert_eq!(first.tests[1], CellTest::Range { from, to, to_inclusive: true });
        assert_eq!(second.tests[0], CellTest::Any);
        assert_eq!(second.values, [Literal::Unstated]);
    }

    #[test]
    fn what_is_wrong_with_a_table() {
        for (rows, code) in [(["比率率|备注", "1|2"], "P0510"), (["比例|比例", "1|2"], "P0510")] {
            let mark = table(&rows);
            let findings = of_rule(&mark, &names()).unwrap_err();
            assert!(findings.iter().any(|finding| finding.code == code), "{rows:?}");
        }
        for cell in ["60 至 18", ""] {
            let mark = table(&["年龄|比例", &format!("{cell}|1")]);
            let findings = of_rule(&mark, &names()).unwrap().table("t", Hit::Unique, &names()).unwrap_err();
            assert_eq!(findings[0].code, "P0511", "{cell}");
        }
    }

    #[test]
    fn money_in_tables_is_in_fen() {
        let mark = table(&["家庭年收入|定额", "1万元 至 2万元|500元"]);
        let table = of_rule(&mark, &names()).unwrap().table("t", Hit::Unique, &names()).unwrap();
        let expected = CellTest::Range {
            from: Some(Exact::from_integer(1_000_000)),
            to: Some(Exact::from_integer(2_000_000)),
            to_inclusive: false,
        };
        assert_eq!(table.rows[0].tests, [expected]);
        assert_eq!(table.rows[0].values, [Literal::Money(Fen::yuan(500))]);
    }
}
