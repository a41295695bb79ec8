//! The design system: small pieces that every page is put together from. Each draws, none decides.
//!
//! No inline style and no inline script: the content security policy refuses both. Start at [`layout`].

pub mod chart;
pub mod clock;
pub mod colour;
pub mod empty;
pub mod error;
pub mod field;
pub mod filters;
pub mod layout;
pub mod matrix;
pub mod pager;
pub mod place;
pub mod progress;
pub mod qr;
pub mod steps;
pub mod style;
pub mod table;
pub mod waterfall;

#[cfg(test)]
pub mod lint;
