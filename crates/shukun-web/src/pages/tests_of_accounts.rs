//! Signing in, passwords, one-time codes, accounts, grants and the audit trail, as a person clicks through them.

use axum::http::StatusCode;
use shukun_casework::authority::Role;

use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office, PASSWORD, form};

async fn officer() -> Office {
    Office::new(Transport::Plain, &[("clerk", Role::Insurance, COUNTY)]).await
}

#[tokio::test]
async fn a_first_password_leads_nowhere_but_to_its_change() {
    let office = officer().await;
    let mut browser = office.browser();
    let fields = [("login", "clerk"), ("password", office.first_password("clerk"))];
    browser.submit("/sign-in", &fields).await.sent_to("/");
    for path in ["/", "/account", "/account/enrol"] {
        browser.get(path).await.sent_to("/account/password");
    }
    let weak = [("old", office.first_password("clerk")), ("new", "123456"), ("again", "123456")];
    let answer = browser.submit("/account/password", &weak).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let different = [("old", office.first_password("clerk")), ("new", PASSWORD), ("again", "another one")];
    assert!(browser.submit("/account/password", &different).await.body.contains("两次输入的新口令不一样"));
    let right = [("old", office.first_password("clerk")), ("new", PASSWORD), ("again", PASSWORD)];
    browser.submit("/account/password", &right).await.sent_to("/account?done=password");
    assert!(browser.get("/").await.body.contains("医保局甲，您好"));
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_which_was_wrong() {
    let office = officer().await;
    let mut said = Vec::new();
    for login in ["clerk", "nobody"] {
        let answer = office.browser().submit("/sign-in", &[("login", login), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.body.contains("value=\"wrong\""), "a password is not shown again");
        let start = answer.body.find("role=\"alert\"").unwrap();
        said.push(answer.body[start..].split("</div>").next().unwrap().to_owned());
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_be() {
    let office = officer().await;
    office.signed_in("clerk").await;
    let mut browser = office.browser();
    let answer = browser.get("/account?done=x").await;
    answer.sent_to("/sign-in?next=/account%3Fdone%3Dx");
    let token = browser.get(answer.location()).await.form_token();
    let fields =
        [("form_token", token.as_str()), ("login", "clerk"), ("password", PASSWORD), ("next", "/account?done=x")];
    browser.post("/sign-in", &form(&fields)).await.sent_to("/account?done=x");
}

#[tokio::test]
async fn signing_out_and_idling_end_the_session() {
    let office = officer().await;
    let mut browser = office.signed_in("clerk").await;
    let token = browser.get("/").await.form_token();
    browser.post("/sign-out", &form(&[("form_token", &token)])).await.sent_to("/sign-in?done=signed-out");
    browser.get("/").await.sent_to("/sign-in");
    let mut browser = office.browser();
    browser.submit("/sign-in", &[("login", "clerk"), ("password", PASSWORD)]).await.sent_to("/");
    office.later(21 * 60);
    browser.get("/").await.sent_to("/sign-in");
    let mut swap = browser.header("hx-request", "true");
    let answer = swap.get("/account").await;
    assert_eq!(answer.headers["hx-redirect"], "/sign-in?next=/account");
}

#[tokio::test]
async fn a_form_of_another_session_is_refused() {
    let office = Office::of_administrators().await;
    let mut one = office.signed_in("system").await;
    let mut other = office.signed_in("audit").await;
    let token = other.get("/account/password").await.form_token();
    let fields = [("form_token", token.as_str()), ("old", PASSWORD), ("new", "x"), ("again", "x")];
    let answer = one.post("/account/password", &form(&fields)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("web-forged-form"));
}

#[tokio::test]
async fn what_matters_asks_for_the_code_again_and_leads_back() {
    let office = Office::of_administrators().await;
    let mut browser = office.signed_in("security").await;
    browser.get("/grants").await.sent_to("/account/code?next=/grants");
    browser.get("/account/code?next=/grants").await.sent_to("/account/enrol?next=/grants");
    let (mut browser, secret) = office.stepped_up_again(browser).await;
    assert_eq!(browser.get("/grants").await.status, StatusCode::OK);
    office.later(11 * 60);
    browser.get("/grants").await.sent_to("/account/code?next=/grants");
    let page = browser.get("/account/code?next=/grants").await;
    let token = page.form_token();
    let wrong = form(&[("form_token", &token), ("code", "000000"), ("next", "/grants")]);
    assert_eq!(browser.post("/account/code", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = form(&[("form_token", &token), ("code", &secret.code(office.now())), ("next", "/grants")]);
    browser.post("/account/code", &right).await.sent_to("/grants");
    assert_eq!(browser.get("/grants").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_account_is_added_granted_used_and_closed() {
    let office = Office::of_administrators().await;
    let mut system = office.signed_in("system").await;
    let empty = system
        .submit("/accounts/new", &[("login", ""), ("display_name", "王甲"), ("office", ""), ("region", "33")])
        .await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("有2处需要修改"), "{}", empty.body);
    let fields = [("login", "wang"), ("display_name", "王甲"), ("office", "城关镇"), ("region", "330381001")];
    let added = system.submit("/accounts/new", &fields).await;
    assert_eq!(added.status, StatusCode::OK);
    let first = added.body.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let list = system.get("/accounts").await.body;
    assert!(list.contains("王甲") && list.contains("待首次登录") && !list.contains(&first));

    let (mut security, _) = office.stepped_up("security").await;
    let id = id_after(&security.get("/grants").await.body, "王甲", "/grants/");
    let path = format!("/grants/{id}");
    let wide = [("role", "township"), ("region", "330381"), ("programme", ""), ("expires_on", "")];
    assert!(security.submit(&path, &wide).await.body.contains("区域过大"));
    let right = [("role", "township"), ("region", "330381001"), ("programme", ""), ("expires_on", "2026-12-31")];
    security.submit(&path, &right).await.sent_to(&format!("{path}?done=given"));
    let page = security.get(&path).await.body;
    assert!(page.contains("镇街") && page.contains("2026年12月31日"), "{page}");

    let mut wang = office.browser();
    wang.submit("/sign-in", &[("login", "wang"), ("password", &first)]).await.sent_to("/");
    let token = system.get("/accounts").await.form_token();
    let form = form(&[("form_token", &token)]);
    system.post(&format!("/accounts/{id}/close"), &form).await.sent_to("/accounts?done=closed");
    wang.get("/account/password").await.sent_to("/sign-in?next=/account/password");

    let mut audit = office.signed_in("audit").await;
    let trail = audit.get("/audit").await.body;
    for act in ["新增账号", "授权", "停用账号", "修改口令"] {
        assert!(trail.contains(act), "{act}");
    }
    let only = audit.get("/audit?act=account_closed").await.body;
    assert!(only.contains("<b>停用账号</b>") && !only.contains("<b>授权</b>"), "{only}");
}

/// The id in the link before a name.
fn id_after(page: &str, name: &str, link: &str) -> String {
    let at = page.find(name).unwrap();
    let start = page[..at].rfind(link).unwrap() + link.len();
    page[start..].split('"').next().unwrap().to_owned()
}
