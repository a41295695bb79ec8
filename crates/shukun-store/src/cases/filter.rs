//! Which cases: what a list, a count, an export and work on many at once have in common.

use shukun_base::{Fen, HouseholdId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Flag, Status, Step};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::timers::Level;

use super::row::Beside;
use crate::accounts::AccountId;
use crate::figures::{Narrowed, push_narrowed};
use crate::moment::{Moment, millis};
use crate::scope::{Scope, after};
use crate::sql::Query;

/// Which cases. Several words of one kind: any of them; several kinds: all of them. The default is every case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// At one of these.
    pub statuses: Vec<Status>,
    /// Of one of these colours.
    pub colours: Vec<Colour>,
    /// With all of these flags.
    pub flags: Vec<Flag>,
    /// In this region.
    pub region: Option<RegionCode>,
    /// In whose hands.
    pub assignee: Option<Assignee>,
    /// Of one of these households, such as those a search by ID number found; an empty list finds nothing.
    pub households: Option<Vec<HouseholdId>>,
    /// Ended in one of these ways.
    pub outcomes: Vec<OutcomeCode>,
    /// Only those whose closing waits for a second person's look.
    pub sample_waits: bool,
    /// At one of these levels of their time limits, as last read.
    pub levels: Vec<Level>,
    /// Only those whose certification is to be looked at again.
    pub recert_due: bool,
    /// Only those that stand where they stand since before this.
    pub since_before: Option<Moment>,
    /// Whose clock runs in one of these steps.
    pub steps: Vec<Step>,
    /// With an alert of this year.
    pub year: Option<i16>,
    /// With a burden of at least this.
    pub burden_from: Option<Fen>,
    /// With a burden of at most this.
    pub burden_to: Option<Fen>,
    /// With this in the case's number; upper and lower case are the same.
    pub number: Option<String>,
    /// Only where the caller may do this as well.
    pub allowed: Option<Permission>,
    /// What figures narrow beside.
    pub narrowed: Narrowed,
}

impl CaseFilter {
    /// Which tables beside the cases its conditions need.
    pub(crate) fn beside(&self) -> Beside {
        let clocks = !self.levels.is_empty() || !self.steps.is_empty() || self.recert_due;
        Beside { clocks, figures: self.narrowed.needs_figures() }
    }
}

/// In whose hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody's.
    Nobody,
    /// This person's.
    Is(AccountId),
}

/// The condition of a list, a count, a figure: within the scope, and what the filter asks.
pub(crate) fn push_conditions(query: &mut Query, scope: &Scope, filter: &CaseFilter) {
    push_conditions_at(query, "region", scope, filter);
}

/// The same, the region of the caller's area under another name: one that no index has, where the order is to lead.
pub(crate) fn push_conditions_at(query: &mut Query, region: &'static str, scope: &Scope, filter: &CaseFilter) {
    scope.push_area(query, region, Permission::ViewCases);
    if let Some(permission) = filter.allowed {
        query.push(" AND ");
        scope.push_area(query, region, permission);
    }
    push_words(query, filter);
    push_whose(query, filter);
    push_amounts(query, filter);
    push_narrowed(query, &filter.narrowed);
}

fn push_words(query: &mut Query, filter: &CaseFilter) {
    push_any(query, "status", filter.statuses.iter().map(|status| status.key()));
    push_any(query, "colour", filter.colours.iter().map(|colour| colour.key()));
    push_any(query, "outcome", filter.outcomes.iter().map(|outcome| outcome.key()));
    push_any(query, "level", filter.levels.iter().map(|level| level.key()));
    push_any(query, "step", filter.steps.iter().map(|step| step.key()));
    for flag in &filter.flags {
        query.push(" AND flags LIKE ").bind(format!("% {} %", flag.key()));
    }
    if let Some(year) = filter.year {
        query.push(" AND years LIKE ").bind(format!("% {year} %"));
    }
    if let Some(number) = filter.number.as_deref().filter(|number| !number.is_empty()) {
        query.push(" AND lower(case_id) LIKE ").bind(containing(number)).push(" ESCAPE '!'");
    }
}

/// A pattern that finds the text anywhere; signs of patterns in it stand for themselves.
fn containing(text: &str) -> String {
    let plain =
        |letter: char| if matches!(letter, '!' | '%' | '_') { format!("!{letter}") } else { letter.to_string() };
    format!("%{}%", text.to_lowercase().chars().map(plain).collect::<String>())
}

fn push_whose(query: &mut Query, filter: &CaseFilter) {
    if let Some(region) = &filter.region {
        query.push(" AND region >= ").bind(region.as_str()).push(" AND region < ").bind(after(region));
    }
    match &filter.assignee {
        Some(Assignee::Nobody) => query.push(" AND assignee IS NULL"),
        Some(Assignee::Is(account_id)) => query.push(" AND assignee = ").bind(account_id.as_str()),
        None => query,
    };
    match filter.households.as_deref() {
        Some([]) => query.push(" AND 1 = 0"),
        Some(households) => {
            let ids = households.iter().map(|id| id.to_string().into());
            query.push(" AND household_id IN (").bind_list(ids).push(")")
        }
        None => query,
    };
}

fn push_amounts(query: &mut Query, filter: &CaseFilter) {
    if let Some(from) = filter.burden_from {
        query.push(" AND burden_fen >= ").bind(from.0);
    }
    if let Some(to) = filter.burden_to {
        query.push(" AND burden_fen <= ").bind(to.0);
    }
    if filter.sample_waits {
        query.push(" AND sample = 'waiting'");
    }
    if filter.recert_due {
        query.push(" AND recert_due");
    }
    if let Some(before) = filter.since_before {
        query.push(" AND status_since < ").bind(millis(before));
    }
}

fn push_any<'a>(query: &mut Query, column: &'static str, keys: impl ExactSizeIterator<Item = &'a str>) {
    if keys.len() > 0 {
        query.push(" AND ").push(column).push(" IN (").bind_list(keys.map(Into::into)).push(")");
    }
}
