//! Civil affairs takes up an application and certifies the household, with the report of the means check.

use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;

pub async fn certifies_a_household(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("minzheng2").await?;
    browser.go("/cases?status=applying").await?;
    let case = browser.first_case_with("form[action$='/accept-request']").await?;
    browser.look(seen, "application").await?;
    browser.press(&format!("form[action='{case}/accept-request'] button[type=submit]")).await?;
    browser.expect("[role=status]", "").await?;
    let report = browser.office().paper("means-report.pdf");
    for (name, value) in [
        ("certify_decision", "certified"),
        ("certify_category", "low_income"),
        ("certify_from", day(-21).as_str()),
        ("certify_illness", "yes"),
        ("certify_notice_from", day(-20).as_str()),
        ("certify_notice_to", day(-12).as_str()),
    ] {
        browser.fill(name, value).await?;
    }
    browser.upload("certify_report_file", &report).await?;
    browser.look(seen, "certify-filled-in").await?;
    browser.press(&format!("form[action='{case}/certify'] button[type=submit]")).await?;
    browser.step_up("minzheng2").await?;
    browser.expect("[role=status]", "").await?;
    browser.look(seen, "certified").await
}
