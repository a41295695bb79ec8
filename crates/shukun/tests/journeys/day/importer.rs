//! An officer of the insurance bureau brings in the month's settlements, takes the readable rows, and screens.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn imports_and_screens(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("yibao").await?;
    browser.go("/imports").await?;
    browser.look(seen, "imports-empty").await?;
    browser.upload("file", &browser.office().settlements()).await?;
    browser.press("form[action='/imports'] button[type=submit]").await?;
    browser.look(seen, "import-begun").await?;
    // Left and found again: it goes on without anybody looking.
    browser.go("/jobs").await?;
    browser.look(seen, "jobs").await?;
    browser.go("/imports").await?;
    browser.press("main a[href^='/imports/']").await?;
    browser.find("form[action$='/commit']").await?;
    browser.expect("main", "六千元").await?;
    browser.look(seen, "import-checked").await?;
    browser.press("form[action$='/commit'] button[type=submit]").await?;
    browser.find("form[action$='/undo']").await?;
    browser.look(seen, "import-taken").await?;
    screens(browser, seen).await
}

async fn screens(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/cases?status=detected").await?;
    let before = browser.count().await?;
    browser.go("/runs").await?;
    browser.fill("year", "2022").await?;
    browser.press("form[action='/runs'] button[type=submit]").await?;
    browser.look(seen, "run-begun").await?;
    browser.find("main a[href^='/runs/']").await?;
    browser.look(seen, "run-done").await?;
    browser.press("main a[href^='/runs/']").await?;
    browser.look(seen, "run").await?;
    browser.go("/alerts").await?;
    browser.look(seen, "alerts").await?;
    browser.go("/cases?status=detected").await?;
    let after = browser.count().await?;
    if after > before { Ok(()) } else { Err(format!("the bills doubled, and {before} new cases are {after}")) }
}
