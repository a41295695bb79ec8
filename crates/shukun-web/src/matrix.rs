//! The authority matrix: every route × every role × where the thing is, with the answer worked out from the table of
//! casework alone. Nothing here asks the guard, the scope or a plan what they think.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use serde_json::{Value, json};
use shukun_base::{HouseholdId, RegionCode};
use shukun_casework::CaseId;
use shukun_casework::authority::{AUTHORITY, Permission, Role, clashing_roles};
use shukun_store::Scope;

use crate::api::commands::COMMANDS;
use crate::http::cookies::Transport;
use crate::routes::{Needs, ROUTES, Route, Verb};
use crate::testing::{Answer, Browser, COUNTY, Office, form, token};

/// Where the case is, for whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    /// In the place of the grant.
    Own,
    /// In the town or village beside it.
    Sibling,
    /// Known only as exactly as the place above it.
    Parent,
    /// Where the same role holds nothing, but another department's role does.
    OtherDepartment,
    /// In the own place, and the household is the caller's own.
    OwnFamily,
}

const EVERYWHERE: [Where; 5] = [Where::Own, Where::Sibling, Where::Parent, Where::OtherDepartment, Where::OwnFamily];

/// Somebody of the matrix: what they hold, told once more as plain words.
struct Person {
    login: &'static str,
    role: Role,
    holds: Vec<(Role, &'static str)>,
}

/// The place of the role's grant, one beside it, the one above it.
fn places(role: Role) -> (&'static str, &'static str, &'static str) {
    match role {
        Role::Village => ("330381001002", "330381001003", "330381001"),
        _ => ("330381001", "330381002", "330381"),
    }
}

/// The case's number and place in each situation.
fn case_of(role: Role, place: Where) -> (u64, &'static str) {
    match (place, role == Role::Village) {
        (Where::Own, _) => (1, "330381001002"),
        (Where::Sibling, false) => (2, "330381002001"),
        (Where::Sibling, true) => (3, "330381001003"),
        (Where::Parent, false) => (4, "330381"),
        (Where::Parent, true) => (5, "330381001"),
        (Where::OtherDepartment, _) => (6, "330382001001"),
        (Where::OwnFamily, _) => (7, "330381001002"),
    }
}

const CASES: [(u64, &str); 7] = [
    (1, "330381001002"),
    (2, "330381002001"),
    (3, "330381001003"),
    (4, "330381"),
    (5, "330381001"),
    (6, "330382001001"),
    (7, "330381001002"),
];

/// A role that may stand beside it, for the other county.
fn beside(role: Role) -> Option<(Role, &'static str)> {
    let others = [Role::RedCross, Role::Township, Role::CharityFederation];
    let fits = |other: &&Role| **other != role && !clashing_roles(role, **other) && role.widest_region() < 12;
    others.iter().find(fits).map(|other| (*other, "330382001"))
}

/// By the table: whether one of the grants gives the permission, at a place or anywhere.
fn gives(person: &Person, permission: Permission, place: Option<&str>) -> bool {
    let row = AUTHORITY.iter().find(|row| row.permission == permission).expect("every permission has a row");
    let reaches = |granted: &str| place.is_none_or(|place| place.starts_with(granted));
    person.holds.iter().any(|(role, granted)| row.roles.contains(role) && reaches(granted))
}

/// What an answer is, for the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// The door did not open.
    Out,
    /// There is nothing.
    NotThere,
    /// Anything else that is not the thing done.
    In,
    /// It was done.
    Done,
}

fn said(answer: &Answer) -> Said {
    assert!(!answer.status.is_server_error(), "{} {}", answer.status, answer.body);
    match answer.status {
        StatusCode::FORBIDDEN if answer.body.contains("web-forbidden") => Said::Out,
        StatusCode::NOT_FOUND => Said::NotThere,
        StatusCode::SEE_OTHER if answer.location().contains("done=") => Said::Done,
        _ => Said::In,
    }
}

/// Ending the session or changing what it is would end the walk.
const NOT_WALKED: [&str; 6] =
    ["/sign-out", "/sign-in", "/account/password", "/account/enrol", "/account/enrol/finish", "/account/code"];

