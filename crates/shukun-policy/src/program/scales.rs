//! Scales and tables.

use shukun_base::{Day, Exact, Fen};

use super::{Expr, Field};

/// How much of the base is paid.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// 比例
    Rate {
        /// A number between 0 and 1.
        rate: Expr,
    },
    /// 分段
    Brackets {
        /// How a base is read against the rows.
        mode: BracketMode,
        /// What the lines are measured on.
        on: BracketsOn,
        /// Scales by attribute; the first whose tests hold counts. One without tests where there are no attributes.
        scales: Vec<BracketScale>,
    },
}

/// 分段方式: the four ways officials read "X 元至 Y 元的，按 Z% 救助".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BracketMode {
    /// 分别累进: each row's rate only on the part of the base inside it; nothing below the first row.
    Marginal,
    /// 整额: the whole base at the rate of the row it falls in.
    Whole,
    /// 扣起付整额: what exceeds the first line, at the rate of the row the base falls in.
    WholeAboveFirstLine,
    /// 达线累进: nothing until the first line is reached, then row by row from the first fen, the first row reaching down to zero.
    MarginalFromFirstFen,
}

/// 以 … 计
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BracketsOn {
    /// 基数 (accumulated)
    Base,
    /// 个人已付: what the patient has borne so far of this rule's base over its accumulation.
    PatientPaid,
}

/// One scale of rows without gap or overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct BracketScale {
    /// Attribute tests that select it.
    pub tests: Vec<(Field, CellTest)>,
    /// Rows, lowest first.
    pub rows: Vec<Bracket>,
}

/// `| 3万元 | 10万元 | 10% |`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// From (含).
    pub from: Fen,
    /// To (不含); none = no end.
    pub to: Option<Fen>,
    /// The share of the base that is paid.
    pub rate: Exact,
}

/// A parameter table, decision table, or the attribute table of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name (for a rule's own table, the rule's).
    pub name: String,
    /// The fields its rows test.
    pub inputs: Vec<Field>,
    /// Names of its output columns.
    pub outputs: Vec<String>,
    /// Rows in order.
    pub rows: Vec<TableRow>,
    /// What happens when several rows fit (命中).
    pub hit: Hit,
}

/// 命中
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hit {
    /// 唯一: exactly one row may fit (the checker proved it where it can; a category set can still fit two).
    Unique,
    /// 首行: the first row that fits.
    First,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// One test per input.
    pub tests: Vec<CellTest>,
    /// One value per output.
    pub values: Vec<Literal>,
}

/// A cell that tests a field.
#[derive(Clone, Debug, PartialEq)]
pub enum CellTest {
    /// — (anything, also unknown)
    Any,
    /// One of these words, numbers or flags.
    OneOf(Vec<Literal>),
    /// A range of numbers or money.
    Range {
        /// From (含).
        from: Option<Exact>,
        /// To.
        to: Option<Exact>,
        /// Whether `to` belongs to it.
        to_inclusive: bool,
    },
}

/// A literal value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// 12,345.67元, 3万元
    Money(Fen),
    /// 90%, 12, 2/3
    Number(Exact),
    /// 是 / 否
    Flag(bool),
    /// A word. Values of fixed columns by their English key, whatever language the pack is written in: `dibao`,
    /// `inpatient`, `resident` (the spellings of the fact types), `male`, `female`; codes and values of declared
    /// facts verbatim.
    Word(String),
    /// 2022年12月23日
    Day(Day),
    /// 未载明: the document states no value.
    Unstated,
}
