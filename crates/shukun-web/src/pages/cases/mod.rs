//! Cases: the list, the page of one case, and what can be done next.
//!
//! What is done is planned and checked again by casework inside the store; a form here is an offer, never a promise.

mod act;
mod acts;
mod bulk;
mod duplicates;
mod find;
mod funnel;
mod kept;
mod list;
mod list_filters;
mod looked;
mod new;
mod page;
mod papers;
mod print;
mod queues;
mod reveal;
mod sheet;
mod split;
mod timeline;
mod turn;
mod visit_form;

#[cfg(test)]
pub mod tests;
#[cfg(test)]
mod tests_beside;
#[cfg(test)]
mod tests_of_appeals;
#[cfg(test)]
mod tests_of_bulk;
#[cfg(test)]
mod tests_of_exports;
#[cfg(test)]
mod tests_of_hands;
#[cfg(test)]
mod tests_of_lists;
#[cfg(test)]
pub mod tests_of_papers;
#[cfg(test)]
mod tests_of_payers;
#[cfg(test)]
mod tests_of_requests;
#[cfg(test)]
mod tests_of_splits;
#[cfg(test)]
pub mod tests_of_the_road;

pub use acts::Typed;
pub use funnel::funnel;
pub use queues::{by_status, kept_filters, queues};

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [
        list::serve,
        find::serve,
        kept::serve,
        new::serve,
        duplicates::serve,
        bulk::serve,
        page::serve,
        act::serve,
        visit_form::serve,
        papers::serve,
        sheet::serve,
        split::serve,
        reveal::serve,
        print::serve,
    ]
    .into_iter()
    .fold(handlers, |handlers, serve| serve(handlers))
}
