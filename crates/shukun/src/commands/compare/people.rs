//! Everybody of a lake under two policies: a partition on each core, piece by piece; rows kept in a file that nobody else sees.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;
use rayon::prelude::*;
use shukun_analysis::compare::{Contest, Options, ROW_BYTES, Row, Rows, Tally};
use shukun_base::RegionCode;
use shukun_claims::Lake;
use shukun_claims::lake::Partition;
use shukun_engine::facts::HouseholdFacts;
use shukun_policy::program::Program;

use crate::error::CliError;
use crate::run::{Uncovered, county};
use crate::runner::Runner;

/// Two policies.
pub struct Sides<'r> {
    /// 基准方案
    pub baseline: &'r Runner,
    /// 对照方案
    pub variant: &'r Runner,
}

/// Programs of both sides for one region.
type Pair = (Arc<Program>, Arc<Program>);

impl Sides<'_> {
    /// The programs for people of a region; none where one side's packs do not cover it.
    fn programs_for(&self, region: &RegionCode) -> Result<Option<Pair>, CliError> {
        Ok(self.baseline.program_for(region)?.zip(self.variant.program_for(region)?))
    }
}

/// What settling everybody under both leaves.
pub struct Settled {
    /// Sums.
    pub tally: Tally,
    /// A row a person-year.
    pub rows: RowFile,
    /// Households that one side's packs, or both, do not cover.
    pub uncovered: Uncovered,
}

#[derive(Default)]
struct Part {
    tally: Tally,
    rows: Vec<Row>,
    uncovered: Uncovered,
}

/// Settles every household under both policies. The rows lie in a nameless file on the disk of `out`.
pub fn settle_both(
    lake: &Lake,
    sides: &Sides<'_>,
    options: Options,
    bar: &ProgressBar,
    out: &Path,
) -> Result<Settled, CliError> {
    let mut settled = Settled { tally: Tally::default(), rows: RowFile::create(out)?, uncovered: Uncovered::new() };
    for some in lake.partitions().chunks(rayon::current_num_threads().max(1)) {
        let done: Result<Vec<Part>, CliError> =
            some.par_iter().map(|partition| settle_partition(lake, sides, options, partition)).collect();
        for part in done? {
            settled.tally.merge(part.tally);
            settled.rows.append(&part.rows)?;
            for (county, count) in part.uncovered {
                *settled.uncovered.entry(county).or_default() += count;
            }
            bar.inc(1);
        }
    }
    Ok(settled)
}

fn settle_partition(lake: &Lake, sides: &Sides<'_>, options: Options, partition: &Partition) -> Result<Part, CliError> {
    let mut part = Part::default();
    lake.read_partition(partition, |piece| settle_piece(sides, options, piece, &mut part))?;
    Ok(part)
}

fn settle_piece(
    sides: &Sides<'_>,
    options: Options,
    piece: Vec<HouseholdFacts>,
    part: &mut Part,
) -> Result<(), CliError> {
    let mut groups: Vec<(Pair, Vec<HouseholdFacts>)> = Vec::new();
    for facts in piece {
        let region = &facts.household.region_code;
        let Some(pair) = sides.programs_for(region)? else {
            *part.uncovered.entry(county(region)).or_default() += 1;
            continue;
        };
        match groups.iter_mut().find(|(known, _)| is_same(known, &pair)) {
            Some((_, households)) => households.push(facts),
            None => groups.push((pair, vec![facts])),
        }
    }
    for ((baseline, variant), households) in &groups {
        let contest = Contest::new(baseline, variant, options);
        households.iter().for_each(|facts| contest.add(facts, &mut part.tally, &mut part.rows));
    }
    Ok(())
}

fn is_same(a: &Pair, b: &Pair) -> bool {
    Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1)
}

/// Rows on disk; gone when the program ends, however it ends.
pub struct RowFile {
    file: RefCell<BufWriter<File>>,
    dir: PathBuf,
}

impl RowFile {
    fn create(dir: &Path) -> Result<RowFile, CliError> {
        let file = tempfile::tempfile_in(dir).map_err(|error| CliError::unwritable(dir, &error))?;
        Ok(RowFile { file: RefCell::new(BufWriter::new(file)), dir: dir.to_owned() })
    }

    fn append(&mut self, rows: &[Row]) -> Result<(), CliError> {
        let file = self.file.get_mut();
        rows.iter()
            .try_for_each(|row| file.write_all(&row.to_bytes()))
            .map_err(|error| CliError::unwritable(&self.dir, &error))
    }

    fn read(&self, visit: &mut dyn FnMut(&Row)) -> std::io::Result<()> {
        let mut writer = self.file.borrow_mut();
        writer.flush()?;
        let file = writer.get_mut();
        file.rewind()?;
        let mut reader = BufReader::with_capacity(ROW_BYTES * 16_384, &*file);
        let mut bytes = [0_u8; ROW_BYTES];
        loop {
            match reader.read_exact(&mut bytes) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
            if let Some(row) = Row::from_bytes(&bytes) {
                visit(&row);
            }
        }
        file.seek(std::io::SeekFrom::End(0)).map(|_| ())
    }
}

impl Rows for RowFile {
    type Error = CliError;

    fn each(&self, visit: &mut dyn FnMut(&Row)) -> Result<(), CliError> {
        self.read(visit).map_err(|error| CliError::unreadable(&self.dir, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_often_as_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = RowFile::create(dir.path()).unwrap();
        let rows: Vec<Row> = (0..1_000).map(|person| Row { person, before: -3, ..Row::default() }).collect();
        let read = |file: &RowFile| {
            let mut found = Vec::new();
            file.each(&mut |row| found.push(*row)).unwrap();
            found
        };
        file.append(&rows[..400]).unwrap();
        assert_eq!(read(&file), rows[..400]);
        file.append(&rows[400..]).unwrap();
        assert_eq!((read(&file), read(&file)), (rows.clone(), rows));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the file has no name");
    }
}
