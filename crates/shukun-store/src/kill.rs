//! The writer killed (SIGKILL) at any moment: what it was told is done is there, nothing is there twice or by half.
//!
//! The test starts itself once more as the writer, which says each act aloud after it was committed. `SHUKUN_KILLS` sets
//! how many times on each engine; `cargo xtask kill` asks for many more than a test run does.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use shukun_base::{Fen, HouseholdId, Masked, PersonId};
use shukun_casework::alert::{Colour, Sighting};
use shukun_casework::authority::Role;
use shukun_casework::calendar::Calendar;
use shukun_casework::case::{Command as Asked, Context, Flag};
use shukun_casework::timers::Settings;
use shukun_casework::{ActorId, CaseId, ContentHash, RunId, TransactionId};

use crate::testing::{PASSWORD, TestDb, at, grant, new_account, on_both, person, region, staff};
use crate::{AlertFilter, AlertRow, CaseFilter, CaseOrder, Scope, Seen, Store};

const USUAL: u32 = 8;
const URL: &str = "SHUKUN_WRITER_URL";
const KEY_FILE: &str = "SHUKUN_WRITER_KEY_FILE";
const FROM: &str = "SHUKUN_WRITER_FROM";
/// Acts of one writer; it is killed long before the last.
const ACTS: u64 = 400;

fn seen(number: u64) -> Seen {
    let sighting = Sighting {
        on: jiff::civil::date(2026, 3, 1),
        colour: Some(Colour::Orange),
        burden_fen: Fen::yuan(60_000),
        rule: "三色预警".to_owned(),
        pack: "cn-33 1".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
    };
    let (person, household) = (PersonId(number), HouseholdId(number));
    Seen { person, household, region: region("330381001001"), year: 2026, sighting }
}

fn case_id(number: u64) -> CaseId {
    CaseId::new(&format!("case-{number:06}")).unwrap()
}

/// One act: an alert raised, its case opened and taken, a person written down. Sent again it does what lacks.
async fn act(store: &Store, scope: &Scope, number: u64) {
    let (calendar, settings) = (Calendar::china(), Settings::defaults());
    let context = |name: &str, version| {
        let transaction = TransactionId::new(&format!("{name}-{number}")).unwrap();
        Context { now: at(5), transaction, version, calendar: &calendar, settings: &settings, sample_seed: 1 }
    };
    let run = RunId::new("run-1").unwrap();
    let alert = store.record_run(scope, &run, &[seen(number)], at(5)).await.unwrap().remove(0);
    store.place_alert(scope, &run, &alert.id, &case_id(number), &context("open", 0)).await.unwrap();
    store.save_people(scope, &[person(number % 10_000, "330381001001")], at(5)).await.unwrap();
    let take = Asked::Assign { to: ActorId::new(scope.account_id().as_str()).unwrap() };
    let commands = [take, Asked::Mark { flag: Flag::Sensitive }];
    store.act_on_case(scope, &case_id(number), &commands, &context("take", 1)).await.unwrap();
}

/// The writer: does nothing unless it is started by the test below.
#[test]
fn writer() {
    let (Ok(url), Ok(key_file)) = (std::env::var(URL), std::env::var(KEY_FILE)) else { return };
    let from: u64 = std::env::var(FROM).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url, Path::new(&key_file)).await.unwrap();
        let password = Masked::new(PASSWORD.to_owned());
        let (_, session) = store.sign_in("hsa", &password, at(5)).await.unwrap();
        let scope = session.scope(at(5));
        for number in from..from + ACTS {
            act(&store, &scope, number).await;
            let mut out = std::io::stdout().lock();
            writeln!(out, "\ndone {number}").unwrap();
            out.flush().unwrap();
        }
    });
}

/// Starts the writer, and kills it after so many acts and a moment; the acts it said were done.
fn kill_writer(db: &TestDb, from: u64, acts: usize, moment: Duration) -> Vec<u64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::writer", "--nocapture"]).stdout(Stdio::piped()).stderr(Stdio::null());
    command.env(URL, db.url()).env(KEY_FILE, db.key_file()).env(FROM, from.to_string());
    let mut writer = command.spawn().unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut done = Vec::new();
    let number = |line: &str| line.strip_prefix("done ").and_then(|number| number.parse::<u64>().ok());
    while done.len() < acts {
        let line = lines.next().expect("the writer ended by itself").unwrap();
        done.extend(number(&line));
    }
    std::thread::sleep(moment);
    writer.kill().unwrap();
    writer.wait().unwrap();
    done.extend(lines.map_while(Result::ok).filter_map(|line| number(&line)));
    done
}

async fn alerts(store: &Store, scope: &Scope) -> Vec<AlertRow> {
    store.list_alerts(scope, &AlertFilter::default(), None, u16::MAX).await.unwrap().rows
}

/// Nothing lost, nothing twice, nothing by half.
async fn check(store: &Store, scope: &Scope, done: &BTreeSet<u64>) {
    store.verify_audit(None).await.unwrap();
    let page = store.list_cases(scope, &CaseFilter::default(), CaseOrder::Latest, None, u16::MAX).await.unwrap();
    let cases: BTreeSet<&CaseId> = page.rows.iter().map(|row| &row.case_id).collect();
    assert_eq!(cases.len(), page.rows.len());
    for number in done {
        let case = store.case(scope, &case_id(*number)).await.unwrap();
        assert_eq!((case.version, case.detections.len()), (3, 1), "act {number} was said to be done");
    }
    for row in &page.rows {
        let case = store.case(scope, &row.case_id).await.unwrap();
        assert_eq!((row.version, row.status), (case.version, case.status), "the row of {}", row.case_id);
        assert!([1, 3].contains(&case.version), "{} by half: {}", row.case_id, case.version);
    }
    for alert in alerts(store, scope).await {
        assert!(alert.case_id.as_ref().is_none_or(|case| cases.contains(case)), "{alert:?} is in no case");
    }
    assert_eq!(alerts(store, scope).await.iter().filter(|alert| alert.case_id.is_some()).count(), cases.len());
}

#[test]
fn a_killed_writer_loses_nothing_and_does_nothing_twice() {
    let kills = std::env::var("SHUKUN_KILLS").map_or(USUAL, |kills| kills.parse().unwrap());
    on_both(|db| async move {
        let store = db.open().await;
        let (_, session) = staff(&store, &[new_account("hsa", &[grant(Role::Insurance, "330381")])]).await.remove(0);
        let scope = session.scope(at(0));
        let (mut from, mut done) = (0, BTreeSet::new());
        for kill in 0..kills {
            let (acts, moment) =
                (usize::try_from(1 + kill % 3).unwrap(), Duration::from_millis(u64::from(kill * 7 % 40)));
            let said = tokio::task::block_in_place(|| kill_writer(&db, from, acts, moment));
            from = said.last().unwrap() + 1;
            done.extend(said);
            // The act it died in is sent again, as a client would.
            act(&store, &scope, from).await;
            done.insert(from);
            from += 1;
        }
        check(&store, &scope, &done).await;
        assert_eq!(alerts(&store, &scope).await.len(), usize::try_from(from).unwrap());
    });
}
