//! The guard before every handler: is somebody signed in, may they, did their own page send this form.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::desk::Desk;
use crate::error::PageError;
use crate::http::forms::{self, Seal};
use crate::routes::{Needs, Route, Verb};
use crate::visit::Visit;

/// No form of a page is larger; uploads have a road of their own.
const FORM_LIMIT: usize = 512 * 1024;

/// One door: the program behind it, and the row that says who may pass.
#[derive(Clone)]
pub struct Door {
    /// The program.
    pub desk: Desk,
    /// The row.
    pub route: &'static Route,
}

/// Lets a request through or answers it.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    match admit(&door, request).await {
        Ok(request) => next.run(request).await,
        Err(answer) => answer,
    }
}

async fn admit(door: &Door, request: Request) -> Result<Request, Response> {
    let request = identify(door, request).await?;
    match door.route.verb {
        Verb::Get => Ok(request),
        Verb::Post => own_form(request).await.map_err(PageError::into_response),
    }
}

/// Finds out who it is, and whether the row lets them in.
async fn identify(door: &Door, mut request: Request) -> Result<Request, Response> {
    if door.route.needs == Needs::Nobody {
        return Ok(request);
    }
    let Some(mut visit) = request.extensions().get::<Visit>().cloned() else {
        return Err(PageError::broken().into_response());
    };
    visit.visitor = door.desk.find_visitor(request.headers(), visit.now).await.map_err(PageError::into_response)?;
    if visit.visitor.is_none() {
        return Err(to_sign_in(&visit, door.route.verb, request.headers()));
    }
    if let Needs::Permission(permission) = door.route.needs
        && !visit.may(permission)
    {
        return Err(PageError::forbidden().into_response());
    }
    request.extensions_mut().insert(visit);
    Ok(request)
}

/// To the sign-in page, and from there back to what was asked for. A swap of a part of a page leaves the whole page.
fn to_sign_in(visit: &Visit, verb: Verb, headers: &HeaderMap) -> Response {
    let back = if verb == Verb::Get && visit.path != "/" {
        format!("?next={}", encoded(&visit.address()))
    } else {
        String::new()
    };
    let path = format!("/sign-in{back}");
    if headers.contains_key("hx-request") {
        return ([("hx-redirect", path)], "").into_response();
    }
    Redirect::to(&path).into_response()
}

/// What may not stand in a query as it is.
pub fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A form that changes something has to come from a page of ours that was made for this reader.
async fn own_form(request: Request) -> Result<Request, PageError> {
    if !forms::is_from_here(request.headers()) {
        return Err(PageError::forged());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, FORM_LIMIT).await.map_err(|_| PageError::too_large())?;
    let in_header = parts.headers.get(forms::HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = in_header.or_else(|| forms::find_token(&bytes));
    let seal = parts.extensions.get::<Seal>();
    let is_ours = seal.zip(token).is_some_and(|(seal, token)| seal.is_on(&token));
    if !is_ours {
        return Err(PageError::forged());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
