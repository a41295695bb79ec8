//! What somebody does all day: look at a queue, turn a page, open a case, write now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shukun_casework::authority::Role;

use crate::Outcome;
use crate::figures::{Figures, Kind};
use crate::http::{Answer, Browser};
use crate::options::Options;
use crate::staff::Worker;

/// Every fifth write goes to one of so few cases that people meet.
const CROWDED: u64 = 10;
/// After the day begins nobody is measured for so long: connections and caches fill.
const WARMING: Duration = Duration::from_secs(5);

/// The day that all of them share.
pub struct Day {
    address: String,
    begun: Instant,
    options: Options,
    figures: Mutex<Figures>,
    written: Mutex<Vec<Written>>,
}

/// A write that the server acknowledged.
#[derive(Clone, Debug)]
pub struct Written {
    /// The case.
    pub case: String,
    /// The name of the act.
    pub transaction: String,
}

impl Day {
    /// Begins now.
    pub fn begin(address: String, options: &Options) -> Arc<Day> {
        let (figures, written) = (Mutex::new(Figures::default()), Mutex::new(Vec::new()));
        Arc::new(Day { address, begun: Instant::now(), options: options.clone(), figures, written })
    }

    fn is_over(&self) -> bool {
        self.begun.elapsed() > self.options.length() + WARMING
    }

    fn note(&self, kind: Kind, answer: &Answer) {
        if self.begun.elapsed() > WARMING {
            self.figures.lock().unwrap_or_else(PoisonError::into_inner).note(kind, answer.status, answer.took);
        }
    }

    /// What was measured, as a table.
    pub fn figures(&self) -> String {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).table()
    }

    /// What was acknowledged.
    pub fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One person's day.
pub async fn work(day: Arc<Day>, number: usize, worker: Worker) -> Outcome {
    let browser = Browser::open(&day.address, &worker.cookie)?;
    let mut chance = ChaCha8Rng::seed_from_u64(number as u64);
    let mut case: Option<String> = None;
    while !day.is_over() {
        think(&day, &mut chance).await;
        let writes = worker.role != Role::Village && chance.random_range(0..100) < day.options.writes_percent;
        match &case {
            Some(path) if writes => write(&day, &browser, path, &mut chance).await?,
            _ => case = read(&day, &browser, &worker, &mut chance).await?.or(case),
        }
    }
    Ok(())
}

/// Between nothing and twice the average.
async fn think(day: &Day, chance: &mut impl rand::Rng) {
    let pause = chance.random_range(0..=day.options.think_ms * 2);
    tokio::time::sleep(Duration::from_millis(pause)).await;
}

/// Home, a queue, its next page, a case; the case that was met, if one was.
async fn read(day: &Day, browser: &Browser, worker: &Worker, chance: &mut impl rand::Rng) -> Outcome<Option<String>> {
    if chance.random_range(0..4) == 0 {
        let home = browser.get("/").await?;
        day.note(Kind::Home, &home);
        return expect(&home, 200, "/").map(|()| None);
    }
    let queue = queue(worker.role);
    let list = browser.get(queue).await?;
    day.note(Kind::List, &list);
    expect(&list, 200, queue)?;
    let cases = links(&list.body);
    let Some(case) = pick(&cases, chance) else { return Ok(None) };
    think(day, chance).await;
    let page = browser.get(&case).await?;
    day.note(Kind::Case, &page);
    expect(&page, 200, &case)?;
    Ok(Some(case))
}

/// The queue of a role; whoever writes looks where something can be written.
fn queue(role: Role) -> &'static str {
    match role {
        Role::CivilAffairs => "/cases?status=detected",
        Role::Township | Role::Village => "/cases?status=dispatched",
        _ => "/cases",
    }
}

fn pick(cases: &[String], chance: &mut impl rand::Rng) -> Option<String> {
    let index = chance.random_range(0..cases.len().max(1));
    cases.get(index).cloned()
}

/// Suspends the case or resumes it: whoever works on it may, at every step, any number of times.
async fn write(day: &Day, browser: &Browser, seen: &str, chance: &mut impl rand::Rng) -> Outcome {
    let crowded = chance.random_range(0..5) == 0;
    let path = if crowded { format!("/cases/load-case-{}", chance.random_range(0..CROWDED)) } else { seen.to_owned() };
    let page = browser.get(&path).await?;
    if page.status == 404 {
        // A crowded case of another town: nobody else sees it.
        return Ok(());
    }
    day.note(Kind::Case, &page);
    think(day, chance).await;
    let act = if page.body.contains(&format!("action=\"{path}/resume\"")) { "resume" } else { "suspend" };
    let form = page.body.split_once(&format!("action=\"{path}/{act}\""));
    let Some((_, form)) = form else { return Ok(()) };
    let (token, version, transaction) = (field(form, "form_token"), field(form, "version"), field(form, "transaction"));
    let mut fields = vec![("form_token", token), ("version", version), ("transaction", transaction)];
    if act == "suspend" {
        fields.extend([("suspend_until", "2027-01-31"), ("suspend_why", "当事人在外地就医")]);
    }
    let answer = browser.post(&format!("{path}/{act}"), &fields).await?;
    day.note(Kind::Write, &answer);
    match answer.status {
        303 if answer.location.starts_with("/cases/") => acknowledge(day, &path, transaction),
        // Somebody was faster, or the case has gone on: said on the page, nothing written.
        409 | 422 => {}
        status => return Err(format!("{path}/{act} was answered with {status} {}", answer.location).into()),
    }
    Ok(())
}

fn acknowledge(day: &Day, path: &str, transaction: &str) {
    let case = path.trim_start_matches("/cases/").to_owned();
    let written = Written { case, transaction: transaction.to_owned() };
    day.written.lock().unwrap_or_else(PoisonError::into_inner).push(written);
}

fn expect(answer: &Answer, status: u16, path: &str) -> Outcome {
    if answer.status == status { Ok(()) } else { Err(format!("{path} was answered with {}", answer.status).into()) }
}

/// The cases of a list.
fn links(body: &str) -> Vec<String> {
    let parts = body.split("href=\"/cases/").skip(1);
    let ids = parts.filter_map(|part| part.split_once('"')).map(|(id, _)| id);
    ids.filter(|id| id.starts_with("load-case-") && !id.contains(['/', '?'])).map(|id| format!("/cases/{id}")).collect()
}

/// The value of a hidden field.
fn field<'a>(form: &'a str, name: &str) -> &'a str {
    let after = form.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, after)| after);
    after.and_then(|after| after.split_once('"')).map_or("", |(value, _)| value)
}
