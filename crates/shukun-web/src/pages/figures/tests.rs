//! A dashboard's figures against the lists that they open, through the pages.

use axum::http::StatusCode;

use crate::testing::{Browser, Office};
use crate::ui::lint::{Tag, faults, tags};

/// `/cases?…` and the number on the link, for every figure of a page.
fn figures(page: &str) -> Vec<(String, usize)> {
    let links = page.split("<a class=\"figure\" href=\"").skip(1);
    let read = links.map(|rest| {
        let (path, rest) = rest.split_once('"').unwrap();
        let number = rest.strip_prefix('>').unwrap().split('<').next().unwrap();
        (path.replace("&amp;", "&"), number.replace(',', "").parse().unwrap())
    });
    read.collect()
}

/// How many rows a list has, over all its pages.
async fn rows(browser: &mut Browser, path: &str) -> usize {
    let (mut path, mut rows) = (path.to_owned(), 0);
    loop {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        rows += page.body.matches("class=\"row-link\"").count();
        let next = tags(&page.body).into_iter().find(|tag| tag.get("rel") == Some("next"));
        match next {
            Some(next) => path = next.get("href").unwrap().replace("&amp;", "&"),
            None => return rows,
        }
    }
}

async fn check(browser: &mut Browser, path: &str) -> usize {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    assert_eq!(faults(&page.body), Vec::<String>::new(), "{path}");
    let found = figures(&page.body);
    for (list, number) in &found {
        assert_eq!(rows(browser, list).await, *number, "{list} from {path}");
    }
    found.len()
}

#[tokio::test]
async fn every_figure_is_the_length_of_the_list_that_it_opens() {
    let office = Office::furnished().await;
    let mut browser = office.signed_in("yibao").await;
    assert!(check(&mut browser, "/figures").await > 60);
    assert!(check(&mut browser, "/figures?region=330381001&office=village").await > 5);
    assert!(check(&mut browser, "/figures/tasks?first=2026-01-01").await > 20);
    let mut town = office.signed_in("zhenjie").await;
    assert!(check(&mut town, "/figures?lang=en").await > 30);
}

#[tokio::test]
async fn tiles_and_sums_open_their_lists_too() {
    let office = Office::furnished().await;
    let mut browser = office.signed_in("yibao").await;
    let page = browser.get("/figures").await;
    let all = tags(&page.body);
    let is_tile = |tag: &&Tag| tag.name == "a" && tag.get("class").is_some_and(|class| class.starts_with("tile "));
    let tiles: Vec<_> = all.iter().filter(is_tile).collect();
    assert_eq!(tiles.len(), 3, "a named town without a case has its tile");
    for tile in tiles {
        let told = tile.get("title").unwrap();
        let open: usize = told.split("在办").nth(1).unwrap().split('件').next().unwrap().parse().unwrap();
        let path = tile.get("href").unwrap().replace("&amp;", "&");
        assert_eq!(rows(&mut browser, &path).await, open, "{told}");
    }
    let open = page.body.split("<span class=\"name\">在办案件</span><b>").nth(1).unwrap();
    let open: usize = open.split('<').next().unwrap().parse().unwrap();
    assert_eq!(rows(&mut browser, "/cases?has=open").await, open);
    assert!(browser.get("/cases?has=open&step=verification").await.body.contains("范围：在办"));
}

#[tokio::test]
async fn a_county_that_has_put_a_map_sees_its_numbers_in_their_places() {
    let office = Office::furnished().await;
    let mut browser = office.signed_in("yibao").await;
    assert!(!browser.get("/figures").await.body.contains("geoMap"), "no map of its own comes with the platform");
    let file = office.desk.folders().data().join("map.geojson");
    std::fs::write(&file, crate::desk::county_map::tests::SQUARES).unwrap();
    let page = browser.get("/figures").await.body;
    assert_eq!(faults(&page), Vec::<String>::new());
    for said in ["geoMap", "东门街道", "西门街道", "echarts-whole.js", "class=\"tiles\""] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("/cases?region=330381001&amp;has=open") || page.contains("region=330381001"), "{page}");
    std::fs::write(&file, "{}").unwrap();
    let page = browser.get("/figures").await.body;
    assert!(page.contains("map.geojson 读不懂") && page.contains("class=\"tiles\"") && !page.contains("geoMap"));
}

#[tokio::test]
async fn without_cases_the_page_says_what_brings_figures() {
    let office = Office::new(
        crate::http::cookies::Transport::Plain,
        &[("insurance", shukun_casework::authority::Role::Insurance, "330381")],
    )
    .await;
    let mut browser = office.signed_in("insurance").await;
    for path in ["/figures", "/figures/tasks", "/figures/people", "/figures/tasks?kind=late"] {
        let page = browser.get(path).await;
        assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()), "{path}");
        assert!(page.body.contains("class=\"empty\""), "{path}");
    }
}
