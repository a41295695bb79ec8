//! The packs of this repository.

use std::path::PathBuf;

use shukun_base::Lang;
use shukun_policy::coverage::check_articles;
use shukun_policy::document::Sources;
use shukun_policy::format::{format_document, format_text};
use shukun_policy::json::{from_json, to_json};
use shukun_policy::lexer::Names;
use shukun_policy::markdown::{declared_names, read_document};
use shukun_policy::render::to_text;

/// Folder name and text of every pack's 规则.md.
pub fn packs() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let texts = folders.iter().filter_map(|folder| {
        let text = std::fs::read_to_string(folder.join("规则.md")).ok()?;
        Some((folder.file_name().unwrap().to_string_lossy().into_owned(), text))
    });
    texts.collect()
}

#[test]
fn every_pack_is_read_without_a_finding() {
    assert!(packs().len() >= 5);
    for (name, text) in packs() {
        let (document, findings) = read_document(0, &text, &Names::new());
        assert_eq!(findings, [], "{name}");
        assert!(!document.articles.is_empty());
        let names = declared_names(&document);
        assert_eq!(read_document(0, &text, &names).0, document, "{name}");
    }
}

#[test]
fn formatting_a_pack_twice_is_formatting_it_once() {
    for (name, text) in packs() {
        let once = format_text(0, &text, &Names::new()).unwrap();
        assert_eq!(format_text(0, &once, &Names::new()).unwrap(), once, "{name}");
        let again = read_document(0, &once, &Names::new()).0;
        assert_eq!(format_document(&again), once, "{name}");
    }
}

#[test]
fn every_pack_toml_is_read_without_a_finding() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    for (name, _) in packs() {
        let text = std::fs::read_to_string(root.join(&name).join("pack.toml")).unwrap();
        let (meta, findings) = shukun_policy::pack_toml::read(0, &text);
        assert_eq!(findings, [], "{name}");
        assert_eq!(meta.unwrap().id, name);
    }
}

#[test]
fn every_figure_of_every_pack_is_used_or_waived() {
    for (name, text) in packs() {
        let (document, _) = read_document(0, &text, &Names::new());
        let findings = check_articles(&document);
        let sources = Sources { files: vec![(name, text)] };
        assert!(findings.is_empty(), "{}", to_text(&findings, &sources, Lang::Zh, false));
    }
}

#[test]
fn a_pack_goes_to_json_and_back() {
    for (name, text) in packs() {
        let (document, _) = read_document(0, &text, &Names::new());
        let (back, findings) = from_json(0, &to_json(&document).to_string(), &Names::new());
        assert_eq!(findings, [], "{name}");
        assert_eq!(back.unwrap().markdown, format_document(&document), "{name}");
    }
}
