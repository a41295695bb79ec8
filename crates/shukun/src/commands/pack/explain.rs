//! `shukun pack explain`: a pack as an official reads it: whose it is and from when, its rules in words, where the
//! text is open, and what has to be known of people and claims.

use std::collections::BTreeSet;

use serde::Serialize;
use shukun_base::{Day, Lang};
use shukun_policy::document::Ambiguity;
use shukun_policy::needs::Needs;
use shukun_policy::pack::Pack;
use shukun_policy::program::{FactIx, Field, PackIx, Program, RuleIx, Source};
use shukun_policy::registry;

use crate::args::{Format, PackReadingArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::runner::Runner;
use crate::words::{pick, provenance};

/// Runs the command.
pub fn explain(args: &PackReadingArgs, lang: Lang) -> Result<Exit, CliError> {
    let runner = Runner::load(&args.paths, args.as_of, &args.reading, lang)?;
    let mut told = Vec::new();
    for pack in runner.named_packs() {
        if let Some(program) = runner.program_for(&pack.meta.region)? {
            told.push(tell(pack, &program, lang));
        }
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
pub struct Told {
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
    /// Payers, first to last, with the source of each one's amount.
    tiers: Vec<(String, &'static str)>,
    /// Named bases.
    measures: Vec<(String, String)>,
    rules: Vec<ToldRule>,
    ambiguities: Vec<ToldAmbiguity>,
    /// Columns that its rules look at.
    columns: Vec<String>,
    /// Facts that they look at, with their sources.
    facts: Vec<(String, String)>,
}

/// A rule with its readings chosen, as its pack would write it.
#[derive(Debug, Serialize)]
struct ToldRule {
    name: String,
    article: String,
    clauses: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct ToldAmbiguity {
    id: String,
    question: String,
    chosen: String,
    confirmed_by: Option<String>,
    readings: Vec<(String, String)>,
}

/// A pack's rules in words, its ambiguities, what it needs to know.
pub fn tell(pack: &Pack, program: &Program, lang: Lang) -> Told {
    let is_own = |of: PackIx| program.packs.get(of.0).is_some_and(|stamp| stamp.id == pack.meta.id);
    let own: Vec<RuleIx> = program
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| is_own(rule.pack))
        .map(|(place, _)| RuleIx(place))
        .collect();
    let needs: Vec<Needs> = own.iter().map(|rule| program.needs_of(*rule)).collect();
    let fields: BTreeSet<Field> = needs.iter().flat_map(|needs| needs.fields.iter().copied()).collect();
    let facts: BTreeSet<FactIx> = needs.iter().flat_map(|needs| needs.facts.iter().copied()).collect();
    let facts = facts.into_iter().filter_map(|fact| program.facts.get(fact.0));
    let measures = program.measures.iter().filter(|measure| is_own(measure.pack));
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
        tiers: program.tiers.iter().map(|tier| (tier.name.clone(), source_word(tier.source, lang))).collect(),
        measures: measures
            .map(|measure| (measure.name.clone(), program.describe_amount(&measure.amount, lang)))
            .collect(),
        rules: own.into_iter().filter_map(|rule| tell_rule(program, rule, lang)).collect(),
        ambiguities: pack.ambiguities().map(|found| ambiguity(pack, found, program)).collect(),
        columns: fields.into_iter().map(|field| program.describe_field(field, lang)).collect(),
        facts: facts.map(|fact| (fact.name.clone(), fact.source.clone())).collect(),
    }
}

fn tell_rule(program: &Program, place: RuleIx, lang: Lang) -> Option<ToldRule> {
    let rule = program.rules.get(place.0)?;
    let clauses = program.describe_rule(place, lang);
    Some(ToldRule { name: rule.name.clone(), article: rule.article.clone(), clauses })
}

fn source_word(source: Source, lang: Lang) -> &'static str {
    let id = registry::source_word(source).unwrap_or_default();
    registry::value(id).map(|word| word.spelling(lang)).unwrap_or(id)
}

fn ambiguity(pack: &Pack, found: &Ambiguity, program: &Program) -> ToldAmbiguity {
    let is_it = |chosen: &&shukun_policy::program::ChosenReading| {
        let of = program.packs.get(chosen.pack.0);
        chosen.ambiguity == found.id && of.is_some_and(|stamp| stamp.id == pack.meta.id)
    };
    let chosen = program.readings.iter().find(is_it).map(|chosen| chosen.reading.clone());
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
    text.push_str(&rules_text(pack, lang));
    text.push_str(&ambiguities_text(pack, lang));
    text.push_str(&needs_text(pack, lang));
    text
}

fn rules_text(pack: &Told, lang: Lang) -> String {
    let tiers: Vec<String> = pack.tiers.iter().map(|(name, source)| format!("{name}（{source}）")).collect();
    let mut text = format!("\n{}\n  {}\n", pick(lang, "谁先付谁后付", "Who pays, first to last"), tiers.join(" → "));
    if !pack.measures.is_empty() {
        text.push_str(&format!("\n{}\n", pick(lang, "口径", "Measures")));
    }
    for (name, amount) in &pack.measures {
        text.push_str(&format!("  {name} ＝ {amount}\n"));
    }
    for rule in &pack.rules {
        text.push_str(&format!("\n{} {}\n", pick(lang, "规则", "rule"), rule.name));
        for (key, value) in &rule.clauses {
            text.push_str(&format!("  {key}  {value}\n"));
        }
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
