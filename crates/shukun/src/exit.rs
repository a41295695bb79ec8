//! How the program ends, for scripts. Documented in docs/cli.md; a test keeps the two equal.

use std::process::ExitCode;

use shukun_base::Text;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, and a person has to look: a pack with errors, an example that fails, rejected rows under `--strict`.
    NeedsAttention,
    /// The command line itself was wrong.
    Usage,
    /// An input could not be read, or was refused.
    Input,
    /// A pack has errors, so nothing ran.
    Pack,
    /// A result could not be written.
    Output,
}

impl Exit {
    /// All of them, for the manual.
    pub const ALL: [Exit; 6] = [Exit::Done, Exit::NeedsAttention, Exit::Usage, Exit::Input, Exit::Pack, Exit::Output];

    /// The number a script sees.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::NeedsAttention => 1,
            Exit::Usage => 2,
            Exit::Input => 3,
            Exit::Pack => 4,
            Exit::Output => 5,
        }
    }

    /// What it means, as the help and the manual say it.
    pub fn meaning(self) -> Text {
        match self {
            Exit::Done => Text::new("完成", "done"),
            Exit::NeedsAttention => Text::new(
                "完成，但有事要人看：制度包有错、算例不符、格式不合、--strict 下有退回行",
                "done, but a person has to look: a pack with errors, a failed example, a file not in form, rejected rows under --strict",
            ),
            Exit::Usage => Text::new("命令写错了", "the command line was wrong"),
            Exit::Input => Text::new("输入读不了或被拒绝", "an input could not be read or was refused"),
            Exit::Pack => Text::new("制度包有错，没有运行", "a pack has errors, so nothing ran"),
            Exit::Output => Text::new("结果写不出去", "a result could not be written"),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
