//! Giving through the pages: a donor gives, gets a certificate, turns anonymous; what is promised stays apart.

use axum::http::StatusCode;
use shukun_casework::authority::Role;
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, BookKind, NewBook};

use crate::http::cookies::Transport;
use crate::testing::{Answer, Browser, COUNTY, Office, form};
use crate::ui::lint::{faults, tags};

const STAFF: &[(&str, Role, &str)] = &[
    ("keeper", Role::CharityFederation, COUNTY),
    ("checker", Role::CharityFederation, COUNTY),
    ("meeting", Role::JointMeeting, COUNTY),
];

const PAGES: [&str; 10] = [
    "/fund/donors",
    "/fund/donors/new",
    "/fund/gifts",
    "/fund/gifts/new",
    "/fund/pledges",
    "/fund/pledges/new",
    "/fund/campaigns",
    "/fund/campaigns/new",
    "/fund/campaigns/published",
    "/fund/outlook",
];

/// An office with a book, and its keeper signed in.
async fn office() -> (Office, Browser) {
    let office = Office::new(Transport::Plain, STAFF).await;
    let keeper = office.signed_in("keeper").await;
    let scope = office.scope_at(&keeper).await;
    let id = BookId::new("county").unwrap();
    let book = NewBook {
        id: id.clone(),
        name: "测试共富基金".to_owned(),
        owner: "测试慈善总会".to_owned(),
        kind: BookKind::CountyCharity,
        region: shukun_base::RegionCode::new(COUNTY).unwrap(),
    };
    office.desk.store().open_book(&scope, &book, office.now()).await.unwrap();
    office.desk.store().open_account(&scope, &id, &AccountCode::new("bank:main").unwrap(), office.now()).await.unwrap();
    (office, keeper)
}

async fn sound(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!((page.status, faults(&page.body)), (StatusCode::OK, Vec::new()), "{path}");
    page.body
}

/// Sends a form of the page at `page` to `path`.
async fn from(browser: &mut Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(page).await.form_token();
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
    browser.post(path, &form(&fields)).await
}

/// A donor through the form; the path of its page.
async fn donor(browser: &mut Browser, kind: &str, name: &str) -> String {
    let fields = [("kind", kind), ("showing", "name"), ("name", name), ("alias", ""), ("heads", ""), ("contact", "")];
    let sent = browser.submit("/fund/donors/new", &fields).await;
    sent.location().trim_end_matches("?done=yes").to_owned()
}

#[tokio::test]
async fn empty_pages_say_what_fills_them() {
    let office = Office::new(Transport::Plain, STAFF).await;
    let mut keeper = office.signed_in("keeper").await;
    for path in PAGES {
        for lang in ["zh", "en"] {
            sound(&mut keeper, &format!("{path}?lang={lang}")).await;
        }
    }
    assert!(keeper.get("/fund/gifts/new?lang=zh").await.body.contains("还没有账册"));
}

#[tokio::test]
async fn a_donor_gives_gets_a_certificate_and_turns_anonymous() {
    let (office, mut keeper) = office().await;
    let path = donor(&mut keeper, "individual", "测试甲").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let wrong = [("donor", id.as_str()), ("amount", "5000"), ("received_on", "2026-11-21"), ("bank", "bank:main")];
    let refused = keeper.submit("/fund/gifts/new", &wrong).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("请选择一项"),
        "what it is for"
    );
    assert_eq!(faults(&refused.body), Vec::<String>::new());
    let fields = [&wrong[..], &[("aim", "earmark"), ("purpose", "charity_relief"), ("class", "low_income")]].concat();
    let sent = keeper.submit("/fund/gifts/new", &fields).await;
    let gift = sent.location().trim_end_matches("?done=yes").to_owned();
    let page = sound(&mut keeper, &gift).await;
    assert!(page.contains("用于慈善救助，限低收入") && page.contains("测**"), "{page}");
    from(&mut keeper, &gift, &format!("{gift}/certificate"), &[])
        .await
        .sent_to(&format!("{gift}/certificate?done=yes"));
    // Without a press the page for print is all there is.
    keeper.get(&format!("{gift}/certificate.pdf")).await.sent_to(&format!("{gift}/certificate"));
    let paper = sound(&mut keeper, &format!("{gift}/certificate")).await;
    assert!(paper.contains("测试甲") && paper.contains("人民币伍仟元整") && paper.contains("2026-0001"), "{paper}");
    let sent = from(&mut keeper, &path, &format!("{path}/showing"), &[("showing", "anonymous"), ("alias", "")]).await;
    let hidden = sent.location().trim_end_matches("?done=yes").to_owned();
    assert_ne!(hidden, path);
    assert_eq!(keeper.get(&path).await.status, StatusCode::NOT_FOUND);
    for path in ["/fund/donors", "/fund/gifts", hidden.as_str(), gift.as_str()] {
        let page = sound(&mut keeper, path).await;
        assert!(!page.contains("测试甲") && !page.contains("测**") && !page.contains(&id), "{path} leads to the donor");
    }
    let paper = sound(&mut keeper, &format!("{gift}/certificate")).await;
    assert!(paper.contains("一位不愿署名的捐赠人") && paper.contains("请在捐赠页面重新打印"));
    let (mut checker, _) = office.stepped_up("checker").await;
    let shown = from(&mut checker, &hidden, &format!("{hidden}/reveal"), &[("reason", "寄送证书")]).await;
    assert!(shown.body.contains("测试甲"), "{}", shown.body);
    let mut meeting = office.signed_in("meeting").await;
    assert_eq!(meeting.get("/fund/gifts/new").await.status, StatusCode::FORBIDDEN);
    assert!(!sound(&mut meeting, &hidden).await.contains("测试甲"));
}

