//! The program as its users meet it: the real binary on small data of its own making.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod backstop;
mod columns;
mod compare;
#[cfg(feature = "server")]
mod database;
mod documents;
mod help;
#[cfg(feature = "server")]
mod keep;
mod kernel;
mod kill_import;
#[cfg(feature = "server")]
mod kill_serve;
mod kill_settle;
mod monitor;
#[cfg(feature = "server")]
mod office;
mod packs;
#[cfg(feature = "server")]
mod people;
#[cfg(feature = "server")]
mod planted;
mod road;
mod run;
mod settle;
#[cfg(feature = "server")]
mod sheet;
#[cfg(feature = "server")]
mod uploads;
mod verify;
#[cfg(feature = "server")]
mod works;
