//! Settling one partition: facts in, rows of the tables out.
//!
//! Standings come from the kernel, many households at a time; whoever is picked for postings or notes is settled by the
//! reference evaluator, which also tells why. [`settle_partition`] is the one place that says how: from columns to
//! columns ([`super::by_columns`]) where that gives the same rows, household by household where it does not.

use std::sync::Arc;

use rayon::prelude::*;
use shukun_base::HouseholdId;
use shukun_claims::Lake;
use shukun_claims::lake::{
    HouseholdNote, Part, PartBuilder, Partition, StandingColumns, notes_part, postings_part, standings_part,
};
use shukun_engine::Prepared;
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::kernel::Kernel;
use shukun_engine::outcome::{Posting, Settlement, Standing};

use super::by_columns::settle_by_columns;
use super::matching::Picker;
use super::options::{Options, PostingsOf};
use super::programs::Programs;
use super::totals::Totals;
use crate::error::CliError;

/// Households that are settled together: enough to fill the kernel's columns, few enough to be forgotten soon.
const HOUSEHOLDS_AT_ONCE: usize = 1_024;

/// A program with everything that is worked out of it once.
pub struct Ready<'a> {
    /// For many households.
    pub kernel: Kernel<'a>,
    prepared: Prepared<'a>,
    /// Who is looked at closely.
    pub picker: Picker<'a>,
}

/// How everybody of a run is settled.
pub struct Plan<'a> {
    programs: &'a Programs,
    options: &'a Options,
    columns: StandingColumns,
    ready: Vec<Ready<'a>>,
}

/// One household's rows, as the result shall hold them.
#[derive(Debug, Default)]
pub struct HouseholdRows {
    /// Its standings.
    pub standings: Vec<Standing>,
    /// Its postings, where they are wanted.
    pub postings: Vec<Posting>,
    /// Its notes, where they are wanted.
    pub notes: Vec<HouseholdNote>,
}

/// What a partition gave.
#[derive(Default)]
pub struct Done {
    /// For everybody.
    pub standings: Part<Standing>,
    /// For the picked.
    pub postings: Part<Posting>,
    /// For the picked.
    pub notes: Part<HouseholdNote>,
    /// Sums over everybody.
    pub totals: Totals,
}

impl<'a> Plan<'a> {
    /// Works out what every household shares.
    pub fn new(programs: &'a Programs, options: &'a Options) -> Plan<'a> {
        let ready = |program: &'a Arc<shukun_policy::program::Program>| Ready {
            kernel: Kernel::new(program),
            prepared: Prepared::new(program),
            picker: Picker::new(&options.matching, program),
        };
        Plan { programs, options, columns: programs.columns(), ready: programs.used().iter().map(ready).collect() }
    }

    /// What the result shall hold.
    pub fn options(&self) -> &'a Options {
        self.options
    }

    /// The programs of the run.
    pub fn programs(&self) -> &'a Programs {
        self.programs
    }

    /// The columns of the standings.
    pub fn columns(&self) -> &StandingColumns {
        &self.columns
    }

    /// Settles some households and hands their rows over, in order. Those that no pack covers have none.
    pub fn settle(
        &self,
        facts: &[HouseholdFacts],
        mut take: impl FnMut(HouseholdId, HouseholdRows) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let place = |facts: &HouseholdFacts| self.programs.find(&facts.household.region_code);
        for some in facts.chunk_by(|one, next| place(one) == place(next)) {
            let found = some.first().and_then(place).and_then(|place| self.ready.get(place));
            let Some(ready) = found else { continue };
            for some in some.chunks(HOUSEHOLDS_AT_ONCE) {
                self.settle_some(ready, some, &mut take)?;
            }
        }
        Ok(())
    }

    fn settle_some(
        &self,
        ready: &Ready<'_>,
        some: &[HouseholdFacts],
        take: &mut impl FnMut(HouseholdId, HouseholdRows) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        if self.options.postings == PostingsOf::All {
            let all = |facts: &HouseholdFacts| take(id(facts), self.rows_of(facts, self.told(ready, facts)));
            return some.iter().try_for_each(all);
        }
        for (facts, standings) in some.iter().zip(ready.kernel.standings_of(some)) {
            let rows = match self.find_picked(ready, facts, &standings) {
                Some(settlement) => self.rows_of(facts, settlement),
                None => HouseholdRows { standings, ..HouseholdRows::default() },
            };
            take(id(facts), rows)?;
        }
        Ok(())
    }

    /// The whole settlement of a household, whether the filter picks it or not.
    pub fn settle_whole(&self, facts: &HouseholdFacts) -> Option<(Settlement, bool)> {
        let ready = self.ready.get(self.programs.find(&facts.household.region_code)?)?;
        let settlement = self.told(ready, facts);
        let is_picked = match self.options.postings {
            PostingsOf::All => true,
            _ => {
                ready.picker.may_match(facts, &settlement.standings)
                    && ready.picker.matches(&settlement.standings, &settlement)
            }
        };
        Some((settlement, is_picked))
    }

    fn told(&self, ready: &Ready<'_>, facts: &HouseholdFacts) -> Settlement {
        ready.prepared.settle(facts, self.options.detail())
    }

    fn find_picked(&self, ready: &Ready<'_>, facts: &HouseholdFacts, standings: &[Standing]) -> Option<Settlement> {
        if !self.wants_picks() || !ready.picker.may_match(facts, standings) {
            return None;
        }
        let settlement = self.told(ready, facts);
        ready.picker.matches(&settlement.standings, &settlement).then_some(settlement)
    }

    /// Whether households are picked for postings or notes while everybody is settled.
    pub fn wants_picks(&self) -> bool {
        // Whose standings changed is known when all are written; their postings come after.
        self.options.wants_more_than_standings() && self.options.postings != PostingsOf::Changed
    }

    /// The program by which a partition can be settled from columns; none where each household has to be looked at.
    pub fn by_columns(&self, partition: &Partition) -> Option<&Ready<'a>> {
        let ready = self.ready.get(self.programs.find_one(&partition.county)?)?;
        let narrows = !self.wants_picks() || (self.options.postings != PostingsOf::All && ready.picker.narrows());
        narrows.then_some(ready)
    }

    /// What the result shall hold of a settlement.
    pub fn rows_of(&self, facts: &HouseholdFacts, settlement: Settlement) -> HouseholdRows {
        let Settlement { standings, postings, notes, .. } = settlement;
        let household_id: HouseholdId = facts.household.household_id;
        let wanted = notes.into_iter().filter(|note| self.options.wants_note(&note.outcome));
        HouseholdRows {
            standings,
            postings: if self.options.postings == PostingsOf::None { Vec::new() } else { postings },
            notes: wanted.map(|note| HouseholdNote { household_id, note }).collect(),
        }
    }
}

