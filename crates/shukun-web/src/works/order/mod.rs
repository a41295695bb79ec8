//! What can be ordered: one variant for each kind of work, its types in a file of its own here, carried out by the file of the
//! same name in crates/shukun/src/works.

mod compare;
pub mod import;
mod policies;
pub mod screen;
mod sheet;
mod trial;

use serde::{Deserialize, Serialize};

pub use compare::{CompareOrder, CompareSide, Compared, ComparedGroup, ComparedGroups, ComparedLine};
pub use import::{ImportOrder, UndoOrder};
pub use policies::{
    PackHead, Policies, PoliciesOrder, ShownAmbiguity, ShownChange, ShownCliff, ShownCurve, ShownExample, ShownFinding,
    ShownPack, ShownRule,
};
pub use screen::ScreenOrder;
pub use sheet::{Certified, Proposal, SheetOrder, Worked, WorkedLine, WorkedPerson, WorkedReading};
pub use trial::Trial;

/// One order, as it travels to the child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// A file that somebody brought.
    Import(ImportOrder),
    /// An import is taken back.
    Undo(UndoOrder),
    /// A county is settled and screened.
    Screen(ScreenOrder),
    /// What a work may do, tried out.
    Trial(Trial),
    /// One household's determination sheet.
    Sheet(SheetOrder),
    /// The packs as an official reads them.
    Policies(PoliciesOrder),
    /// Two policies over the whole lake.
    Compare(CompareOrder),
}

/// What a child may take. It sets them for itself before it looks at anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space.
    pub memory_bytes: u64,
    /// Seconds of all cores together.
    pub cpu_seconds: u64,
    /// Bytes of the largest file that it writes.
    pub file_bytes: u64,
}

impl Limits {
    /// For a work that reads and computes little.
    pub const LIGHT: Limits = Limits { memory_bytes: 2 << 30, cpu_seconds: 120, file_bytes: 256 << 20 };
    /// For a work over a whole county.
    pub const HEAVY: Limits = Limits { memory_bytes: 12 << 30, cpu_seconds: 4 * 3_600, file_bytes: 64 << 30 };
}

impl Order {
    /// Whether it takes all cores for long: such works take turns.
    pub fn is_heavy(&self) -> bool {
        match self {
            Order::Trial(_) | Order::Sheet(_) | Order::Policies(_) => false,
            Order::Compare(_) => true,
            Order::Import(order) => matches!(order.reading, import::Reading::Commit { .. }),
            Order::Undo(_) | Order::Screen(_) => true,
        }
    }

    /// What it may take.
    pub fn limits(&self) -> Limits {
        match self {
            Order::Import(_) => import::LIMITS,
            Order::Undo(_) | Order::Screen(_) => Limits::HEAVY,
            Order::Trial(_) => trial::LIMITS,
            Order::Sheet(_) | Order::Policies(_) => Limits::LIGHT,
            Order::Compare(_) => Limits::HEAVY,
        }
    }
}
