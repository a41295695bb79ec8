//! Steps that record papers, through the pages: uploaded, named by the act, opened; refused without losing anything.

use axum::http::StatusCode;
use shukun_casework::authority::Role;

use super::tests::{act, done, office_of};
use crate::testing::{Answer, Browser, COUNTY, Office};
use crate::ui::lint::faults;

pub const STAFF: &[(&str, Role, &str)] = &[
    ("insurance", Role::Insurance, COUNTY),
    ("insurance2", Role::Insurance, COUNTY),
    ("insurance3", Role::Insurance, COUNTY),
    ("civil", Role::CivilAffairs, COUNTY),
    ("civil2", Role::CivilAffairs, COUNTY),
    ("meeting", Role::JointMeeting, COUNTY),
    ("meeting2", Role::JointMeeting, COUNTY),
    ("meeting3", Role::JointMeeting, COUNTY),
    ("charity", Role::CharityFederation, COUNTY),
    ("charity2", Role::CharityFederation, COUNTY),
    ("charity3", Role::CharityFederation, COUNTY),
    ("cashier", Role::Finance, COUNTY),
    ("auditor", Role::Auditor, COUNTY),
    ("town", Role::Township, "330381001"),
    ("town2", Role::Township, "330381001"),
    ("village", Role::Village, "330381001002"),
    ("othertown", Role::Township, "330381002"),
    ("othervillage", Role::Village, "330381002001"),
];

/// A scan of a paper of nobody.
pub fn pdf(of: &str) -> Vec<u8> {
    format!("%PDF-1.7 {of}").into_bytes()
}

