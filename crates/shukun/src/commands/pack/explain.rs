//! `shukun pack explain`: a pack as an official reads it: whose it is and from when, its rules in words, where the
//! text is open, and what has to be known of people and claims.

use std::collections::BTreeSet;

use serde::Serialize;
use shukun_base::{Day, Lang};
use shukun_policy::document::Ambiguity;
use shukun_policy::pack::Pack;
use shukun_policy::program::{Field, Program};
use shukun_policy::registry;

use crate::args::{Format, PackReadingArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::needs::{Needs, needs_of};
use crate::output::{print, print_json};
use crate::pack_words::{declarations, key_word, kind_word, table_rows, value_words};
use crate::runner::Runner;
use crate::words::{pick, provenance};

/// Runs the command.
pub fn explain(args: &PackReadingArgs, lang: Lang) -> Result<Exit, CliError> {
    let runner = Runner::load(&args.paths, args.as_of, &args.reading, lang)?;
    let mut told = Vec::new();
    for pack in runner.named_packs() {
        let program = runner.program_for(&pack.meta.region)?;
        told.push(tell(pack, program.as_deref(), lang));
    }
    match args.format {
        Format::Json => print_json(&told)?,
        Format::Text => {
            let texts: Vec<String> = told.iter().map(|pack| text(pack, lang)).collect();
            print(&texts.join("\n"))?;
        }
    }
    Ok(Exit::Done)
}

/// A pack in words.
#[derive(Debug, Serialize)]
struct Told {
    id: String,
    title: String,
    document_number: Option<String>,
    issuer: Option<String>,
    region: String,
    provenance: String,
    parent: Option<String>,
    in_force: Option<Day>,
    benefits_from: Option<Day>,
    expires: Option<Day>,
    declarations: Vec<ToldDeclaration>,
    ambiguities: Vec<ToldAmbiguity>,
    /// Columns that its rules ask for.
    columns: Vec<String>,
    /// Facts that it declares and asks for, with their sources.
    facts: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct ToldDeclaration {
    heading: String,
    kind: &'static str,
    name: String,
    clauses: Vec<(&'static str, String)>,
    tables: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct ToldAmbiguity {
    id: String,
    question: String,
    chosen: String,
    confirmed_by: Option<String>,
    readings: Vec<(String, String)>,
}

fn tell(pack: &Pack, program: Option<&Program>, lang: Lang) -> Told {
    let needs = program.map(|program| own_needs(pack, program)).unwrap_or_default();
    let facts = program.map(|program| program.facts.as_slice()).unwrap_or_default();
    Told {
        id: pack.meta.id.clone(),
        title: pack.meta.title.clone(),
        document_number: pack.meta.document_number.clone(),
        issuer: pack.meta.issuer.clone(),
        region: pack.meta.region.to_string(),
        provenance: provenance(pack.meta.provenance).in_lang(lang).to_owned(),
        parent: pack.meta.parent.clone(),
        in_force: pack.meta.in_force,
        benefits_from: pack.meta.benefits_from,
        expires: pack.meta.expires,
        declarations: declarations(&pack.document)
            .into_iter()
            .map(|(heading, found)| ToldDeclaration {
                heading: heading.to_owned(),
                kind: kind_word(found.kind, lang),
                name: found.name.clone(),
                clauses: found
                    .clauses
                    .iter()
                    .map(|clause| (key_word(clause, lang), value_words(clause, lang)))
                    .collect(),
                tables: found.tables.iter().map(table_rows).collect(),
            })
            .collect(),
        ambiguities: pack.ambiguities().map(|found| ambiguity(pack, found, program)).collect(),
        columns: needs.fields.iter().map(|field| field_name(*field, lang)).collect(),
        facts: needs
            .facts
            .iter()
            .filter_map(|fact| facts.get(fact.0))
            .map(|fact| (fact.name.clone(), fact.source.clone()))
            .collect(),
    }
}

/// What the pack's own rules need.
fn own_needs(pack: &Pack, program: &Program) -> Needs {
    let is_own = |place: usize| program.packs.get(place).is_some_and(|stamp| stamp.id == pack.meta.id);
    let mut all = Needs::default();
    for rule in program.rules.iter().filter(|rule| is_own(rule.pack.0)) {
        let needs = needs_of(program, rule);
        all.fields.extend(needs.fields);
        all.facts.extend(needs.facts);
    }
    all
}

fn field_name(field: Field, lang: Lang) -> String {
    let id = registry::field_word(field).unwrap_or_default();
    registry::value(id).map(|word| word.spelling(lang)).unwrap_or(id).to_owned()
}

fn ambiguity(pack: &Pack, found: &Ambiguity, program: Option<&Program>) -> ToldAmbiguity {
    let is_it = |chosen: &&shukun_policy::program::ChosenReading| {
        let of = program.and_then(|program| program.packs.get(chosen.pack.0));
        chosen.ambiguity == found.id && of.is_some_and(|stamp| stamp.id == pack.meta.id)
    };
    let chosen = program.and_then(|program| program.readings.iter().find(is_it)).map(|chosen| chosen.reading.clone());
    ToldAmbiguity {
        id: found.id.clone(),
        question: found.question.clone(),
        chosen: chosen.or_else(|| found.provisional.as_ref().map(|cell| cell.text.clone())).unwrap_or_default(),
        confirmed_by: found.confirmed_by.as_ref().map(|cell| cell.text.clone()),
        readings: found.readings.iter().map(|reading| (reading.name.clone(), reading.meaning.clone())).collect(),
    }
}

fn text(pack: &Told, lang: Lang) -> String {
    let number = pack.document_number.clone().unwrap_or_default();
    let mut text = format!("{} {number} [{}]\n", pack.title, pack.provenance);
    text.push_str(&format!("  {} · {}\n", pack.id, pack.region));
    let days = [
        ("施行", "in force", pack.in_force),
        ("待遇自", "benefits from", pack.benefits_from),
        ("有效至", "expires", pack.expires),
    ];
    let mut facts: Vec<String> =
        days.iter().filter_map(|(zh, en, day)| day.map(|day| format!("{} {day}", pick(lang, zh, en)))).collect();
    facts.extend(pack.issuer.clone());
    facts.extend(pack.parent.as_ref().map(|parent| format!("{} {parent}", pick(lang, "上级", "extends"))));
    text.push_str(&format!("  {}\n", facts.join(" · ")));
    let mut heading = "";
    for declaration in &pack.declarations {
        if declaration.heading != heading {
            heading = &declaration.heading;
            text.push_str(&format!("\n{heading}\n"));
        }
        text.push_str(&declaration_text(declaration));
    }
    text.push_str(&ambiguities_text(pack, lang));
    text.push_str(&needs_text(pack, lang));
    text
}

fn declaration_text(declaration: &ToldDeclaration) -> String {
    let mut text = format!("  {} {}\n", declaration.kind, declaration.name);
    for (key, value) in &declaration.clauses {
        text.push_str(&format!("    {key}  {value}\n"));
    }
    for row in declaration.tables.iter().flatten() {
        text.push_str(&format!("    | {row} |\n"));
    }
    text
}

fn ambiguities_text(pack: &Told, lang: Lang) -> String {
    let mut text = String::new();
    for (place, found) in pack.ambiguities.iter().enumerate() {
        if place == 0 {
            text.push_str(&format!("\n{}\n", pick(lang, "条文有疑义的地方", "Where the text is open")));
        }
        text.push_str(&format!("  {} {}\n", found.id, found.question));
        for (name, meaning) in &found.readings {
            let sign = if *name == found.chosen { "→" } else { " " };
            text.push_str(&format!("    {sign} {name}：{meaning}\n"));
        }
        if let Some(who) = &found.confirmed_by {
            text.push_str(&format!("      {} {who}\n", pick(lang, "确认人", "confirmed by")));
        }
    }
    text
}

fn needs_text(pack: &Told, lang: Lang) -> String {
    let columns: BTreeSet<&String> = pack.columns.iter().collect();
    let columns: Vec<&str> = columns.into_iter().map(String::as_str).collect();
    let mut text =
        format!("\n{}\n  {}\n", pick(lang, "需要的资料", "What has to be known"), columns.join(pick(lang, "、", ", ")));
    for (name, source) in &pack.facts {
        text.push_str(&format!("  {name}（{source}）\n"));
    }
    text
}
