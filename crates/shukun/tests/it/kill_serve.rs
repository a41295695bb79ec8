//! The server killed (SIGKILL) while files come in, are checked, imported and taken back, while it screens, while many cases
//! are closed at once: it ends where a server ends that nobody killed.
//!
//! Two offices live through the same months, one in peace, one killed at moments spread over each work: what its officers were
//! told, its lake to the fen, its alerts and its cases are then compared. `SHUKUN_KILLS` sets how often it is killed on each
//! engine; `cargo xtask kill` asks for many more times than a test run does. Start at [`Months`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use shukun_claims::Lake;

use crate::database::{Seen, postgres};
use crate::office::{Office, encoded, somebody, value_of};
use crate::people::{Bill, Somebody, settlements};
use crate::run::shukun;

/// Kills of a test run on each engine.
const USUAL: usize = 60;
/// An act and what follows from it are killed this often in a row.
const IN_A_ROW: usize = 2;
/// Months with an import that is taken back and made once more are killed more often; on average a month has so many.
const IN_A_MONTH: usize = 11;
/// People with bills in a month.
const PEOPLE: u32 = 40;
/// What a request carries while somebody waits; one case more and it becomes a job.
const AT_ONCE: usize = 200;
const VILLAGE: &str = "330381001002";
const FORM: &str = "application/x-www-form-urlencoded";

/// What is killed; each takes a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Check,
    Commit,
    Undo,
    Screen,
    BulkRequest,
    BulkJob,
}

/// How long each work takes at least when nobody disturbs it.
type Times = BTreeMap<Work, Duration>;

/// Kills, spread evenly over what each work takes.
struct Killer {
    times: Times,
    kills: BTreeMap<Work, u32>,
    /// Of each kill, whether it cut something short.
    hits: Vec<bool>,
    /// How often a server found work that its killed predecessor had in hand.
    takings: usize,
}

impl Killer {
    /// The next moment: halves, quarters, eighths of the time, in an order that spreads.
    fn moment(&mut self, work: Work) -> Duration {
        let number = self.kills.entry(work).or_default();
        *number += 1;
        let share = u64::from(number.reverse_bits());
        Duration::from_micros((u64::try_from(self.times[&work].as_micros()).unwrap() * share) >> 32)
    }

    /// What a new server says that it took over belongs to the latest kill.
    fn note_takings(&mut self, log: &str) {
        let takings = log.lines().filter(|line| line.contains("jobs wait again") && line.contains("false")).count();
        if takings > self.takings {
            self.takings = takings;
            if let Some(latest) = self.hits.last_mut() {
                *latest = true;
            }
        }
    }
}

/// An office, month after month.
struct Months {
    office: Office,
    /// None = it lives in peace.
    killer: Option<Killer>,
    times: Times,
    /// Where its officers were told what.
    told: Vec<(String, String)>,
}

impl Months {
    fn open(data: &Path, url: Option<String>, (key, killer): (&Path, Option<Killer>)) -> Months {
        let mut office = Office::furnished(data, url, Some(key), &[somebody(VILLAGE)]);
        office.start();
        office.sign_in("yibao");
        office.sign_in("minzheng");
        Months { office, killer, times: Times::new(), told: Vec::new() }
    }

    /// Has an act done, again wherever nobody answered, and follows what comes of it to its end. Where that was.
    fn done(
        &mut self,
        work: Work,
        who: &str,
        mut act: impl FnMut(&mut Office) -> Option<String>,
        follow: impl Fn(&mut Office, &str),
    ) -> String {
        let start = Instant::now();
        let mut led = None;
        for _ in 0..self.killer.as_ref().map_or(0, |_| IN_A_ROW) {
            self.killed(work, |office| {
                led = led.take().or_else(|| act(office));
                led.is_some()
            });
        }
        let led = led.or_else(|| act(&mut self.office)).unwrap_or_else(|| panic!("{who} gets no answer: {work:?}"));
        follow(&mut self.office, &led);
        if let Some(killer) = &mut self.killer {
            killer.note_takings(&self.office.log());
        }
        let shortest = self.times.entry(work).or_insert(Duration::MAX);
        *shortest = start.elapsed().min(*shortest);
        led
    }

