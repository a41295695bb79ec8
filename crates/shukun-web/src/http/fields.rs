//! What comes in with a form or an address: fields, and where to go afterwards.

use axum::extract::{Form, FromRequest, Request};
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use shukun_base::Masked;

use crate::error::PageError;

/// The fields of a form. What cannot be read is an error page, not axum's line of English.
pub struct Fields<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Fields<T>, PageError> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(fields)| Fields(fields)).map_err(|_| PageError::unreadable())
    }
}

/// A secret or personal field, masked from the moment it is read.
pub fn masked<'de, D: Deserializer<'de>>(from: D) -> Result<Masked<String>, D::Error> {
    String::deserialize(from).map(Masked::new)
}

/// What was just done, as the address says after a form was answered: `?done=yes`, or a word of the page's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

impl Done {
    /// Whether what the page is for was done.
    pub fn is_done(&self) -> bool {
        self.done == "yes"
    }

    /// The word; empty where nothing was done.
    pub fn what(&self) -> &str {
        &self.done
    }
}

/// Where to go afterwards: a path of this server, never another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Next(Option<String>);

impl From<String> for Next {
    fn from(path: String) -> Next {
        let is_ours = path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains(|letter: char| letter == '\\' || letter.is_control());
        Next(is_ours.then_some(path))
    }
}

impl Next {
    /// The path; the start page if none was given.
    pub fn path(&self) -> &str {
        self.0.as_deref().unwrap_or("/")
    }

    /// The same as a hidden field of a form.
    pub fn field(&self) -> Markup {
        html! { @if let Some(path) = &self.0 { input type="hidden" name="next" value=(path); } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server() {
        for (given, path) in [
            ("/cases?step=2", "/cases?step=2"),
            ("", "/"),
            ("https://evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nset-cookie: x", "/"),
            ("javascript:x", "/"),
        ] {
            assert_eq!(Next::from(given.to_owned()).path(), path, "{given:?}");
        }
    }
}
