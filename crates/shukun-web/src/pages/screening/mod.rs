//! Screening: the runs and what each found; the alerts and the history of their colours.

mod alert;
mod alerts;
mod run;
mod runs;
#[cfg(test)]
mod tests;

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [runs::serve, run::serve, alerts::serve, alert::serve].into_iter().fold(handlers, |handlers, serve| serve(handlers))
}
