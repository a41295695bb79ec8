//! The whole road of a case, T0 to T9, by people clicking: every role in its own browser, every paper uploaded.

use axum::http::StatusCode;
use shukun_base::{Fen, Text};
use shukun_casework::ContentHash;
use shukun_casework::determination::{Line, PackUsed};

use super::tests::{act, done, office_of};
use super::tests_of_papers::{STAFF, act_with, own_fields, pdf, verified};
use crate::testing::{Answer, Browser, Office, form};
use crate::ui::lint::faults;
use crate::works::order::{SheetOrder, Worked, WorkedLine, WorkedPerson, WorkedReading};
use crate::works::{Order, Works};

const RULE: &str = "慈善医疗救助";

/// What a child would say: half of the bill was settled, the meeting's rule gives what is proposed.
fn worked(order: &SheetOrder) -> Worked {
    let line = |tier: &str, rule: &str, amount_fen| Line {
        tier: tier.to_owned(),
        programme: None,
        rule: rule.to_owned(),
        article: "第六条".to_owned(),
        base_fen: Fen::yuan(100_000),
        amount_fen,
        cap_left_fen: None,
    };
    let settled = WorkedLine { line: line("基本医保", "基本医保", Fen::yuan(50_000)), as_settled: true };
    let proposed: Fen = order.proposals.iter().map(|proposal| proposal.amount_fen).sum();
    let mut lines = vec![settled];
    if !proposed.is_zero() {
        lines.push(WorkedLine { line: line("慈善共富", RULE, proposed), as_settled: false });
    }
    let person = WorkedPerson {
        person: order.person,
        year: order.years[0],
        bill_fen: Fen::yuan(100_000),
        lines,
        left_fen: Fen::yuan(50_000) - proposed,
        notes: vec![Text::new(
            "可由联席会议议定救助；文件未载明最高额。",
            "The meeting may grant it; no ceiling is stated.",
        )],
        readings: vec![reading(order)],
    };
    let sha256 = ContentHash::new(&"0b".repeat(32)).unwrap();
    Worked {
        input_sha256: sha256.clone(),
        packs: vec![PackUsed { id: "cn-330381-ruian".to_owned(), version: "试行".to_owned(), sha256 }],
        people: vec![person],
        by_resolution: vec![RULE.to_owned()],
    }
}

/// One open question; read the other way the family would pay more.
fn reading(order: &SheetOrder) -> WorkedReading {
    let is_other = order.readings.iter().any(|reading| reading == "cn-330381-ruian:Y1=整额");
    let (reading, other, gap) =
        if is_other { ("整额", "累进", Fen::yuan(-300)) } else { ("累进", "整额", Fen::yuan(300)) };
    WorkedReading {
        document: "示例办法".to_owned(),
        pack: "cn-330381-ruian".to_owned(),
        ambiguity: "Y1".to_owned(),
        question: "怎样分段".to_owned(),
        reading: reading.to_owned(),
        provisional: true,
        illustrative: false,
        others: vec![(other.to_owned(), gap)],
    }
}

fn engine(order: &Order) -> Result<serde_json::Value, crate::works::WorkFailure> {
    match order {
        Order::Sheet(order) => Ok(serde_json::to_value(worked(order)).unwrap()),
        _ => Err(crate::works::WorkFailure::start()),
    }
}

pub async fn office() -> Office {
    let mut office = office_of(STAFF, 1).await;
    office.desk = office.desk.clone().with_works(Works::double(engine));
    office
}

/// The value of a field as the page holds it.
pub fn value(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let at = page.find(&marker).unwrap_or_else(|| panic!("no {name} in {page}")) + marker.len();
    page[at..].split('"').next().unwrap().to_owned()
}

/// Sends the page of the sheet.
pub async fn sheet(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let at = page.find("action=\"/cases/case-1/sheet\"").unwrap();
    let own = own_fields(&page[at..]);
    let all: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
    browser.post("/cases/case-1/sheet", &form(&all)).await
}

/// T4, for the charity's money.
pub async fn applied(village: &mut Browser) {
    applied_for(village, "charity_relief").await;
}

/// T4.
pub async fn applied_for(village: &mut Browser, programme: &str) {
    let [application, consent, identity, card] = ["application", "consent", "identity", "card"].map(pdf);
    let files = [
        ("apply_application_file", application.as_slice()),
        ("apply_consent_file", &consent),
        ("apply_identity_file", &identity),
        ("apply_bank_card_file", &card),
    ];
    let fields = [("apply_programme", programme), ("apply_complete", "yes")];
    act_with(village, "case-1", "apply", &fields, &files).await.sent_to(&done("case-1"));
}

/// T5; the request that was accepted.
pub async fn certified(civil: &mut Browser) -> String {
    let request = request(civil, "accept_request").await;
    act(civil, "case-1", "accept-request", &[("accept_request", &request)]).await.sent_to(&done("case-1"));
    let fields = [
        ("certify_decision", "certified"),
        ("certify_category", "low_income"),
        ("certify_from", "2026-01-01"),
        ("certify_illness", "yes"),
        ("certify_notice_from", "2026-11-10"),
        ("certify_notice_to", "2026-11-18"),
    ];
    let report = pdf("report");
    act_with(civil, "case-1", "certify", &fields, &[("certify_report_file", &report)]).await.sent_to(&done("case-1"));
    request
}

