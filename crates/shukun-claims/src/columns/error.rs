//! What can be wrong with a table that is to be settled as columns, each with a stable code and how to mend it.
//!
//! A place is a file, a column and a row; never a value, which may be personal.

use std::fmt;
use std::path::Path;

use shukun_base::Text;

use crate::lake::LakeError;
use crate::lake::error::error;

/// A file and the number (from 0) of the first of the rows at hand, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// The number of the row that stands first.
    pub first_row: u64,
}

impl Place<'_> {
    fn row(&self, row: usize) -> u64 {
        let row = u64::try_from(row).unwrap_or(u64::MAX);
        self.first_row.saturating_add(row).saturating_add(1)
    }
}

/// The file is no Parquet file, or its bytes do not decode.
pub(crate) fn not_parquet(path: &Path, cause: impl fmt::Display) -> LakeError {
    error(
        "columns-not-parquet",
        Text::new(format!("读不懂这个 Parquet 文件：{cause}"), format!("this Parquet file cannot be read: {cause}")),
        path.display(),
        Text::new("重新导出这个文件", "write the file again"),
    )
}

/// The file is compressed in a way that this program was built without.
pub(crate) fn other_compression(found: impl fmt::Display, file: &str) -> LakeError {
    error(
        "columns-compression",
        Text::new(
            format!("文件用 {found} 压缩，本程序不能读"),
            format!("the file is compressed with {found}, which this program cannot read"),
        ),
        file,
        Text::new(
            "换成 zstd，例如用 DuckDB：COPY (FROM '原文件.parquet') TO '新文件.parquet' (FORMAT parquet, COMPRESSION zstd)",
            "write it with zstd, as with DuckDB: COPY (FROM 'before.parquet') TO 'after.parquet' (FORMAT parquet, COMPRESSION zstd)",
        ),
    )
}

/// A column that the settlement cannot do without is not there.
pub(crate) fn missing_column(column: &str, file: &str) -> LakeError {
    error(
        "columns-missing",
        Text::new(format!("缺少“{column}”这一列"), format!("there is no column {column:?}")),
        file,
        Text::new(
            "列名照 docs/tables.md 的结算表；必有 person_id、settled_on，以及制度用到的 kind",
            "columns are named as the claims of docs/tables.md; person_id, settled_on and, where the packs ask for it, kind have to be there",
        ),
    )
}

/// A column has a type that does not hold what it should.
pub(crate) fn wrong_type(column: &str, found: impl fmt::Display, wanted: &str, file: &str) -> LakeError {
    error(
        "columns-type",
        Text::new(
            format!("“{column}”这一列的类型是 {found}，应为 {wanted}"),
            format!("column {column:?} has the type {found}; it should be {wanted}"),
        ),
        file,
        Text::new(
            "导出时转换类型：金额用整数分（BIGINT），日期用 DATE，编码用文本",
            "cast it when writing the file: money as whole fen (BIGINT), days as DATE, codes as text",
        ),
    )
}

/// A cell holds nothing where something has to be.
pub(crate) fn empty_cell(column: &str, row: usize, place: Place<'_>) -> LakeError {
    error(
        "columns-empty",
        Text::new(
            format!("第 {} 行的“{column}”是空的", place.row(row)),
            format!("row {} has no {column:?}", place.row(row)),
        ),
        place.file,
        Text::new(
            "编号和结算日期必须有；金额没有就写 0",
            "ids and the day of settlement have to be there; an amount that is nothing is written 0",
        ),
    )
}

/// A cell holds a value that its column does not know.
pub(crate) fn unknown_value(column: &str, row: usize, known: &str, place: Place<'_>) -> LakeError {
    error(
        "columns-value",
        Text::new(
            format!("第 {} 行的“{column}”不是可用的值", place.row(row)),
            format!("row {} has a value of {column:?} that cannot be used", place.row(row)),
        ),
        place.file,
        Text::new(format!("可用的值：{known}"), format!("it can be: {known}")),
    )
}

/// Rows of a household do not stand together.
pub(crate) fn unsorted(key: &str, row: usize, place: Place<'_>) -> LakeError {
    error(
        "columns-unsorted",
        Text::new(
            format!("第 {} 行的 {key} 比前一行小：文件没有按 {key} 排序", place.row(row)),
            format!("row {} has a smaller {key} than the row before: the file is not sorted by {key}", place.row(row)),
        ),
        place.file,
        Text::new(
            format!(
                "先排序，例如用 DuckDB：COPY (FROM '原文件.parquet' ORDER BY {key}) TO '已排序.parquet' (FORMAT parquet, COMPRESSION zstd)"
            ),
            format!(
                "sort it first, as with DuckDB: COPY (FROM 'before.parquet' ORDER BY {key}) TO 'sorted.parquet' (FORMAT parquet, COMPRESSION zstd)"
            ),
        ),
    )
}

/// A row names a household or person that the tables beside it do not have.
pub(crate) fn stray_row(table: &str, row: usize, place: Place<'_>) -> LakeError {
    error(
        "columns-stray",
        Text::new(
            format!("{table} 第 {} 行的户或人员没有记录", place.row(row)),
            format!("row {} of {table} names a household or person without a row of its own", place.row(row)),
        ),
        place.file,
        Text::new("从备份恢复数据湖，或重新导入", "restore the lake from a backup, or import again"),
    )
}
