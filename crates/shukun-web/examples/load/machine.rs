//! What the machine did meanwhile: a figure without it says nothing, since other programs share the processors.
//!
//! Read from `/proc`; where that is not there, nothing is told.

use std::fs;

/// Ticks of the processors so far: all that were not idle, the server's, this program's, PostgreSQL's; how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    busy: u64,
    idle: u64,
    server: u64,
    own: u64,
    postgres: u64,
}

impl Ticks {
    /// Now.
    pub fn read(server: u32) -> Ticks {
        let (busy, idle) = processors().unwrap_or_default();
        let own = of_process(std::process::id());
        Ticks { busy, idle, server: of_process(server), own, postgres: of_postgres() }
    }

    /// Shares of all processors since `before`, in words.
    pub fn since(&self, before: &Ticks) -> String {
        let since = |now: u64, then: u64| now.saturating_sub(then);
        let busy = since(self.busy, before.busy);
        let all = (busy + since(self.idle, before.idle)).max(1);
        let (server, own) = (since(self.server, before.server), since(self.own, before.own));
        let postgres = since(self.postgres, before.postgres);
        let others = busy.saturating_sub(server + own + postgres);
        let share = |ticks: u64| ticks * 100 / all;
        format!(
            "of all processors: server {} %, PostgreSQL {} %, the staff {} %, other programs {} %, idle {} %; load {}",
            share(server),
            share(postgres),
            share(own),
            share(others),
            share(all.saturating_sub(busy)),
            load()
        )
    }
}

/// Busy and idle, of `/proc/stat`.
fn processors() -> Option<(u64, u64)> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<u64> =
        stat.lines().next()?.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    let idle = fields.get(3)? + fields.get(4)?;
    Some((fields.iter().take(8).sum::<u64>().saturating_sub(idle), idle))
}

fn of_process(id: u32) -> u64 {
    ticks(&format!("/proc/{id}/stat")).map_or(0, |(_, ticks)| ticks)
}

/// The name of a process, and its ticks in both modes.
fn ticks(path: &str) -> Option<(String, u64)> {
    let stat = fs::read_to_string(path).ok()?;
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_whitespace().collect();
    Some((name, fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?))
}

/// Every process of that name; a backend that ended meanwhile is missing.
fn of_postgres() -> u64 {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = folders.filter(|one| one.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()));
    let ticks = processes.filter_map(|one| ticks(&one.path().join("stat").display().to_string()));
    ticks.filter(|(name, _)| name == "postgres").map(|(_, ticks)| ticks).sum()
}

/// Of the last minute, five, fifteen.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
