//! The pages: everything HTTP and HTML is here and nowhere else.
//!
//! Knows no SQL and decides nothing about a case or about money: it asks the desk ([`desk`]), draws the answer ([`ui`])
//! and words what went wrong. One page is one module below [`pages`] (handler, view, tests side by side). Start at
//! [`router`] and at the table of routes ([`routes::ROUTES`]).

pub mod api;
mod assets;
pub mod demo;
pub mod desk;
pub mod error;
pub mod format;
mod guard;
pub mod http;
pub mod keep;
pub mod lang;
pub mod listen;
#[cfg(test)]
mod matrix;
pub mod oidc;
pub mod pages;
pub mod papers;
pub mod routes;
pub mod start;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod ui;
pub mod visit;
pub mod words;
pub mod works;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use desk::Desk;
use error::PageError;
use routes::{Handlers, RouteFault};

/// The whole program as a router: every route behind its guard, every answer with its headers.
///
/// # Errors
/// A route without a row or a row without a handler; a test holds that there is none.
pub fn router(desk: &Desk) -> Result<Router, RouteFault> {
    let handlers = api::serve(pages::serve(assets::serve(Handlers::new(desk.clone()))));
    let router = handlers.finish()?;
    // How much is read is in the table of routes.
    let router = router.layer(axum::extract::DefaultBodyLimit::disable());
    let router = router.layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
        tracing::error!("a page panicked");
        PageError::broken().into_response()
    }));
    let router = router.layer(from_fn_with_state(desk.clone(), http::around::around));
    Ok(router.layer(CompressionLayer::new()).with_state(desk.clone()))
}
