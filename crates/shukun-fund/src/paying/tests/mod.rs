//! Tests of batches: a county's fund in the ledger's model, the road of a batch through it, every refusal, random acts.

mod gallery;
mod random;
mod road;
mod worked;
mod world;
