//! One partition through the column kernel: the standings of everybody as columns, straight from the lake's tables to
//! the result's; facts of households are read only of those who may be picked for postings or notes.
//!
//! What comes out is what [`super::partition`] gives household by household. Start at [`settle_by_columns`].

use std::collections::BTreeSet;

use shukun_base::{Fen, HouseholdId};
use shukun_claims::columns::{Settled, Take, settle_partition};
use shukun_claims::lake::{Partition, YearParts};
use shukun_claims::{Lake, LakeError};
use shukun_engine::kernel::{Names, Wanted, YearRows};

use super::matching::YearsPicker;
use super::partition::{Done, Plan, Ready, Rows};
use super::totals::Totals;
use crate::error::CliError;

/// Settles a partition whose households all live under one program.
pub fn settle_by_columns(
    plan: &Plan<'_>,
    ready: &Ready<'_>,
    lake: &Lake,
    partition: &Partition,
) -> Result<Done, CliError> {
    let Some(region) = plan.programs().region_of(&partition.county) else { return Ok(Done::default()) };
    let names = ready.kernel.names();
    let picker = plan.wants_picks().then(|| ready.picker.by_years(&names));
    let mut sink = Sink {
        parts: YearParts::new(plan.columns(), &names)?,
        totals: Totals::default(),
        picked: BTreeSet::new(),
        picker,
        names: &names,
    };
    settle_partition(lake, partition, &ready.kernel, region, Wanted { split: false, years: true }, &mut sink)?;
    let Sink { parts, totals, mut picked, picker, .. } = sink;
    if picker.is_some_and(|picker| picker.takes_certified()) {
        picked.extend(lake.certified_in(partition)?);
    }
    let mut rows = Rows::new(plan);
    lake.read_chosen(partition, &picked, |facts| {
        plan.settle(&facts, |_, mut household| {
            // These stand in the columns already.
            household.standings.clear();
            rows.push(household)
        })
    })?;
    Ok(Done { standings: parts.finish()?, totals, ..rows.finish()? })
}

/// Takes the kernel's person-years.
struct Sink<'a> {
    parts: YearParts,
    totals: Totals,
    /// Households that may be picked.
    picked: BTreeSet<HouseholdId>,
    picker: Option<YearsPicker<'a>>,
    names: &'a Names,
}

impl Take for Sink<'_> {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        let years = &settled.answer.years;
        add_years(&mut self.totals, self.names, years);
        if let Some(picker) = &self.picker {
            let mut first = 0;
            for rows in settled.year_household_id.chunk_by(|one, next| one == next) {
                let past = first + rows.len();
                if picker.may_match(years, first..past) {
                    self.picked.extend(rows.first().copied().map(HouseholdId));
                }
                first = past;
            }
        }
        self.parts.push(settled)
    }
}

/// Adds the sums of some person-years.
fn add_years(totals: &mut Totals, names: &Names, years: &YearRows) {
    let sum = |column: &Vec<i64>| column.iter().copied().map(Fen).sum::<Fen>();
    let [total, ..] = &years.money;
    if total.is_empty() {
        return;
    }
    let paid = names.tiers.iter().zip(&years.paid_fen).map(|(tier, paid)| (tier.as_str(), sum(paid)));
    totals.add_sums(sum(total), paid, sum(&years.family_fen));
}

#[cfg(test)]
mod tests {
    use super::super::earlier::ResultTable;
    use super::super::matching::Matching;
    use super::super::options::{NotesOf, Options, PostingsOf};
    use super::super::partition::{settle_by_households, settle_partition};
    use super::super::programs::Programs;
    use super::super::receipt::Receipt;
    use super::super::whole::Tables;
    use super::*;
    use crate::runner::Runner;
    use shukun_base::Lang;
    use shukun_claims::IdentityVault;
    use shukun_claims::synth::{CountyName, CountyPlan, synthesise};
    use shukun_engine::facts::Category;
    use shukun_engine::outcome::Colour;
    use std::path::{Path, PathBuf};

