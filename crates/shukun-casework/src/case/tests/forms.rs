//! Stored actions of form 1 stay readable: one of each kind, kept in `form-1.jsonl` as it was written once.
//! `SHUKUN_BLESS=1` adds kinds that are not there yet; lines that are there are never written anew.

use std::collections::BTreeMap;
use std::path::Path;

use super::model::sample_walks;
use super::world::*;
use crate::case::*;
use crate::ids::{AlertId, CaseId};

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/case/tests/form-1.jsonl")
}

fn kind(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    value["content"]["kind"].as_str().unwrap().to_owned()
}

/// Every kind there is, as serde names them when it is given one that there is not.
fn kinds() -> Vec<String> {
    let error = serde_json::from_str::<Content>("{\"kind\": \"no such kind\", \"of\": 1}").unwrap_err().to_string();
    let list = error.split("expected one of").nth(1).unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// One of each kind, from walks and from what walks never do.
fn examples() -> BTreeMap<String, String> {
    let world = World::new().until_applying();
    let case = || CaseId::new("case-2").unwrap();
    let due_on = world.today();
    let rare = [
        Content::Marked { flag: Flag::Sensitive },
        Content::Unmarked { flag: Flag::Sensitive },
        Content::ClockExtended { why: note("需跨省核对") },
        Content::Supervised(Supervision { order: note("请在三日内办结"), due_on }),
        Content::Absorbed { case: case(), detections: vec![detection("alert-2", crate::alert::Colour::Red)] },
        Content::MergedInto { case: case() },
        Content::SplitOff { case: case(), alerts: vec![AlertId::new("alert-2").unwrap()] },
    ];
    let first = world.actions.first().unwrap().clone();
    let rare = rare.into_iter().map(|content| Action { content, ..first.clone() });
    let walked = sample_walks(150).into_iter().flat_map(|world| world.actions);
    let lines = walked.chain(rare).map(|action| serde_json::to_string(&action).unwrap());
    let mut found = BTreeMap::new();
    for line in lines {
        found.entry(kind(&line)).or_insert(line);
    }
    found
}

#[test]
fn what_was_stored_is_read_and_written_the_same() {
    let mut kept = std::fs::read_to_string(file()).unwrap_or_default();
    if std::env::var_os("SHUKUN_BLESS").is_some() {
        let known: Vec<String> = kept.lines().map(kind).collect();
        for (_, line) in examples().into_iter().filter(|(kind, _)| !known.contains(kind)) {
            kept.push_str(&line);
            kept.push('\n');
        }
        std::fs::write(file(), &kept).unwrap();
    }
    for line in kept.lines() {
        let action: Action = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&action).unwrap(), line);
    }
    let stored: Vec<String> = kept.lines().map(kind).collect();
    let missing: Vec<String> = kinds().into_iter().filter(|kind| !stored.contains(kind)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}: run this test with SHUKUN_BLESS=1");
}
