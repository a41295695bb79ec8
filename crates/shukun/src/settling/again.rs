//! Settling again after a later batch: only the households that it touched, beside the tables of the earlier result.
//!
//! The new result has the earlier one's tables as its base (the same files under another name, not copies), and in its
//! patch the rows of every household whose rows are no longer those of the base. So it is complete, does not need the
//! earlier folder, and costs what the batch touched. [`find_reason_for_whole`] tells when that cannot be done.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shukun_base::{HouseholdId, Text};
use shukun_claims::Lake;
use shukun_claims::lake::{
    HouseholdNote, RecentChanges, TableWriter, Wanted, as_stored, notes_writer, postings_writer, standings_writer,
    write_household_list,
};
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::outcome::{Posting, Standing};

use super::deltas::{DeltaPostings, are_same, by_household, changes, delta_standings};
use super::earlier::{EarlierResult, PATCHED, ResultTable};
use super::folder::{BASE, PATCH, link};
use super::options::{NotesOf, PostingsOf};
use super::partition::{HouseholdRows, Plan};
use super::receipt::{Patch, PreviousResult, Receipt};
use crate::error::CliError;

/// Households whose earlier and later rows are compared at once.
const HOUSEHOLDS_AT_ONCE: usize = 10_000;
/// When more than one household in this many was touched, settling everybody is hardly dearer.
const TOO_MANY: u64 = 5;
/// Rows of so many households are held in memory and no more.
const MOST: u64 = 200_000;

/// Why everybody has to be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Packs or readings are others.
    Packs,
    /// The program is another.
    Program,
    /// Other options were asked for.
    Options,
    /// The lake is another one, or its state was before.
    Lake,
    /// So many were touched.
    Many,
    /// What `--postings changed` wrote are not the postings of everybody who matches.
    Changed,
}

impl Reason {
    /// In words.
    pub fn text(self) -> Text {
        match self {
            Reason::Packs => Text::new("制度包、读法或所在的县变了", "packs, readings or counties are others"),
            Reason::Program => Text::new("程序版本变了", "the program is another version"),
            Reason::Options => Text::new("要写的内容变了", "other output was asked for"),
            Reason::Lake => {
                Text::new("不是同一个数据湖，或它比上次的结果旧", "the lake is another one, or older than the result")
            }
            Reason::Many => Text::new("动过的户太多", "so many households were touched"),
            Reason::Changed => {
                Text::new("--postings changed 每次都与上次全面比较", "--postings changed compares everybody")
            }
        }
    }
}

/// Why the earlier result cannot be continued by settling some; none where it can.
pub fn find_reason_for_whole(earlier: &Receipt, now: &Receipt, lake: &Lake) -> Option<Reason> {
    if (&earlier.shukun, &earlier.engine) != (&now.shukun, &now.engine) {
        return Some(Reason::Program);
    }
    if earlier.sources != now.sources || earlier.columns != now.columns {
        return Some(Reason::Packs);
    }
    if earlier.options != now.options {
        return Some(Reason::Options);
    }
    let is_later = match earlier.lake_generation.cmp(&lake.generation()) {
        Ordering::Less => true,
        Ordering::Equal => earlier.input_hash == now.input_hash,
        Ordering::Greater => false,
    };
    if !is_later || earlier.lake_history != lake.history_hash(earlier.lake_generation) {
        return Some(Reason::Lake);
    }
    (now.options.postings == PostingsOf::Changed).then_some(Reason::Changed)
}

/// Whom later commits touched.
#[derive(Debug)]
pub enum Touched<'a> {
    /// The lake holds them apart, as they were and as they are.
    Apart(RecentChanges<'a>),
    /// They stand among everybody.
    Among(BTreeSet<HouseholdId>),
}

impl Touched<'_> {
    fn households(&self) -> &BTreeSet<HouseholdId> {
        match self {
            Touched::Apart(changes) => changes.touched(),
            Touched::Among(households) => households,
        }
    }
}

