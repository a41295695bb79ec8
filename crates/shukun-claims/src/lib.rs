//! Files to validated rows, the lake they are kept in, and the synthetic county.
//!
//! Opens files; knows no policy, no network and no database. Start at [`Batch`]: the importer and the synthetic
//! county make one, the lake takes it.

mod batch;
#[cfg(feature = "lake")]
pub mod columns;
#[cfg(feature = "lake")]
pub mod identity;
pub mod import;
#[cfg(feature = "lake")]
pub mod lake;
#[cfg(feature = "lake")]
pub mod synth;

pub use batch::{Batch, Identity, Kind, SourceFile};
#[cfg(feature = "lake")]
pub use identity::IdentityVault;
#[cfg(feature = "lake")]
pub use lake::{CommitReport, Lake, LakeError};
