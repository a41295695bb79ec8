//! Work on many cases: tried before it is done, sent twice it is done once, refused case by case, never outside the area.

use axum::http::StatusCode;

use super::tests::{act, office};
use crate::desk::jobs::runner::carry_out_waiting;
use crate::testing::{Answer, Browser, Office, form};
use crate::ui::lint::faults;

/// Sends the bulk form; the token of the second page is kept for the third.
async fn bulk(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get("/cases").await.form_token();
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
    browser.post("/cases/bulk", &form(&all)).await
}

fn until_quote(text: &str) -> String {
    text.split('"').next().unwrap().to_owned()
}

fn token_of(page: &str) -> String {
    let marker = "name=\"token\" value=\"";
    page[page.find(marker).unwrap() + marker.len()..].split('"').next().unwrap().to_owned()
}

/// Chooses cases, previews, does it; the preview and the answer.
async fn through(browser: &mut Browser, fields: &[(&str, &str)]) -> (String, Answer) {
    let first = bulk(
        browser,
        &fields
            .iter()
            .copied()
            .filter(|(name, _)| matches!(*name, "act" | "pick" | "all" | "query"))
            .collect::<Vec<_>>(),
    )
    .await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(faults(&first.body), Vec::<String>::new());
    let token = token_of(&first.body);
    let shown: Vec<String> = first.body.split("name=\"pick\" value=\"").skip(1).map(until_quote).collect();
    let is_own = |(name, _): &&(&str, &str)| shown.is_empty() || !matches!(*name, "pick" | "all");
    let picks = shown.iter().map(|pick| ("pick", pick.as_str()));
    let fields: Vec<(&str, &str)> = fields.iter().filter(is_own).copied().chain(picks).collect();
    let with = |go: &'static str| {
        let own = [("token", token.clone()), ("go", go.to_owned())];
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).chain(own).collect::<Vec<_>>()
    };
    let preview = with("preview");
    let preview: Vec<(&str, &str)> = preview.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let preview = bulk(browser, &preview).await;
    assert_eq!(faults(&preview.body), Vec::<String>::new());
    let fields = with("do");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = bulk(browser, &fields).await;
    let again = bulk(browser, &fields).await;
    if done.status == StatusCode::OK {
        assert_eq!(
            done.body.split("role=\"status\"").nth(1).unwrap().split("</p>").next(),
            again.body.split("role=\"status\"").nth(1).unwrap().split("</p>").next(),
            "sent twice it is done once"
        );
    } else {
        assert_eq!(done.location(), again.location(), "asked twice it is one job");
    }
    (preview.body, done)
}

async fn count(browser: &mut Browser, query: &str) -> usize {
    browser.get(&format!("/cases?{query}")).await.body.matches("class=\"row-link\"").count()
}

