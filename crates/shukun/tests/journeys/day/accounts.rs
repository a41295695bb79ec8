//! A newcomer sees an empty desk; the security administrator gives a role; the queues are there.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn newcomer_is_granted_a_role(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/sign-in?lang=zh").await?;
    browser.look(seen, "sign-in").await?;
    browser.fill("login", "xinren").await?;
    browser.fill("password", "not the password").await?;
    browser.press("main form button[type=submit]").await?;
    browser.expect("[role=alert]", "口令").await?;
    browser.look(seen, "wrong-password").await?;
    browser.sees_faults().await?;
    browser.sign_in("xinren").await?;
    browser.go("/").await?;
    browser.look(seen, "nothing-granted").await?;
    browser.go("/cases").await?;
    browser.look(seen, "forbidden").await?;
    browser.go("/").await?;
    browser.sign_out().await?;
    browser.sign_in("security").await?;
    browser.go("/grants").await?;
    browser.press("main a[href^='/grants/']").await?;
    browser.look(seen, "grants-of-one").await
}
