//! Lists of cases: filters and counts agree, filters are kept, a person is found without a number in an address.

use axum::http::StatusCode;

use super::tests::{act, office};
use crate::testing::{Browser, form};
use crate::ui::lint::faults;

fn rows(page: &str) -> usize {
    page.matches("class=\"row-link\"").count()
}

async fn list(browser: &mut Browser, query: &str) -> String {
    let answer = browser.get(&format!("/cases?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}");
    assert_eq!(faults(&answer.body), Vec::<String>::new(), "{query}");
    answer.body
}

#[tokio::test]
async fn each_filter_narrows_the_list_and_its_count() {
    let office = office(3).await;
    let mut civil = office.signed_in("civil").await;
    act(&mut civil, "case-1", "take", &[]).await;
    act(&mut civil, "case-1", "screen", &[("screen_result", "suspected")]).await;
    for (query, found) in [
        ("", 3),
        ("status=screened", 1),
        ("step=screening", 2),
        ("colour=red", 3),
        ("colour=yellow", 0),
        ("hands=mine", 1),
        ("hands=nobody", 2),
        ("year=2026", 3),
        ("year=2025", 0),
        ("burden_from=60000&burden_to=60000", 3),
        ("burden_from=60001", 0),
        ("number=CASE-2", 1),
        ("number=%25", 0),
        ("household=3", 1),
        ("region=330381001", 3),
        ("region=330381002", 0),
        ("sample=waiting", 0),
        ("order=burden&status=detected", 2),
    ] {
        let page = list(&mut civil, query).await;
        assert_eq!(rows(&page), found, "{query}");
        assert!(page.contains(&format!("共{found}件")), "{query}");
    }
    let page = list(&mut civil, "burden_from=viel").await;
    assert!(page.contains("金额写成整数元") && page.contains("href=\"#filter-burden_from\"") && rows(&page) == 0);
    let page = list(&mut civil, "number=case-1").await;
    // Masked name, age and household; the rule with its year; never the number.
    assert!(page.contains("46岁 · 户 1") && page.contains("三色预警 2026"), "{page}");
    assert!(!page.contains("198001010001"));
    assert!(list(&mut civil, "number=case-1&lang=en").await.contains("46 years"));
}

#[tokio::test]
async fn a_filter_is_kept_counted_on_the_start_page_and_dropped() {
    let office = office(2).await;
    let mut civil = office.signed_in("civil").await;
    let page = list(&mut civil, "hands=nobody&order=burden").await;
    let token = civil.get("/cases").await.form_token();
    let body = form(&[("form_token", &token), ("name", "没人办的"), ("query", "hands=nobody&order=burden&other=1")]);
    assert!(page.contains("保存这个筛选"));
    civil.post("/filters", &body).await.sent_to("/cases?hands=nobody&order=burden");
    let home = civil.get("/").await.body;
    let at = home.find("<a class=\"queue\" href=\"/cases?hands=nobody&amp;order=burden\"").unwrap();
    let entry = home[at..].split("</a>").next().unwrap();
    assert!(entry.contains("没人办的") && entry.contains(">2<"), "{home}");
    assert_eq!(faults(&home), Vec::<String>::new());
    let page = list(&mut civil, "hands=nobody").await;
    let path = page.split("/drop\"").next().unwrap().rsplit("action=\"").next().unwrap();
    let path = format!("{path}/drop");
    let mut town = office.signed_in("town").await;
    let theirs = town.get("/cases").await.form_token();
    assert_eq!(town.post(&path, &form(&[("form_token", &theirs)])).await.status, StatusCode::NOT_FOUND);
    civil.post(&path, &form(&[("form_token", &token)])).await.sent_to("/cases");
    assert!(!civil.get("/").await.body.contains("没人办的"));
}

#[tokio::test]
async fn a_person_is_found_by_the_whole_number_in_the_own_area_alone() {
    let office = office(2).await;
    let number = "990000198001010002";
    let find = async |browser: &mut Browser, number: &str| {
        let token = browser.get("/cases").await.form_token();
        browser.post("/cases/find", &form(&[("form_token", &token), ("id_number", number)])).await
    };
    let mut civil = office.signed_in("civil").await;
    find(&mut civil, number).await.sent_to("/cases?household=2");
    assert_eq!(rows(&list(&mut civil, "household=2").await), 1);
    let nobody = find(&mut civil, "990000198001010009").await;
    assert!(nobody.body.contains("没有这个证件号码") && !nobody.body.contains("990000198001010009"));
    assert_eq!(faults(&nobody.body), Vec::<String>::new());
    let mut other = office.signed_in("othertown").await;
    assert!(find(&mut other, number).await.body.contains("没有这个证件号码"));
}

#[tokio::test]
async fn a_filter_that_is_no_word_lists_nothing_and_says_so() {
    let office = office(3).await;
    let mut civil = office.signed_in("civil").await;
    for path in ["/cases?status=screend", "/cases?has=everything", "/cases?burden_from=viel", "/alerts?status=rased"] {
        let page = civil.get(path).await.body;
        assert!(page.contains("role=\"alert\"") && !page.contains("href=\"/cases/case-1\""), "{path}: {page}");
        assert_eq!(faults(&page), Vec::<String>::new(), "{path}");
    }
    assert!(civil.get("/cases?status=detected").await.body.contains("href=\"/cases/case-1\""));
}
