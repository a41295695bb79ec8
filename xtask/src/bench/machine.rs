//! On what machine, and how busy it was.

use std::process::Command;

use serde_json::{Value, json};

use super::prepare::Tools;
use crate::run::root;

/// The averages of the last 1, 5 and 15 minutes, as Linux tells them.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// What decides how fast a program runs here.
pub fn describe(tools: &Tools) -> Value {
    json!({
        "cpu": field("/proc/cpuinfo", "model name").unwrap_or_default(),
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "memory": field("/proc/meminfo", "MemTotal").unwrap_or_default(),
        "kernel": said(Command::new("uname").arg("-sr")),
        "rustc": said(Command::new("rustc").arg("--version")),
        "python": said(Command::new(&tools.python).arg("--version")),
        "peers": std::fs::read_to_string(root().join("bench/peers/requirements.txt")).unwrap_or_default()
            .split_whitespace().collect::<Vec<_>>(),
        "commit": said(Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(root())),
        "date": said(Command::new("date").args(["-u", "+%F %R UTC"])),
    })
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
