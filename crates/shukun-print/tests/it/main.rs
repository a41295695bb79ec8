//! The program that sets papers, as the server starts it: JSON in, the same PDF out each time.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn set(paper: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun-print"));
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(paper.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn certificate(name: &str) -> String {
    serde_json::json!({
        "lang": "zh", "look": "certificate", "issuer": "某市慈善总会", "title": "捐赠证书", "number": "2026-0001",
        "blocks": [{ "kind": "paragraph", "text": name }], "seals": ["某市慈善总会"], "dated": "2026年11月22日",
        "code": { "text": "https://example.org/open", "caption": "扫码核验" }, "footer": "",
    })
    .to_string()
}

#[test]
fn a_certificate_is_set_twice_to_the_same_bytes() {
    let (one, two) = (set(&certificate("某医院")), set(&certificate("某医院")));
    assert!(one.status.success() && one.stdout.starts_with(b"%PDF-"));
    assert_eq!(one.stdout, two.stdout);
    assert_ne!(one.stdout, set(&certificate("某诊所")).stdout);
}

#[test]
fn what_is_no_paper_is_refused_with_words() {
    let refused = set("{}");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    let words: serde_json::Value = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!(words["code"], "print-unreadable");
    assert!(!words["zh"].as_str().unwrap().is_empty() && !words["en"].as_str().unwrap().is_empty());
}
