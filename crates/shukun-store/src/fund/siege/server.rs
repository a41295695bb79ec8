//! A server that fails under many who post, on PostgreSQL: stopped in the middle of everything, one of its processes killed,
//! a statement that takes too long, no connection left. It is a cluster of the test's own, with flushes to disk; where
//! PostgreSQL's programs are missing the test says that it left them out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::writer::{Work, check_work};
use super::*;
use crate::testing::TestDb;

/// Who post at the same time.
const POSTERS: u32 = 8;
/// Acts of each.
const ACTS: u32 = 10;

const OFFICE: &str = "CREATE ROLE shukun_office LOGIN";
const DATABASE: &str = "CREATE DATABASE siege OWNER shukun_office";

/// A cluster that may be stopped.
struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    fn start() -> Option<Cluster> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let programs = versions.flatten().map(|entry| entry.path().join("bin")).max()?;
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster { programs, folder, port };
        if cluster.is_root() {
            Command::new("chown").arg("postgres").arg(cluster.folder.path()).status().ok()?;
        }
        let made =
            cluster.call("initdb", &["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]);
        (made && cluster.up()).then_some(cluster)
    }

    fn is_root(&self) -> bool {
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
    }

    fn call(&self, program: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(program);
        let mut command = if self.is_root() { Command::new("runuser") } else { Command::new(&path) };
        if self.is_root() {
            command.args(["--user", "postgres", "--"]).arg(&path);
        }
        command.arg("--pgdata").arg(self.data()).args(arguments).current_dir(self.folder.path());
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn up(&self) -> bool {
        let settings = format!(
            "-c max_connections=60 -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port={}",
            self.port
        );
        let log = self.folder.path().join("log").display().to_string();
        self.call("pg_ctl", &["start", "--wait", "--silent", "--options", &settings, "--log", &log])
    }

    /// Ended at once, as by a power cut, and started again: it recovers from its log.
    fn start_anew(&self) {
        assert!(self.call("pg_ctl", &["stop", "--mode=immediate", "--silent"]), "it does not stop");
        assert!(self.up(), "it does not start");
    }

    /// SIGKILL to one of the processes that serve a connection: the server throws all others out and recovers.
    fn kill_one(&self) {
        let serving = |process: &Path| {
            let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            line.starts_with("postgres: shukun_office siege") && self.is_ours(process)
        };
        let found = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()).find(|path| serving(path));
        let process = found.expect("nobody is connected");
        let id = process.file_name().unwrap().to_owned();
        Command::new("kill").arg("-KILL").arg(id).status().unwrap();
    }

    fn is_ours(&self, process: &Path) -> bool {
        std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(self.folder.path()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.call("pg_ctl", &["stop", "--mode=immediate", "--silent"]);
    }
}

/// Many post until something happens; which acts were answered.
async fn post_until(store: &Store, scope: &Scope, work: Work, first: u32, happens: impl FnOnce()) -> Vec<u32> {
    let posters: Vec<_> = (0..POSTERS)
        .map(|poster| {
            let (store, scope) = (store.clone(), scope.clone());
            tokio::spawn(async move {
                let mut done = Vec::new();
                for number in (0..ACTS).map(|act| first + poster * ACTS + act) {
                    match writer::do_it(&store, &scope, work, number).await {
                        Ok(()) => done.push(number),
                        Err(_) => return done,
                    }
                }
                done
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(40)).await;
    tokio::task::block_in_place(happens);
    let mut done = Vec::new();
    for poster in posters {
        done.extend(poster.await.unwrap());
    }
    done
}

/// Until the server takes work again.
async fn recovered(store: &Store) {
    for _ in 0..200 {
        if store.ping().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server did not come back");
}

#[test]
fn a_server_that_ends_in_the_middle_of_everything_loses_nothing_that_was_answered() {
    let Some(cluster) = Cluster::start() else {
        eprintln!("PostgreSQL's programs are missing: a server that ends was LEFT OUT");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let admin = sea_orm::Database::connect(format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port));
        let admin = admin.await.unwrap();
        for statement in [OFFICE, DATABASE] {
            sea_orm::ConnectionTrait::execute_unprepared(&admin, statement).await.unwrap();
        }
        admin.close().await.unwrap();
        let db = TestDb::elsewhere(format!("postgres://shukun_office@127.0.0.1:{}/siege", cluster.port));
        let store = db.open().await;
        let maker = besieged(&store, Fen::yuan(1_000_000)).await;
        let mut first = 0;
        for round in 0..times(1).min(50) {
            for work in Work::ALL {
                for stops in [true, false] {
                    let numbers = first..first + POSTERS * ACTS;
                    work.prepare(&store, numbers.clone()).await;
                    let done = post_until(&store, &maker, *work, first, || {
                        if stops { cluster.start_anew() } else { cluster.kill_one() }
                    })
                    .await;
                    assert!(!stops || done.len() < numbers.len(), "round {round}: the server ended too late");
                    recovered(&store).await;
                    check_work(&store, &maker, *work, &done, numbers.clone()).await;
                    first = numbers.end;
                }
            }
        }
        store.close().await.unwrap();
    });
}

/// Somebody holds the book, and the server gives up waiting for it.
#[test]
fn a_statement_given_up_and_a_pool_run_dry_are_errors_that_sending_again_mends() {
    crate::testing::on_both(|db| async move {
        let store = db.open().await;
        if store.engine() != "postgres" {
            return;
        }
        let maker = besieged(&store, Fen::yuan(1_000)).await;
        let admin = sea_orm::Database::connect(db.url()).await.unwrap();
        let name = db.url().rsplit('/').next().unwrap();
        let limit = format!("ALTER DATABASE {name} SET statement_timeout = '200ms'");
        sea_orm::ConnectionTrait::execute_unprepared(&admin, &limit).await.unwrap();
        // A store of its own, whose connections begin with that.
        let hasty = db.open().await;
        let gifts = Work::Gift.vouchers(1);
        let holder = store.begin_own(Backup).await.unwrap();
        crate::sql::find(&holder, HOLD, values!["county"]).await.unwrap();
        let error = hasty.post_voucher(&maker, &gifts[0], at(5)).await.unwrap_err();
        assert_eq!((error.kind, error.number.as_deref()), (crate::ErrorKind::Unavailable, Some("57014")));
        holder.rollback().await.unwrap();
        // Every connection is taken; who posts waits until one is given back.
        let mut taken = Vec::new();
        for _ in 0..16 {
            taken.push(store.begin_own(Backup).await.unwrap());
        }
        let (waiting, scope, gift) = (store.clone(), maker.clone(), gifts[0].clone());
        let poster = tokio::spawn(async move { waiting.post_voucher(&scope, &gift, at(5)).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!poster.is_finished(), "it had a connection");
        taken.clear();
        assert!(!poster.await.unwrap().unwrap().replayed);
        check_work(&store, &maker, Work::Gift, &[1], 1..2).await;
    });
}

const HOLD: Sql = Sql("SELECT sequence FROM books WHERE book_id = $1 FOR UPDATE");
