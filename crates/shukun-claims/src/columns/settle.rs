//! Settles a claims file in one streaming pass: row groups spread over threads, answers in the order of the file, a
//! bounded number of them waiting.
//!
//! Start at [`settle_claims_file`].

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};

use shukun_base::RegionCode;
use shukun_engine::kernel::{Kernel, Wanted};

use super::error::not_parquet;
use super::file::ClaimsFile;
use super::pieces::{Piece, Pile, cut};
use super::settled::{Outcome, Settled, Take};
use super::settler::{Run, Settler};
use crate::lake::LakeError;

/// How the work is laid out. The answer does not depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Threads that settle.
    pub threads: usize,
    /// Rows that are decoded and settled together: their columns should stay in the second-level cache.
    pub rows_at_once: usize,
    /// Rows whose answers may wait for their turn.
    pub rows_waiting: usize,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            rows_at_once: 16_384,
            rows_waiting: 2_097_152,
        }
    }
}

/// Settles every claim of the file and hands the answers to `sink`, in the order of the file. What comes out is what
/// the reference evaluator gives household by household.
///
/// `region` is where the people live; it is written into nothing.
///
/// # Errors
/// `columns-unsorted` where rows of a household do not stand together in ascending order, `columns-missing`,
/// `columns-type`, `columns-empty` and `columns-value` for what the table does not hold as it should,
/// `columns-not-parquet`, `lake-file`; and what `sink` gives.
pub fn settle_claims_file(
    file: &ClaimsFile,
    kernel: &Kernel<'_>,
    region: &RegionCode,
    wanted: Wanted,
    sink: &mut dyn Take,
) -> Result<Outcome, LakeError> {
    settle_with(file, kernel, region, wanted, sink, Layout::default())
}

/// The same with the work laid out otherwise than this machine suggests.
///
/// # Errors
/// As [`settle_claims_file`].
pub fn settle_with(
    file: &ClaimsFile,
    kernel: &Kernel<'_>,
    region: &RegionCode,
    wanted: Wanted,
    sink: &mut dyn Take,
    layout: Layout,
) -> Result<Outcome, LakeError> {
    let (names, needs) = (kernel.names(), kernel.needs());
    let run = Run { kernel, names: &names, needs, wanted, region, file: file.name() };
    let threads = layout.threads.clamp(1, file.group_count().max(1));
    let waiting = layout.rows_waiting / layout.rows_at_once.max(1) / (threads + 1);
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..file.group_count()).map(|_| sync_channel(waiting.max(2))).unzip();
    let work = Work {
        file,
        run,
        columns: file.columns_read(needs, wanted),
        rows_at_once: layout.rows_at_once,
        first_rows: file.first_rows(),
        queue: Mutex::new(senders.into_iter().map(Some).collect()),
        turn: Turn::new(threads + 1),
        spare: Mutex::default(),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work.settle_groups());
        }
        let found = Collector::new(&work, sink).collect(receivers);
        work.turn.end();
        found
    })
}

/// What a thread hands on of a row group.
enum Part {
    Border(Pile),
    Settled(Box<Settled>),
}

type Parts = SyncSender<Result<Part, LakeError>>;

struct Work<'a> {
    file: &'a ClaimsFile,
    run: Run<'a>,
    /// Those that are decoded.
    columns: BTreeSet<&'static str>,
    rows_at_once: usize,
    first_rows: Vec<u64>,
    /// Where each row group's parts go, until a thread takes it.
    queue: Mutex<Vec<Option<Parts>>>,
    turn: Turn,
    /// Answers that are done with.
    spare: Mutex<Vec<Settled>>,
}

/// Keeps threads from running far ahead of the row group whose answers are being taken.
struct Turn {
    ahead: usize,
    /// The row group that is being taken, and the next one that nobody works on.
    state: Mutex<(usize, usize)>,
    moved: Condvar,
}

impl Turn {
    fn new(ahead: usize) -> Turn {
        Turn { ahead, state: Mutex::new((0, 0)), moved: Condvar::new() }
    }

