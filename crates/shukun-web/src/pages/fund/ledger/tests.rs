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

#[tokio::test]
async fn a_county_begins_with_nothing_opens_its_book_and_takes_the_first_gift() {
    let office = office().await;
    let (mut maker, _) = office.stepped_up("maker").await;
    let empty = maker.get("/fund").await;
    assert!(empty.body.contains("href=\"/fund/books/new\""), "{}", empty.body);
    let book = |id: &'static str, region: &'static str| {
        let fields = [("name", "慈善共富基金"), ("owner", "市慈善总会"), ("kind", "county_charity"), ("bank", "main")];
        [&fields[..], &[("id", id), ("region", region)]].concat()
    };
    let wrong = maker.submit("/fund/books/new", &[("id", "大写 ABC"), ("name", "慈善共富基金")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("有5处需要修改"), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"慈善共富基金\""), "what was typed stays: {}", wrong.body);
    let elsewhere = maker.submit("/fund/books/new", &book("gongfu", "330382")).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "{}", elsewhere.body);
    maker.submit("/fund/books/new", &book("gongfu", COUNTY)).await.sent_to("/fund/books/gongfu");
    let taken = maker.submit("/fund/books/new", &book("gongfu", COUNTY)).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.body.contains("编号已被使用"), "{}", taken.body);
    let page = maker.get("/fund/books/gongfu").await;
    assert_eq!((page.status, crate::ui::lint::faults(&page.body)), (StatusCode::OK, Vec::new()));
    let token = page.form_token();
    let open = |head: &str, part: &str| form(&[("form_token", &token), ("head", head), ("part", part)]);
    let reserve = maker.post("/fund/books/gongfu/accounts", &open("reserve", "risk")).await;
    reserve.sent_to("/fund/books/gongfu/accounts/reserve:risk");
    for (head, part) in [("pot", "mine"), ("bank", ""), ("bank", "6222 0000")] {
        let refused = maker.post("/fund/books/gongfu/accounts", &open(head, part)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{head} {part}: {}", refused.body);
    }
    let donor = maker
        .submit("/fund/donors/new", &[("kind", "group"), ("showing", "name"), ("name", "测试小组"), ("heads", "3")])
        .await;
    let donor = donor.location().trim_end_matches("?done=yes").rsplit('/').next().unwrap().to_owned();
    let fields = [("donor", donor.as_str()), ("amount", "17800"), ("received_on", "2026-11-21"), ("bank", "bank:main")];
    let aim = [("aim", "earmark"), ("purpose", "charity_relief"), ("class", "low_income")];
    let gift = maker.submit("/fund/gifts/new", &[&fields[..], &aim].concat()).await;
    assert_eq!(gift.status, StatusCode::SEE_OTHER, "{}", gift.body);
    let page = maker.get("/fund/books/gongfu").await;
    assert!(page.body.contains("17,800.00") && page.body.contains("用于慈善救助，限低收入"), "{}", page.body);
    let mut auditor = office.stepped_up("auditor").await.0;
    assert_eq!(auditor.get("/fund/books/new").await.status, StatusCode::FORBIDDEN);
    assert!(!auditor.get("/fund/books/gongfu").await.body.contains("/fund/books/gongfu/accounts\""));
}
