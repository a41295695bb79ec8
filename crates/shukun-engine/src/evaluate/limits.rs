//! Caps (封顶): nested, each over its own unit and period, some shared with other payers.

use shukun_base::Fen;
use shukun_policy::program::Rule;

use super::accumulators::Place;
use super::missing::Missing;
use super::{Run, Scope};

/// One cap as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    limit: usize,
    place: Place,
    cap: Fen,
    used: Fen,
}

/// What all caps together still allow of `wanted`.
pub(crate) fn allowed(rooms: &[Room], wanted: Fen) -> Fen {
    rooms.iter().fold(wanted.or_zero(), |amount, room| amount.min((room.cap - room.used).or_zero()))
}

impl Run<'_> {
    /// The rule's caps for the bill of `scope`. Expressions are looked at from `caps_from`: the same, or the period.
    pub(crate) fn rooms(
        &self,
        number: usize,
        rule: &Rule,
        scope: Scope<'_>,
        caps_from: Scope<'_>,
    ) -> Result<Vec<Room>, Missing> {
        rule.limits
            .iter()
            .enumerate()
            .map(|(limit, of)| {
                let place = self.place(of.over, scope)?;
                let cap = self.cap(&of.cap, caps_from)?;
                let used = self.books.used(number, limit, place.unit, place.first, place.last);
                Ok(Room { limit, place, cap, used })
            })
            .collect()
    }

    /// Remembers the caps that were met, for what is left under them in the year.
    pub(crate) fn remember_caps(&mut self, number: usize, year: i16, rooms: &[Room]) {
        for room in rooms {
            self.books.caps_seen.insert((year, number, room.limit, room.place.unit, room.place.last), room.cap);
        }
    }

    /// Counts what a rule paid toward every limit that counts it; `only_own` for what is computed but not paid.
    pub(crate) fn count_toward_limits(&mut self, number: usize, scope: Scope<'_>, amount: Fen, only_own: bool) {
        let prepared = self.prepared;
        let Some(rule) = prepared.rules.get(number) else { return };
        for (of_rule, limit) in rule.counted_by.iter().filter(|(of_rule, _)| !only_own || *of_rule == number) {
            self.count(*of_rule, *limit, scope, amount);
        }
    }

    /// Counts what was settled under a tier. The tier's own rules count what they compute.
    pub(crate) fn count_settled(&mut self, tier: usize, scope: Scope<'_>, amount: Fen) {
        let prepared = self.prepared;
        for (of_rule, limit) in prepared.tier_counted_by.get(tier).into_iter().flatten() {
            if self.program.rules.get(*of_rule).is_some_and(|rule| rule.tier.0 != tier) {
                self.count(*of_rule, *limit, scope, amount);
            }
        }
    }

    fn count(&mut self, rule: usize, limit: usize, scope: Scope<'_>, amount: Fen) {
        let over = self.program.rules.get(rule).and_then(|rule| rule.limits.get(limit)).map(|limit| limit.over);
        if let Some(Ok(place)) = over.map(|over| self.place(over, scope)) {
            *self.books.limits_used.entry((rule, limit, place.unit, place.last)).or_default() += amount;
        }
    }
}
