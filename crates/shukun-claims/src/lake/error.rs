//! What can go wrong with a lake or its identity file, each with a stable code and how to mend it.
//!
//! Nothing personal is ever in here: a place is a file, a column, or a person's code. Start at [`LakeError`].

use std::fmt;
use std::path::Path;

use shukun_base::{ClaimId, PersonId, Text};

/// Why a lake could not be read or written. What the lake held before is still there.
///
/// Boxed, so that every answer that could be an error stays small; its parts are those of [`LakeProblem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeError(Box<LakeProblem>);

/// What happened, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeProblem {
    /// The stable code, such as `lake-damaged`.
    pub code: &'static str,
    /// What happened.
    pub what: Text,
    /// Where: a path, a column, or a person's code.
    pub place: String,
    /// How to mend it.
    pub mend: Text,
}

impl std::ops::Deref for LakeError {
    type Target = LakeProblem;

    fn deref(&self) -> &LakeProblem {
        &self.0
    }
}

impl fmt::Display for LakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {} ({})", self.code, self.what, self.place)
    }
}

impl std::error::Error for LakeError {}

pub(crate) fn error(code: &'static str, what: Text, place: impl fmt::Display, mend: Text) -> LakeError {
    LakeError(Box::new(LakeProblem { code, what, place: place.to_string(), mend }))
}

/// A file operation failed.
pub(crate) fn file_failed(path: &Path, cause: &std::io::Error) -> LakeError {
    error(
        "lake-file",
        Text::new(format!("文件读写失败：{cause}"), format!("a file could not be read or written: {cause}")),
        path.display(),
        Text::new(
            "检查磁盘空间和权限后重新执行；已有数据未变",
            "check disk space and permissions, then run it again; what was there before is unchanged",
        ),
    )
}

/// The folder holds no manifest.
pub(crate) fn not_a_lake(dir: &Path) -> LakeError {
    error(
        "lake-not-found",
        Text::new("这个文件夹不是数据湖（没有 manifest.json）", "this folder is not a lake (it has no manifest.json)"),
        dir.display(),
        Text::new(
            "先用 shukun import 导入，或更正 --lake 的路径",
            "import a file first, or correct the path after --lake",
        ),
    )
}

/// A new lake was asked for in a folder that already holds other things.
pub(crate) fn not_empty(dir: &Path) -> LakeError {
    error(
        "lake-not-empty",
        Text::new("文件夹里有别的文件，不能在此新建数据湖", "the folder holds other files, so no lake is made in it"),
        dir.display(),
        Text::new("换一个空文件夹", "name an empty or new folder"),
    )
}

/// The manifest was written by another version.
pub(crate) fn other_schema(path: &Path, found: u32, known: u32) -> LakeError {
    error(
        "lake-schema",
        Text::new(
            format!("数据湖的版本是 {found}，本程序认识的是 {known}"),
            format!("the lake has schema version {found}, this program knows {known}"),
        ),
        path.display(),
        Text::new(
            "用写入它的程序版本打开，或重新导入原始文件",
            "open it with the version that wrote it, or import the files again",
        ),
    )
}

/// The lake was written in the first layout, which this program does not read.
pub(crate) fn older_layout(dir: &Path) -> LakeError {
    error(
        "lake-layout",
        Text::new(
            "数据湖是旧布局（第 1 版），本程序使用按年度和县分区的第 2 版",
            "the lake has the first layout; this program uses the second, by year and county",
        ),
        dir.display(),
        Text::new(
            "用同一身份密钥把原始文件重新导入新文件夹：shukun import 文件… --lake 新文件夹；manifest.json 的 sources 列出了这些文件",
            "import the original files again into a new folder, with the same identity key: shukun import FILES… --lake NEW; \
             \"sources\" in manifest.json lists them",
        ),
    )
}

/// A file of the lake is not what the manifest says.
pub(crate) fn damaged(place: impl fmt::Display, why: impl fmt::Display) -> LakeError {
    error(
        "lake-damaged",
        Text::new(
            format!("数据湖的文件已损坏或被改动：{why}"),
            format!("a file of the lake was damaged or changed: {why}"),
        ),
        place,
        Text::new("从备份恢复，或重新导入原始文件", "restore it from a backup, or import the original files again"),
    )
}

/// Another process is writing.
pub(crate) fn busy(path: &Path) -> LakeError {
    error(
        "lake-busy",
        Text::new("另一个程序正在写入这个数据湖", "another program is writing to this lake"),
        path.display(),
        Text::new("等它结束后再试", "try again when it has ended"),
    )
}

/// There is no such bucket.
pub(crate) fn no_such_bucket(bucket: u16, buckets: u16) -> LakeError {
    error(
        "lake-bucket",
        Text::new(
            format!("没有第 {bucket} 个分桶，共 {buckets} 个"),
            format!("there is no bucket {bucket}; there are {buckets}"),
        ),
        bucket,
        Text::new("分桶从 0 数起", "buckets count from 0"),
    )
}

/// What is to be taken back is not the latest commit.
pub(crate) fn not_the_latest(dir: &Path) -> LakeError {
    error(
        "lake-not-latest",
        Text::new(
            "这次导入之后又有别的导入，不能单独撤回",
            "other imports came after this one, so it cannot be taken back alone",
        ),
        dir.display(),
        Text::new("先撤回后来的导入；或用冲正更正", "take the later ones back first, or correct it by reversals"),
    )
}

