//! An officer of civil affairs clears the morning's queue: most alerts need nobody's visit, the others go out to the towns.

use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;
use crate::walk::look_everywhere;

pub async fn dismisses_in_bulk_and_dispatches(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("minzheng").await?;
    browser.go("/").await?;
    browser.look(seen, "home").await?;
    dismiss(browser, seen).await?;
    screen_one(browser, seen).await?;
    dispatch(browser, seen).await?;
    compare_two(browser, seen).await?;
    take_out(browser, seen).await
}

async fn dismiss(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/cases?status=detected").await?;
    let before = browser.count().await?;
    browser.tick("pick", 2).await?;
    browser.fill("act", "dismiss").await?;
    browser.look(seen, "ticked").await?;
    browser.press("form[action='/cases/bulk'] button[type=submit]").await?;
    // Sent without a reason it says what is missing.
    browser.allow_empty("form[action='/cases/bulk']").await?;
    browser.press("form[action='/cases/bulk'] button[value=preview]").await?;
    browser.look(seen, "reason-missing").await?;
    browser.fill("bulk_reason", "burden_below_line").await?;
    browser.fill("bulk_why", "两户均有稳定收入，负担未达线").await?;
    browser.press("form[action='/cases/bulk'] button[value=preview]").await?;
    browser.look(seen, "preview").await?;
    browser.press("form[action='/cases/bulk'] button[value=do]").await?;
    browser.look(seen, "dismissed").await?;
    browser.go("/cases?status=detected").await?;
    let after = browser.count().await?;
    if after + 2 != before {
        return Err(format!("{before} stood on the list, two were dismissed, {after} stand there"));
    }
    Ok(())
}

async fn screen_one(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    let case = browser.first_case_with("form[action$='/screen']").await?;
    browser.fill("screen_result", "suspected").await?;
    browser.press(&format!("form[action='{case}/screen'] button[type=submit]")).await?;
    browser.expect("[role=status]", "").await?;
    browser.look(seen, "screened").await
}

async fn dispatch(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/cases?status=screened").await?;
    let before = browser.count().await?;
    browser.fill("all", "yes").await?;
    browser.fill("act", "dispatch").await?;
    browser.press("form[action='/cases/bulk'] button[type=submit]").await?;
    browser.fill("bulk_task", "核实家庭收入、支出和住院情况").await?;
    browser.fill("bulk_due_on", &day(30)).await?;
    browser.press("form[action='/cases/bulk'] button[value=preview]").await?;
    browser.press("form[action='/cases/bulk'] button[value=do]").await?;
    browser.look(seen, "dispatched").await?;
    browser.go("/cases?status=screened").await?;
    let after = browser.count().await?;
    if before == 0 || after != 0 {
        Err(format!("{before} cases were to be dispatched, {after} were not"))
    } else {
        Ok(())
    }
}

/// Two cases side by side, as when somebody says they are one, and one that might be two; here nobody is right.
async fn compare_two(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/cases?status=detected").await?;
    let script = "return [...document.querySelectorAll('main a.row-link[href^=\"/cases/\"]')]
        .map(one => one.getAttribute('href').split('/').at(-1));";
    let cases = browser.run(script, Vec::new()).await?;
    let case = |at: usize| cases.get(at).and_then(|case| case.as_str());
    let (Some(one), Some(other)) = (case(0), case(1)) else {
        return Err("fewer than two cases are new".to_owned());
    };
    look_everywhere(browser, "beside", &format!("/cases/{one}/beside/{other}"), seen).await?;
    look_everywhere(browser, "split", &format!("/cases/{one}/split"), seen).await
}

/// The list as a workbook, for a meeting: asked for with a reason, made in the background, fetched once it is there.
async fn take_out(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/cases?status=dispatched").await?;
    browser.press("a[href^='/exports/new']").await?;
    browser.allow_empty("form[action='/exports']").await?;
    browser.press("form[action='/exports'] button[type=submit]").await?;
    browser.look(seen, "export-reason-missing").await?;
    browser.fill("reason", "联席会议会前材料").await?;
    browser.press("form[action='/exports'] button[type=submit]").await?;
    browser.step_up("minzheng").await?;
    browser.find("main a[href^='/exports/']").await?;
    browser.press("main a[href^='/exports/']").await?;
    browser.find("form[action$='/fetch']").await?;
    let path = browser.path().await?;
    look_everywhere(browser, "export", &path, seen).await
}
