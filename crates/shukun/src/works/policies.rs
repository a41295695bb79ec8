//! The packs as an official reads them, for the policy desk: the same words as `shukun pack explain`, `check`, `test`,
//! `cliffs` and `diff`. Start at [`carry_out`].

use std::path::Path;

use serde_json::Value as Json;
use shukun_base::{Day, Text};
use shukun_engine::cliffs::cliffs;
use shukun_engine::curves::curves;
use shukun_engine::examples::{ExampleCell, run_examples};
use shukun_policy::finding::Finding;
use shukun_policy::link;
use shukun_policy::pack::Pack;
use shukun_policy::program::Provenance;
use shukun_policy::render::to_json;
use shukun_web::works::order::{PackHead, Policies, PoliciesOrder, ShownChange, ShownExample, ShownFinding, ShownPack};

use super::tell::Tell;
use crate::commands::pack::{diff, explain};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::packs::{Loaded, load_packs};
use crate::runner::Runner;
use crate::words::provenance;

/// Carries the order out; what comes back is a [`Policies`].
pub fn carry_out(order: &PoliciesOrder, tell: &Tell) -> Result<Json, CliError> {
    if order.packs.is_empty() {
        return Err(no_packs());
    }
    let loaded = load_packs(&order.packs)?;
    tell.step(1, 3);
    let examples = run_examples(&loaded.set).cells;
    let findings = findings(&loaded);
    tell.step(2, 3);
    let mut packs: Vec<PackHead> =
        loaded.named_packs().map(|pack| head(pack, &loaded, &examples, &findings, order)).collect();
    packs.sort_by_key(|pack| (pack.region.clone(), pack.benefits_from.or(pack.in_force)));
    let named = |id: &Option<String>| loaded.named_packs().find(|pack| Some(&pack.meta.id) == id.as_ref());
    let (only, against) = (named(&order.only), named(&order.against));
    let shown = only.map(|pack| show(pack, &loaded, &examples, &findings, order)).transpose()?;
    let changes = only.zip(against).map(|(new, old)| diff::between(old, new, order.lang)).unwrap_or_default();
    let changes = changes.into_iter().map(|change| ShownChange {
        of: change.of,
        clause: change.clause,
        old: change.old,
        new: change.new,
    });
    let unread = unread(&loaded, &findings);
    write(&Policies { packs, shown, changes: changes.collect(), unread })
}

/// Findings about files in a folder of which no pack came to be, and about no file at all.
fn unread(loaded: &Loaded, findings: &[Finding]) -> Vec<ShownFinding> {
    let folders: Vec<&Path> = loaded.set.packs().iter().filter_map(folder_of).collect();
    let is_lost = |finding: &&Finding| {
        let file = finding.place.and_then(|place| loaded.set.sources.files.get(place.file));
        let folder = file.and_then(|(name, _)| Path::new(name).parent());
        folder.is_none_or(|folder| !folders.contains(&folder))
    };
    findings.iter().filter(is_lost).map(|finding| shown_finding(finding, loaded, "")).collect()
}

/// Where a pack's files lie.
fn folder_of(pack: &Pack) -> Option<&Path> {
    pack.sources.files.first().and_then(|(name, _)| Path::new(name).parent())
}

