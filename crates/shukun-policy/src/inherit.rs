//! Which packs take part in a run, and what their declarations come to: a child replaces, amends and repeals what
//! its parents say, overlays change the packs they lie over.
//!
//! Works on declarations as words; knows no meaning. Start at [`select`] and [`inherit`].

use std::collections::BTreeSet;

use shukun_base::{RegionCode, Text};

use crate::document::{Declaration, DeclarationKind, Span};
use crate::finding::Finding;
use crate::pack::{Pack, PackSet};
use crate::readings::Uses;
use crate::registry::nearest;
use crate::typed::kinds::HEADS;
use crate::typed::names::canonical;

/// A declaration with its placeholders replaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) decl: Declaration,
    /// The pack whose words state it; for an amended rule the amending one.
    pub(crate) pack: usize,
    /// For each clause the readings that shaped it.
    pub(crate) uses: Uses,
}

/// The packs of a run, parents first, overlays last, and how they hang together.
#[derive(Debug, Default)]
pub(crate) struct Family<'a> {
    pub(crate) packs: Vec<&'a Pack>,
    /// For each pack all that it inherits from or lies over, nearest first.
    pub(crate) above: Vec<Vec<usize>>,
}

/// Takes the packs that hold in `region` (all, where none is named), parents first and overlays last.
pub(crate) fn select<'a>(set: &'a PackSet, region: Option<&RegionCode>) -> (Family<'a>, Vec<Finding>) {
    let mut findings = Vec::new();
    let holds = |pack: &&Pack| region.is_none_or(|region| pack.meta.region.contains(region));
    let packs: Vec<&Pack> = set.packs().iter().filter(holds).collect();
    findings.extend(apart(&packs));
    let mut packs = packs;
    packs.sort_by_key(|pack| (pack.meta.overlay_of.is_some(), depth(pack, set, &mut Vec::new())));
    for pack in &packs {
        findings.extend(missing_above(pack, &packs));
        findings.extend(circle(pack, set));
    }
    let above = packs.iter().map(|pack| ancestors(pack, &packs)).collect();
    (Family { packs, above }, findings)
}

/// How many parents stand above a pack; a circle counts once.
fn depth(pack: &Pack, set: &PackSet, seen: &mut Vec<String>) -> usize {
    if seen.contains(&pack.meta.id) {
        return 0;
    }
    seen.push(pack.meta.id.clone());
    let above = pack.meta.parent.iter().chain(&pack.meta.overlay_of).filter_map(|id| set.find(id));
    above.map(|parent| 1 + depth(parent, set, seen)).max().unwrap_or(0)
}

/// All packs that `pack` inherits from or lies over, nearest first.
fn ancestors(pack: &Pack, packs: &[&Pack]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut ahead: Vec<&Pack> = vec![pack];
    while let Some(next) = ahead.pop() {
        for id in next.meta.parent.iter().chain(&next.meta.overlay_of) {
            let of_that_id = packs.iter().enumerate().filter(|(_, other)| other.meta.id == *id);
            for (at, parent) in of_that_id {
                if !found.contains(&at) {
                    found.push(at);
                    ahead.push(parent);
                }
            }
        }
    }
    found
}

fn circle(pack: &Pack, set: &PackSet) -> Option<Finding> {
    let mut seen = BTreeSet::new();
    let mut next = pack.meta.parent.as_deref();
    while let Some(id) = next {
        if id == pack.meta.id {
            return Some(Finding::error(
                "P0415",
                pack.toml_place("parent"),
                Text::new(format!("制度包“{id}”成了自己的上级"), format!("the pack “{id}” is its own parent")),
                Text::new("改正 pack.toml 里的 parent", "mend `parent` in pack.toml"),
            ));
        }
        if !seen.insert(id.to_owned()) {
            return None;
        }
        next = set.find(id).and_then(|parent| parent.meta.parent.as_deref());
    }
    None
}

fn missing_above(pack: &Pack, packs: &[&Pack]) -> Option<Finding> {
    let known: Vec<&str> = packs.iter().map(|pack| pack.meta.id.as_str()).collect();
    let missing = |id: &&String| !known.contains(&id.as_str());
    let (code, key, id) = match (&pack.meta.parent, &pack.meta.overlay_of) {
        (Some(parent), _) if missing(&parent) => ("P0409", "parent", parent),
        (_, Some(under)) if missing(&under) => ("P0411", "overlay_of", under),
        _ => return None,
    };
    let mend = match nearest(id, known.iter().copied()) {
        Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None => Text::new(format!("把“{id}”一起给出"), format!("give “{id}” as well")),
    };
    let message = Text::new(
        format!("“{}”要接在“{id}”上，给出的制度包里没有它", pack.meta.id),
        format!("“{}” builds on “{id}”, which is not among the packs given", pack.meta.id),
    );
    Some(Finding::error(code, pack.toml_place(key), message, mend))
}

/// Packs of regions that exclude each other must not be mixed.
fn apart(packs: &[&Pack]) -> Option<Finding> {
    let apart = |a: &Pack, b: &Pack| !a.meta.region.contains(&b.meta.region) && !b.meta.region.contains(&a.meta.region);
    let (one, other) =
        packs.iter().find_map(|one| packs.iter().find(|other| apart(one, other)).map(|other| (one, other)))?;
    Some(Finding::error(
        "P0417",
        other.toml_place("region"),
        Text::new(
            format!("“{}”和“{}”是两个互不包含的地区，不能合在一起运行", one.meta.id, other.meta.id),
            format!("“{}” and “{}” are for regions of which neither contains the other", one.meta.id, other.meta.id),
        ),
        Text::new("写明地区，或只给出一个地区的制度包", "name the region, or give the packs of one region only"),
    ))
}

