//! The policy desk's pages over made-up answers of the works; the works themselves are tested in the program's own tests.

use axum::http::StatusCode;
use serde_json::json;
use shukun_base::{Fen, Text};
use shukun_casework::authority::Role;

use crate::desk::jobs::runner;
use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office};
use crate::ui::lint::faults;
use crate::works::order::*;
use crate::works::{Order, WorkFailure, Works};

fn head(id: &str) -> serde_json::Value {
    let broken = u64::from(id == "b");
    json!({ "errors": broken * 2, "empty_slots": broken,
        "id": id, "title": format!("{id}方案"), "document_number": null, "issuer": "示例机关", "region": "330381",
        "provenance": "转写", "is_illustrative": false, "parent": null, "in_force": "2022-01-01", "benefits_from": null,
        "expires": null, "is_in_force": true, "ambiguities": 1, "unconfirmed": 1, "examples": 2, "examples_hold": 1, "findings": 1 })
}

fn policies(order: &PoliciesOrder) -> serde_json::Value {
    let points = [(Fen::yuan(0), Fen::yuan(0)), (Fen::yuan(30_000), Fen::yuan(27_000))];
    if order.only.as_deref() == Some("b") {
        let errors = json!([
            { "code": "P0101", "severity": "error", "line": 6, "what": { "zh": "不认识的词", "en": "unknown word" }, "mend": null },
            { "code": "P0002", "severity": "error", "line": 3, "file": "b/pack.toml", "what": { "zh": "缺一项", "en": "missing" }, "mend": null }]);
        let shown = json!({ "text": "## 三\n\n条文。\n\n```纾困\n规则 甲\n比例 未载明\n```\n", "findings": errors, "empty_slots": [7] });
        return json!({ "packs": [head("a"), head("b")], "shown": shown, "changes": [], "unread": [] });
    }
    let shown = json!({
        "runs": true, "tiers": [["基本医保", "数据"]], "measures": [], "facts": [],
        "rules": [{ "name": "追溯", "article": "三（三）", "clauses": [["比例", order.readings.join("，")]] }],
        "ambiguities": [{ "id": "Y1", "question": "怎样分段", "chosen": "累进", "confirmed_by": null,
            "readings": [["累进", "逐段"], ["整额", "一起"]] }],
        "text": "## 三（三）\n\n条文说追溯。\n\n```纾困\n规则 追溯\n```\n",
        "findings": [{ "code": "P0419", "severity": "warning", "line": 6, "what": { "zh": "次序相反", "en": "order" }, "mend": null }],
        "examples": [{ "example": "例一", "row": "甲", "column": "应付", "expected": "100.00", "got": "99.00" }],
        "cliffs": [{ "rule": "追溯", "article": "三（三）", "readings": [], "below_fen": 2_999_999, "burden_below_fen": 2_999_999,
            "burden_past_fen": 2_700_000, "drop_fen": 299_999 }],
        "curves": [{ "rule": "追溯", "article": "三（三）", "readings": [], "points": points }],
    });
    let changes =
        order.against.as_ref().map(|_| json!([{ "of": "规则 追溯", "clause": "比例", "old": "10%", "new": "12%" }]));
    let unread = json!([{ "code": "P0001", "severity": "error", "line": 1, "file": "c/pack.toml", "what": { "zh": "不是 TOML", "en": "no TOML" }, "mend": null }]);
    json!({ "packs": [head("a"), head("b")], "shown": order.only.as_ref().map(|_| shown), "changes": changes.unwrap_or(json!([])), "unread": unread })
}

fn line(name: &str) -> ComparedLine {
    let (baseline_fen, variant_fen) = (Fen::yuan(100), Fen::yuan(150));
    ComparedLine { name: name.to_owned(), baseline_fen, variant_fen, households_changed: None }
}

fn compared() -> Compared {
    let group = |name: &str, is_large: bool| ComparedGroup {
        name: Text::new(name, name),
        households: is_large.then_some(40),
        difference_fen: is_large.then_some(Fen::yuan(-50)),
        gaining: is_large.then_some((12, Fen::yuan(50))),
        losing: None,
    };
    Compared {
        is_illustrative: false,
        packs: [Vec::new(), Vec::new()],
        person_years: 90,
        persons: 90,
        households: 44,
        years: vec![2022],
        households_without_pack: 3,
        payers: vec![line("医疗救助")],
        funds: vec![line("慈善基金")],
        rules: vec![line("追溯")],
        family: line("家庭"),
        gaining: 12,
        losing: 0,
        unchanged: 78,
        gained_fen: Fen::yuan(50),
        lost_fen: Fen::ZERO,
        histogram: vec![(None, Some(Fen::yuan(-10)), 12), (Some(Fen::ZERO), None, 0)],
        groups: vec![ComparedGroups {
            by: Text::new("镇街", "town"),
            rows: vec![group("大镇", true), group("小镇", false)],
        }],
    }
}

