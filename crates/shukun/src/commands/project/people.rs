//! Everybody of a lake, twice: once to see the years, once to settle those in the sample at every price.

use std::sync::Arc;

use indicatif::ProgressBar;
use rayon::prelude::*;
use shukun_analysis::project::{Plan, Projector, Sums, Survey};
use shukun_base::RegionCode;
use shukun_claims::Lake;
use shukun_engine::facts::HouseholdFacts;
use shukun_policy::program::Program;

use crate::error::CliError;
use crate::run::{Uncovered, county};
use crate::runner::Runner;

/// One or two policies.
pub struct Policies {
    /// 基准方案
    pub baseline: Runner,
    /// 对照方案
    pub variant: Option<Runner>,
}

type Programs = (Arc<Program>, Option<Arc<Program>>);

impl Policies {
    /// The programs for people of a region; none where one of the policies does not cover it.
    fn programs_for(&self, region: &RegionCode) -> Result<Option<Programs>, CliError> {
        let Some(baseline) = self.baseline.program_for(region)? else { return Ok(None) };
        match &self.variant {
            None => Ok(Some((baseline, None))),
            Some(variant) => Ok(variant.program_for(region)?.map(|variant| (baseline, Some(variant)))),
        }
    }
}

/// Whether any rule that was linked looks at incomes.
pub fn looks_at_income(policies: &Policies) -> Result<bool, CliError> {
    let runners = std::iter::once(&policies.baseline).chain(&policies.variant);
    let programs: Vec<Arc<Program>> = runners.flat_map(Runner::programs).collect();
    Ok(programs.iter().any(|program| shukun_analysis::project::looks_at_income(program)))
}

/// The years in the lake, of households that the policies cover, and how many they do not.
pub fn survey(lake: &Lake, policies: &Policies, bar: &ProgressBar) -> Result<(Survey, Uncovered), CliError> {
    let parts: Result<Vec<(Survey, Uncovered)>, CliError> = lake
        .partitions()
        .par_iter()
        .map(|partition| {
            let (mut survey, mut uncovered) = (Survey::default(), Uncovered::new());
            lake.read_partition(partition, |piece| {
                for facts in &piece {
                    match policies.programs_for(&facts.household.region_code)? {
                        Some(_) => survey.add(facts),
                        None => *uncovered.entry(county(&facts.household.region_code)).or_default() += 1,
                    }
                }
                Ok::<(), CliError>(())
            })?;
            bar.inc(1);
            Ok((survey, uncovered))
        })
        .collect();
    let (mut survey, mut uncovered) = (Survey::default(), Uncovered::new());
    for (part, counties) in parts? {
        survey.merge(part);
        counties.into_iter().for_each(|(county, count)| *uncovered.entry(county).or_default() += count);
    }
    Ok((survey, uncovered))
}

/// Settles the sample at every price.
pub fn settle_all(lake: &Lake, policies: &Policies, plan: &Plan, bar: &ProgressBar) -> Result<Sums, CliError> {
    let add = |sums: Result<Sums, CliError>, partition: &_| {
        let mut sums = sums?;
        lake.read_partition(partition, |piece| settle_piece(policies, plan, piece, &mut sums))?;
        bar.inc(1);
        Ok(sums)
    };
    let merge = |a: Result<Sums, CliError>, b: Result<Sums, CliError>| {
        let mut sums = a?;
        sums.merge(b?);
        Ok(sums)
    };
    lake.partitions().par_iter().fold(|| Ok(Sums::default()), add).reduce(|| Ok(Sums::default()), merge)
}

fn settle_piece(policies: &Policies, plan: &Plan, piece: Vec<HouseholdFacts>, sums: &mut Sums) -> Result<(), CliError> {
    let mut groups: Vec<(Programs, Vec<HouseholdFacts>)> = Vec::new();
    for facts in piece {
        let Some(programs) = policies.programs_for(&facts.household.region_code)? else { continue };
        match groups.iter_mut().find(|(known, _)| is_same(known, &programs)) {
            Some((_, households)) => households.push(facts),
            None => groups.push((programs, vec![facts])),
        }
    }
    for ((baseline, variant), households) in groups {
        let projector = Projector::new(&baseline, variant.as_deref(), plan);
        households.into_iter().for_each(|facts| projector.add(facts, sums));
    }
    Ok(())
}

fn is_same(a: &Programs, b: &Programs) -> bool {
    let same_variant = match (&a.1, &b.1) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    };
    Arc::ptr_eq(&a.0, &b.0) && same_variant
}