fn is_walked(route: &Route) -> bool {
    route.verb == Verb::Get || !NOT_WALKED.contains(&route.path)
}

/// Whether the answer is one that the table allows.
fn is_right(route: &Route, person: &Person, place: Where, by_token: bool, said: Said) -> bool {
    let is_open = match route.needs {
        Needs::Nobody | Needs::SignedIn => true,
        Needs::Permission(needed) => gives(person, needed, None) && !(by_token && needed.needs_second_factor()),
    };
    if !is_open {
        return said == Said::Out;
    }
    if !route.path.contains("{case_id}") {
        return said != Said::Out || route.verb == Verb::Post;
    }
    let (_, at) = case_of(person.role, place);
    if !gives(person, Permission::ViewCases, Some(at)) {
        return said == Said::NotThere;
    }
    let may_there = match route.needs {
        Needs::Permission(needed) => gives(person, needed, Some(at)),
        _ => true,
    };
    match said {
        Said::Done => may_there && place != Where::OwnFamily,
        Said::Out => !may_there,
        // A part of the address below the case that nobody has.
        Said::NotThere => route.path.matches('{').count() > 1,
        Said::In => true,
    }
}

fn address(route: &Route, number: u64) -> String {
    let part = |part: &str| match part {
        "{case_id}" => format!("case-{number}"),
        part if part.starts_with('{') => "0".to_owned(),
        part => part.to_owned(),
    };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// An office with the seven cases and this one person, who declared the seventh household: what the person and who opened
/// the cases may, the person's browser, a token of the person's.
async fn office(person: &Person) -> (Office, [Scope; 2], Browser, String) {
    let staff = [("opener", vec![(Role::Insurance, "3303")]), (person.login, person.holds.clone())];
    let office = Office::granted(Transport::Plain, &staff).await;
    for (number, at) in CASES {
        office.open_case("opener", number, at).await;
    }
    let opener = office.scope("opener").await;
    let scope = office.scope(person.login).await;
    office.desk.store().declare_own_household(&scope, HouseholdId(7), office.now()).await.unwrap();
    let (mut browser, _) = office.stepped_up_again(office.signed_in_again(person.login).await).await;
    let token = token(&mut browser, "write", &[]).await;
    (office, [scope, opener], browser, token)
}

static CHECKS: AtomicUsize = AtomicUsize::new(0);

async fn walk(role: Role) -> Vec<String> {
    let holds = [(role, places(role).0)].into_iter().chain(beside(role)).collect();
    let person = Person { login: "one", role, holds };
    let (office, [scope, opener], mut browser, token) = office(&person).await;
    let form_token = browser.get("/account").await.form_token();
    let mut program = office.browser().header("authorization", &format!("Bearer {token}"));
    let mut wrong = Vec::new();
    let mut checks = 0;
    for place in EVERYWHERE {
        let (number, at) = case_of(role, place);
        for route in ROUTES.iter().filter(|route| is_walked(route)) {
            let path = address(route, number);
            checks += 1;
            let fields =
                [("form_token", form_token.as_str()), ("version", "1"), ("transaction", &format!("m{checks}"))];
            let body = if route.verb == Verb::Post { form(&fields) } else { String::new() };
            let who = if route.is_for_programs() { &mut program } else { &mut browser };
            let answer = who.send(route.verb.method().as_str(), &path, &body).await;
            let said = said(&answer);
            if !is_right(route, &person, place, route.is_for_programs(), said) {
                wrong.push(format!("{role} {place:?} {:?} {}: {said:?} {}", route.verb, route.path, answer.status));
            }
            if route.is_for_programs() {
                office.later(1);
            }
        }
        let sending = Browser::of(&program).header("content-type", "application/json");
        for command in commands() {
            checks += 1;
            let kind = command["kind"].as_str().unwrap().to_owned();
            let mut sending = Browser::of(&sending).header("idempotency-key", &format!("c{checks}"));
            let case_id = CaseId::new(&format!("case-{number}")).unwrap();
            let version = office.desk.store().case_row(&opener, &case_id).await.unwrap().version;
            let body = json!({"version": version, "command": command}).to_string();
            let answer = sending.post(&format!("/api/v1/cases/case-{number}/actions"), &body).await;
            office.later(1);
            let code =
                serde_json::from_str::<Value>(&answer.body).unwrap()["code"].as_str().unwrap_or("done").to_owned();
            let wanted = wanted_code(&person, &kind, place, at);
            let is_right = match wanted {
                Some(wanted) => code == wanted,
                None => !["C103", "C104", "web-forbidden", "web-not-found"].contains(&code.as_str()),
            };
            if !is_right {
                wrong.push(format!("{role} {place:?} command {kind}: {code} instead of {wanted:?}"));
            }
        }
        for permission in Permission::ALL {
            checks += 1;
            let place = RegionCode::new(at).unwrap();
            if scope.allows(*permission, Some(&place)) != gives(&person, *permission, Some(at)) {
                wrong.push(format!("{role} {permission} at {place}"));
            }
        }
    }
    CHECKS.fetch_add(checks, Ordering::Relaxed);
    wrong
}

/// The refusal that the table wants; `None` = whatever the case's status says, but none of authority's.
fn wanted_code(person: &Person, kind: &str, place: Where, at: &str) -> Option<&'static str> {
    let permission = COMMANDS.iter().find(|command| command.kind == kind).unwrap().permission;
    if !gives(person, Permission::ViewCases, None) {
        return Some("web-forbidden");
    }
    if !gives(person, Permission::ViewCases, Some(at)) {
        return Some("web-not-found");
    }
    if permission.needs_second_factor() {
        return Some("web-forbidden");
    }
    let writes = Permission::ALL.iter().any(|any| !any.is_reading() && gives(person, *any, Some(at)));
    if !writes {
        return Some("C103");
    }
    if place == Where::OwnFamily {
        // Taking the case comes first; who may take it is told that it is a relative's.
        return Some("C104");
    }
    if gives(person, permission, Some(at)) { None } else { Some("C103") }
}

