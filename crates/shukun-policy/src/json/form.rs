//! The shape of the JSON form; its schema is made from here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shukun_base::Lang;

use crate::registry::{self, Entry};

/// A pack's document: articles with prose, declarations, ambiguities and worked examples, in the order of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pack")]
pub(super) struct PackForm {
    /// 1
    #[schemars(range(min = 1, max = 1))]
    pub(super) language_version: u32,
    /// The language that the Markdown form is written in.
    pub(super) lang: Lang,
    /// In the order of the text.
    pub(super) articles: Vec<ArticleForm>,
}

/// A heading and what stands below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Article")]
pub(super) struct ArticleForm {
    /// 1 to 6; 0 for what stands above the first heading.
    #[schemars(range(max = 6))]
    pub(super) level: u8,
    /// The heading's text.
    pub(super) heading: String,
    /// In the order of the text.
    pub(super) items: Vec<ItemForm>,
}

/// A piece of an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Item")]
pub(super) enum ItemForm {
    /// Markdown, verbatim.
    Prose(String),
    /// A rule or another declaration.
    Declaration(DeclarationForm),
    /// A place that can be read in several ways.
    Ambiguity(AmbiguityForm),
    /// Worked examples.
    Example(ExampleForm),
}

impl ItemForm {
    pub(super) fn declaration(&self) -> Option<&DeclarationForm> {
        match self {
            ItemForm::Declaration(declaration) => Some(declaration),
            _ => None,
        }
    }
}

/// A rule or another declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Declaration")]
pub(super) struct DeclarationForm {
    /// What it declares.
    #[schemars(schema_with = "declaration_words")]
    pub(super) kind: String,
    /// Its name; empty for an order or validity without one.
    pub(super) name: String,
    /// In the order of the text.
    pub(super) clauses: Vec<ClauseForm>,
    /// Tables below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tables: Vec<TableForm>,
    /// Comments inside the block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) comments: Vec<CommentForm>,
}

/// `base: in_scope - paid(…)`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Clause")]
pub(super) struct ClauseForm {
    /// Its keyword.
    #[schemars(schema_with = "clause_words")]
    pub(super) key: String,
    /// Its value in English words; names and free text as written.
    pub(super) value: String,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Table")]
pub(super) struct TableForm {
    /// Header cells.
    pub(super) header: Vec<String>,
    /// Rows, each with as many cells as the header.
    pub(super) rows: Vec<Vec<String>>,
}

/// A comment inside a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Comment")]
pub(super) struct CommentForm {
    /// Which line of the block it belongs to, from 0; past the last, it stands at the end.
    pub(super) line: usize,
    /// Behind that line's words, not on a line of its own before it.
    pub(super) trailing: bool,
    /// Without the sign.
    pub(super) text: String,
}

/// A place that can be read in several ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Ambiguity")]
pub(super) struct AmbiguityForm {
    /// `Y1`
    pub(super) id: String,
    /// What is in doubt.
    pub(super) question: String,
    /// At least two.
    #[schemars(length(min = 2))]
    pub(super) readings: Vec<ReadingForm>,
    /// The name of the reading that holds until somebody confirms one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) provisional: Option<String>,
    /// Who confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) confirmed_by: Option<String>,
    /// Comments inside the block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) comments: Vec<CommentForm>,
}

/// One way to read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reading")]
pub(super) struct ReadingForm {
    /// Its name.
    pub(super) name: String,
    /// The words that take the placeholder's place, in English; the name itself where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    /// What it means.
    pub(super) meaning: String,
    /// Its values are invented for demonstration.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) illustrative: bool,
}

/// Worked examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Example")]
pub(super) struct ExampleForm {
    /// What they show.
    pub(super) title: String,
    /// The rule they test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<String>,
    /// Facts that hold for every row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) given: Vec<GivenForm>,
    /// Where the figures come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// One row a case.
    pub(super) table: TableForm,
    /// Comments inside the block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) comments: Vec<CommentForm>,
}

/// A fact of a worked example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Given")]
pub(super) struct GivenForm {
    /// A field, date or fact.
    pub(super) name: String,
    /// Its value as written.
    pub(super) value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

fn one_of(words: &[Entry]) -> schemars::Schema {
    let ids: Vec<&str> = words.iter().map(Entry::id).collect();
    schemars::json_schema!({ "type": "string", "enum": ids })
}

fn declaration_words(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    one_of(registry::declarations())
}

fn clause_words(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    one_of(registry::clauses())
}
