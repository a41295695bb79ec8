//! A throw-away PostgreSQL for tests: made in a temporary folder, stopped and removed at the end.
//!
//! `cargo xtask test` starts one by itself; `cargo xtask postgres COMMAND…` runs any command with one.
//! Tests find it by `SHUKUN_TEST_PG` and make a database each.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Failure, Outcome, install, is_installed, is_root, run, shown};

/// Tells tests where the server is.
pub const VARIABLE: &str = "SHUKUN_TEST_PG";
/// Where Debian keeps the server's programs, one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// No data is worth a flush to disk here; every test has a pool of connections.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=";

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// `postgres COMMAND…`: runs the command with a server beside it.
pub fn postgres(arguments: &[String]) -> Outcome {
    let Some((program, rest)) = arguments.split_first() else {
        return Err(Failure("postgres COMMAND…, such as: postgres cargo test -p shukun-store".to_owned()));
    };
    let server = Server::start()?;
    run(Command::new(program).args(rest).env(VARIABLE, server.url()))
}

impl Server {
    /// Makes a cluster and starts it; installs Debian's package first where it is missing and this user may.
    pub fn start() -> Result<Server, Failure> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("shukun-postgres-{}", std::process::id()));
        let cannot = |error: std::io::Error| Failure(format!("{}: {error}", folder.display()));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(cannot)?;
        }
        fs::create_dir(&folder).map_err(cannot)?;
        let server = Server { programs, folder, port: free_port()? };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&server.folder))?;
        }
        server.call(
            "initdb",
            &["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        )?;
        let settings = format!("{SETTINGS}{}", server.port);
        let log = server.folder.join("log").display().to_string();
        server.call("pg_ctl", &["start", "--wait", "--silent", "--options", &settings, "--log", &log])?;
        Ok(server)
    }

    /// Without a database: tests make their own.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The server's programs refuse to run as root.
    fn call(&self, program: &str, arguments: &[&str]) -> Outcome {
        let path = self.programs.join(program);
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(&path) };
        if is_root() {
            command.args(["--user", "postgres", "--"]).arg(&path);
        }
        command.arg("--pgdata").arg(self.folder.join("data")).args(arguments);
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|error| Failure(format!("cannot start {}: {error}", shown(&command))))?;
        if status.success() { Ok(()) } else { Err(self.failed(program)) }
    }

    fn failed(&self, program: &str) -> Failure {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Failure(format!("{program} of {} failed\n{log}", self.programs.display()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What cannot be stopped is told; the tests have ended by now.
        if let Err(Failure(message)) = self.call("pg_ctl", &["stop", "--mode=immediate", "--silent"]) {
            eprintln!("{message}");
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{}: {error}", self.folder.display());
        }
    }
}

/// The folder with `initdb` and `pg_ctl`.
fn programs() -> Result<PathBuf, Failure> {
    if let Some(found) = find_programs() {
        return Ok(found);
    }
    install("initdb", "postgresql")?;
    find_programs().ok_or_else(|| Failure("PostgreSQL is missing; install it: apt-get install postgresql".to_owned()))
}

fn find_programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let newest = versions.filter(|folder| folder.join("initdb").is_file()).max();
    newest.or_else(|| is_installed("initdb").then(on_path).flatten())
}

fn on_path() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).find(|folder: &PathBuf| Path::new(folder).join("initdb").is_file())
}

fn free_port() -> Result<u16, Failure> {
    let cannot = |error| Failure(format!("no free port: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(cannot)?;
    Ok(listener.local_addr().map_err(cannot)?.port())
}