#[tokio::test]
async fn several_are_dismissed_after_a_preview_and_sent_twice_is_done_once() {
    let office = office(3).await;
    let mut civil = office.signed_in("civil").await;
    let list = civil.get("/cases?status=detected").await.body;
    assert!(list.contains("name=\"pick\" value=\"case-1.1\""), "{list}");
    assert_eq!(faults(&list), Vec::<String>::new());
    let fields = [
        ("act", "dismiss"),
        ("query", "status=detected"),
        ("pick", "case-1.1"),
        ("pick", "case-2.9"),
        ("pick", "case-9.1"),
        ("bulk_reason", "already_aided"),
        ("bulk_why", "已享受医疗救助"),
    ];
    let (preview, done) = through(&mut civil, &fields).await;
    assert!(preview.contains("可以办1件，办不了2件") && preview.contains("案件已被他人更新"), "{preview}");
    assert_eq!(count(&mut civil, "status=closed").await, 1);
    assert!(done.body.contains("办好1件，没有办成2件") && done.body.contains("C101"), "{}", done.body);
    let missing = bulk(&mut civil, &[("act", "dismiss"), ("pick", "case-2.1"), ("go", "preview")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(faults(&missing.body), Vec::<String>::new());
    assert!(bulk(&mut civil, &[("act", "dismiss"), ("query", "")]).await.body.contains("还没有选中案件"));
}

#[tokio::test]
async fn cases_go_to_towns_and_villages_by_their_address() {
    let office = office(2).await;
    let mut civil = office.signed_in("civil").await;
    for id in ["case-1", "case-2"] {
        act(&mut civil, id, "screen", &[("screen_result", "suspected")]).await;
    }
    let fields = [
        ("act", "dispatch"),
        ("query", "status=screened"),
        ("all", "yes"),
        ("bulk_task", "核实家庭收入"),
        ("bulk_due_on", "2026-12-01"),
    ];
    let (preview, _) = through(&mut civil, &fields).await;
    assert!(preview.contains("可以办2件，办不了0件"), "{preview}");
    let mut other = office.signed_in("othertown").await;
    let none = bulk(&mut other, &[("act", "forward"), ("query", "status=dispatched"), ("all", "yes")]).await;
    assert!(none.body.contains("还没有选中案件"), "another town's cases are not there");
    let (preview, _) = through(&mut other, &[("act", "forward"), ("query", ""), ("pick", "case-1.4")]).await;
    assert!(preview.contains("可以办0件，办不了1件") && preview.contains("store-not-found"), "{preview}");
    let mut town = office.signed_in("town").await;
    let (preview, done) =
        through(&mut town, &[("act", "forward"), ("query", "status=dispatched"), ("all", "yes")]).await;
    assert!(preview.contains("可以办2件") && done.body.contains("办好2件"), "{preview}");
    let mut village = office.signed_in("village").await;
    assert_eq!(count(&mut village, "hands=mine").await, 2);
}

#[tokio::test]
async fn a_case_is_given_to_a_colleague_who_works_there() {
    let office = office(1).await;
    let mut town = office.signed_in("town").await;
    let first = bulk(&mut town, &[("act", "assign"), ("query", ""), ("pick", "case-1.1")]).await.body;
    let at = first.find("村社甲").unwrap();
    let to = first[..at].rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    assert!(!first.contains("镇街甲 ·"), "a neighbour is not offered: {first}");
    let (_, done) =
        through(&mut town, &[("act", "assign"), ("query", ""), ("pick", "case-1.1"), ("bulk_to", &to)]).await;
    assert!(done.body.contains("办好1件"), "{}", done.body);
    assert_eq!(count(&mut office.signed_in("village").await, "hands=mine").await, 1);
    let stranger = "0".repeat(32);
    let fields = [("act", "assign"), ("query", ""), ("pick", "case-1.2"), ("bulk_to", stranger.as_str())];
    assert!(through(&mut town, &fields).await.1.body.contains("web-worker-elsewhere"));
}

#[tokio::test]
async fn above_two_hundred_it_is_a_job() {
    let office: Office = office(201).await;
    let mut civil = office.signed_in("civil").await;
    let fields = [
        ("act", "dismiss"),
        ("query", "status=detected"),
        ("all", "yes"),
        ("bulk_reason", "already_aided"),
        ("bulk_why", "已享受医疗救助"),
    ];
    let (preview, asked) = through(&mut civil, &fields).await;
    assert!(preview.contains("可以办200件") && preview.contains("其余1件"), "{preview}");
    let path = asked.location().to_owned();
    assert!(path.starts_with("/jobs/"), "{path}");
    assert_eq!(carry_out_waiting(&office.desk).await, 1);
    assert!(civil.get(&path).await.body.contains("/cases/bulk/"));
    let result = civil.get(&path.replace("/jobs/", "/cases/bulk/")).await;
    assert!(result.body.contains("办好201件，没有办成0件"), "{}", result.body);
    assert_eq!(faults(&result.body), Vec::<String>::new());
    let mut other = office.signed_in("town").await;
    assert_eq!(other.get(&path.replace("/jobs/", "/cases/bulk/")).await.status, StatusCode::NOT_FOUND);
    assert!(civil.get("/cases?status=closed").await.body.contains("共201件"));
}