    /// Kills the server while somebody acts, at the next moment; `act` tells whether it was answered.
    fn killed(&mut self, work: Work, act: impl FnOnce(&mut Office) -> bool) {
        let Some(killer) = &mut self.killer else { return };
        killer.note_takings(&self.office.log());
        let (moment, kill) = (killer.moment(work), self.office.killer());
        // Every other time as soon as the lake has changed: done there, and not yet written down by the server.
        let is_at_change = matches!(work, Work::Commit | Work::Undo) && killer.kills[&work].is_multiple_of(2);
        let manifest = self.office.data.join("lake/manifest.json");
        let waiting = std::thread::spawn(move || {
            let (start, before) = (Instant::now(), std::fs::read(&manifest).ok());
            while is_at_change && start.elapsed() < moment * 20 && std::fs::read(&manifest).ok() == before {
                std::thread::sleep(Duration::from_micros(500));
            }
            if !is_at_change {
                std::thread::sleep(moment);
            }
            kill();
        });
        killer.hits.push(!act(&mut self.office));
        waiting.join().unwrap();
        self.office.bury();
        self.office.start();
    }

    /// The county's `number`th month: a file comes in and is imported, in some months taken back and imported again; the
    /// county is screened; half of what is found is closed.
    fn month(&mut self, number: u32) {
        let file = &month_of_bills(number);
        self.half_a_file(file);
        self.import(number, file);
        if number % 3 == 1 {
            self.undo();
            self.import(number, file);
        }
        self.screen(&number.to_string());
        self.close(number);
    }

