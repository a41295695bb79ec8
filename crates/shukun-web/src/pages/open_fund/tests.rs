//! Pages for everybody: empty, with nothing to find, and the same questions of the database however much was published.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::civil::date;
use shukun_fund::BookId;
use shukun_fund::publishing::{FIELDS, PublicationId};

use crate::pages::fund::publishing::tests::{closed, office};

#[tokio::test]
async fn anybody_reads_what_was_published_in_both_languages() {
    let office = office().await;
    let mut anybody = office.browser();
    for lang in ["zh", "en"] {
        let page = anybody.get(&format!("/open/fund?lang={lang}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(crate::ui::lint::faults(&page.body), Vec::<String>::new());
    }
    assert!(anybody.get("/open/fund?lang=zh").await.body.contains("还没有公布过收支报表"));
    assert_eq!(anybody.get("/open/fund/statements.json").await.body, "[]");
    for missing in ["/open/fund/p9", "/open/fund/p9/statement.json", "/open/fund/p9/statement.csv", "/open/fund/.."] {
        assert_eq!(anybody.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let fields = anybody.get("/open/fund/fields").await;
    assert_eq!(crate::ui::lint::faults(&fields.body), Vec::<String>::new());
    assert!(FIELDS.iter().all(|field| fields.body.contains(&format!("<code>{}</code>", field.key()))));
}

#[tokio::test]
async fn two_statements_ask_as_often_as_one_and_files_say_what_they_are() {
    let office = office().await;
    let (maker, _) = office.stepped_up("maker").await;
    let (checker, _) = office.stepped_up("checker").await;
    let (one, two) = (office.scope_at(&maker).await, office.scope_at(&checker).await);
    closed(&office, &one, &two).await;
    let (store, now, book) = (office.desk.store(), office.now(), BookId::new("county").unwrap());
    let mut anybody = office.browser();
    let mut asked = Vec::new();
    for (id, from, to) in
        [("p1", date(2026, 10, 1), date(2026, 10, 20)), ("p2", date(2026, 10, 21), date(2026, 10, 31))]
    {
        let id = PublicationId::new(id).unwrap();
        store.draft_publication(&one, (&id, &book), (from, to), now).await.unwrap();
        store.publish(&two, &id, now).await.unwrap();
        drop(office.statements());
        let page = anybody.get("/open/fund").await;
        assert_eq!(crate::ui::lint::faults(&page.body), Vec::<String>::new());
        asked.push(office.statements().len());
    }
    assert_eq!(asked[0], asked[1]);
    let json = anybody.get("/open/fund/statements.json").await;
    assert_eq!(json.headers[CONTENT_TYPE], "application/json");
    assert!(json.headers[CACHE_CONTROL].to_str().unwrap().starts_with("public"));
    let listed: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    let addresses: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| [&one["json"], &one["csv"]])
        .map(|address| address.as_str().unwrap())
        .collect();
    assert_eq!(addresses.len(), 4);
    for address in addresses {
        let file = anybody.get(address).await;
        assert_eq!(file.status, StatusCode::OK, "{address}");
        assert!(file.headers[CACHE_CONTROL].to_str().unwrap().starts_with("public"));
    }
    let csv = anybody.get("/open/fund/p1/statement.csv").await;
    assert!(csv.body.starts_with("\u{feff}item,of,area,month,households,yuan,corrected_yuan,value\n"), "{}", csv.body);
}
