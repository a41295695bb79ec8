//! Why an order was not carried out, in words for whoever gave it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shukun_base::Text;
use shukun_store::StoreError;

use crate::error::{PageError, Problem};
use crate::words::{self, Word};

/// What happened and how to mend it. Never holds a name, a number or a path of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkFailure {
    /// Stable: the work's own (`import-…`, `lake-…`, `cli-…`), or `work-…`.
    pub code: String,
    /// What happened.
    pub what: Text,
    /// How to mend it.
    pub mend: Text,
}

type Row = (&'static str, Word, Word);

const START: Row = ("work-start", words::WORK_START, words::WORK_START_MEND);
const DIED: Row = ("work-died", words::WORK_DIED, words::WORK_DIED_MEND);
const MEMORY: Row = ("work-memory", words::WORK_MEMORY, words::WORK_LIMIT_MEND);
const TIME: Row = ("work-time", words::WORK_TIME, words::WORK_LIMIT_MEND);
const FILE: Row = ("work-file", words::WORK_FILE, words::WORK_LIMIT_MEND);
const ANSWER: Row = ("work-answer", words::WORK_ANSWER, words::WORK_DIED_MEND);

/// Every code of the works' own, for docs/serve.md.
#[cfg(test)]
const ALL: &[Row] = &[START, DIED, MEMORY, TIME, FILE, ANSWER];

/// Signals that tell which limit was met, as every Unix numbers them.
const ABORTED: i32 = 6;
const OUT_OF_TIME: i32 = if cfg!(target_os = "linux") { 24 } else { 30 };
const OUT_OF_FILE: i32 = if cfg!(target_os = "linux") { 25 } else { 31 };

impl WorkFailure {
    fn of((code, what, mend): Row) -> WorkFailure {
        WorkFailure { code: code.to_owned(), what: what.both(&[]), mend: mend.both(&[]) }
    }

    /// The child could not be started.
    pub fn start() -> WorkFailure {
        WorkFailure::of(START)
    }

    /// The child said something that was not asked for.
    pub fn answer() -> WorkFailure {
        WorkFailure::of(ANSWER)
    }

    /// The child ended without an answer, by this signal if any. Rust ends a program that gets no memory with an abort.
    pub(super) fn died(signal: Option<i32>) -> WorkFailure {
        WorkFailure::of(match signal {
            Some(ABORTED) => MEMORY,
            Some(OUT_OF_TIME) => TIME,
            Some(OUT_OF_FILE) => FILE,
            _ => DIED,
        })
    }
}

impl From<PageError> for WorkFailure {
    fn from(error: PageError) -> WorkFailure {
        WorkFailure { code: error.code.to_owned(), what: error.what.clone(), mend: error.mend.clone() }
    }
}

impl From<StoreError> for WorkFailure {
    fn from(error: StoreError) -> WorkFailure {
        PageError::from(error).into()
    }
}

impl From<WorkFailure> for PageError {
    fn from(failure: WorkFailure) -> PageError {
        PageError::from(Problem {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: lasting(&failure.code),
            what: failure.what,
            place: None,
            mend: failure.mend,
        })
    }
}

/// No program has more codes than this.
const CODES: usize = 400;

/// A code as long-lived as those of the program itself. There are few of them, and each is kept once.
fn lasting(code: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(code) {
        return known;
    }
    let is_code = code.len() < 60 && code.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !is_code || known.len() >= CODES {
        return ANSWER.0;
    }
    let kept: &'static str = Box::leak(code.to_owned().into_boxed_str());
    known.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_lists_every_code() {
        let manual = include_str!("../../../../docs/serve.md");
        for (code, what, _) in ALL {
            let row = format!("| {code} | {} | {} |", what.zh, what.en);
            assert!(manual.contains(&row), "docs/serve.md lacks {row}");
        }
    }

    #[test]
    fn a_page_says_the_works_own_code() {
        let failure = WorkFailure { code: "import-too-big".to_owned(), ..WorkFailure::start() };
        assert_eq!(PageError::from(failure).code, "import-too-big");
        let failure = WorkFailure { code: "<b>990000198001010000</b>".to_owned(), ..WorkFailure::start() };
        assert_eq!(PageError::from(failure).code, "work-answer");
    }
}
