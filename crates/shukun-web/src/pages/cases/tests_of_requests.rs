//! An application's requests through the pages: sent back, sent again, certified anew, more time for it; and each of these by
//! somebody who may not, or out of its turn.

use axum::http::StatusCode;

use super::tests::{act, done, office_of};
use super::tests_of_papers::{STAFF, act_with, own_fields, pdf, verified};
use super::tests_of_the_road::{applied, certified, request};
use crate::testing::{Answer, Browser, form};

/// Sends an act that the page does not offer, as if an old page were still open.
pub async fn out_of_turn(browser: &mut Browser, key: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let page = browser.get("/cases/case-1").await.body;
    assert!(!page.contains(&format!("action=\"/cases/case-1/{key}\"")), "{key} is offered");
    let at = page.find("action=\"/cases/case-1/").unwrap_or_else(|| panic!("no form: {page}"));
    let own = own_fields(&page[at..]);
    let all: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
    let path = format!("/cases/case-1/{key}");
    if files.is_empty() { browser.post(&path, &form(&all)).await } else { browser.post_files(&path, &all, files).await }
}

#[tokio::test]
async fn a_request_is_sent_back_and_comes_again() {
    let office = office_of(STAFF, 1).await;
    let [mut civil, _, mut village] = verified(&office).await;
    applied(&mut village).await;

    let which = request(&mut civil, "return_request").await;
    let unsaid = act(&mut civil, "case-1", "return-request", &[("return_request", &which)]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "without a reason");
    let fields = [("return_request", which.as_str()), ("return_request_note", "申请书缺签名")];
    let by_the_village = out_of_turn(&mut village, "return-request", &fields, &[]).await;
    assert_eq!(by_the_village.status, StatusCode::FORBIDDEN);
    let early = out_of_turn(&mut village, "resubmit-request", &[("resubmit_request", &which)], &[]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was sent back yet");
    act(&mut civil, "case-1", "return-request", &fields).await.sent_to(&done("case-1"));
    let twice = out_of_turn(&mut civil, "return-request", &fields, &[]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    let timeline = village.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.contains("申请书缺签名"), "{timeline}");
    let which = request(&mut village, "resubmit_request").await;
    act(&mut village, "case-1", "resubmit-request", &[("resubmit_request", &which)]).await.sent_to(&done("case-1"));
    let again = request(&mut civil, "accept_request").await;
    assert_eq!(again, which, "it waits to be accepted as before");
}

#[tokio::test]
async fn a_certification_is_renewed_and_its_time_is_extended_once() {
    let office = office_of(STAFF, 1).await;
    let [mut civil, _, mut village] = verified(&office).await;
    let early = out_of_turn(&mut civil, "extend", &[("extend_why", "外出务工，无法到场")], &[]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "no certification runs");
    let report = pdf("another report");
    let again = [("certify_decision", "not_low_income")];
    let files = [("certify_report_file", report.as_slice())];
    let early = out_of_turn(&mut civil, "certify-again", &again, &files).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody is certified");

    applied(&mut village).await;
    let why = [("extend_why", "外出务工，无法到场")];
    assert_eq!(out_of_turn(&mut village, "extend", &why, &[]).await.status, StatusCode::FORBIDDEN);
    act(&mut civil, "case-1", "extend", &why).await.sent_to(&done("case-1"));
    let twice = act(&mut civil, "case-1", "extend", &why).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twice.body);

    certified(&mut civil).await;
    assert_eq!(out_of_turn(&mut village, "certify-again", &again, &files).await.status, StatusCode::FORBIDDEN);
    let without = act_with(&mut civil, "case-1", "certify-again", &again, &[]).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("请选择文件"));
    act_with(&mut civil, "case-1", "certify-again", &again, &files).await.sent_to(&done("case-1"));
    let timeline = civil.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.matches("资格认定").count() >= 2 && timeline.contains("外出务工，无法到场"), "{timeline}");
}
