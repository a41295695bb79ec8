//! Files that strangers bring, read by real children: what is sound is judged, what is hostile is refused with words, in little
//! time and memory.

use std::io::{BufRead as _, BufReader, Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use shukun_claims::Lake;
use shukun_web::works::order::import::{ImportAnswer, Reading};
use shukun_web::works::order::{ImportOrder, UndoOrder};
use shukun_web::works::{Line, Order};
use zip::write::SimpleFileOptions;

use crate::run::{root, shukun};

/// Has a child carry out the order, which the bytes follow: its last line, and the most memory it held, in MiB.
fn child(order: &Order, bytes: &[u8]) -> (Line, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
    command.arg("work").current_dir(root()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", serde_json::to_string(order).unwrap()).unwrap();
    // A child that refuses by the length alone reads no bytes.
    let _ = stdin.write_all(bytes);
    let mut peak = 0;
    let mut last = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        peak = peak.max(held(child.id()));
        last = serde_json::from_str::<Line>(&line.unwrap()).ok();
    }
    child.wait().unwrap();
    (last.unwrap(), peak)
}

fn held(id: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) / 1_024
}

fn order(reading: Reading, name: &str, bytes: &[u8], lake: &Path) -> Order {
    Order::Import(ImportOrder {
        reading,
        name: name.to_owned(),
        bytes: bytes.len() as u64,
        kind: None,
        mapping: None,
        regions: None,
        lake: lake.to_owned(),
    })
}

fn answer(line: Line) -> ImportAnswer {
    match line {
        Line::Done(answer) => serde_json::from_value(answer).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn package(sheet: &[u8]) -> Vec<u8> {
    let workbook = br#"<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let relations = br#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("xl/workbook.xml", &workbook[..]),
        ("xl/_rels/workbook.xml.rels", &relations[..]),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Synthetic files of few people, and the folder they lie in.
fn county() -> (tempfile::TempDir, Vec<std::path::PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("files");
    let line = ["synth", "--county", "ruian", "--people", "120", "--seed", "5", "--format", "json", "--out"];
    let said = shukun(&[&line[..], &[out.to_str().unwrap()]].concat());
    let files = said.json()["to_import"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().into()).collect();
    (dir, files)
}

#[test]
fn a_sound_file_is_judged_imported_once_and_taken_back() {
    let (dir, files) = county();
    let (lake, kept) = (dir.path().join("lake"), dir.path().join("kept/one"));
    let bytes = std::fs::read(&files[0]).unwrap();
    let name = files[0].file_name().unwrap().to_str().unwrap();
    let looked = answer(child(&order(Reading::Look, name, &bytes, &lake), &bytes).0);
    assert!(looked.examined.is_some() && looked.headings.len() == 64 && looked.found.is_none());
    let checked = answer(child(&order(Reading::Check, name, &bytes, &lake), &bytes).0);
    let found = checked.found.unwrap();
    assert!(found.accepted > 10 && found.accepted + found.rejected + found.duplicates == found.rows, "{found:?}");
    assert!(!lake.exists(), "a dry run makes no lake");
    let commit = Reading::Commit { kept: kept.clone(), at: "2026-11-22T02:30:00Z".to_owned() };
    let told = answer(child(&order(commit.clone(), name, &bytes, &lake), &bytes).0);
    let first = told.committed.clone().unwrap();
    assert!(first.generation.is_some() && (first.persons, first.claims) != (0, 0), "{first:?}");
    let after = Lake::open(&lake).unwrap().input_hash();
    assert!(!std::fs::read_to_string(lake.join("manifest.json")).unwrap().contains(name), "its name may be a person's");
    // Begun again after a stop: the same state, and the same is told of it.
    assert_eq!(answer(child(&order(commit, name, &bytes, &lake), &bytes).0), told);
    assert_eq!(Lake::open(&lake).unwrap().input_hash(), after);
    // As another import it brings nothing, and there is nothing to take back.
    let other = Reading::Commit { kept: dir.path().join("kept/two"), at: "2026-11-22T02:31:00Z".to_owned() };
    let nothing = answer(child(&order(other, name, &bytes, &lake), &bytes).0).committed.unwrap();
    assert_eq!((nothing.claims, nothing.generation), (0, None));
    let undo = Order::Undo(UndoOrder { lake: lake.clone(), kept: kept.clone(), generation: first.generation.unwrap() });
    assert!(matches!(child(&undo, &[]).0, Line::Done(_)));
    let empty = Lake::open(&lake).unwrap();
    assert_eq!((empty.row_count("persons"), empty.row_count("claims"), empty.sources().len()), (0, 0, 0));
    assert!(!kept.exists());
    // Begun again after a stop, when nothing is kept any more.
    assert!(matches!(child(&undo, &[]).0, Line::Done(_)));
    assert_eq!(Lake::open(&lake).unwrap().generation(), empty.generation());
}

#[test]
fn hostile_files_are_refused_with_words_in_little_time_and_memory() {
    let (dir, files) = county();
    let corner =
        r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    let attributes = format!("<worksheet><sheetData><row {}/></sheetData></worksheet>", r#"a="1" "#.repeat(40_000));
    let rows = r#"<row><c><v>1</v></c></row>"#.repeat(6_000_000);
    let bomb = package(format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").as_bytes());
    let sound = files.iter().find(|path| path.extension().is_some_and(|ending| ending == "xlsx")).unwrap();
    let sound = std::fs::read(sound).unwrap();
    let old = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 4_096]].concat();
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 4_096]].concat();
    for (name, bytes, code) in [
        ("far corner.xlsx", package(corner.as_bytes()), "header_not_found"),
        ("attributes.xlsx", package(attributes.as_bytes()), "file_too_big"),
        ("bomb.xlsx", bomb, "file_too_big"),
        ("truncated.xlsx", sound[..sound.len() / 2].to_vec(), "damaged_file"),
        ("a picture.csv", picture, "unknown_format"),
        ("a page.xls", b"<html><table>".to_vec(), "unknown_format"),
        ("old.xlsx", old, "old_or_locked_workbook"),
        ("empty.csv", Vec::new(), "header_not_found"),
    ] {
        let start = Instant::now();
        let (line, peak) = child(&order(Reading::Check, name, &bytes, &dir.path().join("lake")), &bytes);
        let refused = match line {
            Line::Failed(failure) => failure,
            Line::Done(answer) => serde_json::from_value::<ImportAnswer>(answer).unwrap().refused.expect(name),
            Line::Progress(..) => panic!("{name}: no answer"),
        };
        assert_eq!(refused.code, code, "{name}: {refused:?}");
        assert!(!refused.what.zh.is_empty() && !refused.mend.en.is_empty(), "{name}");
        assert!(start.elapsed().as_secs() < 60 && peak < 400, "{name}: {:?}, {peak} MiB", start.elapsed());
    }
    let mut large = order(Reading::Check, "large.csv", &[], &dir.path().join("lake"));
    if let Order::Import(order) = &mut large {
        order.bytes = (20 << 20) + 1;
    }
    assert!(matches!(child(&large, &[]).0, Line::Failed(failure) if failure.code == "file_too_big"));
    assert!(!dir.path().join("lake").exists());
}
