//! Installs the letters of package-lock.json and keeps the two weights that sheets are set in.
//!
//! They are embedded: the same sheet is the same bytes wherever it is set. `npm ci --ignore-scripts` runs in the build's own
//! output folder; `SHUKUN_NODE_MODULES` names a tree that is there already, as for the browser libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const GIVEN_TREE: &str = "SHUKUN_NODE_MODULES";
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
const PACKAGE: &str = "@expo-google-fonts/noto-serif-sc";
const WEIGHTS: [(&str, &str); 2] =
    [("400Regular/NotoSerifSC_400Regular.ttf", "regular.ttf"), ("700Bold/NotoSerifSC_700Bold.ttf", "bold.ttf")];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    for name in MANIFESTS.iter().chain(&["build.rs"]) {
        println!("cargo::rerun-if-changed={name}");
    }
    println!("cargo::rerun-if-env-changed={GIVEN_TREE}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no output folder (OUT_DIR)")?);
    if let Some(tree) = std::env::var_os(GIVEN_TREE) {
        return keep(Path::new(&tree), &out);
    }
    let folder = out.join("npm");
    install(&folder)?;
    keep(&folder.join("node_modules"), &out)?;
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn install(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in MANIFESTS {
        fs::copy(name, folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let ran = Command::new(npm).args(arguments).current_dir(folder).output();
    let output = ran.map_err(|error| {
        format!(
            "npm cannot be started ({error}): the letters of printed sheets come from npm, so install Node.js with npm, \
             or name a folder node_modules made from crates/shukun-print/package-lock.json in {GIVEN_TREE}."
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "`npm ci` could not fetch the letters of printed sheets ({}): check the network and npm's registry setting, or \
         name a folder node_modules made from crates/shukun-print/package-lock.json in {GIVEN_TREE}.\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn keep(tree: &Path, out: &Path) -> Result<(), String> {
    for (file, name) in WEIGHTS {
        let source = tree.join(PACKAGE).join(file);
        fs::copy(&source, out.join(name)).map_err(|error| format!("{}: {error}", source.display()))?;
    }
    Ok(())
}
