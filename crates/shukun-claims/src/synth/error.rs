//! What can go wrong with a synthetic county: an impossible plan, or a folder that cannot be written.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;
use shukun_base::Text;

use super::MOST_PEOPLE;

/// Why a plan cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// No people, or more than [`MOST_PEOPLE`].
    People(u64),
    /// No year, or one outside 2000–2100.
    Years(i16, i16),
}

impl PlanError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            PlanError::People(_) => "synth-people",
            PlanError::Years(..) => "synth-years",
        }
    }

    /// What happened and how to mend it.
    pub fn text(&self) -> Text {
        match self {
            PlanError::People(people) => Text::new(
                format!("不能生成 {people} 人的县：人数应在 1 至 {MOST_PEOPLE} 之间。"),
                format!("Cannot make a county of {people} people: choose between 1 and {MOST_PEOPLE}."),
            ),
            PlanError::Years(first, last) => Text::new(
                format!("不能生成 {first}—{last} 年的结算：年度应在 2000 至 2100 之间，且起始年不晚于终止年。"),
                format!(
                    "Cannot make claims for {first}–{last}: choose years from 2000 to 2100, the first not after the last."
                ),
            ),
        }
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for PlanError {}

/// Why the files could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    path: PathBuf,
    detail: String,
}

impl WriteError {
    /// Stable code of the error.
    pub const CODE: &'static str = "synth-write";

    pub(super) fn io(path: &Path, error: &std::io::Error) -> WriteError {
        WriteError { path: path.to_owned(), detail: error.to_string() }
    }

    pub(super) fn workbook(path: &Path, error: &XlsxError) -> WriteError {
        WriteError { path: path.to_owned(), detail: error.to_string() }
    }

    /// What happened, where and how to mend it.
    pub fn text(&self) -> Text {
        let (path, detail) = (self.path.display(), &self.detail);
        Text::new(
            format!("无法写入 {path}：{detail}。请检查目录是否可写、磁盘是否有空间，文件是否正被其他程序打开。"),
            format!(
                "Cannot write {path}: {detail}. Check that the folder may be written, the disk has room and no other program holds the file."
            ),
        )
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for WriteError {}
