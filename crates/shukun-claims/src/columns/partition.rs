//! A partition of the lake through the kernel: its five tables as chunks, some thousand households at a time.
//!
//! The only file here that knows how the lake is laid out. Start at [`settle_partition`].

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use shukun_base::RegionCode;
use shukun_engine::kernel::{Kernel, Needs, Wanted};

use super::error::Place;
use super::settled::{Outcome, Settled, Take};
use super::settler::Run;
use super::tables::{Households, Tables};
use crate::Lake;
use crate::lake::bucket::Table;
use crate::lake::error::damaged;
use crate::lake::read::Lot;
use crate::lake::{LakeError, Partition};

/// Households that are settled together.
const HOUSEHOLDS_AT_ONCE: usize = 4_096;

/// Settles every household of a partition on this thread and hands the answers to `sink`, households by id. What comes
/// out is what the reference evaluator gives household by household. What is in memory at a time is some thousand
/// households. The kernel's program must be the right one for everybody in the partition.
///
/// # Errors
/// `lake-damaged` and `columns-…` where a file is not what the manifest says, `lake-file`; and what `sink` gives.
pub fn settle_partition(
    lake: &Lake,
    partition: &Partition,
    kernel: &Kernel<'_>,
    region: &RegionCode,
    wanted: Wanted,
    sink: &mut dyn Take,
) -> Result<Outcome, LakeError> {
    let (names, needs) = (kernel.names(), kernel.needs());
    let file = partition.to_string();
    let run = Run { kernel, names: &names, needs, wanted, region, file: &file };
    let (mut tables, mut settled, mut outcome) = (Tables::default(), Settled::default(), Outcome::default());
    let columns = |table| Some(columns_of(table, needs));
    lake.read_lots(partition, HOUSEHOLDS_AT_ONCE, columns, |lots| {
        let households = gather(lots, needs)?;
        let built = tables.build(&households, &names, needs, Place { file: &file, first_row: 0 })?;
        let beside = built.beside(region);
        run.answer(&built.chunk, &beside, &mut settled);
        let words = built.words();
        tables.give_back(words);
        outcome.add(&settled);
        sink.take(&mut settled)
    })?;
    Ok(outcome)
}

/// The columns of a table that settling looks at, with the keys.
fn columns_of(table: Table, needs: &Needs) -> Vec<&'static str> {
    let keys: &[&str] = match table {
        Table::Households => &["household_id"],
        Table::Persons => &["person_id", "household_id"],
        Table::Certifications => &[
            "person_id",
            "household_id",
            "category",
            "valid_from",
            "valid_to",
            "certified_on",
            "applied_on",
            "due_to_illness",
        ],
        Table::Claims => &["claim_id", "person_id", "household_id", "settled_on"],
        Table::Resolutions => &["person_id", "household_id", "rule", "year", "amount_fen", "document"],
    };
    let none = BTreeSet::new();
    let (asked, facts) = match table {
        Table::Households => (&needs.households, false),
        Table::Persons => (&needs.persons, needs.person_facts),
        Table::Claims => (&needs.claims, needs.claim_facts),
        Table::Certifications | Table::Resolutions => (&none, false),
    };
    let asked = asked.iter().copied().chain(facts.then_some("facts"));
    keys.iter().copied().chain(asked).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The rows of each table as one batch; claims, which lie in a file for each year, by household again.
fn gather(lots: &[Lot], needs: &Needs) -> Result<Households, LakeError> {
    let mut by_table: BTreeMap<Table, Vec<RecordBatch>> = BTreeMap::new();
    let mut claim_files = 0;
    for lot in lots {
        claim_files += usize::from(lot.table == Table::Claims && lot.rows.iter().any(|rows| rows.num_rows() > 0));
        by_table.entry(lot.table).or_default().extend(lot.rows.iter().cloned());
    }
    let mut rows = |table: Table| concat(by_table.remove(&table).unwrap_or_default());
    let is_asked = |asked: bool, rows: Result<RecordBatch, LakeError>| if asked { rows } else { Ok(nothing()) };
    Ok(Households {
        households: rows(Table::Households)?,
        persons: rows(Table::Persons)?,
        certifications: is_asked(needs.certifications, rows(Table::Certifications))?,
        claims: rows(Table::Claims)?,
        claims_in_order: claim_files <= 1,
        resolutions: is_asked(needs.resolutions, rows(Table::Resolutions))?,
    })
}

fn nothing() -> RecordBatch {
    RecordBatch::new_empty(Schema::empty().into())
}

fn concat(batches: Vec<RecordBatch>) -> Result<RecordBatch, LakeError> {
    match batches.as_slice() {
        [] => Ok(nothing()),
        [one] => Ok(one.clone()),
        [first, ..] => concat_batches(&first.schema(), &batches).map_err(|cause| damaged("concat", cause)),
    }
}
