//! The interface for other programs, `/api/v1`: the same answers as the pages, as JSON, for whoever comes with a token.
//!
//! Asks the same application layer and the same store under the same [`shukun_store::Scope`]; decides nothing itself. Every
//! route is a row of [`crate::routes::ROUTES`] and stands in the description at `/api/v1/openapi.json` (a test compares
//! them). Start at [`door`] (who comes in) and [`description`].

#![expect(unused_qualifications, reason = "the macro of the description names types of parameters by their path")]

mod act;
mod alerts;
mod answer;
mod ask;
mod case_dto;
mod cases;
pub mod commands;
mod description;
mod docs;
mod documents;
pub mod door;
mod figures;
#[cfg(test)]
mod fuzz;
mod jobs;
pub mod limit;
mod me;
mod once;
mod people;
pub mod problem;
mod regions;
#[cfg(test)]
mod tests;

use crate::routes::Handlers;

/// Where every address of the interface begins.
pub const ROOT: &str = "/api/v1/";

/// All of it.
pub fn serve(handlers: Handlers) -> Handlers {
    let all = [
        docs::serve,
        me::serve,
        cases::serve,
        act::serve,
        documents::serve,
        alerts::serve,
        people::serve,
        figures::serve,
        regions::serve,
        jobs::serve,
    ];
    all.into_iter().fold(handlers, |handlers, serve| serve(handlers))
}
