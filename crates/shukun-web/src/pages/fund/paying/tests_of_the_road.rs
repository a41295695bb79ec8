//! Paying to the end by clicking: made, checked, sent; the bank pays nothing into a closed account; issued again to another one
//! that a second person looked into; shown by the statement, matched, closed; returned late after all, paid once more, the case
//! closed; returned again, and given up.

use axum::http::StatusCode;
use shukun_casework::CaseId;
use shukun_casework::case::{Case, Status, china_day};
use shukun_casework::request::RequestStatus;
use shukun_fund::paying::SAMPLE;
use shukun_fund::{BatchId, BookId};

use crate::pages::cases::tests::{act, done};
use crate::pages::cases::tests_of_papers::{act_with, pdf};
use crate::pages::cases::tests_of_the_road::value;
use crate::pages::fund::deciding::tests::line_in_effect;
use crate::testing::{Answer, Browser, Office, form};
use crate::ui::lint::faults;

/// Opens the batch's page and sends what its form of this act carries.
async fn press(browser: &mut Browser, page: &str, key: &str, why: &str) -> Answer {
    let shown = browser.get(page).await;
    assert_eq!((shown.status, faults(&shown.body)), (StatusCode::OK, Vec::new()), "{}", shown.body);
    let marker = format!("name=\"act\" value=\"{key}\"");
    let at = shown.body.find(&marker).unwrap_or_else(|| panic!("no {key}: {}", shown.body));
    let (version, sha256) = (value(&shown.body[at..], "version"), value(&shown.body[at..], "sha256"));
    let token = shown.form_token();
    let fields =
        [("form_token", token.as_str()), ("act", key), ("version", &version), ("sha256", &sha256), ("why", why)];
    browser.post(&format!("{page}/act"), &form(&fields)).await
}

pub async fn pressed(browser: &mut Browser, page: &str, acts: &[&str]) {
    for key in acts {
        press(browser, page, key, "").await.sent_to(&format!("{page}?done=yes"));
    }
}

