//! The writer killed (SIGKILL) at any moment.

use std::time::Duration;

use super::writer::{Work, Writer, check_work};
use super::*;
use crate::testing::on_both;

/// Acts of one writer; it is killed before the last.
const ACTS: u32 = 12;

#[test]
fn a_killed_writer_loses_nothing_it_was_told_and_posts_nothing_by_half() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = besieged(&store, Fen::yuan(100_000)).await;
        for kill in 0..times(3) {
            let work = if kill % 2 == 0 { Work::Relief } else { Work::Gift };
            let numbers = kill * ACTS..(kill + 1) * ACTS;
            work.prepare(&store, numbers.clone()).await;
            let done = tokio::task::block_in_place(|| {
                let mut writer = Writer::start(&db, work, numbers.clone());
                writer.go();
                let mut done: Vec<u32> = (0..1 + kill % 4).map_while(|_| writer.next_done()).collect();
                std::thread::sleep(Duration::from_micros(u64::from(kill * 700 % 9_000)));
                writer.kill();
                done.extend(std::iter::from_fn(|| writer.next_done()));
                done
            });
            check_work(&store, &maker, work, &done, numbers).await;
        }
    });
}
