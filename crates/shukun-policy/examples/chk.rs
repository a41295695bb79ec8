#![allow(clippy::all, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]
use shukun_policy::{link::*, pack::*};
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let mut folders = vec![];
    for d in std::fs::read_dir(&root).unwrap() {
        let d = d.unwrap().path();
        if !d.is_dir() {
            continue;
        }
        folders.push(
            std::fs::read_dir(&d)
                .unwrap()
                .map(|f| {
                    let f = f.unwrap().path();
                    (f.display().to_string(), std::fs::read(&f).unwrap())
                })
                .collect(),
        );
    }
    let (set, f) = PackSet::read(folders);
    let show = |f: &shukun_policy::finding::Finding| {
        let at = f.place.map(|p| {
            let (n, t) = &set.sources.files[p.file];
            format!(
                "{n}:{} «{}»",
                t[..p.start].matches('\n').count() + 1,
                t[p.start..p.end].lines().next().unwrap_or("")
            )
        });
        println!("{:?} {} {} | {} | {}", f.severity, f.code, at.unwrap_or_default(), f.message.zh, f.mend.zh);
    };
    f.iter().for_each(show);
    for p in set.packs() {
        println!("=== {}", p.meta.id);
        let s = set.with_parents(&p.meta.id);
        check(&s, Some(&p.meta.region)).iter().for_each(show);
        let (prog, f) = link(&s, &Choices { region: Some(p.meta.region.clone()), ..Default::default() });
        println!(
            "program: {:?} findings {}",
            prog.map(|p| p.rules.iter().map(|r| r.name.clone()).collect::<Vec<_>>()),
            f.len()
        );
    }
}
