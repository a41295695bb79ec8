//! Pack text → a checked, versioned program of rules.
//!
//! Takes names and bytes, opens no file. A pack goes through three forms, each a plain value:
//!
//! 1. [`document`]: the Markdown as the official wrote it: articles, prose, declarations with their clauses as
//!    words, tables, ambiguities, worked examples; every piece knows its place in the text. The formatter, the
//!    JSON form, inheritance and overlays work here.
//! 2. A typed pack for one choice of readings: the placeholder of each 疑义 replaced by a reading's words, then
//!    each clause parsed.
//! 3. [`program`]: several packs linked in payer order. This is what runs.
//!
//! What an official may get wrong is collected in [`finding::Finding`]s, never thrown.

mod check;
pub mod codes;
pub mod coverage;
pub mod describe;
pub mod document;
pub mod finding;
pub mod format;
mod inherit;
pub mod json;
pub mod lexer;
pub mod link;
pub mod markdown;
pub mod needs;
pub mod pack;
pub mod pack_toml;
pub mod program;
mod readings;
pub mod registry;
mod relocate;
pub mod render;
mod typed;
mod walk;
