//! The browser of the journeys: Chromium, its driver and a Chinese font, as Debian packs them.
//!
//! Tests start `chromedriver` by its name; nothing here knows a page.

use std::process::Command;

use crate::run::{Failure, Outcome, install, is_installed, need_program};

/// Makes sure that they are there, installing what is missing where this user may.
pub fn need() -> Outcome {
    need_program("chromium", "chromium")?;
    need_program("chromedriver", "chromium-driver")?;
    if has_chinese_font() { Ok(()) } else { font() }
}

/// Without one every screenshot is a page of boxes; the tests would pass all the same, so it is only told.
fn font() -> Outcome {
    install("a Chinese font", "fonts-wqy-microhei").or_else(|Failure(message)| {
        eprintln!("{message}; screenshots will show boxes");
        Ok(())
    })
}

fn has_chinese_font() -> bool {
    if !is_installed("fc-list") {
        return false;
    }
    let fonts = Command::new("fc-list").arg(":lang=zh").output();
    fonts.is_ok_and(|output| !output.stdout.is_empty())
}
