//! The program as its users meet it: the real binary on small data of its own making.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod columns;
mod compare;
mod documents;
mod help;
#[cfg(feature = "server")]
mod keep;
mod kernel;
mod kill_import;
mod kill_settle;
mod monitor;
mod packs;
mod road;
mod run;
mod settle;
#[cfg(feature = "server")]
mod sheet;
#[cfg(feature = "server")]
mod uploads;
#[cfg(feature = "server")]
mod works;
