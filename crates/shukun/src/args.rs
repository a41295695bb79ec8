//! The words of the command line. What each means is in [`crate::help`], in both languages.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgGroup, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use shukun_analysis::watch::Month;
use shukun_base::{Day, Lang, RegionCode, Text};

use crate::error::CliError;
use crate::help;
use crate::settling::options::{NotesOf, PostingsOf};

#[derive(Debug, Parser)]
#[command(
    name = "shukun",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Pack(PackArgs),
    Import(ImportArgs),
    Settle(SettleArgs),
    SettleFile(SettleFileArgs),
    Screen(ScreenArgs),
    Compare(CompareArgs),
    Project(ProjectArgs),
    Monitor(MonitorArgs),
    Explain(ExplainArgs),
    Synth(SynthArgs),
    Demo(DemoArgs),
    Serve(ServeArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Audit(AuditArgs),
    Fund(FundArgs),
    Verify(VerifyArgs),
    Checkpoint(CheckpointArgs),
    #[command(hide = true)]
    Work,
}

#[derive(Debug, Args)]
pub struct PackArgs {
    #[command(subcommand)]
    pub verb: PackVerb,
}

#[derive(Debug, Subcommand)]
pub enum PackVerb {
    Check(PackPaths),
    Fmt(PackFmtArgs),
    Test(PackPaths),
    Explain(PackReadingArgs),
    Diff(PackDiffArgs),
    Cliffs(PackReadingArgs),
}

/// How a result is written for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct PackPaths {
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct PackReadingArgs {
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "RULE=READING")]
    pub reading: Vec<String>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// The two written forms of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PackForm {
    Md,
    Json,
}

#[derive(Debug, Args)]
pub struct PackFmtArgs {
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, conflicts_with = "to")]
    pub check: bool,
    #[arg(long, value_enum)]
    pub to: Option<PackForm>,
}

#[derive(Debug, Args)]
pub struct PackDiffArgs {
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    Settlement,
    Roster,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    #[arg(long, value_name = "FILE.xlsx")]
    pub rejects: Option<PathBuf>,
    #[arg(long, value_name = "FILE.csv")]
    pub regions: Option<PathBuf>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// What every run over a lake takes: the packs, the day, the readings.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub packs: Vec<PathBuf>,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "RULE=READING")]
    pub reading: Vec<String>,
}

/// 三色, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColourArg {
    #[value(alias = "红")]
    Red,
    #[value(alias = "橙")]
    Orange,
    #[value(alias = "黄")]
    Yellow,
}

/// 认定类别, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CategoryArg {
    #[value(alias = "特困")]
    Destitute,
    #[value(alias = "低保")]
    Dibao,
    #[value(alias = "低边")]
    DibaoMarginal,
    #[value(alias = "低收入")]
    LowIncome,
    #[value(alias = "支出型")]
    ExpenditureType,
    #[value(alias = "其他")]
    Other,
}

#[derive(Debug, Args)]
#[command(override_usage = "shukun settle --lake <DIR> --packs <PATH>... --out <DIR> [OPTIONS]")]
pub struct SettleArgs {
    #[arg(long, value_name = "DIR", required_unless_present = "compact")]
    pub lake: Option<PathBuf>,
    #[arg(long, required_unless_present = "compact", num_args = 1.., value_name = "PATH")]
    pub packs: Vec<PathBuf>,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "RULE=READING")]
    pub reading: Vec<String>,
    #[arg(long, value_name = "DIR", required_unless_present = "compact")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub previous: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["postings", "notes"])]
    pub standings: bool,
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub postings: Option<PostingsOf>,
    #[arg(long, value_enum, value_name = "WHICH")]
    pub notes: Option<NotesOf>,
    #[arg(long, value_enum, value_delimiter = ',', value_name = "COLOUR")]
    pub colour: Vec<ColourArg>,
    #[arg(long, value_name = "YUAN")]
    pub min_burden: Option<i64>,
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CATEGORY")]
    pub category: Vec<CategoryArg>,
    #[arg(long, value_delimiter = ',', value_name = "CODE")]
    pub region: Vec<String>,
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub paid_by: Vec<String>,
    #[arg(long, value_name = "DIR", conflicts_with_all = ["lake", "packs", "out", "previous"])]
    pub compact: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct SettleFileArgs {
    #[arg(value_name = "CLAIMS.parquet")]
    pub file: PathBuf,
    #[command(flatten)]
    pub run: RunArgs,
    #[arg(long, value_name = "CODE", value_parser = region)]
    pub region: RegionCode,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(long, conflicts_with_all = ["standings", "split"])]
    pub totals: bool,
    #[arg(long)]
    pub standings: bool,
    #[arg(long)]
    pub split: bool,
    #[arg(long)]
    pub hash_input: bool,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

fn region(code: &str) -> Result<RegionCode, String> {
    RegionCode::new(code).ok_or_else(|| "2, 4, 6, 9, 12".to_owned())
}

