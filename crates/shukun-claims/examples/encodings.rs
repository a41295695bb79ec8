//! How the claims of a lake should be written: every column in every encoding and compression, decoded and compared.
//!
//! `cargo run --release -p shukun-claims --example encodings -- LAKE` reads the claims of a lake (at most a million rows),
//! writes each column in memory in each way, checks that it comes back equal, and prints bytes and nanoseconds a value.
//! The times are the best of several rounds on one core; what counts is their ratio within one run.

#![expect(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
#![expect(clippy::float_arithmetic, reason = "it prints times and sizes; no money is added up")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::compute::{concat_batches, interleave_record_batch};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;

const MOST_ROWS: usize = 1_000_000;
const ROUNDS: usize = 7;

fn main() {
    let lake = std::env::args().nth(1).map(PathBuf::from);
    let Some(lake) = lake else { return eprintln!("encodings LAKE") };
    let table = claims(&lake.join("claims"));
    println!("{} claims of {}", table.num_rows(), lake.display());
    println!("{:26} {:10} {:6} {:>12} {:>10}", "column", "encoding", "codec", "bytes/value", "ns/value");
    let mut sums: Vec<(String, f64, f64)> = Vec::new();
    for column in 0..table.num_columns() {
        measure_column(&table.project(&[column]).unwrap(), &mut sums);
    }
    println!("\nall columns, one way for all (where a column cannot be written so, plain)");
    for (way, bytes, time) in sums {
        println!("{way:26} {bytes:>12.2} bytes/row {time:>10.1} ns/row");
    }
}

/// The claims of a lake in the order of its files.
fn claims(folder: &Path) -> RecordBatch {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut batches: Vec<RecordBatch> = Vec::new();
    for file in files {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap().build().unwrap();
        batches.extend(reader.map(Result::unwrap));
        if batches.iter().map(RecordBatch::num_rows).sum::<usize>() >= MOST_ROWS {
            break;
        }
    }
    let schema = batches.first().unwrap().schema();
    let table = concat_batches(&schema, &batches).unwrap();
    // One dictionary of words for all rows, as a file of a lake has.
    let places: Vec<(usize, usize)> = (0..table.num_rows().min(MOST_ROWS)).map(|row| (0, row)).collect();
    interleave_record_batch(&[&table], &places).unwrap()
}

fn measure_column(table: &RecordBatch, sums: &mut Vec<(String, f64, f64)>) {
    let name = table.schema_ref().field(0).name().clone();
    let encodings =
        [("delta", Some(Encoding::DELTA_BINARY_PACKED)), ("dictionary", None), ("plain", Some(Encoding::PLAIN))];
    // Those that are built in; the writer panics at any other.
    let codecs = [("zstd", Compression::ZSTD(ZstdLevel::default())), ("none", Compression::UNCOMPRESSED)];
    let mut at = 0;
    for (encoding_name, encoding) in encodings {
        for (codec_name, codec) in codecs {
            let way = format!("{encoding_name} {codec_name}");
            let plain = || write(table, Some(Encoding::PLAIN), codec);
            let (note, bytes) = match write(table, encoding, codec) {
                Some(bytes) => ("", Some(bytes)),
                None => ("*", plain()),
            };
            let Some(bytes) = bytes else { continue };
            let (size, time) = (size_of(&bytes), decode(table, &bytes));
            let rows = table.num_rows() as f64;
            println!("{name:26} {encoding_name:10} {codec_name:6} {:>12.3} {:>10.2} {note}", size / rows, time / rows);
            if sums.len() <= at {
                sums.push((way, 0.0, 0.0));
            }
            if let Some(sum) = sums.get_mut(at) {
                *sum = (sum.0.clone(), sum.1 + size / rows, sum.2 + time / rows);
            }
            at += 1;
        }
    }
}

/// The column as a file in memory; none where it cannot be written so.
fn write(table: &RecordBatch, encoding: Option<Encoding>, codec: Compression) -> Option<Bytes> {
    let start = WriterProperties::builder()
        .set_compression(codec)
        .set_max_row_group_row_count(Some(65_536))
        .set_data_page_row_count_limit(4_096)
        .set_write_batch_size(4_096)
        .set_dictionary_enabled(encoding.is_none());
    let properties = match encoding {
        Some(encoding) => start.set_encoding(encoding).build(),
        None => start.build(),
    };
    let mut bytes = Vec::new();
    let fits = encoding != Some(Encoding::DELTA_BINARY_PACKED) || is_whole_number(table);
    let write = |bytes: &mut Vec<u8>| {
        let mut writer = ArrowWriter::try_new(bytes, table.schema(), Some(properties))?;
        writer.write(table)?;
        writer.close()
    };
    (fits && write(&mut bytes).is_ok()).then(|| Bytes::from(bytes))
}

fn is_whole_number(table: &RecordBatch) -> bool {
    use arrow::datatypes::DataType::{Date32, Int8, Int64, UInt64};
    matches!(table.schema_ref().field(0).data_type(), UInt64 | Int64 | Date32 | Int8)
}

/// Bytes of the pages, without the footer.
fn size_of(file: &Bytes) -> f64 {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    let groups = reader.metadata().row_groups();
    groups.iter().map(|group| group.compressed_size() as f64).sum()
}

/// Nanoseconds to decode all of it, once it was seen to be equal.
fn decode(table: &RecordBatch, file: &Bytes) -> f64 {
    let read = || {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap().with_batch_size(8_192);
        builder.build().unwrap().map(Result::unwrap)
    };
    let mut row = 0;
    for batch in read() {
        let expected = table.slice(row, batch.num_rows());
        let (one, other) = (Arc::clone(expected.column(0)), Arc::clone(batch.column(0)));
        assert!(*plain(&one) == *plain(&other), "what was read is not what was written");
        row += batch.num_rows();
    }
    assert_eq!(row, table.num_rows());
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let rows: usize = read().map(|batch| batch.num_rows()).sum();
        assert_eq!(rows, table.num_rows());
        best = best.min(start.elapsed().as_nanos() as f64);
    }
    best
}

/// Words out of their dictionary, so that equal columns compare equal.
fn plain(column: &arrow::array::ArrayRef) -> arrow::array::ArrayRef {
    use arrow::datatypes::DataType;
    match column.data_type() {
        DataType::Dictionary(_, value) => arrow::compute::cast(column, value).unwrap(),
        _ => Arc::clone(column),
    }
}
