//! An officer of the insurance bureau asks what another reading of an article would do to everybody, and how two documents
//! differ.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;
use crate::walk::look_everywhere;

/// A document of the demo with an open question in it.
const DOCUMENT: &str = "/policies/cn-330381-ruian";

pub async fn compares_a_reading_over_everybody(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("yibao").await?;
    browser.go(DOCUMENT).await?;
    browser.press("form[action$='/differ'] button[type=submit]").await?;
    let path = browser.path().await?;
    look_everywhere(browser, "differ", &path, seen).await?;
    browser.go(DOCUMENT).await?;
    browser.press("a[href^='/policies/compare?variant_readings=']").await?;
    browser.look(seen, "compare-asked").await?;
    browser.press("form[action='/policies/compare'] button[type=submit]").await?;
    browser.find("main a[href^='/policies/compare/']").await?;
    browser.press("main a[href^='/policies/compare/']").await?;
    let path = browser.path().await?;
    look_everywhere(browser, "compared", &path, seen).await
}
