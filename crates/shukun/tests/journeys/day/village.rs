//! A village worker at somebody's door, on a phone.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

pub async fn verifies_at_the_door(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("cunshe").await?;
    browser.go("/").await?;
    browser.look(seen, "home").await?;
    browser.go("/cases?status=dispatched").await?;
    browser.look(seen, "tasks").await?;
    let form = browser.first_case_with("a[href$='/visit']").await?;
    browser.look(seen, "task").await?;
    browser.go(&form).await?;
    browser.look(seen, "visit-form").await?;
    // A form sent too early keeps what was typed and says what is missing.
    browser.fill("visit_note", "主要劳力患病，家中有两名学生").await?;
    browser.allow_empty("form[action$='/visit']").await?;
    browser.press("form[action$='/visit'] button[type=submit]").await?;
    browser.look(seen, "visit-incomplete").await?;
    for (name, value) in [
        ("visit_met", "family"),
        ("visit_members", "4"),
        ("income_wages", "24000"),
        ("expense_medical", "68000.50"),
        ("expense_education", "12000"),
        ("visit_consent", "given"),
        ("visit_finding", "at_risk"),
    ] {
        browser.fill(name, value).await?;
    }
    browser.press("form[action$='/visit'] button[type=submit]").await?;
    browser.expect("[role=status]", "").await?;
    browser.expect(".turn", "由镇街另一人确认").await?;
    browser.look(seen, "verified").await
}
