//! Tests of cases: a small county with its people, the whole road, every guard, and random commands against an oracle.

mod forms;
mod gallery;
mod model;
mod oracle;
mod road;
pub(crate) mod world;
