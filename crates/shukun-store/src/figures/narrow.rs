//! The filters that figures need beside those of every list: how far a case came, how long it stands, how it ended.

use shukun_casework::authority::Role;
use shukun_casework::case::Status;
use shukun_casework::outcome::Judgement;
use shukun_casework::timers::Level;

use crate::sql::Query;

/// Upper ends of the boxes of ageing, in the unit of the step's clock; the last box has none.
pub const USED_BOXES: [u32; 4] = [2, 5, 10, 20];

/// A part of [`crate::CaseFilter`]. The default narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Came at least as far as this, in any round.
    pub reached: Option<Status>,
    /// Only those whose place is not known as exactly as this.
    pub vague_below: Option<PlaceSize>,
    /// Only those that are not closed.
    pub is_open: bool,
    /// Waits for this office.
    pub office: Option<Role>,
    /// The clock of its step, and no other, stands so.
    pub step_levels: Vec<Level>,
    /// In this box of ageing: 0 to 4, by [`USED_BOXES`].
    pub used_box: Option<u8>,
    /// Found by this rule (the rule of its most pressing alert).
    pub rule: Option<String>,
    /// No alert, found by hand.
    pub by_hand: bool,
    /// What its ending says of the alert.
    pub sway: Option<Sway>,
    /// Opened in this month: `2026-03`.
    pub opened_in: Option<String>,
    /// Closed in this month.
    pub closed_in: Option<String>,
    /// Only those to whom something was determined.
    pub is_determined: bool,
    /// Only those to whom something was paid.
    pub is_paid: bool,
    /// Only those under a supervision order.
    pub is_supervised: bool,
}

impl Narrowed {
    /// Whether it asks for more than stands in the row of a case.
    pub(crate) fn needs_figures(&self) -> bool {
        let in_rows = Narrowed {
            vague_below: self.vague_below,
            is_open: self.is_open,
            rule: self.rule.clone(),
            by_hand: self.by_hand,
            ..Narrowed::default()
        };
        *self != in_rows
    }
}

macro_rules! words_of_sway {
    ($($name:ident $key:literal $judgement:path,)+) => {
        /// What the ending of a case says of the alert that began it, as it stands in a URL.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Sway {
            $(#[doc = $key] $name,)+
        }

        impl Sway {
            /// Every one.
            pub const ALL: &'static [Sway] = &[$(Sway::$name),+];

            /// The one with this key.
            pub fn find(key: &str) -> Option<Sway> {
                Sway::ALL.iter().copied().find(|sway| sway.key() == key)
            }

            /// The key.
            pub const fn key(self) -> &'static str {
                match self { $(Sway::$name => $key,)+ }
            }

            /// Of a judgement.
            pub const fn of(judgement: Judgement) -> Sway {
                match judgement { $($judgement => Sway::$name,)+ }
            }
        }
    };
}

words_of_sway! {
    Confirmed "confirmed" Judgement::Confirmed,
    Wrong "wrong" Judgement::Wrong,
    NotJudged "not_judged" Judgement::NotJudged,
}

/// How far a status is, as it is stored; closed is no way further.
pub(super) fn rank(status: Status) -> i64 {
    let position = Status::ALL.iter().position(|other| *other == status);
    position.and_then(|position| i64::try_from(position).ok()).unwrap_or_default()
}

/// By what places are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaceSize {
    /// Townships, nine digits.
    #[default]
    Town,
    /// Villages, twelve digits.
    Village,
}

impl PlaceSize {
    /// Digits of a code.
    pub const fn digits(self) -> usize {
        match self {
            PlaceSize::Town => 9,
            PlaceSize::Village => 12,
        }
    }

    /// The place of a case as exactly as this, or as exactly as is known.
    pub(super) const fn expression(self) -> &'static str {
        match self {
            PlaceSize::Town => "substr(region, 1, 9)",
            PlaceSize::Village => "substr(region, 1, 12)",
        }
    }
}

/// Adds the condition that a place is not known as exactly as this.
pub(super) fn push_vague(query: &mut Query, below: Option<PlaceSize>) {
    match below {
        Some(PlaceSize::Town) => query.push(" AND length(region) < 9"),
        Some(PlaceSize::Village) => query.push(" AND length(region) < 12"),
        None => query,
    };
}

/// Adds the conditions.
pub(crate) fn push_narrowed(query: &mut Query, narrowed: &Narrowed) {
    if let Some(status) = narrowed.reached {
        query.push(" AND reached >= ").bind(rank(status));
    }
    push_any(query, " AND stay_level IN (", narrowed.step_levels.iter().map(|level| level.key()));
    push_text(query, " AND stay_office = ", narrowed.office.map(Role::key));
    push_text(query, " AND rule = ", narrowed.rule.as_deref());
    push_text(query, " AND judgement = ", narrowed.sway.map(Sway::key));
    push_text(query, " AND substr(opened_on, 1, 7) = ", narrowed.opened_in.as_deref());
    push_text(query, " AND substr(closed_on, 1, 7) = ", narrowed.closed_in.as_deref());
    push_vague(query, narrowed.vague_below);
    if let Some(number) = narrowed.used_box {
        query.push(" AND ").push(USED_BOX).push(" = ").bind(i64::from(number));
    }
    for (is_set, condition) in [
        (narrowed.is_open, " AND status <> 'closed'"),
        (narrowed.by_hand, " AND colour IS NULL"),
        (narrowed.is_determined, " AND aid_fen > 0"),
        (narrowed.is_paid, " AND paid_fen > 0"),
        (narrowed.is_supervised, " AND orders > 0"),
    ] {
        query.push(if is_set { condition } else { "" });
    }
}

/// The number of the box; a test holds that it is [`USED_BOXES`].
pub(super) const USED_BOX: &str = "CASE WHEN stay_used <= 2 THEN 0 WHEN stay_used <= 5 THEN 1
    WHEN stay_used <= 10 THEN 2 WHEN stay_used <= 20 THEN 3 ELSE 4 END";

fn push_any<'a>(query: &mut Query, begins: &'static str, keys: impl ExactSizeIterator<Item = &'a str>) {
    if keys.len() > 0 {
        query.push(begins).bind_list(keys.map(Into::into)).push(")");
    }
}

fn push_text(query: &mut Query, begins: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        query.push(begins).bind(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boxes_are_those_of_the_statement() {
        for (number, upper) in USED_BOXES.iter().enumerate() {
            assert!(USED_BOX.contains(&format!("<= {upper} THEN {number}")), "{upper}");
        }
    }

    #[test]
    fn a_case_that_went_on_came_further() {
        assert!(Status::ALL.windows(2).all(|pair| rank(pair[0]) < rank(pair[1])));
        assert!(Sway::ALL.iter().all(|sway| Sway::find(sway.key()) == Some(*sway)));
    }
}
