//! The pages, one module each: its handler, its view, its tests.

mod health;

use crate::routes::Handlers;

/// All of them.
pub fn serve(handlers: Handlers) -> Handlers {
    health::serve(handlers)
}