#[derive(Debug, Args)]
pub struct ScreenArgs {
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    #[command(flatten)]
    pub run: RunArgs,
    #[arg(long, value_name = "YEAR")]
    pub year: i16,
    #[arg(long, value_name = "FILE.xlsx")]
    pub out: PathBuf,
    #[arg(long, requires = "purpose")]
    pub full_ids: bool,
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    #[arg(long, value_name = "SPEC")]
    pub baseline: String,
    #[arg(long, value_name = "SPEC")]
    pub variant: String,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i16>,
    #[arg(long, value_name = "YUAN", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub near: u32,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct ProjectArgs {
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    #[arg(long, value_name = "SPEC")]
    pub packs: String,
    #[arg(long, value_name = "SPEC")]
    pub variant: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    pub years: u32,
    #[arg(long, value_name = "FILE.toml")]
    pub growth: Option<PathBuf>,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "YEAR")]
    pub base_year: Option<i16>,
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(100..))]
    pub sample: u64,
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(100..=2_000))]
    pub draws: u32,
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Exactly one of a month to look at, years to train on, and the measurement on synthetic years.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("task").required(true).args(["through", "train", "evaluate"])))]
pub struct MonitorArgs {
    #[arg(long, value_name = "MONTH", requires = "lake", requires = "out")]
    pub through: Option<Month>,
    #[arg(long, value_name = "YEARS", requires = "lake", requires = "model")]
    pub train: Option<Years>,
    #[arg(long)]
    pub evaluate: bool,
    #[arg(long, value_name = "DIR")]
    pub lake: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "FILE.json")]
    pub model: Option<PathBuf>,
    #[arg(long, value_name = "FILE.csv", requires = "through")]
    pub results: Option<PathBuf>,
    #[arg(long, value_name = "FILE.csv")]
    pub regions: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 60_000, requires = "evaluate")]
    pub people: u32,
    #[arg(long, requires = "purpose")]
    pub full_ids: bool,
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// One year or several: `2023`, `2021-2023`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    pub first: i16,
    pub last: i16,
}

impl std::str::FromStr for Years {
    type Err = String;

    fn from_str(words: &str) -> Result<Years, String> {
        let (first, last) = words.split_once('-').unwrap_or((words, words));
        let year = |word: &str| word.parse().ok().filter(|year| (2000..=2100).contains(year));
        match (year(first), year(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Years { first, last }),
            _ => Err(format!("{words:?} is not a year or years such as 2021-2023")),
        }
    }
}

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Text,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[arg(long, value_name = "DIR", requires = "person", conflicts_with = "case")]
    pub lake: Option<PathBuf>,
    #[arg(long, value_name = "ID")]
    pub person: Option<String>,
    #[arg(long, value_name = "FILE.json")]
    pub case: Option<PathBuf>,
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub packs: Vec<PathBuf>,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Day>,
    #[arg(long, value_name = "RULE=READING")]
    pub reading: Vec<String>,
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i16>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: ExplainFormat,
    #[arg(long, conflicts_with_all = ["lake", "case"])]
    pub case_schema: bool,
}

#[derive(Debug, Args)]
pub struct SynthArgs {
    #[arg(long, value_name = "NAME")]
    pub county: String,
    #[arg(long, value_name = "N")]
    pub people: u32,
    #[arg(long, value_name = "S")]
    pub seed: u64,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub defects: u32,
    #[arg(long)]
    pub courses: bool,
    #[arg(long, value_name = "YEAR", default_value_t = 2022)]
    pub from: i16,
    #[arg(long, value_name = "YEAR")]
    pub to: Option<i16>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    #[arg(long, value_name = "N")]
    pub people: Option<u32>,
    #[arg(long, value_name = "DIR", default_value = "county")]
    pub dir: PathBuf,
    #[arg(long, value_name = "PATH", default_value = "policies")]
    pub packs: PathBuf,
    #[arg(long)]
    pub serve: bool,
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", requires = "serve")]
    pub listen: SocketAddr,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[arg(long, value_name = "URL", env = "SHUKUN_DATABASE_URL", hide_env = true)]
    pub database_url: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    #[arg(long)]
    pub https: bool,
    #[arg(long, value_name = "CODE", value_parser = region)]
    pub region: Option<RegionCode>,
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub packs: Vec<PathBuf>,
    #[arg(long, value_name = "URL", requires = "oidc_client")]
    pub oidc_issuer: Option<String>,
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    pub oidc_client: Option<String>,
    #[arg(long, value_name = "RULE=READING")]
    pub reading: Vec<String>,
}

/// Which office a command is about.
#[derive(Debug, Args)]
pub struct OfficeArgs {
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[arg(long, value_name = "URL", env = "SHUKUN_DATABASE_URL", hide_env = true)]
    pub database_url: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub office: OfficeArgs,
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub office: OfficeArgs,
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Option<String>,
}

#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub office: OfficeArgs,
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Option<String>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct FundArgs {
    #[command(subcommand)]
    pub verb: FundVerb,
}

