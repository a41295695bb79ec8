//! The audit administrator follows who looked at whom today.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn follows_who_looked(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("audit").await?;
    browser.go("/audit").await?;
    browser.look(seen, "trail").await?;
    // The village worker opened a case on the phone this morning.
    browser.go("/audit?act=case_viewed").await?;
    browser.look(seen, "looks-at-cases").await?;
    browser.expect("main", "叶小芳").await
}
