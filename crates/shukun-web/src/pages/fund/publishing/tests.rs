//! From a closed month to a published statement and its correction, by clicking; what is due, and who may not.

use axum::http::StatusCode;
use jiff::civil::date;
use shukun_base::{Fen, Masked, RegionCode};
use shukun_casework::authority::Role;
use shukun_fund::giving::{DonorKind, Earmark, NewDonor, Showing};
use shukun_fund::ledger::{AccountCode, BookKind, Month, NewBook};
use shukun_fund::{BookId, DonorId, GiftId};
use shukun_store::{Aim, DonorEntry, NewGift, Scope};

use crate::http::cookies::Transport;
use crate::testing::{Answer, Browser, COUNTY, Office, form};

/// `maker` and `checker` publish, `auditor` looks, `other` publishes elsewhere.
pub async fn office() -> Office {
    let staff = [
        ("maker", Role::CharityFederation, COUNTY),
        ("checker", Role::CharityFederation, COUNTY),
        ("auditor", Role::Auditor, COUNTY),
        ("other", Role::CharityFederation, "330382"),
    ];
    Office::new(Transport::Plain, &staff).await
}

/// A book with one gift in October, which is closed.
pub async fn closed(office: &Office, maker: &Scope, checker: &Scope) {
    let (store, now) = (office.desk.store(), office.now());
    let id = BookId::new("county").unwrap();
    let region = RegionCode::new(COUNTY).unwrap();
    let (name, owner) = ("慈善共富基金".to_owned(), "示例慈善总会".to_owned());
    let book = NewBook { id: id.clone(), name, owner, kind: BookKind::CountyCharity, region: region.clone() };
    store.open_book(maker, &book, now).await.unwrap();
    let bank = AccountCode::new("bank:main").unwrap();
    store.open_account(maker, &id, &bank, now).await.unwrap();
    let donor = NewDonor {
        kind: DonorKind::Organisation,
        showing: Showing::Name,
        name: Masked::new("测试商会".to_owned()),
        alias: String::new(),
        heads: None,
        contact: None,
    };
    let donor_id = DonorId::new("donor-1").unwrap();
    store.add_donor(maker, &DonorEntry { donor_id: donor_id.clone(), region, donor }, now).await.unwrap();
    let gift = NewGift {
        gift_id: GiftId::new("gift-1").unwrap(),
        book: id.clone(),
        donor: donor_id,
        campaign: None,
        unit: None,
        received_on: date(2026, 10, 10),
        amount: Fen::yuan(5000),
        bank,
        aim: Aim::Earmark(Earmark::default()),
        source: String::new(),
    };
    store.record_gift(maker, &gift, now).await.unwrap();
    let month = Month::parse("2026-10").unwrap();
    store.propose_close(maker, &id, month, now).await.unwrap();
    store.approve_close(checker, &id, month, now).await.unwrap();
}

async fn send(browser: &mut Browser, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(from).await.form_token();
    let fields: Vec<(&str, &str)> =
        [("form_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(to, &form(&fields)).await
}

fn lint(page: &Answer) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(crate::ui::lint::faults(&page.body), Vec::<String>::new());
}

const LIST: &str = "/fund/publishing";

#[tokio::test]
async fn a_closed_month_is_published_by_two_and_corrected_beside_itself() {
    let office = office().await;
    let (mut maker, _) = office.stepped_up("maker").await;
    let (mut checker, _) = office.stepped_up("checker").await;
    let empty = maker.get(LIST).await;
    lint(&empty);
    assert!(empty.body.contains("还没有账册"), "{}", empty.body);
    let (one, two) = (office.scope_at(&maker).await, office.scope_at(&checker).await);
    closed(&office, &one, &two).await;
    let page = maker.get(LIST).await;
    assert!(page.body.contains("2026-10 及以前") && page.body.contains("没有公布过"), "{}", page.body);
    let open = send(&mut maker, LIST, LIST, &[("from", "2026-10-01"), ("to", "2026-11-30")]).await;
    assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(open.body.contains("没有结账") && open.body.contains("value=\"2026-11-30\""), "{}", open.body);
    let made = send(&mut maker, LIST, LIST, &[("form_id", "p1"), ("from", "2026-10-01"), ("to", "2026-10-31")]).await;
    made.sent_to("/fund/publishing/drafts/p1?done=yes");
    let draft = "/fund/publishing/drafts/p1";
    let own = maker.get(draft).await;
    lint(&own);
    assert!(own.body.contains("5,000.00元") && !own.body.contains("drafts/p1/publish"), "{}", own.body);
    let refused = send(&mut maker, draft, &format!("{draft}/publish"), &[]).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("另一人公布"),
        "{}",
        refused.body
    );
    send(&mut checker, draft, &format!("{draft}/publish"), &[]).await.sent_to("/fund/publishing?done=yes");
    let mut anybody = office.browser();
    let public = anybody.get("/open/fund/p1").await;
    lint(&public);
    assert!(public.body.contains("测试商会") && public.body.contains("5,000.00元"), "{}", public.body);
    correct(&mut maker, &mut checker).await;
    let public = anybody.get("/open/fund/p1").await;
    lint(&public);
    assert!(public.body.contains("原公布0.00元，应为2.00元"), "{}", public.body);
    let csv = anybody.get("/open/fund/p1/statement.csv").await;
    assert!(csv.body.contains("\nfees,,,,,0.00,2.00,\n"), "{}", csv.body);
    let json: serde_json::Value =
        serde_json::from_str(&anybody.get("/open/fund/p1/statement.json").await.body).unwrap();
    assert_eq!((&json["statement"]["closing"], &json["notes"][0]["figure"]["is"]), (&500_000.into(), &200.into()));
    assert_eq!(json["notes"][0]["figure"]["was"], 0);
}

