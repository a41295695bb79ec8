//! A leader reads the county's figures and opens one: the list behind it is as long as the figure says.

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;

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
    browser.look(seen, "behind-a-figure").await
}
