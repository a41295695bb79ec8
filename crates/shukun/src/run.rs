//! A run over a lake: every household settled, bucket by bucket on all cores, results in a fixed order.
//!
//! Whoever wants the results gives a [`Sink`]; it is called in the order of the buckets, so that the same lake gives
//! the same bytes however many cores there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use indicatif::ProgressBar;
use rayon::prelude::*;
use shukun_base::RegionCode;
use shukun_claims::Lake;
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::outcome::Settlement;
use shukun_engine::{Detail, Prepared};
use shukun_policy::program::Program;

use crate::error::CliError;
use crate::runner::Runner;

/// One household, the program that settled it, and what came out.
pub struct Settled {
    /// What was known.
    pub facts: HouseholdFacts,
    /// What ran.
    pub program: Arc<Program>,
    /// What it gave.
    pub settlement: Settlement,
}

/// Who takes the results.
pub trait Sink {
    /// One household, in order.
    fn take(&mut self, settled: Settled) -> Result<(), CliError>;
}

/// Households that no pack covers, by county.
pub type Uncovered = BTreeMap<String, u64>;

/// What one bucket gives.
#[derive(Default)]
struct Bucket {
    settled: Vec<Settled>,
    uncovered: Uncovered,
}

/// Settles every household of the lake.
pub fn run(
    lake: &Lake,
    runner: &Runner,
    detail: Detail,
    bar: &ProgressBar,
    sink: &mut impl Sink,
) -> Result<Uncovered, CliError> {
    let mut uncovered = Uncovered::new();
    let buckets: Vec<u16> = (0..lake.bucket_count()).collect();
    for some in buckets.chunks(rayon::current_num_threads().max(1)) {
        let done: Result<Vec<Bucket>, CliError> =
            some.par_iter().map(|bucket| settle_bucket(lake, runner, detail, *bucket)).collect();
        for bucket in done? {
            for (county, count) in bucket.uncovered {
                *uncovered.entry(county).or_default() += count;
            }
            bucket.settled.into_iter().try_for_each(|settled| sink.take(settled))?;
            bar.inc(1);
        }
    }
    Ok(uncovered)
}

fn settle_bucket(lake: &Lake, runner: &Runner, detail: Detail, bucket: u16) -> Result<Bucket, CliError> {
    let mut result = Bucket::default();
    let mut here: Option<(RegionCode, Option<Arc<Program>>)> = None;
    let mut waiting: Vec<(HouseholdFacts, Arc<Program>)> = Vec::new();
    for facts in lake.read_bucket(bucket)? {
        let region = &facts.household.region_code;
        let program = match &here {
            Some((known, program)) if known == region => program.clone(),
            _ => runner.program_for(region)?,
        };
        here = Some((region.clone(), program.clone()));
        match program {
            Some(program) => waiting.push((facts, program)),
            None => *result.uncovered.entry(county(region)).or_default() += 1,
        }
    }
    result.settled = settle_all(waiting, detail);
    Ok(result)
}

/// A program is prepared once for the households it settles.
fn settle_all(waiting: Vec<(HouseholdFacts, Arc<Program>)>, detail: Detail) -> Vec<Settled> {
    let mut programs: Vec<Arc<Program>> = Vec::new();
    for (_, program) in &waiting {
        if !programs.iter().any(|known| Arc::ptr_eq(known, program)) {
            programs.push(Arc::clone(program));
        }
    }
    let prepared: Vec<(&Arc<Program>, Prepared<'_>)> =
        programs.iter().map(|program| (program, Prepared::new(program))).collect();
    let settle = |(facts, program): (HouseholdFacts, Arc<Program>)| {
        let found = prepared.iter().find(|(known, _)| Arc::ptr_eq(known, &program));
        let settlement = found.map(|(_, prepared)| prepared.settle(&facts, detail)).unwrap_or_default();
        Settled { facts, program, settlement }
    };
    waiting.into_iter().map(settle).collect()
}

/// The county part of a region code.
pub fn county(region: &RegionCode) -> String {
    region.as_str().chars().take(6).collect()
}
