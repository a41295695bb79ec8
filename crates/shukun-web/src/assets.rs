//! The files of the pages: browser libraries and our own style sheet, under addresses that tell their version.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse as _, Response};

use crate::error::PageError;
use crate::routes::Handlers;
use crate::ui::style;

/// What stands at such an address never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Their route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/assets/{version}/{name}", asset)
}

async fn asset(Path((version, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, PageError> {
    if let Some(file) = style::find(&version, &name) {
        return Ok(([(CONTENT_TYPE, file.content_type), (CACHE_CONTROL, FOR_GOOD)], file.text).into_response());
    }
    let asset = shukun_assets::find(&version, &name).ok_or_else(PageError::not_found)?;
    let kind = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, FOR_GOOD)];
    if takes_gzip(&headers) {
        return Ok((kind, [(CONTENT_ENCODING, "gzip"), (VARY, "accept-encoding")], asset.gzip).into_response());
    }
    Ok((kind, [(VARY, "accept-encoding")], asset.plain()).into_response())
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|part| part.split(';').next().map(str::trim) == Some("gzip"))
}
