//! A second officer of the insurance bureau reads a determination and agrees; whoever drafted it could not.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn checks_a_determination(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("yibao2").await?;
    browser.go("/cases?status=applying").await?;
    browser.look(seen, "applications").await?;
    browser.first_case_with("form[action$='/check']").await?;
    browser.look(seen, "draft").await?;
    browser.fill("check_agreed", "yes").await?;
    browser.press("form[action$='/check'] button[type=submit]").await?;
    browser.step_up("yibao2").await?;
    browser.expect("[role=status]", "").await?;
    browser.look(seen, "checked").await
}
