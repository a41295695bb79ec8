//! Figures: the dashboard of a county, a town, an office; tasks of offices; people by colour.
//!
//! Every figure is a link to the list that it is the length of; the lists ask the store under the same conditions
//! ([`shukun_store::CaseFilter`]), which its tests hold. One section of the dashboard is one file here.

mod address;
mod ageing;
mod board;
mod colours;
mod funnel;
mod map;
mod people;
mod precision;
mod tasks;
mod towns;
mod trend;

#[cfg(test)]
mod tests;

pub use ageing::office_name;
pub use tasks::{average, offices_table};

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [board::serve, tasks::serve, people::serve].into_iter().fold(handlers, |handlers, serve| serve(handlers))
}
