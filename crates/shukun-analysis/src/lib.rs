//! What follows from many settlements: two policies compared, funds projected, burdens watched month by month.
//!
//! Pure: settled person-years in, tables of figures out. It opens no file and knows nothing of names. Money stays in
//! whole fen; shares, ratios and probabilities are statistics and may be floats, never the other way round.
//! Each capability is one module: [`compare`], [`project`], [`watch`].

pub mod compare;
pub mod project;
#[cfg(test)]
mod testing;
pub mod watch;
