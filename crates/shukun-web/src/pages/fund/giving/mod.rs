//! Giving: donors, campaigns, gifts, pledges, certificates, and whether the money will last.
//!
//! What arrived and what was promised never stand in one figure. An anonymous donor's page says nothing that leads to the
//! person; who it is is looked up with a reason.

mod campaign;
mod campaigns;
mod certificate;
mod donor;
mod donors;
mod gift;
mod gifts;
mod new_gift;
mod new_pledge;
mod outlook;
pub mod parts;
mod pledges;
mod published;

#[cfg(test)]
mod tests;

pub use parts::{named, places};

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [
        donors::serve,
        donor::serve,
        campaigns::serve,
        campaign::serve,
        published::serve,
        gifts::serve,
        new_gift::serve,
        gift::serve,
        certificate::serve,
        pledges::serve,
        new_pledge::serve,
        outlook::serve,
    ]
    .into_iter()
    .fold(handlers, |handlers, serve| serve(handlers))
}
