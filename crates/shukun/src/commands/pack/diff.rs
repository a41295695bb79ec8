//! `shukun pack diff`: what changed between two packs or versions, clause by clause. Prose and spelling do not count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use shukun_base::{Lang, Text};
use shukun_policy::document::{Ambiguity, Declaration};
use shukun_policy::pack::Pack;

use crate::args::{Format, PackDiffArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::pack_words::{declarations, key_word, kind_word, table_rows, value_words};
use crate::packs::load_packs;
use crate::words::pick;

/// Runs the command.
pub fn diff(args: &PackDiffArgs, lang: Lang) -> Result<Exit, CliError> {
    let (old, new) = (load_one(&args.old)?, load_one(&args.new)?);
    let changes = between(&old, &new, lang);
    match args.format {
        Format::Json => print_json(&changes)?,
        Format::Text => print(&text(&changes, lang))?,
    }
    Ok(Exit::Done)
}

/// One thing that differs; `old` is missing where it is new, `new` where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `规则 追溯救助`
    pub of: String,
    /// `基数`
    pub clause: String,
    /// As it was.
    pub old: Option<String>,
    /// As it is.
    pub new: Option<String>,
}

/// What changed between two packs or versions.
pub fn between(old: &Pack, new: &Pack, lang: Lang) -> Vec<Change> {
    changes(&lines_of(old, lang), &lines_of(new, lang))
}

/// What a pack says, by what it says it of: (declaration, clause) to words, in the order of the text.
type Lines = Vec<((String, String), String)>;

fn load_one(path: &Path) -> Result<Pack, CliError> {
    let loaded = load_packs(&[PathBuf::from(path)])?;
    let mut named = loaded.named_packs().cloned();
    match (named.next(), named.next()) {
        (Some(pack), None) => Ok(pack),
        _ => Err(CliError::usage(
            "cli-one-pack",
            Text::new("比较时每边写一份制度包", "a comparison takes one pack on each side"),
            Some(path.display().to_string()),
            Text::new("写那份制度包自己的文件夹", "name the folder of that pack itself"),
        )),
    }
}

fn lines_of(pack: &Pack, lang: Lang) -> Lines {
    let mut lines = meta_lines(pack);
    for (_, declaration) in declarations(&pack.document) {
        lines.extend(declaration_lines(declaration, lang));
    }
    for ambiguity in pack.ambiguities() {
        lines.extend(ambiguity_lines(ambiguity, lang));
    }
    lines
}

fn meta_lines(pack: &Pack) -> Lines {
    let meta = &pack.meta;
    let day = |day: Option<shukun_base::Day>| day.map(|day| day.to_string());
    let values = [
        ("id", Some(meta.id.clone())),
        ("title", Some(meta.title.clone())),
        ("document_number", meta.document_number.clone()),
        ("issuer", meta.issuer.clone()),
        ("region", Some(meta.region.to_string())),
        ("parent", meta.parent.clone()),
        ("issued", day(meta.issued)),
        ("in_force", day(meta.in_force)),
        ("benefits_from", day(meta.benefits_from)),
        ("expires", day(meta.expires)),
        ("provenance", Some(format!("{:?}", meta.provenance).to_lowercase())),
    ];
    let line = |(key, value): (&str, Option<String>)| Some((("pack.toml".to_owned(), key.to_owned()), value?));
    values.into_iter().filter_map(line).collect()
}

fn declaration_lines(declaration: &Declaration, lang: Lang) -> Lines {
    let of = format!("{} {}", kind_word(declaration.kind, lang), declaration.name);
    let mut lines: Lines = declaration
        .clauses
        .iter()
        .map(|clause| ((of.clone(), key_word(clause, lang).to_owned()), value_words(clause, lang)))
        .collect();
    if declaration.clauses.is_empty() {
        lines.push(((of.clone(), String::new()), declaration.name.clone()));
    }
    for (number, table) in (1..).zip(&declaration.tables) {
        let rows = table_rows(table);
        let word = pick(lang, "表", "table");
        lines.push(((of.clone(), format!("{word}{number}")), rows.join("\n")));
    }
    lines
}

