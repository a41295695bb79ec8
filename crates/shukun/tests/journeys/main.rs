//! A county's working day in a real Chromium, on the real program: whoever works there does what their day holds, at the
//! width of their own screen, and every page on the way is looked at ([`browser::Browser::look`]).
//!
//! One test, since the day is one: what one leaves the next finds. `cargo xtask test` installs the browser where it is
//! missing; screenshots lie in `target/journeys`. With `SHUKUN_JOURNEY=cashier` only that one is gone, and nobody walks. Start at
//! [`working_day`].
#![cfg(feature = "server")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod browser;
mod day;
mod driver;
mod office;
mod seen;
mod walk;

use std::time::Instant;

use browser::Browser;
use driver::Driver;
use office::Office;
use seen::Seen;

/// As wide as a desk and as a phone, in CSS pixels.
const DESK: u32 = 1280;
const PHONE: u32 = 390;

#[test]
fn working_day() {
    let Some(driver) = Driver::start() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "chromium and chromedriver are missing: apt-get install chromium chromium-driver"
        );
        eprintln!("left out: chromium and chromedriver are not here (apt-get install chromium chromium-driver)");
        return;
    };
    let office = Office::open();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = runtime.block_on(whole_day(&driver, &office));
    assert!(seen.faults().is_empty(), "{} pages looked at\n{}", seen.pages(), seen.faults().join("\n"));
}

/// The journeys in the order of the day; each takes a browser of its own.
async fn whole_day(driver: &Driver, office: &Office) -> Seen {
    let mut seen = Seen::default();
    let only = std::env::var("SHUKUN_JOURNEY").ok();
    let is_meant = |name: &str| only.as_deref().is_none_or(|only| only == name);
    for (name, width, journey) in day::JOURNEYS.iter().filter(|(name, _, _)| is_meant(name)) {
        let begun = Instant::now();
        let browser = Browser::open(driver, office, name, *width).await;
        let outcome = journey(&browser, &mut seen).await;
        if let Err(error) = &outcome {
            browser.keep_failure(&mut seen, error).await;
        }
        browser.close().await;
        eprintln!("{name}: {} s", begun.elapsed().as_secs());
    }
    // Who cannot go through the day cannot walk either; its faults would hide the first one.
    if only.is_none() && seen.faults().iter().all(|fault| !fault.contains("cannot go on")) {
        walk::every_page(driver, office, &mut seen).await;
    }
    seen
}