/// A row names a person that has no row.
pub(crate) fn person_missing(person: PersonId, table: &str) -> LakeError {
    error(
        "lake-person-missing",
        Text::new(
            format!("{table} 中的人员没有人员记录"),
            format!("a row of {table} names a person who has no row of their own"),
        ),
        format!("person {person}"),
        Text::new("同一批里要有该人员的记录", "the same batch must bring a row for that person"),
    )
}

/// A value cannot be held by its column.
pub(crate) fn out_of_range(column: &str, place: impl fmt::Display) -> LakeError {
    error(
        "lake-range",
        Text::new(format!("列 {column} 装不下这个数"), format!("column {column} cannot hold this number")),
        place,
        Text::new("检查原始数据中的这个数", "check this number in the original data"),
    )
}

/// A standing names a payer, base or limit that the list of columns does not have.
pub(crate) fn column_missing(column: &str, place: impl fmt::Display) -> LakeError {
    error(
        "lake-column-missing",
        Text::new(format!("输出表没有“{column}”这一列"), format!("the output table has no column for {column:?}")),
        place,
        Text::new(
            "把全部层级、口径和限额的名称交给写入程序",
            "hand the writer the names of all tiers, bases and limits",
        ),
    )
}

/// Two claims with one id are not the same claim.
pub(crate) fn claims_differ(claim: ClaimId) -> LakeError {
    error(
        "lake-claims-differ",
        Text::new("同一批里有编号相同而内容不同的结算", "one batch brings two different claims under one id"),
        format!("claim {claim}"),
        Text::new("保留正确的一条，另一条用冲正处理", "keep the right one and bring the other as a reversal"),
    )
}

/// The identity key is gone although persons are coded with it.
pub(crate) fn key_missing(key: &Path) -> LakeError {
    error(
        "identity-key-missing",
        Text::new(
            "找不到身份密钥，但数据湖里已有用它编码的人员",
            "the identity key is missing, but persons are coded with it",
        ),
        key.display(),
        Text::new(
            "把密钥文件放回原处，或用环境变量 SHUKUN_IDENTITY_KEY 指明位置",
            "put the key file back, or name it in the environment variable SHUKUN_IDENTITY_KEY",
        ),
    )
}

/// Others than the owner can read the key.
pub(crate) fn key_open_to_others(key: &Path, mode: u32) -> LakeError {
    error(
        "identity-key-open",
        Text::new(
            format!("身份密钥可被他人读取（权限 {mode:04o}）"),
            format!("the identity key can be read by others (mode {mode:04o})"),
        ),
        key.display(),
        Text::new(format!("执行 chmod 600 {}", key.display()), format!("run chmod 600 {}", key.display())),
    )
}

/// The key file is not a key.
pub(crate) fn key_broken(key: &Path) -> LakeError {
    error(
        "identity-key-broken",
        Text::new("身份密钥文件不是 32 字节", "the identity key file is not 32 bytes long"),
        key.display(),
        Text::new("从备份恢复密钥文件", "restore the key file from a backup"),
    )
}

/// The key lies in the folder that it protects.
pub(crate) fn key_in_lake(key: &Path) -> LakeError {
    error(
        "identity-key-in-lake",
        Text::new("身份密钥不能放在数据湖文件夹里", "the identity key may not lie inside the lake's folder"),
        key.display(),
        Text::new("把 SHUKUN_IDENTITY_KEY 指向数据湖之外", "point SHUKUN_IDENTITY_KEY outside the lake"),
    )
}

/// The key is another one than the lake was coded with.
pub(crate) fn key_wrong(key: &Path) -> LakeError {
    error(
        "identity-key-wrong",
        Text::new("这个密钥不是此数据湖的身份密钥", "this is not the identity key of this lake"),
        key.display(),
        Text::new("换成导入时所用的密钥文件", "use the key file that the lake was imported with"),
    )
}

/// A sealed value does not open: it was changed, or moved from another row or column.
pub(crate) fn seal_broken(place: impl fmt::Display) -> LakeError {
    error(
        "identity-seal-broken",
        Text::new("加密的身份信息被改动或调换过", "a sealed identity was changed or swapped with another"),
        place,
        Text::new("从备份恢复身份文件", "restore the identity file from a backup"),
    )
}

/// Two ID numbers fell on one person code.
pub(crate) fn same_code(person: PersonId) -> LakeError {
    error(
        "identity-same-code",
        Text::new("两个不同的身份证号得到了同一个人员编码", "two different ID numbers gave the same person code"),
        format!("person {person}"),
        Text::new("不要导入其中一人，并报告此问题", "leave one of them out and report this"),
    )
}

/// A person's code was not made from the ID number beside it.
pub(crate) fn foreign_code(person: PersonId) -> LakeError {
    error(
        "identity-foreign-code",
        Text::new("人员编码与身份证号不符", "the person's code was not made from the ID number beside it"),
        format!("person {person}"),
        Text::new("用同一个密钥重新导入该文件", "import the file again with the lake's own key"),
    )
}

/// The system gives no random bytes.
pub(crate) fn no_randomness(cause: impl fmt::Display) -> LakeError {
    error(
        "identity-no-random",
        Text::new(format!("系统没有提供随机数：{cause}"), format!("the system gave no random bytes: {cause}")),
        "getrandom",
        Text::new("检查操作系统", "check the operating system"),
    )
}
