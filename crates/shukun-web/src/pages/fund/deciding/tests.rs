//! The secretary's whole run by clicking: charter, council, call, agenda, attendance, votes, minutes, notice, objection, effect.

use axum::http::StatusCode;
use shukun_base::{ActorId, Day, Fen, Note, RegionCode};
use shukun_casework::CaseId;
use shukun_casework::request::RequestStatus;
use shukun_fund::ledger::{AccountCode, BookKind, NewBook, NewTransfer, TransferCode, Voucher};
use shukun_fund::{BookId, TransferId, VoucherId};
use shukun_store::Region;

use crate::pages::cases::tests_of_papers::verified;
use crate::pages::cases::tests_of_the_road::{applied, certified, determined, office, value};
use crate::testing::{Answer, Browser, COUNTY, Office, form};
use crate::ui::lint::faults;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Opens a page and sends one of its acts, with what every form of it carries.
async fn does(browser: &mut Browser, path: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    assert_eq!(faults(&page.body), Vec::<String>::new(), "{path}");
    let (token, version, transaction) =
        (page.form_token(), value(&page.body, "version"), value(&page.body, "transaction"));
    let own = [("form_token", token.as_str()), ("version", &version), ("transaction", &transaction), ("act", act)];
    let all: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
    browser.post(path, &form(&all)).await
}

fn done(path: &str) -> String {
    format!("{path}?done=yes")
}

/// A book of the charity with money in it.
async fn book_with(office: &Office, yuan: i64) {
    let (store, scope) = (office.desk.store(), office.scope("charity").await);
    let id = BookId::new("county").unwrap();
    let new = NewBook {
        id: id.clone(),
        name: "慈善共富基金".to_owned(),
        owner: "市慈善总会".to_owned(),
        kind: BookKind::CountyCharity,
        region: RegionCode::new(COUNTY).unwrap(),
    };
    store.open_book(&scope, &new, office.now()).await.unwrap();
    let [bank, free] = ["bank:main", "unrestricted"].map(|code| AccountCode::new(code).unwrap());
    store.open_account(&scope, &id, &bank, office.now()).await.unwrap();
    let transfer = TransferId::new("t-1").unwrap();
    let money = NewTransfer::single(transfer, id, (bank, free), Fen::yuan(yuan), TransferCode::Correction);
    let voucher = Voucher {
        id: VoucherId::new("v-1").unwrap(),
        effective: Day::constant(2026, 11, 22),
        words: Note::new("期初").unwrap(),
        maker: ActorId::new(scope.account_id().as_str()).unwrap(),
        checker: None,
        transfers: vec![money],
    };
    store.draft_voucher(&scope, &voucher, office.now()).await.unwrap();
    let (checker, _) = office.stepped_up("charity2").await;
    let checker = office.scope_at(&checker).await;
    store.check_voucher(&checker, &voucher.id, true, office.now()).await.unwrap();
}

const CHARTER: &str = "/fund/meetings/charter";

async fn charter(secretary: &mut Browser) {
    let page = secretary.get(CHARTER).await;
    assert!(page.body.contains("县里还没有登记版本") && page.body.contains("根据联席会议决议发放"), "{}", page.body);
    let fields = [
        ("version", "一"),
        ("in_force_from", "2026-01-01"),
        ("quorum", ">=2/3"),
        ("quorum_of", "members"),
        ("majority", ">1/2"),
        ("majority_of", "present"),
        ("call_days", "0"),
        ("notice_days", "7"),
        ("routine_decides", "no"),
        ("source", "示例，不是任何县的规定"),
        ("illustrative", "yes"),
    ];
    let unquoted = secretary.submit(CHARTER, &fields).await;
    assert_eq!(unquoted.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unquoted.body.contains("store-charter") && unquoted.body.contains("value=\"&gt;=2/3\""),
        "{}",
        unquoted.body
    );
    let quoted: Vec<(&str, &str)> = fields.into_iter().chain([("quote", "示例条文：三分之二以上到会")]).collect();
    secretary.submit(CHARTER, &quoted).await.sent_to(CHARTER);
    let page = secretary.get(CHARTER).await.body;
    assert!(page.contains("示例条文：三分之二以上到会") && faults(&page).is_empty(), "{:?}", faults(&page));
}

async fn seat(secretary: &mut Browser, department: &str, account: &str) {
    let page = secretary.get("/fund/meetings/council").await;
    assert_eq!(faults(&page.body), Vec::<String>::new());
    let (token, transaction) = (page.form_token(), value(&page.body, "transaction"));
    let fields = [
        ("form_token", token.as_str()),
        ("transaction", &transaction),
        ("department", department),
        ("name", "分管负责人"),
        ("account", account),
        ("from", "2026-01-01"),
    ];
    secretary.post("/fund/meetings/council", &form(&fields)).await.sent_to("/fund/meetings/council");
}

/// A hidden field inside the first form that sends this act.
fn hidden(page: &str, name: &str) -> String {
    value(page, name)
}

fn part<'a>(page: &'a str, marker: &str) -> &'a str {
    let at = page.find(marker).unwrap_or_else(|| panic!("no {marker} in {page}"));
    &page[at..]
}

