//! The secretary runs the meeting that was called for today: the agenda from what the engine computed, who is there, who keeps
//! out, the votes, the minutes, the resolution; then a notice that follows from it, and the call of the next meeting.

use crate::DESK;
use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;

/// Called by the demo for the day on which it starts.
const MEETING: &str = "/fund/meetings/demo-meeting-today";

pub async fn runs_a_meeting(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.sign_in("lianxi").await?;
    call_too_late(browser, seen).await?;
    browser.go(MEETING).await?;
    browser.look(seen, "called").await?;
    browser.press(&button("propose")).await?;
    browser.expect("main", "账上可用").await?;
    browser.look(seen, "agenda").await?;
    browser.press(&button("open")).await?;
    let others = [browser.another("secretary-chair", DESK).await, browser.another("secretary-member", DESK).await];
    let outcome = sit(browser, &others, seen).await;
    for window in others {
        if let Err(error) = &outcome {
            window.keep_failure(seen, error).await;
        }
        window.close().await;
    }
    outcome?;
    browser.press("main a[href^='/fund/resolutions/']").await?;
    browser.look(seen, "resolution").await
}

/// The button of an act.
fn button(act: &str) -> String {
    format!("{} button", form(act))
}

/// A form of the meeting's page by its act.
fn form(act: &str) -> String {
    format!("form[action^='/fund/meetings/']:has(input[name=act][value={act}])")
}

/// The one of several forms of an act that holds this value.
fn form_with(act: &str, value: &str) -> String {
    format!("{}:has(input[value='{value}'])", form(act))
}

/// The next meeting, without a place: the page says what is missing and keeps the rest.
async fn call_too_late(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    browser.go("/fund/meetings").await?;
    let call = "form[action='/fund/meetings']";
    browser.allow_empty(call).await?;
    browser.fill("kind", "plenary").await?;
    browser.fill("held_on", &day(30)).await?;
    browser.press(&format!("{call} button[type=submit]")).await?;
    browser.look(seen, "call-with-faults").await?;
    for (name, value) in
        [("kind", "plenary"), ("held_on", day(30).as_str()), ("venue", "政务中心三楼会议室"), ("book", "demo-gongfu")]
    {
        browser.fill(name, value).await?;
    }
    browser.press(&format!("{call} button[type=submit]")).await?;
    // It is called for a day to come: it cannot be opened.
    browser.look(seen, "next-meeting").await
}

async fn sit(secretary: &Browser<'_>, [chair, member]: &[Browser<'_>; 2], seen: &mut Seen) -> Outcome {
    chair.sign_in("lianxi2").await?;
    member.sign_in("lianxi3").await?;
    for seat in 0..4 {
        secretary.go(MEETING).await?;
        let of_seat = form_with("attend", &format!("demo-seat-{seat}"));
        secretary.press(&format!("{of_seat} button[value=present]")).await?;
    }
    secretary.look(seen, "in-session").await?;
    declare(secretary, seen).await?;
    chair.go(MEETING).await?;
    vote(chair).await?;
    chair.look(seen, "voted").await?;
    // The seat without an account that does not keep out: its hand is counted.
    secretary.go(MEETING).await?;
    vote(secretary).await?;
    conclude(secretary).await?;
    secretary.expect("main", "还有到会委员没有表决").await?;
    secretary.look(seen, "not-voted").await?;
    member.go(MEETING).await?;
    vote(member).await?;
    conclude(secretary).await?;
    secretary.expect("main", "会议纪要").await?;
    secretary.look(seen, "minutes").await?;
    for (who, signing) in [(chair, "chair"), (secretary, "secretary")] {
        who.go(MEETING).await?;
        who.press(&format!("{} button", form_with("sign", signing))).await?;
    }
    secretary.go(MEETING).await?;
    secretary.look(seen, "decided").await
}

/// The seat of the Red Cross keeps out of the line.
async fn declare(secretary: &Browser<'_>, seen: &mut Seen) -> Outcome {
    let chosen = "const form = document.querySelector(arguments[0]); form.closest('details')?.setAttribute('open', '');
        form.elements.member.value = 'demo-seat-3'; form.elements.line.selectedIndex = 1;
        form.elements.why.value = '与申请人是亲属';";
    secretary.run(chosen, vec![serde_json::json!(form("declare"))]).await?;
    secretary.press(&button("declare")).await?;
    secretary.expect("main", "回避1").await?;
    secretary.look(seen, "kept-out").await
}

async fn conclude(secretary: &Browser<'_>) -> Outcome {
    secretary.go(MEETING).await?;
    secretary.fill("words", "逐户审议，无异议").await?;
    secretary.press(&button("conclude")).await
}

async fn vote(browser: &Browser<'_>) -> Outcome {
    browser.press(&format!("{} button[value=yes]", form("vote"))).await
}
