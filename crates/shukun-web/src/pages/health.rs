//! `/healthz`: whether the program answers, for whatever watches over it.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::routes::Handlers;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/healthz", health)
}

async fn health() -> impl IntoResponse {
    let said = serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    ([(CONTENT_TYPE, "application/json")], said.to_string())
}
