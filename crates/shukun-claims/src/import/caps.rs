//! How much of a file is read before it is refused. Values only; the reader enforces them while it inflates.

use serde::Serialize;

/// The limits of one import. Sizes that a file states about itself are never believed: bytes, cells and rows are
/// counted as they arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of the file itself.
    pub body_bytes: u64,
    /// Parts in the XLSX package.
    pub entries: u64,
    /// Bytes of all parts that are read, inflated.
    pub inflated_bytes: u64,
    /// Inflated bytes per compressed byte, looked at only above [`Caps::ratio_from_bytes`].
    pub ratio: u64,
    /// Inflated bytes below which the ratio is not looked at: an honest sheet of equal rows packs very small.
    pub ratio_from_bytes: u64,
    /// Bytes of one tag or one run of text in a part.
    pub event_bytes: u64,
    /// Attributes of one tag.
    pub attributes: u64,
    /// Cells with a value, in all sheets.
    pub cells: u64,
    /// The highest row number.
    pub rows: u64,
    /// The highest column number.
    pub columns: u64,
    /// Seconds for the whole reading.
    pub seconds: u64,
}

impl Default for Caps {
    /// What an office's own computer bears: a year of a large county's settlements in one CSV.
    fn default() -> Caps {
        Caps {
            body_bytes: 512 << 20,
            entries: 200,
            inflated_bytes: 1 << 30,
            ratio: 100,
            ratio_from_bytes: 16 << 20,
            event_bytes: 1 << 20,
            attributes: 64,
            cells: 100_000_000,
            rows: 1_048_576,
            columns: 16_384,
            seconds: 600,
        }
    }
}

impl Caps {
    /// What a server bears from a stranger's upload.
    pub fn for_uploads() -> Caps {
        Caps { body_bytes: 50 << 20, inflated_bytes: 200 << 20, cells: 2_000_000, seconds: 30, ..Caps::default() }
    }
}

/// Which limit a file broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// [`Caps::body_bytes`]
    BodyBytes,
    /// [`Caps::entries`]
    Entries,
    /// [`Caps::inflated_bytes`]
    InflatedBytes,
    /// [`Caps::ratio`]
    Ratio,
    /// [`Caps::event_bytes`]
    EventBytes,
    /// [`Caps::attributes`]
    Attributes,
    /// [`Caps::cells`]
    Cells,
    /// [`Caps::rows`]
    Rows,
    /// [`Caps::columns`]
    Columns,
    /// [`Caps::seconds`]
    Seconds,
}

impl Cap {
    /// Every limit, in the order of [`Caps`].
    pub const ALL: [Cap; 10] = [
        Cap::BodyBytes,
        Cap::Entries,
        Cap::InflatedBytes,
        Cap::Ratio,
        Cap::EventBytes,
        Cap::Attributes,
        Cap::Cells,
        Cap::Rows,
        Cap::Columns,
        Cap::Seconds,
    ];

    /// What is limited, in Chinese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Cap::BodyBytes => ("文件字节数", "bytes of the file"),
            Cap::Entries => ("压缩包内部件数", "number of parts in the package"),
            Cap::InflatedBytes => ("解压后字节数", "bytes after inflating"),
            Cap::Ratio => ("压缩比", "compression ratio"),
            Cap::EventBytes => ("单个标签或文字的字节数", "bytes in one tag or text"),
            Cap::Attributes => ("单个标签的属性数", "attributes in one tag"),
            Cap::Cells => ("单元格数", "number of cells"),
            Cap::Rows => ("行号", "row number"),
            Cap::Columns => ("列号", "column number"),
            Cap::Seconds => ("读取秒数", "seconds of reading"),
        }
    }
}
