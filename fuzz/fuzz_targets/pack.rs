//! A pack: `规则.md` as the fuzzer writes it, with its own `pack.toml` in front of a line `%%%%`, or a sound one.
//! Read, checked, linked under the provisional readings, formatted and read again.
#![no_main]

use shukun_policy::finding::Finding;
use shukun_policy::format::format_document;
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::render::to_text;

const TOML: &str = "id = \"fuzz\"\ntitle = \"甲\"\nregion = \"33\"\nprovenance = \"illustrative\"\nlanguage_version = 1\nin_force = \"2022-01-01\"\nbenefits_from = \"2022-01-01\"\n";

fn files(toml: &[u8], rules: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![("pack.toml".to_owned(), toml.to_vec()), ("规则.md".to_owned(), rules.to_vec())]
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.windows(4).position(|four| four == b"%%%%");
    let (toml, rules) = match cut {
        Some(at) => (&bytes[..at], &bytes[at + 4..]),
        None => (TOML.as_bytes(), bytes),
    };
    let (set, mut findings) = PackSet::read(vec![files(toml, rules)]);
    let (program, found) = link(&set, &Choices::default());
    assert!(program.is_none() || !found.iter().any(Finding::is_error), "a program with errors");
    findings.extend(found);
    let shown = to_text(&findings, &set.sources, shukun_base::Lang::Zh, false);
    assert_eq!(shown.is_empty(), findings.is_empty());
    if findings.iter().any(Finding::is_error) {
        return;
    }
    for pack in set.packs() {
        let once = format_document(&pack.document);
        let (again, findings) = PackSet::read(vec![files(toml, once.as_bytes())]);
        assert!(!findings.iter().any(Finding::is_error), "what was formatted cannot be read");
        let twice = again.packs().first().map(|pack| format_document(&pack.document));
        assert_eq!(twice.as_deref(), Some(once.as_str()), "formatting twice is not formatting once");
    }
});