/// The request that a form has chosen.
pub async fn request(browser: &mut Browser, field: &str) -> String {
    let page = browser.get("/cases/case-1").await.body;
    let at = page.find(&format!("id=\"{field}\"")).unwrap_or_else(|| panic!("no {field}: {page}"));
    page[at..].split("\" selected").next().unwrap().rsplit("value=\"").next().unwrap().to_owned()
}

/// T6, the maker.
async fn drafted(insurance: &mut Browser) {
    let case = insurance.get("/cases/case-1").await.body;
    assert!(case.contains("轮到您：核定") && case.contains("href=\"/cases/case-1/sheet\""), "{case}");
    let page = insurance.get("/cases/case-1/sheet").await.body;
    assert_eq!(faults(&page), Vec::<String>::new());
    assert!(page.contains("value=\"2026\" checked") && page.contains("低收入"), "{page}");
    let looked = sheet(insurance, &page, &[("year", "2026"), ("do", "look")]).await;
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.body.contains("文件未载明最高额") && looked.body.contains("就医时已结算"), "{}", looked.body);
    assert_eq!(faults(&looked.body), Vec::<String>::new());
    assert!(looked.body.contains("怎样分段") && looked.body.contains("整额 · 本户多付300.00元"), "{}", looked.body);
    let proposal = format!("proposal.1.2026.{RULE}");
    let with = |seen: &str, more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("year".to_owned(), "2026".to_owned()), (proposal.clone(), "12,000".to_owned())];
        fields.push(("seen".to_owned(), seen.to_owned()));
        fields.push(("reading.cn-330381-ruian:Y1".to_owned(), "整额".to_owned()));
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    };
    let pairs = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    let send = async |browser: &mut Browser, page: &str, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sheet(browser, page, &fields).await
    };
    // What was shown had no proposal: it is computed anew and shown before it is taken.
    let stale = send(insurance, &page, with(&value(&looked.body, "seen"), &[("do", "draft")])).await;
    assert!(stale.status == StatusCode::UNPROCESSABLE_ENTITY && stale.body.contains("数据或政策在您查看之后有变化"));
    assert!(stale.body.contains("整额 · 现用") && stale.body.contains("累进 · 本户少付300.00元"), "{}", stale.body);
    let seen = value(&stale.body, "seen");
    let unsaid = send(insurance, &page, pairs(&with(&seen, &[("do", "draft")]))).await;
    assert!(unsaid.body.contains("有的层级还没有写明由哪个项目支付") && unsaid.body.contains("value=\"12,000\""));
    assert_eq!(faults(&unsaid.body), Vec::<String>::new());
    let fields = with(&seen, &[("do", "draft"), ("payer.慈善共富", "charity_relief")]);
    send(insurance, &page, fields).await.sent_to(&done("case-1"));
}

/// T6: drafted and agreed to; the maker and the checker.
pub async fn determined(office: &Office) -> [Browser; 2] {
    let mut maker = office.signed_in("insurance2").await;
    drafted(&mut maker).await;
    let (mut checker, _) = office.stepped_up("insurance3").await;
    act(&mut checker, "case-1", "check", &[("check_agreed", "yes")]).await.sent_to(&done("case-1"));
    [maker, checker]
}

