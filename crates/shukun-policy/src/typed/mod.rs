//! Clauses as words → clauses as meaning, one file a family.
//!
//! Here a clause is read by itself, against the names of the run ([`names::Names`]); whether the rules fit together
//! is the linker's affair ([`crate::link`]) and whether a scale makes sense the checks' ([`crate::check`]). Nothing
//! here knows packs or files. Start at [`rule`].

pub(crate) mod amounts;
pub(crate) mod collecting;
pub(crate) mod conditions;
pub(crate) mod cursor;
pub(crate) mod declared;
pub(crate) mod fields;
pub(crate) mod kinds;
pub(crate) mod literals;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod periods;
pub(crate) mod rounding;
pub(crate) mod rule;
pub(crate) mod scales;
pub(crate) mod spelling;
pub(crate) mod tables;

use crate::finding::Finding;

/// What was read, or the one thing that is wrong with the clause. Boxed: it is the rare way out.
pub(crate) type Parse<T> = Result<T, Box<Finding>>;

#[cfg(test)]
pub(crate) mod testing;
