//! A measure from the paste to the strike-off, through the pages; the bulletin names no family.

use axum::http::StatusCode;

use crate::testing::Office;
use crate::ui::lint::{faults, tags};

const TABLE: &str =
    "先诊疗后付费,区医疗保障分局,区民政局,2026-10-01,示例文件 三（一）\n健康体检,区卫生健康局,,,示例文件 三（二）";

#[tokio::test]
async fn a_measure_is_cleared_by_one_and_confirmed_by_another() {
    let office = Office::furnished().await;
    let mut lead = office.signed_in("yibao").await;
    assert!(lead.get("/appraisal").await.body.contains("清单还是空的"));
    let wrong = lead.submit("/appraisal", &[("table", "只有,两格")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("第1行"));
    lead.submit("/appraisal", &[("table", TABLE)]).await.sent_to("/appraisal?added=2");
    let page = lead.get("/appraisal").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    assert!(page.body.contains("逾期") && page.body.contains("2项，已销号0项"));
    let link = tags(&page.body).into_iter().find(|tag| tag.get("class") == Some("row-link")).unwrap();
    let path = link.get("href").unwrap().to_owned();
    let mut town = office.signed_in("zhenjie").await;
    town.submit(&path, &[("act", "progress"), ("note", "已在三家医院推行"), ("evidence", "")])
        .await
        .sent_to(&format!("{path}?done=yes"));
    assert_eq!(town.post(&path, "act=confirm").await.status, StatusCode::FORBIDDEN);
    lead.submit(&path, &[("act", "propose"), ("note", "全部推行"), ("evidence", "示例〔2026〕2号")])
        .await
        .sent_to(&format!("{path}?done=yes"));
    assert!(lead.get(&path).await.body.contains("等另一位有督办权限的同事确认"));
    let mut other = office.signed_in("minzheng").await;
    let page = other.get(&path).await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    assert!(page.body.contains("示例〔2026〕2号") && page.body.contains("确认销号"));
    other.submit(&path, &[("act", "confirm"), ("note", "属实"), ("evidence", "")]).await;
    assert!(other.get("/appraisal").await.body.contains("2项，已销号1项"));
}

#[tokio::test]
async fn the_bulletin_names_units_and_no_family() {
    let office = Office::furnished().await;
    let mut lead = office.signed_in("lianxi").await;
    lead.submit("/appraisal", &[("table", TABLE)]).await.sent_to("/appraisal?added=2");
    for lang in ["zh", "en"] {
        let page = lead.get(&format!("/appraisal/bulletin?first=2026-01-01&lang={lang}")).await;
        assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()));
        assert!(!page.body.contains("王＊＊") && !page.body.contains("/cases/"), "{lang}");
        assert!(page.body.contains("先诊疗后付费"));
    }
    let file = lead.fetch_get("/appraisal/bulletin.xlsx?first=2026-01-01&lang=zh").await;
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut text = String::new();
    for part in ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
        std::io::Read::read_to_string(&mut book.by_name(part).unwrap(), &mut text).unwrap();
    }
    for said in ["收到", "东门街道 村社", "健康体检", "部门任务"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains('王'), "no family");
    assert!(lead.get("/appraisal/template?lang=zh").await.body.contains("牵头单位"));
}
