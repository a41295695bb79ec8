//! How many nanoseconds of CPU a claim costs before and after the kernel: decoding, decoding to chunks, and writing splits.
//!
//! `cargo run --release -p shukun-claims --example reading -- CLAIMS.parquet [ROWS_AT_ONCE]`; one thread, CPU time, so that
//! a busy machine disturbs little. docs/decisions/0014-column-kernel.md holds figures.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shukun_claims::columns::{ClaimsFile, Settled, SplitsFile, Take as _, read_claims_file};
use shukun_engine::kernel::{Names, Needs};

/// What the claim stream of `cargo xtask bench` looks at.
const COLUMNS: [&str; 7] =
    ["discharged_on", "settled_on", "kind", "hospital_level", "settled_category", "total_fen", "in_scope_fen"];
const KEYS: [&str; 3] = ["claim_id", "person_id", "household_id"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("which file?")?);
    let rows_at_once = arguments.next().map_or(Ok(16_384), |rows| rows.parse())?;
    let file = ClaimsFile::open(&path)?;
    for round in 1..=3 {
        let decoded = cpu_ns(|| decode(&path, rows_at_once))?;
        let chunked = cpu_ns(|| chunk(&file, rows_at_once))?;
        let tell = |what: &str, ns: u64| {
            let tenths = ns.saturating_mul(10) / file.rows().max(1);
            println!("round {round}: {what} {}.{} ns a claim", tenths / 10, tenths % 10);
        };
        tell("decode alone", decoded);
        tell("decode to chunks", chunked);
        tell("write splits", cpu_ns(|| write(&path, file.rows()))?);
    }
    Ok(())
}

/// CPU time of all threads of this process so far. Field 14 and 15 of stat are ticks; schedstat counts nanoseconds, but of
/// one thread.
fn process_ns() -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        sum += text.split_whitespace().next().unwrap_or("0").parse::<u64>()?;
    }
    Ok(sum)
}

fn cpu_ns(work: impl FnOnce() -> Result<u64, Box<dyn Error>>) -> Result<u64, Box<dyn Error>> {
    let before = process_ns()?;
    std::hint::black_box(work()?);
    Ok(process_ns()? - before)
}

fn decode(path: &Path, rows_at_once: usize) -> Result<u64, Box<dyn Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS.into_iter().chain(KEYS));
    let mut rows = 0;
    for batch in builder.with_projection(mask).with_batch_size(rows_at_once).build()? {
        rows += u64::try_from(batch?.num_rows())?;
    }
    Ok(rows)
}

fn chunk(file: &ClaimsFile, rows_at_once: usize) -> Result<u64, Box<dyn Error>> {
    let needs = Needs { claims: BTreeSet::from(COLUMNS), ..Needs::default() };
    let mut rows = 0;
    read_claims_file(file, &Names::default(), &needs, rows_at_once, |chunk| {
        rows += u64::try_from(std::hint::black_box(chunk).claims.person.len()).unwrap_or(0);
    })?;
    Ok(rows)
}

/// Splits of four payers whose amounts look like amounts.
fn write(path: &Path, rows: u64) -> Result<u64, Box<dyn Error>> {
    let names = Names { tiers: ["甲", "乙", "丙", "丁"].map(str::to_owned).into(), ..Names::default() };
    let out = std::env::temp_dir().join(format!("{}-splits.parquet", path.file_stem().unwrap_or_default().display()));
    let mut file = SplitsFile::create(&out, &names)?;
    let mut draw = 1_u64;
    let mut amount = |most: i64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(draw >> 40).unwrap_or(0) % most
    };
    let mut at = 0;
    while at < rows {
        let some = (rows - at).min(16_384);
        let mut settled = Settled { claim_id: (at..at + some).collect(), ..Settled::default() };
        settled.person_id = settled.claim_id.iter().map(|id| id / 3).collect();
        settled.answer.split.paid_fen =
            [900_000, 90_000, 2, 200_000].map(|most| (0..some).map(|_| amount(most)).collect()).into();
        settled.answer.split.family_fen = (0..some).map(|_| amount(500_000)).collect();
        file.take(&mut settled)?;
        at += some;
    }
    let written = file.finish()?;
    std::fs::remove_file(out)?;
    Ok(written)
}
