//! The chunks of a claims file one after another, on one thread: for measuring, and for whoever does something else with
//! them than settling.
//!
//! Start at [`read_claims_file`].

use shukun_engine::kernel::{Chunk, Names, Needs, Wanted};

use super::alone::Alone;
use super::error::{Place, not_parquet};
use super::file::ClaimsFile;
use super::pieces::{Piece, cut};
use crate::lake::LakeError;

/// Hands the file's households to `each` as chunks, in order; about `rows_at_once` claims in a chunk.
///
/// # Errors
/// As [`super::settle_claims_file`].
pub fn read_claims_file(
    file: &ClaimsFile,
    names: &Names,
    needs: &Needs,
    rows_at_once: usize,
    mut each: impl FnMut(&Chunk<'_>),
) -> Result<(), LakeError> {
    let mut alone = Alone::default();
    let columns = file.columns_read(needs, Wanted { split: true, years: true });
    let groups = (0..file.group_count()).map(|group| file.group(group, &columns, rows_at_once));
    let batches = groups.flat_map(|group| {
        let (reader, failed) = match group {
            Ok(reader) => (Some(reader), None),
            Err(error) => (None, Some(Err(error))),
        };
        let read = reader.into_iter().flatten();
        failed.into_iter().chain(read.map(|batch| batch.map_err(|cause| not_parquet(file.path(), cause))))
    });
    cut(batches, 0, file.key(), file.name(), |piece| {
        let (rows, first_row) = match piece {
            Piece::Whole(rows, first_row) => (rows, first_row),
            Piece::Border(pile) => pile.into_rows(file.name())?,
        };
        let built = alone.build(&rows, names, needs, Place { file: file.name(), first_row })?;
        each(&built.chunk);
        let words = built.words();
        alone.give_back(words);
        Ok(())
    })
}
