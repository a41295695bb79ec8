//! `shukun pack fmt`: the one written form of a pack.

use std::path::{Path, PathBuf};

use shukun_base::Lang;
use shukun_policy::finding::Finding;
use shukun_policy::format::format_document;
use shukun_policy::json::{from_json, to_json};
use shukun_policy::lexer::Names;
use shukun_policy::markdown::decode;
use shukun_policy::pack::{Pack, PackSet};

use crate::args::{PackFmtArgs, PackForm};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::packs::{Loaded, load_packs};
use crate::runner::pack_errors;

/// Runs the command. A pack with errors is left as it is: what cannot be read would be lost.
pub fn fmt(args: &PackFmtArgs, lang: Lang) -> Result<Exit, CliError> {
    if args.to == Some(PackForm::Md) && args.paths.iter().all(|path| is_json_file(path)) {
        return print_markdown(&args.paths, lang);
    }
    let loaded = load_packs(&args.paths)?;
    let errors: Vec<Finding> = loaded
        .findings
        .iter()
        .filter(|finding| finding.is_error() && loaded.is_about_named(finding))
        .cloned()
        .collect();
    if !errors.is_empty() {
        return Err(pack_errors(&errors, &loaded.set, lang));
    }
    match args.to {
        Some(PackForm::Md) => print_all(&loaded, |pack| format_document(&pack.document)),
        Some(PackForm::Json) => print_json_forms(&loaded),
        None => rewrite_all(&loaded, args.check, lang),
    }
}

fn is_json_file(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// Documents in the JSON form as Markdown: the way back from `--to json`.
fn print_markdown(paths: &[PathBuf], lang: Lang) -> Result<Exit, CliError> {
    let mut texts = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).map_err(|error| CliError::unreadable(path, &error))?;
        texts.push(markdown_of(path, &bytes, lang)?);
    }
    print(&texts.join("\n"))?;
    Ok(Exit::Done)
}

fn markdown_of(path: &Path, bytes: &[u8], lang: Lang) -> Result<String, CliError> {
    let mut set = PackSet::default();
    set.sources.files.push((path.display().to_string(), String::new()));
    let text = decode(0, bytes).map_err(|finding| pack_errors(&[*finding], &set, lang))?;
    let (read, findings) = from_json(0, &text, &Names::new());
    let markdown = read.map(|read| read.markdown);
    let errors: Vec<Finding> = findings.into_iter().filter(Finding::is_error).collect();
    match markdown {
        Some(markdown) if errors.is_empty() => Ok(markdown),
        found => {
            set.sources.files = vec![(path.display().to_string(), found.unwrap_or(text))];
            Err(pack_errors(&errors, &set, lang))
        }
    }
}

fn print_all(loaded: &Loaded, written: impl Fn(&Pack) -> String) -> Result<Exit, CliError> {
    let texts: Vec<String> = loaded.named_packs().map(written).collect();
    print(&texts.join("\n"))?;
    Ok(Exit::Done)
}

/// One pack is one JSON document; several are a list.
fn print_json_forms(loaded: &Loaded) -> Result<Exit, CliError> {
    let forms: Vec<serde_json::Value> = loaded.named_packs().map(|pack| to_json(&pack.document)).collect();
    match forms.as_slice() {
        [one] => print_json(one)?,
        several => print_json(&several)?,
    }
    Ok(Exit::Done)
}

fn rewrite_all(loaded: &Loaded, check_only: bool, lang: Lang) -> Result<Exit, CliError> {
    let mut exit = Exit::Done;
    for pack in loaded.named_packs() {
        let Some((name, before)) = rules_file(pack) else { continue };
        let after = format_document(&pack.document);
        if *before == after {
            continue;
        }
        let word = match (check_only, lang) {
            (true, Lang::Zh) => "未整理",
            (true, Lang::En) => "not in form",
            (false, Lang::Zh) => "已整理",
            (false, Lang::En) => "rewritten",
        };
        print(&format!("{word}  {name}\n"))?;
        if check_only {
            exit = Exit::NeedsAttention;
        } else {
            std::fs::write(name, after).map_err(|error| CliError::unwritable(Path::new(name), &error))?;
        }
    }
    Ok(exit)
}

fn rules_file(pack: &Pack) -> Option<&(String, String)> {
    pack.sources.files.iter().find(|(name, _)| {
        let file = Path::new(name).file_name().map(|file| file.to_string_lossy().into_owned());
        file.is_some_and(|file| file == "规则.md" || file == "rules.md")
    })
}
