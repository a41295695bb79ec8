//! Cases found by hand, given on, moved, reopened and merged.

use axum::http::StatusCode;
use shukun_base::{HouseholdId, Masked, PersonId, RegionCode};
use shukun_store::Person;

use super::tests::{act, office};
use crate::testing::{Browser, form};
use crate::ui::lint::faults;

async fn open(browser: &mut Browser, fields: &[(&str, &str)]) -> crate::testing::Answer {
    let page = browser.get("/cases/new").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    let marker = "name=\"transaction\" value=\"";
    let transaction = page.body[page.body.find(marker).unwrap() + marker.len()..].split('"').next().unwrap().to_owned();
    let token = page.form_token();
    let own = [("form_token", token.as_str()), ("transaction", transaction.as_str())];
    let all: Vec<(&str, &str)> = fields.iter().copied().chain(own).collect();
    let first = browser.post("/cases/new", &form(&all)).await;
    if first.status == StatusCode::SEE_OTHER {
        let again = browser.post("/cases/new", &form(&all)).await;
        assert_eq!(first.location(), again.location(), "sent twice it is one case");
    }
    first
}

const SEEN: [(&str, &str); 5] = [
    ("region", "330381001002"),
    ("channel", "grid"),
    ("note", "网格员上门了解到大额医疗支出"),
    ("consent", "yes"),
    ("phone", ""),
];

#[tokio::test]
async fn a_village_worker_opens_a_case_by_hand() {
    let office = office(1).await;
    let mut village = office.signed_in("village").await;
    let with = |number: &'static str, name: &'static str| {
        SEEN.iter().copied().chain([("id_number", number), ("name", name)]).collect::<Vec<_>>()
    };
    let wrong = open(&mut village, &with("110105194912310021", "测试人")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("证件号码不对"), "{}", wrong.body);
    let nameless = open(&mut village, &with("11010519491231002X", "")).await;
    assert!(nameless.body.contains("请填写姓名"), "{}", nameless.body);
    let opened = open(&mut village, &with("11010519491231002X", "测试人")).await;
    let path = opened.location().split('?').next().unwrap().to_owned();
    assert!(path.starts_with("/cases/hand-"), "{}", opened.body);
    let page = village.get(&path).await.body;
    assert!(page.contains("网格排查") && page.contains("测**") && !page.contains("19491231"), "{page}");
    // Known by the number now: the household has an open case, and it goes on there.
    let again = open(&mut village, &with("11010519491231002X", "")).await;
    assert!(again.location().starts_with("/cases?household="), "{}", again.body);
    let mut elsewhere: Vec<(&str, &str)> = with("440524188001010014", "测试人");
    elsewhere[0].1 = "330381002001";
    assert_eq!(open(&mut village, &elsewhere).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_case_is_handed_on_to_a_villages_only_worker_and_to_colleagues() {
    let office = office(1).await;
    let mut civil = office.signed_in("civil").await;
    act(&mut civil, "case-1", "screen", &[("screen_result", "suspected")]).await;
    let fields =
        [("dispatch_township", "330381001"), ("dispatch_task", "核实家庭收入"), ("dispatch_due_on", "2026-12-01")];
    act(&mut civil, "case-1", "dispatch", &fields).await;
    let mut town = office.signed_in("town").await;
    let page = town.get("/cases/case-1").await.body;
    assert!(page.contains("value=\"330381001002/") && page.contains("村社甲"), "{page}");
    assert_eq!(faults(&page), Vec::<String>::new());
    let wrong =
        act(&mut town, "case-1", "forward", &[("forward_village", &format!("330381001002/{}", "0".repeat(32)))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    act(&mut town, "case-1", "forward", &[("forward_village", "330381001002")]).await.sent_to("/cases/case-1?done=act");
    let mut village = office.signed_in("village").await;
    assert!(village.get("/cases?hands=mine").await.body.contains("/cases/case-1"));
    let page = town.get("/cases/case-1").await.body;
    let at = page.find("id=\"assign_to\"").unwrap();
    let to = page[at..].split("<option value=\"").find(|rest| rest.contains("民政局甲")).unwrap();
    let to = to.split('"').next().unwrap().to_owned();
    act(&mut town, "case-1", "assign", &[("assign_to", &to)]).await.sent_to("/cases/case-1?done=act");
    assert!(civil.get("/cases?hands=mine").await.body.contains("/cases/case-1"));
}

#[tokio::test]
async fn a_closed_case_is_reopened_and_a_household_moves() {
    let office = office(1).await;
    let mut civil = office.signed_in("civil").await;
    let fields = [("dismiss_reason", "already_aided"), ("dismiss_why", "已享受医疗救助")];
    act(&mut civil, "case-1", "dismiss", &fields).await;
    let fields = [("reopen_at", "dispatched"), ("reopen_reason", "new_facts"), ("reopen_note", "又有新的住院费用")];
    assert_eq!(act(&mut civil, "case-1", "reopen", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("reopen_at", "detected"), ("reopen_reason", "new_facts"), ("reopen_note", "又有新的住院费用")];
    act(&mut civil, "case-1", "reopen", &fields).await.sent_to("/cases/case-1?done=act");
    assert!(civil.get("/cases/case-1").await.body.contains("第2轮"));
    let fields = [("transfer_to", "330381002001"), ("transfer_note", "搬到西门镇")];
    act(&mut civil, "case-1", "transfer", &fields).await.sent_to("/cases/case-1?done=act");
    let mut other = office.signed_in("othertown").await;
    assert_eq!(other.get("/cases/case-1").await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_cases_with_one_number_are_looked_at_side_by_side_and_merged() {
    let office = office(2).await;
    let scope = office.scope("insurance").await;
    let same = Person {
        person_id: PersonId(2),
        household_id: HouseholdId(2),
        region: RegionCode::new("330381001002"),
        name: Masked::new("王小明".to_owned()),
        id_number: Masked::new("990000198001010001".to_owned()),
        phone: None,
        address: None,
        bank_account: None,
    };
    office.desk.store().save_people(&scope, &[same], office.now()).await.unwrap();
    let mut civil = office.signed_in("civil").await;
    let queue = civil.get("/cases/duplicates").await.body;
    assert!(queue.contains("/cases/case-1/beside/case-2"), "{queue}");
    assert_eq!(faults(&queue), Vec::<String>::new());
    let pair = civil.get("/cases/case-1/beside/case-2").await;
    assert_eq!(faults(&pair.body), Vec::<String>::new());
    let marker = "name=\"transaction\" value=\"";
    let transaction = pair.body[pair.body.find(marker).unwrap() + marker.len()..].split('"').next().unwrap().to_owned();
    let token = pair.form_token();
    let body =
        form(&[("form_token", &token), ("transaction", &transaction), ("keep", "case-1"), ("why", "同一人重复立案")]);
    let nothing = form(&[("form_token", &token), ("transaction", &transaction)]);
    let missing = civil.post("/cases/case-1/beside/case-2", &nothing).await;
    assert_eq!((missing.status, faults(&missing.body)), (StatusCode::UNPROCESSABLE_ENTITY, Vec::new()));
    civil.post("/cases/case-1/beside/case-2", &body).await.sent_to("/cases/case-1?done=act");
    assert!(civil.get("/cases?status=closed").await.body.contains("/cases/case-2"));
    assert!(civil.get("/cases/duplicates").await.body.contains("没有疑似重复的案件"));
    let mut other = office.signed_in("othertown").await;
    assert_eq!(other.get("/cases/case-1/beside/case-2").await.status, StatusCode::FORBIDDEN);
}
