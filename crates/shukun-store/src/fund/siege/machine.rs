//! A machine that fails under the writer, on SQLite: flushes and writes that say so, a disk said to be full, a write cut
//! short, an end in the middle of a call. The calls are made to fail by `strace`, attached when the writer is ready; without
//! it the test says that it left them out.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sea_orm::ConnectionTrait as _;

use super::writer::{Work, Writer, check_work};
use super::*;
use crate::testing::{TestDb, on_both};

/// What `strace` does to which calls.
const CALLS: &[&str] = &[
    "fsync,fdatasync:error=EIO",
    "fsync,fdatasync:signal=SIGKILL",
    "pwrite64:error=EIO",
    "pwrite64:error=ENOSPC",
    "pwrite64:retval=0",
    "pwrite64:signal=SIGKILL",
    "fcntl:error=ENOLCK",
    "mmap:error=ENOMEM",
];

/// Acts of one writer.
const ACTS: u32 = 4;

/// One writer under one fault; what it was answered. `fault` begins what it does to the process, and ends it when dropped.
fn under<F>(db: &TestDb, work: Work, numbers: std::ops::Range<u32>, fault: impl FnOnce(u32) -> F) -> Vec<u32> {
    let mut writer = Writer::start(db, work, numbers);
    let fault = fault(writer.id());
    writer.go();
    let done = std::iter::from_fn(|| writer.next_done()).collect();
    writer.kill();
    drop(fault);
    done
}

/// `strace` on a process; its report tells what it did.
struct Strace {
    child: Child,
    report: PathBuf,
}

impl Strace {
    fn attach(process: u32, fault: &str, nth: u32, folder: &Path) -> Option<Strace> {
        let report = folder.join("strace");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-p"]).arg(process.to_string()).arg("-o").arg(&report);
        command.args(["-e", &format!("trace={}", fault.split(':').next().unwrap())]);
        command.args(["-e", &format!("inject={fault}:when={nth}")]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut strace = Strace { child, report };
        let status = format!("/proc/{process}/status");
        for _ in 0..200 {
            let is_attached = !std::fs::read_to_string(&status).ok()?.contains("TracerPid:\t0\n");
            if is_attached {
                // Its other threads follow at once.
                std::thread::sleep(std::time::Duration::from_millis(30));
                return Some(strace);
            }
            if strace.child.try_wait().ok()?.is_some() {
                return None;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        None
    }

    fn hits(&mut self) -> usize {
        self.child.wait().unwrap();
        let report = std::fs::read_to_string(&self.report).unwrap_or_default();
        report.lines().filter(|line| line.contains("INJECTED") || line.contains("killed by SIGKILL")).count()
    }
}

#[test]
fn system_calls_that_fail_lose_nothing_that_was_answered() {
    on_both(|db| async move {
        let store = db.open().await;
        if store.engine() != "sqlite" {
            return;
        }
        let maker = besieged(&store, Fen::yuan(100_000)).await;
        let folder = tempfile::tempdir().unwrap();
        let (mut first, mut hit) = (0, 0);
        for (kind, fault) in CALLS.iter().enumerate() {
            for (work, nth) in Work::ALL.iter().flat_map(|work| (0..times(1).min(25)).map(move |nth| (*work, nth))) {
                let numbers = first..first + ACTS;
                first += ACTS;
                work.prepare(&store, numbers.clone()).await;
                let nth = 1 + nth + u32::try_from(kind % 3).unwrap();
                let mut hits = None;
                let done = tokio::task::block_in_place(|| {
                    let mut strace = None;
                    let done = under(&db, work, numbers.clone(), |process| {
                        strace = Strace::attach(process, fault, nth, folder.path());
                    });
                    hits = strace.as_mut().map(Strace::hits);
                    done
                });
                let Some(hits) = hits else {
                    eprintln!("strace is missing or may not attach here: system calls that fail were LEFT OUT");
                    return;
                };
                hit += usize::from(hits > 0);
                check_work(&store, &maker, work, &done, numbers).await;
            }
        }
        eprintln!("{hit} writers met their fault");
        // A machine may place its calls otherwise; most of them are met everywhere.
        assert!(hit >= CALLS.len(), "only {hit} writers met their fault");
    });
}

/// The log may grow by so much and no more: the write that crosses the end is a short one, the next is refused.
#[test]
fn a_write_cut_short_loses_nothing_that_was_answered() {
    on_both(|db| async move {
        let store = db.open().await;
        if store.engine() != "sqlite" {
            return;
        }
        let maker = besieged(&store, Fen::yuan(100_000)).await;
        let mut first = 0;
        for (round, work) in (0..times(2).min(50)).flat_map(|round| Work::ALL.iter().map(move |work| (round, *work))) {
            let numbers = first..first + ACTS;
            first += ACTS;
            work.prepare(&store, numbers.clone()).await;
            shorten(&store).await;
            let done = tokio::task::block_in_place(|| {
                under(&db, work, numbers.clone(), |process| {
                    let log = db.url().strip_prefix("sqlite://").unwrap().replace("?mode=rwc", "-wal");
                    let room = std::fs::metadata(log).map_or(0, |file| file.len()) + 5_000 + 3_000 * u64::from(round);
                    let limit = format!("--fsize={room}");
                    let set = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status();
                    assert!(set.is_ok_and(|status| status.success()), "prlimit of util-linux is missing");
                })
            });
            assert!(done.len() < usize::try_from(ACTS).unwrap(), "the log never met its end");
            check_work(&store, &maker, work, &done, numbers).await;
        }
    });
}

/// The log begins anew, so that what is written next makes it longer.
async fn shorten(store: &Store) {
    store.own(Backup).execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
}
