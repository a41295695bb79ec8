//! Money of the statutory fund and of the government through the pages: approved, paid, and fetched back once a new sheet gives
//! less; and each of these by somebody who may not, or out of its turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use shukun_base::Fen;
use shukun_casework::ContentHash;
use shukun_casework::authority::Role;
use shukun_casework::determination::{Line, PackUsed};

use super::tests::{act, done, office_of};
use super::tests_of_papers::{STAFF, act_with, pdf, verified};
use super::tests_of_requests::out_of_turn;
use super::tests_of_the_road::{applied_for, certified, request, sheet, value};
use crate::testing::{Browser, COUNTY, Office};
use crate::works::order::{Worked, WorkedLine, WorkedPerson};
use crate::works::{Order, WorkFailure, Works};

/// The tier of the sheet whose payer is told.
const TIER: &str = "医疗救助";

/// An office whose engine gives `yuan` of the tier, as long as nobody sets it otherwise.
async fn office(yuan: &Arc<AtomicI64>) -> Office {
    let mut staff = STAFF.to_vec();
    staff.extend([("finance", Role::Finance, COUNTY), ("insurance4", Role::Insurance, COUNTY)]);
    let mut office = office_of(&staff, 1).await;
    let yuan = Arc::clone(yuan);
    let works = Works::double(move |order| match order {
        Order::Sheet(order) => {
            let amount_fen = Fen::yuan(yuan.load(Ordering::Relaxed));
            let line = Line {
                tier: TIER.to_owned(),
                programme: None,
                rule: "住院救助".to_owned(),
                article: "第六条".to_owned(),
                base_fen: Fen::yuan(50_000),
                amount_fen,
                cap_left_fen: None,
            };
            let person = WorkedPerson {
                person: order.person,
                year: order.years[0],
                bill_fen: Fen::yuan(50_000),
                lines: vec![WorkedLine { line, as_settled: false }],
                left_fen: Fen::yuan(50_000) - amount_fen,
                notes: Vec::new(),
                readings: Vec::new(),
            };
            let sha256 = ContentHash::new(&format!("{:064x}", amount_fen.0)).unwrap();
            let packs =
                vec![PackUsed {
                    id: "cn-330381-ruian".to_owned(), version: "试行".to_owned(), sha256: sha256.clone()
                }];
            let worked = Worked { input_sha256: sha256, packs, people: vec![person], by_resolution: Vec::new() };
            Ok(serde_json::to_value(worked).unwrap())
        }
        _ => Err(WorkFailure::start()),
    });
    office.desk = office.desk.clone().with_works(works);
    office
}

/// T6: drafted with this payer by one, agreed to by another.
async fn determined(maker: &mut Browser, checker: &mut Browser, programme: &str) {
    let page = maker.get("/cases/case-1/sheet").await.body;
    let looked = sheet(maker, &page, &[("year", "2026"), ("do", "look")]).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.body);
    let (seen, payer) = (value(&looked.body, "seen"), format!("payer.{TIER}"));
    let fields = [("year", "2026"), ("seen", seen.as_str()), ("do", "draft"), (payer.as_str(), programme)];
    sheet(maker, &page, &fields).await.sent_to(&done("case-1"));
    act(checker, "case-1", "check", &[("check_agreed", "yes")]).await.sent_to(&done("case-1"));
}

