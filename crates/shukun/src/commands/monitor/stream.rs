//! A lake's households piece by piece on all cores, grouped by the program that covers them, results in a fixed order.
//! Memory holds as many pieces of some thousand households as there are cores. Start at [`each_group`].

use std::collections::BTreeMap;
use std::sync::Arc;

use indicatif::ProgressBar;
use rayon::prelude::*;
use shukun_claims::Lake;
use shukun_engine::facts::HouseholdFacts;
use shukun_policy::program::Program;

use crate::error::CliError;
use crate::runner::Runner;

/// Households that no pack covers, by county.
pub type Uncovered = BTreeMap<String, u64>;

/// Households of one piece under one program.
struct Group {
    program: Arc<Program>,
    households: Vec<HouseholdFacts>,
}

/// Hands every group of households to `work`, on all cores, and what it gives to `sink`, in the order of the lake.
pub fn each_group<T: Send>(
    lake: &Lake,
    runner: &Runner,
    bar: &ProgressBar,
    work: impl Fn(&Program, Vec<HouseholdFacts>) -> T + Sync,
    mut sink: impl FnMut(T) -> Result<(), CliError>,
) -> Result<Uncovered, CliError> {
    let mut uncovered = Uncovered::new();
    let at_once = rayon::current_num_threads().max(1);
    let mut done = |pieces: &mut Vec<Vec<HouseholdFacts>>| -> Result<(), CliError> {
        let follow = |piece: Vec<HouseholdFacts>| -> Result<(Vec<T>, Uncovered), CliError> {
            let (groups, uncovered) = groups(runner, piece)?;
            Ok((groups.into_iter().map(|group| work(&group.program, group.households)).collect(), uncovered))
        };
        let results: Result<Vec<_>, CliError> = std::mem::take(pieces).into_par_iter().map(follow).collect();
        for (results, left_out) in results? {
            for (county, count) in left_out {
                *uncovered.entry(county).or_default() += count;
            }
            results.into_iter().try_for_each(&mut sink)?;
        }
        Ok(())
    };
    let mut pieces: Vec<Vec<HouseholdFacts>> = Vec::new();
    for partition in lake.partitions() {
        lake.read_partition(&partition, |piece| {
            pieces.push(piece);
            if pieces.len() < at_once { Ok(()) } else { done(&mut pieces) }
        })?;
        bar.inc(1);
    }
    done(&mut pieces)?;
    Ok(uncovered)
}

fn groups(runner: &Runner, piece: Vec<HouseholdFacts>) -> Result<(Vec<Group>, Uncovered), CliError> {
    let (mut groups, mut uncovered): (Vec<Group>, Uncovered) = Default::default();
    for facts in piece {
        let Some(program) = runner.program_for(&facts.household.region_code)? else {
            let county: String = facts.household.region_code.as_str().chars().take(6).collect();
            *uncovered.entry(county).or_default() += 1;
            continue;
        };
        match groups.iter_mut().find(|group| Arc::ptr_eq(&group.program, &program)) {
            Some(group) => group.households.push(facts),
            None => groups.push(Group { program, households: vec![facts] }),
        }
    }
    Ok((groups, uncovered))
}
