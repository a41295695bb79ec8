//! Relief at the door by clicking: the village sees what is to be handed over to its own families, records it with a witness and the
//! receipt, and nobody else's.

use axum::http::StatusCode;
use shukun_casework::case::{Status, china_day};
use shukun_casework::request::RequestStatus;
use shukun_casework::{CaseId, DocumentKind};
use shukun_fund::paying::SAMPLE;

use super::tests_of_the_road::{balance, begun, case_of, money_of, payment_of, pressed, refused, stepped};
use crate::pages::cases::tests_of_papers::pdf;
use crate::pages::fund::deciding::tests::line_in_effect;
use crate::testing::{Answer, Browser, Office};
use crate::ui::lint::faults;

/// A batch of one payment in person, on its way.
async fn sent(office: &Office) -> (String, String, [Browser; 3]) {
    let mut maker = stepped(office, "insurance").await;
    let mut checker = stepped(office, "charity").await;
    let mut cashier = stepped(office, "cashier").await;
    checker.submit("/fund/batches/rules", &[("words", SAMPLE)]).await.sent_to("/fund/batches/rules?done=yes");
    let (page, _) = begun(&mut maker, "first", "", "in_person").await;
    pressed(&mut maker, &page, &["lock", "submit"]).await;
    pressed(&mut checker, &page, &["approve", "release"]).await;
    pressed(&mut cashier, &page, &["send"]).await;
    let payment = payment_of(&cashier.get(&page).await.body);
    (page, payment, [maker, checker, cashier])
}

async fn hand_over(browser: &mut Browser, payment: &str, on: &str, receipt: Option<&[u8]>) -> Answer {
    let token = browser.get("/fund/deliveries").await.form_token();
    let fields = [
        ("form_token", token.as_str()),
        ("payment", payment),
        ("on", on),
        ("place", "村委会"),
        ("received_by", "本人"),
        ("witness", "驻村干部"),
    ];
    let files: Vec<(&str, &[u8])> = receipt.map(|bytes| ("receipt", bytes)).into_iter().collect();
    browser.post_files("/fund/deliveries", &fields, &files).await
}

#[tokio::test]
async fn the_village_hands_over_what_is_for_its_own_families_with_a_witness_and_the_receipt() {
    let office = line_in_effect().await;
    let (page, payment, [mut maker, _, cashier]) = sent(&office).await;
    let today = china_day(office.now()).to_string();
    let mut village = office.signed_in_again("village").await;
    let home = village.get("/").await.body;
    let entry = home.split("href=\"/fund/deliveries\"").last().unwrap();
    assert!(entry.starts_with("><span>当面送达</span><b class=\"number\">1</b>"), "{entry}");
    let shown = village.get("/fund/deliveries").await.body;
    assert!(shown.contains("王**") && shown.contains("隔岸村") && shown.contains("12,000.00元"), "{shown}");
    assert_eq!(faults(&shown), Vec::<String>::new());

    // Another village sees nothing and records nothing; who made the batch hands nothing over.
    let receipt = pdf("签收单");
    let mut other = office.signed_in("othervillage").await;
    assert!(other.get("/fund/deliveries").await.body.contains("没有等待送达的救助"));
    assert_eq!(hand_over(&mut other, &payment, &today, Some(&receipt)).await.status, StatusCode::NOT_FOUND);
    refused(&hand_over(&mut maker, &payment, &today, Some(&receipt)).await, "编制、复核、发放须是三个人");

    // Without a receipt, with what is none, on a day to come: nothing is kept and nothing is paid.
    refused(&hand_over(&mut village, &payment, &today, None).await, "请选择文件");
    refused(&hand_over(&mut village, &payment, &today, Some(b"MZ program")).await, "只接收 PDF、JPEG 或 PNG");
    refused(&hand_over(&mut village, &payment, "2031-01-01", Some(&receipt)).await, "日期在今天之后");
    let (scope, case) = (office.scope_at(&village).await, CaseId::new("case-1").unwrap());
    let receipts = async || {
        let papers = office.desk.store().list_documents(&scope, &case).await.unwrap();
        papers.into_iter().filter(|paper| paper.document.kind == DocumentKind::Receipt).count()
    };
    assert_eq!(receipts().await, 0);

    // Sent twice it is done once.
    for _ in 0..2 {
        hand_over(&mut village, &payment, &today, Some(&receipt)).await.sent_to("/fund/deliveries?done=yes");
    }
    assert_eq!(receipts().await, 1);
    assert_eq!(money_of(&case_of(&office, &cashier).await), (Status::Settled, RequestStatus::Paid, 1_200_000));
    assert_eq!(balance(&office, &cashier, "unrestricted").await, 3_800_000);
    assert!(village.get("/fund/deliveries").await.body.contains("没有等待送达的救助"));
    assert!(maker.get(&page).await.body.contains("已到账"));
    let late = hand_over(&mut village, &payment, &today, Some(&pdf("另一份"))).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
}
