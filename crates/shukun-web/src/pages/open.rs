//! What everybody may open without signing in: the page with which a family checks its own slip and anybody a published
//! total. One file that works with the network off; it is not put together here but while building (`shukun-assets`).

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use shukun_assets::{VERIFY_PAGE, VERIFY_POLICY};

use crate::routes::Handlers;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/open/verify", verify)
}

/// Its script and style stand in it, so it brings its own policy: these two by their hashes, and no requests at all. A cache
/// may keep it for an hour.
async fn verify() -> impl IntoResponse {
    let policy = format!("{VERIFY_POLICY}; frame-ancestors 'none'");
    let headers = [
        (CONTENT_TYPE, "text/html;charset=UTF-8".to_owned()),
        (CACHE_CONTROL, "public, max-age=3600".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, VERIFY_PAGE)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::Office;

    #[tokio::test]
    async fn anybody_gets_the_page_and_it_may_ask_nobody() {
        let office = Office::of_administrators().await;
        let answer = office.browser().get("/open/verify").await;
        assert_eq!(answer.status, StatusCode::OK);
        let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("connect-src")
        );
        assert!(answer.body.contains("不证明") && answer.body.contains("does not prove"));
        assert!(answer.headers[CACHE_CONTROL].to_str().unwrap().starts_with("public"));
    }
}
