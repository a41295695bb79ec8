//! A work that tries what works may not do, so that the limits are measured and not only set.

use serde::{Deserialize, Serialize};

use super::Limits;

/// Small, so that a test meets them quickly.
pub(super) const LIMITS: Limits = Limits { memory_bytes: 512 << 20, cpu_seconds: 1, file_bytes: 1 << 20 };

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// Says the words again, after three steps.
    Echo(String),
    /// Takes memory until there is none.
    Memory,
    /// Takes time until there is none.
    Time,
    /// Writes a file (at the path) without end.
    File(String),
    /// Does nothing, without end.
    Wait,
    /// Fails as a defect of the program would.
    Abort,
}
