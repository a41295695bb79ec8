//! The bank's files by clicking: answers and statements as workbooks, statements as camt.053, what neither side explains matched by
//! two people; what is refused is not kept and pays nothing.

use axum::http::StatusCode;
use shukun_base::{Fen, Masked};
use shukun_casework::case::Status;
use shukun_casework::request::RequestStatus;
use shukun_fund::paying::SAMPLE;
use shukun_fund::paying::files::{Encoding, Field, Form, Order, Payer, Template, write_bank_file};

use super::tests_of_the_road::{balance, case_of, money_of, papers_of, refused, sent_by_bank};
use crate::pages::cases::tests_of_the_road::value;
use crate::pages::fund::deciding::tests::line_in_effect;
use crate::testing::{Answer, Browser, form};
use crate::ui::lint::faults;

const PAGE: &str = "/fund/statements";

/// A workbook of one row under these headings, as a bank writes it.
fn workbook(headings: &[(&str, Field)], payment: &str, amount: Fen, (name, remark): (&str, &str)) -> Vec<u8> {
    let columns = headings.iter().map(|(heading, field)| ((*heading).to_owned(), *field)).collect();
    let template = Template { form: Form::Workbook, encoding: Encoding::Utf8, columns };
    let text = |text: &str| text.to_owned();
    let made_on = jiff::civil::date(2026, 11, 30);
    let payer = Payer { batch: text("b"), name: text("a"), account: text("1"), bank: String::new(), made_on };
    let account = Masked::new(text("6222000000000001"));
    let (name, remark) = (Masked::new(text(name)), text(remark));
    let order = Order { reference: text(payment), account, name, bank: String::new(), amount, remark };
    write_bank_file(&template, &payer, &[order]).unwrap().bytes
}

/// A bank's answer.
fn answer_file(payment: &str, amount: Fen, result: &str) -> Vec<u8> {
    let headings = [
        ("付款编号", Field::Reference),
        ("收款账号", Field::Account),
        ("处理结果", Field::Name),
        ("金额", Field::Amount),
        ("处理日期", Field::Remark),
    ];
    workbook(&headings, payment, amount, (result, "2026-11-30"))
}

/// A bank's statement of one payment.
fn statement_file(payment: &str, amount: Fen) -> Vec<u8> {
    let headings = [
        ("交易日期", Field::Remark),
        ("支出", Field::Amount),
        ("收入", Field::Bank),
        ("对方户名", Field::Name),
        ("对方账号", Field::Account),
        ("附言", Field::Reference),
    ];
    workbook(&headings, payment, amount, ("某甲", "2026-11-30"))
}

async fn upload(browser: &mut Browser, page: &str, (to, field): (&str, &str), name: &str, bytes: &[u8]) -> Answer {
    let token = browser.get(page).await.form_token();
    browser.post_file(to, &[("form_token", &token), ("book", "county")], (field, name, bytes)).await
}

#[tokio::test]
async fn an_answer_and_a_statement_come_as_workbooks_and_a_refused_one_leaves_nothing() {
    let office = line_in_effect().await;
    let (page, payment, [_, _, mut cashier]) = sent_by_bank(&office, &SAMPLE.replace("对账余额：余额\n", "")).await;
    let (paid, kept) = (Fen::yuan(12_000), papers_of(&office, &cashier, &page).await);
    let good = answer_file(&payment, paid, "成功");
    let to = format!("{page}/answer");
    for (bytes, told) in [
        (good[..good.len() - 40].to_vec(), "文件不完整或已损坏"),
        (b"PK\x03\x04 and nothing else".to_vec(), "文件不完整或已损坏"),
        ("编号,金额\np1,1.00\n".as_bytes().to_vec(), "没有找到表头"),
        (Vec::new(), "请选择文件"),
    ] {
        refused(&upload(&mut cashier, &page, (&to, "answer"), "回盘.xlsx", &bytes).await, told);
    }
    for (bytes, told) in [
        (answer_file(&payment, Fen::yuan(11_999), "成功"), "0笔有了结果"),
        (answer_file("p00000000000000000000", paid, "成功"), "0笔有了结果"),
        (answer_file(&payment, paid, "处理中"), "0笔有了结果"),
    ] {
        let shown = upload(&mut cashier, &page, (&to, "answer"), "回盘.xlsx", &bytes).await;
        assert!(shown.status == StatusCode::OK && shown.body.contains(told), "{}", shown.body);
        assert_eq!(faults(&shown.body), Vec::<String>::new());
    }
    assert_eq!(papers_of(&office, &cashier, &page).await, kept);
    assert_eq!(money_of(&case_of(&office, &cashier).await), (Status::Resolved, RequestStatus::Approved, 0));

    let shown = upload(&mut cashier, &page, (&to, "answer"), "回盘.xlsx", &good).await;
    assert!(shown.body.contains("1笔有了结果"), "{}", shown.body);
    assert_eq!(papers_of(&office, &cashier, &page).await, kept + 1);
    assert_eq!(money_of(&case_of(&office, &cashier).await), (Status::Settled, RequestStatus::Paid, 1_200_000));

    let file = statement_file(&payment, paid);
    let shown = upload(&mut cashier, PAGE, (PAGE, "statement"), "对账单.xlsx", &file).await;
    assert!(shown.body.contains("1行，对上1行，0笔付款因此到账"), "{}", shown.body);
}

