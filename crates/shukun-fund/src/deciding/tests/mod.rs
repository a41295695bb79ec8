//! Meetings of nobody: a road from the call to a line in effect, every refusal, random acts.

mod gallery;
mod model;
mod oracle;
mod road;
mod world;

pub use world::line;
