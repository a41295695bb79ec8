//! The fund in the open (基金公开): what anybody reads of it without signing in, as pages and as files.
//!
//! Everything here comes from what was published and its corrections, and from nothing else: these pages ask the store for
//! no scope and cannot reach a case. Start at [`view::statement`].

mod fields;
mod files;
mod index;
mod one;
pub mod view;

#[cfg(test)]
mod tests;

use axum::http::header::CACHE_CONTROL;
use shukun_fund::publishing::PublicationId;

use crate::error::PageError;
use crate::routes::Handlers;

pub use one::places_of;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [index::serve, one::serve, files::serve, fields::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
}

/// A cache may keep a file for five minutes: what was published stays, a correction may come.
const KEPT: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=300");

fn publication_of(id: &str) -> Result<PublicationId, PageError> {
    PublicationId::new(id).ok_or_else(PageError::not_found)
}
