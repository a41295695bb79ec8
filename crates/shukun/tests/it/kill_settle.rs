//! Killed at any moment: the result of before is still there, or the new one is whole.
//!
//! The real program is started and killed (SIGKILL) after a random time, many times over. `SHUKUN_KILLS` sets how many
//! times; `cargo xtask kill` asks for many more than a test run does.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::root;
use crate::settle::Office;

const USUAL: u32 = 40;

fn kills() -> u32 {
    std::env::var("SHUKUN_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(USUAL)
}

/// Every file of a result with its bytes; none where there is no result.
fn bytes(dir: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    gather(dir, "", &mut files)?;
    Some(files)
}

fn gather(dir: &Path, under: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Option<()> {
    for entry in std::fs::read_dir(dir).ok()? {
        let entry = entry.unwrap();
        let name = format!("{under}{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => gather(&entry.path(), &format!("{name}/"), files)?,
            false => drop(files.insert(name, std::fs::read(entry.path()).unwrap())),
        }
    }
    Some(())
}

fn command(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
    command.args(arguments).current_dir(root()).env("LC_ALL", "C.UTF-8").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a command to its end; how long it took.
fn time_of(arguments: &[String]) -> Duration {
    let start = Instant::now();
    assert!(command(arguments).status().unwrap().success(), "{arguments:?}");
    start.elapsed()
}

/// Kills a command at many moments of its run. `out` must always hold one of the `states`, and after a last run that is
/// left alone the last of them, with nothing beside it that a killed run left.
fn survives(
    arguments: &[String],
    out: &Path,
    states: &[Option<BTreeMap<String, Vec<u8>>>],
    takes: Duration,
    times: u32,
) {
    let mut ended = 0;
    for time in 0..times {
        let wait = takes * time / times;
        let mut child = command(arguments).spawn().unwrap();
        std::thread::sleep(wait);
        child.kill().unwrap();
        ended += u32::from(child.wait().unwrap().success());
        assert!(states.contains(&bytes(out)), "killed after {wait:?} of {takes:?}: {arguments:?}");
    }
    assert!(ended < times, "no run was killed");
    time_of(arguments);
    assert!(bytes(out).as_ref() == states.last().unwrap().as_ref(), "{arguments:?}");
    let beside = std::fs::read_dir(out.parent().unwrap()).unwrap();
    let name = format!(".{}.", out.file_name().unwrap().to_str().unwrap());
    let left = beside.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with(&name));
    assert_eq!(left.count(), 0);
}

#[test]
fn settling_survives_being_killed_at_any_moment() {
    let mut office = Office::open(600, 51);
    let words = |out: &str, more: &[&str]| -> Vec<String> {
        let (lake, out) = (office.at("lake"), office.at(out));
        let start = ["settle", "--lake", &lake, "--packs", "policies/cn-330381-ruian", "--out", &out];
        start.iter().chain(more).map(|word| (*word).to_owned()).collect()
    };
    let (all, standings) = (["--postings", "all"], ["--standings"]);
    let (first, out) = (words("first", &all), words("out", &all));
    let (narrow, after) = (words("out", &standings), words("after", &["--previous", &office.at("first")]));
    let narrow_alone = words("narrow", &standings);
    let compact = vec!["settle".to_owned(), "--compact".to_owned(), office.at("after")];
    let takes = time_of(&first);
    time_of(&narrow_alone);
    let at = |name: &str| Path::new(&office.at(name)).to_path_buf();
    let (wide, small) = (bytes(&at("first")), bytes(&at("narrow")));
    let each = (kills() / 4).max(1);
    // Where nothing was, and in the place of another result.
    survives(&out, &at("out"), &[None, wide.clone()], takes, each);
    survives(&narrow, &at("out"), &[wide, small], takes, each);
    let (at_after, at_first) = (at("after"), at("first"));
    office.next_batch();
    let before = bytes(&at_first);
    let takes = time_of(&after);
    let patched = bytes(&at_after);
    std::fs::remove_dir_all(&at_after).unwrap();
    survives(&after, &at_after, &[None, patched.clone()], takes, each);
    assert!(bytes(&at_first) == before, "the earlier result is not touched");
    let copy = at_after.with_file_name("copy");
    std::fs::create_dir(&copy).unwrap();
    copy_files(&at_after, &copy);
    let takes = time_of(&compact);
    let whole = bytes(&at_after);
    std::fs::remove_dir_all(&at_after).unwrap();
    std::fs::rename(&copy, &at_after).unwrap();
    survives(&compact, &at_after, &[patched, whole], takes, each);
    // Killed when the result had its place and what was there before was not yet gone.
    let left = at_after.with_file_name(".after.unfinished");
    std::fs::create_dir(&left).unwrap();
    time_of(&compact);
    assert!(!left.exists());
}

fn copy_files(from: &Path, to: &Path) {
    for (name, bytes) in bytes(from).unwrap() {
        let to = to.join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
}