/// What the declarations of all packs come to. `parts` are those of each pack, placeholders replaced.
pub(crate) fn inherit(family: &Family<'_>, parts: Vec<Vec<Part>>) -> (Vec<Part>, Vec<Finding>) {
    let mut heirs = Heirs { family, kept: Vec::new(), findings: Vec::new() };
    for part in parts.into_iter().flatten() {
        match part.decl.kind {
            DeclarationKind::Amend => heirs.amend(part),
            DeclarationKind::Repeal => heirs.repeal(&part),
            _ => heirs.declare(part),
        }
    }
    (heirs.kept, heirs.findings)
}

struct Heirs<'f, 'a> {
    family: &'f Family<'a>,
    kept: Vec<Part>,
    findings: Vec<Finding>,
}

impl Heirs<'_, '_> {
    fn is_above(&self, pack: usize, other: usize) -> bool {
        self.family.above.get(pack).is_some_and(|above| above.contains(&other))
    }

    fn same_pack_id(&self, a: usize, b: usize) -> bool {
        let id = |at: usize| self.family.packs.get(at).map(|pack| &pack.meta.id);
        a != b && id(a) == id(b)
    }

    /// A declaration replaces those of the same kind and name above it.
    fn declare(&mut self, part: Part) {
        let name = canonical(&part.decl.name);
        let same = |kept: &Part| kept.decl.kind == part.decl.kind && canonical(&kept.decl.name) == name;
        let family = self.family;
        let is_above = |other: usize| family.above.get(part.pack).is_some_and(|above| above.contains(&other));
        self.kept.retain(|kept| !(same(kept) && is_above(kept.pack)));
        let clash = self
            .kept
            .iter()
            .find(|kept| same(kept) && !self.same_pack_id(kept.pack, part.pack))
            .map(|kept| kept.decl.name_span);
        let is_named = !matches!(part.decl.kind, DeclarationKind::Order | DeclarationKind::Validity);
        if let Some(first) = clash.filter(|_| is_named) {
            self.findings.push(two_of_a_name(&part.decl, first));
            return;
        }
        self.kept.push(part);
    }

    fn targets(&self, part: &Part) -> Vec<usize> {
        let name = canonical(&part.decl.name);
        let fits = |kept: &(usize, &Part)| {
            kept.1.decl.kind == DeclarationKind::Rule
                && canonical(&kept.1.decl.name) == name
                && self.is_above(part.pack, kept.1.pack)
        };
        self.kept.iter().enumerate().filter(fits).map(|(at, _)| at).collect()
    }

    fn amend(&mut self, part: Part) {
        let targets = self.targets(&part);
        if targets.is_empty() {
            self.findings.push(self.no_target(&part));
        }
        for at in targets {
            if let Some(kept) = self.kept.get_mut(at) {
                merge(kept, &part);
            }
        }
    }

    fn repeal(&mut self, part: &Part) {
        let targets = self.targets(part);
        if targets.is_empty() {
            self.findings.push(self.no_target(part));
        }
        let mut at = 0;
        self.kept.retain(|_| {
            at += 1;
            !targets.contains(&(at - 1))
        });
    }

    fn no_target(&self, part: &Part) -> Finding {
        let above = self
            .kept
            .iter()
            .filter(|kept| kept.decl.kind == DeclarationKind::Rule && self.is_above(part.pack, kept.pack));
        let known: Vec<&str> = above.map(|kept| kept.decl.name.as_str()).collect();
        let mend = match nearest(&part.decl.name, known.iter().copied()) {
            Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
            None if known.is_empty() => {
                Text::new("上级没有规则，直接写“规则”", "the packs above have no rules: write `rule`")
            }
            None => Text::new(
                format!("上级的规则有：{}", known.join("、")),
                format!("the packs above have: {}", known.join(", ")),
            ),
        };
        let message = Text::new(
            format!("上级没有名为“{}”的规则", part.decl.name),
            format!("no pack above has a rule named “{}”", part.decl.name),
        );
        Finding::error("P0410", part.decl.name_span, message, mend)
    }
}

fn two_of_a_name(decl: &Declaration, first: Span) -> Finding {
    let name = &decl.name;
    Finding::error(
        "P0412",
        decl.name_span,
        Text::new(format!("“{name}”声明了两次"), format!("“{name}” is declared twice")),
        Text::new(
            "改名；下级要改上级的规则时写“修改”",
            "give one of them another name; a child amends its parent's rule with `amend`",
        ),
    )
    .with_related(first, Text::new("前一次", "the first"))
}

/// Replaces the clauses that the amendment states, and the tables if it brings any.
fn merge(kept: &mut Part, amendment: &Part) {
    let states_head = amendment.decl.clauses.iter().any(|clause| HEADS.contains(&clause.key));
    let stated: BTreeSet<&str> = amendment.decl.clauses.iter().map(|clause| clause.key).collect();
    let replaced = |key: &str| stated.contains(key) || (states_head && HEADS.contains(&key));
    kept.decl.clauses.retain(|clause| !replaced(clause.key));
    kept.uses.retain(|key, _| !replaced(key));
    kept.decl.clauses.extend(amendment.decl.clauses.iter().cloned());
    if !amendment.decl.tables.is_empty() {
        kept.decl.tables = amendment.decl.tables.clone();
        kept.uses.remove("table");
    }
    for (key, used) in &amendment.uses {
        kept.uses.entry(key).or_default().extend(used);
    }
    kept.pack = amendment.pack;
    kept.decl.name_span = amendment.decl.name_span;
}
