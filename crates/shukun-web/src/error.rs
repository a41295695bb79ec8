//! What stops a page: a code, what happened, where, and how to mend it.
//!
//! "Not eligible" and "over the cap" are pages of their own, never errors. A handler returns [`PageError`]; the layer
//! around all pages words it in the reader's language ([`crate::ui::error`]).

use std::ops::Deref;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shukun_base::Text;
use shukun_store::{ErrorKind, StoreError};

use crate::words::{self, Word};

/// Why there is no page. Boxed, so that every answer that could be an error stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError(Box<Problem>);

/// What happened, where, how to mend it. Never holds a name, a number or anything else of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// Stable, for manuals and the help desk: `web-not-found`.
    pub code: &'static str,
    /// What happened.
    pub what: Text,
    /// Where, in the reader's own words: a page's title, a form's field.
    pub place: Option<Text>,
    /// How to mend it.
    pub mend: Text,
}

/// Code, status, what happened, how to mend it.
type Row = (&'static str, StatusCode, Word, Word);

const NOT_FOUND: Row = ("web-not-found", StatusCode::NOT_FOUND, words::ERROR_NOT_FOUND, words::ERROR_NOT_FOUND_MEND);
const METHOD: Row = ("web-method", StatusCode::METHOD_NOT_ALLOWED, words::ERROR_METHOD, words::ERROR_METHOD_MEND);
const FORBIDDEN: Row = ("web-forbidden", StatusCode::FORBIDDEN, words::ERROR_FORBIDDEN, words::ERROR_FORBIDDEN_MEND);
const FORGED: Row = ("web-forged-form", StatusCode::FORBIDDEN, words::ERROR_FORGED, words::ERROR_FORGED_MEND);
const TOO_LARGE: Row =
    ("web-too-large", StatusCode::PAYLOAD_TOO_LARGE, words::ERROR_TOO_LARGE, words::ERROR_TOO_LARGE_MEND);
const UPLOAD: Row =
    ("web-upload-size", StatusCode::PAYLOAD_TOO_LARGE, words::IMPORT_TOO_LARGE, words::IMPORT_TOO_LARGE_MEND);
const UNREADABLE: Row =
    ("web-unreadable", StatusCode::BAD_REQUEST, words::ERROR_UNREADABLE, words::ERROR_UNREADABLE_MEND);
const SLOW: Row = ("web-timeout", StatusCode::SERVICE_UNAVAILABLE, words::ERROR_SLOW, words::ERROR_SLOW_MEND);
const BROKEN: Row = ("web-broken", StatusCode::INTERNAL_SERVER_ERROR, words::ERROR_BROKEN, words::ERROR_BROKEN_MEND);

/// Never shown: it leads to the page where the password is changed.
const FIRST_PASSWORD: Row =
    ("web-first-password", StatusCode::FORBIDDEN, words::PASSWORD_FIRST, words::PASSWORD_NEW_HINT);

/// Every code of the web, for docs/errors.md.
pub const ALL: &[Row] =
    &[NOT_FOUND, METHOD, FORBIDDEN, FORGED, TOO_LARGE, UPLOAD, UNREADABLE, SLOW, BROKEN, FIRST_PASSWORD];

impl Deref for PageError {
    type Target = Problem;

    fn deref(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> PageError {
        PageError(Box::new(problem))
    }
}

impl PageError {
    fn of((code, status, what, mend): Row) -> PageError {
        PageError::from(Problem { status, code, what: what.both(&[]), place: None, mend: mend.both(&[]) })
    }

    /// There is no such page, or none for this reader: the answer is the same, so that nothing is learnt from it.
    pub fn not_found() -> PageError {
        PageError::of(NOT_FOUND)
    }

    /// The address is there, but not for this method.
    pub fn method() -> PageError {
        PageError::of(METHOD)
    }

    /// The reader's roles do not allow it.
    pub fn forbidden() -> PageError {
        PageError::of(FORBIDDEN)
    }

    /// A form that no page of this server made for this reader, or one of an ended session.
    pub fn forged() -> PageError {
        PageError::of(FORGED)
    }

    /// The form is larger than any page makes it.
    pub fn too_large() -> PageError {
        PageError::of(TOO_LARGE)
    }

    /// The file is larger than any upload may be.
    pub fn upload_too_large() -> PageError {
        PageError::of(UPLOAD)
    }

    /// The form lacks a field that the page has.
    pub fn unreadable() -> PageError {
        PageError::of(UNREADABLE)
    }

    /// It took longer than anybody waits.
    pub fn slow() -> PageError {
        PageError::of(SLOW)
    }

    /// The program's own fault; the log has the reason.
    pub fn broken() -> PageError {
        PageError::of(BROKEN)
    }

    /// The first password has to be changed before anything else.
    pub fn first_password() -> PageError {
        PageError::of(FIRST_PASSWORD)
    }

    /// The same at a place.
    pub fn at(mut self, place: Text) -> PageError {
        self.0.place = Some(place);
        self
    }
}

/// The store's own words, its first sentence as what happened.
impl From<StoreError> for PageError {
    fn from(error: StoreError) -> PageError {
        let status = match error.kind {
            ErrorKind::SignedOut => StatusCode::UNAUTHORIZED,
            ErrorKind::StepUp => StatusCode::FORBIDDEN,
            // Casework says more than that: a relative's case, one person twice.
            ErrorKind::Forbidden if error.code != "store-forbidden" => StatusCode::FORBIDDEN,
            ErrorKind::Forbidden => return PageError::forbidden(),
            ErrorKind::NotFound => return PageError::not_found(),
            ErrorKind::Stale => StatusCode::CONFLICT,
            ErrorKind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Damaged => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(%error, "the store failed");
        }
        let (zh, mend_zh) = first_sentence(&error.text.zh, "。");
        let (en, mend_en) = first_sentence(&error.text.en, ". ");
        let mend = Text::new(
            if mend_zh.is_empty() { words::ERROR_METHOD_MEND.zh } else { mend_zh },
            if mend_en.is_empty() { words::ERROR_METHOD_MEND.en } else { mend_en },
        );
        PageError::from(Problem { status, code: error.code, what: Text::new(zh, en), place: None, mend })
    }
}

/// The first sentence without its full stop, and the rest.
fn first_sentence<'a>(text: &'a str, stop: &str) -> (&'a str, &'a str) {
    let (first, rest) = text.split_once(stop).unwrap_or((text, ""));
    (first.trim_end_matches(['。', '.']), rest)
}

/// An empty answer that carries the error; the layer around all pages writes the page.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_lists_every_code() {
        let manual = include_str!("../../../docs/serve.md");
        for (code, _, what, _) in ALL {
            let row = format!("| {code} | {} | {} |", what.zh, what.en);
            assert!(manual.contains(&row), "docs/serve.md lacks {row}");
        }
    }

    #[test]
    fn codes_are_unique_and_say_how_to_mend() {
        let mut codes: Vec<_> = ALL.iter().map(|row| row.0).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
        for row in ALL {
            let error = PageError::of(*row);
            assert!(!error.mend.zh.is_empty() && error.what != error.mend, "{}", error.code);
            assert!(error.status.is_client_error() || error.status.is_server_error(), "{}", error.code);
        }
    }
}