    /// The next row group to work on, as soon as it is near enough.
    fn next(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_far = |(taken, next): &mut (usize, usize)| *next >= taken.saturating_add(self.ahead);
        let mut state = self.moved.wait_while(state, is_far).unwrap_or_else(PoisonError::into_inner);
        let next = state.1;
        state.1 = next.saturating_add(1);
        next
    }

    fn move_to(&self, taken: usize) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0 = taken;
        self.moved.notify_all();
    }

    /// Lets every thread go to its end.
    fn end(&self) {
        self.move_to(usize::MAX);
    }
}

/// Closes the queue where a thread dies, so that nobody waits for what it would have taken.
struct Watch<'w, 'a>(&'w Work<'a>);

impl Drop for Watch<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

impl Work<'_> {
    /// A thread's life.
    fn settle_groups(&self) {
        let mut settler = Settler::new(self.run);
        let _watch = Watch(self);
        loop {
            let group = self.turn.next();
            let parts = {
                let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
                queue.get_mut(group).and_then(Option::take)
            };
            let Some(parts) = parts else { return };
            if let Err(error) = self.settle_group(group, &mut settler, &parts) {
                // Whoever no longer listens has an error of an earlier row group.
                let _unheard = parts.send(Err(error));
                return;
            }
        }
    }

    fn settle_group(&self, group: usize, settler: &mut Settler<'_>, parts: &Parts) -> Result<(), LakeError> {
        let reader = self.file.group(group, &self.columns, self.rows_at_once)?;
        let batches = reader.map(|batch| batch.map_err(|cause| not_parquet(self.file.path(), cause)));
        let first_row = self.first_rows.get(group).copied().unwrap_or_default();
        cut(batches, first_row, self.file.key(), self.file.name(), |piece| {
            let part = match piece {
                Piece::Border(pile) => Part::Border(pile),
                Piece::Whole(rows, first_row) => {
                    let mut settled = self.spare();
                    settler.settle(&rows, first_row, &mut settled)?;
                    Part::Settled(Box::new(settled))
                }
            };
            parts.send(Ok(part)).map_err(|_| not_parquet(self.file.path(), "stopped"))
        })
    }

    fn spare(&self) -> Settled {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Puts the parts in order and hands them on.
struct Collector<'a, 'w> {
    work: &'w Work<'a>,
    sink: &'w mut dyn Take,
    settler: Settler<'a>,
    /// The household that may go on in the next part.
    open: Option<Pile>,
    outcome: Outcome,
}

impl<'a, 'w> Collector<'a, 'w> {
    fn new(work: &'w Work<'a>, sink: &'w mut dyn Take) -> Collector<'a, 'w> {
        Collector { work, sink, settler: Settler::new(work.run), open: None, outcome: Outcome::default() }
    }

    fn collect(mut self, groups: Vec<Receiver<Result<Part, LakeError>>>) -> Result<Outcome, LakeError> {
        for (group, parts) in groups.into_iter().enumerate() {
            self.work.turn.move_to(group);
            for part in parts {
                match part? {
                    Part::Border(pile) => self.join(pile)?,
                    Part::Settled(settled) => {
                        self.settle_open()?;
                        self.hand_on(*settled)?;
                    }
                }
            }
        }
        self.settle_open()?;
        Ok(self.outcome)
    }

    fn join(&mut self, next: Pile) -> Result<(), LakeError> {
        let (key, file) = (self.work.file.key(), self.work.file.name());
        let next = match &mut self.open {
            Some(open) => open.join(next, key, file)?,
            None => Some(next),
        };
        if let Some(next) = next {
            self.settle_open()?;
            self.open = Some(next);
        }
        Ok(())
    }

    fn settle_open(&mut self) -> Result<(), LakeError> {
        let Some(pile) = self.open.take() else { return Ok(()) };
        let (rows, first_row) = pile.into_rows(self.work.file.name())?;
        let mut settled = self.work.spare();
        self.settler.settle(&rows, first_row, &mut settled)?;
        self.hand_on(settled)
    }

    fn hand_on(&mut self, mut settled: Settled) -> Result<(), LakeError> {
        self.outcome.add(&settled);
        self.sink.take(&mut settled)?;
        self.work.spare.lock().unwrap_or_else(PoisonError::into_inner).push(settled);
        Ok(())
    }
}
