//! Doing a named request once: for what has no transaction id of its own. Its answer is kept for a day.

use std::future::Future;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shukun_casework::TransactionId;
use shukun_store::{Once, RequestAnswer};

use super::answer::Answer;
use crate::desk::Desk;
use crate::error::PageError;
use crate::visit::Visit;

/// Says that the answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Does the work unless a request of this name was done; `request` is all of what was asked, so that the name of another
/// request is refused. What fails is not remembered: it may be sent again.
pub async fn once<T: Serialize>(
    desk: &Desk,
    visit: &Visit,
    key: &TransactionId,
    request: &[u8],
    work: impl Future<Output = Result<Answer<T>, PageError>>,
) -> Result<Response, PageError> {
    let (store, scope, key) = (desk.store(), visit.scope()?, key.as_str());
    if let Once::Answered(known) = store.begin_once(scope, key, request, visit.now).await? {
        return Ok(([(REPLAYED, "true")], told(known)?).into_response());
    }
    let Answer(status, value) = match work.await {
        Ok(answer) => answer,
        Err(error) => {
            store.give_up_once(scope, key).await?;
            return Err(error);
        }
    };
    let body = serde_json::to_vec(&value).map_err(|_| PageError::broken())?;
    let answer = RequestAnswer { status: status.as_u16(), body };
    store.answer_once(scope, key, &answer).await?;
    told(answer)
}

fn told(answer: RequestAnswer) -> Result<Response, PageError> {
    let status = StatusCode::from_u16(answer.status).map_err(|_| PageError::broken())?;
    Ok((status, [(CONTENT_TYPE, "application/json")], answer.body).into_response())
}
