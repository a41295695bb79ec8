//! What is answered: JSON, and the pieces that several answers have in common.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shukun_base::Text;
use utoipa::ToSchema;

use crate::error::PageError;

/// A value as JSON, under a status.
pub struct Answer<T>(pub StatusCode, pub T);

/// 200 and a value.
pub fn ok<T>(value: T) -> Answer<T> {
    Answer(StatusCode::OK, value)
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.1) {
            Ok(body) => (self.0, [(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written as JSON");
                PageError::broken().into_response()
            }
        }
    }
}

/// A word of the trade: its key, and what it is called.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Word)]
pub struct WordDto {
    /// Stable.
    key: String,
    /// 中文
    zh: String,
    /// English
    en: String,
}

impl WordDto {
    /// From a key and its texts.
    pub fn new(key: &str, text: Text) -> WordDto {
        WordDto { key: key.to_owned(), zh: text.zh, en: text.en }
    }
}
