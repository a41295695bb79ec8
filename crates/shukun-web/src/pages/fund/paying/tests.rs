//! Paying in the browser: rules written down, a batch begun, what is not there yet said.

use axum::http::StatusCode;
use shukun_base::RegionCode;
use shukun_casework::authority::Role;
use shukun_fund::BookId;
use shukun_fund::ledger::{BookKind, NewBook};
use shukun_fund::paying::SAMPLE;

use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office, form};

async fn office() -> Office {
    let staff = [
        ("maker", Role::CharityFederation, COUNTY),
        ("checker", Role::CharityFederation, COUNTY),
        ("village", Role::Village, "330381001002"),
    ];
    let office = Office::new(Transport::Plain, &staff).await;
    let scope = office.scope("maker").await;
    let book = NewBook {
        id: BookId::new("county").unwrap(),
        name: "县慈善基金".to_owned(),
        owner: "县慈善总会".to_owned(),
        kind: BookKind::CountyCharity,
        region: RegionCode::new(COUNTY).unwrap(),
    };
    office.desk.store().open_book(&scope, &book, office.now()).await.unwrap();
    office
}

#[tokio::test]
async fn a_batch_is_begun_and_says_what_is_lacking() {
    let office = office().await;
    let mut maker = office.signed_in_again("maker").await;
    assert!(maker.get("/fund/batches").await.body.contains("还没有拨付批次"));
    let wrong = [("book", "county"), ("programme", "慈善"), ("kind", "first"), ("follows", "")];
    assert_eq!(maker.submit("/fund/batches", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let lone = [("book", "county"), ("programme", "charity_relief"), ("kind", "follow_up"), ("follows", "")];
    let answer = maker.submit("/fund/batches", &lone).await;
    assert!(answer.body.contains("补发、增补批次须写明前一批次"), "{}", answer.status);
    let right = [("book", "county"), ("programme", "charity_relief"), ("kind", "first"), ("follows", "")];
    let page = maker.submit("/fund/batches", &right).await.location().to_owned();
    let shown = maker.get(&page).await;
    assert!(shown.body.contains("编制中") && shown.body.contains("没有等待拨付的决议行"));
    let act = format!("{page}/act");
    let token = shown.form_token();
    let of = |why| form(&[("form_token", token.as_str()), ("act", "abort"), ("version", "1"), ("why", why)]);
    assert_eq!(maker.post(&act, &of("")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    maker.post(&act, &of("名单有误")).await.sent_to(&format!("{page}?done=yes"));
    assert!(maker.get(&page).await.body.contains("已作废"));
    assert!(maker.get("/fund/batches").await.body.contains("已作废"));
}

#[tokio::test]
async fn rules_are_read_line_by_line_and_statements_wait_for_them() {
    let office = office().await;
    let mut maker = office.signed_in_again("maker").await;
    assert!(maker.get("/fund/statements").await.body.contains("还没有登记拨付规则"));
    let (mut checker, _) = office.stepped_up("checker").await;
    let unread = checker.submit("/fund/batches/rules", &[("words", "审批：一人")]).await;
    assert!(unread.status == StatusCode::UNPROCESSABLE_ENTITY && unread.body.contains("第1行“审批”读不懂"));
    checker.submit("/fund/batches/rules", &[("words", SAMPLE)]).await.sent_to("/fund/batches/rules?done=yes");
    assert!(maker.get("/fund/batches/rules").await.body.contains("章程第八条"));
    assert!(maker.get("/fund/statements").await.body.contains("还没有读入带余额的对账单"));
    let mut village = office.signed_in("village").await;
    assert!(village.get("/fund/deliveries").await.body.contains("没有等待送达的救助"));
    assert_eq!(village.get("/fund/batches").await.status, StatusCode::FORBIDDEN);
}
