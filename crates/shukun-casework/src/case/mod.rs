//! A case: one household's way from the alert to the close-out (销号), as an append-only list of actions.
//!
//! [`Case`] is the fold of its [`Action`]s and nothing else; [`plan`] says which actions a command gives, or why it is
//! refused. Neither knows a clock, a database or a page. Start at [`plan`].

mod action;
mod command;
mod fold;
mod plan;
mod record;
mod refusal;
mod rewind;
mod sample;
mod status;
mod step;
mod view;

#[cfg(test)]
pub(crate) mod tests;

pub use action::{Action, Content, Format, Who};
pub use command::{Command, NewRequest, Opening};
pub use fold::{Case, FoldFault};
pub use plan::{Actor, Context, china_day, plan, plan_all, plan_merge, plan_open, plan_split};
pub use record::*;
pub use refusal::{Refusal, RefusalCode, RefusalKind};
pub use sample::is_drawn;
pub use status::{Flag, Status};
pub use step::{Pause, Step, StepSpan};
