//! What leads aside: a case split in two, an end because the data were wrong, photos of a visit.

use axum::http::StatusCode;
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Role;
use shukun_casework::case::{Command, Detection, Status};
use shukun_casework::{AlertId, CaseId, ContentHash, DocumentKind, RunId, TransactionId};
use shukun_store::{CaseFilter, CaseOrder, Person, Scope};

use super::tests::{act, done, office_of, send};
use super::tests_of_papers::{STAFF, own_fields, pdf, verified};
use crate::testing::{Browser, Office};
use crate::ui::lint::faults;

fn case_id() -> CaseId {
    CaseId::new("case-1").unwrap()
}

async fn save(office: &Office, scope: &Scope, number: u64, household: u64) {
    let person = Person {
        person_id: PersonId(number),
        household_id: HouseholdId(household),
        region: RegionCode::new("330381001002"),
        name: Masked::new("王小红".to_owned()),
        id_number: Masked::new(format!("99000019800101{number:04}")),
        phone: None,
        address: None,
        bank_account: None,
    };
    office.desk.store().save_people(scope, &[person], office.now()).await.unwrap();
}

/// An office whose first case holds the alerts of two people of one household.
async fn office_with_two_alerts() -> (Office, Scope) {
    let staff = [STAFF, &[("elsewhere", Role::CivilAffairs, "330382")]].concat();
    let office = office_of(&staff, 1).await;
    let scope = office.scope("insurance").await;
    save(&office, &scope, 7, 1).await;
    let detection = Detection {
        alert: AlertId::new("alert-7").unwrap(),
        person: PersonId(7),
        year: 2026,
        rule: "三色预警".to_owned(),
        pack: "cn-330381".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
        burden_fen: Fen::yuan(55_000),
        colour: Colour::Orange,
    };
    let (store, run) = (office.desk.store(), RunId::new("run-2").unwrap());
    let version = store.case_row(&scope, &case_id()).await.unwrap().version;
    let ctx = office.desk.numbers().context(office.now(), TransactionId::new("link-7").unwrap(), version);
    store.act_in_run(&scope, &run, &case_id(), &[Command::LinkAlert(detection)], &ctx).await.unwrap();
    (office, scope)
}

async fn split(browser: &mut Browser, fields: &[(&str, &str)]) -> crate::testing::Answer {
    let page = browser.get("/cases/case-1/split").await;
    assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()), "{}", page.body);
    send(browser, &page.body, "/cases/case-1/split", fields).await
}

#[tokio::test]
async fn an_alert_of_another_household_goes_into_a_case_of_its_own() {
    let (office, scope) = office_with_two_alerts().await;
    let mut civil = office.signed_in("civil").await;
    assert!(civil.get("/cases/case-1").await.body.contains("href=\"/cases/case-1/split\""));
    for (fields, said) in [
        (vec![], "并至少留一条在本案"),
        (vec![("alert", "alert-1"), ("alert", "alert-7")], "并至少留一条在本案"),
        (vec![("alert", "alert-7")], "仍与本案同一户"),
        (vec![("alert", "alert-7"), ("id_number", "990000198001010007")], "核对号码"),
        (vec![("alert", "alert-7"), ("id_number", "990000198001019999")], "核对号码"),
    ] {
        let answer = split(&mut civil, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(said), "{said} in {}", answer.body);
    }
    // The roster has the person in a household of its own since.
    save(&office, &scope, 7, 70).await;
    let mut civil = office.signed_in_again("civil").await;
    assert!(civil.get("/cases/case-1/split").await.body.contains("数据里已属另一户"));
    split(&mut civil, &[("alert", "alert-7")]).await.sent_to(&done("case-1"));
    let filter = CaseFilter { households: Some(vec![HouseholdId(70)]), ..CaseFilter::default() };
    let scope = office.scope("insurance").await;
    let rows = office.desk.store().list_cases(&scope, &filter, CaseOrder::Latest, None, 9).await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].status, rows[0].burden_fen), (1, Status::Detected, Fen::yuan(55_000)));
    let left = office.desk.store().case(&scope, &case_id()).await.unwrap();
    assert_eq!(left.detections.iter().map(|one| one.alert.as_str()).collect::<Vec<_>>(), ["alert-1"]);
    let mut civil = office.signed_in_again("civil").await;
    assert!(!civil.get("/cases/case-1").await.body.contains("/split\""), "one alert is not split");
}

#[tokio::test]
async fn a_number_says_where_the_alert_belongs_and_others_may_not_split() {
    let (office, scope) = office_with_two_alerts().await;
    save(&office, &scope, 8, 80).await;
    let mut elsewhere = office.signed_in("elsewhere").await;
    assert_eq!(elsewhere.get("/cases/case-1/split").await.status, StatusCode::NOT_FOUND);
    let mut village = office.signed_in("village").await;
    assert_eq!(village.get("/cases/case-1/split").await.status, StatusCode::FORBIDDEN);
    let mut civil = office.signed_in("civil").await;
    split(&mut civil, &[("alert", "alert-7"), ("id_number", "990000198001010008")]).await.sent_to(&done("case-1"));
    let filter = CaseFilter { households: Some(vec![HouseholdId(80)]), ..CaseFilter::default() };
    let scope = office.scope("insurance").await;
    assert_eq!(
        office.desk.store().list_cases(&scope, &filter, CaseOrder::Latest, None, 9).await.unwrap().rows.len(),
        1
    );
}

