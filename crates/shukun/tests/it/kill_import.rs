//! An import killed at any moment: the lake holds what it held or what a file brings, whole; once more completes it.
//!
//! The real program is started and killed (SIGKILL), many times over: after a random time, or as soon as some number of
//! files of the lake have changed, which is in the midst of a commit. `SHUKUN_KILLS` sets how many times; `cargo xtask
//! kill` asks for many more than a test run does. Every single file operation of a commit is stopped at in
//! `shukun-claims/src/lake/commit.rs`; here the whole program dies, with its locks and open files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use shukun_claims::Lake;

use crate::run::{root, shukun};

const USUAL: u32 = 40;

fn kills() -> u32 {
    std::env::var("SHUKUN_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(USUAL)
}

/// Draws that are the same in every run: which moments are tried shall not depend on luck.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

/// Everything that a lake holds, read anew and checked on the way; the hash that it names itself by is among it.
fn content(lake: &Path) -> String {
    let lake = Lake::open(lake).unwrap();
    let mut households: Vec<_> =
        (0..lake.bucket_count()).flat_map(|bucket| lake.read_bucket(bucket).unwrap()).collect();
    households.sort_by_key(|facts| facts.household.household_id);
    let ids: BTreeSet<_> = households.iter().map(|facts| facts.household.household_id).collect();
    assert_eq!(lake.read_households(&ids).unwrap(), households, "what the indexes find is what the tables hold");
    format!("{} {}", lake.input_hash(), serde_json::to_string(&households).unwrap())
}

fn import(lake: &Path, files: &[PathBuf]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
    command.arg("import").arg("--lake").arg(lake).args(files).current_dir(root()).env("LC_ALL", "C.UTF-8");
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn import_to_the_end(lake: &Path, files: &[PathBuf]) -> Duration {
    let start = Instant::now();
    assert!(import(lake, files).wait().unwrap().success(), "{files:?}");
    start.elapsed()
}

/// The names of all files below a folder.
fn names(dir: &Path) -> BTreeSet<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return BTreeSet::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { names(&path) } else { BTreeSet::from([path]) }).collect()
}

fn copy(from: &Path, to: &Path) {
    for path in names(from) {
        let to = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(path, to).unwrap();
    }
}

/// Kills the import at a moment that is drawn; whether it had ended before.
fn kill(mut child: Child, lake: &Path, takes: Duration, draws: &mut Draws) -> bool {
    let start = Instant::now();
    if draws.below(2) == 0 {
        let micros = draws.below(u64::try_from(takes.as_micros()).unwrap());
        std::thread::sleep(Duration::from_micros(micros));
    } else {
        let before = names(lake);
        let changes = 1 + usize::try_from(draws.below(30)).unwrap();
        while names(lake).symmetric_difference(&before).count() < changes && start.elapsed() < takes * 2 {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    let had_ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    had_ended
}

#[test]
fn an_import_survives_being_killed_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let files = at("files");
    let said = shukun(&[
        "synth",
        "--county",
        "ruian",
        "--people",
        "240",
        "--seed",
        "7",
        "--out",
        files.to_str().unwrap(),
        "--format",
        "json",
    ]);
    assert_eq!(said.code, 0, "{}", said.all());
    let to_import = said.json()["to_import"].clone();
    let files: Vec<PathBuf> = to_import.as_array().unwrap().iter().map(|path| path.as_str().unwrap().into()).collect();
    let (first, rest) = files.split_first().unwrap();
    assert!(!rest.is_empty(), "the lake is written to more than once");
    // An undisturbed import, file by file: every state that may be seen.
    let (start, whole) = (at("start/lake"), at("whole/lake"));
    import_to_the_end(&start, std::slice::from_ref(first));
    copy(&at("start"), &at("whole"));
    let mut states = vec![content(&whole)];
    let mut takes = Duration::ZERO;
    for file in rest {
        takes += import_to_the_end(&whole, std::slice::from_ref(file));
        states.push(content(&whole));
    }
    let mut draws = Draws(51);
    let (mut torn, mut seen) = (0, BTreeSet::new());
    let mut lake = PathBuf::new();
    for time in 0..kills() {
        // Often the lake of the kill before is taken on, with whatever that left.
        if lake.as_os_str().is_empty() || draws.below(4) == 0 {
            lake = at(&format!("kill-{time}/lake"));
            copy(&at("start"), lake.parent().unwrap());
        }
        let had_ended = kill(import(&lake, rest), &lake, takes, &mut draws);
        let found = content(&lake);
        let state = states.iter().position(|state| *state == found);
        seen.insert(state.unwrap_or_else(|| panic!("kill {time}: neither an old state nor a new one")));
        torn += u32::from(!had_ended);
        if had_ended || draws.below(4) == 0 {
            import_to_the_end(&lake, rest);
            assert!(Some(&content(&lake)) == states.last(), "kill {time}: the second try");
            std::fs::remove_dir_all(lake.parent().unwrap()).unwrap();
            lake = PathBuf::new();
        }
    }
    assert!(torn * 2 > kills(), "{torn} of {} were killed in time", kills());
    assert!(seen.len() > 1, "only the states {seen:?} of {} were seen", states.len());
    import_to_the_end(&whole, rest);
    assert!(Some(&content(&whole)) == states.last(), "once more changes nothing");
}
