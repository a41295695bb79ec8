//! Exports of the list: the same rows as the list and no others, typed cells, masked unless behind the second factor.

use std::collections::BTreeMap;
use std::io::Read as _;

use axum::http::StatusCode;
use shukun_casework::authority::Role;

use super::tests::office_of;
use crate::desk::jobs::runner::carry_out_waiting;
use crate::testing::{Browser, COUNTY, Office, form};
use crate::ui::lint::faults;

const STAFF: &[(&str, Role, &str)] = &[
    ("insurance", Role::Insurance, COUNTY),
    ("hsa", Role::Insurance, COUNTY),
    ("town", Role::Township, "330381001"),
    ("othertown", Role::Township, "330381002"),
    ("meeting", Role::JointMeeting, COUNTY),
];

/// Asks for the export, has it made and fetches the file.
async fn export(office: &Office, browser: &mut Browser, fields: &[(&str, &str)]) -> Vec<u8> {
    let page = browser.get("/exports/new").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    let token = page.form_token();
    let own = [("form_token", token.as_str()), ("reason", "季度核对名单")];
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain(own).collect();
    let asked = browser.post("/exports", &form(&fields)).await;
    let path = asked.location().to_owned();
    assert!(path.starts_with("/jobs/"), "{}", asked.body);
    carry_out_waiting(&office.desk).await;
    let id = path.trim_start_matches("/jobs/");
    let shown = browser.get(&format!("/exports/{id}")).await;
    assert_eq!((shown.status, faults(&shown.body)), (StatusCode::OK, Vec::new()), "{}", shown.body);
    browser.fetch(&format!("/exports/{id}/fetch"), &form(&[("form_token", &token)])).await
}

fn part(book: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book.to_vec())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The cells of a sheet by their address, as they are written: texts in place, numbers as digits.
fn cells(book: &[u8], sheet: u8) -> BTreeMap<String, String> {
    let text = part(book, &format!("xl/worksheets/sheet{sheet}.xml"));
    let mut cells = BTreeMap::new();
    for cell in text.split("<c ").skip(1).map(|cell| cell.split("</c>").next().unwrap()) {
        let address = cell.split("r=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let value = ["<t>", "<t xml:space=\"preserve\">", "<v>"]
            .iter()
            .find_map(|open| cell.split(open).nth(1))
            .map(|rest| rest.split('<').next().unwrap().to_owned());
        cells.insert(address, value.unwrap_or_default());
    }
    cells
}

fn rows(cells: &BTreeMap<String, String>) -> usize {
    cells.keys().filter(|address| address.starts_with('A')).count() - 1
}

#[tokio::test]
async fn a_book_holds_the_rows_of_the_filter_as_typed_cells() {
    let office = office_of(STAFF, 3).await;
    let (mut hsa, _) = office.stepped_up("hsa").await;
    let book = export(&office, &mut hsa, &[("query", "number=case-2")]).await;
    let sheet = cells(&book, 1);
    assert_eq!((rows(&sheet), sheet["A2"].as_str(), sheet["H2"].as_str()), (1, "case-2", "60000"));
    assert_eq!((sheet["C2"].as_str(), sheet["D2"].as_str()), ("王**", "**************0002"));
    assert!(!part(&book, "xl/worksheets/sheet1.xml").contains("<f>"), "no formula");
    let about = cells(&book, 2);
    assert!(about["B1"].contains("hsa") && about["B3"] == "季度核对名单", "{about:?}");
    assert!(about["B4"].contains("案件编号：case-2") && about["B5"] == "1", "{about:?}");
    let book = export(&office, &mut hsa, &[("query", "number=case-2"), ("numbers", "yes")]).await;
    let sheet = cells(&book, 1);
    assert_eq!((sheet["C2"].as_str(), sheet["D2"].as_str()), ("王小明", "990000198001010002"));
    let list = hsa.get("/exports").await.body;
    assert!(list.contains("已下载过") && list.contains("姓名和证件号码未遮盖"), "{list}");
    assert_eq!(faults(&list), Vec::<String>::new());
}

#[tokio::test]
async fn an_export_never_leaves_the_area_and_asks_for_the_second_factor() {
    let office = office_of(STAFF, 3).await;
    let mut town = office.signed_in("town").await;
    assert!(town.get("/exports/new").await.location().starts_with("/account/code"));
    let (mut town, _) = office.stepped_up_again(town).await;
    assert_eq!(rows(&cells(&export(&office, &mut town, &[("query", "")]).await, 1)), 3);
    let (mut other, _) = office.stepped_up("othertown").await;
    assert_eq!(rows(&cells(&export(&office, &mut other, &[("query", "region=330381001")]).await, 1)), 0);
    let theirs = town.get("/exports").await.body;
    let id = theirs.split("/exports/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(other.get(&format!("/exports/{id}")).await.status, StatusCode::NOT_FOUND);
    let (mut meeting, _) = office.stepped_up("meeting").await;
    assert_eq!(meeting.get("/exports/new").await.status, StatusCode::FORBIDDEN);
    assert!(!meeting.get("/cases").await.body.contains("导出 Excel"));
}

#[tokio::test]
async fn two_thousand_rows_come_out_as_they_went_in() {
    let office = office_of(STAFF, 2_000).await;
    let (mut hsa, _) = office.stepped_up("hsa").await;
    let sheet = cells(&export(&office, &mut hsa, &[("query", ""), ("numbers", "yes")]).await, 1);
    assert_eq!(rows(&sheet), 2_000);
    let mut found: Vec<(String, String)> =
        (2..=2_001).map(|row| (sheet[&format!("A{row}")].clone(), sheet[&format!("D{row}")].clone())).collect();
    found.sort();
    let mut expected: Vec<(String, String)> =
        (1..=2_000).map(|number| (format!("case-{number}"), format!("99000019800101{number:04}"))).collect();
    expected.sort();
    assert_eq!(found, expected);
}