/// Of every region, as the check finds them.
fn findings(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = loaded.findings.clone();
    for region in loaded.set.regions() {
        for finding in link::check(&loaded.set, Some(&region)) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings.retain(|finding| loaded.is_about_named(finding));
    findings
}

fn head(
    pack: &Pack,
    loaded: &Loaded,
    examples: &[ExampleCell],
    findings: &[Finding],
    order: &PoliciesOrder,
) -> PackHead {
    let meta = &pack.meta;
    let own: Vec<&ExampleCell> = examples.iter().filter(|cell| cell.pack == meta.id).collect();
    let shown = shown_findings(pack, loaded, findings);
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    PackHead {
        id: meta.id.clone(),
        title: meta.title.clone(),
        document_number: meta.document_number.clone(),
        issuer: meta.issuer.clone(),
        region: meta.region.to_string(),
        provenance: provenance(meta.provenance).in_lang(order.lang).to_owned(),
        is_illustrative: meta.provenance == Provenance::Illustrative,
        parent: meta.parent.clone(),
        in_force: meta.in_force,
        benefits_from: meta.benefits_from,
        expires: meta.expires,
        is_in_force: pack.is_in_force(order.on),
        ambiguities: count(pack.ambiguities().count()),
        unconfirmed: count(pack.ambiguities().filter(|found| is_unconfirmed(found)).count()),
        examples: count(own.len()),
        examples_hold: count(own.iter().filter(|cell| cell.holds()).count()),
        findings: count(shown.len()),
        errors: count(shown.iter().filter(|finding| finding.severity == ERROR).count()),
        empty_slots: count(empty_slots(text_of(pack).1).len()),
    }
}

/// Nobody, or somebody who is still to be asked (待书面答复).
fn is_unconfirmed(found: &shukun_policy::document::Ambiguity) -> bool {
    found.confirmed_by.as_ref().is_none_or(|who| who.text.trim().is_empty() || who.text.contains('待'))
}

fn show(
    pack: &Pack,
    loaded: &Loaded,
    examples: &[ExampleCell],
    findings: &[Finding],
    order: &PoliciesOrder,
) -> Result<ShownPack, CliError> {
    let own = examples.iter().filter(|cell| cell.pack == pack.meta.id);
    let shown = ShownPack {
        text: text_of(pack).1.to_owned(),
        findings: shown_findings(pack, loaded, findings),
        empty_slots: empty_slots(text_of(pack).1),
        examples: own.map(example).collect(),
        ..ShownPack::default()
    };
    let has_errors = findings.iter().chain(&loaded.findings).any(Finding::is_error);
    match with_rules(shown.clone(), pack, order) {
        // A pack with errors is shown with them; what it would pay cannot be told.
        Err(_) if has_errors => Ok(shown),
        told => told,
    }
}

/// The same with everything that is told of a pack that runs.
fn with_rules(shown: ShownPack, pack: &Pack, order: &PoliciesOrder) -> Result<ShownPack, CliError> {
    let runner = runner(pack, order)?;
    let program = runner.program_for(&pack.meta.region)?.ok_or_else(no_packs)?;
    let own_rule = |rule: &str| {
        let found = program.rules.iter().find(|known| known.name == rule);
        found.and_then(|rule| program.packs.get(rule.pack.0)).is_some_and(|stamp| stamp.id == pack.meta.id)
    };
    let mut told = value(&explain::tell(pack, &program, order.lang))?;
    let mut all = value(&shown)?;
    let cliffs: Vec<_> = cliffs(&program).into_iter().filter(|cliff| own_rule(&cliff.rule)).collect();
    let curves: Vec<_> = curves(&program).into_iter().filter(|curve| own_rule(&curve.rule)).collect();
    for (key, part) in [("cliffs", value(&cliffs)?), ("curves", value(&curves)?), ("runs", Json::Bool(true))] {
        put(&mut all, key, part);
    }
    for key in ["tiers", "measures", "rules", "ambiguities", "facts"] {
        put(&mut all, key, told.get_mut(key).map(Json::take).unwrap_or_default());
    }
    serde_json::from_value(all).map_err(|error| unwritable(&error))
}

fn put(object: &mut Json, key: &str, part: Json) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), part);
    }
}

/// The word of a finding that keeps a pack from running.
const ERROR: &str = "error";

/// The lines, from 1, of rules and tables in which a value is 未载明: the document does not state it, and nobody guesses.
fn empty_slots(text: &str) -> Vec<u64> {
    let (mut lines, mut is_rule) = (Vec::new(), false);
    for (number, line) in (1..).zip(text.lines()) {
        let is_fence = line.starts_with("```");
        is_rule ^= is_fence;
        let is_table = line.trim_start().starts_with('|');
        if !is_fence && (is_rule || is_table) && (line.contains("未载明") || line.contains("unstated")) {
            lines.push(number);
        }
    }
    lines
}

