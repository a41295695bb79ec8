//! A pack as its author wrote it: words and places, not yet meaning.

use shukun_base::{Day, Exact, Fen, Lang};

/// A range of bytes in one file of the pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Span {
    /// Which file: index into [`Sources`].
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The files of a run by name, so that a finding can show the official's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Name (as shown to the reader) and text.
    pub files: Vec<(String, String)>,
}

/// 规则.md
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Articles in order. Text before the first heading is an article of level 0 with an empty heading.
    pub articles: Vec<Article>,
    /// The language that most of its keywords are written in; the formatter writes all of them in it.
    pub lang: Lang,
}

/// A heading and what stands below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    /// `## 三、（三）追溯救助` has level 2.
    pub level: u8,
    /// The heading's text.
    pub heading: String,
    /// Where it stands.
    pub span: Span,
    /// In the order of the text.
    pub items: Vec<Item>,
}

/// A piece of an article.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Anything that is not one of the others, verbatim: paragraphs, lists, tables that belong to no declaration.
    Prose(Prose),
    /// A block ```纾困.
    Declaration(Declaration),
    /// A block ```疑义.
    Ambiguity(Ambiguity),
    /// A block ```算例 with its table.
    Example(Example),
}

/// A comment inside a block: `# …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Which line of the block it belongs to, continuation lines not counted: 0 is the first (the declaration's head,
    /// the ambiguity's question, an example's first key); past the last line, it stands at the end.
    pub line: usize,
    /// Behind that line's words, not on a line of its own before it.
    pub trailing: bool,
    /// Without the sign, trimmed.
    pub text: String,
}

/// Verbatim Markdown.
#[derive(Clone, Debug, PartialEq)]
pub struct Prose {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What a ```纾困 block declares: its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeclarationKind {
    /// 规则
    Rule,
    /// 修改: some clauses of a parent's rule
    Amend,
    /// 停用: a parent's rule no longer holds
    Repeal,
    /// 口径
    Measure,
    /// 事实
    Fact,
    /// 次序
    Order,
    /// 施行
    Validity,
    /// 基金
    Fund,
    /// 参数表
    Parameters,
    /// 判定表
    Decision,
}

/// A ```纾困 block and the tables that follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// 规则, 口径, …
    pub kind: DeclarationKind,
    /// Its name, verbatim.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Its clauses in order.
    pub clauses: Vec<Clause>,
    /// Tables that directly follow the block.
    pub tables: Vec<MarkTable>,
    /// The whole block.
    pub span: Span,
    /// Comments inside the block, by line.
    pub comments: Vec<Comment>,
}

/// `基数：政策范围内费用 － 已付（基本医保）`
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The clause's keyword in its English spelling (`base`), the identity of the word in the registry.
    pub key: &'static str,
    /// Where the keyword stands.
    pub key_span: Span,
    /// The words after the colon; continuation lines joined.
    pub words: Vec<Word>,
    /// The same verbatim, trimmed: for clauses whose value is free text (依据, 牵头, 不计).
    pub text: String,
    /// Where the value stands.
    pub span: Span,
}

/// A word of a clause with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// What it is.
    pub token: Token,
    /// Where it stands.
    pub span: Span,
}

/// What the lexer sees. Full-width and half-width forms give the same token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A word of the registry in its English spelling: `in_scope`, `paid`, `and`, `per_person`.
    Known(&'static str),
    /// A name that the registry does not know: a rule, a tier, a fact, an office. Verbatim.
    Name(String),
    /// 3万元, 49,500元
    Money(Fen),
    /// 90%, 5‰ as an exact number.
    Percent(Exact),
    /// 12, 1/3
    Number(Exact),
    /// 2022年12月23日, 2022-12-23
    Day(Day),
    /// 前12个月 → 12; `12 months before`
    MonthsBefore(u32),
    /// 连续12个月 → 12; `rolling 12 months`
    RollingMonths(u32),
    /// 7月1日起; `--07-01`: a day of every year.
    MonthDay {
        /// 1–12
        month: i8,
        /// 1–31
        day: i8,
    },
    /// 读法Y1, 疑义Y1; `reading Y1`: stands for the words of the chosen reading.
    Reading(String),
    /// ＋
    Plus,
    /// －
    Minus,
    /// ×
    Times,
    /// ÷
    Over,
    /// （
    Open,
    /// ）
    Close,
    /// 【
    OpenSet,
    /// 】
    CloseSet,
    /// 、 or a comma inside brackets
    ListComma,
    /// ，
    Comma,
    /// ；
    Semicolon,
    /// ＜
    Less,
    /// ≤
    AtMost,
    /// ＝
    Equal,
    /// ≠
    NotEqual,
    /// ≥
    AtLeast,
    /// ＞
    More,
    /// —; 未载明 is `Known("unstated")`
    Dash,
}

/// A Markdown table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarkTable {
    /// Header cells.
    pub header: Vec<Cell>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
    /// The whole table.
    pub span: Span,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Trimmed text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A ```疑义 block.
#[derive(Clone, Debug, PartialEq)]
pub struct Ambiguity {
    /// `Y1`
    pub id: String,
    /// What is in doubt: `分段方式`
    pub question: String,
    /// Where the first line stands.
    pub span: Span,
    /// At least two.
    pub readings: Vec<Reading>,
    /// 暂定: the name of the provisional reading.
    pub provisional: Option<Cell>,
    /// 确认人: who confirms it, verbatim.
    pub confirmed_by: Option<Cell>,
    /// Comments inside the block, by line.
    pub comments: Vec<Comment>,
}

/// `分别累进 ＝ 分别累进：各段只就落在该段内的部分计算`
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// The words that take the placeholder's place; the name itself where none are written.
    pub words: Vec<Word>,
    /// Those words verbatim, where they were written.
    pub value: Option<String>,
    /// What it means, verbatim.
    pub meaning: String,
    /// 【示例】: its values are invented for demonstration.
    pub illustrative: bool,
    /// Where it stands.
    pub span: Span,
}

/// A ```算例 block and its table: worked examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows (the block's first line).
    pub title: String,
    /// `规则：`, the rule whose amount the column 应付 means.
    pub rule: Option<Cell>,
    /// `设：` facts that hold for every row: name and value.
    pub given: Vec<(Cell, Cell)>,
    /// `出处：` where the figures come from, verbatim.
    pub source: Option<String>,
    /// One row = one claim; a row whose first cell is `〃` continues the person of the row above.
    pub table: MarkTable,
    /// The whole block.
    pub span: Span,
    /// Comments inside the block, by line.
    pub comments: Vec<Comment>,
}
