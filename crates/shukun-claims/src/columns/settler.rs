//! Settles one run of whole households: rows to a chunk, the kernel, the slow lane, the answer's columns.
//!
//! One for each thread; it keeps its buffers. Start at [`Settler::settle`].

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use shukun_base::RegionCode;
use shukun_engine::kernel::{Answer, Chunk, Kernel, NO_AMOUNT, Names, Needs, Wanted};

use super::alone::{Alone, Built};
use super::error::Place;
use super::facts::FactRows;
use super::settled::Settled;
use super::slow::{Beside, settle_slow};
use crate::lake::LakeError;

/// What every thread of a run shares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    pub kernel: &'a Kernel<'a>,
    pub names: &'a Names,
    pub needs: &'a Needs,
    pub wanted: Wanted,
    pub region: &'a RegionCode,
    /// The file, for messages.
    pub file: &'a str,
}

/// The buffers of one thread.
#[derive(Debug)]
pub(crate) struct Settler<'a> {
    run: Run<'a>,
    alone: Alone,
}

impl<'a> Settler<'a> {
    pub(crate) fn new(run: Run<'a>) -> Settler<'a> {
        Settler { run, alone: Alone::default() }
    }

    /// Settles rows of a claims file that are whole households in order; `first_row` is the number of the first.
    pub(crate) fn settle(&mut self, rows: &RecordBatch, first_row: u64, to: &mut Settled) -> Result<(), LakeError> {
        let run = self.run;
        let place = Place { file: run.file, first_row };
        let mut built = self.alone.build(rows, run.names, run.needs, place)?;
        let beside = Beside {
            claim_facts: std::mem::take(&mut built.claim_facts),
            person_facts: FactRows::default(),
            reverses: std::mem::take(&mut built.reverses),
            resolutions: BTreeMap::new(),
            region: run.region,
        };
        run.answer(&built.chunk, &beside, to);
        let words = Built::words(built);
        self.alone.give_back(words);
        Ok(())
    }
}

impl Run<'_> {
    /// What the kernel gives for a chunk and, for the households that it leaves, the reference evaluator.
    pub(crate) fn answer(&self, chunk: &Chunk<'_>, beside: &Beside<'_>, to: &mut Settled) {
        to.clear();
        self.kernel.settle(chunk, self.wanted, &mut to.answer);
        self.make_room(chunk.claims.person.len(), &mut to.answer);
        settle_slow(self.kernel, self.names, chunk, beside, self.wanted, &mut to.answer);
        to.name_rows(chunk, self.wanted);
    }

    /// Every column is there and as long as its rows; what the kernel did not fill holds zero or nothing.
    fn make_room(&self, claims: usize, answer: &mut Answer) {
        let (tiers, years) = (self.names.tiers.len(), &mut answer.years);
        let rows = years.person.len();
        for (columns, count, empty) in [
            (&mut years.paid_fen, tiers, 0),
            (&mut years.burden_fen, self.names.measures.len(), NO_AMOUNT),
            (&mut years.cap_left_fen, self.names.rules.len(), NO_AMOUNT),
        ] {
            columns.resize(count, Vec::new());
            columns.iter_mut().for_each(|column| column.resize(rows, empty));
        }
        answer.split.paid_fen.resize(tiers, Vec::new());
        if self.wanted.split {
            answer.split.paid_fen.iter_mut().for_each(|column| column.resize(claims, 0));
            answer.split.family_fen.resize(claims, 0);
        }
    }
}
