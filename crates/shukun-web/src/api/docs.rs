//! The description, for machines (`/api/v1/openapi.json`) and for people (`/api/docs`: Swagger UI from files embedded while
//! building; the page has nothing inline and asks no other server).

use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, html};
use utoipa_swagger_ui::Config;

use super::description::JSON;
use crate::error::PageError;
use crate::lang;
use crate::routes::Handlers;
use crate::ui::style::STYLE;
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/openapi.json", description).get("/api/docs", page).get("/api/docs/{name}", file)
}

/// Where the description is.
const DESCRIPTION: &str = "/api/v1/openapi.json";
/// Starts Swagger UI on our page.
const START: &str = include_str!("start.js");
/// The files of Swagger UI that the page loads.
const FILES: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], JSON.as_str()).into_response()
}

async fn page(visit: Visit) -> Html<String> {
    let language = visit.lang;
    let page = html! {
        (DOCTYPE)
        html lang=(match language { shukun_base::Lang::Zh => "zh-CN", shukun_base::Lang::En => lang::word(language) }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words::API_DOCS.text(language)) " · " (words::PRODUCT.text(language)) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/api/docs/swagger-ui.css";
                link rel="stylesheet" href=(STYLE.path());
                script src="/api/docs/swagger-ui-bundle.js" defer {}
                script src="/api/docs/start.js" defer {}
            }
            body {
                main.page #main {
                    h1 { (words::API_DOCS.text(language)) }
                    p { (words::API_DOCS_NOTE.text(language)) }
                    div #swagger-ui data-url=(DESCRIPTION) {
                        p { (words::API_DOCS_LOADING.text(language)) " " a href=(DESCRIPTION) { (DESCRIPTION) } }
                    }
                }
            }
        }
    };
    Html(page.into_string())
}

/// What stands at such an address changes with the program only.
const FOR_AN_HOUR: &str = "public, max-age=3600";

async fn file(Path(name): Path<String>) -> Result<Response, PageError> {
    if name == "start.js" {
        let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, FOR_AN_HOUR)];
        return Ok((headers, START).into_response());
    }
    if !FILES.contains(&name.as_str()) {
        return Err(PageError::not_found());
    }
    let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::from(DESCRIPTION))).ok().flatten();
    let found = found.ok_or_else(PageError::not_found)?;
    let headers = [(CONTENT_TYPE, found.content_type), (CACHE_CONTROL, FOR_AN_HOUR.to_owned())];
    Ok((headers, found.bytes.into_owned()).into_response())
}