    /// A file whose sender is cut off: nothing of it stays.
    fn half_a_file(&mut self, file: &[u8]) {
        let Some(killer) = &mut self.killer else { return };
        let (kind, body) = self.office.upload("yibao", "half.csv", file).unwrap();
        let sending = self.office.begin("yibao", "/imports", (kind, &body));
        let uploads = self.office.data.join("uploads");
        let start = Instant::now();
        let before = files(&uploads);
        while files(&uploads) == before && start.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_millis(1));
        }
        (self.office.killer())();
        killer.hits.push(true);
        drop(sending);
        self.office.bury();
        self.office.start();
        self.office.page("yibao", "/imports");
        let known = Seen::open(&self.office.database()).rows("SELECT import_id FROM imports");
        let stray: Vec<_> = files(&uploads).into_iter().filter(|name| !known.contains(&vec![name.clone()])).collect();
        assert_eq!(stray, Vec::<String>::new());
    }

    fn import(&mut self, number: u32, file: &[u8]) {
        let name = format!("{number}.csv");
        let settled = |office: &mut Office, path: &str| drop(office.settled("yibao", path));
        let bring = |office: &mut Office| {
            let (kind, body) = office.upload("yibao", &name, file)?;
            office.ask("yibao", "POST", "/imports", (kind, &body)).taken()
        };
        let path = self.done(Work::Check, "yibao", bring, settled);
        self.done(Work::Commit, "yibao", |office| pressed(office, &path, "commit"), settled);
        let page = self.office.page("yibao", &path);
        self.tell(path, sentence(&page, "已入库："));
    }

    fn undo(&mut self) {
        let (path, _) = self.told.pop().unwrap();
        let settled = |office: &mut Office, path: &str| drop(office.settled("yibao", path));
        self.done(Work::Undo, "yibao", |office| pressed(office, &path, "undo"), settled);
        let page = self.office.page("yibao", &path);
        self.tell(path, sentence(&page, "已撤回"));
    }

    fn screen(&mut self, once: &str) {
        let fields = [("region", "330381"), ("year", "2022"), ("once", once)];
        let ask = |office: &mut Office| office.send("yibao", "/runs", "/runs", &fields).taken();
        let settled = |office: &mut Office, path: &str| drop(office.settled("yibao", path));
        let job = self.done(Work::Screen, "yibao", ask, settled);
        let run = link(&self.office.page("yibao", &job), "/runs/");
        let page = self.office.page("yibao", &run);
        let figures: Vec<&str> =
            page.split("<td class=\"number\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        self.tell(run, format!("{} {}", sentence(&page, "新立案"), figures.join(" ")));
    }

    /// Every other new case is closed in one order: in some months as a job, for which cases are named that are not there.
    fn close(&mut self, number: u32) {
        let sql = "SELECT case_id, CAST(version AS TEXT) FROM cases WHERE status = 'detected' ORDER BY household_id";
        let found = Seen::open(&self.office.database()).rows(sql);
        let mut picks: Vec<String> = found.iter().step_by(2).map(|row| row.join(".")).collect();
        assert!(!picks.is_empty(), "month {number} finds nobody");
        let is_job = number.is_multiple_of(2);
        if is_job {
            picks.extend((picks.len()..=AT_ONCE).map(|number| format!("nobody-{number}.1")));
        }
        let token = format!("{number:032}");
        let order = move |office: &mut Office| ordered(office, &picks, &token);
        if is_job {
            let settled = |office: &mut Office, path: &str| drop(office.settled("minzheng", path));
            let job = self.done(Work::BulkJob, "minzheng", order, settled);
            let outcome = job.replace("/jobs/", "/cases/bulk/");
            let page = self.office.page("minzheng", &outcome);
            self.tell(outcome, sentence(&page, "办好"));
        } else {
            let answer = self.done(Work::BulkRequest, "minzheng", order, |_, _| {});
            self.tell(String::new(), answer);
        }
    }

    fn tell(&mut self, path: String, words: String) {
        self.told.push((path, words));
    }

    /// A run whose server dies whenever it is at it is given up with words.
    fn lost_too_often(&mut self) {
        let fields = [("region", "330381"), ("year", "2022"), ("once", "lost")];
        let job = self.office.send("yibao", "/runs", "/runs", &fields).taken().unwrap();
        for _ in 0..20 {
            let page = self.office.page("yibao", &job);
            if page.contains("store-job-lost") {
                assert!(page.contains("任务几次中断") && page.contains("role=\"alert\""), "{page}");
                return;
            }
            // In the middle of it, where every server began it anew.
            let killer = self.killer.as_mut().unwrap();
            killer.note_takings(&self.office.log());
            std::thread::sleep(killer.times[&Work::Screen] * 2 / 5);
            (self.office.killer())();
            killer.hits.push(false);
            self.office.bury();
            self.office.start();
        }
        panic!("{}", self.office.page("yibao", &job));
    }

    /// A clerk who was not answered sent the file once more: the copies nobody imported are thrown away.
    fn discard_copies(&mut self) {
        let sql = "SELECT import_id FROM imports WHERE state IN ('uploaded', 'checked', 'refused')";
        for row in Seen::open(&self.office.database()).rows(sql) {
            let path = format!("/imports/{}", row[0]);
            self.office.settled("yibao", &path);
            self.office.send("yibao", &path, &format!("{path}/discard"), &[]).taken().unwrap();
        }
    }
}

/// Presses a button of an import's page. Where it is gone, what it asks for is under way or done.
fn pressed(office: &mut Office, path: &str, verb: &str) -> Option<String> {
    let page = Some(office.get("yibao", path)).filter(|page| !page.is_empty())?;
    let address = format!("{path}/{verb}");
    if !page.contains(&format!("action=\"{address}\"")) {
        return Some(path.to_owned());
    }
    office.send("yibao", path, &address, &[]).taken()
}

