//! What somebody writes: first screening, dispatch to the town, suspension and its end, by the forms of the case's page.

use crate::Outcome;
use crate::county::town;
use crate::day::Desk;
use crate::figures::Kind;
use crate::http::Browser;

/// Every fifth write goes to one of so few cases that people meet.
const CROWDED: u64 = 10;

/// Opens the case, thinks, and sends one of its forms.
pub async fn write(desk: &mut Desk, seen: &str) -> Outcome {
    let crowded = desk.one_of(5) == 0;
    let path = if crowded { format!("/cases/load-case-{}", desk.one_of(CROWDED)) } else { seen.to_owned() };
    let page = desk.browser.get(&path).await?;
    if page.status == 404 {
        // A crowded case of another town: nobody else sees it.
        return Ok(());
    }
    desk.day.note(Kind::Case, &page);
    desk.pause().await;
    let act = chosen(&page.body, &path, !crowded && desk.one_of(2) == 0);
    let Some((act, form)) = act else { return Ok(()) };
    let [token, version, transaction] = ["form_token", "version", "transaction"].map(|name| Browser::field(form, name));
    let own = typed(act, &path);
    let fields = own.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> =
        fields.chain([("form_token", token), ("version", version), ("transaction", transaction)]).collect();
    let answer = desk.browser.post(&format!("{path}/{act}"), &fields).await?;
    desk.day.note(Kind::Write, &answer);
    match answer.status {
        303 if answer.location.starts_with("/cases/") => desk.day.acknowledge(&path, transaction),
        // Somebody was faster, or the case has gone on: said on the page, nothing written.
        409 | 422 => {}
        status => return Err(format!("{path}/{act} was answered with {status} {}", answer.location).into()),
    }
    Ok(())
}

/// The act, and the page from its form on: one that leads on where it is wanted and offered, else suspending or resuming,
/// which whoever works on a case may at every step, any number of times.
fn chosen<'a>(body: &'a str, path: &str, leads_on: bool) -> Option<(&'static str, &'a str)> {
    let onwards = ["screen", "dispatch"].into_iter().filter(|_| leads_on);
    onwards.chain(["resume", "suspend"]).find_map(|act| {
        let (_, form) = body.split_once(&format!("action=\"{path}/{act}\""))?;
        Some((act, form))
    })
}

fn typed(act: &str, path: &str) -> Vec<(&'static str, String)> {
    let number = path.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let fields: Vec<(&'static str, &str)> = match act {
        "screen" => vec![("screen_result", "suspected"), ("screen_note", "")],
        "dispatch" => vec![("dispatch_task", "核实家庭收入和医疗支出"), ("dispatch_due_on", "2027-01-31")],
        "suspend" => vec![("suspend_until", "2027-01-31"), ("suspend_why", "当事人在外地就医")],
        _ => Vec::new(),
    };
    let town = (act == "dispatch").then(|| ("dispatch_township", town(number)));
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).chain(town).collect()
}
