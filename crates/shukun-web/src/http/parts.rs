//! A form that may bring files: fields and papers, read from either of the two forms that browsers send.
//!
//! The guard has read the body to its limit before; what a file is, is told later from its first bytes. The name that a
//! file had on somebody's machine is not kept: it often holds a person's name. Start at [`Sent`].

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

use crate::error::PageError;

/// More fields and files than any page has.
const MOST_PARTS: usize = 200;
/// Longer than any field of words.
const LONGEST_FIELD: usize = 64 * 1024;

/// A file of a form.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// The field it came in.
    pub field: String,
    /// Its bytes, at least one.
    pub bytes: Bytes,
}

/// What a form sent.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Fields of words, in order.
    pub fields: Vec<(String, String)>,
    /// Files that were chosen.
    pub files: Vec<SentFile>,
}

impl Sent {
    /// The file of a field.
    pub fn file(&self, field: &str) -> Option<&Bytes> {
        self.files.iter().find(|file| file.field == field).map(|file| &file.bytes)
    }

    /// Every file of a field.
    pub fn files<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Bytes> {
        self.files.iter().filter(move |file| file.field == field).map(|file| &file.bytes)
    }
}

/// Whether a request brings files.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Sent, PageError> {
        if !is_multipart(request.headers()) {
            let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
            let Form(fields) = form.map_err(|_| PageError::unreadable())?;
            return Ok(Sent { fields, files: Vec::new() });
        }
        let parts = Multipart::from_request(request, state).await.map_err(|_| PageError::unreadable())?;
        read(parts).await
    }
}

async fn read(mut parts: Multipart) -> Result<Sent, PageError> {
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(|_| PageError::unreadable())? {
        if sent.fields.len() + sent.files.len() >= MOST_PARTS {
            return Err(PageError::too_large());
        }
        let Some(field) = part.name().map(str::to_owned) else { return Err(PageError::unreadable()) };
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|_| PageError::unreadable())?;
        if !is_file {
            let value = String::from_utf8(bytes.into()).map_err(|_| PageError::unreadable())?;
            if value.len() > LONGEST_FIELD {
                return Err(PageError::too_large());
            }
            sent.fields.push((field, value));
        } else if !bytes.is_empty() {
            // A browser sends an empty file for a field where none was chosen.
            sent.files.push(SentFile { field, bytes });
        }
    }
    Ok(sent)
}
