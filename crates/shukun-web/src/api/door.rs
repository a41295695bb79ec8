//! Who comes in: a program with somebody's token. Cookies count for nothing here, so no other site's form reaches anything.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use jiff::Timestamp;
use shukun_store::{ApiTokenId, Ceiling, ErrorKind, Session, Token};

use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::guard::Door;
use crate::routes::{Needs, Verb};
use crate::visit::{Visit, Visitor};

/// What every token begins with, so that programs that look for leaked secrets recognise one.
pub const PREFIX: &str = "shukun_";

/// Lets a request of a program in, with the visitor it comes for.
pub async fn admit(door: &Door, mut request: Request) -> Result<Request, PageError> {
    if door.route.needs == Needs::Nobody {
        return Ok(request);
    }
    let mut visit = request.extensions().get::<Visit>().cloned().ok_or_else(PageError::broken)?;
    let (token_id, session) = who(&door.desk, request.headers(), visit.now).await?;
    if !door.desk.limits().take(token_id.as_str(), visit.now) {
        return Err(problem::too_many());
    }
    let scope = session.scope(visit.now);
    if door.route.verb == Verb::Post && !can_write(scope.ceiling()) {
        return Err(problem::read_only());
    }
    if let Needs::Permission(permission) = door.route.needs {
        scope.require_anywhere(permission)?;
    }
    if door.route.verb == Verb::Post {
        door.desk.store().write_api_call(&token_id, &session, door.route.path, visit.now).await?;
    }
    visit.visitor = Some(Visitor { session, scope });
    request.extensions_mut().insert(visit);
    Ok(request)
}

const fn can_write(ceiling: &Ceiling) -> bool {
    !matches!(ceiling, Ceiling::Token { can_write: false, .. })
}

async fn who(desk: &Desk, headers: &HeaderMap, now: Timestamp) -> Result<(ApiTokenId, Session), PageError> {
    let text = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = find_token(text).ok_or_else(problem::signed_out)?;
    match desk.store().session_of_api_token(&token, now).await {
        Err(error) if error.kind == ErrorKind::SignedOut => Err(problem::signed_out()),
        other => Ok(other?),
    }
}

/// `Bearer shukun_…` → the token.
fn find_token(header: &str) -> Option<Token> {
    let (scheme, rest) = header.split_once(' ')?;
    let digits = rest.trim().strip_prefix(PREFIX)?;
    if scheme.eq_ignore_ascii_case("bearer") { Token::parse(digits) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_its_header_only_in_its_own_form() {
        let digits = "0a".repeat(32);
        for (header, is_one) in [
            (format!("Bearer shukun_{digits}"), true),
            (format!("bearer  shukun_{digits}"), true),
            (format!("Bearer {digits}"), false),
            (format!("Basic shukun_{digits}"), false),
            (format!("shukun_{digits}"), false),
            ("Bearer shukun_".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(find_token(&header).is_some(), is_one, "{header}");
        }
    }
}
