//! A leader reads the county's figures and opens one: the list behind it is as long as the figure says.

use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;
use crate::walk::look_everywhere;

/// So many figures are opened.
const OPENED: usize = 4;

pub async fn opens_a_figure(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("lianxi").await?;
    browser.go("/figures").await?;
    browser.look(seen, "figures").await?;
    let script = "return [...document.querySelectorAll('main table a[href^=\"/cases\"]')]
        .map(one => [one.getAttribute('href'), one.innerText.trim()]).filter(([, text]) => /^[1-9][0-9]*$/.test(text));";
    let figures = browser.run(script, Vec::new()).await?;
    let figures = figures.as_array().cloned().unwrap_or_default();
    if figures.len() < OPENED {
        return Err(format!("the page has {} figures that lead to a list", figures.len()));
    }
    for figure in figures.iter().step_by(figures.len() / OPENED) {
        let [path, number] =
            [0, 1].map(|at| figure.get(at).and_then(|one| one.as_str()).unwrap_or_default().to_owned());
        browser.go(&path).await?;
        browser.expect("main header", &format!("共{number}件")).await?;
    }
    browser.look(seen, "behind-a-figure").await?;
    lists_measures(browser, seen).await
}

/// The county's own list of measures, pasted from its document, and a first report on one of them.
async fn lists_measures(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/appraisal").await?;
    // One line is short of a cell: it is told, and what was pasted stays.
    browser.fill("table", "建立月度会商制度,市医保局").await?;
    browser.press("form[action='/appraisal'] button[type=submit]").await?;
    browser.look(seen, "measures-wrong").await?;
    let table = format!(
        "建立月度会商制度,市医保局,市民政局、市财政局,{},演示用的清单\n公布救助热线,市民政局,各乡镇（街道）,{},演示用的清单",
        day(40),
        day(-3)
    );
    browser.fill("table", &table).await?;
    browser.press("form[action='/appraisal'] button[type=submit]").await?;
    browser.press("main a[href^='/appraisal/']:not([href*='template']):not([href*='bulletin'])").await?;
    browser.fill("act", "progress").await?;
    browser.fill("note", "首次会商已召开，纪要已印发").await?;
    browser.press("form[action^='/appraisal/'] button[type=submit]").await?;
    let path = browser.path().await?;
    look_everywhere(browser, "measure", &path, seen).await
}
