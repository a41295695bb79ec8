//! Every figure that a pack's rules rest on is held by a check or by an example: changed by one unit of its last
//! written place, or left out, it is found out.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use shukun_engine::examples::has_failing_example;
use shukun_policy::finding::{Finding, Severity};
use shukun_policy::lexer::Names;
use shukun_policy::link::{Choices, check, link};
use shukun_policy::markdown::declared_names;
use shukun_policy::pack::{Pack, PackSet, read_pack_with};

use crate::figures::{Mutant, mutants};
use crate::packs::{Files, files, folders};

/// How often each code of an error or warning is found. Messages are not compared: they may quote the figure itself.
type Counts = BTreeMap<&'static str, usize>;

/// A pack with all that its mutants need.
struct Original {
    pack: Pack,
    files: Files,
    text: String,
    parents: Vec<Pack>,
    names: Names,
    counts: Counts,
}

impl Original {
    fn set(&self, pack: Pack) -> PackSet {
        PackSet::new(self.parents.iter().cloned().chain([pack]).collect())
    }

    /// How a changed text is found out, if it is.
    fn caught(&self, text: String) -> Option<&'static str> {
        let is_rules = |name: &str| name.ends_with("规则.md");
        let changed = self.files.iter().map(|(name, bytes)| {
            (name.clone(), if is_rules(name) { text.clone().into_bytes() } else { bytes.clone() })
        });
        let (pack, findings, _) = read_pack_with(changed.collect(), &self.names);
        if findings.iter().any(matters) {
            return Some("reading");
        }
        let set = self.set(pack?);
        let choices = Choices { readings: Vec::new(), region: Some(self.pack.meta.region.clone()) };
        if self.says_more(&link(&set, &choices).1) {
            return Some("link");
        }
        if has_failing_example(&set, set.find(&self.pack.meta.id)?) {
            return Some("example");
        }
        self.says_more(&check(&set, Some(&self.pack.meta.region))).then_some("check")
    }

    fn says_more(&self, findings: &[Finding]) -> bool {
        counts(findings).iter().any(|(code, count)| self.counts.get(code).is_none_or(|before| before < count))
    }
}

fn matters(finding: &Finding) -> bool {
    finding.severity != Severity::Advice
}

fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in findings.iter().filter(|finding| matters(finding)) {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}

fn originals() -> Vec<Original> {
    let set = crate::packs::all();
    let mut names = Names::new();
    for pack in set.packs() {
        names.join(declared_names(&pack.document));
    }
    let all: Vec<(Pack, Files)> = folders()
        .iter()
        .map(|folder| files(folder))
        .map(|files| (read_pack_with(files.clone(), &names).0.unwrap(), files))
        .collect();
    let of = |(pack, files): &(Pack, Files)| {
        let above = set.with_parents(&pack.meta.id);
        let is_above =
            |other: &&(Pack, Files)| other.0.meta.id != pack.meta.id && above.find(&other.0.meta.id).is_some();
        let text = files.iter().find(|(name, _)| name.ends_with("规则.md")).unwrap().1.clone();
        let mut original = Original {
            pack: pack.clone(),
            files: files.clone(),
            text: String::from_utf8(text).unwrap(),
            parents: all.iter().filter(is_above).map(|(pack, _)| pack.clone()).collect(),
            names: names.clone(),
            counts: Counts::new(),
        };
        original.counts = counts(&check(&original.set(pack.clone()), Some(&pack.meta.region)));
        original
    };
    all.iter().map(of).collect()
}

/// Runs `jobs` on all cores.
fn on_all_cores<T: Sync>(jobs: &[T], run: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(job);
                }
            });
        }
    });
}

#[test]
fn no_figure_can_change_or_go_unnoticed() {
    let originals = originals();
    let jobs: Vec<(&Original, Mutant)> = originals
        .iter()
        .flat_map(|original| {
            mutants(&original.pack.document, &original.text).into_iter().map(move |one| (original, one))
        })
        .collect();
    assert!(jobs.len() > 120, "only {} figures were found", jobs.len());
    let survivors: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let caught: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    on_all_cores(&jobs, |(original, mutant)| {
        for (what, text) in
            [(mutant.changed.as_str(), mutant.apply(&original.text)), ("", mutant.remove(&original.text))]
        {
            match original.caught(text) {
                Some(how) => *caught.lock().unwrap().entry(how).or_default() += 1,
                None => {
                    let (line, words) = mutant.line(&original.text);
                    let id = &original.pack.meta.id;
                    survivors.lock().unwrap().push(format!("{id}:{line}: {} → “{what}” in {words}", mutant.written));
                }
            }
        }
    });
    println!("{} figures, caught by {:?}", jobs.len(), caught.into_inner().unwrap());
    let mut survivors = survivors.into_inner().unwrap();
    survivors.sort();
    assert!(survivors.is_empty(), "{} survive:\n{}", survivors.len(), survivors.join("\n"));
}
