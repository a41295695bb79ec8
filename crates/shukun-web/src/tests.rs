//! What holds for every route and every answer, walked from the table.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use shukun_casework::authority::{Role, may};

use crate::http::cookies::Transport;
use crate::routes::{Handlers, Needs, ROUTES, Route, Verb};
use crate::testing::Office;
use crate::ui::lint::faults;
use crate::ui::style::{LIST_KEYS, STYLE};

async fn office() -> Office {
    Office::new(Transport::Plain, &[]).await
}

/// An address of the route: a part that nobody has.
fn address(route: &Route) -> String {
    route.path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_row_has_a_handler_and_every_handler_a_row() {
    assert!(crate::router(&office().await.desk).is_ok());
}

#[tokio::test]
async fn a_handler_without_a_row_stops_the_program() {
    let handlers =
        Handlers::new(office().await.desk).get("/nowhere", || async { "" }).post("/healthz", || async { "" });
    let fault = handlers.finish().unwrap_err().0;
    for alone in ["no row for GET /nowhere", "no row for POST /healthz", "no handler for GET /healthz"] {
        assert!(fault.contains(alone), "{alone} in {fault}");
    }
}

#[tokio::test]
async fn nobody_gets_behind_a_door_without_signing_in() {
    let office = office().await;
    for route in ROUTES.iter().filter(|route| route.needs != Needs::Nobody && !route.is_for_programs()) {
        let answer = office.browser().send(route.verb.method().as_str(), &address(route), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route:?}");
        assert!(answer.location().starts_with("/sign-in"), "{route:?} {}", answer.location());
        assert_eq!(answer.body, "", "{route:?}");
    }
}

/// Every role at every door that asks for a permission: in where the table of casework says so, else out.
#[tokio::test]
async fn each_role_gets_behind_its_doors_and_no_other() {
    for role in Role::ALL {
        let place = &"330381001002"[..role.widest_region().max(6)];
        let office = Office::new(Transport::Plain, &[("one", *role, place)]).await;
        let (mut browser, _) = office.stepped_up("one").await;
        for route in ROUTES.iter().filter(|route| !route.is_for_programs()) {
            let Needs::Permission(permission) = route.needs else { continue };
            let answer = browser.send(route.verb.method().as_str(), &address(route), "").await;
            let is_out = answer.body.contains("web-forbidden");
            assert_eq!(is_out, !may(*role, permission), "{role} {route:?} {}", answer.status);
            if route.verb == Verb::Post && !is_out {
                assert!(answer.body.contains("web-forged-form"), "{role} {route:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    let office = office().await;
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post && route.needs == Needs::Nobody) {
        for body in ["", "form_token=00"] {
            let answer = office.browser().post(&address(route), body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
            assert!(answer.body.contains("web-forged-form"), "{route:?}");
        }
        let answer = office.browser().header("sec-fetch-site", "cross-site").post(&address(route), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
    }
}

/// By nobody, by each administrator, by an officer: the pages that they get.
#[tokio::test]
async fn every_answer_has_the_headers_and_every_page_is_sound() {
    let office = Office::of_administrators().await;
    let mut browsers = vec![office.browser()];
    for login in ["system", "security", "audit"] {
        browsers.push(office.stepped_up(login).await.0);
    }
    for browser in &mut browsers {
        for route in ROUTES.iter().filter(|route| route.verb == Verb::Get) {
            for lang in ["zh", "en"] {
                let path = format!("{}?lang={lang}", address(route));
                let answer = browser.get(&path).await;
                assert!(answer.headers.contains_key(CONTENT_SECURITY_POLICY), "{path}");
                let is_page = answer.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
                if is_page {
                    assert_eq!(faults(&answer.body), Vec::<String>::new(), "{path}");
                    assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{path}");
                    assert!(lang == "zh" || !has_chinese(&answer.body), "{path} speaks Chinese\n{}", answer.body);
                }
            }
        }
    }
}

/// Beside the names of people, offices and the other language.
fn has_chinese(page: &str) -> bool {
    let names = ["系统管理员甲", "安全管理员甲", "审计管理员甲", "系统管理员", "安全管理员", "审计管理员", "中文"];
    let rest = names.iter().fold(page.to_owned(), |page, name| page.replace(name, ""));
    rest.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_readers_language() {
    let office = office().await;
    let mut browser = office.browser();
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
    let office = office().await;
    let mut browser = office.browser();
    let assets = shukun_assets::ALL.iter().map(shukun_assets::Asset::path).chain([STYLE.path(), LIST_KEYS.path()]);
    for path in assets {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    let path = shukun_assets::HTMX.path();
    let answer = browser.header("accept-encoding", "br, gzip;q=0.8").get(&path).await;
    assert_eq!(answer.headers["content-encoding"], "gzip");
    let answer = office.browser().get("/assets/0.0.0/htmx.js").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn behind_https_cookies_are_tied_to_the_host() {
    let office = Office::new(Transport::Secure, &[]).await;
    let mut browser = office.browser();
    let answer = browser.get("/nothing?lang=en").await;
    assert!(answer.headers.contains_key("strict-transport-security"));
    for cookie in answer.headers.get_all("set-cookie") {
        let text = cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-") && text.contains("; Secure") && text.contains("HttpOnly"), "{text}");
    }
}

#[tokio::test]
async fn the_program_says_that_it_is_well() {
    let office = office().await;
    let answer = office.browser().get("/healthz").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("\"status\":\"ok\""), "{}", answer.body);
}
