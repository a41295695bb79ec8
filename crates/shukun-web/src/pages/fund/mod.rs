//! The fund's pages.

mod deciding;
mod giving;
mod ledger;
pub mod paying;
pub mod publishing;
mod sealing;

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [ledger::serve, giving::serve, deciding::serve, paying::serve, publishing::serve, sealing::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
}
