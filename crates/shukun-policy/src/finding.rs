//! What the checker has to say: a code, a place, what is wrong and how to mend it, in both languages.

use serde::Serialize;
use shukun_base::Text;

use crate::document::Span;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pack cannot run.
    Error,
    /// It runs, but an official should look.
    Warning,
    /// Worth knowing: a cliff, an unconfirmed reading.
    Advice,
}

/// One finding. Codes are stable: scripts and the error manual name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `P0101`
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What happened.
    pub message: Text,
    /// Where: the official's own words.
    pub place: Option<Span>,
    /// Other places that belong to it, each with a word on why.
    pub related: Vec<(Span, Text)>,
    /// How to mend it.
    pub mend: Text,
}

impl Finding {
    /// A finding that keeps the pack from running.
    pub fn error(code: &'static str, place: impl Into<Option<Span>>, message: Text, mend: Text) -> Finding {
        Finding { code, severity: Severity::Error, message, place: place.into(), related: Vec::new(), mend }
    }

    /// A finding that an official should look at.
    pub fn warning(code: &'static str, place: impl Into<Option<Span>>, message: Text, mend: Text) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, place, message, mend) }
    }

    /// Something worth knowing.
    pub fn advice(code: &'static str, place: impl Into<Option<Span>>, message: Text, mend: Text) -> Finding {
        Finding { severity: Severity::Advice, ..Finding::error(code, place, message, mend) }
    }

    /// Another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, place: Span, why: Text) -> Finding {
        self.related.push((place, why));
        self
    }

    /// Whether it keeps the pack from running.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