#[tokio::test]
async fn what_is_promised_stays_apart_from_what_arrived() {
    let (_office, mut keeper) = office().await;
    let path = donor(&mut keeper, "organisation", "测试银行").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let pledge = [
        ("donor", id.as_str()),
        ("promised_on", "2026-01-10"),
        ("total", "3,000,000"),
        ("years", "5"),
        ("first_on", "2026-01-10"),
        ("lines", ""),
        ("aim", "free"),
    ];
    keeper.submit("/fund/pledges/new", &pledge).await.sent_to("/fund/pledges?done=yes");
    let page = sound(&mut keeper, "/fund/pledges").await;
    assert!(page.contains("3,000,000.00元") && page.contains("逾期") && page.contains("登记到账"), "{page}");
    let link = tags(&page).into_iter().filter_map(|tag| tag.get("href").map(str::to_owned));
    let link = link.into_iter().find(|href| href.starts_with("/fund/gifts/new?")).unwrap();
    let form = sound(&mut keeper, &link.replace("&amp;", "&")).await;
    assert!(form.contains("value=\"pledge\" checked"), "{form}");
    let instalment = link.rsplit("pledge=").next().unwrap().to_owned();
    let gift = [
        ("donor", id.as_str()),
        ("amount", "600000"),
        ("received_on", "2026-11-20"),
        ("bank", "bank:main"),
        ("aim", "pledge"),
        ("instalment", &instalment),
    ];
    assert_eq!(keeper.submit("/fund/gifts/new", &gift).await.status, StatusCode::SEE_OTHER);
    let page = sound(&mut keeper, "/fund/pledges?lang=en").await;
    assert!(page.contains("600,000.00 yuan") && page.contains("2,400,000.00 yuan"), "{page}");
    let outlook = sound(&mut keeper, "/fund/outlook?lang=zh").await;
    assert!(outlook.contains("不足12个月") && outlook.contains("还没有设定"), "{outlook}");
    assert!(outlook.contains("600,000.00元"));
}

#[tokio::test]
async fn an_appeal_lists_who_was_asked_and_a_refund_takes_two() {
    let (office, mut keeper) = office().await;
    let campaign = [
        ("title", "倡议书"),
        ("kind", "appeal"),
        ("source", "通知"),
        ("from_on", "2026-03-01"),
        ("to_on", ""),
        ("target", "1000"),
    ];
    let sent = keeper.submit("/fund/campaigns/new", &campaign).await;
    let appeal = sent.location().trim_end_matches("?done=yes").to_owned();
    from(&mut keeper, &appeal, &format!("{appeal}/ask"), &[("names", "甲诊所\n乙药店")])
        .await
        .sent_to(&format!("{appeal}?done=yes"));
    from(&mut keeper, &appeal, &format!("{appeal}/answer"), &[("number", "2"), ("answer", "will_give")])
        .await
        .sent_to(&format!("{appeal}?done=yes"));
    let path = donor(&mut keeper, "organisation", "乙药店").await;
    let (id, campaign) = (path.rsplit('/').next().unwrap(), appeal.rsplit('/').next().unwrap());
    let gift = [
        ("donor", id),
        ("amount", "250"),
        ("received_on", "2026-11-20"),
        ("bank", "bank:main"),
        ("aim", "free"),
        ("campaign", campaign),
    ];
    let sent = keeper.submit("/fund/gifts/new", &gift).await;
    let gift = sent.location().trim_end_matches("?done=yes").to_owned();
    let page = sound(&mut keeper, &appeal).await;
    assert!(page.contains("25.0%") && page.contains("愿意捐赠") && page.contains("乙药店"), "{page}");
    from(&mut keeper, &gift, &format!("{gift}/refund"), &[("amount", "100"), ("reason", "重复汇款")])
        .await
        .sent_to(&format!("{gift}?done=yes"));
    assert!(!sound(&mut keeper, &gift).await.contains("复核并退还"), "not by who asked");
    let (mut checker, _) = office.stepped_up("checker").await;
    let page = sound(&mut checker, &gift).await;
    let action = tags(&page)
        .into_iter()
        .filter_map(|tag| tag.get("action").map(str::to_owned))
        .find(|action| action.contains("/refund/"));
    from(&mut checker, &gift, &action.unwrap(), &[]).await.sent_to(&format!("{gift}?done=yes"));
    assert!(sound(&mut keeper, &gift).await.contains("已退还"));
    assert!(sound(&mut keeper, &appeal).await.contains("15.0%"));
}
