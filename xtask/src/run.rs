//! Starting other programs from the root of the tree, and saying clearly what failed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a chore could not be done, in words for the terminal.
#[derive(Debug)]
pub struct Failure(pub String);

/// A chore is done or says why not.
pub type Outcome = Result<(), Failure>;

/// The root of the tree that cargo was called in (several trees may share one target folder and so one program).
pub fn root() -> PathBuf {
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().unwrap_or(&here).to_path_buf()
}

/// Where builds go: `CARGO_TARGET_DIR`, else `target` in the tree.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// Whether this is CI, where bounds are those of the acceptance and nothing is left out.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// `cargo` with these arguments, to be run at the root of the tree.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs `command` with the terminal handed through.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| Failure(format!("cannot start {}: {error}", shown(command))))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{} ended with {status}", shown(command)))) }
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut text = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Whether a program of this name can be started.
pub fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Makes sure that `program` is there, installing the Debian package that holds it where this user may.
pub fn need_program(program: &str, package: &str) -> Outcome {
    if is_installed(program) {
        return Ok(());
    }
    install(program, package)?;
    if is_installed(program) { Ok(()) } else { Err(Failure(missing(program, package))) }
}

fn missing(program: &str, package: &str) -> String {
    format!("{program} is missing; install it: apt-get install {package}")
}

/// Installs the Debian package that holds `program` where this user may.
pub fn install(program: &str, package: &str) -> Outcome {
    if !is_installed("apt-get") || !is_root() {
        return Err(Failure(missing(program, package)));
    }
    eprintln!("installing the Debian package {package} for {program}");
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    run(Command::new("apt-get").args(["install", "--quiet", "--yes", "--no-install-recommends", package]))
}

/// Whether this user may do everything.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Makes sure that a cargo tool is there, building it once into the target folder.
pub fn need_cargo_tool(tool: &str, version: &str) -> Result<PathBuf, Failure> {
    let folder = target_dir().join("tools");
    let program = folder.join("bin").join(tool);
    if !program.is_file() {
        eprintln!("building {tool} {version}, once");
        let mut install = cargo(&["install", tool, "--version", version, "--locked", "--quiet", "--root"]);
        install.arg(&folder).env("CARGO_TARGET_DIR", folder.join("build"));
        run(&mut install)?;
    }
    Ok(program)
}
