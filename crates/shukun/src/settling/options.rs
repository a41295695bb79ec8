//! What a result shall hold: whose postings, which notes.

use serde::{Deserialize, Serialize};
use shukun_engine::Detail;
use shukun_engine::outcome::NoteKind;

use super::matching::Matching;

/// Whose postings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum PostingsOf {
    /// Everybody's.
    All,
    /// Those of the households that match.
    #[default]
    Matching,
    /// Those of the households with another standing than in the previous result.
    Changed,
    /// Nobody's.
    None,
}

/// Which notes are written, for the households whose postings are (for the matching ones where no postings are).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum NotesOf {
    /// Also why a rule gave nothing or less.
    All,
    /// What an office has to act on.
    #[default]
    Acted,
    /// None.
    None,
}

/// What a result shall hold. Standings are always written, for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whose postings.
    pub postings: PostingsOf,
    /// Which notes.
    pub notes: NotesOf,
    /// Which households match.
    pub matching: Matching,
}

impl Options {
    /// Everything that can be said of everybody.
    pub fn everything() -> Options {
        Options { postings: PostingsOf::All, notes: NotesOf::All, matching: Matching::default() }
    }

    /// Whether anything but standings is wanted of anybody.
    pub fn wants_more_than_standings(&self) -> bool {
        self.postings != PostingsOf::None || self.notes != NotesOf::None
    }

    /// How much the engine has to say of a household that is picked.
    pub fn detail(&self) -> Detail {
        if self.notes == NotesOf::All { Detail::default() } else { Detail::BRIEF }
    }

    /// Whether a note of this kind is wanted.
    pub fn wants_note(&self, kind: &NoteKind) -> bool {
        match self.notes {
            NotesOf::All => true,
            NotesOf::Acted => is_acted_on(kind),
            NotesOf::None => false,
        }
    }
}

/// What an office has to act on: ask for what is missing, bring before a meeting, visit, pay, correct.
fn is_acted_on(kind: &NoteKind) -> bool {
    match kind {
        NoteKind::Unknown { .. }
        | NoteKind::AwaitsResolution { .. }
        | NoteKind::Entitled { .. }
        | NoteKind::Alert { .. }
        | NoteKind::LeftOut
        | NoteKind::Difference { .. } => true,
        NoteKind::NotEligible | NoteKind::CutByLimit { .. } | NoteKind::BelowLine => false,
    }
}