async fn submit_to(browser: &mut Browser, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(page).await.form_token();
    let all: Vec<(&str, &str)> = [("form_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(&format!("{page}/{to}"), &form(&all)).await
}

/// Begins a batch and puts the one line that waits into it; the batch's page and the line.
pub async fn begun(maker: &mut Browser, kind: &str, follows: &str, channel: &str) -> (String, String) {
    let fields = [("book", "county"), ("programme", "charity_relief"), ("kind", kind), ("follows", follows)];
    let page = maker.submit("/fund/batches", &fields).await.location().to_owned();
    let shown = maker.get(&page).await.body;
    let line = value(&shown, "line");
    let fields = [("version", "1"), ("line", &line), ("channel", channel), ("purpose", "charity_relief")];
    submit_to(maker, &page, "add", &fields).await.sent_to(&format!("{page}?done=yes"));
    (page, line)
}

async fn account(maker: &mut Browser, page: &str, line: &str, account: &str) {
    let fields = [("payee_line", line), ("name", "某甲"), ("account", account), ("bank", "")];
    submit_to(maker, page, "payee", &fields).await.sent_to(&format!("{page}?done=yes"));
}

pub fn refused(answer: &Answer, words: &str) {
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.body.contains(words), "{}", answer.body);
    assert_eq!(faults(&answer.body), Vec::<String>::new());
}

/// The payment's number as the page shows it.
pub fn payment_of(page: &str) -> String {
    let at = page.find("<span class=\"quiet\">p").unwrap_or_else(|| panic!("no payment: {page}")) + 20;
    page[at..].split('<').next().unwrap().to_owned()
}

pub async fn answer(cashier: &mut Browser, page: &str, result: &str) -> Answer {
    let shown = cashier.get(page).await;
    let payment = payment_of(&shown.body);
    let text = format!("付款编号,金额,处理结果,处理日期\n{payment},12000.00,{result},2026-11-30\n");
    let token = shown.form_token();
    let file = ("answer", "回盘.csv", text.as_bytes());
    cashier.post_file(&format!("{page}/answer"), &[("form_token", &token)], file).await
}

pub async fn balance(office: &Office, browser: &Browser, account: &str) -> i64 {
    let (scope, book) = (office.scope_at(browser).await, BookId::new("county").unwrap());
    let rows = office.desk.store().balances(&scope, &book).await.unwrap();
    rows.iter().find(|row| row.code.as_str() == account).unwrap().balance().0
}

/// The posting comes before the case is told: what the case refuses is not in the books either, and done together it is in both.
async fn the_case_says_no(office: &Office, maker: &mut Browser, cashier: &mut Browser, page: &str) {
    let fields = [("suspend_until", "2026-12-31"), ("suspend_why", "本人住院，待家属返回")];
    act(maker, "case-1", "suspend", &fields).await.sent_to(&done("case-1"));
    let transit = format!("in-transit:{}", page.rsplit('/').next().unwrap());
    let refused = answer(cashier, page, "成功").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert_eq!(balance(office, cashier, &transit).await, 1_200_000);
    assert!(cashier.get(page).await.body.contains(">已发送</td>"));
    act(maker, "case-1", "resume", &[]).await;
}

pub async fn case_of(office: &Office, browser: &Browser) -> Case {
    let (scope, case) = (office.scope_at(browser).await, CaseId::new("case-1").unwrap());
    office.desk.store().case(&scope, &case).await.unwrap()
}

/// Where the case and its request stand, and what was paid on it.
pub fn money_of(case: &Case) -> (Status, RequestStatus, i64) {
    (case.status, case.requests[0].status, case.requests[0].paid_fen.0)
}

/// How many files are kept with the batch.
pub async fn papers_of(office: &Office, browser: &Browser, page: &str) -> usize {
    let (scope, id) = (office.scope_at(browser).await, BatchId::new(page.rsplit('/').next().unwrap()).unwrap());
    office.desk.store().bank_files(&scope, &id).await.unwrap().len()
}

/// Money of a payment comes back, with the bank's notice.
async fn back(cashier: &mut Browser, (page, payment): (&str, &str), (how, amount): (&str, &str)) -> Answer {
    let shown = cashier.get(page).await;
    let (token, version, paper) = (shown.form_token(), value(&shown.body, "version"), pdf("退汇通知"));
    let fields = [
        ("form_token", token.as_str()),
        ("version", &version),
        ("back_payment", payment),
        ("how", how),
        ("amount", amount),
        ("back_on", "2026-11-30"),
    ];
    cashier.post_files(&format!("{page}/back"), &fields, &[("paper", &paper)]).await
}

/// Visited after the aid, proposed and closed.
async fn closed(office: &Office) {
    let (mut village, mut town) = (office.signed_in_again("village").await, office.signed_in_again("town").await);
    let (receipt, today) = (pdf("领款凭证"), china_day(office.now()).to_string());
    let fields = [("follow_up_on", today.as_str()), ("follow_up_note", "款项已收到")];
    act_with(&mut village, "case-1", "follow-up", &fields, &[("follow_up_file", &receipt)])
        .await
        .sent_to(&done("case-1"));
    let fields = [("propose_outcome", "aided_charity"), ("propose_why", "救助到位")];
    act(&mut town, "case-1", "propose", &fields).await.sent_to(&done("case-1"));
    let mut civil = stepped(office, "civil2").await;
    let fields = [("close_agreed", "yes"), ("close_note", "材料齐全")];
    act(&mut civil, "case-1", "close", &fields).await.sent_to(&done("case-1"));
}

pub async fn stepped(office: &Office, login: &str) -> Browser {
    let browser = office.signed_in_again(login).await;
    office.stepped_up_again(browser).await.0
}

/// A batch of one payment by bank, on its way: its page, the payment, maker, checker and cashier.
pub async fn sent_by_bank(office: &Office, rules: &str) -> (String, String, [Browser; 3]) {
    let mut maker = stepped(office, "insurance").await;
    let mut checker = stepped(office, "charity").await;
    let mut cashier = stepped(office, "cashier").await;
    checker.submit("/fund/batches/rules", &[("words", rules)]).await.sent_to("/fund/batches/rules?done=yes");
    let (page, line) = begun(&mut maker, "first", "", "bank").await;
    account(&mut maker, &page, &line, "6222 0000 0000 0001").await;
    pressed(&mut maker, &page, &["lock", "file", "submit"]).await;
    pressed(&mut checker, &page, &["approve", "release"]).await;
    pressed(&mut cashier, &page, &["send"]).await;
    let payment = payment_of(&cashier.get(&page).await.body);
    (page, payment, [maker, checker, cashier])
}

#[tokio::test]
async fn a_payment_comes_back_goes_out_again_and_is_closed_by_clicking() {
    let office = line_in_effect().await;
    let mut maker = stepped(&office, "insurance").await;
    let mut checker = stepped(&office, "charity").await;
    let mut cashier = stepped(&office, "cashier").await;
    checker.submit("/fund/batches/rules", &[("words", SAMPLE)]).await.sent_to("/fund/batches/rules?done=yes");

    let (first, line) = begun(&mut maker, "first", "", "bank").await;
    account(&mut maker, &first, &line, "6222 0000 0000 0001").await;
    pressed(&mut maker, &first, &["lock", "file", "submit"]).await;
    refused(&press(&mut maker, &first, "approve", "").await, "编制、复核、发放须是三个人");
    pressed(&mut checker, &first, &["approve", "release"]).await;
    refused(&press(&mut checker, &first, "send", "").await, "编制、复核、发放须是三个人");
    let file = cashier.fetch_get(&format!("{first}/file")).await;
    assert!(
        file.windows(16).any(|bytes| bytes == b"6222000000000001") && file.windows(8).any(|bytes| bytes == b"12000.00")
    );
    pressed(&mut cashier, &first, &["send"]).await;
    the_case_says_no(&office, &mut maker, &mut cashier, &first).await;
    let page = answer(&mut cashier, &first, "账户已销户").await;
    assert!(page.status == StatusCode::OK && page.body.contains("1笔有了结果"), "{}", page.body);
    assert!(page.body.contains("账户已销户"));

    let follows = first.rsplit('/').next().unwrap().to_owned();
    let (second, again) = begun(&mut maker, "follow_up", &follows, "bank").await;
    assert_eq!(again, line);
    assert!(maker.get(&first).await.body.contains(&second));
    account(&mut maker, &second, &line, "6222 0000 0000 0022").await;
    pressed(&mut maker, &second, &["lock", "file", "submit"]).await;
    pressed(&mut checker, &second, &["approve"]).await;
    account(&mut maker, &second, &line, "6222 0000 0000 0033").await;
    refused(&press(&mut checker, &second, "release", "").await, "锁定之后收款账户变了");
    refused(&press(&mut maker, &second, "settle", "").await, "账户变动须由另一人核对");
    pressed(&mut checker, &second, &["settle"]).await;
    pressed(&mut maker, &second, &["file", "submit"]).await;
    pressed(&mut checker, &second, &["approve", "release"]).await;
    pressed(&mut cashier, &second, &["send"]).await;

    let payment = payment_of(&cashier.get(&second).await.body);
    let statement = format!(
        "交易日期,支出,收入,余额,对方户名,对方账号,附言\n2026-11-22,,50000.00,50000.00,某公司,1200,开户\n\
         2026-11-30,12000.00,,38000.00,某甲,6222000000000033,{payment}\n"
    );
    for told in ["2行，对上1行，1笔付款因此到账", "这份对账单先前读入过"] {
        let token = cashier.get("/fund/statements").await.form_token();
        let fields = [("form_token", token.as_str()), ("book", "county")];
        let file = ("statement", "对账单.csv", statement.as_bytes());
        let read = cashier.post_file("/fund/statements", &fields, file).await;
        assert!(read.body.contains(told) && read.body.contains("差额0.00元"), "{}", read.body);
        assert_eq!(faults(&read.body), Vec::<String>::new());
    }
    refused(&press(&mut cashier, &second, "close", "").await, "编制、复核、发放须是三个人");
    pressed(&mut checker, &first, &["close"]).await;
    pressed(&mut checker, &second, &["close"]).await;
    assert_eq!(balance(&office, &checker, "unrestricted").await, 3_800_000);
    assert_eq!(money_of(&case_of(&office, &checker).await), (Status::Settled, RequestStatus::Paid, 1_200_000));

    // Months later: more than was paid does not come back, and what is refused leaves no paper; the bank returns all of it.
    let kept = papers_of(&office, &cashier, &second).await;
    let too_much = back(&mut cashier, (&second, &payment), ("recovered", "12000.01")).await;
    refused(&too_much, "追回的比拨付的多");
    assert_eq!(papers_of(&office, &cashier, &second).await, kept);
    let late = ("account_closed", "");
    back(&mut cashier, (&second, &payment), late).await.sent_to(&format!("{second}?done=yes"));
    assert_eq!(papers_of(&office, &cashier, &second).await, kept + 1);
    assert_eq!(money_of(&case_of(&office, &checker).await), (Status::Resolved, RequestStatus::Approved, 0));

    // It goes out again and is paid once, however often the bank says so.
    let (third, again) = begun(&mut maker, "follow_up", &follows, "bank").await;
    assert_eq!(again, line);
    pressed(&mut maker, &third, &["lock", "file", "submit"]).await;
    pressed(&mut checker, &third, &["approve", "release"]).await;
    pressed(&mut cashier, &third, &["send"]).await;
    for told in ["1笔有了结果", "0笔有了结果"] {
        let page = answer(&mut cashier, &third, "成功").await;
        assert!(page.body.contains(told), "{}", page.body);
        assert_eq!(money_of(&case_of(&office, &checker).await), (Status::Settled, RequestStatus::Paid, 1_200_000));
    }
    assert_eq!(balance(&office, &checker, "unrestricted").await, 3_800_000);

    // The case is closed, the bank returns this one too, and the household is not eligible any more.
    closed(&office).await;
    let payment = payment_of(&cashier.get(&third).await.body);
    back(&mut cashier, (&third, &payment), late).await.sent_to(&format!("{third}?done=yes"));
    let case = case_of(&office, &checker).await;
    assert_eq!((money_of(&case), case.round), ((Status::Resolved, RequestStatus::Approved, 0), 2));
    let shown = maker.get(&third).await.body;
    let fields = [
        ("version", value(&shown, "version")),
        ("payment", payment.clone()),
        ("given_up_why", "本人已去世".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    submit_to(&mut maker, &third, "give-up", &fields).await.sent_to(&format!("{third}?done=yes"));
    assert_eq!(balance(&office, &checker, "unrestricted").await, 5_000_000);
    pressed(&mut checker, &third, &["close"]).await;
}