#[tokio::test]
async fn statutory_money_is_approved_paid_and_fetched_back() {
    let yuan = Arc::new(AtomicI64::new(8_000));
    let office = office(&yuan).await;
    let [mut civil, _, mut village] = verified(&office).await;
    applied_for(&mut village, "medical_assistance").await;
    let which = certified(&mut civil).await;
    let (mut approver, _) = office.stepped_up("insurance4").await;
    let proof = pdf("sheet");
    let files = [("approve_sheet_file", proof.as_slice())];
    let fields = [("approve_request", which.as_str()), ("approve_decision", "yes"), ("approve_on", "2026-11-22")];
    let early = out_of_turn(&mut approver, "approve", &fields, &files).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is determined");
    let mut maker = office.signed_in("insurance2").await;
    let (mut checker, _) = office.stepped_up("insurance3").await;
    determined(&mut maker, &mut checker, "medical_assistance").await;
    assert_eq!(out_of_turn(&mut civil, "approve", &fields, &files).await.status, StatusCode::FORBIDDEN);
    act_with(&mut approver, "case-1", "approve", &fields, &files).await.sent_to(&done("case-1"));

    let (mut finance, _) = office.stepped_up("finance").await;
    let fields = [("pay_request", which.as_str()), ("pay_amount", "8000"), ("pay_on", "2026-11-22")];
    let paid = pdf("paid");
    act_with(&mut finance, "case-1", "pay", &fields, &[("pay_proof_file", &paid)]).await.sent_to(&done("case-1"));

    // The bank sends it back; it is owed again, and paid once more.
    let sent_back = pdf("sent back");
    let sent_back = [("returned_proof_file", sent_back.as_slice())];
    let returned = |amount| {
        [
            ("returned_request", which.as_str()),
            ("returned_amount", amount),
            ("returned_on", "2026-11-22"),
            ("returned_why", "账户已销户"),
        ]
    };
    let above = act_with(&mut finance, "case-1", "record-return", &returned("8000.01"), &sent_back).await;
    assert!(above.status == StatusCode::UNPROCESSABLE_ENTITY && above.body.contains("金额超过应付或应追回数"));
    let mine = out_of_turn(&mut civil, "record-return", &returned("8000"), &sent_back).await;
    assert_eq!(mine.status, StatusCode::FORBIDDEN);
    act_with(&mut finance, "case-1", "record-return", &returned("8000"), &sent_back).await.sent_to(&done("case-1"));
    let again = out_of_turn(&mut finance, "record-return", &returned("8000"), &sent_back).await;
    assert!(again.body.contains("申请当前状态不能办理此事项"), "{}", again.body);
    let timeline = finance.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.contains("银行退汇") && timeline.contains("账户已销户"), "{timeline}");
    act_with(&mut finance, "case-1", "pay", &fields, &[("pay_proof_file", &paid)]).await.sent_to(&done("case-1"));

    let back = pdf("back");
    let (files, fields) =
        ([("recover_proof_file", back.as_slice())], [("recover_request", which.as_str()), ("recover_amount", "3000")]);
    let early = out_of_turn(&mut finance, "recover", &fields, &files).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is to come back");
    act(&mut maker, "case-1", "recalculate", &[("recalculate_cause", "reversal")]).await.sent_to(&done("case-1"));
    yuan.store(5_000, Ordering::Relaxed);
    determined(&mut maker, &mut checker, "medical_assistance").await;
    assert_eq!(out_of_turn(&mut civil, "recover", &fields, &files).await.status, StatusCode::FORBIDDEN);
    let above = [("recover_request", which.as_str()), ("recover_amount", "3000.01")];
    let above = act_with(&mut finance, "case-1", "recover", &above, &files).await;
    assert!(above.status == StatusCode::UNPROCESSABLE_ENTITY && above.body.contains("金额超过应付或应追回数"));
    act_with(&mut finance, "case-1", "recover", &fields, &files).await.sent_to(&done("case-1"));
    let timeline = finance.get("/cases/case-1?tab=timeline").await.body;
    assert!(timeline.contains("3,000.00元"), "{timeline}");
}

#[tokio::test]
async fn government_money_is_approved_by_the_finance_bureau() {
    let office = office(&Arc::new(AtomicI64::new(8_000))).await;
    let [mut civil, _, mut village] = verified(&office).await;
    applied_for(&mut village, "temporary_relief").await;
    let which = certified(&mut civil).await;
    let mut maker = office.signed_in("insurance2").await;
    let (mut checker, _) = office.stepped_up("insurance3").await;
    let (mut finance, _) = office.stepped_up("finance").await;
    let minutes = pdf("sheet");
    let files = [("government_sheet_file", minutes.as_slice())];
    let fields =
        [("government_request", which.as_str()), ("government_decision", "yes"), ("government_on", "2026-11-22")];
    let early = out_of_turn(&mut finance, "approve-government", &fields, &files).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is determined");
    determined(&mut maker, &mut checker, "temporary_relief").await;
    let (mut insurance, _) = office.stepped_up("insurance4").await;
    let by_the_fund = out_of_turn(&mut insurance, "approve-government", &fields, &files).await;
    assert_eq!(by_the_fund.status, StatusCode::FORBIDDEN, "it is not the fund's money");
    let without = act_with(&mut finance, "case-1", "approve-government", &fields, &[]).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("请选择文件"));
    act_with(&mut finance, "case-1", "approve-government", &fields, &files).await.sent_to(&done("case-1"));
    let offered = request(&mut finance, "pay_request").await;
    assert_eq!(offered, which, "it waits to be paid");
}
