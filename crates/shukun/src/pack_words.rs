//! The pieces of a pack in the reader's words: clause by clause, in the one spelling of their language.

use shukun_base::Lang;
use shukun_policy::document::{Clause, Declaration, DeclarationKind, Document, Item, MarkTable};
use shukun_policy::format::print_words;
use shukun_policy::markdown::is_free_text;
use shukun_policy::registry;

/// All declarations of a document with the heading they stand under.
pub fn declarations(document: &Document) -> Vec<(&str, &Declaration)> {
    let items =
        document.articles.iter().flat_map(|article| article.items.iter().map(|item| (article.heading.as_str(), item)));
    items
        .filter_map(|(heading, item)| if let Item::Declaration(found) = item { Some((heading, found)) } else { None })
        .collect()
}

/// `规则`, `rule`
pub fn kind_word(kind: DeclarationKind, lang: Lang) -> &'static str {
    let id = registry::declaration_word(kind).unwrap_or_default();
    registry::declaration(id).map(|word| word.spelling(lang)).unwrap_or(id)
}

/// `基数`, `base`
pub fn key_word(clause: &Clause, lang: Lang) -> &'static str {
    registry::clause(clause.key).map(|word| word.spelling(lang)).unwrap_or(clause.key)
}

/// The clause's value. Free text stays as it was written.
pub fn value_words(clause: &Clause, lang: Lang) -> String {
    if clause.words.is_empty() || is_free_text(clause.key) {
        return clause.text.clone();
    }
    print_words(&clause.words, clause.key, lang)
}

/// The rows of a table, cells joined.
pub fn table_rows(table: &MarkTable) -> Vec<String> {
    let joined = |cells: &[shukun_policy::document::Cell]| {
        cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join(" | ")
    };
    std::iter::once(joined(&table.header)).chain(table.rows.iter().map(|row| joined(row))).collect()
}
