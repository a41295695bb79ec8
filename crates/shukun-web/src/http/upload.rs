//! A file that streams in: fields before it, then its bytes piece by piece, never whole in memory.
//!
//! The guard cannot look for the form's token in a body that nobody has read: the token is the form's first field and is looked at
//! here, before anything else of the body. Start at [`Upload`].

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};

use super::forms::{FIELD, Seal};
use super::parts::is_multipart;
use crate::error::PageError;

/// Longer than any field of words.
const LONGEST_FIELD: usize = 4 * 1_024;

/// A form whose last field is a file; its fields come in the order in which the page has them.
pub struct Upload {
    parts: Multipart,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Upload, PageError> {
        let seal = request.extensions().get::<Seal>().cloned().ok_or_else(PageError::forged)?;
        if !is_multipart(request.headers()) {
            return Err(PageError::forged());
        }
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| PageError::unreadable())?;
        let first = parts.next_field().await.map_err(|_| PageError::forged())?.ok_or_else(PageError::forged)?;
        if first.name() != Some(FIELD) || !seal.is_on(&text_of(first).await?) {
            return Err(PageError::forged());
        }
        Ok(Upload { parts })
    }
}

impl Upload {
    /// The next field of words, which is `name`.
    ///
    /// # Errors
    /// `web-unreadable` where another comes.
    pub async fn field(&mut self, name: &str) -> Result<String, PageError> {
        let part = self.parts.next_field().await.map_err(|_| PageError::unreadable())?;
        let part = part.filter(|part| part.name() == Some(name)).ok_or_else(PageError::unreadable)?;
        text_of(part).await
    }

    /// The file, with the name that it had, without folders.
    ///
    /// # Errors
    /// `web-unreadable` where none was chosen.
    pub async fn file(&mut self) -> Result<(String, Field<'_>), PageError> {
        let part = self.parts.next_field().await.map_err(|_| PageError::unreadable())?;
        let part = part.ok_or_else(PageError::unreadable)?;
        let name = part.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if name.is_empty() { Err(PageError::unreadable()) } else { Ok((name, part)) }
    }
}

async fn text_of(mut part: Field<'_>) -> Result<String, PageError> {
    let mut bytes = Vec::new();
    while let Some(some) = part.chunk().await.map_err(|_| PageError::unreadable())? {
        bytes.extend_from_slice(&some);
        if bytes.len() > LONGEST_FIELD {
            return Err(PageError::too_large());
        }
    }
    String::from_utf8(bytes).map_err(|_| PageError::unreadable())
}