fn id(facts: &HouseholdFacts) -> HouseholdId {
    facts.household.household_id
}

/// Settles one partition of the lake.
pub fn settle_partition(plan: &Plan<'_>, lake: &Lake, partition: &Partition) -> Result<Done, CliError> {
    match plan.by_columns(partition) {
        Some(ready) => settle_by_columns(plan, ready, lake, partition),
        None => settle_by_households(plan, lake, partition),
    }
}

/// The same household by household.
pub fn settle_by_households(plan: &Plan<'_>, lake: &Lake, partition: &Partition) -> Result<Done, CliError> {
    let mut rows = Rows::new(plan);
    lake.read_partition(partition, |facts| plan.settle(&facts, |_, household| rows.push(household)))?;
    rows.finish()
}

/// Rows on their way into the tables.
pub struct Rows {
    standings: PartBuilder<Standing>,
    postings: PartBuilder<Posting>,
    notes: PartBuilder<HouseholdNote>,
    totals: Totals,
}

impl Rows {
    /// None yet.
    pub fn new(plan: &Plan<'_>) -> Rows {
        Rows {
            standings: standings_part(plan.columns().clone()),
            postings: postings_part(),
            notes: notes_part(),
            totals: Totals::default(),
        }
    }

    /// Adds a household's.
    pub fn push(&mut self, household: HouseholdRows) -> Result<(), CliError> {
        household.standings.iter().for_each(|standing| self.totals.add(standing));
        household.standings.into_iter().try_for_each(|row| self.standings.push(row))?;
        household.postings.into_iter().try_for_each(|row| self.postings.push(row))?;
        household.notes.into_iter().try_for_each(|row| self.notes.push(row))?;
        Ok(())
    }

    /// All of them as columns.
    pub fn finish(self) -> Result<Done, CliError> {
        Ok(Done {
            standings: self.standings.finish()?,
            postings: self.postings.finish()?,
            notes: self.notes.finish()?,
            totals: self.totals,
        })
    }
}

/// Settles every partition of the lake on all cores and hands the results over in the order of the partitions, so that
/// the same lake gives the same bytes however many cores there are.
pub fn settle_lake(
    plan: &Plan<'_>,
    lake: &Lake,
    mut take: impl FnMut(Done) -> Result<(), CliError>,
) -> Result<(), CliError> {
    for some in lake.partitions().chunks(rayon::current_num_threads().max(1)) {
        let done: Result<Vec<Done>, CliError> =
            some.par_iter().map(|partition| settle_partition(plan, lake, partition)).collect();
        done?.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}
