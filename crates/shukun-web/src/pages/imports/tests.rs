use serde_json::json;
use shukun_base::Text;
use shukun_casework::authority::Role;

use crate::desk::imports::{DAY, sweep};
use crate::desk::jobs::runner::carry_out_waiting;
use crate::http::cookies::Transport;
use crate::testing::{Answer, Browser, COUNTY, Office, form};
use crate::works::order::import::{Committed, Examined, ExaminedColumn, Found, ImportAnswer, Reading, Reject};
use crate::works::{Order, WorkFailure, Works};

const NUMBER: &str = "11010519491231002X";

/// Stands in for the child: a file of three rows, one of them bad; a file called `bomb` is refused.
fn answer(order: &Order) -> Result<serde_json::Value, WorkFailure> {
    let Order::Import(order) = order else { return Ok(json!(null)) };
    if order.name.starts_with("bomb") {
        let what = Text::new("文件超出读取上限", "over a limit");
        return Err(WorkFailure { code: "file_too_big".to_owned(), what: what.clone(), mend: what });
    }
    let column = ExaminedColumn {
        letters: "A".to_owned(),
        header: "本次花费".to_owned(),
        means: order.mapping.as_ref().map(|_| "total".to_owned()),
        is_ignored: false,
        samples: vec!["100.00".to_owned()],
    };
    let missing = if order.mapping.is_some() { vec![] } else { vec!["total".to_owned()] };
    let columns = vec![column];
    let examined = Examined { sheet: "S".to_owned(), row: 1, kind: "settlement".to_owned(), columns, missing };
    let choice = json!({"name": "total", "text": {"zh": "费用总额", "en": "total"}, "is_required": true});
    let mut answer = ImportAnswer {
        examined: Some(examined),
        headings: "h1".to_owned(),
        choices: vec![serde_json::from_value(choice).unwrap()],
        ..ImportAnswer::default()
    };
    if order.reading == Reading::Look {
        return Ok(json!(answer));
    }
    if order.mapping.is_none() {
        let what = Text::new("缺少列：费用总额", "a column is missing");
        answer.refused = Some(WorkFailure { code: "missing_columns".to_owned(), what: what.clone(), mend: what });
        return Ok(json!(answer));
    }
    let reject = Reject {
        sheet: "S".to_owned(),
        row: 3,
        column: "B".to_owned(),
        header: "身份证号".to_owned(),
        value: "***".to_owned(),
        text: Text::new("身份证号校验不通过", "bad number"),
        mend: Text::new("对照原件更正", "correct it"),
    };
    answer.found = Some(Found {
        kind: "settlement".to_owned(),
        rows: 3,
        accepted: 2,
        rejected: 1,
        rejects: vec![reject],
        reject_count: 1,
        ..Found::default()
    });
    answer.rejects = Some("504b0304".to_owned());
    if matches!(order.reading, Reading::Commit { .. }) {
        answer.committed = Some(Committed { persons: 2, claims: 2, generation: Some(7), ..Committed::default() });
    }
    Ok(json!(answer))
}

async fn office() -> Office {
    let staff = [
        ("yibao", Role::Insurance, COUNTY),
        ("dongtou", Role::Insurance, "330305"),
        ("cunshe", Role::Village, "330381001001"),
    ];
    let mut office = Office::new(Transport::Plain, &staff).await;
    office.desk = office.desk.with_works(Works::double(answer));
    office
}

/// Brings a file as a browser does.
async fn bring(browser: &mut Browser, name: &str, bytes: &[u8]) -> Answer {
    let token = browser.get("/imports").await.form_token();
    browser.post_file("/imports", &[("form_token", &token), ("region", COUNTY)], ("file", name, bytes)).await
}