/// The touched households, or why there are too many of them.
pub fn find_touched<'a>(earlier: &Receipt, lake: &'a Lake) -> Result<Result<Touched<'a>, Reason>, CliError> {
    if earlier.input_hash == lake.input_hash() {
        return Ok(Ok(Touched::Among(BTreeSet::new())));
    }
    let touched = match lake.recent_since(earlier.lake_generation)? {
        Some(changes) => Touched::Apart(changes),
        None => Touched::Among(lake.touched_since(earlier.lake_generation)?),
    };
    let count = u64::try_from(touched.households().len()).unwrap_or(u64::MAX);
    let is_large_share = count > 1_000 && count.saturating_mul(TOO_MANY) > lake.row_count("households");
    let is_many = is_large_share || count > MOST;
    Ok(if is_many { Err(Reason::Many) } else { Ok(touched) })
}

/// Settles the touched households into `dir` and returns the receipt, which is not yet written.
pub fn settle_touched(
    plan: &Plan<'_>,
    lake: &Lake,
    earlier: &EarlierResult,
    touched: &Touched<'_>,
    dir: &Path,
) -> Result<Receipt, CliError> {
    let mut receipt = Receipt::begin(lake, plan.programs(), plan.options());
    receipt.set_totals(&earlier.receipt.totals());
    let (base, patch) = (dir.join(BASE), dir.join(PATCH));
    for folder in [&base, &patch] {
        std::fs::create_dir_all(folder).map_err(|error| CliError::unwritable(folder, &error))?;
    }
    let tables = ResultTable::ALL.into_iter().map(|table| (earlier.base(table), base.join(table.file())));
    tables.filter(|(from, _)| from.is_file()).try_for_each(|(from, to)| link(&from, &to))?;
    let mut step = Step::begin(plan, earlier, dir)?;
    let households: Vec<HouseholdId> = touched.households().iter().copied().collect();
    for some in households.chunks(HOUSEHOLDS_AT_ONCE) {
        match touched {
            Touched::Apart(changes) => step.settle_both(changes, some)?,
            Touched::Among(_) => step.settle(lake, some)?,
        }
    }
    step.finish(&patch, &mut receipt)?;
    Ok(receipt)
}

/// The rows of one household that a result has or had.
type Rows = BTreeMap<HouseholdId, HouseholdRows>;

/// What changes, gathered: its size is that of the batch.
struct Step<'a> {
    plan: &'a Plan<'a>,
    earlier: &'a EarlierResult,
    /// New rows of the households whose rows changed.
    new: Rows,
    /// Rows that those had.
    gone: Counts,
    added: Counts,
    before: Vec<Standing>,
    after: Vec<Standing>,
    delta: DeltaPostings,
    dir: &'a Path,
    settled: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    standings: u64,
    postings: u64,
    notes: u64,
}

impl Counts {
    fn add(&mut self, rows: &HouseholdRows) {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.standings += count(rows.standings.len());
        self.postings += count(rows.postings.len());
        self.notes += count(rows.notes.len());
    }
}

