//! The interface from outside: with tokens, as programs come.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use shukun_casework::authority::{Role, may};

use super::description::JSON;
use super::problem::MEDIA_TYPE;
use crate::http::cookies::Transport;
use crate::routes::{Needs, ROUTES, Verb};
use crate::testing::{Answer, Browser, COUNTY, Office, form, token};

/// A program with a token of its own; it knows no cookies.
pub struct Program(Browser);

impl Program {
    fn new(office: &Office, token: &str) -> Program {
        Program(office.browser().header("authorization", &format!("Bearer {token}")))
    }

    async fn post(&mut self, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        let mut browser = Browser::of(&self.0).header("content-type", "application/json");
        if !key.is_empty() {
            browser = browser.header("idempotency-key", key);
        }
        read(&browser.post(path, &body.to_string()).await)
    }

    async fn get(&mut self, path: &str) -> (StatusCode, Value) {
        read(&self.0.get(path).await)
    }
}

fn read(answer: &Answer) -> (StatusCode, Value) {
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON: {}", answer.body)))
}

/// A program for somebody of the office.
async fn program(office: &Office, login: &str, reach: &str) -> Program {
    let (mut browser, _) = office.stepped_up_again(office.signed_in_again(login).await).await;
    Program::new(office, &token(&mut browser, reach, &[]).await)
}

/// A county with one case in a village, and programs for the insurance bureau, its town and the town beside it.
async fn county() -> Office {
    let staff = [
        ("insurance", Role::Insurance, COUNTY),
        ("civil", Role::CivilAffairs, COUNTY),
        ("town", Role::Township, "330381001"),
        ("othertown", Role::Township, "330381002"),
    ];
    let office = Office::new(Transport::Plain, &staff).await;
    office.open_case("insurance", 1, "330381001002").await;
    office
}

fn screening(version: u64) -> Value {
    json!({"version": version, "command": {"kind": "screen", "of": {"result": "suspected"}}})
}

#[tokio::test]
async fn an_act_is_done_once_and_a_stale_one_changes_nothing() {
    let office = county().await;
    let mut insurance = program(&office, "insurance", "write").await;
    let (_, cases) = insurance.get("/api/v1/cases?status=detected&colour=red").await;
    assert_eq!((cases["rows"].as_array().unwrap().len(), &cases["rows"][0]["version"]), (1, &1.into()));
    let path = "/api/v1/cases/case-1/actions";
    let (status, case) = insurance.post(path, "act-1", &screening(1)).await;
    assert_eq!((status, &case["status"]["key"]), (StatusCode::OK, &"screened".into()), "{case}");
    assert!(case["assignee"].is_string() && case["people"][0]["name"] == "王**", "{case}");
    // Sent again it is the same; another act on the version that was read is stale.
    let (status, again) = insurance.post(path, "act-1", &screening(1)).await;
    assert_eq!((status, &again["version"]), (StatusCode::OK, &case["version"]));
    let (status, problem) = insurance.post(path, "act-2", &screening(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"C101".into()), "{problem}");
    let (status, problem) = insurance.post(path, "act-3", &screening(case["version"].as_u64().unwrap())).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"C108".into()), "{problem}");
    assert!(problem["zh"]["what"].as_str().unwrap().contains("状态"), "{problem}");
    let (_, actions) = insurance.get(path).await;
    let kinds: Vec<&str> =
        actions.as_array().unwrap().iter().filter_map(|one| one["content"]["kind"].as_str()).collect();
    assert_eq!(kinds, ["opened", "assigned", "screened"]);
    let (_, acts) = insurance.get("/api/v1/cases/case-1/acts").await;
    let dispatch = acts.as_array().unwrap().iter().find(|act| act["kind"] == "dispatch").unwrap();
    assert_eq!((&dispatch["is_allowed"], &dispatch["needs_second_factor"]), (&true.into(), &false.into()));
}