/// What the fund was opened with, and one payment, as the bank's message says it.
fn camt(payment: &str) -> String {
    let entry = |amount: &str, direction: &str, inner: &str| {
        format!(
            "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><Dt>2026-11-30</Dt></BookgDt><NtryDtls><TxDtls>{inner}</TxDtls></NtryDtls></Ntry>"
        )
    };
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )
    };
    let of_payment = format!("<Refs><EndToEndId>{payment}</EndToEndId></Refs>");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>{}{}{}{}</Stmt>\
         </BkToCstmrStmt></Document>",
        balance("OPBD", "0.00"),
        balance("CLBD", "38000.00"),
        entry("50000.00", "CRDT", "<RmtInf><Ustrd>opening</Ustrd></RmtInf>"),
        entry("12000.00", "DBIT", &of_payment),
    )
}

#[tokio::test]
async fn a_message_of_the_bank_pays_and_what_it_leaves_open_two_people_match() {
    let office = line_in_effect().await;
    let (_, payment, [_, mut checker, mut cashier]) = sent_by_bank(&office, SAMPLE).await;
    let good = camt(&payment);
    for (text, told) in [
        (good.replacen("<Document", "<!DOCTYPE d [<!ENTITY a \"b\">]><Document", 1), "文件里有不该有的东西"),
        (good.replacen("Ccy=\"CNY\">12000", "Ccy=\"EUR\">12000", 1), "有人民币以外的币种"),
        (good.replacen("12000.00", "12000.01", 1), "明细与文件自己写的笔数、合计或余额不符"),
        (good.replace("BkToCstmrStmt", "BkToCstmrAcctRpt"), "认不出文件"),
        (good[..good.len() - 30].to_owned(), "文件不完整或已损坏"),
    ] {
        refused(&upload(&mut cashier, PAGE, (PAGE, "statement"), "对账单.xml", text.as_bytes()).await, told);
    }
    assert_eq!(money_of(&case_of(&office, &cashier).await), (Status::Resolved, RequestStatus::Approved, 0));
    let read = upload(&mut cashier, PAGE, (PAGE, "statement"), "对账单.xml", good.as_bytes()).await;
    assert!(read.body.contains("2行，对上1行，1笔付款因此到账") && read.body.contains("差额0.00元"), "{}", read.body);
    assert_eq!(money_of(&case_of(&office, &cashier).await), (Status::Settled, RequestStatus::Paid, 1_200_000));
    assert_eq!(balance(&office, &cashier, "unrestricted").await, 3_800_000);

    // What opened the book has no number of ours: one person proposes, another confirms.
    let shown = checker.get(PAGE).await;
    let (token, line) = (shown.form_token(), value(&shown.body, "line"));
    let transfer = value(&shown.body, "transfer");
    let propose = |transfer: &str| {
        form(&[("form_token", token.as_str()), ("book", "county"), ("line", &line), ("transfer", transfer)])
    };
    refused(&checker.post(&format!("{PAGE}/match"), &propose("no-such-transfer")).await, "金额不同");
    checker.post(&format!("{PAGE}/match"), &propose(&transfer)).await.sent_to("/fund/statements?book=county&done=yes");
    let confirm = |token: &str| form(&[("form_token", token), ("book", "county"), ("line", &line), ("confirm", "yes")]);
    refused(&checker.post(&format!("{PAGE}/match"), &confirm(&token)).await, "人工对账须由另一人确认");
    let token = cashier.get(PAGE).await.form_token();
    let done = cashier.post(&format!("{PAGE}/match"), &confirm(&token)).await;
    done.sent_to("/fund/statements?book=county&done=yes");
    let shown = cashier.get(PAGE).await;
    assert!(!shown.body.contains("name=\"line\"") && faults(&shown.body).is_empty(), "{}", shown.body);
    let twice = cashier.post(&format!("{PAGE}/match"), &confirm(&token)).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND, "it is confirmed already");
}
