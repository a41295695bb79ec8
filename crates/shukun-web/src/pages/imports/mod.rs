//! The import centre: a list of files that came in, and a page for each, from its columns to what it changed.

mod found;
mod list;
mod mapping;
mod show;
#[cfg(test)]
mod tests;

use crate::routes::Handlers;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    show::serve(list::serve(handlers))
}
