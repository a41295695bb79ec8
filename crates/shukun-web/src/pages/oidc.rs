//! Signing in with the account of an outside service: away to it, and back.

use axum::extract::{Query, State};
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::sign_in::with_session;
use crate::desk::Desk;
use crate::error::{PageError, Problem};
use crate::http::cookies::{self, Transport};
use crate::http::fields::Next;
use crate::oidc::{Errand, Oidc, OidcFault};
use crate::routes::Handlers;
use crate::visit::Visit;
use crate::words::{self, Word};

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/sign-in/away", away).get("/sign-in/back", back)
}

/// The cookie of one sign-in under way.
const ERRAND: &str = "errand";
/// The cookie of where to go afterwards.
const NEXT: &str = "errand-next";
/// How long a sign-in may take there, in seconds.
const AGE_S: u32 = 600;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: Next,
}

async fn away(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let oidc = desk.oidc().ok_or_else(PageError::not_found)?;
    let errand = Errand { state: desk.random_word()?, nonce: desk.random_word()?, verifier: desk.random_word()? };
    let address = oidc.address(&errand, &back_to(&visit, &headers)?).await.map_err(|fault| told(&fault))?;
    let put = |name, value: &str, age| cookies::written(visit.transport, name, value, Some(age));
    let next = crate::guard::encoded(asked.next.path());
    let cookies = [put(ERRAND, &errand.to_cookie(), AGE_S), put(NEXT, &next, AGE_S)];
    let cookies: Vec<_> = cookies.into_iter().flatten().map(|cookie| (SET_COOKIE, cookie)).collect();
    Ok((AppendHeaders(cookies), Redirect::to(&address)).into_response())
}

/// What the service sends back with the browser.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Brought {
    code: String,
    state: String,
    error: String,
}

async fn back(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, PageError> {
    let oidc = desk.oidc().ok_or_else(PageError::not_found)?;
    let errand = cookies::find(visit.transport, &headers, ERRAND).and_then(|cookie| Errand::parse(&cookie));
    let errand = errand.filter(|errand| is_same(&errand.state, &brought.state));
    let errand = errand.ok_or_else(|| told(&OidcFault::Refused("no sign-in of this browser")))?;
    if !brought.error.is_empty() || brought.code.is_empty() {
        return Err(told(&OidcFault::Refused("the service says no")));
    }
    let vouched = vouched(oidc, &errand, &brought.code, &back_to(&visit, &headers)?, &visit).await?;
    let who = (vouched.issuer.as_str(), vouched.subject.as_str());
    let (token, _) = desk.store().sign_in_subject(who, vouched.with_second_factor, visit.now).await?;
    let next = cookies::find(visit.transport, &headers, NEXT).unwrap_or_default();
    let next = Next::from(decoded(&next));
    let gone = [ERRAND, NEXT].map(|name| cookies::written(visit.transport, name, "", Some(0)));
    let gone: Vec<_> = gone.into_iter().flatten().map(|cookie| (SET_COOKIE, cookie)).collect();
    Ok((with_session(visit.transport, &token), AppendHeaders(gone), Redirect::to(next.path())).into_response())
}

async fn vouched(
    oidc: &Oidc,
    errand: &Errand,
    code: &str,
    back: &str,
    visit: &Visit,
) -> Result<crate::oidc::Vouched, PageError> {
    oidc.vouched(errand, code, back, visit.now).await.map_err(|fault| told(&fault))
}

/// The address of [`back`] as this browser reaches us. The service compares it with those it was told.
fn back_to(visit: &Visit, headers: &HeaderMap) -> Result<String, PageError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).ok_or_else(PageError::unreadable)?;
    let scheme = match visit.transport {
        Transport::Plain => "http",
        Transport::Secure => "https",
    };
    Ok(format!("{scheme}://{host}/sign-in/back"))
}

/// Takes the same time wherever the difference is.
fn is_same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).map(|(one, other)| one ^ other);
    one.len() == other.len() && differences.fold(0, |seen, difference| seen | difference) == 0
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| {
            char::from(byte.unwrap_or_default()).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
        };
        match byte {
            b'%' => bytes.extend(digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high << 4 | low)),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

fn told(fault: &OidcFault) -> PageError {
    let (code, status, what, mend): (_, _, Word, Word) = match fault {
        OidcFault::Away(reason) => {
            tracing::error!(%reason, "the outside sign-in service does not answer");
            ("web-oidc-away", StatusCode::SERVICE_UNAVAILABLE, words::OIDC_AWAY, words::OIDC_AWAY_MEND)
        }
        OidcFault::Refused(reason) => {
            tracing::warn!(%reason, "an outside sign-in was refused");
            ("web-oidc-failed", StatusCode::FORBIDDEN, words::OIDC_FAILED, words::OIDC_FAILED_MEND)
        }
    };
    PageError::from(Problem { status, code, what: what.both(&[]), place: None, mend: mend.both(&[]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_go_afterwards_comes_through_a_cookie_unchanged() {
        for path in ["/cases?status=detected&region=330381", "/", "/a%b", "/中文"] {
            assert_eq!(decoded(&crate::guard::encoded(path)), path);
        }
        assert_eq!(decoded("%"), "");
    }

    #[test]
    fn the_manual_lists_the_codes() {
        let manual = include_str!("../../../../docs/serve.md");
        for (code, what) in [("web-oidc-away", words::OIDC_AWAY), ("web-oidc-failed", words::OIDC_FAILED)] {
            assert!(manual.contains(&format!("| {code} | {} | {} |", what.zh, what.en)), "{code}");
        }
    }
}
