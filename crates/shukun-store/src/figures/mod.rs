//! Figures (统计): what the office's work adds up to, for dashboards and the appraisal of departments.
//!
//! Every figure is counted under the same conditions as the list that opens behind it: cases by [`crate::CaseFilter`],
//! stays in steps by [`TaskFilter`], people by [`ColourFilter`]. Tables beside the cases hold what is counted; they follow
//! from actions and alerts and are written in the same transaction ([`keep`]). Each answer is one statement, however many
//! cases there are.
//!
//! INVARIANT: a figure is the length, or the sum, of the list behind it, within the caller's scope.

mod colours;
mod count;
pub(crate) mod keep;
mod narrow;
mod tasks;

#[cfg(test)]
mod tests;

pub use colours::{ColourCount, ColourFilter, ColourRow};
pub use count::{Ageing, Counted, Ended, Reached, Trend};
pub use narrow::{Narrowed, PlaceSize, Sway, USED_BOXES};
pub use tasks::{OfficeTasks, TaskCursor, TaskFilter, TaskKind, TaskPage, TaskRow};

#[cfg(test)]
pub(crate) use colours::{colour_counts_query, colours_query};
#[cfg(test)]
pub(crate) use count::figures_query;
#[cfg(test)]
pub(crate) use keep::ALL as KEEP_STATEMENTS;
pub(crate) use narrow::push_narrowed;
#[cfg(test)]
pub(crate) use tasks::{office_tasks_query, tasks_query};
