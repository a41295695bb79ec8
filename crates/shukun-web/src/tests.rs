//! What holds for every route and every answer, walked from the table.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::desk::Desk;
use crate::http::cookies::Transport;
use crate::routes::{Handlers, Needs, ROUTES, Route, Verb};
use crate::testing::{Browser, settings};
use crate::ui::lint::faults;
use crate::ui::style::STYLE;

fn desk() -> Desk {
    Desk::new(settings(Transport::Plain))
}

fn browser() -> Browser {
    Browser::new(&desk())
}

/// An address of the route: a part that nobody has.
fn address(route: &Route) -> String {
    route.path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_row_has_a_handler_and_every_handler_a_row() {
    assert!(crate::router(&desk()).is_ok());
}

#[test]
fn a_handler_without_a_row_stops_the_program() {
    let handlers = Handlers::new(desk()).get("/nowhere", || async { "" }).post("/healthz", || async { "" });
    let fault = handlers.finish().unwrap_err().0;
    for alone in ["no row for GET /nowhere", "no row for POST /healthz", "no handler for GET /healthz"] {
        assert!(fault.contains(alone), "{alone} in {fault}");
    }
}

#[tokio::test]
async fn nobody_gets_behind_a_door_without_signing_in() {
    for route in ROUTES.iter().filter(|route| route.needs != Needs::Nobody) {
        let answer = browser().send(route.verb.method().as_str(), &address(route), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route:?}");
        assert!(answer.location().starts_with("/sign-in"), "{route:?} {}", answer.location());
        assert_eq!(answer.body, "", "{route:?}");
    }
}

#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post && route.needs == Needs::Nobody) {
        for body in ["", "form_token=00"] {
            let answer = browser().post(&address(route), body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
            assert!(answer.body.contains("web-forged-form"), "{route:?}");
        }
        let answer = browser().header("sec-fetch-site", "cross-site").post(&address(route), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_and_every_page_is_sound() {
    for route in ROUTES {
        for lang in ["zh", "en"] {
            let answer =
                browser().send(route.verb.method().as_str(), &format!("{}?lang={lang}", address(route)), "").await;
            assert!(answer.headers.contains_key(CONTENT_SECURITY_POLICY), "{route:?}");
            let is_page = answer.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
            if is_page {
                assert_eq!(faults(&answer.body), Vec::<String>::new(), "{route:?} {lang}");
                assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{route:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_readers_language() {
    let mut browser = browser();
    let answer = browser.get("/nothing/here?lang=en").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("This page is not there") && answer.body.contains("web-not-found"));
    assert_eq!(browser.cookie("lang"), Some("en"));
    // The choice is remembered.
    assert!(browser.get("/nothing").await.body.contains("This page is not there"));
    let answer = browser.send("DELETE", "/healthz?lang=zh", "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.body.contains("这个地址不能这样使用"), "{}", answer.body);
}

#[tokio::test]
async fn files_may_be_kept_for_good_and_wrong_versions_are_not_there() {
    let mut browser = browser();
    let assets = shukun_assets::ALL.iter().map(shukun_assets::Asset::path).chain([STYLE.path()]);
    for path in assets {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    let path = shukun_assets::HTMX.path();
    let answer = browser.header("accept-encoding", "br, gzip;q=0.8").get(&path).await;
    assert_eq!(answer.headers["content-encoding"], "gzip");
    let answer = self::browser().get("/assets/0.0.0/htmx.js").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn behind_https_cookies_are_tied_to_the_host() {
    let desk = Desk::new(settings(Transport::Secure));
    let mut browser = Browser::new(&desk);
    let answer = browser.get("/nothing?lang=en").await;
    assert!(answer.headers.contains_key("strict-transport-security"));
    for cookie in answer.headers.get_all("set-cookie") {
        let text = cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-") && text.contains("; Secure") && text.contains("HttpOnly"), "{text}");
    }
}

#[tokio::test]
async fn the_program_says_that_it_is_well() {
    let answer = browser().get("/healthz").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("\"status\":\"ok\""), "{}", answer.body);
}
