//! An officer of civil affairs clears the morning's queue: most alerts need nobody's visit.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn dismisses_in_bulk_and_dispatches(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("minzheng").await?;
    browser.go("/").await?;
    browser.look(seen, "home").await?;
    browser.go("/cases?status=detected").await?;
    let before = browser.all("input[name=pick]").await?.len();
    browser
        .run("[...document.querySelectorAll('input[name=pick]')].slice(0, 2).forEach(one => one.click());", vec![])
        .await?;
    browser.fill("act", "dismiss").await?;
    browser.look(seen, "ticked").await?;
    browser.press("form[action='/cases/bulk'] button[type=submit]").await?;
    browser.fill("bulk_reason", "burden_below_line").await?;
    browser.fill("bulk_why", "两户均有稳定收入，负担未达线").await?;
    browser.press("button[name=go][value=preview]").await?;
    browser.look(seen, "previewed").await?;
    browser.press("button[name=go][value=do]").await?;
    browser.expect("[role=status]", "2").await?;
    browser.look(seen, "dismissed").await?;
    browser.go("/cases?status=detected").await?;
    let after = browser.all("input[name=pick]").await?.len();
    if after + 2 != before {
        return Err(format!("{before} stood on the list, two were dismissed, {after} stand there"));
    }
    Ok(())
}