async fn office() -> Office {
    let staff = [("yibao", Role::Insurance, COUNTY), ("cunshe", Role::Village, "330381001002")];
    let mut office = Office::new(Transport::Plain, &staff).await;
    office.desk = office.desk.with_works(Works::double(|order| match order {
        Order::Policies(order) => Ok(policies(order)),
        Order::Compare(order) if order.variant.readings == ["Y1=整额"] => Ok(json!(compared())),
        _ => Err(WorkFailure::start()),
    }));
    office
}

#[tokio::test]
async fn a_pack_is_read_beside_its_rules() {
    let office = office().await;
    let mut browser = office.signed_in("cunshe").await;
    for path in [
        "/policies?on=2024-01-01",
        "/policies/a",
        "/policies/a?readings=Y1%3D%E6%95%B4%E9%A2%9D",
        "/policies/a/differ?against=b",
    ] {
        let page = browser.get(path).await;
        assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()), "{path} {}", page.body);
    }
    let page = browser.get("/policies/a").await.body;
    for said in
        ["条文说追溯", "规则 追溯", "P0419", "次序相反", "怎样分段", "现用", "✕ 不符", "29,999.99元", "data-option"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(browser.get("/policies/a?readings=Y1%3D%E6%95%B4%E9%A2%9D").await.body.contains("<dd>Y1=整额</dd>"));
    assert!(browser.get("/policies/a/differ?against=b").await.body.contains("12%"));
    assert_eq!(browser.get("/policies/none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/policies/compare").await.status, StatusCode::FORBIDDEN, "a village compares nothing");
}

#[tokio::test]
async fn a_pack_with_errors_and_empty_slots_is_shown_with_their_places() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    let list = browser.get("/policies").await.body;
    for said in ["✕ 2处错误", "1处未载明", "<code>c/pack.toml</code> 第1行 不是 TOML"] {
        assert!(list.contains(said), "{said} in {list}");
    }
    let page = browser.get("/policies/b").await;
    assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()));
    for said in [
        "有2处错误",
        "✕ P0101</b> 第6行 不认识的词",
        "<code>b/pack.toml</code> 第3行 缺一项",
        "第7行 <code>比例 未载明</code>",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    assert!(!page.body.contains("data-option") && !page.body.contains("✓ 相符"), "nothing is told that did not run");
}

#[tokio::test]
async fn a_reading_leads_to_its_comparison_over_everybody() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    let page = browser.get("/policies/a").await.body;
    let (_, rest) = page.split_once("/policies/compare?variant_readings=").unwrap();
    let reading = rest.split('"').next().unwrap();
    let form = browser.get(&format!("/policies/compare?variant_readings={reading}")).await;
    assert_eq!((form.status, faults(&form.body)), (StatusCode::OK, Vec::new()));
    assert!(form.body.contains("value=\"a:Y1="), "{}", form.body);
    let mut browser = office.signed_in("cunshe").await;
    assert!(!browser.get("/policies/a").await.body.contains("/policies/compare?"), "a village compares nothing");
}

#[tokio::test]
async fn a_comparison_is_a_job_and_small_groups_have_no_figures() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    for (field, value, said) in [
        ("variant_readings", "整额", "疑义=读法"),
        ("variant_readings", "", "两边一样"),
        ("baseline_on", "明天", "疑义=读法"),
    ] {
        let answer = browser.submit("/policies/compare", &[(field, value)]).await;
        assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.body.contains(said), "{value}");
    }
    let answer = browser.submit("/policies/compare", &[("variant_readings", "Y1＝整额")]).await;
    let job = answer.location().to_owned();
    assert!(job.starts_with("/jobs/"), "{}", answer.body);
    let result = job.replace("/jobs/", "/policies/compare/");
    assert!(browser.get(&result).await.body.contains("还没有结果"));
    assert_eq!(runner::carry_out_waiting(&office.desk).await, 1);
    assert!(browser.get(&job).await.body.contains(&result));
    let page = browser.get(&result).await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    assert!(page.body.contains("慈善基金") && page.body.contains("+50.00元") && page.body.contains("-50.00元"));
    let small = page.body.split("小镇").nth(1).unwrap().split("</tr>").next().unwrap();
    assert_eq!(small.matches("不足11户").count(), 4, "{small}");
}