#[tokio::test]
async fn who_may_not_is_told_why_and_who_is_elsewhere_finds_nothing() {
    let office = county().await;
    let path = "/api/v1/cases/case-1/actions";
    let mut reader = program(&office, "insurance", "read").await;
    let (status, problem) = reader.post(path, "act-1", &screening(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &"api-read-only".into()));
    let mut town = program(&office, "town", "write").await;
    let (status, problem) = town.post(path, "act-1", &screening(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &"C103".into()), "{problem}");
    let mut other = program(&office, "othertown", "write").await;
    for path in ["/api/v1/cases/case-1", path, "/api/v1/cases/case-1/acts"] {
        assert_eq!(other.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(other.post(path, "act-1", &screening(1)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(other.get("/api/v1/cases").await.1["rows"], json!([]));
    assert_eq!(other.get("/api/v1/people?household=1").await.1, json!([]));
}

#[tokio::test]
async fn what_a_person_confirms_with_a_code_is_no_programs_work() {
    let office = county().await;
    let mut civil = program(&office, "civil", "write").await;
    let close = json!({"version": 1, "command": {"kind": "confirm_closing", "of": {"agreed": true, "note": "同意"}}});
    let (status, problem) = civil.post("/api/v1/cases/case-1/actions", "act-1", &close).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &"web-forbidden".into()));
}

#[tokio::test]
async fn bodies_that_are_not_what_the_description_says_are_refused() {
    let office = county().await;
    let mut insurance = program(&office, "insurance", "write").await;
    let path = "/api/v1/cases/case-1/actions";
    for body in [json!({}), json!([]), json!({"version": 1, "command": {"kind": "vote"}}), json!({"version": -1})] {
        let (status, problem) = insurance.post(path, "act-1", &body).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &"api-body".into()), "{body}");
    }
    let (status, problem) = insurance.post(path, "", &screening(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &"api-key".into()));
    let (status, problem) = read(&insurance.0.post(path, "a=b").await);
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    let mut form = Browser::of(&insurance.0).header("idempotency-key", "a");
    let (status, problem) = read(&form.post(path, "a=b").await);
    assert_eq!((status, &problem["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &"api-media-type".into()));
    let paper = json!({"id": "d1", "kind": "application", "sha256": "0a".repeat(32)});
    let named = json!({"version": 1, "command": {"kind": "add_document", "of": paper}});
    let (status, problem) = insurance.post(path, "act-1", &named).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"api-document".into()));
}

#[tokio::test]
async fn a_paper_is_added_once_and_then_named_by_commands() {
    let office = county().await;
    let mut town = program(&office, "town", "write").await;
    let path = "/api/v1/cases/case-1/documents";
    let mut add = Browser::of(&town.0).header("idempotency-key", "paper-1");
    let pdf = "%PDF-1.4 a paper";
    let answer = add.post(&format!("{path}?kind=application"), pdf).await;
    let (status, document) = read(&answer);
    assert_eq!((status, &document["kind"]), (StatusCode::CREATED, &"application".into()), "{document}");
    assert!(!answer.headers.contains_key("idempotent-replayed"));
    let answer = add.post(&format!("{path}?kind=application"), pdf).await;
    assert_eq!(
        (read(&answer), &answer.headers["idempotent-replayed"]),
        ((StatusCode::CREATED, document.clone()), &"true".parse().unwrap())
    );
    let (status, problem) = read(&add.post(&format!("{path}?kind=application"), "%PDF-1.4 other").await);
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"store-request-differs".into()));
    let (_, listed) = town.get(path).await;
    assert_eq!((listed["rows"].as_array().unwrap().len(), &listed["rows"][0]["document"]), (1, &document));
    // What fails is not remembered under its name.
    let mut add = Browser::of(&town.0).header("idempotency-key", "paper-2");
    for (body, status) in [("MZ a program", StatusCode::UNPROCESSABLE_ENTITY), (pdf, StatusCode::CREATED)] {
        assert_eq!(add.post(&format!("{path}?kind=identity"), body).await.status, status, "{body}");
    }
    assert_eq!(add.post(&format!("{path}?kind=nothing"), pdf).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn counts_are_the_lengths_of_lists() {
    let office = county().await;
    office.open_case("insurance", 2, "330381002001").await;
    let mut town = program(&office, "town", "read").await;
    for by in ["", "status", "colour", "township", "assignee", "outcome", "level", "step"] {
        let (status, counts) = town.get(&format!("/api/v1/figures/cases?by={by}")).await;
        let sum: u64 = counts.as_array().unwrap().iter().filter_map(|count| count["cases"].as_u64()).sum();
        assert_eq!((status, sum), (StatusCode::OK, 1), "{by} {counts}");
    }
    assert_eq!(town.get("/api/v1/figures/cases?by=name").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(town.get("/api/v1/regions").await, (StatusCode::OK, json!([])));
    assert_eq!(town.get("/api/v1/alerts").await.1, json!({"rows": [], "next": null}));
}

#[tokio::test]
async fn jobs_of_ones_own_are_followed_and_stopped() {
    let office = county().await;
    let scope = office.scope("insurance").await;
    let region = shukun_base::RegionCode::new(COUNTY).unwrap();
    let new = shukun_store::NewJob { kind: "trial", region, input: json!("wait"), once_key: None };
    let permission = shukun_casework::authority::Permission::Import;
    let job_id = office.desk.store().add_job(&scope, permission, &new, office.now()).await.unwrap();
    let mut insurance = program(&office, "insurance", "write").await;
    assert_eq!(insurance.get("/api/v1/jobs").await.1.as_array().unwrap().len(), 1);
    let path = format!("/api/v1/jobs/{}", job_id.as_str());
    assert_eq!(insurance.get(&path).await.1["state"], "waiting");
    let (status, job) = insurance.post(&format!("{path}/cancel"), "", &json!({})).await;
    assert_eq!((status, &job["state"]), (StatusCode::OK, &"cancelled".into()), "{job}");
    let mut town = program(&office, "town", "write").await;
    assert_eq!(town.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(town.post(&format!("{path}/cancel"), "", &json!({})).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_household_found_by_hand_becomes_one_case_however_often_it_is_sent() {
    let office = county().await;
    let mut town = program(&office, "town", "write").await;
    let found = json!({"household_id": "7", "person_id": "7", "region": "330381001001", "channel": "grid", "note": "网格排查发现"});
    let (status, case) = town.post("/api/v1/cases", "found-7", &found).await;
    assert_eq!((status, &case["status"]["key"]), (StatusCode::CREATED, &"detected".into()), "{case}");
    let (_, again) = town.post("/api/v1/cases", "found-7", &found).await;
    assert_eq!(again["case_id"], case["case_id"]);
    let (status, problem) = town.post("/api/v1/cases", "found-7b", &found).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"store-case-open".into()));
    let mut other = program(&office, "othertown", "write").await;
    let (status, _) = other.post("/api/v1/cases", "found-7", &found).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

async fn office_of(role: Role) -> Office {
    let place = &"330381001002"[..role.widest_region().max(6)];
    Office::new(Transport::Plain, &[("one", role, place)]).await
}

#[tokio::test]
async fn a_program_comes_in_with_a_token_and_reads_within_its_owners_grants() {
    let office = office_of(Role::Insurance).await;
    let (mut browser, _) = office.stepped_up("one").await;
    let mut program = Program::new(&office, &token(&mut browser, "read", &[]).await);
    let (status, me) = program.get("/api/v1/me").await;
    assert_eq!(
        (status, &me["can_write"], &me["grants"][0]["region"]),
        (StatusCode::OK, &Value::Bool(false), &COUNTY.into())
    );
    assert_eq!(me["grants"][0]["role"]["zh"], "医保局");
    let permissions: Vec<&str> =
        me["permissions"].as_array().unwrap().iter().filter_map(|word| word["key"].as_str()).collect();
    assert!(
        permissions.contains(&"view_cases") && !permissions.contains(&"reveal") && !permissions.contains(&"screen")
    );
    let (status, cases) = program.get("/api/v1/cases").await;
    assert_eq!((status, cases.to_string()), (StatusCode::OK, "{\"rows\":[],\"next\":null}".to_owned()));
    // The page knows when it was used.
    assert!(!browser.get("/account/tokens?lang=en").await.body.contains(">never<"));
}

#[tokio::test]
async fn without_a_token_there_is_nothing_and_a_cookie_is_none() {
    let office = office_of(Role::Insurance).await;
    let (mut browser, _) = office.stepped_up("one").await;
    for route in ROUTES.iter().filter(|route| route.is_for_programs() && route.needs != Needs::Nobody) {
        let path = route.path.replace("{case_id}", "0").replace("{job_id}", "0");
        for who in
            [&mut browser, &mut office.browser(), &mut office.browser().header("authorization", "Bearer shukun_00")]
        {
            let answer = who.send(route.verb.method().as_str(), &path, "").await;
            let (status, problem) = read(&answer);
            assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &"api-signed-out".into()), "{route:?}");
            assert_eq!(answer.headers["content-type"], MEDIA_TYPE);
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
}

#[tokio::test]
async fn a_token_opens_no_page() {
    let office = office_of(Role::Insurance).await;
    let (mut browser, _) = office.stepped_up("one").await;
    let mut program = Program::new(&office, &token(&mut browser, "write", &[]).await);
    for path in ["/", "/cases", "/account", "/account/tokens"] {
        program.0.get(path).await.sent_to(&if path == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={path}")
        });
    }
}

#[tokio::test]
async fn a_token_taken_back_opens_nothing() {
    let office = office_of(Role::Township).await;
    let (mut browser, _) = office.stepped_up("one").await;
    let mut program = Program::new(&office, &token(&mut browser, "read", &[]).await);
    assert_eq!(program.get("/api/v1/me").await.0, StatusCode::OK);
    let page = browser.get("/account/tokens").await;
    let action = page.body.split("action=\"").find(|rest| rest.contains("/take\"")).unwrap().split('"').next().unwrap();
    let answer = browser.post(action, &form(&[("form_token", &page.form_token())])).await;
    answer.sent_to("/account/tokens?done=gone");
    assert_eq!(program.get("/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn making_a_token_asks_for_the_second_factor_again() {
    let office = office_of(Role::Insurance).await;
    let mut browser = office.signed_in("one").await;
    let fields = [("name", "x"), ("reach", "read"), ("last_day", "2026-12-31")];
    let answer = browser.submit("/account/tokens", &fields).await;
    assert!(answer.location().starts_with("/account/code"), "{}", answer.location());
}

#[tokio::test]
async fn each_role_gets_behind_its_doors_with_a_token_too() {
    for role in Role::ALL {
        let office = office_of(*role).await;
        let (mut browser, _) = office.stepped_up("one").await;
        let mut program = Program::new(&office, &token(&mut browser, "write", &[]).await);
        for route in ROUTES.iter().filter(|route| route.is_for_programs()) {
            let Needs::Permission(permission) = route.needs else { continue };
            let path = route.path.replace("{case_id}", "0");
            let answer = program.0.send(route.verb.method().as_str(), &path, "").await;
            let is_out = answer.body.contains("web-forbidden");
            assert_eq!(
                is_out,
                !may(*role, permission) || permission.needs_second_factor(),
                "{role} {route:?} {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_word_is_an_error_and_not_a_longer_list() {
    let office = office_of(Role::Insurance).await;
    let (mut browser, _) = office.stepped_up("one").await;
    let mut program = Program::new(&office, &token(&mut browser, "read", &[]).await);
    for query in [
        "status=open",
        "colour=pink",
        "rows=0",
        "rows=101",
        "rows=x",
        "region=33x",
        "from=x",
        "stauts=closed",
        "order=up",
    ] {
        let (status, problem) = program.get(&format!("/api/v1/cases?{query}")).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &"api-query".into()), "{query}");
        assert!(problem["zh"]["what"].is_string() && problem["en"]["mend"].is_string());
    }
    assert_eq!(program.get("/api/v1/people?household=1,2").await.0, StatusCode::OK);
    assert_eq!(program.get("/api/v1/people").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(program.get("/api/v1/cases/nobody").await.0, StatusCode::NOT_FOUND);
    assert_eq!(program.get("/api/v1/nothing").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn too_many_requests_are_told_to_wait() {
    let office = office_of(Role::Insurance).await;
    let (mut browser, _) = office.stepped_up("one").await;
    let mut program = Program::new(&office, &token(&mut browser, "read", &[]).await);
    for _ in 0..200 {
        assert_eq!(program.get("/api/v1/me").await.0, StatusCode::OK);
    }
    let answer = program.0.get("/api/v1/me").await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap()));
    office.later(1);
    assert_eq!(program.get("/api/v1/me").await.0, StatusCode::OK);
}

#[test]
fn the_description_holds_every_route_and_no_other() {
    let description: Value = serde_json::from_str(&JSON).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for verb in item.as_object().unwrap().keys() {
            described.insert((verb.to_uppercase(), path.clone()));
            assert!(item[verb]["responses"]["default"]["content"][MEDIA_TYPE].is_object(), "{verb} {path}");
        }
    }
    let rows = ROUTES.iter().filter(|route| route.is_for_programs() && route.path != "/api/v1/openapi.json");
    let rows: BTreeSet<_> = rows.map(|route| (route.verb.method().to_string(), route.path.to_owned())).collect();
    assert_eq!(described, rows);
}

#[test]
fn a_program_may_change_nothing_by_reading() {
    for route in ROUTES.iter().filter(|route| route.is_for_programs()) {
        assert!(matches!(route.verb, Verb::Get | Verb::Post), "{route:?}");
    }
}

#[tokio::test]
async fn the_page_of_the_description_loads_its_files_from_here() {
    let office = office_of(Role::Insurance).await;
    let mut browser = office.browser();
    let page = browser.get("/api/docs").await;
    for name in ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"] {
        assert!(page.body.contains(&format!("/api/docs/{name}")));
        let file = browser.get(&format!("/api/docs/{name}")).await;
        assert_eq!(file.status, StatusCode::OK, "{name}");
        assert!(file.body.len() > 100, "{name}");
    }
    assert_eq!(browser.get("/api/docs/index.html").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/api/v1/openapi.json").await.headers["content-type"], "application/json");
}