/// On the day that is asked for, or the pack's own first one.
fn runner(pack: &Pack, order: &PoliciesOrder) -> Result<Runner, CliError> {
    let own: Option<Day> = pack.meta.benefits_from.or(pack.meta.in_force);
    let on = if pack.is_in_force(order.on) { Some(order.on) } else { own };
    Runner::load(&order.packs, on, &order.readings, order.lang)
}

/// The name and text of the pack's rules.
fn text_of(pack: &Pack) -> (&str, &str) {
    let file = pack.sources.files.iter().find(|(name, _)| name.ends_with("规则.md"));
    file.map_or(("", ""), |(name, text)| (name.as_str(), text.as_str()))
}

/// Those about any file of the pack, its text first.
fn shown_findings(pack: &Pack, loaded: &Loaded, findings: &[Finding]) -> Vec<ShownFinding> {
    let text = text_of(pack).0;
    let file_of = |finding: &Finding| {
        let file = finding.place.and_then(|place| loaded.set.sources.files.get(place.file));
        file.map(|(name, _)| name.as_str())
    };
    let of_text = findings.iter().filter(|finding| file_of(finding) == Some(text));
    let is_beside = |finding: &&Finding| {
        let folder = file_of(finding).filter(|file| *file != text).and_then(|file| Path::new(file).parent());
        folder.is_some() && folder == folder_of(pack)
    };
    let beside = findings.iter().filter(is_beside);
    of_text.chain(beside).map(|finding| shown_finding(finding, loaded, text)).collect()
}

/// `text` is the file that is shown: a finding about another one names it, by its folder and name only.
fn shown_finding(finding: &Finding, loaded: &Loaded, text: &str) -> ShownFinding {
    let told = to_json(std::slice::from_ref(finding), &loaded.set.sources);
    let one = told.get(0).cloned().unwrap_or_default();
    let words = |key: &str| one.get(key).cloned().and_then(|text| serde_json::from_value::<Text>(text).ok());
    let file = finding.place.and_then(|place| loaded.set.sources.files.get(place.file));
    let other = file.map(|(name, _)| name.as_str()).filter(|name| *name != text);
    ShownFinding {
        code: finding.code.to_string(),
        severity: one.get("severity").and_then(Json::as_str).unwrap_or_default().to_owned(),
        line: one.pointer("/place/line").and_then(Json::as_u64),
        file: other.map(short),
        what: words("message").unwrap_or_else(|| Text::new("", "")),
        mend: words("mend"),
    }
}

/// `…/cn-330381-ruian/pack.toml` → `cn-330381-ruian/pack.toml`
fn short(file: &str) -> String {
    let mut parts: Vec<&str> = file.rsplit(['/', '\\']).take(2).collect();
    parts.reverse();
    parts.join("/")
}

fn example(cell: &ExampleCell) -> ShownExample {
    ShownExample {
        example: cell.example.clone(),
        row: cell.row.clone(),
        column: cell.column.clone(),
        expected: cell.expected.clone(),
        got: cell.got.clone(),
    }
}

fn value<T: serde::Serialize>(part: &T) -> Result<Json, CliError> {
    serde_json::to_value(part).map_err(|error| unwritable(&error))
}

fn write(answer: &Policies) -> Result<Json, CliError> {
    value(answer)
}

/// No packs were named for this office.
pub fn no_packs() -> CliError {
    CliError::from(Problem {
        code: "policies-none",
        what: Text::new("这个单位还没有制度包", "this office has no packs"),
        place: None,
        mend: Text::new(
            "请系统管理员把制度包放进数据文件夹的 packs，或启动时用 --packs 写明",
            "have the system administrator put packs into the data folder's packs, or name them with --packs",
        ),
        exit: Exit::Input,
    })
}

/// What comes of a defect of the program.
pub fn unwritable(error: &serde_json::Error) -> CliError {
    CliError::from(Problem {
        code: "policies-unwritable",
        what: Text::new(format!("结果写不出来：{error}"), format!("the answer cannot be written: {error}")),
        place: None,
        mend: Text::new("请把这句话告诉系统管理员", "tell the system administrator this sentence"),
        exit: Exit::NeedsAttention,
    })
}