fn ambiguity_lines(ambiguity: &Ambiguity, lang: Lang) -> Lines {
    let of = format!("{} {} {}", pick(lang, "疑义", "ambiguity"), ambiguity.id, ambiguity.question);
    let mut lines: Lines = ambiguity
        .readings
        .iter()
        .map(|reading| {
            let value = reading.value.as_ref().map(|value| format!("{value} ")).unwrap_or_default();
            ((of.clone(), reading.name.clone()), format!("{value}{}", reading.meaning))
        })
        .collect();
    let said = |word: &str, cell: &Option<shukun_policy::document::Cell>| {
        cell.as_ref().map(|cell| ((of.clone(), word.to_owned()), cell.text.clone()))
    };
    lines.extend(said(pick(lang, "暂定", "provisional"), &ambiguity.provisional));
    lines.extend(said(pick(lang, "确认人", "confirmed by"), &ambiguity.confirmed_by));
    lines
}

fn changes(old: &Lines, new: &Lines) -> Vec<Change> {
    let before = by_clause(old);
    let after = by_clause(new);
    let change = |key: &(String, String), old: Option<String>, new: Option<String>| Change {
        of: key.0.clone(),
        clause: key.1.clone(),
        old,
        new,
    };
    let gone_or_changed = distinct(old).into_iter().filter_map(|key| {
        let (was, is) = (before.get(key).cloned(), after.get(key).cloned());
        (was != is).then(|| change(key, was, is))
    });
    let added = distinct(new).into_iter().filter(|key| !before.contains_key(key));
    gone_or_changed.chain(added.map(|key| change(key, None, after.get(key).cloned()))).collect()
}

/// A clause that stands twice (封顶 may) is compared as a whole.
fn by_clause(lines: &Lines) -> BTreeMap<&(String, String), String> {
    let mut map: BTreeMap<&(String, String), String> = BTreeMap::new();
    for (key, words) in lines {
        map.entry(key).and_modify(|all| *all = format!("{all}\n{words}")).or_insert_with(|| words.clone());
    }
    map
}

fn distinct(lines: &Lines) -> Vec<&(String, String)> {
    let mut keys: Vec<&(String, String)> = Vec::new();
    for (key, _) in lines {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn text(changes: &[Change], lang: Lang) -> String {
    if changes.is_empty() {
        return pick(lang, "没有改动\n", "nothing changed\n").to_owned();
    }
    let mut text = String::new();
    let mut of = "";
    for change in changes {
        if change.of != of {
            text.push_str(&format!("{}\n", change.of));
            of = &change.of;
        }
        text.push_str(&format!("  {}\n", change.clause));
        for (sign, words) in [("-", &change.old), ("+", &change.new)] {
            for line in words.iter().flat_map(|words| words.lines()) {
                text.push_str(&format!("    {sign} {line}\n"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(of: &str, clause: &str, words: &str) -> ((String, String), String) {
        ((of.to_owned(), clause.to_owned()), words.to_owned())
    }

    #[test]
    fn new_gone_and_changed_clauses_are_listed_in_the_order_of_the_text() {
        let old = vec![line("规则 甲", "比例", "10%"), line("规则 甲", "起付", "3万元"), line("规则 乙", "比例", "5%")];
        let new = vec![line("规则 甲", "比例", "12%"), line("规则 乙", "比例", "5%"), line("规则 乙", "封顶", "5万元")];
        let shown = text(&changes(&old, &new), Lang::Zh);
        assert_eq!(shown, "规则 甲\n  比例\n    - 10%\n    + 12%\n  起付\n    - 3万元\n规则 乙\n  封顶\n    + 5万元\n");
    }

    #[test]
    fn the_same_pack_has_no_changes() {
        let lines = vec![line("规则 甲", "封顶", "1万元"), line("规则 甲", "封顶", "2万元")];
        assert_eq!(changes(&lines, &lines), []);
    }
}