async fn correct(maker: &mut Browser, checker: &mut Browser) {
    let page = "/fund/publishing/corrections/p1";
    lint(&maker.get(page).await);
    let fields = [("form_id", "n1"), ("words", "少记一笔手续费"), ("figure", "fees"), ("is", "二元")];
    let wrong = send(maker, page, page, &fields).await;
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("少记一笔手续费"),
        "{}",
        wrong.body
    );
    let fields = [("form_id", "n1"), ("words", "少记一笔手续费"), ("figure", "fees"), ("is", "2.00")];
    send(maker, page, page, &fields).await.sent_to(&format!("{page}?done=yes"));
    assert!(!maker.get(page).await.body.contains("notes/n1/publish"));
    let own = send(maker, page, "/fund/publishing/notes/n1/publish", &[]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    send(checker, page, "/fund/publishing/notes/n1/publish", &[]).await.sent_to(&format!("{page}?done=yes"));
}

#[tokio::test]
async fn a_draft_is_withdrawn_in_words_and_nobody_elsewhere_sees_it() {
    let office = office().await;
    let (mut maker, _) = office.stepped_up("maker").await;
    let (mut checker, _) = office.stepped_up("checker").await;
    let (one, two) = (office.scope_at(&maker).await, office.scope_at(&checker).await);
    closed(&office, &one, &two).await;
    let made = send(&mut maker, LIST, LIST, &[("form_id", "p1"), ("from", "2026-10-01"), ("to", "2026-10-31")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let (draft, withdraw) = ("/fund/publishing/drafts/p1", "/fund/publishing/drafts/p1/withdraw");
    let silent = send(&mut checker, draft, withdraw, &[("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    send(&mut checker, draft, withdraw, &[("reason", "期间选错")]).await.sent_to("/fund/publishing?done=yes");
    let page = maker.get(LIST).await;
    assert!(page.body.contains("已撤下") && page.body.contains("期间选错"), "{}", page.body);
    let (mut other, _) = office.stepped_up("other").await;
    assert_eq!(other.get(draft).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get(LIST).await.body.contains("期间选错"));
    let (mut auditor, _) = office.stepped_up("auditor").await;
    assert_eq!(auditor.get(LIST).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_due_is_counted_on_the_start_page_until_it_is_done() {
    let office = office().await;
    let (mut maker, secret) = office.stepped_up("maker").await;
    let (checker, _) = office.stepped_up("checker").await;
    let duties = "/fund/publishing/duties";
    assert!(maker.get(duties).await.body.contains("没有公开事项"));
    let (one, two) = (office.scope_at(&maker).await, office.scope_at(&checker).await);
    closed(&office, &one, &two).await;
    let page = maker.get(duties).await;
    lint(&page);
    assert!(page.body.contains("年度工作报告") && page.body.contains("未登记"), "{}", page.body);
    let rules = "/fund/publishing/rules";
    let odd = [("large", "1000"), ("months", "5"), ("days", "20"), ("says", "示例规定")];
    let odd = send(&mut maker, duties, rules, &odd).await;
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.body.contains("月数填"), "{}", odd.body);
    let set = [("large", "1000"), ("months", "1"), ("days", "20"), ("says", "示例规定，不是任何县的规定")];
    send(&mut maker, duties, rules, &set).await.sent_to("/fund/publishing/duties?done=yes");
    office.later(22 * 86_400);
    let mut maker = office.signed_in_again("maker").await;
    maker.submit("/account/code", &[("code", &secret.code(office.now()))]).await;
    let home = maker.get("/").await;
    let entry = home.body.split(&format!("href=\"{duties}\"")).nth(2).unwrap_or_default();
    assert!(entry.starts_with("><span>") && entry.contains("<b class=\"number\">1</b>"), "{}", home.body);
    assert!(maker.get(LIST).await.body.contains("1项已过期或两周内到期"));
    let task = [("book", "county"), ("duty", "regular"), ("subject", "2026-11-30")];
    let take = [task.as_slice(), &[("act", "take")]].concat();
    send(&mut maker, duties, duties, &take).await.sent_to("/fund/publishing/duties?done=yes");
    let neither = send(&mut maker, duties, duties, &task).await;
    assert!(
        neither.status == StatusCode::UNPROCESSABLE_ENTITY && neither.body.contains("只填一个"),
        "{}",
        neither.body
    );
    let done = [task.as_slice(), &[("words", "已在县政府网站公布")]].concat();
    send(&mut maker, duties, duties, &done).await.sent_to("/fund/publishing/duties?done=yes");
    let page = maker.get(&format!("{duties}?lang=en")).await;
    lint(&page);
    assert!(page.body.contains("已在县政府网站公布") && page.body.contains("published"), "{}", page.body);
    assert!(!maker.get(LIST).await.body.contains("两周内到期"));
}
