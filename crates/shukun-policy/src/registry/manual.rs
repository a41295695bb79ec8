//! The word list of the manual, printed from the table.

use std::fmt::Write as _;

use super::{Entry, block_keys, clauses, columns, declarations, fences, values};

/// All words as a Markdown page.
pub fn word_list() -> String {
    let mut page = String::from(
        "# 词表 · Words\n\nMade from the registry; `cargo test -p shukun-policy` holds it equal.\n\
         中文与英文可混写；括号内的写法也认。 Both spellings may be mixed; those in parentheses are accepted too.\n",
    );
    for (title, table) in [
        ("围栏 · Blocks", fences()),
        ("声明 · Declarations", declarations()),
        ("条款 · Clauses", clauses()),
        ("疑义与算例 · Inside 疑义 and 算例", block_keys()),
        ("值 · Values", values()),
        ("表列与结果 · Columns and outcomes", columns()),
    ] {
        write_table(&mut page, title, table);
    }
    page
}

fn write_table(page: &mut String, title: &str, table: &[Entry]) {
    let _ = write!(page, "\n## {title}\n\n| 中文 | English | class | 含义 | meaning |\n|---|---|---|---|---|\n");
    for entry in table {
        let _ = writeln!(
            page,
            "| {} | {} | {:?} | {} | {} |",
            spellings(entry.zh),
            spellings(entry.en),
            entry.class,
            entry.meaning_zh,
            entry.meaning_en
        );
    }
}

fn spellings(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [canonical, also @ ..] => format!("{canonical} ({})", also.join(", ")),
    }
}
