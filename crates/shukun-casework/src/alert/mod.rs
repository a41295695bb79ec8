//! Alerts (预警): one for each person and year, made by the screening run; the colour is an attribute with a history.
//!
//! Knows no case: it may be linked to one. Start at [`Alert`].

mod colour;
mod life;

pub use colour::{Colour, ColourChange};
pub use life::{Alert, AlertFault, AlertState, AlertStatus, ClearReason, Placement, Sighting, SuppressReason};
