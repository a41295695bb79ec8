//! Sealing by clicking: what was paid is published, sealed by one, signed by two bodies each in its own way; forged and borrowed
//! signatures are refused, one sent twice counts once, and the household's slip is set the same twice.

use axum::http::StatusCode;
use jiff::SignedDuration;
use jiff::civil::date;
use shukun_fund::ledger::Month;
use shukun_fund::paying::SAMPLE;
use shukun_fund::publishing::PublicationId;
use shukun_fund::publishing::proof::{Checkpoint, SignKey};
use shukun_fund::{BatchId, BookId};

use crate::pages::fund::deciding::tests::line_in_effect;
use crate::pages::fund::paying::tests_of_the_road::{answer, sent_by_bank};
use crate::testing::{Answer, Browser, COUNTY, Office, form};
use crate::ui::lint::faults;

const PAGE: &str = "/fund/checkpoints";

/// November: one payment arrived; two days later the month is closed and published. The line that was paid, and who are at their
/// desks: for the insurance bureau, for the charity federation.
async fn published(office: &Office) -> (String, [Browser; 2]) {
    let (page, _, [insurance, charity, mut cashier]) = sent_by_bank(office, SAMPLE).await;
    assert!(answer(&mut cashier, &page, "成功").await.body.contains("1笔有了结果"));
    let (one, two) = (office.scope_at(&charity).await, office.scope("charity2").await);
    let checker = office.scope_at(&cashier).await;
    let (store, book) = (office.desk.store(), BookId::new("county").unwrap());
    let batch = BatchId::new(page.rsplit('/').next().unwrap()).unwrap();
    let batch = store.batch(&one, &batch).await.unwrap().batch;
    let (later, month) = (office.now() + SignedDuration::from_hours(48), Month::parse("2026-11").unwrap());
    store.propose_close(&one, &book, month, later).await.unwrap();
    store.approve_close(&checker, &book, month, later).await.unwrap();
    let id = PublicationId::new("p-1").unwrap();
    store.draft_publication(&one, (&id, &book), (date(2026, 11, 1), date(2026, 11, 30)), later).await.unwrap();
    store.publish(&two, &id, later).await.unwrap();
    (batch.payments[0].of.line.to_string(), [insurance, charity])
}

