//! 施行: the days of a pack, against its pack.toml.

use shukun_base::{Day, Text};

use super::Linker;
use crate::document::{DeclarationKind, Span};
use crate::finding::Finding;
use crate::pack::Pack;
use crate::program::{DateField, Validity};
use crate::typed::declared::{StatedDays, stated_days};

/// A pack's days, and the date that decides where its rules do not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackDays {
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) decided_by: Option<DateField>,
}

impl PackDays {
    /// For a rule with that deciding date.
    pub(super) fn decided_by(self, decided_by: DateField) -> Validity {
        Validity { from: self.from, to: self.to, decided_by }
    }
}

impl Linker<'_, '_> {
    /// The days of a pack; an overlay that states none has those of the pack it lies over.
    pub(super) fn days_of(&mut self, pack: usize) -> Option<PackDays> {
        let found = *self.family.packs.get(pack)?;
        let of_pack = self.of_kind(DeclarationKind::Validity).find(|part| part.pack == pack);
        let stated = match of_pack.map(|part| stated_days(&part.decl)) {
            Some(Ok(stated)) => stated,
            Some(Err(finding)) => {
                self.findings.push(*finding);
                StatedDays::default()
            }
            None => StatedDays::default(),
        };
        self.findings.extend(disagreements(found, &stated));
        let states_nothing = of_pack.is_none() && found.benefit_days() == (None, None);
        let under = self.family.above.get(pack).and_then(|above| above.first().copied());
        if let Some(under) = under.filter(|_| states_nothing && found.meta.overlay_of.is_some()) {
            return self.days_of(under);
        }
        let from = stated.benefits_from.or(stated.in_force).map(|(day, _)| day).or(found.benefit_days().0);
        let to = stated.expires.map(|(day, _)| day).or(found.meta.expires);
        if from.is_none() {
            self.findings.push(no_days(found, of_pack.map(|part| part.decl.name_span).or(found.toml_place("id"))));
        }
        let decided_by = stated.decided_by.or_else(|| self.decided_above(pack));
        Some(PackDays { from: from.unwrap_or(Day::MIN), to, decided_by })
    }

    /// The deciding date that a parent, or the pack below an overlay, states; a child states only what differs.
    fn decided_above(&self, pack: usize) -> Option<DateField> {
        let above = self.family.above.get(pack)?;
        let stated = above
            .iter()
            .flat_map(|pack| self.of_kind(DeclarationKind::Validity).filter(move |part| part.pack == *pack));
        stated.filter_map(|part| stated_days(&part.decl).ok()?.decided_by).next()
    }
}

/// 施行 must say the same as pack.toml.
fn disagreements(pack: &Pack, stated: &StatedDays) -> Vec<Finding> {
    let meta = &pack.meta;
    let pairs = [
        ("in_force", stated.in_force, meta.in_force),
        ("benefits_from", stated.benefits_from, meta.benefits_from),
        ("expires", stated.expires, meta.expires),
    ];
    let differs = |(key, stated, toml): (&str, Option<(Day, Span)>, Option<Day>)| {
        let (day, place) = stated?;
        (toml != Some(day)).then(|| other_day(key, day, toml, place))
    };
    pairs.into_iter().filter_map(differs).collect()
}

fn other_day(key: &str, day: Day, toml: Option<Day>, place: Span) -> Finding {
    let (zh, en) = match toml {
        Some(toml) => (format!("是 {toml}"), format!("says {toml}")),
        None => ("没有写".to_owned(), "states none".to_owned()),
    };
    Finding::error(
        "P0701",
        place,
        Text::new(
            format!("这里写 {day}，pack.toml 的 {key} {zh}"),
            format!("this is {day}, `{key}` in pack.toml {en}"),
        ),
        Text::new("两处改成同一天", "write the same day in both"),
    )
}

fn no_days(pack: &Pack, place: Option<Span>) -> Finding {
    Finding::warning(
        "P0704",
        place,
        Text::new(
            format!("“{}”没有写待遇从哪一天起，按一直有效处理", pack.meta.id),
            format!("“{}” does not say from which day it gives benefits: it counts for any day", pack.meta.id),
        ),
        Text::new(
            "文件写明了就在 pack.toml 里补上 benefits_from",
            "add `benefits_from` to pack.toml if the document states it",
        ),
    )
}