#[derive(Debug, Subcommand)]
pub enum FundVerb {
    Export(FundExportArgs),
}

#[derive(Debug, Args)]
pub struct FundExportArgs {
    #[command(flatten)]
    pub office: OfficeArgs,
    #[arg(long, value_name = "BOOK")]
    pub book: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("given").required(true).multiple(true).args(["files", "slip"]))]
pub struct VerifyArgs {
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    #[arg(long, value_name = "SLIP")]
    pub slip: Vec<String>,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct CheckpointArgs {
    #[command(subcommand)]
    pub verb: CheckpointVerb,
}

#[derive(Debug, Subcommand)]
pub enum CheckpointVerb {
    Key(CheckpointKeyArgs),
    Sign(CheckpointSignArgs),
}

#[derive(Debug, Args)]
pub struct CheckpointKeyArgs {
    #[arg(long, value_name = "BODY/YEAR")]
    pub name: String,
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct CheckpointSignArgs {
    #[arg(value_name = "CHECKPOINT")]
    pub file: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub enum Stop {
    /// Help or version was asked for: this text.
    Shown(String),
    /// The command line is wrong.
    Wrong(CliError),
}

/// Reads the command line; `--lang` was read before, so that this can answer in it.
pub fn parse(arguments: &[OsString], lang: Lang) -> Result<Cli, Stop> {
    let command = help::in_lang(Cli::command(), lang);
    let matches = command.try_get_matches_from(arguments).map_err(|error| stop(&error))?;
    Cli::from_arg_matches(&matches).map_err(|error| stop(&error))
}

fn stop(error: &clap::Error) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Stop::Shown(error.render().to_string())
        }
        _ => Stop::Wrong(wrong(error)),
    }
}

/// clap speaks English only; the few kinds that happen are worded here.
fn wrong(error: &clap::Error) -> CliError {
    let named = |kind| error.get(kind).map(context_words).unwrap_or_default();
    let argument = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand]
        .into_iter()
        .map(named)
        .find(|words| !words.is_empty())
        .unwrap_or_default();
    let value = named(ContextKind::InvalidValue);
    let (code, what) = match error.kind() {
        ErrorKind::UnknownArgument => {
            ("cli-unknown-argument", Text::new("不认识这个参数", "this argument is not known"))
        }
        ErrorKind::InvalidSubcommand => {
            ("cli-unknown-command", Text::new("不认识这个命令", "this command is not known"))
        }
        ErrorKind::MissingRequiredArgument => ("cli-missing-argument", Text::new("缺少参数", "an argument is missing")),
        ErrorKind::MissingSubcommand => ("cli-missing-command", Text::new("缺少命令", "a command is missing")),
        ErrorKind::InvalidValue if value.is_empty() => {
            ("cli-missing-value", Text::new("参数后面缺少值", "a value is missing after the argument"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            ("cli-wrong-value", Text::new(format!("值“{value}”不能用"), format!("the value {value:?} cannot be used")))
        }
        ErrorKind::ArgumentConflict => {
            let prior = named(ContextKind::PriorArg);
            let zh = format!("不能与 {prior} 同时使用");
            ("cli-conflict", Text::new(zh, format!("it cannot be used together with {prior}")))
        }
        _ => ("cli-usage", Text::new(error.kind().to_string(), error.kind().to_string())),
    };
    CliError::usage(code, what, Some(argument).filter(|words| !words.is_empty()), mend(error))
}

fn mend(error: &clap::Error) -> Text {
    let suggestion = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| error.get(kind).map(nearest));
    if let Some(words) = suggestion.filter(|words| !words.is_empty()) {
        return Text::new(format!("是不是 {words}？"), format!("did you mean {words}?"));
    }
    let argument = error.get(ContextKind::InvalidArg).map(context_words).unwrap_or_default();
    for (value, zh, en) in [
        ("<DATE>", "日期写成 2023-06-30 这样", "a date is written as 2023-06-30"),
        ("<ADDR>", "地址写成 127.0.0.1:8080 这样", "an address is written as 127.0.0.1:8080"),
        ("<MONTH>", "月份写成 2024-08 这样", "a month is written as 2024-08"),
        ("<YEARS>", "年度写成 2023 或 2021-2023 这样", "years are written as 2023 or 2021-2023"),
    ] {
        if argument.contains(value) && error.kind() != ErrorKind::MissingRequiredArgument {
            return Text::new(zh, en);
        }
    }
    match error.get(ContextKind::ValidValue).map(context_words).filter(|words| !words.is_empty()) {
        Some(words) => Text::new(format!("可用的值：{words}"), format!("it can be: {words}")),
        None => Text::new("加 --help 看用法", "see --help"),
    }
}

/// Of several suggestions the likest, which clap puts last.
fn nearest(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(words) => words.last().cloned().unwrap_or_default(),
        other => context_words(other),
    }
}

fn context_words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join(" "),
        ContextValue::StyledStr(words) => words.to_string(),
        ContextValue::StyledStrs(words) => words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}
