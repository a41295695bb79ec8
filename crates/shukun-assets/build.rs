//! Installs the browser libraries of package-lock.json and keeps the few files that pages use, gzipped.
//!
//! `npm ci --ignore-scripts` runs in the build's own output folder; nothing is written into the source tree and no
//! script of a package runs. `SHUKUN_NODE_MODULES` names a tree that is there already (for packagers and for machines
//! without a network). The page with which families check a slip is one file: its script is bundled here by esbuild,
//! because @noble/curves comes as modules and a page that works offline can load none. Start at [`LIBRARIES`].

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// A file that pages use: the constant it becomes, its package, its place there, the name it is served under.
struct Library {
    constant: &'static str,
    package: &'static str,
    file: &'static str,
    name: &'static str,
    content_type: &'static str,
    /// Whether pages are served it; the others are for tests, and no program that does not name them holds them.
    is_served: bool,
}

const LIBRARIES: &[Library] = &[
    Library {
        constant: "HTMX",
        package: "htmx.org",
        file: "dist/htmx.min.js",
        name: "htmx.js",
        content_type: "text/javascript; charset=utf-8",
        is_served: true,
    },
    Library {
        constant: "TABLER",
        package: "@tabler/core",
        file: "dist/css/tabler.min.css",
        name: "tabler.css",
        content_type: "text/css; charset=utf-8",
        is_served: true,
    },
    Library {
        constant: "ECHARTS",
        package: "echarts",
        file: "dist/echarts.common.min.js",
        name: "echarts.js",
        content_type: "text/javascript; charset=utf-8",
        is_served: true,
    },
    Library {
        constant: "ECHARTS_WHOLE",
        package: "echarts",
        file: "dist/echarts.min.js",
        name: "echarts-whole.js",
        content_type: "text/javascript; charset=utf-8",
        is_served: true,
    },
    Library {
        constant: "AXE",
        package: "axe-core",
        file: "axe.min.js",
        name: "axe.js",
        content_type: "text/javascript; charset=utf-8",
        is_served: false,
    },
];

const GIVEN_TREE: &str = "SHUKUN_NODE_MODULES";
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

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
    for name in MANIFESTS.iter().chain(&["build.rs", "verify"]) {
        println!("cargo::rerun-if-changed={name}");
    }
    println!("cargo::rerun-if-env-changed={GIVEN_TREE}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no output folder (OUT_DIR)")?);
    match std::env::var_os(GIVEN_TREE) {
        Some(tree) => keep(Path::new(&tree), &out).and_then(|()| make_page(Path::new(&tree), &out)),
        None => {
            let folder = out.join("npm");
            install(&folder)?;
            keep(&folder.join("node_modules"), &out)?;
            make_page(&folder.join("node_modules"), &out)?;
            // The packages are a hundred times what is kept of them.
            fs::remove_dir_all(&folder).map_err(|error| told(&folder, &error))
        }
    }
}

fn install(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
    for name in MANIFESTS {
        fs::copy(name, folder.join(name)).map_err(|error| told(&folder.join(name), &error))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let ran = Command::new(npm).args(arguments).current_dir(folder).output();
    let output = ran.map_err(|error| {
        format!(
            "npm cannot be started ({error}): the pages' libraries come from npm, so install Node.js 20 or later with \
             npm, or name a folder node_modules made from crates/shukun-assets/package-lock.json in {GIVEN_TREE}."
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "`npm ci` could not fetch the pages' libraries ({}): check the network and npm's registry setting, or name a \
         folder node_modules made from crates/shukun-assets/package-lock.json in {GIVEN_TREE}.\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Gzips each file into the output folder and writes the constants that embed them.
fn keep(tree: &Path, out: &Path) -> Result<(), String> {
    let mut constants = String::new();
    for library in LIBRARIES {
        let package = tree.join(library.package);
        let version = read_version(&package.join("package.json"))?;
        let source = package.join(library.file);
        let bytes = fs::read(&source).map_err(|error| told(&source, &error))?;
        let gzipped = out.join(format!("{}.gz", library.name));
        fs::write(&gzipped, gzip(&bytes)?).map_err(|error| told(&gzipped, &error))?;
        constants.push_str(&constant(library, &version));
    }
    let names: Vec<&str> =
        LIBRARIES.iter().filter(|library| library.is_served).map(|library| library.constant).collect();
    constants
        .push_str(&format!("/// All that pages are served.\npub const ALL: &[Asset] = &[{}];\n", names.join(", ")));
    let path = out.join("assets.rs");
    fs::write(&path, constants).map_err(|error| told(&path, &error))
}

/// Makes `verify.html`, everything in it, and `verify.mjs`, its checks alone, for tests.
fn make_page(tree: &Path, out: &Path) -> Result<(), String> {
    bundle(tree, "verify/verify.js", "esm", &out.join("verify.mjs"))?;
    let script = bundle(tree, "verify/page.js", "iife", &out.join("verify-page.js"))?;
    let style = read("verify/page.css")?.trim().to_owned();
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(&style)
    );
    let parts = [("@POLICY@", &policy), ("@STYLE@", &style), ("@SCRIPT@", &script)];
    let page = parts.iter().fold(read("verify/page.html")?, |page, (mark, part)| page.replace(mark, part));
    for (name, text) in [("verify.html", &page), ("verify.policy", &policy)] {
        fs::write(out.join(name), text).map_err(|error| told(&out.join(name), &error))?;
    }
    Ok(())
}

/// One script of an entry and all it takes from the tree.
fn bundle(tree: &Path, entry: &str, format: &str, into: &Path) -> Result<String, String> {
    let ran = Command::new("node")
        .arg(tree.join("esbuild/bin/esbuild"))
        .args([entry, "--bundle", "--minify", "--target=es2022", "--charset=utf8", "--log-level=error"])
        .arg(format!("--format={format}"))
        .arg(format!("--outfile={}", into.display()))
        .env("NODE_PATH", tree)
        .output();
    let output = ran.map_err(|error| format!("node cannot be started ({error}): install Node.js 20 or later."))?;
    if !output.status.success() {
        return Err(format!("esbuild could not bundle {entry}:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = fs::read_to_string(into).map_err(|error| told(into, &error))?;
    Ok(text.trim().to_owned())
}

/// As a content security policy writes it.
fn hash(text: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text.as_bytes()))
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| told(Path::new(path), &error))
}

fn constant(library: &Library, version: &str) -> String {
    let Library { constant, package, name, content_type, .. } = library;
    format!(
        "/// `{package}` {version}.\npub const {constant}: Asset = Asset {{ name: \"{name}\", version: \"{version}\", \
         content_type: \"{content_type}\", gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")) }};\n"
    )
}

/// The version that is really there, so that the address tells the content.
fn read_version(manifest: &Path) -> Result<String, String> {
    let text = fs::read_to_string(manifest).map_err(|error| told(manifest, &error))?;
    let value = text.lines().find_map(|line| line.trim().strip_prefix("\"version\":"));
    let version = value.map(|value| value.trim().trim_matches([',', '"']).to_owned());
    version.ok_or_else(|| format!("{} names no version", manifest.display()))
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(|error| format!("gzip: {error}"))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
