//! Moving a document's places when its files join those of other packs.

use crate::document::{Ambiguity, Cell, Declaration, Document, Example, Item, MarkTable, Span, Word};

/// Adds `by` to the file number of every place.
pub(crate) fn shift_files(document: &mut Document, by: usize) {
    for article in &mut document.articles {
        span(&mut article.span, by);
        for item in &mut article.items {
            match item {
                Item::Prose(prose) => span(&mut prose.span, by),
                Item::Declaration(found) => declaration(found, by),
                Item::Ambiguity(found) => ambiguity(found, by),
                Item::Example(found) => example(found, by),
            }
        }
    }
}

fn span(span: &mut Span, by: usize) {
    span.file += by;
}

fn words(words: &mut [Word], by: usize) {
    words.iter_mut().for_each(|word| span(&mut word.span, by));
}

fn cell(cell: &mut Cell, by: usize) {
    span(&mut cell.span, by);
}

fn table(table: &mut MarkTable, by: usize) {
    span(&mut table.span, by);
    table.header.iter_mut().chain(table.rows.iter_mut().flatten()).for_each(|found| cell(found, by));
}

fn declaration(found: &mut Declaration, by: usize) {
    span(&mut found.span, by);
    span(&mut found.name_span, by);
    for clause in &mut found.clauses {
        span(&mut clause.key_span, by);
        span(&mut clause.span, by);
        words(&mut clause.words, by);
    }
    found.tables.iter_mut().for_each(|found| table(found, by));
}

fn ambiguity(found: &mut Ambiguity, by: usize) {
    span(&mut found.span, by);
    found.provisional.iter_mut().chain(&mut found.confirmed_by).for_each(|found| cell(found, by));
    for reading in &mut found.readings {
        span(&mut reading.span, by);
        words(&mut reading.words, by);
    }
}

fn example(found: &mut Example, by: usize) {
    span(&mut found.span, by);
    found.rule.iter_mut().for_each(|found| cell(found, by));
    for (name, value) in &mut found.given {
        cell(name, by);
        cell(value, by);
    }
    table(&mut found.table, by);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::Names;
    use crate::markdown::read_document;

    #[test]
    fn a_document_read_as_file_2_is_that_of_file_0_shifted() {
        let text = "# 条\n文\n```纾困\n规则 甲\n依据：一\n比例：读法Y1\n```\n| 年龄 | 比例 |\n|---|---|\n| 1 | 1% |\n\n```疑义\nY1 问\n  10%：少\n  20%：多\n暂定：10%\n```\n\n```算例 例\n规则：甲\n设：年龄＝3\n```\n| 情形 | 应付 |\n|---|---|\n| 一 | 1 |\n";
        let (mut document, _) = read_document(0, text, &Names::new());
        shift_files(&mut document, 2);
        assert_eq!(document, read_document(2, text, &Names::new()).0);
    }
}