impl<'a> Step<'a> {
    fn begin(plan: &'a Plan<'a>, earlier: &'a EarlierResult, dir: &'a Path) -> Result<Step<'a>, CliError> {
        Ok(Step {
            plan,
            earlier,
            new: Rows::new(),
            gone: Counts::default(),
            added: Counts::default(),
            before: Vec::new(),
            after: Vec::new(),
            delta: DeltaPostings::create(dir)?,
            dir,
            settled: 0,
        })
    }

    /// Settles households as they were and as they are: what they had is what settling gave then, by the same packs
    /// and program, so that the earlier tables need not be read.
    fn settle_both(&mut self, changes: &RecentChanges<'_>, some: &[HouseholdId]) -> Result<(), CliError> {
        let changes = changes.read(&some.iter().copied().collect())?;
        let (before, now): (Vec<_>, Vec<_>) = changes.into_values().map(|change| (change.before, change.now)).unzip();
        let [before, now] = [before, now].map(|side| side.into_iter().flatten().collect::<Vec<HouseholdFacts>>());
        let (old, new) = rayon::join(|| self.rows_as_stored(&before), || self.rows_as_stored(&now));
        let (mut old, mut new) = (old?, new?);
        self.settled += u64::try_from(new.len()).unwrap_or(u64::MAX);
        let mut now = now.iter().peekable();
        for household in some {
            let facts = now.next_if(|facts| facts.household.household_id == *household);
            let old = old.remove(household).unwrap_or_default();
            let new = new.remove(household).unwrap_or_default();
            let stored = match facts {
                // Its postings are no longer wanted; what is on file is reversed all the same.
                Some(facts) if new.postings.is_empty() && !old.postings.is_empty() => self.postings_of(facts)?,
                _ => new.postings.clone(),
            };
            self.compare(*household, old, new, &stored)?;
        }
        Ok(())
    }

    /// What a result holds of some households.
    fn rows_as_stored(&self, facts: &[HouseholdFacts]) -> Result<Rows, CliError> {
        let mut rows = Rows::new();
        self.plan.settle(facts, |id, mut household| {
            household.postings = household.postings.into_iter().map(as_stored).collect::<Result<_, _>>()?;
            rows.insert(id, household);
            Ok(())
        })?;
        Ok(rows)
    }

    fn postings_of(&self, facts: &HouseholdFacts) -> Result<Vec<Posting>, CliError> {
        let postings = self.plan.settle_whole(facts).map(|(settlement, _)| settlement.postings).unwrap_or_default();
        Ok(postings.into_iter().map(as_stored).collect::<Result<_, _>>()?)
    }

    fn settle(&mut self, lake: &Lake, some: &[HouseholdId]) -> Result<(), CliError> {
        let mut old = self.old_rows(some)?;
        let mut whole: BTreeMap<HouseholdId, (HouseholdRows, Vec<Posting>)> = BTreeMap::new();
        for facts in lake.read_households(&some.iter().copied().collect())? {
            let Some((settlement, is_picked)) = self.plan.settle_whole(&facts) else { continue };
            let stored = settlement.postings.iter().cloned().map(as_stored).collect::<Result<Vec<_>, _>>()?;
            let mut rows = self.plan.rows_of(&facts, settlement);
            if !is_picked {
                (rows.postings, rows.notes) = (Vec::new(), Vec::new());
            }
            rows.postings = rows.postings.into_iter().map(as_stored).collect::<Result<_, _>>()?;
            whole.insert(facts.household.household_id, (rows, stored));
            self.settled += 1;
        }
        for household in some {
            let old = old.remove(household).unwrap_or_default();
            let (new, stored) = whole.remove(household).unwrap_or_default();
            self.compare(*household, old, new, &stored)?;
        }
        Ok(())
    }

    /// Takes down what became of a household. `stored` are its postings now, wanted or not.
    fn compare(
        &mut self,
        household: HouseholdId,
        old: HouseholdRows,
        new: HouseholdRows,
        stored: &[Posting],
    ) -> Result<(), CliError> {
        // Of whom no postings are kept, neither before nor now, none are written here either.
        if !(old.postings.is_empty() && new.postings.is_empty()) {
            self.delta.add(&old.postings, stored, !old.standings.is_empty())?;
        }
        if old.notes == new.notes && old.postings == new.postings && are_same(&old.standings, &new.standings) {
            return Ok(());
        }
        self.gone.add(&old);
        self.added.add(&new);
        self.before.extend(old.standings);
        self.after.extend(new.standings.iter().cloned());
        self.new.insert(household, new);
        Ok(())
    }

    /// The rows that the earlier result has of some households.
    fn old_rows(&self, some: &[HouseholdId]) -> Result<Rows, CliError> {
        let wanted = Wanted::Of(Arc::new(some.iter().copied().collect()));
        let mut rows = Rows::new();
        for standing in self.earlier.standings(&wanted)? {
            rows.entry(standing.household_id).or_default().standings.push(standing);
        }
        for (household, postings) in by_household(self.earlier.postings(&wanted)?) {
            rows.entry(household).or_default().postings = postings;
        }
        for note in self.earlier.notes(&wanted)? {
            rows.entry(note.household_id).or_default().notes.push(note);
        }
        Ok(rows)
    }

    fn finish(self, patch: &Path, receipt: &mut Receipt) -> Result<(), CliError> {
        let earlier = self.earlier;
        let mut totals = receipt.totals();
        self.before.iter().for_each(|standing| totals.take_off(standing));
        self.after.iter().for_each(|standing| totals.add(standing));
        receipt.set_totals(&totals);
        receipt.standings = earlier.receipt.standings - self.gone.standings + self.added.standings;
        receipt.postings = earlier.receipt.postings - self.gone.postings + self.added.postings;
        receipt.notes = earlier.receipt.notes - self.gone.notes + self.added.notes;

        let mut changed = delta_standings(self.dir, self.plan.columns())?;
        changes(self.before, self.after).into_iter().try_for_each(|change| changed.push(change))?;
        receipt.delta_standings = Some(changed.finish()?);
        receipt.previous = Some(PreviousResult {
            input_hash: earlier.receipt.input_hash.clone(),
            lake_generation: earlier.receipt.lake_generation,
            settled_whole_because: None,
            households_settled: self.settled,
            households_without_earlier_postings: self.delta.without_earlier_postings,
        });
        receipt.delta_postings = Some(self.delta.finish()?);
        receipt.patch = Some(write_patch(self.plan, earlier, self.new, patch)?);
        Ok(())
    }
}