/// Opens the case's page and sends one of its forms with files.
pub async fn act_with(
    browser: &mut Browser,
    id: &str,
    key: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let page = browser.get(&format!("/cases/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(faults(&page.body), Vec::<String>::new());
    let at =
        page.body.find(&format!("action=\"/cases/{id}/{key}\"")).unwrap_or_else(|| panic!("no {key}: {}", page.body));
    let own = own_fields(&page.body[at..]);
    let all: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
    browser.post_files(&format!("/cases/{id}/{key}"), &all, files).await
}

pub fn own_fields(page: &str) -> [(&'static str, String); 3] {
    ["form_token", "version", "transaction"].map(|name| {
        let marker = format!("name=\"{name}\" value=\"");
        let at = page.find(&marker).unwrap() + marker.len();
        (name, page[at..].split('"').next().unwrap().to_owned())
    })
}

/// T1 to T3: found to be at risk. Civil affairs, the township and the village are signed in since.
pub async fn verified(office: &Office) -> [Browser; 3] {
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
    let fields = [
        ("visit_on", "2026-11-22"),
        ("visit_met", "family"),
        ("visit_members", "3"),
        ("income_wages", "24000"),
        ("expense_medical", "60000"),
        ("visit_consent", "given"),
        ("visit_finding", "at_risk"),
    ];
    super::tests::send(&mut village, &page.body, "/cases/case-1/visit", &fields).await.sent_to(&done("case-1"));
    act(&mut town, "case-1", "confirm", &[("confirm_finding", "at_risk")]).await.sent_to(&done("case-1"));
    [civil, town, village]
}

#[tokio::test]
async fn an_application_is_entered_with_its_papers_and_certified() {
    let office = office_of(STAFF, 1).await;
    let [mut civil, _, mut village] = verified(&office).await;
    let [application, consent, identity] = ["application", "consent", "identity"].map(pdf);
    let fields =
        [("apply_programme", "charity_relief"), ("apply_programme", "medical_assistance"), ("apply_complete", "yes")];
    let files = [
        ("apply_application_file", application.as_slice()),
        ("apply_consent_file", &consent),
        ("apply_identity_file", &identity),
        ("apply_bank_card_file", b"MZ no picture"),
    ];
    let wrong = act_with(&mut village, "case-1", "apply", &fields, &files).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("只接收 PDF、JPEG 或 PNG") && wrong.body.contains("value=\"charity_relief\" checked"));
    assert_eq!(faults(&wrong.body), Vec::<String>::new());
    let lacks = act_with(&mut village, "case-1", "apply", &fields, &[]).await;
    assert!(lacks.body.contains("缺少材料（申请书"), "a page that was not filled in again: {}", lacks.body);

    // The three that went through are offered; only the fourth is sent again.
    let page = village.get("/cases/case-1").await.body;
    assert!(page.contains("已上传的申请书") && !page.contains("已上传的银行卡"), "{page}");
    let stored = |field: &str| {
        let at = page.find(&format!("<select class=\"form-select\" id=\"{field}\"")).unwrap();
        let chosen = page[at..].split(" selected").next().unwrap();
        chosen.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
    };
    let kept = ["apply_application", "apply_consent", "apply_identity"].map(|field| (field, stored(field)));
    let mut again: Vec<(&str, &str)> = fields.to_vec();
    again.extend(kept.iter().map(|(field, id)| (*field, id.as_str())));
    let card = pdf("card");
    act_with(&mut village, "case-1", "apply", &again, &[("apply_bank_card_file", &card)])
        .await
        .sent_to(&done("case-1"));
    let page = village.get("/cases/case-1").await.body;
    assert!(page.contains("申请中") && page.contains("已提交") && page.matches("已入卷").count() == 4, "{page}");

    for _ in 0..2 {
        let page = civil.get("/cases/case-1").await.body;
        let at = page.find("id=\"accept_request\"").unwrap();
        let chosen = page[at..].split("\" selected").next().unwrap().rsplit("value=\"").next().unwrap().to_owned();
        act(&mut civil, "case-1", "accept-request", &[("accept_request", &chosen)]).await.sent_to(&done("case-1"));
    }
    let granted = [
        ("certify_decision", "certified"),
        ("certify_category", "low_income"),
        ("certify_from", "2026-01-01"),
        ("certify_illness", "yes"),
        ("certify_notice_from", "2026-11-10"),
    ];
    let report = pdf("report");
    let files = [("certify_report_file", report.as_slice())];
    let early = [&granted[..], &[("certify_notice_to", "2026-11-12")]].concat();
    let refused = act_with(&mut civil, "case-1", "certify", &early, &files).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("公示不足规定天数") && refused.body.contains("value=\"2026-11-10\""),
        "{}",
        refused.body
    );
    assert!(refused.body.contains("已上传的经济状况核对报告"), "the paper is kept");
    let whole = [&granted[..], &[("certify_notice_to", "2026-11-18")]].concat();
    act_with(&mut civil, "case-1", "certify", &whole, &files).await.sent_to(&done("case-1"));
    let page = civil.get("/cases/case-1").await.body;
    let list = page.split("id=\"papers\"").nth(1).unwrap().split("</ul>").next().unwrap();
    assert_eq!(list.matches("经济状况核对报告").count(), 1, "the same paper stands once: {list}");
}

#[tokio::test]
async fn a_paper_is_opened_with_the_code_in_a_box_where_nothing_runs() {
    let office = office_of(STAFF, 1).await;
    let mut town = office.signed_in("town").await;
    let wrong = act_with(&mut town, "case-1", "papers", &[("paper_kind", "other")], &[]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("请选择文件"));
    let scan = pdf("a letter");
    let fields = [("paper_kind", "other")];
    act_with(&mut town, "case-1", "papers", &fields, &[("paper_file", &scan)]).await.sent_to(&done("case-1"));
    let page = town.get("/cases/case-1").await.body;
    let at = page.find("/cases/case-1/papers/").unwrap();
    let path = page[at..].split('"').next().unwrap().to_owned();
    assert!(page.contains("其他材料") && !page.contains("张三身份证"), "{page}");
    assert!(town.get(&path).await.location().starts_with("/account/code?next="), "the code is asked for");

    let (mut town, _) = office.stepped_up_again(town).await;
    let opened = town.get(&path).await;
    assert_eq!((opened.status, opened.body.as_bytes()), (StatusCode::OK, scan.as_slice()));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(opened.headers[name], value);
    }
    assert!(opened.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"other-"));
    let (mut other, _) = office.stepped_up("othertown").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let (mut auditor, _) = office.stepped_up("auditor").await;
    assert!(auditor.get("/audit").await.body.contains("打开材料"));
}

#[tokio::test]
async fn a_form_with_files_needs_its_token_and_its_place() {
    let office = office_of(STAFF, 1).await;
    let mut other = office.signed_in("othertown").await;
    let token = other.get("/cases").await.form_token();
    let scan = pdf("a letter");
    let files = [("paper_file", scan.as_slice())];
    let fields = [("version", "1"), ("transaction", "t1"), ("paper_kind", "other")];
    let forged = other.post_files("/cases/case-1/papers", &fields, &files).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let fields = [&[("form_token", token.as_str())], &fields[..]].concat();
    assert_eq!(other.post_files("/cases/case-1/papers", &fields, &files).await.status, StatusCode::NOT_FOUND);
    let mut auditor = office.signed_in("auditor").await;
    let token = auditor.get("/cases").await.form_token();
    let fields = [("form_token", token.as_str()), ("version", "1"), ("transaction", "t1"), ("paper_kind", "other")];
    assert_eq!(auditor.post_files("/cases/case-1/papers", &fields, &files).await.status, StatusCode::FORBIDDEN);
}
