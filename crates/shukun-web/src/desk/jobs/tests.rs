use serde_json::json;
use shukun_casework::authority::{Permission, Role};
use shukun_store::JobState;

use super::*;
use crate::http::cookies::Transport;
use crate::testing::{Browser, COUNTY, Office, PASSWORD, form};
use crate::words;
use crate::works::order::Trial;
use crate::works::{Order, Works};

/// A kind that has a work echo what it was asked for with.
pub const TRIAL: Kind = Kind {
    key: "trial",
    name: words::JOB,
    permission: Permission::Import,
    run: |doing| Box::pin(echo(doing)),
    leads_to: |_| Some("/account".to_owned()),
};

async fn echo(doing: &Doing) -> Result<Json, WorkFailure> {
    let words: String = doing.input()?;
    if words == "wait" {
        std::future::pending::<()>().await;
    }
    doing.step(1, 2);
    doing.work(&Order::Trial(Trial::Echo(words))).await
}

async fn office() -> Office {
    let staff = [("yibao", Role::Insurance, COUNTY), ("minzheng", Role::CivilAffairs, COUNTY)];
    let mut office = Office::new(Transport::Plain, &staff).await;
    office.desk = office.desk.with_works(Works::double(|order| match order {
        Order::Trial(Trial::Echo(words)) if words != "fail" => Ok(json!(words)),
        _ => Err(WorkFailure::start()),
    }));
    office
}

async fn asked(office: &Office, scope: &Scope, words: &str) -> JobId {
    ask(&office.desk, scope, &TRIAL, &RegionCode::new(COUNTY).unwrap(), json!(words), None).await.unwrap()
}

/// What yibao may do, and a browser signed in as yibao afterwards: a new session ends the one before.
async fn yibao(office: &Office) -> (Scope, Browser) {
    let scope = office.scope("yibao").await;
    let mut browser = office.browser();
    browser.submit("/sign-in", &[("login", "yibao"), ("password", PASSWORD)]).await.sent_to("/");
    (scope, browser)
}

#[tokio::test]
async fn a_job_is_done_and_its_page_says_so() {
    let office = office().await;
    let (scope, mut browser) = yibao(&office).await;
    assert!(browser.get("/jobs").await.body.contains("还没有任务"));
    let done = asked(&office, &scope, "账单").await;
    let page = browser.get(&format!("/jobs/{}", done.as_str())).await;
    assert!(page.body.contains("等待") && page.body.contains("hx-trigger=\"every 2s\""), "{}", page.body);
    assert_eq!(runner::carry_out_waiting(&office.desk).await, 1);
    let page = browser.get(&format!("/jobs/{}", done.as_str())).await;
    assert!(page.body.contains("已完成") && page.body.contains("href=\"/account\""), "{}", page.body);
    assert!(!page.body.contains("hx-trigger"), "what is over is not asked for again");
    assert!(browser.get("/jobs").await.body.contains(done.as_str()));
    assert_eq!(office.desk.store().job(&scope, &done).await.unwrap().result, Some(json!("账单")));
}

#[tokio::test]
async fn a_job_that_fails_says_why_and_how_to_mend_it() {
    let office = office().await;
    let (scope, mut browser) = yibao(&office).await;
    let failed = asked(&office, &scope, "fail").await;
    runner::carry_out_waiting(&office.desk).await;
    let page = browser.get(&format!("/jobs/{}", failed.as_str())).await;
    for words in ["work-start", words::WORK_START.zh, words::WORK_START_MEND.zh] {
        assert!(page.body.contains(words), "{words} in {}", page.body);
    }
}

#[tokio::test]
async fn a_job_is_its_askers_alone_and_can_be_cancelled_while_it_runs() {
    let office = office().await;
    let (scope, mut browser) = yibao(&office).await;
    let job = asked(&office, &scope, "wait").await;
    let path = format!("/jobs/{}", job.as_str());
    let mut other = office.signed_in("minzheng").await;
    assert_eq!(other.get(&path).await.status, 404);
    let runner = tokio::spawn(runner::keep(office.desk.clone(), "test".to_owned()));
    let state = async || office.desk.store().job(&scope, &job).await.unwrap().state;
    while state().await != JobState::Running {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let token = browser.get(&path).await.form_token();
    let stopped = browser.post(&format!("{path}/cancel"), &form(&[("form_token", &token)])).await;
    stopped.sent_to(&path);
    assert!(browser.get(&path).await.body.contains("已取消"));
    assert_eq!(state().await, JobState::Cancelled);
    // The runner goes on with others.
    let next = asked(&office, &scope, "下一个").await;
    let start = std::time::Instant::now();
    while office.desk.store().job(&scope, &next).await.unwrap().state != JobState::Done {
        assert!(start.elapsed().as_secs() < 20);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    runner.abort();
}

#[tokio::test]
async fn looking_on_does_not_keep_a_session_alive() {
    let office = office().await;
    let (scope, mut browser) = yibao(&office).await;
    let job = asked(&office, &scope, "账单").await;
    let path = format!("/jobs/{}", job.as_str());
    for _ in 0..3 {
        office.later(8 * 60);
        let answer = browser.get(&format!("{path}/progress")).await;
        if answer.status != 200 {
            assert_eq!(answer.location(), format!("/sign-in?next={path}/progress"));
            return;
        }
    }
    panic!("a page that asks by itself kept the session alive");
}