/// The earlier patch without the households that changed now, then those.
fn write_patch(plan: &Plan<'_>, earlier: &EarlierResult, new: Rows, patch: &Path) -> Result<Patch, CliError> {
    let at = |table: ResultTable| patch.join(table.file());
    let replaced: Arc<HashSet<HouseholdId>> = Arc::new(new.keys().copied().collect());
    let households: HashSet<HouseholdId> = earlier.patched.union(&replaced).copied().collect();
    let options = plan.options();
    let mut standings = standings_writer(&at(ResultTable::Standings), plan.columns().clone())?;
    let wants_postings = options.postings != PostingsOf::None;
    let mut postings = wants_postings.then(|| postings_writer(&at(ResultTable::Postings))).transpose()?;
    let wants_notes = options.notes != NotesOf::None;
    let mut notes = wants_notes.then(|| notes_writer(&at(ResultTable::Notes))).transpose()?;
    earlier.copy_patch(ResultTable::Standings, &replaced, &mut standings)?;
    postings.iter_mut().try_for_each(|to| earlier.copy_patch(ResultTable::Postings, &replaced, to))?;
    notes.iter_mut().try_for_each(|to| earlier.copy_patch(ResultTable::Notes, &replaced, to))?;
    for rows in new.into_values() {
        rows.standings.into_iter().try_for_each(|row| standings.push(row))?;
        push_all(&mut postings, rows.postings)?;
        push_all::<HouseholdNote>(&mut notes, rows.notes)?;
    }
    Ok(Patch {
        households: write_household_list(&patch.join(PATCHED), &households)?,
        standings: standings.finish()?,
        postings: postings.map(TableWriter::finish).transpose()?.unwrap_or_default(),
        notes: notes.map(TableWriter::finish).transpose()?.unwrap_or_default(),
    })
}

fn push_all<T>(to: &mut Option<TableWriter<T>>, rows: Vec<T>) -> Result<(), CliError> {
    match to {
        Some(to) => Ok(rows.into_iter().try_for_each(|row| to.push(row))?),
        None => Ok(()),
    }
}
