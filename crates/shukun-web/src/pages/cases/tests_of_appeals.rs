//! An appeal through the pages: raised with its letter, answered by somebody who had no hand in the case; and refused otherwise.

use axum::http::StatusCode;

use super::tests::{act, done};
use super::tests_of_papers::{act_with, pdf, verified};
use super::tests_of_requests::out_of_turn;
use super::tests_of_the_road::{applied, certified, determined, office};

#[tokio::test]
async fn an_appeal_is_raised_and_answered_by_others() {
    let office = office().await;
    let [mut civil, mut town, mut village] = verified(&office).await;
    let letter = pdf("appeal");
    let (fields, files) = ([("appeal_note", "对核定金额不服")], [("appeal_file", letter.as_slice())]);
    let early = out_of_turn(&mut town, "appeal", &fields, &files).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was determined");
    applied(&mut village).await;
    certified(&mut civil).await;
    let [mut maker, _] = determined(&office).await;

    let without = act_with(&mut town, "case-1", "appeal", &fields, &[]).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("请选择文件"));
    act_with(&mut town, "case-1", "appeal", &fields, &files).await.sent_to(&done("case-1"));
    let twice = out_of_turn(&mut town, "appeal", &fields, &files).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "one is open");

    let answer = [("appeal_verdict", "rejected"), ("appeal_answer", "核定无误，已书面答复")];
    let involved = act(&mut maker, "case-1", "answer-appeal", &answer).await;
    let refused = involved.status == StatusCode::UNPROCESSABLE_ENTITY && involved.body.contains("C313");
    assert!(refused, "who drafted it does not decide: {}", involved.body);
    let mut other = office.signed_in("civil2").await;
    act(&mut other, "case-1", "answer-appeal", &answer).await.sent_to(&done("case-1"));
    let timeline = other.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.contains("核定无误，已书面答复"), "{timeline}");
    let twice = out_of_turn(&mut other, "answer-appeal", &answer, &[]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
}
