//! The three colours. A colour is told by its word and its shape, never by colour alone.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen};

shukun_base::words! {
    /// How pressing a burden is. In order: the later the more pressing.
    pub enum Colour {
        Yellow "yellow" "黄" "yellow",
        Orange "orange" "橙" "orange",
        Red "red" "红" "red",
    }
}

impl Colour {
    /// The shape shown beside the word.
    pub const fn shape(self) -> char {
        match self {
            Colour::Red => '●',
            Colour::Orange => '▲',
            Colour::Yellow => '◆',
        }
    }
}

/// The colour from one day on; `None` = below every line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourChange {
    /// The day it was found.
    pub on: Day,
    /// The colour from then on.
    pub colour: Option<Colour>,
    /// The burden that was measured.
    pub burden_fen: Fen,
}
