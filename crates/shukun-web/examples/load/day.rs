//! What somebody does all day: look at a queue, filter it, turn a page, open a case and what happened to it, look at
//! figures, write now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shukun_casework::authority::Role;

use crate::Outcome;
use crate::acts;
use crate::figures::{Figures, Kind};
use crate::http::{Answer, Browser};
use crate::options::Options;
use crate::staff::Worker;

/// After the day begins nobody is measured for so long: connections and caches fill.
const WARMING: Duration = Duration::from_secs(10);

/// The day that all of them share.
pub struct Day {
    /// Where the server answers.
    pub address: String,
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

    /// One answer, if the day is warm.
    pub fn note(&self, kind: Kind, answer: &Answer) {
        if self.begun.elapsed() > WARMING {
            self.figures.lock().unwrap_or_else(PoisonError::into_inner).note(kind, answer.status, answer.took);
        }
    }

    /// The server said that it is done.
    pub fn acknowledge(&self, path: &str, transaction: &str) {
        let case = path.trim_start_matches("/cases/").to_owned();
        let written = Written { case, transaction: transaction.to_owned() };
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(written);
    }

    /// What was measured; nothing is left of it here.
    pub fn figures(&self) -> Figures {
        std::mem::take(&mut self.figures.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was acknowledged.
    pub fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Between nothing and twice the average.
    pub async fn think(&self, chance: &mut impl rand::Rng) {
        let pause = chance.random_range(0..=self.options.think_ms * 2);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// One person at work.
pub struct Desk {
    /// The day.
    pub day: Arc<Day>,
    /// The browser.
    pub browser: Browser,
    /// Who.
    pub worker: Worker,
    /// What the person fancies.
    pub chance: ChaCha8Rng,
}

/// One person's day.
pub async fn work(day: Arc<Day>, number: usize, worker: Worker) -> Outcome {
    let browser = Browser::open(&day.address, &worker.cookie)?;
    let mut desk = Desk { day, browser, worker, chance: ChaCha8Rng::seed_from_u64(number as u64) };
    let mut case: Option<String> = None;
    while !desk.day.is_over() {
        desk.pause().await;
        let writes = desk.worker.role != Role::Village && desk.one_of(100) < desk.day.options.writes_percent;
        match &case {
            Some(path) if writes => acts::write(&mut desk, path).await?,
            _ => case = desk.look().await?.or(case),
        }
    }
    Ok(())
}

impl Desk {
    /// From 0 to `sides` - 1.
    pub fn one_of(&mut self, sides: u64) -> u64 {
        self.chance.random_range(0..sides)
    }

    /// Thinks.
    pub async fn pause(&mut self) {
        self.day.think(&mut self.chance).await;
    }

    /// A page that has to be there.
    async fn read(&self, kind: Kind, path: &str) -> Outcome<Answer> {
        let answer = self.browser.get(path).await?;
        self.day.note(kind, &answer);
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(format!("{path} was answered with {}", answer.status).into())
        }
    }

    /// Of twenty turns four at the start page, one at the figures, one at the alerts, fourteen in the lists; the case that
    /// was met, if one was.
    async fn look(&mut self) -> Outcome<Option<String>> {
        match self.one_of(20) {
            0..4 => self.read(Kind::Home, "/").await.map(|_| None),
            4 => self.read(Kind::Figures, "/figures").await.map(|_| None),
            5 => self.read(Kind::Alerts, "/alerts").await.map(|_| None),
            _ => self.look_for_a_case().await,
        }
    }

    /// A queue, every third time narrowed by a filter, every fourth time its next page; then a case of it, and every third
    /// time what happened to it.
    async fn look_for_a_case(&mut self) -> Outcome<Option<String>> {
        let mut path = self.queue().to_owned();
        if self.one_of(3) == 0 {
            path = format!("{path}&{}", self.filter());
        }
        let mut list = self.read(Kind::List, &path).await?;
        if let Some(next) = next_page(&list.body).filter(|_| self.one_of(4) == 0) {
            self.pause().await;
            list = self.read(Kind::List, &next).await?;
        }
        let cases = links(&list.body);
        if cases.is_empty() {
            return Ok(None);
        }
        let met = self.one_of(cases.len() as u64);
        let Some(case) = usize::try_from(met).ok().and_then(|met| cases.get(met)) else { return Ok(None) };
        self.pause().await;
        self.read(Kind::Case, case).await?;
        if self.one_of(3) == 0 {
            self.pause().await;
            self.read(Kind::Timeline, &format!("{case}?tab=timeline")).await?;
        }
        Ok(Some(case.clone()))
    }

    /// The queue of a role; whoever writes looks where something can be written.
    fn queue(&mut self) -> &'static str {
        match (self.worker.role, self.one_of(2)) {
            (Role::CivilAffairs, 0) => "/cases?status=detected",
            (Role::CivilAffairs, _) => "/cases?status=screened",
            (Role::Township | Role::Village, _) => "/cases?status=dispatched",
            _ => "/cases?has=open",
        }
    }

    fn filter(&mut self) -> &'static str {
        match self.one_of(5) {
            0 => "colour=red",
            1 => "order=burden",
            2 => "clock=late",
            3 => "burden_from=60000&burden_to=80000",
            _ => "number=case-12",
        }
    }
}

/// Where the pager leads.
fn next_page(body: &str) -> Option<String> {
    let links = body.split("href=\"").skip(1).filter_map(|part| part.split_once('"')).map(|(link, _)| link);
    let mut links = links.filter(|link| link.starts_with("/cases?") && link.contains("from="));
    links.next().map(|link| link.replace("&amp;", "&"))
}

/// The cases of a list.
fn links(body: &str) -> Vec<String> {
    let parts = body.split("href=\"/cases/").skip(1);
    let ids = parts.filter_map(|part| part.split_once('"')).map(|(id, _)| id);
    ids.filter(|id| id.starts_with("load-case-") && !id.contains(['/', '?'])).map(|id| format!("/cases/{id}")).collect()
}
