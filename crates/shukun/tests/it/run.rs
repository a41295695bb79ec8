//! Starting the binary and looking at what it says.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run gave.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Said {
    /// For snapshots: everything a terminal would show.
    pub fn all(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.out, self.err)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs `shukun` at the root of the repository in a Chinese locale.
pub fn shukun<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Said {
    shukun_in("zh_CN.UTF-8", arguments)
}

/// The same in another locale.
pub fn shukun_in<S: AsRef<std::ffi::OsStr>>(locale: &str, arguments: &[S]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
    command.args(arguments).current_dir(root()).env_remove("LC_MESSAGES").env_remove("LANG").env("LC_ALL", locale);
    let output = command.output().unwrap();
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// `shukun` on words.
pub fn words(line: &str) -> Said {
    shukun(&line.split_whitespace().collect::<Vec<_>>())
}
