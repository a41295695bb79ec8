//! What stops a command: a code, what happened, where, and how to mend it, in both languages.
//!
//! Outcomes such as rejected rows or findings are no errors; they are part of a command's result.

use std::path::Path;

use shukun_base::{Lang, Text};
use shukun_claims::LakeError;

use crate::exit::Exit;

/// Why a command stopped. Boxed, so that every answer that could be an error stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError(Box<Problem>);

/// What happened, where, and how to mend it. Never holds a name or an ID number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable, for scripts and the manual: `cli-no-pack`.
    pub code: &'static str,
    /// What happened.
    pub what: Text,
    /// Where: a path, an argument.
    pub place: Option<String>,
    /// How to mend it.
    pub mend: Text,
    /// How the program ends.
    pub exit: Exit,
}

impl std::ops::Deref for CliError {
    type Target = Problem;

    fn deref(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for CliError {
    fn from(problem: Problem) -> CliError {
        CliError(Box::new(problem))
    }
}

impl CliError {
    /// As the terminal shows it: three lines at most.
    pub fn shown(&self, lang: Lang) -> String {
        let (error, place, mend) = match lang {
            Lang::Zh => ("错误", "位置", "办法"),
            Lang::En => ("error", "where", "mend"),
        };
        let mut text = format!("{error}[{}]: {}\n", self.code, self.what.in_lang(lang));
        if let Some(where_) = &self.place {
            text.push_str(&format!("  {place}: {where_}\n"));
        }
        text.push_str(&format!("  {mend}: {}\n", self.mend.in_lang(lang)));
        text
    }

    /// The command line was wrong.
    pub fn usage(code: &'static str, what: Text, place: Option<String>, mend: Text) -> CliError {
        CliError::from(Problem { code, what, place, mend, exit: Exit::Usage })
    }

    /// This program was built without the pages.
    #[cfg(not(feature = "server"))]
    pub fn without_server() -> CliError {
        CliError::usage(
            "cli-no-server",
            Text::new("这个程序编译时没有带上网页", "this program was built without the pages"),
            None,
            Text::new("编译时不要加 --no-default-features", "build it without --no-default-features"),
        )
    }

    /// A file could not be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
        CliError::from(Problem {
            code: "cli-unreadable",
            what: Text::new(
                format!("读不了文件（{}）", reason(error).zh),
                format!("cannot read it ({})", reason(error).en),
            ),
            place: Some(path.display().to_string()),
            mend: Text::new("检查路径和权限后再运行", "check the path and its permissions, then run again"),
            exit: Exit::Input,
        })
    }

    /// A result could not be written.
    pub fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> CliError {
        CliError::from(Problem {
            code: "cli-unwritable",
            what: Text::new(format!("写不了文件（{error}）"), format!("cannot write it ({error})")),
            place: Some(path.display().to_string()),
            mend: Text::new(
                "检查文件夹是否存在、可写，磁盘是否已满，文件是否被其他程序打开",
                "check that the folder exists and can be written, that the disk has room, and that no other program holds the file",
            ),
            exit: Exit::Output,
        })
    }
}

/// The lake's own words; its errors are about what was read or what could not be written.
impl From<LakeError> for CliError {
    fn from(error: LakeError) -> CliError {
        let exit = match error.code {
            "lake-file" | "lake-busy" | "lake-range" => Exit::Output,
            _ => Exit::Input,
        };
        CliError::from(Problem {
            code: error.code,
            what: error.what.clone(),
            place: Some(error.place.clone()),
            mend: error.mend.clone(),
            exit,
        })
    }
}

/// The kinds of failure an office meets, in its own words; anything else as the system says it.
fn reason(error: &std::io::Error) -> Text {
    match error.kind() {
        std::io::ErrorKind::NotFound => Text::new("不存在", "it is not there"),
        std::io::ErrorKind::PermissionDenied => Text::new("没有权限", "permission denied"),
        std::io::ErrorKind::IsADirectory => Text::new("这是文件夹", "it is a folder"),
        _ => Text::new(error.to_string(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_where_and_how_to_mend_in_both_languages() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = CliError::unreadable(Path::new("a.json"), &missing);
        let zh = "错误[cli-unreadable]: 读不了文件（不存在）\n  位置: a.json\n  办法: 检查路径和权限后再运行\n";
        assert_eq!(error.shown(Lang::Zh), zh);
        let en = "error[cli-unreadable]: cannot read it (it is not there)\n  where: a.json\n  mend: check the path and its permissions, then run again\n";
        assert_eq!(error.shown(Lang::En), en);
    }
}