/// Gives the order to close cases: where its job is, or what was said.
fn ordered(office: &mut Office, picks: &[String], token: &str) -> Option<String> {
    let form_token = value_of(&office.get("minzheng", "/cases"), "form_token")?;
    let fields = [
        ("form_token", form_token.as_str()),
        ("token", token),
        ("act", "dismiss"),
        ("query", "status=detected"),
        ("go", "do"),
        ("bulk_reason", "recoverable"),
        ("bulk_why", "已由大病保险补回"),
    ];
    let fields = fields.into_iter().chain(picks.iter().map(|pick| ("pick", pick.as_str())));
    let body: Vec<String> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let answer = office.ask("minzheng", "POST", "/cases/bulk", (FORM, body.join("&").as_bytes()));
    match answer.status {
        200 => Some(sentence(&answer.text(), "办好")),
        _ => answer.taken(),
    }
}

/// The sentence of a page that begins with these words.
fn sentence(page: &str, begins: &str) -> String {
    let Some(at) = page.find(&format!(">{begins}")) else { panic!("nothing begins with {begins}: {page}") };
    page[at + 1..].split('<').next().unwrap().to_owned()
}

/// The first address of a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let Some((_, rest)) = page.split_once(&format!("href=\"{begins}")) else { panic!("no {begins}: {page}") };
    format!("{begins}{}", rest.split('"').next().unwrap())
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Everything that both offices have to agree on: the lake with its sums, alerts, cases, what each run did, what was told.
fn state(months: &Months) -> Vec<String> {
    let lake = Lake::open(&months.office.data.join("lake")).unwrap();
    let households: Vec<_> = (0..lake.bucket_count()).flat_map(|bucket| lake.read_bucket(bucket).unwrap()).collect();
    let claims = households.iter().flat_map(|facts| &facts.claims);
    let (count, fen) = claims.fold((0, 0), |(count, fen), claim| (count + 1, fen + claim.total_fen.0));
    let mut state = vec![
        format!("lake {} {} files, {} households", lake.input_hash(), lake.sources().len(), households.len()),
        format!("claims {count} {fen} fen, {} rows", lake.row_count("claims")),
    ];
    let database = Seen::open(&months.office.database());
    for (what, sql) in [
        (
            "alert",
            "SELECT person_id, CAST(year AS TEXT), status, colour, CAST(burden_fen AS TEXT), rule,
                CASE WHEN case_id IS NULL THEN 'free' ELSE 'in a case' END FROM alerts ORDER BY person_id, year",
        ),
        (
            "case",
            "SELECT household_id, region, CAST(version AS TEXT), status, colour, outcome, CAST(burden_fen AS TEXT)
                FROM cases ORDER BY household_id, status, version, burden_fen",
        ),
        (
            "actions",
            "SELECT cases.household_id, CAST(COUNT(*) AS TEXT) FROM case_actions JOIN cases ON cases.case_id = case_actions.case_id
                GROUP BY cases.case_id, cases.household_id ORDER BY cases.household_id, COUNT(*)",
        ),
        ("import", "SELECT sha256, state FROM imports WHERE state <> 'discarded' ORDER BY sha256, state"),
    ] {
        state.extend(database.rows(sql).into_iter().map(|row| format!("{what} {}", row.join(" "))));
    }
    state.extend(months.told.iter().map(|(_, words)| words.clone()));
    state
}

