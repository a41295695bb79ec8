//! The public's command: a published batch, its slip and the bodies' signatures, from files alone.

use std::fs;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use shukun_base::{ContentHash, Fen};
use shukun_fund::publishing::proof::{
    Bundle, Checkpoint, Cut, LOG_KIND, Log, Sealed, Slip, hex, merkle, seal, second_generator,
};
use shukun_fund::{BatchId, BookId};

use crate::run::{Said, root, shukun};

fn sealed() -> Sealed {
    let head = ContentHash::new(&"ab".repeat(32)).unwrap();
    let cut = Cut { book: BookId::new("county").unwrap(), seq: 12, head };
    let amounts = [Fen::yuan(5000), Fen::yuan(30_000), Fen(1_234_567)];
    seal(&BatchId::new("b-2026-11").unwrap(), &amounts, &cut, &mut ChaCha20Rng::seed_from_u64(3)).unwrap()
}

/// Keys made and a checkpoint signed by the program itself; the published files beside them.
fn publish(folder: &Path) -> Sealed {
    let sealed = sealed();
    let log = vec![sealed.header.leaf()];
    let checkpoint = Checkpoint {
        origin: "fund.example/charity".to_owned(),
        size: 1,
        root: merkle::root(&log),
        ledger_head: sealed.header.ledger_head.clone(),
        previous: None,
    };
    let unsigned = folder.join("checkpoint.txt");
    fs::write(&unsigned, checkpoint.lines()).unwrap();
    let (mut keys, mut notes) = (String::new(), String::new());
    for body in ["fund", "charity", "insurance"] {
        let key = folder.join(format!("{body}.key"));
        let made = run(&["checkpoint", "key", "--name", &format!("{body}/2026"), "--out", path(&key)]);
        keys.push_str(&made.out);
        notes.push_str(&run(&["checkpoint", "sign", path(&unsigned), "--key", path(&key)]).out);
    }
    let text = format!("{}\n{notes}", checkpoint.lines());
    let bundle = Bundle::under(&sealed, &log, text).unwrap();
    fs::write(folder.join("keys.txt"), keys).unwrap();
    fs::write(folder.join("bundle.json"), serde_json::to_string(&bundle).unwrap()).unwrap();
    let log = Log { kind: LOG_KIND.to_owned(), leaves: log };
    fs::write(folder.join("log.json"), serde_json::to_string(&log).unwrap()).unwrap();
    sealed
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(arguments: &[&str]) -> Said {
    let said = shukun(arguments);
    assert_eq!(said.code, 0, "{}", said.all());
    said
}

#[test]
fn what_was_published_is_checked_on_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = publish(folder.path());
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let slip = Slip::of(&sealed.header.batch, 1, &sealed.openings[1], &sealed.leaves).unwrap();
    let all = [
        "verify".to_owned(),
        file("bundle.json"),
        file("log.json"),
        "--keys".to_owned(),
        file("keys.txt"),
        "--slip".to_owned(),
        slip.short_line(),
    ];
    let said = shukun(&all);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(said.out.matches('✓').count(), 4, "{}", said.out);
    assert!(said.out.contains("不证明"), "{}", said.out);
    let unsigned = shukun(&["verify", &file("bundle.json")]);
    assert_eq!(unsigned.code, 1, "{}", unsigned.all());
    let forged = fs::read_to_string(file("bundle.json")).unwrap().replace("\"total\":4", "\"total\":5");
    fs::write(file("bundle.json"), forged).unwrap();
    let found = shukun(&[&all[..], &["--format".to_owned(), "json".to_owned()]].concat());
    assert_eq!(found.code, 1);
    assert_eq!(found.json()["checks"][0]["faults"], serde_json::json!(["total", "log"]));
}

#[test]
fn what_is_no_published_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.json");
    fs::write(&other, "{}").unwrap();
    let said = shukun(&["verify", path(&other)]);
    assert_eq!((said.code, said.err.contains("verify-file")), (3, true), "{}", said.all());
    let key = shukun(&["checkpoint", "key", "--name", "somebody", "--out", path(&folder.path().join("k"))]);
    assert_eq!((key.code, key.err.contains("checkpoint-name")), (2, true), "{}", key.all());
}

/// The page's own checks, as the build bundled them, under Node.
#[test]
fn the_page_for_families_finds_what_the_program_finds() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = publish(folder.path());
    let slips: Vec<String> = (0..3)
        .flat_map(|index: u64| {
            let opening = &sealed.openings[usize::try_from(index).unwrap()];
            let slip = Slip::of(&sealed.header.batch, index, opening, &sealed.leaves).unwrap();
            [slip.full_line(), slip.short_line().to_lowercase().replace("sk1", "SK1")]
        })
        .collect();
    fs::write(folder.path().join("slips.json"), serde_json::to_string(&slips).unwrap()).unwrap();
    fs::write(folder.path().join("verify.mjs"), shukun_assets::VERIFY_CHECKS).unwrap();
    fs::write(folder.path().join("try.mjs"), include_str!("verify_page.mjs")).unwrap();
    let ran = std::process::Command::new("node").arg("try.mjs").current_dir(folder.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8(ran.stdout).unwrap().trim(), "12345.67 6 slips, 400 of 400 changes found");
}

#[test]
fn the_pages_second_generator_is_the_programs() {
    let script = fs::read_to_string(root().join("crates/shukun-assets/verify/verify.js")).unwrap();
    assert!(script.contains(&hex::show(&second_generator())));
}
