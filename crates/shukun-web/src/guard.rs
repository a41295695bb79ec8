//! The guard before every handler: is somebody signed in, may they, did their own page send this form.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::api;
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::forms::{self, Seal};
use crate::http::parts;
use crate::routes::{Needs, Route, Verb};
use crate::visit::Visit;

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
        Err(error) => error.into_response(),
    }
}

async fn admit(door: &Door, request: Request) -> Result<Request, PageError> {
    if door.route.is_for_programs() {
        return api::door::admit(door, request).await;
    }
    let request = identify(door, request).await?;
    match door.route.verb {
        Verb::Get => Ok(request),
        // Its body is read by the page, which looks for the token first.
        Verb::Post if door.route.is_streamed() && forms::is_from_here(request.headers()) => Ok(request),
        Verb::Post => own_form(request, door.route.largest).await,
    }
}

/// Finds out who it is, and whether the row lets them in.
async fn identify(door: &Door, mut request: Request) -> Result<Request, PageError> {
    if door.route.needs == Needs::Nobody {
        return Ok(request);
    }
    let mut visit = request.extensions().get::<Visit>().cloned().ok_or_else(PageError::broken)?;
    let visitor = door.desk.visitor(request.headers(), visit.now, door.route.is_polled()).await?;
    if visitor.session.must_change_password() && !FIRST_STEPS.contains(&door.route.path) {
        return Err(PageError::first_password());
    }
    if let Needs::Permission(permission) = door.route.needs {
        visitor.scope.require_anywhere(permission)?;
    }
    visit.visitor = Some(visitor);
    request.extensions_mut().insert(visit);
    Ok(request)
}

/// What somebody can do whose first password is not changed yet.
const FIRST_STEPS: [&str; 2] = ["/account/password", "/sign-out"];

/// Where an error leads that is none: to sign in, to a password of one's own, to the second factor; and from there back.
/// The swap of a part of a page leaves the whole page.
pub fn detour(visit: &Visit, error: &PageError, is_swap: bool) -> Option<Response> {
    let back = if visit.back == "/" { String::new() } else { format!("?next={}", encoded(&visit.back)) };
    let path = match error.code {
        "store-signed-out" => format!("/sign-in{back}"),
        "store-step-up" => format!("/account/code{back}"),
        "web-first-password" => "/account/password".to_owned(),
        _ => return None,
    };
    let leave = [("hx-redirect", path.clone())];
    Some(if is_swap { (leave, "").into_response() } else { Redirect::to(&path).into_response() })
}

/// What may not stand in a query as it is.
pub fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A form that changes something has to come from a page of ours that was made for this reader.
async fn own_form(request: Request, largest: usize) -> Result<Request, PageError> {
    if !forms::is_from_here(request.headers()) {
        return Err(PageError::forged());
    }
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, largest).await.map_err(|_| PageError::too_large())?;
    let in_header = head.headers.get(forms::HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let in_body = || match parts::is_multipart(&head.headers) {
        true => forms::find_token_among_files(&bytes),
        false => forms::find_token(&bytes),
    };
    let token = in_header.or_else(in_body);
    let seal = head.extensions.get::<Seal>();
    let is_ours = seal.zip(token).is_some_and(|(seal, token)| seal.is_on(&token));
    if !is_ours {
        return Err(PageError::forged());
    }
    Ok(Request::from_parts(head, Body::from(bytes)))
}
