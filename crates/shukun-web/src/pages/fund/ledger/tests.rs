//! The books' pages: what they show, and a voucher from its maker to its checker.

use axum::http::StatusCode;
use shukun_casework::authority::Role;
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, BookKind, NewBook};
use shukun_store::Scope;

use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office, form};
use shukun_base::RegionCode;

async fn office() -> Office {
    let staff = [
        ("maker", Role::CharityFederation, COUNTY),
        ("checker", Role::CharityFederation, COUNTY),
        ("auditor", Role::Auditor, COUNTY),
        ("other", Role::CharityFederation, "330382"),
    ];
    Office::new(Transport::Plain, &staff).await
}

async fn open_books(office: &Office, scope: &Scope) {
    let id = BookId::new("county").unwrap();
    let (name, owner) = ("慈善共富基金".to_owned(), "示例慈善总会".to_owned());
    let region = RegionCode::new(COUNTY).unwrap();
    let book = NewBook { id: id.clone(), name, owner, kind: BookKind::CountyCharity, region };
    let now = crate::testing::START.parse().unwrap();
    office.desk.store().open_book(scope, &book, now).await.unwrap();
    let bank = AccountCode::new("bank:main").unwrap();
    office.desk.store().open_account(scope, &id, &bank, now).await.unwrap();
}

#[tokio::test]
async fn a_voucher_goes_from_its_maker_to_its_checker_and_stands_in_the_books() {
    let office = office().await;
    let (mut maker, _) = office.stepped_up("maker").await;
    let scope = office.scope_at(&maker).await;
    let (mut checker, _) = office.stepped_up("checker").await;
    let empty = maker.get("/fund").await;
    assert!(empty.body.contains("还没有账册"), "{}", empty.body);
    open_books(&office, &scope).await;
    let page = maker.get("/fund/books/county/new-voucher").await;
    let id = page.body.split("name=\"voucher\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = |amount: &str, token: &str| {
        form(&[
            ("form_token", token),
            ("voucher", &id),
            ("words", "收到利息"),
            ("day", "2026-11-20"),
            ("debit", "bank:main"),
            ("credit", "interest"),
            ("amount", amount),
            ("code", "interest"),
        ])
    };
    let wrong = maker.post("/fund/books/county/new-voucher", &fields("一百", &page.form_token())).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
    let made = maker.post("/fund/books/county/new-voucher", &fields("123.45", &page.form_token())).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let mine = maker.get(&format!("/fund/vouchers/{id}")).await;
    assert!(mine.body.contains("待复核") && !mine.body.contains("verdict"), "{}", mine.body);
    let theirs = checker.get(&format!("/fund/vouchers/{id}")).await;
    let accept = form(&[("form_token", &theirs.form_token()), ("verdict", "accept")]);
    let posted = checker.post(&format!("/fund/vouchers/{id}/check"), &accept).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.body);
    let book = checker.get("/fund/books/county").await;
    assert!(book.body.matches("123.45").count() >= 4, "{}", book.body);
    let account = checker.get("/fund/books/county/accounts/bank:main").await;
    assert!(account.body.contains("利息"), "{}", account.body);
    for (format, has) in [
        ("hledger", "assets:bank:main  123.45 CNY"),
        ("beancount", "Assets:Xbank:Xmain  123.45 CNY"),
        ("json", "12345"),
    ] {
        let journal = checker.get(&format!("/fund/books/county/journal?format={format}")).await;
        assert!(journal.body.contains(has), "{}", journal.body);
    }
    let months = maker.get("/fund/periods/county").await;
    let propose = form(&[("form_token", &months.form_token()), ("month", "2026-10")]);
    assert_eq!(maker.post("/fund/periods/county/propose", &propose).await.status, StatusCode::SEE_OTHER);
    let months = checker.get("/fund/periods/county").await;
    let approve = form(&[("form_token", &months.form_token()), ("month", "2026-10")]);
    assert_eq!(checker.post("/fund/periods/county/approve", &approve).await.status, StatusCode::SEE_OTHER);
    let months = checker.get("/fund/periods/county").await;
    assert!(months.body.contains("已结账"), "{}", months.body);
    let (mut other, _) = office.stepped_up("other").await;
    for path in ["/fund/books/county", "/fund/periods/county", &format!("/fund/vouchers/{id}")] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (lang, path) in [("zh", "/fund"), ("en", "/fund"), ("en", "/fund/books/county")] {
        let page = checker.get(&format!("{path}?lang={lang}")).await;
        assert_eq!(crate::ui::lint::faults(&page.body), Vec::<String>::new(), "{path}");
    }
}
