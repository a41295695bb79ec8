//! Several packs → one [`Program`]: readings chosen, declarations inherited, names resolved, rules put in payer
//! order, and what does not fit together found.
//!
//! Start at [`link`] for one choice of readings, [`check`] for every reading of every 疑义.

mod declarations;
pub(crate) mod order;
mod rules;
pub(crate) use rules::Draft;
mod uses;
mod validity;

use std::collections::HashSet;

use shukun_base::{RegionCode, Text};

use crate::check;
use crate::coverage::{check_articles, check_original};
use crate::document::{Ambiguity, DeclarationKind};
use crate::finding::Finding;
use crate::inherit::{Family, Part, inherit, select};
use crate::pack::{Pack, PackSet};
use crate::program::{PackStamp, Program};
use crate::readings::{PackWords, Scopes, declarations};
use crate::typed::names::Names;

/// What a run is told besides the packs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Readings as on the command line: (`Y1`, `pack:Y1` or a rule's name; the reading's name). Others are the
    /// provisional ones.
    pub readings: Vec<(String, String)>,
    /// Whose people: packs of other regions are left out silently. `None`: all packs, whose regions must then lie
    /// within each other.
    pub region: Option<RegionCode>,
}

/// Links the packs for one choice of readings.
///
/// # Errors
/// `None` where any finding is an error: such a set is not to be run.
pub fn link(set: &PackSet, choices: &Choices) -> (Option<Program>, Vec<Finding>) {
    let (family, mut findings) = select(set, choices.region.as_ref());
    let twins = check::versions::overlaps(&family.packs);
    if !twins.is_empty() {
        // everything would be found twice
        return (None, twins);
    }
    let scopes = scopes(&family, &choices.readings);
    let substituted = |pack: usize| {
        let of_pack = family.packs.get(pack).into_iter().flat_map(|found| declarations(&found.document));
        let part = |decl| {
            let (decl, uses) = scopes.substitute(pack, decl);
            Part { decl, pack, uses }
        };
        of_pack.map(part).collect()
    };
    let parts: Vec<Vec<Part>> = (0..family.packs.len()).map(substituted).collect();
    let (parts, found) = inherit(&family, parts);
    findings.extend(found);
    let mut linker = Linker::new(&family, &parts, &scopes);
    let linked = linker.run();
    findings.append(&mut linker.findings);
    findings.extend(scopes.into_findings());
    let mut findings = distinct(findings);
    findings.sort_by_key(|finding| (finding.place.map(|place| (place.file, place.start)), finding.code));
    let is_sound = !findings.iter().any(Finding::is_error);
    (linked.filter(|_| is_sound), findings)
}

fn scopes<'a>(family: &Family<'a>, choices: &[(String, String)]) -> Scopes<'a> {
    let packs: Vec<PackWords<'a>> =
        family.packs.iter().map(|pack| PackWords { id: &pack.meta.id, document: &pack.document }).collect();
    let own_first = |(pack, above): (usize, &Vec<usize>)| std::iter::once(pack).chain(above.iter().copied()).collect();
    Scopes::new(&packs, family.above.iter().enumerate().map(own_first).collect(), choices)
}

/// Everything that is wrong with the packs, under the provisional readings and under every other reading of every
/// 疑义 beside them; what the examples do not cover; figures of the text that no rule uses; versions and dates.
pub fn check(set: &PackSet, region: Option<&RegionCode>) -> Vec<Finding> {
    let choices = Choices { readings: Vec::new(), region: region.cloned() };
    let (_, mut findings) = link(set, &choices);
    if findings.iter().any(|finding| finding.code == "P0702") {
        return findings;
    }
    let choices_of = |pack: &Pack, ambiguity: &Ambiguity| {
        let asked = format!("{}:{}", pack.meta.id, ambiguity.id);
        ambiguity.readings.iter().map(|reading| (asked.clone(), reading.name.clone())).collect::<Vec<_>>()
    };
    let holds = |pack: &&Pack| region.is_none_or(|region| pack.meta.region.contains(region));
    let readings: Vec<(String, String)> = set
        .packs()
        .iter()
        .filter(holds)
        .flat_map(|pack| pack.ambiguities().flat_map(move |ambiguity| choices_of(pack, ambiguity)))
        .collect();
    findings.extend((readings.len() > MOST_READINGS).then(|| unchecked_readings(readings.len())));
    for choice in readings.into_iter().take(MOST_READINGS) {
        findings.extend(link(set, &Choices { readings: vec![choice], ..choices.clone() }).1);
    }
    let (family, _) = select(set, region);
    findings.extend(check::versions::gaps(&family.packs));
    findings.extend(family.packs.iter().flat_map(|pack| check::examples::examples(pack)));
    findings.extend(family.packs.iter().flat_map(|pack| check_articles(&pack.document)));
    findings.extend(
        family.packs.iter().flat_map(|pack| {
            pack.original().map(|original| check_original(&pack.document, original)).unwrap_or_default()
        }),
    );
    let mut findings = distinct(findings);
    findings.sort_by_key(|finding| (finding.place.map(|place| (place.file, place.start)), finding.code));
    findings
}

/// More readings than that are not gone through one by one.
const MOST_READINGS: usize = 300;

fn unchecked_readings(count: usize) -> Finding {
    Finding::warning(
        "P0608",
        None,
        Text::new(
            format!("共有{count}种读法，只逐个检查了前{MOST_READINGS}种"),
            format!("there are {count} readings, of which the first {MOST_READINGS} were checked one by one"),
        ),
        Text::new("分开检查各个制度包", "check the packs one by one"),
    )
}

/// Each finding once.
fn distinct(mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert((finding.code, finding.place, finding.message.zh.clone())));
    findings
}

/// What linking goes through; `findings` grows.
struct Linker<'l, 'a> {
    family: &'l Family<'a>,
    parts: &'l [Part],
    scopes: &'l Scopes<'a>,
    names: Names,
    findings: Vec<Finding>,
}

impl<'l, 'a> Linker<'l, 'a> {
    fn new(family: &'l Family<'a>, parts: &'l [Part], scopes: &'l Scopes<'a>) -> Linker<'l, 'a> {
        Linker { family, parts, scopes, names: Names::default(), findings: Vec::new() }
    }

    fn of_kind(&self, kind: DeclarationKind) -> impl Iterator<Item = &'l Part> + use<'l> {
        self.parts.iter().filter(move |part| part.decl.kind == kind)
    }

    fn run(&mut self) -> Option<Program> {
        self.read_facts();
        self.read_tables();
        self.name_measures();
        let order = self.order();
        let drafts = self.drafts(&order);
        let measures = self.measures();
        let rules = self.rules(&drafts, &order, &measures);
        let packs = self.family.packs.iter().map(|pack| PackStamp {
            id: pack.meta.id.clone(),
            title: pack.meta.title.clone(),
            document_number: pack.meta.document_number.clone(),
            region: pack.meta.region.clone(),
            provenance: pack.meta.provenance,
            hash: pack.hash.clone(),
        });
        let event_order = self.event_order();
        let mut program = Program {
            packs: packs.collect(),
            facts: self.names.facts.clone(),
            measures: measures?,
            tables: self.names.tables.clone(),
            tiers: order.tiers,
            rules: rules?,
            event_order,
            readings: self.scopes.chosen(),
        };
        uses::mark(&mut program, &drafts, &order.uses, (self.parts, &self.family.above));
        let places =
            check::Places { rules: drafts.iter().map(|draft| &draft.part.decl).collect(), tiers: &order.places };
        self.findings.extend(check::program(&program, &places));
        Some(program)
    }
}

#[cfg(test)]
mod tests;
