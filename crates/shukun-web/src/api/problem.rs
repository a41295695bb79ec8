//! What went wrong, for programs: `application/problem+json` (RFC 9457) with a stable code and both languages.

use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shukun_base::Lang;
use utoipa::ToSchema;

use crate::error::{PageError, Problem};
use crate::words::{self, Word};

/// Code, status, what happened, how to mend it.
type Row = (&'static str, StatusCode, Word, Word);

const SIGNED_OUT: Row = ("api-signed-out", StatusCode::UNAUTHORIZED, words::API_SIGNED_OUT, words::API_SIGNED_OUT_MEND);
const READ_ONLY: Row = ("api-read-only", StatusCode::FORBIDDEN, words::API_READ_ONLY, words::API_READ_ONLY_MEND);
const RATE: Row = ("api-rate", StatusCode::TOO_MANY_REQUESTS, words::API_RATE, words::API_RATE_MEND);
const QUERY: Row = ("api-query", StatusCode::BAD_REQUEST, words::API_QUERY, words::API_QUERY_MEND);
const BODY: Row = ("api-body", StatusCode::BAD_REQUEST, words::API_BODY, words::API_BODY_MEND);
const MEDIA: Row = ("api-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, words::API_MEDIA, words::API_MEDIA_MEND);
const KEY: Row = ("api-key", StatusCode::BAD_REQUEST, words::API_KEY, words::API_KEY_MEND);

const PAPER: Row = ("api-document", StatusCode::UNPROCESSABLE_ENTITY, words::API_PAPER, words::API_PAPER_MEND);

/// Every code of the interface, for docs/serve.md.
#[cfg(test)]
pub const ALL: &[Row] = &[SIGNED_OUT, READ_ONLY, RATE, QUERY, BODY, MEDIA, KEY, PAPER];

/// The header's value.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDto {
    /// `urn:shukun:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What happened, in the language that the request accepts.
    title: String,
    /// The status of the answer.
    status: u16,
    /// Stable: `store-…`, `web-…`, `api-…`, or casework's own such as `C101`.
    code: &'static str,
    /// 怎么了，怎么办
    zh: Told,
    /// What happened and how to mend it.
    en: Told,
}

/// What happened and how to mend it, in one language.
#[derive(Debug, Serialize, ToSchema)]
struct Told {
    /// What happened.
    what: String,
    /// How to mend it.
    mend: String,
}

/// The answer that tells an error.
pub fn response(lang: Lang, error: &PageError) -> Response {
    let dto = ProblemDto {
        kind: format!("urn:shukun:{}", error.code),
        title: error.what.in_lang(lang).to_owned(),
        status: error.status.as_u16(),
        code: error.code,
        zh: Told { what: error.what.zh.clone(), mend: error.mend.zh.clone() },
        en: Told { what: error.what.en.clone(), mend: error.mend.en.clone() },
    };
    let body = serde_json::to_string(&dto).unwrap_or_default();
    let mut response = (error.status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
    let headers = response.headers_mut();
    match error.status {
        StatusCode::TOO_MANY_REQUESTS => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

fn of((code, status, what, mend): Row, values: &[(&str, &str)]) -> PageError {
    PageError::from(Problem { status, code, what: what.both(&[]), place: None, mend: mend.both(values) })
}

/// No token, or one that opens nothing.
pub fn signed_out() -> PageError {
    of(SIGNED_OUT, &[])
}

/// A token that only reads at a door that writes.
pub fn read_only() -> PageError {
    of(READ_ONLY, &[])
}

/// More requests than a token may send.
pub fn too_many() -> PageError {
    of(RATE, &[])
}

/// A parameter of the address.
pub fn query() -> PageError {
    of(QUERY, &[])
}

/// A body that is not what the description says, and where; never what stood there.
pub fn body(place: &str) -> PageError {
    of(BODY, &[("place", place)])
}

/// Another media type.
pub fn media_type() -> PageError {
    of(MEDIA, &[])
}

/// No `Idempotency-Key`, or not one.
pub fn key() -> PageError {
    of(KEY, &[])
}

/// A command names a paper that is not in the case.
pub fn no_such_paper() -> PageError {
    of(PAPER, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_lists_every_code() {
        let manual = include_str!("../../../../docs/serve.md");
        for (code, _, what, _) in ALL {
            let row = format!("| {code} | {} | {} |", what.zh, what.en);
            assert!(manual.contains(&row), "docs/serve.md lacks {row}");
        }
    }

    #[test]
    fn who_comes_too_often_is_told_when_to_come_again() {
        let response = response(Lang::En, &too_many());
        assert_eq!(
            (response.status().as_u16(), &response.headers()[RETRY_AFTER]),
            (429, &HeaderValue::from_static("1"))
        );
        assert_eq!(response.headers()[CONTENT_TYPE], MEDIA_TYPE);
    }
}
