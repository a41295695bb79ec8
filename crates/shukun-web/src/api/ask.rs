//! What is asked: parameters of the address, parts of it, JSON bodies, the name of a request; read strictly, so that a
//! mistyped filter is an error and not a longer list.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shukun_base::RegionCode;
use shukun_casework::{CaseId, TransactionId};

use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::visit::Visit;

/// No JSON of ours is larger.
const BODY_LIMIT: usize = 512 * 1024;
/// The header that names a request.
const KEY: &str = "idempotency-key";

/// Parameters of the address.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, PageError> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Asked(asked)).map_err(|_| problem::query())
    }
}

/// A part of the address.
pub struct Part(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Part, PageError> {
        let part = Path::<String>::from_request_parts(parts, state).await;
        part.map(|Path(part)| Part(part)).map_err(|_| PageError::not_found())
    }
}

/// The case that the address names, in the caller's area. What lies elsewhere is not there, whatever else is wrong with
/// the request.
pub struct OfCase(pub CaseId);

impl FromRequestParts<Desk> for OfCase {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<OfCase, PageError> {
        let Part(part) = Part::from_request_parts(parts, desk).await?;
        let visit = Visit::from_request_parts(parts, desk).await?;
        let case_id = CaseId::new(&part).ok_or_else(PageError::not_found)?;
        desk.store().case_row(visit.scope()?, &case_id).await?;
        Ok(OfCase(case_id))
    }
}

/// A body of JSON.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, PageError> {
        if !is_json(request.headers()) {
            return Err(problem::media_type());
        }
        let bytes = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| PageError::too_large())?;
        serde_json::from_slice(&bytes).map(Json).map_err(|error| problem::body(&place(&error)))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Which field lacks, or line and column: of the rest of serde's message nothing, since it repeats what was sent.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let name = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let at = format!("line {}, column {}", error.line(), error.column());
    name.map_or(at.clone(), |name| format!("{name} ({at})"))
}

/// The name that the request has, for doing it once.
pub struct RequestKey(pub TransactionId);

impl<S: Send + Sync> FromRequestParts<S> for RequestKey {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<RequestKey, PageError> {
        let text = parts.headers.get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
        TransactionId::new(text).map(RequestKey).ok_or_else(problem::key)
    }
}

/// A word that has to be known if it is given.
pub fn word<T>(text: &str, find: impl Fn(&str) -> Option<T>) -> Result<Option<T>, PageError> {
    match text {
        "" => Ok(None),
        text => find(text).map(Some).ok_or_else(problem::query),
    }
}

/// Several words with commas between them.
pub fn words<T>(text: &str, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, PageError> {
    let given = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    given.map(|word| find(word).ok_or_else(problem::query)).collect()
}

/// A region code, if one is given.
pub fn region(text: &str) -> Result<Option<RegionCode>, PageError> {
    word(text, RegionCode::new)
}

/// How many rows of a list: 1 to 100.
pub fn rows(asked: Option<u16>) -> Result<u16, PageError> {
    let rows = asked.unwrap_or(50);
    if (1..=100).contains(&rows) { Ok(rows) } else { Err(problem::query()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "read only to be refused")]
        version: u32,
    }

    #[test]
    fn an_error_names_the_place_and_never_what_stood_there() {
        for (text, wanted) in [("{}", "version (line 1, column 2)"), ("{\"version\": \"张三\"}", "line 1, column 20")]
        {
            let error = serde_json::from_str::<Body>(text).unwrap_err();
            assert!(!place(&error).contains("张三"));
            assert_eq!(place(&error), wanted, "{error}");
        }
    }

    #[test]
    fn a_word_nobody_knows_is_an_error_and_none_is_none() {
        let find = |word: &str| (word == "red").then_some(1);
        assert_eq!(words("red, red", find).unwrap(), [1, 1]);
        assert_eq!(words("", find).unwrap(), [0; 0]);
        assert_eq!(words("red,rot", find).unwrap_err().code, "api-query");
        assert!(rows(Some(0)).is_err() && rows(Some(101)).is_err() && rows(None).is_ok());
    }
}
