//! A case's road through the pages: screened, dispatched, verified on a phone's form, closed; and what must not happen.

use axum::http::StatusCode;
use shukun_casework::authority::Role;

use crate::http::cookies::Transport;
use crate::testing::{Browser, COUNTY, Office, form};
use crate::ui::lint::faults;

const STAFF: &[(&str, Role, &str)] = &[
    ("insurance", Role::Insurance, COUNTY),
    ("civil", Role::CivilAffairs, COUNTY),
    ("town", Role::Township, "330381001"),
    ("village", Role::Village, "330381001002"),
    ("othertown", Role::Township, "330381002"),
];

/// An office with one household's case for each number.
pub async fn office(cases: u64) -> Office {
    office_of(STAFF, cases).await
}

/// The same with other people in it; one of them is `insurance`.
pub async fn office_of(staff: &[(&str, Role, &str)], cases: u64) -> Office {
    let office = Office::new(Transport::Plain, staff).await;
    let scope = office.scope("insurance").await;
    for number in 1..=cases {
        office.open_case_within(&scope, number, "330381001002").await;
    }
    office
}

/// Opens the case's page and sends one of its forms.
pub async fn act(browser: &mut Browser, id: &str, key: &str, fields: &[(&str, &str)]) -> crate::testing::Answer {
    let page = browser.get(&format!("/cases/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let form_start =
        page.body.find(&format!("action=\"/cases/{id}/{key}\"")).unwrap_or_else(|| panic!("no {key}: {}", page.body));
    send(browser, &page.body[form_start..], &format!("/cases/{id}/{key}"), fields).await
}

pub async fn send(browser: &mut Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> crate::testing::Answer {
    let hidden = |name: &str| {
        let marker = format!("name=\"{name}\" value=\"");
        let at = page.find(&marker).unwrap() + marker.len();
        page[at..].split('"').next().unwrap().to_owned()
    };
    let own = ["form_token", "version", "transaction"].map(|name| (name, hidden(name)));
    let all: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
    browser.post(path, &form(&all)).await
}

pub fn done(id: &str) -> String {
    format!("/cases/{id}?done=act")
}

#[tokio::test]
async fn a_case_goes_from_the_alert_to_a_closing_without_risk() {
    let office = office(1).await;
    let mut civil = office.signed_in("civil").await;
    let queues = civil.get("/").await.body;
    assert!(queues.contains("href=\"/cases?status=detected\""), "{queues}");
    let list = civil.get("/cases?status=detected").await.body;
    assert!(list.contains("按期") && list.contains("月"), "a clock in {list}");
    assert!(list.contains("60,000.00元") && list.contains('●') && !list.contains("王小明"), "{list}");
    assert_eq!(faults(&list), Vec::<String>::new());

    act(&mut civil, "case-1", "take", &[]).await.sent_to("/cases/case-1");
    act(&mut civil, "case-1", "screen", &[("screen_result", "suspected"), ("screen_note", "")])
        .await
        .sent_to(&done("case-1"));
    let wrong = act(
        &mut civil,
        "case-1",
        "dispatch",
        &[("dispatch_township", "330381002"), ("dispatch_task", "核实家庭收入"), ("dispatch_due_on", "2026-12-01")],
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("dispatch_township", "330381001"),
        ("dispatch_task", "核实家庭收入和医疗支出"),
        ("dispatch_due_on", "2026-12-01"),
    ];
    act(&mut civil, "case-1", "dispatch", &fields).await.sent_to(&done("case-1"));

    let mut town = office.signed_in("town").await;
    act(&mut town, "case-1", "take", &[]).await.sent_to("/cases/case-1");
    act(&mut town, "case-1", "forward", &[("forward_village", "330381001002")]).await.sent_to(&done("case-1"));

    let mut village = office.signed_in("village").await;
    let page = village.get("/cases/case-1/visit").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    let empty =
        send(&mut village, &page.body, "/cases/case-1/visit", &[("visit_on", "gestern"), ("income_wages", "-3")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("日期写成") && empty.body.contains("金额写成"), "{}", empty.body);
    assert_eq!(faults(&empty.body), Vec::<String>::new());
    let fields = [
        ("visit_on", "2026-11-22"),
        ("visit_met", "person"),
        ("visit_members", "3"),
        ("income_wages", "85,000"),
        ("expense_medical", "60000.50"),
        ("visit_consent", "given"),
        ("visit_finding", "no_risk"),
        ("visit_note", "收入稳定"),
    ];
    send(&mut village, &page.body, "/cases/case-1/visit", &fields).await.sent_to(&done("case-1"));

    let told = village.get("/cases/case-1").await.body;
    assert!(told.contains("由镇街另一人确认") && !told.contains("轮到您"), "{told}");
    assert!(town.get("/cases/case-1").await.body.contains("轮到您：确认核查结论"));
    act(&mut town, "case-1", "confirm", &[("confirm_finding", "no_risk"), ("confirm_note", "")])
        .await
        .sent_to(&done("case-1"));
    let fields = [("accept_outcome", "burden_below_line"), ("accept_why", "收入能够负担")];
    act(&mut civil, "case-1", "accept", &fields).await.sent_to(&done("case-1"));
    let page = civil.get("/cases/case-1").await.body;
    assert!(page.contains("已销号") && page.contains("60,000.50元"), "{page}");
    let timeline = civil.get("/cases/case-1?tab=timeline").await.body;
    for step in ["立案", "初筛", "分发到镇街", "转村社", "入户核查", "确认核查", "销号", "村社甲 · 村社"]
    {
        assert!(timeline.contains(step), "{step} in {timeline}");
    }
    assert_eq!(faults(&timeline), Vec::<String>::new());
}

#[tokio::test]
async fn what_lies_elsewhere_is_not_there_and_a_stale_form_is_told() {
    let office = office(1).await;
    let mut other = office.signed_in("othertown").await;
    assert_eq!(other.get("/cases/case-1").await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/cases").await.body.contains("case-1"));
    let token = other.get("/cases").await.form_token();
    let stolen = form(&[("form_token", &token), ("version", "1"), ("transaction", "t1"), ("return_to", "detected")]);
    assert_eq!(other.post("/cases/case-1/return", &stolen).await.status, StatusCode::NOT_FOUND);

    let mut civil = office.signed_in("civil").await;
    let page = civil.get("/cases/case-1").await.body;
    act(&mut civil, "case-1", "take", &[]).await.sent_to("/cases/case-1");
    let start = page.find("action=\"/cases/case-1/screen\"").unwrap();
    let stale = send(&mut civil, &page[start..], "/cases/case-1/screen", &[("screen_result", "suspected")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("role=\"alert\""));
    assert_eq!(faults(&stale.body), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_is_followed_by_the_next_and_figures_open_their_lists() {
    let office = office(31).await;
    let mut civil = office.signed_in("civil").await;
    let first = civil.get("/cases?hands=nobody").await.body;
    assert_eq!(first.matches("class=\"row-link\"").count(), 30);
    let next = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let path = next.split('"').next().unwrap().replace("&amp;", "&");
    let second = civil.get(&path).await.body;
    assert_eq!(second.matches("class=\"row-link\"").count(), 1);
    assert!(second.contains("回到第一页"));
    let home = civil.get("/").await.body;
    let at = home.find("href=\"/cases?status=detected\"").unwrap();
    assert!(home[at..].split("</a>").next().unwrap().contains(">31<"), "{home}");
    assert!(civil.get("/cases?level=breached").await.body.contains("没有符合条件的案件"));
    assert!(civil.get("/cases?status=settled").await.body.contains("没有符合条件的案件"));
}