/// One command of every kind that can be written without a case's own ids.
fn commands() -> Vec<Value> {
    let (why, region) = (json!("核对情况"), "330381001");
    vec![
        json!({"kind": "screen", "of": {"result": "suspected"}}),
        json!({"kind": "dismiss", "of": {"reason": "burden_below_line", "why": why}}),
        json!({"kind": "review_sample", "of": {"upheld": true, "note": why}}),
        json!({"kind": "forward", "of": {"village": "330381001002", "worker": "w1"}}),
        json!({"kind": "accept_request", "of": {"request": "r1"}}),
        json!({"kind": "return_request", "of": {"request": "r1", "note": why}}),
        json!({"kind": "resubmit_request", "of": {"request": "r1"}}),
        json!({"kind": "confirm_closing", "of": {"agreed": true, "note": why}}),
        json!({"kind": "resume"}),
        json!({"kind": "stop_waiting"}),
        json!({"kind": "extend_clock", "of": {"why": why}}),
        json!({"kind": "mark", "of": {"flag": "sensitive"}}),
        json!({"kind": "unmark", "of": {"flag": "sensitive"}}),
        json!({"kind": "answer_advance", "of": {"approved": false}}),
        json!({"kind": "paper_advance"}),
        json!({"kind": "transfer", "of": {"to": region, "note": why}}),
    ]
    .into_iter()
    .filter(|command| serde_json::from_value::<shukun_casework::case::Command>(command.clone()).is_ok())
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_route_answers_every_role_everywhere_as_the_table_says() {
    let start = std::time::Instant::now();
    let walks: Vec<_> = Role::ALL.iter().map(|role| tokio::spawn(walk(*role))).collect();
    let mut wrong = Vec::new();
    for walk in walks {
        wrong.extend(walk.await.unwrap());
    }
    let checks = CHECKS.load(Ordering::Relaxed);
    eprintln!("{checks} checks of {} routes in {:?}, {} wrong", ROUTES.len(), start.elapsed(), wrong.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(commands().len() > 12, "{} commands are read", commands().len());
    assert!(checks >= 8_000, "{checks} checks");
    assert!(places(Role::Insurance).2.starts_with(COUNTY));
}