#[tokio::test]
async fn a_case_of_wrong_data_ends_with_its_source_and_rule() {
    let office = office_of(STAFF, 1).await;
    let mut civil = office.signed_in("civil").await;
    let record = ("data_error_record", "2026年2月结算表第31行，费用总额多一位");
    let rule = ("data_error_rule", "三色预警");
    for (fields, said) in [
        (vec![record, ("data_error_told", "医保局信息科")], "请选择一项"),
        (vec![rule, ("data_error_told", "医保局信息科")], "data_error_record"),
        (
            vec![rule, ("data_error_record", "证件 990000198001010001 有误"), ("data_error_told", "医保局")],
            "data_error_record",
        ),
    ] {
        let answer = act(&mut civil, "case-1", "data-error", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.body.contains(said), "{said} in {}", answer.body);
    }
    let fields = [rule, record, ("data_error_told", "医保局信息科")];
    act(&mut civil, "case-1", "data-error", &fields).await.sent_to(&done("case-1"));
    let scope = office.scope("insurance").await;
    let case = office.desk.store().case(&scope, &case_id()).await.unwrap();
    let closed = case.closed.unwrap();
    let error = closed.outcome.data_error.unwrap();
    assert_eq!((error.rule.as_str(), error.source.as_str()), ("三色预警", record.1));
    let mut civil = office.signed_in_again("civil").await;
    let timeline = civil.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.contains("已告知更正：医保局信息科") && timeline.contains(record.1), "{timeline}");
}

/// A PNG of one dot, as a camera might send it.
fn picture() -> Vec<u8> {
    crate::demo::specimen(DocumentKind::VisitPhoto, 0)
}

#[tokio::test]
async fn photos_come_with_the_visit_and_outlive_a_refused_form() {
    let office = office_of(STAFF, 1).await;
    let mut civil = office.signed_in("civil").await;
    act(&mut civil, "case-1", "screen", &[("screen_result", "suspected")]).await.sent_to(&done("case-1"));
    let fields =
        [("dispatch_township", "330381001"), ("dispatch_task", "核实家庭收入"), ("dispatch_due_on", "2026-12-01")];
    act(&mut civil, "case-1", "dispatch", &fields).await.sent_to(&done("case-1"));
    let mut town = office.signed_in("town").await;
    act(&mut town, "case-1", "take", &[]).await.sent_to("/cases/case-1");
    act(&mut town, "case-1", "forward", &[("forward_village", "330381001002")]).await.sent_to(&done("case-1"));
    let mut village = office.signed_in("village").await;
    let page = village.get("/cases/case-1/visit").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    assert!(page.body.contains("capture=\"environment\""));
    let told = [
        ("visit_on", "2026-11-22"),
        ("visit_met", "family"),
        ("visit_members", "3"),
        ("income_wages", "24000"),
        ("expense_medical", "60000"),
        ("visit_consent", "given"),
        ("visit_finding", "at_risk"),
    ];
    let photo = picture();
    let own = own_fields(&page.body);
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = village.post_files("/cases/case-1/visit", &own, &[("visit_photo", photo.as_slice())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = refused.body.split("name=\"visit_photo_kept\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let wrong = [("visit_photo", pdf("x")), ("visit_photo", b"MZ".to_vec())];
    for (name, bytes) in &wrong {
        let fields: Vec<_> = own.iter().copied().chain(told).collect();
        let answer = village.post_files("/cases/case-1/visit", &fields, &[(name, bytes.as_slice())]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let fields: Vec<_> = own.iter().copied().chain(told).chain([("visit_photo_kept", kept)]).collect();
    village.post_files("/cases/case-1/visit", &fields, &[]).await.sent_to(&done("case-1"));
    let page = village.get("/cases/case-1").await.body;
    assert!(page.contains("1张，见“材料”"), "{page}");
    let scope = office.scope("insurance").await;
    let case = office.desk.store().case(&scope, &case_id()).await.unwrap();
    assert_eq!(case.visits[0].visit.documents[0].kind, DocumentKind::VisitPhoto);
}

#[tokio::test]
async fn who_may_not_visit_leaves_no_photo() {
    let office = office_of(STAFF, 1).await;
    drop(verified(&office).await);
    let mut town = office.signed_in_again("othertown").await;
    let token = town.get("/account").await.form_token();
    let fields = [("form_token", token.as_str()), ("version", "1"), ("transaction", "t1")];
    let photo = picture();
    let answer = town.post_files("/cases/case-1/visit", &fields, &[("visit_photo", photo.as_slice())]).await;
    assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{}", answer.status);
    let scope = office.scope("insurance").await;
    assert!(office.desk.store().list_documents(&scope, &case_id()).await.unwrap().is_empty());
}
