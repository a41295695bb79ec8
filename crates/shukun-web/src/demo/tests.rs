use jiff::Timestamp;
use shukun_base::Lang;
use shukun_casework::authority::Permission;
use shukun_casework::case::Status;
use shukun_store::{CaseFilter, CountBy, Scope};

use super::road::ROADS;
use super::*;
use crate::format::masked_name;

pub(crate) fn burdened(number: u64) -> Burdened {
    let line = Line {
        tier: "基本医保".to_owned(),
        programme: None,
        rule: "统筹".to_owned(),
        article: "第六条".to_owned(),
        base_fen: Fen::yuan(150_000),
        amount_fen: Fen::yuan(100_000),
        cap_left_fen: None,
    };
    Burdened {
        person: PersonId(number),
        household: HouseholdId(number),
        region: RegionCode::new(if number.is_multiple_of(2) { "330381001002" } else { "330381002001" }).unwrap(),
        name: Masked::new("王小明".to_owned()),
        id_number: Masked::new(format!("33038119800101{number:04}")),
        phone: None,
        year: 2022,
        rule: "三色预警".to_owned(),
        pack: "cn-330381-ruian".to_owned(),
        burden_fen: Fen::yuan(60_000),
        colour: Colour::Orange,
        bill_fen: Fen::yuan(160_000),
        lines: vec![line],
        left_fen: Fen::yuan(60_000),
        packs: vec![PackUsed { id: "cn-330381-ruian".to_owned(), version: "1".to_owned(), sha256: hash("x").unwrap() }],
    }
}

async fn scope_of(store: &Store, first: &[FirstPassword], login: &str, now: Timestamp) -> Scope {
    let first = first.iter().find(|first| first.login == login).unwrap();
    let (_, session) = store.sign_in(login, &first.password, now).await.unwrap();
    assert!(session.must_change_password());
    let password = Masked::new("a password of one's own".to_owned());
    let (_, session) = store.change_password(&session, &first.password, &password, now).await.unwrap();
    session.scope(now)
}

#[tokio::test]
async fn every_step_holds_a_case_and_everybody_gets_a_password() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Store::sqlite_url(dir.path()), &dir.path().join("keys")).await.unwrap();
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let numbers = Numbers::defaults(1);
    // As many as there are roads; the first nine alone hold each step already, see the demo's few people.
    assert_eq!(ROADS.len(), 25);
    let people: Vec<Burdened> = (1..=25).map(burdened).collect();
    let named = Region { code: RegionCode::new("330381001").unwrap(), name: "示例街道".to_owned() };
    let first = furnish(&store, &numbers, (&people, &[named]), now).await.unwrap();
    assert_eq!(first.len(), 17);
    let minzheng = scope_of(&store, &first, "minzheng", now).await;
    let zhenjie = scope_of(&store, &first, "zhenjie", now).await;
    assert!(zhenjie.allows_anywhere(Permission::ConfirmVerification));
    let of_town = store.count_cases(&zhenjie, &CaseFilter::default(), CountBy::Status).await.unwrap();
    let of_town: u64 = of_town.iter().map(|count| count.cases).sum();
    assert!((1..25).contains(&of_town), "one town holds {of_town} of 25 cases");
    let counts = store.count_cases(&minzheng, &CaseFilter::default(), CountBy::Status).await.unwrap();
    for status in Status::ALL {
        assert!(counts.iter().any(|count| count.key.as_deref() == Some(status.key())), "no case is {status}");
    }
    let names = store.list_households(&minzheng, &[HouseholdId(1)]).await.unwrap();
    assert_eq!(names[0].name.chars().next(), masked_name(&people[0].name).chars().next());
    assert_eq!(store.every_region_name().await.unwrap().len(), 1);
    assert!(crate::words::ILLUSTRATIVE.text(Lang::Zh).contains("虚构"));
}