#[tokio::test]
async fn a_case_goes_from_the_alert_to_its_close_out_by_clicking() {
    let office = office().await;
    let [mut civil, mut town, mut village] = verified(&office).await;
    applied(&mut village).await;
    certified(&mut civil).await;
    let mut insurance = office.signed_in("insurance2").await;
    drafted(&mut insurance).await;

    let (mut maker, _) = office.stepped_up_again(insurance).await;
    let same = act(&mut maker, "case-1", "check", &[("check_agreed", "yes")]).await;
    assert!(
        same.status == StatusCode::UNPROCESSABLE_ENTITY
            && same.body.contains("同一人不得既办又核")
            && same.body.contains("C105")
    );
    let (mut checker, _) = office.stepped_up("insurance3").await;
    let no = [("check_agreed", "no"), ("check_note", "拟议金额与会前沟通不符")];
    act(&mut checker, "case-1", "check", &no).await.sent_to(&done("case-1"));
    assert!(maker.get("/cases/case-1").await.body.contains("第1版复核未通过：拟议金额与会前沟通不符"));
    drafted(&mut maker).await;
    act(&mut checker, "case-1", "check", &[("check_agreed", "yes")]).await.sent_to(&done("case-1"));

    let (mut meeting, _) = office.stepped_up("meeting").await;
    let which = request(&mut meeting, "resolve_request").await;
    let fields = [("resolve_request", which.as_str()), ("resolve_decision", "yes"), ("resolve_on", "2026-11-22")];
    let without = act_with(&mut meeting, "case-1", "resolve", &fields, &[]).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("请选择文件"));
    let minutes = pdf("minutes");
    act_with(&mut meeting, "case-1", "resolve", &fields, &[("resolve_minutes_file", &minutes)])
        .await
        .sent_to(&done("case-1"));

    let (mut charity, _) = office.stepped_up("charity").await;
    let page = charity.get("/cases/case-1").await.body;
    assert!(page.contains("id=\"pay_amount\" name=\"pay_amount\"") && page.contains("value=\"12,000.00\""), "{page}");
    let proof = pdf("proof");
    let pay =
        |amount: &'static str| [("pay_request", which.as_str()), ("pay_amount", amount), ("pay_on", "2026-11-22")];
    let too_much = act_with(&mut charity, "case-1", "pay", &pay("12000.01"), &[("pay_proof_file", &proof)]).await;
    assert!(too_much.body.contains("金额超过应付或应追回数") && too_much.body.contains("value=\"12000.01\""));
    act_with(&mut charity, "case-1", "pay", &pay("12000"), &[("pay_proof_file", &proof)])
        .await
        .sent_to(&done("case-1"));

    let receipt = pdf("receipt");
    let fields = [("follow_up_on", "2026-11-22"), ("follow_up_note", "款项已收到")];
    act_with(&mut village, "case-1", "follow-up", &fields, &[("follow_up_file", &receipt)])
        .await
        .sent_to(&done("case-1"));
    let fields = [("propose_outcome", "aided_charity"), ("propose_why", "救助到位")];
    act(&mut town, "case-1", "propose", &fields).await.sent_to(&done("case-1"));
    let (mut civil2, _) = office.stepped_up("civil2").await;
    let fields = [("close_agreed", "yes"), ("close_note", "材料齐全")];
    act(&mut civil2, "case-1", "close", &fields).await.sent_to(&done("case-1"));
    let page = civil.get("/cases/case-1").await.body;
    assert!(page.contains("已销号") && page.contains("12,000.00元") && page.contains("领款凭证"), "{page}");
    let printed = civil.get("/cases/case-1/print/sheet").await.body;
    assert!(printed.contains("慈善救助") && printed.contains("医保局甲"), "{printed}");
    assert!(printed.contains("怎样分段 → 整额"), "{printed}");
    assert!(printed.contains("class=\"qr\"") && printed.contains("本平台同户其他案件0件"), "{printed}");
    assert_eq!(faults(&printed), Vec::<String>::new());
    // Without a press the page for print is all there is.
    assert!(!printed.contains("sheet.pdf"));
    civil.get("/cases/case-1/print/sheet.pdf?version=1").await.sent_to("/cases/case-1/print/sheet");
    let timeline = civil.get("/cases/case-1?tab=timeline").await.body;
    for step in [
        "提出申请",
        "资格认定",
        "拟定核定单",
        "复核核定单",
        "登记决议或核准",
        "登记拨付",
        "回访",
        "提请销号",
        "慈善总会甲",
    ] {
        assert!(timeline.contains(step), "{step} in {timeline}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_sheet_that_is_set_says_what_the_page_says() {
    let mut office = office().await;
    // A press that hands back what it was given shows what would be set.
    office.desk = office.desk.clone().with_press(crate::desk::Press::at("/bin/cat".into()));
    let [mut civil, _, mut village] = verified(&office).await;
    applied(&mut village).await;
    certified(&mut civil).await;
    civil.get("/cases/case-1/print/sheet.pdf").await.sent_to("/cases/case-1/print/sheet");
    determined(&office).await;
    let page = civil.get("/cases/case-1/print/sheet").await.body;
    assert!(page.contains("/cases/case-1/print/sheet.pdf?version=1"), "{page}");
    let set = civil.get("/cases/case-1/print/sheet.pdf?version=1").await;
    assert_eq!(set.headers["content-type"], "application/pdf");
    let paper: shukun_paper::Paper = serde_json::from_str(&set.body).unwrap();
    assert_eq!(paper.faults(), []);
    for words in ["慈善救助", "拟定 医保局甲", "12,000.00元", "怎样分段 → 整额"] {
        assert!(set.body.contains(words) && page.contains(words.trim_start_matches("拟定 ")), "{words}: {}", set.body);
    }
}

#[tokio::test]
async fn what_the_engine_cannot_do_is_said_and_others_see_no_sheet() {
    let mut office = office_of(STAFF, 1).await;
    office.desk = office.desk.clone().with_works(Works::none());
    let [mut civil, _, mut village] = verified(&office).await;
    applied(&mut village).await;
    certified(&mut civil).await;
    let mut insurance = office.signed_in("insurance2").await;
    let page = insurance.get("/cases/case-1/sheet").await.body;
    let none = sheet(&mut insurance, &page, &[("year", "2026"), ("do", "draft")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.body.contains("work-start") && none.body.contains("value=\"2026\" checked"), "{}", none.body);
    assert_eq!(civil.get("/cases/case-1/sheet").await.status, StatusCode::FORBIDDEN);
    let token = civil.get("/cases").await.form_token();
    let sent = civil.post("/cases/case-1/sheet", &form(&[("form_token", &token)])).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
}
