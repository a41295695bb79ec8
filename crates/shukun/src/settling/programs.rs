//! Which programs a run will use, known before anybody is settled: from the regions that the lake's households live in.

use std::collections::BTreeMap;
use std::sync::Arc;

use shukun_base::RegionCode;
use shukun_claims::Lake;
use shukun_claims::lake::StandingColumns;
use shukun_policy::program::{PeriodKind, Program};

use crate::error::CliError;
use crate::run::Uncovered;
use crate::runner::Runner;

/// The programs of a run.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    by_region: BTreeMap<RegionCode, Option<usize>>,
    used: Vec<Arc<Program>>,
    /// Households that some pack covers.
    pub households: u64,
    /// The others, by county.
    pub uncovered: Uncovered,
}

impl Programs {
    /// Those that the households of the lake need.
    pub fn of(lake: &Lake, runner: &Runner) -> Result<Programs, CliError> {
        let mut programs = Programs::default();
        for (region, households) in lake.count_households()? {
            let place = runner.program_for(&region)?.map(|program| programs.place_of(program));
            match place {
                Some(_) => programs.households += households,
                None => *programs.uncovered.entry(county(&region)).or_default() += households,
            }
            programs.by_region.insert(region, place);
        }
        Ok(programs)
    }

    fn place_of(&mut self, program: Arc<Program>) -> usize {
        let known = self.used.iter().position(|used| Arc::ptr_eq(used, &program));
        known.unwrap_or_else(|| {
            self.used.push(program);
            self.used.len() - 1
        })
    }

    /// Every program that is used.
    pub fn used(&self) -> &[Arc<Program>] {
        &self.used
    }

    /// The place of the program for a region among those that are used; none where no pack covers it.
    pub fn find(&self, region: &RegionCode) -> Option<usize> {
        self.by_region.get(region).copied().flatten()
    }

    /// Some region of a county in which households live.
    pub fn region_of(&self, of_county: &str) -> Option<&RegionCode> {
        self.by_region.keys().find(|region| county(region) == of_county)
    }

    /// The place of the one program under which all households of a county live; none where there are several, or
    /// some are covered by no pack.
    pub fn find_one(&self, of_county: &str) -> Option<usize> {
        let mut places =
            self.by_region.iter().filter(|(region, _)| county(region) == of_county).map(|(_, place)| *place);
        let first = places.next()??;
        places.all(|place| place == Some(first)).then_some(first)
    }

    /// The columns that the standings under these programs have: payers in payer order, measures, limited rules.
    pub fn columns(&self) -> StandingColumns {
        let mut columns = StandingColumns::default();
        for program in &self.used {
            program.tiers.iter().for_each(|tier| add_new(&mut columns.tiers, &tier.name));
            program.measures.iter().for_each(|measure| add_new(&mut columns.bases, &measure.name));
            // Of a limit on each single bill nothing can be left for others.
            let lasting = program
                .rules
                .iter()
                .filter(|rule| rule.limits.iter().any(|limit| limit.over.period.kind != PeriodKind::Event));
            lasting.for_each(|rule| add_new(&mut columns.limits, &rule.name));
        }
        columns
    }
}

fn add_new(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// The county part of a region code.
fn county(region: &RegionCode) -> String {
    region.as_str().chars().take(6).collect()
}