#[tokio::test]
async fn a_file_is_looked_at_corrected_imported_and_taken_back() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    assert!(browser.get("/imports").await.body.contains("还没有导入过文件"));
    let bytes = format!("结算id,身份证号\n1,{NUMBER}\n");
    let sent = bring(&mut browser, "王小明.csv", bytes.as_bytes()).await;
    let path = sent.location().to_owned();
    assert!(path.starts_with("/imports/"), "{} {}", sent.status, sent.body);
    let waits = browser.get(&path).await;
    assert!(waits.body.contains("hx-trigger") && waits.body.contains("检查文件"), "{}", waits.body);
    let uploads = office.desk.folders().uploads();
    let sealed = || {
        std::fs::read_dir(&uploads)
            .unwrap()
            .flatten()
            .map(|entry| std::fs::read(entry.path()).unwrap())
            .collect::<Vec<_>>()
    };
    assert!(!sealed().iter().any(|file| file.windows(18).any(|some| some == NUMBER.as_bytes())));
    carry_out_waiting(&office.desk).await;
    let refused = browser.get(&path).await;
    assert!(
        refused.body.contains("missing_columns") && refused.body.contains("缺少必需的列：费用总额"),
        "{}",
        refused.body
    );
    // The column is told by hand, and known from then on.
    let token = refused.form_token();
    let told = [("form_token", token.as_str()), ("kind", ""), ("header", "本次花费"), ("means", "total")];
    browser.post(&format!("{path}/check"), &form(&told)).await.sent_to(&path);
    carry_out_waiting(&office.desk).await;
    let checked = browser.get(&path).await;
    for words in ["已检查，待入库", "把2行入库", "身份证号校验不通过", "对照原件更正", "***", "按以前保存的对照识别"]
    {
        assert!(checked.body.contains(words), "{words} in {}", checked.body);
    }
    let workbook = browser.get(&format!("{path}/rejects")).await;
    assert_eq!((workbook.status.as_u16(), workbook.body.as_bytes()), (200, b"PK\x03\x04".as_slice()));
    // Pressed twice it is taken once, and neither job fails.
    for _ in 0..2 {
        browser.post(&format!("{path}/commit"), &form(&[("form_token", &token)])).await.sent_to(&path);
    }
    carry_out_waiting(&office.desk).await;
    let committed = browser.get(&path).await;
    assert!(
        committed.body.contains("新增人员2、结算2") && committed.body.contains("撤回这次导入"),
        "{}",
        committed.body
    );
    assert_eq!(sealed().len(), 1, "the file is gone, the rejected rows are kept a while");
    browser.post(&format!("{path}/undo"), &form(&[("form_token", &token)])).await.sent_to(&path);
    // A button of an older page cancels nothing.
    browser.post(&format!("{path}/discard"), &form(&[("form_token", &token)])).await.sent_to(&path);
    carry_out_waiting(&office.desk).await;
    assert!(browser.get(&path).await.body.contains("数据与这次导入之前完全一样"));
    // Whoever presses what was on the page before is shown how far it is, and nothing is asked for again.
    for verb in ["undo", "commit", "check", "discard"] {
        browser.post(&format!("{path}/{verb}"), &form(&[("form_token", &token)])).await.sent_to(&path);
    }
    assert_eq!(carry_out_waiting(&office.desk).await, 0);
    assert!(browser.get(&path).await.body.contains("数据与这次导入之前完全一样"));
    assert_eq!((sealed().len(), browser.get(&format!("{path}/rejects")).await.status.as_u16()), (0, 404));
    // The next file with these headings is known.
    let path = bring(&mut browser, "again.csv", b"x").await.location().to_owned();
    carry_out_waiting(&office.desk).await;
    assert!(browser.get(&path).await.body.contains("已检查，待入库"));
}

#[tokio::test]
async fn a_hostile_file_is_refused_with_words_and_goes_when_discarded() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    let path = bring(&mut browser, "bomb.xlsx", b"PK").await.location().to_owned();
    carry_out_waiting(&office.desk).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("file_too_big") && page.body.contains("文件超出读取上限"), "{}", page.body);
    let token = page.form_token();
    browser.post(&format!("{path}/discard"), &form(&[("form_token", &token)])).await.sent_to(&path);
    assert!(browser.get(&path).await.body.contains("已放弃"));
    assert_eq!(std::fs::read_dir(office.desk.folders().uploads()).unwrap().count(), 0);
    // What a stop left behind goes by itself: here as if the import had been over for long.
    let path = bring(&mut browser, "a.csv", b"x").await.location().to_owned();
    let id = path.rsplit('/').next().unwrap();
    let left = office.desk.folders().uploads().join(id);
    browser.post(&format!("{path}/discard"), &form(&[("form_token", &token)])).await.sent_to(&path);
    std::fs::write(&left, b"left").unwrap();
    assert_eq!(sweep(&office.desk, DAY).await.unwrap(), 1);
    assert!(!left.exists());
    // One of no import may be coming in; when the server starts, none is.
    std::fs::write(left.with_file_name("half"), b"half").unwrap();
    assert_eq!(sweep(&office.desk, DAY).await.unwrap(), 0);
    assert_eq!(sweep(&office.desk, std::time::Duration::ZERO).await.unwrap(), 1);
    let too_large = vec![b'x'; (20 << 20) + 1];
    let answer = bring(&mut browser, "large.csv", &too_large).await;
    assert_eq!(answer.status.as_u16(), 413);
    assert!(answer.body.contains("web-upload-size"), "{}", answer.body);
    assert_eq!(std::fs::read_dir(office.desk.folders().uploads()).unwrap().count(), 0);
}

#[tokio::test]
async fn nobody_else_sees_it_and_no_foreign_form_brings_a_file() {
    let office = office().await;
    let mut browser = office.signed_in("yibao").await;
    let path = bring(&mut browser, "a.csv", b"x").await.location().to_owned();
    let mut other = office.signed_in("dongtou").await;
    for address in [path.clone(), format!("{path}/progress"), format!("{path}/rejects")] {
        assert_eq!(other.get(&address).await.status.as_u16(), 404, "{address}");
    }
    let token = other.get("/imports").await.form_token();
    for verb in ["commit", "discard", "undo", "check"] {
        let fields = form(&[("form_token", &token), ("kind", "roster")]);
        assert_eq!(other.post(&format!("{path}/{verb}"), &fields).await.status.as_u16(), 404, "{verb}");
    }
    let abroad =
        other.post_file("/imports", &[("form_token", &token), ("region", COUNTY)], ("file", "a.csv", b"x")).await;
    assert_eq!(abroad.status.as_u16(), 403);
    let foreign =
        browser.post_file("/imports", &[("form_token", "00"), ("region", COUNTY)], ("file", "a.csv", b"x")).await;
    assert!(foreign.body.contains("web-forged-form"), "{}", foreign.body);
    let tokenless = browser.post_file("/imports", &[("region", COUNTY)], ("file", "a.csv", b"x")).await;
    assert!(tokenless.body.contains("web-forged-form"), "{}", tokenless.body);
    let mut village = office.signed_in("cunshe").await;
    assert_eq!(village.get("/imports").await.status.as_u16(), 403);
}
