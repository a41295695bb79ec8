//! 次序: whose order of payers counts, and orders that contradict it.

use std::collections::BTreeSet;

use shukun_base::Text;

use super::Linker;
use crate::document::{DeclarationKind, Span};
use crate::finding::Finding;
use crate::inherit::Part;
use crate::program::{Tier, TierIx};
use crate::typed::order::tiers;
use crate::typed::rule::Clauses;

/// The payers of the run.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) tiers: Vec<Tier>,
    /// Where each payer stands.
    pub(crate) places: Vec<Span>,
    /// Readings that shaped it.
    pub(crate) uses: BTreeSet<usize>,
}

impl Linker<'_, '_> {
    /// The order of the most specific pack: overlays before packs, deeper regions before wider ones, children before
    /// parents.
    pub(super) fn order(&mut self) -> Order {
        let mut stated: Vec<(&Part, Vec<(Tier, Span)>)> = Vec::new();
        for part in self.of_kind(DeclarationKind::Order) {
            match Clauses::of(&part.decl).get("order").and_then(tiers) {
                Ok(tiers) => stated.push((part, tiers)),
                Err(finding) => self.findings.push(*finding),
            }
        }
        stated.sort_by_key(|(part, _)| std::cmp::Reverse(self.rank(part.pack)));
        let Some((first, counts)) = stated.first() else { return Order::default() };
        for (part, other) in stated.iter().skip(1) {
            let is_parent = self.family.above.get(first.pack).is_some_and(|above| above.contains(&part.pack));
            self.findings.extend(contradiction(counts, other, first, is_parent));
        }
        for (at, (tier, _)) in counts.iter().enumerate() {
            self.names.tiers.insert(tier.name.clone(), TierIx(at));
        }
        let uses = first.uses.get("order").cloned().unwrap_or_default();
        let (tiers, places) = counts.iter().cloned().unzip();
        Order { tiers, places, uses }
    }

    fn rank(&self, pack: usize) -> (bool, usize, usize) {
        let Some(found) = self.family.packs.get(pack) else { return (false, 0, 0) };
        let above = self.family.above.get(pack).map_or(0, Vec::len);
        (found.meta.overlay_of.is_some(), found.meta.region.as_str().len(), above)
    }
}

/// Two orders that put common payers the other way round. A child may deviate from its parent, but it is said.
fn contradiction(counts: &[(Tier, Span)], other: &[(Tier, Span)], first: &Part, is_parent: bool) -> Option<Finding> {
    let position = |name: &str| counts.iter().position(|(tier, _)| tier.name == name);
    let common: Vec<(usize, &(Tier, Span))> =
        other.iter().filter_map(|found| Some((position(&found.0.name)?, found))).collect();
    let (before, after) = common.iter().zip(common.iter().skip(1)).find(|(a, b)| a.0 > b.0)?;
    let ((_, (early, place)), (_, (late, _))) = (before, after);
    let message = Text::new(
        format!("两处次序相反：这里“{}”在“{}”之前", early.name, late.name),
        format!("two orders disagree: here “{}” comes before “{}”", early.name, late.name),
    );
    let finding = if is_parent {
        let mend = Text::new(
            "下级的次序优先；确有不同就在条文里说明，或列成疑义",
            "the child's order counts; say in the text that it differs, or make it an ambiguity",
        );
        Finding::warning("P0419", *place, message, mend)
    } else {
        let mend = Text::new("改成一致，或列成疑义", "make them agree, or make it an ambiguity");
        Finding::error("P0408", *place, message, mend)
    };
    Some(finding.with_related(first.decl.name_span, Text::new("以这里的次序为准", "this order counts")))
}
