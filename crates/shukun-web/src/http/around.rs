//! The layer around everything: makes the [`Visit`], words errors, sets headers and cookies, writes the log line.
//!
//! The log line holds the route's pattern, never the address: no case's id, no name that was searched for.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::forms::Seal;
use super::{cookies, headers};
use crate::desk::Desk;
use crate::error::PageError;
use crate::ui::error::error_page;
use crate::visit::Visit;
use crate::{api, guard, lang};

/// The cookie of the session.
pub const SESSION: &str = "session";
/// The cookie that seals forms before there is a session.
const FORMS: &str = "forms";
/// Longer than any page may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A file over a village's line takes its time.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(600);
/// How long a chosen language is remembered: a year.
const LANG_AGE_S: u32 = 31_536_000;

/// Around every request.
pub async fn around(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let pattern = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let arrival = match Arrival::of(&desk, &request) {
        Ok(arrival) => arrival,
        Err(error) => return error.status.into_response(),
    };
    let is_swap = request.headers().contains_key("hx-request");
    request.extensions_mut().insert(arrival.seal.clone());
    request.extensions_mut().insert(arrival.visit.clone());
    let patience = if super::parts::is_multipart(request.headers()) { UPLOAD_PATIENCE } else { PATIENCE };
    let answered = tokio::time::timeout(patience, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| PageError::slow().into_response());
    let mut code = "";
    if let Some(error) = response.extensions_mut().remove::<PageError>() {
        code = error.code;
        response = worded(&arrival.visit, &error, is_swap);
    }
    arrival.set_cookies(response.headers_mut());
    headers::put(response.headers_mut(), desk.transport());
    let elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = pattern.as_deref().unwrap_or("-");
    tracing::info!(%method, route, status = response.status().as_u16(), elapsed_ms, code, "answered");
    response
}

/// The error for its reader: a problem for a program, a detour or a page for a person.
fn worded(visit: &Visit, error: &PageError, is_swap: bool) -> Response {
    if visit.path.starts_with(api::ROOT) {
        return api::problem::response(visit.lang, error);
    }
    match guard::detour(visit, error, is_swap) {
        Some(answer) => answer,
        None => (error.status, error_page(visit, error)).into_response(),
    }
}

/// This address, or for a form the page it was on. The browser names that one to this server alone.
fn back(request: &Request) -> String {
    if request.method() == Method::GET {
        return request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let here = text(HOST).unwrap_or_default();
    let path = text(REFERER).and_then(|page| page.split_once("://")).and_then(|(_, rest)| rest.strip_prefix(here));
    path.filter(|path| path.starts_with('/')).unwrap_or("/").to_owned()
}

/// A request as it came in.
struct Arrival {
    visit: Visit,
    seal: Seal,
    /// A cookie to seal forms with, made just now.
    new_forms_cookie: Option<String>,
    is_lang_chosen: bool,
}

impl Arrival {
    fn of(desk: &Desk, request: &Request) -> Result<Arrival, PageError> {
        let transport = desk.transport();
        let known = [SESSION, FORMS].iter().find_map(|name| cookies::find(transport, request.headers(), name));
        let new_forms_cookie = if known.is_none() { Some(desk.random_word()?) } else { None };
        let seal = Seal::of(known.as_deref().or(new_forms_cookie.as_deref()).unwrap_or_default());
        let (lang, is_lang_chosen) = lang::find_lang(transport, request.uri().query(), request.headers());
        let visit = Visit {
            lang,
            transport,
            now: desk.now(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            back: back(request),
            is_illustrative: desk.is_illustrative(),
            form_token: seal.written(desk.random_bytes()?),
            visitor: None,
        };
        Ok(Arrival { visit, seal, new_forms_cookie, is_lang_chosen })
    }

    /// Only pages set cookies: a style sheet may be kept by caches on the way.
    fn set_cookies(&self, headers: &mut HeaderMap) {
        let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page {
            return;
        }
        let transport = self.visit.transport;
        let forms = self.new_forms_cookie.as_ref().and_then(|word| cookies::written(transport, FORMS, word, None));
        let chosen = || cookies::written(transport, lang::COOKIE, self.visit.lang_word(), Some(LANG_AGE_S));
        let lang = if self.is_lang_chosen { chosen() } else { None };
        let all: [Option<HeaderValue>; 2] = [forms, lang];
        for cookie in all.into_iter().flatten() {
            headers.append(SET_COOKIE, cookie);
        }
    }
}
