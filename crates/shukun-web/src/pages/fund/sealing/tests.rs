//! The pages of sealing: who reaches them, what everybody downloads, what is refused in words.

use axum::http::StatusCode;
use shukun_casework::authority::Role;

use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office, form};

async fn office() -> Office {
    let staff = [
        ("maker", Role::CharityFederation, COUNTY),
        ("insurer", Role::Insurance, COUNTY),
        ("auditor", Role::Auditor, COUNTY),
    ];
    Office::new(Transport::Plain, &staff).await
}

#[tokio::test]
async fn everybody_reads_checkpoints_and_bodies_register_keys() {
    let office = office().await;
    let mut anybody = office.browser();
    let empty = anybody.get("/open/fund/checkpoints").await;
    assert!(empty.status == StatusCode::OK && empty.body.contains("还没有公开的检查点"), "{}", empty.body);
    assert!(empty.body.contains("没有虚构的受助人") && empty.body.contains("/open/verify"));
    for path in ["/open/fund/checkpoints/1", "/open/fund/checkpoints/x", "/open/fund/checkpoints/1/bundle"] {
        assert_eq!(anybody.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(anybody.get("/open/fund/checkpoints.json").await.body, "[]");
    assert!(anybody.get("/open/fund/log.json").await.body.contains("shukun-fund-log/1"));
    assert_ne!(anybody.get("/fund/checkpoints").await.status, StatusCode::OK);

    let (mut maker, _) = office.stepped_up("maker").await;
    let (mut insurer, _) = office.stepped_up("insurer").await;
    let (mut auditor, _) = office.stepped_up("auditor").await;
    assert_eq!(auditor.get("/fund/checkpoints").await.status, StatusCode::FORBIDDEN);
    let page = maker.get("/fund/checkpoints").await;
    assert!(page.body.contains("还没有检查点") && page.body.contains("基金本身"), "{}", page.body);
    let add = |token: &str, body: &str, line: &str| {
        form(&[("form_token", token), ("body", &format!("{body}@{COUNTY}")), ("line", line)])
    };
    let token = page.form_token();
    let wrong = maker.post("/fund/checkpoints/keys", &add(&token, "fund", "不是公钥")).await;
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("不是该机构的公钥"),
        "{}",
        wrong.body
    );
    let made = maker.post("/fund/checkpoints/keys", &add(&token, "fund", "")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let theirs = insurer.get("/fund/checkpoints").await;
    assert!(!theirs.body.contains("/fund/checkpoints/seal"));
    let others = insurer.post("/fund/checkpoints/keys", &add(&theirs.form_token(), "charity", "")).await;
    assert_eq!(others.status, StatusCode::FORBIDDEN);
    let own = insurer.post("/fund/checkpoints/keys", &add(&theirs.form_token(), "insurance", "")).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    let keys = anybody.get("/open/fund/keys.txt").await.body;
    assert!(keys.lines().count() == 2 && keys.contains("insurance/") && keys.contains("fund/"), "{keys}");
    for lang in ["zh", "en"] {
        for page in [
            anybody.get(&format!("/open/fund/checkpoints?lang={lang}")).await,
            maker.get(&format!("/fund/checkpoints?lang={lang}")).await,
        ] {
            assert_eq!(crate::ui::lint::faults(&page.body), Vec::<String>::new());
        }
    }
    assert_eq!(maker.get("/fund/slips/nothing").await.status, StatusCode::NOT_FOUND);
}