fn wanted() -> usize {
    std::env::var("SHUKUN_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(USUAL)
}

fn months() -> u32 {
    u32::try_from(wanted().div_ceil(IN_A_MONTH)).unwrap()
}

/// The settlements of a month: half of its people were in hospital the month before too.
fn month_of_bills(month: u32) -> Vec<u8> {
    let people: Vec<Somebody> = (0..PEOPLE).map(|number| Somebody::new(month * PEOPLE / 2 + number)).collect();
    let bill = |(at, one)| {
        let number = u64::from(month) * 1_000 + at as u64;
        // From a bill that leaves nobody below a line to one that leaves everybody.
        Bill { number, one, yuan: 20_000 + (number * 7_919 % 300_000) as u32, total: None }
    };
    settlements(people.iter().enumerate().map(bill)).into_bytes()
}

/// An office that nobody disturbed.
struct Peace {
    /// What it came to.
    state: Vec<String>,
    /// How long each work took it.
    times: Times,
    /// The key under which it codes people: who compares with it has the same.
    key: PathBuf,
    _dir: tempfile::TempDir,
}

fn peace() -> &'static Peace {
    static PEACE: OnceLock<Peace> = OnceLock::new();
    PEACE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("identity.key");
        let mut office = Months::open(&dir.path().join("office"), None, (&key, None));
        (0..months()).for_each(|number| office.month(number));
        office.screen("last");
        office.screen("after");
        Peace { state: state(&office), times: office.times.clone(), key, _dir: dir }
    })
}

fn campaign(engine: &str, url: Option<String>) {
    let Peace { state: expected, times, key, .. } = peace();
    let dir = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let killer = Killer { times: times.clone(), kills: BTreeMap::new(), hits: Vec::new(), takings: 0 };
    let mut months = Months::open(&dir.path().join("office"), url, (key, Some(killer)));
    (0..self::months()).for_each(|number| months.month(number));
    months.screen("last");
    months.lost_too_often();
    let killer = months.killer.take().unwrap();
    months.screen("after");
    months.discard_copies();
    let (hits, kills) = (killer.hits.iter().filter(|hit| **hit).count(), killer.hits.len());
    eprintln!("{engine}: {kills} kills, {hits} in mid-work, {} s; unharmed {times:?}", start.elapsed().as_secs());
    for (path, words) in months.told.clone().iter().filter(|(path, _)| !path.is_empty()) {
        let page = months.office.page(if path.contains("bulk") { "minzheng" } else { "yibao" }, path);
        assert!(page.contains(words.split(' ').next().unwrap()), "{path} no longer says {words}");
    }
    (months.office.killer())();
    months.office.bury();
    let found = state(&months);
    let (lost, more) = (missing(expected, &found), missing(&found, expected));
    assert!(lost.is_empty() && more.is_empty(), "lost {lost:#?}\nmore {more:#?}");
    whole(&months.office, dir.path());
    assert!(kills >= wanted() && hits * 3 >= kills, "{hits} of {kills} kills were in mid-work");
}

/// Lines of one that the other has not as often.
fn missing(of: &[String], in_other: &[String]) -> Vec<String> {
    let count = |lines: &[String], line: &String| lines.iter().filter(|known| *known == line).count();
    of.iter().filter(|line| count(of, line) != count(in_other, line)).cloned().collect()
}

/// The trail holds, and nothing half-done lies about.
fn whole(office: &Office, dir: &Path) {
    let data = office.data.display().to_string();
    let url = office.database();
    let audited = shukun(&["audit", "--data", &data, "--database-url", &url]);
    assert_eq!(audited.code, 0, "{}", audited.all());
    assert_eq!(files(&office.data.join("uploads")), Vec::<String>::new(), "uploads are empty");
    let results = files(&office.data.join("results/settled"));
    assert!(results.len() == 2 && results.iter().all(|name| !name.starts_with('.')), "{results:?}");
    let beside: Vec<String> = files(dir);
    assert!(beside.iter().all(|name| !name.contains("unfinished")), "{beside:?}");
}

#[test]
fn a_server_killed_at_any_moment_ends_where_one_ends_that_nobody_killed_on_sqlite() {
    campaign("SQLite", None);
}

#[test]
fn a_server_killed_at_any_moment_ends_where_one_ends_that_nobody_killed_on_postgres() {
    if let Some(url) = postgres("kill_serve") {
        campaign("PostgreSQL", Some(url));
    }
}
