//! Somebody gives: the charity federation takes the donor down, what the gift is for, and hands a certificate over.

use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;

pub async fn takes_a_gift_and_hands_a_certificate_over(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("cishan").await?;
    browser.go("/fund/donors/new").await?;
    for (name, value) in [("kind", "individual"), ("showing", "name"), ("name", "示例捐赠人甲")] {
        browser.fill(name, value).await?;
    }
    browser.look(seen, "donor-filled-in").await?;
    browser.press("form[action='/fund/donors/new'] button[type=submit]").await?;
    let page = browser.path().await?;
    let donor = page.rsplit('/').next().and_then(|id| id.split('?').next()).unwrap_or_default().to_owned();

    browser.go("/fund/gifts/new").await?;
    browser.allow_empty("form[action='/fund/gifts/new']").await?;
    browser.press("form[action='/fund/gifts/new'] button[type=submit]").await?;
    browser.look(seen, "gift-with-faults").await?;
    for (name, value) in [
        ("donor", donor.as_str()),
        ("amount", "5000"),
        ("received_on", day(-1).as_str()),
        ("aim", "earmark"),
        ("purpose", "charity_relief"),
        ("class", "low_income"),
    ] {
        browser.fill(name, value).await?;
    }
    browser.look(seen, "gift-filled-in").await?;
    browser.press("form[action='/fund/gifts/new'] button[type=submit]").await?;
    browser.expect("main", "用于慈善救助，限低收入").await?;
    browser.press("form[action$='/certificate'] button[type=submit]").await?;
    browser.expect("main", "人民币伍仟元整").await?;
    browser.look(seen, "certificate").await?;
    browser.widen(crate::PHONE).await?;
    browser.look(seen, "certificate-on-a-phone").await
}