    /// Four counties of some hundred people; between them every pack of the project has somebody to settle.
    fn lake(dir: &Path) -> Lake {
        let mut lake = Lake::open_or_create(dir).unwrap();
        let vault = IdentityVault::open_or_create(dir).unwrap();
        for county in CountyName::ALL {
            let plan = CountyPlan { county, people: 400, seed: 3, years: 2022..=2023 };
            let batches: Vec<_> = synthesise(plan).unwrap().with_courses().batches(&vault, usize::MAX).collect();
            lake.commit(&batches, "2024-01-31T08:00:00Z").unwrap();
        }
        lake
    }

    fn policies() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
    }

    fn packs() -> Vec<PathBuf> {
        let mut packs: Vec<PathBuf> =
            std::fs::read_dir(policies()).unwrap().map(|entry| entry.unwrap().path()).collect();
        packs.retain(|folder| folder.join("pack.toml").is_file());
        packs.sort();
        packs
    }

    fn ways() -> Vec<Options> {
        let some = |matching| Options { postings: PostingsOf::Matching, notes: NotesOf::All, matching };
        let tier = |name: &str| [name.to_owned()].into();
        vec![
            Options { postings: PostingsOf::None, notes: NotesOf::None, matching: Matching::default() },
            Options::default(),
            some(Matching { colours: [Colour::Red, Colour::Orange].into(), ..Matching::default() }),
            some(Matching { min_burden_fen: Some(Fen::yuan(5_000)), ..Matching::default() }),
            some(Matching { min_burden_fen: Some(Fen::ZERO), ..Matching::default() }),
            some(Matching {
                paid_by: tier("医疗救助"), categories: [Category::Dibao].into(), ..Matching::default()
            }),
            some(Matching { categories: [Category::Dibao].into(), ..Matching::default() }),
        ]
    }

    type Road = fn(&Plan<'_>, &Lake, &Partition) -> Result<Done, CliError>;

    /// The files that a road writes, and the receipt.
    fn result(plan: &Plan<'_>, lake: &Lake, road: Road) -> (Vec<Vec<u8>>, Receipt) {
        let dir = tempfile::tempdir().unwrap();
        let mut receipt = Receipt::begin(lake, plan.programs(), plan.options());
        let mut tables = Tables::create(dir.path(), plan).unwrap();
        for partition in lake.partitions() {
            tables.take(road(plan, lake, &partition).unwrap()).unwrap();
        }
        tables.finish(&mut receipt).unwrap();
        let bytes = |table: ResultTable| std::fs::read(dir.path().join(table.file())).unwrap_or_default();
        (ResultTable::ALL.map(bytes).into(), receipt)
    }

    #[test]
    fn both_roads_write_the_same_bytes_under_every_pack() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake(dir.path());
        let mut rows = [0, 0, 0];
        for packs in [vec![policies()]].into_iter().chain(packs().into_iter().map(|pack| vec![pack])) {
            let runner = Runner::load(&packs, None, &[], Lang::En).unwrap();
            let programs = Programs::of(&lake, &runner).unwrap();
            for options in ways() {
                let plan = Plan::new(&programs, &options);
                let by_columns =
                    lake.partitions().iter().filter(|partition| plan.by_columns(partition).is_some()).count();
                let narrows = options.matching.categories.is_empty() || !options.matching.paid_by.is_empty();
                let narrows = narrows && options.matching.min_burden_fen != Some(Fen::ZERO);
                assert_eq!(by_columns > 0, narrows, "{packs:?} {options:?}");
                let (fast, fast_receipt) = result(&plan, &lake, settle_partition);
                let (plain, plain_receipt) = result(&plan, &lake, settle_by_households);
                assert_eq!(fast_receipt, plain_receipt, "{packs:?} {options:?}");
                for (table, (fast, plain)) in ResultTable::ALL.into_iter().zip(fast.iter().zip(&plain)) {
                    assert!(fast == plain, "{table:?} of {packs:?} {options:?}");
                }
                let found = [fast_receipt.standings, fast_receipt.postings, fast_receipt.notes];
                rows.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
            }
        }
        assert!(rows.iter().all(|sum| *sum > 1_000), "{rows:?}");
    }
}