/// What a press was given to set; the same bytes each time.
async fn paper(browser: &mut Browser, path: &str) -> String {
    let [one, other] = [browser.get(path).await, browser.get(path).await];
    assert_eq!((&one.headers["content-type"], &one.body), (&"application/pdf".parse().unwrap(), &other.body), "{path}");
    let paper: shukun_paper::Paper = serde_json::from_str(&one.body).unwrap();
    assert!(paper.faults().is_empty() && !paper.seals.is_empty(), "{path}: {paper:?}");
    one.body
}

/// Off by default; then without name and village, for nobody to keep.
async fn online(office: &Office, village: &mut Browser, notice: &str, line: &str) {
    let public = format!("/open/notices/{line}");
    assert_eq!(office.browser().get(&public).await.status, StatusCode::NOT_FOUND);
    let until = [("online_until", "2026-11-25")];
    let nameless = does(village, notice, "online", &until).await;
    assert!(
        nameless.status == StatusCode::UNPROCESSABLE_ENTITY && nameless.body.contains("乡镇名称"),
        "{}",
        nameless.body
    );
    let insurance = office.scope("insurance").await;
    let name = Region { code: RegionCode::new("330381001").unwrap(), name: "东门街道".to_owned() };
    office.desk.store().save_regions(&insurance, &[name], office.now()).await.unwrap();
    does(village, notice, "online", &until).await.sent_to(&done(notice));
    assert!(village.get(notice).await.body.contains(&public));
    let page = office.browser().get(&public).await;
    assert!(page.body.contains("东门街道") && page.body.contains("12,000.00元") && faults(&page.body).is_empty());
    for hidden in ["王", "隔岸", "case-1", line] {
        let shown = page.body.replace(&public, "");
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    assert_eq!((&page.headers["cache-control"], page.status), (&"no-store".parse().unwrap(), StatusCode::OK));
    assert!(page.headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_line_goes_from_the_call_to_its_effect_by_clicking() {
    line_in_effect().await;
}

/// An office with one line in effect, 12,000.00 out of the 50,000.00 of the book `county`: what paying begins with.
pub async fn line_in_effect() -> Office {
    let mut office = office().await;
    // A press that hands back what it was given shows what would be set.
    office.desk = office.desk.clone().with_press(crate::desk::Press::at("/bin/cat".into()));
    let [mut civil, _, mut village] = verified(&office).await;
    applied(&mut village).await;
    certified(&mut civil).await;
    determined(&office).await;
    book_with(&office, 50_000).await;
    let insurance = office.scope("insurance").await;
    let name = Region { code: RegionCode::new("330381001002").unwrap(), name: "隔岸村".to_owned() };
    office.desk.store().save_regions(&insurance, &[name], office.now()).await.unwrap();

    let (mut secretary, _) = office.stepped_up("meeting").await;
    let (mut chair, _) = office.stepped_up("meeting2").await;
    office.signed_in("meeting3").await;
    charter(&mut secretary).await;
    let own = office.scope_at(&chair).await.account_id().as_str().to_owned();
    seat(&mut secretary, "市民政局", &own).await;
    let own = office.scope_at(&secretary).await.account_id().as_str().to_owned();
    seat(&mut secretary, "市总工会", &own).await;
    seat(&mut secretary, "市红十字会", "").await;

    let empty = secretary.get("/fund/meetings").await.body;
    assert!(empty.contains("还没有会议") && empty.contains("当天在任的委员3位"), "{empty}");
    let fields = [("kind", "plenary"), ("held_on", "2026-11-22"), ("venue", "三楼会议室"), ("book", "county")];
    let called = does(&mut secretary, "/fund/meetings", "", &fields).await;
    let path = called.location().split('?').next().unwrap().to_owned();
    assert!(path.starts_with("/fund/meetings/") && called.status == StatusCode::SEE_OTHER, "{}", called.body);

    let page = secretary.get(&path).await.body;
    let row = part(&page, "name=\"case\"");
    let (case, request) = (hidden(row, "case"), hidden(row, "request"));
    assert_eq!(case, "case-1");
    let propose = [("case", case.as_str()), ("request", request.as_str())];
    does(&mut secretary, &path, "propose", &propose).await.sent_to(&done(&path));
    let page = secretary.get(&path).await.body;
    for shown in ["王**", "12,000.00元", "38,000.00元", "第六条", "隔岸村"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    let line = part(&page, "<tr id=\"line-").split("id=\"line-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let of_line = [("line", line.as_str())];

    does(&mut secretary, &path, "open", &[]).await.sent_to(&done(&path));
    let page = chair.get(&path).await.body;
    let members: Vec<String> = members_of(&secretary.get(&path).await.body);
    assert!(members.len() == 3 && page.contains("示例规定，不是任何县的章程"), "{page}");
    for member in &members {
        let fields = [("member", member.as_str()), ("presence", "present")];
        does(&mut secretary, &path, "attend", &fields).await.sent_to(&done(&path));
    }
    // Each member's own buttons: who votes for another is refused.
    let own = |page: &str| hidden(part(page, "name=\"act\" value=\"vote\""), "member");
    let chair_seat = own(&chair.get(&path).await.body);
    let stolen = [("member", chair_seat.as_str()), ("vote", "yes"), of_line[0]];
    let refused = does(&mut secretary, &path, "vote", &stolen).await;
    assert!(refused.status == StatusCode::FORBIDDEN || refused.body.contains("R132"), "{}", refused.body);
    does(&mut chair, &path, "vote", &stolen).await.sent_to(&done(&path));
    for _ in 0..2 {
        let seat = own(&secretary.get(&path).await.body);
        let fields = [("member", seat.as_str()), ("vote", "yes"), of_line[0]];
        does(&mut secretary, &path, "vote", &fields).await.sent_to(&done(&path));
    }
    does(&mut secretary, &path, "conclude", &[("words", "照议程进行，无异议")]).await.sent_to(&done(&path));
    let sha256 = hidden(&chair.get(&path).await.body, "sha256");
    for (who, signing) in [(&mut chair, "chair"), (&mut secretary, "secretary")] {
        let fields = [("signing", signing), ("sha256", sha256.as_str())];
        does(who, &path, "sign", &fields).await.sent_to(&done(&path));
    }
    let paper = secretary.get(&path.replace("meetings", "resolutions")).await.body;
    assert!(paper.contains(&sha256) && paper.contains("同意3") && faults(&paper).is_empty(), "{paper}");
    assert!(!paper.contains("王"), "{paper}");
    for name in ["resolution", "minutes"] {
        let path = format!("{}/{name}.pdf", path.replace("meetings", "resolutions"));
        let set = self::paper(&mut secretary, &path).await;
        assert!(set.contains(&sha256) && set.contains("12,000.00") && !set.contains("王"), "{set}");
    }

    let notice = format!("/fund/notices/{line}");
    assert!(village.get("/fund/notices").await.body.contains(&notice));
    let short = [("board", "村务公开栏"), ("from", "2026-11-22"), ("until", "2026-11-28")];
    assert!(does(&mut village, &notice, "post", &short).await.body.contains("R151"));
    let post = [("board", "村务公开栏"), ("from", "2026-11-22"), ("until", "2026-11-29")];
    does(&mut village, &notice, "post", &post).await.sent_to(&done(&notice));
    let sheet = village.get(&format!("{notice}/print")).await.body;
    assert!(sheet.contains("王*") && sheet.contains("隔岸村") && sheet.contains("12,000.00元"), "{sheet}");
    assert!(!sheet.contains("王**") && !sheet.contains("case-1") && faults(&sheet).is_empty(), "{sheet}");
    let set = self::paper(&mut village, &format!("{notice}/notice.pdf")).await;
    assert!(set.contains("王*") && set.contains("公示截止：2026年11月29日") && !set.contains("王**"), "{set}");
    online(&office, &mut village, &notice, &line).await;
    let object = [("named", "no"), ("words", "家里有两辆车，请核实")];
    does(&mut village, &notice, "object", &object).await.sent_to(&done(&notice));
    let page = civil.get(&notice).await.body;
    assert!(page.contains("2026年12月4日前"), "{page}");
    let objection = hidden(&page, "objection");
    let found = [("objection", objection.as_str()), ("finding", "rejected"), ("found", "车辆为邻居所有")];
    assert!(does(&mut civil, &notice, "reverify", &found).await.body.contains("R162"));
    let mut civil2 = office.signed_in("civil2").await;
    does(&mut civil2, &notice, "reverify", &found).await.sent_to(&done(&notice));
    let result = [("objection", objection.as_str()), ("result_board", "村务公开栏")];
    does(&mut village, &notice, "result", &result).await.sent_to(&done(&notice));
    assert!(does(&mut secretary, &path, "approve", &of_line).await.body.contains("R153"));

    office.later(8 * DAY_SECONDS);
    assert_eq!(office.browser().get(&format!("/open/notices/{line}")).await.status, StatusCode::NOT_FOUND);
    let mut village = office.signed_in_again("village").await;
    assert!(village.get("/fund/notices").await.body.contains("期满待取下"));
    does(&mut village, &notice, "take-down", &[("on", "2026-11-30")]).await.sent_to(&done(&notice));
    let other = office.signed_in_again("meeting3").await;
    let (mut other, _) = office.stepped_up_again(other).await;
    does(&mut other, &path, "approve", &of_line).await.sent_to(&done(&path));
    let case = office.desk.store().case(&office.scope_at(&other).await, &CaseId::new("case-1").unwrap()).await.unwrap();
    assert_eq!((case.requests[0].status, case.requests[0].amount_fen), (RequestStatus::Approved, Fen::yuan(12_000)));
    let list = other.get("/fund/meetings").await.body;
    assert!(list.contains("已决定") && !part(&list, "<table").contains("未办结"), "{list}");
    office
}

/// The seats, as the attendance's forms name them.
fn members_of(page: &str) -> Vec<String> {
    let forms = page.split("name=\"act\" value=\"attend\"").skip(1);
    forms.map(|rest| value(rest, "member")).collect()
}
