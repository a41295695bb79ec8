//! Somebody without an account checks the published total and a family's slip, on a phone whose network is off.

use serde_json::json;

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;
use crate::{DESK, PHONE};

pub async fn checks_the_total_and_a_slip_offline(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    let slip = hand_over(browser, seen).await?;
    browser.widen(PHONE).await?;
    browser.go("/open/fund?lang=zh").await?;
    browser.look(seen, "total").await?;
    browser.press("main a[href='/open/fund/checkpoints']").await?;
    browser.look(seen, "checkpoints").await?;
    let bundle = browser.save("/open/fund/checkpoints/1/bundle", "utf-8").await?;
    let page = browser.save("/open/verify", "utf-8").await?;
    let office = browser.office();
    let (page, bundle) = (office.file("verify.html", &page), office.file("bundle.json", &bundle));
    browser.open_offline(&page).await?;
    check(browser, &slip, "请先选择").await?;
    browser.choose("#file", &bundle).await?;
    browser.wait_for("#total", "各笔承诺相加等于公布的总额").await?;
    check(browser, &slip, "在公布的总额之内").await?;
    browser.look(seen, "offline").await?;
    check(browser, &with_another_letter(&slip), "抄错了一个字").await?;
    browser.look(seen, "offline-copied-wrongly").await?;
    // The published file with one payment counted twice in its total.
    let forged = std::fs::read_to_string(&bundle).map_err(|error| error.to_string())?;
    let mut forged: serde_json::Value = serde_json::from_str(&forged).map_err(|error| error.to_string())?;
    let total = forged.pointer_mut("/header/total").ok_or("the file has no total")?;
    *total = json!(total.as_i64().unwrap_or_default() + 1);
    browser.choose("#file", &office.file("forged.json", &forged.to_string())).await?;
    browser.wait_for("#total", "公布的文件不相符").await?;
    browser.look(seen, "offline-forged").await
}

/// Whoever pays hands the family its slip; what stands on it.
async fn hand_over(browser: &Browser<'_>, seen: &mut Seen) -> Outcome<String> {
    let counter = browser.another("citizen-counter", DESK).await;
    let slip = slip(&counter, seen).await;
    if let Err(error) = &slip {
        counter.keep_failure(seen, error).await;
    }
    counter.close().await;
    slip
}

async fn slip(counter: &Browser<'_>, seen: &mut Seen) -> Outcome<String> {
    counter.sign_in("cishan").await?;
    counter.go("/fund/batches/demo-batch-1").await?;
    counter.step_up("cishan").await?;
    counter.press("main a[href^='/fund/slips/']").await?;
    counter.look(seen, "slip").await?;
    // A paper as well, where the program that sets papers was built.
    if let Some(paper) = counter.links().await?.iter().find(|link| link.contains("/slip.pdf"))
        && !counter.save(paper, "latin1").await?.starts_with("%PDF-")
    {
        return Err(format!("{paper} is no paper"));
    }
    let file = format!("{}/file", counter.path().await?);
    counter.save(&file, "utf-8").await.map(|text| text.lines().next().unwrap_or_default().to_owned())
}

/// Types the line of the slip and presses the button.
async fn check(browser: &Browser<'_>, line: &str, says: &str) -> Outcome {
    browser.find("#line").await?;
    browser.run("document.getElementById('line').value = arguments[0];", vec![json!(line)]).await?;
    browser.click("#check").await?;
    browser.wait_for("#slip", says).await
}

/// One letter in the middle is another.
fn with_another_letter(line: &str) -> String {
    let mut letters: Vec<char> = line.chars().collect();
    if let Some(letter) = letters.get_mut(line.len() / 2) {
        *letter = if *letter == '7' { '8' } else { '7' };
    }
    letters.into_iter().collect()
}