async fn does(browser: &mut Browser, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(PAGE).await.form_token();
    let fields: Vec<(&str, &str)> =
        [("form_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(&format!("{PAGE}/{to}"), &form(&fields)).await
}

async fn add_key(browser: &mut Browser, body: &str, line: &str) -> Answer {
    does(browser, "keys", &[("body", &format!("{body}@{COUNTY}")), ("line", line)]).await
}

async fn sign(browser: &mut Browser, body: &str, line: &str) -> Answer {
    does(browser, "sign", &[("size", "1"), ("body", body), ("line", line)]).await
}

fn refused(answer: &Answer, told: &str) {
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.body.contains(told), "{}", answer.body);
    assert_eq!(faults(&answer.body), Vec::<String>::new());
}

const DONE: &str = "/fund/checkpoints?done=yes";
const NO_SIGNATURE: &str = "不是该机构的密钥对这个检查点的签名";

#[tokio::test]
async fn two_bodies_sign_what_a_third_person_sealed_and_no_forged_signature_counts() {
    let office = line_in_effect().await;
    let (line, [mut insurance, mut sealer]) = published(&office).await;
    let (mut charity, _) = office.stepped_up("charity3").await;
    let mut anybody = office.browser();

    let seal = [("publication", "p-1")];
    refused(&does(&mut sealer, "seal", &seal).await, "还没有登记签名公钥");
    add_key(&mut sealer, "fund", "").await.sent_to(DONE);
    assert_eq!(does(&mut insurance, "seal", &seal).await.status, StatusCode::FORBIDDEN);
    assert_eq!(does(&mut sealer, "seal", &[("publication", "p-2")]).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        does(&mut sealer, "seal", &seal).await.sent_to(DONE);
    }
    let shown = charity.get(PAGE).await;
    assert!(shown.body.contains("12,000.00元") && faults(&shown.body).is_empty(), "{}", shown.body);
    assert_eq!(anybody.get("/open/fund/checkpoints/1").await.status, StatusCode::NOT_FOUND);

    // Who sealed does not sign; nobody signs for another body, a body without a key or one that there is not.
    let own = SignKey::new("charity/own", &[7; 32]).unwrap();
    add_key(&mut charity, "charity", &own.check_key().line()).await.sent_to(DONE);
    assert!(!sealer.get(PAGE).await.body.contains("/fund/checkpoints/sign"));
    refused(&sign(&mut sealer, "charity", "").await, "封存的人不签名");
    assert_eq!(sign(&mut insurance, "charity", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(sign(&mut charity, "fund", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(sign(&mut charity, "nobody", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused(&sign(&mut insurance, "insurance", "").await, "还没有登记签名公钥");
    for size in ["2", "x"] {
        let elsewhere = does(&mut charity, "sign", &[("size", size), ("body", "charity")]).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "{size}");
    }

    // A key that the body keeps itself: nothing pasted, another's key under its name, its own key under another head or size.
    let scope = office.scope_at(&charity).await;
    let checkpoint = office.desk.store().checkpoints_to_sign(&scope).await.unwrap()[0].signed.checkpoint.clone();
    let grown = Checkpoint { size: checkpoint.size + 1, ..checkpoint.clone() };
    let strange = SignKey::new("charity/own", &[8; 32]).unwrap();
    let borrowed = SignKey::new("insurance/own", &[7; 32]).unwrap();
    for line in ["", "— charity/own AAAA", &strange.sign(&checkpoint), &borrowed.sign(&checkpoint), &own.sign(&grown)]
    {
        refused(&sign(&mut charity, "charity", line).await, NO_SIGNATURE);
    }
    assert_eq!(anybody.get("/open/fund/checkpoints/1").await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        sign(&mut charity, "charity", &own.sign(&checkpoint)).await.sent_to(DONE);
    }
    assert_eq!(anybody.get("/open/fund/checkpoints/1").await.status, StatusCode::NOT_FOUND, "one body is not two");

    // A key that is kept here.
    add_key(&mut insurance, "insurance", "").await.sent_to(DONE);
    sign(&mut insurance, "insurance", "").await.sent_to(DONE);
    let note = anybody.get("/open/fund/checkpoints/1").await;
    assert!(note.body.contains(own.sign(&checkpoint).trim()) && note.body.contains("insurance/"), "{}", note.body);

    slip(&office, &mut insurance, &line).await;
}

/// For the household: the same bytes twice, nobody's name; for who does not pay there is none.
async fn slip(office: &Office, insurance: &mut Browser, line: &str) {
    let path = format!("/fund/slips/{line}");
    let page = insurance.get(&path).await;
    assert!(page.body.contains(&format!("{path}/slip.pdf?checkpoint=1")) && faults(&page.body).is_empty());
    let saved = insurance.get(&format!("{path}/file")).await.body;
    let [one, other] = [
        insurance.get(&format!("{path}/slip.pdf")).await,
        insurance.get(&format!("{path}/slip.pdf?checkpoint=1")).await,
    ];
    assert_eq!((&one.headers["content-type"], &one.body), (&"application/pdf".parse().unwrap(), &other.body));
    let paper: shukun_paper::Paper = serde_json::from_str(&one.body).unwrap();
    assert_eq!(paper.code.as_ref().unwrap().text, saved.trim());
    assert!(paper.faults().is_empty() && one.body.contains("12,000.00元") && !one.body.contains('王'), "{}", one.body);
    insurance.get(&format!("{path}/slip.pdf?checkpoint=9")).await.sent_to(&path);
    let mut auditor = office.signed_in_again("auditor").await;
    assert_eq!(auditor.get(&format!("{path}/slip.pdf")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(insurance.get("/fund/slips/nothing/slip.pdf").await.status, StatusCode::NOT_FOUND);
}
