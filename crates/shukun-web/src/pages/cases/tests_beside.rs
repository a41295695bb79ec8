//! Beside the main road, through the pages: what is revealed and who looked, printed papers, the urgent lane, objections
//! and appeals, clocks and flags, an end without aid.

use axum::http::StatusCode;

use super::tests::{act, done, office_of};
use super::tests_of_papers::{STAFF, act_with, pdf, verified};
use crate::testing::{Answer, Browser, Office, form};
use crate::ui::lint::faults;

/// Sends a form that is not on the case's page, as somebody who is not offered it would.
async fn forced(browser: &mut Browser, key: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get("/cases").await.form_token();
    let own = [("form_token", token.as_str()), ("version", "1"), ("transaction", "forced")];
    browser.post(&format!("/cases/case-1/{key}"), &form(&[&own[..], fields].concat())).await
}

async fn stepped_up(office: &Office, browser: Browser) -> Browser {
    office.stepped_up_again(browser).await.0
}

#[tokio::test]
async fn fields_are_shown_once_with_a_reason_and_the_trail_says_so() {
    let office = office_of(STAFF, 1).await;
    let town = office.signed_in("town").await;
    let mut town = stepped_up(&office, town).await;
    let page = town.get("/cases/case-1/reveal").await;
    assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()));
    assert!(page.body.contains("王**") && !page.body.contains("王小明"));
    for (fields, said) in [
        (&[("person", "1"), ("reason", "核对银行卡户名")][..], "请选择一项"),
        (&[("field", "name"), ("reason", "核对银行卡户名")], "请选择一项"),
        (&[("person", "1"), ("field", "name"), ("reason", "看")], "至少四个字"),
        (&[("person", "2"), ("field", "name"), ("reason", "核对银行卡户名")], "请选择一项"),
    ] {
        let wrong = town.submit("/cases/case-1/reveal", fields).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains(said), "{}", wrong.body);
        assert!(!wrong.body.contains("王小明"));
    }
    let fields =
        [("person", "1"), ("field", "name"), ("field", "phone"), ("field", "address"), ("reason", "电话约上门时间")];
    let shown = town.submit("/cases/case-1/reveal", &fields).await;
    assert!(shown.body.contains("王小明") && shown.body.contains("13800000000") && shown.body.contains("没有登记"));
    assert_eq!((&shown.headers["cache-control"], faults(&shown.body)), (&"no-store".parse().unwrap(), Vec::new()));
    assert!(!town.get("/cases/case-1").await.body.contains("tab=looked"));
    assert_eq!(town.get("/cases/case-1?tab=looked").await.status, StatusCode::FORBIDDEN);

    let mut auditor = office.signed_in("auditor").await;
    let looked = auditor.get("/cases/case-1?tab=looked").await.body;
    assert!(
        looked.contains("电话约上门时间") && looked.contains("name phone address") && looked.contains("镇街甲"),
        "{looked}"
    );
    assert_eq!(faults(&looked), Vec::<String>::new());
    let other = office.signed_in("othertown").await;
    assert_eq!(stepped_up(&office, other).await.get("/cases/case-1/reveal").await.status, StatusCode::NOT_FOUND);
    let mut meeting = office.signed_in("meeting").await;
    assert_eq!(meeting.get("/cases/case-1/reveal").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn papers_are_printed_as_they_stand_in_the_case() {
    let office = office_of(STAFF, 1).await;
    let [_, mut town, _] = verified(&office).await;
    assert!(town.get("/cases/case-1/print/sheet").await.body.contains("还没有核定单"));
    let filled = town.get("/cases/case-1/print/visit").await.body;
    assert!(filled.contains("☑家属") && filled.contains("24,000.00元") && filled.contains("（盖章）"), "{filled}");
    assert_eq!(faults(&filled), Vec::<String>::new());
    let blank = town.get("/cases/case-1/print/visit?blank=true").await.body;
    assert!(!blank.contains('☑') && !blank.contains("24,000") && blank.contains("☐家属"), "{blank}");
    let mut other = office.signed_in("othertown").await;
    assert_eq!(other.get("/cases/case-1/print/visit").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_urgent_advance_waits_for_the_countys_cap_and_two_offices() {
    let office = office_of(STAFF, 1).await;
    let [civil, town, mut village] = verified(&office).await;
    let ask = [("advance_programme", "charity_relief"), ("advance_amount", "3000"), ("advance_why", "急需手术押金")];
    let refused = act(&mut village, "case-1", "ask-advance", &ask).await;
    assert!(
        refused.body.contains("本县还没有设定先行救助上限") && refused.body.contains("value=\"3000\""),
        "{}",
        refused.body
    );
    let mut insurance = office.signed_in("insurance2").await;
    let fields = [("value", "2000"), ("basis", "县里文件第三条"), ("from_day", "2026-11-22")];
    insurance.submit("/numbers/advance_cap_yuan", &fields).await.sent_to("/numbers?done=set");
    let above = act(&mut village, "case-1", "ask-advance", &ask).await;
    assert!(above.body.contains("先行救助超过上限"), "an open case reads the new number: {}", above.body);
    let ask = [("advance_programme", "charity_relief"), ("advance_amount", "2000"), ("advance_why", "急需手术押金")];
    act(&mut village, "case-1", "ask-advance", &ask).await.sent_to(&done("case-1"));
    let (mut town, mut civil) = (stepped_up(&office, town).await, stepped_up(&office, civil).await);
    let yes = [("advance_approved", "yes")];
    act(&mut town, "case-1", "answer-advance", &yes).await.sent_to(&done("case-1"));
    let twice = act(&mut town, "case-1", "answer-advance", &yes).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twice.body);
    act(&mut civil, "case-1", "answer-advance", &yes).await.sent_to(&done("case-1"));
    let early = act(&mut village, "case-1", "paper-advance", &[]).await;
    assert!(early.body.contains("缺少材料（申请书"), "{}", early.body);
    for kind in ["application", "identity", "bank_card"] {
        let scan = pdf(kind);
        let fields = [("paper_kind", kind)];
        act_with(&mut village, "case-1", "papers", &fields, &[("paper_file", &scan)]).await.sent_to(&done("case-1"));
    }
    act(&mut village, "case-1", "paper-advance", &[]).await.sent_to(&done("case-1"));
}

#[tokio::test]
async fn an_objection_blocks_and_is_answered_by_others() {
    let office = office_of(STAFF, 1).await;
    let [mut civil, mut town, mut village] = verified(&office).await;
    let empty = act_with(&mut village, "case-1", "object", &[("object_note", "")], &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let letter = pdf("letter");
    let fields = [("object_note", "邻居反映家里有门面出租")];
    act_with(&mut village, "case-1", "object", &fields, &[("object_file", &letter)]).await.sent_to(&done("case-1"));
    let page = civil.get("/cases/case-1").await.body;
    assert!(page.contains("有异议") && page.contains("异议材料"), "{page}");
    let answer = [("objection_verdict", "upheld"), ("objection_back_to", ""), ("objection_note", "门面属实")];
    let lacks = act(&mut civil, "case-1", "answer-objection", &answer).await;
    assert!(lacks.body.contains("退回环节与结论不符"), "{}", lacks.body);
    let answer = [
        ("objection_verdict", "upheld"),
        ("objection_back_to", "dispatched"),
        ("objection_note", "门面属实，重新核查"),
    ];
    act(&mut civil, "case-1", "answer-objection", &answer).await.sent_to(&done("case-1"));
    assert!(town.get("/cases/case-1").await.body.contains("被退回"));
    let mut other = office.signed_in("othertown").await;
    for key in
        ["object", "appeal", "papers", "decline", "stop-clock", "mark", "ask-advance", "run-clock", "extend", "unmark"]
    {
        let answer = forced(&mut other, key, &[("object_note", "x")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{key}");
    }
    let mut othervillage = office.signed_in("othervillage").await;
    for key in ["apply", "resubmit-request", "follow-up", "paper-advance"] {
        assert_eq!(forced(&mut othervillage, key, &[]).await.status, StatusCode::NOT_FOUND, "{key}");
    }
    let mut meeting = office.signed_in("meeting").await;
    for key in [
        "certify",
        "certify-again",
        "approve",
        "approve-government",
        "pay",
        "recover",
        "record-return",
        "recalculate",
        "accept-request",
        "return-request",
        "answer-objection",
        "answer-appeal",
    ] {
        assert_eq!(forced(&mut meeting, key, &[]).await.status, StatusCode::FORBIDDEN, "{key}");
    }
}

#[tokio::test]
async fn clocks_stop_and_run_flags_come_and_go_and_a_leader_supervises() {
    let office = office_of(STAFF, 1).await;
    let [mut civil, mut town, _] = verified(&office).await;
    act(&mut town, "case-1", "stop-clock", &[("wait_for", "resident")]).await.sent_to(&done("case-1"));
    act(&mut town, "case-1", "run-clock", &[]).await.sent_to(&done("case-1"));
    let wrong = act(&mut town, "case-1", "mark", &[("mark_flag", "overdue")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("此标记由系统判断"));
    act(&mut town, "case-1", "mark", &[("mark_flag", "sensitive")]).await.sent_to(&done("case-1"));
    assert!(town.get("/cases/case-1").await.body.contains("敏感"));
    act(&mut town, "case-1", "unmark", &[("unmark_flag", "sensitive")]).await.sent_to(&done("case-1"));
    let fields = [("supervise_order", "三日内办结"), ("supervise_due_on", "2026-11-21")];
    let past = act(&mut civil, "case-1", "supervise", &fields).await;
    assert!(past.body.contains("期限早于今天") && past.body.contains("value=\"三日内办结\""), "{}", past.body);
    let fields = [("supervise_order", "三日内办结"), ("supervise_due_on", "2026-11-25")];
    act(&mut civil, "case-1", "supervise", &fields).await.sent_to(&done("case-1"));
}

#[tokio::test]
async fn a_resident_declines_with_a_signature() {
    let office = office_of(STAFF, 1).await;
    let [_, mut town, _] = verified(&office).await;
    let unsigned = act_with(&mut town, "case-1", "decline", &[("decline_why", "子女已承担")], &[]).await;
    assert!(unsigned.status == StatusCode::UNPROCESSABLE_ENTITY && unsigned.body.contains("value=\"子女已承担\""));
    let signed = pdf("refusal");
    let fields = [("decline_why", "子女已承担")];
    act_with(&mut town, "case-1", "decline", &fields, &[("decline_file", &signed)]).await.sent_to(&done("case-1"));
    assert!(town.get("/cases/case-1").await.body.contains("已销号"));
}
