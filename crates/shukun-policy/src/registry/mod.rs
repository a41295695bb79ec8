//! Every word of the policy language, in Chinese and English: the one table that the lexer, the parser, the
//! formatter, the manual and editor hints read.
//!
//! A word's identity is its first English spelling (`in_scope`); tokens and clauses carry that. Which words may
//! stand where is not known here. Start at [`Entry`] and [`value`].

mod manual;
mod meaning;
mod words;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use manual::word_list;
pub use meaning::*;
use shukun_base::Lang;

/// What kind of word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// First word of a 纾困 block.
    Declaration,
    /// Keyword before a colon.
    Clause,
    /// Key inside a 疑义 or 算例 block.
    BlockKey,
    /// Label of a fenced block.
    Fence,
    /// A column of a claim, person or household.
    Field,
    /// A yes/no column.
    Flag,
    /// A date.
    Date,
    /// 期内曾具备
    Status,
    /// 逐笔, 期末
    Timing,
    /// 结算编号
    Sort,
    /// 每次, 每自然年 …
    Period,
    /// 每人, 每户 …
    Unit,
    /// 特困, 低保 …
    Category,
    /// 住院, 门诊 …
    ClaimKind,
    /// 职工, 是, 未载明 …
    Value,
    /// 且, 属于 …
    Operator,
    /// 已付, 查表 …
    Function,
    /// 余额, 全额
    Base,
    /// 分别累进 …
    BracketMode,
    /// 四舍五入 …
    Rounding,
    /// 到分 …
    RoundingUnit,
    /// 唯一, 首行
    Hit,
    /// 已结算 …
    Source,
    /// 是否, 金额 …
    FactType,
    /// 人员, 结算
    Owner,
    /// 红, 橙, 黄
    Colour,
    /// 按, 至, 依下表 …
    Connective,
    /// 不低于, 超过 …: the lexer turns them into signs.
    Comparison,
    /// A column that only tables and worked examples have.
    Column,
    /// 不符合, 待议 …
    Outcome,
}

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind of word it is.
    pub class: Class,
    /// Chinese spellings, canonical first.
    pub zh: &'static [&'static str],
    /// English spellings, canonical first: the word's identity.
    pub en: &'static [&'static str],
    /// What it means.
    pub meaning_zh: &'static str,
    /// What it means.
    pub meaning_en: &'static str,
}

impl Entry {
    /// The word's identity.
    pub fn id(&self) -> &'static str {
        self.en.first().copied().unwrap_or_default()
    }

    /// The canonical spelling in `lang`.
    pub fn spelling(&self, lang: Lang) -> &'static str {
        let spellings = if lang == Lang::Zh { self.zh } else { self.en };
        spellings.first().copied().unwrap_or_default()
    }
}

type Index = HashMap<&'static str, &'static Entry>;

fn index(tables: &[&'static [Entry]]) -> Index {
    let mut index = Index::new();
    for entry in tables.iter().copied().flatten() {
        for spelling in entry.zh.iter().chain(entry.en) {
            index.entry(spelling).or_insert(entry);
        }
    }
    index
}

fn find(cell: &'static OnceLock<Index>, table: &'static [Entry], spelling: &str) -> Option<&'static Entry> {
    let index = cell.get_or_init(|| index(&[table]));
    match index.get(spelling) {
        Some(entry) => Some(entry),
        None if spelling.len() <= MAX_WORD_BYTES && spelling.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            index.get(spelling.to_ascii_lowercase().as_str()).copied()
        }
        None => None,
    }
}

/// No word is longer.
const MAX_WORD_BYTES: usize = 64;

macro_rules! lookups {
    ($($(#[$doc:meta])* $name:ident, $all:ident, $table:ident;)*) => { $(
        $(#[$doc])*
        /// English spellings are found in any case.
        pub fn $name(spelling: &str) -> Option<&'static Entry> {
            static INDEX: OnceLock<Index> = OnceLock::new();
            find(&INDEX, words::$table, spelling)
        }

        /// All words of that table, in its order.
        pub fn $all() -> &'static [Entry] {
            words::$table
        }
    )* };
}

lookups! {
    /// The declaration word with this (folded) spelling or identity.
    declaration, declarations, DECLARATIONS;
    /// The clause keyword with this (folded) spelling or identity.
    clause, clauses, CLAUSES;
    /// The key of a 疑义 or 算例 block with this (folded) spelling or identity.
    block_key, block_keys, BLOCK_KEYS;
    /// The label of a fenced block with this (folded) spelling or identity.
    fence, fences, FENCES;
    /// The word of a clause's value with this (folded) spelling or identity.
    value, values, VALUES;
    /// The table column or outcome with this (folded) spelling or identity.
    column, columns, COLUMNS;
}

/// The word of a table's header or cell: a column or outcome, a word of a value, or a clause's keyword.
pub fn header(spelling: &str) -> Option<&'static Entry> {
    column(spelling).or_else(|| value(spelling)).or_else(|| clause(spelling))
}

/// The word of `words` nearest to a misspelt one, if any is near enough to be meant.
pub fn did_you_mean(spelling: &str, words: &'static [Entry]) -> Option<&'static str> {
    nearest(spelling, words.iter().flat_map(|entry| entry.zh.iter().chain(entry.en)).copied())
}

/// The same among any words.
pub fn nearest<'a>(spelling: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = spelling.chars().take(MAX_WORD_BYTES).collect();
    words
        .map(|known| (distance(&letters, known), known))
        .filter(|(distance, known)| *distance <= tolerance(known) && *distance < letters.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters may differ.
fn tolerance(known: &str) -> usize {
    if known.chars().count() <= 4 { 1 } else { 2 }
}

/// How many letters must be changed, added or left out (Levenshtein).
fn distance(letters: &[char], known: &str) -> usize {
    let mut row: Vec<usize> = (0..=letters.len()).collect();
    for (index, other) in known.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, letter) in row.iter_mut().skip(1).zip(letters) {
            let changed = diagonal + usize::from(*letter != other);
            diagonal = *cell;
            left = changed.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_spelling_means_two_things_in_one_place() {
        for table in [declarations(), clauses(), block_keys(), fences(), values(), columns()] {
            let mut seen = HashSet::new();
            for entry in table {
                for spelling in entry.zh.iter().chain(entry.en) {
                    assert!(seen.insert(spelling), "{spelling}");
                }
                assert!(!entry.meaning_zh.is_empty() && !entry.meaning_en.is_empty());
            }
        }
    }

    #[test]
    fn finds_words_by_any_spelling() {
        for (spelling, id) in [("政策范围内费用", "in_scope"), ("结算时间", "settled_on"), ("In_Scope", "in_scope")]
        {
            assert_eq!(value(spelling).map(Entry::id), Some(id));
        }
        assert_eq!(value("政策"), None);
    }

    #[test]
    fn guesses_the_word_that_was_meant() {
        for (typed, meant) in [("触法", Some("触发")), ("化解到", Some("化解至")), ("acumulate", Some("accumulate"))]
        {
            assert_eq!(did_you_mean(typed, clauses()), meant);
        }
        assert_eq!(did_you_mean("天气", clauses()), None);
    }

    #[test]
    fn distance_counts_edits() {
        for (a, b, edits) in [("", "abc", 3), ("kitten", "sitting", 3), ("abc", "abc", 0)] {
            assert_eq!(distance(&a.chars().collect::<Vec<_>>(), b), edits);
        }
    }
}
