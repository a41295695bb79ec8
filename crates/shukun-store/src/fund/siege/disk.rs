//! A disk that is full, on SQLite: a memory disk of the test's own, filled while the writer waits. Where the user may not
//! mount one the test says that it left this out.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;

use super::writer::{Work, Writer, check_work};
use super::*;
use crate::testing::TestDb;

/// Acts of one writer, more than there is room for.
const ACTS: u32 = 12;
/// What is left of the disk when the writer begins.
const LEFT: u64 = 40_000;

#[test]
fn a_full_disk_is_said_soon_and_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(folder.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        eprintln!("this user may not mount: the full disk was LEFT OUT");
        return;
    }
    let _mounted = Mounted(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let db = TestDb::elsewhere(Store::sqlite_url(folder.path()));
        let store = db.open().await;
        let maker = besieged(&store, Fen::yuan(100_000)).await;
        for (first, work) in (0..).step_by(100).zip(Work::ALL) {
            let numbers = first..first + ACTS;
            work.prepare(&store, numbers.clone()).await;
            store.own(Backup).execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            let filler = folder.path().join("filler");
            let (done, took) = tokio::task::block_in_place(|| {
                let mut writer = Writer::start(&db, *work, numbers.clone());
                fill(&filler);
                let started = Instant::now();
                writer.go();
                let done: Vec<u32> = std::iter::from_fn(|| writer.next_done()).collect();
                writer.kill();
                (done, started.elapsed())
            });
            eprintln!("{work:?}: {} of {ACTS} done on a disk that filled, all answered in {took:?}", done.len());
            std::fs::remove_file(&filler).unwrap();
            assert!(done.len() < usize::try_from(ACTS).unwrap(), "the disk was not full");
            assert!(took < Duration::from_secs(15), "it took {took:?} to say that the disk is full");
            check_work(&store, &maker, *work, &done, numbers).await;
        }
        store.close().await.unwrap();
    });
}

/// Fills a disk but for [`LEFT`].
fn fill(filler: &Path) {
    assert!(std::fs::write(filler, vec![1; 30_000_000]).is_err(), "the disk is larger than it was made");
    let file = std::fs::File::options().write(true).open(filler).unwrap();
    file.set_len(file.metadata().unwrap().len().saturating_sub(LEFT)).unwrap();
}

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        // What stays mounted is told by the folder that cannot be removed.
        Command::new("umount").arg("--lazy").arg(self.0).status().ok();
    }
}
